"""Says whose an entry is, by where it lies and what it is called.

The outermost name decides, because a student did not choose it: what a platform wrote, else the
entry of the folder that grading was pointed at.  All that lies below is that student's, whatever it
is called: names down there are chosen by whoever handed it in, who may write a classmate's.  What
each platform writes is told in its own file, and :mod:`.systems` asks them all.

A folder that alone wraps all the others, as archives have, is passed through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from autograder.model import Source
from autograder.platforms import nbgrader
from autograder.platforms.entries import Entry, is_hand_in_by_mistake, may_be_notebook
from autograder.platforms.level import Claim, Level, Names, Owner, Placed
from autograder.platforms.systems import SYSTEMS, is_signed, signed_by_one
from autograder.submission.naming import is_archive
from autograder.submission.reading import kind_of

_DEEPEST_CLAIM = 3
_BESIDE = "beside the folder that all submissions are in"


@dataclass(frozen=True)
class HandIn:
    """An entry and whose it is."""

    entry: Entry
    owner: Owner
    file: str
    """The file's name as the student had it, without what a platform put before it."""
    is_folder: bool = False
    """One of the files of a hand-in, helpers and drafts included."""
    notice: str = ""
    """A sentence for the result."""
    word: Source = Source.FILE
    """Whose word the entry's own time is, where no platform gives one."""


@dataclass(frozen=True)
class PassedOver:
    """An entry that is nobody's."""

    entry: Entry
    reason: str
    """What it is instead, in a few words."""


@dataclass(frozen=True)
class Whose:
    """Every entry of a group, with its owner or with why it has none."""

    items: tuple[HandIn | PassedOver, ...]
    notices: tuple[str, ...] = ()
    """Sentences for the teacher."""


def whose(
    entries: Sequence[Entry],
    assignment: str,
    *,
    folder: str = "",
    known: frozenset[str] = frozenset(),
    zone: tzinfo | None = None,
) -> Whose:
    """Of entries that lie in one folder, by the name of ``folder`` where that is known.

    ``known``: identifiers of those who take the course, in small letters.  ``zone``: where a
    platform's times without a zone are meant; None: not known.
    """
    ignored = [entry for entry in entries if entry.ignored is not None]
    kept = [entry for entry in entries if entry.ignored is None]
    telling = [entry.parts for entry in kept if _tells(entry)]
    wrappers = _wrappers(telling, assignment)
    inside = _below(kept, wrappers)
    around = tuple(entry for entry in kept if not _is_below(entry, wrappers))
    level = Level(
        inside,
        _below(ignored, wrappers),
        tuple(entry for entry in around if entry.parts[:-1] == wrappers[: len(entry.parts) - 1]),
        wrappers[-1] if wrappers else folder,
        assignment,
        known,
        zone,
    )
    claims, read, notices = _asked(level)
    items: list[HandIn | PassedOver] = [
        PassedOver(entry, entry.ignored) for entry in ignored if entry.ignored is not None
    ]
    items += [PassedOver(entry, read.get(entry.parts, _BESIDE)) for entry in around]
    for one in inside:
        if one.entry.parts in read:
            items.append(PassedOver(one.entry, read[one.entry.parts]))
        else:
            items += _claimed(one, claims)
    return Whose(tuple(items), notices)


def _below(entries: Sequence[Entry], wrappers: Names) -> tuple[Placed, ...]:
    depth = len(wrappers)
    return tuple(
        Placed(entry, entry.parts[depth:]) for entry in entries if _is_below(entry, wrappers)
    )


def _is_below(entry: Entry, wrappers: Names) -> bool:
    depth = len(wrappers)
    return not entry.is_beside and len(entry.parts) > depth and entry.parts[:depth] == wrappers


def _asked(level: Level) -> tuple[dict[Names, Claim], dict[Names, str], tuple[str, ...]]:
    """What the systems say, one after the other, each of what those before it left."""
    claims: dict[Names, Claim] = {}
    read: dict[Names, str] = {}
    notices: list[str] = []
    for system in SYSTEMS.values():
        said = system.claims(level)
        claims |= {claim.place: claim for claim in said.claims}
        read |= {file.entry.parts: file.what for file in said.read}
        notices += said.notices
        if said.claims:
            level = level.without({claim.place[0] for claim in said.claims})
    return claims, read, tuple(notices)


def _claimed(one: Placed, claims: dict[Names, Claim]) -> list[HandIn | PassedOver]:
    """An entry as each of its owners has it."""
    places = (one.names[:depth] for depth in range(_DEEPEST_CLAIM, 0, -1))
    claim = next(claims[place] for place in places if place in claims)
    if not claim.owners:
        return [PassedOver(one.entry, claim.reason)]
    is_itself = one.names == claim.place
    entry = one.entry
    if claim.problem is not None and entry.problem is None:
        entry = replace(entry, problem=claim.problem)
    return [
        HandIn(
            entry if number == 0 else entry.copied_for(number),
            owner,
            claim.file if is_itself and claim.file else one.names[-1],
            is_folder=len(one.names) > 1 or claim.is_upload,
            notice=claim.notice,
        )
        for number, owner in enumerate(claim.owners)
    ]


def _tells(entry: Entry) -> bool:
    """Whether an entry may be a submission, so that where it lies says how the class is laid out.

    A web page or a text file lying about says nothing, but in a folder it may be all that somebody
    handed in.
    """
    if entry.is_beside:
        return False
    if entry.problem is not None or entry.fault is not None or entry.is_given:
        return True
    name = entry.name
    if kind_of(name) is not None or is_archive(name):
        return True
    weak = is_hand_in_by_mistake(name) or may_be_notebook(name)
    return weak and (len(entry.parts) > 1 or is_signed(name))


# ------------------------------------------------------------------ folders around the folders


def are_student_folders(folders: Sequence[Sequence[Names]]) -> bool:
    """Whether folders side by side are one student's each, by the parts of what is in them.

    They are where most names in them are in several of them (``hw.ipynb``), or where fewer than
    half hold more than one hand-in: no single student's folder decides.
    """
    counts = Counter(name for folder in folders for name in {parts[0] for parts in folder})
    if 2 * sum(count for count in counts.values() if count > 1) >= counts.total():
        return True
    return 2 * sum(map(is_class_folder, folders)) < len(folders)


def _wrappers(telling: Sequence[Names], assignment: str) -> Names:
    """The folders, each alone in the one before it, around a class's."""
    depth = 0
    while True:
        inner = [parts[depth:] for parts in telling]
        if nbgrader.is_course(inner) or not _is_wrapped(inner, assignment):
            return telling[0][:depth] if telling else ()
        depth += 1


def _is_wrapped(inner: Sequence[Names], assignment: str) -> bool:
    """Whether the one folder around everything is a class's and not its only student's."""
    first = {parts[0] for parts in inner}
    if len(first) != 1 or any(len(parts) < 2 for parts in inner):
        return False
    name, below = first.pop(), [parts[1:] for parts in inner]
    if is_signed(name) or is_archive(name):
        return False
    if signed_by_one({parts[0] for parts in below}):
        return True
    if {parts[0] for parts in below} == {assignment}:
        return False  # submitted/alice/week_three/hw.ipynb
    return is_class_folder(below)


def is_class_folder(contents: Sequence[Names]) -> bool:
    """Whether there are several hand-ins in a folder, judging by the parts below it.

    A notebook with Python files beside or below it is one student's work with helpers.
    """
    direct = [parts[0] for parts in contents if len(parts) == 1]
    notebooks = sum(kind_of(name) == "notebook" for name in direct)
    programs = sum(kind_of(name) == "python" for name in direct)
    if sum(map(is_archive, direct)) > 1:
        return True
    if notebooks:
        return notebooks > 1
    return programs > 1 or (not programs and any(len(parts) > 1 for parts in contents))
