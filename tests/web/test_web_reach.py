"""Every page of the desk for whoever cannot see well, or use a mouse: axe-core finds nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from busy_desk import busy_desk
from test_web_browser import chromium, served

from tests.report.chromium import axe_finds

DEVICES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}


@pytest.mark.long
def test_nothing_is_out_of_reach_on_any_page(tmp_path: Path) -> None:
    """In light and dark, large and small, with everything unfolded; and nothing is wider than the
    window."""
    pages = busy_desk(tmp_path)
    found = []
    with chromium() as browser, served(tmp_path) as addresses:
        here = addresses["ines"].partition("/enter")[0]
        for device, scheme in (("desk", "light"), ("desk", "dark"), ("phone", "dark")):
            # Our own policy would keep axe-core out, too.
            context = browser.new_context(
                **DEVICES[device], color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(addresses["ines"])
            for name, address in pages.items():
                page.goto(f"{here}{address}")
                page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
                found += [
                    f"{name}, {device}, {scheme}: {v['id']} ({v['impact']}): "
                    f"{v['nodes'][0]['html'][:300]}"
                    for v in axe_finds(page, (device, scheme) == ("desk", "dark"))
                ]
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > DEVICES[device]["viewport"]["width"]:
                    found.append(f"{name}, {device}: {width} wide")
            page.goto(f"{here}/")
            page.keyboard.press("?")
            found += [f"the sheet: {v['id']}" for v in axe_finds(page)]
            context.close()
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_pages_of_the_desk_are_one_row_of_which_keys_reach_all(
    tmp_path: Path, scripts: bool
) -> None:
    busy_desk(tmp_path)
    with chromium() as browser, served(tmp_path) as addresses:
        here = addresses["ines"].partition("/enter")[0]
        page = browser.new_context(**DEVICES["phone"], java_script_enabled=scripts).new_page()
        page.goto(addresses["ines"])
        page.goto(f"{here}/publish")
        nav = page.locator(".top nav")
        links = nav.get_by_role("link")
        assert {links.nth(i).bounding_box()["y"] for i in range(links.count())} == {
            links.first.bounding_box()["y"]
        }
        assert page.locator(".top").bounding_box()["height"] < 100, "two rows"
        if scripts:
            assert is_in_sight(nav, links.last), "the one that is open"
        page.keyboard.press("Tab")  # to the page
        for i in range(links.count()):
            page.keyboard.press("Tab")
            assert links.nth(i).evaluate("e => e === document.activeElement")
            assert is_in_sight(nav, links.nth(i), whole=scripts)


@pytest.mark.long
def test_on_a_phone_attempts_stand_below_one_another_and_nothing_is_cut(tmp_path: Path) -> None:
    pages = busy_desk(tmp_path)
    with chromium() as browser, served(tmp_path) as addresses:
        page = browser.new_context(**DEVICES["phone"]).new_page()
        page.goto(addresses["ines"])
        page.goto(f"{addresses['ines'].partition('/enter')[0]}{pages['compare']}")
        cells = page.locator("tbody tr").first.locator("th, td:not(:empty)")
        boxes = [cells.nth(i).bounding_box() for i in range(cells.count())]
        assert len(boxes) > 4
        for above, below in pairwise(boxes):
            assert below["y"] >= above["y"] + above["height"]
        for box in boxes:
            assert box["x"] + box["width"] <= 390
            assert box["height"] < 60
        assert "Handed in" in page.evaluate(
            "getComputedStyle(document.querySelectorAll('td')[1], '::before').content"
        )


def is_in_sight(row: Any, link: Any, whole: bool = True) -> bool:
    around, box = row.bounding_box(), link.bounding_box()
    left, right = box["x"], box["x"] + box["width"]
    if not whole:
        left, right = right, left
    return bool(around["x"] <= left and right <= around["x"] + around["width"])
