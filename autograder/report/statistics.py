"""Counts over many grades: scores, misconceptions, checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from autograder.model import Grade, Line, Picture, SubmissionStatus
from autograder.report.words import WORDS, Words
from autograder.text import points

BINS = 10


@dataclass(frozen=True)
class MisconceptionCount:
    """How many submissions show a misconception in a question."""

    slug: str
    question: str
    count: int


@dataclass(frozen=True)
class CheckCount:
    """How many submissions passed a check, of those in which it was made."""

    question: str
    check: str
    passed: int
    made: int


def question_names(grades: Sequence[Grade]) -> tuple[str, ...]:
    """All questions, in the order in which the grades bring them."""
    return tuple(dict.fromkeys(q.name for grade in grades for q in grade.questions))


def worth_of(name: str, grades: Sequence[Grade]) -> float | None:
    """The points that a question gives; None: no grade has it."""
    worths = (q.max_score for grade in grades for q in grade.questions if q.name == name)
    return next(worths, None)


def counts_and_average(grades: Sequence[Grade], words: Words = WORDS) -> str:
    """How many were graded and how they did, in one or two sentences."""
    by_status = Counter(grade.status for grade in grades)
    text = words.index_counts.format(
        all=len(grades),
        graded=by_status[SubmissionStatus.GRADED],
        unreadable=by_status[SubmissionStatus.UNREADABLE],
        not_graded=by_status[SubmissionStatus.NOT_GRADED],
    )
    scores = graded_scores(grades)
    if not scores:
        return text
    average = words.index_average.format(
        mean=points(round(fmean(scores), 1)),
        median=points(round(median(scores), 1)),
        max=points(max(grade.max_score for grade in grades)),
    )
    return f"{text} {average}"


def graded_scores(grades: Sequence[Grade]) -> list[float]:
    """Scores of the submissions that were graded; an unreadable file says nothing of a class."""
    return [
        grade.score
        for grade in grades
        if grade.status is SubmissionStatus.GRADED and grade.score is not None
    ]


def misconception_counts(grades: Sequence[Grade]) -> tuple[MisconceptionCount, ...]:
    """The commonest first."""
    counted = Counter(
        (slug, question.name)
        for grade in grades
        for question in grade.questions
        for slug in set(question.misconceptions)
    )
    found = (MisconceptionCount(slug, name, count) for (slug, name), count in counted.items())
    return tuple(sorted(found, key=lambda item: (-item.count, item.slug, item.question)))


def check_counts(grades: Sequence[Grade]) -> tuple[CheckCount, ...]:
    """A row a check, in the order of the questions."""
    made: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                made[question.name, check.name] += check.tried
                passed[question.name, check.name] += check.passed
    order = question_names(grades)
    return tuple(
        CheckCount(question, check, passed[question, check], count)
        for (question, check), count in sorted(made.items(), key=lambda i: order.index(i[0][0]))
    )


def score_picture(grades: Sequence[Grade], words: Words = WORDS) -> Picture | None:
    """How many scores lie in each tenth of the points; None: there is no score."""
    scores = graded_scores(grades)
    most = max((grade.max_score for grade in grades), default=0.0)
    if not scores or most <= 0:
        return None
    bins = Counter(min(BINS - 1, max(0, int(BINS * score / most))) for score in scores)
    return Picture(
        words.distribution,
        words.distribution_caption.format(max=points(most)),
        words.distribution_x,
        words.distribution_y,
        (
            Line(
                "",
                tuple((i + 0.5) * most / BINS for i in range(BINS)),
                tuple(float(bins[i]) for i in range(BINS)),
                "blue",
                "bar",
            ),
        ),
    )
