"""Figures as small SVG text, drawn by hand from :class:`autograder.model.Picture`.

Why not matplotlib: it takes 23 to 89 ms for one of our figures, which for a class is minutes, and
this 0.4 to 0.9; the tests hold axes and level curves against it.  Every curve is told apart by its
marks or dashes as well as by its colour.  What cannot be drawn (NaN, infinity) leaves a gap and a
sentence; thousands of points are thinned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from autograder.model import FloatArray, Picture
from autograder.report.axis import LARGEST, SMALLEST, Axis, axis_for
from autograder.report.contour import BOTTOM, HEIGHT, RIGHT, TOP, WIDTH, Backgrounds, Contour
from autograder.report.curve import Curve, bar_spacing, curves_of, ink
from autograder.report.facts import facts_of
from autograder.report.strokes import DASHES
from autograder.report.text import one_line
from autograder.report.walk import inset, landmarks, walks_of
from autograder.report.words import WORDS, Words

LETTER = 6.2
"""Width of an average letter, in the units of a figure."""


@dataclass(frozen=True)
class LegendLine:
    """A line of the legend."""

    label: str
    swatch: Markup


@dataclass(frozen=True)
class Drawing:
    """A figure ready for a page."""

    svg: Markup
    legend: tuple[LegendLine, ...]
    facts: tuple[str, ...]
    """Sentences on what is to be seen, computed from what was drawn."""
    notes: tuple[str, ...]
    """Sentences on what could not be drawn."""
    background: str = ""
    """Name of the background that it refers to, which its page has to hold; empty: none."""
    plays: bool = False
    """Whether its paths can be played."""


def draw(
    picture: Picture, name: str, backgrounds: Backgrounds | None = None, words: Words = WORDS
) -> Drawing:
    """Draw a picture; ``name`` is a plain word, unique on the page."""
    curves = curves_of(picture.lines)
    contour = (backgrounds or {}).get(picture.contour) if picture.contour else None
    x_axis, y_axis = (contour.x_axis, contour.y_axis) if contour else _axes(curves, picture.log_y)
    goal = picture.goal
    walks = walks_of(curves, x_axis, y_axis) if goal else {}
    drawn = "".join(
        ink(
            curve,
            curves,
            x_axis,
            y_axis,
            walks[curve.rank].arrows if curve.rank in walks else "",
            walks[curve.rank].data if curve.rank in walks else "",
        )
        for curve in curves
    )
    facts = facts_of(picture, curves, words)
    said = " ".join((picture.caption, *facts))
    background = picture.contour if contour and picture.contour else ""
    parts = (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="{name}t {name}d">',
        f'<title id="{name}t">{escape(one_line(picture.title))}</title>',
        f'<desc id="{name}d">{escape(one_line(said, 1200))}</desc>',
        _frame(x_axis, y_axis),
        _labels(picture, contour, x_axis),
        f'<clipPath id="{name}c"><path d="{_box(x_axis, y_axis)}"/></clipPath>',
        f'<g clip-path="url(#{name}c)">',
        f'<use href="#{background_id(background)}"/>' if background else "",
        drawn,
        landmarks(goal, walks, x_axis, y_axis, words) if goal else "",
        "</g>",
        inset(goal, curves, walks, x_axis, y_axis, f"{name}i", words) if goal else "",
        "" if drawn else _text(WIDTH / 2, HEIGHT / 2, words.empty_figure, "middle"),
        "</svg>",
    )
    notes = (_note(curve, x_axis, y_axis, words) for curve in curves)
    legend = tuple(LegendLine(curve.label, _swatch(curve)) for curve in curves if curve.label)
    return Drawing(
        Markup("".join(parts)),
        legend,
        facts,
        tuple(note for note in notes if note),
        background,
        any(walk.plays for walk in walks.values()),
    )


def background_id(name: str) -> str:
    """The id under which a page holds the background of this name."""
    return "bg-" + "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}" for c in name)


def background_svg(backgrounds: Backgrounds, names: Iterable[str]) -> Markup:
    """What a page holds once of the backgrounds that its figures refer to."""
    shapes = "".join(
        f'<g id="{background_id(name)}">{backgrounds[name].bands}</g>' for name in sorted({*names})
    )
    hidden = '<svg class="unseen" width="0" height="0" aria-hidden="true"><defs>'
    return Markup(f"{hidden}{shapes}</defs></svg>" if shapes else "")


# ------------------------------------------------------------------ axes


def _axes(curves: tuple[Curve, ...], log: bool) -> tuple[Axis, Axis]:
    """Axes that show all that can be shown, with room for the numbers beside them."""
    low, high = _vertical_range(curves, log)
    counts = any(curve.is_bars for curve in curves) and all(
        np.all(curve.y == np.round(curve.y)) for curve in curves
    )
    y_axis = axis_for(low, high, HEIGHT - BOTTOM, TOP, log=log, whole=counts)
    letters = max((len(tick.label) for tick in y_axis.ticks()), default=1)
    x = np.concatenate([curve.x for curve in curves] or [np.array([])])
    x = x[np.isfinite(x)]
    left, right = (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    whole = bool(np.all(x == np.round(x)))
    room = 0.6 * bar_spacing(curves) if any(curve.is_bars for curve in curves) else 0.0
    start = min(12 + LETTER * letters, WIDTH / 3)
    return axis_for(left - room, right + room, start, WIDTH - RIGHT, whole=whole), y_axis


def _vertical_range(curves: tuple[Curve, ...], log: bool) -> tuple[float, float]:
    heights = [_heights(curve, log) for curve in curves]
    heights = [values for values in heights if values.size]
    if not heights:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low = min(float(values.min()) for values in heights)
    high = max(float(values.max()) for values in heights)
    if log:
        room = (high / low) ** 0.04
        return low / room, high * room
    if any(curve.is_bars for curve in curves):
        low, high = min(low, 0.0), max(high, 0.0)
    # One curve that runs away must not press the others flat: it leaves the picture instead.
    tops = [float(np.abs(values).max()) for values in heights]
    limit = 10 * min((top for top in tops if top > 0), default=0.0)
    if 0 < 100 * limit < max(tops):
        low, high = max(low, -limit), min(high, limit)
    room = 0.04 * (high - low)
    return low - room * (low != 0), high + room * (high != 0)


def _heights(curve: Curve, log: bool) -> FloatArray:
    values = np.concatenate((curve.y, curve.low, curve.high))
    values = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    return values[values > SMALLEST] if log else values


# ------------------------------------------------------------------ frame, labels, legend, notes


def _box(x_axis: Axis, y_axis: Axis) -> str:
    left, right = f"{x_axis.start:.1f}", f"{x_axis.end:.1f}"
    return f"M{left} {y_axis.end:.1f}H{right}V{y_axis.start:.1f}H{left}Z"


def _frame(x_axis: Axis, y_axis: Axis) -> str:
    grid, numbers = "", ""
    letters = max((len(tick.label) for tick in x_axis.ticks()), default=1)
    count = int(min(7, (x_axis.end - x_axis.start) / (LETTER * (letters + 2))))
    for tick in x_axis.ticks(max(1, count)):
        place = x_axis.pixel(tick.value)
        grid += f"M{place:.1f} {y_axis.start:.1f}V{y_axis.end:.1f}"
        numbers += _text(place, y_axis.start + 14, tick.label, "middle")
    for tick in y_axis.ticks():
        place = y_axis.pixel(tick.value)
        grid += f"M{x_axis.start:.1f} {place:.1f}H{x_axis.end:.1f}"
        numbers += _text(x_axis.start - 5, place + 4, tick.label, "end")
    box = _box(x_axis, y_axis)
    return f'<path class="grid" d="{grid}"/><path class="box" d="{box}"/>{numbers}'


def _labels(picture: Picture, contour: Contour | None, x_axis: Axis) -> str:
    """The axes' names; the vertical one stands above its axis, where it can be read."""
    across = picture.x_label or (contour.x_label if contour else "")
    upward = picture.y_label or (contour.y_label if contour else "")
    middle = (x_axis.start + x_axis.end) / 2
    return _text(middle, HEIGHT - 8, one_line(across, 52), "middle", "name") + _text(
        4, 13, one_line(upward, 56), "start", "name"
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _swatch(curve: Curve) -> Markup:
    """The curve in small, for the legend."""
    shapes = '<path class="band" d="M0 1H26V13H0Z"/>' if curve.low.size else ""
    if curve.is_bars:
        shapes += f'<path class="bar{curve.place % 2}" d="M7 13V2H19V13Z"/>'
    else:
        if curve.style != "o":
            shapes += f'<path class="line" d="M1 7H25"{DASHES.get(curve.style, "")}/>'
        if curve.style == "o" or not (curve.alone or curve.beside or curve.style in DASHES):
            shapes += f'<path class="mark" d="M13 7{curve.mark}"/>'
    kind = "curve beside" if curve.beside else "curve"
    return Markup(
        f'<svg class="swatch" viewBox="0 0 26 14" aria-hidden="true"><g class="{kind}" '
        f'style="{curve.colour.css}">{shapes}</g></svg>'
    )


def _note(curve: Curve, x_axis: Axis, y_axis: Axis, words: Words) -> str:
    if not curve.y.size:
        return words.nothing_drawn.format(label=curve.label)
    there = curve.drawable(y_axis.log)
    if not there.all() and curve.gaps:
        return curve.gaps
    if not there.all():
        sentence = words.gap_log if y_axis.log else words.gap
        return sentence.format(
            label=curve.label,
            count=int((~there).sum()),
            total=there.size,
            first=int(np.argmin(there)) + 1,
        )
    beyond = (
        (curve.y < y_axis.low)
        | (curve.y > y_axis.high)
        | (curve.x < x_axis.low)
        | (curve.x > x_axis.high)
    )
    return words.off_picture.format(label=curve.label) if beyond.any() else ""
