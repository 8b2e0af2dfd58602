"""Those who teach, and nobody else, come in by a password that is nowhere to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import UsageError
from autograder.model import Identity
from autograder.people import Person, PersonalLinks
from autograder.people.passwords import Passwords
from autograder.store import PersonRecord, PersonRow, Store, open_store

COURSE = Path(__file__).resolve().parents[2]
QUICK = PasswordHasher(time_cost=1, memory_cost=64)
RIGHT = "a cat sat on it"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        people = [("ines", "instructor"), ("tom", "ta"), ("amy-the-student", "student")]
        rows = [
            PersonRow(n, PersonRecord(Identity(id=id_, email=f"{id_}@u"), "", role, "roster"))
            for n, (id_, role) in enumerate(people, start=1)
        ]
        opened.add_people(rows, known=0)
        yield opened


@pytest.fixture
def passwords(store: Store) -> Passwords:
    return Passwords(store, PersonalLinks(store), QUICK)


def person(store: Store, id_: str) -> Person:
    (found,) = PersonalLinks(store).directory.find(id_)
    return found


def whose(passwords: Passwords, id_: str, password: str) -> str | None:
    holder = passwords.who(id_, password)
    return None if holder is None else holder.person.id


def test_each_comes_in_by_their_own(store: Store, passwords: Passwords) -> None:
    passwords.give(person(store, "ines"), RIGHT)
    passwords.give(person(store, "instructor"), "another one of mine")
    assert whose(passwords, "ines", RIGHT) == "ines"
    assert whose(passwords, "ines@u", RIGHT) == "ines"
    assert whose(passwords, "instructor", "another one of mine") == "instructor"
    for id_, password in (
        ("ines", "another one of mine"),
        ("ines", RIGHT + " "),
        ("ines", ""),
        ("tom", RIGHT),
        ("tom", ""),
        ("nobody", RIGHT),
        ("", ""),
        ("ines", RIGHT * 100),
        ("x" * 5_000, RIGHT),
    ):
        assert whose(passwords, id_, password) is None, (id_, password)


def test_a_new_one_replaces_the_old_and_none_is_none(store: Store, passwords: Passwords) -> None:
    ines = person(store, "ines")
    passwords.give(ines, RIGHT)
    passwords.give(ines, "quite another one")
    assert whose(passwords, "ines", RIGHT) is None
    passwords.take_away(ines)
    for password in ("quite another one", RIGHT, ""):
        assert whose(passwords, "ines", password) is None


def test_students_have_none_and_bad_ones_are_refused(store: Store, passwords: Passwords) -> None:
    for id_, password, why in (
        ("amy-the-student", RIGHT, "only those who teach"),
        ("ines", "short", "12 characters"),
        ("ines", "x" * 2_000, "12 characters"),
    ):
        with pytest.raises(UsageError, match=why):
            passwords.give(person(store, id_), password)
    store.add_people([PersonRow(3, PersonRecord(Identity(), "", "ta", "roster"))], known=3)
    with pytest.raises(UsageError, match="is your name"):
        passwords.give(person(store, "amy-the-student"), "Amy-The-Student")


def test_whoever_teaches_no_more_has_none(store: Store, passwords: Passwords) -> None:
    passwords.give(person(store, "tom"), RIGHT)
    store.add_people([PersonRow(2, PersonRecord(Identity(), "", "student", "roster"))], known=3)
    assert whose(passwords, "tom", RIGHT) is None


def test_a_session_of_theirs_ends_with_the_link(store: Store, passwords: Passwords) -> None:
    passwords.give(person(store, "ines"), RIGHT)
    holder = passwords.who("ines", RIGHT)
    assert holder is not None
    links = PersonalLinks(store)
    assert links.holder(holder.number, holder.generation) is not None
    links.revoke([person(store, "ines")])
    assert links.holder(holder.number, holder.generation) is None


def test_it_is_kept_as_a_hash_that_is_renewed(
    store: Store, passwords: Passwords, tmp_path: Path
) -> None:
    passwords.give(person(store, "ines"), RIGHT)
    stronger = Passwords(store, PersonalLinks(store), PasswordHasher(time_cost=2, memory_cost=128))
    assert whose(stronger, "ines", RIGHT) == "ines"
    with closing(sqlite3.connect(tmp_path / "grades.db")) as connection:
        dump = "\n".join(connection.iterdump())
        hashes = [hash_ for (hash_,) in connection.execute("SELECT hash FROM passwords")]
    assert RIGHT not in dump
    assert ["m=64,t=1" in hashes[0], "m=128,t=2" in hashes[1]] == [True, True]
    assert all(hash_.startswith("$argon2id$") for hash_ in hashes)


def test_a_wrong_name_is_compared_as_long_as_a_wrong_password(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = Passwords(store, PersonalLinks(store), QUICK)
    passwords.give(person(store, "ines"), RIGHT)
    compared = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hash_: str, password: str) -> bool:
        compared.append(hash_)
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for id_ in ("ines", "nobody", "tom", "amy-the-student"):
        assert whose(passwords, id_, "wrong password") is None
    assert len(compared) == 4


def test_the_command_asks_twice_and_shows_nothing(store: Store, tmp_path: Path) -> None:
    where = ["--out", str(tmp_path), "--course", str(COURSE)]
    typed = f"{RIGHT}\n{RIGHT}\n"
    result = CliRunner().invoke(main, ["password", "ines", *where], input=typed)
    assert (result.exit_code, result.stdout) == (0, "ines has a new password.\n")
    assert RIGHT not in result.output
    assert whose(Passwords(store, PersonalLinks(store)), "ines", RIGHT) == "ines"
    unlike = CliRunner().invoke(main, ["password", "ines", *where], input=f"{RIGHT}\nother\n")
    assert unlike.exit_code == 2
    assert CliRunner().invoke(main, ["password", "zoe", *where]).exit_code == 2
    student = CliRunner().invoke(main, ["password", "amy-the-student", *where], input=typed)
    assert student.exit_code == 2
    assert "only those who teach" in student.stderr
    assert "Password" not in student.stderr, "it is said before anybody types one"
    result = CliRunner().invoke(main, ["password", "ines", "--remove", *where])
    assert result.exit_code == 0
    assert whose(Passwords(store, PersonalLinks(store)), "ines", RIGHT) is None
