"""Two who decide at once lose nothing, and what may not be decided has a reason."""

from __future__ import annotations

import pytest
from small_class import RUBRIC, SmallClass

from autograder import acts
from autograder.errors import UsageError
from autograder.model import RubricItem
from autograder.store import Conflict, Mark


def test_the_second_is_told_what_the_first_did(small: SmallClass) -> None:
    small.hand_in("alice")
    small.hand_in("bob")
    first, second = small.book, small.book
    mark = acts.mark(first, "alice", small.question("alice"), 7, "maria")
    acts.decide(small.store, first.ledger, [mark])
    other = acts.mark(second, "alice", small.question("alice"), 2, "tom")
    beside = acts.mark(second, "bob", small.question("bob"), 2, "tom")
    with pytest.raises(Conflict, match=r"maria gave 7 points \(alice, why\)"):
        acts.decide(small.store, second.ledger, [beside, other])
    assert small.question("alice").score == 7
    assert small.question("bob").score is None
    acts.decide(small.store, second.ledger, [beside])  # nobody else decided on bob
    assert small.question("bob").score == 2


def test_a_page_that_was_opened_before_is_out_of_date(small: SmallClass) -> None:
    small.hand_in("alice")
    subject = ("alice", "why")
    opened = small.book.ledger.version(*subject)
    deed = small.decide(acts.mark(small.book, "alice", small.question("alice"), 7, "maria"))
    book = small.book
    mine = acts.mark(book, "alice", small.question("alice"), 2, "tom")
    with pytest.raises(Conflict, match="maria gave 7"):
        acts.decide(small.store, book.ledger, [mine], versions={subject: opened})
    seen = book.ledger.version(*subject)
    small.decide(acts.take_back(small.book, deed, "maria"))
    book = small.book
    assert book.ledger.version(*subject) > seen > opened
    with pytest.raises(Conflict, match="maria took back that maria gave 7"):
        acts.decide(small.store, book.ledger, [mine], versions={subject: seen})
    acts.decide(small.store, book.ledger, [mine], versions={subject: book.ledger.version(*subject)})
    assert small.question("alice").score == 2


def test_undo_takes_back_nothing_that_nobody_saw(small: SmallClass) -> None:
    small.hand_in("alice")
    small.decide(acts.mark(small.book, "alice", small.question("alice"), 7, "maria"))
    book = small.book
    small.decide(acts.comment_on(small.book, "alice", "adam", "Fine.", "tom"))
    undo = acts.take_back(book, acts.last_deed(book.ledger)[0].deed, "maria")
    with pytest.raises(Conflict, match=r"tom wrote a comment \(alice, adam\)"):
        acts.decide(small.store, book.ledger, [undo], alone=True)
    assert small.question("alice").score == 7


def test_what_may_not_be(small: SmallClass) -> None:
    small.hand_in("alice")
    book, question = small.book, small.question("alice")
    for call, reason in (
        (lambda: acts.mark(book, "alice", question, 10.01, "ta"), "from 0 to 10"),
        (lambda: acts.mark(book, "alice", question, float("nan"), "ta"), "from 0 to 10"),
        (
            lambda: acts.mark(book, "alice", small.question("alice", "adam"), 1, "ta"),
            "not marked by a person",
        ),
        (lambda: acts.mark(book, "alice", question, 1, "ta", rubric=["no"]), "no item"),
        (lambda: acts.override(book, "alice", "adam", -1, "so", "ta"), "from 0 to 90"),
        (lambda: acts.override(book, "alice", "adam", 1, " \n", "ta"), "needs a reason"),
        (lambda: acts.override(book, "alice", "eve", 1, "so", "ta"), "no question 'eve'"),
        (lambda: acts.comment_on(book, "alice", "adam", " ", "ta"), "needs words"),
        (lambda: acts.comment_on(book, "alice", "adam", "x" * 20_001, "ta"), "too many"),
        (
            lambda: acts.comment_to_all(book, "correction_mising", "x", "ta"),
            "did you mean correction_missing",
        ),
        (lambda: acts.request(book, "alice", "adam", "", "alice"), "needs words"),
        (lambda: acts.reply(book, 1, "Yes.", "ta"), "no request 1"),
        (lambda: acts.rubric(book, "adam", RUBRIC, "ta"), "not marked by a person"),
        (lambda: acts.rubric(book, "why", (*RUBRIC, RUBRIC[0]), "ta"), "one name"),
    ):
        with pytest.raises(UsageError, match=reason):
            call()


def test_a_changed_rubric_gives_its_marks_new_points(small: SmallClass) -> None:
    for name in ("a", "b", "c"):
        small.hand_in(name, f"{name} says")
    for name, points, items in (("a", 4, ["sums"]), ("b", 9, ["sums", "stops"]), ("c", 5, [])):
        small.decide(acts.mark(small.book, name, small.question(name), points, "ta", rubric=items))
    changed = [RubricItem("sums", "sums squares", 6.0), RubricItem("new", "is new", 1.0)]
    deed = small.decide(*acts.rubric(small.book, "why", changed, "boss"))
    assert small.book.asked["why"].rubric == tuple(changed)
    assert {name: small.question(name).score for name in "abc"} == {"a": 6, "b": 5, "c": 5}
    mark = small.question("b").by_person
    assert mark is not None
    assert (mark.rubric, mark.by) == ((changed[0],), "boss")
    small.decide(acts.take_back(small.book, deed, "boss"))
    assert small.book.asked["why"].rubric == RUBRIC
    assert {name: small.question(name).score for name in "abc"} == {"a": 4, "b": 9, "c": 5}


def test_the_trail_has_every_act_with_who_and_when(small: SmallClass) -> None:
    small.hand_in("alice")
    deed = small.decide(
        acts.mark(small.book, "alice", small.question("alice"), 7, "maria", comment="=A1")
    )
    small.decide(acts.take_back(small.book, deed, "tom"))
    heading, mark, undo = "".join(acts.trail(small.book)).splitlines()
    assert heading.startswith("id,deed,at,by,kind,student,question")
    assert mark.split(",")[3:7] == ["maria", "mark", "alice", "why"]
    assert "'=A1" in mark
    assert mark.endswith(",yes")
    assert undo.split(",")[3:5] == ["tom", "undo"]
    assert undo.endswith(f"{deed},no")


def test_a_mark_remembers_the_answer_that_was_read(small: SmallClass) -> None:
    """Handed in anew between reading and saving: the mark is for what was read."""
    small.hand_in("alice", "First.")
    book, read = small.book, small.question("alice")
    small.hand_in("alice", "Second.")
    acts.decide(small.store, book.ledger, [acts.mark(book, "alice", read, 7, "ta")])
    question = small.question("alice")
    assert question.score is None
    assert question.earlier_mark is not None
    assert isinstance(small.book.ledger.acts[0].what, Mark)


def test_a_name_does_not_steer_the_terminal_of_who_is_told(small: SmallClass) -> None:
    small.hand_in("eve\x1b[2J")
    book = small.book
    act = acts.mark(book, "eve\x1b[2J", small.question("eve\x1b[2J"), 1, "ta\x07")
    assert acts.told(book.ledger, act) == "ta  gave 1 point (eve [2J, why)"
