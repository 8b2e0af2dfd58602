"""What we could not grade is tried again by itself: not at once, not for ever, and staff see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from portal_class import PROGRAM, School, verdict

from autograder.model import Grade, SubmissionStatus
from autograder.store.hand_ins import Lane
from autograder.web.portal.retrying import PAUSES, Retrying

NOBODYS_FAULT = Grade("x", "hw.py", SubmissionStatus.NOT_GRADED, None, 90.0, "out of memory")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


@pytest.fixture
def told() -> list[int]:
    return []


@pytest.fixture
def retrying(school: School, told: list[int]) -> Retrying:
    return Retrying(school.store, told.append)


def later(pause: timedelta) -> datetime:
    return datetime.now(UTC) + pause


def test_it_is_graded_again_after_a_while_and_the_verdict_is_read(
    school: School, retrying: Retrying, told: list[int]
) -> None:
    alice = school.program("alice")
    ticket = alice.hand_in(PROGRAM, "hw.py").json()["id"]
    school.grade(NOBODYS_FAULT)
    address = f"/api/submissions/{ticket}"
    assert alice.ask("GET", address).json()["result"]["status"] == "not_graded"
    assert retrying.look(datetime.now(UTC)) == 0
    assert retrying.look(later(PAUSES[0])) == 1
    assert told == [1]
    assert retrying.look(later(PAUSES[0])) == 0  # it waits already
    school.grade(verdict("correction_missing"))
    assert alice.ask("GET", address).json()["result"]["status"] == "graded"
    assert retrying.look(later(timedelta(days=1))) == 0


def test_whoever_waits_for_a_first_verdict_goes_before(school: School, retrying: Retrying) -> None:
    school.program("alice").hand_in(PROGRAM, "hw.py")
    school.grade(NOBODYS_FAULT)
    retrying.look(later(PAUSES[0]))
    school.program("bob").hand_in(PROGRAM, "hw.py")
    order = []
    while (taken := school.take()) is not None:
        order.append((taken.hand_in.student, taken.lane))
    assert order == [("bob", Lane.FIRST), ("alice", Lane.AGAIN)]


def test_pauses_grow_and_end_and_the_page_of_the_course_says_so(
    school: School, retrying: Retrying
) -> None:
    school.program("alice").hand_in(PROGRAM, "hw.py")
    school.grade(NOBODYS_FAULT)
    ines = school.browser("ines")
    for pause in PAUSES:
        assert "1 file is tried again without your doing" in ines.ask("GET", "/course").text
        assert retrying.look(later(pause * 0.9)) == 0
        assert retrying.look(later(pause)) == 1
        school.grade(NOBODYS_FAULT)
    assert list(PAUSES) == sorted(PAUSES)
    assert retrying.look(later(timedelta(days=9))) == 0
    page = ines.ask("GET", "/course").text
    assert "though it was tried again and again" in page
    assert "Grade them again now" in page
