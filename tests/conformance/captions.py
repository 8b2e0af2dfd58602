"""Reads what pages say of their figures, and computes it again from the numbers that are drawn.

Every sentence has to be known here: one that names what is to be seen without a number behind it
fits none, and is reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from autograder.model import Line, Picture, QuestionGrade
from autograder.report.figure import draw

NUMBER = r"(?:[−-]?\d+(?:\.\d+)?(?:e[+−-]\d+)?|inf|nan)"
_ENDS = re.compile(r"(?<=[.?!]) (?=[A-Z(]|[a-z]\w* \(|[wb](?: \(|:| by))")


def untrue(question: QuestionGrade) -> Iterator[str]:
    """Complaints about the figures and the behaviours of one question."""
    for picture in question.pictures:
        drawing = draw(picture, "f")
        for sentence in _ENDS.split(" ".join((picture.caption, *drawing.facts))):
            complaint = _judged(sentence, picture)
            if complaint:
                yield f"{picture.title}: {sentence!r}: {complaint}"
        yield from _gaps(picture)
    paths = [picture for picture in question.pictures if picture.goal is not None]
    for check in question.checks:
        yield from _behaviour(check.message, paths[:1])


def _judged(sentence: str, picture: Picture) -> str:
    for pattern, holds in RULES:
        found = re.fullmatch(pattern, sentence)
        if found:
            return "" if holds(found, picture) else "the numbers say something else"
    return "nothing computes this again"


# ---------------------------------------------------------------------------- helpers


def line(picture: Picture, label: str) -> Line:
    (found,) = [
        one for one in picture.lines if one.label.casefold() == label.casefold() and not one.beside
    ]
    return found


def own(picture: Picture) -> Line:
    (found,) = [one for one in picture.lines if not one.beside]
    return found


def value(text: str) -> float:
    return float(text.replace("−", "-"))


def same(text: str, number: float) -> bool:
    """Whether a number in a sentence is this one, to the three digits that are written."""
    said = value(text)
    return math.isclose(said, number, rel_tol=6e-3, abs_tol=1e-12 if said else 5e-6)


def finite(one: Line) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.array(one.x), np.array(one.y)
    return x[np.isfinite(y)], y[np.isfinite(y)]


def away(one: Line, picture: Picture) -> np.ndarray:
    assert picture.goal is not None
    return np.sqrt(
        (np.array(one.x) - picture.goal.x) ** 2 + (np.array(one.y) - picture.goal.y) ** 2
    )


# ---------------------------------------------------------------------------- the rules


def names_what_is_drawn(found: re.Match[str], picture: Picture) -> bool:
    drawn = {one.label for one in picture.lines}
    others = [
        name
        for name in ("gradient descent", "momentum", "NAG")
        if re.search(rf"\b{name}\b(?!\()", found[0])
    ]
    mine = [label for label in drawn if label.startswith("your ")]
    return set(others) <= drawn and len(mine) == 1 and mine[0] in found[0]


def path_ends(found: re.Match[str], picture: Picture) -> bool:
    one = line(picture, found["label"])
    distance = away(one, picture)
    return (
        same(found["x"], one.x[-1])
        and same(found["y"], one.y[-1])
        and int(found["last"]) == len(one.x) - 1
        and same(found["away"], distance[-1])
        and same(found["before"], distance[0])
    )


def was_nearest(found: re.Match[str], picture: Picture) -> bool:
    distance = away(own(picture), picture)
    epoch = int(found["epoch"])
    return (
        epoch < len(distance) - 1
        and bool(distance[epoch] == distance.min())
        and same(found["away"], distance[epoch])
        and bool(distance[epoch] <= 0.5 * distance[-1])
    )


def stands_still(found: re.Match[str], picture: Picture) -> bool:
    one = line(picture, found["label"])
    return len(set(one.x)) == len(set(one.y)) == 1 and int(found["last"]) == len(one.x) - 1


def ends_in_nothing(found: re.Match[str], picture: Picture) -> bool:
    one = line(picture, found["label"])
    sound = [math.isfinite(x) and math.isfinite(y) for x, y in zip(one.x, one.y, strict=True)]
    return sound.index(False) == int(found["epoch"])


def curve(found: re.Match[str], picture: Picture) -> bool:
    x, y = finite(line(picture, found["label"]))
    ends = (
        same(found["first"], y[0])
        and same(found["last"], y[-1])
        and value(found["start"]) == x[0]
        and value(found["end"]) == x[-1]
    )
    ways = {"falls": bool((np.diff(y) < 0).all()), "rises": bool((np.diff(y) > 0).all())}
    parts = found.groupdict()
    if parts.get("way"):
        return ends and ways[found["way"]]
    return ends and same(found["low"], y.min()) and same(found["high"], y.max())


def weights(found: re.Match[str], picture: Picture) -> bool:
    right = next(np.array(one.y) for one in picture.lines if one.beside)
    mine = np.array(own(picture).y)
    return (
        same(found["own"], mine.sum())
        and same(found["right"], right.sum())
        and same(found["own_last"], mine[-1])
        and same(found["right_last"], right[-1])
    )


def holds_one(found: re.Match[str], picture: Picture) -> bool:
    one = own(picture)
    low, high = np.array(one.low), np.array(one.high)
    return bool(((low <= 1 + 1e-9) & (high >= 1 - 1e-9)).all())


def misses_one(found: re.Match[str], picture: Picture) -> bool:
    y = own(picture).y
    numbers = same(found["first"], y[0]) and same(found["last"], y[-1])
    return numbers and int(found["epoch"]) == len(y) and not holds_one(found, picture)


def swings(found: re.Match[str], picture: Picture) -> bool:
    momentum = next(one for one in picture.lines if one.label == "momentum")
    return same(found["theirs"], min(momentum.y)) and same(found["mine"], min(own(picture).y))


def always(found: re.Match[str], picture: Picture) -> bool:
    """Of what says which numbers are drawn, and nothing of how they look."""
    return True


LABEL = r"(?P<label>.+?)"
N = NUMBER
RULES: tuple[tuple[str, Callable[[re.Match[str], Picture], bool]], ...] = (
    (r"Level curves of the loss,? .*with the path of .+\.", names_what_is_drawn),
    (
        rf"{LABEL} ends at \((?P<x>{N}), (?P<y>{N})\) after (?P<last>\d+) epochs, (?P<away>{N}) "
        rf"from the minimum; the start is (?P<before>{N}) from it\.",
        path_ends,
    ),
    (rf"It was nearest in epoch (?P<epoch>\d+), at (?P<away>{N})\.", was_nearest),
    (rf"{LABEL} stays where it starts, for all (?P<last>\d+) epochs\.", stands_still),
    (rf"{LABEL} is no number \(NaN or infinity\) from epoch (?P<epoch>\d+) on\.", ends_in_nothing),
    (
        rf"{LABEL} only (?P<way>falls|rises): (?P<first>{N}) at .+ (?P<start>{N}), (?P<last>{N}) "
        rf"at .+ (?P<end>{N})\.",
        curve,
    ),
    (
        rf"{LABEL}: (?P<first>{N}) at .+ (?P<start>{N}), (?P<last>{N}) at .+ (?P<end>{N}), between "
        rf"(?P<low>{N}) and (?P<high>{N}) on the way\.",
        curve,
    ),
    (
        r"How much each epoch's gradient counts in the [a-z ]+ of epoch \d+: recovered from your "
        rf"steps, beside the rule's(?: \(\w+ = {N}\))*\.",
        always,
    ),
    (
        rf"Yours add up to (?P<own>{N}), the rule's to (?P<right>{N}); the newest counts "
        rf"(?P<own_last>{N}) in yours, (?P<right_last>{N}) in the rule's\.",
        weights,
    ),
    (
        r"The mean of \w+(?: of w)? over \d+ random streams of gradients, with its 99 % band, in "
        r"units of what it should be on average \(the line at 1\)\.",
        always,
    ),
    (r"The band holds 1 at every epoch\.", holds_one),
    (
        rf"Yours begins at (?P<first>{N}) and is at (?P<last>{N}) in epoch (?P<epoch>\d+)\.",
        misses_one,
    ),
    (
        rf"Momentum swings as far as (?P<theirs>{N}), yours as far as (?P<mine>{N})\.",
        swings,
    ),
    (r"b by epoch: momentum's and that of your \w+, and the best value \(the line\)\.", always),
    (r"How far your \w+ moves for each unit of gradient, in units of eta: w is .+ one\.", always),
    (r"w by epoch under the gradients 3, -1, -1, 3, -1, -1, \.\.\.: downhill is down\.", always),
    (r"Steps under a gradient of 1 and gamma = 0: the schedule, and what was .+\.", always),
    (r"By epoch, as w \+ b: where you stand, where you ask for the gradient, .+\.", always),
)
"""A sentence, and whether it is so."""


def _gaps(picture: Picture) -> Iterator[str]:
    for one in picture.lines:
        if one.gaps:
            (listed,) = re.findall(r"left out at epochs ([\d, ]+), where", one.gaps)
            missing = [x for x, y in zip(one.x, one.y, strict=True) if not math.isfinite(y)]
            if [float(text) for text in listed.split(", ")] != missing:
                yield f"{picture.title}: {one.gaps!r}, but {missing} are"


# ---------------------------------------------------------------------------- behaviours


def _behaviour(message: str, paths: list[Picture]) -> Iterator[str]:
    """Numbers in the words of a check, against the path that is drawn beside them."""
    for picture in paths:
        assert picture.goal is not None
        b = np.array(own(picture).y)
        left = abs(b[-1] - picture.goal.y)
        said = re.findall(rf"b (?:is still|ends|comes within) ({N})", message)
        for text in said:
            if not math.isclose(value(text), left, rel_tol=0.06, abs_tol=0.006):
                yield f"{message!r}, but b ends {left:.4g} away"
        done = (b - b[0]) / (picture.goal.y - b[0])
        beyond = 100 * max(done.max() - 1, 0.0)
        for text in re.findall(r"[Yy]our b (?:runs|overshoots by) ([\d.]+)%", message):
            if abs(float(text) - beyond) > 0.51:
                yield f"{message!r}, but it is {beyond:.3g}%"
