"""The part of the store that holds what personal links are made of, and where the portal is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.store.decided import Begin
from autograder.store.records import LinkState, storable
from autograder.store.tables import FORGOTTEN, LINKS, PEOPLE, PORTAL, newest

NEWEST = newest(PEOPLE, LINKS, FORGOTTEN)
"""Of what links depend on: :meth:`Links.marker`."""
_KEY = "key"
_URL = "url"


class Links:
    """What links depend on besides the people's list.  A token is never among it."""

    def __init__(self, begin: Begin, name: str) -> None:
        self._begin = begin
        self._name = name

    def key(self) -> bytes:
        """What all links of this store are signed with: made once, then always the same."""
        with self._begin() as connection:
            known = self._key(connection)
        if known is not None:
            return known
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE portal IN EXCLUSIVE MODE"))
            known = self._key(connection)
            if known is None:
                known = secrets.token_bytes(32)
                connection.execute(PORTAL.insert(), [_said(_KEY, known.hex())])
        return known

    def _key(self, connection: Connection) -> bytes | None:
        query = sa.select(PORTAL.c.value).where(PORTAL.c.name == _KEY).order_by(PORTAL.c.id)
        text = connection.execute(query.limit(1)).scalar()
        try:
            return None if text is None else bytes.fromhex(text)
        except ValueError:
            raise StoreError(
                f"The key of the personal links in {self._name} is damaged: go back to a copy."
            ) from None

    def id(self) -> str:
        """What tells this store from all others, and gives nothing of its key away."""
        return hashlib.sha256(b"id " + self.key()).hexdigest()[:16]

    def url(self) -> str | None:
        """Where the portal is said to be, without a slash at its end; None: nowhere yet."""
        query = sa.select(PORTAL.c.value).where(PORTAL.c.name == _URL)
        with self._begin() as connection:
            return connection.execute(query.order_by(PORTAL.c.id.desc()).limit(1)).scalar()

    def keep_url(self, url: str) -> None:
        """Remember where the portal is, for whoever prints links."""
        if url != self.url():
            with self._begin(writes=True) as connection:
                connection.execute(PORTAL.insert(), [_said(_URL, storable(url))])

    def states(self) -> dict[int, LinkState]:
        """By the person's number; who is not among them has a link as all have at first."""
        query = sa.select(LINKS.c.person, LINKS.c.generation, LINKS.c.expires)
        with self._begin() as connection:
            rows = connection.execute(query.order_by(LINKS.c.id)).all()
        try:
            return {
                person: LinkState(generation, None if end is None else datetime.fromisoformat(end))
                for person, generation, end in rows
            }
        except ValueError as error:
            raise StoreError(
                f"What {self._name} holds of links is damaged ({error}): go back to a copy."
            ) from None

    def change(self, states: Mapping[int, LinkState]) -> None:
        """How the links of these people stand from now on."""
        rows = [
            {
                "person": person,
                "generation": state.generation,
                "expires": None if state.expires is None else state.expires.isoformat(),
                "recorded_at": _now(),
            }
            for person, state in states.items()
        ]
        if rows:
            with self._begin(writes=True) as connection:
                connection.execute(LINKS.insert(), rows)

    def marker(self) -> Sequence[int]:
        """Differs whenever somebody may have another link, role or name."""
        with self._begin() as connection:
            return tuple(number or 0 for number in connection.execute(NEWEST).one())


def _said(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "recorded_at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
