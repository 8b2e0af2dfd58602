"""Grading one after the other in this very process: for debugging, and the simplest executor."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.batch.tasks import TRIES, Failure, Marker, Opener, Outcome, Outcomes, Task
from autograder.errors import AutograderError, ReadingError, SandboxError, place_of, words_for


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
                return Failure(task, failed_on(error))
        return Failure(task, reason)


def failed_on(error: Exception) -> str:
    """A sentence on an error in the grader or in an assignment, and where it happened."""
    at = place_of(error)
    whose = "assignment's own code" if at is not None and at.authors else "grader itself"
    return f"The {whose} failed on this submission: {words_for(error)}"
