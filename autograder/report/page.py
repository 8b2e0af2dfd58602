"""A student's feedback page: one file for a screen, a phone and paper.

First the score, what it is made of and the one thing to fix first; then the questions with points
to win, worst first; then those that a person reads; then a line for every question with its points,
into which the passed ones are folded.
Checks and measurements lie one level down.  The only script is ours: it plays the paths of figures,
and the page's policy allows it by its hash and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.model import (
    Check,
    Explanation,
    Grade,
    Picture,
    QuestionGrade,
    QuestionStatus,
    SubmissionStatus,
)
from autograder.report.contour import Backgrounds, Contour, backgrounds_of
from autograder.report.figure import Drawing, background_svg, draw
from autograder.report.html import render
from autograder.report.marks import (
    check_mark,
    is_overtaken,
    is_read_if,
    is_unanswered,
    is_uncounted,
    is_unread,
)
from autograder.report.priority import First, first_to_fix, is_settled, to_win
from autograder.report.since import changes
from autograder.report.source import Piece, pieces
from autograder.report.total import status_of, total_of, why_less
from autograder.report.words import WORDS, Words
from autograder.text import points

IN_VIEW = 2
"""Figures of a question that are seen without a click."""


@dataclass(frozen=True)
class CheckLine:
    """A check, with the others that failed by the same words."""

    check: Check
    """The first of them."""
    names: tuple[str, ...]
    score: float
    """Of all of them."""
    max_score: float


@dataclass(frozen=True)
class Section:
    """What the page shows of one question."""

    name: str
    """Plain word, unique on the page, for links within it."""
    question: QuestionGrade
    points: float | None
    """What counts of it; None: it is not known yet."""
    status: QuestionStatus
    """As the points have it."""
    to_win: float
    message: str
    """Empty where it was said above."""
    explanations: tuple[Explanation, ...]
    """Those that were not given above."""
    unexplained: tuple[str, ...]
    """Misconceptions without an explanation, as words."""
    evidence: tuple[str, ...]
    figures: tuple[tuple[Picture, Drawing], ...]
    """In view."""
    more_figures: tuple[tuple[Picture, Drawing], ...]
    checks: tuple[CheckLine, ...]
    passed: int
    """How many of its checks."""
    code: tuple[Piece, ...]
    shows_code: bool
    """True: the code is shown without a click."""
    waits: bool
    """True: a person reads the answer."""

    def open(self, words: Words) -> str:
        """What it is worth, where nobody knows its points."""
        sentence = words.question_open
        if is_uncounted(self.question):
            sentence = words.question_out
        elif is_unanswered(self.question):
            sentence = words.question_unanswered
        return sentence.format(max=points(self.question.max_score))

    def worth(self, words: Words) -> str:
        """Its points, where a person gives them, and what there is to say of them."""
        if self.points is None:
            open_, said = self.open(words), self.said(words)
            return open_ if open_.endswith(said) else f"{open_}, {said}"  # once is enough
        if self.question.override is None:
            return self.said(words)
        counts, most = points(self.points), points(self.question.max_score)
        return f"{words.question_score.format(score=counts, max=most)}, {self.said(words)}"

    def said(self, words: Words) -> str:
        """What there is to say of its points, where a person gives them."""
        if self.status is QuestionStatus.PENDING and is_unanswered(self.question):
            return words.unanswered
        if self.status is QuestionStatus.PENDING and is_read_if(self.question):
            return words.read_if
        if self.status is QuestionStatus.PENDING and is_unread(self.question):
            return words.unread
        if self.status is QuestionStatus.PENDING and is_uncounted(self.question):
            return words.uncounted
        is_given = self.question.by_person or self.question.override
        if self.status is QuestionStatus.NONE and is_given:
            return words.no_points
        return words.question_status[self.status]

    @property
    def mark(self) -> str:
        """The key of its mark, as of a check."""
        if self.points is None:
            return "untried"
        if self.points >= self.question.max_score:
            return "ok"
        return "partly" if self.points > 0 else "missed"

    @property
    def folds(self) -> bool:
        """Whether there is nothing that has to be read: it is full, and nobody said anything."""
        return self.question.status is QuestionStatus.FULL and not self.question.is_discussed

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        return tuple(drawing for _, drawing in (*self.figures, *self.more_figures))


def feedback_page(
    grade: Grade,
    *,
    assignment_title: str,
    backgrounds: Mapping[str, Contour | Mapping[str, Any]] | None = None,
    before: Grade | None = None,
    name: str = "",
    back: str = "",
    attempt: int | None = None,
    words: Words = WORDS,
) -> str:
    """The feedback on one submission as an HTML document that needs no other file.

    ``before``: the student's attempt before this one; ``name``: the student's own, where a list of
    people knows it; ``back``: the address that it leads back to, where it has one; ``attempt``: its
    number, where attempts have one.  The same values give the same text.  Nothing a student wrote
    is trusted: it is escaped, and the page's own policy forbids requests, and scripts but the one
    that plays figures.
    """
    known = backgrounds_of(backgrounds or {})
    first = first_to_fix(grade, words)
    sections = [
        _section(question, f"q{i}", first, known, words)
        for i, question in enumerate(grade.questions, start=1)
    ]
    open_ = [section for section in sections if section.to_win]
    if first is not None and not first.begins:
        open_.sort(key=lambda section: section.to_win, reverse=True)
    others = [section for section in sections if not section.to_win]
    drawings = [drawing for section in sections for drawing in section.drawings]
    late = why_less(grade)
    return render(
        "page.html.j2",
        w=words,
        grade=grade,
        title=assignment_title,
        name=name,
        back=back,
        attempt=attempt,
        total=total_of(grade, words),
        late=late,
        notices=[said for said in grade.notices if said != late],
        all_sections=sections,
        first=first,
        settled=[section for section in sections if is_settled(section.question)],
        first_name=next((s.name for s in sections if first and s.question is first.question), ""),
        open_sections=open_,
        waiting=[s for s in others if not s.folds],
        passed=[s for s in others if s.folds],
        since=changes(grade, before, words),
        answered=_answered(grade),
        pending=_pending(grade, words),
        help=_help(words)[grade.status],
        plays=any(drawing.plays for drawing in drawings),
        held=background_svg(known, (d.background for d in drawings if d.background)),
    )


def _section(
    question: QuestionGrade,
    name: str,
    first: First | None,
    backgrounds: Backgrounds,
    words: Words,
) -> Section:
    explained = {explanation.slug for explanation in question.explanations}
    is_first = first is not None and first.question is question
    is_other = first is not None and any(other is question for other in first.others)
    timed_out = question.status is QuestionStatus.TIMEOUT
    figures = tuple(
        (picture, draw(picture, f"{name}f{i}", backgrounds, words))
        for i, picture in enumerate(question.pictures)
    )
    # What the first thing to fix says already is not said again.
    told = first.explanation if first is not None and is_first else None
    said = is_first or (is_other and bool(question.cause or question.message))
    message = "" if said or is_overtaken(question) else question.message or ""
    cards = [e for e in question.explanations if e is not told]
    if len(cards) == 1 and cards[0].title in message:  # once is enough
        cards, message = [replace(cards[0], title=message)], ""
    return Section(
        name=name,
        question=question,
        points=question.final_points,
        status=status_of(question),
        to_win=to_win(question),
        message=message,
        explanations=tuple(cards),
        unexplained=tuple(
            slug.replace("_", " ") for slug in question.misconceptions if slug not in explained
        ),
        evidence=question.evidence,
        figures=figures[:IN_VIEW],
        more_figures=figures[IN_VIEW:],
        checks=_checks(question.checks),
        passed=sum(check.passed for check in question.checks),
        code=pieces(question, words),
        shows_code=bool(to_win(question))
        and bool(question.score or question.marks or figures or timed_out)
        and not is_other,
        waits=question.status is QuestionStatus.PENDING or bool(question.answer),
    )


def _checks(checks: tuple[Check, ...]) -> tuple[CheckLine, ...]:
    """What is lost first; what is said in the same words is said once."""
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in sorted(checks, key=lambda check: check_mark(check) == "ok"):
        groups.setdefault((check_mark(check), check.message), []).append(check)
    return tuple(
        CheckLine(
            same[0],
            tuple(check.name for check in same),
            sum(check.score for check in same),
            sum(check.max_score for check in same),
        )
        for same in groups.values()
    )


def _answered(grade: Grade) -> list[tuple[str, int]]:
    """Title of each question of which a request was answered, and the number of the last such."""
    last = {}
    for question in grade.questions:
        for request in question.requests:
            if request.replies:
                last[question.name] = question.title, request.number
    return list(last.values())


def _pending(grade: Grade, words: Words) -> list[str]:
    """A sentence for every question that could not be judged; that a person reads one is said in
    its own section."""
    sentences = []
    for question in grade.questions:
        if question.final_points is None and question.status is not QuestionStatus.PENDING:
            sentences.append(
                words.not_judged.format(question=question.title, max=points(question.max_score))
            )
    return sentences


def _help(words: Words) -> Mapping[SubmissionStatus, tuple[str, ...]]:
    return {
        SubmissionStatus.GRADED: (),
        SubmissionStatus.UNREADABLE: (words.unreadable, *words.unreadable_help),
        SubmissionStatus.NOT_GRADED: (words.not_graded, *words.not_graded_help),
    }
