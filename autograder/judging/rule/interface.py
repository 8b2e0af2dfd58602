"""What single calls show of a function's interface: idle arguments, memory, changed inputs.

One short base call is asked again with one argument changed at a time.  An argument whose change
changes nothing is ignored.  The base call itself is asked twice, at the beginning and at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import permutations
from typing import Literal, NamedTuple

import numpy as np

from autograder.judging.rule.evidence import Bound, Manners
from autograder.judging.rule.history import rows_of
from autograder.judging.rule.instance import IN_ORDER, Instance
from autograder.judging.rule.probes import MEASURED, TINY, Probes
from autograder.model import FloatArray, Outcome, Trace

SAME = 1e-12
SEEN = 1e-3
"""Rounding that is more than this beside a step hides where it points."""
ALONG = 1e-6
"""How far a step may point beside a gradient that it goes along."""
LEAST_DECAY = 1e-9
"""Weight decay below this is rounding."""


class Summed(NamedTuple):
    """Whether the gradient is the sum over all points, and what speaks against it."""

    holds: bool | None
    against: tuple[Literal["along", "double", "path"], ...] = ()


def sums_over_points(asked: Probes, traces: Mapping[str, Trace]) -> Summed:
    """Whether the gradient is the sum over all points: its direction, and twice as long for twice
    the points.  Whatever the rule multiplies the first step with does not matter.  On an ordinary
    call, too, twice the points have to be what twice the gradient is.

    None: there are no such steps to see; or only one of these is so, and what turns the step aside
    may be in another part, such as a velocity that does not start at 0, or a second moment that
    starts with the first point's gradient.
    """
    ordinary = True if remembers(asked, traces) else _sums_on_ordinary(asked, traces)
    if ordinary is None:
        return Summed(None)
    step = _sums_in_a_step(asked, traces)
    if ordinary:
        return Summed(True if step is not None and not step.against else None)
    if step is None or not step.against:
        return Summed(None)
    return Summed(step.holds, ("path", *step.against))


def _sums_in_a_step(asked: Probes, traces: Mapping[str, Trace]) -> Summed | None:
    """What a step shows that is the gradient alone; None: there is no such step."""
    rows = [rows_of(instance, traces) for instance in asked.points]
    if any(r is None or len(r) != 2 or not np.isfinite(r).all() for r in rows):
        return None
    once, twice = (r[0] - r[1] for r in rows if r is not None)
    if not once.any() or not twice.any():
        return None
    instance = asked.points[0]
    total = instance.gradient(instance.start[None], 0).sum(axis=1)[0]
    if not (np.isfinite(once).all() and np.isfinite(twice).all()):
        return None
    scale = np.abs(once).max() / np.abs(total).max()
    rounding = 4 * np.finfo(np.float64).eps * np.abs(instance.start).max()
    if rounding > SEEN * np.abs(once).max():
        return None
    close = 1e-6 * np.abs(once).max() + rounding
    along = scale > 0 and bool((np.abs(once - scale * total) <= close).all())
    along = along or _each_by_a_factor(asked, traces)
    double = bool((np.abs(twice - 2 * once) <= 2 * close).all())
    against = (*(() if along else ("along",)), *(() if double else ("double",)))
    # a step that neither doubles nor stays may be divided by something that counts the points
    stays = bool((np.abs(twice - once) <= close).all())
    return Summed(None if along and not (double or stays) else not against, against)


def _each_by_a_factor(asked: Probes, traces: Mapping[str, Trace]) -> bool:
    """Whether the step of each parameter is its gradient's sum times a factor of its own, the same
    for other points: what is wrong in one parameter alone may be its step."""
    factors = []
    for instance in (asked.points[0], *(asked.beside[n] for n in ("X", "Y") if n in asked.beside)):
        rows = rows_of(instance, traces)
        if rows is None or len(rows) != 2:
            return False
        total = instance.gradient(instance.start[None], 0).sum(axis=1)[0]
        with np.errstate(all="ignore"):
            factors.append((rows[0] - rows[1]) / total)
    first = factors[0]
    with np.errstate(all="ignore"):
        same = (np.abs(own - first) <= 1e-5 * np.abs(first) for own in factors[1:])
        return len(factors) > 1 and bool((first > 0).all()) and all(each.all() for each in same)


def read_manners(asked: Probes, others: Sequence[Instance], traces: Mapping[str, Trace]) -> Manners:
    """What the probes' traces show; ``others``: further calls that must leave inputs alone."""
    base = rows_of(asked.base, traces)
    idle = _idle(asked, traces, base) if base is not None else ()
    bounds = {name: _bound(asked, name, traces) for name in idle if name in asked.far}
    return Manners(
        ignored=tuple(name for name in idle if bounds.get(name) is None),
        bounded=tuple(bound for bound in bounds.values() if bound is not None),
        remembers=remembers(asked, traces),
        mutates=_mutates((*asked.instances, *others), traces),
        measured=_measured_decay(asked.decay, traces),
        stops=_stops(asked, traces, base),
        orders=_orders(asked, traces),
    )


def _sums_on_ordinary(asked: Probes, traces: Mapping[str, Trace]) -> bool | None:
    doubled, larger = (rows_of(instance, traces) for instance in asked.ordinary)
    if doubled is None or larger is None or doubled.shape != larger.shape:
        return None
    with np.errstate(all="ignore"):
        apart = np.abs(doubled - larger) > 1e-6 * np.maximum(1, np.abs(larger))
    return not apart.any()  # NaN is not


def is_alive(
    asked: Probes, ordinary: Sequence[Instance], manners: Manners, traces: Mapping[str, Trace]
) -> bool:
    """Whether what it answers to ordinary calls of numbers is worth a measurement: of one of them
    the whole path moves, to numbers, and goes on after the first step, and it is by the gradients
    that the function is given."""
    numbers = [instance for instance in ordinary if instance.init_w.ndim == 0]
    paths = [(rows_of(instance, traces), instance) for instance in numbers]
    moves = [
        rows is not None and len(rows) > 1 and _tells(rows, i) and (rows[1:] != rows[1]).any()
        for rows, i in paths
    ]
    return any(moves) and not {"grad_w", "grad_b"} & set(manners.ignored)


def _same(one: FloatArray, other: FloatArray) -> bool:
    with np.errstate(all="ignore"):
        return one.shape == other.shape and np.allclose(one, other, SAME, SAME, equal_nan=True)


def _idle(asked: Probes, traces: Mapping[str, Trace], base: FloatArray) -> tuple[str, ...]:
    """The arguments that make no difference where they are changed a little."""
    if not _tells(base, asked.base):
        return ()
    found = []
    recorded, points = rows_of(asked.streamed, traces), rows_of(asked.points[0], traces)
    if recorded is not None and not _tells(recorded, asked.streamed):
        recorded = None
    none = rows_of(asked.none, traces)
    for name, instance in asked.changed.items():
        before = recorded if name in asked.base.hyper else base
        idle = _unchanged(before, rows_of(instance, traces))
        if name in asked.beside:
            # another call, in which what hid the change in the first one is unlikely to hide it
            other = base if name in asked.base.hyper else points
            idle = idle and _unchanged(other, rows_of(asked.beside[name], traces))
        if name == "max_epochs":
            idle = idle and none is not None and len(none) == len(base)
        if idle:
            found.append(name)
    return tuple(found)


def _bound(asked: Probes, name: str, traces: Mapping[str, Trace]) -> Bound | None:
    """How far away an argument that is idle nearby does make a difference; None: nowhere."""
    before, far = rows_of(asked.streamed, traces), asked.far[name]
    low, high = (not _unchanged(before, rows_of(instance, traces)) for instance in far)
    if not low and not high:
        return None
    near = asked.streamed.hyper[name], asked.changed[name].hyper[name]
    apart = far[0 if low else 1].hyper[name]
    return Bound(name, None if low and high else low, near, apart)


def _tells(rows: FloatArray, instance: Instance) -> bool:
    """Whether a change could show: NaN equals NaN, and a parameter that stands still stands still,
    whatever the argument."""
    moves = (rows != instance.start).any(axis=0).all()
    return bool(np.isfinite(rows).all() and moves)


def _unchanged(before: FloatArray | None, after: FloatArray | None) -> bool:
    return before is not None and after is not None and _same(before, after)


def _orders(asked: Probes, traces: Mapping[str, Trace]) -> tuple[tuple[int, ...], ...]:
    """In which orders a gradient's arguments may be handed in, where the step of one epoch, which
    is the gradient, goes along the one that another order gives and not along the right one."""
    rows = rows_of(asked.points[0], traces)
    if rows is None or rows.shape != (2, 2) or not np.isfinite(rows).all():
        return ()
    if sums_over_points(asked, traces).holds:
        return ()
    step, found = rows[0] - rows[1], []
    for order, total in _gradient_in_each_order(asked.points[0]):
        across = step[0] * total[1] - step[1] * total[0]
        along = step @ total
        if along > 0 and abs(across) <= ALONG * along:
            found.append(order)
    return tuple(found)


@lru_cache(maxsize=256)
def _gradient_in_each_order(call: Instance) -> tuple[tuple[tuple[int, ...], FloatArray], ...]:
    """Every order of a gradient's arguments, and the sum over the points at the start in it."""
    orders = ((order, call.in_order(order)) for order in permutations(IN_ORDER))
    return tuple((o, i.gradient(i.start[None], 0).sum(axis=1)[0]) for o, i in orders)


def _stops(asked: Probes, traces: Mapping[str, Trace], base: FloatArray | None) -> bool:
    """Whether it returns fewer entries where nothing moves than where something does."""
    settled = rows_of(asked.settled, traces)
    return settled is not None and base is not None and len(settled) < len(base)


def remembers(asked: Probes, traces: Mapping[str, Trace]) -> bool:
    """Whether the same call is answered otherwise later on."""
    base, again = rows_of(asked.base, traces), rows_of(asked.again, traces)
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
    rows = [rows_of(instance, traces) for instance in instances]
    if any(r is None or r.shape != (2, 2) or not np.isfinite(r).all() for r in rows):
        return {}
    first, moved, doubled = ((r[0] - r[1]) for r in rows if r is not None)
    for column in (0, 1):  # decay may be added for w only
        by_theta, by_g = moved[column] - first[column], doubled[column] - first[column]
        with np.errstate(all="ignore"):
            in_gradient = by_theta / by_g
        if np.isfinite(in_gradient) and abs(in_gradient) > LEAST_DECAY:
            return dict(zip(MEASURED, (float(in_gradient), float(by_theta / TINY)), strict=True))
    return {}
