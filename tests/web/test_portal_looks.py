"""Students' pages in a browser: as those who hear them meet them, on a phone and a desktop, light
and dark; and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from course_class import SLUG
from portal_class import NOTEBOOK, School, verdict
from test_portal_pages import published
from test_portal_port import answering
from test_web_browser import chromium

from autograder.settings import Attempts, Late
from tests.report.chromium import axe_finds

SIZES = {"desktop": (1200, 900), "phone": (390, 844)}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        opened.says(attempts=Attempts(keep="chosen", per_day=5, partners=2))
        yield opened


def enter(page: Any, url: str, school: School, who: str) -> None:
    page.goto(f"{url}/enter/{school.token(who)}")
    with page.expect_navigation():
        page.click("button")


def pages_of(school: School) -> dict[str, dict[str, str]]:
    """A name and an address of every page, by who may open it."""
    alice, bob = school.program("alice"), school.program("bob")
    tickets = []
    for given in (verdict("moment_overwritten", fails=True), verdict()):
        name = f"a_file_with_a_name_that_is_longer_than_any_phone_is_wide_{len(tickets)}.ipynb"
        data = NOTEBOOK + b" " * len(tickets)
        tickets.append(alice.hand_in(data, name).json()["id"])
        school.grade(given)
    waiting = bob.hand_in().json()["id"]
    school.store.hand_ins.join(SLUG, number_of(school, "bob"), number_of(school, "alice"), True)
    return {
        "": {"front": "/", "link": f"/enter/{school.token('alice')}", "no link": "/enter/no"},
        "alice": {
            "home": "/",
            "assignment": f"/a/{SLUG}",
            "first": f"/h/{tickets[0]}",
            "second": f"/h/{tickets[1]}",
            "nothing": "/h/nothing",
            "me": "/me",
            "another's link": f"/enter/{school.token('bob')}",
        },
        "bob": {"waiting": f"/h/{waiting}", "named": f"/a/{SLUG}"},
        "ines": {
            "course": "/course",
            "students": "/course/students",
            "as": f"/as/1/a/{SLUG}",
            "a student's": f"/a/{SLUG}",
            "a student's link": f"/enter/{school.token('alice')}",
            "me": "/me",
        },
    }


def number_of(school: School, who: str) -> int:
    people = school.portal.door.links.directory.people
    return next(one.number or 0 for one in people if one.id == who)


def look(browser: Any, url: str, school: School, who: str, pages: dict[str, str]) -> list[str]:
    faults = []
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page = context.new_page()
            if who:
                enter(page, url, school, who)
            for name, address in pages.items():
                page.goto(url + address)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    faults.append(f"{name} is too wide for a {size}")
                found = axe_finds(page, colours_only=scheme == "dark")
                faults += [f"{name}, {size}, {scheme}: {one['id']}" for one in found]
            context.close()
    return faults


@pytest.mark.long
def test_every_page_is_fit_to_be_heard_and_fits(school: School) -> None:
    everything = pages_of(school)
    with chromium() as browser, answering(school) as url:
        faults = [
            fault
            for who, pages in everything.items()
            for fault in look(browser, url, school, who, pages)
        ]
        published(school)
        final = {
            "home": "/",
            "result": f"/a/{SLUG}/result",
            "published": everything["alice"]["second"],
        }
        faults += look(browser, url, school, "alice", final)
        school.says(opens=datetime.now(UTC) + timedelta(days=1))
        faults += look(browser, url, school, "carla", {"not open": f"/a/{SLUG}", "home": "/"})
    assert faults == []


@pytest.mark.long
def test_without_scripts_all_of_it_works(school: School, tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_bytes(NOTEBOOK)
    with chromium() as browser, answering(school) as url:
        page = browser.new_context(java_script_enabled=False).new_page()
        enter(page, url, school, "alice")
        page.click("text=Gradient descent")
        page.set_input_files("#file", str(tmp_path / "hw.ipynb"))
        page.click("button:has-text('Hand in')")
        page.wait_for_selector("text=place 1 in the queue")
        school.grade(verdict("moment_overwritten"))
        page.wait_for_selector("text=moment overwritten", timeout=10_000)  # it looks again itself
        assert "Attempt 1" in page.inner_text("h1")


@pytest.mark.long
@pytest.mark.parametrize("size", [(390, 844), (844, 390), (1200, 900)])
def test_on_a_phone_no_page_scrolls_within_a_page(school: School, size: tuple[int, int]) -> None:
    is_phone = min(size) < 400
    receipt = "/h/" + school.program("alice").hand_in().json()["id"]
    school.grade(verdict())
    published(school)
    with chromium() as browser, answering(school) as url:
        page = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, is_mobile=is_phone
        ).new_page()
        enter(page, url, school, "alice")
        for address in (receipt, f"/a/{SLUG}/result"):
            page.goto(url + address)
            assert page.locator("iframe").is_visible() is not is_phone
            assert page.get_by_text("in a window of its own").is_visible() is not is_phone
            way = page.get_by_role("link", name="Read the whole page")
            assert way.is_visible() is is_phone
            if is_phone:
                way.click()
                page.wait_for_url(f"{url}{address}/page?alone=yes")
                assert "points" in page.inner_text("header")
                page.get_by_role("link", name="Back to the portal").click()
                page.wait_for_url(url + address)
            else:
                page.frame_locator("iframe").locator("header").wait_for()


@pytest.mark.long
def test_a_receipt_has_seconds_on_the_clocks_of_whoever_reads(school: School) -> None:
    receipt = school.program("alice").hand_in().json()
    with chromium() as browser, answering(school) as url:
        page = browser.new_context(locale="en-GB", timezone_id="Asia/Kolkata").new_page()
        enter(page, url, school, "alice")
        page.goto(f"{url}/h/{receipt['id']}")
        shown = page.inner_text("#receipt-title ~ dl time")
    at = datetime.fromisoformat(receipt["at"]).astimezone(ZoneInfo("Asia/Kolkata"))
    assert f"{at:%H:%M:%S}" in shown


@pytest.mark.long
def test_who_teaches_reads_the_courses_clocks_on_every_page(school: School) -> None:
    school.says(late=Late(due=datetime(2035, 3, 14, 23, 59), timezone="Asia/Kolkata"))
    receipt = school.program("alice").hand_in().json()
    school.grade(verdict())
    published(school)
    number = school.store.hand_ins.all(SLUG)[0].person
    at = datetime.fromisoformat(receipt["at"]).astimezone(ZoneInfo("Asia/Kolkata"))
    pages = f"/as/{number}/h/{receipt['id']}", "/course", f"/desk/{SLUG}/publish"
    with chromium() as browser, answering(school) as url:
        page = browser.new_context(timezone_id="America/New_York").new_page()
        enter(page, url, school, "ines")
        shown = []
        for address in pages:
            page.goto(url + address)
            shown.append(page.inner_text("main"))
    assert f"{at:%H:%M:%S} IST" in shown[0]
    assert "23:59 IST" in shown[1]
    assert "IST by ines" in shown[2]
    assert not any(name in text for text in shown for name in ("EST", "EDT", "GMT"))


@pytest.fixture
def dark_result(school: School) -> Iterator[Any]:
    """The page with a published result, in a browser of somebody who likes it dark."""
    school.program("alice").hand_in()
    school.grade(verdict())
    published(school)
    with chromium() as browser, answering(school) as url:
        page = browser.new_context(color_scheme="dark").new_page()
        enter(page, url, school, "alice")
        page.goto(f"{url}/a/{SLUG}/result")
        yield page


def background(page: Any, name: str) -> str:
    return str(page.evaluate(f"getComputedStyle(document.querySelector('{name}')).backgroundColor"))


@pytest.mark.long
def test_the_frame_of_a_result_is_dark_before_anything_is_in_it(dark_result: Any) -> None:
    frame, whole = (background(dark_result, name) for name in ("iframe", "body"))
    assert frame == whole != "rgb(255, 255, 255)"


@pytest.mark.long
def test_a_result_is_printed_dark_on_white_and_says_what_is_not_on_it(dark_result: Any) -> None:
    dark_result.emulate_media(media="print")
    assert background(dark_result, "body") == "rgb(255, 255, 255)"
    assert not dark_result.locator("iframe").is_visible()
    assert not dark_result.locator("form >> visible=true").count()
    assert not dark_result.get_by_text("Ask to look again").is_visible(), "nothing was asked"
    assert dark_result.get_by_text("print it from its own window").is_visible()
