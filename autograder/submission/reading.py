"""A path -> a Submission.  Nothing of the student's is executed, imported or compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.model import Cell, Submission
from autograder.submission.given import NOTHING, Given
from autograder.submission.names import clean
from autograder.submission.notebook import parse_notebook
from autograder.submission.opening import DEFAULT_CAP, LARGEST, Unreadable, digest, read_bytes
from autograder.submission.python_file import parse_python
from autograder.submission.slimming import without_outputs
from autograder.submission.sniffing import conflict_line, disguise, looks_like_notebook
from autograder.submission.written import find_answers

_DEFINES = re.compile(r"^[ \t>]*def[ \t]+\w+[ \t]*\(", re.MULTILINE)


@dataclass(frozen=True)
class _Contents:
    cells: tuple[Cell, ...]
    written: dict[str, str] = field(default_factory=dict)
    texts: tuple[Cell, ...] = ()
    notices: tuple[str, ...] = ()
    """Each continues a sentence that begins with the file's name."""


def read(
    path: Path,
    *,
    student: str,
    file: str,
    written_questions: Sequence[str] = (),
    given: Given = NOTHING,
    cap: int = DEFAULT_CAP,
) -> Submission:
    """What a student handed in; ``problem`` says why where it cannot be read.  Never raises.

    ``file`` is the path to show to people.  ``written_questions`` are the names of the questions
    answered in text cells, in the template's order (see :mod:`autograder.submission.written`);
    ``given`` is the notebook that students were given.
    ``cap`` is in bytes; of a larger notebook the outputs are left out, of a larger Python file
    nothing is read.
    """
    name = clean(Path(file).name or path.name)
    checksum = ""
    try:
        data = read_bytes(path, LARGEST)
        checksum = digest(data)
        parser = _parser_for(name, data)
        if len(data) > cap:
            data = _smaller(data, parser, cap)
        contents = parser(data, written_questions, given)
    except Unreadable as why:
        return Submission(student, file, problem=f"{name} {why}", digest=checksum)
    notices = tuple(f"{name} {notice}" for notice in contents.notices)
    return Submission(
        student,
        file,
        contents.cells,
        contents.written,
        digest=checksum,
        texts=contents.texts,
        notices=notices,
    )


_Parser = Callable[[bytes, Sequence[str], Given], _Contents]


def require_program_size(size: int, cap: int = DEFAULT_CAP) -> None:
    """Raises Unreadable for a Python file of more than ``cap`` bytes."""
    if size > cap:
        raise Unreadable(
            f"is larger than {cap / 1e6:.3g} MB ({size / 1e6:.3g} MB), as no program is: "
            "hand in the one that you wrote."
        )


def require_size(name: str, data: bytes, cap: int = DEFAULT_CAP) -> None:
    """Raises Unreadable for what :func:`read` finds too large."""
    if len(data) > cap:
        _smaller(data, _parser_for(name, data), cap)


def _smaller(data: bytes, parser: _Parser, cap: int) -> bytes:
    if parser is _python:
        require_program_size(len(data), cap)
    return without_outputs(data, cap)


def _parser_for(name: str, data: bytes) -> _Parser:
    """By the file's ending, unless the contents are unmistakably a notebook."""
    kind = kind_of(name)
    if kind == "notebook":
        return _notebook
    if looks_like_notebook(data):
        return _misnamed_notebook
    if kind == "python":
        return _python
    what = f" but {found}" if (found := disguise(data)) else ""
    raise Unreadable(
        f"is neither a notebook (.ipynb) nor a Python file (.py){what}: "
        "hand in the notebook itself."
    )


def kind_of(name: str) -> str | None:
    """``"notebook"`` or ``"python"`` by the name's ending; None: neither.

    Browsers append ``.txt`` or ``.json`` to notebooks they do not know, so those endings count too.
    """
    lower = name.lower()
    for ending in (".txt", ".json"):
        lower = lower.removesuffix(ending)
    if lower.endswith(".ipynb"):
        return "notebook"
    return "python" if lower.endswith(".py") else None


def _notebook(data: bytes, written_questions: Sequence[str], given: Given) -> _Contents:
    cells = parse_notebook(data)
    code = tuple(Cell(cell.number, cell.source) for cell in cells if cell.kind == "code")
    texts = tuple(
        Cell(cell.number, cell.source)
        for cell in cells
        if cell.kind != "code" and _DEFINES.search(cell.source)
    )
    return _Contents(code, dict(find_answers(cells, written_questions, given)), texts)


def _misnamed_notebook(data: bytes, written_questions: Sequence[str], given: Given) -> _Contents:
    contents = _notebook(data, written_questions, given)
    notice = "is a notebook by its contents and was read as one: its name should end in .ipynb."
    return replace(contents, notices=(notice,))


def _python(data: bytes, _: Sequence[str], __: Given) -> _Contents:
    python = parse_python(data)
    notices = [python.notice] if python.notice else []
    if (line := conflict_line(python.text)) is not None:
        notices.append(f"has the markers of an unfinished git merge in it (line {line}).")
    return _Contents((Cell(0, python.text),), notices=tuple(notices))
