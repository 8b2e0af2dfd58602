"""Kill -9 of whoever serves, of whoever grades and of PostgreSQL, at random moments while students
hand in and look: in the end every receipt has its verdict, none has two, each is what ``autograder
grade`` says of the same file, and meanwhile whoever asked was told a sentence.

The long form takes minutes: ``python3 -m pytest tests/web/test_portal_killed.py -m soak -n 0 -s``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from course_class import ROOT, SLUG
from test_portal_browser import SAMPLES, run, where

from autograder.errors import StoreError
from autograder.store import Store, open_store
from autograder.store.hand_ins import HandIn, State
from tests.store.postgres_server import Server, running_server

FILES = sorted(SAMPLES.glob("*.py"))[:12]
STUDENTS = 16
SQLITE = ("whoever serves", "a grader", "a grader")
POSTGRES = ("whoever serves", "PostgreSQL", "a grader", "a connection of PostgreSQL")


class Serving:
    """A portal that is started again whenever it is killed."""

    def __init__(self, folder: Path, *more: str) -> None:
        self._folder = folder
        self._more = more
        self.port = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        """As whoever watches over it does: until it serves, for its store may be away."""
        until = time.monotonic() + 60
        while True:
            process = self._begun()
            assert process.stdout is not None
            line = process.stdout.readline()
            if line:
                self.port = int(json.loads(line)["url"].rsplit(":", 1)[1])
                return process
            process.stdout.close()
            assert process.wait() == 1, "it says what is wrong, and ends in order"
            assert time.monotonic() < until

    def _begun(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "autograder", "serve", "--json", "--port", str(self.port)]
        with (self._folder / "said").open("a") as said:
            return subprocess.Popen(
                [*command, *where(self._folder), *self._more],
                stdout=subprocess.PIPE, stderr=said, text=True, cwd=self._folder,
            )  # fmt: skip

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = self._start()

    def graders(self) -> list[int]:
        """The process of the graders, and theirs, the sandbox's first process among them."""
        found = below(self.process.pid)
        return [one for one in found if one != self.process.pid]


def below(of: int) -> list[int]:
    said = subprocess.run(["pgrep", "-P", str(of)], capture_output=True, text=True, check=False)
    direct = [int(number) for number in said.stdout.split()]
    return [of, *(each for one in direct for each in below(one))]


@contextlib.contextmanager
def serving(folder: Path, *more: str) -> Iterator[Serving]:
    portal = Serving(folder, *more)
    try:
        yield portal
    finally:
        portal.process.send_signal(signal.SIGTERM)
        try:
            portal.process.wait(15)
        finally:
            portal.process.kill()
            portal.process.wait()
            assert portal.process.stdout is not None
            portal.process.stdout.close()


@dataclass
class Told:
    """What students were told."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    """Answers that nobody should get, whatever was killed just then."""

    def hear(self, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        is_sorry = answer.status_code == 503 and answer.headers.get("retry-after", "").isdecimal()
        if answer.status_code not in (200, 202, 303) and not is_sorry:
            asked = f"{answer.request.method} {answer.request.url.path}"
            self.strange.append(f"{asked}: {answer.status_code} {answer.text[:300]}")


class Student:
    """Hands in and looks; when nobody answers, or with a sentence, they try again."""

    def __init__(self, portal: Serving, token: str, seed: int, told: Told) -> None:
        self._portal = portal
        self._token = token
        self._chance = random.Random(seed)
        self._told = told
        self._cookies = httpx.Cookies()

    def run(self, stop: threading.Event, pause: float) -> None:
        """Until the end, and once more."""
        while True:
            is_over = stop.wait(self._chance.uniform(0, pause))
            receipt = self._hand_in(self._chance.choice(FILES))
            self._told.receipts.append(receipt)
            self._chance.choice([self._ask_for, self._open_page, self._watch])(receipt["id"])
            if is_over:
                return

    def _hand_in(self, path: Path) -> dict[str, Any]:
        for _ in range(400):
            answer = self._ask(
                "POST", f"/api/submissions?assignment={SLUG}",
                headers={"authorization": f"Bearer {self._token}"},
                files={"file": (path.name, path.read_bytes())},
            )  # fmt: skip
            if answer is not None and answer.status_code == 202:
                receipt: dict[str, Any] = answer.json()
                return receipt
            time.sleep(0.25)
        raise AssertionError("nobody took it")

    def _ask_for(self, ticket: str) -> None:
        headers = {"authorization": f"Bearer {self._token}"}
        self._ask("GET", f"/api/submissions/{ticket}", headers=headers)
        self._ask("GET", "/api/submissions", headers=headers)

    def _open_page(self, ticket: str) -> None:
        if self._sign_in():
            self._ask("GET", "/", cookies=self._cookies)
            self._ask("GET", f"/h/{ticket}", cookies=self._cookies)

    def _watch(self, ticket: str) -> None:
        if self._sign_in():
            self._ask("GET", f"/h/{ticket}/events", cookies=self._cookies)

    def _sign_in(self) -> bool:
        if not self._cookies:
            self._ask("GET", f"/enter/{self._token}")
            answer = self._ask("POST", "/enter", data={"token": self._token})
            if answer is not None:
                self._cookies.update(answer.cookies)
        return bool(self._cookies)

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """None: nobody is there, or they are no more before they have said all."""
        try:
            with httpx.Client(timeout=30, cookies=more.pop("cookies", None)) as client:
                url = f"http://127.0.0.1:{self._portal.port}{path}"
                answer = client.request(method, url, **more)
        except httpx.HTTPError:
            return None
        self._told.hear(answer)
        return answer


def kill(what: str, portal: Serving, server: Server | None, chance: random.Random) -> bool:
    """Whether there was one."""
    if what == "whoever serves":
        portal.kill()
    elif what == "a grader":
        with contextlib.suppress(ProcessLookupError):
            there = portal.graders()
            if not there:
                return False
            os.kill(chance.choice(there), signal.SIGKILL)
    elif what == "PostgreSQL":
        assert server is not None
        server.kill()
        time.sleep(chance.uniform(0, 2))
        server.start_again()
    else:
        assert server is not None
        there = server.connections()
        if not there:
            return False
        server.kill_one(chance.choice(there))
    return True


@pytest.mark.parametrize(
    ("kinds", "kills"),
    [
        pytest.param(SQLITE, 3, marks=pytest.mark.long, id="sqlite-3"),
        pytest.param(SQLITE, 50, marks=pytest.mark.soak, id="sqlite-50"),
        pytest.param(POSTGRES, 4, marks=pytest.mark.long, id="postgres-4"),
        # Every second one is PostgreSQL's.
        pytest.param(POSTGRES, 100, marks=pytest.mark.soak, id="postgres-100"),
    ],
)
def test_every_receipt_has_one_verdict_whoever_is_killed(
    tmp_path: Path, kinds: tuple[str, ...], kills: int
) -> None:
    chance = random.Random(kills)
    told = Told()
    began = time.monotonic()
    with contextlib.ExitStack() as kept:
        server, at, more = None, str(tmp_path / "out" / "grades.db"), list[str]()
        if kinds is POSTGRES:
            server = kept.enter_context(running_server(is_durable=True))
            at, more = server.url, ["--store", server.url]
        people = "id,name,role\n" + "".join(f"s{n},S,student\n" for n in range(STUDENTS))
        (tmp_path / "people.csv").write_text(people, encoding="utf-8")
        run(tmp_path, "people", "import", "people.csv", *more)
        killed: Counter[str] = Counter()
        with serving(tmp_path, *more) as portal:
            links = json.loads(run(tmp_path, "links", "--role", "student", "--json", *more))
            stop = threading.Event()
            students = [
                threading.Thread(
                    target=Student(portal, link["token"], seed, told).run, args=(stop, 8.0)
                )
                for seed, link in enumerate(links)
            ]
            for student in students:
                student.start()
            try:
                while killed.total() < kills:
                    time.sleep(chance.uniform(0.1, 1.0))
                    what = kinds[killed.total() % len(kinds)]
                    killed[what] += kill(what, portal, server, chance)
            finally:
                stop.set()
                for student in students:
                    student.join()
            last = time.monotonic()
            wait_until_done(at, seconds=240)
        done = time.monotonic()
        assert not told.strange, Counter(told.strange).most_common(30)
        with open_store(at if server is not None else Path(at)) as store:
            made = store.hand_ins.all(SLUG)
            check(store, made, told.receipts)
            expected = batch(tmp_path / "batch", {(one.student, one.file) for one in made})
            given = verdicts(store, made)
    for one in made:
        assert given[one.id] == expected[one.student, one.file], one
    print(
        f"\n{dict(killed)} killed in {last - began:.0f} s; {len(told.receipts)} receipts, "
        f"{len(made)} hand-ins, {len(given)} verdicts, the last {done - last:.0f} s after; "
        f"answers by status: {dict(told.statuses)}"
    )


def wait_until_done(at: str, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        with (
            contextlib.suppress(StoreError),
            open_store(at if "://" in at else Path(at)) as store,
        ):
            ids = [one.id for one in store.hand_ins.all(SLUG)]
            found = store.hand_ins.where(ids)
            left = [id_ for id_ in ids if found[id_].state is not State.DONE]
            if not left:
                return
            assert time.monotonic() < until, (left, found)
        time.sleep(0.3)


def check(store: Store, made: list[HandIn], receipts: list[dict[str, Any]]) -> None:
    """No receipt is lost, and nothing has two verdicts, or is a verdict of nothing."""
    kept = {one.ticket: one for one in made}
    for receipt in receipts:
        one = kept[receipt["id"]]
        assert (one.digest, one.number) == (receipt["digest"], receipt["attempt"])
    found = store.hand_ins.where([one.id for one in made])
    attempts = [found[one.id].attempt for one in made]
    # A hand-in whose answer was lost is one, too.
    assert sorted(attempts) == [entry.id for entry in store.entries(SLUG)]  # type: ignore[type-var]
    assert not store.hand_ins.waiting()


def verdicts(store: Store, made: list[HandIn]) -> dict[int, object]:
    """Score and questions of each hand-in."""
    found = store.hand_ins.where([one.id for one in made])
    grades = store.grades([found[one.id].attempt or 0 for one in made])
    return {one.id: (grade.score, grade.questions) for one, grade in zip(made, grades, strict=True)}


def batch(folder: Path, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], object]:
    """What ``autograder grade`` says of these files of these students, of each student's first,
    then of their second, and so on: a batch has one of each."""
    of: dict[str, list[str]] = defaultdict(list)
    for student, file in sorted(pairs):
        of[student].append(file)
    graded: dict[tuple[str, str], object] = {}
    for number in range(max(map(len, of.values()))):
        files = folder / str(number)
        there = {student: names[number] for student, names in of.items() if number < len(names)}
        for student, file in there.items():
            (files / student).mkdir(parents=True)
            shutil.copy(SAMPLES / file, files / student / file)
        out = folder / f"out{number}"
        command = [sys.executable, "-m", "autograder", "grade", str(files), "--quiet"]
        command += ["--course", str(ROOT), "--assignment", SLUG, "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        with open_store(out / "grades.db") as store:
            entries = store.entries(SLUG)
            for entry, grade in zip(entries, store.grades([e.id for e in entries]), strict=True):
                graded[entry.student, there[entry.student]] = grade.score, grade.questions
    return graded


def test_its_store_is_not_replaced_until_it_is_dead(tmp_path: Path) -> None:
    with serving(tmp_path) as portal:
        run(tmp_path, "backup", "copy.db")
        with pytest.raises(subprocess.CalledProcessError) as refused:
            run(tmp_path, "restore", "copy.db", "--yes")
        assert "end `autograder serve` first" in refused.value.stderr
        portal.process.kill()
        portal.process.wait()
        run(tmp_path, "restore", "copy.db", "--yes")
