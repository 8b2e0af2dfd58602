"""Every attempt of every student, the files, people and what they decided, append-only: SQLite by
default, PostgreSQL by URL.

Workers make rows and never see a database, so the library for databases is imported when the first
of ``Store``, ``open_store`` and ``store_url`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.store.acts import (
    Act,
    Comment,
    Conflict,
    Flag,
    Mark,
    Override,
    Publication,
    Published,
    Reply,
    Request,
    Rubric,
    Share,
    Sharing,
    Shown,
    Undo,
    What,
    deflated,
    digest_of_answer,
    new_deed,
)
from autograder.store.records import (
    Attempt,
    Circumstances,
    Entry,
    Extension,
    Forgotten,
    HandedInFile,
    LinkState,
    PersonRecord,
    PersonRow,
    Row,
    Time,
    Whom,
    storable,
    to_row,
)

if TYPE_CHECKING:
    from autograder.store.database import Store, open_store, store_url

__all__ = [
    "Act",
    "Attempt",
    "Circumstances",
    "Comment",
    "Conflict",
    "Entry",
    "Extension",
    "Flag",
    "Forgotten",
    "HandedInFile",
    "LinkState",
    "Mark",
    "Override",
    "PersonRecord",
    "PersonRow",
    "Publication",
    "Published",
    "Reply",
    "Request",
    "Row",
    "Rubric",
    "Share",
    "Sharing",
    "Shown",
    "Store",
    "Time",
    "Undo",
    "What",
    "Whom",
    "deflated",
    "digest_of_answer",
    "new_deed",
    "open_store",
    "storable",
    "store_url",
    "to_row",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograder.store import database

    return getattr(database, name)
