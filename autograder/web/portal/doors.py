"""Lets people in by their personal links.

A session is a row of the store, found by a hash of what the cookie holds; so it is good in all
processes that serve the store, and in none of them once it has ended.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from autograder.people import Holder, Person, PersonalLinks
from autograder.people.passwords import Passwords
from autograder.store import Store
from autograder.store.sessions import SignedIn
from autograder.web.people import Member, Role, Session

LASTS = 14 * 86400
"""Seconds for which a session is good; a link that is revoked or has ended ends it, too."""


class FrontDoor:
    """Sessions that outlive this process and are good in all that serve the same store."""

    def __init__(self, store: Store) -> None:
        self.links = PersonalLinks(store)
        self._passwords = Passwords(store, self.links)
        self._sessions = store.sessions

    def who(self, token: str) -> Member | None:
        """Whose personal link has this token; None: nobody's, or it is no longer good."""
        holder = self.links.who(token)
        return None if holder is None else _member(holder)

    def bearer(self, token: str) -> tuple[Member, Person] | None:
        """The same, and the person; for programs, which bring the token each time."""
        holder = self.links.who(token)
        return None if holder is None else (_member(holder), holder.person)

    def teacher(self, name: str, password: str) -> Member | None:
        """Who teaches and has this password; None: nobody."""
        holder = self._passwords.who(name, password)
        return None if holder is None else _member(holder)

    def begin(self, member: Member, before: str = "") -> str:
        """A new session, as a cookie keeps it; ``before``: the cookie in whose place it comes."""
        fresh = secrets.token_urlsafe(32)
        key, old = self.links.session_key(fresh), self.links.session_key(before)
        whose = SignedIn(member.number, member.generation)
        self._sessions.begin(key, whose, LASTS, instead_of=old)
        return fresh

    def session(self, cookie: str) -> Session | None:
        """None: it is not ours, or it has ended."""
        if not cookie:
            return None
        key = self.links.session_key(cookie)
        holder = self.links.signed_in(key)
        if holder is None:
            return None
        token = hmac.digest(cookie.encode("utf-8", "replace"), b"form", "sha256").hex()
        return Session(_member(holder), key, token, holder.person)

    def end(self, cookie: str) -> None:
        """Whoever has a copy of it is signed out, too."""
        key = self.links.session_key(cookie)
        if self._sessions.whose(key) is not None:  # nobody else's word makes the store write
            self._sessions.end(key)

    def end_all(self, member: Member) -> None:
        """Sign this person out wherever they are signed in."""
        person = self.person(member)
        if person is not None:
            self.links.end_sessions([person])

    def since(self, member: Member) -> Sequence[tuple[str, datetime]]:
        """The sessions that this person has, each with when it began, the newest first."""
        person = self.person(member)
        return [] if person is None else self._sessions.since(numbers_of(person))

    def person(self, member: Member) -> Person | None:
        """The person that came in; None: they are gone from the list."""
        holder = self.links.holder(member.number, member.generation)
        return None if holder is None else holder.person


def _member(holder: Holder) -> Member:
    role = next((role for role in Role if role.value == holder.role), Role.STUDENT)
    person = holder.person
    return Member(person.id, role, holder.number, holder.generation, called=person.name)


def numbers_of(person: Person) -> Collection[int]:
    """All numbers that this person has, or had before lists made two of them one."""
    return person.numbers
