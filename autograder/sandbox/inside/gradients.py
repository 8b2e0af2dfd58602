"""The gradient functions handed to student code, built from the numbers of one call.

Each holds what that call needs and no more.  This module is not among those a child is started
with: its code is sent with the first calls that have such a function as argument, because it
contains what students are asked to derive in questions that come before.

The functions take ``w, b, x, y`` by position or by keyword,
as numbers, 0-d arrays or 1-D arrays, because student code does all of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Place = NDArray[np.float64] | float
    """w or b at one place."""

Function = Callable[[Any, Any, Any, Any], Any]


def _number(value: Any) -> float:
    """A number out of a float, a NumPy number, or an array that holds exactly one."""
    if type(value) is np.ndarray:
        return float(value.item())
    return float(value)


_DOUBLE = np.dtype(np.float64)
_PLAIN = frozenset({float, np.float64})
"""Types of numbers that are turned into a float as they are."""


def _are_vectors(w: Any, x: NDArray[Any]) -> bool:
    """Whether both are one point's worth of doubles."""
    if type(w) is not np.ndarray:
        return False
    shape = x.shape
    if len(shape) != 1 or w.shape != shape:
        return False
    kind = x.dtype
    return kind is w.dtype is _DOUBLE or bool(kind.char == w.dtype.char == "d")


def _is_vector(value: Any) -> bool:
    return isinstance(value, (np.ndarray, list, tuple)) and np.ndim(value) > 0


def neuron(
    of: str, scale: float, low: float, high: float, gain: float, rests: float = 0.0
) -> Function:
    """The derivative by ``of`` alone, "w" or "b", of :func:`neurons`."""
    by_w, by_b = neurons(scale, low, high, gain, rests)
    return by_w if of == "w" else by_b


def neurons(
    scale: float, low: float, high: float, gain: float, rests: float = 0.0
) -> tuple[Function, Function]:
    """Derivatives by w and by b of ``scale/2 (s - y)^2``.

    ``s = low + (high - low)(1 + tanh(gain z))/2`` with ``z = w . x + b``, hence
    ``s' = (high - low) gain (1 - tanh(gain z)^2)/2``.  A number x is answered by a NumPy number,
    a vector x by a vector; a whole matrix of points by one answer a point.  ``rests``: they are 0
    wherever ``sin(rests z) < 0``; 0: nowhere.

    Most loops ask for both at one point, then go on to the next point of one place (w, b).  So the
    two share what they know of the last point and place.  Of numbers only, which never change; and
    what is kept is written without a call in between, so that no other thread sees half of it.
    """
    half = (high - low) / 2
    slope_scale = scale * half * gain
    tanh, float64, ndarray, plain = math.tanh, np.float64, np.ndarray, _PLAIN
    last_w: Any = object()
    last_b: Any = last_w
    last_x: Any = last_w
    last_y: Any = last_w
    float_w = float_b = float_x = last = 0.0
    """The same as floats, and the derivative by b there."""

    def many(w: Any, b: Any, x: Any, y: Any, by_w: bool) -> Any:
        points = np.asarray(x, dtype=float64)
        t = np.tanh(gain * (np.dot(points, np.asarray(w, dtype=float64)) + b))
        by_b = slope_scale * (low + half * (1.0 + t) - np.asarray(y)) * (1.0 - t * t)
        if not by_w:
            return by_b if np.ndim(by_b) else float64(by_b)
        return (by_b[:, None] if points.ndim == 2 and np.ndim(by_b) == 1 else by_b) * points

    def elsewhere(w: Any, b: Any, x: Any, y: Any, by_w: bool) -> Any:
        if _is_vector(x) or (_is_vector(w) and np.size(w) != 1):
            return many(w, b, x, y, by_w)
        x = float(x)
        t = tanh(gain * (_number(w) * x + _number(b)))
        target = float(y) if type(y) is not ndarray else y.item()
        by_b = slope_scale * (low + half * (1.0 + t) - target) * (1.0 - t * t)
        return float64(by_b * x) if by_w else float64(by_b)

    def derivative(by_w: bool) -> Function:
        def of_one(w: Any, b: Any, x: Any, y: Any) -> Any:
            # Single numbers, and one vector, are the common cases, and have to cost less than a
            # microsecond: it is most of what a submission's calls compute.
            nonlocal last_w, last_b, last_x, last_y, float_w, float_b, float_x, last
            if x is last_x and y is last_y and w is last_w and b is last_b:
                return float64(last * float_x) if by_w else float64(last)
            if type(y) not in plain:
                return elsewhere(w, b, x, y, by_w)
            if type(x) not in plain:
                if type(x) is not ndarray or type(b) not in plain or not _are_vectors(w, x):
                    return elsewhere(w, b, x, y, by_w)
                t = tanh(gain * (float(w.dot(x)) + float(b)))
                by_b = slope_scale * (low + half * (1.0 + t) - float(y)) * (1.0 - t * t)
                return by_b * x if by_w else float64(by_b)
            if w is last_w and b is last_b:
                number_w, number_b = float_w, float_b
            elif type(w) in plain and type(b) in plain:
                number_w, number_b = float(w), float(b)
            else:
                return elsewhere(w, b, x, y, by_w)
            number = float(x)
            t = tanh(gain * (number_w * number + number_b))
            by_b = slope_scale * (low + half * (1.0 + t) - float(y)) * (1.0 - t * t)
            if w is not last_w or b is not last_b:
                last_w = w
                last_b = b
                float_w = number_w
                float_b = number_b
            last_x = x
            last_y = y
            float_x = number
            last = by_b
            return float64(by_b * number) if by_w else float64(by_b)

        return _resting(of_one, rests) if rests else of_one

    return derivative(True), derivative(False)


def _awake(angle: float) -> bool:
    """Whether its sine is not negative; ``math`` has none of infinity, and raises."""
    return math.isfinite(angle) and math.sin(angle) >= 0


def _resting(gradient: Function, rests: float) -> Function:
    """A gradient that is exactly 0 wherever ``sin(rests z) < 0``."""

    def derivative(w: Any, b: Any, x: Any, y: Any) -> Any:
        answer = gradient(w, b, x, y)
        if type(x) in _PLAIN and type(w) in _PLAIN and type(b) in _PLAIN:
            return answer if _awake(rests * (w * x + b)) else np.float64(0.0)
        if type(x) is np.ndarray and _are_vectors(w, x) and type(b) in _PLAIN:
            return answer if _awake(rests * (float(w.dot(x)) + b)) else 0.0 * answer
        points, w = np.asarray(x, dtype=np.float64), np.asarray(w, dtype=np.float64)
        awake = np.sin(rests * (np.dot(points, w if points.ndim else w.reshape(())) + b)) >= 0
        if awake.size == 1:
            return answer if awake.item() else 0.0 * answer
        return answer * (awake[:, None] if np.ndim(answer) == 2 else awake)

    return derivative


NEXT_TO = 1.1e-4
"""Places that differ by no more than this, beside 1 or themselves, are one to a recorded gradient:
a difference quotient is taken within it, an epoch's step leads out of it."""


def stream(values: NDArray[np.float64], start: NDArray[np.float64], points: int) -> Function:
    """Replay ``values``: row t - 1 in epoch t, and the last row after the last.

    The path begins at ``start`` (w's entries, then b), or where all ``points`` of data are asked
    for first, or, without a start, at once.  From then on each place (w, b) at which as many points
    are asked for as at the beginning is an epoch; what lies next to a place is that place.  Several
    points at once are answered by a row for each.
    """
    known: dict[object, int] = {}
    """Places that were asked for, exactly."""
    places: list[tuple[_Place, _Place]] = []
    rows: list[int] = []
    asked: list[int] = []
    """At each place: points of data asked for."""
    first: int | None = None
    """The place where the path begins."""
    last = len(values) - 1
    answers: list[Any] = list(values)  # numbers for a number, rows for a vector

    def place_of(w: _Place, b: _Place) -> int:
        for number in range(len(places) - 1, -1, -1):
            known_w, known_b = places[number]
            if _next_to(b, known_b) and _next_to(w, known_w):  # b is the cheaper one to look at
                return number
        before = 0
        if first is not None:
            before = sum(count >= asked[first] for count in asked[first:])
        places.append((w, b))
        rows.append(min(before, last))
        asked.append(0)
        return len(places) - 1

    def begins(place: int) -> bool:
        if not len(start) or asked[place] >= points:
            return True
        w, b = places[place]
        return np.size(w) == len(start) - 1 and _next_to(np.append(w, b), start)

    def recorded(w: Any, b: Any, x: Any, y: Any) -> Any:
        nonlocal first
        exactly: object
        if type(w) in _PLAIN and type(b) in _PLAIN and w == w and b == b:  # NaN equals nothing
            exactly = (w, b)
        else:
            w, b = np.float64(w), np.float64(b)
            exactly = (w.tobytes(), b.tobytes())
        place = known.get(exactly)
        if place is None:
            # Floats are compared in a tenth of the time; of an array a copy, for code may go on to
            # move w in place.
            place = known[exactly] = place_of(*(_kept(value) for value in (w, b)))
        is_one = type(y) in _PLAIN or not np.ndim(y)
        count = 1 if is_one else np.size(y)
        asked[place] = min(asked[place] + count, points)
        if first is None and begins(place):
            first = place
        answer = answers[rows[place]]
        if not is_one:
            return np.repeat(answer[None], count, axis=0)
        return answer.copy() if answer.ndim else answer

    return recorded


def _kept(value: Any) -> _Place:
    return np.array(value) if np.ndim(value) else float(value)


def _next_to(one: _Place, other: _Place) -> bool:
    if type(one) is float and type(other) is float:
        return abs(one - other) <= NEXT_TO * max(1.0, abs(other))
    if np.shape(one) != np.shape(other):
        return False
    return bool((np.abs(one - other) <= NEXT_TO * np.maximum(1.0, np.abs(other))).all())


def named(function: Function, of: str) -> Function:
    """The function under the name students know it by."""
    function.__name__ = function.__qualname__ = f"grad_{of}"
    function.__module__ = "__main__"
    return function
