"""Calls that show what a function makes of its arguments, changed one at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.judging.rule.hyperparameters import Role
from autograder.judging.rule.instance import Instance
from autograder.model import Neuron, Stream

HUGE = 1e12
"""An epsilon beside which no gradient's square counts."""


TINY = 1e-12
"""Gradients and parameters that do not count beside epsilon = 1, inside the root or outside."""

FAR = 9.0
"""By how much targets are moved: to the other side of all that the neuron can answer."""

MEASURED = ("decay_in_gradient", "decay_of_step")
"""What is measured of a student's weight decay, by the names under which edits ask for it."""


@dataclass(frozen=True, eq=False)
class Probes:
    """The calls of this module, drawn from one hidden instance of numbers."""

    base: Instance
    streamed: Instance
    """The base call under recorded gradients; hyper-parameters are changed on it."""
    again: Instance
    changed: Mapping[str, Instance]
    decay: tuple[Instance, ...]
    points: tuple[Instance, Instance]
    """One epoch with an epsilon so large that the step is the gradient; then every point twice."""
    ordinary: tuple[Instance, Instance]
    """The base call with every point twice; and with gradients twice as large, which is the same
    to what sums over the points."""
    beside: Mapping[str, Instance]
    """The first of these with what the gradient depends on changed, an argument at a time."""
    far: Mapping[str, tuple[Instance, Instance]]
    """By hyper-parameter: the streamed call with a value far below the ordinary one, and far above;
    what is the same for all of these is without effect, what is not may be kept within bounds."""
    none: Instance
    """The base call for no epochs at all."""
    settled: Instance
    """A start so near the minimum, and a step size so small, that nothing moves to speak of."""

    @property
    def instances(self) -> tuple[Instance, ...]:
        asked = (self.base, self.streamed, *self.changed.values(), *self.beside.values())
        return (
            *asked,
            *(instance for both in self.far.values() for instance in both),
            *self.decay,
            *self.points,
            *self.ordinary,
            self.none,
            self.settled,
            self.again,
        )


def probes(instance: Instance) -> Probes:
    """Calls that show which arguments matter."""
    base = replace(instance, name="base", max_epochs=3)
    changed = {
        **_other_gradients(base),
        "init_w": replace(base, init_w=base.init_w + 0.25),
        "init_b": replace(base, init_b=base.init_b + 0.25),
        "max_epochs": replace(base, max_epochs=4),
    }
    named = {name: replace(i, name=f"another {name}") for name, i in changed.items()}
    points = _points_instances(base)
    beside = {
        name: replace(instance, name=f"points, another {name}")
        for name, instance in _other_gradients(points[0]).items()
    }
    recorded = streamed(base)
    far = {name: _far(recorded, name) for name in base.ranges}
    for name, range_ in base.ranges.items():
        hyper = {**recorded.hyper, name: range_.nudged(base.hyper[name])}
        named[name] = replace(recorded, name=f"another {name}", hyper=hyper)
        beside[name] = replace(base, name=f"base, another {name}", hyper=hyper)
    again = replace(base, name="again")
    none = replace(base, name="no epochs", max_epochs=0)
    return Probes(
        base,
        recorded,
        again,
        named,
        _decay_instances(base),
        points,
        _ordinary_instances(base),
        beside,
        far,
        none,
        _settled_instance(base),
    )


def _far(recorded: Instance, name: str) -> tuple[Instance, Instance]:
    low, high = recorded.ranges[name].far(recorded.hyper[name])
    return (
        replace(recorded.with_hyper({name: low}), name=f"the least {name}"),
        replace(recorded.with_hyper({name: high}), name=f"the most {name}"),
    )


def _settled_instance(base: Instance) -> Instance:
    """A billionth away from a perfect fit, with a step size of a billionth, where there is one."""
    kind = base.grad_b
    assert isinstance(kind, Neuron)
    squashed = np.tanh(kind.gain * (base.X * base.init_w + base.init_b))
    return replace(
        base,
        name="settled",
        Y=kind.low + (kind.high - kind.low) * (1 + squashed) / 2,
        init_b=base.init_b + 1e-9,
        hyper=base.hyper_with({Role.STEP_SIZE: 1e-9}),
    )


def _times(kind: Neuron | Stream, factor: float) -> Neuron | Stream:
    assert isinstance(kind, Neuron)
    return replace(kind, scale=kind.scale * factor)


def _other_gradients(instance: Instance) -> dict[str, Instance]:
    """The instance with each argument changed that only the gradient depends on, so far that the
    gradient turns: what steps by its sign alone feels nothing less."""
    # not all points by one factor: what standardises X would not feel that
    uneven = instance.X * np.where(np.arange(instance.points) % 2, 1.5, 0.7)
    return {
        "X": _turned(instance, 0, [replace(instance, X=x) for x in (uneven, -uneven)]),
        "Y": _turned(instance, -1, [replace(instance, Y=instance.Y + far) for far in (FAR, -FAR)]),
        "grad_w": replace(instance, grad_w=_scaled(instance.grad_w)),
        "grad_b": replace(instance, grad_b=_scaled(instance.grad_b)),
    }


def _turned(instance: Instance, entry: int, others: Sequence[Instance]) -> Instance:
    """The one of the others whose gradient at the start, in this entry, is turned the farthest."""

    def slope(one: Instance) -> float:
        return float(one.gradient(one.start[None], 0).sum(axis=1)[0, entry])

    return min(others, key=lambda other: slope(other) * slope(instance))


def streamed(base: Instance) -> Instance:
    """The base call under gradients that rise and fall, so that no hyper-parameter is idle by
    chance (the largest square so far, say, forgets the others as long as gradients shrink)."""
    size = math.sqrt(base.value(Role.EPSILON, 1.0))
    of_w = size * np.array([0.8, 1.4, 0.7, 1.9, 1.1])
    if base.init_w.ndim:  # every entry of w has a size of its own
        of_w = np.multiply.outer(of_w, 1 + 0.1 * np.arange(base.features))
    return replace(
        base,
        name="streamed vector" if base.init_w.ndim else "streamed",
        X=np.ones((2, *base.init_w.shape)),
        Y=np.zeros(2),
        max_epochs=5,
        grad_w=Stream(of_w / 2),
        grad_b=Stream(size / 2 * np.array([1.2, 0.6, 1.6, 0.9, 2.1])),
    )


def _points_instances(base: Instance) -> tuple[Instance, Instance]:
    hyper = base.hyper_with({Role.STEP_SIZE: math.sqrt(HUGE), Role.EPSILON: HUGE})
    # so small a gradient that nobody clips it
    small = _times(base.grad_w, 1e-4), _times(base.grad_b, 1e-4)
    once = replace(base, name="points", max_epochs=1, hyper=hyper, grad_w=small[0], grad_b=small[1])
    twice = replace(
        once, name="points twice", X=np.repeat(once.X, 2, axis=0), Y=np.repeat(once.Y, 2)
    )
    return once, twice


def _ordinary_instances(base: Instance) -> tuple[Instance, Instance]:
    twice = np.repeat(base.X, 2, axis=0), np.repeat(base.Y, 2)
    large = _times(base.grad_w, 2.0), _times(base.grad_b, 2.0)
    return (
        replace(base, name="base twice", X=twice[0], Y=twice[1]),
        replace(base, name="twice the gradient", grad_w=large[0], grad_b=large[1]),
    )


def _scaled(kind: Neuron | Stream) -> Neuron | Stream:
    assert isinstance(kind, Neuron)
    # another shape too: what divides by its own size does not feel a factor
    return replace(kind, scale=-1.7 * kind.scale, gain=kind.gain * 1.4)


def _decay_instances(base: Instance) -> tuple[Instance, ...]:
    """One epoch with a recorded gradient: at a start, at another, with twice the gradient."""

    def one(name: str, w: float, b: float, g: float) -> Instance:
        gradient = Stream(np.array([g * TINY]))
        return Instance(
            name=name,
            X=np.ones(1),
            Y=np.zeros(1),
            init_w=np.array(w * TINY),
            init_b=b * TINY,
            max_epochs=1,
            grad_w=gradient,
            grad_b=gradient,
            hyper=base.hyper_with({Role.STEP_SIZE: 1.0, Role.EPSILON: 1.0}),
            ranges=base.ranges,
        )

    return (
        one("decay 1", 0.3, 0.7, 1.0),
        one("decay 2", 1.3, 1.7, 1.0),
        one("decay 3", 0.3, 0.7, 2.0),
    )
