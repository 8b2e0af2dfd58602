"""Momentum with a simple annealed learning rate: the lecture's alternative to Adam.

"Many papers report that SGD with momentum (Nesterov or classical) with a simple annealing learning
rate schedule also works well in practice": a constant decay, or lowering the rate after a look at
the validation loss (last slide of module 5.9; the schedules are those of earlier in lecture 5).

The learning rate of an epoch enters the update of that epoch,
``update_t = gamma * update_{t-1} + eta_t * g``, so older gradients keep the rate they came with.
optax.sgd and PyTorch keep the sum of gradients and multiply all of it by today's rate: another
path as soon as the rate changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from reference.update_rules import FloatArray, GradientFunction


def momentum_constant_decay(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    gamma: float = 0.9,
    decay: float = 0.01,
) -> FloatArray:
    """Momentum with ``eta_t = eta / (1 + decay * (t - 1))``: the first step is made with eta."""
    rates = [eta / (1 + decay * epoch) for epoch in range(max_epochs)]
    return _momentum_with_rates(gradient, start, rates, gamma)


def momentum_step_decay(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    gamma: float = 0.9,
    every: int = 5,
) -> FloatArray:
    """Momentum whose learning rate is halved after every ``every`` epochs."""
    rates = [eta / 2 ** (epoch // every) for epoch in range(max_epochs)]
    return _momentum_with_rates(gradient, start, rates, gamma)


def momentum_halving(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    validation_loss: Callable[[FloatArray], float],
    eta: float = 0.1,
    gamma: float = 0.9,
) -> FloatArray:
    """Momentum whose learning rate is halved after each epoch that raised the validation loss.

    ``validation_loss(theta) -> number`` is asked once at the start and once after each epoch; an
    epoch is compared with the one before it, not with the best.  The epoch itself is kept; a
    rival convention undoes it and tries again with half the rate.
    """
    theta = np.array(start, dtype=np.float64)
    update = np.zeros_like(theta)
    loss_before = validation_loss(theta)
    history = [theta]
    for _ in range(max_epochs):
        update = gamma * update + eta * gradient(theta)
        theta = theta - update
        history.append(theta)
        loss = validation_loss(theta)
        if loss > loss_before:
            eta = eta / 2
        loss_before = loss
    return np.array(history)


def _momentum_with_rates(
    gradient: GradientFunction, start: ArrayLike, rates: Sequence[float], gamma: float
) -> FloatArray:
    """Momentum with one learning rate for each epoch."""
    theta = np.array(start, dtype=np.float64)
    update = np.zeros_like(theta)
    history = [theta]
    for eta in rates:
        update = gamma * update + eta * gradient(theta)
        theta = theta - update
        history.append(theta)
    return np.array(history)
