"""What can go wrong through no fault of a student.

::

    AutograderError                 one sentence for a person: what, where, how to mend it
    ├── UsageError                  wrong usage of the program           (exit status 2)
    ├── AssignmentError             a broken assignment                  (exit status 2)
    │   └── LeakError               a release would show something hidden
    ├── StoreError                  the store cannot be read or written  (exit status 1)
    │   └── StoreAway               not now: it may be asked again
    ├── ReadingError                a submission's file cannot be read here: no permission, no
    │                               room to unpack, too many open files  (exit status 1)
    └── SandboxError                this machine cannot run student code safely, or a
                                    sandbox died                         (exit status 1 or 2)

What a *student's* file or code does wrong is never an exception here: it is data
(:class:`autograder.model.Submission` ``.problem``, :class:`autograder.model.Outcome`).
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path


class AutograderError(Exception):
    """Base of all; ``str(error)`` is a sentence that needs no traceback."""

    exit_status = 1


class UsageError(AutograderError):
    """The program was called in a way that cannot work."""

    exit_status = 2


class AssignmentError(AutograderError):
    """An assignment's folder is missing, incomplete or contradicts itself."""

    exit_status = 2


class LeakError(AssignmentError):
    """What students would receive contains something of a solution or of the reference."""


class StoreError(AutograderError):
    """The store of grades cannot be opened, read or written."""


class StoreAway(StoreError):
    """The store does not answer, is locked or has no room: nothing is wrong with what was asked,
    which may be asked again.  Whether it was done, where it was to write, nobody knows."""


class ReadingError(AutograderError):
    """This machine keeps a submission's file from being read: that one is not graded."""


class SandboxError(AutograderError):
    """The sandbox cannot start, is not safe, or died; the submission concerned is retried."""


@dataclass(frozen=True)
class Place:
    """A line of code that an error came out of."""

    file: Path
    line: int
    authors: bool
    """True: it is an assignment's own or the reference's; False: it is the engine's."""


def place_of(error: BaseException) -> Place | None:
    """The innermost such line: it says more than one in a library; None: there is none."""
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        authors = module.startswith("assignments_") or module.split(".")[0] == "reference"
        if authors or module.split(".")[0] == "autograder":
            place = Place(Path(frame.f_code.co_filename), line, authors)
    return place


def words_for(error: Exception) -> str:
    """An error in the grader or in an assignment, and where it happened: no end of a sentence."""
    at = place_of(error)
    place = f" in {at.file.name}, line {at.line}" if at is not None else ""
    said = next(iter(str(error).splitlines()), "no message")[:200]
    return f"{type(error).__name__}{place}: {said}"
