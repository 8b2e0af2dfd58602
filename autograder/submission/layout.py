"""Says whose an entry is, by where it lies and what it is called.

=====================================================  ==========================================
where it lies                                          the student
=====================================================  ==========================================
``submitted/{student}/{assignment}/...`` (nbgrader)    that folder's name
``{Full name}_{id}_assignsubmission_file/...``         the full name (Moodle, with folders or flat)
``{name}[_LATE]_{user}_{attachment}_{file}``           the name (Canvas)
``{student}/...``, also ``{student}.zip``              the folder's name (Gradescope's too)
``{student}.ipynb``                                    the file's stem
=====================================================  ==========================================

The outermost name decides, because a student did not choose it: what an LMS wrote, else the entry
of the folder that grading was pointed at.  All that lies below is that student's, whatever it is
called: names down there are chosen by whoever handed it in, who may write a classmate's.

A folder that alone wraps all the others, as archives have, is passed through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.submission.entries import Entry, is_hand_in_by_mistake, may_be_notebook
from autograder.submission.lms_names import LmsName, are_canvas_names, parse_lms_name
from autograder.submission.naming import is_archive, stem
from autograder.submission.reading import kind_of

_NBGRADERS = frozenset({"source", "release", "submitted", "autograded", "feedback", "inbound"})
"""Folders of a course of nbgrader's."""


@dataclass(frozen=True)
class HandIn:
    """An entry and whose it is."""

    entry: Entry
    student: str
    """As it is: not safe to show."""
    file: str
    """The file's name as the student had it, without what an LMS put before it."""
    lms: LmsName | None = None
    is_folder: bool = False
    """One of the files of a hand-in, helpers and drafts included."""


@dataclass(frozen=True)
class PassedOver:
    """An entry that is nobody's."""

    entry: Entry
    reason: str
    """What it is instead, in a few words."""


def whose(entries: Sequence[Entry], assignment: str) -> Iterator[HandIn | PassedOver]:
    """Every entry, with its student or with why it has none."""
    for entry in entries:
        if entry.ignored is not None:
            yield PassedOver(entry, entry.ignored)
    kept = [entry for entry in entries if entry.ignored is None]
    telling = [entry.parts for entry in kept if _tells(entry)]
    wrappers = _wrappers(telling, assignment)
    inside = []
    for entry in kept:
        if entry.parts[: len(wrappers)] == wrappers and len(entry.parts) > len(wrappers):
            inside.append((entry, entry.parts[len(wrappers) :]))
        else:
            yield PassedOver(entry, "beside the folder that all submissions are in")
    if _is_nbgraders([parts[len(wrappers) :] for parts in telling]):
        yield from _of_nbgrader(inside, assignment)
    else:
        yield from _of_a_class(inside)


def _of_a_class(inside: Sequence[tuple[Entry, tuple[str, ...]]]) -> Iterator[HandIn]:
    """Of each entry the parts of its path below the class's folder."""
    names = _lms_names({parts[0] for _, parts in inside})
    for entry, parts in inside:
        lms = names[parts[0]]
        file = lms.file if lms is not None and len(parts) == 1 else parts[-1]
        student = lms.name if lms is not None else stem(parts[0])
        yield HandIn(entry, student, file, lms, is_folder=len(parts) > 1 or lms is not None)


def _tells(entry: Entry) -> bool:
    """Whether an entry may be a submission, so that where it lies says how the class is laid out.

    A web page or a text file lying about says nothing, but in a folder it may be all that somebody
    handed in.
    """
    if entry.problem is not None or entry.fault is not None or entry.is_given:
        return True
    name = entry.name
    if kind_of(name) is not None or is_archive(name):
        return True
    weak = is_hand_in_by_mistake(name) or may_be_notebook(name)
    return weak and (len(entry.parts) > 1 or parse_lms_name(name) is not None)


# ------------------------------------------------------------------ which system it comes from


def _lms_names(names: Iterable[str]) -> dict[str, LmsName | None]:
    """Of files and folders side by side what an LMS wrote there."""
    found = {name: parse_lms_name(name) for name in names}
    if are_canvas_names(found):
        return found
    return {
        name: lms if lms and (lms.system == "moodle" or lms.is_certain) else None
        for name, lms in found.items()
    }


def _is_nbgraders(telling: Sequence[tuple[str, ...]]) -> bool:
    """Whether this is a course's folder of nbgrader's and nothing else is in it."""
    return any(parts[0] == "submitted" and len(parts) > 3 for parts in telling) and all(
        parts[0] in _NBGRADERS for parts in telling if len(parts) > 1
    )


def _of_nbgrader(
    inside: Sequence[tuple[Entry, tuple[str, ...]]], assignment: str
) -> Iterator[HandIn | PassedOver]:
    submitted = [parts for _, parts in inside if parts[0] == "submitted" and len(parts) > 3]
    has_it = any(parts[2] == assignment for parts in submitted)
    for entry, parts in inside:
        if parts[0] != "submitted" or len(parts) < 4:
            yield PassedOver(entry, "outside of nbgrader's folder submitted")
        elif has_it and parts[2] != assignment:
            yield PassedOver(entry, "of another assignment")
        else:
            yield HandIn(entry, parts[1], entry.name, is_folder=True)


# ------------------------------------------------------------------ folders around the folders


def are_student_folders(folders: Sequence[Sequence[tuple[str, ...]]]) -> bool:
    """Whether folders side by side are one student's each, by the parts of what is in them.

    They are where most names in them are in several of them (``hw.ipynb``), or where fewer than
    half hold more than one hand-in: no single student's folder decides.
    """
    counts = Counter(name for folder in folders for name in {parts[0] for parts in folder})
    if 2 * sum(count for count in counts.values() if count > 1) >= counts.total():
        return True
    return 2 * sum(map(is_class_folder, folders)) < len(folders)


def _wrappers(telling: Sequence[tuple[str, ...]], assignment: str) -> tuple[str, ...]:
    """The folders, each alone in the one before it, around a class's."""
    depth = 0
    while True:
        inner = [parts[depth:] for parts in telling]
        if _is_nbgraders(inner) or not _is_wrapped(inner, assignment):
            return telling[0][:depth] if telling else ()
        depth += 1


def _is_wrapped(inner: Sequence[tuple[str, ...]], assignment: str) -> bool:
    """Whether the one folder around everything is a class's and not its only student's."""
    first = {parts[0] for parts in inner}
    if len(first) != 1 or any(len(parts) < 2 for parts in inner):
        return False
    name, below = first.pop(), [parts[1:] for parts in inner]
    if parse_lms_name(name) is not None or is_archive(name):
        return False
    if has_lms_names({parts[0] for parts in below}):
        return True
    if {parts[0] for parts in below} == {assignment}:
        return False  # submitted/alice/week_three/hw.ipynb
    return is_class_folder(below)


def has_lms_names(names: Iterable[str]) -> bool:
    """Whether most of the names side by side are an LMS's."""
    found = list(_lms_names(names).values())
    return 2 * sum(lms is not None for lms in found) > len(found)


def is_class_folder(contents: Sequence[tuple[str, ...]]) -> bool:
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
