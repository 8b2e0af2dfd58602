"""What a function returned, written down as plain doubles (``autograder.model.Value``).

The rules, in this order:

- None is None; a number (Python's or NumPy's) is a 0-d array; an array of numbers is an array.
- What holds numbers in another way is opened first: an iterator or a generator (up to the cap), an
  array of objects, a series or anything else that NumPy can make an array of.
- A list or tuple of length two *at the top* is always a tuple of its two converted parts:
  ``(w_history, b_history)`` must not arrive as one array when both happen to have one shape.  So is
  a tuple of a few sequences: ``(w_history, b_history, errors)``.
- A mapping from texts is its keys, each with its value.
- A list or tuple whose entries all hold exactly one number is a 1-D array; one whose entries
  are numbers or arrays of one shape is an array; any other is a tuple of values, three deep.
- Anything else is its type's name: an object, a string, a set, an array of complex numbers.

Everything is copied into fresh plain arrays of doubles, so that no subclass's method runs when
it is written; and whatever a hostile class does here, it does to its own answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, ValuesView
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.sandbox.inside.progress import Passing
from autograder.sandbox.inside.wire import (
    MAX_DIMENSIONS,
    MAX_ENTRIES,
    MAX_KEYS,
    MAX_PARTS,
    V_ARRAY,
    V_KEYED,
    V_NONE,
    V_OPAQUE,
    V_TUPLE,
    Writer,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_NUMBERS = 200_000
"""Numbers in one answer at most."""
MAX_DEPTH = 3
_FEW = 8
"""Things that a function returns beside each other at most; more are entries of one."""

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
        self.parts = MAX_PARTS

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooMuch

    def spend_part(self) -> None:
        self.parts -= 1
        if self.parts < 0:
            raise TooMuch


def write_value(writer: Writer, value: object) -> None:
    """Append ``value`` to the frame; raises :class:`TooMuch` beyond the caps."""
    budget = _Budget()
    if not isinstance(value, list) and not (isinstance(value, tuple) and len(value) == 2):
        value = _opened(value, 0)
    if isinstance(value, (list, tuple)) and (len(value) == 2 or _stand_beside(value)):
        budget.spend_part()
        _write_tuple(writer, value, 1, budget)
    else:
        _write(writer, value, 0, budget)


def _stand_beside(entries: Sequence[object]) -> bool:
    """Whether these are two sequences and a few things more that a function returned: ``return
    w_s, b_s, errors``, or ``return [w_s, b_s, error]``."""
    if not 2 < len(entries) <= _FEW:
        return False
    several = [
        entry.ndim > 0 if isinstance(entry, np.ndarray) else isinstance(entry, _SEQUENCES)
        for entry in entries
    ]
    return several[0] and several[1] and (isinstance(entries, tuple) or not all(several))


def _opened(value: object, depth: int) -> object:
    """The same in lists, tuples, mappings, numbers and arrays of numbers, where it can be."""
    if isinstance(value, _SEQUENCES):
        if depth > MAX_DEPTH or (_EXACTLY.issuperset(map(type, value)) and not _objects(value)):
            return value
        entries = [_opened(entry, depth + 1) for entry in value]
        return tuple(entries) if isinstance(value, tuple) else entries
    if value is None or isinstance(value, _NUMBERS):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "O":
            return value
        return _opened(list(value) if value.ndim else value.item(), depth)
    if isinstance(value, Mapping):
        if depth > MAX_DEPTH or len(value) > MAX_KEYS or not all(isinstance(k, str) for k in value):
            return value
        return {key: _opened(value[key], depth + 1) for key in value}
    return _opened_by_type(value, depth)


def _objects(entries: Iterable[object]) -> bool:
    return any(type(entry) is np.ndarray and entry.dtype.kind == "O" for entry in entries)


def _opened_by_type(value: object, depth: int) -> object:
    if isinstance(value, (Decimal, Fraction)):
        return float(value)
    if isinstance(value, (str, bytes, np.generic)):
        return value
    if isinstance(value, (Iterator, Passing, ValuesView)):
        entries = list(islice(iter(value), MAX_NUMBERS + 1))
        if len(entries) > MAX_NUMBERS:
            raise TooMuch
        return _opened(entries, depth)
    if hasattr(type(value), "__array__"):
        try:
            array = np.asarray(value)
        except (TypeError, ValueError):
            return value
        return _opened(array, depth) if type(array) is np.ndarray else value
    if isinstance(value, Sequence):
        return _opened(list(islice(value, MAX_NUMBERS)), depth)
    return value


def _write(writer: Writer, value: object, depth: int, budget: _Budget) -> None:
    budget.spend_part()
    if value is None:
        writer.u8(V_NONE)
        return
    array = _as_array(value, budget)
    if array is None:  # mostly there is nothing to be opened
        value = _opened(value, depth)
        array = _as_array(value, budget)
    if array is not None:
        writer.u8(V_ARRAY)
        writer.array(array)
    elif isinstance(value, _SEQUENCES) and depth < MAX_DEPTH:
        _write_tuple(writer, value, depth + 1, budget)
    elif type(value) is dict and depth < MAX_DEPTH and _named(value):
        writer.u8(V_KEYED)
        writer.text("dict")
        writer.u32(len(value))
        for key, entry in value.items():
            writer.text(key[:100])
            _write(writer, entry, depth + 1, budget)
    else:
        writer.u8(V_OPAQUE)
        writer.text(type(value).__name__[:100])


def _named(value: dict[object, object]) -> bool:
    return len(value) <= MAX_KEYS and all(type(key) is str for key in value)


def _write_tuple(writer: Writer, entries: Collection[object], depth: int, budget: _Budget) -> None:
    if len(entries) > MAX_ENTRIES:
        raise TooMuch
    writer.u8(V_TUPLE)
    writer.u32(len(entries))
    for entry in entries:
        _write(writer, entry, depth, budget)


def _as_array(value: object, budget: _Budget) -> NDArray[np.float64] | None:
    """A fresh array of doubles, or None where ``value`` is not regular and numeric."""
    if isinstance(value, _NUMBERS):
        budget.spend(1)
        return _doubles(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf" or value.ndim > MAX_DIMENSIONS:
            return None
        budget.spend(value.size)
        if isinstance(value, np.ma.MaskedArray):  # what lies below a mask is no answer
            return np.asarray(np.ma.filled(value.astype(np.float64), np.nan))
        return _doubles(value)
    if isinstance(value, _SEQUENCES):
        return _sequence_as_array(value, budget)
    return None


def _doubles(value: object) -> NDArray[np.float64] | None:
    try:
        return np.array(value, dtype=np.float64, subok=False)
    except OverflowError:  # an integer beyond the range of a double
        return None


def _regular(entries: list[Any], budget: _Budget) -> NDArray[np.float64] | None:
    """NumPy's own array of numbers and arrays, in one go; None where that is not the whole story:
    shapes that differ, numbers that are no doubles."""
    first = entries[0]
    if (first.size if type(first) is np.ndarray else 1) * len(entries) > budget.left:
        raise TooMuch
    try:
        array = np.array(entries)
    except ValueError:
        return None
    if array.dtype.kind not in "biuf" or array.ndim > MAX_DIMENSIONS:
        return None
    budget.spend(array.size)
    doubles = array.astype(np.float64, copy=False)
    # A number is a number, however many brackets it has.
    return doubles.reshape(-1) if array.ndim > 1 and array.size == len(entries) else doubles


def _sequence_as_array(entries: Collection[object], budget: _Budget) -> NDArray[np.float64] | None:
    if len(entries) == 0:
        return np.zeros(0)
    if len(entries) > MAX_NUMBERS:
        raise TooMuch
    if _EXACTLY.issuperset(map(type, entries)):
        regular = _regular(entries if type(entries) is list else list(entries), budget)
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
