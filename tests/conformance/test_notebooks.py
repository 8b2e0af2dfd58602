"""The notebooks in a Jupyter kernel: done, all public checks pass; empty, none does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.authoring.master import model_answers
from autograder.course import Course

COURSE = Course(Path(__file__).resolve().parents[2])
# That of the first assignment has tests of its own, with faults: tests/authoring.
OTHERS = [slug for slug in COURSE.assignments() if slug != COURSE.default]
pytestmark = pytest.mark.long


def template(slug: str) -> Any:
    path = COURSE.folder / "student_template" / slug / f"{slug}.ipynb"
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def defined(source: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^def (\w+)", source, flags=re.MULTILINE))


def completed(slug: str) -> Any:
    """The template with every stub replaced by its model answer."""
    notebook = template(slug)
    cells = model_answers(COURSE.folder / "assignments" / slug).cells
    by_names = {defined(cell.source): cell.source for cell in cells}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "otter_answer_cell" in cell.metadata.get("tags", []):
            cell.source = by_names[defined(cell.source)]
    return notebook


def run(notebook: Any, folder: Path) -> dict[str, str]:
    """Run all cells, none of which may raise; what each ``grader.check`` said."""
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    return {
        cell.source.split('"')[1]: _printed(cell)
        for cell in notebook.cells
        if cell.source.startswith("grader.check(")
    }


def _printed(cell: Any) -> str:
    texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    return "\n".join(texts)


@pytest.mark.parametrize("slug", OTHERS)
def test_done_every_check_passes_and_every_curve_is_drawn(slug: str, tmp_path: Path) -> None:
    notebook = completed(slug)
    for question, text in run(notebook, tmp_path).items():
        assert re.match(rf"{question}: all \d+ checks pass\.\n", text)
    printed = "".join(_printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert not re.search(r"No (\w+ )?curve|No measurement", printed)


@pytest.mark.parametrize("slug", OTHERS)
def test_empty_no_check_passes_and_each_says_why(slug: str, tmp_path: Path) -> None:
    said = run(template(slug), tmp_path)
    asked = [question.name for question in COURSE.load(slug).questions if not question.by_person]
    assert list(said) == asked
    for question, text in said.items():
        assert text.startswith(f"{question}: 0 of ")
        assert "is not written yet" in text
