"""Signing out ends a session wherever its cookie lies; asked as a browser asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from course_class import SLUG
from portal_class import Client, School

from autograder.people.links import KEY_BESIDE
from autograder.people.passwords import Passwords
from autograder.store.sessions import _MOST

ONE = "a cat sat on it"
PAGE = f"/a/{SLUG}"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def copied(school: School, client: Client) -> Client:
    """Whoever has copied that browser's cookie."""
    thief = school.browser()
    thief.cookies = httpx.Cookies(client.cookies)
    return thief


def is_in(client: Client, page: str = PAGE) -> bool:
    client.ask("GET", page)
    assert client.status in (200, 403)
    return client.status == 200


def test_a_copied_cookie_ends_when_its_owner_signs_out(school: School) -> None:
    alice, elsewhere = school.browser("alice"), school.browser("alice")
    thief = copied(school, alice)
    assert is_in(thief)
    assert alice.send("/leave").status_code == 200
    assert "Open your personal link" in alice.page
    assert not is_in(thief)
    assert "Open your personal link" in thief.open("/")
    assert thief.ask("GET", f"/h/{'0' * 20}/events").status_code == 403
    assert thief.send(f"{PAGE}/ask", question="adam", text="x").status_code == 403
    assert is_in(elsewhere)


def test_it_ends_in_all_processes_at_once(school: School, tmp_path: Path) -> None:
    """Two that serve the same store."""
    with School(tmp_path, people="") as other:
        alice = school.browser("alice")
        there = other.browser()
        there.cookies = httpx.Cookies(alice.cookies)
        assert is_in(there)
        alice.send("/leave")
        assert not is_in(there)


def test_signing_out_everywhere_ends_all_of_ones_own_and_nobody_elses(school: School) -> None:
    alice, phone, bob = school.browser("alice"), school.browser("alice"), school.browser("bob")
    thief = copied(school, phone)
    alice.open("/me")
    assert alice.words.count("since ") == 2
    assert alice.words.count("this one") == 1
    assert alice.ask("POST", "/me", data={"token": "0" * 64}).status_code == 403
    assert alice.ask("POST", "/me", data={"token": bob.form_token}).status_code == 403
    assert is_in(phone)
    alice.open("/me")
    alice.send("/me")
    assert "Open your personal link" in alice.page
    assert not any(is_in(one) for one in (alice, phone, thief))
    assert is_in(bob)
    assert is_in(school.browser("alice"))  # the link stays good


def test_coming_in_again_ends_what_the_browser_had(school: School) -> None:
    alice = school.browser("alice")
    thief = copied(school, alice)
    alice.ask("POST", "/enter", data={"token": school.token("bob")})
    assert "Bob B." in alice.words
    assert not is_in(thief)
    assert is_in(alice)


def test_a_revoked_link_ends_all_of_its_sessions_for_good(school: School) -> None:
    alice, bob = school.browser("alice"), school.browser("bob")
    links = school.portal.door.links
    links.revoke(links.directory.find("alice"))
    assert not is_in(alice)
    assert is_in(bob)
    number = links.directory.find("alice")[0].number
    assert school.store.sessions.since([number or 0]) == []


def test_another_password_ends_what_began_before_it(school: School) -> None:
    links = school.portal.door.links
    passwords = Passwords(school.store, links, PasswordHasher(time_cost=1, memory_cost=64))
    (ines,) = links.directory.find("ines")
    passwords.give(ines, ONE)
    by_password, by_link = school.browser(), school.browser("ines")
    by_password.ask("POST", "/teach", data={"name": "ines", "password": ONE})
    maria = school.browser("maria")
    for change in (
        lambda: passwords.give(ines, "quite another one"),
        lambda: passwords.take_away(ines),
    ):
        assert is_in(by_link, "/course")
        thief = copied(school, by_link)
        change()
        assert not any(is_in(one, "/course") for one in (by_password, by_link, thief))
        by_link = school.browser("ines")
    assert is_in(maria, "/course")


def test_a_new_hash_of_the_same_password_ends_nothing(school: School) -> None:
    links = school.portal.door.links
    weak = Passwords(school.store, links, PasswordHasher(time_cost=1, memory_cost=64))
    weak.give(links.directory.find("ines")[0], ONE)
    ines = school.browser("ines")
    other = school.browser()
    other.ask("POST", "/teach", data={"name": "ines", "password": ONE})
    assert is_in(other, "/course")
    assert is_in(ines, "/course")


def test_whoever_leaves_the_list_is_out(school: School) -> None:
    ben = school.browser("bob")
    from autograder.people.forgetting import forget, somebody

    forget(school.store, somebody(school.store, "bob", [SLUG]), [SLUG], "ines")
    assert not is_in(ben)


def test_a_copy_of_the_store_holds_no_cookie_and_nothing_to_make_one_of(
    school: School, tmp_path: Path
) -> None:
    alice = school.browser("alice")
    (cookie,) = (one.value for one in alice.cookies.jar)
    assert cookie is not None
    with closing(sqlite3.connect(tmp_path / "grades.db")) as connection:
        dump = "\n".join(connection.iterdump())
        (kept,) = (key for (key,) in connection.execute("SELECT key FROM sessions"))
    assert cookie not in dump
    thief = school.browser()
    for made_up in (kept, "", "x", "\x00", "é" * 5_000, cookie[:-1], cookie + "a"):
        with_it = {"cookie": f"autograder={made_up}".encode("utf-8", "replace")}
        assert thief.ask("GET", PAGE, headers=with_it).status_code == 403, made_up


def test_another_key_beside_the_store_ends_all_of_them(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = school.browser("alice")
    monkeypatch.setenv(KEY_BESIDE, "kept elsewhere")
    with School(tmp_path, people="") as other:
        there = other.browser()
        there.cookies = httpx.Cookies(alice.cookies)
        assert not is_in(there)
        assert is_in(other.browser("alice"))


def test_one_person_cannot_keep_the_store_busy_by_signing_in(school: School) -> None:
    alice, token = school.browser(), school.token("alice")
    statuses = [
        alice.ask("POST", "/enter", data={"token": token}, follow=False).status_code
        for _ in range(40)
    ]
    assert statuses[:30] == [303] * 30
    assert statuses[-1] == 429
    assert is_in(alice)  # what began before goes on
    assert is_in(school.browser("bob"))


def test_one_person_cannot_fill_the_store_with_sessions(school: School) -> None:
    first = school.browser("alice")
    for _ in range(_MOST):
        last = school.browser("alice")
    assert not is_in(first)
    assert is_in(last)
    number = school.portal.door.links.directory.find("alice")[0].number
    assert len(school.store.sessions.since([number or 0])) == _MOST
