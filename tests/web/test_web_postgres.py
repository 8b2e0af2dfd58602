"""The same with PostgreSQL as the store: whatever marks there does here, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from course_class import small_class
from sqlalchemy import create_engine, text
from test_web_deciding import *  # noqa: F403
from test_web_marking import *  # noqa: F403

from autograder.store import Store, open_store
from tests.store.postgres_server import postgres_server

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def store(server: str) -> Iterator[Store]:
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    with open_store(server) as opened:
        small_class(opened)
        yield opened
