"""A real nbgrader takes in what is written for it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.model import Grade, HandedIn, Lateness, Source
from autograder.platforms import Wanted, export
from tests.formats.example_class import CLASS, INFO, graded
from tests.submission.notebooks import write

_SPEC = importlib.util.find_spec("nbgrader")

AT = HandedIn(datetime(2025, 11, 2, 14, 15, tzinfo=UTC), Source.PLATFORM)
LATE = replace(
    graded("zoë", score=70.2),
    handed_in=AT,
    score_before_late=78.0,
    late=Lateness(1, -7.8, "Handed in 1 day after the due date."),
)


def laid(folder: Path, grades: list[Grade]) -> Path:
    for document in export(grades, "nbgrader", Wanted(INFO)).documents:
        write(folder / document.name, document.text)
    return folder


@pytest.mark.skipif(_SPEC is None, reason="nbgrader is not installed here: pip install nbgrader")
@pytest.mark.long
def test_its_gradebook_takes_the_grades_in(tmp_path: Path) -> None:
    first = laid(tmp_path / "first", [*CLASS, LATE])
    adam, explanation = CLASS[3].questions
    better = replace(CLASS[3], questions=(replace(adam, score=30.0), explanation))
    second = laid(tmp_path / "second", [better])

    assert _SPEC is not None
    assert _SPEC.origin is not None
    programs = Path(_SPEC.origin).parents[4] / "bin"  # where nbgrader finds alembic
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    driver = Path(__file__).with_name("drive_nbgrader.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", driver, first, second],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4 submissions of adaptive_learning_rates in sqlite:")
    seen = json.loads(done.stdout.splitlines()[-1])

    rows = seen["first"]
    assert set(rows) == {"alice", "bob", "dan", "zoë"}  # carol has no score, by no fault of hers
    zoe = rows["zoë"]
    assert (zoe["timestamp"], zoe["assignment"]) == ("2025-11-02 14:15:00", INFO.slug)
    # The example's grades name one question that is judged, of 18 points, and one that waits.
    assert (zoe["raw_score"], zoe["late_submission_penalty"]) == ("18.0", "7.8")
    assert float(zoe["score"]) == pytest.approx(10.2)
    assert (rows["alice"]["raw_score"], rows["alice"]["max_score"]) == ("18.0", "40.0")
    assert rows["bob"]["raw_score"] == "0.0"
    assert seen["refused"] == ""

    assert seen["waits"] is True  # in formgrader, where a person then gave 9
    assert seen["second"]["alice"]["raw_score"] == "39.0"
    assert seen["second"]["dan"] == rows["dan"]

    assert "has points of nbgrader's own in p1" in seen["beside"]
