"""The known ways to get an update rule wrong, each a small edit of a rule as data.

An edit changes a few numbers of :mod:`reference.rules_as_data`; two edits compose.  What they are
called and what a student reads about them stands in ``misconceptions.toml`` beside this file.
Several edits may bear one name: ``moment_overwritten`` for m, for v, or for both.

The order of the functions below is the order in which two edits of one rule are applied: first
what replaces the rule as a whole, then gathering, state, correction, step.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from autograder.model import Explanation
from reference import rules_as_data as rules
from reference.rules_as_data import FloatArray, Problem, Rules, RuleView

# ------------------------------------------------------------------------------- the vocabulary


@dataclass(frozen=True)
class Misconception:
    """What a name stands for, in words for students and instructors."""

    slug: str
    title: str
    """In a sentence that completes "Your function ..."."""
    formula: str
    """What is computed, g being the summed gradient and theta w or b."""
    what: str
    """What it means for the path, in a sentence or two."""
    hint: str
    """Where to look, without giving the answer away."""
    lecture: str
    """Where the lecture treats it."""
    convention: str = ""
    """Who teaches it that way; empty: nobody does."""
    seen: int = 0
    """How often it was found among 276 functions of real students."""


@dataclass(frozen=True)
class RuleAsData:
    """A right rule and what it has that can be got wrong."""

    name: str
    title: str
    numbers: Callable[[RuleView], None]
    traits: frozenset[str]
    """Of ``history`` (anything kept from epoch to epoch), ``v`` (a second moment), ``root``,
    ``decay``, ``m`` (a first moment), ``betas``, ``correction``, ``maximum``, ``velocity``
    (momentum's first moment), ``lookahead``, ``annealing``."""
    edits: tuple[Edit, ...] = ()
    """Faults of this rule besides those of this module; other modules bring their own so."""


@dataclass(frozen=True, eq=False)
class Edit:
    """A misconception's change to a rule's numbers."""

    slug: str
    variant: str
    """What distinguishes it from others of that name, in words; empty: nothing does."""
    apply: Callable[[RuleView], None]
    needs: frozenset[str]
    """Traits that a rule must have for the edit to mean something."""
    only: frozenset[str]
    """Names of the rules it is for; empty: all that have the traits."""
    parts: tuple[str, ...]
    """Of ``both``, ``w``, ``b``: in which parameters the fault may sit."""
    numbers_only: bool
    """True: such code only runs where w is a number."""
    measured: str
    """Name of a measured hyper-parameter that it needs; empty: none."""
    whole: bool = False
    """True: it sets the rule's numbers anew, so that two such edits do not compose."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """None, one or two edits, in both parameters or in one."""

    edits: tuple[Edit, ...]
    part: str = "both"
    parts: tuple[str, ...] = ()
    """Where each edit sits, if not all of them sit in ``part``."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names, each once, in catalogue order."""
        return tuple(dict.fromkeys(edit.slug for edit in self.edits))

    @property
    def numbers_only(self) -> bool:
        return any(edit.numbers_only for edit in self.edits)

    def where(self, edit: Edit) -> str:
        """The parameters that one of the edits sits in: ``both``, ``w`` or ``b``."""
        return self.parts[self.edits.index(edit)] if self.parts else self.part

    @property
    def replaces(self) -> bool:
        """Whether one of the edits replaces the rule by another one."""
        return any(edit.slug == "another_rule" for edit in self.edits)


def _rule(name: str, title: str, traits: str) -> RuleAsData:
    return RuleAsData(name, title, getattr(rules, name), frozenset(traits.split()))


RULES = {
    rule.name: rule
    for rule in (
        _rule("gradient_descent", "gradient descent", ""),
        _rule("momentum", "momentum", "history velocity"),
        _rule("nesterov", "NAG", "history velocity lookahead"),
        _rule("annealed_momentum", "momentum with annealing", "history velocity annealing"),
        _rule("adagrad", "AdaGrad", "history v root"),
        _rule("adagrad_without_root", "AdaGrad without the root", "history v"),
        _rule("rmsprop", "RMSProp", "history v root decay"),
        _rule("adam", "Adam", "history v root decay m correction betas"),
        _rule("amsgrad", "AMSGrad", "history v root decay m betas maximum"),
    )
}

EDITS: list[Edit] = []
COMMON = 10
"""A fault that so many of 276 students made is common."""


def _edit(
    slug: str,
    variant: str = "",
    *,
    needs: str = "",
    only: str = "",
    parts: str = "both w b",
    numbers_only: bool = False,
    measured: str = "",
    whole: bool = False,
) -> Callable[[Callable[[RuleView], None]], Callable[[RuleView], None]]:
    def register(apply: Callable[[RuleView], None]) -> Callable[[RuleView], None]:
        EDITS.append(
            Edit(
                slug,
                variant,
                apply,
                frozenset(needs.split()),
                frozenset(only.split()),
                tuple(parts.split()),
                numbers_only,
                measured,
                whole or slug == "another_rule",
            )
        )
        return apply

    return register


# --------------------------------------------------------------------------- the rule as a whole


@_edit("another_rule", "plain gradient descent", needs="history", parts="both")
def _(rule: RuleView) -> None:
    rules.gradient_descent(rule)


@_edit("another_rule", "AdaGrad", only="rmsprop adam amsgrad adagrad_without_root", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=1.0, gain=1.0)


@_edit("another_rule", "RMSProp with beta = 0.9", only="adagrad", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=0.9, gain=0.1)


@_edit("another_rule", "RMSProp with beta = 0.99", only="adagrad", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=0.99, gain=0.01)


@_edit("another_rule", "RMSProp with beta = 0.95", only="adagrad", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=0.95, gain=0.05)


@_edit("another_rule", "RMSProp", needs="betas", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=rule.hyper["beta2"], gain=1 - rule.hyper["beta2"])


@_edit("another_rule", "RMSProp (with beta1)", needs="betas", parts="both")
def _(rule: RuleView) -> None:
    _adaptive(rule, decay=rule.hyper["beta1"], gain=1 - rule.hyper["beta1"])


@_edit("another_rule", "Adam with beta1 = 0.9, beta2 = 0.999", only="adagrad", parts="both")
def _(rule: RuleView) -> None:
    _adam(rule, 0.9, 0.999)


@_edit("another_rule", "Adam with beta1 = 0.9", only="rmsprop", parts="both")
def _(rule: RuleView) -> None:
    _adam(rule, 0.9, rule.hyper["beta"])


@_edit("another_rule", "Adam with beta2 = 0.999", only="rmsprop", parts="both")
def _(rule: RuleView) -> None:
    _adam(rule, rule.hyper["beta"], 0.999)


@_edit("another_rule", "Adam with beta1 = 0.9, beta2 = 0.999", only="rmsprop", parts="both")
def _(rule: RuleView) -> None:
    _adam(rule, 0.9, 0.999)


@_edit("another_rule", "momentum with gamma = 0.9", only="adagrad", parts="both")
def _(rule: RuleView) -> None:
    rules.gradient_descent(rule)
    rule.m_decay = 0.9


@_edit("another_rule", "momentum", only="rmsprop", parts="both")
def _(rule: RuleView) -> None:
    rules.gradient_descent(rule)
    rule.m_decay = rule.hyper["beta"]


@_edit("another_rule", "momentum", needs="betas", parts="both")
def _(rule: RuleView) -> None:
    rules.gradient_descent(rule)
    rule.m_decay = rule.hyper["beta1"]


@_edit("another_rule", "momentum (an average of the gradients)", needs="betas", parts="both")
def _(rule: RuleView) -> None:
    rules.gradient_descent(rule)
    rule.m_decay, rule.m_gain = rule.hyper["beta1"], 1 - rule.hyper["beta1"]


@_edit("another_rule", "AMSGrad", needs="correction", parts="both")
def _(rule: RuleView) -> None:
    rules.amsgrad(rule)


@_edit("another_rule", "AMSGrad, with corrected moments", needs="correction", parts="both")
def _(rule: RuleView) -> None:
    rules.amsgrad(rule)
    rule.m_b = rule.v_b = -1.0


@_edit("another_rule", "momentum", only="nesterov", parts="both")
def _(rule: RuleView) -> None:
    rules.momentum(rule)


@_edit("another_rule", "NAG", only="momentum", parts="both")
def _(rule: RuleView) -> None:
    rules.nesterov(rule)


@_edit("betas_swapped", needs="betas")
def _(rule: RuleView) -> None:
    _swap_betas_of_moments(rule)
    rule.m_beta, rule.v_beta = rule.v_beta, rule.m_beta


@_edit("betas_swapped", "in the moments, not in the correction", needs="correction")
def _(rule: RuleView) -> None:
    _swap_betas_of_moments(rule)


@_edit("betas_swapped", "in the correction only", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_beta, rule.v_beta = rule.v_beta, rule.m_beta


@_edit("single_beta", "beta1 for both moments", needs="betas")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain, rule.v_beta = rule.m_decay, rule.m_gain, rule.m_beta


@_edit("single_beta", "beta2 for both moments", needs="betas")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.m_gain, rule.m_beta = rule.v_decay, rule.v_gain, rule.v_beta


@_edit("single_beta", "beta1 in both corrections", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_beta = rule.m_beta


@_edit("single_beta", "beta2 in both corrections", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_beta = rule.v_beta


@_edit("single_beta", "beta1 in the second moment, not in its correction", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain = rule.m_decay, rule.m_gain


@_edit("single_beta", "beta2 in the first moment, not in its correction", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.m_gain = rule.v_decay, rule.v_gain


# ------------------------------------------------------------------------ gathering the gradient


@_edit("wrong_sign")
def _(rule: RuleView) -> None:
    rule.eta = -rule.eta


@_edit("mean_gradient")
def _(rule: RuleView) -> None:
    rule.g_scale = 1 / rule.problem.points


@_edit("last_gradient_only")
def _(rule: RuleView) -> None:
    rule.last_only = 1.0


@_edit("gradient_not_reset")
def _(rule: RuleView) -> None:
    rule.carry = 1.0


@_edit("per_sample_update", "a step at every point, with that point's gradient", parts="both")
def _(rule: RuleView) -> None:
    rule.step_at_every_point()


@_edit("per_sample_update", "a step at every point, while dw goes on adding", parts="both")
def _(rule: RuleView) -> None:
    rule.step_at_every_point()
    rule.keeps_adding = 1.0


@_edit("per_sample_update", "a step at every point, dw never set back to 0", parts="both")
def _(rule: RuleView) -> None:
    rule.step_at_every_point()
    rule.keeps_adding = 2.0


@_edit("sequential_update", parts="both")
def _(rule: RuleView) -> None:
    rule.sequential = 1.0


@_edit("weight_decay_added", "in every point's gradient", measured="decay_in_gradient")
def _(rule: RuleView) -> None:
    rule.weight_decay = rule.hyper["decay_in_gradient"] * rule.problem.points


@_edit("weight_decay_added", "in the gradient", measured="decay_in_gradient")
def _(rule: RuleView) -> None:
    rule.weight_decay = rule.hyper["decay_in_gradient"]


# --------------------------------------------------------------------------------------- the state


@_edit("gradient_not_squared", "|g|", needs="v")
def _(rule: RuleView) -> None:
    rule.v_not_squared = 1.0


@_edit("gradient_not_squared", "g", needs="v")
def _(rule: RuleView) -> None:
    rule.v_not_squared = -1.0


@_edit("decay_missing", "v", needs="decay")
def _(rule: RuleView) -> None:
    rule.v_decay = 1.0


@_edit("decay_missing", "m and v", needs="m decay")
def _(rule: RuleView) -> None:
    rule.m_decay = rule.v_decay = 1.0


@_edit("decay_missing", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_decay = 1.0


@_edit("complement_missing", "v", needs="decay")
def _(rule: RuleView) -> None:
    rule.v_gain = 1.0


@_edit("complement_missing", "m and v", needs="m decay")
def _(rule: RuleView) -> None:
    rule.m_gain = rule.v_gain = 1.0


@_edit("complement_missing", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_gain = 1.0


@_edit("complement_added", "v", needs="decay")
def _(rule: RuleView) -> None:
    rule.v_const, rule.v_gain = rule.v_gain, 1.0


@_edit("complement_added", "m and v", needs="m decay")
def _(rule: RuleView) -> None:
    rule.v_const, rule.v_gain = rule.v_gain, 1.0
    rule.m_const, rule.m_gain = rule.m_gain, 1.0


@_edit("complement_added", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_const, rule.m_gain = rule.m_gain, 1.0


@_edit("complement_swapped", "v", needs="decay")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain = rule.v_gain, rule.v_decay


@_edit("complement_swapped", "m and v", needs="m decay")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain = rule.v_gain, rule.v_decay
    rule.m_decay, rule.m_gain = rule.m_gain, rule.m_decay


@_edit("complement_swapped", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.m_gain = rule.m_gain, rule.m_decay


@_edit("state_not_accumulated", "v", needs="v")
def _(rule: RuleView) -> None:
    rule.v_decay = 0.0


@_edit("state_not_accumulated", "v = g**2", needs="decay")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain = 0.0, 1.0


@_edit("state_not_accumulated", "m and v", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_decay = rule.v_decay = 0.0


@_edit("state_not_accumulated", "m = g and v = g**2", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.v_decay, rule.m_gain, rule.v_gain = 0.0, 0.0, 1.0, 1.0


@_edit("state_not_accumulated", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_decay = 0.0


@_edit("state_not_accumulated", "m = g", needs="m")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.m_gain = 0.0, 1.0


@_edit("state_not_accumulated", "the velocity", needs="velocity")
def _(rule: RuleView) -> None:
    rule.m_decay = 0.0


@_edit("state_never_updated", "v", needs="v")
def _(rule: RuleView) -> None:
    rule.v_decay, rule.v_gain = 1.0, 0.0


@_edit("state_double_counted", "v", needs="v")
def _(rule: RuleView) -> None:
    rule.v_decay = 1 + rule.v_decay


@_edit("state_double_counted", "m and v", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_decay, rule.v_decay = 1 + rule.m_decay, 1 + rule.v_decay


@_edit("state_double_counted", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_decay = 1 + rule.m_decay


@_edit("state_double_counted", "the velocity", needs="velocity")
def _(rule: RuleView) -> None:
    rule.m_decay = 1 + rule.m_decay


@_edit("state_starts_at_one", "v = 1", needs="v")
def _(rule: RuleView) -> None:
    rule.v_start = 1.0


@_edit("state_starts_at_one", "m = v = 1", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_start = rule.v_start = 1.0


@_edit("state_starts_at_one", "m = 1", needs="m")
def _(rule: RuleView) -> None:
    rule.m_start = 1.0


@_edit("state_starts_at_one", "v = theta", needs="v")
def _(rule: RuleView) -> None:
    rule.v_start_theta = 1.0


@_edit("state_starts_at_one", "m = theta", needs="m")
def _(rule: RuleView) -> None:
    rule.m_start_theta = 1.0


@_edit("state_starts_at_one", "m = v = theta", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_start_theta = rule.v_start_theta = 1.0


@_edit("state_used_before_update", "v", needs="v")
def _(rule: RuleView) -> None:
    rule.v_before = 1.0


@_edit("state_used_before_update", "m and v", needs="m v")
def _(rule: RuleView) -> None:
    rule.m_before = rule.v_before = 1.0


@_edit("state_used_before_update", "m", needs="m")
def _(rule: RuleView) -> None:
    rule.m_before = 1.0


@_edit("state_used_before_update", "the velocity", needs="velocity")
def _(rule: RuleView) -> None:
    rule.m_before = 1.0


@_edit("state_shared_by_w_and_b", "of both squares", needs="v", parts="both", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.share_squares = 1.0


@_edit("state_shared_by_w_and_b", "of all squares, in one number", needs="v", parts="both")
def _(rule: RuleView) -> None:
    rule.share_squares = 1.0


@_edit("state_shared_by_w_and_b", "of the sum squared", needs="v", parts="both", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.share_sum = 1.0


@_edit("state_shared_by_w_and_b", "v, in turn", needs="v", parts="both", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.share_v_in_turn = 1.0


@_edit("state_shared_by_w_and_b", "m and v, in turn", needs="m v", parts="both", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.share_m_in_turn = rule.share_v_in_turn = 1.0


@_edit("state_shared_by_w_and_b", "m, in turn", needs="m", parts="both", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.share_m_in_turn = 1.0


@_edit("b_uses_w_state", "v", needs="v", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.v_from_other = 1.0


@_edit("b_uses_w_state", "m", needs="m", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.m_from_other = 1.0


@_edit("b_uses_w_state", "m and v", needs="m v", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.m_from_other = rule.v_from_other = 1.0


@_edit("b_uses_w_state", "b's v goes on from w's", needs="v", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.v_goes_on_from_w = 1.0


@_edit("b_uses_w_state", "the gradient", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.g_from_other = 1.0


@_edit("b_uses_w_state", "the gradient in v only", needs="v", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.g_from_other_in_v = 1.0


@_edit("b_uses_w_state", "the gradient in the step only", needs="v", parts="b", numbers_only=True)
def _(rule: RuleView) -> None:
    rule.g_from_other_in_m = 1.0


@_edit("w_uses_b_state", "v", needs="v", parts="w")
def _(rule: RuleView) -> None:
    rule.v_from_other = 1.0


@_edit("w_uses_b_state", "m", needs="m", parts="w")
def _(rule: RuleView) -> None:
    rule.m_from_other = 1.0


@_edit("w_uses_b_state", "m and v", needs="m v", parts="w")
def _(rule: RuleView) -> None:
    rule.m_from_other = rule.v_from_other = 1.0


@_edit("w_uses_b_state", "the gradient", parts="w")
def _(rule: RuleView) -> None:
    rule.g_from_other = 1.0


@_edit("w_uses_b_state", "the gradient in v only", needs="v", parts="w")
def _(rule: RuleView) -> None:
    rule.g_from_other_in_v = 1.0


@_edit("w_uses_b_state", "the gradient in the step only", needs="v", parts="w")
def _(rule: RuleView) -> None:
    rule.g_from_other_in_m = 1.0


# ---------------------------------------------------------------------------- the bias correction


@_edit("correction_missing", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_b = rule.v_b = 0.0


@_edit("correction_first_moment_only", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_b = 0.0


@_edit("correction_second_moment_only", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_b = 0.0


def _clock(variant: str, slug: str, clock: Callable[[RuleView], FloatArray | float]) -> None:
    """The three edits (both moments, m only, v only) that count t in another way."""

    def both(rule: RuleView) -> None:
        rule.m_clock = rule.v_clock = clock(rule)

    def first(rule: RuleView) -> None:
        rule.m_clock = clock(rule)

    def second(rule: RuleView) -> None:
        rule.v_clock = clock(rule)

    _edit(slug, variant, needs="correction")(both)
    _edit(slug, f"{variant}, m only", needs="correction")(first)
    _edit(slug, f"{variant}, v only", needs="correction")(second)


_clock("1 - beta at every t", "correction_constant", lambda rule: 1.0)
_clock("t from 0", "correction_exponent_zero", lambda rule: rule.t - 1)
_clock("t from 2", "correction_exponent_late", lambda rule: rule.t + 1)
_clock("max_epochs", "correction_exponent_total", lambda rule: float(rule.problem.max_epochs))
_clock("max_epochs + 1", "correction_exponent_total", lambda rule: rule.problem.max_epochs + 1)
_clock("max_epochs - 1", "correction_exponent_total", lambda rule: rule.problem.max_epochs - 1)
_clock("the number of points", "correction_exponent_total", lambda rule: rule.problem.points)
_clock("the last point's index", "correction_exponent_total", lambda rule: rule.problem.points - 1)
_clock("points counted", "correction_exponent_total", lambda rule: rule.t * rule.problem.points)


@_edit(
    "correction_exponent_total", "t counted on between w and b", needs="correction", parts="both"
)
def _(rule: RuleView) -> None:
    parameters = len(rule.problem.start)
    is_b = (np.arange(parameters) == parameters - 1)[:, None]
    rule.m_clock = rule.v_clock = 2 * rule.t - 1 + is_b


@_edit("correction_exponent_total", "1 for w, 2 for b", needs="correction", parts="both")
def _(rule: RuleView) -> None:
    parameters = len(rule.problem.start)
    is_b = (np.arange(parameters) == parameters - 1)[:, None]
    rule.m_clock = rule.v_clock = 1.0 + is_b + 0 * rule.t


@_edit(
    "state_shared_by_w_and_b",
    "v, with both squares before both steps",
    needs="v decay",
    parts="both",
    numbers_only=True,
)
def _(rule: RuleView) -> None:
    rule.share_v_in_turn = rule.share_before_steps = 1.0


@_edit(
    "state_shared_by_w_and_b",
    "m and v, with both gradients before both steps",
    needs="m v",
    parts="both",
    numbers_only=True,
)
def _(rule: RuleView) -> None:
    rule.share_m_in_turn = rule.share_v_in_turn = rule.share_before_steps = 1.0


@_edit(
    "state_shared_by_w_and_b",
    "m, v and t, in turn",
    needs="correction",
    parts="both",
    numbers_only=True,
)
def _(rule: RuleView) -> None:
    parameters = len(rule.problem.start)
    is_b = (np.arange(parameters) == parameters - 1)[:, None]
    rule.share_m_in_turn = rule.share_v_in_turn = 1.0
    rule.m_clock = rule.v_clock = 2 * rule.t - 1 + is_b


@_edit("correction_precedence", "t from 1", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_a = rule.v_a = 2.0


@_edit("correction_precedence", "t from 1, m only", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_a = 2.0


@_edit("correction_precedence", "t from 1, v only", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_a = 2.0


@_edit("correction_precedence", "t from 0", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_a = rule.v_a = 2.0
    rule.m_clock, rule.v_clock = rule.m_clock - 1, rule.v_clock - 1


@_edit("correction_precedence", "(m / 1) - beta**t", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_minus_power = rule.v_minus_power = 1.0
    rule.m_b = rule.v_b = 0.0


@_edit("correction_multiplies", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_sense = rule.v_sense = -1.0


@_edit("correction_multiplies", "m only", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_sense = -1.0


@_edit("correction_multiplies", "v only", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_sense = -1.0


@_edit("moment_overwritten", "m and v", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_overwritten = rule.v_overwritten = 1.0


@_edit("moment_overwritten", "m", needs="correction")
def _(rule: RuleView) -> None:
    rule.m_overwritten = 1.0


@_edit("moment_overwritten", "v", needs="correction")
def _(rule: RuleView) -> None:
    rule.v_overwritten = 1.0


# --------------------------------------------------------------------------------------- the step


@_edit("epsilon_outside_root", needs="root")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.eps_out = 0.0, rule.hyper["eps"]


@_edit("epsilon_outside_root", "before the correction", needs="correction")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.eps_out_raw = 0.0, rule.hyper["eps"]


@_edit("epsilon_outside_fraction", needs="v")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.eps_rate = 0.0, rule.hyper["eps"]


@_edit("epsilon_scales_gradient", needs="v")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.use_m, rule.use_one = 0.0, 0.0, 1.0
    rule.eps_step = rule.hyper["eps"]


@_edit("epsilon_scales_gradient", "with a plus", needs="v")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.use_m, rule.use_one = 0.0, 0.0, 1.0
    rule.eps_step = -rule.hyper["eps"]


@_edit("epsilon_missing", needs="v")
def _(rule: RuleView) -> None:
    rule.eps_in = 0.0


@_edit("root_missing", needs="root")
def _(rule: RuleView) -> None:
    rule.power = 1.0


@_edit("multiplies_by_root", "sqrt(v + eps)", needs="root")
def _(rule: RuleView) -> None:
    rule.power = -0.5


@_edit("multiplies_by_root", "sqrt(v)", needs="root")
def _(rule: RuleView) -> None:
    rule.power, rule.eps_in = -0.5, 0.0


@_edit("multiplies_by_root", "sqrt(v) + eps", needs="root")
def _(rule: RuleView) -> None:
    rule.power, rule.eps_in, rule.eps_out = -0.5, 0.0, rule.hyper["eps"]


@_edit("raw_gradient_step", needs="m")
def _(rule: RuleView) -> None:
    rule.use_m, rule.use_g = 0.0, 1.0


@_edit("state_for_gradient", "v", needs="v")
def _(rule: RuleView) -> None:
    rule.use_m, rule.use_v = 0.0, 1.0


@_edit("state_for_gradient", "v before its correction", needs="correction")
def _(rule: RuleView) -> None:
    rule.use_m, rule.use_v_raw = 0.0, 1.0


@_edit("state_for_gradient", "theta", needs="v")
def _(rule: RuleView) -> None:
    rule.use_m, rule.use_theta = 0.0, 1.0


@_edit("b_not_adaptive", "plain gradient descent", needs="v", parts="b")
def _(rule: RuleView) -> None:
    rule.power, rule.eps_in, rule.use_m, rule.use_g = 0.0, 0.0, 0.0, 1.0


@_edit("b_not_adaptive", "the first moment, undivided", needs="m v", parts="b")
def _(rule: RuleView) -> None:
    rule.power, rule.eps_in = 0.0, 0.0


@_edit("weight_decay_added", "beside the step", measured="decay_of_step")
def _(rule: RuleView) -> None:
    rule.shrink = rule.hyper["decay_of_step"]


def _swap_betas_of_moments(rule: RuleView) -> None:
    rule.m_decay, rule.v_decay = rule.v_decay, rule.m_decay
    rule.m_gain, rule.v_gain = rule.v_gain, rule.m_gain


def _adaptive(rule: RuleView, decay: float, gain: float) -> None:
    rules.adagrad(rule)
    rule.v_decay, rule.v_gain = decay, gain


def _adam(rule: RuleView, beta1: float, beta2: float) -> None:
    _adaptive(rule, beta2, 1 - beta2)
    rule.m_decay, rule.m_gain = beta1, 1 - beta1
    rule.m_beta, rule.m_b, rule.v_beta, rule.v_b = beta1, -1.0, beta2, -1.0


# ------------------------------------------------------------------------------ the catalogue


@dataclass(frozen=True, eq=False)
class Family:
    """Candidates that are evaluated together: all step once an epoch, or all at every point."""

    rule: RuleAsData
    candidates: Sequence[Candidate]
    every_point: bool = False

    def trajectories(
        self, problem: Problem, epochs: int | None = None, *, by_point: bool = True
    ) -> FloatArray:
        """Shape (candidates, rows, P); a row an epoch, or a row a point (see the schedule)."""
        batch = self.rules(problem, epochs)
        if not self.every_point:
            return rules.run(batch, epochs)
        epochs = problem.max_epochs if epochs is None else epochs
        return rules.run_every_point(batch, epochs, by_point)

    def subset(self, chosen: Iterable[int]) -> Family:
        """The same with some of the candidates only."""
        return Family(self.rule, tuple(self.candidates[k] for k in chosen), self.every_point)

    def rules(self, problem: Problem, epochs: int | None = None) -> Rules:
        """The candidates' numbers for one problem, for its first epochs or (None) for all."""
        batch = Rules(len(self.candidates), problem, epochs)
        self.rule.numbers(batch.view())
        for edit, part, rows in _rows_by_edit(self):
            edit.apply(batch.view(rows, part))
        return batch


class Pairs(Sequence[Candidate]):
    """Pairs of edits, each made when it is looked at: there are tens of thousands."""

    WHERE = (
        ("both", "both"),
        ("w", "w"),
        ("b", "b"),
        ("both", "w"),
        ("both", "b"),
        ("w", "both"),
        ("b", "both"),
    )
    """Where the first and the second edit of a pair sit."""

    def __init__(self, edits: Sequence[Edit], table: NDArray[np.intp]) -> None:
        """``table``: a row a pair, with the first edit, the second, and a row of ``WHERE``."""
        self._edits, self._table = edits, table

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Pairs: ...
    def __getitem__(self, index: int | slice) -> Candidate | Pairs:
        if isinstance(index, slice):
            return Pairs(self._edits, self._table[index])
        first, second, where = self._table[index]
        edits, parts = (self._edits[first], self._edits[second]), self.WHERE[where]
        if parts[0] == parts[1]:
            return Candidate(edits, parts[0])
        return Candidate(edits, parts[0] if parts[1] == "both" else parts[1], parts)

    def rows(self) -> dict[tuple[Edit, str], list[int]]:
        """The pairs that have an edit in a part, by edit and part."""
        found: dict[tuple[Edit, str], list[int]] = {}
        for column in (0, 1):
            parts = np.array([["both", "w", "b"].index(where[column]) for where in self.WHERE])
            keys = 3 * self._table[:, column] + parts[self._table[:, 2]]
            order = np.argsort(keys, kind="stable")
            kinds, starts = np.unique(keys[order], return_index=True)
            for key, numbers in zip(kinds, np.split(order, starts[1:]), strict=True):
                edit, part = self._edits[key // 3], ("both", "w", "b")[key % 3]
                found.setdefault((edit, part), []).extend(numbers.tolist())
        return found


@cache
def _rows_by_edit(family: Family) -> tuple[tuple[Edit, str, NDArray[np.int64]], ...]:
    rows: dict[tuple[Edit, str], list[int]] = {}
    if isinstance(family.candidates, Pairs):
        rows = family.candidates.rows()
    else:
        for number, candidate in enumerate(family.candidates):
            for edit in candidate.edits:
                rows.setdefault((edit, candidate.where(edit)), []).append(number)
    order = {edit: number for number, edit in enumerate((*EDITS, *family.rule.edits))}
    # What replaces the rule as a whole comes first, wherever it was written down.
    chosen = sorted(
        rows.items(), key=lambda item: (not item[0][0].whole, order[item[0][0]], item[0][1])
    )
    return tuple((edit, part, np.array(numbers)) for (edit, part), numbers in chosen)


def edits_for(rule: RuleAsData, measured: Sequence[str] = ()) -> tuple[Edit, ...]:
    """The edits that mean something for a rule; ``measured``: what was measured of the code."""
    return tuple(
        edit
        for edit in (*EDITS, *rule.edits)
        if edit.needs <= rule.traits
        and (not edit.only or rule.name in edit.only)
        and (not edit.measured or edit.measured in measured)
    )


def _steps_at_every_point(edit: Edit) -> bool:
    return edit.slug == "per_sample_update"


@cache
def right(rule: RuleAsData) -> Family:
    """The rule itself, without an edit."""
    return Family(rule, (Candidate(()),))


@cache
def singles(rule: RuleAsData, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
    """Every edit by itself, in both parameters, in w only and in b only."""
    chosen = [Candidate((edit,), part) for edit in edits_for(rule, measured) for part in edit.parts]
    once = [c for c in chosen if not _steps_at_every_point(c.edits[0])]
    many = [c for c in chosen if _steps_at_every_point(c.edits[0])]
    families = [Family(rule, tuple(once))] if once else []
    return (*families, Family(rule, tuple(many), every_point=True)) if many else tuple(families)


@cache
def pairs(rule: RuleAsData, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
    """Every two edits of different names, each where it sits: both in all, or in one parameter;
    or one of them in all and the other in w or b only, where that one can only sit there, or
    where one of the two is so common that it meets everything."""
    edits = edits_for(rule, measured)
    slugs = np.array([edit.slug for edit in edits])
    whole = np.array([edit.whole for edit in edits])
    common = np.array([words()[edit.slug].seen >= COMMON for edit in edits])
    sits = {part: np.array([part in edit.parts for edit in edits]) for part in ("both", "w", "b")}
    first, second = np.triu_indices(len(edits), 1)
    compose = (slugs[first] != slugs[second]) & ~(whole[first] & whole[second])
    meets = common[first] | common[second]
    tables = []
    for number, (of_first, of_second) in enumerate(Pairs.WHERE):
        chosen = compose & sits[of_first][first] & sits[of_second][second]
        if of_first != of_second:
            narrow = second if of_first == "both" else first
            chosen &= meets | ~sits["both"][narrow]
        where = np.full(np.count_nonzero(chosen), number)
        tables.append(np.column_stack([first[chosen], second[chosen], where]))
    table = np.concatenate(tables)
    table = table[np.lexsort(table.T[::-1])]
    by_point = np.array([_steps_at_every_point(edit) for edit in edits])
    many = by_point[table[:, 0]] | by_point[table[:, 1]]
    families = [Family(rule, Pairs(edits, table[~many]))]
    if many.any():
        families.append(Family(rule, Pairs(edits, table[many]), every_point=True))
    return tuple(families)


PART_OF_NUMBER = {
    "gradient": "g_scale last_only carry weight_decay sequential keeps_adding g_from_other",
    "look-ahead": "lookahead lookahead_of_other",
    "first moment": "m_decay m_gain m_const m_start m_start_theta m_before m_from_other "
    "m_goes_on_from_w share_m_in_turn g_from_other_in_m use_g",
    "second moment": "v_decay v_gain v_const v_start v_start_theta v_not_squared v_maximum "
    "v_before v_from_other v_goes_on_from_w share_squares share_sum share_v_in_turn "
    "share_before_steps g_from_other_in_v",
    "bias correction": "m_beta m_a m_b m_sense m_clock m_overwritten m_minus_power "
    "v_beta v_a v_b v_sense v_clock v_overwritten v_minus_power",
    "learning rate": "m_rate",
    "step": "eta power eps_in eps_out eps_out_raw eps_rate eps_step shrink use_m use_v "
    "use_v_raw use_theta use_one",
}
"""Which part of a rule a number belongs to."""


ONE_MINUS_POWER = re.compile(r"1(\.0?)?\s*-\s*(\w+\s*\*\*|[\w.]*pow\w*\()")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One rule and the known ways to get it wrong, as an assignment hands it to the judge."""

    rule: RuleAsData

    @property
    def title(self) -> str:
        return self.rule.title

    def right(self) -> Family:
        return right(self.rule)

    def singles(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        return singles(self.rule, measured)

    def pairs(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        return pairs(self.rule, measured)

    def components(self, candidate: Candidate, instance: Problem, slug: str) -> frozenset[str]:
        """The parts of the rule that the candidate's edits named ``slug`` change."""
        chosen = tuple(edit for edit in candidate.edits if edit.slug == slug)
        before = self.right().rules(instance)
        where = tuple(candidate.where(edit) for edit in chosen)
        after = Family(self.rule, (Candidate(chosen, parts=where),)).rules(instance)
        changed = {
            name
            for name, values in after.numbers.items()
            if not np.array_equal(values, before.numbers[name])
        }
        parts = {part for part, names in PART_OF_NUMBER.items() if changed & set(names.split())}
        if "velocity" in self.rule.traits and "first moment" in parts:
            parts = parts - {"first moment"} | {"velocity"}
        return frozenset(parts | ({"gradient"} if after.every_point.any() else set()))

    def explain(self, slug: str, detail: str = "") -> Explanation:
        """The words for a name, with a detail such as the variant in brackets behind the title."""
        entry = words()[slug]
        return Explanation(
            slug=slug,
            title=f"{entry.title} ({detail})" if detail else entry.title,
            what=f"{entry.formula}. {entry.what}" if entry.formula else entry.what,
            hint=entry.hint,
            lecture=entry.lecture,
            convention=entry.convention,
        )

    def commonness(self, slug: str) -> int:
        return words()[slug].seen

    def explains_division_by_zero(self, source: str) -> str | None:
        """1 - beta**t in a function that divides by zero at once: its t is 0."""
        if "correction" in self.rule.traits and ONE_MINUS_POWER.search(source):
            return "correction_exponent_zero"
        return None


@cache
def words() -> dict[str, Misconception]:
    """Every name with its words, in the order of the file beside this one."""
    text = (Path(__file__).parent / "misconceptions.toml").read_text(encoding="utf-8")
    return {slug: Misconception(slug, **entry) for slug, entry in tomllib.loads(text).items()}
