"""What a submission waits for others' programs is not its own time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.model import Cell, Limits, Outcome
from autograder.sandbox import Sandbox, open_sandbox
from autograder.sandbox.child import Ended, Event, Worker
from autograder.sandbox.runner import Runner
from tests.sandbox.conftest import COURSE, needs_sandbox
from tests.sandbox.test_lifetime import descendants

COMPUTES = Cell(1, "import time\nwhile time.process_time() < 0.6: pass")
ENDLESS = Cell(1, "while True: pass")
WAITS = Cell(1, "import threading\nthreading.Event().wait()")


class Waiting(Worker):
    """Never answers; ``queued`` is what the kernel says of it at each question."""

    def __init__(self, queued: Sequence[float]) -> None:
        super().__init__(0)
        self._said = [*queued]
        self.pumped: list[float] = []

    def _pump(self, timeout: float) -> None:
        self.pumped.append(timeout)

    def next_event(self, deadline: float) -> Event | None:
        self._pump(deadline)
        return None

    def queued(self) -> float:
        return self._said.pop(0)

    def send(self, frame: bytes) -> None:
        raise NotImplementedError

    def read_output(self) -> None:
        raise NotImplementedError

    def kill(self) -> Ended:
        raise NotImplementedError


class Nobody:
    pid = None

    def spawn(self, limits: Limits, packages: Sequence[str], keep: int) -> Worker:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def test_a_limit_is_put_off_by_just_what_others_took() -> None:
    runner = Runner(Nobody(), Limits(total_seconds=1e9), ())
    worker = Waiting([3.0, 4.5, 4.5])
    runner.worker = worker
    assert runner.next_event(100.0) is None
    assert worker.pumped == [100.0, 103.0, 104.5]


def test_what_was_given_back_once_is_not_given_again() -> None:
    runner = Runner(Nobody(), Limits(total_seconds=1e9), ())
    worker = Waiting([3.0, 3.0, 3.0])
    runner.worker = worker
    assert runner.next_event(100.0) is None
    assert runner.next_event(200.0) is None
    assert worker.pumped == [100.0, 103.0, 200.0]


@contextmanager
def many_others() -> Iterator[None]:
    """Four programs a core that never wait for anything."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [
        subprocess.Popen(command, start_new_session=True) for _ in range(4 * (os.cpu_count() or 1))
    ]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["a jail", "no jail", "no walls"])
def test_a_busy_machine_takes_nothing_off_a_notebook_s_time(
    boxes: dict[str, Sandbox], kind: str
) -> None:
    limits = Limits(notebook_seconds=1.2)
    with many_others():
        with boxes[kind].open([COMPUTES], limits) as session:
            assert session.notebook.outcome is Outcome.RETURNED
        assert session.usage.wall_seconds > limits.notebook_seconds, "there was nothing to show"
        with boxes[kind].open([ENDLESS], limits) as session:
            assert session.notebook.outcome is Outcome.TIMED_OUT
        assert 0.8 < session.usage.cpu_seconds < 2.0
        with boxes[kind].open([WAITS], limits) as session:
            assert session.notebook.outcome is Outcome.TIMED_OUT
        assert session.usage.wall_seconds < 3 * limits.notebook_seconds, "it waits for nobody else"


def test_what_runs_behind_others_has_a_lower_priority() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box, box.joined(nice=7) as behind:
        before = descendants(os.getpid())
        own = os.getpriority(os.PRIO_PROCESS, 0)
        for sandbox, lower in ((box, 0), (behind, 7)):
            with sandbox.open([Cell(1, "x = 1")], Limits()):
                (child,) = descendants(os.getpid()) - before
                assert os.getpriority(os.PRIO_PROCESS, child) == min(19, own + lower)
                assert os.sched_getscheduler(child) == (os.SCHED_IDLE if lower else os.SCHED_OTHER)
                session = Path(f"/proc/{child}/autogroup")
                if lower and session.exists():
                    assert session.read_text().split()[1:] == ["nice", str(lower)]
