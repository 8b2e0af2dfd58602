"""Notebooks of many megabytes: their outputs are left out while they are read."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission import read
from autograder.submission.notebook import parse_notebook
from autograder.submission.opening import Unreadable
from autograder.submission.slimming import without_outputs
from tests.submission.notebooks import code, notebook, text, write

PICTURE = {"output_type": "display_data", "data": {"image/png": "A" * 1_000_000}, "metadata": {}}
MOST = 20_000_000


def of_30_megabytes() -> dict[str, Any]:
    cells = [code([f"x = {n}\n", "y = 2"], outputs=[PICTURE]) for n in range(30)]
    return notebook(*cells, text("Because.", tags=["explanation"]))


def test_a_notebook_of_30_megabytes_of_pictures_is_graded(tmp_path: Path) -> None:
    path = write(tmp_path / "alice.ipynb", of_30_megabytes())
    read_so = read(path, student="a", file="alice.ipynb", written_questions=["explanation"])
    assert read_so.problem is None
    assert [cell.source for cell in read_so.cells] == [f"x = {n}\ny = 2" for n in range(30)]
    assert dict(read_so.written) == {"explanation": "Because."}
    assert len(read_so.digest) == 64


def test_it_is_read_under_another_ending_and_with_a_mark_at_its_start(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + json.dumps(of_30_megabytes()).encode()
    path = write(tmp_path / "alice.json", data)
    assert len(read(path, student="a", file="alice.json").cells) == 30


def test_one_that_is_large_without_outputs_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "alice.ipynb", notebook(code("x = 1\n" * 5_000_000)))
    problem = read(path, student="a", file="alice.ipynb").problem or ""
    assert "is larger than 20 MB even without its outputs" in problem


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"%PDF-1.7", "is not a notebook but a PDF"),
        (b'{"cells": [{"cell_type": "code", "source": "x', "no notebook that can be read without"),
        (b"  \n", "is empty but for blanks"),
        (b'{"cells": 5, "x": "', "no notebook that can be read without"),
        (b"[" * 21_000_000, "no notebook that can be read without"),
    ],
)
def test_what_is_large_and_no_notebook_says_so(tmp_path: Path, start: bytes, sentence: str) -> None:
    path = write(tmp_path / "alice.ipynb", start.ljust(21_000_000))
    assert sentence in (read(path, student="a", file="alice.ipynb").problem or "")


LARGE = {
    "cells": b'{"nbformat": 4, "cells": [' + b"{}," * 8_000_000 + b"{}]}",
    "numbers in an output": b'{"cells": [{"source": "x = 1", "outputs": ['
    + b"0.25," * 5_000_000
    + b"1]}]}",
    "dictionaries in an output": b'{"cells": [{"source": "x = 1", "outputs": ['
    + b'{"a":1},' * 3_000_000
    + b"{}]}]}",
    "sheets": b'{"worksheets": [' + b'{"cells":[{}]},' * 1_500_000 + b"{}]}",
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_left_out_is_never_built(kind: str) -> None:
    tracemalloc.start()
    begun = time.process_time()
    try:
        without_outputs(LARGE[kind], MOST)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert time.process_time() - begun < 5


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
keys = st.sampled_from(
    ["cell_type", "source", "input", "code", "text", "metadata", "outputs", "tags", "editable"]
)
cells = st.dictionaries(keys, values | st.sampled_from(["code", "raw", "markdown"])) | values


@given(st.lists(cells, max_size=5), st.sampled_from([4, 3, "4", None]), st.booleans())
def test_the_cells_are_those_of_the_whole(made: list[Any], version: Any, in_sheets: bool) -> None:
    document = {"nbformat": version, "metadata": {"kernel": "k"}}
    document |= {"worksheets": [{"cells": made}]} if in_sheets else {"cells": made}
    data = json.dumps(document).encode()
    assert _outcome(without_outputs(data, MOST)) == _outcome(data)


def _outcome(data: bytes) -> object:
    try:
        return parse_notebook(data)
    except Unreadable as why:
        return str(why)
