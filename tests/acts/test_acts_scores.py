"""What counts in the end, and that nothing decided is lost to what comes later."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_class import DUE, SmallClass

from autograder import acts
from autograder.acts import Files, Ledger, final_of, with_acts
from autograder.model import Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.people import Directory, Policies, Standing, lateness
from autograder.settings import Late
from autograder.store import Act, Mark, Override, digest_of_answer, open_store

NOW = datetime(2025, 4, 1, tzinfo=UTC)


def mark(small: SmallClass, student: str, points: float, comment: str = "", by: str = "ta") -> str:
    book = small.book
    question = small.question(student)
    return small.decide(acts.mark(book, student, question, points, by, comment=comment))


def override(small: SmallClass, student: str, question: str, points: float | None) -> str:
    return small.decide(acts.override(small.book, student, question, points, "so it is", "boss"))


def test_a_mark_is_the_questions_score_and_completes_the_sum(small: SmallClass) -> None:
    small.hand_in("alice")
    assert small.final("alice") is None
    assert small.question("alice").status is QuestionStatus.PENDING
    mark(small, "alice", 7.5, "Good.")
    question = small.question("alice")
    assert (question.score, question.status) == (7.5, QuestionStatus.PARTIAL)
    assert question.by_person is not None
    assert (question.by_person.comment, question.by_person.by) == ("Good.", "ta")
    assert small.final("alice") == 25.5
    assert small.grade("alice").score == 18.0  # the computed part is as it was


@pytest.mark.parametrize(
    ("points", "status"),
    [(0, QuestionStatus.NONE), (9.99, QuestionStatus.PARTIAL), (10, QuestionStatus.FULL)],
)
def test_the_status_of_a_mark(small: SmallClass, points: float, status: QuestionStatus) -> None:
    small.hand_in("alice")
    mark(small, "alice", points)
    assert small.question("alice").status is status


def test_an_override_counts_and_leaves_the_computed_points(small: SmallClass) -> None:
    small.hand_in("alice")
    mark(small, "alice", 5)
    override(small, "alice", "adam", 90)
    question = small.question("alice", "adam")
    assert (question.score, question.status) == (18.0, QuestionStatus.PARTIAL)
    assert question.override is not None
    assert (question.override.points, question.override.reason) == (90, "so it is")
    assert small.final("alice") == 95
    assert small.grade("alice").score == 18.0
    override(small, "alice", "adam", None)
    assert small.question("alice", "adam").override is None
    assert small.final("alice") == 23


def test_an_override_stands_for_a_mark_that_nobody_gave(small: SmallClass) -> None:
    small.hand_in("alice")
    override(small, "alice", "why", 3)
    assert small.question("alice").status is QuestionStatus.PENDING
    assert small.final("alice") == 21
    mark(small, "alice", 8)
    assert (small.question("alice").score, small.final("alice")) == (8, 21)


def test_lateness_is_taken_once_from_the_sum(small: SmallClass) -> None:
    small.hand_in("alice", days_late=2)
    mark(small, "alice", 2)
    grade = small.grade("alice")
    assert grade.score == pytest.approx(14.4)  # of the computed part
    assert grade.final is not None
    assert (grade.final.before_late, grade.final.late_points) == (20, -4)
    assert grade.final.score == 16


def test_what_lateness_takes_off_is_told_of_what_counts(small: SmallClass) -> None:
    small.hand_in("alice", days_late=2)
    whole = "Handed in 1 day and 23 hours late; each day begun counts, so 2 days"
    assert small.grade("alice").notices == (f"{whole}: 3.6 of the 18 points earned are taken off.",)
    override(small, "alice", "adam", 60)
    grade = small.grade("alice")
    assert grade.late is not None
    assert (grade.late.reason, grade.notices) == (f"{whole}.", (f"{whole}.",)), "who knows?"
    assert grade.late.points == -3.6, "of the program's score"
    mark(small, "alice", 2.7)
    grade = small.grade("alice")
    assert grade.late is not None
    assert grade.final is not None
    assert grade.late.points == grade.final.late_points == -12.54
    told = f"{whole}: 12.54 of the 62.7 points earned are taken off."
    assert (grade.late.reason, grade.notices) == (told, (told,))
    assert grade.score == pytest.approx(14.4), "the computed part is as it was"
    returned = acts.as_returned(grade)
    assert returned.score_before_late == 62.7
    assert returned.late == grade.late
    assert small.grades.late == {"alice": grade.late}


def test_a_question_that_could_not_be_judged_leaves_no_sum(small: SmallClass) -> None:
    small.hand_in("alice", adam=None)
    mark(small, "alice", 2)
    assert small.final("alice") is None
    override(small, "alice", "adam", 50)
    assert small.final("alice") == 52


def test_a_regrade_keeps_everything(small: SmallClass) -> None:
    small.hand_in("alice", digest="same")
    mark(small, "alice", 7, "Good.")
    override(small, "alice", "adam", 60)
    before = small.question("alice"), small.question("alice", "adam").override
    small.hand_in("alice", adam=44.0, version="v2", digest="same")
    assert small.grade("alice").score == 44
    assert (small.question("alice"), small.question("alice", "adam").override) == before
    assert small.final("alice") == 67


def test_the_same_answer_keeps_its_mark_and_another_one_comes_back(small: SmallClass) -> None:
    small.hand_in("alice", "It stops.")
    mark(small, "alice", 7)
    small.hand_in("alice", "It  stops.\n", adam=20.0)
    assert small.question("alice").score == 7
    small.hand_in("alice", "It goes on.", adam=20.0)
    question = small.question("alice")
    assert (question.score, question.status) == (None, QuestionStatus.PENDING)
    assert question.earlier_mark is not None
    assert question.earlier_mark.points == 7
    assert small.final("alice") is None
    mark(small, "alice", 2)
    assert small.question("alice").earlier_mark is None
    small.hand_in("alice", "It stops.", adam=21.0)
    assert small.question("alice").score == 7  # that answer was read before


def test_a_mark_above_what_the_question_is_worth_now_comes_back(small: SmallClass) -> None:
    small.hand_in("alice", digest="same")
    mark(small, "alice", 9)
    small.written_points = 5.0
    small.hand_in("alice", version="v2", digest="same")
    question = small.question("alice")
    assert question.score is None
    assert question.earlier_mark is not None
    assert question.earlier_mark.points == 9


def test_two_identifiers_that_are_one_person_lose_nothing(
    small: SmallClass, tmp_path: Path
) -> None:
    small.hand_in("amy@uni.edu", "First.")
    small.hand_in("4711", "Second.", adam=33.0)
    mark(small, "amy@uni.edu", 3)
    mark(small, "4711", 9)
    override(small, "amy@uni.edu", "adam", 70)
    small.decide(acts.request(small.book, "amy@uni.edu", "adam", "Look again.", "amy"))
    small.people(tmp_path / "r.csv", "id,email,sis_id\namy,amy@uni.edu,4711\n")
    assert [grade.student for grade in small.grades] == ["amy"]
    assert small.question("amy").score == 9
    assert small.question("amy", "adam").override is not None
    assert [one.asked.text for one in small.question("amy", "adam").requests] == ["Look again."]
    assert small.final("amy") == 79


def test_what_is_taken_back_does_not_stand_and_may_be_given_again(small: SmallClass) -> None:
    small.hand_in("alice")
    mark(small, "alice", 4)
    deed = mark(small, "alice", 9)
    undone = small.decide(acts.take_back(small.book, deed, "ta"))
    assert small.question("alice").score == 4
    small.decide(acts.take_back(small.book, undone, "ta"))
    assert small.question("alice").score == 9


def test_undo_walks_back_through_what_stands(small: SmallClass) -> None:
    small.hand_in("alice")
    for points in (1, 2, 3):
        mark(small, "alice", points)
    seen = []
    while last := acts.last_deed(small.book.ledger):
        seen.append(small.question("alice").score)
        small.decide(acts.take_back(small.book, last[0].deed, "ta"))
    assert seen == [3, 2, 1]
    assert small.question("alice").score is None
    assert len(small.book.ledger.acts) == 6  # nothing was removed


def test_a_comment_to_all_reaches_whoever_has_the_misconception(small: SmallClass) -> None:
    small.hand_in("alice", misconceptions=("correction_missing",))
    small.hand_in("bob")
    small.decide(acts.comment_to_all(small.book, "correction_missing", "Page 40.", "ta"))
    small.hand_in("late", misconceptions=("correction_missing",))
    told = {
        name: [said.text for said in small.question(name, "adam").comments]
        for name in ("alice", "bob", "late")
    }
    assert told == {"alice": ["Page 40."], "bob": [], "late": ["Page 40."]}
    assert small.question("alice").comments == ()


def test_requests_keep_their_numbers_and_are_closed_by_an_answer(small: SmallClass) -> None:
    for name in ("alice", "bob"):
        small.hand_in(name)
        small.decide(acts.request(small.book, name, "adam", f"{name} asks", name))
    small.decide(acts.reply(small.book, 2, "I looked.", "ta", closes=False))
    small.decide(acts.reply(small.book, 2, "Yes.", "ta"))
    first, second = small.book.ledger.requests()
    assert (first.request.number, first.request.is_open) == (1, True)
    assert (second.student, second.request.number, second.request.is_open) == ("bob", 2, False)
    assert [said.text for said in second.request.replies] == ["I looked.", "Yes."]
    first_deed = first.deed
    small.decide(acts.take_back(small.book, first_deed, "ta"))
    assert [one.request.number for one in small.book.ledger.requests()] == [2]


def test_an_override_counts_on_another_file_and_says_that_it_was_made_for_an_earlier_one(
    small: SmallClass,
) -> None:
    small.hand_in("alice", digest="first")
    small.decide(acts.override(small.book, "alice", "adam", 25.0, "so", "ta"))
    small.decide(acts.comment_on(small.book, "alice", "adam", "Look at line 3.", "ta"))
    small.hand_in("alice", digest="first", version="v2")
    again = small.question("alice", "adam")
    assert again.override is not None
    assert again.override.made_for is None, "it is the same file, graded again"
    small.hand_in("alice", "Another.", adam=90.0, digest="second")
    newer = small.question("alice", "adam")
    assert newer.override is not None
    assert newer.final_points == 25.0
    assert newer.override.made_for is not None
    assert (newer.override.made_for.file, newer.override.made_for.digest) == ("alice.py", "first")
    (said,) = newer.comments
    assert said.made_for == newer.override.made_for
    small.decide(acts.override(small.book, "alice", "adam", 25.0, "so", "tom"))
    confirmed = small.question("alice", "adam").override
    assert confirmed is not None
    assert (confirmed.made_for, confirmed.by, confirmed.points) == (None, "tom", 25.0)
    small.hand_in("alice", digest="first", version="v3")
    back = small.question("alice", "adam").override
    assert back is not None
    assert back.made_for is not None
    assert back.made_for.digest == "second", "nor does it fit a file that somebody goes back to"


# ------------------------------------------------------------------ the law


_POINTS = st.integers(0, 40).map(lambda quarter: quarter / 4)
_QUESTION = st.tuples(
    st.booleans(),  # a person marks it
    st.none() | _POINTS,  # computed, or marked
    st.none() | _POINTS,  # the override
)


@given(
    questions=st.lists(_QUESTION, min_size=1, max_size=6),
    days_late=st.integers(0, 12),
    share=st.sampled_from([0.1, 0.25, 1.0]),
)
def test_the_law(
    questions: list[tuple[bool, float | None, float | None]], days_late: int, share: float
) -> None:
    """Final = sum over the questions of (override, else mark, else computed), lateness once."""
    late = Late(due=DUE, policy="share_per_day", share=share)
    policies = Policies(late=late)
    standing = Standing("rates", Directory(()), policies)
    made, decided, expected = [], [], []
    count = itertools.count(1)

    def act(name: str, what: Mark | Override) -> Act:
        number = next(count)
        return Act("rates", what, "ta", NOW, f"d{number}", "alice", question=name, id=number)

    for i, (by_person, points, instead) in enumerate(questions):
        name = f"q{i}"
        computed = None if by_person else points
        status = QuestionStatus.PENDING if by_person else QuestionStatus.PARTIAL
        made.append(QuestionGrade(name, name, status, computed, 10.0, answer=name))
        if by_person and points is not None:
            decided.append(act(name, Mark(points, digest_of_answer(name))))
        if instead is not None:
            decided.append(act(name, Override(instead, "so")))
        expected.append(points if instead is None else instead)
    grade = Grade("alice", "f", SubmissionStatus.GRADED, 1.0, 10.0, questions=tuple(made))
    shown = with_acts(grade, Ledger(decided, standing), {}, Files("", {}))
    at = DUE + timedelta(days=days_late) - timedelta(hours=1)
    final = final_of(shown, 10.0 * len(made), at, policies)
    assert shown.score == grade.score
    for before, after in zip(made, shown.questions, strict=True):
        assert after.score == before.score or before.status is QuestionStatus.PENDING
    if None in expected:
        assert final.score is None
        return
    total = sum(points for points in expected if points is not None)
    assert final.before_late == pytest.approx(total)
    days = max(0, days_late)
    assert final.score == pytest.approx(total * max(0.0, 1 - share * days), abs=1e-6)
    once = lateness("alice", at, total, policies)
    assert final.late_points == (0 if once is None else once.points)


def test_everything_is_read_back_from_the_disk(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("alice")
    mark(small, "alice", 7, "Good \ud800 \0 =1+1")
    with open_store(tmp_path / "grades.db") as again:
        question = SmallClass(again).question("alice")
    assert question == small.question("alice")
    assert question.by_person is not None
    assert "=1+1" in question.by_person.comment
