"""Lists what lies in a folder, without following a link and without opening a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from autograder.submission.names import clean
from autograder.submission.naming import is_archive
from autograder.submission.opening import ours
from autograder.submission.reading import kind_of

ResultsFolder = Callable[[Path], bool]
"""Whether a folder holds what the grader wrote."""

DEEPEST = 12
"""Levels of folders that are searched."""

_BY_PRODUCTS = ("__macosx", "__pycache__", "node_modules", "venv", "desktop.ini", "thumbs.db")
_NO_PROGRAMS = ("__init__.py", "conftest.py", "setup.py")
_HANDED_IN_BY_MISTAKE = (
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".html", ".htm", ".txt", ".md"),
    *(".rar", ".7z", ".gz", ".tgz", ".tar", ".r", ".m", ".ipynb_"),
)
_FOLDER = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_RESULTS = "results of an earlier run"
_LINK = "is a symbolic link, which is not followed: hand in the file itself."
_NO_HAND_IN = ("requirements.txt", "timestamp.txt", "readme.txt", "readme.md", "readme.html")


@dataclass
class Budget:
    """What the archives of one student may still unpack to."""

    left: int = 100_000_000
    """Bytes."""


class Packed(Protocol):
    """A file that waits in an archive."""

    def unpack(self, path: Path, budget: Budget) -> str | None:
        """Copy it to ``path``, at the cost of the budget; why it cannot be, else None.

        Raises ReadingError where this machine is at fault.
        """
        ...

    def contents(self, cap: int) -> bytes:
        """All of it; raises Unreadable where it is more than ``cap`` bytes or cannot be had."""
        ...


@dataclass(frozen=True)
class Entry:
    """A file (or what poses as one) that grading was pointed at, or below that."""

    parts: tuple[str, ...]
    """The names down to it, as they are (not safe to show): whose it is, is read from them."""
    path: Path
    """Where it can be read; of an archive's member: where its copy will be."""
    modified: float
    """Seconds since 1970; of an archive's member what the archive says, taken as UTC."""
    problem: str | None = None
    """Why it cannot be read, where that is known already; continues "its name ..."."""
    fault: str | None = None
    """Why this machine cannot read it, as a sentence: then nobody is to be blamed."""
    ignored: str | None = None
    """What it is that is never a submission, in a few words."""
    packed: Packed | None = None
    """Set while it is still in its archive."""
    above: tuple[str, ...] = ()
    """Names above ``parts`` that only help people to find it."""
    is_given: bool = False
    """Grading was pointed at this very file: it is a submission, whatever it is called."""
    is_beside: bool = False
    """Lies beside the class's archive: it may list who handed in what, and is no hand-in."""

    @property
    def name(self) -> str:
        return self.parts[-1]

    def copied_for(self, number: int) -> Entry:
        """The same for another owner, for whom another copy is unpacked."""
        if self.packed is None:
            return self
        return replace(self, path=self.path.with_name(f"{self.path.name}-{number}"))

    def lower(self) -> Entry:
        """The same seen from one folder further down."""
        return replace(self, parts=self.parts[1:], above=self.above + self.parts[:1])


def list_folder(
    folder: Path, parts: tuple[str, ...], results: ResultsFolder = lambda _: False
) -> Iterator[Entry]:
    """Every file below ``folder``, in no particular order.

    ``parts`` are the names to put before those found.  A link is listed, never followed.  What is
    hidden or a by-product is listed as ignored, a folder of that kind as one entry, and so is a
    folder of which ``results`` says that the grader wrote it.  A folder that is named like a
    notebook and holds none is listed as a file: the student then reads what is wrong with it.
    """
    try:
        found = _scanned(folder)
    except OSError as error:
        why = ours(error) or "cannot be looked into: " + os.strerror(error.errno or 0)
        yield Entry(parts, folder, 0.0, fault=f"The folder {clean('/'.join(parts))} {why}.")
        return
    for name, is_folder, is_link in found:
        entry = entry_of(folder / name, (*parts, name))
        if (ignored := why_ignored(name)) is not None:
            yield replace(entry, ignored=ignored)
        elif not is_folder:
            is_linked = is_link and os.path.isdir(entry.path)
            yield replace(entry, problem=_LINK) if is_linked else entry
        elif results(entry.path):
            yield replace(entry, ignored=_RESULTS)
        elif len(entry.parts) >= DEEPEST:
            yield replace(entry, ignored=f"more than {DEEPEST} folders deep")
        else:
            below = list(list_folder(entry.path, entry.parts, results))
            if _are_results(below, len(entry.parts)):
                below = [replace(entry, ignored=_RESULTS)]
            elif kind_of(name) and not any(_may_be_one(inner.name) for inner in below):
                below = [entry]
            yield from below


def _scanned(folder: Path) -> list[tuple[str, bool, bool]]:
    """Of all in a folder the name, and whether it is a folder, or a link."""
    if os.scandir not in os.supports_fd:  # Windows
        with os.scandir(folder) as scan:
            return sorted((item.name, _is_folder(item), item.is_symlink()) for item in scan)
    descriptor = os.open(folder, _FOLDER)
    try:
        with os.scandir(descriptor) as scan:
            return sorted((item.name, _is_folder(item), item.is_symlink()) for item in scan)
    finally:
        os.close(descriptor)


def _may_be_one(name: str) -> bool:
    return kind_of(name) is not None or is_archive(name)


def _are_results(below: list[Entry], depth: int) -> bool:
    """Whether a folder holds what the grader writes, and nothing that a student would hand in."""
    names = {inner.name for inner in below if len(inner.parts) == depth + 1}
    return {"grades.csv", "grades.json"} <= names and not any(
        _may_be_one(inner.name) for inner in below
    )


def why_ignored(name: str) -> str | None:
    """Why a file or folder of this name is never a submission, nor holds any; None: it may."""
    lower = name.lower()
    if lower.startswith("."):
        return "hidden (the name begins with a dot)"
    if lower.startswith("~$") or lower in (*_BY_PRODUCTS, *_NO_PROGRAMS):
        return "what a program leaves behind"
    if lower.endswith(("-checkpoint.ipynb", "-checkpoint.py")):
        return "a checkpoint of Jupyter's"
    return None


def may_be_notebook(name: str) -> bool:
    """Whether a name that is no notebook's may yet be one's: browsers and mail programs rename."""
    lower = name.lower()
    ending = PurePosixPath(lower).suffix
    return kind_of(name) is None and ("ipynb" in lower or ending in ("", ".json", ".txt", ".nb"))


def is_hand_in_by_mistake(name: str) -> bool:
    """Whether a student may have meant this for a submission: a PDF, a web page, and so on."""
    lower = name.lower()
    return lower.endswith(_HANDED_IN_BY_MISTAKE) and lower not in _NO_HAND_IN


def entry_of(path: Path, parts: tuple[str, ...]) -> Entry:
    """The entry of one path; its time is 0 where it cannot be looked at."""
    try:
        return Entry(parts, path, os.lstat(path).st_mtime)
    except (OSError, ValueError):
        return Entry(parts, path, 0.0)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir(follow_symlinks=False)
    except OSError:
        return False
