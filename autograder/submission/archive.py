"""Unpacks the notebooks of a zip archive, as downloaded from an LMS or handed in by a student.

No name from inside an archive ever becomes a path: members are written under numbers, so there is
nothing that ``../``, a leading ``/``, a drive letter or a link could point out of.  Only what may
be a submission is unpacked, and never more than the limits, whatever the archive says of itself.
"""

from __future__ import annotations

import calendar
import contextlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.submission.entries import Entry, is_hand_in_by_mistake, is_ignored
from autograder.submission.opening import DEFAULT_CAP, Unreadable
from autograder.submission.reading import kind_of

_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError),
)


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may unpack to."""

    members: int = 200_000
    member_bytes: int = DEFAULT_CAP
    total_bytes: int = 2_000_000_000
    ratio: float = 300.0
    """Unpacked size by packed size of the whole archive, above 100 MB."""


STUDENT_LIMITS = ArchiveLimits(members=20_000, total_bytes=100_000_000)
"""For an archive inside another, or in a folder of submissions."""


def is_archive(name: str) -> bool:
    return name.lower().endswith(".zip")


def unpack(
    archive: Path, scratch: Path, above: tuple[str, ...], limits: ArchiveLimits
) -> Iterator[Entry]:
    """The entries of an archive, below ``above``, copied into ``scratch``.

    Raises :class:`Unreadable` where it is no archive or is beyond the limits; a single member
    that cannot be unpacked is an entry with a problem.
    """
    try:
        _require_few_members(archive, limits)
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir() and _is_wanted(m)]
            _require_moderate(members, archive, limits)
            folder, left = Path(tempfile.mkdtemp(dir=scratch)), limits.total_bytes
            for number, member in enumerate(members):
                copy = Entry((*above, *_parts(member)), folder / str(number), _modified(member))
                entry = _unpacked(copy, opened, member, min(left, limits.member_bytes))
                if entry.problem is None:
                    left -= entry.path.stat().st_size
                yield entry
    except _ERRORS as error:
        raise Unreadable(
            f"is not a zip archive that can be opened ({type(error).__name__}): "
            "hand in the notebook itself."
        ) from None


def _require_few_members(archive: Path, limits: ArchiveLimits) -> None:
    """Before zipfile builds an object for each: the directory's entries each have a mark."""
    count, tail = 0, b""
    with archive.open("rb") as file:
        while piece := file.read(1 << 20):
            count += (tail + piece).count(b"PK\x01\x02")
            tail = piece[-3:]
            if count > limits.members:
                raise Unreadable(
                    f"is an archive of more than {limits.members} files: "
                    "hand in the notebook itself."
                )


def _require_moderate(members: list[zipfile.ZipInfo], archive: Path, limits: ArchiveLimits) -> None:
    total = sum(member.file_size for member in members)
    packed = archive.stat().st_size
    if total > limits.total_bytes or (total > 100_000_000 and total > limits.ratio * packed):
        raise Unreadable(
            f"is an archive that unpacks to {total / 1e6:.0f} MB, which is too much: "
            "hand in the notebook itself."
        )


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = _parts(member)
    if not parts or any(map(is_ignored, parts)):
        return False
    name = parts[-1]
    return bool(kind_of(name)) or is_archive(name) or is_hand_in_by_mistake(name)


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    name = member.orig_filename if "\0" in member.orig_filename else member.filename
    if not member.flag_bits & 0x800:  # the archive does not say UTF-8, and often means it
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    pieces = name.replace("\\", "/").split("/")
    return tuple(piece for piece in pieces if piece.strip() not in ("", ".", ".."))


def _unpacked(entry: Entry, opened: zipfile.ZipFile, member: zipfile.ZipInfo, cap: int) -> Entry:
    if (problem := _refusal(member, cap)) is not None:
        return replace(entry, problem=problem)
    try:
        with opened.open(member) as packed:
            data = packed.read(cap + 1)
    except _ERRORS:
        return replace(entry, problem="cannot be unpacked from its archive: it is damaged.")
    if len(data) > cap:
        return replace(entry, problem=_too_large(cap))
    with entry.path.open("xb") as copy:
        copy.write(data)
    return entry


def _refusal(member: zipfile.ZipInfo, cap: int) -> str | None:
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "is a symbolic link, which is not followed: hand in the file itself."
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is not an ordinary file: hand in the notebook itself."
    if member.flag_bits & 0x1:
        return "is in an archive with a password: hand in the notebook itself."
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an uncommon way: hand in the notebook itself."
    return _too_large(cap) if member.file_size > cap else None


def _too_large(cap: int) -> str:
    return (
        f"is larger than {cap / 1e6:.3g} MB: clear the outputs of all cells, save and "
        "hand in again."
    )


def _modified(member: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm((*member.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return 0.0  # such as a 13th month
