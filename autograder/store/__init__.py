"""Every attempt of every student, append-only: SQLite by default, PostgreSQL by URL."""

from autograder.store.database import Store, open_store
from autograder.store.records import Attempt, Entry, Row, plain, to_row

__all__ = ["Attempt", "Entry", "Row", "Store", "open_store", "plain", "to_row"]
