"""Hidden instances: problems on which a rule and every known way to get it wrong part.

An instance is drawn from a seed that belongs to one student and one question, so a regrade asks
the same again.  Epsilon spans many orders of magnitude, and the gradient is scaled so that it
matters at each of them: with epsilon = 1e-8 and gradients of order one the commonest faults would
change nothing that a double can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from autograder.judging.rule.hyperparameters import Range, Role, by_role
from autograder.model import Argument, Call, FloatArray, Gradient, Neuron, Outcome, Stream, Trace

IN_ORDER = (0, 1, 2, 3)
"""w, b, x, y: as a gradient is to be asked."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One call of an update rule: data, gradient, start, hyper-parameters."""

    name: str
    X: FloatArray
    """Shape (n,) for a number x, (n, d) for a vector."""
    Y: FloatArray
    """Shape (n,)."""
    init_w: FloatArray
    """Shape () or (d,), as x."""
    init_b: float
    max_epochs: int
    grad_w: Neuron | Stream
    grad_b: Neuron | Stream
    hyper: Mapping[str, float]
    """Further arguments by name: the hyper-parameters."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """From where these were drawn, with what they are to the rule; empty: they were not drawn."""
    left_out: tuple[str, ...] = ()
    """Arguments that the call leaves out: the signature that students are given has defaults."""
    purpose: str = ""
    """What the call is made for, where several are made for one thing; empty: for itself."""
    order: tuple[int, ...] = IN_ORDER
    """In which order code asks a gradient for w, b, x and y: in the place of w it hands in the
    argument ``order[0]``, and so on."""

    @property
    def points(self) -> int:
        return len(self.Y)

    @property
    def features(self) -> int:
        """d; 1 also where x is a number."""
        return int(self.init_w.size)

    @cached_property
    def start(self) -> FloatArray:
        """w's entries, then b: shape (d + 1,)."""
        start = np.append(self.init_w, self.init_b)
        start.setflags(write=False)
        return start

    @cached_property
    def t(self) -> FloatArray:
        """The epochs 1, 2, ...; at least two, so that one can tell whether a clock runs."""
        return np.arange(1, max(self.max_epochs, 2) + 1, dtype=np.float64)

    def value(self, role: Role, otherwise: float) -> float:
        """Of the hyper-parameter that plays a role; ``otherwise``: if there is none."""
        name = by_role(self.ranges).get(role)
        return otherwise if name is None else self.hyper[name]

    def hyper_with(self, values: Mapping[Role, float]) -> Mapping[str, float]:
        """The hyper-parameters with other values for some roles, as far as the rule has them."""
        names = by_role(self.ranges)
        others = {names[role]: value for role, value in values.items() if role in names}
        return {**self.hyper, **others}

    def gradient(self, theta: FloatArray, epoch: int) -> FloatArray:
        """Gradients of the n points at many parameters: (K, d + 1) -> (K, n, d + 1).

        ``epoch`` counts from 0; it is what a replayed stream depends on.
        """
        if self.order != IN_ORDER:
            return self._gradient_in_disorder(theta)
        x = self.X.reshape(self.points, self.features)
        result = np.empty((len(theta), self.points, self.features + 1))
        factor = self._factor(self.grad_w, theta, x, epoch)
        if isinstance(self.grad_w, Neuron):
            np.multiply(factor, x, out=result[:, :, :-1])
        else:
            result[:, :, :-1] = factor
        if self.grad_b is not self.grad_w:  # mostly it is one neuron
            factor = self._factor(self.grad_b, theta, x, epoch)
        result[:, :, -1] = factor[:, :, 0]
        return result

    def _gradient_in_disorder(self, theta: FloatArray) -> FloatArray:
        """As :meth:`gradient`, for code that hands in w, b, x and y in another order; NaN where a
        vector would be taken for a number, or a gradient is recorded."""
        result = np.full((len(theta), self.points, self.features + 1), np.nan)
        vectors = {self.order[0], self.order[2]} == {0, 2}
        kind = self.grad_w
        if isinstance(kind, Stream) or not (vectors or self.features == 1):
            return result
        x = self.X.reshape(self.points, self.features)
        each = (
            theta[:, None, :-1],
            theta[:, None, -1:],
            x[None],
            self.Y[None, :, None],
        )
        w, b, x, y = (each[place] for place in self.order)
        with np.errstate(all="ignore"):
            z = (w * x).sum(axis=2, keepdims=True) + b
            half = np.tanh(kind.gain * z)
            s = kind.low + (kind.high - kind.low) * (1 + half) / 2
            slope = (kind.high - kind.low) * kind.gain * (1 - half * half) / 2
            by_b = kind.scale * (s - y) * slope * _awake(kind, z)
            result[:, :, :-1], result[:, :, -1:] = by_b * x, by_b
        return result

    def gradients_along(self, path: FloatArray) -> FloatArray:
        """The summed gradients at the points of one path: (epochs, d + 1) -> (epochs, d + 1)."""
        if not isinstance(self.grad_w, Stream) or not isinstance(self.grad_b, Stream):
            return np.asarray(self.gradient(path, 0).sum(axis=1))
        epochs = np.arange(len(path))
        each = [
            kind.values[np.minimum(epochs, len(kind.values) - 1)].reshape(len(path), -1)
            for kind in (self.grad_w, self.grad_b)
        ]
        return np.asarray(self.points * np.concatenate(each, axis=1))

    def _factor(
        self, kind: Neuron | Stream, theta: FloatArray, x: FloatArray, epoch: int
    ) -> FloatArray:
        if isinstance(kind, Stream):
            row = kind.values[min(epoch, len(kind.values) - 1)]
            return np.broadcast_to(row, (len(theta), self.points, np.size(row)))
        with np.errstate(all="ignore"):  # a student's path may lead to infinity
            z = theta[:, :-1] @ x.T + theta[:, -1:]
            half = np.tanh(kind.gain * z)
            s = kind.low + (kind.high - kind.low) * (1 + half) / 2
            slope = (kind.high - kind.low) * kind.gain * (1 - half * half) / 2
            return np.asarray((kind.scale * (s - self.Y) * slope * _awake(kind, z))[:, :, None])

    def with_hyper(self, values: Mapping[str, float]) -> Instance:
        """The same with some hyper-parameters set to other values; itself, if there are none."""
        return replace(self, hyper={**self.hyper, **values}) if values else self

    def in_order(self, order: tuple[int, ...]) -> Instance:
        """The same to code that asks a gradient in this order; itself, if it is asked so."""
        return self if order == self.order else replace(self, order=order)

    def call(self, function: str) -> Call:
        """What a student's function is asked."""
        w: Argument = float(self.init_w) if self.init_w.ndim == 0 else self.init_w
        arguments: dict[str, Argument] = {
            "X": self.X,
            "Y": self.Y,
            "init_w": w,
            "init_b": self.init_b,
            "max_epochs": self.max_epochs,
            "grad_w": Gradient("w", self._asked(self.grad_w)),
            "grad_b": Gradient("b", self._asked(self.grad_b)),
            **self.hyper,
        }
        return Call(self.name, function, arguments, self.left_out)

    def _asked(self, kind: Neuron | Stream) -> Neuron | Stream:
        """A recorded gradient has to know what makes an epoch."""
        if not isinstance(kind, Stream):
            return kind
        return replace(kind, points=self.points, start=self.start)

    def trace(self, rows: FloatArray) -> Trace:
        """That of a function that returned these rows (w's entries, then b) as two histories."""
        w = rows[:, :-1] if self.init_w.ndim else rows[:, 0]
        return Trace(self.name, Outcome.RETURNED, (w, rows[:, -1]))


def _awake(kind: Neuron, z: FloatArray) -> FloatArray | float:
    """What a gradient is multiplied with: 0 where its neuron rests."""
    return (np.sin(kind.rests * z) >= 0).astype(np.float64) if kind.rests else 1.0


def draw_instance(
    name: str,
    features: int | None,
    ranges: Mapping[str, Range],
    chance: np.random.Generator,
    *,
    sign: int = 0,
) -> Instance:
    """One random instance; ``features``: d for a vector x, None for a number.

    ``sign`` 1: all gradients are positive, so that code which forgets a square under a root gives
    numbers that tell more than NaN does; -1: b's are negative, and w's at the start; 0: mixed.
    One point has x = 0, as most have in the lecture's data.

    The squashing function is never the notebook's own sigmoid, so that code which does not use
    the gradient it is given computes something else.
    """

    def uniform(low: float, high: float, *shape: int) -> FloatArray:
        return low + (high - low) * chance.random(shape)

    points, d = int(5 + 3 * chance.random()), features or 1
    # Among tiny numbers some faults look alike (v = 1 + g**2 is 1): on one instance epsilon is not
    # tiny.
    hyper = {
        key: range_.draw(chance, upper_half=sign < 0 and range_.logarithmic)
        for key, range_ in ranges.items()
    }
    on = chance.random((points, d)) > 0.3
    on[[0, 1, -2, -1]] = True  # every feature is on, also where a point is left out
    on[2] = False
    flip = np.where((chance.random((points, d)) < 0.5) & (sign <= 0), -1.0, 1.0)
    x = flip * uniform(0.5, 2.0, points, d) * on
    neuron = Neuron(
        low=float(uniform(-1.5, -0.5)),
        high=float(uniform(1.0, 2.0)),
        gain=float(uniform(0.15, 0.35)),
    )
    instance = Instance(
        name=name,
        X=x if features else x[:, 0],
        Y=uniform(-0.4, 0.9, points) - 3.0 * sign,
        init_w=uniform(0.4, 1.6, d) * np.where(chance.random(d) < 0.5, -1.0, 1.0)
        if features
        else np.array(uniform(0.4, 1.6)),
        init_b=float(uniform(0.5, 1.5)),
        max_epochs=int(6 + 3 * chance.random()),
        grad_w=neuron,
        grad_b=neuron,
        hyper=hyper,
        ranges=ranges,
    )
    total = instance.gradient(instance.start[None], 0).sum(axis=1)[0]
    if sign < 0 and total[0] > 0:
        instance = replace(instance, X=-instance.X, init_w=-instance.init_w)
    size = np.abs(total).mean()
    wanted = np.sqrt(instance.value(Role.EPSILON, 1.0)) * float(uniform(1.0, 3.0))
    scaled = Neuron(float(wanted / size), neuron.low, neuron.high, neuron.gain)
    return replace(instance, grad_w=scaled, grad_b=scaled)
