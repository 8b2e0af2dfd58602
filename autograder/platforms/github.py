"""GitHub Classroom: a clone for each student, ``{assignment}-{login}``, side by side.

The prefix is what all clones have in common up to a hyphen, and what leaves the logins that are
known; where there is one clone alone, the assignment's own name.  A commit bears the time of the
student's clock, and is read from the text of ``.git/logs/HEAD``: git is never run, since a folder's
own settings could make it run programs.  A fresh clone logs its cloning and no commit; then no time
is known.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from autograder.errors import ReadingError
from autograder.model import HandedIn, Identity, Source
from autograder.platforms.entries import Entry
from autograder.platforms.level import Claim, Level, Owner, Said
from autograder.submission.naming import likeness
from autograder.submission.opening import Unreadable, read_bytes_below

_LONGEST_LOG = 1_000_000
_COMMIT = re.compile(rb"^[^\t\n]*> (?P<seconds>\d{1,11}) [+-]\d{4}\tcommit\b", re.MULTILINE)


def claims(level: Level) -> Said:
    clones = {
        one.names[0]: one.entry
        for one in level.ignored
        if len(one.names) == 2 and one.names[1] == ".git"
    }
    folders = [name for name in level.names if name not in level.files]
    if not folders or not all(name in clones for name in folders):
        return Said()
    prefix = _prefix(folders, level)
    if not prefix:
        return Said()
    return Said(tuple(_claim(name, name[len(prefix) :], clones[name]) for name in folders))


def _prefix(folders: list[str], level: Level) -> str:
    """With its hyphen; empty: there is none.  Logins may have hyphens, too: so of all that it may
    be, that which leaves most logins that are known, and else the longest."""
    first, last = min(folders), max(folders)
    pairs = enumerate(zip(first, last, strict=False))
    differ = next((at for at, (one, other) in pairs if one != other), len(first) - 1)
    ends = [place + 1 for place, letter in enumerate(first[:differ]) if letter == "-"]
    known = {end: sum(name[end:].casefold() in level.known for name in folders) for end in ends}
    if any(known.values()):
        return first[: max(ends, key=lambda end: (known[end], end))]
    if len(folders) == 1:
        ends = [end for end in ends if likeness(first[:end], level.assignment) == 2]
    return first[: max(ends, default=0)]


def _claim(name: str, login: str, git: Entry) -> Claim:
    return Claim((name,), (Owner(login, Identity(login=login), _committed(git)),))


def _committed(git: Entry) -> HandedIn:
    """When the last commit was made here, on the student's word."""
    if git.packed is not None:
        return HandedIn()
    try:
        log = read_bytes_below(git.path, ("logs", "HEAD"), _LONGEST_LOG)
    except (Unreadable, ReadingError):
        return HandedIn()
    seconds = [int(found["seconds"]) for found in _COMMIT.finditer(log)]
    if not seconds:
        return HandedIn()
    try:
        return HandedIn(datetime.fromtimestamp(max(seconds), UTC), Source.STUDENTS_WORD)
    except (ValueError, OverflowError, OSError):
        return HandedIn()
