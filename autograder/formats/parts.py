"""What all formats share: what they are made of, and how a cell and a number are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.model import Grade, Lateness
from autograder.text import INVISIBLE, without_points

CsvCell = str | float | int | None
"""A number is written as a number, None as an empty cell."""


@dataclass(frozen=True)
class AssignmentInfo:
    """What the formats need to know of an assignment."""

    slug: str
    max_score: float
    """Points of the automatic part."""
    questions: tuple[str, ...]
    """Names in the order of the columns."""
    title: str = ""
    """For people; empty: the slug."""
    not_handed_in: tuple[str, ...] = ()
    """Who is known to take the course and has no submission, in order."""

    @property
    def label(self) -> str:
        return self.title or self.slug


@dataclass(frozen=True)
class Document:
    """One file of an export."""

    name: str
    """Where to write it, relative to the folder of the export; safe as a path."""
    text: str


@dataclass(frozen=True)
class Export:
    """What to write, and what to tell the teacher."""

    documents: tuple[Document, ...]
    notices: tuple[str, ...] = ()
    """Sentences, such as whom the roster does not know."""


def in_order(grades: Iterable[Grade]) -> list[Grade]:
    """Sorted by student, so that the same grades give the same bytes."""
    return sorted(grades, key=lambda grade: (grade.student, grade.file))


def late_of_score(grade: Grade) -> Lateness | None:
    """What lateness takes off ``score``, which people never change.

    Where they decided otherwise, the grade's own is what it takes off the final score, and the
    sentence about that leaves the amount out.
    """
    late, score, before = grade.late, grade.score, grade.score_before_late
    if late is None or score is None or before is None:
        return late
    taken_off = round(score - before, 6)
    if taken_off == round(late.points, 6):
        return late
    return replace(late, points=taken_off, reason=without_points(late.reason))


def tidy_number(value: float | None) -> float | int | None:
    """A score as the formats write it: None for none or not finite, whole numbers as such."""
    if value is None or not math.isfinite(value):
        return None
    rounded = round(value, 6)  # 0.1 + 0.2 is not what a teacher wants to read
    return int(rounded) if rounded == int(rounded) else rounded


# ------------------------------------------------------------------ CSV

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_HARMLESS = re.compile(r"[+-]?\d+([.,]\d+)?|-+")
_QUOTED = re.compile(r'[",;|\t\n]|^\s|\s$')


def csv_text(rows: Iterable[Sequence[CsvCell]]) -> str:
    """The rows as CSV, comma-separated, a line each.

    Cells that a spreadsheet would split at its own separator are quoted: ``a;=1+1`` must not become
    two cells, the second a formula.
    """
    return "".join(",".join(map(_csv_cell, row)) + "\n" for row in rows)


def neutral(text: str) -> str:
    """Text that a spreadsheet does not take for a formula.

    A formula begins with ``=``, ``+``, ``-`` or ``@``, also behind a tab or the end of a line: such
    text gets an apostrophe in front.  What is no formula keeps its form: numbers with a sign (phone
    numbers, negative ids), dashes alone.
    """
    text = INVISIBLE.sub(" ", text.replace("\r\n", "\n"))
    if _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text


def _csv_cell(cell: CsvCell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        number = tidy_number(cell)
        return "" if number is None else f"{number}"
    text = neutral(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
