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

A folder that alone wraps all the others, as archives have, is passed through.  Beside other
submissions a folder (or archive) is a student's, and all in it one hand-in, unless it is a
class's, which is looked into in the same way:

- names directly in it are of an LMS: one of Moodle's, or most of them Canvas's, of several people
- or it holds no submission itself but two or more folders or archives that do; not so where

  - one of these is named as the assignment (nbgrader's layout), or as students name folders of
    their own (``src``, ``old``, ``part 2``), or as one in a folder beside it: then it is work in
    parts,
  - or a folder beside it holds a submission itself: then folders here are students'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.submission.archive import is_archive
from autograder.submission.class_folders import class_folders
from autograder.submission.entries import Entry, is_hand_in_by_mistake
from autograder.submission.lms_names import LmsName, are_canvas_names, parse_lms_name
from autograder.submission.naming import stem
from autograder.submission.reading import kind_of


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


def hand_ins(entries: Sequence[Entry], assignment: str) -> tuple[HandIn, ...]:
    """Those entries that are submissions, with their students."""
    chosen = [entry for entry in entries if _may_be_one(entry)]
    nbgrader = list(_nbgrader(chosen, assignment))
    if nbgrader:
        return tuple(nbgrader)
    depth = _depth_of_wrappers(chosen, assignment)
    return tuple(_in_a_class([(entry, entry.parts[depth:]) for entry in chosen], assignment))


def _in_a_class(
    inner: Sequence[tuple[Entry, tuple[str, ...]]], assignment: str
) -> Iterator[HandIn]:
    """Of a class's folder; of each entry the parts of its path below that folder."""
    folders: dict[str, list[tuple[Entry, tuple[str, ...]]]] = defaultdict(list)
    for entry, parts in inner:
        if len(parts) > 1:
            folders[parts[0]].append((entry, parts[1:]))
    contents = {name: [parts for _, parts in below] for name, below in folders.items()}
    classes = class_folders(contents, assignment)
    own = [(entry, parts) for entry, parts in inner if parts[0] not in classes]
    names = _lms_names(parts[0] for _, parts in own)
    for entry, parts in own:
        hand_in = _hand_in(entry, parts, names[parts[0]])
        if hand_in is not None:
            yield hand_in
    for name in sorted(classes):
        yield from _in_a_class(folders[name], assignment)


def _may_be_one(entry: Entry) -> bool:
    return (
        kind_of(entry.name) is not None
        or is_archive(entry.name)
        or entry.problem is not None
        or entry.is_given
        or is_hand_in_by_mistake(entry.name)
    )


def _hand_in(entry: Entry, parts: tuple[str, ...], lms: LmsName | None) -> HandIn | None:
    file = lms.file if lms is not None and len(parts) == 1 else parts[-1]
    is_folder = len(parts) > 1 or lms is not None
    is_certain = is_folder or entry.is_given or entry.problem is not None
    if kind_of(file) is None and not is_certain:
        return None  # a PDF lying beside the submissions, not in anybody's folder
    student = lms.name if lms is not None else stem(parts[0])
    return HandIn(entry, student, file, lms, is_folder)


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


def _nbgrader(entries: Sequence[Entry], assignment: str) -> Iterator[HandIn]:
    below = []
    for entry in entries:
        folders = entry.parts[:-1]
        if "submitted" in folders and len(folders) >= folders.index("submitted") + 3:
            below.append((entry, entry.parts[folders.index("submitted") + 1 :]))
    wanted = [(entry, parts) for entry, parts in below if parts[1] == assignment]
    for entry, parts in wanted or below:
        yield HandIn(entry, parts[0], entry.name, is_folder=True)


# ------------------------------------------------------------------ folders around the folders


def are_student_folders(folders: Sequence[Sequence[tuple[str, ...]]]) -> bool:
    """Whether folders side by side are one student's each, by the parts of what is in them.

    They are where two hold something of the same name (``hw.ipynb``), or none holds more than one
    notebook; else each is a class's.
    """
    children = [{parts[0] for parts in folder} for folder in folders]
    if sum(map(len, children)) > len(set().union(*children)):
        return True
    return not any(map(_is_class_folder, folders))


def _depth_of_wrappers(entries: Sequence[Entry], assignment: str) -> int:
    depth = 0
    while _is_wrapped([entry.parts[depth:] for entry in entries], assignment):
        depth += 1
    return depth


def _is_wrapped(inner: Sequence[tuple[str, ...]], assignment: str) -> bool:
    """Whether the one folder around everything is a class's and not its only student's."""
    first = {parts[0] for parts in inner}
    if len(first) != 1 or any(len(parts) < 2 for parts in inner):
        return False
    name, below = first.pop(), [parts[1:] for parts in inner]
    if parse_lms_name(name) is not None or is_archive(name):
        return False
    if any(parse_lms_name(parts[0]) for parts in below):
        return True
    if {parts[0] for parts in below} == {assignment}:
        return False  # submitted/alice/week_three/hw.ipynb
    return _is_class_folder(below)


def _is_class_folder(contents: Sequence[tuple[str, ...]]) -> bool:
    """Whether there are several hand-ins in a folder, judging by the parts below it.

    A notebook with Python files beside or below it is one student's work with helpers.
    """
    direct = [parts[0] for parts in contents if len(parts) == 1]
    notebooks = sum(kind_of(name) == "notebook" for name in direct)
    programs = sum(kind_of(name) == "python" for name in direct)
    if notebooks:
        return notebooks > 1
    return programs > 1 or (not programs and any(len(parts) > 1 for parts in contents))
