"""Whoever dribbles, sits there or opens very many connections holds up nobody else."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("sse_starlette")

import uvicorn
from course_class import SLUG
from portal_class import PROGRAM, School

from autograder.web import safety
from autograder.web.portal.serving import Patient

QUICK = 0.5
"""Seconds of patience, here."""


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """A portal on a real port, with less patience than usual."""
    monkeypatch.setattr(Patient, "PATIENCE", QUICK)
    monkeypatch.setattr(Patient, "MOST", 60)
    monkeypatch.setattr(safety, "_PATIENCE", QUICK)
    with School(tmp_path) as opened:
        config = uvicorn.Config(
            opened.portal.app, http=Patient, log_level="error", lifespan="off", access_log=False
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([opened.portal._socket],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield opened
        server.should_exit = True
        thread.join(10)


@contextmanager
def connected(school: School) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", school.portal.port), timeout=10) as made:
        yield made


def ask(school: School, connection: socket.socket) -> bytes:
    connection.sendall(
        f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{school.portal.port}\r\n\r\n".encode()
    )
    return connection.recv(4096)


def is_served(school: School) -> bool:
    """Whether somebody who asks as one should is answered."""
    with connected(school) as one:
        return ask(school, one).startswith(b"HTTP/1.1 ")


def seconds_until_it_ends(connection: socket.socket) -> float:
    began = time.monotonic()
    with suppress(ConnectionError):
        while connection.recv(4096):
            pass
    return time.monotonic() - began


def test_whoever_says_nothing_is_hung_up_on(school: School) -> None:
    with connected(school) as idle:
        assert QUICK * 0.5 < seconds_until_it_ends(idle) < QUICK * 8


def test_a_head_that_never_ends_is_not_waited_for(school: School) -> None:
    with connected(school) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nX-A: b\r\n")
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < QUICK * 20:
                slow.sendall(b"X-A: b\r\n")  # a line now and then keeps no connection open
                time.sleep(QUICK / 5)
        assert time.monotonic() - began < QUICK * 10
    assert is_served(school)


def test_a_body_that_dribbles_is_not_waited_for_and_nothing_is_kept(school: School) -> None:
    with connected(school) as slow:
        slow.sendall(
            f"POST /api/submissions?assignment={SLUG} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{school.portal.port}\r\n"
            f"Authorization: Bearer {school.token('alice')}\r\nContent-Length: 90000\r\n"
            "Content-Type: multipart/form-data; boundary=e\r\n\r\n--e\r\n".encode()
        )
        began, said = time.monotonic(), b""
        slow.settimeout(QUICK / 5)
        while time.monotonic() - began < QUICK * 20:
            try:
                slow.sendall(b"x")
                more = slow.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
            if not more:
                break
            said += more
        assert time.monotonic() - began < QUICK * 12
    assert said.startswith(b"HTTP/1.1 408 ")
    assert school.store.hand_ins.all(SLUG) == []
    assert is_served(school)


def test_very_many_connections_shut_nobody_out_for_long(school: School) -> None:
    with ExitStack() as many:
        for _ in range(200):
            many.enter_context(connected(school))
        time.sleep(QUICK * 3)  # idle ones are gone by then
        assert is_served(school)
    assert is_served(school)


def test_a_long_wait_for_a_verdict_is_no_idle_connection(school: School) -> None:
    assert school.program("alice").hand_in(PROGRAM, "a.py").status_code == 202
    (hand_in,) = school.store.hand_ins.all(SLUG)
    browser = school.browser("alice")
    cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)
    with connected(school) as events:
        events.sendall(
            f"GET /h/{hand_in.ticket}/events HTTP/1.1\r\nHost: 127.0.0.1:{school.portal.port}\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        began = time.monotonic()
        events.settimeout(QUICK)
        while time.monotonic() - began < QUICK * 4:
            with suppress(TimeoutError):
                assert events.recv(4096) != b""


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        ("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 60"),
        ("1.1", "transfer-encoding: Chunked\r\ncontent-length: 0"),
        ("1.1", "Content-Length: 5\r\nContent-Length: 60"),
        ("1.1", "Transfer-Encoding: chunked, identity"),
        ("1.1", "Transfer-Encoding: \x0bchunked"),
        ("1.0", "Transfer-Encoding: chunked"),
    ],
)
@pytest.mark.parametrize("method", ["POST /leave", "GET /health"])
def test_a_request_that_says_twice_how_long_it_is_begins_no_other(
    school: School, version: str, headers: str, method: str
) -> None:
    """A proxy that goes by the one would hand on what follows as part of this."""
    host = f"Host: 127.0.0.1:{school.portal.port}\r\n"
    smuggled = f"GET /health HTTP/1.1\r\n{host}\r\n"
    with connected(school) as one:
        one.sendall(
            f"{method} HTTP/{version}\r\n{host}{headers}\r\n\r\n0\r\n\r\n{smuggled}".encode()
        )
        said = b""
        with suppress(ConnectionError):
            while more := one.recv(4096):
                said += more
    assert said.startswith(b"HTTP/1.1 ")
    assert said.split()[1] in (b"400", b"501")
    assert said.count(b"HTTP/1.1 ") == 1
    assert is_served(school)


def test_a_body_in_pieces_is_taken_where_nothing_else_says_its_length(school: School) -> None:
    edge = b'--q\r\nContent-Disposition: form-data; name="file"; filename="a.py"\r\n\r\n'
    body = edge + PROGRAM + b"\r\n--q--\r\n"
    with connected(school) as one:
        one.sendall(
            f"POST /api/submissions?assignment={SLUG} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{school.portal.port}\r\n"
            f"Authorization: Bearer {school.token('alice')}\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: multipart/form-data; boundary=q\r\n\r\n".encode()
            + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        )
        assert one.recv(4096).startswith(b"HTTP/1.1 202 ")
