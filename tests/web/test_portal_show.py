"""What `autograder show` tells of a student of the portal, attempt by attempt."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from course_class import ASKED, SLUG
from portal_class import PROGRAM, School, verdict

from autograder.acts import Book, mark, override, publish
from autograder.acts.sheet import sheet
from autograder.acts.trail import trail
from autograder.batch.order import current_grades
from autograder.batch.output import book_of
from autograder.errors import UsageError
from autograder.history import Remembered, of_student, text
from autograder.judging.words import WRITTEN_NONE
from autograder.report.text import WIDTH
from autograder.settings import Attempts, Late
from autograder.web.portal.syllabus import Exercise

LONG = "the slide of the second lecture said so, and so did I when I was asked about it"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def exercise_of(school: School) -> Exercise:
    found = school.portal._syllabus.get(SLUG)
    assert found is not None
    return found


def book(school: School) -> Book:
    exercise = exercise_of(school)
    return book_of(exercise.assignment, current_grades(exercise.order, school.store))


def found(school: School, student: str = "alice") -> list[Remembered]:
    return of_student(school.store, exercise_of(school).register.now().standing, student)


def blocks(school: School, student: str = "alice") -> list[str]:
    """The text of each attempt, on one line."""
    return [" ".join(block.split()) for block in text(found(school, student)).split("\n\n")]


def give(school: School, worth: float, student: str = "alice") -> None:
    """A mark for the written answer."""
    asked = {one.name: one for one in book(school).grade(student).questions}[ASKED]
    room = exercise_of(school).room
    room.decide(room.view(), [mark(book(school), student, asked, worth, "maria")])


def put(school: School, worth: float) -> None:
    room = exercise_of(school).room
    room.decide(room.view(), [override(book(school), "alice", "adam", worth, LONG, "maria")])


def test_of_an_answer_that_was_not_written_it_is_not_said_that_it_is_not_read(
    school: School,
) -> None:
    *code, asked = verdict().questions
    assert asked.name == ASKED
    empty = replace(asked, answer="", message=WRITTEN_NONE)
    for data in (PROGRAM, b"w = 2\n"):
        school.program("alice").hand_in(data)
        school.grade(replace(verdict(), questions=(*code, empty)))
    for block in blocks(school):
        assert "question explanation: nothing written graded " in block
    assert [one.questions[-1].is_unanswered for one in found(school)] == [True, True]


def test_what_is_published_is_told_and_of_which_attempt(school: School) -> None:
    alice = school.browser("alice")
    alice.upload(PROGRAM, "one.py")
    school.grade(verdict("moment_overwritten"))
    (one,) = blocks(school)
    assert "published" not in one
    assert one.startswith("Attempt 1 of alice (counts): graded, 75 of 90 ")
    assert "explanation: pending of 10" in one
    give(school, 9)
    publish(school.store, book(school), "ines")
    (one,) = blocks(school)
    assert re.search(r" published [-\d]+ [:\d]+ UTC: 84 of 100 graded ", one)
    put(school, 20)
    (one,) = blocks(school)
    assert re.search(r": 84 of 100; it has changed since graded ", one)
    for number in (2, 3):
        alice.upload(b"w = %d\n" % number, f"{number}.py")
        school.grade(verdict(answer=f"{number}"))
    one, two, three = blocks(school)
    assert one.startswith("Attempt 1 of alice (as it was published): graded, 84 of 100 ")
    assert "question explanation: 9 of 10; given by maria at " in one
    assert "20 count" not in one, "that is not published"
    assert "it has changed" not in one
    assert two.startswith("Attempt 2 of alice: graded, 90 of 90 ")
    assert "explanation: not read of 10" in two
    assert three.startswith("Attempt 3 of alice (counts): graded, 80 of 90 ")
    assert "explanation: pending of 10" in three
    assert "published not yet: shown is the result of attempt 1 " in three
    assert "(made for attempt 1: look again, and override anew or take it back)" in three
    assert "SHA-256" not in three.partition(" handed in ")[2]


def test_an_attempt_that_was_graded_again_is_published_as_it_was_before(school: School) -> None:
    alice = school.browser("alice")
    alice.upload(PROGRAM, "one.py")
    school.grade(verdict("moment_overwritten"))
    publish(school.store, book(school), "ines")
    assert school.store.hand_ins.again(school.store.hand_ins.all(SLUG)) == 1
    school.grade(verdict())
    before, after = blocks(school)
    assert before.startswith("Attempt 1 of alice (as it was published): graded, 75 of 90 ")
    assert after.startswith("Attempt 1 of alice, graded again (counts): graded, 90 of 90 ")
    assert "published as it was graded before, and not yet as it is now" in after


def test_all_times_are_whole_seconds_on_the_courses_clocks(school: School) -> None:
    due = datetime.now(ZoneInfo("Asia/Kolkata")) - timedelta(hours=30)
    school.says(late=Late(due=due, policy="share_per_day", share=0.1))
    school.browser("alice").upload(PROGRAM, "one.py")
    school.grade(verdict("moment_overwritten"))
    give(school, 9)
    put(school, 20)
    publish(school.store, book(school), "ines")
    shown = text(found(school))
    times = re.findall(r"20\d\d-\d\d-\d\d\S*\s+\S+\s+\w+", shown)
    assert len(times) == 5, "handed in, given, overridden, published, graded"
    for one in times:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d\s+\d\d:\d\d:\d\d\s+IST", one), one


def test_points_in_a_heading_say_whether_lateness_is_taken_off_them(school: School) -> None:
    due = datetime.now(UTC) - timedelta(hours=30)
    school.says(late=Late(due=due, policy="share_per_day", share=0.05))
    school.browser("alice").upload(PROGRAM, "one.py")
    school.grade(verdict("moment_overwritten"))
    headings = []
    for decide in (lambda: None, lambda: put(school, 20), lambda: give(school, 10)):
        decide()
        headings.append(blocks(school)[0].partition(" file ")[0].partition("graded, ")[2])
    assert headings == [
        "67.5 of 90, after lateness",
        "80 of 90, before lateness",
        "81 of 100, after lateness",
    ]


def test_no_line_is_wider_than_a_terminal(school: School) -> None:
    school.browser("alice").upload(PROGRAM, "one.py")
    school.grade(verdict("moment_overwritten"))
    put(school, 20)
    seeds = {"adaptive_learning_rates": "5e" * 32, "adam": "0f" * 32}
    remembered = [replace(one, circumstances={"seeds": seeds}) for one in found(school)]
    shown = text(remembered)
    assert max(map(len, shown.splitlines())) <= WIDTH
    for name, seed in seeds.items():
        assert f"  seed        {name}\n              {seed}" in shown
    assert LONG in " ".join(shown.split())


def test_it_says_by_what_an_attempt_is_the_best(school: School) -> None:
    """Not by what a person gave for words."""
    school.says(attempts=Attempts(keep="best"))
    alice = school.browser("alice")
    alice.upload(PROGRAM, "one.py")
    school.grade(verdict(fails=True))
    give(school, 10)
    assert blocks(school)[0].startswith("Attempt 1 of alice (counts): ")
    assert "graded, 80 of 100" in blocks(school)[0]
    alice.upload(b"w = 2\n", "two.py")
    school.grade(verdict("moment_overwritten", answer=""))
    one, two = blocks(school)
    assert one.startswith("Attempt 1 of alice: graded, 70 of 90 ")
    why = "(counts, the best by the program's points)"
    assert two.startswith(f"Attempt 2 of alice {why}: graded, 75 of 90 ")


def test_who_is_nobody_and_who_has_not_handed_in_are_told_apart(school: School) -> None:
    with pytest.raises(UsageError, match=r"^Nobody is known as 'zed': look at `autograder people"):
        found(school, "zed")
    with pytest.raises(UsageError, match=r"^There is no attempt of 'alice' at "):
        found(school)


def test_attempts_have_the_same_numbers_here_as_where_decisions_are_told(school: School) -> None:
    """Of partners, of whom one handed in before, and of what is graded again."""
    school.says(attempts=Attempts(partners=2))
    alice, bob = school.browser("alice"), school.browser("bob")
    alice.upload(PROGRAM, "alone.py")
    school.grade(verdict())
    for who, other in ((alice, "bob"), (bob, "alice")):
        who.open(f"/a/{SLUG}")
        who.send(f"/a/{SLUG}/partners", partner=other)
    bob.upload(b"w = 2\n", "both.py")
    school.grade(verdict(), verdict())
    for student in ("alice", "bob"):
        give(school, 7, student)
    assert school.store.hand_ins.again(school.store.hand_ins.all(SLUG)) == 3
    school.grade(verdict(), verdict(), verdict())
    for student in ("alice", "bob"):
        give(school, 8, student)

    def rows(lines: Iterator[str]) -> list[tuple[str, str]]:
        table = csv.DictReader(io.StringIO("".join(lines)))
        return [(row["student"], row["attempt"]) for row in table]

    counting = {
        (student, str(one.number))
        for student in ("alice", "bob")
        for one in found(school, student)
        if one.counts
    }
    assert counting == {("alice", "2"), ("bob", "1")}
    assert set(rows(trail(book(school)))) == counting
    assert set(rows(sheet(list(book(school).answers())))) == counting
