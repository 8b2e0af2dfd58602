"""Marking in a process of its own, for who may call only from a thread of somebody else's.

What one submission may take of a machine is kept in a process's main thread alone
(:mod:`autograder.budget`), and a process that dies takes only itself along.  So a worker of a
cluster, whose threads belong to the cluster, marks through a helper: one fresh Python process at
the other end of a pipe, which is replaced when it dies, falls silent, or loses its sandbox.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
from multiprocessing.connection import Connection

from autograder.batch.local import no_process
from autograder.batch.tasks import PATIENCE, TRIES, Failure, Opener, Outcome, Result, Task
from autograder.batch.worker import Refusal, serve
from autograder.errors import AutograderError, SandboxError
from autograder.threads import limit_threads


class Helper:
    """A desk in another process: one marker, one task at a time."""

    def __init__(self, opener: Opener, *, patience: float = PATIENCE) -> None:
        """``patience``: seconds in which a task, or the opening of a marker, is answered."""
        self._opener = opener
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._is_ready = False

    def mark(self, task: Task) -> Outcome:
        """Grade, with a fresh process for each further try.

        Raises AutograderError for what concerns more than this one submission.
        """
        reason = ""
        for _ in range(TRIES):
            try:
                return self._answer(self._ready(), task)
            except SandboxError as error:
                reason = str(error)
                self.close()
            except OSError:
                reason = self._how_it_ended()
                self.close()
        return Failure(task, reason)

    def start(self) -> None:
        """Begin now what the first task would wait for; what comes of it shows then."""
        if self._pipe is None:
            with contextlib.suppress(SandboxError):
                self._start()

    def close(self) -> None:
        """End the process, whatever it is at."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            try:
                process.wait(1.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _ready(self) -> Connection:
        """The way to a process with an open marker."""
        pipe = self._pipe or self._start()
        if not self._is_ready:
            self._hear(pipe)
            self._is_ready = True
        return pipe

    def _start(self) -> Connection:
        limit_threads()
        self._is_ready = False
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            except OSError as error:
                ours.close()
                raise SandboxError(no_process(error)) from error
        self._pipe = ours
        ours.send(self._opener)
        return ours

    def _answer(self, pipe: Connection, task: Task) -> Outcome:
        pipe.send(task)
        said = self._hear(pipe)
        if isinstance(said, (Result, Failure)):
            return said
        raise SandboxError("The process that was to grade it answered something else.")

    def _hear(self, pipe: Connection) -> object:
        if not pipe.poll(self._patience):
            assert self._process is not None
            self._process.kill()
            raise SandboxError(
                f"The process that was to grade it did not answer in {self._patience:g} s."
            )
        try:
            said: object = pipe.recv()
        except EOFError:
            raise SandboxError(self._how_it_ended()) from None
        if isinstance(said, Refusal):
            error: AutograderError = said.error()
            raise error
        return said

    def _how_it_ended(self) -> str:
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
        how = f"was killed by signal {-code}" if code is not None and code < 0 else "ended"
        return f"The process that was to grade it {how}."


def main() -> None:
    """Serve whoever started this process."""
    pipe = Connection(int(sys.argv[1]))
    opener: Opener = pipe.recv()
    serve(pipe, opener)


if __name__ == "__main__":
    main()
