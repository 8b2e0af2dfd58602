"""Turns the paths that grading is pointed at into groups of entries.

A group is what is judged together for whose is whose: a class's folder or archive, or all the
single files and students' folders side by side, as a shell makes them of ``submissions/*``.

Students' archives stay closed here: whatever is in them is theirs.  An archive is the class's only
where it is the one path that was given, or the only archive or submission in the folder that was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

from autograder.errors import ReadingError, UsageError
from autograder.platforms.archive import CLASS, Archive
from autograder.platforms.entries import Entry, ResultsFolder, entry_of, list_folder, why_ignored
from autograder.platforms.layout import are_student_folders, is_class_folder
from autograder.platforms.systems import is_signed, signed_by_one
from autograder.submission.names import clean
from autograder.submission.naming import is_archive
from autograder.submission.opening import Unreadable
from autograder.submission.reading import kind_of

_LISTS = (".csv", ".yml", ".yaml")
"""Endings of what systems list a class in."""


@dataclass(frozen=True)
class Group:
    """Entries that lie side by side and are judged together."""

    entries: list[Entry]
    folder: str
    """The name of the folder that they lie in."""


@dataclass(frozen=True)
class Gatherer:
    """Gathers what lies at paths."""

    scratch: Path
    """Where members of archives will be unpacked."""
    results: ResultsFolder
    kept_open: ExitStack
    """Closes the archives of which entries are still to be unpacked."""
    zone: tzinfo | None = None
    """Where the times in archives are meant; None: UTC."""

    def groups(self, paths: Sequence[Path]) -> Iterator[Group]:
        """Entries that are judged together: of each class's folder or archive, and all others."""
        given = [Path(os.path.abspath(path)) for path in dict.fromkeys(paths)]
        for path in given:
            if not os.path.lexists(path):
                there = f"{clean(str(path))} is not there"
                raise UsageError(f"{there}: give a file or folder to grade.")
        given, lists = _without_lists(given)
        base = Path(os.path.commonpath([path.parent for path in given]))
        singles: list[list[Entry]] = []
        containers: list[Group] = []
        for path in given:
            *above, name = path.relative_to(base).parts or (path.name,)
            entries = self._contents(path, name, is_only=len(given) == 1)
            entries += [replace(entry_of(one, (name, one.name)), is_beside=True) for one in lists]
            entries = [replace(entry, above=tuple(above)) for entry in entries]
            is_file = len(entries) == 1 and entries[0].parts == (name,)
            if is_file:
                singles.append(entries)
            else:
                containers.append(Group(entries, name))
        if len(given) == 1:
            are_students = is_signed(given[0].name)
        elif any(map(_telling, singles)) and _are_a_whole_folder(given):
            are_students = True
        else:
            are_students = are_student_folders([_telling(group.entries) for group in containers])
        if are_students:
            singles, containers = singles + [group.entries for group in containers], []
        yield Group([entry for entries in singles for entry in entries], base.name)
        for group in containers:
            lowered = [entry.lower() for entry in group.entries]
            if len(given) == 1:
                lowered = [replace(entry, above=()) for entry in lowered]
            yield Group(lowered, group.folder)

    def _contents(self, path: Path, name: str, *, is_only: bool) -> list[Entry]:
        """The entries of a folder or a class's archive, each with its name as first part; else the
        path itself.

        A link to a folder is followed where it is all that was asked for; among the many paths that
        a shell makes of ``submissions/*`` it may be a student's, and is not.
        """
        if is_only:
            is_one = os.path.isdir(path) or is_archive(name)
            path = Path(os.path.realpath(path)) if is_one else path
        if os.path.isdir(path) and not path.is_symlink():
            entries = list(list_folder(path, (name,), self.results))
            return self._class_archive_in(entries) if is_only else entries
        entry = replace(entry_of(path, (name,)), is_given=True)
        if is_only and is_archive(name) and not is_signed(name):
            try:
                return self._members(path, (name,))
            except Unreadable as why:
                raise UsageError(f"{clean(name)} {why}") from None
        return [entry]

    def _class_archive_in(self, entries: list[Entry]) -> list[Entry]:
        """The same, but for an archive that is the class's: then what is in it, in its place.

        What lies beside it may list who handed in what.
        """
        kept = [entry for entry in entries if entry.ignored is None]
        handed_in = [e for e in kept if is_archive(e.name) or kind_of(e.name) is not None]
        if len(handed_in) != 1 or len(handed_in[0].parts) != 2 or not is_archive(handed_in[0].name):
            return entries
        (archive,) = handed_in
        if archive.problem is not None or is_signed(archive.name):
            return entries
        try:
            members = self._members(archive.path, archive.parts[:-1])
        except (Unreadable, ReadingError):
            return entries  # whoever opens it next will say so
        if not _is_of_a_class([member.parts[1:] for member in members if member.ignored is None]):
            return entries
        beside = [replace(entry, is_beside=True) for entry in entries if entry is not archive]
        return members + beside

    def _members(self, path: Path, above: tuple[str, ...]) -> list[Entry]:
        """What is in a class's archive; what is ignored there, once for each folder."""
        archive = Archive(path, CLASS)
        self.kept_open.callback(archive.close)
        members: list[Entry] = []
        ignored: set[tuple[str, ...]] = set()
        for member in archive.entries(above, self.scratch, self.zone):
            reasons = [why_ignored(part) for part in member.parts[len(above) :]]
            first = next((i for i, reason in enumerate(reasons) if reason), None)
            if first is None:
                members.append(member)
                continue
            parts = member.parts[: len(above) + first + 1]
            if parts not in ignored:
                ignored.add(parts)
                members.append(replace(member, parts=parts, ignored=reasons[first]))
        return members


def _without_lists(given: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """A class's folder or archive that is given together with what lists the class, as if that lay
    in it; anything else as it is.

    All that is in a folder (``submissions/*``) is that folder.
    """
    lists = [path for path in given if path.suffix.lower() in _LISTS and path.is_file()]
    others = [path for path in given if path not in lists]
    if not lists or len(others) != 1 or not _may_be_a_class(others[0]):
        return list(given), []
    return ([given[0].parent], []) if _are_a_whole_folder(given) else (others, lists)


def _may_be_a_class(path: Path) -> bool:
    return path.is_dir() or (is_archive(path.name) and not is_signed(path.name))


def _telling(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Of what may be a submission, the parts below the path that was given."""
    named = [entry for entry in entries if entry.ignored is None]
    return [e.parts[1:] for e in named if kind_of(e.name) is not None or is_archive(e.name)]


def _are_a_whole_folder(given: Sequence[Path]) -> bool:
    """Whether the paths are all that is in their folder, as in ``submissions/*``."""
    (first, *_), parents = given, {path.parent for path in given}
    if len(parents) > 1:
        return False
    with contextlib.suppress(OSError):
        every = {name for name in os.listdir(first.parent) if why_ignored(name) is None}
        return every <= {path.name for path in given}
    return False


def _is_of_a_class(below: Sequence[tuple[str, ...]]) -> bool:
    """Whether an archive that lies alone in a folder is the class's and not its only student's."""
    handed_in = [p for p in below if kind_of(p[-1]) is not None or is_archive(p[-1])]
    while handed_in and len({p[0] for p in handed_in}) == 1 and all(len(p) > 1 for p in handed_in):
        if is_signed(handed_in[0][0]):
            return True
        handed_in = [parts[1:] for parts in handed_in]
    return (
        any(is_archive(parts[-1]) for parts in handed_in)
        or signed_by_one({parts[0] for parts in handed_in})
        or is_class_folder(handed_in)
    )
