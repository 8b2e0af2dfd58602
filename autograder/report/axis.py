"""One axis of a figure: from numbers to pixels, and where its ticks stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from autograder.model import FloatArray

LARGEST = 1e300
"""What is beyond is drawn there, so that a span never overflows."""
SMALLEST = 1e-300
"""What is not above it has no place on a logarithmic axis."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Tick:
    """A place on an axis with its number."""

    value: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Numbers from ``low`` to ``high`` drawn from pixel ``start`` to pixel ``end``."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    whole: bool = False
    """True: ticks stand at whole numbers only."""

    def __call__(self, values: FloatArray) -> FloatArray:
        """Pixels of the values; those of values that are not finite are not finite."""
        low, high = self._inner(np.array([self.low, self.high]))
        share = (self._inner(np.asarray(values, dtype=float)) - low) / (high - low)
        pixels: FloatArray = self.start + share * (self.end - self.start)
        return pixels

    def pixel(self, value: float) -> float:
        """Where one number lies."""
        return float(self(np.array([value]))[0])

    def ticks(self, count: int = 5) -> tuple[Tick, ...]:
        """About ``count`` ticks at round numbers, lowest first."""
        return _decades(self.low, self.high, count) if self.log else self._even(count)

    def _inner(self, values: FloatArray) -> FloatArray:
        return np.log10(values) if self.log else values

    def _even(self, count: int) -> tuple[Tick, ...]:
        step = round_step((self.high - self.low) / count)
        if self.whole:
            step = max(1.0, step)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        largest = max(abs(first), abs(last)) * step
        return tuple(
            Tick(k * step, number(k * step, step, largest)) for k in range(first, last + 1)
        )


def axis_for(
    low: float, high: float, start: float, end: float, *, log: bool = False, whole: bool = False
) -> Axis:
    """An axis that shows at least ``low`` to ``high``, widened where they are (nearly) one number.

    On a logarithmic axis both must be above 0.
    """
    if log:
        if high < low * 4:  # so that a tick lies between them
            low, high = low / 2, high * 2
        return Axis(max(low, SMALLEST / 2), min(high, 2 * LARGEST), start, end, log=True)
    low, high = (min(max(end, -LARGEST), LARGEST) for end in (low, high))
    if high - low <= max(1e-6 * max(abs(low), abs(high)), 1e-290):
        room = max(0.5 * abs(low), 0.5)
        low, high = low - room, high + room
    return Axis(low, high, start, end, whole=whole)


def round_step(rough: float) -> float:
    """The one of 1, 2, 5 times a power of ten that is nearest to ``rough``, as ratios go."""
    power: float = 10.0 ** math.floor(math.log10(rough))
    share = rough / power
    factor = 1 if share < 1.42 else 2 if share < 3.17 else 5 if share < 7.08 else 10
    return factor * power


def number(value: float, step: float, largest: float) -> str:
    """A tick's number with as many digits as its step needs: 0.25, 3000, 2.5·10⁶.

    ``largest`` is the largest of all ticks, so that all are written in one way.
    """
    if value == 0:
        return "0"
    exponent, digits = _exponent(largest), max(0, -_exponent(step))
    plain = len(f"{largest:.{digits}f}")
    shown = max(0, exponent - _exponent(step))
    raised = f"·10{_raised(exponent)}"
    if plain <= 6 or plain < len(f"{1.0:.{shown}f}{raised}"):
        return _minus(f"{value:.{digits}f}")
    return _minus(f"{value / 10.0**exponent:.{shown}f}") + raised


def _exponent(value: float) -> int:
    return math.floor(math.log10(value) + 1e-9)


def _decades(low: float, high: float, count: int) -> tuple[Tick, ...]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    rough = (last - first) / (count + 1)
    stride = next(s for s in (1, 2, 3, 5, 10, 20, 50, 100, 200) if s >= rough)
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = []
    for power in range(stride * (first // stride), last + 1, stride):
        for factor in factors:
            value = factor * 10.0**power
            if low * 0.999 <= value <= high * 1.001:
                ticks.append(Tick(value, _power_label(factor, power)))
    return tuple(ticks)


def _power_label(factor: int, power: int) -> str:
    if -3 <= power <= 3:
        return f"{factor * 10.0**power:g}"
    return f"10{_raised(power)}" if factor == 1 else f"{factor}·10{_raised(power)}"


def _raised(power: int) -> str:
    return str(power).translate(_SUPERSCRIPTS)


def _minus(text: str) -> str:
    return text.replace("-", "−")
