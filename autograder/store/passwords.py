"""The part of the store that holds the hashes of passwords."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from autograder.store.decided import Begin
from autograder.store.tables import PASSWORDS


class PasswordHashes:
    """By the person's number; the newest counts."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin

    def of(self, person: int) -> str:
        """Empty: they have none."""
        query = sa.select(PASSWORDS.c.hash).where(PASSWORDS.c.person == person)
        with self._begin() as connection:
            newest = connection.execute(query.order_by(PASSWORDS.c.id.desc()).limit(1)).scalar()
        return newest or ""

    def keep(self, person: int, hash_: str) -> None:
        """Empty: they have none any more."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._begin(writes=True) as connection:
            row = {"person": person, "hash": hash_, "recorded_at": at}
            connection.execute(PASSWORDS.insert(), [row])
