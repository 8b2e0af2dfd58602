"""What is said of calls that came back wrong where ordinary ones are right.

A call is unlike the ordinary ones in several ways at once, so that none of them is the cause by
itself.  Told is what was seen: on which call, at which epoch, what came back.  A trait is told
besides where it alone parts the calls that are wrong from those that are right, over all calls that
the function was asked; where several do, nobody can say which of them it is, and none is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.judging import words
from autograder.judging.rule.evidence import Compared
from autograder.judging.rule.history import first_difference
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray, Stream


def told(wrong: Sequence[Compared], asked: Sequence[Compared], tolerance: float) -> str:
    """On calls that came back wrong, of one kind of x: the first of them, and what parts all those
    that did from all others that were asked."""
    first = wrong[0]
    count = len(wrong)
    more = words.MORE_CALLS[count == 2].format(count=count - 1) if count > 1 else ""
    parts = (
        words.ON_A_CALL.format(call=_call(first), what=_what(first, tolerance)),
        more,
        contrast([one for one in asked if not one.right], [one for one in asked if one.right]),
    )
    return " ".join(part for part in parts if part)


# ---------------------------------------------------------------------------- what was seen


def _call(one: Compared) -> str:
    """In what the call is unlike an ordinary one."""
    instance = one.instance
    facts = [words.CALL_POINTS[instance.points == 1].format(count=instance.points)]
    facts.append(words.CALL_EPOCHS[instance.max_epochs == 1].format(count=instance.max_epochs))
    if instance.init_w.ndim:
        facts.append(words.CALL_NUMBERS[instance.features == 1].format(count=instance.features))
    if instance.left_out:
        return ", ".join([*facts, words.CALL_DEFAULTS])
    for name, value in instance.hyper.items():
        known = instance.ranges.get(name)
        if known is not None and not known.low <= value <= known.high:
            facts.append(f"{name} = {_short(value)}")
    return ", ".join(facts)


def _what(one: Compared, tolerance: float) -> str:
    """What came back."""
    history, expected = one.seen.history, one.expected
    if one.late:
        return words.CAME_LATE
    if history.nothing:
        return words.CAME_NOTHING
    if history.rows is None:
        return history.problem or words.CAME_ERROR
    if history.only_point or len(history.rows) != len(expected):
        entries = len(history.rows)
        return words.CAME_ENTRIES[entries == 1].format(entries=entries, wanted=len(expected))
    size = np.maximum(1, np.abs(expected))
    off = first_difference(history.rows / size, expected / size, tolerance)
    if off is None:
        return words.CAME_FORM
    place = {"epoch": off.epoch, "parameter": off.parameter}
    if off.epoch == 0:
        return words.CAME_ELSEWHERE.format(**place)
    if off.instead:
        return words.CAME_NO_NUMBER.format(what=words.INSTEAD[off.instead], **place)
    own, step = (
        float(rows[off.epoch, off.column] - rows[off.epoch - 1, off.column])
        for rows in (history.rows, expected)
    )
    if step == 0:
        return words.CAME_STEP_FROM_0.format(step=f"{own:.3g}", **place)
    return words.CAME_STEP.format(step=f"{own:.3g}", ratio=_unlike_1(own / step), **place)


def _short(value: float) -> str:
    """A beta of 0.9997 is not 1."""
    text = f"{value:.3g}"
    return _unlike_1(value) if text == "1" else text


def _unlike_1(ratio: float) -> str:
    """With as many digits as show that it is not 1."""
    texts = (f"{ratio + 0.0:.{digits}g}" for digits in range(4, 14))
    return next((text for text in texts if text != "1"), "1")


# ---------------------------------------------------------------------------- what parts the calls


@dataclass(frozen=True)
class _Trait:
    """A number that calls have, by which some may be told from others."""

    key: str
    name: str
    """Of the hyper-parameter; empty: it is none."""
    of: Callable[[Compared], float]


def _largest(one: Compared, column: int) -> float:
    """How far a parameter gets on the path that is expected."""
    own = one.expected[:, -1] if column else one.expected[:, :-1]
    finite = np.abs(own[np.isfinite(own)])
    return float(finite.max(initial=0.0))


def _slopes(one: Compared) -> FloatArray:
    """The summed gradients on the way, in size; empty: there is no step."""
    rows = one.expected[:-1]
    known = rows[np.isfinite(rows).all(axis=1)]
    return np.abs(one.instance.gradients_along(known)) if len(known) else np.zeros(0)


def _yes(test: Callable[[Instance], object]) -> Callable[[Compared], float]:
    return lambda one: float(bool(test(one.instance)))


_TRAITS = (
    _Trait("points", "", lambda one: one.instance.points),
    _Trait("epochs", "", lambda one: one.instance.max_epochs),
    _Trait("numbers", "", lambda one: one.instance.features if one.instance.init_w.ndim else 0),
    _Trait("far w", "", lambda one: _largest(one, 0)),
    _Trait("far b", "", lambda one: _largest(one, 1)),
    _Trait("gradient", "", lambda one: float(_slopes(one).max(initial=0.0))),
    _Trait("x of 0", "", _yes(lambda i: (i.X == 0).any())),
    _Trait("y of 0", "", _yes(lambda i: (i.Y == 0).any())),
    _Trait("y of 1", "", _yes(lambda i: (i.Y == 1).any())),
    _Trait("y below 0", "", _yes(lambda i: (i.Y < 0).any())),
    _Trait("start of 0", "", _yes(lambda i: (i.start == 0).any())),
    _Trait("start below 0", "", _yes(lambda i: (i.start < 0).any())),
    _Trait("recorded", "", _yes(lambda i: isinstance(i.grad_w, Stream))),
    _Trait("left out", "", _yes(lambda i: i.left_out)),
)


def _hyper(name: str) -> _Trait:
    return _Trait("hyper", name, lambda one: one.instance.hyper[name])


def contrast(wrong: Sequence[Compared], right: Sequence[Compared]) -> str:
    """The one trait that all wrong calls have and no right one, in a sentence; empty: none has, or
    more than one.  A single wrong call shows no cause: that it has a trait may be chance."""
    if len(wrong) < 2 or not right:
        return ""
    names = wrong[0].instance.hyper
    found = [
        said
        for trait in (*_TRAITS, *map(_hyper, names))
        if (said := _parted(trait, wrong, right)) is not None
    ]
    if len(found) != 1:
        return ""
    return words.CONTRAST.format(wrong=len(wrong), right=len(right), trait=found[0])


def _parted(trait: _Trait, wrong: Sequence[Compared], right: Sequence[Compared]) -> str | None:
    with np.errstate(all="ignore"):
        own, other = ([trait.of(one) for one in each] for each in (wrong, right))
    texts: Mapping[str, str] = words.TRAITS[trait.key]
    if min(own) > max(other):
        key, value = "more", min(own)
    elif max(own) < min(other):
        key, value = "less", max(own)
    elif len(set(own)) == 1 and own[0] not in other:
        key, value = "just", own[0]
    else:
        return None
    text = texts.get(key)
    return None if text is None else text.format(name=trait.name, value=_short(value))
