"""CSV that spreadsheets and learning platforms write, read in one way: with commas, semicolons
(in many countries) or tabs, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
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
        text = text_of(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text: save or export it as CSV (UTF-8).") from None
    return parse_csv(text, str(path))


def text_of(data: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8, or UTF-16 where its mark says so.

    Raises UnicodeDecodeError where it is neither.
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return data.decode(encoding).lstrip("\ufeff")


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


def read_table(path: Path, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells, by lower-case column name, of each line that is not empty; raises
    UsageError where one of the ``required`` columns or one of its values is missing."""
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
