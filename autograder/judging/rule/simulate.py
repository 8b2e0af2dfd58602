"""What known code would have answered: traces without running anybody's program.

A candidate (the right rule with known faults in it) is evaluated on every instance of an exam, and
the rows are put into the form in which the sandbox brings back a student's histories.  ``verify``
and the tests judge these traces as they would a student's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from autograder.judging.rule.catalogue import Candidate, Family
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.instance import Instance
from autograder.model import Fault, FloatArray, Outcome, Trace

Rows = Callable[[Instance, FloatArray], FloatArray | None]
"""Changes an honest history (rows by epoch) into what a fault of the interface makes of it."""


def simulate(exam: RuleExam, family: Family) -> Iterator[tuple[Candidate, dict[str, Trace]]]:
    """Each candidate of a family with its traces of all of the exam's calls."""
    by_instance = {}
    for instance in exam.instances:
        rows = family.trajectories(instance)
        by_instance[instance.name] = rows[:, :: instance.points] if family.every_point else rows
    shapes = {instance.name: instance for instance in exam.instances}
    for number, candidate in enumerate(family.candidates):
        traces = {}
        for name, rows in by_instance.items():
            if candidate.numbers_only and shapes[name].init_w.ndim:
                traces[name] = Trace(name, Outcome.RAISED, fault=Fault("ValueError", "shapes"))
            else:
                traces[name] = answer(shapes[name], rows[number])
        yield candidate, traces


def answer(instance: Instance, rows: FloatArray | None) -> Trace:
    """The trace of a function that returned these rows; None: it returned nothing."""
    if rows is None:
        return Trace(instance.name, Outcome.RETURNED, None)
    return instance.trace(rows)


def with_interface_faults(exam: RuleExam, right: Family) -> Iterator[tuple[str, dict[str, Trace]]]:
    """Each fault that any rule's history may have, with the right rule's traces changed by it."""
    rows = {instance.name: right.trajectories(instance)[0] for instance in exam.instances}
    for slug, change in INTERFACE_FAULTS.items():
        yield slug, {i.name: answer(i, change(i, rows[i.name])) for i in exam.instances}


def _lengthened(instance: Instance, rows: FloatArray) -> FloatArray:
    return np.concatenate([rows[:1], rows])


def _all_last(instance: Instance, rows: FloatArray) -> FloatArray:
    if not instance.init_w.ndim:
        return rows
    same = rows.copy()
    same[:, :-1] = rows[-1, :-1]
    return same


INTERFACE_FAULTS: Mapping[str, Rows] = {
    "nothing_returned": lambda instance, rows: None,
    "history_without_start": lambda instance, rows: rows[1:],
    "history_too_long": _lengthened,
    "history_aliased": _all_last,
    "final_point_only": lambda instance, rows: rows[-1:],
    "stops_early": lambda instance, rows: rows[: max(2, len(rows) - 2)] if len(rows) > 3 else rows,
}
"""Faults that any rule's history may have, by name."""
