"""The lecture's experiment: a neuron with one sparse feature, and where its rules start.

"We created 100 random (x, y) pairs and then for roughly 80% of these pairs we set x to 0."  The
lecture does not publish its pairs, so these are our own: x uniform in [-1, 1), 80 of the 100 set
to 0, and y the answer of a neuron whose weights are known.  So the loss is 0 at those weights
and nowhere else, and everyone can see where a path should end.

Start, rates and number of epochs are chosen so that what the lecture says of its curves is true of
ours; `tests/reference/test_lecture.py` asks every statement of this draw and of nineteen others.
Nothing had to be left out.  Two things differ in degree: our NAG oscillates much less than our
momentum (the lecture: "slightly smaller"), and our RMSProp stays near AdaGrad's curve where the
lecture's lies exactly on it ("an artifact of the artificial data").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.sigmoid_neuron import FloatArray, sigmoid, total_gradient, total_loss


@dataclass(frozen=True, eq=False)
class Experiment:
    """Data, start and rates: all that a rule needs to draw its path."""

    X: FloatArray
    """The points, numbers; shape (n,).  Read-only."""
    Y: FloatArray
    """The targets, between 0 and 1; shape (n,).  Read-only."""
    init_w: float
    init_b: float
    eta: float
    """Learning rate of every rule."""
    gamma: float
    """Momentum's and NAG's share of the last update."""
    max_epochs: int
    minimum: tuple[float, float]
    """(w, b) where the loss is least: 0, but for the rounding of Y to 6 digits."""

    @property
    def start(self) -> FloatArray:
        """``(init_w, init_b)`` as the parameter vector of the update rules."""
        return np.array([self.init_w, self.init_b])

    @property
    def gradient(self) -> Callable[[FloatArray], FloatArray]:
        """The gradient by (w, b), summed over all points."""
        return total_gradient(self.X, self.Y)

    @property
    def loss(self) -> Callable[[FloatArray], float]:
        """The loss at (w, b), summed over all points."""
        return total_loss(self.X, self.Y)


def lecture_experiment(seed: int = 17) -> Experiment:
    """The lecture's experiment; another ``seed`` draws other points for the same neuron."""
    w, b = 1.5, 0.5
    X, Y = sparse_pairs(w, b, seed)
    return Experiment(
        X, Y, init_w=-1.5, init_b=3.5, eta=0.1, gamma=0.9, max_epochs=100, minimum=(w, b)
    )


def sparse_pairs(
    w: float, b: float, seed: int, n: int = 100, zeros: int = 80
) -> tuple[FloatArray, FloatArray]:
    """n pairs (x, y) with x = 0 in exactly ``zeros`` of them, and y the neuron's answer at (w, b).

    Same seed, same numbers, on every machine: NumPy keeps `RandomState` as it is for good (NEP 19),
    and rounding hides the last bits of exp, in which processors differ.  The rounded numbers (x to
    3 digits, y to 6) are also short enough to be printed.
    """
    random = np.random.RandomState(seed)
    X = np.round(2 * random.random_sample(n) - 1, 3)
    X[_some_indices(random, n, zeros)] = 0.0
    Y = np.round(sigmoid(w * X + b), 6)
    X.setflags(write=False)
    Y.setflags(write=False)
    return X, Y


def _some_indices(random: np.random.RandomState, n: int, how_many: int) -> NDArray[np.intp]:
    """``how_many`` different numbers below n."""
    return np.argsort(random.random_sample(n), kind="stable")[:how_many]
