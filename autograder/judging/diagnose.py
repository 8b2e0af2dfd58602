"""Naming what a student's update rule computes.

The right rule edited by every known misconception, then by every pair of them, is evaluated on
the instances that the student's code was asked; a candidate is named if its trajectories are the
student's on *all* of them.  Faults of the interface (a history without its start, a hard-coded
learning rate) are views on a trajectory and combine with the same candidates.

What computes the same cannot be told apart and need not be: among equal explanations the one
with fewer and commoner faults is said.  No match: nothing is named.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from autograder.judging.catalogue import Candidate, Catalogue, Family
from autograder.judging.compare import History
from autograder.judging.instances import Instance
from autograder.judging.pool import keep, of_the_pool
from autograder.model import FloatArray

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

EXACT = 1e-9
"""Two trajectories that agree to this, relative to their size, are the same computation."""
FEW = 3
"""Habitual values that are tried beside another fault."""
HABITS: Mapping[str, tuple[float, ...]] = {
    "eta": (0.1, 0.01, 0.001, 1.0, 0.5, 0.05),
    "eps": (1e-8, 1e-6, 1e-7, 1e-10, 1e-5, 1e-4),
    "beta": (0.9, 0.99, 0.95, 0.999),
    "beta1": (0.9, 0.99, 0.95, 0.5),
    "beta2": (0.999, 0.99, 0.9, 0.95),
    "gamma": (0.9, 0.99, 0.5),
    "decay": (0.01, 0.001, 0.1, 0.05, 0.0),
}
"""Values that people write into their code in place of an argument."""


@dataclass(frozen=True, eq=False)
class Observation:
    """One instance and what the student returned for it."""

    instance: Instance
    history: History

    @property
    def rows(self) -> FloatArray:
        assert self.history.rows is not None
        return self.history.rows


@dataclass(frozen=True)
class Facts:
    """What other calls have shown, by themselves, of the function's interface."""

    ignored: tuple[str, ...] = ()
    """Arguments without any effect."""
    remembers: bool = False
    """The same call twice gave different answers."""
    mutates: tuple[str, ...] = ()
    """Arguments that were changed by the call."""
    stops: bool = False
    """Returns fewer entries where its steps are tiny."""
    measured: Mapping[str, float] | None = None
    """Measured strengths of weight decay, by the name that edits know them by."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found; all empty where nothing known explains the evidence."""

    slugs: tuple[str, ...] = ()
    candidate: Candidate | None = None
    """The rule that the student's code computes, apart from its interface."""
    view: str = ""
    """The interface fault through which the trajectory was seen; empty: none."""
    ignored: tuple[str, ...] = ()
    mutates: tuple[str, ...] = ()
    hard_coded: Mapping[str, float] | None = None
    """Values found in place of ignored arguments."""

    @property
    def explains(self) -> bool:
        """Whether the student's trajectories are fully accounted for."""
        return self.candidate is not None


# ------------------------------------------------------------------------------------- views

View = Callable[[Observation], "Seen | None"]


@dataclass(frozen=True, eq=False)
class Seen:
    """How a trajectory is looked at: which student rows equal which expected rows."""

    instance: Instance
    """The instance to evaluate candidates on (a view may lengthen it or move its start)."""
    student: FloatArray
    expected: slice = field(default_factory=lambda: slice(None))
    """Rows of the expected trajectory."""
    every_point: bool = False
    """True: a row a point."""
    w_only: bool = False
    """True: compare only w's entries against ``expected``, b against all rows."""


def _plain(o: Observation) -> Seen | None:
    if o.history.only_point or len(o.rows) != o.instance.max_epochs + 1:
        return None
    return Seen(o.instance, o.rows)


def _every_point_logged(o: Observation) -> Seen | None:
    if len(o.rows) != o.instance.max_epochs * o.instance.points + 1:
        return None
    return Seen(o.instance, o.rows, every_point=True)


def _without_start(o: Observation) -> Seen | None:
    if o.history.only_point or len(o.rows) != o.instance.max_epochs or len(o.rows) < 2:
        return None
    return Seen(o.instance, o.rows, slice(1, None))


def _final_point(o: Observation) -> Seen | None:
    if len(o.rows) != 1:
        return None
    return Seen(o.instance, o.rows, slice(-1, None))


def _stops_early(o: Observation) -> Seen | None:
    """A beginning of the trajectory; on some instances it may be all of it."""
    if o.history.only_point or not 1 < len(o.rows) <= o.instance.max_epochs + 1:
        return None
    return Seen(o.instance, o.rows, slice(0, len(o.rows)))


def _too_long(o: Observation) -> Seen | None:
    """More entries than epochs: repeated ones, or more epochs than asked for."""
    epochs = o.instance.max_epochs
    if len(o.rows) <= epochs + 1:
        return None
    once = np.concatenate([o.rows[:1], o.rows[1:][(np.diff(o.rows, axis=0) != 0).any(axis=1)]])
    if len(once) == epochs + 1:
        return Seen(o.instance, once)
    return Seen(o.instance, o.rows[: epochs + 1])


def _aliased(o: Observation) -> Seen | None:
    """Every entry is the same array: all show the last point (the start may be a copy)."""
    w = o.rows[:, :-1]
    if len(w) != o.instance.max_epochs + 1 or not (w[1:] == w[-1]).all():
        return None
    return Seen(o.instance, o.rows[-1:], slice(-1, None))


def _own_start(o: Observation) -> Seen | None:
    seen = _plain(o)
    if seen is None or not (o.rows != o.rows[0]).any(axis=0).all():
        return None  # a path that stands still is no path from another start
    if not np.isfinite(o.rows[0]).all() or (o.rows[0] == o.instance.start).all():
        return None
    w = o.rows[0, :-1].reshape(o.instance.init_w.shape)
    return Seen(replace(o.instance, init_w=w, init_b=float(o.rows[0, -1])), o.rows)


VIEWS: Mapping[str, View] = {
    "": _plain,
    "history_without_start": _without_start,
    "final_point_only": _final_point,
    "stops_early": _stops_early,
    "history_too_long": _too_long,
    "history_aliased": _aliased,
    "start_ignored": _own_start,
}


# --------------------------------------------------------------------------------- the search


def diagnose(observations: Sequence[Observation], catalogue: Catalogue, facts: Facts) -> Diagnosis:
    """The simplest known explanation of all observations, or none."""
    usable = [o for o in observations if o.history.rows is not None]
    if not usable:
        return _facts_only(facts)
    for level in _levels(catalogue, facts):
        looked_at = usable
        if values := {**level.hard_coded, **level.known.measured}:
            looked_at = [replace(o, instance=with_hyper(o.instance, values)) for o in usable]
        matches = _matches(level.known, looked_at, level.view)
        if matches:
            best = min(matches, key=lambda candidate: _rank(candidate, catalogue))
            return _diagnosis(best, level.view, level.hard_coded, facts, looked_at)
    return _facts_only(facts)


@dataclass(frozen=True, eq=False)
class _Known:
    """Known rules that are tried together."""

    name: str
    families: tuple[Family, ...]
    many: bool = False
    """Whether they are so many that they are looked at for one epoch first."""
    measured: Mapping[str, float] = field(default_factory=dict)
    """Numbers measured of the student's code that every one of them needs."""


@dataclass(frozen=True, eq=False)
class _Level:
    """One step of the search."""

    known: _Known
    view: str = ""
    hard_coded: Mapping[str, float] = field(default_factory=dict)


def _levels(catalogue: Catalogue, facts: Facts) -> Iterator[_Level]:
    """What is tried, the simplest first."""
    right = _Known("right", (catalogue.right(),))
    all_singles = [_Known("singles", catalogue.singles())]
    all_pairs = [_Known("pairs", catalogue.pairs(), many=True)]
    if facts.measured:
        names = tuple(sorted(facts.measured))
        numbers = facts.measured
        all_singles.append(_Known("measured singles", catalogue.singles(names), measured=numbers))
        all_pairs.append(
            _Known("measured pairs", catalogue.pairs(names), many=True, measured=numbers)
        )
    views = [name for name in VIEWS if name]
    yield _Level(right)
    for singles in all_singles:
        yield _Level(singles)
    if facts.remembers:
        return  # what it answers depends on the calls before: nothing further can be told apart
    for view in views:
        yield _Level(right, view)
    choices = _hard_coded(facts.ignored)
    for choice in choices:
        yield _Level(right, hard_coded=choice)
    for pairs in all_pairs:
        yield _Level(pairs)
    for view, singles in itertools.product(views, all_singles):
        yield _Level(singles, view)
    for choice in choices[:FEW]:  # beside another fault, only the commonest of them
        if len(choice) <= 2:
            for singles in all_singles:
                yield _Level(singles, hard_coded=choice)
        for view in views:
            yield _Level(right, view, choice)


def _hard_coded(ignored: Sequence[str]) -> list[dict[str, float]]:
    """What may stand in the code in place of ignored arguments: of several the commonest."""
    fixed = [name for name in ignored if name in HABITS]
    each = {0: 0, 1: 6, 2: 3}.get(len(fixed), 2)
    values = itertools.product(*(HABITS[name][:each] for name in fixed))
    return [dict(zip(fixed, chosen, strict=True)) for chosen in values] if fixed else []


def with_hyper(instance: Instance, values: Mapping[str, float]) -> Instance:
    """The instance with some hyper-parameters set to other values."""
    return replace(instance, hyper={**instance.hyper, **values})


def _matches(known: _Known, observations: Sequence[Observation], view: str) -> list[Candidate]:
    found: list[Candidate] = []
    for batch in _batches(known):
        looks: list[View] = [VIEWS[view]]
        if batch.family.every_point and view == "":
            looks.append(_every_point_logged)
        for look in looks:
            if seen := _seen(look, observations):
                found += _survivors(batch, seen)
    return found


def _seen(look: View, observations: Sequence[Observation]) -> list[Seen]:
    """Through one view, all observations; empty: the view does not fit one of them.

    An aliased history shows only where w is a vector; with a number it is an honest history.
    """
    seen = []
    for observation in observations:
        one = look(observation)
        if one is None and look is _aliased and observation.instance.init_w.ndim == 0:
            one = _plain(observation)
        if one is None:
            return []
        seen.append(one)
    return seen


def prepare(pool: Sequence[Instance], catalogue: Catalogue) -> None:
    """Evaluate what every student's diagnosis on these instances of the pool begins with."""
    singles = _Known("singles", catalogue.singles())
    for known in (singles, _Known("pairs", catalogue.pairs(), many=True)):
        for batch in _batches(known):
            for instance in pool[:1] if batch.many else pool:
                _kept(batch, instance, 1 if batch.many else None)


@dataclass(frozen=True)
class _Batch:
    """Candidates evaluated in one way."""

    family: Family
    name: str
    by_point: bool
    many: bool
    """Whether they are so many that they are looked at for one epoch first."""

    def trajectories(self, instance: Instance, epochs: int | None) -> FloatArray:
        return self.family.trajectories(instance, epochs, by_point=self.by_point)

    def subset(self, chosen: Bools) -> _Batch:
        return replace(self, family=self.family.subset(np.flatnonzero(chosen).tolist()))


def _batches(known: _Known) -> Iterator[_Batch]:
    for number, family in enumerate(known.families):
        for by_point in (True, False) if family.every_point else (True,):
            name = f"{known.name} {number}, {'points' if by_point else 'epochs'} counted"
            yield _Batch(family, name, by_point, known.many)


def _survivors(batch: _Batch, seen: Sequence[Seen]) -> list[Candidate]:
    """The candidates that equal the student on everything seen.

    What all of them do on an instance of the pool is known beforehand; elsewhere, and beyond the
    first epoch of many, only those are evaluated that have agreed so far.
    """
    says_little = any(_says_little(one) for one in seen)
    if says_little and batch.many:
        return []  # too many pairs would fit
    count = len(batch.family.candidates)
    agree: Bools = np.ones(count, dtype=bool)
    rest = list(seen)
    if seen[0].expected == slice(None) and batch.many:
        # of many all but a few part from the student within one epoch
        agree = _agree(batch, seen[0], epochs=1, kept=True)
    elif count > 1:
        pooled = [one for one in seen if of_the_pool(one.instance)]
        for one in pooled:
            agree &= _agree(batch, one, kept=True)
        rest = [one for one in seen if not of_the_pool(one.instance)]
        if not pooled and seen[0].expected == slice(None):
            agree = _agree(batch, seen[0], epochs=1)
    left = batch.subset(agree)
    for one in rest:
        if not left.family.candidates:
            return []
        left = left.subset(_agree(left, one))
    found = list(left.family.candidates)
    if any(one.instance.init_w.ndim == 1 for one in seen):
        found = [candidate for candidate in found if not candidate.numbers_only]
    if says_little:
        found = [candidate for candidate in found if len(candidate.edits) <= 1]
    return found


@lru_cache(maxsize=512)
def _kept(batch: _Batch, instance: Instance, epochs: int | None) -> FloatArray:
    name = f"{batch.name}, {'all epochs' if epochs is None else f'{epochs} epochs'}"
    return keep(instance, name, lambda: batch.trajectories(instance, epochs))


def _agree(batch: _Batch, seen: Seen, epochs: int | None = None, kept: bool = False) -> Bools:
    """Which candidates equal the student on one instance."""
    if kept and of_the_pool(seen.instance):
        expected = _kept(batch, seen.instance, epochs)
    else:
        expected = batch.trajectories(seen.instance, epochs)
    if batch.family.every_point and not seen.every_point:
        expected = expected[:, :: seen.instance.points]
    expected = expected[:, seen.expected]
    student = seen.student
    if epochs is not None:
        student = student[: expected.shape[1]]
    if student.shape != expected.shape[1:]:
        return np.zeros(len(expected), dtype=bool)
    with np.errstate(all="ignore"):
        size = 1 + np.abs(student)
        same = (np.abs(expected - student) <= EXACT * size) | (expected == student)
    same |= np.isnan(expected) & np.isnan(student)
    return np.asarray(same.all(axis=(1, 2)))


def _says_little(seen: Seen) -> bool:
    """Rows that end in NaN, or a parameter that never moves, fit too many pairs to name one."""
    after = seen.student[1:] if len(seen.student) > 1 else seen.student
    moves = len(seen.student) < 2 or bool((seen.student != seen.student[0]).any(axis=0).all())
    return not np.isfinite(after[-1]).all() or not moves


def _rank(candidate: Candidate, catalogue: Catalogue) -> tuple[int, int, int, int]:
    seen = sum(catalogue.commonness(slug) for slug in candidate.slugs)
    return (len(candidate.slugs), int(candidate.replaces), int(candidate.part != "both"), -seen)


# ------------------------------------------------------------------------------ the diagnosis


def _diagnosis(
    candidate: Candidate,
    view: str,
    hard_coded: Mapping[str, float],
    facts: Facts,
    observations: Sequence[Observation],
) -> Diagnosis:
    slugs = list(candidate.slugs)
    if view and view not in slugs:
        slugs.append(view)
    ignored = facts.ignored
    if candidate.slugs:  # a fault that makes an argument idle explains why it is idle
        ignored = tuple(hard_coded)
    if view == "start_ignored":
        ignored = tuple(name for name in ignored if name not in ("init_w", "init_b"))
    if "max_epochs" in ignored:
        # as many entries whatever max_epochs is: the number is written into the code, and a
        # history too short or too long follows from that
        slugs = [slug for slug in slugs if slug not in ("stops_early", "history_too_long")]
    elif view == "stops_early":
        ignored = ()  # in the few epochs that it runs, more than one argument has no effect yet
    slugs += _interface_slugs(replace(facts, ignored=ignored))
    return Diagnosis(
        tuple(dict.fromkeys(slugs))[:2], candidate, view, ignored, facts.mutates, hard_coded or None
    )


def _facts_only(facts: Facts) -> Diagnosis:
    return Diagnosis(
        tuple(_interface_slugs(facts))[:2], None, "", facts.ignored, facts.mutates, None
    )


def _interface_slugs(facts: Facts) -> list[str]:
    slugs = []
    if facts.stops:
        slugs.append("stops_early")
    if facts.remembers:
        slugs.append("remembers_last_call")
    starts = {"init_w", "init_b"} & set(facts.ignored)
    if starts:
        slugs.append("start_ignored")
    if set(facts.ignored) - starts:
        slugs.append("hyperparameter_ignored")
    if facts.mutates:
        slugs.append("mutates_input")
    return slugs
