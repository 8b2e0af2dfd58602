"""Grading on a Dask cluster of real worker processes."""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_marking import FakeMarking, write_tasks

from autograder.batch.tasks import Failure, Outcome, Result
from autograder.errors import AssignmentError, SandboxError, UsageError

distributed = pytest.importorskip("distributed")

from autograder.batch import cluster as module  # noqa: E402  (needs distributed)

# Dask and its dependencies warn about themselves: ports, sockets left to the garbage collector.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        here = str(Path(__file__).parent)
        with (
            pytest.MonkeyPatch.context() as patch,
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as running,
        ):
            patch.syspath_prepend(here)
            # The workers are started by spawn and inherit our path, this folder included.
            yield running


def answers(executor: module.DaskCluster, tasks: list[module.Task]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for arrived in executor.run(tasks):
        for outcome in arrived:
            student = outcome.student if isinstance(outcome, Result) else outcome.task.student
            assert student not in found
            found[student] = outcome
    return found


def test_every_task_is_answered_once(cluster: distributed.LocalCluster, tmp_path: Path) -> None:
    many = {f"s{i:02}": f"points {i}" for i in range(40)}
    many |= {f"t{i:02}": "slow 0.05" for i in range(40)}  # so that none does it all alone
    tasks = write_tasks(tmp_path / "in", **many)
    found = answers(module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address), tasks)
    scores = {name: o.score for name, o in found.items() if isinstance(o, Result)}
    slow = {f"t{i:02}": 1.0 for i in range(40)}
    assert scores == {**slow, **{f"s{i:02}": float(i) for i in range(40)}}
    processes = {pid for name in many for pid in (tmp_path / name).read_text().split()}
    assert len(processes) >= 2, "both workers took part"


def test_what_fails_is_tried_again_or_said(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    tasks = write_tasks(tmp_path / "in", shaky="sandbox 2", ours="fault", bad="sandbox 99")
    found = answers(module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address), tasks)
    assert {name for name, o in found.items() if isinstance(o, Result)} == {"shaky"}
    reasons = {name: o.reason for name, o in found.items() if isinstance(o, Failure)}
    assert reasons["bad"] == "The sandbox died (3)."
    assert "KeyError" in reasons["ours"]


@pytest.mark.parametrize("victim", ["worker", "its helper"])
def test_what_a_dead_process_was_at_is_done_elsewhere(
    cluster: distributed.LocalCluster, tmp_path: Path, victim: str
) -> None:
    tasks = write_tasks(tmp_path / "in", **{f"s{i:02}": "slow 0.02" for i in range(40)})
    outcomes = module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address).run(tasks)
    found = list(next(filter(None, outcomes)))
    process = int((tmp_path / found[0].student).read_text().split()[0])
    parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent if victim == "worker" else process, signal.SIGKILL)
    for arrived in outcomes:
        found += arrived
    assert sorted(outcome.student for outcome in found) == [f"s{i:02}" for i in range(40)]
    assert all(isinstance(outcome, Result) for outcome in found)


def test_who_waits_hears_now_and_then_that_there_is_nothing(
    cluster: distributed.LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WHILE", 0.02)
    tasks = write_tasks(tmp_path / "in", slow="slow 0.6")
    arrived = list(module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address).run(tasks))
    assert arrived.count([]) >= 3
    assert sum(map(len, arrived)) == 1


def test_a_broken_assignment_ends_the_run_with_its_reason(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    executor = module.DaskCluster(FakeMarking(tmp_path, "assignment"), cluster.scheduler_address)
    with pytest.raises(AssignmentError, match=r"no questions\.py"):
        answers(executor, tasks)


def test_no_scheduler_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    with pytest.raises(UsageError, match="No Dask scheduler answers at tcp:"):
        answers(module.DaskCluster(FakeMarking(tmp_path), "tcp://127.0.0.1:9"), tasks)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:99999", "nonsense", "tcp://", "udp://x:1", ""]
)
def test_a_bad_address_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    with pytest.raises(UsageError, match=r"No Dask scheduler answers at .*tcp://HOST:PORT"):
        answers(module.DaskCluster(FakeMarking(tmp_path), address), tasks)


def in_order(tmp_path: Path, address: str, kill: Callable[[], None]) -> str:
    """Grade until the first result, let something die, and go on: what it says in the end.

    Dask itself must not complain meanwhile.
    """
    tasks = write_tasks(tmp_path / "in", **{f"s{i:02}": "slow 0.05" for i in range(400)})
    outcomes = module.DaskCluster(FakeMarking(tmp_path), address).run(tasks)
    next(filter(None, outcomes))
    kill()
    complaints = io.StringIO()
    handler = logging.StreamHandler(complaints)
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with pytest.raises(SandboxError) as raised:
            for _ in outcomes:
                pass
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    assert complaints.getvalue() == ""
    assert loggers[1].isEnabledFor(logging.ERROR)  # whoever uses Dask beside us hears it again
    return str(raised.value)


@pytest.mark.parametrize(("victim", "said"), [("scheduler", "is gone"), ("worker", "no workers")])
def test_a_cluster_that_goes_away_ends_the_run_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, victim: str, said: str
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 3.0)
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path}
    processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(name: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "distributed.cli.dask_" + name, *arguments]
        processes[name] = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    at = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
          "--scheduler-file", str(at))  # fmt: skip
    try:
        address = json.loads(when_written(at))["address"]
        start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        monkeypatch.setattr(module, "_PATIENCE", 20.0)
        tasks = write_tasks(tmp_path / "in", alice="points 1")
        answers(module.DaskCluster(FakeMarking(tmp_path), address), tasks)
        monkeypatch.setattr(module, "_PATIENCE", 3.0)
        sentence = in_order(tmp_path, address, processes[victim].kill)
        assert said in sentence
        assert "run the same command" in sentence
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def when_written(path: Path) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()).strip().endswith("}"):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written")


class NotInstalled:
    """Cannot be unpacked where it is sent."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return importlib.import_module, ("no_such_program",)


def test_workers_without_this_program_are_said_to_be(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    executor = module.DaskCluster(NotInstalled(), cluster.scheduler_address)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"no_such_program.*install the same version"):
        answers(executor, tasks)
