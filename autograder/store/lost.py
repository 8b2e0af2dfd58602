"""What a store in a file holds that a copy of it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.store.database import open_store, store_url
from autograder.store.records import OF_NOBODY

# What was forgotten since has other tickets and digests than in the copy, and nobody misses it.
_HAND_INS = "SELECT ticket, student, at FROM hand_ins WHERE person > 0 ORDER BY at DESC, id DESC"
_RESULTS = "SELECT assignment, student, digest, graded_at FROM attempts"
_BY_COMMAND = (
    f"{_RESULTS} WHERE id NOT IN (SELECT attempt FROM verdicts) AND digest NOT LIKE '{OF_NOBODY}%'"
)
_ROUNDS = "SELECT hand_in, round FROM verdicts WHERE round > 0"
_WAITING = "SELECT hand_in, round FROM queue WHERE round > 0"
_TICKETS = "SELECT id, ticket FROM hand_ins"
_DEEDS = "SELECT DISTINCT deed, kind = 'request' FROM acts"
_FORGOTTEN = "SELECT id, at FROM forgotten"
_ENDS = "SELECT person, expires, recorded_at FROM links"
_GENERATIONS = "SELECT person, MAX(generation) FROM links GROUP BY person"
_PEOPLE = "SELECT DISTINCT person FROM people"
_KEY = "SELECT value FROM portal WHERE name = 'key' ORDER BY id LIMIT 1"
_URL = "SELECT value FROM portal WHERE name = 'url' ORDER BY id DESC LIMIT 1"
_SESSIONS = "SELECT key FROM sessions"

_OTHERS = (
    (
        "extension",
        "extensions",
        "SELECT assignment, person, student, due, recorded_at FROM extensions",
    ),
    (
        "time of handing in",
        "times of handing in",
        "SELECT assignment, student, digest, handed_in, recorded_at FROM times",
    ),
    (
        "choice of an attempt",
        "choices of attempts",
        "SELECT assignment, person, hand_in, at FROM choices",
    ),
    (
        "change of partners",
        "changes of partners",
        "SELECT assignment, person, other, together, at FROM partners "
        "WHERE person > 0 AND other > 0",
    ),
    (
        "entry in the list of people",
        "entries in the list of people",
        "SELECT person, imported_at FROM people",
    ),
    (
        "change of a password",
        "changes of passwords",
        "SELECT person, hash, recorded_at FROM passwords",
    ),
)
"""What else there is, one and several, and what tells one from all others."""


@dataclass(frozen=True)
class Lost:
    hand_ins: Sequence[tuple[str, datetime]] = ()
    """Who handed in, and when, the newest first."""
    parts: Sequence[tuple[int, str]] = ()
    """What else is not in the copy: how many of what."""
    sessions: int = 0
    """In which people are signed in at the portal: all of them end."""
    forgotten: int = 0
    """Who was forgotten since, and comes back."""
    revoked: int = 0
    """Links that were revoked since, and are good again."""
    is_other_key: bool = False
    """Whether no link that was given out since is good any more."""
    url: str = ""
    """Where the portal has been found since; empty: as in the copy."""


def lost(copy: Path, where: Path | str) -> Lost | None:
    """What goes when the copy is put in the store's place; None: a server has it, which is not
    asked.  Raises StoreError where the store cannot be read."""
    url = store_url(where)
    if url.get_backend_name() != "sqlite":
        return None
    file = Path(str(url.database))
    if not file.exists():
        return Lost()
    open_store(where).close()  # an older store becomes one of today
    tickets = {row[0] for row in _rows(copy, _HAND_INS)}
    revoked = _revoked(copy, file)
    return Lost(
        [
            (student, datetime.fromisoformat(at))
            for ticket, student, at in _rows(file, _HAND_INS)
            if ticket not in tickets
        ],
        _parts(copy, file, revoked),
        len(_rows(file, _SESSIONS)),
        len(set(_rows(file, _FORGOTTEN)) - set(_rows(copy, _FORGOTTEN))),
        len(revoked),
        _is_other(copy, file, _KEY),
        _rows(file, _URL)[0][0] if _is_other(copy, file, _URL) else "",
    )


def _parts(copy: Path, file: Path, revoked: Set[int]) -> list[tuple[int, str]]:
    results, deeds = set(_rows(copy, _RESULTS)), set(_rows(copy, _DEEDS))
    decided = [row[1] for row in _rows(file, _DEEDS) if row not in deeds]
    by_command = sum(row not in results for row in _rows(file, _BY_COMMAND))
    links = set(_rows(file, _ENDS)) - set(_rows(copy, _ENDS))
    people = {0, *(row[0] for row in _rows(file, _PEOPLE))} - revoked
    counts = (
        (by_command, "graded file", "graded files"),
        (_graded_again(copy, file), "file graded again", "files graded again"),
        (decided.count(0), "decision", "decisions"),
        (decided.count(1), "request", "requests"),
        *(
            (len(set(_rows(file, query)) - set(_rows(copy, query))), one, many)
            for one, many, query in _OTHERS
        ),
        (len({row[0] for row in links} & people), "end of a link", "ends of links"),
    )
    return [(count, one if count == 1 else many) for count, one, many in counts if count]


def _graded_again(copy: Path, file: Path) -> int:
    """Of what is in the copy; what waits there to be graded again is, with no more ado."""
    known, now = dict(_rows(copy, _TICKETS)), dict(_rows(file, _TICKETS))
    rounds = {*_rows(copy, _ROUNDS), *_rows(copy, _WAITING)}
    again = (row for row in _rows(file, _ROUNDS) if row not in rounds)
    return len({id_ for id_, _ in again if id_ in known and known[id_] == now.get(id_)})


def _revoked(copy: Path, file: Path) -> set[int]:
    """Whose link was revoked since, of those who are known in both; 0: the first instructor."""
    before = dict(_rows(copy, _GENERATIONS))
    known = {0, *(row[0] for row in set(_rows(copy, _PEOPLE)) & set(_rows(file, _PEOPLE)))}
    newest = _rows(file, _GENERATIONS)
    return {person for person, one in newest if person in known and one > before.get(person, 1)}


def _is_other(copy: Path, file: Path, query: str) -> bool:
    now = _rows(file, query)
    return bool(now) and now != _rows(copy, query)


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """None, where an older program made it, which had no such table."""
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            return []
