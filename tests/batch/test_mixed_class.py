"""A hundred honest hand-ins among forty hostile ones: what the hostile ones cost is theirs.

Takes minutes: ``python3 -m pytest tests/batch/test_mixed_class.py -m soak -n 0 -s``.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.batch.mixed_class import write_class
from tests.sandbox.conftest import needs_sandbox
from tests.sandbox.test_lifetime import descendants

HONEST = 100
MOST_MEMORY = 600 << 20
"""Bytes that a process of the grader may take beyond what the program takes that has loaded."""


@dataclass
class Run:
    """One run of ``grade``, watched."""

    seconds: float
    status: int
    peak: int
    """Bytes of the largest process at its largest, sandboxed ones aside."""
    said: str


def peak_of(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def is_grader(pid: int) -> bool:
    """Processes of the sandbox run a program of their own."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"autograder" in words and b"sandbox" not in words


def loaded() -> int:
    """Bytes of a process that has loaded the program and does nothing."""
    program = "import autograder.batch.order, autograder.batch.run, re, pathlib\n" \
        "print(pathlib.Path('/proc/self/status').read_text())"  # fmt: skip
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    found = re.search(r"^VmHWM:\s+(\d+) kB", said.stdout, re.MULTILINE)
    assert found is not None
    return int(found[1]) << 10


def graded(folder: Path, out: Path, *how: str, watched: int | None = None) -> Run:
    """Grade; ``watched``: whose descendants are looked at, too."""
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", str(out), *how]
    begun, peak = time.monotonic(), 0
    with (out.parent / "said.txt").open("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        while process.poll() is None:
            for root in {process.pid, watched or process.pid}:
                for pid in (root, *descendants(root)):
                    if is_grader(pid):
                        peak = max(peak, peak_of(pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        said.seek(0)
        return Run(seconds, process.returncode, peak, said.read())


@contextmanager
def way(name: str, folder: Path) -> Iterator[tuple[list[str], int | None]]:
    """The options of a way to grade, and whose descendants do it."""
    if name != "cluster":
        yield ["--workers", name], None
        return
    at = folder / "scheduler.json"
    python = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
         "--no-dashboard", "--scheduler-file", str(at)], **quiet)  # type: ignore[call-overload]  # fmt: skip
    try:
        while not at.exists() or not at.read_text().strip().endswith("}"):
            time.sleep(0.1)
        address = json.loads(at.read_text())["address"]
        workers = subprocess.Popen(
            [*python, "distributed.cli.dask_worker", address, "--nworkers", "2", "--nthreads", "1",
             "--no-dashboard", "--local-directory", str(folder)], **quiet)  # type: ignore[call-overload]  # fmt: skip
        try:
            yield ["--scheduler", address], workers.pid
        finally:
            workers.terminate()
            workers.wait(30)
    finally:
        scheduler.terminate()
        scheduler.wait(30)


@pytest.mark.soak
@pytest.mark.parametrize("how", ["2", "0", "cluster"])
def test_what_hostile_hand_ins_cost_is_their_own(tmp_path: Path, how: str) -> None:
    needs_sandbox()
    write_class(tmp_path / "honest", honest=HONEST, hostile=False)
    hostile = write_class(tmp_path / "mixed", honest=HONEST, hostile=True)
    assert len(hostile) == 40
    with way(how, tmp_path) as (options, watched):
        graded(tmp_path / "honest", tmp_path / "first", *options)  # what is kept is now there
        alone = graded(tmp_path / "honest", tmp_path / "alone", *options, watched=watched)
        mixed = graded(tmp_path / "mixed", tmp_path / "out", *options, watched=watched)
    rows = json.loads((tmp_path / "out" / "grades.json").read_text())["submissions"]
    by_student = {row["student"]: row for row in rows}
    took = dict(
        sqlite3.connect(tmp_path / "out" / "grades.db").execute(
            "SELECT student, wall_seconds FROM attempts"
        )
    )
    # One that takes long may come last, with nobody else left to grade meanwhile.
    own = sum(took[student] for student in hostile)
    own = own if how == "0" else own / 2 + max(took[student] for student in hostile)
    beyond = (mixed.peak - loaded()) >> 20
    print(
        f"\n{how}: honest alone {alone.seconds:.1f} s, with the hostile {mixed.seconds:.1f} s, of "
        f"which their own limits {own:.1f} s; peak {beyond} MB beyond the interpreter, "
        f"{(alone.peak - loaded()) >> 20} MB with the honest alone"
    )
    for student in hostile:
        row = by_student[student]
        print(f"  {student:40} {row['status']:10} {row['score']!s:>5} {took[student]:6.1f} s")
    assert mixed.status == 0, mixed.said
    wrong = {s: r["score"] for s, r in by_student.items() if s[:6] == "honest" and r["score"] != 90}
    assert not wrong
    assert set(by_student) == {*hostile, *(f"honest_{n:03}" for n in range(HONEST))}
    assert all(by_student[student]["status"] != "not_graded" for student in hostile)
    assert mixed.peak - loaded() < MOST_MEMORY
    assert mixed.seconds < 1.5 * alone.seconds + own
    assert not [name for name in os.listdir(tmp_path / "out") if name.endswith(".part")]
