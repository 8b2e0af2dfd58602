"""Reading takes time in proportion to what is read: twice as much of the same, about twice as long.

Time is the processor's, the shortest of two tries, or of more where these were disturbed; three
times as long is still let pass.
"""

from __future__ import annotations

import io
import json
import math
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from notebooks import PLACEHOLDER, code, notebook, text, write

from autograder.model import Cell
from autograder.platforms import find
from autograder.platforms.entries import Entry
from autograder.platforms.layout import whose
from autograder.sandbox.faults import Faults
from autograder.sandbox.protocol import RawFault
from autograder.sandbox.runner import packages_mentioned
from autograder.submission import read

pytestmark = pytest.mark.long
Make = Callable[[int], bytes]


def cells(*made: object) -> bytes:
    return json.dumps(notebook(*made)).encode()  # type: ignore[arg-type]


NOTEBOOKS: dict[str, Make] = {
    "blank lines": lambda n: cells(code("\n" * 100 * n)),
    "lines": lambda n: cells(code(["x = 1\n"] * 10 * n)),
    "cells": lambda n: cells(*[code("x = 1")] * n),
    "headings that name the question": lambda n: cells(*[text("# explanation")] * n),
    "headings": lambda n: cells(text("# a\n" * 30 * n)),
    "answers": lambda n: cells(*[text(PLACEHOLDER, tags=["otter_answer_cell"])] * n),
    "answers to one question": lambda n: cells(*[text("x", tags=["explanation"])] * n),
    "questions": lambda n: cells(*[text("<!-- BEGIN QUESTION -->\nq"), text("a")] * (n // 2)),
    "questions in a cell": lambda n: cells(text("<!-- BEGIN QUESTION -->" * 5 * n)),
    "questions without an end": lambda n: cells(text("<!-- BEGIN QUESTION" * 5 * n)),
    "tags": lambda n: cells(text("x", tags=[str(i) for i in range(10 * n)])),
    "digits": lambda n: b"[" + b"9" * 100 * n + b"]",
    "decimals": lambda n: b"[0." + b"9" * 100 * n + b"]",
    "brackets": lambda n: b"[" * 100 * n,
    "blanks": lambda n: b" " * 500 * n + b"{",
    "keys": lambda n: b'{"cells": [], ' + b'"cells": [], ' * 10 * n + b'"nbformat": 4}',
    "backslashes": lambda n: cells(code("\\" * 100 * n)),
    "half characters": lambda n: cells(code("\ud800" * 50 * n)),
    "merge markers": lambda n: b"<<<<<<< \n" * 50 * n,
    "remarks": lambda n: b"<!-- a -->" * 50 * n,
    "bytes that are no text": lambda n: b'["' + b"\xff" * 100 * n,
}
PYTHON: dict[str, Make] = {
    "blank lines": lambda n: b"\n" * 100 * n + b"x = 1",
    "brackets": lambda n: b"(" * 100 * n,
    "quotes": lambda n: b"'''" * 100 * n,
    "classes": lambda n: b"class A:\n" * 30 * n,
    "no classes": lambda n: b"class" + b" " * 300 * n,
    "returns of the carriage": lambda n: b"\r" * 100 * n + b"x",
    "Latin-1": lambda n: b"a" * 100 * n + b"\xe9",
    "UTF-16": lambda n: ("x = 1\n" * 30 * n).encode("utf-16"),
    "merge markers": lambda n: b"<<<<<<< \n" * 30 * n,
    "magics": lambda n: b"%a\n !b\n c?\n = !\n" * 10 * n,
}


def grows(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Fails where the work of twice the size takes far more than twice as long."""
    small, large = work(size), work(2 * size)
    once = twice = math.inf
    for tries in range(1, 5):
        once, twice = min(once, _seconds(small)), min(twice, _seconds(large))
        if tries > 1 and twice <= 3 * once + 0.02:
            return
    raise AssertionError(f"{once:.3f} s, then {twice:.3f} s")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@pytest.mark.parametrize("kind", NOTEBOOKS)
def test_notebooks(tmp_path: Path, kind: str) -> None:
    def work(size: int) -> Callable[[], object]:
        path = write(tmp_path / f"{size}.ipynb", NOTEBOOKS[kind](size))
        return lambda: read(path, student="x", file="x.ipynb", written_questions=["explanation"])

    grows(work, 1200)


@pytest.mark.parametrize("kind", PYTHON)
def test_python_files_and_what_is_asked_of_a_source_besides(tmp_path: Path, kind: str) -> None:
    def work(size: int) -> Callable[[], object]:
        path = write(tmp_path / f"{size}.py", PYTHON[kind](size))
        return lambda: _asked(read(path, student="x", file="x.py").cells)

    grows(work, 1200)


def _asked(cells: tuple[Cell, ...]) -> None:
    for cell in cells:
        packages_mentioned(cell.source)
        faults = Faults(cells)
        for line in range(50):
            faults.of_cell(RawFault("ValueError", "x", 0, line))
            faults.of_call(RawFault("MyError", "name 'x' is not defined", 0, line))


@pytest.mark.parametrize(
    "name",
    ["{}.py", "d{}/hw.py", "x/{}/hw.py", ".{}.py", "x/{}.py", "{}.json", "x/" * 999 + "{}.py"],
)
def test_archives_of_many_members(tmp_path: Path, name: str) -> None:
    def work(size: int) -> Callable[[], object]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for number in range(size):
                archive.writestr(name.format(number), "x = 1")
        write(tmp_path / str(size) / "alice.zip", buffer.getvalue())
        write(tmp_path / str(size) / "bob.py", "x = 1")
        return lambda: find([tmp_path / str(size)], scratch=tmp_path / "scratch")

    grows(work, 500)


@pytest.mark.parametrize(
    "name",
    [
        *("{}.py", "{}/hw.ipynb", "all/{}/hw.ipynb", "one/{}.py", "bob/{}/a/b/c/d/hw.py"),
        *("name{0}_{0}_{0}_hw.py", "Jane {0}_{0}_assignsubmission_file_hw.py", "{}.pdf"),
        *("submitted/{}/rates/hw.ipynb", "_1_1_1_{}", "same_1_2_{}.py"),
        *("A_b{}_attempt_2025-10-31-20-04-05_x.py", "A_b{}_attempt_2025-10-31-20-04-05.txt"),
        *("1-2 - {} - Oct 31, 2025 804 PM/x.py", "hw_2025_10_31T20_04_05_{:06}.zip"),
        *("hw ({}).py", "Copy of {}.py", "hw-{}/.git/x", "submission_{}/x.py", "{}_1_text.html"),
    ],
)
def test_folders_of_many_files(name: str) -> None:
    def work(size: int) -> Callable[[], object]:
        paths = [Path(name.format(number)) for number in range(size)]
        entries = [Entry(path.parts, path, 1.0) for path in paths]
        return lambda: whose(entries, "rates")

    grows(work, 1200)
