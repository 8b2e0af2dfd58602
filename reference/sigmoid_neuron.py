"""The sigmoid neuron of lecture 5, its squared loss and its gradients.

A point ``x`` is a number (the lecture's toy network) or a 1-D array of d features (its first
slide, d = 4).  ``w`` has the shape of ``x``; ``b`` and ``y`` are numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = float | FloatArray


def sigmoid(z: ArrayLike) -> FloatArray:
    """``1 / (1 + exp(-z))``, element by element, for any finite or infinite z."""
    z = np.asarray(z, dtype=np.float64)
    decay = np.exp(-np.abs(z))  # never above 1: exp(-z) itself overflows for z < -709
    answer: FloatArray = np.where(z >= 0, 1.0, decay) / (1.0 + decay)
    return answer


def f(w: Numbers, b: Numbers, x: Numbers) -> FloatArray:
    """``1 / (1 + exp(-(w . x + b)))``: the neuron's answer, 0-d for one point.

    Many points at once, ``x`` of shape (n,) for numbers or (n, d), give shape (n,).
    """
    return sigmoid(np.dot(x, w) + b)


def loss(w: Numbers, b: Numbers, x: Numbers, y: Numbers) -> FloatArray:
    """``(f - y)**2 / 2``; shapes as in :func:`f`."""
    error: FloatArray = f(w, b, x) - y
    return error**2 / 2


def grad_b(w: Numbers, b: Numbers, x: Numbers, y: Numbers) -> FloatArray:
    """``(f - y) * f * (1 - f)``: the loss derived by b; shapes as in :func:`f`."""
    answer = f(w, b, x)
    gradient: FloatArray = (answer - y) * answer * (1 - answer)
    return gradient


def grad_w(w: Numbers, b: Numbers, x: Numbers, y: Numbers) -> FloatArray:
    """``(f - y) * f * (1 - f) * x``: the loss of one point derived by w; x's shape."""
    return grad_b(w, b, x, y) * np.asarray(x, dtype=np.float64)


def total_gradient(X: ArrayLike, Y: ArrayLike) -> Callable[[FloatArray], FloatArray]:
    """The gradient of the loss *summed* (not averaged) over all points, as update rules want it.

    ``X`` has shape (n,) or (n, d), ``Y`` (n,).  The result is ``gradient(theta) -> g`` over the
    one parameter vector ``theta = (w^1, ..., w^d, b)`` of shape (d + 1,); d = 1 for numbers.
    """
    points = _as_rows(X)
    targets = np.asarray(Y, dtype=np.float64)

    def gradient(theta: FloatArray) -> FloatArray:
        db = grad_b(theta[:-1], theta[-1], points, targets)
        return np.append(points.T @ db, db.sum())

    return gradient


def total_loss(X: ArrayLike, Y: ArrayLike) -> Callable[[FloatArray], float]:
    """The loss summed over all points, ``loss(theta) -> number``; shapes as above."""
    points = _as_rows(X)
    targets = np.asarray(Y, dtype=np.float64)

    def summed(theta: FloatArray) -> float:
        return float(loss(theta[:-1], theta[-1], points, targets).sum())

    return summed


def _as_rows(X: ArrayLike) -> FloatArray:
    """Points as rows: numbers become points of one feature."""
    points = np.asarray(X, dtype=np.float64)
    return points[:, np.newaxis] if points.ndim == 1 else points
