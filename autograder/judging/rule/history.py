"""Reading a returned history, and where two trajectories first part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple, TypeAlias, TypeGuard

import numpy as np

from autograder.judging import words
from autograder.judging.rule.instance import Instance
from autograder.kept.findings import Findings
from autograder.model import FloatArray, Keyed, Opaque, Outcome, Trace, Value

Form: TypeAlias = Literal["", "other", "swapped"]
"""How the numbers came: as two histories, as a list of pairs or by keys, as b's history and w's."""


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
    form: Form = ""


_HISTORIES = Findings[History]()
"""Several parts of a verdict look at one trace."""


def read_history(
    trace: Trace,
    features: int,
    vector: bool,
    start: FloatArray | None = None,
) -> History:
    """Read the value of a trace; ``vector``: x is an array of ``features`` numbers.

    Pairs, mappings and the other order are read, too, and said; ``start`` (w's entries, then b, as
    the call was given them) tells them apart where shapes do not.
    """
    known = None if start is None else start.tobytes()
    key = (features, vector, known)
    return _HISTORIES.of(trace, key, partial(_read_history, trace, features, vector, start))


def rows_of(instance: Instance, traces: Mapping[str, Trace]) -> FloatArray | None:
    """The rows of the answer to an instance; None: there is none, or it is no pair of histories."""
    trace = traces.get(instance.name)
    if trace is None:
        return None
    return read_history(trace, instance.features, instance.init_w.ndim == 1, instance.start).rows


def _read_history(trace: Trace, features: int, vector: bool, start: FloatArray | None) -> History:
    if trace.outcome is not Outcome.RETURNED:
        return History(None)
    parts = _parts(trace.value, features, vector, start)
    if parts is None:
        return History(None, _not_two(trace.value), nothing=trace.value is None)
    w, b = (_squeezed(part, vector and k == 0) for k, part in enumerate((parts.w, parts.b)))
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
    return replace(_rows(w, b, features), form=parts.form)


class _Parts(NamedTuple):
    """What is to be read as the two histories."""

    w: Value
    b: Value
    form: Form = ""


def _parts(value: Value, features: int, vector: bool, start: FloatArray | None) -> _Parts | None:
    if _plainly_two(value, features, vector, start):
        return _Parts(*value)
    if isinstance(value, Keyed):
        held = dict(value.entries)
        return _Parts(held["w"], held["b"], "other") if {"w", "b"} <= held.keys() else None
    pairs = _pairs(value, features, vector, start)
    if pairs is not None:
        return pairs
    parts = _first_two(value, start)
    if parts is None:
        return None
    return _Parts(parts[1], parts[0], "swapped") if _swapped(*parts, features, start) else parts


def _plainly_two(
    value: Value, features: int, vector: bool, start: FloatArray | None
) -> TypeGuard[tuple[FloatArray, FloatArray]]:
    """Whether these are two histories that begin where they should, as nearly all are."""
    if type(value) is not tuple or len(value) != 2 or start is None:
        return False
    w, b = value
    if type(w) is not np.ndarray or type(b) is not np.ndarray:
        return False
    if w.ndim != 1 + vector or b.ndim != 1 or not w.size or not b.size:
        return False
    return features > 1 or bool(w.flat[0] == start[0] and b[0] == start[1])


def _first_two(value: Value, start: FloatArray | None) -> _Parts | None:
    """Two histories; what is returned after them is an error history or the like."""
    if isinstance(value, np.ndarray) and value.ndim > 0 and value.size:
        several = value.ndim == 2 and start is not None and _begins_at(value[:, :1].ravel(), start)
        if len(value) == 2 or (several and len(value) > 2):
            return _Parts(np.asarray(value[0]), np.asarray(value[1]))
    if isinstance(value, tuple) and len(value) >= 2:
        histories = all(isinstance(part, np.ndarray) and part.ndim for part in value[:2])
        if len(value) == 2 or histories:
            return _Parts(value[0], value[1])
    return None


def _pairs(value: Value, features: int, vector: bool, start: FloatArray | None) -> _Parts | None:
    """A list of (w, b), or of (w, b, error), one for each epoch."""
    if isinstance(value, tuple) and value:
        pairs = [part for part in value if _is_pair(part)]
        if len(pairs) == len(value):
            w, b = (np.array([part[k] for part in pairs]) for k in (0, 1))
            return _Parts(w, b, "other")
    if features > 1 or (start is None and not isinstance(value, np.ndarray)):
        return None
    if isinstance(value, tuple) and len(value) == 2 and all(_two_numbers(part) for part in value):
        value = np.array(value)
    if not isinstance(value, np.ndarray) or value.ndim != 2 or not len(value) or value.shape[1] < 2:
        return None
    if start is None:
        paired = value.shape[1] == 2 and len(value) != 2
    else:
        paired = _begins_at(value[:1].ravel(), start) and not _begins_at(value[:, 0], start)
    w = value[:, :1] if vector else value[:, 0]
    return _Parts(w, value[:, 1], "other") if paired else None


def _is_pair(part: Value) -> TypeGuard[tuple[FloatArray, FloatArray]]:
    """An array w and a number b, whatever comes after them."""
    if not isinstance(part, tuple) or len(part) < 2:
        return False
    w, b = part[:2]
    return isinstance(w, np.ndarray) and isinstance(b, np.ndarray) and w.ndim == b.size == 1


def _two_numbers(part: Value) -> bool:
    return isinstance(part, np.ndarray) and part.shape == (2,)


_SAME_START = 1e-6
"""How far from the start, beside it, the first entry may be and still be told as the start."""


def _begins_at(numbers: FloatArray, start: FloatArray) -> bool:
    """Whether the first two of them are a number w and b of the start, which may be tiny."""
    if len(numbers) < 2 or len(start) != 2:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(numbers[:2] - start) <= _SAME_START * np.abs(start)).all())


def _swapped(w: Value, b: Value, form: Form, features: int, start: FloatArray | None) -> bool:
    """Whether the history of b comes first."""
    if not isinstance(w, np.ndarray) or not isinstance(b, np.ndarray):
        return False
    if features > 1:
        return w.ndim == 1 and b.ndim == 2 and b.shape[1] == features
    if start is None or not w.size or not b.size:
        return False
    first = np.array([w.flat[0], b.flat[0]])
    return _begins_at(first[::-1], start) and not _begins_at(first, start)


def _rows(w: FloatArray, b: FloatArray, features: int, only_point: bool = False) -> History:
    if len(w) != len(b):
        return History(None, words.HISTORY_LENGTHS.format(w=len(w), b=len(b)))
    w = w.reshape(len(w), -1)
    if w.shape[1] != features:
        return History(None, words.HISTORY_WIDTH.format(own=w.shape[1], wanted=features))
    rows = np.concatenate([w, b[:, None]], axis=1)
    rows.setflags(write=False)  # other students' answers may be the same
    return History(rows, only_point=only_point)


def _not_two(value: Value) -> str:
    if value is None:
        return words.HISTORIES_NONE
    if isinstance(value, tuple) and len(value) != 2:
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


Instead: TypeAlias = Literal["", "nan", "inf"]
INSTEAD: tuple[Literal["nan", "inf"], ...] = ("nan", "inf")


@dataclass(frozen=True)
class Difference:
    """The first place where a trajectory leaves the expected one."""

    epoch: int
    parameter: str
    column: int
    own_step: float
    step: float
    """The expected one there."""
    instead: Instead = ""
    """What stands there in place of a number."""
    stays: bool = False
    """Whether nothing but that follows, to the end."""

    @property
    def ratio(self) -> float | None:
        """Student's step over expected step; None where either is none to compare with."""
        if self.instead or self.epoch == 0 or self.step == 0:
            return None
        return self.own_step / self.step + 0.0  # no -0


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
        return Difference(0, name, column, float("nan"), float("nan"))
    follows = own[epoch:, column]
    with np.errstate(all="ignore"):
        own_step = float(follows[0] - own[epoch - 1, column])
    step = float(expected[epoch, column] - expected[epoch - 1, column])
    kinds = {"nan": np.isnan(follows), "inf": np.isinf(follows)}
    for kind in INSTEAD:
        if kinds[kind][0]:
            return Difference(epoch, name, column, own_step, step, kind, bool(kinds[kind].all()))
    return Difference(epoch, name, column, own_step, step)
