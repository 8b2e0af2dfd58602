"""A session is good while its row is there, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from test_steps import older_store

from autograder.model import Identity
from autograder.store import PersonRecord, PersonRow, Store, Whom, open_store
from autograder.store.copies import back_up, restore
from autograder.store.sessions import _MOST, SignedIn

AMY, BEN = SignedIn(1, 1), SignedIn(2, 5)
NOW = 1_800_000_000.0


@pytest.fixture
def store(store: Store) -> Store:
    """One in which nobody is signed in."""
    store.sessions.end_all()
    return store


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is; a test may say another."""
    now = [NOW]
    monkeypatch.setattr("autograder.store.sessions.time.time", lambda: now[0])
    return now


def whose(store: Store, *keys: str) -> list[tuple[int, int] | None]:
    found = [store.sessions.whose(key) for key in keys]
    return [None if one is None else (one.person, one.generation) for one in found]


def rows(store: Store) -> int:
    with store._begin() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM sessions")).scalar() or 0)


def test_it_is_somebodys_until_it_ends(store: Store) -> None:
    store.sessions.begin("a", AMY, 60)
    store.sessions.begin("b", BEN, 60)
    assert whose(store, "a", "b", "c") == [(1, 1), (2, 5), None]
    store.sessions.end("a")
    store.sessions.end("never was")
    assert whose(store, "a", "b") == [None, (2, 5)]
    store.sessions.begin("b2", BEN, 60)
    store.sessions.begin("a2", AMY, 60)
    assert [key for key, _ in store.sessions.since([2])] == ["b2", "b"]
    store.sessions.end_all([2, 3])
    assert whose(store, "b", "b2", "a2") == [None, None, (1, 1)]


def test_with_it_comes_how_links_stand(store: Store) -> None:
    store.sessions.begin("a", AMY, 60)
    found = store.sessions.whose("a")
    assert found is not None
    assert found.marker == store.links.marker()


def test_one_that_is_over_is_good_no_more_and_goes_when_somebody_comes(
    store: Store, clock: list[float]
) -> None:
    store.sessions.begin("a", AMY, 60)
    clock[0] += 59
    assert whose(store, "a") == [(1, 1)]
    clock[0] += 1
    assert whose(store, "a") == [None]
    assert store.sessions.since([1]) == []
    assert rows(store) == 1
    store.sessions.begin("b", BEN, 60)
    assert rows(store) == 1


def test_it_comes_in_the_place_of_another(store: Store) -> None:
    store.sessions.begin("a", AMY, 60)
    store.sessions.begin("b", BEN, 60, instead_of="a")
    assert whose(store, "a", "b") == [None, (2, 5)]


def test_one_person_has_so_many_and_the_oldest_goes_first(store: Store) -> None:
    store.sessions.begin("other", BEN, 60)
    for number in range(_MOST + 3):
        store.sessions.begin(f"a{number:02}", AMY, 60 + number)
    there = {key for key, _ in store.sessions.since([1])}
    assert len(there) == _MOST
    assert f"a{_MOST + 2:02}" in there
    assert whose(store, "a00", "other") == [None, (2, 5)]


def test_an_older_store_learns_of_them(tmp_path: Path) -> None:
    with open_store(older_store(tmp_path / "grades.db")) as store:
        store.sessions.begin("a", AMY, 60)
        assert whose(store, "a") == [(1, 1)]


def test_of_whoever_is_forgotten_there_is_none(store: Store) -> None:
    store.sessions.begin("a", AMY, 60)
    store.sessions.begin("b", BEN, 60)
    store.forget(Whom("amy", frozenset({1}), (), (), (), frozenset({"amy"})), "ines")
    assert whose(store, "a", "b") == [None, (2, 5)]
    assert rows(store) == 1


def test_nobody_is_signed_in_by_a_copy_that_is_put_back(tmp_path: Path) -> None:
    """They may have signed out after it was made."""
    path = tmp_path / "grades.db"
    with open_store(path) as store:
        store.add_people([PersonRow(1, PersonRecord(Identity(id="amy")))], known=0)
        store.sessions.begin("a", AMY, 60)
    back_up(path, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", path)
    with open_store(path) as store:
        assert whose(store, "a") == [None]
        assert len(store.people()) == 1
