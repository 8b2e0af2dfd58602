"""Dates as people write them: in a CSV file, or after a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from pathlib import Path

from autograder.csv_file import read_table
from autograder.errors import UsageError
from autograder.settings import at_clock

_END = time(23, 59, 59)


@dataclass(frozen=True)
class Dated:
    """Somebody, and a date that is given to them."""

    who: str
    """As it was written: any identifier."""
    at: datetime | None
    """With its zone; None: what was given before is taken back."""
    where: str = ""
    """Where it was written, for a person to find it again; empty: on the command line."""


def moment(text: str, zone: tzinfo | None, where: str = "") -> datetime:
    """A date, with or without a time and an offset, as a moment.

    Without a time it is the end of that day, and without an offset as the clocks of ``zone`` show
    it; raises UsageError where it is no date, or the course has no zone to read it in.
    """
    before = f"{where}: the" if where else "The"
    try:
        if len(text.strip()) <= len("2025-03-21"):
            found = datetime.combine(date.fromisoformat(text.strip()), _END)
        else:
            found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{before} date {text!r} is none that can be read: write it as 2025-03-21, or with a "
            "time as 2025-03-21T23:59."
        ) from None
    if not 1970 < found.year < 3000:
        raise UsageError(f"{before} date {text!r} cannot be meant: look at its year.")
    if found.tzinfo is not None:
        return found
    if zone is None:
        raise UsageError(
            f"{before} date {text!r} has no time zone: write its offset behind a time, such as "
            "2025-03-21T23:59+05:30, or give the course a zone with [late] timezone in "
            "assignment.toml."
        )
    return at_clock(found, zone)


def read_dates(path: Path, column: str, zone: tzinfo | None) -> list[Dated]:
    """What a CSV with the columns ``student`` and ``column`` says; raises UsageError, naming file
    and line."""
    dated = []
    for line, row in read_table(path, ("student", column)):
        where = f"{path}, line {line}"
        dated.append(Dated(row["student"], moment(row[column], zone, where), where))
    return dated
