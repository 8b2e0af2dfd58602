"""Where the CPU time of grading goes, stage by stage, in one process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.batch.marking import CourseMarking
from autograder.batch.output import info_of
from autograder.batch.tasks import Task
from autograder.course import Assignment, Course
from autograder.formats import to_json
from autograder.grading import grade_submission
from autograder.model import Call, Cell, Limits, Trace
from autograder.people import Policies
from autograder.platforms import Found, load
from autograder.report import feedback_page
from autograder.sandbox import Sandbox, Session, open_sandbox
from autograder.store import open_store

_TALKING = "talking to it"
JUDGING = "drawing instances, judging"
STAGES = (
    "reading the file",
    "student's process",
    _TALKING,
    JUDGING,
    "feedback page",
    "row, store, grades.json",
)


def prepared_seconds(course: Course, slug: str) -> float:
    """CPU seconds of a new process in which this is called: it computes what is kept."""
    course.load(slug).prepare()
    return time.process_time()


def stage_seconds(
    course: Course, assignment: Assignment, found: Sequence[Found], scratch: Path
) -> dict[str, float]:
    """CPU seconds a submission of each of :data:`STAGES`."""
    clock = Clock()
    marking = CourseMarking(str(course.folder), assignment.slug, assignment.version, Policies())
    grades = []
    with open_store(scratch / "stages.db") as store, open_sandbox(course.hidden) as box:
        timed = TimedBox(box, clock)
        for one in found:
            with clock.stage("reading the file"):
                submission = load(one)
            with clock.stage(JUDGING):
                grade = grade_submission(submission, assignment, timed)
            clock.seconds["student's process"] += grade.usage.cpu_seconds
            with clock.stage("feedback page"):
                page = feedback_page(
                    grade, assignment_title=assignment.title, backgrounds=assignment.backgrounds
                )
                (scratch / "page.html").write_text(page, encoding="utf-8")
            with clock.stage("row, store, grades.json"):
                store.append([marking.row(Task(one), submission.digest, grade)])
                grades.append(to_json([grade], info_of(assignment)))
    return {stage: clock.seconds[stage] / len(found) for stage in STAGES}


class Clock:
    """CPU seconds of this process by stage; a stage within another is not counted twice."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            spent = time.process_time() - begun
            self.seconds[name] += spent - self._inner.pop()
            self._inner[-1] += spent


class TimedBox(Sandbox):
    """A sandbox whose own time is told apart from that of its caller."""

    def __init__(self, box: Sandbox, clock: Clock) -> None:
        vars(self).update(vars(box))  # the same one, not another
        self._clock = clock

    def open(
        self,
        cells: Sequence[Cell],
        limits: Limits,
        names: Sequence[str] = (),
        texts: Sequence[str] = (),
        seed: int | None = None,
        modules: Sequence[str] | None = None,
    ) -> Session:
        with self._clock.stage(_TALKING):
            opened = super().open(cells, limits, names, texts, seed, modules)
        return _TimedSession(opened, self._clock)


class _TimedSession(Session):
    def __init__(self, session: Session, clock: Clock) -> None:
        vars(self).update(vars(session))
        self._clock = clock

    def close(self) -> None:
        with self._clock.stage(_TALKING):
            super().close()

    def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]:
        with self._clock.stage(_TALKING):
            return super().call(calls, fresh=fresh)
