"""kill -9 at any moment: nothing is lost, doubled or half there, and the next run finishes.

The long form, a hundred kills at random moments in runs of 300 submissions, takes some ten
minutes: ``AUTOGRADER_SOAK=100 python3 -m pytest tests/batch/test_killed.py -m soak -n 0 -s``.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.conftest import needs_sandbox
from tests.sandbox.test_lifetime import descendants

COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENT = COURSE / "assignments" / "adaptive_learning_rates"
VARIANTS = sorted((ASSIGNMENT / "right_variants").glob("*.py"))
SOAK = int(os.environ.get("AUTOGRADER_SOAK", "5"))


def hand_in(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        shutil.copy(VARIANTS[number % len(VARIANTS)], folder / f"s{number:03}.py")
    return folder


def start(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", str(out)]
    command += ["--course", str(COURSE), "--workers", "2", "--quiet"]
    # A process group of its own, so that a test can see whether anything of it is left over.
    return subprocess.Popen(command, cwd=COURSE, start_new_session=True)


def kill_when(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    """Kill -9 the grader, and only it; whether it was still running."""
    deadline = time.monotonic() + 60
    while not ready() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    return process.wait() == -signal.SIGKILL


def check_whole(out: Path, expected: Path, students: list[str]) -> None:
    """The results are those of an undisturbed run, each stored once."""
    connection = sqlite3.connect(out / "grades.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    rows = connection.execute("SELECT student FROM attempts ORDER BY student").fetchall()
    connection.close()
    assert [row[0] for row in rows] == students
    for name in ("grades.json", "grades.csv"):
        assert (out / name).read_bytes() == (expected / name).read_bytes()
    pages = {path.name: path.read_bytes() for path in (out / "feedback").iterdir()}
    assert pages == {path.name: path.read_bytes() for path in (expected / "feedback").iterdir()}


def left_over(group: int) -> bool:
    """Whether a process of a killed grader is still there after a while."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


FEW = [f"s{number:03}" for number in range(7)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few submissions."""
    return hand_in(tmp_path_factory.mktemp("few") / "in", len(FEW))


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> Path:
    """What comes of them where nobody kills anything."""
    assert start(folder, folder.parent / "out").wait(60) == 0
    return folder.parent / "out"


@pytest.mark.long
def test_a_killed_run_is_finished_by_the_next(
    folder: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(folder, out)
    assert kill_when(process, lambda: any((out / "feedback").glob("*.html")))
    for page in (out / "feedback").glob("*.html"):
        assert page.read_bytes() == (undisturbed / "feedback" / page.name).read_bytes()
    assert not left_over(process.pid), "its workers and sandboxes end by themselves"
    assert start(folder, out).wait(60) == 0
    check_whole(out, undisturbed, FEW)


@pytest.mark.long
def test_a_killed_zygote_costs_no_result(folder: Path, undisturbed: Path, tmp_path: Path) -> None:
    """All workers share it: each goes on with one of its own."""
    needs_sandbox()
    out = tmp_path / "out"
    process = start(folder, out)
    deadline = time.monotonic() + 60
    while not any((out / "feedback").glob("*.html")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    zygotes = [pid for pid in descendants(process.pid) if "no_debug_ranges" in words(pid)]
    started_by = {parent(pid) for pid in zygotes} - {0}
    assert started_by <= {process.pid, *zygotes}, "no worker has started one of its own"
    for pid in zygotes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert process.wait(60) == 0
    check_whole(out, undisturbed, FEW)


def parent(pid: int) -> int:
    """The process that started a process; 0: it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def words(pid: int) -> list[str]:
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


@pytest.mark.soak
def test_many_kills_at_random_moments(tmp_path: Path) -> None:
    count = 300
    folder = hand_in(tmp_path / "in", count)
    assert start(folder, tmp_path / "undisturbed").wait(600) == 0
    moments = random.Random(7)
    kills = batches = 0
    while kills < SOAK:
        out = tmp_path / f"out{batches}"
        while True:
            process = start(folder, out)
            until = time.monotonic() + moments.uniform(0, 6)
            if not kill_when(process, lambda: time.monotonic() > until):  # noqa: B023
                break
            kills += 1
            assert not left_over(process.pid)
        assert process.returncode == 0
        check_whole(out, tmp_path / "undisturbed", [f"s{n:03}" for n in range(count)])
        batches += 1
        print(f"{kills} kills, {batches} batches of {count} whole", flush=True)
