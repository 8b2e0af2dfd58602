"""Sandboxes that die, and sandboxes that live long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder.errors import SandboxError
from autograder.model import Call, Cell, Limits, Outcome
from autograder.sandbox import Sandbox, open_sandbox
from tests.sandbox.conftest import COURSE, needs_sandbox

ONE = [Cell(1, "def one():\n    return 1.0")]
HOSTILE = [Cell(1, "import os\nos._exit(1)"), Cell(2, "def one():\n    os.abort()")]


def descendants(pid: int) -> set[int]:
    """Processes below ``pid``."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def children(pid: int) -> set[int]:
    """Processes directly below ``pid``."""
    below = descendants(pid)
    return below.difference(*(descendants(child) for child in below))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def mounts() -> str:
    return Path("/proc/self/mounts").read_text()


def settled(count: int) -> bool:
    """Whether this process soon has no more than ``count`` descendants."""
    deadline = time.monotonic() + 5
    while len(descendants(os.getpid())) > count and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(descendants(os.getpid())) <= count


def run_one(box: Sandbox) -> object:
    with box.open(ONE, Limits()) as session:
        return session.call([Call("one", "one", {})])[0].value


@pytest.mark.long
def test_nothing_grows_over_a_hundred_submissions() -> None:
    needs_sandbox()
    before = (len(descendants(os.getpid())), open_files(), mounts())
    with open_sandbox([COURSE]) as box:
        assert run_one(box) == 1.0
        during, files = len(descendants(os.getpid())), open_files()
        sizes = []
        for number in range(100):
            cells = HOSTILE if number % 3 == 0 else ONE
            with box.open(cells, Limits()) as session:
                (trace,) = session.call([Call("one", "one", {})])
            assert trace.outcome is (Outcome.CRASHED if number % 3 == 0 else Outcome.RETURNED)
            sizes.append(resident(descendants(os.getpid())))
        assert settled(during)
        assert open_files() == files
        assert max(sizes[50:]) < max(sizes[:50]) + (8 << 20)
    assert settled(before[0])
    assert (open_files(), mounts()) == before[1:]


def resident(pids: set[int]) -> int:
    """Bytes resident in all of these processes."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("jail", ["auto", "none"])
def test_a_killed_zygote_is_our_fault_and_another_goes_on(jail: str) -> None:
    needs_sandbox()
    before, files = len(descendants(os.getpid())), open_files()
    box = open_sandbox([COURSE], jail=jail)
    session = box.open(ONE, Limits())
    kill_all(box)
    with pytest.raises(SandboxError, match="repeated"):
        session.call([Call("one", "one", {})])
    with pytest.raises(SandboxError, match="repeated"):
        box.open(ONE, Limits())
    session.close()
    box.close()
    with open_sandbox([COURSE], jail=jail) as again:
        assert run_one(again) == 1.0
    assert settled(before)
    assert open_files() == files


def kill_all(box: Sandbox) -> None:
    """kill -9 of the zygote, and of what is around it."""
    assert box.pid is not None
    for pid in {box.pid, *descendants(box.pid)}:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_zygote(box: Sandbox) -> None:
    assert box.pid is not None
    os.kill(max({box.pid, *children(box.pid)}), signal.SIGKILL)


def test_a_child_that_somebody_kills_is_tried_once_more(tmp_path: Path) -> None:
    """It may be no doing of the student's: a machine out of memory kills what it likes."""
    needs_sandbox()
    source = (
        "import time\ndef slow():\n    end = time.monotonic() + 0.3\n"
        "    while time.monotonic() < end: pass\n    return 1.0"
    )
    with open_sandbox([COURSE]) as box, box.open([Cell(1, source)], Limits()) as session:
        assert box.pid is not None
        (child,) = [pid for pid in descendants(box.pid) if not children(pid)]
        timer = threading.Timer(0.1, os.kill, [child, signal.SIGKILL])
        timer.start()
        (trace,) = session.call([Call("slow", "slow", {})])
        timer.join()
        assert trace.value == 1.0


def test_a_zygote_that_is_killed_in_mid_call_is_our_fault() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box:
        cells = [Cell(1, "def slow():\n    while True: pass")]
        with box.open(cells, Limits(call_seconds=60)) as session:
            timer = threading.Timer(0.2, kill_zygote, [box])
            timer.start()
            with pytest.raises(SandboxError):
                session.call([Call("slow", "slow", {})])
            timer.join()


def test_children_end_with_the_grader() -> None:
    """kill -9 of the trusted process leaves nothing behind."""
    needs_sandbox()
    code = (
        "import sys, time; from pathlib import Path\n"
        "from autograder.model import Cell, Limits; from autograder.sandbox import open_sandbox\n"
        f"box = open_sandbox([Path({str(COURSE)!r})])\n"
        "box.open([Cell(1, 'x = 1')], Limits())\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", code], cwd=COURSE, stdout=subprocess.PIPE, text=True
    )
    with grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == "ready\n"
        below = descendants(grader.pid)
        assert below
        grader.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in below) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]


def test_a_sandbox_outlives_the_thread_that_opened_it() -> None:
    needs_sandbox()
    boxes: list[Sandbox] = []
    thread = threading.Thread(target=lambda: boxes.append(open_sandbox([COURSE])))
    thread.start()
    thread.join()
    time.sleep(0.05)
    with boxes[0] as box:
        assert run_one(box) == 1.0


def test_a_zygote_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_sandbox()
    from autograder.sandbox import server

    monkeypatch.setattr(server, "_START", "raise OSError('no such thing')")
    with pytest.raises(SandboxError, match="no such thing"):
        open_sandbox([COURSE], jail="none")
