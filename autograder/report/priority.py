"""What to fix first, and in which order to go through the rest.

One cause may stop several questions: a file that does not parse is one thing to mend, not five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.model import Explanation, Grade, QuestionGrade, QuestionStatus
from autograder.report.marks import check_mark
from autograder.report.words import WORDS, Words


@dataclass(frozen=True)
class First:
    """The one thing to fix first."""

    question: QuestionGrade
    others: tuple[QuestionGrade, ...]
    """Further questions that the same cause stops."""
    points: float
    """To win, of all of these."""
    sentence: str
    explanation: Explanation | None
    """Where the fault has a name."""
    evidence: tuple[str, ...]
    """What was measured, where it has none."""
    hint: str
    """Where there is no explanation to give one; empty: none."""
    begins: bool
    """True: nothing has any points yet, so that this is where to begin."""


def to_win(question: QuestionGrade) -> float:
    """Points that a question still has to give; 0 where it is a person that gives them."""
    if question.score is None or question.by_person or question.override:
        return 0.0
    return max(0.0, question.max_score - question.score)


def is_settled(question: QuestionGrade) -> bool:
    """Whether a person decided what counts."""
    return question.override is not None


def by_gain(questions: Sequence[QuestionGrade]) -> list[QuestionGrade]:
    """Those with points to win, most first; among equals the order of the assignment."""
    return sorted((q for q in questions if to_win(q) > 0), key=to_win, reverse=True)


def first_to_fix(grade: Grade, words: Words = WORDS) -> First | None:
    """None: nothing has points to win, or nothing is left to say of it."""
    open_ = by_gain(grade.questions)
    if not open_:
        return None
    begins = all(not question.score for question in grade.questions)
    # Of nothing at all, the beginning is the first question: later ones build on it.
    causes = [question for question in grade.questions if question in open_] if begins else open_
    groups = [_with_cause_of(question, causes) for question in causes]
    chosen = groups[0] if begins else max(groups, key=lambda group: sum(map(to_win, group)))
    question, *others = chosen
    first = First(
        question=question,
        others=tuple(others),
        points=sum(map(to_win, chosen)),
        sentence=question.cause or what_is_wrong(question, words),
        explanation=next(iter(question.explanations), None),
        evidence=() if question.explanations else question.evidence[:2],
        hint="" if question.explanations else _hint(question, words),
        begins=begins,
    )
    return first if first.sentence or first.explanation or first.evidence or first.hint else None


def _hint(question: QuestionGrade, words: Words) -> str:
    if question.status is QuestionStatus.TIMEOUT:
        return words.hint_timeout
    if any(mark.stopped for mark in question.marks):
        return words.hint_stopped
    return words.hint_trial if question.trial and not question.evidence else ""


def what_is_wrong(question: QuestionGrade, words: Words = WORDS) -> str:
    """In a sentence or two: the question's own message and its first fault, where that is not in
    it; else what its dearest check says."""
    title = question.explanations[0].title if question.explanations else ""
    if question.message and title not in question.message:
        return words.first_named.format(message=question.message, title=title)
    if question.message or title:
        return question.message or title
    failed = [check for check in question.checks if check_mark(check) in ("missed", "partly")]
    dearest = max(failed, key=lambda check: check.max_score - check.score, default=None)
    if dearest is not None:
        return dearest.message
    return next((check.message for check in question.checks if not check.passed), "")


def _with_cause_of(question: QuestionGrade, causes: Sequence[QuestionGrade]) -> list[QuestionGrade]:
    """The question, then the others that the same cause stops, or that have the same message."""
    key = question.cause or question.message
    if not key:
        return [question]
    return [question, *(q for q in causes if q is not question and key in (q.cause, q.message))]
