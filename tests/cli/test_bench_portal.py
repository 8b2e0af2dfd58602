"""The deadline that is measured is the one that was asked for, and what is lost is noticed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.bench import portal
from autograder.bench.portal import HandedIn, Student
from autograder.course import Course
from autograder.store import HandedInFile, open_store
from autograder.store.hand_ins import Draft


def phases(*arguments: str) -> list[tuple[str, float, int]]:
    options = portal._options().parse_args(arguments)
    return [(one.name, one.rate, one.count) for one in portal._phases(options)]


def test_a_course_of_two_thousand_ends_in_a_minute_of_twenty_a_second() -> None:
    found = phases()
    assert sum(count for _, _, count in found) == 2_000
    assert sum(count / rate for _, rate, count in found) == pytest.approx(600)
    assert found[-2:] == [("5 a second", 5.0, 600), ("the rush", 20.0, 1_200)]
    assert [portal._never_ends(number) for number in range(2_010)].count(True) == 2
    assert not any(portal._never_ends(number) for number in range(portal._LONE))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--students", "60", "--minutes", "0.4", "--rush", "10", "--rush-seconds", "3"),
        ("--students", "5", "--minutes", "1"),
        ("--students", "30", "--minutes", "0.1", "--rush-seconds", "1"),
    ],
)
def test_a_smaller_one_leaves_nobody_out(arguments: tuple[str, ...]) -> None:
    found = phases(*arguments)
    assert sum(count for _, _, count in found) == int(arguments[1])
    assert all(rate > 0 for _, rate, _ in found)
    seconds = sum(count / rate for _, rate, count in found)
    assert seconds <= float(arguments[3]) * 60 * 1.3


def test_shares_are_those_of_the_ordered_values() -> None:
    seconds = [number / 1_000 for number in range(100, 0, -1)]
    assert portal._shares(seconds, 0.5, 0.99, 1.0) == ["51", "100", "100"]
    assert portal._shares([], 0.5) == ["-"]


def test_a_row_tells_those_that_never_end_apart() -> None:
    quick = HandedIn(Student("a", "t", "c", b"", "a.py"), "x", 0.0, 0.01, 0.5)
    endless = HandedIn(Student("b", "t", "c", b"", "b.py", is_endless=True), "x", 0.0, 0.03, 9.0)
    waits = HandedIn(Student("c", "t", "c", b"", "c.py"), "x", 0.0, 0.02)
    row = portal._row("x", [quick, endless, waits])
    assert row == ("x", 3, "20", "30", "30", "500", "500", "500", "9000")


def test_files_are_all_unlike_and_the_same_programs() -> None:
    assert portal._unlike(b"x = 1", "a.py", 7) == b"x = 1\n# 7\n"
    notebook = json.loads(portal._unlike(b'{"cells": []}', "a.ipynb", 7))
    assert notebook == {"cells": [], "metadata": {"handed_in_by": 7}}
    assert portal._unlike(b"no notebook", "a.ipynb", 7) == b"no notebook\n7"


def test_samples_that_never_end_are_left_out() -> None:
    course = Course.find(None)
    assignment = course.load("adaptive_learning_rates")
    names = {path.stem for path in portal._samples(assignment, right=False)}
    assert len(names) > 50
    assert "rmsprop_infinite_loop" not in names
    assert portal._samples(assignment, right=True)


def test_a_receipt_that_leads_nowhere_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assignment = Course.find(None).load("adaptive_learning_rates")
    where = str(tmp_path / "grades.db")
    with open_store(tmp_path / "grades.db") as store:
        one = Draft(assignment.slug, 1, "a", "a.py", "a")
        (kept,) = store.hand_ins.add([one], HandedInFile.of(b"x"))
    student = Student("a", "t", "c", b"x", "a.py")
    there = HandedIn(student, "x", 0.0, 0.1, ticket=kept.ticket)
    assert portal._lost([there], assignment, where) == 1  # it has no verdict
    gone = HandedIn(student, "x", 0.0, 0.1, ticket="gone")
    never = HandedIn(student, "x", 0.0, trouble="503 busy")
    assert portal._lost([there, gone, never], assignment, where) == 3
    said = capsys.readouterr().out
    assert "Receipts 2, of which lost 1; without a verdict 1" in said
    assert "1 times: 503 busy" in said


@pytest.mark.long
def test_a_small_run_loses_nothing_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["--students", "8", "--minutes", "0.05", "--rush", "8", "--rush-seconds", "1"]
    assert portal.main([*arguments, "--right", "--assignment", "adaptive_learning_rates"]) == 0
    said = capfd.readouterr().out
    assert "Receipts 18, of which lost 0; without a verdict 0; verdicts 18 (18 graded)" in said
    assert "of the file that was handed in 18, twice 0." in said
    assert re.search(r"^\| the rush \| 8 \| \d+ \| \d+ \| \d+ \| \d+ ", said, re.M)
    assert re.search(r"\d+ ms to answer, \d+ ms to grade", said)
