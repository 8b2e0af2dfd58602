"""The tables, and how an older store becomes a newer one.

One schema for SQLite and PostgreSQL.  ``attempts`` is append-only: nothing in the program updates
or deletes a row, so what a student was once told can be looked up again.  The table ``schema``
holds one number: how many of :data:`MIGRATIONS` the store has been through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError

METADATA = sa.MetaData()

SCHEMA = sa.Table("schema", METADATA, sa.Column("version", sa.Integer, nullable=False))

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    sa.Column("assignment_version", sa.Text, nullable=False),
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("score", sa.Double),
    sa.Column("max_score", sa.Double, nullable=False),
    sa.Column("handed_in", sa.Text),
    sa.Column("graded_at", sa.Text, nullable=False),
    sa.Column("wall_seconds", sa.Double, nullable=False),
    sa.Column("cpu_seconds", sa.Double, nullable=False),
    sa.Column("peak_memory", sa.BigInteger, nullable=False),
    # Program and library versions, sandbox layers, seeds: why a score was what it was.
    sa.Column("circumstances", sa.Text, nullable=False),
    # What tables and lists need, as JSON ...
    sa.Column("grade", sa.Text, nullable=False),
    # ... and what only a feedback page needs (pictures, sources), as deflated JSON: it is the
    # larger part by far, and exporting ten thousand grades must not read it.
    sa.Column("details", sa.LargeBinary, nullable=False),
    sa.Index("attempts_of_student", "assignment", "student"),
)

Migration = Callable[[Connection], None]


def _first_tables(connection: Connection) -> None:
    ATTEMPTS.create(connection)


def _second_form(connection: Connection) -> None:
    """The tables stay: an older program shall say that it is older, not that rows are damaged."""


MIGRATIONS: tuple[Migration, ...] = (_first_tables, _second_form)
"""Step n brings a store from version n to n + 1; steps are only ever added at the end.

A step that alters a table spells its SQL out, so that it means the same for ever.
"""
READ_AS_IT_IS = 1
"""Stores of this version and later ones need no step to be read, only to be written to."""

# Any constant will do: it keeps two programs from migrating one PostgreSQL store at once.
_ADVISORY_LOCK = 0x67726164


def migrate(connection: Connection, steps: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring the store up to date within the connection's transaction; returns its version.

    Raises StoreError when the store was written by a newer program than this one.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    version = _version(connection)
    if version > len(steps):
        raise StoreError(
            f"The store was written by a newer autograder (schema {version}; this program knows "
            f"up to {len(steps)}): upgrade autograder, or choose another --out folder."
        )
    for step in steps[version:]:
        step(connection)
    if version < len(steps):
        connection.execute(SCHEMA.update().values(version=len(steps)))
    return len(steps)


def is_current(
    connection: Connection, steps: Sequence[Migration] = MIGRATIONS, *, to_read: bool = False
) -> bool:
    """Whether there is nothing to migrate, where ``to_read`` to read it; writes nothing."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return False
    version = connection.execute(sa.select(SCHEMA.c.version)).scalar() or 0
    return (READ_AS_IT_IS if to_read else len(steps)) <= version <= len(steps)


def _version(connection: Connection) -> int:
    """Version of the store; an empty one gets its version table, and is 0."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        SCHEMA.create(connection)
        connection.execute(SCHEMA.insert().values(version=0))
    version = connection.execute(sa.select(SCHEMA.c.version)).scalar()
    if not isinstance(version, int):
        raise StoreError("The store has no schema version: it is not a store of autograder.")
    return version
