"""Archives as an LMS gives them and as students hand them in, honest and hostile."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from notebooks import SMALL, write

from autograder.errors import UsageError
from autograder.submission import Found, find, load
from autograder.submission.archive import ArchiveLimits, unpack
from autograder.submission.opening import Unreadable

Members = Sequence[tuple[str | zipfile.ZipInfo, str | bytes]]


def zipped(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members:
            archive.writestr(name, contents)
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
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lzma.ipynb", SMALL, zipfile.ZIP_LZMA)
        archive.writestr("torn.ipynb", SMALL, zipfile.ZIP_DEFLATED)
        archive.writestr("good.ipynb", SMALL)
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
        (ArchiveLimits(members=3), "more than 3 files"),
        (ArchiveLimits(total_bytes=1000), "unpacks to"),
    ],
)
def test_limits_of_an_archive(tmp_path: Path, limits: ArchiveLimits, sentence: str) -> None:
    path = write(tmp_path / "a.zip", zipped([(f"{n}.ipynb", SMALL * 10) for n in range(5)]))
    with pytest.raises(Unreadable, match=sentence):
        list(unpack(path, tmp_path, (), limits))


def test_bomb_by_ratio(tmp_path: Path) -> None:
    members = [(f"{n}.ipynb", b"0" * 15_000_000) for n in range(8)]
    path = write(tmp_path / "a.zip", zipped(members))
    with pytest.raises(Unreadable, match="unpacks to 120 MB"):
        list(unpack(path, tmp_path, (), ArchiveLimits()))


def test_the_only_path_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"all\.zip is not a zip archive that can be opened"):
        found_in(tmp_path, b"no archive")
