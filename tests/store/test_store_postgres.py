"""The same store on a real PostgreSQL server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_server import postgres_server, running_server
from stored_grades import attempt, grade

from autograder.errors import StoreAway
from autograder.store import HandedInFile, open_store, to_row
from autograder.store.hand_ins import Draft
from autograder.store.schema import METADATA


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """An empty database."""
    yield server
    engine = sa.create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    METADATA.drop_all(engine)
    engine.dispose()


def test_grades_come_back_as_they_were(url: str) -> None:
    original = grade("a\0\N{SNOWMAN}", printed="\0\x1b[2J odd bytes")
    with open_store(url) as store:
        store.append([to_row(attempt(original)), to_row(attempt(grade("bob", None)))])
        assert store.assignments() == ["rates"]
    with open_store(url.replace("postgresql:", "postgresql+psycopg:"), create=False) as store:
        first, second = store.entries("rates")
        assert repr(next(store.grades([first.id], details=True))) == repr(original)
        assert store.entries("rates", original.student) == [first]
        assert second.score is None
        assert store.circumstances([second.id])[0].peak_memory == 1 << 20


_WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from stored_grades import attempt, grade
from autograder.store import open_store, to_row
with open_store(sys.argv[1]) as store:
    for i in range(25):
        store.append([to_row(attempt(grade(f"{sys.argv[3]}{i}"))) for _ in range(4)])
"""


def test_two_graders_at_once_lose_nothing(url: str) -> None:
    """Both also find the database empty, and want to make its tables."""
    here = str(Path(__file__).parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, url, here, name]) for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with open_store(url) as store:
        students = [entry.student for entry in store.entries("rates")]
    assert sorted(students) == sorted(4 * [f"{name}{i}" for name in "ab" for i in range(25)])


@pytest.mark.long
def test_a_server_that_answers_before_it_writes_loses_no_receipt_when_it_is_killed() -> None:
    with running_server() as server:
        engine = sa.create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ALTER SYSTEM SET wal_writer_delay = '10s'"))
            connection.execute(sa.text("ALTER SYSTEM SET synchronous_commit = off"))
            connection.execute(sa.text("SELECT pg_reload_conf()"))
        engine.dispose()
        with open_store(server.url) as store:
            draft = Draft("rates", 1, "alice", "hw.py", "alice")
            (made,) = store.hand_ins.add([draft], HandedInFile.of(b"w = 1"))
            server.kill()
            with pytest.raises(StoreAway):
                store.hand_ins.one(made.ticket)
            server.start_again()
            assert store.hand_ins.one(made.ticket) == made  # and it is reached again by itself
