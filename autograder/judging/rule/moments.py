"""Recovering from a black box with which weights its moments average the gradients.

The judge supplies the gradient, so it chooses the stream g_1, g_2, ... that the student's code
sees.  Two settings make the moments visible:

- **first moment**: gradients so small against epsilon = 1 that the root is 1 to 15 digits; then
  the step *is* eta * m_hat, with eta the step size.  (With epsilon = 1 it makes no difference
  whether it stands inside the root or outside, so that a convention does not disturb this.)
- **second moment**: gradients of order one and a tiny epsilon; with the weights of m_hat, which
  are known by then, v_hat_t = (eta * m_hat_t / step_t)**2 - epsilon.  (The decays are those of an
  ordinary call: under a first decay of 0 code that uses it in v would show weights not its own.)

With more streams than epochs, least squares of m_hat on the g's (of v_hat on the g**2's) gives
the weights C[t, i] (D[t, i]) of epoch i's gradient in epoch t's moment, to about ten digits, and
its residual says whether the moment is such an average at all.

Weights that were recovered are a claim on all calls.  So they have to predict the steps of an
ordinary one (:func:`predicts`); what does not is not shown, and nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.judging.rule.history import rows_of
from autograder.judging.rule.hyperparameters import Role
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray, Stream, Trace

EPOCHS = 5
STREAMS = EPOCHS + 3
POINTS = 2
"""Points of data of each call: with one alone a sum over them, a mean and a count are hidden."""
FEATURES = 40
"""Entries of the vector w whose every entry is a stream of its own."""
SMALL = 1e-8
"""Size of the gradients beside epsilon = 1."""
LINEAR = 1e-6
"""Largest residual, relative to the moment, that still counts as an average."""
SETTINGS: Mapping[str, Mapping[Role, float]] = {
    "first": {Role.STEP_SIZE: 1 / SMALL, Role.EPSILON: 1.0},
    "second": {Role.STEP_SIZE: 0.5, Role.EPSILON: 1e-10},
    "step": {Role.STEP_SIZE: 0.5, Role.EPSILON: 0.6},
}
"""By purpose of a call: the values under which it shows what it is made for, as far as the rule has
such hyper-parameters."""
PREDICTED = 1e-5
"""How far, beside 1 or itself, a step may be from the one that recovered weights predict."""
UNBIASED = 1e-6
"""How far from 1 the weights of an epoch may sum up to."""


@dataclass(frozen=True, eq=False)
class Weights:
    """How one moment of one parameter averages the gradients of the epochs."""

    values: FloatArray
    """Shape (epochs, epochs): row t, column i; zero above the diagonal in right code."""
    moments: FloatArray
    """Shape (streams, epochs): the moments themselves, for the Monte Carlo picture."""
    residual: float
    """Largest relative deviation from an average with these weights; near 1e-9 in right code."""

    @property
    def is_average(self) -> bool:
        return self.residual < LINEAR

    @property
    def row_sums(self) -> FloatArray:
        """The sums over i; all 1 exactly if E[m_hat_t] = E[g] for every stationary g."""
        return np.asarray(self.values.sum(axis=1))


@dataclass(frozen=True, eq=False)
class Identification:
    """All that was recovered of one function; None: not recoverable."""

    first_w: Weights | None
    first_b: Weights | None
    second_w: Weights | None
    second_b: Weights | None
    first_vector: Weights | None
    second_vector: Weights | None
    step_follows: bool | None
    """Whether a step at an epsilon of the size of v is eta * m_hat / sqrt(v_hat + eps) of the
    moments recovered; None: what such a step would be is not known."""
    one_point_follows: bool | None = None
    """The same, where one point's gradient counts and not the sum."""

    def of(self, kind: str, parameter: str) -> Weights | None:
        """Of the ``"first"`` or ``"second"`` moment of ``"w"`` or ``"b"``."""
        found: Weights | None = getattr(self, f"{kind}_{parameter}")
        return found


def stream_instances(
    drawn: Instance, moments: Sequence[str], chance: np.random.Generator
) -> tuple[Instance, ...]:
    """The calls from which the moments are recovered.

    ``drawn`` has the function's hyper-parameters; ``moments`` says which of ``"first"`` and
    ``"second"`` the rule has.
    """
    instances = []
    for kind in moments:
        size = SMALL if kind == "first" else 1.0
        for number in range(STREAMS):
            streams = size * (0.6 + 0.8 * chance.random((2, EPOCHS)))
            instances.append(
                _instance(f"{kind} moment {number + 1}", kind, streams[0], streams[1], drawn)
            )
        vector = size * (0.6 + 0.8 * chance.random((EPOCHS, FEATURES)))
        b = size * (0.6 + 0.8 * chance.random(EPOCHS))
        instances.append(_instance(f"{kind} moment of a vector", kind, vector, b, drawn))
    streams = 0.6 + 0.8 * chance.random((2, EPOCHS))
    instances.append(_instance("step", "step", streams[0], streams[1], drawn))
    return tuple(instances)


def one_of_each(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Of these calls, one of every form: enough to see whether the moments are the right ones."""
    first: dict[tuple[str, int], Instance] = {}
    for instance in instances:
        first.setdefault((instance.purpose, instance.init_w.ndim), instance)
    return tuple(first.values())


def _instance(name: str, kind: str, w: FloatArray, b: FloatArray, drawn: Instance) -> Instance:
    vector = w.ndim == 2
    return Instance(
        name=name,
        X=np.ones((POINTS, w.shape[1])) if vector else np.ones(POINTS),
        Y=np.zeros(POINTS),
        init_w=np.full(w.shape[1], 0.3) if vector else np.array(0.3),
        init_b=0.7,
        max_epochs=EPOCHS,
        grad_w=Stream(w / POINTS),
        grad_b=Stream(b / POINTS),
        hyper=drawn.hyper_with(SETTINGS[kind]),
        ranges=drawn.ranges,
        purpose=kind,
    )


def identify(
    instances: Sequence[Instance], traces: Mapping[str, Trace], power: float = 0.5
) -> Identification:
    """Recover the moments from the traces of :func:`stream_instances`.

    ``power``: of the second moment, by which a step is divided; 1/2 is the root.
    """
    recovered: dict[str, Weights | None] = {}
    for kind in ("first", "second"):
        of_numbers = [i for i in instances if i.purpose == kind and i.init_w.ndim == 0]
        numerators = (recovered.get("first_w"), recovered.get("first_b"))
        moments = [_moments(i, traces, kind, power, numerators) for i in of_numbers]
        for column, parameter in enumerate("wb"):
            known = [m[:, column] for m in moments if m is not None]
            streams = [
                _stream(i, parameter)
                for i, m in zip(of_numbers, moments, strict=True)
                if m is not None
            ]
            recovered[f"{kind}_{parameter}"] = _fit(kind, streams, known)
        of_vector = [i for i in instances if i.purpose == kind and i.init_w.ndim == 1]
        recovered[f"{kind}_vector"] = None
        for instance in of_vector:
            each = (recovered.get("first_vector"), recovered.get("first_b"))
            found = _moments(instance, traces, kind, power, each)
            if found is not None and isinstance(instance.grad_w, Stream):
                recovered[f"{kind}_vector"] = _fit(
                    kind, list(_stream(instance, "w").T), list(found[:, :-1].T)
                )
    step = next(i for i in instances if i.purpose == "step")
    asked_for_second = any(i.purpose == "second" for i in instances)
    divides = power if asked_for_second else None
    follows, one = (
        _step_follows(step, traces, recovered, divides, share) for share in (1.0, 1 / POINTS)
    )
    return Identification(**recovered, step_follows=follows, one_point_follows=one)


def _step_follows(
    instance: Instance,
    traces: Mapping[str, Trace],
    found: Mapping[str, Weights | None],
    power: float | None,
    share: float,
) -> bool | None:
    """``power`` None: the rule has no second moment to divide by; ``share``: of the gradient."""
    rows = _rows(instance, traces)
    if rows is None:
        return None
    g = share * np.column_stack([_stream(instance, parameter) for parameter in "wb"])
    steps = _predicted(instance, g, found, power)
    if steps is None:
        return None
    with np.errstate(all="ignore"):
        return bool((np.abs(-np.diff(rows, axis=0) - steps) <= LINEAR).all())


def _predicted(
    instance: Instance,
    g: FloatArray,
    found: Mapping[str, Weights | None],
    power: float | None,
    epsilon: str = "inside",
) -> FloatArray | None:
    """The steps of w and b, both numbers, under these gradients, shape (epochs, 2).

    ``epsilon``: ``inside`` the root, ``outside`` or ``missing``.  None: no averages were recovered.
    """
    eta, eps = _step_size_and_epsilon(instance)
    epochs, steps = len(g), np.empty_like(g)
    for column, parameter in enumerate("wb"):
        first, second = found[f"first_{parameter}"], found[f"second_{parameter}"]
        if not all(one is None or one.is_average for one in (first, second)):
            return None
        if power is not None and second is None:
            return None
        own = g[:, column]
        m_hat = own if first is None else first.values[:epochs, :epochs] @ own
        divisor = np.ones_like(own)
        with np.errstate(all="ignore"):
            if power is not None and second is not None:
                v_hat = second.values[:epochs, :epochs] @ own**2
                inside, outside = (eps if epsilon == at else 0.0 for at in ("inside", "outside"))
                divisor = (v_hat + inside) ** power + outside
            steps[:, column] = eta * m_hat / divisor
    return steps


def predicts(found: Identification, instance: Instance, rows: FloatArray, power: float) -> bool:
    """Whether the moments recovered explain the steps of a call of numbers that had no part in
    recovering them, wherever epsilon stands."""
    epochs = min(EPOCHS, len(rows) - 1)
    if epochs < 1 or not np.isfinite(rows[: epochs + 1]).all():
        return False
    g = instance.gradients_along(rows[:epochs])
    steps = -np.diff(rows[: epochs + 1], axis=0)
    weights = {
        f"{kind}_{parameter}": found.of(kind, parameter)
        for kind in ("first", "second")
        for parameter in "wb"
    }
    divides = None if weights["second_w"] is None and weights["second_b"] is None else power
    for epsilon in ("inside", "outside", "missing"):
        expected = _predicted(instance, g, weights, divides, epsilon)
        if expected is None:
            return False
        with np.errstate(all="ignore"):
            if (np.abs(steps - expected) <= PREDICTED * (1 + np.abs(steps))).all():
                return True
    return False


def _stream(instance: Instance, parameter: str) -> FloatArray:
    """The gradients of each epoch, summed over the points."""
    kind = instance.grad_w if parameter == "w" else instance.grad_b
    assert isinstance(kind, Stream)
    return np.asarray(instance.points * kind.values)


def _moments(
    instance: Instance,
    traces: Mapping[str, Trace],
    kind: str,
    power: float,
    numerators: tuple[Weights | None, Weights | None],
) -> FloatArray | None:
    """The moments seen in one call, shape (epochs, parameters); None: no such trajectory.

    ``numerators``: the weights with which w's and b's steps average the gradients; None: a step
    goes along the newest one.
    """
    rows = _rows(instance, traces)
    if rows is None:
        return None
    eta, eps = _step_size_and_epsilon(instance)
    with np.errstate(all="ignore"):
        steps = -np.diff(rows, axis=0)
        if kind == "first":
            found = steps / eta
        else:
            along = [
                _stream(instance, parameter)
                if first is None
                else first.values @ _stream(instance, parameter)
                for parameter, first in zip("wb", numerators, strict=True)
            ]
            found = (eta * np.column_stack(along) / steps) ** (1 / power) - eps
    return np.asarray(found) if np.isfinite(found).all() else None


def _step_size_and_epsilon(instance: Instance) -> tuple[float, float]:
    """Where a rule has none, what makes no difference: 1 and 0."""
    return instance.value(Role.STEP_SIZE, 1.0), instance.value(Role.EPSILON, 0.0)


def _rows(instance: Instance, traces: Mapping[str, Trace]) -> FloatArray | None:
    rows = rows_of(instance, traces)
    return rows if rows is not None and len(rows) == EPOCHS + 1 else None


def _fit(kind: str, streams: Sequence[FloatArray], moments: Sequence[FloatArray]) -> Weights | None:
    if len(streams) < STREAMS:
        return None
    g, found = np.array(streams), np.array(moments)
    known = g if kind == "first" else g**2
    scale = np.abs(found).max()
    if scale == 0:
        return None
    weights = np.linalg.lstsq(known, found, rcond=None)[0]
    residual = float(np.abs(known @ weights - found).max() / scale)
    return Weights(np.asarray(weights.T, dtype=np.float64), found, residual)


def unbiased(found: Identification) -> bool | None:
    """Whether both moments of w and of b are unbiased: every row of weights sums to 1.

    No seed can make a right solution fail: the weights are recovered, not estimated.
    None: the moments could not be recovered, or are no averages; or the first sums to -1, and the
    sign may as well be that of the step.
    """
    parts = (found.first_w, found.first_b, found.second_w, found.second_b)
    averages = [part for part in parts if part is not None and part.is_average]
    unturned = [part for part in averages if not _sums_to(-1, part)]
    if not all(_sums_to(1, part) for part in unturned):
        return False
    return True if len(unturned) == len(parts) else None


def _sums_to(sign: int, weights: Weights) -> bool:
    return bool((np.abs(weights.row_sums - sign) < UNBIASED).all())


def same_but_for_a_factor(found: Identification, right: Identification) -> bool:
    """Whether all moments average as right code's do, of gradients that are larger or smaller."""
    return _same_but_for(found, right, lambda values: values[0, 0])


def same_but_for_factors(found: Identification, right: Identification) -> bool:
    """Whether they do so in each epoch, of which the step has a factor of its own."""
    return _same_but_for(found, right, lambda values: np.diag(values)[:, None])


def _same_but_for(
    found: Identification, right: Identification, size: Callable[[FloatArray], FloatArray]
) -> bool:
    """Whether all moments average as right code's do, apart from their size."""
    for kind in ("first", "second"):
        for parameter in "wb":
            own, other = found.of(kind, parameter), right.of(kind, parameter)
            if own is None or other is None or not other.is_average:
                if own is None and other is None:
                    continue
                return False
            factor = size(own.values) / size(other.values)
            close = 1e-5 * np.abs(factor) * (1 + np.abs(other.values))
            if not (np.abs(own.values - factor * other.values) <= close).all():
                return False
            if np.min(factor) < 0:  # the sign may as well be that of the step
                return False
    return True


@dataclass(frozen=True, eq=False)
class Factors:
    """By what steps are off whose moments are the right ones but for a factor of each epoch.

    A step of eta * c * m_hat is that of a moment that is c times as large, too; one beside an
    epsilon that counts k times is that of a gradient that counts k**-power times.  From the steps
    nobody can tell which of these the code has.
    """

    of_epsilon: bool
    """True: what epsilon counts times; False: what a step is times the right one."""
    w: FloatArray
    """By epoch."""
    b: FloatArray


def factors(found: Identification, right: Identification, power: float) -> Factors | None:
    """These factors; None: the moments differ from the right ones by more, or by nothing."""
    of_step, of_epsilon = {}, {}
    for parameter in "wb":
        first, second = (_times(found, right, kind, parameter) for kind in ("first", "second"))
        if first is None or second is None:
            return None
        of_step[parameter], of_epsilon[parameter] = first, 1 / second
        if _near_1(first) and _near_1(second):
            continue
        if not _near_1(second):
            del of_step[parameter]
        if not _near_1(second / first ** (1 / power)):
            del of_epsilon[parameter]
    for off, which in ((of_step, False), (of_epsilon, True)):
        if len(off) == 2 and not all(_near_1(each) for each in off.values()):
            return Factors(which, off["w"], off["b"])
    return None


def _times(
    found: Identification, right: Identification, kind: str, parameter: str
) -> FloatArray | None:
    """How many times the right weights the recovered ones are, by epoch; None: they are others."""
    own, other = found.of(kind, parameter), right.of(kind, parameter)
    if own is None or other is None or not own.is_average or not other.is_average:
        return None
    times = np.diag(own.values) / np.diag(other.values)
    close = 1e-5 * times[:, None] * (1 + np.abs(other.values))
    same = np.abs(own.values - times[:, None] * other.values) <= close
    return times if same.all() else None


def _near_1(times: FloatArray) -> bool:
    return bool((np.abs(times - 1) < 1e-5).all())


UNKNOWN = Identification(None, None, None, None, None, None, None)
"""Nothing was recovered that explains anything."""
