"""The gradebook: what everybody has in the end in every assignment of the course."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from autograder.acts.sheet import table_line


@dataclass(frozen=True)
class Column:
    """An assignment."""

    slug: str
    title: str
    most: float
    """Points of all its questions."""
    points: Mapping[str, float | None]
    """Final scores by student; None: not known yet.  Who has not handed in is left out."""
    forgotten: Collection[str] = ()
    """Whose score that is not known never will be."""

    def waits_for(self, student: str) -> bool:
        """Whether they handed in, and a person has to give points yet."""
        is_known = self.points.get(student, 0.0) is not None
        return not is_known and student not in self.forgotten

    @property
    def mean(self) -> float | None:
        """Of those whose score is known."""
        known = [points for points in self.points.values() if points is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class BookLine:
    """A student's line."""

    student: str
    section: str
    points: tuple[float | None, ...]
    """A column each; None: there is nothing, or it is not known yet."""
    handed_in: tuple[bool, ...]
    waiting: tuple[str, ...]
    """Slugs of what was handed in and has no final score yet."""

    @property
    def waits(self) -> bool:
        return bool(self.waiting)

    @property
    def total(self) -> float:
        """Of the assignments whose points are known to the end: what is known of others is not in
        it."""
        return round(sum(points for points in self.points if points is not None), 6)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing that was handed in is known to the end."""
        return any(self.handed_in) and not any(points is not None for points in self.points)


@dataclass(frozen=True)
class Gradebook:
    """All assignments of which there is anything, and everybody."""

    columns: tuple[Column, ...]
    lines: tuple[BookLine, ...]

    @property
    def most(self) -> float:
        return sum(column.most for column in self.columns)


def gradebook(columns: Iterable[Column], sections: Mapping[str, str]) -> Gradebook:
    """``sections``: of everybody who takes the course, with or without a hand-in, by name."""
    columns = tuple(columns)
    students = {student for column in columns for student in column.points} | set(sections)
    lines = (
        BookLine(
            student,
            sections.get(student, ""),
            tuple(column.points.get(student) for column in columns),
            tuple(student in column.points for column in columns),
            tuple(column.slug for column in columns if column.waits_for(student)),
        )
        for student in sorted(students)
    )
    return Gradebook(columns, tuple(lines))


def gradebook_table(book: Gradebook) -> Iterator[str]:
    """As CSV, line by line, its heading first."""
    slugs = [column.slug for column in book.columns]
    yield table_line(("student", "section", *slugs, "total", "max_total", "complete", "waiting"))
    for line in book.lines:
        yield table_line(
            (
                line.student,
                line.section,
                *("" if points is None else f"{points:.10g}" for points in line.points),
                "" if line.is_unknown else f"{line.total:.10g}",
                f"{book.most:.10g}",
                "no" if line.waits else "yes",
                " ".join(line.waiting),
            )
        )
