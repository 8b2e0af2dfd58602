"""What people decided, act by act, and how an act becomes a row.

Theory of operation.  Everything that a person decides is an *act*, a row that is added and never
altered; taking one back is an act as well.  What was decided at once (all rows of one spreadsheet,
one publication) is a *deed*: its rows share a name and are there together or not at all.  An act
belongs to a student as an attempt of theirs has the name, with all that its platform said, so that
whoever that turns out to be, act and attempt are the same person's.

The kinds below are closed: a record that holds anything else is said to be damaged.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias
from uuid import uuid4

import msgspec

from autograder.errors import StoreError
from autograder.model import Grade, Identity, RubricItem
from autograder.store import forms
from autograder.store.records import OF_NOBODY, Row, grade_of, json_of, storable
from autograder.text import whole_throughout

# ------------------------------------------------------------------ the kinds


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: ClassVar[str]


class Mark(_Kind, frozen=True):
    """Points for a written answer."""

    kind = "mark"
    points: float
    answer: str
    """Digest of the answer as it was read (:func:`digest_of_answer`)."""
    comment: str = ""
    rubric: tuple[RubricItem, ...] = ()
    """What of the rubric was chosen, as it was then."""


class Comment(_Kind, frozen=True):
    """To one student, on a question; or to all who have a misconception."""

    kind = "comment"
    text: str
    misconception: str = ""
    """Empty: it is for the student and question of the act."""


class Override(_Kind, frozen=True):
    """Points in place of those that were computed or given."""

    kind = "override"
    points: float | None
    """None: the question has its own points again."""
    reason: str


class Request(_Kind, frozen=True):
    """What a student asks to be looked at again; its deed names it."""

    kind = "request"
    text: str


class Reply(_Kind, frozen=True):
    """An answer to a request, which stays open unless ``closes``."""

    kind = "reply"
    request: str
    """The request's deed."""
    text: str
    closes: bool = True


class Rubric(_Kind, frozen=True):
    """The rubric of a question from now on, in place of the assignment's."""

    kind = "rubric"
    items: tuple[RubricItem, ...]


class Publication(_Kind, frozen=True):
    """Students may see how things stand; what they see is kept beside it."""

    kind = "publication"
    section: str = ""
    """Empty: all of them."""


class Flag(_Kind, frozen=True):
    """A note among the staff that somebody should look at an answer again; no student sees it."""

    kind = "flag"
    up: bool
    """False: it is taken down."""
    note: str = ""


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose the answers to a question, or of a section, are to read."""

    to: tuple[str, ...]
    """Of several each reads as many; of nobody: nobody in particular does."""
    question: str = ""
    """Empty: any."""
    section: str = ""
    """Empty: any."""


class Sharing(_Kind, frozen=True):
    """Who reads what from now on; of an answer the first share that it fits counts."""

    kind = "sharing"
    shares: tuple[Share, ...]


class Undo(_Kind, frozen=True):
    """Takes a deed back, with all of its acts."""

    kind = "undo"
    deed: str


What: TypeAlias = (
    Mark | Comment | Override | Request | Reply | Rubric | Publication | Flag | Sharing | Undo
)

_KINDS: tuple[type[What], ...] = (
    *(Mark, Comment, Override, Request, Reply, Rubric, Publication, Flag, Sharing, Undo),
)
_decoders: Mapping[str, msgspec.json.Decoder[What]] = {
    kind.kind: msgspec.json.Decoder(kind) for kind in _KINDS
}


# ------------------------------------------------------------------ what is kept of one


@dataclass(frozen=True)
class Act:
    """One thing that a person decided."""

    assignment: str
    what: What
    by: str
    """Who decided it."""
    at: datetime
    """With its zone."""
    deed: str = ""
    """The same for all that was decided at once; empty: it is not stored yet."""
    student: str = ""
    """As the attempt has it; empty: nobody in particular."""
    whose: Identity = field(default_factory=Identity)
    """As the attempt has it, too."""
    question: str = ""
    """Empty: no question in particular."""
    attempt: int | None = None
    """Id of the attempt that was looked at; None: none."""
    id: int = 0
    """The number that the store gave, rising with time; 0: it is not stored yet."""

    @property
    def is_of_nobody(self) -> bool:
        """Whether it is a request of somebody who was forgotten, whose words are gone."""
        is_wordless = isinstance(self.what, Request) and not self.what.text
        return is_wordless and self.student.startswith(OF_NOBODY)


@dataclass(frozen=True)
class Published:
    """That a publication shows something new to a student; what, is read when it is wanted."""

    deed: str
    """Of the publication."""
    student: str
    """As the attempt has it, and ``whose``."""
    whose: Identity
    attempt: int
    final_score: float | None
    """As it is shown."""
    digest: str
    """Of what is shown: another one, and something may have changed."""
    id: int = 0
    """As in :class:`Act`."""


@dataclass(frozen=True)
class Shown:
    """What a publication shows to one student."""

    grade: Grade
    """As it was then, with all that people had decided, and without its page's details."""
    changes: tuple[str, ...] = ()
    """What is new in it for somebody who saw the publication before, a sentence each."""


class Conflict(StoreError):
    """Somebody else decided something of the same in the meantime; nothing was stored."""


def new_deed() -> str:
    """A name that no other deed has."""
    return uuid4().hex


def digest_of_answer(answer: str) -> str:
    """What tells a written answer from all others; blanks and line ends make no difference."""
    return hashlib.sha256(" ".join(answer.split()).encode("utf-8", "replace")).hexdigest()


# ------------------------------------------------------------------ rows

_identity_of = msgspec.json.Decoder(Identity).decode
_frozen_of = msgspec.json.Decoder(tuple[tuple[str, ...], str]).decode


def act_row(act: Act) -> Row:
    record = whole_throughout(msgspec.to_builtins(act.what))
    return {
        "deed": act.deed,
        "assignment": act.assignment,
        "student": storable(act.student),
        "whose": json_of(act.whose),
        "question": storable(act.question),
        "attempt": act.attempt,
        "kind": act.what.kind,
        # PostgreSQL's TEXT takes no NUL; JSON writes it out.
        "record": msgspec.json.encode(record).decode(),
        "by_whom": storable(act.by),
        "at": act.at.astimezone(UTC).isoformat(),
    }


def act_of(row: Mapping[str, Any]) -> Act:
    """What :func:`act_row` wrote; raises ValueError or KeyError for what it never writes."""
    return Act(
        id=row["id"],
        deed=row["deed"],
        assignment=row["assignment"],
        student=row["student"],
        whose=_identity_of(row["whose"]),
        question=row["question"],
        attempt=row["attempt"],
        what=_decoders[row["kind"]].decode(row["record"]),
        by=row["by_whom"],
        at=datetime.fromisoformat(row["at"]),
    )


def deflated(shown: Shown) -> bytes:
    """Packed, to be kept in memory for a whole class, and in the store."""
    changes = whole_throughout(shown.changes)
    # Level 1: an eighth more bytes than level 6, in little more than half of the time.
    return zlib.compress(msgspec.json.encode((changes, forms.brief(shown.grade))), 1)


def published_row(published: Published, shown: bytes) -> Row:
    """``shown``: as :func:`deflated` packs it."""
    return {
        "deed": published.deed,
        "student": storable(published.student),
        "whose": json_of(published.whose),
        "attempt": published.attempt,
        "final_score": published.final_score,
        "digest": published.digest,
        "grade": shown,
    }


def published_of(row: Mapping[str, Any]) -> Published:
    names = ("id", "deed", "student", "attempt", "final_score", "digest")
    return Published(**{name: row[name] for name in names}, whose=_identity_of(row["whose"]))


def shown_of(student: str, packed: bytes) -> Shown:
    """What :func:`deflated` packed; raises ValueError, zlib.error or StoreError."""
    changes, text = _frozen_of(zlib.decompress(packed))
    return Shown(grade_of(student, text), changes)
