"""A changed assignment in the desk: tried on the side, looked at, kept or forgotten."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from course_class import INSTRUCTOR, MARIA, TOM, Browser, Desk

from autograder.batch.order import opened
from autograder.batch.showing import show_again
from autograder.cli.options import order_for
from autograder.store import Store
from autograder.web.app import application
from autograder.web.desk.places import places
from autograder.web.desk.room import Room
from autograder.web.desk.tables import Tables
from autograder.web.people import Doors
from tests.cli.test_cli_marking import course, graded, mark, rows
from tests.cli.test_cli_regrading import change

__all__ = ["course", "graded"]  # fixtures
pytestmark = pytest.mark.long


@pytest.fixture
def regrading(course: Path) -> Iterator[tuple[Room, Browser]]:
    mark("student,question,points\nben,explanation,7\nzoe,explanation,3\n")
    order = order_for(None, None, None)
    with opened(order) as store:
        tables = Tables(lambda students: show_again(order, store, students))
        room = Room(order, store, tables)
        doors = Doors([INSTRUCTOR, MARIA, TOM])
        browser = Browser(application(places(room), doors, 8765))
        browser.open(f"/enter?secret={doors.secrets[INSTRUCTOR]}")
        yield room, browser
        room.ends.close()


def wait(browser: Browser) -> str:
    """The page at its end."""
    for _ in range(600):
        page = browser.open("/regrade")
        if "data-again" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_who_moves_is_seen_before_it_counts(regrading: tuple[Room, Browser]) -> None:
    room, ines = regrading
    assert "was graded by the assignment as it is now" in ines.open("/regrade")
    change()
    assert "3 files were graded by another version of the assignment" in ines.open("/regrade")
    first = 'another version of the assignment: <a href="/regrade">regrade them first</a>.'
    assert f"3 files were graded by {first}" in ines.open("/publish")
    ines.open("/regrade")
    before, acts = room.view().lines["zoe"].final, len(room.view().book.ledger.acts)
    ines.send(do="begin")
    ines.send("/regrade", do="begin")
    assert ines.status == 409
    page = wait(ines)
    assert "<b>3</b> graded on the side" in page
    row = html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<tbody>") :]))
    assert room.view().lines["zoe"].final == before
    assert rows()["zoe"]["final_score"] == before
    ines.send(do="keep")
    assert "the work of 3 students was graded anew" in ines.page
    after = room.view().lines["zoe"].final
    assert after != before
    assert f"{before:g}" in row
    assert f"{after:g}" in row
    assert {line.student for line in room.view().lines.values() if line.final} == {"ben", "zoe"}
    assert len(room.view().book.ledger.acts) == acts
    assert room.order.assignment.version == order_for(None, None, None).assignment.version
    assert "was graded by the assignment as it is now" in ines.open("/regrade")
    assert "another version" not in ines.open("/publish")


def test_another_price_of_lateness_moves_people_without_grading(
    regrading: tuple[Room, Browser],
) -> None:
    room, ines = regrading
    settings = room.order.assignment.folder / "assignment.toml"
    text = settings.read_text(encoding="utf-8")
    late = '[late]\ndue = 2020-01-01T00:00:00\ntimezone = "UTC"\ntrust = ["file"]\n'
    late += 'policy = "share_per_day"\nshare = 0.1\n'
    settings.write_text(f"{text}\n{late}", encoding="utf-8")
    assert "No file has to be graded again" in ines.open("/regrade")
    ines.send(do="begin")
    page = wait(ines)
    assert "<b>0</b> graded on the side" in page
    assert "<b>3</b> would have fewer" in page
    assert room.view().lines["ben"].final == 97
    ines.send(do="keep")
    assert "the work of 0 students was graded anew" in ines.page
    assert room.view().lines["ben"].final == 0
    assert {"ben", "zoe"} <= room.tables.waiting, "their pages tell lateness, too"


def test_it_may_be_forgotten_and_what_is_broken_is_said(regrading: tuple[Room, Browser]) -> None:
    room, ines = regrading
    change()
    ines.open("/regrade")
    ines.send(do="begin")
    wait(ines)
    ines.send(do="forget")
    assert "3 files were graded by another version of the assignment" in ines.page
    marker = room.store.marker()
    settings = room.order.assignment.folder / "assignment.toml"
    settings.write_text("points = ", encoding="utf-8")
    page = ines.open("/regrade")
    assert ines.status == 503
    assert "assignment.toml" in page
    assert "another version" not in ines.open("/publish")
    assert ines.status == 200, "it is as it was, and told so elsewhere"
    assert room.store.marker() == marker


def test_it_is_for_instructors(desk: Desk, store: Store) -> None:
    for page in ("/regrade", "/gradebook", "/gradebook.csv"):
        assert desk.as_(MARIA).ask("GET", page).status_code == 403
