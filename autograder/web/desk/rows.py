"""The answers as lists show them, and which of them somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from sys import intern
from zlib import crc32

import msgspec

from autograder.acts import Book, reader_of
from autograder.acts.publishing import is_shown_results
from autograder.model import Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.report.marks import seen
from autograder.report.total import total_of
from autograder.store import Flag, Share
from autograder.web.visit import Form, address

KINDS = {
    "unread": "to read",
    "back": "come back changed",
    "again": "asked again",
    "failed": "code failed",
    "late": "late",
    "flagged": "flagged",
    "overridden": "overridden",
    "earlier": "overridden before a new file",
}
"""What an answer may be, and how that is called."""
IN_WORDS = frozenset({"unread", "back"})
"""Those that only an answer in words may be."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A student's answer to a question, in code or in words.

    There are a hundred thousand of a large class: quickly made, and of no interest to whoever looks
    for what is left over, since nothing in it leads back to it.
    """

    student: str
    question: str
    place: int
    """Of the student among all."""
    attempt: int
    """Id of the attempt that counts."""
    status: QuestionStatus
    points: float | None
    """What counts; None: not known yet."""
    max_points: float
    by_person: bool
    """Whether a person marks the question, and can: of who was forgotten the answer is gone."""
    by: str
    """Who marked it; empty: nobody."""
    misconceptions: tuple[str, ...]
    answer: str
    """In words; empty: none, or the question asks for code."""
    plain: str
    """The answer in lower case with single blanks: to search in, and to compare."""
    section: str
    overridden: bool
    kinds: tuple[str, ...]
    """Those of :data:`KINDS` that it is."""
    lot: int
    """Decides whose share an answer in words is in; equal ones have the same."""

    def is_(self, kind: str) -> bool:
        return kind in self.kinds

    @property
    def is_read(self) -> bool:
        return self.points is not None

    @property
    def is_marked(self) -> bool:
        """Whether its points are what somebody gave for the answer."""
        return bool(self.by) and not self.overridden

    def has_other(self, points: float | None) -> bool:
        """Whether it has points by now, and not these."""
        return self.points is not None and self.points != points

    @property
    def key(self) -> tuple[str, str]:
        return self.student, self.question


class Worth(msgspec.Struct, frozen=True, gc=False):
    """The points of a submission, in parts that add up: wherever the desk tells them, so."""

    program: float | None
    """Before lateness; None: it could not be graded."""
    program_most: float
    people: float
    """What people gave on top of that, or took."""
    late: float
    """What lateness takes off, 0 or less."""
    score: float | None
    """What that makes."""
    most: float
    is_final: bool
    """False: a question still waits."""


def worth_of(grade: Grade) -> Worth:
    total = total_of(grade)
    by_program = [q.score for q in grade.questions if q.score is not None and q.by_person is None]
    program = grade.score_before_late
    if program is None and by_program:  # one of them could not be judged, through our fault
        program = sum(by_program)
    before = 0.0 if total.score is None else total.score - total.late_points
    people = round(before - (program or 0.0), 6) if grade.is_decided else 0.0
    is_final = grade.final is not None and grade.final.score is not None
    return Worth(
        program, grade.max_score, people, total.late_points, total.score, total.max_score, is_final
    )


class Line(msgspec.Struct, frozen=True, gc=False):
    """A student's submission, as lists of the class show it."""

    student: str
    place: int
    """Among all students."""
    attempt: int
    """Id of the one that counts."""
    section: str
    status: SubmissionStatus
    score: float | None
    """As it was computed, lateness taken off."""
    final: float | None
    """None: not known yet."""
    waits: bool
    """Whether it is not known yet, and may be."""
    most: float
    worth: Worth
    late_days: int
    extended: bool
    handed_in: datetime | None
    seconds: float
    """Wall time of grading."""
    seen: str
    """``no``, ``yes`` or ``older``: whether the student is shown this; ``nobody``: they are none to
    whom results are published."""
    answers: tuple[Row, ...]
    """One for each question."""
    checks: tuple[Checked, ...]

    @property
    def misconceptions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(slug for row in self.answers for slug in row.misconceptions))

    @property
    def failed(self) -> bool:
        return any(row.is_("failed") for row in self.answers) or not self.answers

    @property
    def is_of_student(self) -> bool:
        """Whether results are published to whoever handed it in."""
        return self.seen != "nobody"

    @property
    def fits(self) -> bool:
        """Whether there is a result to publish, and somebody to publish it to."""
        return self.is_of_student and self.status is not SubmissionStatus.NOT_GRADED

    @property
    def is_changed(self) -> bool:
        """Whether another result would be published to them than they are shown."""
        return self.fits and self.seen == "older"


Checked = tuple[str, str, bool]
"""Question, name of a check that was tried, and whether it was passed: one object for all."""


@cache
def _checked(question: str, check: str, passed: bool) -> Checked:
    return question, check, passed


@cache
def _kinds(**is_kind: bool) -> tuple[str, ...]:
    """One object for all."""
    return tuple(kind for kind in KINDS if is_kind[kind])


def line_of(grade: Grade, book: Book, place: int, section: str) -> Line:
    attempt = book.counting[grade.student]
    final = grade.final
    is_for_them = is_shown_results(book.entry(grade.student), book.standing)
    return Line(
        student=grade.student,
        place=place,
        attempt=attempt,
        section=intern(section),
        status=grade.status,
        score=grade.score,
        final=None if final is None else final.score,
        waits=(final is None or final.score is None) and grade.student not in book.forgotten,
        most=grade.max_score if final is None else final.max_score,
        worth=worth_of(grade),
        late_days=0 if grade.late is None else grade.late.by_days,
        extended=grade.extended_to is not None,
        handed_in=grade.handed_in.at,
        seconds=grade.usage.wall_seconds,
        seen=seen(grade) if is_for_them else "nobody",
        answers=tuple(_row(q, grade, book, place, section, attempt) for q in grade.questions),
        checks=tuple(
            _checked(question.name, check.name, check.passed)
            for question in grade.questions
            for check in question.checks
            if check.tried
        ),
    )


def _row(
    question: QuestionGrade, grade: Grade, book: Book, place: int, section: str, attempt: int
) -> Row:
    asked = book.asked.get(question.name)
    flags = [
        act.what
        for act in book.ledger.of(grade.student, question.name)
        if isinstance(act.what, Flag)
    ]
    plain = " ".join(question.answer.casefold().split()) if question.answer else ""
    is_there = grade.student not in book.forgotten
    by_person = asked is not None and asked.by_person and is_there
    points = question.final_points
    kinds = _kinds(
        unread=by_person and points is None,
        back=question.earlier_mark is not None,
        again=any(request.is_open for request in question.requests),
        failed=question.status in (QuestionStatus.ERROR, QuestionStatus.TIMEOUT)
        or grade.status is not SubmissionStatus.GRADED,
        late=grade.late is not None,
        flagged=bool(flags) and flags[-1].up and is_there,
        overridden=question.override is not None,
        earlier=question.override is not None and question.override.made_for is not None,
    )
    return Row(
        student=grade.student,
        question=intern(question.name),
        place=place,
        attempt=attempt,
        status=question.status,
        points=points,
        max_points=question.max_score,
        by_person=by_person,
        by=intern(question.by_person.by) if question.by_person is not None else "",
        misconceptions=tuple(map(intern, question.misconceptions)),
        answer=question.answer,
        plain=plain,
        section=intern(section),
        overridden=question.override is not None,
        kinds=kinds,
        lot=crc32((plain or grade.student).encode("utf-8", "replace")) if by_person else 0,
    )


@dataclass(frozen=True)
class Filter:
    """Which answers; what is empty does not matter."""

    question: str = ""
    misconception: str = ""
    status: str = ""
    section: str = ""
    kind: str = ""
    """One of :data:`KINDS`."""
    by: str = ""
    reader: str = ""
    """Whose it is to read."""
    words: str = ""

    @classmethod
    def read(cls, form: Form) -> Filter:
        return cls(**{name: form.one(name)[:200] for name in cls.__dataclass_fields__})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As forms carry them along."""
        values = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return [(name, value) for name, value in values if value]

    def at(self, path: str, **more: object) -> str:
        """The address of a page with this filter."""
        return address(path, **{**dict(self.pairs), **more})

    def chosen(
        self, rows: Iterable[Row], shares: Sequence[Share] = (), *, names: bool = True
    ) -> list[Row]:
        """By question and then by student; ``shares``: whose they are to read; ``names``: words are
        looked for in these, too."""
        # One wish after the other: most are not asked for, and the first leave few rows.
        found = list(rows)
        if self.kind:
            found = [row for row in found if self.kind in row.kinds]
        if self.question:
            found = [row for row in found if row.question == self.question]
        if self.status:
            found = [row for row in found if row.status.value == self.status]
        if self.misconception:
            found = [row for row in found if self.misconception in row.misconceptions]
        if self.section:
            found = [row for row in found if row.section == self.section]
        if self.by:
            found = [row for row in found if row.by == self.by]
        if words := self.words.casefold().split():
            found = [row for row in found if _has(row, words, names)]
        if self.reader:
            found = [row for row in found if reads(shares, row) == self.reader]
        return found


def reads(shares: Sequence[Share], row: Row) -> str:
    """Who is to read an answer in words; empty: nobody in particular."""
    return reader_of(shares, row.question, row.section, row.lot) if row.by_person else ""


def _has(row: Row, words: Sequence[str], names: bool) -> bool:
    name = row.student.casefold() if names else ""
    return all(word in row.plain or word in name for word in words)
