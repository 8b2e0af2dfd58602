"""Who is signed in: secrets, cookies, roles."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from itsdangerous import BadSignature, URLSafeTimedSerializer

from autograder.people import Person

_LASTS = 16 * 3600
"""Seconds for which a session is good: a long evening."""


class Role(StrEnum):
    INSTRUCTOR = "instructor"
    TA = "ta"
    STUDENT = "student"


STAFF = frozenset({Role.INSTRUCTOR, Role.TA})
INSTRUCTORS = frozenset({Role.INSTRUCTOR})
STUDENTS = frozenset({Role.STUDENT})
EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Member:
    """Somebody who may sign in."""

    name: str
    """What their decisions are signed with."""
    role: Role
    number: int = 0
    """Of the person whose link they came with, as in the store."""
    generation: int = 0
    """Of that link."""
    called: str = ""
    """Their name, where the course knows it."""

    @property
    def shown(self) -> str:
        """What pages call them."""
        return self.called or self.name


@dataclass(frozen=True)
class Session:
    member: Member
    id: str
    token: str
    """What every form of this session brings."""
    person: Person | None = None
    """The member, as the course has them; None: of no list."""


class Entrance(Protocol):
    """Lets people in."""

    def session(self, cookie: str) -> Session | None:
        """None: it is not ours, or it has ended."""
        ...


class Doors:
    """Lets in whoever has a secret.  Secrets and keys end with this process."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.secrets = {member: secrets.token_urlsafe(24) for member in members}
        """What each signs in with."""
        self._members = {member.name: member for member in self.secrets}
        self._key = secrets.token_bytes(32)
        self._cookies = URLSafeTimedSerializer(self._key, salt="session")

    def enter(self, secret: str) -> Member | None:
        """Whose secret it is; None: nobody's."""
        found = None
        for member, theirs in self.secrets.items():  # all are compared: no time tells which
            if hmac.compare_digest(theirs.encode(), secret.encode("utf-8", "replace")):
                found = member
        return found

    def cookie(self, member: Member) -> str:
        """A new session, as a cookie keeps it."""
        return str(self._cookies.dumps([member.name, secrets.token_urlsafe(16)]))

    def session(self, cookie: str) -> Session | None:
        """None: it is not ours, or it has ended."""
        try:
            name, id_ = self._cookies.loads(cookie, max_age=_LASTS)
        except (BadSignature, ValueError, TypeError):
            return None
        member = self._members.get(name)
        if member is None:
            return None
        token = hmac.new(self._key, f"form {id_}".encode(), hashlib.sha256).hexdigest()
        return Session(member, id_, token)
