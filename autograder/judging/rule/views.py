"""How a history is looked at, where its form is at fault: without its start, cut short, aliased.

A view says which of the student's rows are held against which rows of a known rule, so that a
fault of the interface and a fault of the rule are told apart, and together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from autograder.judging.rule.evidence import Observation
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray

View = Callable[[Observation], "Alignment | None"]


@dataclass(frozen=True, eq=False)
class Alignment:
    """How a trajectory is looked at: which student rows equal which expected rows."""

    instance: Instance
    """The instance to evaluate candidates on (a view may lengthen it or move its start)."""
    student: FloatArray
    expected: slice = field(default_factory=lambda: slice(None))
    """Rows of the expected trajectory."""
    every_point: bool = False
    """True: a row a point."""

    @cached_property
    def says_little(self) -> bool:
        """Rows that end in NaN, or a parameter that never moves, fit too many pairs to name one."""
        after = self.student[1:] if len(self.student) > 1 else self.student
        moves = len(self.student) < 2 or bool((self.student != self.student[0]).any(axis=0).all())
        return not np.isfinite(after[-1]).all() or not moves


def _whole(o: Observation) -> Alignment | None:
    if o.history.only_point or len(o.rows) != o.instance.max_epochs + 1:
        return None
    return Alignment(o.instance, o.rows)


def every_point_logged(o: Observation) -> Alignment | None:
    if len(o.rows) != o.instance.max_epochs * o.instance.points + 1:
        return None
    return Alignment(o.instance, o.rows, every_point=True)


def _without_start(o: Observation) -> Alignment | None:
    if o.history.only_point or len(o.rows) != o.instance.max_epochs or len(o.rows) < 2:
        return None
    return Alignment(o.instance, o.rows, slice(1, None))


def _final_point(o: Observation) -> Alignment | None:
    if len(o.rows) != 1:
        return None
    return Alignment(o.instance, o.rows, slice(-1, None))


def _stops_early(o: Observation) -> Alignment | None:
    """A beginning of the trajectory; on some instances it may be all of it.  Where the start stands
    there twice, as if an entry was appended before each step, the last epoch's has no place."""
    if o.history.only_point or not 1 < len(o.rows) <= o.instance.max_epochs + 1:
        return None
    if len(o.rows) == o.instance.max_epochs + 1 and (o.rows[0] == o.rows[1]).all():
        return Alignment(o.instance, o.rows[1:], slice(0, len(o.rows) - 1))
    return Alignment(o.instance, o.rows, slice(0, len(o.rows)))


def _too_long(o: Observation) -> Alignment | None:
    """More entries than epochs: repeated ones, or more epochs than asked for."""
    epochs = o.instance.max_epochs
    if len(o.rows) <= epochs + 1:
        return None
    once = np.concatenate([o.rows[:1], o.rows[1:][(np.diff(o.rows, axis=0) != 0).any(axis=1)]])
    if len(once) == epochs + 1:
        return Alignment(o.instance, once)
    return Alignment(o.instance, o.rows[: epochs + 1])


def _aliased(o: Observation) -> Alignment | None:
    """Every entry is the same array: all show the last point (the start may be a copy)."""
    w = o.rows[:, :-1]
    if len(w) != o.instance.max_epochs + 1 or not (w[1:] == w[-1]).all():
        return None
    return Alignment(o.instance, o.rows[-1:], slice(-1, None))


def _own_start(o: Observation) -> Alignment | None:
    aligned = _whole(o)
    if aligned is None or not (o.rows != o.rows[0]).any(axis=0).all():
        return None  # a path that stands still is no path from another start
    if not np.isfinite(o.rows[0]).all() or (o.rows[0] == o.instance.start).all():
        return None
    w = o.rows[0, :-1].reshape(o.instance.init_w.shape)
    return Alignment(replace(o.instance, init_w=w, init_b=float(o.rows[0, -1])), o.rows)


VIEWS: Mapping[str, View] = {
    "": _whole,
    "history_without_start": _without_start,
    "final_point_only": _final_point,
    "stops_early": _stops_early,
    "history_too_long": _too_long,
    "history_aliased": _aliased,
    "start_ignored": _own_start,
}


def align(view: View, observations: Sequence[Observation]) -> list[Alignment]:
    """Through one view, all observations; empty: the view does not fit one of them.

    An aliased history shows only where w is a vector; with a number it is an honest history.
    """
    found = []
    for observation in observations:
        one = view(observation)
        if one is None and view is _aliased and observation.instance.init_w.ndim == 0:
            one = _whole(observation)
        if one is None:
            return []
        found.append(one)
    return found
