"""The folder into which archives are unpacked during a run, gone when the run is.

A run that is killed leaves its folder behind.  While it lives it holds a lock on a file in there,
which the kernel takes back whatever becomes of it; so the next run knows what it may remove, also
on a disk that several machines share.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import AutograderError

_PREFIX, _LOCK = "autograder-unpacked-", ".in-use"
_YOUNG = 600.0
"""Seconds after which a folder without a lock was left by somebody who had no time to lock it."""


@contextmanager
def scratch_folder(parent: Path | None) -> Iterator[Path]:
    """A new folder in ``parent`` (None: where this machine keeps temporary files).

    What killed runs of this user left there is removed first.  Raises AutograderError where no
    folder can be made.
    """
    try:
        place = Path(parent if parent is not None else tempfile.gettempdir())
        sweep_scratch(place)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    except OSError as error:
        raise AutograderError(
            f"Submissions cannot be unpacked: no folder can be made for them "
            f"({error.strerror or error}). Make room, or name another place in TMPDIR."
        ) from error
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _locks(lock)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(place: Path) -> None:
    """Remove the folders of runs that are no more."""
    for folder in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if is_own and folder.is_dir() and not folder.is_symlink() and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return time.time() - folder.lstat().st_mtime > _YOUNG
    try:
        return _locks(lock)
    finally:
        os.close(lock)


def _locks(descriptor: int) -> bool:
    """Lock the file; False: another process has it."""
    try:
        import fcntl
    except ImportError:  # not on Windows, where a folder in use cannot be removed anyway
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
