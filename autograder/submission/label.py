"""Which assignment a notebook says that it is of, so that students need not say it.

``autograder release`` writes it where Jupyter, Colab and their like leave it alone::

    "metadata": {"autograder": {"assignment": "SLUG"}}

It is a student's word: it chooses among the assignments that there are where nobody names one.
Grading does not read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from autograder.errors import ReadingError
from autograder.submission.opening import Unreadable, read_bytes

_BOM = b"\xef\xbb\xbf"


class _Own(Struct):
    assignment: Annotated[str, Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]{0,79}\Z")] = ""


class _Metadata(Struct):
    autograder: _Own = msgspec.field(default_factory=_Own)


class _Notebook(Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_of_notebook = msgspec.json.Decoder(_Notebook)


def label(slug: str) -> dict[str, object]:
    """What a notebook's metadata has to have for :func:`assignment_of` to find this."""
    return {"autograder": {"assignment": slug}}


def assignment_of(data: bytes) -> str:
    """The slug that a notebook's bytes name; empty where they name none, as Python files do."""
    try:
        return _of_notebook.decode(data.removeprefix(_BOM)).metadata.autograder.assignment
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return ""


def label_of(path: Path) -> str:
    """The same of a file; empty also where it cannot be read."""
    try:
        return assignment_of(read_bytes(path))
    except (Unreadable, ReadingError):
        return ""
