"""What a page compares with is the student's attempt before, with another file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.batch.earlier import attempts_before, grades_before, with_before
from autograder.batch.tasks import Task
from autograder.model import Grade, HandedIn, Source, SubmissionStatus
from autograder.people import Policies
from autograder.platforms import Found
from autograder.settings import Late
from autograder.store import Attempt, Store, open_store, to_row
from autograder.submission import digest_of

DUE = datetime(2026, 3, 1, tzinfo=UTC)
POLICIES = Policies(late=Late(due=DUE, policy="share_per_day", share=0.1))


def keep(store: Store, student: str, digest: str, score: float, hours: int = 0) -> None:
    """``hours``: how much later than due it came."""
    grade = Grade(student, f"{student}.py", SubmissionStatus.GRADED, score, 90.0)
    time = "2026-03-01T10:00:00+00:00"
    came = HandedIn(DUE + timedelta(hours=hours), Source.PLATFORM)
    store.append([to_row(Attempt("rates", "1", digest, grade, time, {}, came))])


def test_the_newest_other_file_before_the_one_that_counts(tmp_path: Path) -> None:
    with open_store(tmp_path / "grades.db") as store:
        for student, digest, score in (
            ("amy", "one", 10.0),
            ("amy", "two", 20.0),
            ("amy", "three", 30.0),
            ("amy", "three", 31.0),  # graded again
            ("ben", "one", 40.0),
        ):
            keep(store, student, digest, score)
        entries = store.entries("rates")
        before = attempts_before(entries, [entries[3], entries[4]])
        assert {s: g.score for s, g in grades_before(store, before, POLICIES).items()} == {
            "amy": 20.0
        }
        assert attempts_before(entries, [entries[0]]) == {}


def test_a_task_carries_the_attempt_before_it(tmp_path: Path) -> None:
    file = tmp_path / "amy.py"
    file.write_text("x = 1\n", encoding="utf-8")
    amy = Task(Found("amy", file, "amy.py", 1e9))
    new = Task(Found("cleo", file, "cleo.py", 1e9))
    with open_store(tmp_path / "grades.db") as store:
        keep(store, "amy", "another", 50.0)
        keep(store, "amy", digest_of(file), 60.0)
        tasks = with_before((amy, new), store.entries("rates"), store, POLICIES)
    assert [t.before.score if t.before else None for t in tasks] == [50.0, None]


def test_what_being_late_cost_the_attempt_before_is_known(tmp_path: Path) -> None:
    with open_store(tmp_path / "grades.db") as store:
        keep(store, "amy", "one", 50.0, hours=1)
        before = {"Amy M.": store.entries("rates")[0]}
        (grade,) = grades_before(store, before, POLICIES).values()
        extended = replace(POLICIES, extensions={"amy m.": DUE + timedelta(days=1)})
        (in_time,) = grades_before(store, before, extended).values()
    assert (grade.score_before_late, grade.score) == (50.0, 45.0)
    assert in_time.score == 50.0
