"""The words of batch grading: what is to be done, what came of it, who does it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from autograder.errors import ReadingError
from autograder.model import Grade, HandedIn, SubmissionStatus
from autograder.platforms import Found
from autograder.store import HandedInFile, Row
from autograder.submission import digest_of
from autograder.submission.opening import Unreadable, read_bytes


@dataclass(frozen=True)
class Task:
    """One submission to be graded."""

    found: Found
    """The file, not opened yet."""
    handed_in: HandedIn = field(default_factory=HandedIn)
    """When, and on whose word."""
    called: str = ""
    """What the course calls the student; empty: what the file does.  It is graded and stored under
    the file's name, for that is what its instances are drawn from."""
    name: str = ""
    """The student's own, for their page; empty: no list of people says one."""
    before: Grade | None = None
    """That of the student's attempt before this one; None: there is none."""
    is_kept: bool = False
    """Whether the store has the file already."""

    @property
    def student(self) -> str:
        """Whose row and page it becomes."""
        return self.called or self.found.student

    def digest(self) -> str:
        """SHA-256 of the file as it is now, as the store has it; empty where nothing is read."""
        found = self.found
        is_there = found.problem is None and found.fault is None
        return digest_of(found.path) if is_there else ""

    def file(self, digest: str) -> HandedInFile | None:
        """The file for the store, where it still is the one with this digest."""
        if not digest or self.is_kept:
            return None
        try:
            file = HandedInFile.of(read_bytes(self.found.path))
        except (Unreadable, ReadingError):
            return None
        return file if file.digest == digest else None


@dataclass(frozen=True)
class Result:
    """A graded submission, ready to be stored."""

    student: str
    status: SubmissionStatus
    score: float | None
    max_score: float
    row: Row
    """The row for the store."""
    page: bytes | None
    """The feedback page; None: none was asked for."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """What failed, for each question that could not be judged through our fault."""
    file: HandedInFile | None = None
    """What was handed in; None: there was nothing to read, or it is kept already."""
    public: bytes | None = None
    """What came of the public examples, as deflated JSON; None: they were not tried."""


@dataclass(frozen=True)
class Failure:
    """A submission that could not be graded through our fault."""

    task: Task
    reason: str
    """A sentence."""


Outcome: TypeAlias = Result | Failure

Outcomes: TypeAlias = Generator[list[Outcome], None, None]
"""What came in together, as it comes; an empty list now and then while nothing does."""


class Marker(Protocol):
    """Grades one submission after another, in the process that opened it."""

    def mark(self, task: Task) -> Result:
        """Grade; raises SandboxError when the sandbox, not the submission, failed, and ReadingError
        where this machine cannot read the submission."""
        ...

    def close(self) -> None: ...


Opener: TypeAlias = Callable[[], Marker]
"""Opens a marker in whatever process it is called in; must be picklable."""


class Executor(Protocol):
    """Where submissions are graded: here, in local processes, on a cluster."""

    def run(self, tasks: Sequence[Task]) -> Outcomes:
        """Grade all tasks in any order; yields what came in together, as it comes.

        Every task is answered exactly once.  Closing the iterator stops the work.  Raises
        AutograderError when no marker can be opened at all.
        """
        ...


TRIES = 3
"""How often a submission is tried before it counts as one that cannot be graded."""

PATIENCE = 300.0
"""Seconds after which a process that does not answer is given up: more than all that a submission
may take, on a machine with other things to do."""
