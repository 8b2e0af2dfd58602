"""What students get: built from the master notebook by allow-list, then proved to hide the rest.

``otter assign`` turns the master into the students' notebook.  Of that, only what is named here
is kept, and cell ids become a function of the cell.  The checks then travel inside the notebook
(:mod:`.carrying`), or stay Otter's, for courses that run it.  A README, requirements and public
examples (:mod:`autograder.public`) are laid beside it; the same master gives the same bytes.  Then
every line of the model answers, of ``reference/`` and of ``questions.py`` is looked for in the
result (:mod:`.leaks`).  Only a bundle in which none was found replaces the one before.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from autograder.authoring.carrying import with_checks_inside, with_hand_in
from autograder.authoring.leaks import SHARED_LINES, find_leaks, lines_of_folder, shared_lines
from autograder.authoring.master import MASTER, Master, read_master
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, LeakError, UsageError
from autograder.extras import how_to_get
from autograder.public import FILE_NAME, PublicChecks, public_checks, to_json
from autograder.report.html import render
from autograder.sandbox.scratch import own_folder, sweep
from autograder.submission import label, plain_lines

_MOST_ASKED = 100_000
"""Characters of what is asked in words that travel with the public checks."""
OTTER_SECONDS = 120.0
"""Wall time that ``otter assign`` may take; it needs about two."""

Checks: TypeAlias = Literal["notebook", "otter"]
"""Where the checks of the students' notebook are: inside it, or in an Otter that is installed."""

REQUIREMENTS: Mapping[Checks, str] = {
    "notebook": "jupyterlab>=4.0\nmatplotlib>=3.8\nnumpy>=1.26\n",
    "otter": "jupyter>=1.0\nmatplotlib>=3.8\nnumpy>=1.26\notter-grader>=6.1\n",
}
"""What students install, if they work on a machine of their own."""


@dataclass(frozen=True)
class Released:
    """A bundle that was written."""

    folder: Path
    files: tuple[str, ...]
    """Names within ``folder``, sorted."""
    lines_looked_for: int
    """How many hidden lines the bundle was searched for."""


def release(
    assignment_folder: Path,
    destination: Path,
    *,
    reference: Path,
    checks: Checks = "notebook",
    hand_in: bool = False,
    refuse: Callable[[str], None] = lambda notebook: None,
) -> Released:
    """Write what students of one assignment get to ``destination / SLUG``, replacing it whole.

    ``SLUG`` is the name of ``assignment_folder``; ``reference`` the folder that must stay hidden;
    ``hand_in``: the notebook hands itself in at the course's portal;
    ``refuse`` raises what else there is against the notebook (:mod:`.crossing`).

    Raises AssignmentError where the master cannot be read or otter refuses it, and LeakError,
    with file and line of each, where the bundle would show something hidden; UsageError where
    ``destination`` cannot be written.  Then all stays as it was.
    """
    assignment_folder = assignment_folder.resolve()
    slug = assignment_folder.name
    master = read_master(assignment_folder)
    examples = _public_checks(assignment_folder, master)
    notebook = _public_part(_students_notebook(assignment_folder), slug)
    if examples is not None:
        examples = _without_hidden_lines(examples, notebook)
    if checks == "notebook":
        notebook = with_checks_inside(notebook, examples)
    if hand_in:
        notebook = with_hand_in(notebook, slug)
    readme = render(
        "README.md.j2",
        title=master.title,
        slug=slug,
        questions=master.questions,
        examples="" if examples is None else FILE_NAME,
        otter=checks == "otter",
        hand_in=hand_in,
    )
    bundle = {
        f"{slug}.ipynb": notebook,
        "README.md": readme + "\n",
        "requirements.txt": REQUIREMENTS[checks],
        **({} if examples is None else {FILE_NAME: to_json(examples)}),
    }
    looked_for = refuse_leaks(bundle, master, assignment_folder, reference)
    refuse(bundle[f"{slug}.ipynb"])
    try:
        _replace_folder(destination / slug, bundle)
    except OSError as error:
        raise UsageError(f"Cannot write the release to {destination / slug}: {error}.") from error
    return Released(destination / slug, tuple(sorted(bundle)), looked_for)


def refuse_leaks(
    bundle: Mapping[str, str], master: Master, assignment_folder: Path, reference: Path
) -> int:
    """How many hidden lines were looked for in ``bundle`` (file name -> text), all in vain.

    Raises LeakError where one was found.
    """
    hidden = [
        *master.hidden,
        *lines_of_folder(reference),
        *lines_of_folder(assignment_folder, "*.py"),
    ]
    leaks = find_leaks(bundle, hidden, shared_lines(assignment_folder))
    if leaks:
        shown = "".join(f"\n  {leak}" for leak in leaks[:10])
        more = f"\n  and {len(leaks) - 10} more" if len(leaks) > 10 else ""
        raise LeakError(
            f"Not released: students of {assignment_folder.name} would see hidden lines.{shown}"
            f"{more}\nTake them out of what students get, or, where a line may be seen, write it "
            f"into {SHARED_LINES} of the assignment."
        )
    return len(hidden)


# ------------------------------------------------------------------ the students' notebook


def _students_notebook(assignment_folder: Path) -> str:
    """What ``otter assign`` makes of the master."""
    slug = assignment_folder.name
    try:
        import jupytext
    except ImportError as error:
        raise AssignmentError(
            f"A release needs Jupytext and otter-grader: {how_to_get('authoring')}."
        ) from error
    sweep()
    with own_folder() as scratch:
        try:
            notebook = jupytext.read(assignment_folder / MASTER)
        except Exception as error:  # its readers raise what they like, YAML errors among others
            raise AssignmentError(f"Jupytext cannot read {slug}/{MASTER}: {error}") from error
        jupytext.write(notebook, Path(scratch) / f"{slug}.ipynb", fmt="ipynb")
        _run_otter(f"{slug}.ipynb", scratch)
        written = Path(scratch) / "out" / "student"
        names = sorted(path.name for path in written.iterdir())
        if names != [f"{slug}.ipynb"]:
            raise AssignmentError(
                f"{slug}: otter wrote {', '.join(names)} for students, but a release is one "
                "notebook with its tests inside. Set 'files: false' under 'tests' in the "
                "assignment's configuration, and name no further files."
            )
        return (written / names[0]).read_text(encoding="utf-8")


_OTTER = """
import runpy, sys
sys.modules["rfc3987_syntax"] = None
runpy.run_module("otter", run_name="__main__", alter_sys=True)
"""
"""``python -m otter``, without what jsonschema would tell an IRI by: where that is installed it
takes two seconds to import, and no notebook has an IRI."""


def _run_otter(notebook: str, folder: str) -> None:
    command = [sys.executable, "-c", _OTTER, "assign", "--no-run-tests", "--no-pdfs"]
    try:
        done = subprocess.run(
            [*command, notebook, "out"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=OTTER_SECONDS,
            check=False,
            # What it leaves when it is killed goes with the folder.
            env={**os.environ, "TMPDIR": folder, "TEMP": folder, "TMP": folder},
        )
    except subprocess.TimeoutExpired as error:
        raise AssignmentError(f"{notebook}: otter assign took over {OTTER_SECONDS:g} s.") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise AssignmentError(f"otter assign refuses {notebook}: {said}")


_KEPT = ("deletable", "editable", "tags")
"""Metadata that a cell keeps."""


def _public_part(text: str, slug: str) -> str:
    """Of a notebook only what is named here: what is not thought of cannot slip through."""
    import nbformat  # takes a while to import, and no other command needs it

    notebook = nbformat.reads(text, as_version=4)
    otter = notebook.metadata.get("otter", {})
    tests = {name: _without_trailing_spaces(test) for name, test in otter.get("tests", {}).items()}
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **label(slug),
        "otter": {"OK_FORMAT": bool(otter.get("OK_FORMAT", True)), "tests": tests},
    }
    makers: dict[str, Callable[..., nbformat.NotebookNode]] = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    seen: Counter[str] = Counter()
    cells = []
    for cell in notebook.cells:
        # A cell's id follows from its text, and from how often that came before.
        seen[cell.source] += 1
        named = f"{cell.cell_type}\n{seen[cell.source]}\n{cell.source}"
        digest = hashlib.sha256(named.encode()).hexdigest()
        shown = {key: cell.metadata[key] for key in _KEPT if key in cell.metadata}
        cells.append(makers[cell.cell_type](cell.source, id=digest[:12], metadata=shown))
    public: str = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))
    return public + "\n"


def _without_trailing_spaces(test: object) -> object:
    """Tests are Python text, or otter's older nested form, which is left as it is."""
    if not isinstance(test, str):
        return test
    return "\n".join(line.rstrip() for line in test.strip().splitlines()) + "\n"


# ------------------------------------------------------------------ beside it, and onto the disk


def _public_checks(assignment_folder: Path, master: Master) -> PublicChecks | None:
    """The examples that students may try their work on; None where there is only a notebook."""
    if not (assignment_folder / "assignment.toml").is_file():
        return None
    assignment = Course(assignment_folder.parents[1]).load(assignment_folder.name)
    _refuse_other_points(master, assignment)
    return public_checks(assignment)


def _without_hidden_lines(examples: PublicChecks, notebook: str) -> PublicChecks:
    """Of what the master asks only what can be read in the students' notebook; nothing, where
    that would not go into the file, as with a picture in it."""
    texts = (cell["source"] for cell in json.loads(notebook)["cells"])
    shown = {line for text in texts for line in plain_lines("".join(text))}
    asked = tuple(line for line in examples.asked if line in shown)
    is_short = sum(map(len, asked)) <= _MOST_ASKED
    return msgspec.structs.replace(examples, asked=asked if is_short else ())


def _refuse_other_points(master: Master, assignment: Assignment) -> None:
    """Students must read of the questions, and of the points, that they are graded by."""
    told = {question.name: question.points for question in master.questions}
    asked = {question.name: question.points for question in assignment.questions}
    for name in (*told, *asked):
        if told.get(name) != asked.get(name):
            parts = [
                f"{points[name]:g} points in {file}" if name in points else f"not in {file}"
                for file, points in ((MASTER, told), ("assignment.toml", asked))
            ]
            raise AssignmentError(
                f"{assignment.slug}: the question {name} is {' and '.join(parts)}."
            )


def _replace_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files, or none: a new folder is filled first and then takes the old one's place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}-"
    sweep(folder.parent, prefix)
    with tempfile.TemporaryDirectory(
        prefix=f"{prefix}{os.getpid()}-", dir=folder.parent
    ) as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        new.mkdir()
        for name, text in files.items():
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.is_dir() and not folder.is_symlink():
            os.rename(folder, old)
        try:
            os.rename(new, folder)
        except OSError:
            if old.is_dir():
                shutil.move(old, folder)
            raise
