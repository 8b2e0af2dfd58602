"""What a store holds that a copy of it does not is told, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stored_grades import attempt, grade

from autograder.model import HandedIn, Identity, Source
from autograder.store import (
    Act,
    Extension,
    Flag,
    HandedInFile,
    LinkState,
    PersonRecord,
    PersonRow,
    Request,
    Store,
    Time,
    Whom,
    open_store,
    to_row,
)
from autograder.store import lost as module
from autograder.store.copies import back_up
from autograder.store.hand_ins import Draft, Lane
from autograder.store.lost import Lost, lost
from autograder.store.tables import METADATA

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SLUG = attempt(grade()).assignment
NOT_MISSED = {"schema", "taken_in", "files", "published", "mails", "mail_tries"}
"""What others bring along, or nobody asks for."""


def hand_in(store: Store) -> None:
    store.hand_ins.add([Draft(SLUG, 1, "amy", "a.py", "amy")], HandedInFile.of(b"amy"))


def settle(store: Store) -> None:
    taken = store.hand_ins.take("me", tuple(Lane), [SLUG], 60.0)
    assert taken is not None
    assert store.hand_ins.settle(taken, "me", to_row(attempt(grade("amy"))))


def again(store: Store) -> None:
    store.hand_ins.again(store.hand_ins.all(SLUG))
    settle(store)


def decide(store: Store, what: Flag | Request) -> None:
    act = Act(SLUG, what, "maria", NOW, what.kind, "amy")
    store.acts.add([act], seen=0, refuse=lambda _: None)


def add_person(store: Store, number: int) -> None:
    rows = store.people()
    record = PersonRecord(Identity(id=f"new{number}"), kind="roster")
    store.add_people([PersonRow(number, record)], known=len(rows))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a hand-in that has its verdict, and two people."""
    with open_store(tmp_path / "grades.db") as store:
        add_person(store, 1)
        add_person(store, 2)
        hand_in(store)
        settle(store)
        store.links.key()
        store.passwords.keep(2, "first")
    return tmp_path / "grades.db"


def since(path: Path, *change: Callable[[Store], object]) -> Lost:
    """What is lost of these changes after a copy was made."""
    copy = path.with_name("copy.db")
    back_up(path, copy)
    with open_store(path) as store:
        for one in change:
            one(store)
    found = lost(copy, path)
    assert found is not None
    return found


CHANGES: dict[str, Callable[[Store], object]] = {
    "1 graded file": lambda store: store.append([to_row(attempt(grade("ben")))]),
    "1 file graded again": again,
    "1 decision": lambda store: decide(store, Flag(True)),
    "1 request": lambda store: decide(store, Request("why")),
    "1 extension": lambda store: store.add_extensions([Extension(SLUG, 1, "amy", NOW)]),
    "1 time of handing in": lambda store: store.add_times(
        [Time(SLUG, "amy", "d", HandedIn(NOW, Source.PLATFORM))]
    ),
    "1 choice of an attempt": lambda store: store.hand_ins.choose(store.hand_ins.all(SLUG)[0]),
    "1 change of partners": lambda store: store.hand_ins.join(SLUG, 1, 2, True),
    "1 entry in the list of people": lambda store: add_person(store, 3),
    "1 change of a password": lambda store: store.passwords.keep(2, "second"),
    "1 end of a link": lambda store: store.links.change({1: LinkState(1, NOW)}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_kind_is_told_of(path: Path, what: str) -> None:
    found = since(path, CHANGES[what])
    (part,) = found.parts
    assert "{} {}".format(*part) == what
    assert found == Lost([], [part]), "and nothing else"


def test_several_have_a_word_of_their_own(path: Path) -> None:
    found = since(path, *(lambda store, n=n: add_person(store, n) for n in (3, 4)))
    assert found.parts == [(2, "entries in the list of people")]


def test_a_link_that_was_revoked_is_good_again(path: Path) -> None:
    found = since(path, lambda store: store.links.change({1: LinkState(2), 9: LinkState(2)}))
    assert (found.revoked, found.parts) == (1, []), "of the ninth person there is nothing"


def test_whoever_was_forgotten_comes_back_and_nothing_else_of_theirs_is_missed(path: Path) -> None:
    with open_store(path) as store:
        ids = tuple(entry.id for entry in store.entries(SLUG))
        store.hand_ins.join(SLUG, 1, 2, True)
    whom = Whom("amy", frozenset({1}), ids, students=frozenset({"amy"}))
    found = since(path, lambda store: store.forget(whom, "maria"))
    assert found == Lost([], [], forgotten=1), "nor whom they named"


def test_another_key_and_another_address_are_told_of(tmp_path: Path) -> None:
    open_store(tmp_path / "grades.db").close()
    found = since(
        tmp_path / "grades.db",
        lambda store: store.links.key(),
        lambda store: store.links.keep_url("https://a.edu"),
    )
    assert found == Lost([], [], is_other_key=True, url="https://a.edu")


def test_what_is_graded_by_itself_again_is_not_missed(path: Path) -> None:
    with open_store(path) as store:
        store.hand_ins.again(store.hand_ins.all(SLUG))
        hand_in(store)
    assert since(path, settle, settle) == Lost([], [])


def test_every_table_is_looked_at() -> None:
    text = Path(module.__file__).read_text(encoding="utf-8")
    missing = [name for name in METADATA.tables if f"FROM {name}" not in text]
    assert set(missing) == NOT_MISSED
