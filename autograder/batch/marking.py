"""How a worker grades: one course, one assignment, one sandbox, many submissions."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import autograder
from autograder import budget
from autograder.batch.pages import drawn
from autograder.batch.tasks import Failure, Marker, Result, Task
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, SandboxError
from autograder.grading import grade_submission
from autograder.model import Grade, Submission, SubmissionStatus, Surface
from autograder.people import Policies, apply_late
from autograder.platforms import given_up, load
from autograder.report import compile_templates
from autograder.sandbox import Sandbox, open_sandbox
from autograder.store import Attempt, Row, to_row
from autograder.submission import Given

if TYPE_CHECKING:
    from autograder.public import PublicChecks

_MANY = 50
"""Submissions among which nearly everything that may be drawn is drawn for somebody."""
_LIBRARIES = ("numpy", "ipython", "nbformat")
"""Libraries on which a score may depend."""


@dataclass(frozen=True)
class CourseMarking:
    """Opens markers for one assignment, in any process on any machine that sees the course."""

    course: str
    """The course folder, absolute."""
    assignment: str
    version: str
    """The assignment's version where the batch was started; a worker with another one refuses."""
    policies: Policies
    unsafe: bool = False
    pages: bool = True
    loaded: Assignment | None = None
    sandbox: Sandbox | None = None
    """What markers in this process and in copies of it need not make for themselves: the
    assignment, and a sandbox to join.  Neither travels."""
    public: PublicChecks | None = None
    """Examples that students may see, to be tried as well; None: none are."""
    nice: int = 0
    """By how much students' code runs at a lower priority, where the sandbox is shared."""

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "loaded": None, "sandbox": None}

    @contextmanager
    def shared(self, assignment: Assignment, submissions: int) -> Iterator[CourseMarking]:
        """The same, with all done that markers of this process, and of copies of it, would each do.

        Raises:
            AssignmentError: the assignment cannot be graded.
            SandboxError: there is no sandbox on this machine.
        """

        def get_ready() -> None:
            _versions()
            assignment.prepare()
            if self.pages:
                compile_templates()
            if submissions >= _MANY:
                assignment.rehearse()

        hidden = Course.find(Path(self.course)).hidden
        with open_sandbox(hidden, unsafe=self.unsafe, meanwhile=get_ready) as sandbox:
            yield replace(self, loaded=assignment, sandbox=sandbox)

    def __call__(self) -> Marker:
        return _CourseMarker(self)

    def row(self, task: Task, digest: str, grade: Grade, **circumstances: object) -> Row:
        """The row for the store of a grade given just now."""
        return to_row(
            Attempt(
                assignment=self.assignment,
                assignment_version=self.version,
                digest=digest,
                grade=grade,
                handed_in=task.handed_in,
                whose=task.found.whose,
                graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
                circumstances={**_versions(), **circumstances},
            )
        )

    def not_graded(self, failure: Failure, max_score: float) -> Result:
        """What is stored of a submission that we failed to grade: no score, never a 0."""
        task = failure.task
        status = SubmissionStatus.NOT_GRADED
        found = task.found
        grade = Grade(found.student, found.file, status, None, max_score, failure.reason)
        row = self.row(task, task.digest(), grade)
        shown = replace(grade, student=task.student)
        page = _page(shown, task, self.assignment, {}) if self.pages else None
        return Result(task.student, status, None, max_score, row, page)


class _CourseMarker:
    """A marker with its own sandbox."""

    def __init__(self, marking: CourseMarking) -> None:
        self._marking = marking
        course = Course.find(Path(marking.course))
        self._assignment = marking.loaded or course.load(marking.assignment)
        if self._assignment.version != marking.version:
            raise AssignmentError(
                f"The assignment {marking.assignment} was changed while it was being graded, "
                "or is another one on this machine: run the same command again."
            )
        if marking.loaded is None:
            self._assignment.prepare()  # what is computed once is no student's time
        self._box = _joined(marking) or open_sandbox(course.hidden, unsafe=marking.unsafe)
        self._layers = [layer.name for layer in self._box.layers if layer.active]

    def close(self) -> None:
        self._box.close()

    def mark(self, task: Task) -> Result:
        written = [question.name for question in self._assignment.questions if question.by_person]
        # A student's numbers overflow; what NumPy says to that is no news for who grades.
        with np.errstate(all="ignore"), warnings.catch_warnings(), budget.memory():
            warnings.simplefilter("ignore")
            submission = _read(task, written, self._assignment.given)
            grade = grade_submission(submission, self._assignment, self._box)
            result = self._result(task, submission, grade)
        # To keep the file is our work, not the student's: what grading left behind is no reason
        # that there should be no memory for it.
        return replace(result, file=task.file(submission.digest))

    def _result(self, task: Task, submission: Submission, grade: Grade) -> Result:
        marking = self._marking
        seeds = {
            question.name: self._assignment.seed(grade.student, question.name).hex()
            for question in self._assignment.questions
            if not question.by_person
        }
        row = marking.row(task, submission.digest, grade, sandbox=self._layers, seeds=seeds)
        page = None
        if marking.pages:
            shown = replace(grade, student=task.student)
            shown = apply_late(shown, task.handed_in, marking.policies)
            page = _page(shown, task, self._assignment.title, self._assignment.backgrounds)
        return Result(
            task.student,
            grade.status,
            grade.score,
            grade.max_score,
            row,
            page,
            grade.unjudged,
            public=self._public_part(submission),
        )

    def _public_part(self, submission: Submission) -> bytes | None:
        """What ``autograder check`` says of the file."""
        if self._marking.public is None or submission.problem is not None:
            return None
        from autograder.public import as_json, try_in  # only the portal shows it

        report = try_in(submission, self._marking.public, self._box)
        return zlib.compress(json.dumps(as_json(report)).encode(), 6)


def _read(task: Task, written: Sequence[str], given: Given) -> Submission:
    """The submission; one that takes far too much to read counts as one that nobody can read."""
    try:
        with budget.seconds(budget.READING):
            return load(task.found, written_questions=written, given=given)
    except (budget.Exceeded, MemoryError):
        return given_up(task.found)


def _joined(marking: CourseMarking) -> Sandbox | None:
    """The sandbox that is shared; None: there is none, or none that can be joined any more."""
    if marking.sandbox is None or marking.unsafe:
        return None
    try:
        return marking.sandbox.joined(marking.nice)
    except SandboxError:
        return None


def _page(grade: Grade, task: Task, title: str, backgrounds: Mapping[str, Surface]) -> bytes:
    page = drawn(grade, title, backgrounds, task.before, task.name)
    return page.encode("utf-8", "replace")


@cache
def _versions() -> dict[str, object]:
    return {
        "autograder": autograder.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
