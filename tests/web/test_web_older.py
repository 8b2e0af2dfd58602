"""A store that the first program left behind, opened through the desk: it is brought up to date,
and every attempt is there, to be read and decided on."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from course_class import SLUG
from test_web_served import desk

from autograder.store import open_store
from autograder.store.schema import copy_of

FORM_1 = Path(__file__).parents[1] / "store" / "older" / "form_1.sql"


def older_store(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FORM_1.read_text(encoding="utf-8"))
    return path


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Of the attempts, as they were from the start."""
    columns = "id, assignment, student, digest, score, handed_in, grade, details"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM attempts").fetchall()


def test_every_attempt_of_an_old_store_is_in_the_desk(tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db")
    before = rows(path)
    students = {row[2] for row in before if row[1] == SLUG}
    assert students == {"empty_template_raises", "empty_template", "adam_undefined_name"}
    with (
        desk(tmp_path) as (_process, url),
        httpx.Client(follow_redirects=True, base_url=url.partition("/enter")[0]) as client,
    ):
        queue = client.get(url).text
        listed = set(re.findall(r"/answer/(\d+)/explanation", queue))
        assert len(listed) == len(students)
        for attempt in listed:
            page = client.get(f"/submission/{attempt}").text
            name = re.search(r"<title>([^<]*)</title>", page)
            assert name is not None
            assert name.group(1) in students
            assert client.get(f"/page/{attempt}").status_code == 200
            assert "not kept" in client.get(f"/compare/{attempt}").text
        assert client.get("/class").status_code == 200
        assert "is not kept here" in client.get("/regrade").text.replace("are not", "is not")
        address = f"/answer/{min(listed)}/explanation"
        page = client.get(address).text
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        sent = client.post(address, data={**form, "points": "4", "do": "mark"},
                           headers={"origin": str(client.base_url).rstrip("/")})  # fmt: skip
        assert "4 of 10 points" in sent.text
    assert rows(path) == before
    assert rows(copy_of(path, 1)) == before
    with open_store(path) as store:
        assert store.marker() == (len(before), 0, 0, 0, 1)
