"""The pool of hidden instances that students' exams are put together from.

An instance is drawn until every known fault shows on it.  That check costs more than grading, so
each shape has a dozen instances, drawn from fixed seeds, that are checked once and then kept, with
whatever is computed for them (:mod:`autograder.kept.arrays`); which ones a student gets depends
on the student alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Catalogue, Family
from autograder.judging.rule.instance import Instance, draw_instance
from autograder.kept.arrays import Shelf
from autograder.model import FloatArray

SHAPES: Mapping[str, int | None] = {"number 1": None, "number 2": None, "vector": 4}
"""How many features x has in each instance of an exam; None: x is a number."""
SIGNS: Mapping[str, int] = {"number 1": -1, "number 2": 1, "vector": 0}
"""Which sign the gradients of an instance have; 0: both."""
POOL = 12
"""Instances of each shape that students' exams are put together from.  Each is checked once (that
it separates every known fault from the right rule), then kept: checking costs more than grading."""
SEPARATION = 1e-3
"""Every known fault moves some entry of every instance by at least this."""
CHANCES = 200
"""Draws after which an instance that separates is given up as a fault of the assignment."""


_POOLED: WeakKeyDictionary[Instance, tuple[Shelf, str]] = WeakKeyDictionary()
"""Where what is computed for an instance of the pool, or for a call that is made of one, is kept,
and under what name."""


def pool_instance(question: Rule, name: str, number: int, *, public: bool = False) -> Instance:
    """One instance of the pool; the same object every time, so that what is computed for it can
    be kept.

    Raises:
        ValueError: no draw tells all known faults apart; the ranges of the assignment's
            hyper-parameters or its catalogue must change.
    """
    return _pool_instance(question, name, number, public)  # a cache tells f(1) from f(1, public=x)


@lru_cache(maxsize=4096)
def _pool_instance(question: Rule, name: str, number: int, public: bool) -> Instance:
    features, sign = SHAPES[name], SIGNS[name]
    seed = [2 if public else 1, 1 if features else 0, 1 + sign, number, *question.function.encode()]
    key = f"{question.function}, {'public' if public else 'hidden'} {name}, {number}"

    def draws() -> Iterator[Instance]:
        chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
        while True:
            yield draw_instance(name, features, question.ranges, chance, sign=sign)

    def first() -> FloatArray:
        return np.array(_first_that_separates(question, draws()), dtype=np.float64)

    number_of_draw = int(question.shelf.array(f"{key}: draw", first))
    instance = next(islice(draws(), number_of_draw, None))
    _POOLED[instance] = (question.shelf, key)
    return instance


class Drawn(NamedTuple):
    """The instances that one exam is made of, in the order of ``SHAPES``."""

    number: Instance
    """x is a number."""
    other_number: Instance
    """Another one, under gradients of the other sign."""
    vector: Instance
    """x is a vector."""


def drawn(question: Rule, numbers: Sequence[int], *, public: bool = False) -> Drawn:
    """Those with these numbers in the pool, one of each shape."""
    of_each = zip(SHAPES, numbers, strict=True)
    return Drawn(*(pool_instance(question, name, k, public=public) for name, k in of_each))


def of_the_pool(instance: Instance) -> bool:
    """Whether other students get this very instance, too."""
    return instance in _POOLED


def made_of(instance: Instance, calls: Iterable[Instance]) -> None:
    """Note that calls are made of an instance of the pool alone: whoever gets that is asked them,
    too.  Each has a name of its own."""
    if of_the_pool(instance):
        shelf, key = _POOLED[instance]
        for call in calls:
            _POOLED.setdefault(call, (shelf, f"{key}, {call.name}"))


def asked_by(question: Rule, calls: Iterable[Instance]) -> None:
    """Note that a question asks these calls of everybody.  Each has a name of its own."""
    for call in calls:
        _POOLED.setdefault(call, (question.shelf, f"{question.function}, {call.name}"))


def keep(instance: Instance, name: str, make: Callable[[], FloatArray]) -> FloatArray:
    """An array that is computed for an instance: if that is of the pool, once for all students."""
    if not of_the_pool(instance):
        return make()
    shelf, key = _POOLED[instance]
    return shelf.array(f"{key}: {name}", make)


@lru_cache(maxsize=4096)
def right_rows(question: Rule, instance: Instance) -> FloatArray:
    """The right trajectory on an instance."""
    return keep(instance, "right", lambda: question.catalogue.right().trajectories(instance)[0])


def _first_that_separates(question: Rule, draws: Iterable[Instance]) -> int:
    nearest = (-1.0, "")
    for number, instance in enumerate(islice(draws, CHANCES)):
        together = question.told_apart_on(instance)
        least = least_separation(question.catalogue, *together)
        if least[0] >= SEPARATION:
            return number
        nearest = max(nearest, least)
    difference, fault = nearest
    raise ValueError(
        f"{question.function}: none of {CHANCES} random instances tells all known faults from the "
        f"right rule: at best {fault} differs from it by {difference:.1g}, and it takes "
        f"{SEPARATION:g}; widen the ranges of its hyper-parameters, or look at what that fault "
        "computes"
    )


def least_separation(catalogue: Catalogue, *instances: Instance) -> tuple[float, str]:
    """The smallest of the largest differences to a single fault, and that fault's name.

    Several instances are taken together: a fault need not show on every one of them.
    """
    right = [catalogue.right().trajectories(instance)[0] for instance in instances]
    least, name = float("inf"), ""
    for family in catalogue.singles():
        with np.errstate(all="ignore"):
            epochs = 3 if family.every_point else None
            each = [apart(family, *pair, epochs) for pair in zip(instances, right, strict=True)]
            most = np.max(each, axis=0)
        for candidate, difference in zip(family.candidates, most, strict=True):
            if candidate.numbers_only and instances[0].init_w.ndim:
                continue
            if difference < least:  # NaN is not
                least, name = float(difference), "+".join(candidate.slugs)
    return least, name


def apart(family: Family, instance: Instance, right: FloatArray, epochs: int | None) -> FloatArray:
    """The largest difference of each candidate's trajectory from the right one, in so many epochs
    (None: in all)."""
    rows = family.trajectories(instance, epochs)
    if family.every_point:
        rows = rows[:, :: instance.points]
    return np.asarray(np.abs(rows - right[: rows.shape[1]]).max(axis=(1, 2)))
