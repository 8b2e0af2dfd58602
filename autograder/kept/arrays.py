"""Arrays that are the same for every student, kept from one run to the next.

Which drawn instances tell all known faults apart, and what every fault does on them, depends on
the assignment alone and takes longer to compute than many students take to grade.  A shelf keeps
such arrays in one SQLite file for each version of an assignment and of the engine, in the grader's
own cache folder.  What is not on it, is not our own, was altered or cannot be read is computed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import multiprocessing
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from autograder.kept.folder import (
    FOLDER_VARIABLE,
    cache_folder,
    exchangeable,
    make_private,
    not_ours,
    say,
)
from autograder.model import FloatArray

MOST = 20
"""Shelves that are left in the folder; the ones unused for longest are deleted."""
_PATIENCE = 2.0
"""Seconds for which a file that another process has locked is waited for."""
_BESIDE = ("", "-journal", "-wal", "-shm")
"""What SQLite appends to a file's name for what it may read beside it."""
T = TypeVar("T")


class _Altered(Exception):
    """Something on the shelf is not as it was written."""


class Shelf:
    """Keeps arrays by name in a file, or (``path`` None) keeps nothing."""

    def __init__(self, path: Path | None = None, key: bytes = b"") -> None:
        """``key``, up to 64 bytes: without it nobody can put anything on the shelf."""
        self._path = path
        self._key = key
        self._database: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        """Which file it is, whatever lies at the path by now."""
        self._lock = threading.Lock()

    @property
    def keeps(self) -> bool:
        """Whether there is a file to keep anything in."""
        return self._in_database(lambda database: True) is not None

    def array(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """The array of that name; made, and kept if that is possible, where it is not there."""
        found = self._in_database(lambda database: self._read(database, name))
        if found is None:
            made = found = make()
            self._in_database(lambda database: self._write(database, name, made))
        return found

    def close(self) -> None:
        """Let go of the file until it is needed again: no copy of this process may share it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _in_database(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the action answers; None: there is no usable file, now or for good."""
        with self._lock:
            try:
                database = self._open()
                return None if database is None else action(database)
            except _Altered:
                self._empty()
            except (sqlite3.Error, OSError) as error:
                # sqlite3 says with its plainest class that a file is no sound database.
                if type(error) is sqlite3.DatabaseError:
                    self._empty()
                else:  # locked, full, out of reach: trying again helps nobody
                    self._give_up()
            return None

    def _open(self) -> sqlite3.Connection | None:
        path = self._path
        if self._database is None and path is not None:
            make_private(path.parent)
            if self._is_refused(path):
                self._path = None
                return None
            is_new = not path.exists()
            if is_new:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            else:
                os.utime(path)
            self._database, self._opened = _connect(path), _identity(path)
            # A shelf that is forgotten lets go of its file, too.
            weakref.finalize(self, self._database.close)
            # Nothing is lost with it: a digest tells what a power cut has torn.
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS arrays (name PRIMARY KEY, shape, data, digest)"
            )
            if is_new:
                _clear(path.parent)
        return self._database

    def _is_refused(self, path: Path) -> bool:
        """Whether others may have written here; that is said."""
        folder = path.parent
        words = exchangeable(folder) or not_ours(folder)
        if words is not None:
            _say_not_used(folder, words)
            return True
        for beside in (Path(f"{path}{end}") for end in _BESIDE):
            words = not_ours(beside)
            if words is not None:
                _say_not_used(beside, words)
                return True
        return False

    def _give_up(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._close()
        self._database = self._path = None

    def _empty(self) -> None:
        """Take a file away that is damaged or was altered; a new one begins when it is needed."""
        path, opened = self._path, self._opened
        self._give_up()
        if path is None:
            return
        try:
            if _identity(path) == opened:  # else another process has done it, and said so
                for end in _BESIDE:
                    Path(f"{path}{end}").unlink(missing_ok=True)
                say(f"{path} is not as it was written: it was removed, and is computed anew.")
        except FileNotFoundError:
            pass
        except OSError:
            return  # it stays, and so is not used
        self._path = path

    def _read(self, database: sqlite3.Connection, name: str) -> FloatArray | None:
        row = database.execute(
            "SELECT shape, data, digest FROM arrays WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else self._sound(name, *row)

    def _write(self, database: sqlite3.Connection, name: str, array: FloatArray) -> None:
        data = np.ascontiguousarray(array, dtype=np.float64).tobytes()
        shape = " ".join(map(str, np.shape(array)))
        row = (name, shape, data, self._digest(name, shape, data))
        database.execute("INSERT OR REPLACE INTO arrays VALUES (?, ?, ?, ?)", row)

    def _sound(self, name: object, shape: object, data: object, digest: object) -> FloatArray:
        """The array of a row; raises _Altered where it is not one that was written here."""
        if not isinstance(name, str) or not isinstance(shape, str):
            raise _Altered
        if not isinstance(data, bytes) or not isinstance(digest, bytes):
            raise _Altered
        if not hmac.compare_digest(self._digest(name, shape, data), digest):
            raise _Altered
        lengths = [int(length) for length in shape.split()]
        return np.frombuffer(data, np.float64).reshape(lengths)

    def _digest(self, name: str, shape: str, data: bytes) -> bytes:
        digest = hashlib.blake2b(f"{name}\0{shape}\0".encode(), digest_size=32, key=self._key)
        digest.update(data)
        return digest.digest()


NO_SHELF = Shelf()


def open_shelf(version: str, *engine: str, secret: bytes) -> Shelf:
    """The shelf of one version of an assignment.

    ``engine``: the folders of the program that computes the arrays; whatever changes in or below
    them, in the version or in the secret gives another shelf.
    """
    folder = cache_folder()
    if folder is None:
        return NO_SHELF
    key = f"{version} {_digest_of(engine)} {np.__version__}".encode()
    name = hmac.digest(secret, b"name " + key, "sha256").hex()[:32]
    return Shelf(folder / f"{name}.sqlite3", hmac.digest(secret, b"arrays " + key, "sha256"))


@cache
def _digest_of(folders: tuple[str, ...]) -> str:
    """SHA-256 over the names and bytes of all Python files in and below some folders."""
    digest = hashlib.sha256()
    for folder in map(Path, folders):
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _say_not_used(path: Path, words: str) -> None:
    if multiprocessing.parent_process() is None:  # a worker's parent has said it
        say(
            f"{path} {words}, so nothing is kept there: grades are the same, but take longer. "
            f"Remove it, or name another folder in {FOLDER_VARIABLE}."
        )


def _clear(folder: Path) -> None:
    shelves = sorted(folder.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)
    for path in shelves[:-MOST]:
        path.unlink(missing_ok=True)
