"""A store of any age becomes one of today, whole or not at all, and what it was is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from postgres_server import postgres_server
from stored_grades import attempt, grade

from autograder.errors import StoreError
from autograder.store import open_store, schema, to_row
from autograder.store.schema import MIGRATIONS, copy_of, migrate
from autograder.store.steps import Step
from autograder.store.tables import METADATA

OLDER = Path(__file__).parent / "older" / "form_1.sql"


def older_store(path: Path, version: int = 1) -> Path:
    """A store as the first program left it; in version 2 it had the same tables."""
    connection = sqlite3.connect(path)
    connection.executescript(OLDER.read_text(encoding="utf-8"))
    connection.execute("UPDATE schema SET version = ?", (version,))
    connection.commit()
    connection.close()
    return path


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Of ``attempts``, in the columns that there were from the start."""
    connection = sqlite3.connect(path)
    found = connection.execute(
        "SELECT id, assignment, student, digest, score, handed_in, grade, details FROM attempts"
    ).fetchall()
    connection.close()
    return found


def shape(engine: sa.Engine) -> dict[str, Any]:
    """Columns with their kinds, and indexes, by table."""
    inspector = sa.inspect(engine)
    return {
        table: (
            {
                column["name"]: (column["type"]._type_affinity.__name__, column["nullable"])
                for column in inspector.get_columns(table)
            },
            {
                str(index["name"]): (index["column_names"], bool(index["unique"]))
                for index in inspector.get_indexes(table)
            },
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
        for table in inspector.get_table_names()
    }


def described() -> dict[str, Any]:
    """The same of what the tables are said to be."""
    return {
        name: (
            {c.name: (c.type._type_affinity.__name__, c.nullable) for c in table.columns},
            {
                str(index.name): ([c.name for c in index.columns], bool(index.unique))
                for index in table.indexes
            },
            [c.name for c in table.primary_key],
        )
        for name, table in METADATA.tables.items()
    }


def test_all_steps_make_the_tables_as_they_are_described(tmp_path: Path) -> None:
    older = older_store(tmp_path / "older.db")
    for path in (older, tmp_path / "new.db"):
        open_store(path).close()
        engine = sa.create_engine(f"sqlite:///{path}")
        assert shape(engine) == described()
        engine.dispose()


def test_they_make_the_same_on_a_server() -> None:
    with postgres_server() as url:
        open_store(url).close()
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        assert shape(engine) == described()
        engine.dispose()


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_store_is_kept_beside_the_newer_one_once(version: int, tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db", version)
    before = rows(path)
    with open_store(path) as store:
        store.append([to_row(attempt(grade()))])
    copy = copy_of(path, version)
    assert copy.name == f"grades.schema-{version}.db"
    assert rows(copy) == before
    assert rows(path)[:-1] == before
    kept = copy.read_bytes()
    open_store(path).close()
    assert copy.read_bytes() == kept
    assert {p.name for p in tmp_path.iterdir()} - {"grades.db-wal", "grades.db-shm"} == {
        "grades.db",
        copy.name,
    }


def test_no_copy_is_kept_of_a_new_store(tmp_path: Path) -> None:
    open_store(tmp_path / "grades.db").close()
    assert [p.name for p in tmp_path.iterdir() if "schema" in p.name] == []


def test_what_another_program_committed_a_moment_ago_is_in_the_copy(tmp_path: Path) -> None:
    """It is still in the log beside the file."""
    path = older_store(tmp_path / "grades.db")
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("INSERT INTO attempts SELECT 99, assignment, assignment_version, 'late', file, "
                  "digest, status, score, max_score, handed_in, graded_at, wall_seconds, "
                  "cpu_seconds, peak_memory, circumstances, grade, details "
                  "FROM attempts WHERE id = 1")  # fmt: skip
    other.commit()
    open_store(path).close()
    other.close()
    assert [row[2] for row in rows(copy_of(path, 1)) if row[0] == 99] == ["late"]


def test_a_copy_that_cannot_be_made_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older_store(tmp_path / "grades.db")
    before = rows(path)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema.os, "replace", full)
    with pytest.raises(StoreError, match=r"no copy of it could be kept at .*schema-1\.db.*full"):
        open_store(path)
    assert rows(path) == before
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version FROM schema").fetchone() == (1,)
    connection.close()
    assert [p.name for p in tmp_path.iterdir() if ".part" in p.name] == []


def test_a_step_that_fails_takes_those_before_it_back(tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db")
    before = rows(path)
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    broken = (*MIGRATIONS, Step("more", ("CREATE TABLE more (id {key})", "NO SUCH WORD")))
    with pytest.raises(sa.exc.OperationalError), engine.begin() as connection:
        migrate(connection, broken)
    assert set(sa.inspect(engine).get_table_names()) == {"attempts", "schema"}
    engine.dispose()
    assert rows(path) == before
    open_store(path).close()


def test_times_that_older_programs_stored_are_those_of_files(tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db")
    open_store(path).close()
    connection = sqlite3.connect(path)
    told = connection.execute("SELECT DISTINCT handed_in IS NULL, source FROM attempts").fetchall()
    connection.close()
    assert sorted(told) == [(0, "file"), (1, "none")]


def test_what_is_written_into_an_older_store_that_may_only_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older_store(tmp_path / "grades.db")
    monkeypatch.setattr("autograder.store.database.os.access", lambda *_: False)
    with open_store(path) as store, pytest.raises(StoreError, match="may not be written"):
        store.append([to_row(attempt(grade()))])
