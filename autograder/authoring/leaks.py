"""Proof that what students get holds nothing of what they must not see.

A *hidden line* is a line of a model answer, of ``reference/`` or of the way a question is marked.
The bundle leaks it where the same line stands anywhere in it: in a cell, an output, a test, the
metadata, or a file beside the notebook; spaces, the kind of quotes and the indentation do not
matter.  A hidden line of :data:`LONG` characters or more must not stand within a longer line
either.  Too short to tell anything (:data:`SHORT`): ``return w``.

Given code may share lines with a model answer (the loop over the points, say), but each such line
has to be written down in the assignment's ``shared_lines.txt``, where a person has looked at it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, TypeGuard

from autograder.authoring.master import SourceLine
from autograder.errors import AssignmentError

SHARED_LINES = "shared_lines.txt"

SHORT = 12
"""Lines of fewer characters, spaces apart, are in everybody's code."""

LONG = 20
"""Lines of as many characters are looked for within lines, too."""


@dataclass(frozen=True)
class Leak:
    """One hidden line that students would get."""

    place: str
    """Where in the bundle, such as ``notebook.ipynb, cell 7, line 3``."""
    source: SourceLine
    """The hidden line."""

    def __str__(self) -> str:
        return (
            f"{self.place} shows line {self.source.number} of {self.source.file}: "
            f"{self.source.text.strip()}"
        )


def find_leaks(
    bundle: Mapping[str, str], hidden: Iterable[SourceLine], shared: Iterable[str] = ()
) -> list[Leak]:
    """Every hidden line found in ``bundle`` (file name -> text), in the bundle's order.

    ``shared`` are lines that may appear although they are hidden somewhere.
    """
    allowed = {_essence(line) for line in shared}
    sought: dict[str, SourceLine] = {}
    for line in hidden:
        essence = _essence(line.text)
        if essence not in allowed and _tells_something(line.text, essence):
            sought.setdefault(essence, line)
    long_ones = [essence for essence in sought if len(essence) >= LONG]
    leaks: list[Leak] = []
    for place, text in _lines_of(bundle):
        essence = _essence(text)
        found = {essence} if essence in sought else set()
        if len(essence) > LONG:
            found.update(part for part in long_ones if part in essence)
        leaks.extend(Leak(place, sought[part]) for part in sorted(found))
    return leaks


def lines_of_folder(folder: Path, pattern: str = "**/*") -> list[SourceLine]:
    """The lines of all text files below ``folder`` that match; files that are no text are skipped.

    Raises AssignmentError where there is no such folder: a proof against nothing proves nothing.
    """
    if not folder.is_dir():
        raise AssignmentError(
            f"There is no folder {folder} to compare the release with; give the course's folder."
        )
    lines: list[SourceLine] = []
    for path in sorted(folder.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            lines.extend(_lines_of_file(path, f"{folder.name}/{path.relative_to(folder)}"))
    return lines


def shared_lines(folder: Path) -> tuple[str, ...]:
    """The lines of an assignment's ``shared_lines.txt``; none where there is no such file.

    Blank lines and lines that begin with ``#`` are comments.
    """
    path = folder / SHARED_LINES
    if not path.is_file():
        return ()
    lines = (line.text for line in _lines_of_file(path, path.name))
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def _lines_of_file(path: Path, name: str) -> list[SourceLine]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    return [SourceLine(name, n, line) for n, line in enumerate(text.splitlines(), start=1)]


def _essence(line: str) -> str:
    """A line without what may differ and still say the same."""
    line = re.sub(r"#\s*SOLUTION( NO PROMPT)?\s*$", "", line)
    return re.sub(r"\s+", "", line).replace('"', "'")


def _tells_something(line: str, essence: str) -> bool:
    if len(essence) < SHORT or not re.search(r"\w{2}", essence):
        return False  # too short, or a ruler such as "# -----"
    if re.fullmatch(r"def__\w+__\(", essence):
        return False  # a method that Python itself names, cut before it says anything
    imports = re.match(r"\s*(from|import)\s+([\w.]+)", line)
    return imports is None or imports[2].split(".")[0] in ("reference", "assignments", "questions")


def _lines_of(bundle: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every line of every file, with its place; notebooks are decoded, not read as JSON text."""
    for name, text in bundle.items():
        if name.endswith(".ipynb"):
            yield from _lines_of_notebook(name, json.loads(text))
        else:
            for number, line in enumerate(text.splitlines(), start=1):
                yield f"{name}, line {number}", line


class _Notebook(TypedDict):
    cells: list[dict[str, object]]


def _lines_of_notebook(name: str, notebook: _Notebook) -> Iterator[tuple[str, str]]:
    for number, cell in enumerate(notebook["cells"], start=1):
        for key, value in cell.items():
            place = f"{name}, cell {number}"
            yield from _lines_in(value, place if key == "source" else f"{place}, {key}")
    for key, value in notebook.items():
        if key != "cells":
            yield from _lines_in(value, f"{name}, {key}")


def _lines_in(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every line of every string in decoded JSON, keys included."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield place, str(key)
            yield from _lines_in(inner, f"{place}.{key}")
        return
    if _is_text(value):
        value = "".join(value)  # the notebook format writes long strings as lists of lines
    if isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _lines_in(inner, place)
        return
    for number, line in enumerate(str(value).splitlines(), start=1):
        yield f"{place}, line {number}", line


def _is_text(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
