"""One thing is to be fixed first, and what changed since the attempt before is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from example_grades import adam_question, simple_question, wrong_adam

from autograder.model import (
    Check,
    Grade,
    Override,
    PersonMark,
    QuestionGrade,
    QuestionStatus,
    SubmissionStatus,
)
from autograder.report import WORDS, feedback_page
from autograder.report.priority import by_gain, first_to_fix, to_win
from autograder.report.since import changes

ERROR, NONE, PENDING = QuestionStatus.ERROR, QuestionStatus.NONE, QuestionStatus.PENDING


def with_questions(*questions: QuestionGrade) -> Grade:
    return replace(wrong_adam(), questions=questions)


def lost(name: str, score: float, worth: float, message: str | None = None) -> QuestionGrade:
    question = simple_question(name, name.title(), score, worth, QuestionStatus.PARTIAL)
    return replace(question, message=message)


def test_most_points_to_win_come_first() -> None:
    grade = with_questions(lost("a", 18, 20, "A."), lost("b", 5, 20, "B."), lost("c", 8, 10, "C."))
    first = first_to_fix(grade)
    assert first is not None
    assert (first.question.name, first.sentence, first.points) == ("b", "B.", 15)
    assert not first.begins
    assert [q.name for q in by_gain(grade.questions)] == ["b", "a", "c"]


def test_one_cause_of_several_questions_is_one_thing() -> None:
    cause = "The file stopped at line 3: SyntaxError."
    grade = with_questions(
        lost("a", 0, 12, "A."), lost("b", 0, 10, cause), lost("c", 0, 10, cause), lost("d", 1, 2)
    )
    first = first_to_fix(grade)
    assert first is not None
    assert (first.question.name, first.points) == ("b", 20)
    assert [q.name for q in first.others] == ["c"]
    hidden = [
        replace(q, message=f"There is no {q.name}.", cause=cause) for q in grade.questions[1:3]
    ]
    found = first_to_fix(with_questions(*hidden))
    assert found is not None
    assert (found.sentence, found.points, len(found.others)) == (cause, 20, 1)


def test_of_nothing_at_all_the_first_question_is_the_beginning() -> None:
    grade = with_questions(
        replace(lost("a", 0, 10, "f is not written yet."), status=NONE),
        replace(lost("b", 0, 30, "g is not written yet."), status=ERROR),
    )
    first = first_to_fix(grade)
    assert first is not None
    assert (first.question.name, first.begins) == ("a", True)


def test_nothing_is_to_be_won_of_a_person_or_of_full_marks() -> None:
    waits = QuestionGrade("e", "E", PENDING, None, 10.0)
    unjudged = QuestionGrade("u", "U", ERROR, None, 10.0)
    full = simple_question("f", "F", 10.0, 10.0, QuestionStatus.FULL)
    assert [to_win(q) for q in (waits, unjudged, full)] == [0, 0, 0]
    assert first_to_fix(with_questions(waits, unjudged, full)) is None


def test_the_sentence_is_the_message_or_the_fault_or_the_dearest_check() -> None:
    named = adam_question()
    checks = (Check("x", False, 0, 1, "Cheap."), Check("y", False, 1, 5, "Dear."))
    bare = replace(named, explanations=(), checks=checks)
    sentences = [
        first.sentence
        for question in (replace(named, message="Said."), named, bare)
        if (first := first_to_fix(with_questions(question)))
    ]
    both = "Said. Your code Your Adam steps with the raw moments."
    assert sentences == [both, "Your Adam steps with the raw moments", "Dear."]
    titled = replace(named, message=f"It is so: {named.explanations[0].title}.")
    found = first_to_fix(with_questions(titled))
    assert found is not None
    assert found.sentence == titled.message, "once is enough"


def test_measurements_stand_in_where_a_fault_has_no_name() -> None:
    question = replace(adam_question(), explanations=(), evidence=("One.", "Two.", "Three."))
    first = first_to_fix(with_questions(question))
    assert first is not None
    assert first.evidence == ("One.", "Two.")


def test_what_changed_names_scores_and_faults() -> None:
    before = with_questions(adam_question(), lost("b", 5, 20))
    now = with_questions(
        replace(adam_question(), score=30.0, misconceptions=(), explanations=()), lost("b", 5, 20)
    )
    now = replace(now, score=90.0)
    assert changes(now, before, WORDS) == (
        "Your attempt before: 78, this one: 90.",
        "Adam: 18 before, 30 here; no longer found: Your Adam steps with the raw moments.",
    )
    assert changes(before, before, WORDS)[1] == WORDS.since_same
    taken = replace(before, score=70.0, score_before_late=78.0)
    for then, after in ((taken, now), (before, replace(now, score=81.0, score_before_late=90.0))):
        said = "Your attempt before: 78, this one: 90, both before what being late costs."
        assert changes(after, then, WORDS)[0] == said, "whichever of the two is late"
    free = replace(before, score_before_late=78.0)
    assert changes(now, free, WORDS) == changes(now, before, WORDS), "it costs nothing"
    assert changes(now, None, WORDS) == ()
    assert changes(replace(now, score=None), before, WORDS) == ()


def test_of_what_nothing_is_left_to_say_no_heading_says_to_fix_it() -> None:
    """As whoever was forgotten has it: points, names of faults, and no word."""
    questions = [
        replace(
            simple_question(one.name, one.title, one.score, one.max_score, one.status),
            misconceptions=one.misconceptions,
            checks=tuple(replace(check, message="") for check in one.checks),
        )
        for one in wrong_adam().questions
    ]
    grade = with_questions(*(replace(one, message=None) for one in questions))
    assert to_win(adam_question()) > 0
    assert first_to_fix(grade) is None
    page = feedback_page(grade, assignment_title="Rates")
    assert WORDS.first not in page
    assert WORDS.nothing_to_fix not in page


def test_what_changed_is_the_programs_in_the_sum_and_in_its_parts() -> None:
    """Whatever a person put in place of it."""
    then, now = (
        with_questions(
            lost("a", score, 30), replace(lost("w", mark, 10), by_person=_mark(mark), answer="It.")
        )
        for score, mark in ((0, 5), (30, 7))
    )
    then, now = replace(then, score=0.0), replace(now, score=30.0)
    for of_then, of_now in ((True, False), (False, True), (True, True)):
        said = changes(_overridden(now, of_now), _overridden(then, of_then), WORDS)
        assert said == (
            "By the program, without what a person gives, your attempt before: 0, this one: 30.",
            "A, by the program: 0 before, 30 here.",
        )
    assert changes(_overridden(now), _overridden(now), WORDS)[1] == WORDS.since_same_program


def _mark(points: float) -> PersonMark:
    return PersonMark(points, "", "maria", datetime(2025, 4, 1, tzinfo=UTC))


def _overridden(grade: Grade, is_overridden: bool = True) -> Grade:
    """With points of a person for the first question, if so."""
    first, *rest = grade.questions
    override = Override(20.0, "so it is", "ines", datetime(2025, 4, 1, tzinfo=UTC))
    changed = replace(first, override=override if is_overridden else None)
    return replace(grade, questions=(changed, *rest))


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ("It stops.", "", "nothing is written any more"),
        ("", "It stops.", "now written"),
        ("It stops.", "It never stops.", "written anew"),
        ("It stops.", "It\n stops. ", ""),
        ("", "", ""),
    ],
)
def test_what_became_of_a_written_answer_is_told(then: str, now: str, said: str) -> None:
    before, after = (
        with_questions(lost("b", 5, 20), replace(lost("w", 0, 10), status=PENDING, answer=answer))
        for answer in (then, now)
    )
    for marked in (before, with_questions(before.questions[0], _marked(before.questions[1]))):
        told = f"W: {said}." if said else WORDS.since_same_program
        assert changes(after, marked, WORDS)[1:] == (told,)
    cut_off = replace(after, status=SubmissionStatus.UNREADABLE)
    assert changes(cut_off, before, WORDS)[1:] == (WORDS.since_same_program,), "nobody knows"


def _marked(question: QuestionGrade) -> QuestionGrade:
    return replace(question, status=QuestionStatus.FULL, score=10.0, by_person=_mark(10.0))
