"""Grading on a Dask cluster: many machines, or the batch system of a computing centre.

Theory of operation.  The opener travels to every worker as a plugin, also to workers that join
later; each worker process opens one marker, with its own sandbox, when its first task comes, and
marks one submission at a time (start workers with one thread each).  When a worker dies, Dask runs
its tasks on another; a task whose workers keep dying comes back as a failure.  The course folder,
this program and the submissions must be found at the same place on every machine, as they are on
the shared file system of a cluster.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from autograder.batch.in_process import Desk
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

_Future: TypeAlias = Any


class DaskCluster:
    """An executor on the workers of a Dask scheduler."""

    def __init__(self, opener: Opener, address: str) -> None:
        self._opener = opener
        self._address = address

    def run(self, tasks: Sequence[Task]) -> Outcomes:
        plugin = MarkingPlugin(self._opener)
        with _connected(self._address) as client:
            self._send(client, plugin)
            try:
                yield from _run(client, plugin.name, tasks)
            finally:
                client.unregister_worker_plugin(plugin.name)

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
        self._desk = Desk(self._opener)

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


def _run(client: Client, plugin: str, tasks: Sequence[Task]) -> Outcomes:
    futures: dict[_Future, Task] = {
        client.submit(_mark, task, plugin, key=f"{plugin}-{number}", pure=False): task
        for number, task in enumerate(tasks)
    }
    arriving = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
    try:
        while futures:
            batch = arriving.next_batch(block=False)
            yield [_outcome(futures.pop(future), future, said) for future, said in batch]
            if not batch:
                time.sleep(_WHILE)
    finally:
        client.cancel(list(futures))


def _outcome(task: Task, future: _Future, said: Any) -> Outcome:
    if isinstance(said, (Result, Failure)):
        return said
    if isinstance(said, Refusal):
        raise said.error()
    error = said[1] if isinstance(said, tuple) else future.exception()
    if isinstance(error, KilledWorker):
        return Failure(task, "The workers that were to grade it died, one after the other.")
    return Failure(task, f"The cluster lost it ({type(error).__name__}).")


@contextmanager
def _connected(address: str) -> Generator[Client, None, None]:
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"No Dask scheduler answers at {address}: start one with `dask scheduler`, and "
            "workers with `dask worker ADDRESS --nthreads 1`."
        ) from error
    try:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            client.wait_for_workers(1, timeout=_PATIENCE)
        yield client
    except TimeoutError as error:
        raise SandboxError(f"The Dask scheduler at {address} has no workers.") from error
    finally:
        client.close(timeout=5)
