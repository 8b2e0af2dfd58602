"""What the lecture only mentions: where Adam fails, AMSGrad, and AdaGrad without its root.

"Some recent work suggests that there is a problem with Adam and it will not converge in some
cases": S. Reddi, S. Kale, S. Kumar, "On the Convergence of Adam and Beyond", ICLR 2018.
"In practice this does not work so well if we remove the square root from the denominator
(something to ponder about)": the AdaGrad slide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from reference.update_rules import FloatArray, GradientFunction


def adagrad_without_root(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    eps: float = 1e-8,
) -> FloatArray:
    """``v_t = v_{t-1} + g**2``, ``theta = theta - eta / (v_t + eps) * g``.

    Why it does worse: with the root, a step is eta times a pure number, the same whether the loss
    is in cents or in euros.  Without it a step is eta divided by a gradient: a hundred times the
    loss makes steps a hundred times smaller, and under a constant gradient the steps shrink like
    1/t, not 1/sqrt(t), so the way covered grows like log t only.
    """
    theta = np.array(start, dtype=np.float64)
    v = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        g = gradient(theta)
        v = v + g**2
        theta = theta - eta / (v + eps) * g
        history.append(theta)
    return np.array(history)


def amsgrad(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
) -> FloatArray:
    """``v_hat_t = max(v_hat_{t-1}, v_t)``, ``theta = theta - eta / sqrt(v_hat_t + eps) * m_t``.

    m and v as in Adam and, as in the paper's Algorithm 2, *neither is bias-corrected*.  After each
    step theta is put back between ``low`` and ``high`` (the paper's projection, for a box).
    Ours: a constant eta (the paper lowers it like 1/sqrt(t)) and ε inside the root (the paper
    has none).

    Rival conventions: PyTorch and Keras take the maximum of the raw v and correct m and that
    maximum afterwards; optax corrects first and takes the maximum of the corrected v unless told
    otherwise; all three add ε outside the root.
    """
    theta = np.array(start, dtype=np.float64)
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    v_hat = np.zeros_like(theta)
    history = [theta]
    for _ in range(max_epochs):
        g = gradient(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        v_hat = np.maximum(v_hat, v)
        theta = np.clip(theta - eta / np.sqrt(v_hat + eps) * m, low, high)
        history.append(theta)
    return np.array(history)


def projected_adam(
    gradient: GradientFunction,
    start: ArrayLike,
    max_epochs: int,
    eta: float = 0.1,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
) -> FloatArray:
    """The lecture's Adam, put back between ``low`` and ``high`` after each step."""
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
        theta = np.clip(theta - eta / np.sqrt(v_hat + eps) * m_hat, low, high)
        history.append(theta)
    return np.array(history)


def sequence_adam_fails_on(rounds: int, C: float = 3.0) -> FloatArray:
    """The gradients C, -1, -1, C, -1, -1, ... (section 3 of the paper); shape (rounds,).

    Round t, counted from 1, has the loss ``C * x`` where ``t mod 3 == 1`` and ``-x`` elsewhere,
    for x in [-1, 1].  With C > 2 the losses of three rounds add up to ``(C - 2) * x``, so
    x = -1 is best.  With ``beta1 = 0, beta2 = adam_fails_with(C)`` Adam goes to x = +1, the worst
    point: it forgets the rare large gradient before the two small ones have had their step.
    """
    rounds_from_one = np.arange(1, rounds + 1)
    return np.where(rounds_from_one % 3 == 1, float(C), -1.0)


def adam_fails_with(C: float = 3.0) -> float:
    """``beta2 = 1 / (1 + C**2)``, the paper's choice in its theorem 1."""
    return 1 / (1 + C**2)


def replay(gradients: ArrayLike) -> GradientFunction:
    """A gradient function that answers row t at its t-th call, whatever theta.

    ``gradients`` has shape (rounds,) or (rounds, len(theta)).  Each function keeps its own clock:
    make a new one for each run.  Raises StopIteration after the last row.
    """
    rows = iter(np.asarray(gradients, dtype=np.float64))

    def gradient(theta: FloatArray) -> FloatArray:
        return np.broadcast_to(next(rows), theta.shape)

    return gradient
