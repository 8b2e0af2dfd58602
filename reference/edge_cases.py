"""An edge case that the lecture's rules keep, and others need not: a feature that is never on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.judging.rule.edges import AtTheEdge, EdgeCase
from autograder.judging.rule.instance import Instance


def _never_on(drawn: Instance) -> Instance:
    """The same with a second feature that is never on, so that its weight's gradient is 0."""
    silent = drawn.X.copy()
    silent[:, 1] = 0.0
    return replace(drawn, name="feature never on", X=silent, max_epochs=3)


def _stays(shown: AtTheEdge) -> bool:
    """Whether the weight of the feature that is never on is one finite number throughout."""
    rows = shown.rows
    if rows is None or len(rows) == 0 or not np.isfinite(rows).all():
        return False
    with np.errstate(over="ignore"):
        apart = np.abs(rows[:, 1] - rows[0, 1])  # where it starts is another matter
    return bool((apart <= shown.tolerance).all())


NEVER_ON = EdgeCase(
    name="a feature that is never on",
    right="A feature that is never on does not move its weight.",
    wrong="A feature that is never on should not move its weight, nor give NaN. What is divided by "
    "what, when every gradient so far was 0?",
    wrong_in_numbers="The gradient by the weight of a feature that is never on is 0, so this "
    "weight should stay where it is; yours moves. What moves it?",
    holds=_stays,
    call=_never_on,
    excused=True,
)
"""No gradient, no step: with ε missing, 0 is divided by 0.  (Weight decay would move it.)"""
