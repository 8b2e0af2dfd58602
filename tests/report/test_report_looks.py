"""What a student sees in a real browser: figures that play, nothing out of reach, clean print."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from chromium import axe_finds, chromium, shown
from example_grades import loss_surface, not_graded, unreadable, wrong_adam

from autograder.model import Grade
from autograder.report import feedback_page, index_page

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def page_of(grade: Grade) -> str:
    return feedback_page(grade, assignment_title="Rates", backgrounds={"loss": loss_surface()})


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as program:
        yield program


def test_a_path_is_stepped_scrubbed_and_played(browser: Any) -> None:
    complaints: list[str] = []
    with shown(browser, page_of(wrong_adam()), **DESK) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        told = page.locator(".player output")
        assert told.inner_text().startswith("epoch 60 of 60: (")
        page.get_by_label("One epoch back").click()
        assert told.inner_text().startswith("epoch 59 of 60: (")
        slider = page.get_by_label("Epoch", exact=True)
        slider.fill("0")
        assert told.inner_text() == "epoch 0 of 60: (-2, 3.2)"
        trail = page.locator("[data-path] > .line").last
        assert trail.get_attribute("d").count(" ") == 1, "at the start there is one point"
        page.get_by_label("One epoch on").click()
        assert trail.get_attribute("d").count("L") == 1
        slider.fill("57")
        page.get_by_role("button", name="Play").click()
        page.get_by_role("button", name="Play").wait_for(timeout=5000)  # it stops by itself
        assert told.inner_text().startswith("epoch 60 of 60")
    assert not complaints


def test_the_page_needs_no_script_and_no_other_file(browser: Any) -> None:
    asked: list[str] = []
    with shown(browser, page_of(wrong_adam()), java_script_enabled=False, **DESK) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        assert asked == ["http://page.test/"]
        assert page.locator(".player").count() == 0
        assert page.locator("figure.plays svg").first.is_visible()
        assert page.locator("figure.plays g > .curve > .line").count() == 3


def test_who_wants_no_motion_gets_none(browser: Any) -> None:
    calm = {**DESK, "reduced_motion": "reduce"}
    with shown(browser, page_of(wrong_adam()), **calm) as page:
        assert not page.get_by_role("button", name="Play").is_visible()
        page.get_by_label("One epoch back").click()
        assert page.locator(".player output").inner_text().startswith("epoch 59")


def pages() -> dict[str, str]:
    return {
        "wrong": page_of(wrong_adam()),
        "unreadable": page_of(unreadable()),
        "not graded": page_of(not_graded()),
        "index": index_page([wrong_adam(), unreadable()], assignment_title="Rates"),
    }


@pytest.mark.parametrize(
    ("device", "scheme"),
    [
        ("desk", "light"),
        pytest.param("desk", "dark", marks=pytest.mark.long),
        pytest.param("phone", "light", marks=pytest.mark.long),
        pytest.param("phone", "dark", marks=pytest.mark.long),
    ],
)
@pytest.mark.long
def test_nothing_is_out_of_reach(browser: Any, scheme: str, device: str) -> None:
    """axe-core finds nothing, with everything unfolded: contrast, names, roles, order."""
    context = {**(DESK if device == "desk" else PHONE), "color_scheme": scheme, "bypass_csp": True}
    found = []
    for name, html in pages().items():
        with shown(browser, html, **context) as page:
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
            found += [
                f"{name}: {v['id']}: {v['nodes'][0]['html'][:200]}"
                for v in axe_finds(page, scheme == "dark")
            ]
            assert (
                page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
            )
    assert not found


def test_axe_would_notice_grey_on_grey(browser: Any) -> None:
    html = page_of(wrong_adam()).replace("--ink: #1a2027", "--ink: #c8c8c8")
    with shown(browser, html, bypass_csp=True, **DESK) as page:
        ids = [violation["id"] for violation in axe_finds(page)]
    assert "color-contrast" in ids


def test_no_heading_is_the_last_line_of_a_printed_page(browser: Any) -> None:
    from pypdf import PdfReader

    with shown(browser, page_of(wrong_adam()), **DESK) as page:
        headings = {" ".join(text.split()) for text in page.locator("h2, h3").all_inner_texts()}
        printed = page.pdf(format="A4", print_background=True)
    sheets = [sheet.extract_text().split("\n") for sheet in PdfReader(io.BytesIO(printed)).pages]
    assert len(sheets) > 1
    lines = [" ".join(line.split()) for sheet in sheets for line in sheet]
    assert "What was measured" in lines, "what is folded on the screen is unfolded on paper"
    for sheet in sheets[:-1]:
        last = next(line for line in reversed(sheet) if line.strip())
        assert " ".join(last.split()) not in headings
