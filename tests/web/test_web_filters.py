"""What the list can be asked for: each wish leaves the answers that fit, and their count."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from course_class import ASKED, MARIA, Desk, assignment, grade_of, hand_in, order_in, small_class

from autograder.people import import_people, read_people
from autograder.settings import Late
from autograder.store import Store, open_store
from autograder.web.desk.room import Room


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Ann asks again, Ben is flagged, Cleo overridden and marked, Emil came back changed, Fay's
    code failed and is late; they are in two sections."""
    folder = tmp_path_factory.mktemp("filters")
    with open_store(folder / "grades.db") as store:
        small_class(store)
        hand_in(store, grade_of("fay", "Late and wrong.", fails=True), days=9)
        people = "id,section\n" + "".join(f"{name},A\n" for name in ("ann", "ben", "cleo"))
        (folder / "r.csv").write_text(f"{people}dora,B\nemil,B\nfay,B\n", encoding="utf-8")
        import_people(store, read_people(folder / "r.csv"))
        made = Desk(store, folder)
        due = Late(due=datetime(2025, 3, 5, tzinfo=UTC), policy="share_per_day", share=0.1)
        order = replace(order_in(folder), assignment=replace(assignment(), late=due))
        made.room.renew(order)
        _decide(made, store)
        yield made


def _decide(desk: Desk, store: Store) -> None:
    maria, number = desk.as_(MARIA), desk.room.view().book.counting
    maria.open("/requests")
    maria.send(student="ann", question="adam", text="Why?")
    maria.open(f"/answer/{number['ben']}/{ASKED}")
    maria.send(do="flag")
    for student in ("cleo", "emil"):
        maria.open(f"/answer/{number[student]}/{ASKED}")
        maria.send(points="3", do="mark")
    maria.open(f"/submission/{number['cleo']}")
    maria.send(question="adagrad", points="1", reason="Copied.", do="override")
    hand_in(store, grade_of("emil", "Something else."), days=1)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("kind=unread", {"ann", "ben", "dora", "emil", "fay"}),
        ("kind=back", {"emil"}),
        ("kind=again", {"ann"}),
        ("kind=failed", {"fay"}),
        ("kind=flagged", {"ben"}),
        ("kind=overridden", {"cleo"}),
        (f"kind=late&question={ASKED}", {"fay"}),
        (f"question={ASKED}", {"ann", "ben", "cleo", "dora", "emil", "fay"}),
        ("misconception=moment_overwritten", {"ann", "cleo"}),
        ("misconception=correction_missing", set()),
        (f"status=partial&question={ASKED}", {"cleo"}),
        ("status=error", {"fay"}),
        (f"section=A&question={ASKED}", {"ann", "ben", "cleo"}),
        ("section=B&kind=unread", {"dora", "emil", "fay"}),
        ("by=maria", {"cleo"}),
        ("words=denominator+only", {"ann", "ben"}),
        ("words=DORA&kind=unread", {"dora"}),
        ("words=nothing+of+the+kind", set()),
    ],
)
def test_a_wish_leaves_what_fits(desk: Desk, wish: str, expected: set[str]) -> None:
    page = desk.as_(MARIA).open(f"/?{wish}")
    found = set(re.findall(r'<th scope="row"><a href="/answer/[^"]*">(\w+)</a>', page))
    assert found == expected
    count = re.search(r"<h2>(\d+) answers?\b", page)
    assert count is not None
    assert (int(count[1]) == 0) == (not expected)
    kind = re.fullmatch(r"kind=(\w+)", wish)
    if kind is not None:
        chip = re.search(rf'href="/\?kind={kind[1]}"[^>]*>[^<]*<b>(\d+)</b>', page)
        assert chip is not None
        assert chip[1] == count[1]


def test_the_list_leads_on_within_what_was_asked_for(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    page = maria.open("/?section=B&kind=unread")
    first = re.search(r'class="go" href="([^"]*)"', page)
    assert first is not None
    address, seen = first[1].replace("&amp;", "&"), []
    while address:
        page = maria.open(address)
        seen.append(re.findall(r"<title>(\w+),", page)[0])
        after = re.search(r'href="([^"]*)" data-key="n"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    assert seen == ["dora", "emil", "fay"]


def test_the_room_is_the_same_whoever_looks(desk: Desk) -> None:
    """What is brought up to date act by act is what a desk sees that was opened just now."""
    now = desk.room.view()
    fresh = Room(desk.room.order, desk.room.store, desk.tables)
    assert fresh.view().rows == now.rows
    assert fresh.view().lines == now.lines
    assert fresh.view().counts == now.counts


def test_an_empty_list_leads_to_what_fits_but_for_its_kind(desk: Desk) -> None:
    """The list begins with what is to read; what the program judges is never among it."""
    maria = desk.as_(MARIA)
    maria.open("/?kind=unread&question=adam&misconception=moment_overwritten")
    assert "Everything here is read." in maria.page
    found = re.search(r'href="([^"]*)">Show all 2 answers of this filter, ([^<]*)</a>', maria.page)
    assert found is not None
    assert found[2] == "not only “to read”", "as the list is called above"
    maria.open(html.unescape(found.group(1)))
    assert set(re.findall(r"/answer/\d+/(\w+)", maria.page)) == {"adam"}
    assert "<h2>2 answers</h2>" in maria.page
    maria.open("/?kind=unread&question=adam&words=nobody")
    assert "not only" not in maria.page
    maria.open("/?kind=earlier")
    assert re.search(r">Show all \d+ answers, not only “overridden before a new file”<", maria.page)
