"""Passwords of those who teach: a second way in beside their link, and another way out.

They are hashed by Argon2, which costs whoever tries many of them memory and time.  A wrong name
takes as long as a wrong password.  Whoever comes in so has the session of their link: revoking that
ends it, too.  With another password, or none, they have to come in again wherever they are.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from autograder.errors import UsageError
from autograder.people.directory import Person
from autograder.people.links import Holder, PersonalLinks

if TYPE_CHECKING:
    from autograder.store import Store

LEAST = 12
"""Characters: a sentence is easier to remember than signs, and harder to guess."""
MOST = 1_000
_TEACH = ("instructor", "ta")


class Passwords:
    """Of a store's staff."""

    def __init__(self, store: Store, links: PersonalLinks, hasher: PasswordHasher | None = None):
        self._store = store
        self._links = links
        self._hasher = hasher or PasswordHasher()

    @staticmethod
    def require_teaches(person: Person) -> None:
        """Raises UsageError for whoever cannot have one."""
        if person.role not in _TEACH:
            raise UsageError(
                f"{person.id} is a student, who comes in by a personal link: only those who teach "
                "have passwords."
            )

    def give(self, person: Person, password: str) -> None:
        """From now on it is this one; raises UsageError where that cannot be."""
        self.require_teaches(person)
        if not LEAST <= len(password) <= MOST:
            raise UsageError(f"A password has {LEAST} characters or more: take a short sentence.")
        if password.casefold().strip() in {each.casefold() for each in person.identifiers}:
            raise UsageError("A password that is your name is none.")
        self._store.passwords.keep(_number(person), self._hasher.hash(password))
        self._links.end_sessions([person])

    def take_away(self, person: Person) -> None:
        self._store.passwords.keep(_number(person), "")
        self._links.end_sessions([person])

    def who(self, id_: str, password: str) -> Holder | None:
        """Whose they are; None: nobody's, or nobody's who teaches."""
        fits = self._links.directory.find(id_) if len(id_) <= MOST else ()
        person = fits[0] if len(fits) == 1 and fits[0].role in _TEACH else None
        hash_ = "" if person is None else self._store.passwords.of(_number(person))
        is_right = len(password) <= MOST and self._verify(hash_ or self._nobodys, password)
        if person is None or not hash_ or not is_right:
            return None
        if self._hasher.check_needs_rehash(hash_):
            self._store.passwords.keep(_number(person), self._hasher.hash(password))
        return self._links.now(person)

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        """Compared where there is none, so that it takes as long."""
        return self._hasher.hash("nobody's password")


def _number(person: Person) -> int:
    assert person.number is not None
    return person.number
