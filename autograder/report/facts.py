"""What is to be seen in a figure, in sentences computed from the numbers that are drawn.

They stand below the figure and are read to those who do not see it.  Each says what one student's
picture shows, never what a right one would.
"""

from __future__ import annotations

import numpy as np

from autograder.model import FloatArray, Picture, Spot
from autograder.report.curve import Curve
from autograder.report.words import Words

MOST_CURVES = 3
"""Of more curves than this nothing is said one by one."""
NOTHING = 5e-6
"""What is drawn has five digits; what is smaller is no distance."""
CLOSER = 0.5
"""A path came closer before where it was at most this share of its last distance away."""


def facts_of(picture: Picture, curves: tuple[Curve, ...], words: Words) -> tuple[str, ...]:
    """Sentences on the student's curves; none on bars and bands, of which their captions tell."""
    own = [curve for curve in curves if not curve.beside and curve.x.size]
    if any(curve.is_bars or curve.low.size for curve in own):
        return ()
    if not 0 < len(own) <= MOST_CURVES:
        return ()
    goal = picture.goal
    sentences = [
        _of_curve(curve, picture.x_label, words) if goal is None else _of_path(curve, goal, words)
        for curve in own
    ]
    return tuple(map(_as_sentence, filter(None, sentences)))


def _as_sentence(text: str) -> str:
    """With a capital where a word begins it; w and b stay as they are."""
    return text[0].upper() + text[1:] if text[:2].isalpha() else text


def number(value: float) -> str:
    """Three digits, with a true minus: what stands in a sentence."""
    text = f"{value:.3g}"
    return ("0" if abs(value) < NOTHING else text).replace("-", "−")


def distances(curve: Curve, goal: Spot) -> FloatArray:
    """How far from the goal each point of a path is."""
    with np.errstate(all="ignore"):
        return np.asarray(np.hypot(curve.x - goal.x, curve.y - goal.y))


def _of_path(curve: Curve, goal: Spot, words: Words) -> str:
    finite = np.isfinite(curve.x) & np.isfinite(curve.y)
    last = len(finite) - 1
    if not finite.all():
        return words.fact_no_number.format(label=curve.label, epoch=int(np.argmin(finite)))
    if (curve.x == curve.x[0]).all() and (curve.y == curve.y[0]).all():
        return words.fact_still.format(label=curve.label, last=last)
    away = distances(curve, goal)
    closest = int(away.argmin())
    sentence = words.fact_path.format(
        label=curve.label,
        last=last,
        x=number(curve.x[-1]),
        y=number(curve.y[-1]),
        away=number(away[-1]),
        goal=goal.label,
        before=number(away[0]),
    )
    if away[closest] <= CLOSER * away[-1] and number(away[closest]) != number(away[-1]):
        sentence += " " + words.fact_closest.format(epoch=closest, away=number(away[closest]))
    return sentence


def _of_curve(curve: Curve, across: str, words: Words) -> str:
    finite = np.isfinite(curve.y)
    if not finite.any():
        return ""
    x, y = curve.x[finite], curve.y[finite]
    falls = len(y) > 2 and bool((np.diff(y) < 0).all())
    rises = len(y) > 2 and bool((np.diff(y) > 0).all())
    sentence = words.fact_falls if falls else words.fact_rises if rises else words.fact_curve
    return sentence.format(
        label=curve.label,
        across=across,
        first=number(y[0]),
        last=number(y[-1]),
        start=f"{x[0]:g}",
        end=f"{x[-1]:g}",
        low=number(float(y.min())),
        high=number(float(y.max())),
    )
