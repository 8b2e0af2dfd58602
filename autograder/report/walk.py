"""Paths in time: where they start, which way they go, at which epoch they are where, where they
should end, and their last epochs in a window of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import escape

from autograder.model import FloatArray, Spot
from autograder.report.axis import Axis, round_step
from autograder.report.curve import Curve
from autograder.report.strokes import DASHES
from autograder.report.text import one_line
from autograder.report.words import Words

INSET = (118.0, 84.0)
"""Width and height of the window, in the units of a figure."""
LEAST_ZOOM = 2.0
"""A window that shows things hardly larger is left out."""
NEAR = 0.1
"""A path is near its end within this share of its largest distance from it."""
MOST_PLAYED = 1000
"""Epochs of a path that can be played."""
APART = 13.0
"""Units between two numbers of epochs."""


@dataclass(frozen=True, eq=False)
class Walk:
    """One of the student's paths, in units of the figure."""

    points: FloatArray
    """Shape (epochs + 1, 2); ends where a value is not finite."""
    arrows: str
    data: str
    """Attributes from which the path is played."""
    plays: bool


def walks_of(curves: tuple[Curve, ...], x_axis: Axis, y_axis: Axis) -> Mapping[int, Walk]:
    """The student's paths by their ranks; paths to compare with stand still."""
    return {c.rank: _walk(c, x_axis, y_axis) for c in curves if not c.beside and c.x.size}


def _walk(curve: Curve, x_axis: Axis, y_axis: Axis) -> Walk:
    usable = np.isfinite(curve.x) & np.isfinite(curve.y)
    end = len(usable) if usable.all() else int(np.argmin(usable))
    x, y = curve.x[:end], curve.y[:end]
    with np.errstate(all="ignore"):
        points = np.clip(np.column_stack([x_axis(x), y_axis(y)]), -1000.0, 1000.0)
    plays = 1 < end <= MOST_PLAYED and bool((points != points[0]).any())
    return Walk(points, _arrows(points), _data(curve, points, end) if plays else "", plays)


def _data(curve: Curve, points: FloatArray, end: int) -> str:
    places = ";".join(f"{a:.1f} {b:.1f}" for a, b in points.tolist())
    pairs = zip(curve.x[:end].tolist(), curve.y[:end].tolist(), strict=True)
    values = ";".join(f"({x:.3g}, {y:.3g})" for x, y in pairs)
    label = escape(curve.label)
    return f' data-label="{label}" data-path="{places}" data-values="{values}"'


def _arrows(points: FloatArray) -> str:
    """Two heads, a third and two thirds of the way along."""
    steps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.zeros(0)
    way = np.concatenate(([0.0], np.cumsum(steps)))
    if way[-1] < 30:
        return ""
    heads = ""
    for share in (1 / 3, 2 / 3):
        i = int(np.searchsorted(way, share * way[-1]))
        (x0, y0), (x1, y1) = points[i - 1].tolist(), points[i].tolist()
        if math.hypot(x1 - x0, y1 - y0) < 0.05:
            continue
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        place = f"translate({(x0 + x1) / 2:.1f} {(y0 + y1) / 2:.1f}) rotate({turn:.0f})"
        heads += f'<path class="mark" d="M5 0L-4 -4L-2 0L-4 4Z" transform="{place}"/>'
    return heads


# ---------------------------------------------------------------------- names of places


def landmarks(
    goal: Spot, walks: Mapping[int, Walk], x_axis: Axis, y_axis: Axis, words: Words
) -> str:
    """The start, the goal, and the epochs along the path where there is but one."""
    gx, gy = x_axis.pixel(goal.x), y_axis.pixel(goal.y)
    shapes = _star(gx, gy)
    taken = [(gx, gy)]
    walked = [walk for walk in walks.values() if len(walk.points)]
    if walked:
        sx, sy = walked[0].points[0].tolist()
        shapes += f'<circle class="start" cx="{sx:.1f}" cy="{sy:.1f}" r="4.5"/>'
        shapes += _name(sx, sy, words.start, x_axis, y_axis, above=True)
        taken.append((sx, sy))
    if len(walked) == 1:
        shapes += _epochs(walked[0].points, taken, x_axis, y_axis)
    return shapes + _name(gx, gy, one_line(goal.label, 20), x_axis, y_axis, above=False)


def _star(x: float, y: float) -> str:
    return f'<path class="goal" d="M{x:.1f} {y:.1f}m-6 0h12m-6 -6v12m-4 -10l8 8m0 -8l-8 8"/>'


def _name(x: float, y: float, text: str, x_axis: Axis, y_axis: Axis, *, above: bool) -> str:
    """A label beside a place, kept within the picture."""
    room = 6.2 * len(text)
    right = x + 8 + room < x_axis.end
    shift = -8 if above else 16
    if not y_axis.end + 12 < y + shift < y_axis.start - 4:
        shift = 16 if above else -8
    anchor, dx = ("start", 7) if right else ("end", -7)
    return (
        f'<text class="tick place" x="{x + dx:.1f}" y="{y + shift:.1f}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _epochs(
    points: FloatArray, taken: list[tuple[float, float]], x_axis: Axis, y_axis: Axis
) -> str:
    """Dots with the number of their epoch, where there is room for one."""
    last = len(points) - 1
    if last < 1:
        return ""
    stride = max(1, int(round_step(last / 6)))
    dots, texts = "", ""
    wanted = [*range(stride, last + 1, stride), *([last] if last % stride else [])]
    for epoch in reversed(wanted):
        x, y = points[epoch].tolist()
        inside = x_axis.start < x < x_axis.end and y_axis.end < y < y_axis.start
        if not inside or any(math.hypot(x - a, y - b) < APART for a, b in taken):
            continue
        taken.append((x, y))
        dots += f'<circle class="epoch" cx="{x:.1f}" cy="{y:.1f}" r="2.4"/>'
        texts += (
            f'<text class="tick place" x="{x:.1f}" y="{y - 6:.1f}" text-anchor="middle">{epoch}'
            "</text>"
        )
    return dots + texts


# ---------------------------------------------------------------------- the window


def inset(
    goal: Spot,
    curves: tuple[Curve, ...],
    walks: Mapping[int, Walk],
    x_axis: Axis,
    y_axis: Axis,
    name: str,
    words: Words,
) -> str:
    """The end of the path, enlarged, in the corner with the least in it; empty where there is
    nothing to enlarge.  The goal is in it where it is near."""
    walked = [(curves[rank], walk) for rank, walk in walks.items() if walk.plays]
    if len(walked) != 1:
        return ""
    curve, walk = walked[0]
    points = walk.points
    first = _end_begins(points)
    tail = points[first:]
    if len(points) < 10 or len(points) != len(curve.x) or np.abs(tail).max() > 999:
        return ""
    low, high = tail.min(axis=0), tail.max(axis=0)
    place = np.array([x_axis.pixel(goal.x), y_axis.pixel(goal.y)])
    size = np.maximum(high - low, 1e-9)
    near = (place > low - size.max()).all() and (place < high + size.max()).all()
    if near:
        low, high = np.minimum(low, place), np.maximum(high, place)
    width, height = INSET
    zoom = float(min(0.72 * np.array(INSET) / np.maximum(high - low, 0.4)))
    if zoom < LEAST_ZOOM:
        return ""
    zoom = math.floor(zoom) if zoom < 10 else round_step(zoom * 0.75)
    left, top = _corner(curves, x_axis, y_axis)
    centre = (low + high) / 2
    moved = (tail - centre) * zoom + np.array([left + width / 2, top + height / 2])
    path = " ".join(f"{a:.1f} {b:.1f}" for a, b in moved.tolist())
    dots = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in moved.tolist())
    gx, gy = ((place - centre) * zoom + np.array([left + width / 2, top + height / 2])).tolist()
    box = f'x="{left:.1f}" y="{top:.1f}" width="{width:g}" height="{height:g}"'
    said = words.last_epochs.format(first=first, last=len(points) - 1, zoom=f"{zoom:g}")
    return (
        f'<clipPath id="{name}"><rect {box}/></clipPath><rect class="window" {box}/>'
        f'<g clip-path="url(#{name})"><g class="curve" style="{curve.colour.css}">'
        f'<path class="line" d="M{path}"{DASHES.get(curve.style, "")}/>'
        f'<path class="steps" d="{dots}"/></g>{_star(gx, gy) if near else ""}</g>'
        f'<text class="tick small" x="{left + 5:.1f}" y="{top + 11:.1f}">{escape(said)}</text>'
    )


def _end_begins(points: FloatArray) -> int:
    """The epoch from which on the path is near where it ends; the last third, if not before."""
    away = np.hypot(*(points - points[-1]).T)
    far = np.flatnonzero(away > NEAR * away.max())
    arrived = int(far[-1]) + 1 if far.size else 0
    return min(arrived, (2 * (len(points) - 1)) // 3)


def _corner(curves: tuple[Curve, ...], x_axis: Axis, y_axis: Axis) -> tuple[float, float]:
    """Left and top of the window: in the corner that covers the fewest points of all curves, of
    the student's before others."""
    width, height = INSET
    lefts = (x_axis.end - width - 5, x_axis.start + 5)
    tops = (y_axis.end + 5, y_axis.start - height - 5)

    def covered(left: float, top: float) -> float:
        count = 0.0
        for curve in curves:
            with np.errstate(all="ignore"):
                x, y = x_axis(curve.x), y_axis(curve.y)
                inside = (x > left - 4) & (x < left + width + 4)
                inside &= (y > top - 4) & (y < top + height + 4)
            count += float(inside.sum()) * (0.2 if curve.beside else 1.0)
        return count

    corners = [(left, top) for top in tops for left in lefts]
    return min(corners, key=lambda corner: covered(*corner))
