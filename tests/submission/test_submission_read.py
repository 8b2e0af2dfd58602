"""What can be read: every notebook format, every Python encoding, whatever is missing."""

from __future__ import annotations

import json
import random
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebooks import SMALL, code, notebook, text, write

from autograder.model import Submission
from autograder.submission import read


def read_small(path: Path, contents: Any) -> Submission:
    write(path, contents)
    submission = read(path, student="alice", file=path.name)
    assert submission.problem is None
    return submission


def sources(submission: Submission) -> list[tuple[int, str]]:
    return [(cell.number, cell.source) for cell in submission.cells]


def test_code_cells_keep_their_number_among_all(tmp_path: Path) -> None:
    cells = [text("# one"), code("x = 1"), {"cell_type": "raw", "source": "raw"}, code("%time y")]
    submission = read_small(tmp_path / "a.ipynb", notebook(*cells))
    assert sources(submission) == [(2, "x = 1"), (4, "%time y")]
    assert (submission.student, submission.file) == ("alice", "a.ipynb")


def test_formats_one_to_three(tmp_path: Path) -> None:
    first = {"cells": [{"cell_type": "text", "text": "hi"}, {"cell_type": "code", "code": "x = 1"}]}
    sheet = {"cells": [{"cell_type": "heading", "source": "hi"}, {"cell_type": "code"}]}
    sheet["cells"][1]["input"] = ["x = 1"]  # type: ignore[assignment]
    for old in (
        {"nbformat": 1, **first},
        first,
        {"nbformat": 2, "worksheets": [sheet]},
        {"nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]},
    ):
        assert sources(read_small(tmp_path / "a.ipynb", old)) == [(2, "x = 1")]


def test_agrees_with_nbformat_on_its_own_old_notebooks(tmp_path: Path) -> None:
    new = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title\n\ntext"),
            nbformat.v4.new_code_cell("a = 1\nb = 2\n"),
            nbformat.v4.new_raw_cell("raw"),
            nbformat.v4.new_code_cell("print(a)"),
        ]
    )
    wanted = [(2, "a = 1\nb = 2"), (4, "print(a)")]
    for version in (4, 3, 2):
        old = nbformat.convert(new, version)
        again = nbformat.versions[version]
        written = again.writes_json(old) if version < 4 else nbformat.writes(old)
        found = sources(read_small(tmp_path / "a.ipynb", written))
        assert [(number, source.rstrip("\n")) for number, source in found] == wanted


@pytest.mark.parametrize(
    "contents",
    [
        {"cells": [{"cell_type": "code", "source": "x = 1"}]},
        {"nbformat": 4, "cells": [{"source": ["x = 1"]}]},
        {"nbformat": 4.0, "cells": [{"source": ["x = ", None, "1"], "metadata": None}]},
        notebook(code("x = 1", outputs=None, execution_count="seven", id=7)),
        notebook(code("x = 1"), metadata={"kernelspec": {"name": "no-such-kernel"}}),
        notebook(code("x = 1", metadata={"tags": "no list", "editable": 0})),
        notebook(code("x = 1"), nbformat_minor=99, metadata=[1]),
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", "outputs": [NaN]}]}',
        '{"nbformat": 4, "a": 1, "a": 2, "cells": [{"cell_type": "code", "source": "x = 1"}]}',
        '{"nbformat": 4, "n": ' + "9" * 5000 + ', "cells": [{"source": "x = 1"}]}',
        '{"nbformat": 4, "n": -1e999, "cells": [{"source": "x = 1"}]}',
        "\ufeff" + json.dumps(notebook(code("x = 1"))),
        json.dumps(notebook(code("x = 1"))).encode("utf-16"),
        json.dumps(notebook(code("x = 1"), note="X")).encode().replace(b"X", b"\xe9"),
        b"\n\n" + json.dumps(notebook(code("x = 1"))).encode() + b"\n\n",
    ],
)
def test_what_is_missing_or_odd_elsewhere_costs_nothing(tmp_path: Path, contents: Any) -> None:
    assert sources(read_small(tmp_path / "a.ipynb", contents)) == [(1, "x = 1")]


def test_entries_that_are_no_cells_are_passed_over(tmp_path: Path) -> None:
    contents = {"nbformat": 4, "cells": [None, code("x"), "y", {"cell_type": 3, "source": "z"}]}
    assert sources(read_small(tmp_path / "a.ipynb", contents)) == [(2, "x")]


def test_ends_of_lines_and_halves_of_characters(tmp_path: Path) -> None:
    submission = read_small(tmp_path / "a.ipynb", notebook(code("a\r\nb\rc = '\ud800é'")))
    assert submission.cells[0].source == "a\nb\nc = '\ufffdé'"
    submission.cells[0].source.encode("utf-8")


@pytest.mark.parametrize("name", ["a.IPYNB", "a.ipynb.txt", "a.ipynb.json"])
def test_endings_that_browsers_make(tmp_path: Path, name: str) -> None:
    assert len(read_small(tmp_path / name, SMALL).cells) == 1


def test_notebook_under_another_name_is_read_and_says_so(tmp_path: Path) -> None:
    submission = read_small(tmp_path / "a.py", SMALL)
    assert sources(submission) == [(1, "x = 1")]
    assert submission.notices == (
        "a.py is a notebook by its contents and was read as one: its name should end in .ipynb.",
    )


CP1252 = "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'"


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"x = 1\r\ny = 2\r", "x = 1\ny = 2\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        ("\ufeffx = 'é'\n".encode(), "x = 'é'\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", CP1252),
        (b"def f(:\n", "def f(:\n"),
        (b"# only a remark", "# only a remark"),
    ],
)
def test_python_in_the_encodings_python_accepts(tmp_path: Path, data: bytes, wanted: str) -> None:
    submission = read_small(tmp_path / "a.py", data)
    assert sources(submission) == [(0, wanted)]
    assert submission.notices == ()


def test_what_windows_leaves_behind_is_read_with_a_notice(tmp_path: Path) -> None:
    latin = read_small(tmp_path / "a.py", b"x = 1\nname = 'Jos\xe9'  # a longer line of text\n")
    assert latin.cells[0].source.startswith("x = 1\nname = 'José'")
    assert "not UTF-8 in line 2" in latin.notices[0]
    wide = read_small(tmp_path / "b.py", "x = 'é'\r\n".encode("utf-16"))
    assert wide.cells[0].source == "x = 'é'\n"
    assert "UTF-16" in wide.notices[0]


def test_python_with_a_merge_in_it_is_still_python(tmp_path: Path) -> None:
    contents = "x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> theirs\n"
    submission = read_small(tmp_path / "a.py", contents)
    assert "unfinished git merge in it (line 2)" in submission.notices[0]


def test_nothing_of_the_student_is_executed(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()"
    read_small(tmp_path / "a.py", trap)
    read_small(tmp_path / "a.ipynb", notebook(code(trap)))
    assert not (tmp_path / "sprung").exists()


# ------------------------------------------------------------------ nothing raises

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
keys = st.sampled_from(
    [
        *("cells", "worksheets", "nbformat", "metadata", "cell_type", "source"),
        *("input", "code", "text", "tags", "editable"),
    ]
)
notebook_like = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)
same_folder = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def check_any(tmp_path: Path, data: bytes, name: str) -> None:
    path = write(tmp_path / "any", data)
    submission = read(path, student="a", file=name, written_questions=("explanation",))
    assert submission.digest == sha256(data).hexdigest()
    assert submission.problem is None or not (submission.cells or submission.written)
    for cell in submission.cells:
        cell.source.encode("utf-8")
    (submission.problem or "").encode("utf-8")


@same_folder
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.ipynb", "a.py", "a.txt"]))
def test_random_bytes(tmp_path: Path, data: bytes, name: str) -> None:
    check_any(tmp_path, data, name)


@same_folder
@given(value=notebook_like)
@pytest.mark.long
def test_random_json(tmp_path: Path, value: Any) -> None:
    check_any(tmp_path, json.dumps({"nbformat": 4, "cells": value}).encode(), "a.ipynb")
    check_any(tmp_path, json.dumps(value).encode(), "a.ipynb")


@same_folder
@given(seed=st.integers(0, 10**9))
def test_mutated_notebooks(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    whole = notebook(text("<!-- BEGIN QUESTION -->\n# a"), text("b"), code("c"), code(["d", "e"]))
    data = bytearray(json.dumps(whole).encode())
    for _ in range(dice.randrange(1, 6)):
        start = dice.randrange(len(data))
        data[start : start + dice.randrange(9)] = dice.randbytes(dice.randrange(4))
    check_any(tmp_path, bytes(data), "a.ipynb")


def test_reading_restores_the_recursion_limit(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    read(write(tmp_path / "a.ipynb", "[" * 50_000), student="a", file="a.ipynb")
    assert sys.getrecursionlimit() == before
