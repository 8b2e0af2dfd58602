"""How the portal is, for whoever runs it; and how those who teach come in without a link."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("sse_starlette")

from argon2 import PasswordHasher

from autograder.batch.order import Order
from autograder.batch.output import OutFolder
from autograder.course import Course
from autograder.errors import StoreError
from autograder.model import Identity
from autograder.people import PersonalLinks
from autograder.people.passwords import Passwords
from autograder.store import PersonRecord, PersonRow, Store, open_store
from autograder.web.portal import crew as crew_module
from autograder.web.portal.doors import LASTS
from autograder.web.portal.serving import Portal

COURSE = Path(__file__).resolve().parents[2]
RIGHT = "a cat sat on it"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        people = [("ines", "instructor"), ("amy", "student")]
        rows = [
            PersonRow(n, PersonRecord(Identity(id=id_, name="N"), "", role, "roster"))
            for n, (id_, role) in enumerate(people, start=1)
        ]
        opened.add_people(rows, known=0)
        links = PersonalLinks(opened)
        passwords = Passwords(opened, links, PasswordHasher(time_cost=1, memory_cost=64))
        passwords.give(links.directory.find("ines")[0], RIGHT)
        yield opened


@pytest.fixture
def portal(
    request: pytest.FixtureRequest, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """One whose graders have not begun; its parameter: where people find it."""
    url = getattr(request, "param", None)
    monkeypatch.setattr(sys, "path", list(sys.path))
    slug = "momentum_methods"
    for folder in ("reference", f"assignments/{slug}"):
        leave = shutil.ignore_patterns("__pycache__", "sample_submissions", "right_variants")
        shutil.copytree(COURSE / folder, tmp_path / folder, ignore=leave)
    where = tmp_path / "grades.db"
    course = Course(tmp_path)
    made = Portal(
        course,
        store,
        where,
        lambda one: Order(course, one, (), OutFolder(tmp_path / "out"), where),
        url=url,
    )
    with made._socket:
        yield made


def ask(
    portal: Portal, method: str, path: str, data: dict[str, str] | None = None, **headers: str
) -> httpx.Response:
    here = f"http://127.0.0.1:{portal.port}"

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(portal.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=here) as client:
            return await client.request(
                method, path, data=data, headers={"origin": here, **headers}
            )

    return asyncio.run(asked())


def sign_in(portal: Portal, name: str, password: str) -> httpx.Response:
    return ask(portal, "POST", "/teach", {"name": name, "password": password})


def test_health_is_what_it_is_and_nothing_of_anybody(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(portal, "GET", "/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "no grader is ready"})
    monkeypatch.setattr(type(portal._crew), "is_ready", True)
    answer = ask(portal, "GET", "/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def down() -> dict[str, int]:
        raise StoreError("the password is hunter2")

    monkeypatch.setattr(portal._store.hand_ins, "waiting", down)
    answer = ask(portal, "GET", "/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "the store does not answer"})


STAND_IN = "import sys; print(*sys.argv[1:], sep='\\n', flush=True); sys.stdin.buffer.read()"
"""Graders who say that they are ready, or nothing, and end when they are told to."""


def test_a_portal_whose_graders_begin_anew_after_an_edit_is_well(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew, said, version = portal._crew, ["ready"], ["one"]

    def start(_command: object, **options: Any) -> subprocess.Popen[bytes]:
        return begin([sys.executable, "-c", STAND_IN, *said], **options)

    def health() -> tuple[int, str]:
        answer = ask(portal, "GET", "/health")
        return answer.status_code, answer.json()["status"]

    def edit(to: str) -> None:
        version[0] = to
        crew.follow()

    begin = subprocess.Popen
    monkeypatch.setattr(crew_module.subprocess, "Popen", start)
    wanted = crew._wanted
    monkeypatch.setattr(crew, "_wanted", lambda: replace(wanted(), course=version[0]))
    now = [1_000.0]
    monkeypatch.setattr(crew_module, "monotonic", lambda: now[0])
    with crew:
        assert crew.wait_until_ready(10)
        assert health() == (200, "ok")
        said.clear()
        edit("two")
        assert health() == (200, "graders are starting")
        now[0] += 61
        assert health() == (503, "no grader is ready"), "that is too long"
        said.append("ready")
        edit("three")
        assert crew.wait_until_ready(10)
        assert health() == (200, "ok")
        said.clear()
        edit("four")
        assert crew.pid is not None
        os.kill(crew.pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while health() != (503, "no grader is ready") and time.monotonic() < until:
            time.sleep(0.05)
        assert health() == (503, "no grader is ready"), "they died of something else"


def test_what_is_counted_is_what_there_is(portal: Portal) -> None:
    counts = portal._keeping.counts()
    assert counts["store_up"] == 1.0
    assert counts["waiting_first"] == counts["mails_waiting"] == counts["graders_ready"] == 0.0
    assert set(counts) >= {"waiting_again", "waiting_long", "assignments_in_trouble"}


def test_those_who_teach_come_in_by_a_password(portal: Portal) -> None:
    assert "Password" in ask(portal, "GET", "/teach").text
    answer = sign_in(portal, "ines", RIGHT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert ask(portal, "GET", "/course", cookie=cookie).status_code == 200
    assert RIGHT not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("name", "password"), [("ines", "wrong password"), ("amy", RIGHT), ("nobody", RIGHT), ("", "")]
)
def test_nobody_else_does(portal: Portal, name: str, password: str) -> None:
    answer = sign_in(portal, name, password)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "Nobody who teaches has this name and this password" in answer.text


def test_guessing_ends_soon_and_what_is_right_is_not_taken_then(portal: Portal) -> None:
    codes = [sign_in(portal, "ines", f"guess number {n}").status_code for n in range(12)]
    assert codes == [403] * 10 + [429] * 2
    assert sign_in(portal, "ines", RIGHT).status_code == 429


def test_another_sites_page_signs_nobody_in(portal: Portal) -> None:
    data = {"name": "ines", "password": RIGHT}
    answer = ask(portal, "POST", "/teach", data, origin="https://evil.example")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_revoked_link_ends_a_session_that_began_with_a_password(portal: Portal) -> None:
    cookie = sign_in(portal, "ines", RIGHT).headers["set-cookie"].partition(";")[0]
    links = portal.door.links
    links.revoke(links.directory.find("ines"))
    assert ask(portal, "GET", "/course", cookie=cookie).status_code == 403


def test_a_session_ends_by_itself(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = sign_in(portal, "ines", RIGHT).headers["set-cookie"].partition(";")[0]
    began = time.time()
    for later, status in ((LASTS - 60, 200), (LASTS + 60, 403)):
        monkeypatch.setattr("autograder.store.sessions.time.time", lambda at=began + later: at)
        assert ask(portal, "GET", "/course", cookie=cookie).status_code == status


@pytest.mark.parametrize("portal", ["https://grades.uni.edu"], indirect=True)
def test_behind_tls_nothing_goes_without_it(portal: Portal) -> None:
    headers = {"host": "grades.uni.edu", "origin": "https://grades.uni.edu"}
    answer = ask(portal, "POST", "/teach", {"name": "ines", "password": RIGHT}, **headers)
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith("__Host-autograder=")
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    plain = {**headers, "origin": "http://grades.uni.edu.evil.example"}
    assert ask(portal, "POST", "/teach", {"name": "ines"}, **plain).status_code == 403
