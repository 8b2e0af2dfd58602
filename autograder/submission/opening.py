"""Gets the bytes of a file that somebody else put there.

The path may name a link to the teacher's own files, a pipe that never ends, a device, or be
changed between looking and opening.  So: look without following, open without following and
without waiting, look again at what was opened, and read no more than the cap.  This is the one
door: what is graded, what its digest is taken of and what is unpacked come through it.

Two ways to fail are told apart.  What the file *is* (a link, a pipe, too large) is its student's:
:class:`Unreadable`.  What this machine does not let us do (no permission, too many open files, a
disk that fails) is nobody's who handed in: :class:`autograder.errors.ReadingError`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from autograder.errors import ReadingError
from autograder.submission.names import clean

DEFAULT_CAP = 20_000_000
"""Bytes that are read as they are; notebooks with many figures stay well below."""
LARGEST = 100_000_000
"""Bytes a file may have; of a notebook beyond :data:`DEFAULT_CAP` the outputs are left out."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)

_KINDS = (
    (stat.S_ISLNK, "is a symbolic link, which is not followed: hand in the file itself."),
    (stat.S_ISDIR, "is a folder, not a file: hand in the notebook that is in it."),
    (stat.S_ISFIFO, "is a named pipe, not a file: hand in the notebook itself."),
    (stat.S_ISSOCK, "is a socket, not a file: hand in the notebook itself."),
    (stat.S_ISCHR, "is a device, not a file: hand in the notebook itself."),
    (stat.S_ISBLK, "is a device, not a file: hand in the notebook itself."),
)

_THEIRS = {
    errno.ELOOP: _KINDS[0][1],
    errno.ENXIO: "is a pipe, socket or device, not a file: hand in the notebook itself.",
    errno.ENAMETOOLONG: "has a name that is too long for this machine: shorten it.",
}
_OURS = {
    errno.EACCES: "may not be read by whoever runs this: make it readable (chmod u+r)",
    errno.EPERM: "may not be read by whoever runs this: make it readable (chmod u+r)",
    errno.ENOENT: "is not there any more: it was moved or deleted while this was running",
    errno.EMFILE: "cannot be opened, because too many files are open: raise the limit (ulimit -n)",
    errno.ENFILE: "cannot be opened, because too many files are open on this machine",
    errno.ENOSPC: "cannot be unpacked, because the disk is full: make room, or name another place "
    "in TMPDIR",
    errno.EDQUOT: "cannot be unpacked: there is no room left for this user on the disk",
    errno.EROFS: "cannot be unpacked: the disk is read-only",
    errno.EIO: "cannot be read: the disk has a fault",
    errno.ESTALE: "cannot be read: the disk it is on is gone",
    errno.ENOMEM: "cannot be read: this machine is out of memory",
}


class Unreadable(Exception):
    """Why a file is no submission; ``str()`` continues a sentence that begins with its name.

    Only within this package: :func:`autograder.submission.read` turns it into data.
    """


def open_regular(path: Path) -> int:
    """A descriptor of a regular file, for reading; whoever gets it closes it.

    Raises:
        Unreadable: it is no regular file.
        ReadingError: this machine does not let us open it.
    """
    try:
        _require_file(os.lstat(path).st_mode)
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _failure(error, path.name) from None
    try:
        _require_file(os.fstat(descriptor).st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_bytes(path: Path, cap: int = LARGEST) -> bytes:
    """The contents of a regular file of at most ``cap`` bytes; raises as :func:`open_regular`."""
    descriptor = open_regular(path)
    try:
        _require_size(os.fstat(descriptor).st_size, cap)
        data = _read_at_most(descriptor, cap + 1)
    except OSError as error:
        raise _failure(error, path.name) from None
    finally:
        os.close(descriptor)
    _require_size(len(data), cap)  # it may have grown meanwhile
    return data


def read_bytes_below(folder: Path, names: Sequence[str], cap: int) -> bytes:
    """The same of a file some folders further down, none of which may be a link.

    Raises as :func:`read_bytes`; always :class:`Unreadable` where the system cannot open a name
    within an open folder.
    """
    if os.open not in os.supports_dir_fd:
        raise Unreadable("cannot be looked into on this system.")
    opened: list[int] = []
    try:
        opened.append(os.open(folder, _FOLDER))
        for name in names[:-1]:
            opened.append(os.open(name, _FOLDER, dir_fd=opened[-1]))
        opened.append(os.open(names[-1], _FLAGS, dir_fd=opened[-1]))
        _require_file(os.fstat(opened[-1]).st_mode)
        data = _read_at_most(opened[-1], cap + 1)
    except (OSError, ValueError) as error:
        raise _failure(error, names[-1]) from None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    _require_size(len(data), cap)
    return data


def digest_of(path: Path, cap: int = LARGEST) -> str:
    """SHA-256 of a file's bytes, hexadecimal; empty where none can be read."""
    try:
        return digest(read_bytes(path, cap))
    except (Unreadable, ReadingError):
        return ""


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


def ours(error: OSError) -> str | None:
    """What to say of a failure that is this machine's; None: the file itself is at fault."""
    return _OURS.get(error.errno or 0)


def not_unpacked(error: OSError, name: str) -> ReadingError:
    """What to raise where a copy cannot be written."""
    reason = ours(error) or f"cannot be unpacked: {os.strerror(error.errno or 0)}"
    return ReadingError(f"{clean(name)} {reason}.")


def _failure(error: OSError | ValueError, name: str) -> Unreadable | ReadingError:
    if not isinstance(error, OSError):
        return Unreadable("has a name that no file can have.")  # a NUL in the path
    if error.errno in _THEIRS:
        return Unreadable(_THEIRS[error.errno or 0])
    reason = ours(error) or f"cannot be read: {os.strerror(error.errno or 0)}"
    return ReadingError(f"{clean(name)} {reason}.")
