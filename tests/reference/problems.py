"""A problem to run rules on, made of a gradient and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Given:
    """A :class:`reference.rules_as_data.Problem` with all that it says given."""

    gradient: Callable[[FloatArray, int], FloatArray]
    start: FloatArray
    points: int
    max_epochs: int
    hyper: Mapping[str, float]

    @property
    def t(self) -> FloatArray:
        return np.arange(1, max(self.max_epochs, 2) + 1, dtype=np.float64)
