"""Otter and nbgrader on the same notebooks."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tokenize
from collections.abc import Sequence
from pathlib import Path

import nbformat

from autograder.authoring.master import MASTER
from autograder.bench.measured import Measured, measure


def otter_run(notebooks: Sequence[Path], assignment_folder: Path, scratch: Path) -> Measured | None:
    """``otter run`` on each notebook, one after the other; None: not installed."""
    if importlib.util.find_spec("otter") is None or importlib.util.find_spec("jupytext") is None:
        return None
    archive = _otter_archive(assignment_folder, scratch)
    script = scratch / "otter_all.py"
    script.write_text(
        "import subprocess, sys\n"
        "for notebook in sys.argv[2:]:\n"
        "    subprocess.run([sys.executable, '-m', 'otter', 'run', '-a', sys.argv[1], notebook],\n"
        "                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    )
    command = [sys.executable, str(script), str(archive), *map(str, notebooks)]
    return measure(command, scratch)


def _otter_archive(assignment_folder: Path, scratch: Path) -> Path:
    """What ``otter assign`` makes for grading: the tests, in an archive."""
    import jupytext

    slug = assignment_folder.name
    text = (assignment_folder / MASTER).read_text(encoding="utf-8")
    # A release needs no archive for otter run; to be compared with it, we do.
    notebook = jupytext.reads(text.replace("generate: false", "generate: true"), fmt="md")
    jupytext.write(notebook, scratch / f"{slug}.ipynb", fmt="ipynb")
    command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", "--no-pdfs"]
    subprocess.run(
        [*command, f"{slug}.ipynb", "dist"], cwd=scratch, check=True, capture_output=True
    )
    return next((scratch / "dist" / "autograder").glob("*.zip"))


def nbgrader_autograde(
    notebooks: Sequence[Path], slug: str, tests: Sequence[str], scratch: Path
) -> Measured | None:
    """``nbgrader autograde`` on all notebooks in one process; None: not installed.

    ``tests``: the code of its test cells, each worth a point.
    """
    if importlib.util.find_spec("nbgrader") is None:
        return None
    course = scratch / "nbgrader"
    source = course / "source" / slug
    source.mkdir(parents=True)
    cells = [_test_cell(number, code) for number, code in enumerate(tests, start=1)]
    (source / f"{slug}.ipynb").write_text(_notebook(cells))
    nbgrader = [sys.executable, "-m", "nbgrader"]
    # It calls other programs of its environment by name.
    found = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    generated = measure([*nbgrader, "generate_assignment", slug], course, found)
    if generated.status != 0:
        return generated
    for number, path in enumerate(notebooks):
        place = course / "submitted" / f"s{number:05}" / slug
        place.mkdir(parents=True)
        handed_in = nbformat.read(path, as_version=4)
        (place / f"{slug}.ipynb").write_text(
            _notebook([*handed_in.cells, *cells]), encoding="utf-8"
        )
    return measure([*nbgrader, "autograde", slug], course, found)


def _notebook(cells: Sequence[nbformat.NotebookNode]) -> str:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    text: str = nbformat.writes(notebook)
    return text


def _test_cell(number: int, code: str) -> nbformat.NotebookNode:
    marks = {
        "cell_type": "code",
        "grade": True,
        "grade_id": f"test{number}",
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    cell: nbformat.NotebookNode = nbformat.v4.new_code_cell(
        code, id=f"test{number}", metadata={"nbgrader": marks}
    )
    return cell


def as_notebook(path: Path, destination: Path) -> Path:
    """A Python file as a notebook of one cell."""
    with tokenize.open(path) as file:  # as Python would: the file may name its encoding
        source = file.read()
    destination.write_text(_notebook([nbformat.v4.new_code_cell(source)]), encoding="utf-8")
    return destination
