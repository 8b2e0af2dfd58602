"""What a function returned, written down as plain doubles (``autograder.model.Value``).

The rules, in this order:

- None is None; a number (Python's or NumPy's) is a 0-d array; an array of numbers is an array.
- A list or tuple of length two *at the top* is always a tuple of its two converted parts:
  ``(w_history, b_history)`` must not arrive as one array when both happen to have one shape.
- A list or tuple whose entries all hold exactly one number is a 1-D array; one whose entries
  are numbers or arrays of one shape is an array; any other is a tuple of values, three deep.
- Anything else is its type's name: an object, a string, a dictionary, a generator, an array of
  complex numbers or of objects.

Everything is copied into fresh plain arrays of doubles, so that no subclass's method runs when
it is written; and whatever a hostile class does here, it does to its own answer.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from autograder.sandbox.inside.wire import (
    MAX_DIMENSIONS,
    V_ARRAY,
    V_NONE,
    V_OPAQUE,
    V_TUPLE,
    Writer,
)

MAX_NUMBERS = 200_000
"""Numbers in one answer at most."""
MAX_DEPTH = 3
MAX_ENTRIES = 10_000
"""Entries of a tuple that is no regular array."""

_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)
_SEQUENCES = (list, tuple, deque, range)
_EXACTLY = frozenset({bool, int, float, np.float64, np.float32, np.int64, np.bool_, np.ndarray})
"""Types of the entries of nearly every history; of their subclasses, nothing is known."""


class TooMuch(Exception):
    """The answer holds more numbers than anyone asked for."""


class _Budget:
    """How many numbers may still be written."""

    def __init__(self) -> None:
        self.left = MAX_NUMBERS

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooMuch


def write_value(writer: Writer, value: Any) -> None:
    """Append ``value`` to the frame; raises :class:`TooMuch` beyond the caps."""
    budget = _Budget()
    if isinstance(value, (list, tuple)) and len(value) == 2:
        _write_tuple(writer, value, 1, budget)
    else:
        _write(writer, value, 0, budget)


def _write(writer: Writer, value: Any, depth: int, budget: _Budget) -> None:
    if value is None:
        writer.u8(V_NONE)
        return
    array = _as_array(value, budget)
    if array is not None:
        writer.u8(V_ARRAY)
        writer.array(array)
    elif isinstance(value, _SEQUENCES) and depth < MAX_DEPTH:
        _write_tuple(writer, value, depth + 1, budget)
    else:
        writer.u8(V_OPAQUE)
        writer.text(type(value).__name__[:100])


def _write_tuple(writer: Writer, entries: Any, depth: int, budget: _Budget) -> None:
    if len(entries) > MAX_ENTRIES:
        raise TooMuch
    writer.u8(V_TUPLE)
    writer.u32(len(entries))
    for entry in entries:
        _write(writer, entry, depth, budget)


def _as_array(value: Any, budget: _Budget) -> np.ndarray[Any, Any] | None:
    """A fresh array of doubles, or None where ``value`` is not regular and numeric."""
    if isinstance(value, _NUMBERS):
        budget.spend(1)
        return _doubles(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf" or value.ndim > MAX_DIMENSIONS:
            return None
        budget.spend(value.size)
        return _doubles(value)
    if isinstance(value, _SEQUENCES):
        return _sequence_as_array(value, budget)
    return None


def _doubles(value: Any) -> np.ndarray[Any, Any] | None:
    try:
        return np.array(value, dtype=np.float64, subok=False)
    except OverflowError:  # an integer beyond the range of a double
        return None


def _regular(entries: list[Any], budget: _Budget) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """NumPy's own array of numbers and arrays, in one go; None where that is not the whole story:
    shapes that differ, numbers that are no doubles."""
    if np.size(entries[0]) * len(entries) > budget.left:
        raise TooMuch
    try:
        array = np.array(entries)
    except ValueError:
        return None
    if array.dtype.kind not in "biuf" or array.ndim > MAX_DIMENSIONS:
        return None
    budget.spend(array.size)
    doubles = array.astype(np.float64)
    # A number is a number, however many brackets it has.
    return doubles.reshape(-1) if array.size == len(entries) else doubles


def _sequence_as_array(entries: Any, budget: _Budget) -> np.ndarray[Any, Any] | None:
    if len(entries) == 0:
        return np.zeros(0)
    if len(entries) > MAX_NUMBERS:
        raise TooMuch
    if _EXACTLY.issuperset(map(type, entries)):
        regular = _regular(list(entries), budget)
        if regular is not None:
            return regular
    if all(isinstance(entry, _NUMBERS) for entry in entries):
        budget.spend(len(entries))
        return _doubles(list(entries))
    if not all(isinstance(entry, (*_NUMBERS, np.ndarray, *_SEQUENCES)) for entry in entries):
        return None
    budget_before = budget.left
    parts = [_as_array(entry, budget) for entry in entries]
    arrays = [part for part in parts if part is not None]
    if len(arrays) == len(parts):
        if all(part.size == 1 for part in arrays):
            return np.array([part.item() for part in arrays])
        if len({part.shape for part in arrays}) == 1 and arrays[0].ndim < MAX_DIMENSIONS:
            return np.stack(arrays)
    budget.left = budget_before  # it is written entry by entry instead
    return None
