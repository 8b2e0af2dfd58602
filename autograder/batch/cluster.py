"""Grading on a Dask cluster: many machines, or the batch system of a computing centre.

Theory of operation.  The opener travels to every worker as a plugin, also to workers that join
later; each worker opens one marker, with its own sandbox, and marks one submission at a time
(start workers with one thread each).  It does so in a process of its own (:mod:`.helper`): a
worker's threads are Dask's, and what one submission may take is kept in a main thread only.  When
a worker dies, Dask runs its tasks on another; a task whose workers keep dying comes back as a
failure.  The course folder, this program and the submissions must be found at the same place on
every machine, as they are on the shared file system of a cluster.

A scheduler that nobody answers for, or whose workers are all gone for a while, ends the run in a
sentence: what has come is kept, and the same command goes on from there.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from autograder.batch.helper import Helper
from autograder.batch.tasks import Failure, Opener, Outcome, Outcomes, Result, Task
from autograder.batch.worker import Refusal, refusal
from autograder.errors import AutograderError, SandboxError, UsageError
from autograder.extras import how_to_get

try:
    from distributed import Client, as_completed, get_worker
    from distributed.diagnostics.plugin import WorkerPlugin
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise UsageError(
        f"Grading on a cluster needs further packages: {how_to_get('cluster')}."
    ) from error

_PATIENCE = 20.0
"""Seconds in which a scheduler should answer."""
_WHILE = 0.2
"""Seconds between two looks for results."""
_LOOK = 1.0
"""Seconds between two looks for workers, while there are no results."""

_LOGGERS = ("distributed", "distributed.client")
"""What Dask gives a level of its own, and what speaks where we are."""

_Future: TypeAlias = Any


class _Client(Client):  # type: ignore[misc]
    """One that never reached a scheduler goes without a word; Dask's would wait for its farewell,
    and complain that there is none."""

    def __del__(self) -> None:
        if getattr(self, "status", None) == "running":
            super().__del__()


class DaskCluster:
    """An executor on the workers of a Dask scheduler."""

    def __init__(self, opener: Opener, address: str) -> None:
        self._opener = opener
        self._address = address

    def run(self, tasks: Sequence[Task]) -> Outcomes:
        plugin = MarkingPlugin(self._opener)
        with _quiet(), _connected(self._address) as client:
            self._send(client, plugin)
            try:
                yield from self._marked(client, plugin.name, tasks)
            finally:
                if client.status == "running":
                    client.unregister_worker_plugin(plugin.name)

    def _marked(self, client: Client, plugin: str, tasks: Sequence[Task]) -> Outcomes:
        """What comes back, as long as there is somebody to do it."""
        seen = looked = time.monotonic()
        for arrived in _run(client, plugin, tasks):
            if arrived is None:
                raise SandboxError(self._gone(client))
            yield arrived
            now = time.monotonic()
            if arrived:
                seen = now
            elif now - looked >= _LOOK:
                looked = now
                if _workers(client):
                    seen = now
                elif now - seen >= _PATIENCE:
                    raise SandboxError(self._gone(client))

    def _gone(self, client: Client) -> str:
        what = "has no workers any more" if client.status == "running" else "is gone"
        return (
            f"The Dask scheduler at {self._address} {what}: start "
            f"{'workers' if client.status == 'running' else 'it, and workers,'} again and run the "
            "same command; what is graded is kept."
        )

    def _send(self, client: Client, plugin: MarkingPlugin) -> None:
        try:
            client.register_plugin(plugin)
        except Exception as error:  # whatever a worker met when it unpacked the plugin
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise UsageError(
                f"The workers of {self._address} cannot load this program ({said}): install the "
                "same version of it, with the same Python, where they run."
            ) from error


class MarkingPlugin(WorkerPlugin):  # type: ignore[misc]
    """Keeps one marker in each worker process, and one task at it."""

    def __init__(self, opener: Opener) -> None:
        # Two batches may use one cluster at once.
        self.name = f"autograder-{os.getpid()}-{id(self):x}"
        self._opener = opener

    def setup(self, worker: object) -> None:
        self._lock = threading.Lock()
        self._desk = Helper(self._opener)
        self._desk.start()

    def teardown(self, worker: object) -> None:
        with self._lock:
            self._desk.close()

    def mark(self, task: Task) -> Outcome | Refusal:
        with self._lock:
            try:
                return self._desk.mark(task)
            except AutograderError as error:
                return refusal(error)


def _mark(task: Task, plugin: str) -> Outcome | Refusal:
    """Runs in a worker."""
    marking: MarkingPlugin = get_worker().plugins[plugin]
    return marking.mark(task)


def _run(
    client: Client, plugin: str, tasks: Sequence[Task]
) -> Generator[list[Outcome] | None, None, None]:
    """What arrives; None when the cluster has forgotten what it was asked."""
    futures: dict[_Future, Task] = {
        client.submit(_mark, task, plugin, key=f"{plugin}-{number}", pure=False): task
        for number, task in enumerate(tasks)
    }
    arriving = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
    try:
        while futures:
            batch = arriving.next_batch(block=False)
            kept = [(future, said) for future, said in batch if future.status != "cancelled"]
            yield [_outcome(futures.pop(future), future, said) for future, said in kept]
            if len(kept) < len(batch):
                yield None
            if not batch:
                time.sleep(_WHILE)
    finally:
        if client.status == "running":
            client.cancel(list(futures))


def _outcome(task: Task, future: _Future, said: object) -> Outcome:
    if isinstance(said, (Result, Failure)):
        return said
    if isinstance(said, Refusal):
        raise said.error()
    error = said[1] if isinstance(said, tuple) else future.exception()
    if isinstance(error, KilledWorker):
        return Failure(task, "The workers that were to grade it died, one after the other.")
    return Failure(task, f"The cluster lost it ({type(error).__name__}).")


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Dask tells of a lost scheduler in a long traceback; a sentence of ours is enough."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    try:
        for name in before:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def _connected(address: str) -> Generator[Client, None, None]:
    try:
        if not address:  # Dask would start a cluster of its own
            raise ValueError("no address")
        client = _Client(address, timeout=_PATIENCE, set_as_default=False)
    except Exception as error:  # whatever its many layers make of an address
        raise UsageError(_no_scheduler(address, error)) from error
    try:
        if not _workers(client):
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError as error:
                raise SandboxError(
                    f"The Dask scheduler at {address} has no workers: start some with "
                    f"`dask worker {address} --nthreads 1`, and run the same command again."
                ) from error
        yield client
    finally:
        client.close(timeout=5)


def _workers(client: Client) -> int:
    """How many workers the scheduler has; 0 also where it does not answer."""
    if client.status != "running":
        return 0
    try:
        return len(client.scheduler_info(n_workers=-1)["workers"])
    except Exception:  # it went away meanwhile: each layer says so in its own way
        return 0


def _no_scheduler(address: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EMFILE, errno.EACCES):
        return (
            f"This machine cannot reach a Dask scheduler ({error.strerror}): make room in /tmp and "
            "/dev/shm, and raise ulimit -n if it is low."
        )
    return (
        f"No Dask scheduler answers at {address}: give --scheduler the address that `dask "
        "scheduler` prints (tcp://HOST:PORT), and start workers with `dask worker ADDRESS "
        "--nthreads 1`."
    )
