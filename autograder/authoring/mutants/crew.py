"""Trying many programs, one process a core."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import util

from autograder.authoring.mutants.trying import Trial, Tried
from autograder.batch.local import forks_safely
from autograder.sandbox import Sandbox


@dataclass(frozen=True, eq=False)
class Job:
    """One program to be tried."""

    trial: Trial
    source: str
    number: int
    """Of the program; it decides whose exam it gets."""
    patient: bool = False
    """Whether its calls may take long."""

    def result(self, box: Sandbox) -> Tried:
        return self.trial.of(self.source, self.number, box, patient=self.patient)


def try_all(jobs: Sequence[Job], box: Sandbox) -> Iterator[tuple[int, Tried]]:
    """What came of each job, with its place, as it comes.

    Where this process may be forked, copies of it share its sandbox; else all is done here.

    Raises:
        SandboxError: the sandbox failed.
    """
    workers = min(len(os.sched_getaffinity(0)), len(jobs)) if forks_safely() else 1
    if workers < 2 or box.unsafe:
        for place, job in enumerate(jobs):
            yield place, job.result(box)
        return
    _SHARED[:] = [box, jobs]
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_join)
    try:
        waiting = {pool.submit(_try, place): place for place in range(len(jobs))}
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    finally:
        pool.shutdown(cancel_futures=True)
        _SHARED.clear()


_SHARED: list[object] = []
"""The sandbox and the jobs, as copies of this process find them."""


def _join() -> None:
    box = _SHARED[0]
    assert isinstance(box, Sandbox)
    _SHARED[0] = joined = box.joined()
    util.Finalize(None, joined.close, exitpriority=1)


def _try(place: int) -> Tried:
    box, jobs = _SHARED
    assert isinstance(box, Sandbox)
    assert isinstance(jobs, Sequence)
    job: Job = jobs[place]
    return job.result(box)
