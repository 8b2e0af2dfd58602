"""What a check or a submission comes to, in a mark or a few words; every report uses these."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.judging.words import (
    MISSING,
    NOT_JUDGED,
    UNWRITTEN,
    WRITTEN_DECIDED,
    WRITTEN_FOUND,
    WRITTEN_IF,
    WRITTEN_NONE,
    WRITTEN_OUT,
    WRITTEN_UNCOUNTED,
)
from autograder.model import Check, Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.report.text import one_line
from autograder.report.words import WORDS, Words


def check_mark(check: Check) -> str:
    """The key of a check's mark and verdict: ``ok``, ``partly``, ``missed`` or ``untried``."""
    if not check.tried:
        return "untried"
    if check.passed:
        return "ok"
    return "partly" if check.score > 0 else "missed"


def found(grade: Grade, words: Words = WORDS) -> str:
    """What to say of a submission in a few words: why it has no grade, or what was found."""
    if grade.status is not SubmissionStatus.GRADED:
        what = words.submission_status[grade.status]
        return f"{what}: {one_line(grade.message, 120)}" if grade.message else what
    slugs = dict.fromkeys(slug for q in grade.questions for slug in q.misconceptions)
    ended: dict[QuestionStatus, list[str]] = {}
    for question in grade.questions:
        stopped = question.status in (QuestionStatus.TIMEOUT, QuestionStatus.ERROR)
        if stopped and not question.misconceptions:
            ended.setdefault(question.status, []).append(question.name)
    told = (
        f"{', '.join(names)}: {words.question_status[status]}" for status, names in ended.items()
    )
    return "; ".join(filter(None, [", ".join(slugs), *told]))


def is_unwritten(question: QuestionGrade) -> bool:
    """Whether nothing was tried, since every function asked for is as the notebook came with it."""
    if question.status is not QuestionStatus.NONE or any(c.tried for c in question.checks):
        return False
    return _ALL_UNWRITTEN.fullmatch(question.message or "") is not None


def is_unanswered(question: QuestionGrade) -> bool:
    """Whether a person would read an answer here, and there is none."""
    is_open = question.status is QuestionStatus.PENDING and not question.answer
    return is_open and question.message in (WRITTEN_NONE, WRITTEN_UNCOUNTED)


def is_read_if(question: QuestionGrade) -> bool:
    """Whether an answer is here that a person reads only if its attempt counts, which is not told
    yet."""
    return question.status is QuestionStatus.PENDING and question.message == WRITTEN_IF


def is_unread(question: QuestionGrade) -> bool:
    """Whether an answer is here that nobody is to read."""
    is_open = question.status is QuestionStatus.PENDING
    return is_open and question.message in (WRITTEN_OUT, WRITTEN_DECIDED)


def is_uncounted(question: QuestionGrade) -> bool:
    """Whether no person gives points here, for they are given elsewhere."""
    is_open = question.status is QuestionStatus.PENDING
    return is_unread(question) or (is_open and question.message == WRITTEN_UNCOUNTED)


def is_overtaken(question: QuestionGrade) -> bool:
    """Whether its message promises points that a person has given by now."""
    return question.override is not None and question.message in (NOT_JUDGED, WRITTEN_FOUND)


def lacks_all(grade: Grade) -> bool:
    """Whether none of the functions asked for is in the file."""
    judged = [q for q in grade.questions if q.status is not QuestionStatus.PENDING]
    return bool(judged) and all(_ALL_MISSING.fullmatch(q.message or "") for q in judged)


def _repeated(sentence: str) -> re.Pattern[str]:
    """The sentence, of one function or several."""
    one = re.escape(sentence).replace(re.escape("{function}"), ".+?")
    return re.compile(f"(?:{one} ?)+")


_ALL_UNWRITTEN = _repeated(UNWRITTEN)
_ALL_MISSING = _repeated(MISSING)


def what_was_found(question: QuestionGrade, words: Words = WORDS) -> str:
    """What was found of a question, in a few words."""
    if is_unanswered(question):
        return words.unanswered
    if is_read_if(question):
        return words.read_if
    if is_unread(question):
        return words.unread
    if is_uncounted(question):
        return words.uncounted
    return words.unwritten if is_unwritten(question) else words.question_found[question.status]


def seen(grade: Grade) -> str:
    """Whether its student is shown it, as a key of the words: ``no``, ``yes`` or ``older``."""
    if grade.seen is None:
        return "no"
    return "yes" if grade.seen.is_current else "older"


def shows_final(grades: Iterable[Grade]) -> bool:
    """Whether people decided or published anything, so that a final score says more."""
    return any(grade.is_decided or grade.seen is not None for grade in grades)
