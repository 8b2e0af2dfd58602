"""The store keeps what it was given, and says in a sentence when it cannot."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from stored_grades import attempt, grade

from autograder.errors import StoreAway, StoreError, UsageError
from autograder.model import HandedIn, Source, SubmissionStatus
from autograder.store import Store, open_store, to_row
from autograder.store.schema import METADATA, MIGRATIONS, migrate

HANDED_IN = HandedIn(datetime(2025, 3, 14, 9, tzinfo=UTC), Source.PLATFORM)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "grades.db"


def ids(store: Store) -> list[int]:
    return [entry.id for entry in store.entries("rates")]


def test_grades_come_back_brief_and_whole(path: Path) -> None:
    original = grade()
    with open_store(path) as store:
        store.append([to_row(attempt(original))])
    with open_store(path, create=False) as store:
        (brief,) = store.grades(ids(store))
        (whole,) = store.grades(ids(store), details=True)
    assert repr(whole) == repr(replace(original, printed="\x00\x1b[2J odd \\ud800 bytes"))
    assert brief.score == original.score
    assert brief.questions[0].checks == original.questions[0].checks
    assert brief.printed == ""
    assert not brief.questions[0].pictures


def test_grades_are_read_in_the_order_asked_for_across_chunks(path: Path) -> None:
    with open_store(path) as store:
        store.append([to_row(attempt(grade(f"s{i:03}"))) for i in range(450)])
        wanted = list(reversed(ids(store)))
        assert [g.student for g in store.grades(wanted)] == [f"s{i:03}" for i in range(449, -1, -1)]


def test_entries_tell_all_that_is_needed_to_choose(path: Path) -> None:
    failed = replace(grade("bob"), status=SubmissionStatus.NOT_GRADED, score=None)
    with open_store(path) as store:
        store.append([to_row(attempt(grade(), handed_in=HANDED_IN))])
        store.append([to_row(attempt(failed, digest="", version="v2"))])
        first, second = store.entries("rates")
        assert store.entries("rates", "bob") == [second]
        assert store.entries("another") == []
        assert store.assignments() == ["rates"]
        (facts,) = store.circumstances([first.id])
    assert (first.student, first.file, first.digest) == ("alice", "alice.ipynb", "d1")
    assert (first.assignment_version, first.score, first.max_score) == ("v1", 78.0, 90.0)
    assert (first.handed_in, second.handed_in) == (HANDED_IN, HandedIn())
    assert (second.status, second.score) == (SubmissionStatus.NOT_GRADED, None)
    assert (facts.wall_seconds, facts.cpu_seconds, facts.peak_memory) == (0.2, 0.1, 1 << 20)
    assert '"seccomp"' in facts.circumstances


def test_a_list_of_rows_is_stored_whole_or_not_at_all(path: Path) -> None:
    rows = [to_row(attempt(grade("alice"))), {**to_row(attempt(grade("bob"))), "student": None}]
    with open_store(path) as store:
        with pytest.raises(StoreError, match="NOT NULL"):
            store.append(rows)
        assert store.entries("rates") == []


def test_odd_names_can_be_stored_and_found(path: Path) -> None:
    with open_store(path) as store:
        store.append([to_row(attempt(grade("a\0\ud800\N{SNOWMAN}")))])
        assert len(store.entries("rates", "a\0\ud800\N{SNOWMAN}")) == 1


def test_sqlite_keeps_a_write_ahead_log(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_damaged_row_is_said_to_be_damaged(path: Path) -> None:
    with open_store(path) as store:
        store.append([{**to_row(attempt(grade())), "grade": '{"score": 100}'}])
        store.append([{**to_row(attempt(grade("bob"))), "details": b"nonsense"}])
        first, second = ids(store)
        with pytest.raises(StoreError, match=r"store holds of alice is damaged.*--force"):
            list(store.grades([first]))
        with pytest.raises(StoreError, match="store holds of bob is damaged"):
            list(store.grades([second], details=True))


# ------------------------------------------------------------------ what can go wrong


def test_a_store_that_is_not_there(path: Path) -> None:
    with pytest.raises(UsageError, match=r"no grades at .*grades.db: run `autograder grade`"):
        open_store(path, create=False)
    assert not path.exists()


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("grades\n" * 200)
    with pytest.raises(StoreError, match="is damaged or is no store"):
        open_store(path)


def test_a_locked_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.store.database._BUSY_SECONDS", 0.05)
    with open_store(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(StoreAway, match="locked by another program"):
                store.append([to_row(attempt(grade()))])
            assert store.entries("rates") == []  # reading is not disturbed
        finally:
            other.close()
        store.append([to_row(attempt(grade()))])


@pytest.mark.parametrize("what", ["removed", "replaced"])
def test_a_store_that_goes_away_while_it_is_in_use(path: Path, what: str) -> None:
    """Else what is written would be lost with a file that nobody can find."""
    with open_store(path) as store:
        store.append([to_row(attempt(grade()))])
        moved = path.rename(path.with_name("elsewhere.db"))
        if what == "replaced":
            path.write_bytes(b"")
        with pytest.raises(StoreError, match="moved, removed or replaced while it was in use"):
            store.append([to_row(attempt(grade("bob")))])
        path.unlink(missing_ok=True)
        moved.rename(path)
        store.append([to_row(attempt(grade("carol")))])
        assert [entry.student for entry in store.entries("rates")] == ["alice", "carol"]


def test_a_new_store_is_for_its_owner_s_eyes(path: Path) -> None:
    with open_store(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: check that its folder"):
        open_store(tmp_path / "nowhere" / "grades.db")


@pytest.mark.parametrize("url", ["mysql://host/grades", "nonsense://x", "://"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        open_store(url)


def test_a_server_that_does_not_answer_and_no_password_in_what_is_said() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreAway, match="does not answer") as caught:
        open_store("postgresql://teacher:secret@127.0.0.1:1/grades")
    assert "secret" not in str(caught.value)


# ------------------------------------------------------------------ from version to version


def test_a_new_store_has_the_whole_schema(path: Path) -> None:
    open_store(path).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    inspector = sa.inspect(engine)
    found = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
    }
    engine.dispose()
    assert found == {name: set(table.columns.keys()) for name, table in METADATA.tables.items()}


def test_an_older_store_is_brought_up_to_date_and_keeps_its_grades(path: Path) -> None:
    with open_store(path) as store:
        store.append([to_row(attempt(grade()))])

    def add_a_table(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE remarks (id INTEGER)"))

    steps = (*MIGRATIONS, add_a_table)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        assert migrate(connection, steps) == len(steps)
        assert migrate(connection, steps) == len(steps)  # once is enough
        assert connection.execute(sa.text("SELECT count(*) FROM attempts")).scalar() == 1
    engine.dispose()
    with pytest.raises(StoreError, match="written by a newer autograder"):
        open_store(path)


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    open_store(path).close()
    engine = sa.create_engine(f"sqlite:///{path}")

    def fail(connection: sa.Connection) -> None:
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError), engine.begin() as connection:
        migrate(connection, (*MIGRATIONS, fail))
    engine.dispose()
    open_store(path).close()
