"""Without the secret, from elsewhere, with a forged form, as somebody else, or far too large:
refused.  What strangers wrote is text on every page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from course_class import ASKED, HERE, INSTRUCTOR, MARIA, PORT, Desk, grade_of, hand_in

from autograder.store import Store
from autograder.web.people import Doors
from autograder.web.safety import MOST_BYTES

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e"
PAGES = (
    *("/", "/groups", "/comments", "/requests", f"/rubric/{ASKED}", "/sharing", "/class"),
    *("/publish", "/gradebook", "/regrade"),
)


def every_page(desk: Desk) -> list[str]:
    attempts = desk.room.view().book.counting.values()
    each = ("/answer/{}/" + ASKED, "/answer/{}/adam", "/group/{}/" + ASKED, "/submission/{}")
    return [*PAGES, *(one.format(a) for a in attempts for one in (*each, "/compare/{}"))]


def test_nothing_is_shown_without_a_secret(desk: Desk) -> None:
    stranger = desk.as_(None)
    for page in [*every_page(desk), "/class.csv", "/page/1"]:
        assert stranger.ask("GET", page).status_code == 403, page
        assert "ann" not in stranger.page
    assert stranger.ask("GET", "/enter?secret=wrong").status_code == 403
    assert not stranger.cookies
    stranger.cookies.set(f"autograder_{PORT}", Doors([MARIA]).cookie(MARIA))  # of another process
    assert stranger.ask("GET", "/").status_code == 403


def test_the_secret_leaves_the_address_and_scripts_cannot_read_the_cookie(desk: Desk) -> None:
    stranger = desk.as_(None)
    answer = stranger.ask("GET", f"/enter?secret={desk.doors.secrets[MARIA]}", follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert desk.doors.secrets[MARIA] not in cookie
    assert stranger.ask("GET", "/").status_code == 200


def test_pages_forbid_what_is_not_ours(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    for page in every_page(desk)[:12]:
        headers = maria.ask("GET", page).headers
        policy = headers.get("content-security-policy", "")
        if maria.status == 200:
            assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert not re.search(
            r"<script(?! src=\"/static/desk.js\" defer)|\son\w+=|style=", maria.page
        )
    framed = maria.ask("GET", "/page/1").headers["content-security-policy"]
    assert framed.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in framed


def mark(desk: Desk, **more: object) -> httpx.Response:
    """Maria's form, sent in another way."""
    maria = desk.as_(MARIA)
    attempt = desk.room.view().book.counting["ann"]
    maria.open(f"/answer/{attempt}/{ASKED}")
    data = {**maria.hidden_for({"item": ""}), "points": "7", "do": "mark", **more.pop("data", {})}  # type: ignore[dict-item]
    headers = {"origin": HERE, **more.pop("headers", {})}  # type: ignore[dict-item]
    return maria.ask("POST", maria.address, data=data, headers=headers, follow=False, **more)


def test_a_form_of_ones_own_is_taken(desk: Desk) -> None:
    assert mark(desk).status_code == 303
    assert len(desk.room.view().book.ledger.acts) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"data": {"token": ""}},
        {"data": {"token": "0" * 64}},
        {"data": {"token": "ü"}},
        {"headers": {"origin": "http://evil.example"}},
        {"headers": {"origin": "null"}},
        {"headers": {"origin": f"http://127.0.0.1:{PORT + 1}"}},
        {"headers": {"origin": f"https://127.0.0.1:{PORT}"}},
        {"headers": {"sec-fetch-site": "cross-site"}},
        {"headers": {"host": "evil.example"}},
        {"headers": {"host": f"evil.example:{PORT}"}},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {"content-type": "application/json"}},
    ],
    ids=str,
)
def test_a_forged_form_does_nothing(desk: Desk, forged: dict[str, object]) -> None:
    assert mark(desk, **forged).status_code in (403, 415, 421)
    assert not desk.room.view().book.ledger.acts


def test_a_token_of_another_session_is_none(desk: Desk) -> None:
    ines = desk.as_(INSTRUCTOR)
    ines.open("/")
    assert mark(desk, data={"token": ines.hidden["token"]}).status_code == 403


def test_another_name_for_this_machine_is_not_answered(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    for host in ("evil.example", "127.0.0.1", f"127.0.0.1.evil.example:{PORT}", ""):
        assert maria.ask("GET", "/", headers={"host": host}).status_code == 421
    assert maria.ask("GET", "/", headers={"host": f"localhost:{PORT}"}).status_code == 200
    assert maria.ask("PUT", "/").status_code == 405


def test_what_is_for_instructors_is_for_no_one_else(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    for page in ("/class", "/class.csv", "/publish"):
        assert maria.ask("GET", page).status_code == 403
    maria.open("/")
    maria.send("/publish", newest="0", section="")
    assert maria.status == 403
    assert not desk.room.view().book.ledger.acts


def test_a_hundred_megabytes_are_not_read(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open("/")
    sent = 0

    async def endless() -> object:
        nonlocal sent
        for _ in range(1_600):
            sent += 1 << 16
            yield b"a" * (1 << 16)

    form = {"content-type": "application/x-www-form-urlencoded", "origin": HERE}
    answer = maria.ask("POST", "/comments", content=endless(), headers=form)
    assert answer.status_code == 413
    announced = maria.ask(
        "POST", "/comments", content=b"a" * 10, headers={**form, "content-length": "104857600"}
    )
    assert announced.status_code == 413
    many = "&".join(["a=1"] * (MOST_BYTES // 8))
    assert maria.ask("POST", "/comments", content=many, headers=form).status_code in (400, 413)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on")]  # type: ignore[attr-defined]


def test_a_script_is_text_wherever_it_is_written(desk: Desk, store: Store) -> None:
    hostile = grade_of(f"eve {SCRIPT}", f"**{SCRIPT}** $x{SCRIPT}$", file=f"{SCRIPT}.ipynb",
                       misconceptions=["moment_overwritten"])  # fmt: skip
    hand_in(store, hostile)
    ines = desk.as_(INSTRUCTOR)
    attempt = desk.room.view().book.counting[hostile.student]
    ines.open(f"/answer/{attempt}/{ASKED}")
    ines.send(points="3", comment=SCRIPT, do="mark")
    ines.open(f"/submission/{attempt}")
    ines.send(question="adam", points="3", reason=SCRIPT, do="override")
    ines.send(f"/submission/{attempt}", question="adam", text=SCRIPT, do="comment")
    ines.send(f"/submission/{attempt}", question="adam", text=SCRIPT, do="ask")
    ines.open("/comments")
    ines.send(misconception="moment_overwritten", text=SCRIPT)
    assert "&lt;script&gt;alert(1)" in ines.page
    assert len(desk.room.view().book.ledger.acts) == 4
    for page in [
        *every_page(desk),
        f"/?words={SCRIPT}&all=1",
        f"/class?words={SCRIPT}&sort={SCRIPT}",
    ]:
        ines.open(page)
        elements = _Elements()
        elements.feed(ines.page)
        assert elements.found.count("script") == 1, page
        assert not {"img", "onerror", "onload"} & set(elements.found), page
        assert "\u202e" not in ines.page, page
        assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(..)", ines.page)
