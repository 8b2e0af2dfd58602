"""Copies of a whole store, made while it is in use, and put back.

SQLite copies its own database page by page in one transaction; a PostgreSQL store is copied by
``pg_dump`` and put back by ``pg_restore``, which come with it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from autograder.errors import StoreError, UsageError
from autograder.store.database import open_store, store_url
from autograder.store.schema import MIGRATIONS
from autograder.store.words import sentence


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    before: Path | None
    """Where the store is kept as it was; None: there was none, or a server has it."""
    forgotten_since: int
    """So many people were forgotten after the copy was made, and are in the store again."""


def back_up(where: Path | str, to: Path) -> int:
    """Copy a store to a new file that only its owner reads; returns its size in bytes.

    Raises UsageError where ``to`` exists, StoreError where the copy cannot be made.
    """
    if to.exists():
        raise UsageError(
            f"{to} exists: give the copy a name of its own, such as one with the date."
        )
    open_store(where, create=False).close()  # says in a sentence what is wrong with it
    url = store_url(where)
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if url.get_backend_name() == "sqlite":
            _copy(Path(str(url.database)), part)
            _require_sound(part)
        else:
            _run("pg_dump", url, "--format=custom", f"--file={part}")
        os.replace(part, to)
    except OSError as error:
        raise StoreError(f"{to} cannot be written ({error.strerror}): make room there.") from None
    finally:
        part.unlink(missing_ok=True)
    return to.stat().st_size


def require_copy(copy: Path, where: Path | str) -> None:
    """Raises UsageError for what is no copy that could be put in this store's place."""
    if not copy.is_file():
        raise UsageError(f"There is no file {copy}.")
    url = store_url(where)
    if url.get_backend_name() != "sqlite":
        return
    _require_store(copy)
    file = Path(str(url.database))
    if file.exists() and os.path.samefile(file, copy):
        raise UsageError(f"{copy} is the store itself.")


def restore(copy: Path, where: Path | str) -> Restored:
    """Put a copy in a store's place; what is there is kept beside it (SQLite), or replaced.

    Raises UsageError for what is no copy of a store, StoreError where it cannot be put there.
    """
    require_copy(copy, where)
    url = store_url(where)
    if url.get_backend_name() != "sqlite":
        forgotten = _forgotten(where)
        _run("pg_restore", url, "--clean", "--if-exists", "--single-transaction", str(copy))
        return Restored(None, max(0, forgotten - _opened(where)))
    file = Path(str(url.database))
    before, forgotten = None, 0
    if file.exists():
        forgotten = _forgotten(where)
        before = _new(file)
        back_up(where, before)
    file.parent.mkdir(parents=True, exist_ok=True)
    _copy(copy, file)  # a transaction: whoever has it open sees the one or the other
    return Restored(before, max(0, forgotten - _opened(where)))


def _new(file: Path) -> Path:
    """The name of a copy beside a store that is about to be replaced."""
    stem = f"{file.stem}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (f"{stem}{more}{file.suffix}" for more in chain([""], map("-{}".format, count(2))))
    return next(path for name in names if not (path := file.with_name(name)).exists())


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(target, timeout=10)) as written,
        ):
            read.backup(written)
            written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if target.name.endswith(".part"):
                written.execute("PRAGMA journal_mode = DELETE")  # one file, and nothing beside it
    except sqlite3.Error as error:
        raise StoreError(sentence(str(target), error)) from None


def _require_sound(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreError(f"The copy at {file} is damaged, and so may the store be: {said}.")


def _require_store(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("SELECT version FROM schema").fetchone()
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, TypeError):
        raise UsageError(f"{file} is no copy of a store: nothing was changed.") from None
    if said != "ok":
        raise UsageError(f"{file} is damaged ({said}): nothing was changed.")
    if version > len(MIGRATIONS):
        raise UsageError(f"{file} is of a newer autograder: upgrade, then restore it.")


def _forgotten(where: Path | str) -> int:
    """How many were ever forgotten in this store."""
    with open_store(where) as store:
        return store.forgotten()


def _opened(where: Path | str) -> int:
    """Open what was put back for the first time: everybody has to come in again, for who was signed
    in then may have signed out since.  How many were ever forgotten in it."""
    with open_store(where) as store:
        store.sessions.end_all()
        return store.forgotten()


def _run(program: str, url: sa.URL, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password is not among what others can see of it."""
    if shutil.which(program) is None:
        raise UsageError(
            f"{program} is not installed here: it comes with PostgreSQL (apt install "
            "postgresql-client)."
        )
    plain = url._replace(drivername="postgresql", password=None)
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(
        [program, *arguments, f"--dbname={plain.render_as_string(hide_password=False)}"],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = next(iter(done.stderr.strip().splitlines()), f"status {done.returncode}")
        raise StoreError(f"{program} failed: {said}.")
