"""A student's code as a page shows it: cut where functions begin, numbered as in their cells."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.model import Mark, QuestionGrade
from autograder.report.words import Words

MOST_LINES = 600
"""Of a student's source that are shown."""


@dataclass(frozen=True)
class CodeLine:
    number: int
    """As its cell counts, or the file."""
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Piece:
    """The code of one function."""

    heading: str
    """Where it stands, in words; empty: not known."""
    lines: tuple[CodeLine, ...]
    left_out: int
    """Number of lines beyond those shown."""

    @property
    def marked(self) -> bool:
        return any(line.marks for line in self.lines)


def pieces(question: QuestionGrade, words: Words) -> tuple[Piece, ...]:
    """A piece for each function whose place is known; else one for all."""
    lines = question.source.rstrip("\n").split("\n") if question.source.strip() else []
    marks: dict[int, list[Mark]] = {}
    for mark in question.marks:
        marks.setdefault(mark.line, []).append(mark)
    starts = [place.line for place in question.places]
    ends = [*starts, len(lines) + 1][1:]
    found, left = [], MOST_LINES
    for place, end in zip(question.places, ends, strict=True):
        heading = (
            words.place_file.format(line=place.first)
            if place.cell is None
            else words.place.format(cell=place.cell)
        )
        part = range(place.line, end)
        found.append(_piece(heading, lines, part, place.first - place.line, marks, left))
        left -= len(found[-1].lines)
    if not question.places and lines:
        found.append(_piece("", lines, range(1, len(lines) + 1), 0, marks, left))
    return tuple(piece for piece in found if piece.lines or piece.left_out)


def _piece(
    heading: str,
    lines: list[str],
    part: range,
    offset: int,
    marks: dict[int, list[Mark]],
    most: int,
) -> Piece:
    numbers = list(part)
    while numbers and not lines[numbers[-1] - 1].strip():
        numbers.pop()
    while numbers and not lines[numbers[0] - 1].strip():
        numbers.pop(0)
    shown = numbers[: max(0, most)]
    return Piece(
        heading,
        tuple(CodeLine(n + offset, lines[n - 1], tuple(marks.get(n, ()))) for n in shown),
        len(numbers) - len(shown),
    )
