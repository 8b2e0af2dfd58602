"""Arrays come back as they were written, from a file that is our own, or are computed."""

from __future__ import annotations

import gc
import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from autograder.kept import arrays as shelves
from autograder.kept.arrays import MOST, NO_SHELF, Shelf, open_shelf
from autograder.kept.folder import FOLDER_VARIABLE
from autograder.model import FloatArray

KEY = b"a key"
ARRAY = np.array([[1.0, np.nan, np.inf], [-0.0, 1e-300, 2.0]])


class Maker:
    """Makes the array, and counts how often."""

    def __init__(self, array: FloatArray = ARRAY) -> None:
        self.array, self.times = array, 0

    def __call__(self) -> FloatArray:
        self.times += 1
        return self.array


@pytest.mark.parametrize("array", [ARRAY, np.zeros((0, 2)), np.array(3.0), np.zeros((2, 3, 4))])
def test_what_is_kept_comes_back_in_another_process_bit_for_bit(
    tmp_path: Path, array: FloatArray
) -> None:
    first, second = Maker(array), Maker(array)
    Shelf(tmp_path / "a" / "one.sqlite3").array("name", first)
    found = Shelf(tmp_path / "a" / "one.sqlite3").array("name", second)
    assert (first.times, second.times) == (1, 0)
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


def test_names_are_kept_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "one.sqlite3")
    shelf.array("one", Maker(np.ones(2)))
    assert (shelf.array("other", Maker(np.zeros(2))) == 0).all()


def test_a_shelf_is_for_its_owner_alone(tmp_path: Path) -> None:
    Shelf(tmp_path / "new" / "one.sqlite3").array("name", Maker())
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "one.sqlite3").stat().st_mode & 0o077 == 0


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A shelf with two arrays on it."""
    shelf = Shelf(tmp_path / "kept" / "one.sqlite3", KEY)
    shelf.array("name", Maker())
    shelf.array("other", Maker(np.ones((3, 2))))
    return tmp_path / "kept" / "one.sqlite3"


def forged(name: str, shape: str, data: bytes, key: bytes = b"") -> bytes:
    """The digest that somebody without the key would lay beside an array."""
    return hashlib.blake2b(f"{name}\0{shape}\0".encode() + data, digest_size=32, key=key).digest()


ZEROS = np.zeros((2, 3)).tobytes()
ALTERATIONS: dict[str, str] = {
    "a bit": "UPDATE arrays SET data = zeroblob(length(data)) WHERE name = 'name'",
    "the shape": "UPDATE arrays SET shape = '3 2' WHERE name = 'name'",
    "no shape": "UPDATE arrays SET shape = NULL",
    "no array": "UPDATE arrays SET data = 1.0",
    "no digest": "UPDATE arrays SET digest = NULL",
    "two names exchanged": "UPDATE arrays SET name = CASE name WHEN 'name' THEN 'other' "
    "ELSE 'name' END",
    "a forged digest": f"UPDATE arrays SET data = x'{ZEROS.hex()}', "
    f"digest = x'{forged('name', '2 3', ZEROS).hex()}' WHERE name = 'name'",
    "a digest under another key": f"UPDATE arrays SET data = x'{ZEROS.hex()}', "
    f"digest = x'{forged('name', '2 3', ZEROS, b'another').hex()}' WHERE name = 'name'",
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_is_altered_is_computed_again_and_that_is_said_once(
    kept: Path, alteration: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(kept)) as database, database:
        if "exchanged" in alteration:  # names are unique at every moment
            database.execute("UPDATE arrays SET name = 'between' WHERE name = 'other'")
            database.execute("UPDATE arrays SET name = 'other' WHERE name = 'name'")
            database.execute("UPDATE arrays SET name = 'name' WHERE name = 'between'")
        else:
            database.execute(ALTERATIONS[alteration])
    maker, shelf, meanwhile = Maker(), Shelf(kept, KEY), Shelf(kept, KEY)
    assert meanwhile.keeps, "as if another process had it open"
    assert [shelf.array("name", maker).tobytes() for _ in range(2)] == [ARRAY.tobytes()] * 2
    assert meanwhile.array("name", maker).tobytes() == ARRAY.tobytes()
    assert maker.times == 2, "by each process that had the altered file open"
    assert Shelf(kept, KEY).array("name", maker).tobytes() == ARRAY.tobytes()
    assert maker.times == 2, "and kept again"
    assert said(caplog) == [
        f"{kept} is not as it was written: it was removed, and is computed anew."
    ]


@pytest.mark.parametrize("place", [0, 20, 100, 4096 + 8, -300])
def test_a_flipped_byte_is_never_taken_for_an_array(kept: Path, place: int) -> None:
    whole = bytearray(kept.read_bytes())
    whole[place] ^= 0xFF
    kept.write_bytes(whole)
    for _ in range(2):
        shelf = Shelf(kept, KEY)
        assert shelf.array("name", Maker()).tobytes() == ARRAY.tobytes()
        assert shelf.array("other", Maker(np.ones((3, 2)))).tobytes() == np.ones((3, 2)).tobytes()


def test_a_file_that_is_no_database_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "one.sqlite3"
    path.write_bytes(b"something else" * 100)
    path.chmod(0o600)
    maker, shelf = Maker(), Shelf(path)
    assert [shelf.array("name", maker).tobytes() for _ in range(2)] == [ARRAY.tobytes()] * 2
    assert maker.times == 1
    assert len(said(caplog)) == 1


# ------------------------------------------------------------------------------- whose it is


def is_refused(kept: Path, caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Nothing is read from the shelf, nothing written, and that is said once."""
    before = kept.read_bytes()
    shelf, maker = Shelf(kept, KEY), Maker(np.zeros((2, 3)))
    assert (shelf.array("name", maker) == 0).all()
    assert (shelf.array("name", maker) == 0).all()
    assert maker.times == 2
    assert not shelf.keeps
    (sentence,) = said(caplog)
    assert words in sentence
    assert FOLDER_VARIABLE in sentence
    assert kept.read_bytes() == before


def chosen(kept: Path, part: str) -> Path:
    if part == "journal":
        journal = kept.with_name(f"{kept.name}-journal")
        journal.write_bytes(b"")
        return journal
    return {"file": kept, "folder": kept.parent, "folder above": kept.parent.parent}[part]


PARTS = ["file", "folder", "journal", "folder above"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("part", PARTS)
def test_what_belongs_to_another_user_is_not_used(
    kept: Path, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    os.chown(chosen(kept, part), 12345, -1)
    words = "other users may exchange it" if part == "folder above" else "belongs to another user"
    is_refused(kept, caplog, words)


@pytest.mark.parametrize("bit", [0o020, 0o002])
@pytest.mark.parametrize("part", PARTS)
def test_what_others_can_write_is_not_used(
    kept: Path, part: str, bit: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = chosen(kept, part)
    path.chmod(path.stat().st_mode | bit)
    words = "other users may exchange it" if part == "folder above" else "by other users"
    is_refused(kept, caplog, words)


@pytest.mark.parametrize("part", ["file", "folder", "journal"])
def test_symbolic_links_are_not_followed(
    kept: Path, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = chosen(kept, part)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))
    is_refused(kept, caplog, f"{path} is a symbolic link")


def test_a_worker_leaves_it_to_its_parent_to_say_so(
    kept: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.chmod(0o666)
    monkeypatch.setattr("multiprocessing.parent_process", lambda: object())
    assert not Shelf(kept, KEY).keeps
    assert said(caplog) == []


def test_a_shelf_that_is_forgotten_leaves_no_file_open(kept: Path) -> None:
    shelf = Shelf(kept, KEY)
    assert shelf.keeps
    del shelf
    gc.collect()
    assert str(kept) not in {
        os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")
    }


@pytest.mark.parametrize("spoil", ["a folder", "no folder"])
def test_without_a_usable_file_everything_is_computed(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "one.sqlite3"
    if spoil == "a folder":
        path.mkdir()
    else:
        (tmp_path / "file").write_text("")
        path = tmp_path / "file" / "one.sqlite3"
    maker, shelf = Maker(), Shelf(path)
    assert [shelf.array("name", maker) is ARRAY for _ in range(2)] == [True, True]
    assert maker.times == 2


def test_a_file_that_is_locked_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.sqlite3"
    Shelf(path).array("name", Maker())
    monkeypatch.setattr(shelves, "_PATIENCE", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        shelf, maker = Shelf(path), Maker()
        assert shelf.array("name", maker) is ARRAY
        other.execute("ROLLBACK")
    shelf.array("name", maker)
    assert maker.times == 2, "it has been given up"


def test_the_folder_can_be_named_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    open_shelf("version 1", secret=b"").array("name", Maker())
    assert len(list(tmp_path.glob("*.sqlite3"))) == 1
    maker = Maker()
    open_shelf("version 1", secret=b"").array("name", maker)
    assert maker.times == 0
    open_shelf("version 2", secret=b"").array("name", maker)
    assert maker.times == 1, "another version has another shelf"
    open_shelf("version 1", secret=b"of a course").array("name", maker)
    assert maker.times == 2, "another secret has another shelf"
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert open_shelf("version 1", secret=b"") is NO_SHELF
    assert not NO_SHELF.keeps


@pytest.mark.parametrize("changed", ["engine.py", "room/inner/engine.py", "room/new.py"])
def test_another_engine_has_another_shelf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    engine = tmp_path / "engine"
    (engine / "room" / "inner").mkdir(parents=True)
    for file in ("engine.py", "room/inner/engine.py"):
        (engine / file).write_text("x = 1")
    open_shelf("version", str(engine), secret=b"").array("name", Maker())
    maker = Maker()
    open_shelf("version", str(engine), secret=b"").array("name", maker)
    assert maker.times == 0
    (engine / changed).write_text("x = 2")
    shelves._digest_of.cache_clear()
    open_shelf("version", str(engine), secret=b"").array("name", maker)
    assert maker.times == 1


def test_old_shelves_are_cleared_away(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        path = tmp_path / f"{number}.sqlite3"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    Shelf(tmp_path / "new.sqlite3").array("name", Maker())
    left = {path.stem for path in tmp_path.glob("*.sqlite3")}
    assert left == {"new", *(str(number) for number in range(4, MOST + 3))}
