"""Grading in processes on this machine, one a core.

Theory of operation.  Each worker is a process at the other end of a pipe, with one marker and so
one sandbox, its own or one that it has joined.  It has up to two tasks: the one it works on, and
the next, so that it need not wait for us.  A worker that dies, hangs or reports that its sandbox
failed is replaced; the task at its head is tried again elsewhere, up to three times in all, and
the one behind it moves back without blame.  That is why this is no ProcessPoolExecutor, which one
worker that dies breaks for good, with all tasks that wait, and no Dask cluster on one machine,
which takes seconds to start (2 to import, 4.5 for two workers on a busy machine).

Where nothing else runs in this process a worker is forked from it, which spares it a quarter of a
second of imports, and all that the marking has ready for copies of this process; it gives up our
ends of all pipes, so that every worker notices when we are gone.  Where a thread is running, or
there is no fork to rely on, it is a fresh Python process.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import connection as pipes
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from autograder.batch.tasks import PATIENCE, TRIES, Failure, Opener, Outcome, Outcomes, Result, Task
from autograder.batch.worker import Refusal, serve
from autograder.errors import AutograderError, SandboxError
from autograder.threads import limit_threads

_DEPTH = 2
_FALSE_STARTS = 3
_WHILE = 0.25
"""Seconds after which whoever waits for results hears that there are none yet."""


@dataclass
class _Attempt:
    task: Task
    tries: int = 0


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    tasks: deque[_Attempt] = field(default_factory=deque)
    since: float = 0.0
    """When the task at the head was begun, on the monotonic clock."""

    def give(self, attempt: _Attempt) -> None:
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(attempt)
        self.pipe.send(attempt.task)


class LocalWorkers:
    """An executor with ``count`` worker processes on this machine."""

    def __init__(self, opener: Opener, count: int, *, patience: float = PATIENCE) -> None:
        """``patience``: seconds after which a worker that does not answer is given up."""
        self._opener = opener
        self._count = count
        self._patience = patience

    def run(self, tasks: Sequence[Task]) -> Outcomes:
        pool = _Pool(self._opener, tasks, self._patience)
        try:
            for _ in range(min(self._count, len(tasks))):
                pool.hire()
            while pool.left:
                yield pool.wait()
        finally:
            pool.dismiss()


class _Pool:
    """The workers of one run, and the tasks not yet answered."""

    def __init__(self, opener: Opener, tasks: Sequence[Task], patience: float) -> None:
        self._opener = opener
        self._patience = patience
        self._queue = deque(_Attempt(task) for task in tasks)
        self._workers: list[_Worker] = []
        self._false_starts = 0
        self.left = len(tasks)
        """Tasks without an outcome."""

    def hire(self) -> None:
        """Start one more worker; it gets its tasks when it says that it is ready.

        Where this machine gives no further process, those that there are go on without; raises
        AutograderError where there are none.
        """
        limit_threads()
        context: Any = multiprocessing.get_context("fork" if forks_safely() else "spawn")
        ours, theirs = context.Pipe()
        inherited = [ours, *(worker.pipe for worker in self._workers)]
        left = inherited if context.get_start_method() == "fork" else []
        process = context.Process(target=serve, args=(theirs, self._opener, left))
        try:
            process.start()
        except OSError as error:
            ours.close()
            theirs.close()
            if self._workers:
                return
            raise AutograderError(no_process(error)) from error
        theirs.close()  # else we would never see that the worker has hung up
        self._workers.append(_Worker(process, ours))

    def wait(self) -> list[Outcome]:
        """Wait a while for news from any worker; what came in, possibly nothing."""
        by_pipe = {worker.pipe: worker for worker in self._workers}
        outcomes: list[Outcome] = []
        for pipe in pipes.wait(list(by_pipe), timeout=self._seconds_to_wait()):
            if isinstance(pipe, Connection):
                outcomes += self._hear(by_pipe[pipe])
        outcomes += self._give_up_on_silent()
        self.left -= len(outcomes)
        self._deal()
        return outcomes

    def dismiss(self) -> None:
        """Stop all workers, whatever they are at."""
        for worker in self._workers:
            worker.pipe.close()
        deadline = time.monotonic() + 1.0
        for worker in self._workers:
            if worker.tasks:
                worker.process.terminate()
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()
        self._workers.clear()

    # -------------------------------------------------------------- one worker

    def _hear(self, worker: _Worker) -> list[Outcome]:
        """Read everything a worker has said so far."""
        outcomes: list[Outcome] = []
        try:
            while worker.pipe.poll():
                message = worker.pipe.recv()
                if message is None:
                    worker.ready = True
                elif isinstance(message, Refusal):
                    return outcomes + self._lose(worker, message.error())
                else:
                    outcomes.append(self._answer(worker, message))
        except (EOFError, OSError):
            return outcomes + self._lose(worker, None)
        return outcomes

    def _answer(self, worker: _Worker, message: Result | Failure) -> Outcome:
        worker.tasks.popleft()
        worker.since = time.monotonic()
        self._false_starts = 0
        return message

    def _lose(self, worker: _Worker, error: AutograderError | None) -> list[Outcome]:
        """A worker is gone: replace it, and try its task again or give the task up."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join(1.0)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        code = worker.process.exitcode
        worker.process.close()
        if not worker.ready:
            self._count_false_start(error, code)
        outcome = self._blame(worker, str(error) if error else _how_it_ended(code))
        for attempt in reversed(worker.tasks):
            self._queue.appendleft(attempt)
        if self._queue:
            self.hire()
        return outcome

    def _blame(self, worker: _Worker, reason: str) -> list[Outcome]:
        if not worker.tasks:
            return []
        attempt = worker.tasks.popleft()
        attempt.tries += 1
        if attempt.tries >= TRIES:
            return [Failure(attempt.task, reason)]
        self._queue.appendleft(attempt)
        return []

    def _count_false_start(self, error: AutograderError | None, code: int | None) -> None:
        """Workers that never get ready mean that nothing can be graded here."""
        self._false_starts += 1
        if error is not None and not isinstance(error, SandboxError):
            raise error
        if self._false_starts >= _FALSE_STARTS:
            raise error or SandboxError(
                f"Worker processes end before they are ready: {_how_it_ended(code)} "
                "Try --workers 0 to see the error."
            )

    # -------------------------------------------------------------- all workers

    def _deal(self) -> None:
        """Give every ready worker a task before any gets a second."""
        for depth in range(1, _DEPTH + 1):
            for worker in self._workers:
                if worker.ready and len(worker.tasks) < depth and self._queue:
                    attempt = self._queue.popleft()
                    try:
                        worker.give(attempt)
                    except OSError:
                        continue  # it died: its pipe says so in the next round

    def _seconds_to_wait(self) -> float:
        now = time.monotonic()
        spent = [now - worker.since for worker in self._workers if worker.tasks]
        return min(_WHILE, max(0.0, self._patience - max(spent, default=0.0)))

    def _give_up_on_silent(self) -> list[Outcome]:
        now = time.monotonic()
        outcomes: list[Outcome] = []
        for worker in list(self._workers):
            if worker.tasks and now - worker.since >= self._patience:
                worker.process.kill()
                reason = f"The worker did not answer within {self._patience:g} s."
                outcomes += self._lose(worker, SandboxError(reason))
        return outcomes


def no_process(error: OSError) -> str:
    """Why there is no further process, as a sentence that says what to do."""
    return (
        f"This machine starts no further process for you ({error.strerror or error}): end some, "
        "raise the limit (ulimit -u) or make room in memory, and run the same command again; what "
        "is graded is kept."
    )


def forks_safely() -> bool:
    """Whether this process has one thread only, native ones included."""
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"The worker process was killed by signal {-code}."
    return f"The worker process ended with status {code}."
