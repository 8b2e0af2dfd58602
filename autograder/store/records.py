"""What the store holds of one attempt, and how it becomes a row."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from autograder.errors import StoreError
from autograder.model import Grade, HandedIn, Identity, Source, SubmissionStatus
from autograder.store import forms
from autograder.text import whole, whole_throughout

Row: TypeAlias = dict[str, Any]
"""Values of one row of ``attempts`` by column name, without ``id``; plain data, cheap to send."""


OF_NOBODY = "forgotten-"
"""What the names of people who were forgotten begin with, and what stands for the digests of their
files; a digest never does."""


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
    graded_at: str
    """When grading ended, ISO 8601 in UTC."""
    circumstances: Mapping[str, Any]
    """Program and library versions, sandbox layers, seeds; plain JSON data."""
    handed_in: HandedIn = field(default_factory=HandedIn)
    whose: Identity = field(default_factory=Identity)
    """What was known of the student when it was graded."""


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
    graded_at: str
    handed_in: HandedIn = field(default_factory=HandedIn)
    """As it was learnt last."""
    whose: Identity = field(default_factory=Identity)

    @property
    def is_forgotten(self) -> bool:
        """Whether whoever handed it in was forgotten: only what was counted of it is left."""
        return self.digest.startswith(OF_NOBODY)


@dataclass(frozen=True)
class Time:
    """When a hand-in came, learnt after it was stored."""

    assignment: str
    student: str
    """As its attempt has it, and the digest."""
    digest: str
    handed_in: HandedIn


@dataclass(frozen=True)
class PersonRecord:
    """What a list said of somebody, with all identifiers."""

    identity: Identity
    section: str = ""
    role: str = ""
    """Empty: the list does not say."""
    kind: str = ""
    """Which kind of list it was: ``roster``, ``canvas`` ..."""
    file: str = ""
    """What the list was called."""
    joins: tuple[int, ...] = ()
    """Others who are known to be this person since."""


@dataclass(frozen=True)
class PersonRow:
    """One of the records of a person."""

    person: int
    """The same for all of one person."""
    record: PersonRecord


@dataclass(frozen=True)
class Extension:
    """A due date of one's own."""

    assignment: str
    person: int | None
    """As in :class:`PersonRow`; None: somebody of whom there are only attempts."""
    student: str
    """What they were called when it was given."""
    due: datetime | None
    """With its zone; None: it was taken back."""
    reason: str = ""


@dataclass(frozen=True)
class LinkState:
    """How a person's link stands."""

    generation: int = 1
    """One more each time that a link is revoked: only the newest is good."""
    expires: datetime | None = None
    """With its zone; None: it does not end by itself."""


@dataclass(frozen=True)
class Whom:
    """All that is somebody's."""

    id: str
    """What the course calls them."""
    numbers: frozenset[int] = frozenset()
    """As in ``people``; none: there is nothing but attempts."""
    attempts: tuple[int, ...] = ()
    """Ids, here and below."""
    acts: tuple[int, ...] = ()
    """On their work, or by them."""
    published: tuple[int, ...] = ()
    students: frozenset[str] = field(default=frozenset())
    """What their files were called after."""


@dataclass(frozen=True)
class Forgotten:
    """What was done."""

    alias: str
    """Under which what was counted stays."""
    attempts: int
    files: int
    """That were removed."""
    shared: int
    """Files that stay, for others handed them in, too."""
    partners: frozenset[str] = frozenset()
    """Students whose files were called after them, too, and are called otherwise now."""


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
        **time_columns(attempt.handed_in),
        "whose": json_of(attempt.whose),
        "graded_at": attempt.graded_at,
        "wall_seconds": float(grade.usage.wall_seconds),
        "cpu_seconds": float(grade.usage.cpu_seconds),
        "peak_memory": int(grade.usage.peak_memory),
        "circumstances": json.dumps(attempt.circumstances, sort_keys=True),
        "grade": brief,
        "details": details,
    }


def time_columns(handed_in: HandedIn) -> Row:
    at = handed_in.at
    return {
        "handed_in": None if at is None else at.isoformat(),
        "source": handed_in.source.value,
    }


def time_of(at: str | None, source: str) -> HandedIn:
    """What :func:`time_columns` wrote; raises ValueError for what it never writes."""
    return HandedIn(None if at is None else datetime.fromisoformat(at), Source(source))


def json_of(record: object) -> str:
    """A dataclass as JSON, with half characters written out."""
    try:
        return msgspec.json.encode(record).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(whole_throughout(msgspec.to_builtins(record))).decode()


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


@dataclass(frozen=True)
class HandedInFile:
    """The bytes of a file that was handed in."""

    digest: str
    """SHA-256 of them."""
    size: int
    deflated: bytes

    @classmethod
    def of(cls, data: bytes) -> HandedInFile:
        # Level 6 halves what level 1 leaves of a notebook with figures, in some milliseconds.
        return cls(hashlib.sha256(data).hexdigest(), len(data), zlib.compress(data, 6))
