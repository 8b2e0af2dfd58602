"""What the store knows of people and times comes back as it was, and the newest word counts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from stored_grades import attempt, grade
from test_steps import older_store

from autograder.errors import StoreError
from autograder.model import HandedIn, Identity, Source
from autograder.store import (
    Extension,
    PersonRecord,
    PersonRow,
    Store,
    Time,
    open_store,
    to_row,
)

INDIA = timezone(timedelta(hours=5, minutes=30))
MOMENT = datetime(2026, 3, 1, 10, tzinfo=INDIA)
ROWS = [
    PersonRow(1, PersonRecord(Identity("amy", "a", "s", "a@b", "7", "M\0\ud800ü, 雷"), "A", "ta")),
    PersonRow(2, PersonRecord(Identity(id="ben"), kind="roster", file="r.csv", joins=(3, 4))),
]


def test_people_extensions_and_times_come_back(store: Store) -> None:
    store.add_people(ROWS, known=0)
    amy, ben = store.people()
    assert amy.record.identity.name == "M\0\\ud800ü, 雷"
    assert (amy.person, amy.record.section, amy.record.role) == (1, "A", "ta")
    assert ben == ROWS[1]
    with pytest.raises(StoreError, match="Somebody else is importing"):
        store.add_people(ROWS[:1], known=0)
    given = [
        Extension("rates", 1, "amy", MOMENT, "was ill\ud800\0"),
        Extension("rates", None, "stranger", None),
        Extension("other", 1, "amy", MOMENT),
    ]
    store.add_extensions(given)
    first, second = store.extensions("rates")
    assert (first.due, first.reason) == (MOMENT, "was ill\\ud800\\x00")
    assert first.due is not None
    assert first.due.utcoffset() == MOMENT.utcoffset()
    assert second == given[1]


def test_the_newest_word_on_a_hand_in_counts(store: Store) -> None:
    of_file = HandedIn(datetime(2026, 3, 2, tzinfo=UTC), Source.FILE)
    whose = Identity(email="a\0@b", number="77")
    for student, digest in (("amy", "d1"), ("amy", "d2"), ("ben", "d1")):
        made = attempt(grade(student), digest=digest, handed_in=of_file, whose=whose)
        store.append([to_row(made)])
    for source in (Source.STUDENTS_WORD, Source.PLATFORM):
        store.add_times([Time("rates", "amy", "d1", HandedIn(MOMENT, source))])
    store.add_times([Time("other", "ben", "d1", HandedIn(None, Source.MARKED_LATE))])
    first, second, third = store.entries("rates")
    assert first.handed_in == HandedIn(MOMENT, Source.PLATFORM)
    assert (second.handed_in, third.handed_in) == (of_file, of_file)
    assert first.whose == whose
    assert store.entries("rates", "amy") == [first, second]


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    with open_store(path) as store:
        store.add_people(ROWS, known=0)
        store.append([to_row(attempt(grade()))])
        for table, column in (("people", "record"), ("attempts", "source"), ("attempts", "whose")):
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(f"UPDATE {table} SET {column} = 'nonsense'")
            with pytest.raises(StoreError, match="is damaged"):
                store.people() if table == "people" else store.entries("rates")


# ------------------------------------------------------------------ taking in another store


@pytest.mark.parametrize("is_old", [True, False])
def test_another_store_is_taken_in_once_and_left_as_it_is(is_old: bool, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    if is_old:
        older_store(other)
    else:
        with open_store(other) as opened:
            opened.append([to_row(attempt(grade(f"s{n}"))) for n in range(450)])
    before = other.read_bytes()
    with open_store(tmp_path / "grades.db") as store:
        store.append([to_row(attempt(grade("mine")))])
        count = store.take_in(other, "results/other.db")
        assert count == (8 if is_old else 450)
        assert store.take_in(other, "results/other.db") == 0
        entries = store.entries("rates")
        assert entries[0].student == "mine"
        assert len(entries) == (4 if is_old else 451)
        ids = [entry.id for entry in entries]
        taken = list(store.grades(ids, details=True))
        assert [g.student for g in taken] == [entry.student for entry in entries]
    assert other.read_bytes() == before
    assert not list(tmp_path.glob("other.schema*"))


def test_a_store_that_is_damaged_is_not_taken_in_by_half(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("grades\n" * 200)
    with open_store(tmp_path / "grades.db") as store:
        with pytest.raises(StoreError, match=r"other\.db is damaged or is no store"):
            store.take_in(other, "x")
        assert store.assignments() == []
