"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from autograder.errors import AutograderError
from autograder.sandbox.scratch import lives


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write ``path`` under another name and rename it at the end: never a half file.

    What is no file but a device or a pipe (``/dev/stdout``) is written to as it is.  Raises
    AutograderError, in a sentence, when it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            with path.open("wb") as file:
                yield file
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise AutograderError(cannot_write(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> str:
    """Why a file cannot be written, as a sentence that says what to do."""
    reason = (error.strerror or str(error)).rstrip(".")
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    remedy = "make room there" if full else "make it writable"
    return (
        f"{path} cannot be written ({reason}): {remedy} or choose another folder with --out, "
        "then run the same command again; what is stored is not graded again."
    )


def require_writable(folder: Path) -> None:
    """Make the folder; raises AutograderError when files cannot be written into it."""
    probe = folder / f".probe.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise AutograderError(cannot_write(folder, error)) from error


def sweep(folder: Path) -> None:
    """Remove what killed runs left half-written in a folder."""
    for part in folder.glob(".*.part"):
        pid = part.name.split(".")[-2]
        if not pid.isdigit() or not lives(int(pid)):
            with contextlib.suppress(OSError):
                part.unlink()
