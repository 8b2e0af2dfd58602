"""What ``grade`` says at the end: the table or a summary, where the files lie, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean, median
from typing import Literal, TypeAlias

from rich.console import RenderableType

from autograder.batch.order import Order
from autograder.batch.output import CurrentGrades
from autograder.batch.remarks import remarks
from autograder.batch.run import Tally
from autograder.console import counts
from autograder.report.terminal import Diagnosis, ResultTable
from autograder.text import counted, points

Rows: TypeAlias = Literal["few", "all", "ends"]
"""Which rows the table has: all where they are few; all; the worst and the best."""

_LONGEST_TABLE = 60
"""Students up to which the table is worth its room on a screen."""
_ENDS = 3
"""Of the worst and of the best, where not all are shown."""
_LISTED, _FILES_LISTED = 20, 3
"""Names of students, and of files, that are listed."""


def closing_words(
    order: Order,
    tally: Tally,
    grades: CurrentGrades,
    table: Rows = "few",
) -> Iterator[RenderableType]:
    """What goes to standard output after a run, a line or table each."""
    if len(grades) and table == "ends":
        yield ResultTable(list(grades), ends=_ENDS)
        yield Diagnosis(list(grades.with_details()))
    elif len(grades) and (table == "all" or len(grades) <= _LONGEST_TABLE):
        yield ResultTable(list(grades))
    else:
        yield from _spread(grades)
    yield _this_run(tally)
    yield from _passed_over(tally)
    yield from remarks(grades)
    yield f"Grades:          {order.out.csv}, {order.out.json.name}"
    if order.pages:
        yield f"Feedback pages:  {order.out.feedback}"
    if order.out.index.exists():
        yield f"All at a glance: {order.out.index} (not for students)"


def problems(tally: Tally, *, stopped: bool) -> Iterator[str]:
    """Lines for standard error after a run: what could not be graded, and what to do now."""
    by_reason: dict[str, list[str]] = {}
    for failure in sorted(tally.failures, key=lambda failure: failure.task.student):
        by_reason.setdefault(failure.reason, []).append(failure.task.student)
    for reason, students in by_reason.items():
        yield f"Not graded: {_listed(students)}: {reason}"
    by_fault: dict[tuple[str, str], list[str]] = {}
    for one in sorted(tally.unjudged, key=lambda one: (one.question, one.student)):
        by_fault.setdefault((one.question, one.reason), []).append(one.student)
    for (question, reason), students in by_fault.items():
        yield f"Not judged: {question} of {_listed(students)}: {reason}"
    if tally.times_of_nobody:
        listed = _listed(tally.times_of_nobody)
        yield f"Times of people who have no hand-in ({len(tally.times_of_nobody)}): {listed}"
    if by_reason or by_fault:
        yield "This is no fault of the students; the same command tries again."
    if stopped:
        done = tally.kept + tally.graded
        yield (
            f"Stopped: {done} of {counted(tally.total, 'submission')} graded and kept. "
            "The same command goes on from there."
        )


def _passed_over(tally: Tally) -> Iterator[str]:
    """Files that are no part of anybody's row, by reason; what a platform's files did not say."""
    by_reason: dict[str, list[str]] = {}
    for unclaimed in tally.unclaimed:
        by_reason.setdefault(unclaimed.reason, []).append(unclaimed.file)
    for reason, files in sorted(by_reason.items()):
        yield f"Passed over ({len(files)}), {reason}: {_listed(files, _FILES_LISTED)}"
    yield from tally.notices


def _this_run(tally: Tally) -> str:
    submissions = counted(tally.total, "submission")
    if not tally.graded:
        return f"{submissions}, all graded before: nothing is new or has changed."
    before = f"; {tally.kept} graded before" if tally.kept else ""
    return f"Of {submissions} in this run: {counts(tally)}{before}."


def _listed(names: Sequence[str], most: int = _LISTED) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _spread(grades: CurrentGrades) -> Iterator[str]:
    scores = sorted(e.score for e in grades.entries if e.score is not None)
    if not scores:
        return
    yield (
        f"Points: mean {fmean(scores):.1f}, median {points(median(scores))}, "
        f"from {points(scores[0])} to {points(scores[-1])}, "
        f"of {points(grades.entries[0].max_score)}"
    )
