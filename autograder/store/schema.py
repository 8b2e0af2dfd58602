"""How an older store becomes a newer one, whole or not at all.

The table ``schema`` holds one number: how many of :data:`MIGRATIONS` the store has been through.
All steps that are missing are taken in one transaction.  Before the first of them a copy of a
store on this disk is kept beside it, once for each version (``grades.schema-2.db``), so that an
older program can still be gone back to.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.store.steps import STEPS, Migration
from autograder.store.tables import METADATA, SCHEMA

__all__ = ["METADATA", "MIGRATIONS", "Migration", "is_current", "migrate"]

MIGRATIONS = STEPS

# Any constant will do: it keeps two programs from migrating one PostgreSQL store at once.
_ADVISORY_LOCK = 0x67726164


def migrate(
    connection: Connection, steps: Sequence[Migration] = MIGRATIONS, file: Path | None = None
) -> int:
    """Bring the store up to date within the connection's transaction; returns its version.

    ``file``: where it lies, for the copy that is kept; None: in no file of this machine.
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
    if file is not None and 0 < version < len(steps):
        _keep_copy(file, version)
    for step in steps[version:]:
        step(connection)
    if version < len(steps):
        connection.execute(SCHEMA.update().values(version=len(steps)))
    return len(steps)


def is_current(connection: Connection, steps: Sequence[Migration] = MIGRATIONS) -> bool:
    """Whether there is nothing to migrate; writes nothing."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return False
    return connection.execute(sa.select(SCHEMA.c.version)).scalar() == len(steps)


def copy_of(file: Path, version: int) -> Path:
    """Where a store is kept as it was at this version."""
    return file.with_name(f"{file.stem}.schema-{version}{file.suffix}")


def _keep_copy(file: Path, version: int) -> None:
    """What other programs have committed is in it, and nothing of what this one has begun."""
    copy = copy_of(file, version)
    if copy.exists():
        return
    part = copy.with_name(f".{copy.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, and nothing beside it
        os.replace(part, copy)
    except sqlite3.Error as error:
        raise StoreError(
            f"The store {file} is of an older autograder, and no copy of it could be kept at "
            f"{copy} ({error}): make room there; nothing was changed."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _version(connection: Connection) -> int:
    """Version of the store; an empty one gets its version table, and is 0."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        SCHEMA.create(connection)
        connection.execute(SCHEMA.insert().values(version=0))
    version = connection.execute(sa.select(SCHEMA.c.version)).scalar()
    if not isinstance(version, int):
        raise StoreError("The store has no schema version: it is not a store of autograder.")
    return version
