"""Whether a portal serves a store in a file: as long as one does, it holds a lock on a file beside.

The kernel takes the lock back whatever becomes of the portal, so one that died keeps nobody out.
A store on a PostgreSQL server has no such file, and Windows no such lock: there nothing is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.store.database import store_url


@contextmanager
def served(where: Path | str) -> Iterator[None]:
    """While a portal serves this store; several may.  Raises UsageError while it is replaced."""
    with _locked(where, alone=False) as is_free:
        if not is_free:
            raise UsageError(
                f"A copy is being put in the place of {where}: begin again when that is done."
            )
        yield


@contextmanager
def replaced(where: Path | str) -> Iterator[None]:
    """While another store is put in its place.  Raises UsageError where a portal serves it: what is
    handed in meanwhile would be gone, though it has a receipt."""
    with _locked(where, alone=True) as is_free:
        if not is_free:
            raise UsageError(
                f"Nothing was changed, for a portal serves {where}: end `autograder serve` first, "
                "so that nothing is handed in meanwhile."
            )
        yield


@contextmanager
def _locked(where: Path | str, *, alone: bool) -> Iterator[bool]:
    """Whether the lock could be had."""
    url = store_url(where)
    try:
        import fcntl
    except ImportError:
        yield True
        return
    if url.get_backend_name() != "sqlite":
        yield True
        return
    file = Path(str(url.database))
    try:
        beside = os.open(file.with_name(f".{file.name}.served"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # nothing can be stored there either, as the database says in its own words
        yield True
        return
    try:
        # A lock of this process alone: the kind that children inherit would outlive it in them.
        try:
            fcntl.lockf(beside, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            is_free = True
        except BlockingIOError:
            is_free = False
        except PermissionError:  # the same, on some systems
            is_free = False
        except OSError:  # a disk without locks
            is_free = True
        yield is_free
    finally:
        os.close(beside)
