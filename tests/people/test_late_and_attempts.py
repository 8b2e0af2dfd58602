"""Which attempt counts, and what lateness costs."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from autograder.model import Grade, HandedIn, Source, SubmissionStatus
from autograder.people import Policies, apply_late, current
from autograder.settings import Attempts, Late
from autograder.settings.reading import as_type
from autograder.store import Entry

DUE = datetime(2025, 3, 14, 18, 29, tzinfo=UTC)
DAY = timedelta(days=1)
CUT_OFF = Late(due=DUE, policy="cut_off", cut_off_days=0)


def entry(number: int, digest: str, score: float | None, **rest: object) -> Entry:
    values: dict[str, object] = {
        "id": number,
        "student": "alice",
        "file": "alice.ipynb",
        "digest": digest,
        "assignment_version": "v1",
        "status": SubmissionStatus.GRADED if score is not None else SubmissionStatus.NOT_GRADED,
        "score": score,
        "max_score": 90.0,
        "graded_at": "2025-03-14T10:00:00+00:00",
    }
    return Entry(**{**values, **rest})  # type: ignore[arg-type]


def platform(at: datetime | None) -> HandedIn:
    return HandedIn() if at is None else HandedIn(at, Source.PLATFORM)


def chosen(entries: list[Entry], keep: Literal["latest", "best"] = "latest") -> int:
    return current(entries, Policies(Attempts(keep)))["alice"].id


# ------------------------------------------------------------------ attempts


@pytest.mark.parametrize(("keep", "expected"), [("latest", 3), ("best", 2)])
def test_which_attempt_counts(keep: Literal["latest", "best"], expected: int) -> None:
    assert chosen([entry(1, "a", 50), entry(2, "b", 80), entry(3, "c", 70)], keep) == expected


def test_of_equally_good_attempts_the_newest_counts() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "b", 80)], "best") == 2


def test_grading_a_file_again_replaces_its_grade_even_by_a_lower_one() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "a", 60)], "best") == 2


def test_our_fault_never_replaces_a_grade_of_the_same_file() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "a", None)]) == 1
    # ... but says so where the assignment has changed, or the student has handed in another file.
    assert chosen([entry(1, "a", 80), entry(2, "a", None, assignment_version="v2")]) == 2
    assert chosen([entry(1, "a", 80), entry(2, "b", None)]) == 2
    assert chosen([entry(1, "a", 80), entry(2, "b", None)], "best") == 1


def test_handing_in_an_older_file_again_makes_it_the_latest() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "b", 60), entry(3, "a", 80)]) == 3


def test_students_come_in_the_order_of_their_names() -> None:
    entries = [entry(1, "a", 1, student="carol"), entry(2, "a", 1, student="Bob"), entry(3, "a", 1)]
    assert list(current(entries, Policies())) == ["Bob", "alice", "carol"]


def test_best_means_best_after_the_late_policy() -> None:
    rules = Policies(Attempts("best"), Late(due=DUE, policy="share_per_day", share=0.2))
    early = entry(1, "a", 75, handed_in=platform(DUE))
    late = entry(2, "b", 90, handed_in=platform(DUE + DAY))
    assert current([early, late], rules)["alice"].id == 1


# ------------------------------------------------------------------ late


def graded(handed_in: datetime | None, **rules: object) -> Grade:
    grade = Grade("alice", "alice.ipynb", SubmissionStatus.GRADED, 80.0, 90.0)
    return apply_late(grade, platform(handed_in), Policies(late=Late(due=DUE, **rules)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "rules", "score"),
    [
        (timedelta(0), {"policy": "share_per_day", "share": 0.1}, 80.0),
        (timedelta(seconds=1), {"policy": "share_per_day", "share": 0.1}, 72.0),
        (DAY, {"policy": "share_per_day", "share": 0.1}, 72.0),
        (DAY + timedelta(seconds=1), {"policy": "share_per_day", "share": 0.1}, 64.0),
        (20 * DAY, {"policy": "share_per_day", "share": 0.1}, 0.0),
        (2 * DAY, {"policy": "share_per_day", "share": 0.1, "cut_off_days": 1}, 0.0),
        (timedelta(minutes=5), {"policy": "cut_off", "cut_off_days": 0, "grace_minutes": 5}, 80.0),
        (timedelta(minutes=6), {"policy": "cut_off", "cut_off_days": 0, "grace_minutes": 5}, 0.0),
        (DAY, {"policy": "cut_off", "cut_off_days": 2}, 80.0),
        (3 * DAY, {"policy": "cut_off", "cut_off_days": 2}, 0.0),
        (3 * DAY, {"policy": "none"}, 80.0),
    ],
)
def test_what_lateness_costs(after: timedelta, rules: dict[str, object], score: float) -> None:
    assert graded(DUE + after, **rules).score == pytest.approx(score)


def test_the_student_is_told_what_was_taken_off() -> None:
    grade = graded(DUE + timedelta(hours=30), policy="share_per_day", share=0.1)
    assert grade.notices == (
        "Handed in 1 day after the due date: 16 of the 80 points earned are taken off.",
    )
    assert graded(DUE + timedelta(minutes=90)).notices == ("Handed in 1 hour after the due date.",)
    assert graded(DUE).notices == ()


def test_an_extension_moves_the_due_date_of_one_student() -> None:
    rules = Policies(late=CUT_OFF, extensions={"alice": DUE + 2 * DAY})
    for student, score in (("Alice", 80.0), ("bob", 0.0)):
        grade = Grade(student, "f", SubmissionStatus.GRADED, 80.0, 90.0)
        assert apply_late(grade, platform(DUE + DAY), rules).score == score


def test_no_date_and_no_score_stay_as_they_are() -> None:
    assert graded(None, policy="cut_off", cut_off_days=0).score == 80.0
    ungraded = Grade("a", "f", SubmissionStatus.NOT_GRADED, None, 90.0)
    shown = apply_late(ungraded, platform(DUE + DAY), Policies(late=CUT_OFF))
    assert (shown.score, shown.notices) == (None, ())
    assert shown.late is not None
    assert (shown.late.by_days, shown.late.points) == (1, 0)


# ------------------------------------------------------------------ assignment.toml


def rules_of(text: str) -> Policies:
    tables = tomllib.loads(text)
    return Policies(
        as_type(tables.get("attempts", {}), Attempts), as_type(tables.get("late", {}), Late)
    )


def test_an_assignment_may_say_nothing() -> None:
    assert rules_of("") == Policies()


def test_an_assignment_may_say_everything() -> None:
    rules = rules_of(
        """
        [attempts]
        keep = "best"
        [late]
        due = 2025-03-14T23:59:00
        timezone = "Asia/Kolkata"
        policy = "share_per_day"
        share = 0.1
        cut_off_days = 3
        grace_minutes = 10
        """
    )
    assert rules.attempts.keep == "best"
    assert rules.due_for("anyone") == DUE
    assert (rules.late.policy, rules.late.share) == ("share_per_day", 0.1)
    assert (rules.late.cut_off, rules.late.grace) == (timedelta(days=3), timedelta(minutes=10))
