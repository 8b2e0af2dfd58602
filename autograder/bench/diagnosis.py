"""What it costs to say what is wrong, beyond seeing that something is.

The sample submissions of an assignment are graded in a fresh process, and three times again: a
wrong one that is the first of its kind to a process may cost more than the next, and of the next
the middle one is free of what else the machine did.  What judging a right submission takes is
subtracted.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder.bench.measured import in_fresh_processes, table
from autograder.bench.stages import JUDGING, Clock, TimedBox
from autograder.course import Assignment, Course
from autograder.grading import grade_submission
from autograder.model import Submission
from autograder.platforms import find, load
from autograder.sandbox import Sandbox, open_sandbox

GOAL = 0.020
"""Seconds of processor time that a diagnosis may add to a wrong submission."""
_WARM = 5
FIRST, AGAIN = "wrong, first seen by a process", "wrong, seen again, the middle of three"


def diagnosis_table(course: Course, slug: str, count: int | None = None) -> Iterator[str]:
    """A table of the milliseconds that judging a wrong sample takes beyond a right one.

    ``count``: of how many samples, at least one; None: of all.
    """
    ((right, wrong),) = in_fresh_processes(1, _measure, course, slug, count)
    base = statistics.mean(right)
    head = "judging, ms CPU beyond a right submission | submissions | mean | 95 % | most"
    yield from table(head, (_row(name, base, seconds) for name, seconds in wrong.items()))
    yield f"A right one is judged in {1e3 * base:.1f} ms; a diagnosis may add {1e3 * GOAL:g}."


def _row(name: str, base: float, seconds: Sequence[float]) -> tuple[object, ...]:
    beyond = sorted(1e3 * (one - base) for one in seconds)
    if not beyond:
        return (name, 0, "", "", "")
    shown = (statistics.mean(beyond), beyond[int(0.95 * (len(beyond) - 1))], beyond[-1])
    return (name, len(beyond), *(f"{number:.1f}" for number in shown))


def _measure(
    course: Course, slug: str, count: int | None
) -> tuple[list[float], Mapping[str, list[float]]]:
    """CPU seconds of judging right submissions, and wrong ones by when they come."""
    assignment = course.load(slug)
    assignment.prepare()  # as grading a course does
    assignment.rehearse()
    with tempfile.TemporaryDirectory() as scratch, open_sandbox(course.hidden) as box:
        samples = _load(assignment.folder / "sample_submissions", Path(scratch))[:count]
        right = _load(assignment.folder / "right_variants", Path(scratch))[:count]
        judge = _Judge(assignment, box)
        for submission in right[:_WARM]:  # the first of all import and fill caches
            judge.seconds(submission)
        gc.freeze()  # as workers do
        first = [judge.seconds(submission) for submission in samples]
        of_right = [judge.seconds(submission) for submission in right]
        rounds = [[judge.seconds(submission) for submission in samples] for _ in range(3)]
        again = [statistics.median(each) for each in zip(*rounds, strict=True)]
        wrong = judge.diagnosed
    chosen = {FIRST: first, AGAIN: again}
    return of_right, {
        name: [s for s, one in zip(seconds, samples, strict=True) if one.student in wrong]
        for name, seconds in chosen.items()
    }


class _Judge:
    def __init__(self, assignment: Assignment, box: Sandbox) -> None:
        self._assignment, self._box = assignment, box
        self.diagnosed: set[str] = set()
        """Students whose submission was looked into: graded, and not all right."""

    def seconds(self, submission: Submission) -> float:
        clock = Clock()
        timed = TimedBox(self._box, clock)
        with clock.stage(JUDGING):
            grade = grade_submission(submission, self._assignment, timed)
        if grade.score is not None and grade.score < grade.max_score:
            self.diagnosed.add(submission.student)
        return clock.seconds[JUDGING]


def _load(folder: Path, scratch: Path) -> Sequence[Submission]:
    return [load(one) for one in find([folder], scratch=scratch)]
