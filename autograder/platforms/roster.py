"""The lists an LMS exports of its people, and whose grade belongs to which line.

Canvas: the gradebook CSV.  Moodle: the grading worksheet.  A grade finds its line by the number
that the LMS wrote into the file's name, else by login, id or e-mail address, else by the name
itself; never where two lines fit equally well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.csv_file import CsvRow, parse_csv, read_csv
from autograder.errors import UsageError
from autograder.model import Grade
from autograder.platforms.signature import Identities, Reader, of_grade


@dataclass(frozen=True)
class Roster:
    """A CSV file as it is: every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, title: str) -> int | None:
        """Which column has this title, whatever its case; None: none."""
        titles = [text.strip().casefold() for text in self.header]
        return titles.index(title.casefold()) if title.casefold() in titles else None

    def required(self, title: str, system: str) -> int:
        """The same; raises :class:`UsageError` where there is none."""
        found = self.column(title)
        if found is None:
            raise UsageError(
                f'The roster has no column "{title}" and so is no export of {system} in English '
                f"(its columns: {', '.join(self.header)})."
            )
        return found


def read_roster(path: Path) -> Roster:
    """Reads an LMS's CSV; raises :class:`UsageError` where it is none."""
    return _roster(read_csv(path))


def parse_roster(text: str) -> Roster:
    """The same from the file's text."""
    return _roster(parse_csv(text, "The roster"))


def _roster(lines: Sequence[CsvRow]) -> Roster:
    header, *rows = (line.cells for line in lines)
    width = len(header)
    return Roster(header, tuple((*row, *[""] * width)[:width] for row in rows))


# ------------------------------------------------------------------ whose line is whose


@dataclass(frozen=True)
class RosterKeys:
    """Which cells of a roster tell who somebody is."""

    numbers: Sequence[str]
    """A row each: the number that the LMS writes into file names."""
    identities: Sequence[int]
    """Columns with logins, ids, e-mail addresses."""
    names: Sequence[int]
    """Columns with people's names: one, or that of the last name and that of the first."""


@dataclass(frozen=True)
class Matches:
    by_row: dict[int, Grade]
    """The grade for each row that has one."""
    notices: tuple[str, ...]
    """Sentences on the grades that have no row."""


def match(
    grades: Iterable[Grade], roster: Roster, keys: RosterKeys, reader: Reader, known: Identities
) -> Matches:
    """Finds each grade's row; ``reader`` reads what the platform wrote into names, and ``known`` is
    what there is of the students besides."""
    indexes = [
        _index([[number] for number in keys.numbers]),
        _index([_spellings(row[i] for i in keys.identities) for row in roster.rows]),
        _index([_name_spellings([row[i] for i in keys.names]) for row in roster.rows]),
    ]
    by_row: dict[int, Grade] = {}
    notices = []
    for grade in grades:
        wanted = _wanted(grade, reader, known)
        rows = [{i[w] for w in sought if w in i} for i, sought in zip(indexes, wanted, strict=True)]
        fitting = next(filter(None, rows), set())
        if len(fitting) > 1:
            notices.append(f"{grade.student} ({grade.file}) fits two of the roster: not exported.")
        elif not fitting:
            notices.append(f"{grade.student} ({grade.file}) is not in the roster: not exported.")
        elif (row := fitting.pop()) in by_row:
            notices.append(
                f"{grade.student} ({grade.file}) is in the roster the same person as "
                f"{by_row[row].student}: not exported."
            )
        else:
            by_row[row] = grade
    return Matches(by_row, tuple(notices))


def _wanted(grade: Grade, reader: Reader, known: Identities) -> tuple[set[str], ...]:
    """What may stand in somebody's row: numbers, identifiers, names; the first that does counts."""
    signature = of_grade(grade, reader, known)
    identifiers, names = {grade.student.casefold()}, {_letters(grade.student)}
    for identity in known.get(grade.student, ()):
        parts = (identity.id, identity.login, identity.sis_id, identity.email)
        identifiers |= {part.strip().casefold() for part in parts}
        names |= _name_spellings([identity.name])
    return ({signature.number} if signature else set(), identifiers - {""}, names - {""})


def _index(spellings: Sequence[Iterable[str]]) -> dict[str, int]:
    """The row of each spelling that only one row has."""
    rows: dict[str, set[int]] = {}
    for number, row in enumerate(spellings):
        for spelling in row:
            rows.setdefault(spelling, set()).add(number)
    return {spelling: found.pop() for spelling, found in rows.items() if len(found) == 1}


def _spellings(cells: Iterable[str]) -> set[str]:
    whole = {cell.strip().casefold() for cell in cells}
    return (whole | {text.partition("@")[0] for text in whole}) - {""}


def _name_spellings(cells: Sequence[str]) -> set[str]:
    """Letters of a name: "Doe, Jane" is also Jane Doe."""
    last, _, first = ",".join(cells).partition(",")
    return {_letters(last + first), _letters(first + last)} - {""}


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
