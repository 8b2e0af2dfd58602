"""Kill -9 of whoever serves and of whoever grades, at random moments while students hand in: in the
end every receipt has its verdict, none has two, and each is that of a batch."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from course_class import ROOT, SLUG
from test_portal_browser import SAMPLES, run, where

from autograder.batch.in_process import InProcess
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import Result, Task
from autograder.course import Course
from autograder.people import Policies
from autograder.platforms import Found
from autograder.store import open_store
from autograder.store.hand_ins import State

FILES = sorted(SAMPLES.glob("*.py"))[:12]


class Serving:
    """A portal that is started again whenever it is killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "autograder", "serve", "--json", "--port", str(self.port)]
        process = subprocess.Popen(
            [*command, *where(self._folder)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self._folder,
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.wait()
        self.port = int(json.loads(line)["url"].rsplit(":", 1)[1])
        return process

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
def serving(folder: Path) -> Iterator[Serving]:
    portal = Serving(folder)
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


def hand_in(portal: Serving, token: str, path: Path, receipts: list[dict[str, Any]]) -> None:
    """Until there is a receipt: a student whose browser says that nobody answers tries again."""
    for _ in range(400):
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.post(
                f"http://127.0.0.1:{portal.port}/api/submissions?assignment={SLUG}",
                headers={"authorization": f"Bearer {token}"},
                files={"file": (path.name, path.read_bytes())},
                timeout=20,
            )
            if answer.status_code == 202:
                receipts.append(answer.json())
                return
        time.sleep(0.25)
    raise AssertionError("nobody took it")


@pytest.mark.parametrize(
    ("students", "kills"),
    [
        pytest.param(6, 3, marks=pytest.mark.long),
        pytest.param(40, 50, marks=pytest.mark.soak),
    ],
)
def test_every_receipt_has_one_verdict_whoever_is_killed(
    tmp_path: Path, students: int, kills: int
) -> None:
    chance = random.Random(students)
    people = "id,name,role\n" + "".join(f"s{n},S,student\n" for n in range(students))
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    run(tmp_path, "people", "import", "people.csv")
    receipts: list[dict[str, Any]] = []
    with serving(tmp_path) as portal:
        links = json.loads(run(tmp_path, "links", "--role", "student", "--json"))
        stop = threading.Event()

        def student(token: str, seed: int) -> None:
            mine = random.Random(seed)
            for _ in range(3):
                hand_in(portal, token, mine.choice(FILES), receipts)
                stop.wait(mine.uniform(0, 3 * kills / 10))

        threads = [
            threading.Thread(target=student, args=(link["token"], seed))
            for seed, link in enumerate(links)
        ]
        for thread in threads:
            thread.start()
        for number in range(kills):
            time.sleep(chance.uniform(0.1, 1.0))
            if number % 3 == 0:
                portal.kill()
            else:
                with contextlib.suppress(ProcessLookupError, IndexError):
                    os.kill(chance.choice(portal.graders()), signal.SIGKILL)
        stop.set()
        for thread in threads:
            thread.join()
        with open_store(tmp_path / "out" / "grades.db") as store:
            ids = [one.id for one in store.hand_ins.all(SLUG)]
            until = time.monotonic() + 240
            while any(one.state is not State.DONE for one in store.hand_ins.where(ids).values()):
                assert time.monotonic() < until
                time.sleep(0.2)
    with open_store(tmp_path / "out" / "grades.db") as store:
        kept = {one.ticket: one for one in store.hand_ins.all(SLUG)}
        assert len(receipts) == 3 * students
        for receipt in receipts:
            one = kept[receipt["id"]]
            assert (one.digest, one.number) == (receipt["digest"], receipt["attempt"])
        found = store.hand_ins.where([one.id for one in kept.values()])
        attempts = [found[one.id].attempt for one in kept.values()]
        entries = store.entries(SLUG)
        # None twice, none of nobody's: a hand-in whose answer was lost is one, too.
        assert sorted(attempts) == sorted(entry.id for entry in entries)  # type: ignore[type-var]
        assert not store.hand_ins.waiting()
        grades = dict(
            zip(
                (entry.id for entry in entries),
                store.grades([entry.id for entry in entries]),
                strict=True,
            )
        )
        expected = batch({(one.student, one.file) for one in kept.values()})
        for one in kept.values():
            given = grades[found[one.id].attempt or 0]
            assert (given.score, given.questions) == expected[one.student, one.file], one


def batch(pairs: set[tuple[str, str]]) -> dict[tuple[str, str], object]:
    marking = CourseMarking(
        str(ROOT), SLUG, Course.find(ROOT).load(SLUG).version, Policies(), pages=False
    )
    tasks = [Task(Found(who, SAMPLES / file, file, 0.0)) for who, file in sorted(pairs)]
    graded = {}
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "batch.db") as store:
        for outcomes in InProcess(marking).run(tasks):
            store.append([one.row for one in outcomes if isinstance(one, Result)])
        entries = store.entries(SLUG)
        for entry, grade in zip(entries, store.grades([e.id for e in entries]), strict=True):
            graded[entry.student, entry.file] = grade.score, grade.questions
    return graded
