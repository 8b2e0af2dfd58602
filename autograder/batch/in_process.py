"""Grading one after the other in this very process: for debugging, and the simplest executor."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from autograder.batch.tasks import TRIES, Failure, Marker, Opener, Outcome, Outcomes, Task
from autograder.errors import AutograderError, ReadingError, SandboxError


class InProcess:
    """An executor without further processes (but for the sandbox's own)."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    def run(self, tasks: Sequence[Task]) -> Outcomes:
        desk = Desk(self._opener)
        try:
            desk.open()
            for task in tasks:
                yield [desk.mark(task)]
                yield []  # what has come need not wait for the next, which takes a while
        finally:
            desk.close()


class Desk:
    """A place with one marker at a time: one whose sandbox failed is replaced by a fresh one."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._marker: Marker | None = None

    def open(self) -> Marker:
        """Raises AutograderError when no marker can be opened."""
        if self._marker is None:
            self._marker = self._opener()
        return self._marker

    def close(self) -> None:
        if self._marker is not None:
            marker, self._marker = self._marker, None
            marker.close()

    def mark(self, task: Task) -> Outcome:
        """Grade, with a fresh marker for each further try.

        Raises AutograderError for what concerns more than this one submission, such as an
        assignment that is broken.
        """
        reason = ""
        for _ in range(TRIES):
            try:
                return self.open().mark(task)
            except SandboxError as error:
                reason = str(error)
                self.close()
            except ReadingError as error:
                return Failure(task, str(error))
            except AutograderError:
                raise
            except Exception as error:
                return Failure(task, words_for(error))
        return Failure(task, reason)


def words_for(error: Exception) -> str:
    """A sentence on an error in the grader itself, and where it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    # The innermost frame of our own says more than one in a library.
    own = [frame for frame in frames if "autograder" in Path(frame.filename).parts] or frames
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    said = next(iter(str(error).splitlines()), "no message")[:200]
    return f"The grader itself failed on this submission: {type(error).__name__}{place}: {said}"
