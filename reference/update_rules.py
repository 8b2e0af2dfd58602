"""The update rules of lecture 5, one function each, in the symbols of its slides.

Every rule is called as ``rule(gradient, start, max_epochs, eta, ...)``:

- ``gradient(theta) -> g`` answers the gradient at ``theta``, in theta's shape;
- ``start`` is theta before the first epoch, a vector (for a neuron w^1, ..., w^d, b);
- one epoch is one step, and asks for one gradient;
- the answer has shape (max_epochs + 1, len(start)): row t is theta after t epochs, row 0 the start.

The adaptive rules have ε *inside* the root, ``eta / sqrt(v + eps)``, as the slides do, and as optax
and Keras do for AdaGrad and RMSProp.  The papers of AdaGrad and Adam, PyTorch for all three, and
optax and Keras for Adam add it outside, ``eta / (sqrt(v) + eps)``: the steps differ by more than
rounding as soon as v is not far above ε.  With ``eps = 0`` a parameter whose gradient was never
other than 0 moves by 0/0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
GradientFunction: TypeAlias = Callable[[FloatArray], FloatArray]


def gradient_descent(
    gradient: GradientFunction, start: ArrayLike, max_epochs: int, eta: float = 0.1
) -> FloatArray:
    """``theta = theta - eta * g``."""
    theta = np.array(start, dtype=np.float64)
    history = [theta]
    for _ in range(max_epochs):
        theta = theta - eta * gradient(theta)
        history.append(theta)
    return np.array(history)


def momentum(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    gamma: float = 0.9,
) -> FloatArray:
    """``update_t = gamma * update_{t-1} + eta * g``, ``theta = theta - update_t``.

    Others keep the sum of gradients and multiply it by eta in the step (optax, PyTorch): the same
    path as long as eta is constant.
    """
    theta = np.array(start, dtype=np.float64)
    update = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        update = gamma * update + eta * gradient(theta)
        theta = theta - update
        history.append(theta)
    return np.array(history)


def nesterov(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    gamma: float = 0.9,
) -> FloatArray:
    """Nesterov accelerated gradient (NAG): look before you leap.

    ``look_ahead = theta - gamma * update_{t-1}``, ``update_t = gamma * update_{t-1} + eta *
    gradient(look_ahead)``, ``theta = theta - update_t``.  optax and PyTorch keep the look-ahead
    point as their parameter: their path is this one, seen at ``theta - gamma * update``.
    """
    theta = np.array(start, dtype=np.float64)
    update = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        look_ahead = theta - gamma * update
        update = gamma * update + eta * gradient(look_ahead)
        theta = theta - update
        history.append(theta)
    return np.array(history)


def adagrad(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    eps: float = 1e-8,
) -> FloatArray:
    """``v_t = v_{t-1} + g**2``, ``theta = theta - eta / sqrt(v_t + eps) * g`` (Duchi et al. 2011).

    v starts at 0; TensorFlow and optax start it at 0.1 unless told.
    """
    theta = np.array(start, dtype=np.float64)
    v = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        g = gradient(theta)
        v = v + g**2
        theta = theta - eta / np.sqrt(v + eps) * g
        history.append(theta)
    return np.array(history)


def rmsprop(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    beta: float = 0.9,
    eps: float = 1e-8,
) -> FloatArray:
    """``v_t = beta * v_{t-1} + (1 - beta) * g**2``, and AdaGrad's step (Tieleman, Hinton 2012)."""
    theta = np.array(start, dtype=np.float64)
    v = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        g = gradient(theta)
        v = beta * v + (1 - beta) * g**2
        theta = theta - eta / np.sqrt(v + eps) * g
        history.append(theta)
    return np.array(history)


def adam(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> FloatArray:
    """``m_hat = m_t / (1 - beta1**t)``, ``v_hat = v_t / (1 - beta2**t)``,
    ``theta = theta - eta / sqrt(v_hat + eps) * m_hat`` (Kingma and Ba 2015).

    t counts epochs from 1.  The corrected moments are used in the step and forgotten: m and v go
    on uncorrected, as the formula slide has it (the code slide overwrites them, a slip).
    """
    theta = np.array(start, dtype=np.float64)
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    history = [theta]
    for t in range(1, max_epochs + 1):
        g = gradient(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        theta = theta - eta / np.sqrt(v_hat + eps) * m_hat
        history.append(theta)
    return np.array(history)
