"""Typed, with protocols and numpy.typing."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

Number = float | npt.NDArray[np.float64]
PointGradient = Callable[[Number, float, Number, float], Number]
Path = tuple[list[Number], list[float]]
T = TypeVar("T")

ONE: Final[float] = 1.0


def f(w: Number, b: float, x: Number) -> float:
    return float(ONE / (ONE + np.exp(-(np.dot(w, x) + b))))


def grad_w(w: Number, b: float, x: Number, y: float) -> Number:
    return grad_b(w, b, x, y) * x


def grad_b(w: Number, b: float, x: Number, y: float) -> float:
    out: float = f(w, b, x)
    return (out - y) * out * (ONE - out)


def correct_bias(moment: Number, beta: float, t: int) -> Number:
    return moment / (ONE - beta**t)


def epoch_sum(g: PointGradient, w: Number, b: float, X: Sequence[Number], Y: Sequence[float]) -> Number:
    return np.stack([np.asarray(g(w, b, x, y), dtype=np.float64) for x, y in zip(X, Y, strict=True)]).sum(axis=0)


def do_adagrad(
    X: Sequence[Number], Y: Sequence[float], init_w: Number, init_b: float, max_epochs: int,
    grad_w: PointGradient, grad_b: PointGradient, eta: float = 0.1, eps: float = 1e-8,
) -> Path:
    w: Number = init_w
    b: float = init_b
    v_w: Number = 0.0
    v_b: Number = 0.0
    path: Path = ([w], [b])
    for _ in range(max_epochs):
        dw: Number = epoch_sum(grad_w, w, b, X, Y)
        db: Number = epoch_sum(grad_b, w, b, X, Y)
        v_w = v_w + dw**2
        v_b = v_b + db**2
        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = float(b - (eta / np.sqrt(v_b + eps)) * db)
        path[0].append(w)
        path[1].append(b)
    return path


def do_rmsprop(
    X: Sequence[Number], Y: Sequence[float], init_w: Number, init_b: float, max_epochs: int,
    grad_w: PointGradient, grad_b: PointGradient, eta: float = 0.1, beta: float = 0.9, eps: float = 1e-8,
) -> Path:
    w: Number = init_w
    b: float = init_b
    v_w: Number = 0.0
    v_b: Number = 0.0
    path: Path = ([w], [b])
    for _ in range(max_epochs):
        dw: Number = epoch_sum(grad_w, w, b, X, Y)
        db: Number = epoch_sum(grad_b, w, b, X, Y)
        v_w = beta * v_w + (ONE - beta) * dw**2
        v_b = beta * v_b + (ONE - beta) * db**2
        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = float(b - (eta / np.sqrt(v_b + eps)) * db)
        path[0].append(w)
        path[1].append(b)
    return path


def do_adam(
    X: Sequence[Number], Y: Sequence[float], init_w: Number, init_b: float, max_epochs: int,
    grad_w: PointGradient, grad_b: PointGradient,
    eta: float = 0.1, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Path:
    w: Number = init_w
    b: float = init_b
    m_w: Number = 0.0
    m_b: Number = 0.0
    v_w: Number = 0.0
    v_b: Number = 0.0
    path: Path = ([w], [b])
    for t in range(1, max_epochs + 1):
        dw: Number = epoch_sum(grad_w, w, b, X, Y)
        db: Number = epoch_sum(grad_b, w, b, X, Y)
        m_w = beta1 * m_w + (ONE - beta1) * dw
        m_b = beta1 * m_b + (ONE - beta1) * db
        v_w = beta2 * v_w + (ONE - beta2) * dw**2
        v_b = beta2 * v_b + (ONE - beta2) * db**2
        w = w - (eta / np.sqrt(correct_bias(v_w, beta2, t) + eps)) * correct_bias(m_w, beta1, t)
        b = float(b - (eta / np.sqrt(correct_bias(v_b, beta2, t) + eps)) * correct_bias(m_b, beta1, t))
        path[0].append(w)
        path[1].append(b)
    return path


explanation: str = "The effective rate of the dense parameter falls like 1/sqrt(t)."
