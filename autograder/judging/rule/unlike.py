"""Calls that are asked of everybody because they are unlike the ordinary ones.

The drawn instances are small and much of a kind, so that every known fault shows on them.  What is
wrong somewhere else only (from the 100th point on, where nothing moves, for d = 2, with eps = 1e4)
shows on these.  Each is unlike in many ways at once, so that few are enough: many points or many
epochs, never both.  Hyper-parameters go as far as the question says (``reach``).

None has recorded gradients: those are answered in the order in which points are asked about, and a
right program may ask about others, too.  They are the same for every student of a question, and
each is drawn until its right answer does not depend on rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.hyperparameters import Role, by_role
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.pool import asked_by, keep
from autograder.judging.rule.problems import Setting, posed
from autograder.model import FloatArray, Neuron

LOW, HIGH = 0.0, 1.0
"""The ends of what a hyper-parameter may be."""
DRAWS = 300
"""After which it is given up that a rule has such a call."""


class Which(StrEnum):
    """Hyper-parameters, whatever they are called."""

    STEP_SIZE = "step size"
    EPSILON = "epsilon"
    FIRST = "first"  # of the others, such as betas
    LAST = "last"  # of the others; the first, where there is no more than one


@dataclass(frozen=True)
class Unlike:
    """In what one of the calls is unlike."""

    said: str
    """What a student reads of it, after "with"."""
    setting: Setting
    reach: Mapping[Which, float] = field(default_factory=dict)
    """How far hyper-parameters go, as a share of their reach; absent: an ordinary value."""
    size: float = 0.0
    """Of the gradients; 0: as large as the root of epsilon."""
    step: float = 0.0
    """Of a step, beside the step size: the gradients are so much smaller than what divides them; 0:
    as their size has it."""
    twin: str = ""
    """What a student reads of the same call with another gradient, which shows what is answered
    from memory; empty: it is not asked."""
    cancels: bool = False
    """Whether the first two points' gradients by w cancel out at the start, where w is 0."""
    equal: bool = False
    """Whether the first and the last of the others are equal."""
    defaults: bool = False
    """Whether everything is left out that the signature has a default for."""


ALL = (
    Unlike(
        "a single epoch of 101 points",
        Setting(points=101, epochs=1, start_w=-2.0, start_b=-20.0, inputs=30.0),
    ),
    Unlike(
        "2 epochs from a whole number b",
        Setting(points=2, epochs=2, start_w=40.0, start_b=-2.0, whole_b=True),
        twin="another gradient",
    ),
    # A gradient that dies, where steps are long, and goes on, where they are short.  Of two betas
    # the first keeps so much that its correction counts for 100 epochs.
    Unlike(
        "200 epochs",
        Setting(points=1, epochs=200, start_w=4.0, start_b=-2.0, targets=10.0),
        reach={
            Which.STEP_SIZE: HIGH,
            Which.EPSILON: LOW,
            Which.FIRST: 0.98,
            Which.LAST: HIGH,
        },
        size=6e-7,
    ),
    Unlike(
        "a start far away",
        Setting(points=3, epochs=6, start_w=40.0, start_b=-150.0, targets=-40.0),
        reach={Which.STEP_SIZE: HIGH},
        size=5e3,
        equal=True,
    ),
    Unlike(  # of more than one point, as the mean of one is its sum
        "w of shape (1,)",
        Setting(points=2, features=1, epochs=24, start_b=-2.0),
        reach={Which.LAST: HIGH},
    ),
    Unlike(
        "x of 2 sparse features",
        Setting(points=2, features=2, epochs=9, start_w=1e-3, sparse=True, rests=12.0),
        step=1.5,
    ),
    Unlike(  # as many points as numbers, so that rows may be taken for columns
        "x of 3 numbers",
        Setting(points=3, features=3, epochs=8, start_w=40.0, start_b=150.0),
        reach={Which.STEP_SIZE: HIGH, Which.LAST: LOW},
    ),
    Unlike(  # a gradient that rises, and turns, and of a point or two is nearly nothing
        "30 epochs",
        Setting(points=3, epochs=30, start_w=4.0, start_b=0.0, labels=True, steep=16.0),
        reach={Which.EPSILON: LOW, Which.FIRST: HIGH},
        size=1e-2,
    ),
    Unlike(
        "x of 6 numbers",
        Setting(points=12, features=6, epochs=7, start_w=4.0, start_b=-2.0, targets=40.0),
        reach={Which.FIRST: LOW},
    ),
    Unlike(
        "a long memory",
        Setting(points=1, features=4, epochs=11, start_w=-4.0, start_b=40.0),
        reach={Which.STEP_SIZE: HIGH, Which.EPSILON: HIGH, Which.FIRST: HIGH},
    ),
    Unlike(  # from 0, where a start that is off by a share is right: others have such steps, too
        "short steps",
        Setting(points=3, epochs=10, start_w=0.0, start_b=5e-4),
        reach={Which.STEP_SIZE: LOW},
        cancels=True,
    ),
    Unlike(  # from near 0, where single precision has such steps too
        "steps below a millionth",
        Setting(points=1, epochs=36, start_w=5e-5, start_b=5e-5),
        reach={Which.STEP_SIZE: LOW},
        step=9e-4,
    ),
    Unlike("arguments left out", Setting(points=2, epochs=6), defaults=True),
    Unlike(
        "a gradient that is 0 at times",
        Setting(points=1, epochs=10, start_b=-2.0, rests=12.0),
        step=1.5,
    ),
)


@lru_cache(maxsize=256)
def unlike(rule: Rule) -> tuple[Instance, ...]:
    """These calls for one rule, the assignment's own (:attr:`Rule.besides`) at the end.

    Short ones come first: what a function keeps of large gradients has faded after 200 epochs.
    """
    found = []
    for number, one in enumerate(ALL):
        instance = _instance(rule, number, one)
        if instance is not None:
            found.append(instance)
            found += [_with_another_gradient(instance, one.twin)] if one.twin else []
    calls = (*sorted(found, key=lambda instance: instance.max_epochs), *rule.besides)
    asked_by(rule, calls)
    return calls


def _with_another_gradient(instance: Instance, name: str) -> Instance:
    kind = instance.grad_w
    assert isinstance(kind, Neuron)
    other = replace(kind, scale=2 * kind.scale)
    return replace(instance, name=name, grad_w=other, grad_b=other)


@lru_cache(maxsize=4096)
def right_unlike(rule: Rule, instance: Instance) -> FloatArray:
    """The right trajectory on one of them."""

    def rows() -> FloatArray:
        found: FloatArray = rule.catalogue.right().trajectories(instance)[0]
        return found

    return keep(instance, "right", rows)


def _instance(rule: Rule, number: int, one: Unlike) -> Instance | None:
    """None: the rule has no such call."""
    if one.defaults and not rule.defaults:
        return None

    def drawn(seed: int) -> Instance:
        chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([3, number, seed])))
        hyper = {name: range_.draw(chance) for name, range_ in rule.ranges.items()}
        for which, share in one.reach.items():
            if (name := _named(which, rule)) is not None:
                hyper[name] = rule.reach.get(name, rule.ranges[name]).at(share)
        first, last = _named(Which.FIRST, rule), _named(Which.LAST, rule)
        if one.equal and first is not None and last is not None:
            hyper[last] = hyper[first]
        if one.defaults:
            hyper.update(rule.defaults)
        epsilon = hyper.get(_named(Which.EPSILON, rule) or "", 1.0)
        size = one.size or float(np.sqrt(epsilon) * (1 + chance.random()))
        size = one.step * float(epsilon**rule.power) if one.step else size
        setting = replace(one.setting, hyper=hyper, size=size, seed=number + 100 * seed)
        instance = replace(setting.instance(one.said), ranges=rule.ranges)
        if one.cancels:
            x, y = instance.X, instance.Y
            X, Y = np.array([x[0], -x[0], *x[2:]]), np.array([y[0], y[0], *y[2:]])
            instance = replace(instance, X=X, Y=Y)
        return replace(instance, left_out=tuple(rule.defaults)) if one.defaults else instance

    def first() -> FloatArray:
        for seed in range(DRAWS):
            instance = drawn(seed)
            right = posed(rule, instance)
            if right is not None and (not one.setting.rests or _rests(instance, right)):
                return np.array(seed, dtype=np.float64)
        return np.array(-1.0)

    seed = int(rule.shelf.array(f"{rule.function}: draw with {one.said}", first))
    return None if seed < 0 else drawn(seed)


def _rests(instance: Instance, right: FloatArray) -> bool:
    """Whether gradients are 0 on the way and go on later: of a number x both; of a vector x that by
    an entry of w, and before the end all are 0 together."""
    still = instance.gradients_along(right[:-1]) == 0
    *of_w, of_b = (_goes_on(each) for each in still.T)
    if instance.init_w.ndim == 0:
        return all(of_w) and of_b
    together = still.all(axis=1)
    return any(of_w) and not together[0] and bool(together[1:-1].any())


def _goes_on(still: NDArray[np.bool_]) -> bool:
    """Whether something moves, is still, and moves again."""
    change = np.diff(still.astype(int))
    stops, starts = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    return bool(len(stops) and len(starts) and stops[0] < starts[-1])


def _named(which: Which, rule: Rule) -> str | None:
    """The name of one of a rule's hyper-parameters; None: it has none."""
    roles = by_role(rule.ranges)
    if which in (Which.STEP_SIZE, Which.EPSILON):
        return roles.get(Role(which))
    known = (roles.get(Role.STEP_SIZE), roles.get(Role.EPSILON))
    others = [name for name in rule.ranges if name not in known]
    return others[0 if which is Which.FIRST else -1] if others else None
