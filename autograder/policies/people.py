"""The people of a course: the roster, and who has a due date of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.csv_file import read_csv
from autograder.errors import UsageError


@dataclass(frozen=True)
class Person:
    """A line of the roster."""

    id: str
    name: str = ""
    email: str = ""
    section: str = ""


def read_extensions(path: Path) -> dict[str, datetime]:
    """Own due dates from a CSV with the columns ``student`` and ``due`` (ISO 8601 with offset).

    Raises UsageError, naming file and line.
    """
    extensions: dict[str, datetime] = {}
    for line, row in _rows(path, ("student", "due")):
        try:
            due = datetime.fromisoformat(row["due"])
        except ValueError:
            due = None
        if due is None or due.tzinfo is None:
            raise UsageError(
                f"{path}, line {line}: the due date {row['due']!r} should be a date and a time "
                "with an offset, such as 2025-03-21T23:59+05:30."
            )
        extensions[row["student"].casefold()] = due.astimezone(UTC)
    return extensions


def read_people(path: Path) -> list[Person]:
    """The people of a course from a CSV with a column ``id`` and, if it has them, ``name``,
    ``email`` and ``section``; raises UsageError, naming file and line."""
    people: dict[str, Person] = {}
    for line, row in _rows(path, ("id",)):
        known = {key: row.get(key, "") for key in ("id", "name", "email", "section")}
        if row["id"].casefold() in people:
            raise UsageError(f"{path}, line {line}: {row['id']!r} is on the roster twice.")
        people[row["id"].casefold()] = Person(**known)
    return list(people.values())


def not_handed_in(roster: Sequence[Person], students: Iterable[str]) -> list[Person]:
    """Who is on the roster and not among the students (case does not matter)."""
    handed_in = {student.casefold() for student in students}
    return [person for person in roster if person.id.casefold() not in handed_in]


def _rows(path: Path, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells, by lower-case column name, of each line that is not empty."""
    first, *rest = read_csv(path)
    header = [name.strip().casefold() for name in first.cells]
    for name in required:
        if name not in header:
            raise UsageError(f"{path} has no column {name!r} in its first line.")
    for line in rest:
        row = dict(zip(header, (cell.strip() for cell in line.cells), strict=False))
        if any(row.values()):
            if not all(row.get(name) for name in required):
                raise UsageError(f"{path}, line {line.line}: a value is missing.")
            yield line.line, row
