"""The class that these tests decide on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_class import SmallClass

from autograder.store import open_store


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallClass]:
    with open_store(tmp_path / "grades.db") as store:
        yield SmallClass(store)
