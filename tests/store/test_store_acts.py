"""What the store keeps of people's decisions and of files, on a disk and on a server."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_server import postgres_server
from stored_grades import attempt, grade
from test_steps import older_store

from autograder.errors import StoreError
from autograder.model import (
    Final,
    Grade,
    Identity,
    LookAgain,
    PersonMark,
    RubricItem,
    Said,
    Seen,
)
from autograder.model import Override as GradeOverride
from autograder.store import (
    Act,
    Comment,
    Conflict,
    HandedInFile,
    Mark,
    Override,
    Publication,
    Published,
    Reply,
    Request,
    Rubric,
    Shown,
    Store,
    Undo,
    What,
    deflated,
    open_store,
    to_row,
)
from autograder.store.schema import METADATA

NOW = datetime(2025, 4, 1, 12, tzinfo=UTC)
ITEM = RubricItem("sums", "says that \N{SNOWMAN}", -1.5)
WHATS: tuple[What, ...] = (
    Mark(7.5, "ab" * 32, "Good \0 =1+1 \N{SNOWMAN}", (ITEM,)),
    Comment("Page 40.", "correction_missing"),
    Override(None, "no longer"),
    Override(3.0, "so it is"),
    Request("Look again."),
    Reply("d5", "Yes.", closes=False),
    Rubric((ITEM,)),
    Publication("Monday"),
    Undo("d1"),
)


def act(what: What, number: int = 0, student: str = "a\0lice", **rest: object) -> Act:
    given = {"deed": f"d{number}", "whose": Identity(email="a@b"), "question": "why", "attempt": 1}
    return Act("rates", what, "ta", NOW, student=student, **{**given, **rest})  # type: ignore[arg-type]


def nobody_minds(newer: Sequence[Act]) -> None:
    """No act is in the way."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty store may be made."""
    if request.param == "file":
        yield str(tmp_path / "grades.db")
        return
    url = request.getfixturevalue("server")
    yield url
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    METADATA.drop_all(engine)
    engine.dispose()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with open_store(place) as opened:
        yield opened


def test_every_kind_comes_back_as_it_was(store: Store) -> None:
    given = [act(what, number) for number, what in enumerate(WHATS, start=1)]
    store.acts.add(given, seen=0, refuse=nobody_minds)
    found = store.acts.of("rates")
    assert [one.what for one in found] == list(WHATS)
    assert [one.id for one in found] == sorted({one.id for one in found})
    first = found[0]
    assert (first.by, first.at, first.deed) == ("ta", NOW, "d1")
    assert (first.question, first.attempt, first.whose) == ("why", 1, Identity(email="a@b"))
    assert first.student == "a\\x00lice"  # as an attempt has it
    assert store.acts.of("other") == []
    assert store.acts.of("rates", after=found[-2].id) == found[-1:]


def test_all_or_none_are_kept(store: Store) -> None:
    """The database refuses the second of them."""
    with pytest.raises(StoreError):
        store.acts.add(
            [act(WHATS[0], 1), act(WHATS[1], 2, id=0, deed=None)], seen=0, refuse=nobody_minds
        )
    assert store.acts.of("rates") == []


def test_what_is_newer_is_looked_at_before_anything_is_kept(store: Store) -> None:
    store.acts.add([act(WHATS[0], 1)], seen=0, refuse=somebody_minds)
    seen = store.acts.of("rates")[-1].id
    store.acts.add([act(WHATS[1], 2)], seen=seen, refuse=somebody_minds)
    with pytest.raises(Conflict):
        store.acts.add([act(WHATS[2], 3)], seen=seen, refuse=somebody_minds)
    assert [one.deed for one in store.acts.of("rates")] == ["d1", "d2"]


def somebody_minds(newer: Sequence[Act]) -> None:
    """Every act is in the way."""
    if newer:
        raise Conflict("in the meantime")


def test_what_was_published_comes_back(store: Store) -> None:
    given = everything_decided()
    row = Published("d1", "alice", Identity(sis_id="7"), 3, 78.5, "digest")
    shown = Shown(given, ("Adam: 18 points, now 30 points",))
    store.acts.add(
        [act(Publication(), 1)], seen=0, refuse=nobody_minds, shown=[(row, deflated(shown))]
    )
    (found,) = store.acts.published("rates")
    assert (found.student, found.whose, found.attempt) == ("alice", Identity(sis_id="7"), 3)
    assert (found.final_score, found.digest, found.deed) == (78.5, "digest", "d1")
    (back,) = store.acts.shown([found])
    assert back == shown


def everything_decided() -> Grade:
    """A grade with something in every field that people fill, and without a page's details."""
    said = Said("Look \0 again.", "amy", NOW, "correction_missing")
    questions = tuple(
        replace(
            question.brief,
            by_person=PersonMark(7.5, "Good.", "ta", NOW, (ITEM,)),
            earlier_mark=PersonMark(1.0, "", "ta", NOW),
            override=GradeOverride(3.0, "so it is", "boss", NOW),
            comments=(said,),
            requests=(LookAgain(2, said, (said,), is_open=False),),
        )
        for question in grade("alice").questions
    )
    return replace(
        grade("alice", printed=""),
        questions=questions,
        final=Final(81.0, 100.0, 90.0, -9.0),
        seen=Seen(NOW, 81.0, True, ("in all: 80 points, now 81 points",)),
    )


def test_a_record_with_anything_else_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    with open_store(path) as store:
        store.acts.add([act(WHATS[0], 1)], seen=0, refuse=nobody_minds)
    for change in (
        'UPDATE acts SET record = \'{"points": 1, "answer": "", "bonus": 1}\'',
        'UPDATE acts SET record = \'{"points": "1"}\'',
        "UPDATE acts SET kind = 'wish'",
    ):
        connection = sqlite3.connect(path)
        connection.execute(change)
        connection.commit()
        connection.close()
        with open_store(path) as store, pytest.raises(StoreError, match="damaged"):
            store.acts.of("rates")


# ------------------------------------------------------------------ files


def test_a_file_is_kept_once_with_its_attempts(store: Store) -> None:
    data = b"x = 1\n" * 10_000
    file = HandedInFile.of(data)
    assert (file.size, len(file.deflated) < 1_000) == (60_000, True)
    rows = [to_row(attempt(grade(name), digest=file.digest)) for name in ("alice", "bob")]
    store.append(rows[:1], [file])
    store.append(rows[1:], [file, file])
    assert store.files.read(file.digest) == data
    assert store.files.known([file.digest, "other"]) == {file.digest}
    assert store.files.read("other") is None


def test_no_file_without_its_attempt(tmp_path: Path) -> None:
    file = HandedInFile.of(b"x")
    with open_store(tmp_path / "grades.db") as store:
        with pytest.raises(StoreError):
            store.append([{**to_row(attempt(grade())), "status": None}], [file])
        assert store.files.read(file.digest) is None


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    good, bad = HandedInFile.of(b"x = 1"), HandedInFile.of(b"x = 2")
    with open_store(path) as store:
        store.append([to_row(attempt(grade()))], [good])
        connection = sqlite3.connect(path)
        connection.execute("UPDATE files SET content = ?", (bad.deflated,))
        connection.commit()
        connection.close()
        with pytest.raises(StoreError, match="damaged"):
            store.files.read(good.digest)


# ------------------------------------------------------------------ older and other stores


def test_an_old_store_gets_the_tables_and_keeps_every_attempt(tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db")
    connection = sqlite3.connect(path)
    query = "SELECT assignment, count(*) FROM attempts GROUP BY assignment"
    counts = dict(connection.execute(query).fetchall())
    connection.close()
    with open_store(path) as store:
        assert {slug: len(store.entries(slug)) for slug in store.assignments()} == counts
        assert len(counts) > 1
        assert all(store.acts.of(slug) == [] for slug in counts)
        store.acts.add([act(WHATS[0], 1)], seen=0, refuse=nobody_minds)
    with open_store(path) as store:
        assert {slug: len(store.entries(slug)) for slug in store.assignments()} == counts
        assert [one.what for one in store.acts.of("rates")] == [WHATS[0]]


def test_decisions_and_files_are_taken_in_with_their_attempts(store: Store, tmp_path: Path) -> None:
    file = HandedInFile.of(b"x = 1")
    store.append([to_row(attempt(grade("first")))])
    with open_store(tmp_path / "other.db") as other:
        other.append([to_row(attempt(grade("alice"), digest=file.digest))], [file])
        given = [act(WHATS[0], 1, "alice"), act(Undo("d1"), 2, "", attempt=None)]
        row = Published("d1", "alice", Identity(), 1, 78.5, "digest")
        shown = [(row, deflated(Shown(grade("alice"))))]
        other.acts.add(given, seen=0, refuse=nobody_minds, shown=shown)
    assert store.take_in(tmp_path / "other.db", "other") == 1
    assert store.take_in(tmp_path / "other.db", "other") == 0
    mark, undo = store.acts.of("rates")
    alice = store.entries("rates")[-1]
    assert alice.student == "alice"
    assert (mark.attempt, undo.attempt) == (alice.id, None)
    assert undo.what == Undo(mark.deed)
    assert [one.attempt for one in store.acts.published("rates")] == [alice.id]
    assert store.files.read(hashlib.sha256(b"x = 1").hexdigest()) == b"x = 1"


# ------------------------------------------------------------------ killed, and two at once

_MARKER = """
import sys
from datetime import UTC, datetime
from autograder.store import Act, Mark, open_store
where, deeds, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open_store(where) as store:
    for deed in range(deeds):
        acts = [
            Act("rates", Mark(1.0, "a"), name, datetime.now(UTC), f"{name}{deed}", f"s{i}")
            for i in range(50)
        ]
        store.acts.add(acts, seen=10**9, refuse=lambda newer: None)
        print(deed, flush=True)
"""


@pytest.mark.long
def test_killed_while_marking_leaves_all_of_a_deed_or_none(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    open_store(path).close()
    for tries in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", _MARKER, str(path), "1000000", f"t{tries}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(5 + 3 * tries)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with open_store(path) as store:
            deeds: dict[str, int] = {}
            for one in store.acts.of("rates"):
                deeds[one.deed] = deeds.get(one.deed, 0) + 1
        assert set(deeds.values()) == {50}
        # What was said to be kept is kept.
        assert {f"t{tries}{line.strip()}" for line in said} <= deeds.keys()


@pytest.mark.long
def test_two_who_mark_at_once_lose_nothing(place: str) -> None:
    markers = [
        subprocess.Popen(
            [sys.executable, "-c", _MARKER, place, "10", name], stdout=subprocess.DEVNULL
        )
        for name in "ab"
    ]
    assert [marker.wait(60) for marker in markers] == [0, 0]
    with open_store(place) as store:
        assert len(store.acts.of("rates")) == 2 * 10 * 50
