"""A student's feedback page: one file, without scripts, for a screen, a phone and paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.model import Grade, Picture, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.report.contour import Backgrounds, Contour, backgrounds_of
from autograder.report.figure import Drawing, draw
from autograder.report.html import render
from autograder.report.text import points
from autograder.report.words import WORDS, Words

MOST_LINES = 600
"""Of a student's source that are shown."""


@dataclass(frozen=True)
class SourceLines:
    """A student's code, a string a line."""

    lines: tuple[str, ...]
    left_out: int
    """Number of lines beyond those shown."""


@dataclass(frozen=True)
class Section:
    """What the page shows of one question."""

    name: str
    """Plain word, unique on the page, for links within it."""
    question: QuestionGrade
    unexplained: tuple[str, ...]
    """Misconceptions without an explanation, as words."""
    figures: tuple[tuple[Picture, Drawing], ...]
    source: SourceLines | None
    opened: bool
    """True: the source is shown without a click."""
    waits: bool
    """True: a person reads the answer."""


def feedback_page(
    grade: Grade,
    *,
    assignment_title: str,
    backgrounds: Mapping[str, Contour | Mapping[str, Any]] | None = None,
    words: Words = WORDS,
) -> str:
    """The feedback on one submission as an HTML document that needs no other file.

    The same grade gives the same text.  Nothing a student wrote is trusted: it is escaped, and
    the page's own policy forbids scripts and requests.
    """
    known = backgrounds_of(backgrounds or {})
    sections = tuple(
        _section(question, f"q{i}", known, words)
        for i, question in enumerate(grade.questions, start=1)
    )
    return render(
        "page.html.j2",
        w=words,
        grade=grade,
        title=assignment_title,
        sections=sections,
        pending=_pending(grade, words),
        help=_help(words)[grade.status],
    )


def _section(question: QuestionGrade, name: str, backgrounds: Backgrounds, words: Words) -> Section:
    explained = {explanation.slug for explanation in question.explanations}
    return Section(
        name=name,
        question=question,
        unexplained=tuple(
            slug.replace("_", " ") for slug in question.misconceptions if slug not in explained
        ),
        figures=tuple(
            (picture, draw(picture, f"{name}f{i}", backgrounds, words))
            for i, picture in enumerate(question.pictures)
        ),
        source=_source(question.source),
        opened=question.status is not QuestionStatus.FULL,
        waits=question.status is QuestionStatus.PENDING or bool(question.answer),
    )


def _source(text: str) -> SourceLines | None:
    lines = text.strip("\n").split("\n")
    if not text.strip():
        return None
    return SourceLines(tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))


def _pending(grade: Grade, words: Words) -> list[str]:
    """A sentence for every question that is not in the score."""
    sentences = []
    for question in grade.questions:
        if question.final_points is None:
            sentence = (
                words.pending if question.status is QuestionStatus.PENDING else words.not_judged
            )
            sentences.append(
                sentence.format(question=question.title, max=points(question.max_score))
            )
    return sentences


def _help(words: Words) -> Mapping[SubmissionStatus, tuple[str, ...]]:
    return {
        SubmissionStatus.GRADED: (),
        SubmissionStatus.UNREADABLE: (words.unreadable, *words.unreadable_help),
        SubmissionStatus.NOT_GRADED: (words.not_graded, *words.not_graded_help),
    }
