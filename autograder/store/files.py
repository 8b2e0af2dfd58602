"""The part of the store that holds the files that were handed in, each once, by digest."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.store.decided import Begin
from autograder.store.records import HandedInFile
from autograder.store.tables import FILES


class Files:
    """The files that were handed in, each once, by digest."""

    def __init__(self, begin: Begin, name: str) -> None:
        self._begin = begin
        self._name = name

    def read(self, digest: str) -> bytes | None:
        """The file; None: it was not kept, for it was too large or graded by an older program."""
        with self._begin() as connection:
            content = connection.execute(_CONTENT, {"digest": digest}).scalar()
        if content is None:
            return None
        try:
            data = zlib.decompress(content)
        except zlib.error:
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"The file {digest[:12]} is damaged in {self._name}.")
        return data

    def known(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests whose file is kept."""
        with self._begin() as connection:
            return known_files(connection, list(digests))


_CONTENT = sa.select(FILES.c.content).where(FILES.c.digest == sa.bindparam("digest"))
_ADD = sa.text(
    "INSERT INTO files (digest, size, content) VALUES (:digest, :size, :content) "
    "ON CONFLICT (digest) DO NOTHING"
)
_FEW = 20
"""Files in memory at a time."""
_AT_ONCE = 500
"""Values in one query; some databases take no more than a thousand."""


def known_files(connection: Connection, digests: Sequence[str]) -> set[str]:
    """Those of the digests whose file is kept."""
    known: set[str] = set()
    for start in range(0, len(digests), _AT_ONCE):
        wanted = digests[start : start + _AT_ONCE]
        query = sa.select(FILES.c.digest).where(FILES.c.digest.in_(wanted))
        known.update(connection.execute(query).scalars())
    return known


def add_files(connection: Connection, files: Iterable[HandedInFile]) -> None:
    """Keep what is not kept already, within the connection's transaction."""
    by_digest = {file.digest: file for file in files}
    rows: list[dict[str, Any]] = [
        {"digest": file.digest, "size": file.size, "content": file.deflated}
        for file in by_digest.values()
    ]
    if not rows:
        return
    # Another grader of the same store may add the same file at this moment.
    connection.execute(_ADD, rows)


def take_in_files(source: Connection, target: Connection) -> None:
    """Copy the files of another store that are not kept here already."""
    query = sa.select(FILES).execution_options(yield_per=_FEW)
    for rows in source.execute(query).mappings().partitions():
        add_files(target, [HandedInFile(r["digest"], r["size"], r["content"]) for r in rows])
