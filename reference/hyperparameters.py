"""The hyper-parameters of the lecture's rules: what each is to a rule, and what is written for it.

The habits are the values that stand in lectures, libraries and students' code; who ignores an
argument has most likely written one of them in its place.
"""

from __future__ import annotations

from autograder.judging.rule.hyperparameters import Epsilon, FirstDecay, Range, StepSize


def eta(low: float, high: float) -> Range:
    """The learning rate."""
    return StepSize(low, high, habits=(0.1, 0.01, 0.001, 1.0, 0.5, 0.05))


def eps(low: float, high: float) -> Range:
    """ε beside the second moment, inside the root in the lecture."""
    return Epsilon(low, high, habits=(1e-8, 1e-6, 1e-7, 1e-10, 1e-5, 1e-4))


def beta(low: float, high: float) -> Range:
    """RMSProp's decay of the squares."""
    return Range(low, high, habits=(0.9, 0.99, 0.95, 0.999))


def beta1(low: float, high: float) -> Range:
    """Adam's decay of the gradients."""
    return FirstDecay(low, high, habits=(0.9, 0.99, 0.95, 0.5))


def beta2(low: float, high: float) -> Range:
    """Adam's decay of the squares."""
    return Range(low, high, habits=(0.999, 0.99, 0.9, 0.95))


def gamma(low: float, high: float) -> Range:
    """Momentum's share of the update before."""
    return Range(low, high, habits=(0.9, 0.99, 0.5))


def decay(low: float, high: float) -> Range:
    """How fast an annealed learning rate falls."""
    return Range(low, high, habits=(0.01, 0.001, 0.1, 0.05, 0.0))
