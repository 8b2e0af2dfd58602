"""Edge cases: what a function does where a rule has hardly anything to do.

An assignment chooses those that it gives points to (``edge_cases`` of a question).  Those below
hold for any rule; one that only some rules keep comes with its words, and with a call of its own,
from where the rules stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autograder.judging import words
from autograder.judging.rule.history import equal
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray


@dataclass(frozen=True, eq=False)
class AtTheEdge:
    """What an edge case may look at."""

    answered: bool
    """Whether the function answers an ordinary call with histories at all."""
    no_epochs: FloatArray | None
    """Rows that it returned for no epochs; None: no histories."""
    start: FloatArray
    """Where that call starts: w's entries, then b."""
    mutates: bool
    """It changes what it is given."""
    remembers: bool
    """It answers the same call otherwise the second time."""
    stops: bool
    """It returns fewer entries where its steps are tiny."""
    instance: Instance | None
    """The edge case's own call; None: it has none."""
    rows: FloatArray | None
    """Rows that it returned for that; None: no histories."""
    tolerance: float


@dataclass(frozen=True, eq=False)
class EdgeCase:
    """One edge case: a small check that shares the points of ``edge cases`` with the others."""

    name: str
    right: str
    """What a student reads where it holds."""
    wrong: str
    """What a student reads where it does not."""
    wrong_in_numbers: str = field(default="", kw_only=True)
    """The same where all that its own call returned is numbers; empty: no matter."""
    holds: Callable[[AtTheEdge], bool]
    call: Callable[[Instance], Instance] | None = None
    """Makes a call of its own of the drawn instance with a vector; None: it needs none."""
    excused: bool = False
    """True: not held against a student who follows a convention that the assignment forgives."""


def _just_the_start(shown: AtTheEdge) -> bool:
    rows, start = shown.no_epochs, np.asarray(shown.start)
    return rows is not None and equal(rows, start[None], shown.tolerance)


def _general(name: str, holds: Callable[[AtTheEdge], bool]) -> EdgeCase:
    return EdgeCase(name, words.EDGE_RIGHT[name], words.EDGE_WRONG[name], holds)


NO_EPOCHS = _general("no epochs", _just_the_start)
INPUTS_UNTOUCHED = _general("inputs untouched", lambda seen: seen.answered and not seen.mutates)
CALLED_TWICE = _general("called twice", lambda seen: seen.answered and not seen.remembers)
TINY_STEPS = _general("tiny steps", lambda seen: seen.answered and not seen.stops)

GENERAL = (NO_EPOCHS, INPUTS_UNTOUCHED, CALLED_TWICE, TINY_STEPS)
"""Those that hold for any rule."""
