"""``autograder grade``, the whole way: find, plan, grade, keep, write."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.batch.descriptors import require_descriptors
from autograder.batch.earlier import attempts_before, grades_before, with_before
from autograder.batch.files import require_writable, sweep
from autograder.batch.in_process import InProcess
from autograder.batch.local import LocalWorkers, forks_safely
from autograder.batch.marking import CourseMarking
from autograder.batch.output import CurrentGrades, OutFolder
from autograder.batch.pages import Draw, page_drawer, write_pages
from autograder.batch.run import Batch, Plan, Tally, Watcher, newest_attempts, plan
from autograder.batch.scratch import scratch_folder
from autograder.batch.tasks import Executor, Opener, Task
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.policies import Policies
from autograder.store import Store, store_url
from autograder.submission import Finds, Found, search


@dataclass(frozen=True)
class Order:
    """What ``grade`` was asked to do."""

    course: Course
    assignment: Assignment
    paths: tuple[Path, ...]
    out: OutFolder
    store: str | None = None
    """Database URL; None: ``grades.db`` in the out folder."""
    workers: int | None = None
    """None: one a core; 0: in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler; None: this machine."""
    force: bool = False
    pages: bool = True
    unsafe: bool = False
    extensions: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def policies(self) -> Policies:
        """The assignment's rules, with the extensions."""
        return Policies(self.assignment.attempts, self.assignment.late, self.extensions)

    def of(self, *paths: Path) -> Order:
        """The same order for other paths."""
        return replace(self, paths=paths)

    def check(self) -> None:
        """Say now what would fail later; raises AutograderError."""
        for path in self.paths:
            if not path.exists():
                raise UsageError(f"There is no file or folder {path}.")
        if self.workers is not None and self.workers < 0:
            raise UsageError(f"--workers {self.workers}: give 0 (in this process) or more.")
        require_descriptors(self.processes)
        store_url(self.store_at)
        require_writable(self.out.path)

    @property
    def processes(self) -> int:
        """Worker processes on this machine; 0: submissions are graded in this one."""
        if self.scheduler is not None:
            return 0
        return self.workers if self.workers is not None else cores()

    @property
    def scratch_in(self) -> Path | None:
        """Where archives are unpacked: a cluster's workers see the out folder, not our /tmp."""
        return self.out.path if self.scheduler is not None else None

    @property
    def store_at(self) -> Path | str:
        return self.store if self.store is not None else self.out.store


def look(order: Order, scratch: Path) -> Finds:
    """What there is to grade, and what is nobody's; archives are unpacked into ``scratch``.

    Raises UsageError when there is nothing to grade.
    """
    ours = (order.out.path, order.out.feedback, order.course.folder / "results", Path("results"))
    results = {os.path.realpath(folder) for folder in ours}
    finds = search(
        order.paths,
        scratch=scratch,
        assignment=order.assignment.slug,
        results=lambda folder: os.path.realpath(folder) in results,
    )
    if not finds.found:
        places = ", ".join(str(path) for path in order.paths)
        others = len(finds.unclaimed)
        beside = f" (but {others} other {'file' if others == 1 else 'files'})" if others else ""
        raise UsageError(f"There are no notebooks or Python files in {places}{beside}.")
    return finds


def _task(found: Found) -> Task:
    handed_in = _time(found.modified)
    if found.is_late is False:
        # The learning platform knows; a file's own time may be that of its download.
        handed_in = None
    return Task(replace(found, passed_over=()), handed_in)


def _time(modified: float) -> datetime | None:
    """None: not known, or a time that nobody lives in (a disk takes any number)."""
    try:
        return datetime.fromtimestamp(modified, UTC) if modified else None
    except (ValueError, OverflowError, OSError):
        return None


def grade_all(order: Order, store: Store, tally: Tally, watch: Watcher) -> None:
    """Grade what is not yet graded and keep each result as it comes.

    ``tally`` is kept up to date, so that it is right also where this raises: AutograderError,
    or KeyboardInterrupt once the workers are stopped.
    """
    sweep(order.out.path)
    with scratch_folder(order.scratch_in) as scratch:
        finds = look(order, scratch)
        tally.unclaimed = finds.unclaimed
        _grade(order, [_task(found) for found in finds.found], store, tally, watch)


def _grade(order: Order, tasks: Sequence[Task], store: Store, tally: Tally, watch: Watcher) -> None:
    entries = store.entries(order.assignment.slug)
    todo = plan(tasks, newest_attempts(entries), order.assignment.version, force=order.force)
    tally.total, tally.kept = len(tasks), len(todo.kept)
    watch(tally)
    if order.pages:
        _draw_missing(order, store, todo)
    if todo.todo:
        marking = CourseMarking(
            course=str(order.course.folder),
            assignment=order.assignment.slug,
            version=order.assignment.version,
            policies=order.policies,
            unsafe=order.unsafe,
            pages=order.pages,
        )
        max_score = order.assignment.max_score
        batch = Batch(store, order.out, lambda failure: marking.not_graded(failure, max_score))
        with _made_ready(order, marking, len(todo.todo)) as ready:
            tasks = with_before(todo.todo, entries, store) if order.pages else todo.todo
            batch.run(tasks, _executor(order, ready), tally, watch)


def _made_ready(
    order: Order, marking: CourseMarking, submissions: int
) -> AbstractContextManager[CourseMarking]:
    if order.scheduler is None and (order.workers == 0 or forks_safely()):
        return marking.shared(order.assignment, submissions)
    order.assignment.prepare()
    return nullcontext(marking)


def current_grades(order: Order, store: Store, *, details: bool = False) -> CurrentGrades:
    """The grades that count, by student."""
    return CurrentGrades(store, order.assignment.slug, order.policies, details=details)


def _draw_missing(order: Order, store: Store, todo: Plan) -> None:
    """Draw pages of results that are kept but whose page somebody removed."""
    missing = {entry.student for entry in todo.kept if not order.out.page(entry.student).exists()}
    if missing:
        grades = current_grades(order, store, details=True)
        write_pages(grades.of(missing), order.out, drawer(order, store, grades))


def drawer(order: Order, store: Store, grades: CurrentGrades) -> Draw:
    """Draws the pages of these grades, each with what changed since the attempt before."""
    before = attempts_before(store.entries(order.assignment.slug), grades.entries)
    return page_drawer(order.assignment, grades_before(store, before))


def _executor(order: Order, opener: Opener) -> Executor:
    if order.scheduler is not None:
        from autograder.batch.cluster import DaskCluster

        return DaskCluster(opener, order.scheduler)
    return LocalWorkers(opener, order.processes) if order.processes else InProcess(opener)


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def summary(order: Order, tally: Tally, missing: Sequence[str]) -> dict[str, object]:
    """What ``--json`` prints at the end: plain data."""
    return {
        "assignment": order.assignment.slug,
        "out": str(order.out.path),
        "submissions": tally.total,
        "already_graded": tally.kept,
        "graded_now": tally.graded,
        "counts": dict(sorted(tally.counts.items())),
        "not_graded": [
            {"student": failure.task.student, "reason": failure.reason}
            for failure in sorted(tally.failures, key=lambda failure: failure.task.student)
        ],
        "not_judged": [
            asdict(one)
            for one in sorted(tally.unjudged, key=lambda one: (one.student, one.question))
        ],
        "not_handed_in": list(missing),
        "passed_over": [
            {"file": unclaimed.file, "reason": unclaimed.reason} for unclaimed in tally.unclaimed
        ],
    }
