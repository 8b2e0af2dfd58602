"""Which attempt a student asks about, where another counts by now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from course_class import SLUG
from portal_class import NOTEBOOK, PROGRAM, School, verdict
from test_portal_pages import published

from autograder.acts import Book
from autograder.settings import Attempts


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        opened.says(attempts=Attempts(keep="chosen"), before_due="all")
        yield opened


def book(school: School) -> Book:
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    return exercise.room.view().book


def says(school: School) -> list[str]:
    found = [book(school).asked_of(one) for one in book(school).ledger.requests()]
    return [one.says for one in found if one is not None]


@pytest.mark.parametrize("chooses_first", [False, True])
def test_a_request_is_of_the_attempt_that_was_shown(school: School, chooses_first: bool) -> None:
    alice = school.browser("alice")
    alice.upload(PROGRAM, "first.py")
    school.grade(verdict("moment_overwritten"))
    published(school)
    first = book(school).counting["alice"]
    alice.upload(NOTEBOOK, "second.ipynb")
    second_ticket = alice.address[3:]
    school.grade(verdict())
    tickets = alice.tickets_of(SLUG)
    alice.open(f"/h/{tickets[-1]}")
    alice.send(f"/h/{tickets[-1]}/choose")

    def choose() -> None:
        alice.open(f"/h/{second_ticket}")
        alice.send(f"/h/{second_ticket}/choose")

    def ask() -> None:
        alice.open(f"/a/{SLUG}/result")
        alice.send(f"/a/{SLUG}/ask", question="adam", text="Why not all points?")

    if chooses_first:
        choose()
    ask()
    if not chooses_first:
        assert says(school) == ["attempt 1"]
        maria = school.browser("maria")
        assert "UTC, attempt 1 Why" in maria.read(f"/desk/{SLUG}/requests")
        choose()
    counts = book(school).counting["alice"]
    assert counts != first
    assert says(school) == ["attempt 1 (attempt 2 counts by now)"]
    maria = school.browser("maria")
    for page in ("requests", f"submission/{counts}", f"answer/{counts}/adam"):
        assert "attempt 1 ; attempt 2 counts by now: what changed" in maria.read(
            f"/desk/{SLUG}/{page}"
        )
        assert f'href="/desk/{SLUG}/page/{first}"' in maria.page
    assert f"/compare/{counts}?older={first}&amp;newer={counts}" in maria.page
    assert "75 of 90" in maria.read(f"/desk/{SLUG}/page/{first}")
    assert "first.py" in maria.words
    assert "90 of 90" in maria.read(f"/desk/{SLUG}/page/{counts}")


def test_the_page_of_an_attempt_that_was_not_published_is_what_the_program_found(
    school: School,
) -> None:
    alice = school.browser("alice")
    for data, file in ((PROGRAM, "first.py"), (NOTEBOOK, "second.ipynb")):
        alice.upload(data, file)
        school.grade(verdict("moment_overwritten") if file == "first.py" else verdict())
    first, counts = (entry.id for _, entry in book(school).numbered("alice"))
    assert book(school).counting["alice"] == counts
    maria = school.browser("maria")
    assert "75 of 90" in maria.read(f"/desk/{SLUG}/page/{first}")
    assert "first.py" in maria.words
    assert "second.ipynb" in maria.read(f"/desk/{SLUG}/page/{counts}")
