"""Whatever way a hidden line finds into a bundle, it is found; what all code shares is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.leaks import find_leaks, lines_of_folder, shared_lines
from autograder.authoring.master import SourceLine
from autograder.errors import AssignmentError

SECRET = '    step = scale * rate("fast") + offset'
HIDDEN = [SourceLine("reference/rule.py", 7, SECRET)]


def notebook(**changes: Any) -> dict[str, str]:
    """A bundle of one notebook with one cell."""
    cell = {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "metadata": {}, "outputs": []}
    cell |= {key: value for key, value in changes.items() if key != "notebook_metadata"}
    whole = {"cells": [cell], "metadata": changes.get("notebook_metadata", {}), "nbformat": 4}
    return {"work.ipynb": json.dumps(whole)}


@pytest.mark.parametrize(
    ("bundle", "place"),
    [
        (notebook(source=["x = 1\n", SECRET]), "work.ipynb, cell 1, line 2"),
        (notebook(source=f"x = 1\n{SECRET}\n"), "work.ipynb, cell 1, line 2"),
        (notebook(outputs=[{"text": ["a\n", SECRET]}]), "work.ipynb, cell 1, outputs.text, line 2"),
        (notebook(metadata={"note": SECRET}), "work.ipynb, cell 1, metadata.note, line 1"),
        (notebook(metadata={SECRET: 1}), "work.ipynb, cell 1, metadata"),
        (
            notebook(notebook_metadata={"otter": {"tests": {"q": f"def test():\n{SECRET}"}}}),
            "work.ipynb, metadata.otter.tests.q, line 2",
        ),
        ({"README.md": f"# Title\n\n{SECRET}\n"}, "README.md, line 3"),
        ({"README.md": "so `step = scale * rate('fast') + offset`, you see"}, "README.md, line 1"),
        ({"README.md": "step=scale*rate('fast')+offset"}, "README.md, line 1"),
        ({"README.md": "\t# step = scale*rate('fast') + offset  # right!"}, "README.md, line 1"),
    ],
)
def test_a_planted_line_is_found_where_it_stands(bundle: dict[str, str], place: str) -> None:
    (leak,) = find_leaks(bundle, HIDDEN)
    assert leak.place == place
    assert str(leak) == f"{place} shows line 7 of reference/rule.py: {SECRET.strip()}"


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("return w", "return w"),  # eleven characters and fewer are in everybody's code
        ("# ----------------------", "# ----------------------"),
        ("import numpy as np", "import numpy as np"),
        ("    def __init__(", "    def __init__("),
        ("x_step = rate_w", "next_step = x_step = rate_w"),  # short lines count as whole lines only
        ("step = scale * rate + offset", "step = scale * rate - offset"),
    ],
)
def test_what_tells_nothing_is_no_leak(hidden: str, shown: str) -> None:
    assert find_leaks({"a.md": shown}, [SourceLine("secret.py", 1, hidden)]) == []


@pytest.mark.parametrize(
    "line", ["from reference.update_rules import *", "import reference.moments", "x_step = rate_w"]
)
def test_what_looks_harmless_and_is_not(line: str) -> None:
    assert len(find_leaks({"a.md": line}, [SourceLine("secret.py", 1, line)])) == 1


def test_the_marker_of_a_solution_does_not_hide_it() -> None:
    hidden = [SourceLine("notebook.md", 1, "answer = 6 * seven  # SOLUTION")]
    assert len(find_leaks({"a.md": "answer = 6 * seven"}, hidden)) == 1


def test_shared_lines_may_be_shown_and_no_others() -> None:
    hidden = [*HIDDEN, SourceLine("reference/rule.py", 8, "    for x, y in zip(X, Y):")]
    bundle = {"a.md": f"for x, y in zip(X, Y):\n{SECRET}"}
    (leak,) = find_leaks(bundle, hidden, shared=["for x, y in zip(X, Y):"])
    assert leak.source.number == 7


def test_shared_lines_of_an_assignment(tmp_path: Path) -> None:
    assert shared_lines(tmp_path) == ()
    (tmp_path / "shared_lines.txt").write_text("# why\n\nfor x in X:\n  y = x\n", encoding="utf-8")
    assert shared_lines(tmp_path) == ("for x in X:", "  y = x")


def test_lines_of_a_folder_come_from_every_text_file(tmp_path: Path) -> None:
    (tmp_path / "deep" / "__pycache__").mkdir(parents=True)
    (tmp_path / "a.py").write_text("one\ntwo\n", encoding="utf-8")
    (tmp_path / "deep" / "b.md").write_text("three", encoding="utf-8")
    (tmp_path / "deep" / "__pycache__" / "c.txt").write_text("cached", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    found = [(line.file, line.number, line.text) for line in lines_of_folder(tmp_path)]
    name = tmp_path.name
    assert found == [
        (f"{name}/a.py", 1, "one"),
        (f"{name}/a.py", 2, "two"),
        (f"{name}/deep/b.md", 1, "three"),
    ]


def test_a_proof_against_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"no folder .*reference"):
        lines_of_folder(tmp_path / "reference")
