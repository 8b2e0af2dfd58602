"""Every attempt of every student, append-only: SQLite by default, PostgreSQL by URL."""

from autograder.store.database import Store, open_store, store_url
from autograder.store.records import Attempt, Entry, Row, plain, to_row

__all__ = ["Attempt", "Entry", "Row", "Store", "open_store", "plain", "store_url", "to_row"]
