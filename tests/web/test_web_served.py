"""The command itself: its address, its end, and what is left when it is killed."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread, Timer
from typing import Any

import httpx
import pytest
from course_class import ASKED, ROOT, SLUG, fill

from autograder.batch.order import current_grades
from autograder.batch.output import book_of
from autograder.extras import how_to_get
from autograder.people import import_people, read_people
from autograder.store import open_store
from autograder.web.desk.room import Room, View
from autograder.web.desk.serving import Served, staff
from autograder.web.listening import Listening

from course_class import assignment, order_in  # isort: skip


Said = dict[str, Any]
"""What the command prints for a program."""


@contextmanager
def started(out: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], Said]]:
    command = [sys.executable, "-m", "autograder", "desk", "--json", "--port", "0", *more]
    where = ["--course", str(ROOT), "--assignment", SLUG, "--out", str(out)]
    with subprocess.Popen(
        [*command, *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=out
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def desk(out: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with started(out, *more) as (process, said):
        yield process, str(said["url"])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with open_store(tmp_path / "grades.db") as store:
        fill(store, 60)
    return tmp_path


def points(out: Path) -> dict[str, float]:
    with open_store(out / "grades.db") as store:
        book = book_of(assignment(), current_grades(order_in(out), store))
        given = {answer.student: answer.question.by_person for answer in book.answers()}
    return {student: mark.points for student, mark in given.items() if mark is not None}


def addresses_listened_on(process: int) -> set[str]:
    """Hosts of the sockets that a process listens on."""
    inodes = {
        os.readlink(link)
        for link in Path(f"/proc/{process}/fd").iterdir()
        if link.is_symlink() and os.path.lexists(link)
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are listed in /proc")
def test_it_listens_on_this_machine_alone_and_ends_when_asked(out: Path) -> None:
    for end in (signal.SIGINT, signal.SIGTERM):
        with desk(out) as (process, url):
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/enter\?secret=[\w-]{32}", url)
            assert httpx.get(url, follow_redirects=False).status_code == 303
            assert addresses_listened_on(process.pid) == {"0100007F"}
            began = time.monotonic()
            process.send_signal(end)
            assert process.wait(timeout=20) == 0
            assert time.monotonic() - began < 10  # on an idle machine less than one second
            assert process.stderr is not None
            assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_said_in_a_sentence(out: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = ["--course", str(ROOT), "--assignment", SLUG, "--out", str(out)]
        port = ["--port", str(taken.getsockname()[1])]
        ended = subprocess.run(
            [sys.executable, "-m", "autograder", "desk", *port, *where],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert "is not to be had" in ended.stderr


def test_connections_send_at_once() -> None:
    with Listening().opened() as made:
        assert made.proto == socket.IPPROTO_TCP  # by which asyncio turns off Nagle's algorithm
        assert made.getsockname()[0] == "127.0.0.1"


def test_it_says_how_to_get_what_is_missing(out: Path) -> None:
    where = ["desk", "--course", str(ROOT), "--assignment", SLUG, "--out", str(out)]
    program = (
        "import sys; sys.modules['uvicorn'] = None; from autograder.cli import main; "
        f"main({where!r})"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert how_to_get("desk") in ended.stderr
    assert "Traceback" not in ended.stderr


def save(client: httpx.Client, here: str, after: str, points: int) -> tuple[str, str]:
    """Mark the answer at an address; its student, and where that leads."""
    page = client.get(f"{here}{after}").text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    student = re.search(r"<title>(\w+),", page)
    assert student is not None
    data = {**form, "points": str(points), "comment": "Read.", "do": "mark"}
    answer = client.post(f"{here}{after}", data=data, headers={"origin": here})
    assert answer.status_code == 303
    return student.group(1), answer.headers["location"]


def first_unread(client: httpx.Client, here: str, of: str) -> str:
    page = client.get(f"{here}/?kind=unread&{of}").text
    address = re.search(rf"/answer/\d+/{ASKED}\?[^\"]*", page)
    assert address is not None, page
    return html.unescape(address.group())


@pytest.mark.long
def test_a_kill_in_the_middle_of_two_hundred_saves_loses_none(tmp_path: Path) -> None:
    """Two TAs save as fast as they can; the desk is killed when about half of it is done, in the
    middle of a save of one of them, and opened again."""
    people = "id,role\nines,instructor\nmaria,ta\ntom,ta\n"
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    with open_store(tmp_path / "grades.db") as store:
        fill(store, 240)
        import_people(store, read_people(tmp_path / "people.csv"))
    answered: dict[str, int] = {}

    def mark_many(url: str, of: str) -> None:
        here = url.partition("/enter")[0]
        with httpx.Client(follow_redirects=False) as client:
            client.get(url)
            after = first_unread(client, here, of)
            for number in range(100):
                try:
                    student, after = save(client, here, after, number % 11)
                except httpx.TransportError:
                    return  # nobody was told that this one is stored
                answered[student] = number % 11

    with started(tmp_path, "--people") as (process, said):
        url = said["url"]
        with httpx.Client(follow_redirects=True) as client:
            ines = client.get(url)
            here = url.partition("/enter")[0]
            form = re.findall(r'name="token" value="([^"]*)"', ines.text)[0]
            shares = {"token": form, "newest": "0", "rest": ["maria", "tom"], "do": "share"}
            sent = client.post(f"{here}/sharing", data=shares, headers={"origin": here})
            assert "The answers are shared out." in sent.text
        threads = [
            Thread(target=mark_many, args=(said["people"][name], f"reader={name}"))
            for name in ("maria", "tom")
        ]
        for thread in threads:
            thread.start()
        while len(answered) < 100 and any(thread.is_alive() for thread in threads):
            time.sleep(0.002)
        process.kill()
        for thread in threads:
            thread.join()
    assert 100 <= len(answered) < 200
    stored = points(tmp_path)
    assert {student: stored.get(student) for student in answered} == answered
    assert len(stored) <= len(answered) + 2  # each may have had one under way
    with desk(tmp_path) as (_process, url), httpx.Client(follow_redirects=True) as client:
        assert f"{len(stored)} of 240 read" in client.get(url).text


def test_every_save_that_was_answered_is_there_after_a_kill(out: Path) -> None:
    answered: dict[str, float] = {}
    with desk(out) as (process, url), httpx.Client(follow_redirects=False) as client:
        client.get(url)
        here = url.partition("/enter")[0]
        after = first_unread(client, here, "all=1")
        killer = Timer(1.5, process.kill)
        killer.start()
        try:
            for number in range(60):
                student, after = save(client, here, after, number % 11)
                answered[student] = number % 11
                if not after.startswith("/answer"):
                    break
        except httpx.TransportError:
            pass  # killed in the middle of this one: nobody was told that it is stored
        killer.cancel()
        process.kill()
    stored = points(out)
    assert answered
    assert {student: stored.get(student) for student in answered} == answered
    assert len(stored) <= len(answered) + 1


def test_the_class_is_read_before_there_is_an_address(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    anew = Room._all_anew

    def noted(room: Room) -> View:
        read.append(room)
        return anew(room)

    monkeypatch.setattr(Room, "_all_anew", noted)
    order = order_in(out)
    with (
        open_store(out / "grades.db") as store,
        Served(order, store, staff(order, store, "me", everybody=False), Listening(0)) as served,
    ):
        assert len(read) == 1
        served._room.view()
    assert len(read) == 1
