"""A desk over a small class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from course_class import Desk, small_class
from portal_class import PAGES

from autograder.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        small_class(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


@pytest.fixture(scope="module", autouse=True)
def _pages_end() -> Iterator[None]:
    """No process that draws pages is left for whatever is tested next."""
    yield
    PAGES.end()
