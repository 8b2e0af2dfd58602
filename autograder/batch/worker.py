"""What a local worker process does: open one marker, then grade what it is sent."""

from __future__ import annotations

import gc
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from autograder.batch.in_process import failed_on
from autograder.batch.tasks import Failure, Opener, Task
from autograder.errors import (
    AssignmentError,
    AutograderError,
    ReadingError,
    SandboxError,
    UsageError,
)


@dataclass(frozen=True)
class Refusal:
    """A worker's last word; plain data, since not every exception survives a pipe."""

    kind: type[AutograderError]
    reason: str

    def error(self) -> AutograderError:
        return self.kind(self.reason)


def refusal(error: Exception) -> Refusal:
    """What a worker says when it cannot go on because of ``error``."""
    if not isinstance(error, AutograderError):
        return Refusal(SandboxError, failed_on(error))
    kinds = (SandboxError, AssignmentError, UsageError, AutograderError)
    return Refusal(next(kind for kind in kinds if isinstance(error, kind)), str(error))


def serve(connection: Connection, opener: Opener, inherited: Sequence[Connection] = ()) -> None:
    """Answer each task until the other end hangs up.

    ``inherited``: ends of pipes that are our parent's alone, where this process is its copy.

    Sends None when ready, then a Result or Failure for each task.  A Refusal instead says that
    the marker cannot be opened (before ready) or that its sandbox failed (after); the process
    ends then, and whoever started it decides what becomes of its tasks.
    """
    # Ctrl-C reaches every process of the terminal: the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A copy has its parent's ways: it must not treat SIGTERM as that does, nor collect its garbage.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
    for pipe in inherited:
        pipe.close()
    try:
        marker = opener()
    except Exception as error:
        connection.send(refusal(error))
        return
    gc.freeze()  # what is loaded stays: the collector need not look through it again and again
    try:
        connection.send(None)
        while True:
            task: Task = connection.recv()
            try:
                connection.send(marker.mark(task))
            except SandboxError as error:
                connection.send(refusal(error))
                return
            except ReadingError as error:
                connection.send(Failure(task, str(error)))
            except (BrokenPipeError, ConnectionResetError):
                return
            except Exception as error:
                connection.send(Failure(task, failed_on(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is done with us, or gone
    finally:
        marker.close()
