"""Whatever a file holds: it costs its own student, nobody is excused, and it takes its time.

A small sample is part of every run of the tests; ``-m fuzz`` tries 20,000 inputs, and
``FUZZ_INPUTS=50000 FUZZ_FIRST=20000`` any others.
"""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
import warnings
from pathlib import Path

import pytest

from autograder.model import Cell
from autograder.platforms import find, load
from autograder.sandbox.faults import Faults
from autograder.sandbox.protocol import RawFault
from autograder.sandbox.runner import packages_mentioned
from tests.fuzz.mutations import hand_in, seeds

BUDGET = 2.0
"""Seconds of processor for one input, which is at most 180 kB: a hundred times what they take."""
TOGETHER = 40
HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that must not get through in a sentence."""


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_a_sample_of_inputs_is_read(tmp_path: Path, first: int) -> None:
    read_all(tmp_path, first, 100)


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(8))
def test_many_inputs_are_read(tmp_path: Path, part: int) -> None:
    count = int(os.environ.get("FUZZ_INPUTS", "20000")) // 8
    read_all(tmp_path, int(os.environ.get("FUZZ_FIRST", "1000")) + part * count, count)


def read_all(folder: Path, first: int, count: int) -> None:
    known = seeds()
    for start in range(first, first + count, TOGETHER):
        numbers = range(start, min(start + TOGETHER, first + count))
        _read_together(folder / "sub", folder / "scratch", numbers, known)


def _read_together(sub: Path, scratch: Path, numbers: range, known: dict[str, list[bytes]]) -> None:
    """Each input is the hand-in of a student called by its number, beside amy's."""
    for place in (sub, scratch):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    (sub / "amy.ipynb").write_bytes(known[".ipynb"][0])
    for number in numbers:
        ending, data = hand_in(number, known)
        (sub / f"{number}{ending}").write_bytes(data)
    begun = time.process_time()
    found = {one.student: one for one in find([sub], scratch=scratch, assignment="rates")}
    assert time.process_time() - begun < BUDGET * len(numbers) / 10, f"inputs {numbers}"
    assert set(found) == {"amy", *map(str, numbers)}, f"inputs {numbers}"
    assert load(found.pop("amy")).notices == ()
    for number in numbers:
        one = found[str(number)]
        assert one.fault is None, f"input {number} is excused: {one.fault}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            begun = time.process_time()
            submission = load(one, written_questions=["explanation"])
            _look_at(submission.cells)
            spent = time.process_time() - begun
        assert spent < BUDGET, f"input {number} takes {spent:.1f} s"
        for text in (submission.file, submission.problem or "", *submission.notices):
            harmful = [c for c in text if unicodedata.category(c) in HARMFUL]
            assert not harmful, f"input {number}: {text!r}"
            text.encode()


def _look_at(cells: tuple[Cell, ...]) -> None:
    """What the trusted side asks of a source besides."""
    packages_mentioned("\n".join(cell.source for cell in cells))
    faults = Faults(cells)
    for index in range(min(3, len(cells))):
        faults.of_cell(RawFault("SyntaxError", "invalid syntax", index, 2))
        faults.of_call(RawFault("MyError", "name 'x' is not defined", index, 1))
        cells[index].source.encode()
