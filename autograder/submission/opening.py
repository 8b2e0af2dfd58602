"""Gets the bytes of a file that somebody else put there.

The path may name a link to the teacher's own files, a pipe that never ends, a device, or be
changed between looking and opening.  So: look without following, open without following and
without waiting, look again at what was opened, and read no more than the cap.
"""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

DEFAULT_CAP = 20_000_000
"""Bytes a submission may have; notebooks with many figures stay well below."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_KINDS = (
    (stat.S_ISLNK, "is a symbolic link, which is not followed: hand in the file itself."),
    (stat.S_ISDIR, "is a folder, not a file: hand in the notebook that is in it."),
    (stat.S_ISFIFO, "is a named pipe, not a file: hand in the notebook itself."),
    (stat.S_ISSOCK, "is a socket, not a file: hand in the notebook itself."),
    (stat.S_ISCHR, "is a device, not a file: hand in the notebook itself."),
    (stat.S_ISBLK, "is a device, not a file: hand in the notebook itself."),
)

_ERRORS = {
    errno.ENOENT: "is not there any more: it was moved or deleted.",
    errno.EACCES: "may not be read: its permissions do not allow it; make it readable.",
    errno.EPERM: "may not be read: its permissions do not allow it; make it readable.",
    errno.ELOOP: _KINDS[0][1],
    errno.ENXIO: "is a pipe, socket or device, not a file: hand in the notebook itself.",
    errno.ENAMETOOLONG: "has a name that is too long for this machine: shorten it.",
}


class Unreadable(Exception):
    """Why a file is no submission; ``str()`` continues a sentence that begins with its name.

    Only within this package: :func:`autograder.submission.read` turns it into data.
    """


def read_bytes(path: Path, cap: int = DEFAULT_CAP) -> bytes:
    """The contents of a regular file of at most ``cap`` bytes; raises :class:`Unreadable`."""
    try:
        _require_file(os.lstat(path).st_mode)
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise Unreadable(_said_plainly(error)) from None
    try:
        status = os.fstat(descriptor)
        _require_file(status.st_mode)
        _require_size(status.st_size, cap)
        data = _read_at_most(descriptor, cap + 1)
    except OSError as error:
        raise Unreadable(_said_plainly(error)) from None
    finally:
        os.close(descriptor)
    _require_size(len(data), cap)  # it may have grown meanwhile
    return data


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return sha256(data).hexdigest()


def _require_file(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    for is_kind, sentence in _KINDS:
        if is_kind(mode):
            raise Unreadable(sentence)
    raise Unreadable("is not an ordinary file: hand in the notebook itself.")


def _require_size(size: int, cap: int) -> None:
    if size > cap:
        raise Unreadable(
            f"is larger than {_megabytes(cap)} ({_megabytes(size)}): "
            "clear the outputs of all cells, save and hand in again."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB"


def _read_at_most(descriptor: int, limit: int) -> bytes:
    pieces, left = [], limit
    while left > 0 and (piece := os.read(descriptor, min(left, 1 << 20))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _said_plainly(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        known = _ERRORS.get(error.errno or 0)
        return known or f"could not be read: {os.strerror(error.errno or 0)}."
    return "has a name that no file can have."  # a NUL in the path
