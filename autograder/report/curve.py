"""One curve of a figure: from numbers to SVG paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograder.model import FloatArray, Line
from autograder.report.axis import LARGEST, SMALLEST, Axis
from autograder.report.strokes import DASHES, MARKS, Colour, colour_of
from autograder.report.text import one_line

CHUNKS = 300
"""A curve keeps at most four points in each of so many parts of it."""
FAR = 1000.0
"""Pixels; what lies farther outside of the picture is drawn there."""

Indices: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of a picture as arrays of one length, with what tells it from the others."""

    label: str
    x: FloatArray
    y: FloatArray
    low: FloatArray
    """Lower edge of its band; empty: no band."""
    high: FloatArray
    colour: Colour
    style: str
    mark: str
    rank: int
    """Position among the curves of the picture, from 0."""
    place: int
    """Position among the bars of the picture, from 0."""
    alone: bool
    """True: there is no other curve to be told from."""
    beside: bool = False
    """True: it is shown to compare with, and steps back."""
    gaps: str = ""
    """Why values that are not finite were left out on purpose; empty: nobody meant to."""

    @property
    def is_bars(self) -> bool:
        return self.style == "bar"

    def drawable(self, log: bool) -> NDArray[np.bool_]:
        """Which points have a place in the picture."""
        there: NDArray[np.bool_] = np.isfinite(self.x) & np.isfinite(self.y)
        return there & (self.y > SMALLEST) if log else there


def curves_of(lines: Sequence[Line]) -> tuple[Curve, ...]:
    """A picture's lines as curves."""
    bars_before = accumulate((line.style == "bar" for line in lines), initial=0)
    return tuple(
        _curve(line, rank, place, len(lines) == 1)
        for rank, (line, place) in enumerate(zip(lines, bars_before, strict=False))
    )


def _curve(line: Line, rank: int, place: int, alone: bool) -> Curve:
    """The line's points; what one of its sequences has too much is left out."""
    size = min(len(line.x), len(line.y))
    banded = len(line.low) >= size and len(line.high) >= size
    return Curve(
        label=one_line(line.label, 80),
        x=np.array(line.x[:size], dtype=float),
        y=np.array(line.y[:size], dtype=float),
        low=np.array(line.low[:size] if banded else (), dtype=float),
        high=np.array(line.high[:size] if banded else (), dtype=float),
        colour=colour_of(line.colour, rank),
        style=line.style,
        mark=MARKS[rank % len(MARKS)],
        rank=rank,
        place=place,
        alone=alone,
        beside=line.beside,
        gaps=one_line(line.gaps, 300),
    )


def bar_spacing(curves: tuple[Curve, ...]) -> float:
    """The least distance of two bars' places, 1 where there is only one place."""
    places = np.concatenate([curve.x for curve in curves if curve.is_bars])
    gaps = np.diff(np.sort(places[np.isfinite(places)]))
    apart = gaps[gaps > 0]
    return float(apart.min()) if apart.size else 1.0


def ink(
    curve: Curve,
    curves: tuple[Curve, ...],
    x_axis: Axis,
    y_axis: Axis,
    extra: str = "",
    attributes: str = "",
) -> str:
    """The curve as SVG, with ``extra`` shapes in its colour and further attributes of its group;
    empty where nothing of it can be drawn."""
    with np.errstate(all="ignore"):
        x, y = _pixels(curve.x, x_axis), _pixels(curve.y, y_axis)
        band = _band(x, _pixels(curve.low, y_axis), _pixels(curve.high, y_axis))
    runs = _runs(np.isfinite(x) & np.isfinite(y))
    if not runs:
        shape = ""
    elif curve.is_bars:
        shape = _bars(curve, curves, x, y, x_axis, y_axis)
    else:
        shape = _stroke(curve, x, y, runs) + _marks(curve, x, y, np.concatenate(runs))
    if not band + shape:
        return ""
    kind = "curve beside" if curve.beside else "curve"
    return f'<g class="{kind}" style="{curve.colour.css}"{attributes}>{band}{shape}{extra}</g>'


def _pixels(values: FloatArray, axis: Axis) -> FloatArray:
    """Places of the values; NaN where there is none."""
    usable = np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), np.nan)
    if axis.log:
        usable = np.where(usable > SMALLEST, usable, np.nan)
    return np.clip(axis(usable), -FAR, FAR)


def _band(x: FloatArray, low: FloatArray, high: FloatArray) -> str:
    if not low.size:
        return ""
    path = ""
    for run in _runs(np.isfinite(x) & np.isfinite(low) & np.isfinite(high)):
        keep = run[:: -(-len(run) // (2 * CHUNKS))]
        back = keep[::-1]
        path += f"M{_points(x[keep], high[keep])} {_points(x[back], low[back])}Z"
    return f'<path class="band" d="{path}"/>' if path else ""


def _stroke(curve: Curve, x: FloatArray, y: FloatArray, runs: list[Indices]) -> str:
    if curve.style == "o":
        return ""
    path = ""
    for run in runs[:: -(-len(runs) // CHUNKS)]:
        keep = run[_thinned(y[run])]
        path += f"M{_points(x[keep], y[keep])}" + ("h0" if len(keep) == 1 else "")
    return f'<path class="line" d="{path}"{DASHES.get(curve.style, "")}/>'


def _marks(curve: Curve, x: FloatArray, y: FloatArray, drawable: Indices) -> str:
    if curve.style == "o":
        marked = drawable[:: -(-len(drawable) // (4 * CHUNKS))]
    elif len(drawable) > 1 and (curve.alone or curve.beside or curve.style in DASHES):
        return ""
    else:
        # One at the end and about eight more, beside those of the other curves.
        stride = max(1, len(drawable) // 8)
        wanted = np.union1d(drawable[curve.rank * stride // 6 :: stride], drawable[-1:])
        marked = _apart(wanted[::-1], x, y)
    places = zip(x[marked].tolist(), y[marked].tolist(), strict=True)
    path = "".join(f"M{px:.1f} {py:.1f}{curve.mark}" for px, py in places)
    return f'<path class="mark" d="{path}"/>'


def _apart(indices: Indices, x: FloatArray, y: FloatArray) -> Indices:
    """Those of the points that do not touch the one chosen before."""
    chosen = [int(indices[0])]
    for i in indices[1:].tolist():
        if math.hypot(x[i] - x[chosen[-1]], y[i] - y[chosen[-1]]) > 9:
            chosen.append(i)
    return np.array(chosen)


def _bars(
    curve: Curve,
    curves: tuple[Curve, ...],
    x: FloatArray,
    y: FloatArray,
    x_axis: Axis,
    y_axis: Axis,
) -> str:
    count = sum(other.is_bars for other in curves)
    group = 0.8 * (x_axis.pixel(x_axis.low + bar_spacing(curves)) - x_axis.start)
    width = group / count
    base = y_axis.start if y_axis.log else y_axis.pixel(0.0)
    path = ""
    for i in np.flatnonzero(np.isfinite(x) & np.isfinite(y))[: 4 * CHUNKS]:
        left = x[i] - group / 2 + (curve.place + 0.05) * width
        path += f"M{left:.1f} {base:.1f}V{y[i]:.1f}h{0.9 * width:.1f}V{base:.1f}Z"
    return f'<path class="bar{curve.place % 2}" d="{path}"/>'


def _thinned(y: FloatArray) -> Indices:
    """Which points to draw: of each chunk the first, last, lowest and highest, in order."""
    size = len(y)
    if size <= 4 * CHUNKS:
        return np.arange(size)
    edges = np.linspace(0, size, CHUNKS + 1).astype(int).tolist()
    keep: list[int] = []
    for start, end in pairwise(edges):
        part = y[start:end]
        keep += [start, start + int(part.argmin()), start + int(part.argmax()), end - 1]
    return np.unique(keep)


def _runs(usable: NDArray[np.bool_]) -> list[Indices]:
    """Indices of the usable points, one array for each stretch without a gap."""
    indices = np.flatnonzero(usable)
    if not indices.size:
        return []
    return list(np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1))


def _points(x: FloatArray, y: FloatArray) -> str:
    return " ".join(f"{px:.1f} {py:.1f}" for px, py in zip(x.tolist(), y.tolist(), strict=True))
