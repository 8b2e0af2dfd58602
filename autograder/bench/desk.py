"""``python -m autograder.bench.desk``: how long the desk's pages take, over a real port.

Stores a made-up class without grading anything, serves it as ``autograder desk`` does, and asks for
each page many times, one after the other; first for two that need the whole class, before anything
of it was read.  A mark is a form that is sent and the page after it; so
many keys does it take with a rubric, whose items are single keys: one for each item that is chosen,
and one that saves.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

from autograder.bench.machine import machine
from autograder.course import Assignment, Course
from autograder.model import Check, Grade, HandedIn, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.store import Attempt, Store, open_store, to_row

_WORDS = [f"word{number}" for number in range(2_000)]
_AT_ONCE = 500
_KEYS = 2
"""Keys for an answer that gets one item of the rubric: its digit, and the one that saves."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m autograder.bench.desk")
    parser.add_argument("--submissions", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=100, help="how often each page is asked for")
    parser.add_argument("--marks", type=int, default=300, help="how many answers are marked")
    options = parser.parse_args()
    course = Course.find(None)
    assignment = course.load(course.default or course.assignments()[0])
    print(machine())
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as folder:
        with open_store(Path(folder) / "grades.db") as store:
            _fill(store, assignment, options.submissions)
        with _served(course, assignment, Path(folder)) as pages:
            print(f"{options.submissions} submissions; milliseconds: median, 99 %, most")
            for name, seconds in _measured(pages, options.times, options.marks):
                ordered = sorted(1000 * one for one in seconds)
                high = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
                print(f"{name:<24} {median(ordered):8.1f} {high:8.1f} {ordered[-1]:8.1f}")
    return 0


def _fill(store: Store, assignment: Assignment, count: int) -> None:
    chance = random.Random(1)
    rows = []
    for number in range(count):
        words = chance.choices(_WORDS, k=80) if number % 10 else []
        questions = tuple(
            QuestionGrade(
                asked.name,
                asked.title,
                QuestionStatus.PENDING if asked.by_person else QuestionStatus.PARTIAL,
                None if asked.by_person else asked.points / 2,
                asked.points,
                checks=tuple(
                    Check(check, chance.random() < 0.7, 1.0, 2.0, "It was looked at.")
                    for check in (() if asked.by_person else ("path", "step", "edge cases"))
                ),
                misconceptions=tuple(sorted(assignment.faults)[:1]) if number % 3 == 0 else (),
                answer=" ".join(words) if asked.by_person else "",
            )
            for asked in assignment.questions
        )
        score = sum(question.score or 0.0 for question in questions)
        student = f"student{number:05}"
        grade = Grade(
            student, f"{student}.py", SubmissionStatus.GRADED, score, 100.0, questions=questions
        )
        attempt = Attempt(
            assignment.slug, "bench", student, grade, "2025-01-01T00:00:00+00:00", {}, HandedIn()
        )
        rows.append(to_row(attempt))
        if len(rows) == _AT_ONCE or number == count - 1:
            store.append(rows)
            rows.clear()


class _Pages:
    """Asks over one connection, signed in."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=600)
        self._connection.request("GET", f"{parts.path}?{parts.query}")
        answer = self._connection.getresponse()
        answer.read()
        self._cookie = str(answer.getheader("set-cookie")).partition(";")[0]
        self._origin = f"http://{parts.netloc}"

    def open(self, address: str) -> str:
        self._connection.request("GET", address, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return text

    def send(self, address: str, fields: Mapping[str, str]) -> str:
        """Where it leads."""
        headers = {
            "Cookie": self._cookie,
            "Origin": self._origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection.request("POST", address, urlencode(fields), headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 303:
            raise RuntimeError(f"{address}: {answer.status} {text[:200]}")
        return str(answer.getheader("location"))


@contextmanager
def _served(course: Course, assignment: Assignment, out: Path) -> Iterator[_Pages]:
    where = ["--course", str(course.folder), "--assignment", assignment.slug, "--out", str(out)]
    command = [sys.executable, "-m", "autograder", "desk", "--json", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=out) as process:
        assert process.stdout is not None
        try:
            yield _Pages(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def _measured(pages: _Pages, times: int, marks: int) -> Iterator[tuple[str, list[float]]]:
    yield "class, at the start", [_seconds(lambda: pages.open("/class"))]
    yield "groups, at the start", [_seconds(lambda: pages.open("/groups"))]
    listed = re.findall(r"/answer/(\d+)/(\w+)", pages.open("/?kind=unread"))
    attempts = [int(number) for number, _ in listed]
    question = listed[0][1]
    chance = random.Random(2)

    def seconds(ask: Callable[[], object]) -> list[float]:
        return [_seconds(ask) for _ in range(times)]

    def one(path: str) -> Callable[[], object]:
        return lambda: pages.open(path.format(chance.choice(attempts), question))

    for name, path in {
        "queue": "/",
        "queue, all answers": "/?all=1&page=7",
        "queue, searched": "/?all=1&words=word7+word9",
        "one answer": "/answer/{}/{}?kind=unread",
        "groups": "/groups",
        "a group": "/group/{}/{}",
        "one submission": "/submission/{}",
        "a student's page": "/page/{}",
        "requests": "/requests",
        "comments": "/comments",
        "class": "/class?sort=-final",
        "gradebook": "/gradebook",
        "who reads what": "/sharing",
        "who would move": "/regrade",
        "publish": "/publish",
    }.items():
        yield name, seconds(one(path))
    yield f"save, next ({_KEYS} keys)", list(_marks(pages, marks))
    yield "publish to all", [_seconds(lambda: _publish(pages))]
    yield "class, published", seconds(one("/class"))


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _publish(pages: _Pages) -> None:
    page = pages.open("/publish")
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    pages.send("/publish", fields)
    pages.open("/publish")


def _marks(pages: _Pages, times: int) -> Iterator[float]:
    found = re.search(r"/answer/\d+/\w+\?kind=unread", pages.open("/?kind=unread"))
    assert found is not None
    address = found.group()
    page = pages.open(address)
    for number in range(times):
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        began = time.perf_counter()
        address = pages.send(address, {**fields, "points": str(number % 10), "do": "mark"})
        page = pages.open(address)
        yield time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
