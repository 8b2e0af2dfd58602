"""CSV is read in one way, whatever the spreadsheet made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.csv_file import CsvRow, parse_csv, read_csv
from autograder.errors import UsageError


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write(tmp_path: Path, separator: str, end: str, mark: str) -> None:
    lines = [["id", "name"], ["7", '"Doe, Jane; Dr.\tX"'], ["", ""], ["8", '"Two\nlines"'], ["9"]]
    path = tmp_path / "list.csv"
    text = mark + end.join(separator.join(line) for line in lines) + end + end
    path.write_bytes(text.encode())
    assert read_csv(path) == [
        CsvRow(1, ("id", "name")),
        CsvRow(2, ("7", "Doe, Jane; Dr.\tX")),
        CsvRow(5, ("8", "Two\nlines")),
        CsvRow(6, ("9",)),
    ]


def test_one_column_is_a_table_too() -> None:
    assert parse_csv("id\na;b\n", "x") == [CsvRow(1, ("id",)), CsvRow(2, ("a;b",))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "^people is empty: "),
        ("\n,\n", "^people is empty: "),
        (f"id\n{'x' * 200_000}\n", r"^people is no CSV that can be read: field larger"),
    ],
    ids=["nothing", "no cells", "far too long"],
)
def test_what_is_no_table(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_csv(text, "people")
