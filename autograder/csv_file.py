"""CSV that spreadsheets and learning platforms write, read in one way: with commas, semicolons
(in many countries) or tabs, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError


@dataclass(frozen=True)
class CsvRow:
    """A row that is not blank."""

    line: int
    """Where it ends in the file, counted from 1."""
    cells: tuple[str, ...]


def read_csv(path: Path) -> list[CsvRow]:
    """The rows, the header first; raises UsageError where there are none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text: save or export it as CSV (UTF-8).") from None
    return parse_csv(text, str(path))


def parse_csv(text: str, name: str) -> list[CsvRow]:
    """The same from the text of the file called ``name``."""
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        rows = [CsvRow(reader.line_num, tuple(cells)) for cells in reader if any(cells)]
    except csv.Error as error:
        raise UsageError(f"{name} is no CSV that can be read: {error}.") from None
    if not rows:
        raise UsageError(f"{name} is empty: save or export it again, as CSV.")
    return rows
