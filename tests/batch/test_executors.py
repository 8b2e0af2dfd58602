"""One conformance suite for every executor that runs on this machine."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from fake_marking import FakeMarking, write_tasks

from autograder.batch import local
from autograder.batch.in_process import InProcess
from autograder.batch.local import LocalWorkers
from autograder.batch.tasks import Executor, Failure, Opener, Outcome, Result, Task
from autograder.errors import AssignmentError, AutograderError, SandboxError

Make = Callable[[Opener], Executor]

COURSE = Path(__file__).resolve().parents[2]
MAKERS: dict[str, Make] = {
    "in this process": InProcess,
    "workers started afresh": lambda opener: LocalWorkers(opener, 2),
    "forked workers": lambda opener: LocalWorkers(opener, 2),
}
# What runs these tests has threads, which from Python 3.12 on warns when it is forked.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the program runs, which has one thread, and not afresh, as beside those of xdist: a
    new interpreter for each of the workers takes longer than all that they do."""
    monkeypatch.setattr(local, "forks_safely", lambda: True)


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(local, "forks_safely", lambda: request.param == "forked workers")
    return MAKERS[request.param]


def answers(executor: Executor, tasks: Sequence[Task]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for arrived in executor.run(tasks):
        for outcome in arrived:
            student = outcome.student if isinstance(outcome, Result) else outcome.task.student
            assert student not in found, f"{student} was answered twice"
            found[student] = outcome
    return found


def when_written(path: Path) -> str:
    """What is in a file, as soon as something is: it is there before its text."""
    for _ in range(3000):
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.01)
    raise TimeoutError(path)


def test_every_task_is_answered_once_whatever_happens_to_others(make: Make, tmp_path: Path) -> None:
    tasks = write_tasks(
        tmp_path / "in",
        right="points 90",
        fault="fault",
        shaky="sandbox 2",
        hopeless="sandbox 99",
        partial="points 12.5",
    )
    found = answers(make(FakeMarking(tmp_path)), tasks)
    assert set(found) == {"right", "fault", "shaky", "hopeless", "partial"}
    scores = {name: o.score for name, o in found.items() if isinstance(o, Result)}
    assert scores == {"right": 90.0, "shaky": 5.0, "partial": 12.5}
    reasons = {name: o.reason for name, o in found.items() if isinstance(o, Failure)}
    assert reasons["hopeless"] == "The sandbox died (3)."
    assert "KeyError" in reasons["fault"]
    assert "no such thing" in reasons["fault"]
    assert len((tmp_path / "shaky").read_text().split()) == 3
    assert len((tmp_path / "fault").read_text().split()) == 1, "a fault of ours repeats itself"


def test_no_tasks_need_no_marker(make: Make, tmp_path: Path) -> None:
    assert answers(LocalWorkers(FakeMarking(tmp_path, broken="exit"), 2), []) == {}


@pytest.mark.parametrize(
    ("broken", "error", "words"),
    [
        ("sandbox", SandboxError, "no Landlock"),
        ("assignment", AssignmentError, "no questions.py"),
    ],
)
def test_when_no_marker_can_be_opened_the_reason_is_told(
    make: Make, tmp_path: Path, broken: str, error: type[Exception], words: str
) -> None:
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    with pytest.raises(error, match=words):
        answers(make(FakeMarking(tmp_path, broken)), tasks)


# ------------------------------------------------------------------ worker processes only


def test_a_worker_that_dies_is_replaced_and_its_task_tried_elsewhere(tmp_path: Path) -> None:
    contents = {f"s{i}": "points 3" for i in range(6)}
    tasks = write_tasks(tmp_path / "in", mortal="die 1", lost="die 99", **contents)
    found = answers(LocalWorkers(FakeMarking(tmp_path), 2), tasks)
    assert len(found) == 8
    assert isinstance(found["mortal"], Result)
    lost = found["lost"]
    assert isinstance(lost, Failure)
    assert lost.reason == "The worker process ended with status 7."
    tries = (tmp_path / "lost").read_text().split()
    assert len(tries) == len(set(tries)) == 3, "each try has a process of its own"
    for student in contents:
        assert len((tmp_path / student).read_text().split()) == 1, "no blame for its neighbour"


def test_a_worker_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path / "in", sleeper="hang 1", alice="points 3")
    found = answers(LocalWorkers(FakeMarking(tmp_path), 1, patience=0.5), tasks)
    assert all(isinstance(outcome, Result) for outcome in found.values())
    assert len(found) == 2


def test_workers_that_never_get_ready_end_the_run(tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path / "in", alice="points 1", bob="points 1")
    with pytest.raises(SandboxError, match=r"ended with status 3.*--workers 0"):
        answers(LocalWorkers(FakeMarking(tmp_path, "exit"), 2), tasks)


def test_closing_stops_the_workers_at_once(tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path / "in", quick="points 1", sleeper="hang 99")
    outcomes = LocalWorkers(FakeMarking(tmp_path), 2).run(tasks)
    assert len(next(filter(None, outcomes))) == 1
    when_written(tmp_path / "sleeper")
    begun = time.monotonic()
    outcomes.close()
    assert time.monotonic() - begun < 5
    for pid in (tmp_path / "sleeper").read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_workers_leave_ctrl_c_to_their_parent(tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path / "in", alice="slow 0.6")

    def interrupt() -> None:
        os.kill(int(when_written(tmp_path / "alice")), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    found = answers(LocalWorkers(FakeMarking(tmp_path), 1), tasks)
    thread.join()
    assert isinstance(found["alice"], Result)
    assert len((tmp_path / "alice").read_text().split()) == 1


def test_who_waits_hears_now_and_then_that_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the clock of a progress bar goes on during one slow submission."""
    monkeypatch.setattr(local, "_WHILE", 0.02)
    tasks = write_tasks(tmp_path / "in", slow="slow 0.6")
    arrived = list(LocalWorkers(FakeMarking(tmp_path), 1).run(tasks))
    assert arrived.count([]) >= 3
    assert sum(map(len, arrived)) == 1


ALONE = """
import threading
from autograder.cli import main  # as the program starts: one thread for linear algebra
import autograder.batch.order, autograder.store, autograder.console
from autograder.batch.local import forks_safely
print(forks_safely())
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
print(forks_safely())
stop.set()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are started afresh")
def test_workers_are_forked_unless_a_thread_is_running() -> None:
    """Nothing that the program imports starts one."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, cwd=COURSE
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize("started", [0, 1])
def test_without_further_processes_those_that_there_are_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: int
) -> None:
    tasks = write_tasks(tmp_path / "in", alice="points 1", bob="points 2")
    start, begun = BaseProcess.start, []

    def limited(process: BaseProcess) -> None:
        if len(begun) >= started:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        begun.append(process)
        start(process)

    monkeypatch.setattr(BaseProcess, "start", limited)
    executor = LocalWorkers(FakeMarking(tmp_path), 2)
    if started:
        assert len(answers(executor, tasks)) == 2
    else:
        with pytest.raises(AutograderError, match=r"no further process.*ulimit -u"):
            answers(executor, tasks)
