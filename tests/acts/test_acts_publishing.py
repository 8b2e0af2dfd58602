"""Students see what was published last, as it was then."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from weakref import WeakSet

import pytest
from small_class import DUE, SmallClass

from autograder import acts, history
from autograder.acts import Preview, PublishedGrades, as_returned, with_details
from autograder.acts.ledger import moment_of_publishing
from autograder.acts.publishing import _changes
from autograder.errors import UsageError
from autograder.model import (
    Grade,
    Mark,
    Picture,
    Place,
    QuestionGrade,
    QuestionStatus,
    SubmissionStatus,
    Table,
)
from autograder.people import Dated, extend
from autograder.people.forgetting import forget, somebody
from autograder.settings import Late
from autograder.store import Conflict
from autograder.store.tables import ACTS, PUBLISHED


def publish(small: SmallClass, section: str = "") -> Preview:
    book = small.book
    found = acts.preview(small.store, book, section)
    assert acts.publish(small.store, book, "boss", section) == found
    return found


def mark(small: SmallClass, student: str, points: float) -> None:
    small.decide(acts.mark(small.book, student, small.question(student), points, "ta"))


def seen(small: SmallClass) -> dict[str, float | None]:
    grades = PublishedGrades(small.store, small.book.ledger)
    assert len(grades) == len(list(grades))
    return {grade.student: as_returned(grade).score for grade in grades}


def test_what_came_since_is_published_though_what_counts_is_the_same(small: SmallClass) -> None:
    small.late = Late(due=DUE + timedelta(days=50_000))
    small.hand_in("alice", digest="one")
    publish(small)
    assert publish(small).later == ()
    ledger = small.book.ledger
    (act,) = ledger.acts
    before = act.at - timedelta(milliseconds=1)
    assert ledger.is_shown("alice", before)
    assert not ledger.is_shown("alice", act.at + timedelta(milliseconds=1))
    assert not ledger.is_shown("bob", before), "nothing is published to them"
    end = DUE + timedelta(days=50_000)
    assert ledger.is_shown("alice", end + timedelta(seconds=1)), "it is too late to be in time"
    assert not ledger.is_shown("alice", end + timedelta(milliseconds=999)), "nobody is late by that"
    small.hand_in("alice", digest="two", days_late=40_000)
    found = publish(small)
    assert [one.student for one in found.new] == ["alice"]
    assert (found.since, found.later) == (("alice",), ("alice",))
    small.decide(acts.take_back(small.book, act.deed, "boss"))
    assert small.book.ledger.shown_until("alice") is not None, "the second stands"


def test_who_handed_in_since_is_told_though_they_are_shown_all_of_it(small: SmallClass) -> None:
    """As whoever is past due is: nothing is held back for them."""
    for name in ("alice", "bob"):
        small.hand_in(name, digest="one")
    assert publish(small).since == ()
    small.hand_in("alice", digest="two", days_late=40_000)
    found = publish(small)
    assert (found.since, found.later) == (("alice",), ())


def test_of_older_programs_the_second_alone_is_known(small: SmallClass) -> None:
    small.late = Late(due=DUE + timedelta(days=50_000))
    small.hand_in("alice")
    publish(small)
    (act,) = small.book.ledger.acts
    second = act.at.replace(microsecond=0)
    with small.store._begin(writes=True) as connection:
        connection.execute(ACTS.update().values(at=second.isoformat()))
    ledger = small.book.ledger
    assert ledger.at(act.deed) == second
    assert ledger.is_shown("alice", second + timedelta(milliseconds=999))
    assert not ledger.is_shown("alice", second + timedelta(seconds=1))


def test_a_publication_on_the_second_is_told_from_one_of_an_older_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return DUE

    monkeypatch.setattr("autograder.acts.ledger.datetime", Clock)
    assert moment_of_publishing() == DUE + timedelta(microseconds=1)


def test_of_whom_an_override_is_of_another_file_is_told_before(small: SmallClass) -> None:
    small.hand_in("alice", digest="one")
    small.decide(acts.override(small.book, "alice", "adam", 25.0, "so", "ta"))
    assert publish(small).earlier == ()
    small.hand_in("alice", digest="two")
    assert publish(small).earlier == ("alice",)


def test_nothing_is_seen_before_and_nothing_new_after(small: SmallClass) -> None:
    small.hand_in("alice")
    mark(small, "alice", 5)
    assert seen(small) == {}
    assert not small.grade("alice").published
    publish(small)
    assert seen(small) == {"alice": 23}
    assert small.grade("alice").published
    mark(small, "alice", 9)
    assert seen(small) == {"alice": 23}
    now = small.grade("alice")
    assert now.seen is not None
    assert (now.published, now.seen.score) == (False, 23)
    assert now.final is not None
    assert now.final.score == 27


def test_a_later_publication_says_what_changed(small: SmallClass) -> None:
    small.hand_in("alice")
    small.hand_in("bob")
    mark(small, "alice", 5)
    mark(small, "bob", 5)
    assert [change.is_first for change in publish(small).new] == [True, True]
    small.decide(acts.override(small.book, "alice", "adam", 30, "so", "boss"))
    found = publish(small)
    assert [change.student for change in found.new] == ["alice"]
    assert found.same == 1
    alice = next(PublishedGrades(small.store, small.book.ledger).of({"alice"}))
    assert alice.seen is not None
    assert alice.seen.changes == (
        "Adam: 18 points, now 30 points",
        "in all: 23 points, now 35 points",
    )
    assert small.grade("alice").published


def test_a_question_is_no_change_of_what_is_published_and_an_answer_is(small: SmallClass) -> None:
    small.hand_in("alice")
    mark(small, "alice", 5)
    publish(small)
    small.decide(acts.request(small.book, "alice", "adam", "Why?", "alice"))
    assert small.grade("alice").published
    assert publish(small).new == ()
    mark(small, "alice", 6)
    (change,) = publish(small).new
    assert change.sentences == (
        "Why: 5 points, now 6 points",
        "in all: 23 points, now 24 points",
    ), "of Adam nothing was said"
    (asked,) = small.question("alice", "adam").requests
    small.decide(acts.reply(small.book, asked.number, "So it is.", "boss"))
    (change,) = publish(small).new
    assert change.sentences == ("Adam: other words, the same points",)


def test_what_was_published_with_a_question_by_an_older_program_is_as_it_was(
    small: SmallClass,
) -> None:
    small.hand_in("alice")
    small.decide(acts.request(small.book, "alice", "adam", "Why?", "alice"))
    publish(small)
    with small.store._begin(writes=True) as connection:
        connection.execute(PUBLISHED.update().values(digest="of all of it"))
    assert small.grade("alice").published


def test_points_so_far_are_told_as_such_before_and_after(small: SmallClass) -> None:
    small.hand_in("alice")
    publish(small)
    mark(small, "alice", 5)
    (change,) = publish(small).new
    assert change.sentences[-1] == "in all: 18 of 90 so far, now 23 of 100"
    small.hand_in("alice", "Another answer.")
    (change,) = publish(small).new
    assert change.sentences[-1] == "in all: 23 of 100, now 18 of 90 so far"
    small.decide(acts.override(small.book, "alice", "adam", 30, "so", "boss"))
    publish(small)
    mark(small, "alice", 6)
    (change,) = publish(small).new
    assert change.sentences[-1] == "in all: 30 of 90 so far, now 36 of 100"


def test_points_that_only_lateness_takes_are_said_while_an_answer_waits(small: SmallClass) -> None:
    small.late = Late(due=DUE, policy="share_per_day", share=0.5)
    small.hand_in("alice", digest="one")
    publish(small)
    small.hand_in("alice", digest="one", days_late=1)
    (change,) = publish(small).new
    assert "by the program: 18 points, now 9 points" in change.sentences


def test_other_words_beside_the_same_points_are_said_to_be_of_what(small: SmallClass) -> None:
    small.late = Late(due=DUE)
    small.hand_in("alice", digest="one")
    mark(small, "alice", 5)
    publish(small)

    def change() -> tuple[str, ...]:
        (found,) = publish(small).new
        return found.sentences

    later = Dated("alice", DUE + timedelta(days=3))
    extend(small.store, small.grades.standing, [later])
    assert change() == ("lateness: other words, the same points",)
    small.late = Late(due=DUE, policy="share_per_day", share=0.0001)
    extend(small.store, small.grades.standing, [Dated("alice", None)])
    assert change() == ("lateness: other words, the same points",)
    small.hand_in("alice", digest="one", days_late=2)
    small.late = Late(due=DUE)
    assert change() == (
        "lateness: other words, the same points",
        "when it was handed in: other words, the same points",
    )
    broken = replace(small.grade("alice"), notices=("Cell 3 failed.",))
    assert list(_changes(small.grade("alice"), broken)) == [
        "what is said of the whole file: other words, the same points"
    ]
    unsafe = replace(small.grade("alice"), unsafe=True)
    assert list(_changes(small.grade("alice"), unsafe)) == [
        "the page: other words, the same points"
    ]


@pytest.mark.long
def test_of_a_large_class_no_more_grades_are_held_than_of_a_small_one(
    small: SmallClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(700):
        small.hand_in(f"student{number:03}")
    book, alive, most = small.book, WeakSet[Grade](), [0]

    def watched(students: Container[str]) -> Iterator[Grade]:
        for grade in small.grades.of(students):
            alive.add(grade)
            most[0] = max(most[0], len(alive))
            yield grade

    monkeypatch.setattr(Grade, "__hash__", object.__hash__)
    found = acts.publish(small.store, replace(book, grades=watched), "boss")
    assert len(found.new) == len(seen(small)) == 700
    assert most[0] < 10


def test_publishing_what_is_published_is_no_act(small: SmallClass) -> None:
    small.hand_in("alice")
    publish(small)
    count = len(small.book.ledger.acts)
    publish(small)
    assert len(small.book.ledger.acts) == count


def test_grading_the_same_again_is_no_change(small: SmallClass) -> None:
    small.hand_in("alice", digest="same")
    publish(small)
    small.hand_in("alice", digest="same", version="v2")
    assert small.grade("alice").published
    small.hand_in("alice", digest="same", adam=17.0, version="v3")
    assert not small.grade("alice").published
    assert seen(small) == {"alice": None}


def test_by_section(small: SmallClass, tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        small.hand_in(name)
        mark(small, name, 1)
    small.people(tmp_path / "r.csv", "id,section\nalice,Monday\nbob,Friday\nzed,Friday\n")
    publish(small, "monday")
    assert {g.student: g.published for g in small.grades} == {"alice": True, "bob": False}
    with pytest.raises(UsageError, match="no section 'Tuesday'"):
        publish(small, "Tuesday")
    with pytest.raises(UsageError, match=r"'Mondy'; did you mean Monday\?$"):
        publish(small, "Mondy")
    publish(small)
    assert set(seen(small)) == {"alice", "bob"}


def test_nothing_is_published_to_who_is_staff_by_now(small: SmallClass, tmp_path: Path) -> None:
    small.late = Late(due=DUE + timedelta(days=50_000))
    small.people(tmp_path / "people.csv", "id,role,section\nann,student,A\nmaria,student,A\n")
    for name in ("ann", "maria", "stranger"):
        small.hand_in(name)
    small.people(tmp_path / "people.csv", "id,role,section\nann,student,A\nmaria,ta,A\n")
    assert [one.student for one in acts.preview(small.store, small.book, "A").new] == ["ann"]
    found = publish(small)
    assert [one.student for one in found.new] == ["ann", "stranger"]
    assert found.waiting == ("ann", "stranger")
    assert found.in_time == 1, "of the list"
    assert set(seen(small)) == {"ann", "stranger"}


def test_an_answer_of_who_was_forgotten_waits_for_nobody(small: SmallClass) -> None:
    for name in ("ann", "emil"):
        small.hand_in(name)
    forget(small.store, somebody(small.store, "emil", ["rates"]), ["rates"], "boss")
    assert set(small.book.counting) == {"ann", "forgotten-1"}
    assert [one.student for one in small.book.answers()] == ["ann"]
    assert small.book.forgotten == {"forgotten-1"}
    assert publish(small).waiting == ("ann",)
    assert set(seen(small)) == {"ann"}
    finals = {student: small.final(student) for student in small.book.counting}
    column = acts.Column("rates", "Rates", 100.0, finals, small.book.forgotten)
    lines = acts.gradebook([column], {}).lines
    assert {line.student: line.waits for line in lines} == {"ann": True, "forgotten-1": False}


def test_a_mark_belongs_to_the_answer_it_was_given_for_also_of_who_is_forgotten(
    small: SmallClass,
) -> None:
    for name in ("amy", "ben", "cleo"):
        small.hand_in(name, "It stops.")
        mark(small, name, 7)
    small.hand_in("ben", "It goes on.")
    small.hand_in("cleo", "It goes on.")
    small.hand_in("cleo", "It  stops.", digest="third")
    small.hand_in("dan", "")
    mark(small, "dan", 0)
    before = {name: small.final(name) for name in ("amy", "ben", "cleo", "dan")}
    assert before == {"amy": 25, "ben": None, "cleo": 25, "dan": 18}
    for number, name in enumerate(before, 1):
        forget(small.store, somebody(small.store, name, ["rates"]), ["rates"], "boss")
        alias = f"forgotten-{number}"
        assert small.final(alias) == before[name]
        assert "stops" not in small.question(alias).answer
    given = small.question("forgotten-2").earlier_mark
    assert given is not None
    assert (given.points, given.by) == (7, "ta")


def test_what_was_published_to_who_is_forgotten_stays_as_it_was(small: SmallClass) -> None:
    def told() -> str:
        (student,) = {entry.student for entry in small.store.entries("rates")}
        said = history.text(history.of_student(small.store, small.grades.standing, student))
        (one,) = re.findall(r"published  (.*?)  graded", " ".join(said.splitlines()))
        return " ".join(one.split())

    small.hand_in("amy", days_late=1, digest="one")
    small.decide(acts.mark(small.book, "amy", small.question("amy"), 8, "ta", comment="told-her"))
    small.decide(acts.override(small.book, "amy", "adam", 85.0, "told-her", "ta"))
    small.decide(acts.comment_on(small.book, "amy", "why", "told-her", "ta"))
    small.decide(acts.request(small.book, "amy", "why", "asked-so", "amy"))
    small.hand_in("amy", days_late=1, digest="two")
    publish(small)
    before = told()
    assert before.endswith(": 83.7 of 100, after lateness")
    forget(small.store, somebody(small.store, "amy", ["rates"]), ["rates"], "boss")
    assert told() == before
    (grade,) = PublishedGrades(small.store, small.book.ledger)
    assert not any(word in repr(grade) for word in ("amy", "told-her", "asked-so", "stops"))
    mark(small, "forgotten-1", 9)
    assert told() == f"{before}; it has changed since"


def test_a_publication_that_is_taken_back_shows_the_one_before(small: SmallClass) -> None:
    small.hand_in("alice")
    mark(small, "alice", 1)
    publish(small)
    mark(small, "alice", 2)
    publish(small)
    assert seen(small) == {"alice": 20}
    small.decide(acts.take_back(small.book, acts.last_deed(small.book.ledger)[0].deed, "boss"))
    assert seen(small) == {"alice": 19}
    assert not small.grade("alice").published


def test_what_was_previewed_is_what_is_published(small: SmallClass) -> None:
    small.hand_in("alice")
    book = small.book
    mark(small, "alice", 1)
    with pytest.raises(Conflict, match="gave 1 point "):
        acts.publish(small.store, book, "boss")
    assert seen(small) == {}


def test_who_is_joined_later_still_sees_it(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("amy@uni.edu")
    mark(small, "amy@uni.edu", 4)
    publish(small)
    small.people(tmp_path / "r.csv", "id,email\namy,amy@uni.edu\n")
    assert seen(small) == {"amy": 22}
    grade = next(iter(PublishedGrades(small.store, small.book.ledger, details=True)))
    assert (grade.student, grade.questions[1].score) == ("amy", 4)


def test_a_published_page_has_all_that_its_attempts_page_had() -> None:
    full = QuestionGrade(
        *("adam", "Adam", QuestionStatus.PARTIAL, 5.0, 30.0),
        pictures=(Picture("Steps", "They shrink.", "epoch", "step", ()),),
        tables=(Table("Weights", ("g",), (("1",),)),),
        source="def do_adam(): ...",
        places=(Place("do_adam", 1, None, 1),),
        marks=(Mark(1, "leaves out the correction"),),
    )
    attempt = Grade("amy", "hw.py", SubmissionStatus.GRADED, 5.0, 30.0, questions=(full,))
    brief = replace(attempt, questions=(full.brief,))
    assert with_details(brief, attempt) == attempt


def test_what_could_not_be_graded_is_left_out_and_who_waits_is_named(small: SmallClass) -> None:
    small.hand_in("alice")
    found = acts.preview(small.store, small.book)
    assert found.waiting == ("alice",)
    assert found.left_out == ()
