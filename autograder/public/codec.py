"""Public checks as a file of plain JSON: numbers and words, nothing that is executed.

Reading is strict and bounded, since the file may come from anywhere.  What may stand in it is what
:mod:`autograder.public.checks` says; whatever is wrong with it is one sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.errors import UsageError
from autograder.public.checks import PublicChecks
from autograder.settings import Refused
from autograder.settings.reading import as_type

FILE_NAME = "public_checks.json"
MAX_BYTES = 1 << 20
MAX_TEXT = 500


class _Broken(Exception):
    """What is wrong with the document, as a part of a sentence."""


def to_json(checks: PublicChecks) -> str:
    """The file's text; the same checks give the same text."""
    document = msgspec.to_builtins(checks)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    # A list of numbers belongs on one line: people read this file.
    return re.sub(r"\[\n[^\[\]{}\"]*\]", lambda m: " ".join(m[0].split()), text) + "\n"


def read_checks(path: Path) -> PublicChecks:
    """Read a file of public checks.

    Raises:
        UsageError: it cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _Broken(f"it has more than {MAX_BYTES >> 20} MB")
        document = json.loads(data.decode(), parse_constant=_refuse, object_pairs_hook=_table)
        return as_type(document, PublicChecks)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (_Broken, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is no file of public checks ({_reason(error)}): take the one that came with "
            "your notebook."
        ) from error


def _refuse(constant: str) -> float:
    raise _Broken(f"{constant} is no number here")


def _table(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Broken("a key stands twice in one place")
    for text in (*found, *found.values()):
        if isinstance(text, str) and (len(text) > MAX_TEXT or not text.isprintable()):
            raise _Broken(f"a text in it is no line of at most {MAX_TEXT} characters")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, _Broken | Refused):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: line {error.lineno}"
    return "it is no text" if isinstance(error, UnicodeDecodeError) else "it is no JSON"
