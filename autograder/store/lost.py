"""What a store in a file holds that a copy of it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.store.database import open_store, store_url

_HAND_INS = "SELECT ticket, student, at FROM hand_ins ORDER BY at DESC, id DESC"
_RESULTS = "SELECT assignment, student, digest, graded_at FROM attempts"
_BY_COMMAND = f"{_RESULTS} WHERE id NOT IN (SELECT attempt FROM verdicts)"
_DEEDS = "SELECT DISTINCT deed, kind = 'request' FROM acts"

_SESSIONS = "SELECT key FROM sessions"


@dataclass(frozen=True)
class Lost:
    hand_ins: Sequence[tuple[str, datetime]]
    """Who handed in, and when, the newest first."""
    results: int
    """Of what was not handed in at the portal."""
    decisions: int
    requests: int
    sessions: int
    """In which people are signed in at the portal: all of them end."""


def lost(copy: Path, where: Path | str) -> Lost | None:
    """What goes when the copy is put in the store's place; None: a server has it, which is not
    asked.  Raises StoreError where the store cannot be read."""
    url = store_url(where)
    if url.get_backend_name() != "sqlite":
        return None
    file = Path(str(url.database))
    if not file.exists():
        return Lost((), 0, 0, 0, 0)
    open_store(where).close()  # an older store becomes one of today
    tickets = {row[0] for row in _rows(copy, _HAND_INS)}
    results, deeds = set(_rows(copy, _RESULTS)), set(_rows(copy, _DEEDS))
    gone = [
        is_request for deed, is_request in _rows(file, _DEEDS) if (deed, is_request) not in deeds
    ]
    return Lost(
        [
            (student, datetime.fromisoformat(at))
            for ticket, student, at in _rows(file, _HAND_INS)
            if ticket not in tickets
        ],
        sum(row not in results for row in _rows(file, _BY_COMMAND)),
        gone.count(0),
        gone.count(1),
        len(_rows(file, _SESSIONS)),
    )


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """None, where an older program made it, which had no such table."""
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            return []
