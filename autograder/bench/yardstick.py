"""A yardstick that does not move, beside a floor that does.

The floor is what students' own code computes, so it falls when less is asked, and by it alone
nobody could tell whether grading has become faster.  So one earlier version was measured beside a
piece of work that never changes: what it took for one right submission, in units of that work, is
:data:`EARLIER`.  A machine that does the work in half the time would have run that version in half
the time.
"""

from __future__ import annotations

import math
import time
from statistics import fmean, median

import numpy as np

from autograder.bench.measured import in_fresh_processes

COMMIT = "05e296e"
"""The earlier version: of everybody it asked three runs of 100 points for 60 epochs."""
EARLIER = 5.4
"""CPU time that it took for one right submission, without its page, in units of :func:`work`: its
floor was 3.63 of them (the middle of 4 runs in turn with the work, for each right variant, twice),
and its own benchmark says 1.49 times its floor."""
REPEATED = 25


def earlier_seconds(at_once: int) -> float:
    """CPU seconds that the earlier version would take here for one right submission.

    ``at_once``: processes that find it out side by side, as many as grading has workers.
    """
    return EARLIER * fmean(in_fresh_processes(at_once, work))


def work() -> float:
    """CPU seconds of a fixed piece of work, loops of the lecture's kind: the middle of some.

    Nothing in it may change.
    """
    return median(_once() for _ in range(REPEATED))


def _once() -> float:
    X, Y = np.linspace(-2.0, 2.0, 100), np.linspace(0.0, 1.0, 100)
    begun = time.process_time()
    for _ in range(3):
        w, b, v_w, v_b = np.float64(-2.0), np.float64(-2.0), np.float64(0.0), np.float64(0.0)
        for _ in range(60):
            dw, db = np.float64(0.0), np.float64(0.0)
            for x, y in zip(X, Y, strict=True):
                dw += _slope(w, b, x, y) * x
                db += _slope(w, b, x, y)
            v_w, v_b = v_w + dw**2, v_b + db**2
            w, b = w - 0.1 / np.sqrt(v_w + 1e-8) * dw, b - 0.1 / np.sqrt(v_b + 1e-8) * db
    return time.process_time() - begun


def _slope(w: float, b: float, x: float, y: float) -> float:
    s = 1.0 / (1.0 + math.exp(-(float(w) * float(x) + float(b))))
    return (s - y) * s * (1.0 - s)
