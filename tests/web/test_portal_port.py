"""Over a real port: news as it comes, several servers on one store, and those who never finish."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from course_class import SLUG
from portal_class import NOTEBOOK, School, verdict

from autograder.web import safety
from autograder.web.portal import serving


@contextmanager
def answering(school: School) -> Iterator[str]:
    config = uvicorn.Config(
        school.portal.app,
        http=serving.Patient,
        lifespan="off",
        log_level="critical",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    listener = school.portal._socket
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield school.portal.url
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def test_who_waits_is_told_as_it_changes(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    seen: list[str] = []
    with (
        answering(school) as url,
        httpx.Client(base_url=url, cookies=alice.cookies) as client,
        client.stream("GET", f"{alice.address}/events", timeout=20) as news,
    ):
        assert news.headers["content-type"].startswith("text/event-stream")
        for line in news.iter_lines():
            if line.startswith("event:"):
                seen.append(line.split(":")[1].strip())
                if seen == ["waiting"]:
                    taken = school.take()
                    assert taken is not None
                    school.store.hand_ins.give_back(["here/1/a"])
                    school.grade(verdict())
            if seen and seen[-1] == "done":
                break
    assert (seen[0], seen[-1]) == ("waiting", "done")


def test_who_waits_does_not_keep_it_from_ending(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    lines: list[str] = []

    def listen(url: str) -> None:
        with (
            suppress(httpx.HTTPError),
            httpx.Client(base_url=url, cookies=alice.cookies) as client,
            client.stream("GET", f"{alice.address}/events", timeout=20) as news,
        ):
            lines.extend(news.iter_lines())

    with answering(school) as url:
        thread = threading.Thread(target=listen, args=(url,))
        thread.start()
        time.sleep(0.6)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    thread.join(5)
    assert "event: waiting" in lines


def test_two_that_serve_one_store_know_the_same_people_and_hand_ins(
    school: School, tmp_path: Path
) -> None:
    with School(tmp_path, people="") as other:
        alice = school.browser("alice")
        there = other.browser()
        there.cookies = alice.cookies
        assert there.ask("GET", f"/a/{SLUG}").status_code == 200
        alice.upload()
        other.grade(verdict("moment_overwritten"))
        assert "moment overwritten" in html_words(there.open(alice.address))
        receipt = other.program("bob").hand_in().json()
        assert school.program("bob").ask("GET", "/api/submissions").json()[0]["id"] == receipt["id"]
        links = other.portal.door.links
        links.revoke(links.directory.find("alice"))
        assert alice.ask("GET", f"/a/{SLUG}").status_code == 403


def html_words(page: str) -> str:
    return " ".join(page.split())


def test_who_asks_nothing_is_hung_up_on(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.Patient, "PATIENCE", 0.4)
    with answering(school) as url:
        for sent in (b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "):
            with socket.create_connection(("127.0.0.1", school.portal.port), 5) as connection:
                connection.sendall(sent)
                began = time.monotonic()
                assert connection.recv(100) == b""
                assert time.monotonic() - began < 3
        assert httpx.get(url).status_code == 200


def test_who_asks_is_answered_however_many_connect_and_say_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving.Patient, "MOST", 3)
    with answering(school) as url:
        held = [socket.create_connection(("127.0.0.1", school.portal.port), 5) for _ in range(6)]
        held[5].sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert [httpx.get(url).status_code for _ in range(3)] == [200] * 3
        for connection in held[:3]:  # the oldest made room
            connection.settimeout(5)
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
        for connection in held:
            connection.close()


@pytest.mark.parametrize("left", ["a body that does not come", "nothing more, once answered"])
def test_who_asks_is_answered_however_many_leave_it_open(
    school: School, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setattr(serving.Patient, "MOST", 3)
    with answering(school) as url, ExitStack() as open_:
        host = f"Host: 127.0.0.1:{school.portal.port}\r\n"
        for _ in range(6):
            one = socket.create_connection(("127.0.0.1", school.portal.port), 5)
            open_.callback(one.close)
            if left.startswith("a body"):
                one.sendall(f"POST /enter HTTP/1.1\r\n{host}Content-Length: 9\r\n\r\n".encode())
            else:
                one.sendall(f"GET / HTTP/1.1\r\n{host}\r\n".encode())
                assert one.recv(9) == b"HTTP/1.1 "
        assert [httpx.get(url).status_code for _ in range(3)] == [200] * 3


def test_who_hangs_up_in_the_middle_is_no_fault(
    school: School, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(school) as url:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", school.portal.port), 5) as one:
                head = f"Host: 127.0.0.1:{school.portal.port}\r\nContent-Length: 1000\r\n\r\nhalf"
                one.sendall(f"POST /enter HTTP/1.1\r\n{head}".encode())
                time.sleep(0.1)
        assert httpx.get(url).status_code == 200
        time.sleep(0.2)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_more_connections_than_can_be_answered_are_refused(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a verdict is not hung up on for somebody who comes later."""
    monkeypatch.setattr(serving.Patient, "MOST", 2)
    ticket = school.program("alice").hand_in().json()["id"]
    browser = school.browser("alice")
    with answering(school) as url, ExitStack() as open_:
        listening = []
        for _ in range(2):
            address = f"{url}/h/{ticket}/events"
            asked = httpx.stream("GET", address, cookies=browser.cookies, timeout=10)
            listening.append(open_.enter_context(asked).iter_lines())
            assert next(listening[-1]) == "event: waiting"
        with pytest.raises(httpx.HTTPError):
            httpx.get(url)
        school.grade(verdict())
        for lines in listening:
            assert "event: done" in list(lines)


def test_an_address_that_was_said_once_outlives_a_try_on_this_machine(tmp_path: Path) -> None:
    with School(tmp_path) as first:
        assert first.store.links.url() == first.portal.for_others == first.portal.url
        first.store.links.keep_url("https://grades.a.edu")
        assert first.portal.for_others == "https://grades.a.edu", "mails name it at once"
    with School(tmp_path) as again:
        assert again.store.links.url() == again.portal.for_others == "https://grades.a.edu"
        assert again.portal.instructor.startswith("http://127.0.0.1:"), "this one is for us, here"


def test_a_body_that_does_not_come_is_not_waited_for(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "_PATIENCE", 0.4)
    token = school.token("alice")
    head = (
        f"POST /api/submissions?assignment={SLUG} HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 100000\r\n\r\n--x\r\n"
    )
    with answering(school) as url:
        slow = socket.create_connection(("127.0.0.1", school.portal.port), 5)
        with slow:
            slow.sendall(head.format(port=school.portal.port).encode())
            with suppress(OSError):
                for _ in range(10):  # a byte now and then is no body either
                    time.sleep(0.1)
                    slow.sendall(b"-")
            assert b" 408 " in slow.recv(2000)
        files = {"file": ("hw.ipynb", NOTEBOOK)}
        headers = {"authorization": f"Bearer {token}"}
        address = f"{url}/api/submissions?assignment={SLUG}"
        assert httpx.post(address, files=files, headers=headers).status_code == 202
    assert len(school.store.hand_ins.all(SLUG)) == 1
