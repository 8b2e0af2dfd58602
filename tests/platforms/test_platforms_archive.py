"""Archives as an LMS gives them and as students hand them in, honest and hostile."""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import ReadingError, UsageError
from autograder.platforms import Found, archive, find, load
from autograder.platforms.archive import Archive, ArchiveLimits
from autograder.platforms.entries import Budget
from autograder.submission.opening import Unreadable
from tests.submission.notebooks import SMALL, write

Members = Sequence[tuple[str | zipfile.ZipInfo, str | bytes]]


def zipped(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, contents in members:
            packed.writestr(name, contents)
    return buffer.getvalue()


def found_in(tmp_path: Path, data: bytes, name: str = "all.zip") -> dict[str, Found]:
    path = write(tmp_path / name, data)
    found = find([path], scratch=tmp_path / "scratch", assignment="adaptive_learning_rates")
    return {entry.student: entry for entry in found}


def everything_below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_archive_of_an_lms(tmp_path: Path) -> None:
    members = [
        ("Jane Doe_12_assignsubmission_file/hw.ipynb", SMALL),
        ("Zoë_13_assignsubmission_file/hw.py", "x = 1"),
        ("__MACOSX/Jane Doe_12_assignsubmission_file/._hw.ipynb", "junk"),
    ]
    found = found_in(tmp_path, zipped(members))
    assert set(found) == {"Jane Doe", "Zoë"}
    assert found["Jane Doe"].file == "Jane Doe_12_assignsubmission_file/hw.ipynb"
    assert all(load(entry).problem is None for entry in found.values())


def test_archive_with_a_folder_around_the_class(tmp_path: Path) -> None:
    found = found_in(tmp_path, zipped([("hw/alice.ipynb", SMALL), ("hw/bob.py", "x = 1")]))
    assert set(found) == {"hw"}  # one notebook with a program beside it: one student's work
    more = [("hw/alice.ipynb", SMALL), ("hw/bob.py", "x = 1"), ("hw/carol.ipynb", SMALL)]
    assert set(found_in(tmp_path, zipped(more))) == {"alice", "bob", "carol"}


def test_time_of_a_member_is_the_archives(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("alice.ipynb", (2024, 5, 6, 7, 8, 10))
    found = found_in(tmp_path, zipped([(info, SMALL)]))
    assert found["alice"].modified == 1714979290.0
    odd = zipfile.ZipInfo("alice.ipynb", (1980, 0, 0, 0, 0, 0))
    assert found_in(tmp_path, zipped([(odd, SMALL)]))["alice"].modified <= 315532800


def test_students_hand_in_archives(tmp_path: Path) -> None:
    inner = zipped([("work/hw.ipynb", SMALL), ("work/helper.py", "x"), ("work/data.csv", "1")])
    folder = tmp_path / "sub"
    write(folder / "alice.zip", inner)
    write(folder / "bob.ipynb")
    write(folder / "carol.zip", zipped([("essay.txt", "only text")]))
    write(folder / "dan.zip", b"PK\x03\x04 broken")
    found = {e.student: e for e in find([folder], scratch=tmp_path / "scratch")}
    assert found["alice"].file == "alice.zip/work/hw.ipynb"
    assert load(found["alice"]).cells[0].source == "x = 1"
    assert load(found["carol"]).problem == (
        "carol.zip has no notebook (.ipynb) or Python file (.py) in it."
    )
    assert "dan.zip is not a zip archive that can be opened" in (load(found["dan"]).problem or "")
    assert load(found["bob"]).problem is None


def test_archive_in_an_archive_and_no_deeper(tmp_path: Path) -> None:
    inner = zipped([("hw.ipynb", SMALL), ("again.zip", zipped([("deep.ipynb", SMALL)]))])
    found = found_in(tmp_path, zipped([("doejane_1_22_hw.zip", inner), ("roe_2_23_a.py", "x")]))
    assert set(found) == {"doejane", "roe"}
    assert load(found["doejane"]).problem is None
    assert found["doejane"].passed_over == ()


def test_several_archives_are_one_student_each(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.zip", zipped([("hw.ipynb", SMALL)])) for n in ("alice", "bob")]
    found = find(paths, scratch=tmp_path / "scratch")
    assert [entry.student for entry in found] == ["alice", "bob"]


# ------------------------------------------------------------------ hostile


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.ipynb",
        "/etc/evil.ipynb",
        "..\\..\\evil.ipynb",
        "C:\\Windows\\evil.ipynb",
        "a/../../../evil.ipynb",
        "./evil.ipynb",
        "evil.ipynb\0.txt",
        "x" * 300 + "/evil.ipynb",
    ],
)
def test_no_name_leads_out_of_the_scratch_folder(tmp_path: Path, name: str) -> None:
    before = everything_below(tmp_path)
    found = found_in(tmp_path, zipped([(name, SMALL), ("bob.ipynb", SMALL)]))
    scratch = tmp_path / "scratch"
    outside = everything_below(tmp_path) - before - everything_below(scratch)
    assert outside == {tmp_path / "all.zip", scratch}
    assert "bob" in found
    assert all(scratch in entry.path.parents for entry in found.values())
    assert all(load(entry).problem is None for entry in found.values())


def test_links_devices_and_passwords_in_an_archive(tmp_path: Path) -> None:
    link, pipe = zipfile.ZipInfo("link.ipynb"), zipfile.ZipInfo("pipe.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pipe.external_attr = (stat.S_IFIFO | 0o666) << 16
    data = bytearray(zipped([(link, "/etc/passwd"), (pipe, ""), ("locked.ipynb", SMALL)]))
    # The flag "encrypted" of the last member, in its own header and in the directory.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(mark) + offset] |= 1
    found = {name: load(e).problem or "" for name, e in found_in(tmp_path, bytes(data)).items()}
    assert "symbolic link" in found["link"]
    assert "not an ordinary file" in found["pipe"]
    assert "password" in found["locked"]


def test_uncommon_packing_and_damage(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("lzma.ipynb", SMALL, zipfile.ZIP_LZMA)
        packed.writestr("torn.ipynb", SMALL, zipfile.ZIP_DEFLATED)
        packed.writestr("good.ipynb", SMALL)
    data = bytearray(buffer.getvalue())
    torn = data.index(b"torn.ipynb") + len(b"torn.ipynb")
    data[torn : torn + 4] = b"\xff\xff\xff\xff"
    found = {name: load(e).problem for name, e in found_in(tmp_path, bytes(data)).items()}
    assert "packed in an uncommon way" in (found["lzma"] or "")
    assert "damaged" in (found["torn"] or "")
    assert found["good"] is None


def test_member_that_unpacks_to_too_much(tmp_path: Path) -> None:
    found = found_in(tmp_path, zipped([("big.ipynb", b"0" * 25_000_000), ("ok.ipynb", SMALL)]))
    assert "is larger than 20 MB" in (load(found["big"]).problem or "")
    assert load(found["ok"]).problem is None


def test_member_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bytearray(zipped([("big.ipynb", b"0" * 25_000_000)]))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.rindex(mark) + offset, 100)
    found = found_in(tmp_path, bytes(data))
    problem = load(found["big"]).problem
    assert problem is not None
    scratch = sum(p.stat().st_size for p in everything_below(tmp_path / "scratch") if p.is_file())
    assert scratch < 21_000_000


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (ArchiveLimits(members=3, packed_bytes=1000_000), "more than 3 files"),
        (ArchiveLimits(members=3, packed_bytes=None), "more than 3 files"),
        (ArchiveLimits(members=9, packed_bytes=100), "too large"),
    ],
)
def test_limits_of_an_archive(tmp_path: Path, limits: ArchiveLimits, sentence: str) -> None:
    path = write(tmp_path / "a.zip", zipped([(f"{n}.ipynb", SMALL * 10) for n in range(5)]))
    with pytest.raises(Unreadable, match=sentence):
        Archive(path, limits)


def test_archives_of_students_do_not_count_as_the_class_archives_directory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("alice.zip", zipped([(f"{n}.py", "x") for n in range(3000)]))
        packed.writestr("bob.py", "x = 1")
    path = write(tmp_path / "a.zip", buffer.getvalue())
    Archive(path, ArchiveLimits(members=3, packed_bytes=None)).close()


def test_what_one_student_may_unpack_is_counted_over_all_archives(tmp_path: Path) -> None:
    bomb = zipped([(f"{n}.ipynb", b"0" * 15_000_000) for n in range(8)])
    folder = tmp_path / "sub"
    for number in range(5):
        write(folder / "mallory" / f"{number}.zip", bomb)
    write(folder / "bob.zip", zipped([("hw.ipynb", SMALL)]))
    unpacked = []
    unpack = archive._Packed.unpack

    def counting(self: archive._Packed, path: Path, budget: Budget) -> str | None:
        problem = unpack(self, path, budget)
        unpacked.append(path.stat().st_size if path.exists() else 0)
        return problem

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive._Packed, "unpack", counting)
        found = {e.student: e for e in find([folder], scratch=tmp_path / "scratch")}
    assert sum(unpacked) <= Budget().left + len(SMALL)
    assert load(found["mallory"]).problem is not None
    assert load(found["bob"]).problem is None
    kept = [p.stat().st_size for p in everything_below(tmp_path / "scratch") if p.is_file()]
    assert sum(kept) <= 15_000_000 + len(SMALL)  # what is not graded does not stay


def test_a_bomb_in_a_class_archive_costs_its_own_student(tmp_path: Path) -> None:
    members: list[tuple[str, str | bytes]] = [
        (f"mallory/{n}.py", b"0" * 15_000_000) for n in range(8)
    ]
    found = found_in(tmp_path, zipped([*members, ("bob/hw.ipynb", SMALL)]))
    assert set(found) == {"mallory", "bob"}
    assert load(found["bob"]).problem is None


def test_the_only_path_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"all\.zip is not a zip archive that can be opened"):
        found_in(tmp_path, b"no archive")


# ------------------------------------------------------------------ what zipfile stumbles over


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """With the fields of every entry of the directory changed."""
    out, at = bytearray(data), -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        out[at + offset : at + offset + len(value)] = value
    return bytes(out)


WEIRD = {
    "empty name": patched(zipped([("hw.ipynb", SMALL)]), 28, b"\0\0"),
    "all flags": patched(zipped([("hw.ipynb", SMALL)]), 8, b"\xff\xff"),
    "patched data": patched(zipped([("hw.ipynb", SMALL)]), 8, b"\x20\0"),
    "unknown packing": patched(zipped([("hw.ipynb", SMALL)]), 10, b"\x63\0"),
    "13th month": patched(zipped([("hw.ipynb", SMALL)]), 12, b"\xff\xff\xff\xff"),
    "before the file": patched(zipped([("hw.ipynb", SMALL)]), 42, b"\xff\xff\xff\x7f"),
    "another version": patched(zipped([("hw.ipynb", SMALL)]), 6, b"\xff\0"),
    "size zero": patched(zipped([("hw.ipynb", SMALL)]), 24, b"\0\0\0\0"),
    "cut off": zipped([("hw.ipynb", SMALL)])[:-30],
    "nothing": b"",
    "only its end": b"PK\x05\x06" + b"\0" * 18,
    "itself its end": b"PK\x05\x06" + b"\xff" * 18,
    "an archive in an archive": zipped([("in.zip", zipped([("hw.ipynb", SMALL)]))]),
    "two of one name": zipped([("hw.ipynb", SMALL)])[:-22] + zipped([("hw.ipynb", "{")]),
}


@pytest.mark.parametrize("kind", WEIRD)
def test_a_weird_archive_costs_its_own_student(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "sub"
    write(folder / "mallory.zip", WEIRD[kind])
    write(folder / "bob.ipynb")
    found = {e.student: e for e in find([folder], scratch=tmp_path / "scratch")}
    assert set(found) == {"mallory", "bob"}
    assert found["mallory"].fault is None  # whoever chose the bytes is not excused
    load(found["mallory"])
    assert load(found["bob"]).problem is None


@pytest.mark.parametrize("kind", WEIRD)
def test_a_weird_archive_in_a_class_archive(tmp_path: Path, kind: str) -> None:
    found = found_in(tmp_path, zipped([("mallory.zip", WEIRD[kind]), ("bob.ipynb", SMALL)]))
    assert set(found) == {"mallory", "bob"}
    assert found["mallory"].fault is None
    assert load(found["bob"]).problem is None


def test_a_folder_with_an_empty_name_is_no_member(tmp_path: Path) -> None:
    found = found_in(tmp_path, zipped([("/", ""), ("//", ""), ("bob.ipynb", SMALL)]))
    assert set(found) == {"bob"}


# ------------------------------------------------------------------ when this machine is at fault


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EACCES, errno.EDQUOT])
def test_no_room_to_unpack_is_no_students_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = tmp_path / "sub"
    write(folder / "alice.zip", zipped([("hw.ipynb", SMALL)]))
    write(folder / "bob.ipynb")
    path_open = Path.open

    def full(self: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        if "x" in mode:
            raise OSError(number, os.strerror(number))
        return path_open(self, mode, *args, **more)

    monkeypatch.setattr(Path, "open", full)
    found = {e.student: e for e in find([folder], scratch=tmp_path / "scratch")}
    with pytest.raises(ReadingError, match=r"hw\.ipynb "):
        load(found["alice"])
    assert load(found["bob"]).problem is None


def test_too_many_open_files_while_opening_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "sub" / "alice.zip", zipped([("hw.ipynb", SMALL)]))
    write(tmp_path / "sub" / "bob.ipynb")
    real = os.open

    def few(path: Any, *args: Any, **more: Any) -> int:
        if str(path).endswith("alice.zip"):
            raise OSError(errno.EMFILE, "Too many open files")
        return real(path, *args, **more)

    monkeypatch.setattr(os, "open", few)
    found = {e.student: e for e in find([tmp_path / "sub"], scratch=tmp_path / "scratch")}
    with pytest.raises(ReadingError, match=r"alice\.zip cannot be opened.*ulimit -n"):
        load(found["alice"])
    assert load(found["bob"]).problem is None
