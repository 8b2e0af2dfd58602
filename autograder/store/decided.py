"""The part of the store that holds what people decided, and what students were shown of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.store.acts import (
    Act,
    Published,
    Shown,
    act_of,
    act_row,
    published_of,
    published_row,
    shown_of,
)
from autograder.store.tables import ACTS, PUBLISHED

_CHUNK = 200  # as in the store


class Begin(Protocol):
    """Opens a transaction on the store; ``durable``: it is on the disk when it has ended, also
    where the power fails then."""

    def __call__(
        self, *, writes: bool = False, durable: bool = False
    ) -> AbstractContextManager[Connection]: ...


Refuse: TypeAlias = Callable[[Sequence[Act]], None]
"""Looks at acts that the writer has not seen; raises :class:`Conflict` where they matter."""


class Acts:
    """What people decided, by assignment."""

    def __init__(self, begin: Begin, name: str) -> None:
        self._begin = begin
        self._name = name

    def of(self, assignment: str, after: int = 0) -> list[Act]:
        """All acts (with an id above ``after``), oldest first."""
        with self._begin() as connection:
            return self._read(connection, assignment, after)

    def add(
        self,
        acts: Sequence[Act],
        *,
        seen: int,
        refuse: Refuse,
        shown: Sequence[tuple[Published, bytes]] = (),
    ) -> None:
        """Keep acts of one assignment, and what a publication shows (packed): all of it or nothing.

        ``seen``: the highest id that the writer knows; what came after it is handed to ``refuse``
        within the transaction, so that nobody decides on what is no longer so.
        """
        if not acts:
            return
        assignment = acts[0].assignment
        # What is shown is packed already: of a large class that takes seconds, and here others
        # would have to wait for us.
        rows = [{"assignment": assignment, **published_row(*one)} for one in shown]
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE acts IN EXCLUSIVE MODE"))
            refuse(self._read(connection, assignment, seen))
            connection.execute(ACTS.insert(), [act_row(act) for act in acts])
            if rows:
                connection.execute(PUBLISHED.insert(), rows)

    def published(self, assignment: str) -> list[Published]:
        """All that was ever published, oldest first."""
        columns = [column for column in PUBLISHED.columns if column is not PUBLISHED.c.grade]
        query = sa.select(*columns).where(PUBLISHED.c.assignment == assignment)
        with self._begin() as connection:
            rows = connection.execute(query.order_by(PUBLISHED.c.id)).mappings().all()
        return [published_of(dict(row)) for row in rows]

    def shown(self, published: Sequence[Published]) -> Iterator[Shown]:
        """What these show, in the order asked for, read a few at a time."""
        for start in range(0, len(published), _CHUNK):
            wanted = published[start : start + _CHUNK]
            query = sa.select(PUBLISHED.c.id, PUBLISHED.c.grade)
            with self._begin() as connection:
                found = connection.execute(
                    query.where(PUBLISHED.c.id.in_([one.id for one in wanted]))
                ).all()
            grades = {row[0]: row[1] for row in found}
            for one in wanted:
                try:
                    yield shown_of(one.student, grades[one.id])
                except (ValueError, zlib.error) as error:
                    raise StoreError(
                        f"What was published to {one.student} is damaged in {self._name} "
                        f"({error}): publish again."
                    ) from None

    def _read(self, connection: Connection, assignment: str, after: int) -> list[Act]:
        query = sa.select(ACTS).where(ACTS.c.assignment == assignment, ACTS.c.id > after)
        rows = connection.execute(query.order_by(ACTS.c.id)).mappings().all()
        try:
            return [act_of(dict(row)) for row in rows]
        except (ValueError, KeyError) as error:
            raise StoreError(
                f"What {self._name} holds of people's decisions is damaged ({error}): go back to "
                "a copy of it."
            ) from None


def take_in_acts(source: Connection, target: Connection, attempts: Mapping[int, int]) -> None:
    """Copy all acts and publications of another store; ``attempts``: their new numbers."""
    for table in (ACTS, PUBLISHED):
        found = source.execute(sa.select(table).order_by(table.c.id)).mappings().all()
        rows = [
            {**{name: row[name] for name in row if name != "id"}, "attempt": number}
            for row in found
            for number in (attempts.get(row["attempt"]),)
        ]
        if rows:
            target.execute(table.insert(), rows)
