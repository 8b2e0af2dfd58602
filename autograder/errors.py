"""What can go wrong through no fault of a student.

::

    AutograderError                 one sentence for a person: what, where, how to mend it
    ├── UsageError                  wrong usage of the program           (exit status 2)
    ├── AssignmentError             a broken assignment                  (exit status 2)
    │   └── LeakError               a release would show something hidden
    ├── StoreError                  the store cannot be read or written  (exit status 1)
    ├── ReadingError                a submission's file cannot be read here: no permission, no
    │                               room to unpack, too many open files  (exit status 1)
    └── SandboxError                this machine cannot run student code safely, or a
                                    sandbox died                         (exit status 1 or 2)

What a *student's* file or code does wrong is never an exception here: it is data
(:class:`autograder.model.Submission` ``.problem``, :class:`autograder.model.Outcome`).
"""

from __future__ import annotations

import traceback
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


class ReadingError(AutograderError):
    """This machine keeps a submission's file from being read: that one is not graded."""


class SandboxError(AutograderError):
    """The sandbox cannot start, is not safe, or died; the submission concerned is retried."""


def words_for(error: Exception) -> str:
    """An error in the grader itself, and where it happened: no end of a sentence."""
    frames = traceback.extract_tb(error.__traceback__)
    # The innermost frame of our own says more than one in a library.
    own = [frame for frame in frames if "autograder" in Path(frame.filename).parts] or frames
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    said = next(iter(str(error).splitlines()), "no message")[:200]
    return f"{type(error).__name__}{place}: {said}"
