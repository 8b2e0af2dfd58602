"""Folders for a while, which the next run sweeps away if this one is killed.

A folder says in its name which process made it; when that is no more, nobody needs it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TypeAlias

from autograder.sandbox.shortage import lacking

_PREFIX = "autograder-scratch-"
_NAME = re.compile(rf"{_PREFIX}(\d+)-\w+")

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


def sweep() -> None:
    """Remove folders that processes of this user left behind when they were killed."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            match = _NAME.fullmatch(entry.name)
            if match is not None and not _lives(int(match.group(1))) and _is_ours(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    if not entry.is_dir(follow_symlinks=False):
        return False
    return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()


def _lives(process: int) -> bool:
    if Path("/proc/self").exists():
        return Path(f"/proc/{process}").exists()
    if os.name == "nt":  # there, to ask with a signal would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
