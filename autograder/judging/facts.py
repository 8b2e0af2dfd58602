"""What single calls show of a function's interface: idle arguments, memory, changed inputs.

One short base call is asked again with one argument changed at a time.  An argument whose change
changes nothing is ignored.  The base call itself is asked twice, at the beginning and at the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.judging.compare import History, read_history
from autograder.judging.diagnose import Facts
from autograder.judging.instances import Instance
from autograder.model import FloatArray, Neuron, Outcome, Stream, Trace

SAME = 1e-12
NUDGES: Mapping[str, float] = {"eps": 8.0, "eta": 1.5}
"""Factors by which hyper-parameters are changed; others, being shares, are nudged by -0.1."""
LEAST_DECAY = 1e-9
"""Weight decay below this is rounding."""
HUGE = 1e12
"""An epsilon beside which no gradient's square counts."""
TINY = 1e-12
"""Gradients and parameters that do not count beside epsilon = 1, inside the root or outside."""


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
    beside: Mapping[str, Instance]
    """The first of these with what the gradient depends on changed, an argument at a time."""
    none: Instance
    """The base call for no epochs at all."""
    settled: Instance
    """A start so near the minimum, and an eta so small, that nothing moves to speak of."""

    @property
    def instances(self) -> tuple[Instance, ...]:
        asked = (self.base, self.streamed, *self.changed.values(), *self.beside.values())
        return (*asked, *self.decay, *self.points, self.none, self.settled, self.again)


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
    for name, value in base.hyper.items():
        nudged = value * NUDGES[name] if name in NUDGES else value - 0.1
        hyper = {**recorded.hyper, name: nudged}
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
        beside,
        none,
        _settled_instance(base),
    )


def _settled_instance(base: Instance) -> Instance:
    """A billionth away from a perfect fit, with an eta of a billionth."""
    kind = base.grad_b
    assert isinstance(kind, Neuron)
    squashed = np.tanh(kind.gain * (base.X * base.init_w + base.init_b))
    return replace(
        base,
        name="settled",
        Y=kind.low + (kind.high - kind.low) * (1 + squashed) / 2,
        init_b=base.init_b + 1e-9,
        hyper=_with_known(base.hyper, eta=1e-9),
    )


def _times(kind: Neuron | Stream, factor: float) -> Neuron | Stream:
    assert isinstance(kind, Neuron)
    return replace(kind, scale=kind.scale * factor)


def _other_gradients(instance: Instance) -> dict[str, Instance]:
    """The instance with each argument changed that only the gradient depends on."""
    return {
        # not all by one factor: what standardises X would not feel that
        "X": replace(instance, X=instance.X * np.where(np.arange(instance.points) % 2, 1.5, 0.7)),
        "Y": replace(instance, Y=instance.Y + 0.3),
        "grad_w": replace(instance, grad_w=_scaled(instance.grad_w)),
        "grad_b": replace(instance, grad_b=_scaled(instance.grad_b)),
    }


def streamed(base: Instance) -> Instance:
    """The base call under gradients that rise and fall, so that no hyper-parameter is idle by
    chance (the largest square so far, say, forgets the others as long as gradients shrink)."""
    size = math.sqrt(base.hyper.get("eps", 1.0))
    of_w = size * np.array([0.8, 1.4, 0.7, 1.9, 1.1])
    if base.init_w.ndim:  # every entry of w has a size of its own
        of_w = np.multiply.outer(of_w, 1 + 0.1 * np.arange(base.features))
    return replace(
        base,
        name="streamed vector" if base.init_w.ndim else "streamed",
        X=np.ones((1, *base.init_w.shape)),
        Y=np.zeros(1),
        max_epochs=5,
        grad_w=Stream(of_w),
        grad_b=Stream(size * np.array([1.2, 0.6, 1.6, 0.9, 2.1])),
    )


def _points_instances(base: Instance) -> tuple[Instance, Instance]:
    hyper = _with_known(base.hyper, eta=math.sqrt(HUGE), eps=HUGE)
    # so small a gradient that nobody clips it
    small = _times(base.grad_w, 1e-4), _times(base.grad_b, 1e-4)
    once = replace(base, name="points", max_epochs=1, hyper=hyper, grad_w=small[0], grad_b=small[1])
    twice = replace(
        once, name="points twice", X=np.repeat(once.X, 2, axis=0), Y=np.repeat(once.Y, 2)
    )
    return once, twice


def _with_known(hyper: Mapping[str, float], **values: float) -> Mapping[str, float]:
    """Hyper-parameters with other values, as far as the rule has them."""
    return {name: values.get(name, value) for name, value in hyper.items()}


def sums_over_points(asked: Probes, traces: Mapping[str, Trace]) -> bool:
    """Whether the gradient is the sum over all points: its direction, and twice as long for twice
    the points.  Whatever the rule multiplies the first step with does not matter."""
    rows = [_rows(instance, traces) for instance in asked.points]
    if any(r is None or len(r) != 2 or not np.isfinite(r).all() for r in rows):
        return False
    once, twice = (r[0] - r[1] for r in rows if r is not None)
    instance = asked.points[0]
    total = instance.gradient(instance.start[None], 0).sum(axis=1)[0]
    scale = np.abs(once).max() / np.abs(total).max()
    close = 1e-6 * np.abs(once).max()
    return bool(
        scale > 0
        and (np.abs(once - scale * total) <= close).all()
        and (np.abs(twice - 2 * once) <= 2 * close).all()
    )


def _scaled(kind: Neuron | Stream) -> Neuron | Stream:
    assert isinstance(kind, Neuron)
    # another shape too: what divides by its own size does not feel a factor
    return replace(kind, scale=kind.scale * 1.7, gain=kind.gain * 1.4)


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
            hyper=_with_known(base.hyper, eta=1.0, eps=1.0),
        )

    return (
        one("decay 1", 0.3, 0.7, 1.0),
        one("decay 2", 1.3, 1.7, 1.0),
        one("decay 3", 0.3, 0.7, 2.0),
    )


def gather_facts(asked: Probes, others: Sequence[Instance], traces: Mapping[str, Trace]) -> Facts:
    """What the probes' traces show; ``others``: further calls that must leave inputs alone."""
    base = _rows(asked.base, traces)
    return Facts(
        ignored=_ignored(asked, traces, base) if base is not None else (),
        remembers=remembers(asked, traces),
        mutates=_mutates((*asked.instances, *others), traces),
        measured=_measured_decay(asked.decay, traces),
        stops=_stops(asked, traces, base),
    )


def _rows(instance: Instance, traces: Mapping[str, Trace]) -> FloatArray | None:
    trace = traces.get(instance.name)
    if trace is None:
        return None
    history: History = read_history(trace, instance.features, instance.init_w.ndim == 1)
    return history.rows


def _same(one: FloatArray, other: FloatArray) -> bool:
    if one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        close = np.abs(one - other) <= SAME * (1 + np.abs(other))
    close |= (one == other) | (np.isnan(one) & np.isnan(other))
    return bool(close.all())


def _ignored(asked: Probes, traces: Mapping[str, Trace], base: FloatArray) -> tuple[str, ...]:
    if not _tells(base, asked.base):
        return ()
    found = []
    recorded, points = _rows(asked.streamed, traces), _rows(asked.points[0], traces)
    if recorded is not None and not _tells(recorded, asked.streamed):
        recorded = None
    none = _rows(asked.none, traces)
    for name, instance in asked.changed.items():
        before = recorded if name in asked.base.hyper else base
        idle = _unchanged(before, _rows(instance, traces))
        if name in asked.beside:
            # another call, in which what hid the change in the first one is unlikely to hide it
            other = base if name in asked.base.hyper else points
            idle = idle and _unchanged(other, _rows(asked.beside[name], traces))
        if name == "max_epochs":
            idle = idle and none is not None and len(none) == len(base)
        if idle:
            found.append(name)
    return tuple(found)


def _tells(rows: FloatArray, instance: Instance) -> bool:
    """Whether a change could show: NaN equals NaN, and a parameter that stands still stands still,
    whatever the argument."""
    moves = (rows != instance.start).any(axis=0).all()
    return bool(np.isfinite(rows).all() and moves)


def _unchanged(before: FloatArray | None, after: FloatArray | None) -> bool:
    return before is not None and after is not None and _same(before, after)


def _stops(asked: Probes, traces: Mapping[str, Trace], base: FloatArray | None) -> bool:
    """Whether it returns fewer entries where nothing moves than where something does."""
    settled = _rows(asked.settled, traces)
    return settled is not None and base is not None and len(settled) < len(base)


def remembers(asked: Probes, traces: Mapping[str, Trace]) -> bool:
    """Whether the same call is answered otherwise later on."""
    base, again = _rows(asked.base, traces), _rows(asked.again, traces)
    return base is not None and again is not None and not _same(base, again)


def _mutates(instances: Sequence[Instance], traces: Mapping[str, Trace]) -> tuple[str, ...]:
    found: set[str] = set()
    for instance in instances:
        trace = traces.get(instance.name)
        if trace is None or trace.outcome is not Outcome.RETURNED:
            continue
        found.update(trace.changed)
    return tuple(name for name in ("X", "Y", "init_w") if name in found)


def _measured_decay(
    instances: Sequence[Instance], traces: Mapping[str, Trace]
) -> Mapping[str, float]:
    """Strength of a weight decay: how the first step depends on where it starts.  Everything is so
    small that no root feels it, wherever epsilon stands.

    The step is c * (g + decay * theta): the slopes by theta and by g give the decay.
    """
    rows = [_rows(instance, traces) for instance in instances]
    if any(r is None or r.shape != (2, 2) or not np.isfinite(r).all() for r in rows):
        return {}
    first, moved, doubled = ((r[0] - r[1]) for r in rows if r is not None)
    for column in (0, 1):  # decay may be added for w only
        by_theta, by_g = moved[column] - first[column], doubled[column] - first[column]
        with np.errstate(all="ignore"):
            in_gradient = by_theta / by_g
        if np.isfinite(in_gradient) and abs(in_gradient) > LEAST_DECAY:
            return {"decay_in_gradient": float(in_gradient), "decay_of_step": float(by_theta)}
    return {}
