"""Grading on a Dask cluster of real worker processes."""

from __future__ import annotations

import importlib
import os
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_marking import FakeMarking, write_tasks

from autograder.batch.tasks import Failure, Outcome, Result
from autograder.errors import AssignmentError, UsageError

distributed = pytest.importorskip("distributed")

from autograder.batch import cluster as module  # noqa: E402  (needs distributed)

# Dask and its dependencies warn about themselves: ports, sockets left to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore")


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
    tasks = write_tasks(tmp_path / "in", shaky="sandbox 2", ours="fault", bad="sandbox 99", **many)
    found = answers(module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address), tasks)
    scores = {name: o.score for name, o in found.items() if isinstance(o, Result)}
    assert scores == {"shaky": 5.0, **{f"s{i:02}": float(i) for i in range(40)}}
    reasons = {name: o.reason for name, o in found.items() if isinstance(o, Failure)}
    assert reasons["bad"] == "The sandbox died (3)."
    assert "KeyError" in reasons["ours"]
    processes = {pid for i in range(40) for pid in (tmp_path / f"s{i:02}").read_text().split()}
    assert len(processes) == 2, "both workers took part, each with one marker"


def test_what_a_dead_worker_was_at_is_done_elsewhere(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    tasks = write_tasks(tmp_path / "in", **{f"s{i:02}": "slow 0.02" for i in range(40)})
    outcomes = module.DaskCluster(FakeMarking(tmp_path), cluster.scheduler_address).run(tasks)
    found = list(next(filter(None, outcomes)))
    victim = int((tmp_path / found[0].student).read_text().split()[0])
    os.kill(victim, signal.SIGKILL)
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
