"""Hyper-parameters: from where hidden instances draw them, and what the judge has to know of them.

A question names those of its function.  The judge never asks what one is called; it asks what it
*is* to the rule, where that matters: a gradient is measured under a huge epsilon, moments under a
first decay of 0.  A rule need not have any of these::

    ranges={"eta": StepSize(0.1, 0.4), "eps": Epsilon(1e-8, 1e-1), "beta": Range(0.5, 0.85)}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np

from autograder.errors import AssignmentError

FAR = 1e10
"""Far from an ordinary value, as a factor: beyond any bound that somebody writes down."""
NEAR_1 = 1e4
"""As a factor, how much nearer to 1 a share is that is far from an ordinary one."""


class Role(StrEnum):
    """What a hyper-parameter is to a rule."""

    STEP_SIZE = "step size"  # a step is proportional to it
    EPSILON = "epsilon"  # stands beside the gradient's square (or its root) in what divides a step
    FIRST_DECAY = "first decay"  # with 0 the step follows the newest gradient alone


@dataclass(frozen=True)
class Range:
    """A hyper-parameter, such as a share between 0 and 1."""

    low: float
    high: float
    logarithmic: bool = False
    """True: drawn so that every order of magnitude is as likely as another."""
    habits: tuple[float, ...] = ()
    """Values that people write into their code in place of the argument, the commonest first."""

    role: ClassVar[Role | None] = None
    """What it is to the rule; None: nothing that the judge has to know."""

    def __post_init__(self) -> None:
        """Raises ValueError where there is nothing to draw."""
        if not -np.inf < self.low <= self.high < np.inf:
            raise ValueError(f"there is no number from {self.low:g} to {self.high:g}")
        if self.logarithmic and self.low <= 0:
            raise ValueError(f"{self.low:g} has no order of magnitude: a logarithmic range is > 0")

    def draw(self, chance: np.random.Generator, *, upper_half: bool = False) -> float:
        share = chance.random()
        if upper_half:
            share = (1 + share) / 2
        return self.at(share)

    def at(self, share: float) -> float:
        """The number that lies this share of the way from the low end to the high one."""
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + (self.high - self.low) * share)

    def nudged(self, value: float) -> float:
        """Another value, to see whether it matters."""
        return value * 8.0 if self.logarithmic else value - 0.1

    def far(self, value: float) -> tuple[float, float]:
        """Values far below and far above, to see whether it matters there: a positive number by ten
        orders of magnitude, a share as near to 0 and to 1."""
        if self.logarithmic or not 0 <= value <= 1:
            return value / FAR, value * FAR
        return value / FAR, 1 - (1 - value) / NEAR_1


@dataclass(frozen=True)
class StepSize(Range):
    """The factor of every step."""

    low: float = 0.1
    high: float = 0.4

    role = Role.STEP_SIZE

    def nudged(self, value: float) -> float:
        return value * 1.5

    def far(self, value: float) -> tuple[float, float]:
        return value / FAR, value * FAR


@dataclass(frozen=True)
class Epsilon(Range):
    """What keeps a step from being divided by 0; gradients are drawn as large as its root."""

    low: float = 1e-8
    high: float = 1e-1
    logarithmic: bool = True

    role = Role.EPSILON


@dataclass(frozen=True)
class FirstDecay(Range):
    """The share of the average of gradients that is kept from one epoch to the next."""

    role = Role.FIRST_DECAY


def by_role(ranges: Mapping[str, Range]) -> Mapping[Role, str]:
    """The names of the hyper-parameters that play a role.

    Raises:
        AssignmentError: two of them play the same one.
    """
    names: dict[Role, str] = {}
    for name, range_ in ranges.items():
        if range_.role is None:
            continue
        if range_.role in names:
            raise AssignmentError(
                f"{names[range_.role]} and {name} are both called the {range_.role} of one rule; "
                "give one of them a plain Range."
            )
        names[range_.role] = name
    return names
