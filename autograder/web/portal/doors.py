"""Lets people in by their personal links."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection

from itsdangerous import BadSignature, URLSafeTimedSerializer

from autograder.people import Holder, Person, PersonalLinks
from autograder.people.passwords import Passwords
from autograder.store import Store
from autograder.web.people import Member, Role, Session

LASTS = 14 * 86400
"""Seconds for which a session is good; a link that is revoked or has ended ends it, too."""


class FrontDoor:
    """Sessions that outlive this process and are good in all that serve the same store."""

    def __init__(self, store: Store) -> None:
        self.links = PersonalLinks(store)
        self._passwords = Passwords(store, self.links)
        self._key = hmac.digest(store.links.key(), b"sessions", "sha256")
        self._cookies = URLSafeTimedSerializer(self._key, salt="session")

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

    def cookie(self, member: Member) -> str:
        """A new session, as a cookie keeps it."""
        fresh = secrets.token_urlsafe(16)
        return str(self._cookies.dumps([member.number, member.generation, fresh]))

    def session(self, cookie: str) -> Session | None:
        """None: it is not ours, or it has ended."""
        try:
            number, generation, id_ = self._cookies.loads(cookie, max_age=LASTS)
        except (BadSignature, ValueError, TypeError):
            return None
        holder = self.links.holder(number, generation)
        if holder is None:
            return None
        token = hmac.new(self._key, f"form {id_}".encode(), hashlib.sha256).hexdigest()
        return Session(_member(holder), id_, token)

    def person(self, member: Member) -> Person | None:
        """The person that came in; None: they are gone from the list."""
        holder = self.links.holder(member.number, member.generation)
        return None if holder is None else holder.person


def _member(holder: Holder) -> Member:
    role = next((role for role in Role if role.value == holder.role), Role.STUDENT)
    return Member(holder.person.id, role, holder.number, holder.generation)


def numbers_of(person: Person) -> Collection[int]:
    """All numbers that this person has, or had before lists made two of them one."""
    joined = {number for record in person.records for number in record.joins}
    return joined if person.number is None else {person.number, *joined}
