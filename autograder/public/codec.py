"""Public checks as a file of plain JSON: numbers and words, nothing that is executed.

Reading is strict and bounded, since the file may come from anywhere: each key is known, each number
finite, each list regular and short.  Whatever is wrong with it is one sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from autograder.errors import UsageError
from autograder.model import Argument, Gradient, Neuron
from autograder.public.checks import Example, Histories, PublicChecks
from autograder.public.decode import Broken, decode

FILE_NAME = "public_checks.json"
FORMAT = "autograder public checks 1"
MAX_BYTES = 1 << 20


def to_json(checks: PublicChecks) -> str:
    """The file's text; the same checks give the same text."""
    document = {
        "format": FORMAT,
        "assignment": checks.assignment,
        "title": checks.title,
        "limits": asdict(checks.limits),
        "questions": [
            {"name": q.name, "title": q.title, "examples": [_example(e) for e in q.examples]}
            for q in checks.questions
        ],
        "written": [asdict(question) for question in checks.written],
        "texts": list(checks.texts),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    # A list of numbers belongs on one line: people read this file.
    return re.sub(r"\[\n[^\[\]{}\"]*\]", lambda m: " ".join(m[0].split()), text) + "\n"


def _example(example: Example) -> dict[str, Any]:
    expected = example.expected
    answer: dict[str, Any]
    if isinstance(expected, Histories):
        w = expected.rows[:, :-1]
        answer = {
            "w_history": (w if expected.vector else w[:, 0]).tolist(),
            "b_history": expected.rows[:, -1].tolist(),
        }
    else:
        answer = {"value": expected.value.tolist()}
    return {
        "name": example.call.name,
        "asks": example.asks,
        "function": example.call.function,
        "arguments": {k: _argument(v) for k, v in example.call.arguments.items()},
        "expected": answer,
        "tolerance": expected.tolerance,
        **({"builds_on": example.builds_on} if example.builds_on else {}),
    }


def _argument(value: Argument) -> Any:
    if isinstance(value, Gradient):
        if not isinstance(value.kind, Neuron):
            raise TypeError("recorded gradients are not published")
        return {"gradient": value.of, **asdict(value.kind)}
    return value.tolist() if isinstance(value, np.ndarray) else value


def read_checks(path: Path) -> PublicChecks:
    """Read a file of public checks.

    Raises:
        UsageError: it cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Broken(f"it has more than {MAX_BYTES >> 20} MB")
        document = json.loads(
            data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once_each
        )
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
            raise Broken(f'it does not say "format": "{FORMAT}"')
        return decode(document)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (Broken, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is no file of public checks ({_reason(error)}): take the one that came with "
            "your notebook."
        ) from error


def _refuse(constant: str) -> float:
    raise Broken(f"{constant} is no number here")


def _once_each(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Broken("a key stands twice in one place")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, Broken):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: line {error.lineno}"
    return "it is no text" if isinstance(error, UnicodeDecodeError) else "it is no JSON"
