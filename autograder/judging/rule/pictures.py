"""What is drawn of recovered moments: their weights beside the rule's, and their mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from autograder.judging import words
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.evidence import Evidence
from autograder.judging.rule.moments import Weights
from autograder.model import FloatArray, Line, Picture, Table


class _Off(NamedTuple):
    """A moment of w, or of b where w's is right, whose weights are not the rule's."""

    kind: str
    name: str
    parameter: str
    own: FloatArray
    right: FloatArray
    kept: str
    """The hyper-parameter by which it forgets, with its value; empty: there is none."""


def off(question: Rule, evidence: Evidence, moment: str) -> bool:
    """Whether the weights of a moment are shown, since they are not the rule's."""
    return any(one.name == moment for one in _off(question, evidence))


def _off(question: Rule, evidence: Evidence) -> Iterator[_Off]:
    if evidence.right or not evidence.explained or evidence.factors is not None:
        return
    for kind, name in question.moments.items():
        for parameter in "wb":
            own = evidence.moments.of(kind, parameter)
            right = evidence.right_moments.of(kind, parameter)
            if own is None or right is None or not (own.is_average and right.is_average):
                continue  # a moment that is no average has no weights to show
            if not np.allclose(own.values, right.values, atol=1e-5):
                kept = _kept(question, evidence, name)
                yield _Off(kind, name, parameter, own.values, right.values, kept)
                break


def _kept(question: Rule, evidence: Evidence, moment: str) -> str:
    hyper = evidence.observations[0].instance.hyper
    names = [n for n, part in question.arguments.items() if part == moment and n in hyper]
    pairs = (words.WEIGHTS_KEPT.format(name=n, value=f"{hyper[n]:.3g}") for n in names)
    return "".join(pairs)


def weights_tables(question: Rule, evidence: Evidence) -> list[Table]:
    """Recovered weights of every epoch."""
    return [_table(one) for one in _off(question, evidence)]


def weights_pictures(question: Rule, evidence: Evidence) -> list[Picture]:
    """Recovered weights of the last epoch beside the expected ones."""
    return [_picture(one, question.function) for one in _off(question, evidence)]


def _table(one: _Off) -> Table:
    epochs = range(len(one.own))
    power = "g" if one.kind == "first" else "g^2"
    header = (words.WEIGHTS_COLUMN.format(power=power, epoch=i + 1) for i in epochs)
    rows = tuple(
        (
            words.WEIGHTS_ROW.format(epoch=t + 1),
            *(f"{one.own[t, i]:.4g}" if i <= t else "" for i in epochs),
        )
        for t in epochs
    )
    title = words.WEIGHTS_TABLE.format(moment=one.name, parameter=one.parameter)
    return Table(title, ("", *header), rows)


def _picture(one: _Off, function: str) -> Picture:
    last = len(one.own)
    x = tuple(float(i) for i in range(1, last + 1))
    x_label, y_label = words.WEIGHTS_AXES
    rule, own = words.WEIGHTS_LINES
    return Picture(
        title=words.WEIGHTS_PICTURE.format(moment=one.name),
        caption=words.WEIGHTS_CAPTION.format(
            moment=f"{one.name} of b" if one.parameter == "b" else one.name,
            epoch=last,
            kept=one.kept,
            own_sum=_short(one.own[-1].sum()),
            right_sum=_short(one.right[-1].sum()),
            own_last=_short(one.own[-1, -1]),
            right_last=_short(one.right[-1, -1]),
        ),
        x_label=x_label,
        y_label=y_label,
        lines=(
            Line(rule, x, _floats(one.right[-1]), "tab:gray", "bar", beside=True),
            Line(own.format(function=function), x, _floats(one.own[-1]), "tab:red", "bar"),
        ),
    )


def monte_carlo(own: Weights, mean: float, what: str) -> Picture:
    """The lecture's argument as a picture: the mean of many m_t beside E[g]."""
    streams, epochs = own.moments.shape
    with np.errstate(all="ignore"):
        estimate = own.moments.mean(axis=0) / mean
        band = 2.576 * own.moments.std(axis=0, ddof=1) / np.sqrt(streams) / mean
    t = tuple(float(i) for i in range(1, epochs + 1))
    x_label, y_label = words.MEAN_AXES
    expected, found = words.MEAN_LINES
    return Picture(
        title=words.MEAN_PICTURE.format(what=what),
        caption=words.MEAN_CAPTION.format(what=what, streams=streams, found=_seen(estimate, band)),
        x_label=x_label,
        y_label=y_label,
        lines=(
            Line(expected, t, (1.0,) * epochs, "black", "--", beside=True),
            Line(
                found.format(what=what),
                t,
                _floats(estimate),
                "tab:red",
                "-",
                low=_floats(estimate - band),
                high=_floats(estimate + band),
            ),
        ),
    )


def _seen(estimate: FloatArray, band: FloatArray) -> str:
    with np.errstate(all="ignore"):
        if (np.abs(estimate - 1) <= band + 1e-12).all():
            return words.MEAN_INSIDE
    first, last = _short(estimate[0]), _short(estimate[-1])
    return words.MEAN_OUTSIDE.format(first=first, last=last, epoch=len(estimate))


def _short(value: float) -> str:
    text = f"{value:.3g}"
    return "0" if float(text) == 0 else text


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(values.tolist())
