"""What the store holds of one attempt, and how it becomes a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograder.errors import StoreError
from autograder.model import Grade, SubmissionStatus
from autograder.store import forms
from autograder.text import whole

Row: TypeAlias = dict[str, Any]
"""Values of one row of ``attempts`` by column name, without ``id``; plain data, cheap to send."""


@dataclass(frozen=True)
class Attempt:
    """One submission graded once: the grade, and all that it depended on."""

    assignment: str
    """Slug of the assignment."""
    assignment_version: str
    """Digest of the assignment's folder and of the reference."""
    digest: str
    """SHA-256 of the submission's bytes; empty where there were none to read."""
    grade: Grade
    handed_in: str | None
    """When the file was handed in, ISO 8601 in UTC; None: not known."""
    graded_at: str
    """When grading ended, ISO 8601 in UTC."""
    circumstances: Mapping[str, Any]
    """Program and library versions, sandbox layers, seeds; plain JSON data."""


@dataclass(frozen=True)
class Entry:
    """An attempt without its grade: enough to choose which one counts."""

    id: int
    student: str
    file: str
    digest: str
    assignment_version: str
    status: SubmissionStatus
    score: float | None
    max_score: float
    handed_in: str | None
    graded_at: str


@dataclass(frozen=True)
class Circumstances:
    """What an attempt's grade depended on."""

    circumstances: str
    """JSON, as in :class:`Attempt`."""
    wall_seconds: float
    cpu_seconds: float
    peak_memory: int
    """Bytes."""


def to_row(attempt: Attempt) -> Row:
    """The row that :func:`grade_of` reads back."""
    grade = attempt.grade
    brief, details = forms.written(grade)
    return {
        "assignment": attempt.assignment,
        "assignment_version": attempt.assignment_version,
        "student": storable(grade.student),
        "file": storable(grade.file),
        "digest": attempt.digest,
        "status": grade.status.value,
        "score": None if grade.score is None else float(grade.score),
        "max_score": float(grade.max_score),
        "handed_in": attempt.handed_in,
        "graded_at": attempt.graded_at,
        "wall_seconds": float(grade.usage.wall_seconds),
        "cpu_seconds": float(grade.usage.cpu_seconds),
        "peak_memory": int(grade.usage.peak_memory),
        "circumstances": json.dumps(attempt.circumstances, sort_keys=True),
        "grade": brief,
        "details": details,
    }


def storable(text: str) -> str:
    """Text that any database takes: no NUL, no half of a surrogate pair (odd file names)."""
    return whole(text).replace("\0", "\\x00")


def grade_of(student: str, grade: str, details: bytes | None = None) -> Grade:
    """The stored grade, with its page's details when they are given.

    Raises StoreError when the row is not what :func:`to_row` wrote.
    """
    try:
        return forms.read(grade, details)
    except ValueError as error:
        raise StoreError(
            f"What the store holds of {student} is damaged ({error}): "
            "grade this submission again with --force."
        ) from None
