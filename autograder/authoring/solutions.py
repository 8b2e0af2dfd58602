"""The model answers as a notebook: for students to read when all of them have handed in.

It is made of the master itself and not of what students get: each answer stands in its place, with
why it is right, and the cells run from the top.  It never goes where students' notebooks are
written, and never under their name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.authoring.master import Part, read_master
from autograder.errors import UsageError
from autograder.submission import label

WARNING = (
    "These are the **model answers**, with why they are right. There are other right ones: what is "
    "graded is what a function computes, not how it is written."
)


def write_solutions(assignment_folder: Path, destination: Path, templates: Iterable[Path]) -> Path:
    """Write ``destination / SLUG_solutions.ipynb``; where it is now.

    ``templates``: folders from which students are given their notebooks.

    Raises AssignmentError where the master cannot be read, and UsageError where ``destination`` is
    such a folder, lies in one or looks like one, or cannot be written.
    """
    slug = assignment_folder.name
    _refuse_students_folder(destination.resolve(), [path.resolve() for path in templates])
    text = _notebook(slug, read_master(assignment_folder).parts)
    path = destination / f"{slug}_solutions.ipynb"
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"Cannot write the model answers to {path}: {error}.") from error
    return path


def _refuse_students_folder(destination: Path, templates: Iterable[Path]) -> None:
    """A released bundle is a folder with a notebook of the folder's name in it."""
    above = (destination, *destination.parents)
    released = [path for path in above if (path / f"{path.name}.ipynb").is_file()]
    below = (path for path in destination.glob("*/*.ipynb") if path.stem == path.parent.name)
    theirs = [*released, *(path.parent for path in below), *set(templates).intersection(above)]
    if theirs:
        raise UsageError(
            f"Students are given what is in {theirs[0]}: write the model answers to another "
            "folder, with --to DIR."
        )


def _notebook(slug: str, parts: Iterable[Part]) -> str:
    import nbformat  # takes a while to import, and no other command needs it

    code: Callable[..., nbformat.NotebookNode] = nbformat.v4.new_code_cell
    words: Callable[..., nbformat.NotebookNode] = nbformat.v4.new_markdown_cell
    cells = [words(WARNING, id="part-0")]
    for number, part in enumerate(parts, start=1):
        make = code if part.kind == "code" else words
        cells.append(make(_said(part), id=f"part-{number}"))
    metadata = {
        **label(slug),
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _said(part: Part) -> str:
    if part.question is None:
        return part.source
    return f"**{'A model answer' if part.question.manual else 'Why'}.** {part.source}"
