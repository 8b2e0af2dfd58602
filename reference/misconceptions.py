"""The known ways to get an update rule wrong, each a small edit of a rule as data.

An edit changes a few numbers of :mod:`reference.rules_as_data`; two edits compose.  What they are
called and what a student reads about them stands in ``misconceptions.toml`` beside this file; what
is made of them, singles and pairs, in :mod:`reference.catalogue`.  Several edits may bear one name:
``moment_overwritten`` for m, for v, or for both.

The order of the functions below is the order in which two edits of one rule are applied: first
what replaces the rule as a whole, then gathering, state, correction, step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference import rules_as_data as rules
from reference.rules_as_data import FloatArray, RuleView
from reference.vocabulary import Apply, Edit, RuleAsData

EDITS: list[Edit] = []


def _edit(
    slug: str,
    variant: str = "",
    *,
    needs: str = "",
    only: str = "",
    parts: str = "both w b",
    numbers_only: bool = False,
    measured: str = "",
) -> Callable[[Apply], Apply]:
    """Add an edit to the catalogue; ``needs``, ``only`` and ``parts`` are words in a row."""

    def register(apply: Apply) -> Apply:
        EDITS.append(
            Edit(
                slug,
                variant,
                apply,
                needs=frozenset(needs.split()),
                only=frozenset(only.split()),
                parts=tuple(parts.split()),
                numbers_only=numbers_only,
                measured=measured,
                whole=slug == "another_rule",
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
    rule.m_clock = rule.v_clock = 2 * rule.t - 1 + rule.is_b[:, None]


@_edit("correction_exponent_total", "1 for w, 2 for b", needs="correction", parts="both")
def _(rule: RuleView) -> None:
    rule.m_clock = rule.v_clock = 1.0 + rule.is_b[:, None] + 0 * rule.t


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
    rule.share_m_in_turn = rule.share_v_in_turn = 1.0
    rule.m_clock = rule.v_clock = 2 * rule.t - 1 + rule.is_b[:, None]


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


@_edit("weight_decay_added", "beside the step, without eta", measured="decay_of_step")
def _(rule: RuleView) -> None:
    rule.shrink = rule.hyper["decay_of_step"] / rule.hyper.get("eta", 1.0)


@_edit("weight_decay_added", "after the step", measured="decay_of_step")
def _(rule: RuleView) -> None:
    rule.shrink_after = rule.hyper["decay_of_step"]


# ------------------------------------------------------------------------------- without a name

UNNAMED: list[Edit] = []
"""Ways to get a rule wrong that have no name.  Their parts are known all the same; students read
the variant, which completes "a rule in which ..."."""


def _other(
    what: str, *, needs: str = "", only: str = "", parts: str = "both w b"
) -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        UNNAMED.append(
            Edit(
                "",
                what,
                apply,
                needs=frozenset(needs.split()),
                only=frozenset(only.split()),
                parts=tuple(parts.split()),
            )
        )
        return apply

    return register


@_other("the first point's gradient is left out")
def _(rule: RuleView) -> None:
    rule.skip_first = 1.0


@_other("the last point's gradient is left out")
def _(rule: RuleView) -> None:
    rule.skip_last = 1.0


@_other("v gathers the squares of the points' gradients, not the square of their sum", needs="v")
def _(rule: RuleView) -> None:
    rule.v_each_point = 1.0


@_other("v gathers the square of the mean gradient, while the step goes along the sum", needs="v")
def _(rule: RuleView) -> None:
    rule.v_share = 1 / rule.problem.points


@_other("v gathers the squares of m, not those of the gradient", needs="m v")
def _(rule: RuleView) -> None:
    rule.v_of_m = 1.0


@_other("ε is added to v before its bias correction, not after it", needs="correction")
def _(rule: RuleView) -> None:
    rule.eps_in, rule.eps_in_raw = 0.0, rule.hyper["eps"]


@_other("ε is added to the numerator, too", needs="v")
def _(rule: RuleView) -> None:
    rule.use_one = rule.hyper["eps"]


@_other("ε is multiplied by the number of points", needs="v")
def _(rule: RuleView) -> None:
    rule.eps_in = rule.hyper["eps"] * rule.problem.points


@_other("ε stands squared in the root", needs="root")
def _(rule: RuleView) -> None:
    rule.eps_in = rule.hyper["eps"] ** 2


@_other("v is divided by 1 - β^t, as Adam does it", only="rmsprop")
def _(rule: RuleView) -> None:
    rule.v_beta, rule.v_b = rule.hyper["beta"], -1.0


@_other("the learning rate is divided by the number of points")
def _(rule: RuleView) -> None:
    rule.eta = rule.eta / rule.problem.points


@_other("the learning rate stands twice in the step")
def _(rule: RuleView) -> None:
    rule.eta = rule.eta**2


@_other("the learning rate is divided by the root of the epoch")
def _(rule: RuleView) -> None:
    rule.eta = rule.eta / rule.t**0.5


@_other("the learning rate is divided by the epoch")
def _(rule: RuleView) -> None:
    rule.eta = rule.eta / rule.t


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


def edits_for(rule: RuleAsData, measured: Sequence[str] = ()) -> tuple[Edit, ...]:
    """The edits that mean something for a rule; ``measured``: what was measured of the code."""
    return tuple(
        edit
        for edit in (*EDITS, *rule.edits)
        if edit.needs <= rule.traits
        and (not edit.only or rule.name in edit.only)
        and (not edit.measured or edit.measured in measured)
    )
