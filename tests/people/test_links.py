"""A personal link is one person's, for as long as it is good, and nobody else can make one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.model import Identity
from autograder.people import PersonalLinks
from autograder.people.links import KEY_BESIDE, is_only_here
from autograder.store import PersonRecord, PersonRow, Store, open_store

AMY = PersonRecord(Identity(id="amy", name="Amy", email="amy@uni.edu"), "A", "", "roster")
TOM = PersonRecord(Identity(id="tom"), "", "ta", "roster")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        opened.add_people([PersonRow(1, AMY), PersonRow(2, TOM)], known=0)
        yield opened


def tokens(store: Store) -> dict[str, str]:
    return {link.person.id: link.token for link in PersonalLinks(store).all()}


def whose(store: Store, token: str, now: datetime | None = None) -> str | None:
    holder = PersonalLinks(store).who(token, now)
    return None if holder is None else f"{holder.person.id}, {holder.role}"


def person(links: PersonalLinks, id_: str):  # type: ignore[no-untyped-def]
    (found,) = links.directory.find(id_)
    return found


def test_each_has_one_and_it_says_who_they_are(store: Store) -> None:
    found = tokens(store)
    assert list(found) == ["instructor", "amy", "tom"]
    assert whose(store, found["amy"]) == "amy, student"
    assert whose(store, found["tom"]) == "tom, ta"
    assert whose(store, found["instructor"]) == "instructor, instructor"
    assert len(set(found.values())) == 3
    assert tokens(store) == found


def test_an_instructor_has_one_before_anybody_is_known(tmp_path: Path) -> None:
    with open_store(tmp_path / "grades.db") as empty:
        (token,) = tokens(empty).values()
        assert whose(empty, token) == "instructor, instructor"
        # A list changes nothing for whoever was there before it, even if it has the same name.
        record = PersonRecord(Identity(id="Instructor"), "", "student", "roster")
        empty.add_people([PersonRow(1, record)], known=0)
        assert whose(empty, token) == "instructor (0), instructor"
        assert whose(empty, tokens(empty)["Instructor"]) == "Instructor, student"


def test_two_stores_have_nothing_in_common(store: Store, tmp_path: Path) -> None:
    with open_store(tmp_path / "other.db") as other:
        other.add_people([PersonRow(1, AMY), PersonRow(2, TOM)], known=0)
        for token in tokens(other).values():
            assert whose(store, token) is None


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "-",
        "1",
        "1-",
        "2-{amy}",
        "01-{amy}",
        "1-{amy}a",
        " 1-{amy}",
        "1-{amy}\n",
        "1-{AMY}",
        "-1-{amy}",
        "١-{amy}",
        "99999999999999999999-{amy}",
        "3-{amy}",
        "ü",
        "1-" + "a" * 32,
    ],
)
def test_what_was_not_signed_is_nobodys(store: Store, forged: str) -> None:
    amy = tokens(store)["amy"].removeprefix("1-")
    token = forged.format(amy=amy, AMY=amy.upper())
    # A number may be written with a nought before it: it is still only Amy's.
    assert whose(store, token) == ("amy, student" if forged.startswith("01") else None)


def test_every_letter_of_a_signature_counts(store: Store) -> None:
    token = tokens(store)["amy"]
    for place in range(2, len(token)):
        other = "b" if token[place] == "a" else "a"
        assert whose(store, token[:place] + other + token[place + 1 :]) is None


def test_one_that_was_revoked_is_not_good_and_the_others_are(store: Store) -> None:
    links = PersonalLinks(store)
    before = tokens(store)
    session = links.who(before["amy"])
    assert session is not None
    assert links.holder(session.number, session.generation) == session
    links.revoke([person(links, "amy")])
    assert links.who(before["amy"]) is None
    assert links.holder(session.number, session.generation) is None
    after = tokens(store)
    assert after["amy"] != before["amy"]
    assert whose(store, after["amy"]) == "amy, student"
    assert after["tom"] == before["tom"]


def test_it_ends_at_its_time_and_another_time_can_be_given(store: Store) -> None:
    links, now = PersonalLinks(store), datetime.now(UTC)
    token = tokens(store)["amy"]
    links.let_expire([person(links, "amy")], now + timedelta(hours=1))
    assert whose(store, token, now) == "amy, student"
    assert whose(store, token, now + timedelta(hours=1)) is None
    assert links.holder(1, 1, now + timedelta(hours=2)) is None
    links.let_expire([person(links, "amy")], None)
    assert whose(store, token, now + timedelta(days=400)) == "amy, student"
    # Revoking keeps the end, and an end the revoking.
    links.let_expire([person(links, "amy")], now)
    links.revoke([person(links, "amy")])
    assert whose(store, tokens(store)["amy"], now) is None


def test_what_another_program_changes_is_seen_at_once(store: Store, tmp_path: Path) -> None:
    links = PersonalLinks(store)
    token = tokens(store)["amy"]
    assert links.who(token) is not None
    with open_store(tmp_path / "grades.db") as other:
        lists = PersonRecord(Identity(id="amy"), "", "ta", "roster")
        other.add_people([PersonRow(1, lists)], known=2)
        holder = links.who(token)
        assert holder is not None
        assert holder.role == "ta"
        theirs = PersonalLinks(other)
        theirs.revoke([person(theirs, "amy")])
    assert links.who(token) is None


def test_links_of_two_who_turn_out_to_be_one_are_both_theirs(store: Store) -> None:
    before = tokens(store)
    joined = PersonRecord(Identity(id="amy"), kind="roster", joins=(2,))
    store.add_people([PersonRow(1, joined)], known=2)
    assert whose(store, before["tom"]) == "amy, ta"
    assert whose(store, before["amy"]) == "amy, ta"
    links = PersonalLinks(store)
    links.revoke([person(links, "amy")])
    assert whose(store, before["tom"]) is None
    assert whose(store, before["amy"]) is None


def test_programs_that_begin_at_once_agree_on_the_key(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    open_store(path).close()

    def key(_: int) -> bytes:
        with open_store(path) as store:
            return store.links.key()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(key, range(16)))) == 1


def test_no_token_is_kept(store: Store, tmp_path: Path) -> None:
    links = PersonalLinks(store)
    links.revoke([person(links, "amy")])
    found = tokens(store)
    connection = sqlite3.connect(tmp_path / "grades.db")
    dump = "\n".join(connection.iterdump())
    connection.close()
    for token in found.values():
        assert token not in dump
        assert token.partition("-")[2] not in dump


def test_with_a_key_beside_a_copy_of_the_store_signs_nobody_in(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = tokens(store)
    monkeypatch.setenv(KEY_BESIDE, "kept elsewhere")
    beside = tokens(store)
    assert whose(store, beside["amy"]) == "amy, student"
    assert whose(store, without["amy"]) is None
    monkeypatch.delenv(KEY_BESIDE)
    assert whose(store, beside["amy"]) is None


@pytest.mark.parametrize(
    ("url", "only_here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.9.0.1", True),
        ("https://localhost/x", True),
        ("http://[::1]:80", True),
        ("https://grades.a.edu", False),
        ("http://10.0.0.1:8080", False),
        ("https://localhost.a.edu", False),
    ],
)
def test_what_leads_to_this_machine_alone_is_known(url: str, only_here: bool) -> None:
    assert is_only_here(url) is only_here


def test_the_address_is_that_of_the_last_time(store: Store) -> None:
    assert store.links.url() is None
    for url in ("https://a.edu", "https://b.edu/rates", "https://b.edu/rates"):
        store.links.keep_url(url)
    assert store.links.url() == "https://b.edu/rates"
    (_, amy, _) = PersonalLinks(store).all()
    assert amy.url("https://b.edu/rates") == f"https://b.edu/rates/enter/{amy.token}"
