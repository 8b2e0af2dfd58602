"""``autograder grade``, the whole way: find, plan, grade, keep, write."""

from __future__ import annotations

import os
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from autograder.batch.descriptors import require_descriptors
from autograder.batch.earlier import attempts_before, grades_before, with_before
from autograder.batch.files import require_writable, sweep
from autograder.batch.in_process import InProcess
from autograder.batch.local import LocalWorkers, forks_safely
from autograder.batch.marking import CourseMarking
from autograder.batch.output import CurrentGrades, OutFolder
from autograder.batch.pages import page_drawer, write_pages
from autograder.batch.run import Batch, Plan, Tally, Watcher, newest_attempts, plan
from autograder.batch.scratch import scratch_folder
from autograder.batch.tasks import Executor, Opener, Task
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.model import HandedIn, Source
from autograder.people import (
    Dated,
    PeopleList,
    Rules,
    Standing,
    extend,
    find_people,
    give_times,
    import_people,
    key,
    standing_of,
)
from autograder.platforms import Finds, Found, search
from autograder.store import Entry, Store, Time, open_store, storable, store_url


@dataclass(frozen=True)
class Order:
    """What ``grade`` was asked to do."""

    course: Course
    assignment: Assignment
    paths: tuple[Path, ...]
    out: OutFolder
    store: str | Path | None = None
    """Database URL, or where it lies; None: ``grades.db`` in the out folder."""
    takes_in: bool = False
    """True: the store is that of all assignments, and takes in those that each had of its own."""
    workers: int | None = None
    """None: one a core; 0: in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler; None: this machine."""
    force: bool = False
    pages: bool = True
    unsafe: bool = False
    extensions: tuple[Dated, ...] = ()
    """Due dates of their own that people get now."""
    times: tuple[Dated, ...] = ()
    """When people handed in, where nothing else tells."""
    people: PeopleList | None = None
    """Who takes the course, to be imported now."""

    def of(self, *paths: Path) -> Order:
        """The same order for other paths."""
        return replace(self, paths=paths)

    def check(self) -> None:
        """Say now what would fail later; raises AutograderError."""
        for path in self.paths:
            if not os.path.lexists(path):  # a link that leads nowhere is its student's
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


def look(order: Order, scratch: Path, known: Collection[str] = ()) -> Finds:
    """What there is to grade, and what is nobody's; archives are unpacked into ``scratch``.

    ``known``: identifiers of those who take the course.

    Raises UsageError when there is nothing to grade.
    """
    ours = (order.out.path, order.out.feedback, order.course.folder / "results", Path("results"))
    results = {os.path.realpath(folder) for folder in ours}
    finds = search(
        order.paths,
        scratch=scratch,
        assignment=order.assignment.slug,
        results=lambda folder: os.path.realpath(folder) in results,
        known=known,
        zone=order.assignment.late.platform_zone,
    )
    if not finds.found:
        places = ", ".join(str(path) for path in order.paths)
        others = len(finds.unclaimed)
        beside = f" (but {others} other {'file' if others == 1 else 'files'})" if others else ""
        raise UsageError(f"There are no notebooks or Python files in {places}{beside}.")
    return finds


def opened(order: Order, *, create: bool = True) -> Store:
    """The store, with what older programs kept elsewhere taken in.

    Raises UsageError, where there is none unless ``create``.
    """
    older = [
        (slug, path)
        for slug in (order.course.assignments() if order.takes_in else ())
        if (path := order.out.path.parent / slug / "grades.db").exists()
    ]
    where = order.store_at
    if isinstance(where, Path) and (create or older):
        require_writable(where.parent)
    if not create and not older:
        require_here(order)
    store = open_store(where, create=create or bool(older))
    try:
        for slug, path in older:
            store.take_in(path, f"{slug}/{path.name}")
    except BaseException:
        store.close()
        raise
    return store


def require_here(order: Order) -> None:
    """Raises UsageError where there is no store in this folder, but one in that of the course."""
    where = order.store_at
    if not order.takes_in or not isinstance(where, Path) or where.exists():
        return
    here, there = Path.cwd().resolve(), order.course.folder
    if (there / where).exists():
        there = there.relative_to(here) if there.is_relative_to(here) else there
        raise UsageError(
            f"There are no grades at {where}, but {there / where} has some: run this command in "
            f"{there}."
        )


def standing(order: Order, store: Store) -> Standing:
    """Who is who, until when and since when, for this assignment."""
    assignment = order.assignment
    rules = Rules(assignment.slug, assignment.attempts, assignment.late)
    needs_others = assignment.late.budget_days is not None
    others = order.course.rules() if needs_others else {}
    return standing_of(
        store,
        rules,
        [
            Rules(slug, settings.attempts, settings.late)
            for slug, settings in others.items()
            if slug != assignment.slug
        ],
    )


@dataclass(frozen=True)
class TakenDown:
    """What came with an order beside the files."""

    times: Mapping[str, HandedIn] = field(default_factory=dict)
    """Of those who are graded now, by student in lower case."""
    extended: tuple[str, ...] = ()
    """What those are called who got due dates of their own."""


def take_down(order: Order, store: Store, grading: Sequence[Found] = ()) -> TakenDown:
    """Import the people and extensions that came with the order, and the times.

    Raises UsageError, listing whom it does not find.
    """
    if order.people is not None:
        import_people(store, order.people)
    hand_ins = [(found.student, found.whose) for found in grading]
    now = standing(order, store)
    find_people(store, now, order.times, hand_ins)  # before anything of the other dates is stored
    extended = extend(store, now, order.extensions, more=hand_ins) if order.extensions else []
    times = give_times(store, now, order.times, hand_ins) if order.times else {}
    return TakenDown(times, tuple(extended))


def _task(found: Found, now: Standing, times: Mapping[str, HandedIn]) -> Task:
    """The hand-in with its time, and the name that the course has for its student."""
    student = now.student(found.student, found.whose)
    handed_in = times.get(key(student), found.handed_in)
    name = now.directory.name_of(student)
    return Task(replace(found, passed_over=(), beside=()), handed_in, student, name)


def grade_all(order: Order, store: Store, tally: Tally, watch: Watcher) -> None:
    """Grade what is not yet graded and keep each result as it comes.

    ``tally`` is kept up to date, so that it is right also where this raises: AutograderError,
    or KeyboardInterrupt once the workers are stopped.
    """
    sweep(order.out.path)
    with scratch_folder(order.scratch_in) as scratch:
        people = standing(order, store).directory.people
        known = [identifier for person in people for identifier in person.identifiers]
        finds = look(order, scratch, known)
        tally.unclaimed, tally.notices = finds.unclaimed, finds.notices
        taken = take_down(order, store, finds.found)
        now = standing(order, store)
        tasks = [_task(found, now, taken.times) for found in finds.found]
        _grade(order, tasks, now, taken, store, tally, watch)


def _grade(
    order: Order,
    tasks: Sequence[Task],
    now: Standing,
    taken: TakenDown,
    store: Store,
    tally: Tally,
    watch: Watcher,
) -> None:
    stored = store.entries(order.assignment.slug)
    entries = now.joined(stored)
    seen = {key(task.student) for task in tasks} | {key(entry.student) for entry in entries}
    tally.times_of_nobody = tuple(student for student in taken.times if student not in seen)
    tasks = _with_what_is_known(tasks, entries)
    todo = plan(tasks, newest_attempts(entries), order.assignment.version, force=order.force)
    tally.total, tally.kept = len(tasks), len(todo.kept)
    watch(tally)
    told = set(taken.extended) | _keep_times(store, order.assignment.slug, todo, stored)
    if order.pages:
        _draw_missing(order, store, todo, told)
    if todo.todo:
        chosen: Sequence[Task] = todo.todo
        if order.pages:
            chosen = with_before(chosen, entries, store, now.policies)
        grade_tasks(order, now, chosen, store, tally, watch)
        if order.pages:
            _draw_what_counts(order, store, {task.student for task in todo.todo})


def grade_tasks(
    order: Order,
    now: Standing,
    tasks: Sequence[Task],
    into: Store,
    tally: Tally,
    watch: Watcher,
) -> None:
    """Grade these and keep each result in ``into`` as it comes."""
    marking = CourseMarking(
        course=str(order.course.folder),
        assignment=order.assignment.slug,
        version=order.assignment.version,
        policies=now.policies,
        unsafe=order.unsafe,
        pages=order.pages,
    )
    max_score = order.assignment.max_score
    batch = Batch(into, order.out, lambda failure: marking.not_graded(failure, max_score))
    with _made_ready(order, marking, len(tasks)) as ready:
        batch.run(tasks, _executor(order, ready), tally, watch)


def _made_ready(
    order: Order, marking: CourseMarking, submissions: int
) -> AbstractContextManager[CourseMarking]:
    if order.scheduler is None and (order.workers == 0 or forks_safely()):
        return marking.shared(order.assignment, submissions)
    order.assignment.prepare()
    return nullcontext(marking)


def current_grades(
    order: Order, store: Store, *, details: bool = False, decided: bool = True
) -> CurrentGrades:
    """The grades that count, by student, with what people decided or as they were computed."""
    return CurrentGrades(
        store,
        standing(order, store),
        final_max_score=order.assignment.final_max_score,
        details=details,
        decided=decided,
    )


_WORTH = (Source.NONE, Source.FILE, Source.STUDENTS_WORD, Source.MARKED_LATE, Source.PLATFORM)
"""Whose word is worth more than which."""


def _with_what_is_known(tasks: Sequence[Task], entries: Iterable[Entry]) -> list[Task]:
    """With the times that the store has of the same files, where their source is better."""
    stored: dict[str, dict[str, HandedIn]] = {}
    for entry in entries:
        # Where there are no bytes, the name is all there is to know a file by.
        stored.setdefault(entry.student, {})[entry.digest or entry.file] = entry.handed_in
    known = []
    for task in tasks:
        before = None
        if (files := stored.get(storable(task.student))) is not None:
            before = files.get(task.digest() or storable(task.found.file))
        if before is not None and not _is_better(task.handed_in, before):
            task = replace(task, handed_in=before)
        known.append(task)
    return known


def _is_better(now: HandedIn, before: HandedIn) -> bool:
    """A platform may mend what it said; of other words the first is the nearest to the truth."""
    if now.source is before.source:
        return now.source is Source.PLATFORM and now.at is not None
    return _WORTH.index(now.source) > _WORTH.index(before.source)


def _keep_times(store: Store, assignment: str, todo: Plan, stored: Sequence[Entry]) -> set[str]:
    """Keep what is known better now of when results that are kept were handed in; of whom."""
    labels = {entry.id: entry.student for entry in stored}  # what the store calls them
    times, students = [], set()
    for task, entry in zip(todo.kept_tasks, todo.kept, strict=True):
        if task.handed_in != entry.handed_in:
            times.append(Time(assignment, labels[entry.id], entry.digest, task.handed_in))
            students.add(entry.student)
    store.add_times(times)
    return students


def redraw(order: Order, store: Store, students: Container[str] | None = None) -> int:
    """Draw pages from what is stored, of everybody or of some; how many."""
    grades = current_grades(order, store, details=True)
    chosen = grades if students is None else grades.of(students)
    pages = {order.out.page(entry.student) for entry in grades.entries}
    for entry in store.entries(order.assignment.slug):
        # Under the name that a file had, of somebody who has another name now.
        if (page := order.out.page(entry.student)) not in pages:
            page.unlink(missing_ok=True)
    standing, earlier = grades.standing, attempts_before(grades.attempts, grades.entries)
    before = grades_before(store, earlier, standing.policies)
    draw = page_drawer(order.assignment, before, standing.directory.name_of)
    return write_pages(chosen, order.out, draw)


def _draw_missing(order: Order, store: Store, todo: Plan, told: set[str]) -> None:
    """Draw pages of results that are kept but whose page somebody removed, or has another name
    now, or of whom something new was ``told``."""
    missing = {entry.student for entry in todo.kept if not order.out.page(entry.student).exists()}
    if missing | told:
        redraw(order, store, missing | told)


def _draw_what_counts(order: Order, store: Store, graded: set[str]) -> None:
    """Draw the page of whose other attempt counts again, for that of the newest lies there now;
    and of those of whom people decided something, which who grades does not know."""
    grades = current_grades(order, store)
    decided = graded if grades.ledger.to_all else grades.ledger.students
    others = graded & (grades.not_newest | decided)
    if others:
        redraw(order, store, others)


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


def summary(order: Order, tally: Tally, grades: CurrentGrades) -> dict[str, object]:
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
        "not_handed_in": list(grades.not_handed_in),
        "times_of_nobody": list(tally.times_of_nobody),
        "without_time": [entry.student for entry in grades.without_time],
        "passed_over": [
            {"file": unclaimed.file, "reason": unclaimed.reason} for unclaimed in tally.unclaimed
        ],
        "notices": list(tally.notices),
    }
