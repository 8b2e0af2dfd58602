"""``grades.json``: everything that was found, for other programs.

There is no time in it, and nothing that depends on the order of work: grading the same files again
gives the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autograder.formats.parts import AssignmentInfo, in_order, tidy_number
from autograder.model import Check, Grade, QuestionGrade

_CONSTANTS = {None: "null", True: "true", False: "false"}
_quoted = json.encoder.encode_basestring


def to_json(grades: Sequence[Grade], info: AssignmentInfo) -> str:
    """Sorted by student; ends with a newline."""
    document = {
        "assignment": info.slug,
        "max_score": tidy_number(info.max_score),
        "submissions": [_entry(grade) for grade in in_order(grades)],
    }
    text = _indented(document, "\n")
    # Half a character, which a student's message may hold, cannot be written as UTF-8.
    return text.encode("utf-8", "replace").decode() + "\n"


def _indented(value: Any, newline: str) -> str:
    """What ``json.dumps(value, indent=1, ensure_ascii=False)`` gives, in a third of its time: for a
    course it is most of what the main process computes.  ``newline`` is followed by the indent.

    A check may stand for its object.  Raises ValueError for a number that is not finite.
    """
    if isinstance(value, Check):
        return _check(value, newline)
    inside = newline + " "
    if isinstance(value, dict) and value:
        parts = [f"{_quoted(key)}: {_indented(part, inside)}" for key, part in value.items()]
        return f"{{{inside}{(',' + inside).join(parts)}{newline}}}"
    if isinstance(value, list) and value:
        parts = [_indented(part, inside) for part in value]
        return f"[{inside}{(',' + inside).join(parts)}{newline}]"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    return json.dumps(value, allow_nan=False)


def _entry(grade: Grade) -> dict[str, Any]:
    """One entry of ``submissions``."""
    return {
        "student": grade.student,
        "file": grade.file,
        "status": str(grade.status),
        "score": tidy_number(grade.score),
        "max_score": tidy_number(grade.max_score),
        "message": grade.message,
        "questions": [_question(question) for question in grade.questions],
    }


def _question(question: QuestionGrade) -> dict[str, Any]:
    return {
        "name": question.name,
        "status": str(question.status),
        "score": tidy_number(question.score),
        "max_score": tidy_number(question.max_score),
        "misconceptions": list(question.misconceptions),
        "checks": list(question.checks),
        "message": question.message,
    }


@lru_cache(maxsize=4096)
def _check(check: Check, newline: str) -> str:
    """Remembered, because most checks say the same to many students."""
    document = {
        "name": check.name,
        "passed": check.passed,
        "score": tidy_number(check.score),
        "max_score": tidy_number(check.max_score),
        "message": check.message,
    }
    return _indented(document, newline)
