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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate, Catalogue, Family
from autograder.judging.rule.evidence import Bound, Diagnosis, Manners, Observation
from autograder.judging.rule.instance import IN_ORDER, Instance
from autograder.judging.rule.pool import keep, of_the_pool
from autograder.judging.rule.views import VIEWS, Alignment, View, align, every_point_logged
from autograder.model import FloatArray, Neuron

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

EXACT = 1e-9
"""Two trajectories that agree to this, relative to their size, are the same computation."""
NAMES = 3
"""Names that a question bears at most."""
_THE_GRADIENTS = frozenset({"X", "Y", "grad_w", "grad_b"})
"""All that a gradient is made of."""
FEW = 3
"""Habitual values that are tried beside another fault."""


NUDGE = 1e-12
"""A start nudged by this shows whether a trajectory depends on rounding."""


def alone(family: Family, instance: Instance, by_point: bool = True) -> FloatArray:
    """The trajectory of a family's only candidate on an instance, kept where others get that, too.

    A row an epoch, or a row a point where the family steps at every point.
    """
    (candidate,) = family.candidates
    edits = (f"{edit.slug} {edit.variant} in {candidate.where(edit)}" for edit in candidate.edits)
    counted = "points" if by_point else "epochs"

    def rows() -> FloatArray:
        found: FloatArray = family.trajectories(instance, by_point=by_point)[0]
        return found

    return keep(instance, f"alone, {'; '.join(edits)}, {counted} counted", rows)


def _nudged(instance: Instance) -> Instance:
    return replace(instance, init_w=instance.init_w + NUDGE, init_b=instance.init_b + NUDGE)


def _accounts_for(
    rule: Family,
    o: Observation,
    tolerance: float,
    by_point: bool,
    diagnosis: Diagnosis,
    measured: Mapping[str, float],
) -> bool:
    """Whether one known rule gives a student's trajectory, or gives none that could be compared."""
    if o.history.rows is None:
        return False
    taken = diagnosis.taken(o.instance).with_hyper(measured).in_order(diagnosis.order)
    seen = replace(o, instance=taken)
    looks = [VIEWS[diagnosis.view]]
    looks += [every_point_logged] if rule.every_point else []
    return any(
        _equals(rule, aligned, tolerance, by_point)
        for look in looks
        for aligned in align(look, [seen])
    )


def _equals(rule: Family, seen: Alignment, tolerance: float, by_point: bool) -> bool:
    def right(instance: Instance) -> FloatArray:
        rows = alone(rule, instance, by_point=by_point)
        step = instance.points if rule.every_point and not seen.every_point else 1
        return rows[::step][seen.expected]

    own, rows = seen.student, right(seen.instance)
    if own.shape != rows.shape:
        return False
    with np.errstate(all="ignore"):
        size = np.maximum(1, np.abs(rows))
        close = (np.abs(own - rows) <= tolerance * size).all(axis=1)
        if close.all():
            return True
        beside = right(_nudged(seen.instance))
        rough = np.abs(beside - rows) > tolerance / 100 * size
    from_there = np.logical_or.accumulate(rough.any(axis=1))  # what follows tells nothing
    return bool((close | from_there | ~np.isfinite(rows).all(axis=1)).all())


def unexplained(
    diagnosis: Diagnosis,
    observations: Sequence[Observation],
    question: Rule,
    measured: Mapping[str, float],
) -> tuple[Observation, ...]:
    """Those that the rule which was found in the student's code does not account for."""
    one = diagnosis.family
    if one is None:
        return ()
    counted = (True, False) if one.every_point else (True,)
    return tuple(
        o
        for o in observations
        if not any(
            _accounts_for(one, o, question.tolerance, by_point, diagnosis, measured)
            for by_point in counted
        )
    )


# --------------------------------------------------------------------------------- the search


def diagnose(
    observations: Sequence[Observation],
    question: Rule,
    manners: Manners,
    only: str | None = None,
) -> Diagnosis:
    """The simplest known explanation of all observations, or none.

    ``only``: the one name that other evidence allows; None: any.
    """
    catalogue = question.catalogue
    usable = [o for o in observations if o.history.rows is not None]
    # Steps that no gradient has a part in fit rules in which it cancels, and are none of them.
    blind = _THE_GRADIENTS.issubset(manners.ignored)
    if not usable or only == "" or blind:
        return _manners_only(manners)
    for level in _levels(question, manners):
        looked_at = _as_the_level_sees(level, usable)
        matches = _matches(level.known, looked_at, level.view) if looked_at else []
        if only is not None:
            matches = [match for match in matches if match.candidate.slugs == (only,)]
        matches = [m for m in matches if catalogue.holds(m.candidate, looked_at[0].instance)]
        if matches:
            best = min(matches, key=lambda match: _rank(match.candidate, catalogue))
            return _diagnosis(best, level, manners)
    return _manners_only(manners)


def only_single(observations: Sequence[Observation], question: Rule) -> Candidate | None:
    """The known fault that explains all observations by itself; None: none does, or several do, or
    one that steps at every point, which takes too long to evaluate on all that is asked."""
    catalogue = question.catalogue
    found = [
        match
        for match in _matches(_Known("singles", catalogue.singles()), observations, "")
        if catalogue.holds(match.candidate, observations[0].instance)
    ]
    if len(found) != 1 or found[0].family.every_point:
        return None
    return found[0].candidate


def with_single(
    fault: Candidate, instance: Instance, question: Rule, nudged: bool = False
) -> FloatArray:
    """What the rule gives with one known fault, shape (epochs + 1, d + 1): evaluated for all such
    faults at once, and kept.  ``nudged``: from a start as far from its own as :data:`NUDGE`."""
    batch = _singles(question)
    rows = _kept(batch, instance, None, nudged)
    own: FloatArray = rows[batch.family.candidates.index(fault)]
    return own


def prepare_singles(asked: Sequence[Instance], question: Rule, nudged: bool = False) -> None:
    """Evaluate these faults on what everybody is asked."""
    for instance in asked:
        _kept(_singles(question), instance, None, nudged)


@lru_cache(maxsize=64)
def _singles(question: Rule) -> _Batch:
    """All single faults that step once an epoch."""
    batches = _batches(_Known("singles", question.catalogue.singles()))
    return next(batch for batch in batches if not batch.family.every_point)


def _as_the_level_sees(level: _Level, usable: Sequence[Observation]) -> Sequence[Observation]:
    measured, taken = (
        level.known.measured,
        Diagnosis(hard_coded=level.hard_coded, bounds=level.bounds).taken,
    )
    if not (measured or level.hard_coded or level.bounds) and level.order == IN_ORDER:
        return usable
    instances = [taken(o.instance).with_hyper(measured).in_order(level.order) for o in usable]
    seen = [replace(o, instance=i) for o, i in zip(usable, instances, strict=True)]
    if level.order == IN_ORDER:
        return seen
    return [o for o in seen if isinstance(o.instance.grad_w, Neuron)]


@dataclass(frozen=True, eq=False)
class _Match:
    """A candidate that explains everything."""

    candidate: Candidate
    family: Family
    """The same alone, to be evaluated further."""


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
    bounds: tuple[Bound, ...] = ()
    order: tuple[int, ...] = IN_ORDER


def _levels(question: Rule, manners: Manners) -> Iterator[_Level]:
    """What is tried, the simplest first."""
    catalogue = question.catalogue
    right = _Known("right", (catalogue.right(),))
    all_singles = [_Known("singles", catalogue.singles())]
    all_pairs = [_Known("pairs", catalogue.pairs(), many=True)]
    if manners.measured:
        names = tuple(sorted(manners.measured))
        numbers = manners.measured
        all_singles.append(_Known("measured singles", catalogue.singles(names), measured=numbers))
        all_pairs.append(
            _Known("measured pairs", catalogue.pairs(names), many=True, measured=numbers)
        )
    views = [name for name in VIEWS if name]
    unnamed = _Known("unnamed", catalogue.unnamed())
    yield _Level(right)
    for singles in all_singles:
        yield _Level(singles)
    for known, order in itertools.product((right, *all_singles), manners.orders):
        yield _Level(known, order=order)
    if manners.remembers:
        return  # what it answers depends on the calls before: nothing further can be told apart
    for view in views:
        yield _Level(right, view)
    choices = _held(manners, question.habits)
    for choice in choices:
        yield _Level(right, hard_coded=choice.fixed, bounds=choice.bounds)
    yield _Level(_held_in_one(question))
    yield _Level(unnamed)
    for pairs in all_pairs:
        yield _Level(pairs)
    yield _Level(_Known("triples", catalogue.triples(), many=True))
    for view, singles in itertools.product(views, all_singles):
        yield _Level(singles, view)
    for choice in choices[:FEW]:  # beside another fault, only the commonest of them
        if len(choice.fixed) + len(choice.bounds) <= 2:
            for singles in all_singles:
                yield _Level(singles, hard_coded=choice.fixed, bounds=choice.bounds)
        for view in views:
            yield _Level(right, view, choice.fixed, choice.bounds)


def _held_in_one(question: Rule) -> _Known:
    """Each hyper-parameter with each number that is written into code in its place, in w or b."""
    habits = ((name, value) for name, each in question.habits.items() for value in each)
    return _Known("held in one parameter", question.catalogue.held(tuple(habits)))


class _Held(NamedTuple):
    """What may count in place of given hyper-parameters."""

    fixed: dict[str, float]
    bounds: tuple[Bound, ...]


def _held(manners: Manners, habits: Mapping[str, Sequence[float]]) -> list[_Held]:
    """What may stand in the code in place of arguments, or as their bounds: of several the
    commonest."""
    bounds = {bound.name: bound for bound in manners.bounded if bound.above is not None}
    names = [name for name in (*manners.ignored, *bounds) if name in habits]
    each = {0: 0, 1: 6, 2: 3}.get(len(names), 2)
    found = []
    for values in itertools.product(*(habits[name][:each] for name in names)) if names else ():
        held = dict(zip(names, values, strict=True))
        known = (replace(bounds[name], value=held.pop(name)) for name in names if name in bounds)
        found.append(_Held(held, tuple(known)))
    return found


def _matches(known: _Known, observations: Sequence[Observation], view: str) -> list[_Match]:
    found: list[_Match] = []
    for batch in _batches(known):
        looks: list[View] = [VIEWS[view]]
        if batch.family.every_point and view == "":
            looks.append(every_point_logged)
        for look in looks:
            if aligned := align(look, observations):
                found += _survivors(batch, aligned)
    return found


def prepare(pool: Sequence[Instance], question: Rule) -> None:
    """Evaluate what every student's diagnosis on these instances of the pool begins with."""
    catalogue = question.catalogue
    for known in (
        _Known("singles", catalogue.singles()),
        _held_in_one(question),
        _Known("unnamed", catalogue.unnamed()),
        _Known("pairs", catalogue.pairs(), many=True),
        _Known("triples", catalogue.triples(), many=True),
    ):
        for batch in _batches(known):
            for instance in pool[:1] if batch.many else pool:
                _kept(batch, instance, 1 if batch.many else None)


def prepare_conventions(asked: Sequence[Instance], question: Rule) -> None:
    """Evaluate on what everybody is asked the known faults that may cost less than others: code
    that has one of them is compared with it everywhere."""
    covers = question.conventions.covers
    for family in question.catalogue.singles():
        for number, candidate in enumerate(family.candidates):
            for instance in asked if covers(candidate.slugs) else ():
                for counted in (True, False) if family.every_point else (True,):
                    alone(family.subset([number]), instance, counted)


@dataclass(frozen=True)
class _Batch:
    """Candidates evaluated in one way."""

    family: Family = field(compare=False)
    name: str
    by_point: bool
    many: bool
    """Whether they are so many that they are looked at for one epoch first."""
    chosen: tuple[int, ...] | None = None
    """Which of those of that name these are; None: all."""

    def trajectories(self, instance: Instance, epochs: int | None) -> FloatArray:
        return self.family.trajectories(instance, epochs, by_point=self.by_point)

    def subset(self, chosen: Bools) -> _Batch:
        places = np.flatnonzero(chosen).tolist()
        named = places if self.chosen is None else [self.chosen[place] for place in places]
        return replace(self, family=self.family.subset(places), chosen=tuple(named))


def _batches(known: _Known) -> Iterator[_Batch]:
    for number, family in enumerate(known.families):
        for by_point in (True, False) if family.every_point else (True,):
            counted = "points" if by_point else "epochs"
            name = f"{known.name} {number} of {len(family.candidates)}, {counted} counted"
            yield _Batch(family, name, by_point, known.many)


def _survivors(batch: _Batch, aligned: Sequence[Alignment]) -> list[_Match]:
    """The candidates that equal the student on all that is aligned.

    What all of them do on an instance of the pool is known beforehand; elsewhere, and beyond the
    first epoch of many, only those are evaluated that have agreed so far.
    """
    says_little = any(one.says_little for one in aligned)
    if says_little and batch.many:
        return []  # too many pairs would fit
    count = len(batch.family.candidates)
    agree: Bools = np.ones(count, dtype=bool)
    rest = list(aligned)
    if aligned[0].expected == slice(None) and batch.many:
        # of many all but a few part from the student within one epoch
        agree = _agree(batch, aligned[0], epochs=1, kept=True)
    else:
        pooled = [one for one in aligned if of_the_pool(one.instance)]
        for one in pooled:
            if not agree.any():
                return []
            agree &= _agree(batch, one, kept=True)
        rest = [one for one in aligned if not of_the_pool(one.instance)]
        if not pooled and count > 1 and aligned[0].expected == slice(None):
            agree = _agree(batch, aligned[0], epochs=1)
    left = batch.subset(agree)
    for one in rest:
        if not left.family.candidates:
            return []
        left = left.subset(_agree(left, one))
    found = [
        _Match(candidate, left.family.subset([number]))
        for number, candidate in enumerate(left.family.candidates)
    ]
    if any(one.instance.init_w.ndim == 1 for one in aligned):
        found = [match for match in found if not match.candidate.numbers_only]
    if says_little:
        found = [match for match in found if len(match.candidate.edits) <= 1]
    return found


@lru_cache(maxsize=2048)
def _kept(
    batch: _Batch, instance: Instance, epochs: int | None, nudged: bool = False
) -> FloatArray:
    name = f"{batch.name}, {'all epochs' if epochs is None else f'{epochs} epochs'}"
    own = _nudged(instance) if nudged else instance
    name += ", nudged" if nudged else ""
    return keep(instance, name, lambda: batch.trajectories(own, epochs))


@lru_cache(maxsize=256)
def _lately(batch: _Batch, instance: Instance) -> FloatArray:
    """Of some that are left of many: who makes the same mistakes leaves the same."""
    return batch.trajectories(instance, None)


def _agree(
    batch: _Batch, aligned: Alignment, epochs: int | None = None, kept: bool = False
) -> Bools:
    """Which candidates equal the student on one instance."""
    if kept and of_the_pool(aligned.instance):
        expected = _kept(batch, aligned.instance, epochs)
    elif batch.chosen is not None and of_the_pool(aligned.instance):
        expected = _lately(batch, aligned.instance)
    else:
        expected = batch.trajectories(aligned.instance, epochs)
    if batch.family.every_point and not aligned.every_point:
        expected = expected[:, :: aligned.instance.points]
    expected = expected[:, aligned.expected]
    student = aligned.student
    if epochs is not None:
        student = student[: expected.shape[1]]
    if student.shape != expected.shape[1:]:
        return np.zeros(len(expected), dtype=bool)
    with np.errstate(all="ignore"):
        within = np.where(np.isfinite(student), EXACT * (1 + np.abs(student)), 0.0)
        same = (np.abs(expected - student) <= within) | (expected == student)
    same |= np.isnan(expected) & np.isnan(student)
    return np.asarray(same.all(axis=(1, 2)))


def _rank(candidate: Candidate, catalogue: Catalogue) -> tuple[int, int, int, int]:
    often = sum(catalogue.commonness(slug) for slug in candidate.slugs)
    return (len(candidate.slugs), int(candidate.replaces), int(candidate.part != "both"), -often)


# ------------------------------------------------------------------------------ the diagnosis


def _diagnosis(match: _Match, level: _Level, manners: Manners) -> Diagnosis:
    candidate, view, hard_coded = match.candidate, level.view, level.hard_coded
    slugs = list(candidate.slugs)
    if level.order != IN_ORDER:
        slugs.append("gradient_arguments_swapped")
    if view and view not in slugs:
        slugs.append(view)
    ignored = manners.ignored
    if (
        candidate.edits or level.order != IN_ORDER
    ):  # a fault that makes an argument idle explains why it is idle
        ignored = tuple(hard_coded)
    bounds = level.bounds if level.bounds or candidate.edits else manners.bounded
    if view == "start_ignored":
        ignored = tuple(name for name in ignored if name not in ("init_w", "init_b"))
    if "max_epochs" in ignored:
        # as many entries whatever max_epochs is: the number is written into the code, and a
        # history too short or too long follows from that
        slugs = [slug for slug in slugs if slug not in ("stops_early", "history_too_long")]
    elif view == "stops_early":
        ignored = ()  # in the few epochs that it runs, more than one argument has no effect yet
    slugs += _interface_slugs(replace(manners, ignored=ignored, bounded=level.bounds))
    return Diagnosis(
        tuple(dict.fromkeys(slugs))[:NAMES],
        candidate,
        view,
        ignored,
        manners.mutates,
        hard_coded or None,
        bounds,
        match.family,
        level.order,
    )


def _manners_only(manners: Manners) -> Diagnosis:
    return Diagnosis(
        tuple(_interface_slugs(manners))[:NAMES],
        ignored=manners.ignored,
        mutates=manners.mutates,
        bounds=manners.bounded,
    )


def _interface_slugs(manners: Manners) -> list[str]:
    slugs = [manners.form] if manners.form else []
    if manners.stops:
        slugs.append("stops_early")
    if manners.remembers:
        slugs.append("remembers_last_call")
    starts = {"init_w", "init_b"} & set(manners.ignored)
    if starts:
        slugs.append("start_ignored")
    if set(manners.ignored) - starts:
        slugs.append("hyperparameter_ignored")
    if any(bound.value is not None for bound in manners.bounded):
        slugs.append("hyperparameter_bounded")
    if manners.mutates:
        slugs.append("mutates_input")
    return slugs
