"""Lists what lies in a folder, without following a link and without opening anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.submission.reading import kind_of

DEEPEST = 12
"""Levels of folders that are searched."""

_BY_PRODUCTS = ("__macosx", "__pycache__", "node_modules", "venv", "desktop.ini", "thumbs.db")
_NO_PROGRAMS = ("__init__.py", "conftest.py", "setup.py")
_HANDED_IN_BY_MISTAKE = (
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".html", ".htm", ".txt", ".md"),
    *(".rar", ".7z", ".gz", ".tgz", ".tar", ".r", ".m", ".ipynb_"),
)
_LINK = "is a symbolic link, which is not followed: hand in the file itself."
_NO_HAND_IN = ("requirements.txt", "timestamp.txt", "readme.txt", "readme.md", "readme.html")


@dataclass(frozen=True)
class Entry:
    """A file (or what poses as one) that grading was pointed at, or below that."""

    parts: tuple[str, ...]
    """The names down to it, as they are (not safe to show): whose it is, is read from them."""
    path: Path
    """Where it can be read; of an archive's member: its copy."""
    modified: float
    """Seconds since 1970; of an archive's member what the archive says, taken as UTC."""
    problem: str | None = None
    """Why it cannot be read, where that is known already; continues "its name ..."."""
    above: tuple[str, ...] = ()
    """Names above ``parts`` that only help people to find it."""
    is_given: bool = False
    """Grading was pointed at this very file: it is a submission, whatever it is called."""

    @property
    def name(self) -> str:
        return self.parts[-1]

    def lower(self) -> Entry:
        """The same seen from one folder further down."""
        return replace(self, parts=self.parts[1:], above=self.above + self.parts[:1])


def list_folder(folder: Path, parts: tuple[str, ...]) -> Iterator[Entry]:
    """Every file below ``folder`` that is not hidden or a by-product, in no particular order.

    ``parts`` are the names to put before those found.  A link is listed, never followed.  A folder
    that is named like a notebook and holds none is listed as a file: the student then reads what
    is wrong with it.
    """
    try:
        with os.scandir(folder) as scan:
            found = list(scan)
    except OSError:
        yield Entry(parts, folder, 0.0, "is a folder that may not be opened: make it readable.")
        return
    for item in found:
        if is_ignored(item.name):
            continue
        entry = entry_of(Path(item.path), (*parts, item.name))
        if not _is_folder(item):
            yield replace(entry, problem=_LINK) if _is_linked_folder(item) else entry
            continue
        deep_enough = len(entry.parts) >= DEEPEST
        below = [] if deep_enough else list(list_folder(entry.path, entry.parts))
        if kind_of(item.name) and not any(kind_of(inner.name) for inner in below):
            below = [entry]
        yield from below


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is never a submission, nor holds any."""
    lower = name.lower()
    return (
        lower.startswith((".", "~$"))
        or lower in (*_BY_PRODUCTS, *_NO_PROGRAMS)
        or lower.endswith(("-checkpoint.ipynb", "-checkpoint.py"))
    )


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


def is_plain_file(path: Path) -> bool:
    """Whether there is an ordinary file, not a link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_linked_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_symlink() and item.is_dir()
    except OSError:
        return False
