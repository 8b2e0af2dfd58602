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
from autograder.sandbox.child import Counts, Ended, Event, Frame, Queued, Worker, queued_by_now
from autograder.sandbox.inside import wire
from autograder.sandbox.runner import Runner
from tests.sandbox.conftest import COURSE, needs_sandbox
from tests.sandbox.test_lifetime import descendants

COMPUTES = Cell(1, "import time\nwhile time.process_time() < 0.6: pass" + "\nx = 1" * 9)
ENDLESS = Cell(1, "while True: pass")
WAITS = Cell(1, "import threading\nthreading.Event().wait()")


class Waiting(Worker):
    """``queued`` is what the kernel says of it at each question; it never answers, but for what
    comes when it has been waited for so often."""

    def __init__(
        self, clock: list[float], *queued: Queued, after: dict[int, Event] | None = None
    ) -> None:
        super().__init__(0)
        self._clock, self._said, self._after = clock, [*queued], after or {}
        self.until: list[float] = []

    def next_event(self, deadline: float) -> Event | None:
        self.until.append(deadline)
        self._clock[0] = deadline
        return self._after.get(len(self.until))

    def _pump(self, timeout: float) -> None:
        raise NotImplementedError

    def queued(self) -> Queued:
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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that have passed; waiting takes none of ours."""
    now = [0.0]
    monkeypatch.setattr("autograder.sandbox.runner.time.monotonic", lambda: now[0])
    return now


def asked(worker: Waiting, deadline: float, limits: Limits | None = None) -> None:
    runner = Runner(Nobody(), limits or Limits(total_seconds=1e9), ())
    runner.worker = worker
    assert runner.next_event(deadline) is None


def test_a_limit_is_put_off_by_just_what_others_took(clock: list[float]) -> None:
    worker = Waiting(clock, Queued(3.0, False), Queued(4.5, False), Queued(4.5, False))
    asked(worker, 100.0)
    assert worker.until == [100.0, 103.0, 104.5]


def test_nobody_s_time_is_up_while_they_are_kept_waiting(clock: list[float]) -> None:
    """The kernel counts a wait when it is over."""
    waits = [Queued(0.0, True)] * 3
    worker = Waiting(clock, *waits, Queued(3.5, False), Queued(3.5, False))
    asked(worker, 100.0)
    assert worker.until == [100.0, 101.0, 102.0, 103.0, 103.5]


def test_what_others_took_is_not_asked_back_at_the_next_statement(clock: list[float]) -> None:
    """A notebook's statements share one deadline."""
    said = Frame(wire.STATEMENT, b"")
    waits = [Queued(40.0, False), Queued(41.0, False), Queued(41.0, False)]
    worker = Waiting(clock, *waits, after={2: said})
    runner = Runner(Nobody(), Limits(total_seconds=1e9), ())
    runner.worker = worker
    deadline = runner.clock + 100.0
    assert runner.next_event(deadline) is said  # after the 100 s it has waited for 40
    assert runner.next_event(deadline) is None
    assert worker.until == [100.0, 140.0, 140.0, 141.0]


def test_what_ran_for_its_whole_time_is_out_of_it_though_it_waits_for_more(
    clock: list[float],
) -> None:
    worker = Waiting(clock, Queued(0.0, True, 2.0), Queued(0.0, True, 5.0))
    asked(worker, 1e9, Limits(total_seconds=5.0))
    assert worker.until == [5.0, 6.0]


def test_an_answer_that_came_while_it_waited_puts_nothing_off(clock: list[float]) -> None:
    answer = Frame(wire.ANSWER, b"")
    worker = Waiting(clock, Queued(0.0, True), Queued(0.5, False), after={2: answer})
    asked(worker, 1e9, Limits(total_seconds=5.0))  # it took 5.5 s of its own
    worker = Waiting(clock, Queued(0.0, True), Queued(1.5, False), after={2: answer})
    runner = Runner(Nobody(), Limits(total_seconds=5.0), ())
    runner.worker = worker
    assert runner.next_event(1e9) is answer
    assert not runner.used_up


def test_whether_somebody_waits_takes_two_looks() -> None:
    looks = iter([Counts(0.5, 2.0, True), Counts(0.5, 2.0, True)])
    assert queued_by_now(lambda: next(looks)) == (2.0, True, 0.5)
    runs = iter([Counts(0.5, 2.0, True), Counts(0.54, 2.0, True)])
    assert queued_by_now(lambda: next(runs)) == (2.0, False, 0.54)
    sleeps = iter([Counts(0.5, 2.0, False)])
    assert queued_by_now(lambda: next(sleeps)) == (2.0, False, 0.5)


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


@pytest.mark.soak  # it keeps this machine from everything else
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
        assert 0.8 < session.usage.cpu_seconds < 4.0, "of two processes, with their start"
        with boxes[kind].open([WAITS], limits) as session:
            assert session.notebook.outcome is Outcome.TIMED_OUT
        took = session.usage.wall_seconds  # two processes start in it, beside the others
        assert took < 10 * limits.notebook_seconds, "it waits for nobody else"


def test_what_runs_behind_others_has_a_lower_priority() -> None:
    needs_sandbox()
    with open_sandbox([COURSE]) as box, box.joined(nice=7) as behind:
        before = descendants(os.getpid())
        own = os.getpriority(os.PRIO_PROCESS, 0)
        for sandbox, lower in ((box, 0), (behind, 7)):
            with sandbox.open([Cell(1, "x = 1")], Limits()):
                (child,) = descendants(os.getpid()) - before
                assert os.getpriority(os.PRIO_PROCESS, child) == min(19, own + lower)
                session = Path(f"/proc/{child}/autogroup")
                if lower and session.exists():
                    assert session.read_text().split()[1:] == ["nice", str(lower)]
