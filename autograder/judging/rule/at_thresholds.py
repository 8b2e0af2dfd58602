"""Calls that lead to the numbers that stand in a student's code, and beyond them.

Where all that everybody is asked came back right, code may still do something else from its 300th
epoch on, with 129 points or with a gradient beyond 1e4: then the number stands in it
(:mod:`autograder.judging.thresholds`).  What is counted or measured by it the text hardly says, so
each number is taken for all that it may be: epochs, points and numbers of x for one that counts;
the size of a gradient, of its square, of epsilon, of a step size, of a start, of x and y, a decay,
a step, for one that measures.  Each call lies to one side of the number, and near enough for that
to show.

They are right calls like any other: right code answers them right, whatever numbers stand in it.
They depend on the question and the number alone, and so do the points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.hyperparameters import Range, Role, by_role
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.problems import Setting, posed
from autograder.judging.thresholds import Threshold
from autograder.model import FloatArray

MOST_COUNTED = 2_000
"""Epochs, points or entries that are asked at most: a student's loop does them in some 20 ms."""
DRAWS = 8
"""After which it is given up that a rule has such a call."""
LEAST_STEP = 1e-9
"""Steps below this do not add up to anything in :data:`MOST_COUNTED` epochs."""
MOST_STEP = 1e8
"""Steps beyond this nobody takes."""
LONG_TRAVEL = 4.0
"""How far a long run gets, beside how far its gradient reaches."""


@dataclass(frozen=True)
class _Beyond:
    """One call at a threshold, before it is drawn."""

    said: str
    setting: Setting
    hyper: dict[Role, float] = field(default_factory=dict)
    """Other values than ordinary ones, by what they are to the rule."""
    decays: tuple[float, ...] = ()
    """Of the other hyper-parameters that are shares, in turn, the last one for all that follow."""
    change: Callable[[Instance], Instance] = lambda instance: instance


@dataclass(frozen=True, eq=False)
class AtThreshold:
    """One of the calls, with its right answer."""

    instance: Instance
    right: FloatArray
    """Shape (epochs + 1, d + 1)."""


@lru_cache(maxsize=1024)
def at_thresholds(rule: Rule, numbers: tuple[Threshold, ...]) -> tuple[AtThreshold, ...]:
    """The calls for all of these numbers, short ones first; those are left out whose right answer
    would depend on rounding."""
    each = (call for number in numbers for call in _at(rule, number))
    return tuple(sorted(each, key=lambda call: call.instance.max_epochs))


@lru_cache(maxsize=1024)
def _at(rule: Rule, number: Threshold) -> tuple[AtThreshold, ...]:
    asked = [*_counted(number.value)] if number.counts else []
    asked += [*_measured(number.value, rule)] if number.sizes else []
    drawn = (_drawn(rule, one, f"{number.value:.17g}: {one.said}") for one in asked)
    return tuple(call for call in drawn if call is not None)


# -------------------------------------------------------------------------------- what is asked


def _counted(number: float) -> Iterator[_Beyond]:
    """As many as the number says, and more."""
    count = int(number)
    if count != number or not 2 < count <= MOST_COUNTED:
        return
    for points, features in ((count, None), (count + 1, None), (count + 1, 2)):
        epochs = 3 if points <= MOST_COUNTED // 10 else 2
        setting = Setting(points=points, features=features, epochs=epochs)
        yield _Beyond(f"{points} points{'' if features is None else ', x of 2'}", setting)
    for features in (count, count + 1):
        start = 1 / np.sqrt(features)  # so that w x is as large as ever
        setting = Setting(points=2, features=features, epochs=3, start_w=float(start))
        yield _Beyond(f"{features} numbers", setting)
    # A gradient that goes on to the end, and averages of which the last one lasts as long.
    eta, epochs = 0.3, min(MOST_COUNTED, count + count // 8) + 3
    setting = Setting(
        points=1, epochs=epochs, targets=10.0, steep=min(1.0, LONG_TRAVEL / (count * eta))
    )
    memory = (1 - 1 / max(2, count / 4), 1 - 1 / max(4, count))
    yield _Beyond("epochs", setting, {Role.STEP_SIZE: eta}, memory)
    if count <= MOST_COUNTED // 4:  # and one that feels where it is, in so many short steps
        slow = {Role.STEP_SIZE: LONG_TRAVEL / count}
        yield _Beyond("as many epochs", Setting(points=1, epochs=count), slow)
        for features in (None, 2):
            setting = Setting(points=1, features=features, epochs=epochs)
            yield _Beyond(f"slow epochs{'' if features is None else ', x of 2'}", setting, slow)


def _measured(number: float, rule: Rule) -> Iterator[_Beyond]:
    """A number's multiple and its fraction, of everything that has a size."""
    root = float(np.sqrt(number))
    for name, size in (
        ("above", 4 * number),
        ("below", number / 4),
        ("root above", 2 * root),
        ("root below", root / 2),
    ):
        yield _gradients(f"gradients {name}", size, rule)
    for share in (3.0, 1 / 3):
        if LEAST_STEP < share * number < MOST_STEP:
            yield _steps(share * number)
            yield _far(number, share, rule)
    if number < 1:
        yield from _shares(number) if _shares_of(rule) else ()
        yield _nothing_lost()
    if LEAST_STEP < number < 1e-2:
        yield _tiny_steps(number)


def _gradients(said: str, size: float, rule: Rule) -> _Beyond:
    """Of this size, with an epsilon as large as their square: it counts, too."""
    epsilon = by_role(rule.ranges).get(Role.EPSILON)
    start = 1.0 if epsilon is not None else max(1.0, size)  # else steps are as large as gradients
    setting = Setting(points=2, epochs=6, start_w=start, start_b=start, size=size)
    return _Beyond(said, setting, {Role.EPSILON: size ** (1 / rule.power)})


def _steps(size: float) -> _Beyond:
    """A step size, and as many steps as show what another one would do."""
    start = max(1.0, 2 * size)
    epochs = 6 if size > 1e-4 else 40
    setting = Setting(points=2, epochs=epochs, start_w=start, start_b=start)
    return _Beyond(f"step size {size:.3g}", setting, {Role.STEP_SIZE: size})


def _far(number: float, share: float, rule: Rule) -> _Beyond:
    """Starts, x and y on both sides of 0, beyond the number or short of it, and one each at it."""
    size = share * number

    def exactly(instance: Instance) -> Instance:
        X, Y = instance.X.copy(), instance.Y.copy()
        X[:4] = number, -size, size, -0.7 * size
        Y[:4] = size, number, -size, 0.7 * size
        return replace(instance, X=X, Y=Y)

    hyper = {Role.STEP_SIZE: max(0.3, size / 4)}
    scale = Setting().size
    if size < 1:  # gradients by w are as small, and their steps are not to be nothing
        scale = 1.5
        hyper[Role.EPSILON] = size ** (1 / rule.power)
    setting = Setting(points=5, epochs=5, start_w=size, start_b=-size, inputs=size, targets=size,
                      size=scale)  # fmt: skip
    return _Beyond(f"sizes of {size:.3g}", setting, hyper, (), exactly)


def _shares(number: float) -> Iterator[_Beyond]:
    """Decays near the number: between it and both ends, and equal to it; and one whose power falls
    below it in the middle of the run."""
    nearer = (1 + number) / 2 if number >= 0.5 else 1 - number / 2
    setting = Setting(points=2, epochs=12)
    long = {Role.STEP_SIZE: 3.0}
    yield _Beyond("decays above", setting, long, (nearer,))
    yield _Beyond("decays below", setting, long, (number / 2,))
    yield _Beyond("decays equal", setting, long, (number,))
    if number < 0.1:
        yield _Beyond("decays that fade", setting, long, (float(number / 2) ** (1 / 8),))


def _nothing_lost() -> _Beyond:
    """Points that a neuron of one's own answers without any error, and another one does not."""

    def labelled(instance: Instance) -> Instance:
        return replace(instance, Y=np.ones(instance.points))

    setting = Setting(points=2, epochs=6, start_w=1.0, start_b=60.0)
    return _Beyond("nothing lost", setting, change=labelled)


def _tiny_steps(number: float) -> _Beyond:
    """Steps just below a size, as many as add up to something."""
    size = 1e-3  # beside the root of epsilon, so that all steps are alike
    epochs = min(MOST_COUNTED, 4 + int(1e-5 / number))
    setting = Setting(points=1, epochs=epochs, start_w=5e-5, start_b=5e-5, size=size)
    return _Beyond("tiny steps", setting, {Role.STEP_SIZE: 0.4 * number / size, Role.EPSILON: 1.0})


# --------------------------------------------------------------------------------- how it is drawn


def _drawn(rule: Rule, one: _Beyond, name: str) -> AtThreshold | None:
    """None: the rule has no such call."""
    for seed in range(DRAWS):
        chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([4, seed])))
        hyper = {key: range_.draw(chance) for key, range_ in rule.ranges.items()}
        roles = by_role(rule.ranges)
        hyper |= {roles[role]: value for role, value in one.hyper.items() if role in roles}
        if one.decays and Role.STEP_SIZE in roles and seed >= DRAWS // 2:
            # what remembers nothing, or everything, may take long steps
            hyper[roles[Role.STEP_SIZE]] /= 4.0 ** (seed - DRAWS // 2 + 1)
        hyper |= dict(zip(_shares_of(rule), _without_end(one.decays), strict=False))
        epsilon = hyper.get(roles.get(Role.EPSILON, ""), 1.0)
        size = one.setting.size
        if size == Setting().size:
            size = float(epsilon**rule.power * (1 + chance.random()))
        setting = replace(one.setting, hyper=hyper, size=size, seed=seed)
        instance = replace(one.change(setting.instance(name)), ranges=rule.ranges)
        right = posed(rule, instance)
        if right is not None:
            return AtThreshold(instance, right)
    return None


def _shares_of(rule: Rule) -> list[str]:
    """The hyper-parameters that are shares, between 0 and 1, and no step size or epsilon."""
    known = {Role.STEP_SIZE, Role.EPSILON}
    return [name for name, own in rule.ranges.items() if own.role not in known and _is_share(own)]


def _is_share(range_: Range) -> bool:
    return 0 <= range_.low <= range_.high <= 1 and not range_.logarithmic


def _without_end(values: Sequence[float]) -> Iterator[float]:
    yield from values
    while values:
        yield values[-1]
