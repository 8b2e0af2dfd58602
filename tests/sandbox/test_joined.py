"""Several trusted processes at one zygote: nobody's children are another's."""

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
from autograder.sandbox import Sandbox, open_sandbox, server
from autograder.sandbox.server import MOST_LINES
from tests.sandbox.conftest import COURSE, needs_sandbox, skip
from tests.sandbox.test_lifetime import (
    ONE,
    descendants,
    kill_all,
    open_files,
    run_one,
    settled,
)

WHO = [Cell(1, "import os\ndef who():\n    return [os.getuid(), os.getpid(), 0]")]
SLOW = [
    Cell(
        1,
        """
import time
def slow():
    began = time.monotonic()
    while time.monotonic() < began + 0.5: pass
    return [began, time.monotonic(), 0]
""",
    )
]


def test_those_that_join_have_children_of_their_own() -> None:
    needs_sandbox()
    before, files = len(descendants(os.getpid())), open_files()
    with open_sandbox([COURSE]) as box:
        alone = len(descendants(os.getpid()))
        with box.joined() as one, box.joined() as other:
            assert one.layers == other.layers == box.layers
            found: list[tuple[float, float]] = []

            def slow(joined: Sandbox) -> None:
                with joined.open(SLOW, Limits()) as session:
                    began, ended, _ = session.call([Call("slow", "slow", {})])[0].value  # type: ignore[misc]
                    found.append((began, ended))

            threads = [threading.Thread(target=slow, args=(joined,)) for joined in (one, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            (_, first_ended), (second_began, _) = sorted(found)
            assert second_began < first_ended, "they do not wait for each other"
        assert run_one(box) == 1.0
        assert settled(alone), "hanging up leaves nothing behind"
    assert settled(before)
    assert open_files() == files


def test_children_of_different_processes_have_different_users() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box:
        if not next(layer.active for layer in box.layers if layer.name == "user"):
            skip("children have a user of their own only where the grader is root")
        with box.joined() as one, box.joined() as other:
            users = []
            for joined in (box, one, other):
                with joined.open(WHO, Limits()) as session:
                    users.append(session.call([Call("who", "who", {})])[0].value[0])  # type: ignore[index]
    assert len(set(users)) == 3
    assert os.geteuid() not in users


def test_what_one_does_to_its_child_does_nothing_to_anothers() -> None:
    needs_sandbox()
    ends = [Cell(1, "import os\ndef ends():\n    os._exit(3)")]
    with open_sandbox([COURSE]) as box, box.joined() as one, box.joined() as other:
        mine = one.open(ONE, Limits())
        with other.open(ends, Limits()) as session:
            (trace,) = session.call([Call("ends", "ends", {})])
        assert trace.outcome is Outcome.EXITED
        other.close()
        assert mine.call([Call("one", "one", {})])[0].value == 1.0
        mine.close()


def test_so_many_and_no_more_may_join() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box:
        joined = [box.joined() for _ in range(MOST_LINES - 1)]
        with pytest.raises(SandboxError, match="as many as it can"):
            box.joined()
        joined.pop().close()
        deadline = time.monotonic() + 10
        while True:  # the zygote hears of it when it next listens
            try:
                joined.append(box.joined())
                break
            except SandboxError:
                assert time.monotonic() < deadline
        assert [run_one(one) for one in (box, joined[-1])] == [1.0, 1.0]
        for one in joined:
            one.close()


def test_joining_one_that_is_gone_or_for_one_process_only_is_refused() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box:
        joined = box.joined()
        kill_all(box)
        with pytest.raises(SandboxError):
            box.joined()
        with pytest.raises(SandboxError, match="repeated"):
            run_one(joined)
        joined.close()
    with (
        open_sandbox([COURSE], unsafe=True) as box,
        pytest.raises(SandboxError, match="one process"),
    ):
        box.joined()


GRADER = f"""
import os, sys, time
from pathlib import Path
from autograder.model import Cell, Limits
from autograder.sandbox import open_sandbox
box = open_sandbox([Path({str(COURSE)!r})])
if os.fork() == 0:
    session = box.joined().open([Cell(1, "x = 1")], Limits())
    print(os.getpid(), flush=True)
    time.sleep(60)
try:
    os.wait()
    print("alone", flush=True)
    time.sleep(60)
finally:
    box.close()
"""


@pytest.mark.parametrize("owner", [False, True])
def test_a_process_that_is_killed_takes_its_children_along(owner: bool) -> None:
    needs_sandbox()
    command = [sys.executable, "-c", GRADER]
    with subprocess.Popen(command, cwd=COURSE, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        copy = int(grader.stdout.readline())
        below = descendants(grader.pid) - {copy}
        # Without descendants is the child alone; the zygote stays for others.
        gone = below if owner else {pid for pid in below if not descendants(pid)}
        if owner:
            grader.kill()
        else:
            os.kill(copy, signal.SIGKILL)
            assert grader.stdout.readline() == "alone\n"
        deadline = time.monotonic() + 10
        while any(alive(pid) for pid in gone) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not [pid for pid in gone if alive(pid)]
        assert owner or any(alive(pid) for pid in below)
        if owner:
            os.kill(copy, signal.SIGKILL)
        grader.kill()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("all_users", [False, True])
def test_zygotes_next_to_each_other_have_no_user_in_common(
    monkeypatch: pytest.MonkeyPatch, all_users: bool
) -> None:
    monkeypatch.setattr(server, "_maps_all_users", lambda: all_users)
    for pid in (1, 122, 2498, 1 << 22):
        mine, next_ones = server._own_user(pid), server._own_user(pid + 1)
        assert mine + MOST_LINES <= next_ones or next_ones + MOST_LINES <= mine
        assert 20_000 <= mine < (1 << 31) - MOST_LINES if all_users else mine < 60_000


def test_hooks_after_a_fork_can_be_asked_for_in_a_child() -> None:
    """While a zygote loads, they cannot."""
    needs_sandbox()
    source = "import os, posix\ndef f():\n    return os.register_at_fork is posix.register_at_fork"
    with open_sandbox([COURSE]) as box, box.open([Cell(1, source)], Limits()) as session:
        assert session.call([Call("f", "f", {})])[0].value == 1.0
