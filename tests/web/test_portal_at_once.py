"""One person, or some, cannot take what all others need at the same moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

pytest.importorskip("sse_starlette")

from course_class import SLUG
from portal_class import NOTEBOOK, PROGRAM, School, verdict
from test_portal_port import answering

from autograder.settings import Attempts
from autograder.web.portal import app, office
from autograder.web.portal.office import AtOnce

ADDRESS = f"/api/submissions?assignment={SLUG}"
BODY = (
    b'--q\r\nContent-Disposition: form-data; name="file"; filename="a.py"\r\n\r\n'
    + PROGRAM
    + b"\r\n--q--\r\n"
)
KIND = {"content-type": "multipart/form-data; boundary=q"}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def test_so_many_at_a_time_for_each() -> None:
    few = AtOnce(2)
    with few.one("a") as first, few.one("a") as second, few.one("b") as other:
        assert (first, second, other) == (True, True, True)
        assert few.is_full("a")
        with few.one("a") as third:
            assert not third
        assert few.is_full("a")
        assert not few.is_full("b")
    assert not few.is_full("a")
    with pytest.raises(ZeroDivisionError), few.one("a"):
        1 / 0  # noqa: B018
    assert not few._there


def test_large_files_of_one_person_come_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "_OF_ONE", 1)
    with School(tmp_path) as school, answering(school) as url:
        arrived = Event()

        def post(who: str, *, waits: bool) -> httpx.Response:
            def pieces() -> Iterator[bytes]:
                yield BODY[:20]
                if waits:
                    arrived.wait(10)
                yield BODY[20:]

            token = {"authorization": f"Bearer {school.token(who)}"}
            return httpx.post(url + ADDRESS, content=pieces(), headers={**token, **KIND})

        with ThreadPoolExecutor(1) as threads:
            slow = threads.submit(post, "alice", waits=True)
            time.sleep(0.3)
            second = post("alice", waits=False)
            assert second.status_code == 429
            assert "on their way" in second.json()["error"]
            assert post("bob", waits=False).status_code == 202
            small = school.program("alice").hand_in()
            assert small.status_code == 202
            arrived.set()
            assert slow.result().status_code == 202
        assert post("alice", waits=False).status_code == 202


def test_of_large_files_few_are_in_memory(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    school.portal._office._coming = AtOnce(50)
    monkeypatch.setattr(office, "_LARGE", 100)
    there, most = 0, 0

    async def read(form: Any) -> Any:
        nonlocal there, most
        there += 1
        most = max(most, there)
        await asyncio.sleep(0.01)
        there -= 1
        return await file_in(form)

    file_in = office.file_in
    monkeypatch.setattr(office, "file_in", read)

    async def all_() -> list[int]:
        transport = httpx.ASGITransport(school.portal.app)
        token = {"authorization": f"Bearer {school.token('alice')}"}
        async with httpx.AsyncClient(
            transport=transport, base_url=school.portal.url, headers=token
        ) as client:
            files = {"file": ("a.ipynb", NOTEBOOK + b" " * 100)}
            sent = [client.post(ADDRESS, files=files) for _ in range(8)]
            return [one.status_code for one in await asyncio.gather(*sent)]

    school.portal._crew.wake = lambda count=1: None  # type: ignore[method-assign]
    assert asyncio.run(all_()) == [202] * 8
    assert most <= 2


def test_attempts_that_come_at_once_are_numbered_and_counted(school: School) -> None:
    school.says(attempts=Attempts(per_day=3))
    with answering(school) as url, ThreadPoolExecutor(20) as threads:
        token = {"authorization": f"Bearer {school.token('alice')}"}

        def post(number: int) -> httpx.Response:
            files = {"file": ("hw.py", b"w = %d\n" % number)}
            return httpx.post(url + ADDRESS, files=files, headers=token, timeout=30)

        answers = list(threads.map(post, range(20)))
    taken = [one.json()["attempt"] for one in answers if one.status_code == 202]
    assert sorted(taken) == [1, 2, 3]
    assert {one.status_code for one in answers} == {202, 429}


def test_one_person_does_not_take_all_places_of_those_who_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_MOST_WATCHED", 1)
    with School(tmp_path) as school:
        alice = school.browser("alice")
        alice.upload()
        news = f"{alice.address}/events"
        with (
            answering(school) as url,
            httpx.Client(base_url=url, cookies=alice.cookies, timeout=10) as client,
        ):
            with client.stream("GET", news) as stream:
                lines = stream.iter_lines()  # kept: without it the stream is closed
                assert next(lines).startswith("event:")
                assert client.get(news).status_code == 429
            status, until = 429, time.monotonic() + 10
            while status == 429 and time.monotonic() < until:
                time.sleep(0.2)
                with client.stream("GET", news) as again:
                    status = again.status_code
            assert status == 200


def test_pages_of_one_student_are_drawn_a_few_at_a_time(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.says(before_due="all")
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    drawing, address = school.portal._drawing, f"{alice.address}/page"
    monkeypatch.setattr(drawing, "_drawn", lambda *_: "drawn")
    with drawing._asked.one("alice"), drawing._asked.one("alice"):
        assert alice.ask("GET", address).status_code == 503
        assert "in a few seconds" in alice.words
        policy = alice.answer.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy  # else the frame shows nothing
    assert alice.ask("GET", address).text == "drawn"


def test_nobody_tries_all_names_for_partners(school: School) -> None:
    school.says(attempts=Attempts(partners=2))
    alice = school.browser("alice")
    for number in range(12):
        alice.open(f"/a/{SLUG}")
        alice.send(f"/a/{SLUG}/partners", partner=f"s{number}")
        assert "nobody" in alice.words
    alice.open(f"/a/{SLUG}")
    alice.send(f"/a/{SLUG}/partners", partner="bob")
    assert alice.status == 400
    assert "named many" in alice.words
