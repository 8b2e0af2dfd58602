"""Arrays that are the same for every student, kept from one run to the next.

Which drawn instances tell all known faults apart, and what every fault does on them, depends on
the assignment alone and takes longer to compute than many students take to grade.  A shelf keeps
such arrays in one SQLite file for each version of an assignment and of the engine, in the grader's
own cache folder.  It is never needed: what is not on it, damaged, or cannot be read is computed.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from autograder.cache import cache_folder
from autograder.model import FloatArray

MOST = 20
"""Shelves that are left in the folder; the ones unused for longest are deleted."""
_PATIENCE = 2.0
_DIGEST = 16
T = TypeVar("T")


class Shelf:
    """Keeps arrays by name in a file, or (``path`` None) keeps nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @property
    def keeps(self) -> bool:
        """Whether there is a file to keep anything in."""
        return self._in_database(lambda database: True) is not None

    def array(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """The array of that name; made, and kept if that is possible, where it is not there."""
        found = self._in_database(lambda database: _read(database, name))
        if found is None:
            made = found = make()
            self._in_database(lambda database: _write(database, name, made))
        return found

    def close(self) -> None:
        """Let go of the file until it is needed again: no copy of this process may share it."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _in_database(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the action answers; None: there is no usable file, now or for good."""
        with self._lock:
            try:
                database = self._open()
                return None if database is None else action(database)
            except (sqlite3.Error, OSError):
                # Locked, full, broken: waiting for it again helps nobody.
                self._database = self._path = None
                return None

    def _open(self) -> sqlite3.Connection | None:
        path = self._path
        if self._database is None and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_new = not path.exists()
            if is_new:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            else:
                os.utime(path)
            database = sqlite3.connect(
                path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            # Nothing is lost with it: a digest tells what a power cut has torn.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("CREATE TABLE IF NOT EXISTS arrays (name PRIMARY KEY, shape, data)")
            self._database = database
            if is_new:
                _clear(path.parent)
        return self._database


def _read(database: sqlite3.Connection, name: str) -> FloatArray | None:
    row = database.execute("SELECT shape, data FROM arrays WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    shape, data = row
    if hashlib.blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() != data[:_DIGEST]:
        return None
    lengths = [int(length) for length in shape.split()]
    return np.frombuffer(data, np.float64, offset=_DIGEST).reshape(lengths)


def _write(database: sqlite3.Connection, name: str, array: FloatArray) -> None:
    plain = np.ascontiguousarray(array, dtype=np.float64).tobytes()
    data = hashlib.blake2b(plain, digest_size=_DIGEST).digest() + plain
    shape = " ".join(map(str, np.shape(array)))
    database.execute("INSERT OR REPLACE INTO arrays VALUES (?, ?, ?)", (name, shape, data))


NO_SHELF = Shelf()


def open_shelf(version: str) -> Shelf:
    """The shelf of one version of an assignment, for this version of the engine."""
    folder = cache_folder()
    if folder is None:
        return NO_SHELF
    name = hashlib.sha256(f"{version} {_engine()} {np.__version__}".encode()).hexdigest()[:32]
    return Shelf(folder / f"{name}.sqlite3")


@cache
def _engine() -> str:
    """Digest of what computes the arrays."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _clear(folder: Path) -> None:
    shelves = sorted(folder.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)
    for path in shelves[:-MOST]:
        path.unlink(missing_ok=True)
