"""Problems beyond the hidden ones, by which it is told whether an edited program is still right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.model import Call, FloatArray, Outcome, Trace


@dataclass(frozen=True, eq=False)
class Problem:
    """One call beyond those of any exam, and its right answer."""

    call: Call
    right: FloatArray
    read: Callable[[Trace], FloatArray | None]
    """An answer as numbers of the right one's form; None: it has another form."""
    unlike: tuple[str, ...]
    """In what it is unlike the ordinary, in a word or two each; empty: in nothing."""
    text: str
    """The same problem as an author can write it down, to ask it of everybody."""

    def apart(self, trace: Trace) -> float:
        """How far an answer is from the right one, beside 1 or the entry itself; inf: it is none.

        A call that changes what it is given answers wrong, whatever it returns.
        """
        own = None if trace.outcome is not Outcome.RETURNED else self.read(trace)
        if own is None or own.shape != self.right.shape or trace.changed:
            return float("inf")
        with np.errstate(all="ignore"):
            off = np.abs(own - self.right) / np.maximum(1, np.abs(self.right))
        most = float(off.max(initial=0.0))
        return most if np.isfinite(most) else float("inf")
