"""Every file that is no submission gives one exact sentence, and nothing raises."""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from notebooks import SMALL, code, notebook, write

from autograder.errors import ReadingError
from autograder.model import Submission
from autograder.submission import read


def problem_of(path: Path) -> str:
    problem = read(path, student="alice", file=path.name).problem
    assert problem is not None
    assert problem.startswith(path.name)
    assert problem.endswith(".")
    assert "\n" not in problem
    return problem


def a_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.ipynb", SMALL)
    return packed.getvalue()


CONFLICT = "<<<<<<< HEAD\n" + SMALL + "\n=======\n" + SMALL + "\n>>>>>>> theirs\n"
TWICE = '{"nbformat": 4, "cells": [], "cells": [{"cell_type": "code", "source": "x"}]}'

BROKEN: dict[str, tuple[bytes | str, str]] = {
    "empty": (b"", "is empty (0 bytes)"),
    "blanks": (b" \n\t\n", "is empty but for blanks"),
    "only zero bytes": (b"\0" * 4096, "is empty but for blanks"),
    "no JSON": ("hello, this is my homework", "it is not JSON"),
    "Python": ("import numpy as np\nx = 1\n", "must be named .py"),
    "JSON list": ("[1, 2]", "a bare list"),
    "JSON number": ("[3", "is cut off"),
    "other JSON": ('{"name": "x"}', 'neither "cells" nor "nbformat"'),
    "wrong version": (json.dumps(notebook(code("x"), nbformat=99)), "notebook format 99"),
    "version as text": (json.dumps(notebook(code("x"), nbformat="4")), 'notebook format "4"'),
    "version true": (json.dumps(notebook(code("x"), nbformat=True)), "notebook format true"),
    "version NaN": ('{"cells": [{}], "nbformat": NaN}', "notebook format NaN"),
    "huge version": ('{"cells": [{}], "nbformat": ' + "9" * 10_000 + "}", "notebook format Inf"),
    "no cells": ('{"nbformat": 4, "metadata": {}}', "has no cells"),
    "empty cells": (json.dumps(notebook()), "has no cells"),
    "many cells": (json.dumps(notebook(*[code("")] * 10_007)), "more than the 10000 cells that"),
    "cells of null": ('{"nbformat": 4, "cells": [null, 3]}', "has no cells"),
    "cells no list": ('{"nbformat": 4, "cells": {"a": 1}}', "has no cells"),
    "truncated": (SMALL[:-20], "is cut off"),
    "truncated in a text": (SMALL[: SMALL.index("x = 1") + 3], "is cut off"),
    "broken inside": (SMALL.replace(":", ";", 1), "broken in line 1, column"),
    "conflict": (CONFLICT, "unfinished git merge in it (line 1)"),
    "web page": ("\n<!DOCTYPE html>\n<html><body>Log in", "a web page"),
    "web page after remarks": (b"<!-- a -->" * 100 + b"<html>", "a web page"),
    "only remarks": (b"<!---->" * 280, "it is not JSON"),
    "version of depth": ('{"cells": [{}], "nbformat": ' + "[" * 900 + "]" * 900 + "}", "unknown"),
    "zip": (a_zip(), "a zip archive"),
    "PDF": (b"%PDF-1.7\n", "a PDF"),
    "binary": (bytes(range(256)), "it is not JSON"),
    "nested lists": ("[" * 100_000, "nested too deeply"),
    "nested objects": ('{"a":' * 100_000, "nested too deeply"),
    "cells twice": (TWICE, '"cells" twice'),
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_notebook_is_one_sentence(tmp_path: Path, name: str) -> None:
    contents, sentence = BROKEN[name]
    path = write(tmp_path / "alice.ipynb", contents)
    assert sentence in problem_of(path)
    submission = read(path, student="alice", file="alice.ipynb")
    assert submission.cells == ()
    assert submission.digest == sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        (b"", "is empty"),
        (b"x = 1\0\n", "it is binary"),
        (bytes(range(256)), "it is binary"),
        (b"\xff\xfe\xfd\xfc" * 100, "it is binary"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x7fELF\x02", "a program"),
        (b"# coding: klingon\nx = 1\n", "text encoding in its coding line that there is not"),
        (b"# coding: ascii\nx = '\xe9'\n", "encoded as ascii, which it is not"),
        (b"# coding: punycode\nx = 1\n", "names punycode"),
        (b"# coding: zlib\nx = 1\n", "encoded as zlib"),
    ],
)
def test_broken_python_is_one_sentence(tmp_path: Path, contents: bytes, sentence: str) -> None:
    assert sentence in problem_of(write(tmp_path / "bob.py", contents))


def test_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "alice.ipynb"
    with path.open("wb") as file:
        file.truncate(150_000_000)
    submission = read(path, student="alice", file="alice.ipynb")
    assert submission.problem == (
        "alice.ipynb is larger than 100 MB (150 MB): "
        "clear the outputs of all cells, save and hand in again."
    )
    assert submission.digest == ""


def test_cap_is_what_it_says(tmp_path: Path) -> None:
    path = write(tmp_path / "alice.py", "x = 1\n")
    size = path.stat().st_size
    assert read(path, student="a", file="a.py", cap=size).problem is None
    assert "is larger than" in (read(path, student="a", file="a.py", cap=size - 1).problem or "")


def test_folder_link_pipe_and_socket_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    assert "is a folder" in problem_of(tmp_path / "folder.ipynb")
    write(tmp_path / "real.ipynb")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    assert "is a symbolic link" in problem_of(tmp_path / "link.ipynb")
    (tmp_path / "gone.ipynb").symlink_to(tmp_path / "nowhere")
    assert "is a symbolic link" in problem_of(tmp_path / "gone.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    assert "is a named pipe" in problem_of(tmp_path / "pipe.ipynb")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.ipynb"))
        assert "is a socket" in problem_of(tmp_path / "socket.ipynb")
    assert "is a device" in (read(Path("/dev/zero"), student="z", file="zero").problem or "")


def test_link_swapped_in_after_the_look_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "alice.ipynb")
    secret = write(tmp_path / "secret.ipynb")
    looked = os.lstat(path)
    path.unlink()
    path.symlink_to(secret)
    monkeypatch.setattr(os, "lstat", lambda _: looked)
    assert "is a symbolic link" in problem_of(path)


def test_pipe_swapped_in_after_the_look_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "alice.ipynb")
    looked = os.lstat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "lstat", lambda _: looked)
    assert "is a named pipe" in problem_of(path)


def test_impossible_paths(tmp_path: Path) -> None:
    long = read(tmp_path / ("x" * 300), student="x", file="x.ipynb")
    assert "name that is too long" in (long.problem or "")
    zero = read(Path("a\0b.ipynb"), student="x", file="x.ipynb")
    assert "a name that no file can have" in (zero.problem or "")


def test_a_file_that_vanished_is_nobodys_fault(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"gone\.ipynb is not there any more"):
        problem_of(tmp_path / "gone.ipynb")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "may not be read by whoever runs this"),
        (errno.EMFILE, r"ulimit -n"),
        (errno.ENFILE, "too many files are open"),
        (errno.EIO, "the disk has a fault"),
        (errno.EINVAL, "cannot be read"),
    ],
)
def test_what_this_machine_does_not_let_us_open_is_no_students_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    path = write(tmp_path / "alice.ipynb")
    monkeypatch.setattr(os, "open", refuse)  # root may read everything
    with pytest.raises(ReadingError, match=rf"alice\.ipynb .*{words}"):
        problem_of(path)


def test_neither_notebook_nor_python(tmp_path: Path) -> None:
    path = write(tmp_path / "essay.pdf", b"%PDF-1.7 ...")
    assert problem_of(path) == (
        "essay.pdf is neither a notebook (.ipynb) nor a Python file (.py) but a PDF: "
        "hand in the notebook itself."
    )


def test_bomb_of_small_values_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.ipynb", "[" + "{}," * 3_000_000 + "{}]")
    assert "far too many values" in problem_of(path)


def test_hostile_file_name_is_shown_escaped(tmp_path: Path) -> None:
    path = write(tmp_path / "a\n\x1b[2J‮.ipynb", b"")
    submission = read(path, student="a", file=path.name)
    assert submission.problem is not None
    assert submission.problem.isprintable()


def test_result_is_data_also_for_the_worst(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", json.dumps(notebook(code("x"), nbformat=[[1]])))
    assert isinstance(read(path, student="a", file="a.ipynb"), Submission)
