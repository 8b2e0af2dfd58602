"""What lies in a class's folder, and what a system says of it: read this file first.

A *level* is the folder or archive in which every name is one hand-in's: below whatever wraps the
class, above whatever a student chose.  Each system looks at it and *claims* what it wrote: whose
the hand-in is, when it came, on whose word.  What lists a class (a worksheet, a file of metadata)
is read at this level only: in a student's own folder or archive it is the student's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import cached_property

from autograder.errors import ReadingError
from autograder.model import HandedIn, Identity
from autograder.platforms.entries import Entry
from autograder.submission.opening import Unreadable, read_bytes

Names = tuple[str, ...]
"""Of folders, and last of a file, down to a place; as they are, not safe to show."""

_LONGEST_LIST = 20_000_000
"""Bytes of a file that lists a class."""
_LONGEST_NOTE = 64_000
"""Bytes of a file that tells of one hand-in."""


@dataclass(frozen=True)
class Owner:
    """One person whose hand-in something is."""

    student: str
    """As it is: not safe to show."""
    whose: Identity = field(default_factory=Identity)
    handed_in: HandedIn | None = None
    """None: the system does not say when, nor whether it was in time."""
    attempt: int = 0
    """Later ones are larger; 0: the system does not number them."""


@dataclass(frozen=True)
class Claim:
    """What a system says of a file or folder, and of all that lies in it."""

    place: Names
    """Below the level, at most three names."""
    owners: tuple[Owner, ...] = ()
    """Several: a group's; none: nobody's, and ``reason`` says why."""
    file: str = ""
    """What the student called the file; empty: as it is called."""
    reason: str = ""
    problem: str | None = None
    """Why it is no file that can be graded; continues a sentence that begins with its name."""
    notice: str = ""
    """A sentence for the result."""
    is_upload: bool = True
    """One of the files of a hand-in, helpers and drafts included, though it lies in no folder."""


@dataclass(frozen=True)
class Read:
    """A file of the system's own, which is nobody's hand-in."""

    entry: Entry
    what: str
    """In a few words."""


@dataclass(frozen=True)
class Said:
    """All that a system says of a level; nothing where the level is not its own."""

    claims: tuple[Claim, ...] = ()
    read: tuple[Read, ...] = ()
    notices: tuple[str, ...] = ()
    """Sentences for the teacher."""


@dataclass(frozen=True)
class Placed:
    """An entry and where it lies below the level."""

    entry: Entry
    names: Names


@dataclass(frozen=True)
class Level:
    """A class's folder or archive, as systems look at it."""

    placed: tuple[Placed, ...]
    """Everything that may be a hand-in or part of one."""
    ignored: tuple[Placed, ...] = ()
    """Hidden files and folders and the like, such as a ``.git``."""
    around: tuple[Entry, ...] = ()
    """Files beside what wraps the class, where a teacher puts a worksheet."""
    folder: str = ""
    """The name of the folder that this is; empty: not known."""
    assignment: str = ""
    """The slug of the assignment that is graded."""
    known: frozenset[str] = frozenset()
    """Identifiers of those who take the course, in small letters; nothing: no list is known."""
    zone: tzinfo | None = None
    """Where a platform's times without a zone are meant; None: not known."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of what lies side by side."""
        return tuple(dict.fromkeys(one.names[0] for one in self.placed))

    @cached_property
    def files(self) -> dict[str, Entry]:
        """What lies at the level itself, by name."""
        return {one.names[0]: one.entry for one in self.placed if len(one.names) == 1}

    @cached_property
    def by_place(self) -> dict[Names, Entry]:
        """Every file, by where it lies."""
        return {one.names: one.entry for one in self.placed}

    def lists(self, ending: str) -> list[Entry]:
        """Files that may list the class: at the level or beside what wraps it."""
        beside = [entry for entry in self.around if entry.name.lower().endswith(ending)]
        return [e for name, e in self.files.items() if name.lower().endswith(ending)] + beside

    def without(self, names: Collection[str]) -> Level:
        """The level that is left for the systems asked later."""
        left = tuple(one for one in self.placed if one.names[0] not in names)
        return replace(self, placed=left)


def list_text(entry: Entry) -> str | None:
    """The contents of a file that lists a class; None: it cannot be read."""
    return _text(entry, _LONGEST_LIST)


def note_text(entry: Entry) -> str | None:
    """The contents of a file that tells of one hand-in; None: it cannot be read."""
    return _text(entry, _LONGEST_NOTE)


def _text(entry: Entry, cap: int) -> str | None:
    try:
        if entry.packed is not None:
            data = entry.packed.contents(cap)
        else:
            data = read_bytes(entry.path, cap)
    except (Unreadable, ReadingError):
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
