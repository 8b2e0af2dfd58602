"""A copy of a store is whole, made while others write, and comes back as it was."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from postgres_server import postgres_server, program
from stored_grades import attempt, grade
from test_steps import older_store

from autograder.errors import StoreError, UsageError
from autograder.model import Identity
from autograder.store import HandedInFile, PersonRecord, PersonRow, Whom, open_store, to_row
from autograder.store import copies as module
from autograder.store.copies import back_up, restore

SLUG = attempt(grade()).assignment


def add(where: Path | str, student: str) -> None:
    with open_store(where) as store:
        store.append([to_row(attempt(grade(student)))], [HandedInFile.of(student.encode())])


def students(where: Path | str) -> list[str]:
    with open_store(where) as store:
        return [entry.student for entry in store.entries(SLUG)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    add(tmp_path / "grades.db", "amy")
    return tmp_path / "grades.db"


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    programs = Path(program("pg_dump")).parent
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    with postgres_server() as served:
        yield served


def test_it_comes_back_as_it_was(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "one.db"
    size = back_up(path, copy)
    assert size == copy.stat().st_size
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [p.name for p in copy.parent.iterdir()] == ["one.db"]
    add(path, "ben")
    done = restore(copy, path)
    assert students(path) == ["amy"]
    with open_store(path) as store:
        assert store.files.read(HandedInFile.of(b"amy").digest) == b"amy"
    assert done.before is not None
    assert students(done.before) == ["amy", "ben"]


def test_it_is_whole_while_others_write(path: Path, tmp_path: Path) -> None:
    stop, wrote = Event(), Event()

    def write() -> None:
        with open_store(path) as store:
            while not stop.is_set():
                rows = [to_row(attempt(grade(f"s{n}"))) for n in range(3)]
                store.append(rows)
                wrote.set()

    writer = Thread(target=write)
    writer.start()
    try:
        wrote.wait(10)
        for number in range(3):
            back_up(path, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    counts = [len(students(tmp_path / f"{number}.db")) for number in range(3)]
    assert all(count % 3 == 1 and count > 1 for count in counts)  # one transaction adds three
    assert counts == sorted(counts)


def test_whoever_has_the_store_open_sees_what_was_put_back(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    add(path, "ben")
    with open_store(path) as store:
        assert len(store.entries(SLUG)) == 2
        restore(tmp_path / "copy.db", path)
        assert len(store.entries(SLUG)) == 1


def test_what_was_there_is_kept_each_time_also_within_a_second(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    before = {restore(tmp_path / "copy.db", path).before for _ in range(3)}
    assert len(before) == 3
    assert all(one is not None and students(one) == ["amy"] for one in before)


def test_it_can_be_put_where_there_is_nothing(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    done = restore(tmp_path / "copy.db", tmp_path / "new" / "grades.db")
    assert done.before is None
    assert students(tmp_path / "new" / "grades.db") == ["amy"]


def test_an_older_copy_becomes_a_store_of_today(path: Path, tmp_path: Path) -> None:
    restore(older_store(tmp_path / "older.db"), path)
    with open_store(path) as store:
        assert store.assignments()


def test_what_is_no_copy_changes_nothing(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no store")
    back_up(path, tmp_path / "cut.db")
    data = (tmp_path / "cut.db").read_bytes()
    (tmp_path / "cut.db").write_bytes(data[: len(data) // 2])
    newer = tmp_path / "newer.db"
    shutil.copy(path, newer)
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE schema SET version = 999")
    connection.close()
    (tmp_path / "empty").touch()
    for name in ("text", "cut.db", "newer.db", "empty", "missing", "grades.db"):
        with pytest.raises(UsageError):
            restore(tmp_path / name, path)
    assert students(path) == ["amy"]


def test_a_copy_is_never_overwritten_and_none_is_made_of_nothing(
    path: Path, tmp_path: Path
) -> None:
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        back_up(path, tmp_path / "there.db")
    assert (tmp_path / "there.db").read_text() == "mine"
    with pytest.raises(UsageError, match="no grades"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    assert not (tmp_path / "none.db").exists()


def test_whoever_was_forgotten_since_is_told_of(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        row = PersonRow(1, PersonRecord(Identity(id="amy"), kind="roster"))
        store.add_people([row], known=0)
    back_up(path, tmp_path / "copy.db")
    with open_store(path) as store:
        store.forget(Whom("amy", frozenset({1})), "maria")
    done = restore(tmp_path / "copy.db", path)
    assert done.forgotten_since == 1
    with open_store(path) as store:
        assert len(store.people()) == 1


def test_a_server_is_copied_by_its_own_programs(url: str, tmp_path: Path) -> None:
    add(url, "amy")
    back_up(url, tmp_path / "copy.dump")
    assert stat.S_IMODE((tmp_path / "copy.dump").stat().st_mode) == 0o600
    add(url, "ben")
    assert restore(tmp_path / "copy.dump", url).before is None
    assert students(url) == ["amy"]
    (tmp_path / "text").write_text("no dump")
    with pytest.raises(StoreError, match="pg_restore failed"):
        restore(tmp_path / "text", url)
    assert students(url) == ["amy"]


def test_a_password_is_not_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    program = tmp_path / "pg_restore"
    program.write_text(f'#!/bin/sh\necho "$@" >{log}\necho "$PGPASSWORD" >>{log}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    where = module.store_url("postgresql://me:hunter2@db.uni.edu/grades")
    module._run("pg_restore", where, "copy")
    arguments, password = log.read_text().splitlines()
    assert arguments == "copy --dbname=postgresql://me@db.uni.edu/grades"
    assert password == "hunter2"
    with pytest.raises(UsageError, match="pg_nothing is not installed"):
        module._run("pg_nothing", where)
