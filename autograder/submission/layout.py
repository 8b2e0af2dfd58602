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

A folder that alone wraps all the others, as archives have, is passed through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.submission.archive import is_archive
from autograder.submission.entries import Entry, is_hand_in_by_mistake
from autograder.submission.lms_names import LmsName, parse_lms_name
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
    inner = [(entry, entry.parts[depth:]) for entry in chosen]
    names = {parts[0]: parse_lms_name(parts[0]) for _, parts in inner}
    if not _is_canvas(names):
        names = {k: v if v and v.system == "moodle" else None for k, v in names.items()}
    found = (_hand_in(entry, parts, names[parts[0]]) for entry, parts in inner)
    return tuple(hand_in for hand_in in found if hand_in is not None)


def stem(name: str) -> str:
    """A name without the endings of notebooks, Python files and archives."""
    while PurePosixPath(name).suffix.lower() in (".ipynb", ".py", ".zip", ".txt", ".json"):
        name = name[: name.rindex(".")]
    return name


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


def _nbgrader(entries: Sequence[Entry], assignment: str) -> Iterator[HandIn]:
    below = []
    for entry in entries:
        folders = entry.parts[:-1]
        if "submitted" in folders and len(folders) >= folders.index("submitted") + 3:
            below.append((entry, entry.parts[folders.index("submitted") + 1 :]))
    wanted = [(entry, parts) for entry, parts in below if parts[1] == assignment]
    for entry, parts in wanted or below:
        yield HandIn(entry, parts[0], entry.name, is_folder=True)


def _is_canvas(names: dict[str, LmsName | None]) -> bool:
    """Whether the names are Canvas's: most have its form, and no two share an upload's number.

    ``hw_1_2_alice.ipynb`` and ``hw_1_2_bob.ipynb`` have the form by chance, and must not both
    become the student ``hw``.
    """
    canvas = [lms for lms in names.values() if lms is not None and lms.system == "canvas"]
    uploads = {lms.attachment for lms in canvas}
    owners = {(lms.user, lms.name) for lms in canvas}
    users = {lms.user for lms in canvas}
    return (
        len(uploads) == len(canvas) and len(owners) == len(users) and 2 * len(canvas) > len(names)
    )


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


def likeness(name: str, assignment: str) -> int:
    """2: the file is named as the assignment is; 1: its name contains it; 0: neither."""
    wanted, given = _plain(assignment), _plain(stem(name))
    if not wanted or wanted not in given:
        return 0
    return 2 if wanted == given else 1


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
