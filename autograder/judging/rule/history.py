"""Reading a returned history, and where two trajectories first part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from autograder.judging import words
from autograder.kept.findings import Findings
from autograder.model import FloatArray, Opaque, Outcome, Trace, Value


@dataclass(frozen=True, eq=False)
class History:
    """What a student's update rule returned, as rows (w's entries, then b)."""

    rows: FloatArray | None
    """Shape (entries, d + 1); None: it is no pair of histories."""
    problem: str = ""
    """What is wrong with its form, as a sentence; empty: nothing."""
    nothing: bool = False
    """True: the function returned None."""
    only_point: bool = False
    """True: a single pair (w, b) came back instead of two histories."""


_HISTORIES = Findings[History]()
"""Several parts of a verdict look at one trace."""


def read_history(trace: Trace, features: int, vector: bool) -> History:
    """Read the value of a trace; ``vector``: x is an array of ``features`` numbers."""
    return _HISTORIES.of(trace, (features, vector), partial(_read_history, trace, features, vector))


def _read_history(trace: Trace, features: int, vector: bool) -> History:
    if trace.outcome is not Outcome.RETURNED:
        return History(None)
    parts = _two_parts(trace.value)
    if parts is None:
        return History(None, _not_two(trace.value), nothing=trace.value is None)
    w, b = (_squeezed(part, vector and k == 0) for k, part in enumerate(parts))
    if not isinstance(w, np.ndarray) or not isinstance(b, np.ndarray):
        name, part = ("w_history", w) if not isinstance(w, np.ndarray) else ("b_history", b)
        return History(None, words.HISTORY_OTHER.format(name=name, what=_describe(part)))
    if vector and features == 1 and w.ndim == b.ndim == 1:
        w = w[:, None]  # entries that hold one number each arrive as numbers
    if w.size == b.size == 0:
        return History(np.empty((0, features + 1)))
    if w.ndim == int(vector) and b.ndim == 0:
        return _rows(w[None], b[None], features, only_point=True)
    if w.ndim != 1 + int(vector) or b.ndim != 1:
        wanted = "(epochs + 1, d)" if vector else "(epochs + 1,)"
        return History(None, words.HISTORY_SHAPES.format(w=w.shape, b=b.shape, wanted=wanted))
    return _rows(w, b, features)


def _rows(w: FloatArray, b: FloatArray, features: int, only_point: bool = False) -> History:
    if len(w) != len(b):
        return History(None, words.HISTORY_LENGTHS.format(w=len(w), b=len(b)))
    w = w.reshape(len(w), -1)
    if w.shape[1] != features:
        return History(None, words.HISTORY_WIDTH.format(own=w.shape[1], wanted=features))
    rows = np.concatenate([w, b[:, None]], axis=1)
    rows.setflags(write=False)  # other students' answers may be the same
    return History(rows, only_point=only_point)


def _two_parts(value: Value) -> tuple[Value, Value] | None:
    if isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == 2:
        return np.asarray(value[0]), np.asarray(value[1])
    if isinstance(value, tuple) and len(value) == 2:
        return value[0], value[1]
    return None


def _not_two(value: Value) -> str:
    if value is None:
        return words.HISTORIES_NONE
    if isinstance(value, tuple):
        return words.HISTORIES_COUNT.format(count=len(value))
    return words.HISTORIES_OTHER.format(what=_describe(value))


def _describe(value: Value) -> str:
    if value is None:
        return words.WHAT_NONE
    if isinstance(value, Opaque):
        return words.WHAT_OPAQUE.format(type=value.type_name)
    if isinstance(value, np.ndarray):
        return words.WHAT_ARRAY.format(shape=value.shape) if value.ndim else words.WHAT_NUMBER
    return words.WHAT_SEQUENCE.format(count=len(value))


def _squeezed(part: Value, vector: bool) -> Value:
    """Axes of length one behind the epochs (and behind the features) say nothing: drop them."""
    if not isinstance(part, np.ndarray):
        return part
    keep = 2 if vector else 1
    while part.ndim > keep and part.shape[-1] == 1:
        part = part[..., 0]
    if vector and part.ndim == 3 and part.shape[1] == 1:
        part = part[:, 0]
    return part


@dataclass(frozen=True)
class Difference:
    """The first place where a trajectory leaves the expected one."""

    epoch: int
    parameter: str
    ratio: float | None
    """Student's step over expected step there; None where it has no finite value."""
    own_step: float


def equal(own: FloatArray, expected: FloatArray, tolerance: float) -> bool:
    """Same shape and every entry within ``tolerance``; NaN equals nothing."""
    if own.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(own - expected) <= tolerance).all())


def first_difference(own: FloatArray, expected: FloatArray, tolerance: float) -> Difference | None:
    """Where two trajectories of one shape first differ; None: nowhere."""
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(own - expected) <= tolerance)
    if not wrong.any():
        return None
    epoch = int(np.argmax(wrong.any(axis=1)))
    column = int(np.argmax(wrong[epoch]))
    last = own.shape[1] - 1
    name = "b" if column == last else "w" if last == 1 else f"w[{column}]"
    if epoch == 0:
        return Difference(0, name, None, float("nan"))
    own_step = float(own[epoch, column] - own[epoch - 1, column])
    step = float(expected[epoch, column] - expected[epoch - 1, column])
    ratio = own_step / step if step != 0 and np.isfinite(own_step) else None
    return Difference(epoch, name, ratio, own_step)
