"""What a rule does, apart from its digits: does its learning rate die or stay alive?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograder.judging.rule.instance import Instance
from autograder.judging.rule.moments import POINTS
from autograder.model import FloatArray, Stream


def constant_gradient(name: str, max_epochs: int, hyper: Mapping[str, float]) -> Instance:
    """A call under a gradient whose sum over the points is 1, for w and for b."""
    ones = Stream(np.full(max_epochs, 1 / POINTS))
    return Instance(
        name=name,
        X=np.ones(POINTS),
        Y=np.zeros(POINTS),
        init_w=np.array(0.3),
        init_b=-0.4,
        max_epochs=max_epochs,
        grad_w=ones,
        grad_b=ones,
        hyper=hyper,
    )


def effective_rates(rows: FloatArray, instance: Instance, step_size: float) -> FloatArray:
    """``|step_t| / (step_size * |g_t|)`` along a trajectory: shape (epochs, parameters).

    g_t is the summed gradient where the trajectory was at that epoch; NaN where it is 0.
    """
    g = instance.gradients_along(rows[:-1])
    with np.errstate(all="ignore"):
        rates = np.abs(np.diff(rows, axis=0)) / (step_size * np.abs(g))
    return np.where(np.isfinite(rates), rates, np.nan)


def follows(rates: FloatArray, law: Callable[[FloatArray], FloatArray], share: float) -> bool:
    """Whether the effective rates of all parameters follow a law of t within a share of it."""
    t = np.arange(1, len(rates) + 1, dtype=np.float64)
    expected = law(t)[:, None]
    with np.errstate(all="ignore"):
        return bool((np.abs(rates - expected) <= share * expected).all())
