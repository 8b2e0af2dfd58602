"""Looks into zip archives, as downloaded from an LMS or handed in by a student, and unpacks them.

No name from inside an archive ever becomes a path: members are written under numbers, so there is
nothing that ``../``, a leading ``/``, a drive letter or a link could point out of.  A member is
unpacked when somebody wants to read it, and what a student's archives unpack to, all together, is
bounded by a :class:`autograder.submission.entries.Budget`, whatever they say of themselves.

An archive is hostile down to its last byte, and ``zipfile`` was not written for that: whatever it
raises means that the archive is damaged, unless this machine is at fault.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO

from autograder.errors import ReadingError
from autograder.platforms.entries import (
    DEEPEST,
    Budget,
    Entry,
    is_hand_in_by_mistake,
    may_be_notebook,
    why_ignored,
)
from autograder.submission.names import clean
from autograder.submission.naming import is_archive
from autograder.submission.opening import LARGEST, Unreadable, not_unpacked, open_regular, ours
from autograder.submission.reading import kind_of

_LONGEST_PATH, _LONGEST_NAME = 4096, 255
"""Characters of a member's name, of all of it and of a part: on a disk none is longer."""
_MARK = b"PK\x01\x02"
"""Each entry of an archive's directory begins with it."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = (1 << 16) + 22 + 76
"""Bytes in which an archive's last record is found, whatever comment is behind it."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive that is opened may hold; what it unpacks to is a budget's to say."""

    members: int
    packed_bytes: int | None
    """None: any number."""


CLASS = ArchiveLimits(members=200_000, packed_bytes=None)
STUDENT = ArchiveLimits(members=20_000, packed_bytes=100_000_000)


class Archive:
    """An open archive."""

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        """Open it and read its directory.

        Raises:
            Unreadable: it is no archive, or beyond the limits.
            ReadingError: this machine does not let us read it.
        """
        self._name = path.name
        self._file: BinaryIO = os.fdopen(open_regular(path), "rb")
        try:
            with self._blamed():
                _require_few_members(self._file, limits)
                self._zip = zipfile.ZipFile(self._file)
                self._members = [
                    member for member in self._zip.infolist() if not member.filename.endswith("/")
                ]
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def entries(
        self, above: tuple[str, ...], scratch: Path, zone: tzinfo | None = None
    ) -> Iterator[Entry]:
        """What is in it, below ``above``: nothing is unpacked yet.

        ``zone``: where the archive's own times, which have none, are meant; None: UTC.  Raises
        ReadingError where no folder for copies can be made in ``scratch``.
        """
        try:
            scratch.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=scratch))
        except OSError as error:
            raise not_unpacked(error, self._name) from None
        for number, member in enumerate(self._members):
            if parts := _parts(member):
                packed = _Packed(self, member)
                modified = _modified(member, zone)
                yield Entry((*above, *parts), folder / str(number), modified, packed=packed)

    def read(self, member: zipfile.ZipInfo, cap: int) -> bytes:
        """At most ``cap`` bytes of a member; raises as the constructor does."""
        with self._blamed(), self._zip.open(member) as packed:
            return packed.read(cap)

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Says of every exception whose fault it is."""
        try:
            yield
        except (Unreadable, ReadingError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and (reason := ours(error)) is not None:
                raise ReadingError(f"{clean(self._name)} {reason}.") from None
            raise Unreadable(
                f"is not a zip archive that can be opened ({type(error).__name__}): "
                "hand in the notebook itself."
            ) from None


@dataclass(frozen=True, eq=False)
class _Packed:
    """A member that waits in its archive."""

    archive: Archive
    member: zipfile.ZipInfo

    def contents(self, cap: int) -> bytes:
        if _refusal(self.member) is not None or self.member.file_size > cap:
            raise Unreadable("cannot be read where it is.")
        return self.archive.read(self.member, cap)

    def unpack(self, path: Path, budget: Budget) -> str | None:
        if (refusal := _refusal(self.member)) is not None:
            return refusal
        cap = min(budget.left, LARGEST)
        if self.member.file_size > cap:
            return _too_large(cap)
        budget.left -= self.member.file_size  # zipfile unpacks no more than this
        try:
            data = self.archive.read(self.member, cap)
        except Unreadable:
            return "cannot be unpacked from its archive: it is damaged."
        try:
            with path.open("xb") as copy:
                copy.write(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise not_unpacked(error, _parts(self.member)[-1]) from None
        return None


def _require_few_members(file: BinaryIO, limits: ArchiveLimits) -> None:
    """Before zipfile builds an object for each: the directory's entries each have a mark."""
    size = os.fstat(file.fileno()).st_size
    if limits.packed_bytes is not None and size > limits.packed_bytes:
        raise Unreadable(
            f"is an archive of {size / 1e6:.0f} MB, which is too large: "
            "hand in the notebook itself."
        )
    # Of a class's archive the directory alone, which no student wrote: archives of students lie
    # before it and have directories of their own.
    file.seek(_start_of_directory(file, size) if limits.packed_bytes is None else 0)
    count, tail = 0, b""
    while piece := file.read(1 << 20):
        count += (tail + piece).count(_MARK)
        tail = piece[-len(_MARK) + 1 :]
        if count > limits.members:
            raise Unreadable(
                f"is an archive of more than {limits.members} files: hand in the notebook itself."
            )
    file.seek(0)


def _start_of_directory(file: BinaryIO, size: int) -> int:
    """Where the archive's directory begins, as its last record says; 0: it says nothing."""
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    end, end_64 = tail.rfind(_END), tail.rfind(_END_64)
    if end_64 >= 0 and end_64 + 48 <= len(tail):
        end, (length,) = end_64, struct.unpack_from("<Q", tail, end_64 + 40)
    elif end >= 0 and end + 16 <= len(tail):
        (length,) = struct.unpack_from("<L", tail, end + 12)
    else:
        return 0
    return max(0, size - len(tail) + end - int(length))


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    name = member.orig_filename if "\0" in member.orig_filename else member.filename
    if len(name) > _LONGEST_PATH:
        name = name[-_LONGEST_PATH:]
    if not member.flag_bits & 0x800:  # the archive does not say UTF-8, and often means it
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    pieces = name.replace("\\", "/").split("/")
    named = [p[-_LONGEST_NAME:] for p in pieces if p.strip() not in ("", ".", "..")]
    return tuple(named[-DEEPEST:])


def may_be_wanted(entry: Entry) -> bool:
    """Whether a member may be a submission, or hold one."""
    name = entry.name
    if any(why_ignored(part) for part in entry.parts):
        return False
    by_name = kind_of(name) is not None or is_archive(name)
    return by_name or is_hand_in_by_mistake(name) or may_be_notebook(name)


def _refusal(member: zipfile.ZipInfo) -> str | None:
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "is a symbolic link, which is not followed: hand in the file itself."
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is not an ordinary file: hand in the notebook itself."
    if member.flag_bits & 0x1:
        return "is in an archive with a password: hand in the notebook itself."
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an uncommon way: hand in the notebook itself."
    return None


def _too_large(cap: int) -> str:
    if cap < LARGEST:
        return "is beyond what the archives of one student may hold: hand in the notebook itself."
    return (
        f"is larger than {cap / 1e6:.3g} MB: clear the outputs of all cells, save and "
        "hand in again."
    )


def _modified(member: zipfile.ZipInfo, zone: tzinfo | None) -> float:
    try:
        year, month, day, hour, minute, second = member.date_time
        second = min(second, 59)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone or UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0  # such as a 13th month
