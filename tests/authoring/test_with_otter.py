"""``release --checks otter``: for courses that run Otter, its ``grader.check`` works as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from test_students_notebook import ASSIGNMENT, COURSE, SLUG, answers, checks, defined

from autograder.authoring.release import release

pytestmark = pytest.mark.long


def test_otters_own_checks_pass_and_fail(tmp_path: Path) -> None:
    released = release(ASSIGNMENT, tmp_path, reference=COURSE / "reference", checks="otter")
    path = released.folder / f"{SLUG}.ipynb"
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    by_names = answers()
    for cell in notebook.cells:
        if (
            "otter_answer_cell" in cell.metadata.get("tags", [])
            and "def do_adam" not in cell.source
        ):
            cell.source = by_names.get(defined(cell.source), cell.source)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(released.folder)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    said = checks(notebook)
    assert said.pop("adam").count("❌ Test case failed") == 5
    assert len(said) == 4
    for question, text in said.items():
        assert text.strip() == f"{question} results: All test cases passed!"
