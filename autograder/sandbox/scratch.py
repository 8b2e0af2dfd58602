"""Folders for a while, which the next run sweeps away if this one is killed.

A folder says in its name which process made it; when that is no more, nobody needs it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from typing import TypeAlias

from autograder.sandbox.shortage import lacking

_PREFIX = "autograder-scratch-"

Scratch: TypeAlias = "tempfile.TemporaryDirectory[str]"


def own_prefix() -> str:
    """How the names of this process's folders begin."""
    return f"{_PREFIX}{os.getpid()}-"


def own_folder() -> Scratch:
    """A folder of this process; raises SandboxError where there is no room for it."""
    try:
        return tempfile.TemporaryDirectory(prefix=own_prefix(), ignore_cleanup_errors=True)
    except OSError as error:
        raise lacking("no folder can be made for temporary files", error) from error


def sweep(place: str | os.PathLike[str] = "", prefix: str = _PREFIX) -> None:
    """Remove folders that processes of this user left behind when they were killed.

    ``place``: where they lie; empty: where temporary files do.  ``prefix``: what comes in their
    names before the number of the process.
    """
    named = re.compile(rf"{re.escape(prefix)}(\d+)-\w+")
    with contextlib.suppress(OSError):
        for entry in os.scandir(place or tempfile.gettempdir()):
            match = named.fullmatch(entry.name)
            if match is not None and not lives(int(match.group(1))) and _is_ours(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    if not entry.is_dir(follow_symlinks=False):
        return False
    return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()


def lives(process: int) -> bool:
    """Whether there is a process of that number."""
    if os.name == "nt":  # there, to ask with a signal would end it
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is somebody else's
        return True
    return True
