"""The tables know what was graded: soon, when it is quiet, and when the portal ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

pytest.importorskip("sse_starlette")

from course_class import SLUG
from portal_class import PROGRAM, School, verdict

from autograder.settings import Attempts
from autograder.web.portal.following import Following
from autograder.web.portal.syllabus import Exercise


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


class Told:
    """What tables were told."""

    def __init__(self, school: School, *, is_small: bool = True) -> None:
        self.all: list[set[str]] = []
        self.following = Following(
            school.store,
            school.portal._syllabus,
            lambda _exercise, students: self.all.append(students),
            lambda _exercise: is_small,
        )

    def at(self, *moments: float) -> list[set[str]]:
        """What they were told at these moments."""
        self.all.clear()
        for now in moments:
            self.following.look(now)
        return self.all


def hand_in(school: School, who: str, data: bytes = PROGRAM, name: str = "hw.py") -> None:
    assert school.program(who).hand_in(data, name).status_code == 202
    school.grade(verdict())


def test_they_are_told_once_when_it_is_quiet(school: School) -> None:
    told = Told(school)
    assert told.at(0, 100) == []
    hand_in(school, "alice")
    assert told.at(101, 105) == []
    hand_in(school, "bob")
    assert told.at(105.5, 110) == []
    assert told.at(110.6, 130) == [{"alice", "bob"}]
    hand_in(school, "carla")
    assert told.at(200, 205) == [{"carla"}]


def test_where_it_is_never_quiet_they_are_told_all_the_same(school: School) -> None:
    told = Told(school)
    students = cycle(("alice", "bob", "carla"))
    for moment in range(0, 300, 4):
        hand_in(school, next(students), b"w = %d\n" % moment)
        assert told.at(moment) == []
    assert told.at(300) == [{"alice", "bob", "carla"}]


@pytest.mark.parametrize(("is_small", "seen"), [(True, [{"alice"}]), (False, [])])
def test_in_the_end_small_classes_are_told_at_once(
    school: School, is_small: bool, seen: list[set[str]]
) -> None:
    told = Told(school, is_small=is_small)
    with told.following:
        hand_in(school, "alice")
    assert told.all == seen


def test_what_was_graded_when_nobody_followed_is_told_by_the_next(school: School) -> None:
    hand_in(school, "alice")
    told = Told(school)
    assert told.at(0, 6) == [set()]  # the tables; pages are drawn of what is new
    hand_in(school, "bob")
    assert told.at(10, 16, 30) == [{"bob"}]


def test_a_fault_in_it_ends_nothing(school: School) -> None:
    def fails(_exercise: Exercise, _students: set[str]) -> None:
        raise OSError("the disk is full")

    following = Following(school.store, school.portal._syllabus, fails, lambda _: True)
    hand_in(school, "alice")
    with following:
        pass
    following.look(0)
    with pytest.raises(OSError, match="full"):  # so that it is tried again
        following.look(10)


def test_a_portal_leaves_tables_that_know_everything(school: School) -> None:
    tables = school.portal._tables[SLUG]
    following = Following(
        school.store,
        school.portal._syllabus,
        lambda _exercise, students: tables.follow(students),
        lambda _: True,
    )
    hand_in(school, "alice")
    with following:
        pass
    assert soon(school, lambda rows: [one["student"] for one in rows] == ["alice"])


def test_the_tables_know_at_once_which_attempt_a_student_chose(school: School) -> None:
    school.says(attempts=Attempts(keep="chosen"))
    hand_in(school, "alice")
    hand_in(school, "alice", b"w = 2\n", "newer.py")
    school.portal._tables[SLUG].follow({"alice"})
    assert soon(school, lambda rows: [one["file"] for one in rows] == ["newer.py"])
    alice = school.browser("alice")
    _, first = alice.tickets_of(SLUG)
    alice.send(f"/h/{first}/choose")
    assert soon(school, lambda rows: [one["file"] for one in rows] == ["hw.py"])


def soon(school: School, is_so: Callable[[list[dict[str, object]]], bool]) -> bool:
    """Whether the table's rows become so within some seconds."""
    path = school.folder / SLUG / "grades.json"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if path.exists() and is_so(json.loads(path.read_text())["submissions"]):
            return True
        time.sleep(0.05)
    return False
