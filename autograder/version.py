"""Which version of an assignment a grade was given under: a digest of what judging uses.

What is only shown is not in it.  A due date that is moved, a title or a hint that is worded anew
grades nobody again:

- of ``assignment.toml`` the points, checks, tolerance, limits and conventions count, not titles,
  nor what ``[attempts]`` and ``[late]`` say, which is applied when grades are shown;
- of ``reference/`` all code, and of its TOML files the names, their order and the numbers: texts
  in them are words for students;
- of the assignment's folder everything else but its notebook, notes and sample submissions;
- of the notebook what it asks people to answer in words: that tells whether the cell with the
  question holds an answer, too, or is blank.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from autograder.settings import Settings

_LEFT_OUT = {"__pycache__", "sample_submissions", "right_variants"}
_SHOWN = {".md", ".ipynb", ".pyc"}
_SHOWN_FILES = {"assignment.toml", "shared_lines.txt"}


def judged_version(settings: Settings, folder: Path, reference: Path, asked: Sequence[str]) -> str:
    """SHA-256, hexadecimal, of what an assignment is judged by.

    ``asked``: the lines of its notebook that tell what of a cell is an answer.
    """
    digest = hashlib.sha256()
    digest.update(msgspec.json.encode(_judged(settings)))
    digest.update("".join(f"{line}\n" for line in asked).encode())
    for place, path in (*_files(folder), *_files(reference)):
        data = path.read_bytes()
        if path.suffix == ".toml" and path.is_relative_to(reference):
            data = _without_words(data)
        digest.update(place.encode("utf-8", "surrogateescape") + b"\0" + data + b"\0")
    return digest.hexdigest()


def _judged(settings: Settings) -> Any:
    return {
        "tolerance": settings.tolerance,
        "texts": settings.texts,
        "limits": settings.limits,
        "conventions": settings.conventions,
        "questions": {
            name: (question.points, question.checks, question.by_person)
            for name, question in settings.questions.items()
        },
    }


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        is_shown = path.suffix in _SHOWN or (len(inside) == 1 and inside[0] in _SHOWN_FILES)
        if path.is_file() and not is_shown and _LEFT_OUT.isdisjoint(inside):
            yield "/".join(inside), path


@lru_cache(maxsize=32)
def _without_words(data: bytes) -> bytes:
    """A TOML file without its texts; one that is none counts as it is."""
    try:
        table = tomllib.loads(data.decode())
    except ValueError:
        return data
    return repr(_numbers(table)).encode()


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _numbers(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return "" if isinstance(value, str) else value
