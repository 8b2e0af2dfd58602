"""``python -m autograder.bench.portal``: a deadline, over a real port and everything included.

Serves a course as ``autograder serve`` does, and lets its students hand in: a few alone, some now
and then, five a second, and in the end twenty a second until the deadline.  Each hands in a sample
submission, made unlike all others by a comment, and listens on the page for the verdict; one in a
thousand hands in what never ends.  Then it is counted whether anything was lost.

The students are threads of this process, on the same machine: what they take is taken from what is
measured.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlencode, urlsplit

from autograder.bench.machine import machine
from autograder.bench.measured import table
from autograder.bench.others import as_notebook, otter_run
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.store import open_store

_STEADY = 5.0
"""Hand-ins a second before the rush."""
_STEADY_SECONDS = 120.0
_LONE = 10
"""Students who hand in while nobody else does."""
_ENDLESS = b"while True:\n    pass\n"
_ONE_IN = 1_000
_WAIT = 300.0
"""Seconds after the deadline in which every verdict should have come."""


@dataclass(frozen=True)
class Student:
    id: str
    token: str
    cookie: str
    data: bytes
    name: str
    is_endless: bool = False


@dataclass
class HandedIn:
    """What one student saw of it; times are seconds on the monotonic clock."""

    student: Student
    phase: str
    began: float
    receipt: float | None = None
    """When it was there; None: it never was."""
    verdict: float | None = None
    ticket: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Served:
    url: str
    pid: int
    """Of the process that answers; those that grade are below it."""


@dataclass
class _Phase:
    name: str
    rate: float
    count: int


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    try:
        course = Course.find(None)
        assignment = course.load(options.assignment or course.default or course.assignments()[0])
    except AutograderError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_status
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as folder:
        lost = _measured(options, course, assignment, Path(folder))
        if options.otter:
            _otter(options.otter, assignment, Path(folder))
    return 1 if lost else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder.bench.portal")
    parser.add_argument("--assignment", metavar="SLUG")
    parser.add_argument("--students", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=10.0, help="until the deadline")
    parser.add_argument("--rush", type=float, default=20.0, help="hand-ins a second at the end")
    parser.add_argument("--rush-seconds", type=float, default=60.0)
    parser.add_argument("--right", action="store_true", help="right programs only")
    parser.add_argument("--workers", type=int, help="graders (a core)")
    parser.add_argument("--store", metavar="URL", help="an empty PostgreSQL database")
    parser.add_argument("--otter", type=int, default=0, help="beside it, otter run for so many")
    return parser


def _phases(options: argparse.Namespace) -> list[_Phase]:
    """The rush, five a second before it, and what is left of the students before that."""
    seconds = options.minutes * 60
    rush = min(options.students, round(options.rush * min(options.rush_seconds, seconds)))
    left, before = options.students - rush, seconds - rush / options.rush
    steady = min(left, round(_STEADY * min(_STEADY_SECONDS, before * 0.8)))
    left, before = left - steady, before - steady / _STEADY
    now_and_then = _Phase("now and then", left / before if before > 0 else _STEADY, left)
    return [
        phase
        for phase in (
            now_and_then,
            _Phase(f"{_STEADY:g} a second", _STEADY, steady),
            _Phase("the rush", options.rush, rush),
        )
        if phase.count > 0
    ]


def _measured(
    options: argparse.Namespace, course: Course, assignment: Assignment, folder: Path
) -> int:
    store = options.store or str(folder / "grades.db")
    where = ["--course", str(course.folder), "--assignment", assignment.slug]
    where += ["--out", str(folder / "out"), "--store", store]
    count = options.students + _LONE
    _import_students(folder, count, where)
    with _served(folder, where, options.workers) as served:
        url = served.url
        students = _students(url, where, assignment, count, options)
        took = [_alone(url, student, assignment) for student in students[:_LONE]]
        phases, rest = _phases(options), iter(students[_LONE:])
        done: list[HandedIn] = []
        began, before, ours = time.monotonic(), _used(served.pid), time.process_time()
        for phase in phases:
            done += _phase(url, phase, rest, assignment)
        _wait(done)
        _report(took, done, time.monotonic() - began)
        used = [b - a for a, b in zip(before, _used(served.pid), strict=True)]
        used.append(time.process_time() - ours)
        web, graders, students_ = (f"{1e3 * one / len(done):.0f} ms" for one in used)
        each = f"{web} to answer, {graders} to grade, {students_} to be a student"
        print(f"Of processor, for each of these {len(done)}: {each}.")
        return _lost(took + done, assignment, store)


# ------------------------------------------------------------------ a course that is served


def _import_students(folder: Path, count: int, where: Sequence[str]) -> None:
    roster = folder / "roster.csv"
    with roster.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "name"))
        rows.writerows((f"s{number:05}", f"Student {number}") for number in range(count))
    subprocess.run(
        [sys.executable, "-m", "autograder", "people", "import", str(roster), *where],
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def _served(folder: Path, where: Sequence[str], workers: int | None) -> Iterator[Served]:
    command = [sys.executable, "-m", "autograder", "serve", "--port", "0", "--json", *where]
    command += [] if workers is None else ["--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"autograder serve ended with status {process.wait()}.")
        try:
            yield Served(json.loads(line)["url"], process.pid)
        finally:
            began = time.monotonic()
            process.terminate()
            process.wait(60)
            print(f"It ended in {time.monotonic() - began:.1f} s.")


def _ticks() -> dict[int, tuple[int, int, int]]:
    """Of every process its parent, what it used and what those used that it waited for."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        own, waited = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
        found[int(path.parent.name)] = (int(fields[1]), own, waited)
    return found


def _used(pid: int) -> tuple[float, float]:
    """Seconds of processor of a process, and of all below it; 0 where that cannot be seen."""
    ticks = _ticks()
    below, found = {pid}, -1
    while len(below) != found:
        found = len(below)
        below |= {one for one, (parent, _, _) in ticks.items() if parent in below}
    rest = sum(sum(ticks[one][1:]) for one in below - {pid} if one in ticks)
    each = os.sysconf("SC_CLK_TCK")
    return ticks.get(pid, (0, 0, 0))[1] / each, rest / each


def _students(
    url: str,
    where: Sequence[str],
    assignment: Assignment,
    count: int,
    options: argparse.Namespace,
) -> list[Student]:
    """All of them, signed in, each with a file of their own."""
    command = [sys.executable, "-m", "autograder", "links", "--role", "student", "--json"]
    said = subprocess.run([*command, *where], check=True, capture_output=True, text=True).stdout
    files = _samples(assignment, right=options.right)
    chance = random.Random(1)
    students = []
    for number, link in enumerate(json.loads(said)[:count]):
        path = chance.choice(files)
        is_endless = _never_ends(number)
        data, name = (_ENDLESS, "endless.py") if is_endless else (path.read_bytes(), path.name)
        data = _unlike(data, name, number)
        cookie = _signed_in(url, link["token"])
        students.append(Student(link["id"], link["token"], cookie, data, name, is_endless))
    return students


def _never_ends(number: int) -> bool:
    """One in a thousand of those who do not hand in alone."""
    return number % _ONE_IN == _LONE + _ONE_IN // 2


def _samples(assignment: Assignment, *, right: bool) -> list[Path]:
    """Those that end: of what never does it is said how many there are."""
    folder = assignment.folder / ("right_variants" if right else "sample_submissions")
    files = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".ipynb"))
    return [path for path in files if not _is_slow(path.with_suffix(".expected.json"))]


def _is_slow(expected: Path) -> bool:
    return expected.is_file() and "timeout" in expected.read_text(encoding="utf-8")


def _unlike(data: bytes, name: str, number: int) -> bytes:
    """The same program, and another file."""
    if not name.endswith(".ipynb"):
        return data + f"\n# {number}\n".encode()
    try:
        notebook = json.loads(data)
        notebook.setdefault("metadata", {})["handed_in_by"] = number
    except (ValueError, AttributeError, TypeError):  # a sample that is no notebook
        return data + f"\n{number}".encode()
    return json.dumps(notebook).encode()


def _signed_in(url: str, token: str) -> str:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": url}
    with _asked(url, "POST", "/enter", urlencode({"token": token}).encode(), headers) as answer:
        answer.read()
        if answer.status != 303:
            raise SystemExit(f"A student could not sign in: {answer.status}.")
        return str(answer.getheader("set-cookie")).partition(";")[0]


@contextmanager
def _asked(
    url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(url)
    with closing(
        http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=_WAIT)
    ) as connection:
        connection.request(method, path, body, {**headers, "Connection": "close"})
        yield connection.getresponse()


# ------------------------------------------------------------------ what a student does


def _hand_in(url: str, one: HandedIn, assignment: Assignment) -> None:
    """Hand in, and listen on the page until there is a verdict."""
    student, edge = one.student, "edge-of-a-part"
    part = f'form-data; name="file"; filename="{student.name}"'
    head = f"--{edge}\r\nContent-Disposition: {part}\r\n\r\n"
    body = head.encode() + student.data + f"\r\n--{edge}--\r\n".encode()
    headers = {
        "Authorization": f"Bearer {student.token}",
        "Content-Type": f"multipart/form-data; boundary={edge}",
    }
    path = f"/api/submissions?assignment={quote(assignment.slug)}"
    try:
        with _asked(url, "POST", path, body, headers) as answer:
            said = json.loads(answer.read())
            if answer.status != 202:
                one.trouble = f"{answer.status} {said}"
                return
        one.receipt = time.monotonic()
        one.ticket = str(said["id"])
        if said["digest"] != sha256(student.data).hexdigest():
            one.trouble = "another digest"
        _listen(url, one)
    except (OSError, ValueError, http.client.HTTPException) as error:
        one.trouble = f"{type(error).__name__}: {error}"


def _listen(url: str, one: HandedIn) -> None:
    headers = {"Cookie": one.student.cookie, "Accept": "text/event-stream"}
    with _asked(url, "GET", f"/h/{one.ticket}/events", None, headers) as answer:
        if answer.status != 200:
            one.trouble = f"events: {answer.status}"
        for line in answer:
            if line.strip() == b"event: done":
                one.verdict = time.monotonic()
                return


def _alone(url: str, student: Student, assignment: Assignment) -> HandedIn:
    one = HandedIn(student, "alone", time.monotonic())
    _hand_in(url, one, assignment)
    time.sleep(0.5)
    return one


_threads: list[Thread] = []


def _phase(
    url: str, phase: _Phase, students: Iterator[Student], assignment: Assignment
) -> list[HandedIn]:
    """Let so many begin, evenly; those who still wait for a verdict do so beside the next."""
    done = []
    began = time.monotonic()
    for number in range(phase.count):
        time.sleep(max(0.0, began + number / phase.rate - time.monotonic()))
        one = HandedIn(next(students), phase.name, time.monotonic())
        thread = Thread(target=_hand_in, args=(url, one, assignment), daemon=True)
        thread.start()
        _threads.append(thread)
        done.append(one)
    return done


def _wait(done: Sequence[HandedIn]) -> None:
    end = time.monotonic() + _WAIT
    for thread in _threads:
        thread.join(max(0.0, end - time.monotonic()))


# ------------------------------------------------------------------ what came of it


def _report(alone: Sequence[HandedIn], done: Sequence[HandedIn], seconds: float) -> None:
    print(f"{len(alone) + len(done)} students in {seconds:.0f} s; milliseconds, a student's own")
    rush = [one for one in done if one.phase == "the rush"]
    groups = {"alone": list(alone)}
    for one in done:
        groups.setdefault(one.phase, []).append(one)
    groups["the rush's last quarter"] = rush[-max(1, len(rush) // 4) :] if rush else []
    groups["all"] = [*alone, *done]
    head = "when | students | receipt p50 | p99 | most | verdict p50 | p95 | most | endless"
    for line in table(head, (_row(name, group) for name, group in groups.items() if group)):
        print(line)


def _row(name: str, group: Sequence[HandedIn]) -> tuple[object, ...]:
    receipts = [one.receipt - one.began for one in group if one.receipt is not None]
    ended = [one for one in group if one.verdict is not None]
    verdicts = [
        one.verdict - one.began
        for one in ended
        if one.verdict is not None and not one.student.is_endless
    ]
    endless = [o.verdict - o.began for o in ended if o.verdict is not None and o.student.is_endless]
    return (
        name,
        len(group),
        *_shares(receipts, 0.5, 0.99, 1.0),
        *_shares(verdicts, 0.5, 0.95, 1.0),
        ", ".join(f"{1e3 * one:.0f}" for one in endless),
    )


def _shares(seconds: Sequence[float], *shares: float) -> list[str]:
    ordered = sorted(seconds)
    if not ordered:
        return ["-" for _ in shares]
    last = len(ordered) - 1
    return [f"{1e3 * ordered[min(last, int(share * len(ordered)))]:.0f}" for share in shares]


def _lost(done: Sequence[HandedIn], assignment: Assignment, store: str) -> int:
    """Say what is not as it should be; how much."""
    troubles = Counter(one.trouble for one in done if one.trouble)
    for trouble, count in troubles.most_common(10):
        print(f"{count} times: {trouble[:200]}")
    receipts = [one for one in done if one.receipt is not None]
    with open_store(store if "://" in store else Path(store)) as opened:
        kept = {one.ticket: one for one in opened.hand_ins.all(assignment.slug)}
        where = opened.hand_ins.where([one.id for one in kept.values()])
        attempts = [where[one.id].attempt for one in kept.values()]
        entries = {entry.id: entry for entry in opened.entries(assignment.slug)}
    lost = [one for one in receipts if one.ticket not in kept]
    open_ = [one for one, attempt in zip(kept.values(), attempts, strict=True) if attempt is None]
    graded = [entries[attempt] for attempt in attempts if attempt is not None]
    alike = sum(
        entry.digest == one.digest
        for one, attempt in zip(kept.values(), attempts, strict=True)
        if attempt is not None
        for entry in (entries[attempt],)
    )
    statuses = Counter(entry.status.value for entry in graded)
    print(
        f"Receipts {len(receipts)}, of which lost {len(lost)}; without a verdict {len(open_)}; "
        f"verdicts {len(graded)} ({', '.join(f'{n} {s}' for s, n in statuses.items())}), of the "
        f"file that was handed in {alike}, twice {len(entries) - len(set(attempts) - {None})}."
    )
    return len(lost) + len(open_) + len(done) - len(receipts) + len(graded) - alike


def _otter(count: int, assignment: Assignment, folder: Path) -> None:
    right = sorted((assignment.folder / "right_variants").glob("*.py"))
    (folder / "otter").mkdir()
    notebooks = [
        as_notebook(right[number % len(right)], folder / "otter" / f"s{number}.ipynb")
        for number in range(count)
    ]
    measured = otter_run(notebooks, assignment.folder, folder)
    if measured is None:
        print("otter is not installed")
    elif measured.status != 0:
        print(f"otter run failed: {measured.said}")
    else:
        each = measured.wall_seconds / count
        print(f"otter run as a process for each of {count}: {1e3 * each:.0f} ms each")


if __name__ == "__main__":
    sys.exit(main())
