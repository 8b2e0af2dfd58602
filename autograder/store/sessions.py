"""The part of the store that holds who is signed in: a session is good as long as its row is there.

So whoever signs out, in whatever process that serves the store, is signed out in all of them with
the next request, and a cookie that somebody copied before is worth nothing.  A row bears a hash of
what the cookie holds: whoever reads a copy of the store comes in nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.store.decided import Begin
from autograder.store.links import NEWEST
from autograder.store.tables import SESSIONS

_MOST = 20
"""Of one person: one more ends their oldest."""


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is."""

    person: int
    """As in ``links``."""
    generation: int
    """Of the link that they had when it began."""
    marker: Sequence[int] = ()
    """How links stood when this was asked, as :meth:`Links.marker` has it: each page asks both, and
    one question costs half of two."""


class Sessions:
    """Sessions by their keys, which are hashes of what only the browser knows."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin

    def begin(self, key: str, whose: SignedIn, seconds: float, *, instead_of: str = "") -> None:
        """Begin one that lasts so long; ``instead_of``: the key of the one that ends with it."""
        now = time.time()
        row = {
            "key": key,
            "person": whose.person,
            "generation": whose.generation,
            "until": now + seconds,
            "began_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        with self._begin(writes=True) as connection:
            connection.execute(_SWEEP, {"now": now})
            if instead_of:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.key == instead_of))
            connection.execute(SESSIONS.insert(), [row])
            _end_the_oldest(connection, whose.person)

    def whose(self, key: str) -> SignedIn | None:
        """None: there is no such session, or no longer."""
        with self._begin() as connection:
            found = connection.execute(_WHOSE, {"key": key, "now": time.time()}).first()
        if found is None:
            return None
        person, generation, *newest = found
        return SignedIn(person, generation, tuple(number or 0 for number in newest))

    def since(self, people: Collection[int]) -> list[tuple[str, datetime]]:
        """Keys of all that these have, and when they began; the newest first."""
        query = sa.select(SESSIONS.c.key, SESSIONS.c.began_at).where(
            SESSIONS.c.person.in_(list(people)), SESSIONS.c.until > time.time()
        )
        with self._begin() as connection:
            rows = connection.execute(query.order_by(SESSIONS.c.began_at.desc())).all()
        return [(key, datetime.fromisoformat(at)) for key, at in rows]

    def end(self, key: str) -> None:
        """On the disk when this returns: no power cut signs anybody in again."""
        with self._begin(writes=True, durable=True) as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.key == key))

    def end_all(self, people: Collection[int] | None = None) -> None:
        """Of these people; None: of everybody.  On the disk when this returns."""
        change = SESSIONS.delete()
        if people is not None:
            change = change.where(SESSIONS.c.person.in_(list(people)))
        with self._begin(writes=True, durable=True) as connection:
            connection.execute(change)


_WHOSE = sa.select(SESSIONS.c.person, SESSIONS.c.generation, *NEWEST.selected_columns).where(
    SESSIONS.c.key == sa.bindparam("key"), SESSIONS.c.until > sa.bindparam("now")
)

_OVER = (
    sa.select(SESSIONS.c.key)
    .where(SESSIONS.c.until <= sa.bindparam("now"))
    .with_for_update(skip_locked=True)  # two who sweep at once do not wait for each other
)
_SWEEP = SESSIONS.delete().where(SESSIONS.c.key.in_(_OVER))


def _end_the_oldest(connection: Connection, person: int) -> None:
    query = sa.select(SESSIONS.c.key).where(SESSIONS.c.person == person)
    query = query.order_by(SESSIONS.c.began_at.desc(), SESSIONS.c.until.desc()).offset(_MOST)
    oldest = list(connection.execute(query).scalars())
    if oldest:
        connection.execute(SESSIONS.delete().where(SESSIONS.c.key.in_(oldest)))
