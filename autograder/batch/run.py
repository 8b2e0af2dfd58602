"""A batch: what is to be graded, and keeping every result as it comes.

Theory of operation.  The store alone decides what is done: a student whose newest attempt has
this file's digest and this assignment's version is not graded again.  Results that arrive within
a quarter of a second are kept together: their feedback pages are written first (under another
name, then renamed), then their rows in one transaction.  Whenever the process is killed, a stored
result has its page, and only what was in flight is graded again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from autograder.batch.files import sweep, whole_file
from autograder.batch.output import OutFolder
from autograder.batch.tasks import Executor, Failure, Outcome, Outcomes, Result, Task
from autograder.model import SubmissionStatus
from autograder.platforms import Unclaimed
from autograder.store import Entry, Store, storable

_EVERY = 0.25
"""Seconds between two transactions."""


@dataclass(frozen=True)
class Plan:
    """What a run has to do."""

    todo: tuple[Task, ...]
    kept: tuple[Entry, ...]
    """Attempts that need not be repeated."""
    kept_tasks: tuple[Task, ...] = ()
    """What they are attempts at, in their order."""


@dataclass(frozen=True)
class Unjudged:
    """One question of one submission that could not be judged; the others were."""

    student: str
    question: str
    reason: str
    """What failed."""


@dataclass
class Tally:
    """Running counts of a batch."""

    total: int
    """Submissions of this run, those already graded included."""
    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Of those graded now: ``full``, ``partial``, ``none``, ``unreadable``, ``unjudged`` (but for
    some questions), ``not_graded``."""
    failures: list[Failure] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    """Single questions that could not be judged through our fault."""
    unclaimed: tuple[Unclaimed, ...] = ()
    """Files that are nobody's row."""
    notices: tuple[str, ...] = ()
    """What is to be said of the input as a whole, in sentences."""
    times_of_nobody: tuple[str, ...] = ()
    """People whose time was given, and who have no hand-in."""

    @property
    def graded(self) -> int:
        """Submissions graded in this run."""
        return self.counts.total()

    def add(self, result: Result) -> None:
        self.counts[_kind(result)] += 1
        self.unjudged += [
            Unjudged(result.student, question, reason)
            for question, reason in result.unjudged.items()
        ]


class Watcher(Protocol):
    """Shows a run's progress; called after every stored list of results, and now and then while
    there are none, so that a clock goes on."""

    def __call__(self, tally: Tally) -> None: ...


def plan(
    tasks: Iterable[Task],
    newest: Mapping[str, Sequence[Entry]],
    version: str,
    *,
    force: bool = False,
) -> Plan:
    """Split tasks into those to be graded and those whose result is in the store.

    ``newest``: each student's attempts, the newest first, whichever counts.  Of somebody with
    several files in this run so many attempts are the newest.
    """
    tasks = tuple(tasks)
    files = Counter(storable(task.student) for task in tasks)
    todo: list[Task] = []
    kept: list[tuple[Task, Entry]] = []
    for task in tasks:
        student = storable(task.student)
        attempts = newest.get(student, ())[: files[student]]
        entry = next((each for each in attempts if _is_done(each, task, version)), None)
        if entry is None or force:
            todo.append(task)
        else:
            kept.append((task, entry))
    return Plan(tuple(todo), tuple(e for _, e in kept), tuple(t for t, _ in kept))


def newest_attempts(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Each student's attempts, whatever became of them, the newest first, and of those at one file
    only the newest; ``entries`` oldest first."""
    by_student: dict[str, dict[tuple[str, str], Entry]] = {}
    for entry in entries:
        files = by_student.setdefault(entry.student, {})
        file = (entry.digest, "" if entry.digest else entry.file)
        files.pop(file, None)  # so that the newest stands last
        files[file] = entry
    return {student: list(files.values())[::-1] for student, files in by_student.items()}


def _is_done(entry: Entry, task: Task, version: str) -> bool:
    # Without a score it was not graded, or not all of it, through our fault.
    if entry.score is None or entry.assignment_version != version:
        return False
    digest = task.digest()
    # Where there were no bytes to read (a link, a folder), the name is all there is to compare.
    return entry.digest == digest and (digest != "" or entry.file == storable(task.found.file))


@dataclass(frozen=True)
class Batch:
    """Grades tasks and keeps the results."""

    store: Store
    out: OutFolder
    result_of: Callable[[Failure], Result]
    """What is stored of a submission that could not be graded."""

    def run(self, tasks: Sequence[Task], executor: Executor, tally: Tally, watch: Watcher) -> None:
        """Grade all tasks; raises AutograderError when that cannot go on.

        On KeyboardInterrupt the workers are stopped; what is in ``tally`` is stored.
        """
        sweep(self.out.feedback)
        with closing(executor.run(tasks)) as outcomes:
            for arrived in _together(outcomes):
                if arrived:
                    self._keep([self._result(outcome, tally) for outcome in arrived], tally)
                watch(tally)

    def _result(self, outcome: Outcome, tally: Tally) -> Result:
        if isinstance(outcome, Result):
            return outcome
        tally.failures.append(outcome)
        return self.result_of(outcome)

    def _keep(self, results: Sequence[Result], tally: Tally) -> None:
        for result in results:
            if result.page is not None:
                with whole_file(self.out.page(result.student)) as file:
                    file.write(result.page)
        files = [result.file for result in results if result.file is not None]
        self.store.append([result.row for result in results], files)
        for result in results:
            tally.add(result)


def _together(outcomes: Outcomes) -> Iterator[list[Outcome]]:
    """The same in fewer lists: a transaction costs as much as the work on several rows.

    Nothing waits while nothing else arrives.
    """
    waiting: list[Outcome] = []
    since = time.monotonic()
    try:
        for arrived in outcomes:
            waiting += arrived
            ready: list[Outcome] = []
            if not arrived or time.monotonic() - since >= _EVERY:
                ready, waiting, since = waiting, [], time.monotonic()
            yield ready
    except (Exception, KeyboardInterrupt):
        yield waiting
        raise
    yield waiting


def _kind(result: Result) -> str:
    if result.status is not SubmissionStatus.GRADED:
        return result.status.value
    if result.unjudged:
        return "unjudged"
    if result.score is None or result.score <= 0:
        return "none"
    return "full" if result.score >= result.max_score else "partial"
