"""Turns the paths that grading is pointed at into groups of entries.

A group is what is judged together for whose is whose: a class's folder or archive, or all the
single files and students' folders side by side, as a shell makes them of ``submissions/*``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.submission.archive import STUDENT_LIMITS, ArchiveLimits, is_archive, unpack
from autograder.submission.entries import Entry, entry_of, is_plain_file, list_folder
from autograder.submission.layout import are_student_folders
from autograder.submission.lms_names import parse_lms_name
from autograder.submission.names import clean
from autograder.submission.opening import Unreadable
from autograder.submission.reading import kind_of


def groups(paths: Sequence[Path], scratch: Path) -> Iterator[list[Entry]]:
    """Entries that are judged together: of each class's folder or archive, and all the others."""
    given = [Path(os.path.abspath(path)) for path in dict.fromkeys(paths)]
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"{clean(str(path))} is not there: give a file or folder to grade.")
    base = Path(os.path.commonpath([path.parent for path in given]))
    singles: list[list[Entry]] = []
    containers: list[list[Entry]] = []
    for path in given:
        *above, name = path.relative_to(base).parts or (path.name,)
        entries = _contents(path, name, scratch, is_only=len(given) == 1)
        entries = [replace(entry, above=tuple(above)) for entry in entries]
        is_file = len(entries) == 1 and entries[0].parts == (name,)
        (singles if is_file else containers).append(entries)
    if len(given) == 1:
        are_students = parse_lms_name(given[0].name) is not None
    else:
        are_students = are_student_folders([[e.parts[1:] for e in c] for c in containers])
    if are_students:
        singles, containers = singles + containers, []
    yield [entry for entries in singles for entry in entries]
    for entries in containers:
        lowered = [entry.lower() for entry in entries]
        yield lowered if len(given) > 1 else [replace(entry, above=()) for entry in lowered]


def _contents(path: Path, name: str, scratch: Path, *, is_only: bool) -> list[Entry]:
    """The entries of a folder or archive, each with its name as first part; else the path itself.

    A link to a folder is followed where it is all that was asked for; among the many paths that
    a shell makes of ``submissions/*`` it may be a student's, and is not.
    """
    if path.is_dir() and (is_only or not path.is_symlink()):
        return list(_opened(list_folder(path, (name,)), scratch))
    entry = replace(entry_of(path, (name,)), is_given=True)
    if not is_archive(name):
        return [entry]
    if is_only:
        try:
            members = list(unpack(path, _made(scratch), (name,), ArchiveLimits()))
        except Unreadable as why:
            raise UsageError(f"{clean(name)} {why}") from None
        return list(_opened(members, scratch))
    return list(_opened([entry], scratch))


def _opened(entries: Iterable[Entry], scratch: Path) -> Iterator[Entry]:
    """The entries, with students' archives replaced by what is in them."""
    for entry in entries:
        if entry.problem is not None or not (is_archive(entry.name) and is_plain_file(entry.path)):
            yield entry
            continue
        try:
            members = list(unpack(entry.path, _made(scratch), entry.parts, STUDENT_LIMITS))
        except Unreadable as why:
            yield replace(entry, problem=str(why))
            continue
        if any(kind_of(member.name) for member in members):
            yield from members
        else:
            yield replace(entry, problem="has no notebook (.ipynb) or Python file (.py) in it.")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
