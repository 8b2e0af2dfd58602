"""The result files are written part by part, without a seam."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stored_grades import attempt, grade

from autograder.batch.output import CurrentGrades, OutFolder, write_results
from autograder.formats import AssignmentInfo, to_csv, to_json
from autograder.model import Final, HandedIn
from autograder.people import Directory, Policies, Standing, apply_late
from autograder.store import open_store, to_row

INFO = AssignmentInfo("rates", 90, ("adam", "explanation"))


@pytest.mark.parametrize("count", [0, 1, 200, 201])
def test_parts_leave_no_seam(count: int, tmp_path: Path) -> None:
    out = OutFolder(tmp_path)
    message = '"submissions": [\n ]\n}\n, [ { in what a student wrote'
    # Not in the order of their names, so that sorting shows.
    grades = [grade(f"s{i * 7919 % 1000:03}", float(i % 90), message=message) for i in range(count)]
    with open_store(out.store) as store:
        store.append([to_row(attempt(given)) for given in grades])
        current = CurrentGrades(store, Standing("rates", Directory(()), Policies()))
        write_results(current, INFO, out)
        assert len(current) == count
        assert [g.student for g in current] == sorted(g.student for g in grades)
        current_final = Final(None, 60.0, None)  # two questions of 30, one of them not marked
        assert current[:2] == [current[i] for i in range(min(2, count))]
    shown = [replace(apply_late(g, HandedIn(), Policies()), final=current_final) for g in grades]
    assert out.json.read_text() == to_json(shown, INFO)
    assert out.csv.read_text() == to_csv(shown, INFO)
