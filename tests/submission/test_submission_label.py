"""Which assignment a notebook says that it is of: a word that is read and never obeyed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.submission import assignment_of, label, label_of, read

TEMPLATE = Path(__file__).parents[2] / "student_template"


def test_every_released_notebook_says_which_it_is() -> None:
    for folder in sorted(TEMPLATE.iterdir()):
        assert label_of(folder / f"{folder.name}.ipynb") == folder.name


def test_what_was_written_is_found() -> None:
    notebook = {"cells": [{"outputs": [1] * 99}], "metadata": label("rates") | {"colab": {}}}
    data = json.dumps(notebook).encode()
    assert assignment_of(data) == "rates"
    assert assignment_of(b"\xef\xbb\xbf" + data) == "rates"
    assert assignment_of(data.replace(b"colab", b"\xff bad")) == "rates"


@pytest.mark.parametrize(
    "metadata",
    [
        "{}",
        "[]",
        "null",
        '{"autograder": "rates"}',
        '{"autograder": {}}',
        '{"autograder": {"assignment": 7}}',
        '{"autograder": {"assignment": null}}',
        '{"autograder": {"assignment": "../../etc"}}',
        '{"autograder": {"assignment": "rates\\u001b[31m"}}',
        '{"autograder": {"assignment": "rates\\n"}}',
        '{"autograder": {"assignment": "%s"}}' % ("a" * 81),
        '{"autograder": {"assignment": "rates"}',
        "[" * 100_000,
    ],
    ids=range(13),
)
def test_what_is_no_name_is_none(metadata: str) -> None:
    assert assignment_of(f'{{"cells": [], "metadata": {metadata}}}'.encode()) == ""


def test_other_files_name_none(tmp_path: Path) -> None:
    for data in (b"", b"assignment = 'rates'\n", b"\x00\xff", b'"metadata"', b"7"):
        assert assignment_of(data) == ""
    assert label_of(tmp_path / "not there") == ""
    assert label_of(tmp_path) == ""


def test_a_submission_is_the_same_whatever_it_says(tmp_path: Path) -> None:
    path = TEMPLATE / "momentum_methods" / "momentum_methods.ipynb"
    document = json.loads(path.read_text("utf-8"))
    found = []
    for metadata in (label("momentum_methods"), label("beyond_adam"), {}):
        file = tmp_path / "a.ipynb"
        file.write_text(json.dumps({**document, "metadata": metadata}))
        found.append(read(file, student="a", file="a.ipynb", written_questions=["explanation"]))
    same = [replace(each, digest="") for each in found]
    assert same[0] == same[1] == same[2]
    assert not any(same[0].written.values())
