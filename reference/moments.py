"""What an exponential moving average averages, and why Adam corrects it.

The lecture's derivation.  With ``m_0 = 0`` and ``m_t = beta * m_{t-1} + (1 - beta) * g_t``::

    m_1 =                                              (1 - beta) g_1
    m_2 =                     beta (1 - beta) g_1    + (1 - beta) g_2
    m_3 = beta**2 (1 - beta) g_1 + beta (1 - beta) g_2 + (1 - beta) g_3

    m_t = (1 - beta) * sum over i = 1..t of beta**(t - i) * g_i

We want the average to be right on average, E[m_t] = E[g].  The g_i are random, and all drawn from
one distribution, so each has the expectation E[g], and it comes out of the sum::

    E[m_t] = E[g] * (1 - beta) * sum over i of beta**(t - i)
           = E[g] * (1 - beta) * (1 - beta**t) / (1 - beta)      a geometric series
           = E[g] * (1 - beta**t)

So m_t is too small, most of all at the start (t = 1: by the factor 1 - beta), and dividing it by
``1 - beta**t`` makes it right.  The same holds for v_t with g**2 in place of g.

Seen as weights: the weights of m_t add up to ``1 - beta**t``, those of the corrected m_t to 1.
Everywhere ``0 <= beta < 1``, and t counts from 1.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]


def average_weights(beta: float, epochs: int) -> FloatArray:
    """The weight of g_i in m_t: ``(1 - beta) * beta**(t - i)``, and 0 for i > t.

    Shape (epochs, epochs); row t - 1 belongs to epoch t, column i - 1 to the gradient of epoch i.
    """
    age = np.subtract.outer(np.arange(epochs), np.arange(epochs))
    weights: FloatArray = (1 - beta) * float(beta) ** np.maximum(age, 0)
    return np.tril(weights)  # the future has no weight


def corrected_weights(beta: float, epochs: int) -> FloatArray:
    """The weight of g_i in ``m_t / (1 - beta**t)``; shape as above, every row adds up to 1."""
    t = np.arange(1, epochs + 1)[:, np.newaxis]
    return correct_bias(average_weights(beta, epochs), beta, t)


def expected_moment(expected: ArrayLike, beta: float, t: ArrayLike) -> FloatArray:
    """``E[m_t] = (1 - beta**t) * E[g]`` (or E[v_t] from E[g**2]), for gradients drawn alike."""
    moment: FloatArray = _share(beta, t) * np.asarray(expected, dtype=np.float64)
    return moment


def correct_bias(moment: ArrayLike, beta: float, t: ArrayLike) -> FloatArray:
    """``moment / (1 - beta**t)``: the average that is right in expectation.

    ``moment`` a number or an array; ``t`` from 1 (t = 0 would divide by 0).
    """
    corrected: FloatArray = np.asarray(moment, dtype=np.float64) / _share(beta, t)
    return corrected


def _share(beta: float, t: ArrayLike) -> FloatArray:
    """``1 - beta**t``: what the weights of m_t add up to."""
    share: FloatArray = 1 - np.float64(beta) ** np.asarray(t)
    return share
