"""What is said of people and times at the end of a run: whoever is concerned, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.batch.output import CurrentGrades
from autograder.batch.remarks import remarks
from autograder.model import Grade, HandedIn, Identity, Source, SubmissionStatus
from autograder.people import Rules, standing_of
from autograder.settings import Attempts, Late
from autograder.store import (
    Attempt,
    Extension,
    PersonRecord,
    PersonRow,
    Store,
    open_store,
    to_row,
)

DUE = datetime(2025, 3, 14, 12, tzinfo=UTC)
RULES = Rules("rates", Attempts(), Late(due=DUE, policy="share_per_day", share=0.1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        yield opened


def hand_in(store: Store, student: str, handed_in: HandedIn) -> None:
    grade = Grade(student, f"{student}.py", SubmissionStatus.GRADED, 80.0, 90.0)
    now = "2025-03-15T00:00:00+00:00"
    attempt = Attempt("rates", "v1", student, grade, now, {}, handed_in)
    store.append([to_row(attempt)])


def said(store: Store, rules: Rules = RULES, most: int | None = 20) -> list[str]:
    return list(remarks(CurrentGrades(store, standing_of(store, rules)), most))


def test_everybody_is_named_who_is_late_or_of_whom_that_is_not_known(store: Store) -> None:
    platform, file = Source.PLATFORM, Source.FILE
    hand_in(store, "amy", HandedIn(DUE + timedelta(hours=25), platform))
    hand_in(store, "ben", HandedIn(DUE, platform))
    hand_in(store, "cat", HandedIn(None, Source.MARKED_LATE))
    hand_in(store, "dan", HandedIn(DUE + timedelta(days=9), file))
    hand_in(store, "eve", HandedIn(DUE + timedelta(days=9), Source.STUDENTS_WORD))
    store.add_extensions([Extension("rates", None, "Ben", DUE + timedelta(days=3))])
    late, extended, marked, unknown, how = said(store)
    assert late == "Late (1): amy (2 days, -16)"
    assert extended == "Extended (1): ben (until 2025-03-17 12:00)"
    assert marked == "Marked late, by how much is not known (1): cat"
    assert unknown == "When they handed in is not known (2): dan, eve"
    assert "--times CSV" in how


def test_where_nothing_is_due_nothing_is_said_of_times(store: Store) -> None:
    hand_in(store, "amy", HandedIn())
    assert said(store, Rules("rates", Attempts(), Late())) == []


def test_people_who_are_missing_unknown_or_not_told_apart_are_named(store: Store) -> None:
    people = {"s1": "Amy Lee", "s2": "Amy Lee", "s3": "Cat"}
    rows = [
        PersonRow(number, PersonRecord(Identity(id=known, name=name), kind="roster"))
        for number, (known, name) in enumerate(people.items())
    ]
    store.add_people(rows, known=0)
    for student in ("Amy Lee", "stranger"):
        hand_in(store, student, HandedIn(DUE, Source.PLATFORM))
    assert said(store) == [
        "Not handed in (3): s1, s2, s3",
        "Nobody on the list of people (1): stranger",
        "Fits two people, and so was joined to neither (1): Amy Lee (s1 or s2)",
    ]


def test_long_lists_are_cut_on_a_screen_only(store: Store) -> None:
    for number in range(25):
        hand_in(store, f"s{number:02}", HandedIn())
    assert said(store)[0].endswith("s18, s19 and 5 more")
    assert said(store, most=None)[0].endswith("s23, s24")
