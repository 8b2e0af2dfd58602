"""The known ways to get momentum, NAG, annealed momentum and AMSGrad wrong.

What goes wrong with any rule (the mean for the sum, a step at every point) stands in
:mod:`reference.misconceptions`; here is what only these rules can get wrong.  A fault is the
numbers of :mod:`reference.rules_as_data` that it sets, so that it composes with the others.  In
that recurrence m is the velocity divided by eta: ``update = eta * m``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from reference import rules_as_data as rules
from reference.rules_as_data import FloatArray, RuleView
from reference.vocabulary import RULES, Apply, Edit, RuleAsData

Numbers = Callable[[RuleView], Mapping[str, float | FloatArray]]


def fault(
    slug: str,
    variant: str,
    numbers: Numbers,
    *,
    needs: str = "",
    only: str = "",
    parts: str = "both w b",
    numbers_only: bool = False,
) -> Edit:
    """A misconception that sets some numbers of a rule; see :class:`misconceptions.Edit`."""

    def apply(rule: RuleView) -> None:
        for name, value in numbers(rule).items():
            setattr(rule, name, value)

    return Edit(
        slug,
        variant,
        apply,
        needs=frozenset(needs.split()),
        only=frozenset(only.split()),
        parts=tuple(parts.split()),
        numbers_only=numbers_only,
    )


def another(variant: str, apply: Apply, *, only: str) -> Edit:
    """Another rule in place of the right one."""
    names = frozenset(only.split())
    return Edit("another_rule", variant, apply, only=names, parts=("both",), whole=True)


def _looks(rule: RuleView, share: float) -> dict[str, float]:
    """A look-ahead to ``theta - share * update``."""
    ahead = share * _eta(rule)
    return {"lookahead": ahead, "lookahead_of_other": ahead}


def _gamma(rule: RuleView) -> float:
    return rule.hyper["gamma"]


def _eta(rule: RuleView) -> float:
    return rule.hyper["eta"]


# ------------------------------------------------------------------------------- another rule


def _momentum_with(gamma: float) -> Apply:
    def numbers(rule: RuleView) -> None:
        rules.gradient_descent(rule)
        rule.m_decay = gamma

    return numbers


def _adagrad_with_tiny_epsilon(rule: RuleView) -> None:
    rules.gradient_descent(rule)
    rule.v_decay = rule.v_gain = 1.0
    rule.power, rule.eps_in = 0.5, 1e-8


ANOTHER = (
    another("momentum with gamma = 0.9", _momentum_with(0.9), only="gradient_descent"),
    another(
        "AdaGrad with epsilon = 1e-8",
        _adagrad_with_tiny_epsilon,
        only="gradient_descent momentum nesterov",
    ),
    another("momentum without annealing", rules.momentum, only="annealed_momentum"),
    another("Adam", rules.adam, only="amsgrad"),
)

# ------------------------------------------------------------------------------- the velocity

VELOCITY = (
    fault("velocity_not_used_in_step", "", lambda rule: {"use_m": 0.0, "use_g": 1.0}),
    fault("velocity_averaged", "", lambda rule: {"m_gain": 1 - _gamma(rule)}),
    fault(
        "gamma_swapped",
        "gamma for the gradient, 1 - gamma for the old velocity",
        lambda rule: {"m_decay": 1 - _gamma(rule), "m_gain": _gamma(rule)},
    ),
    fault(
        "gamma_swapped",
        "1 - gamma for the old velocity",
        lambda rule: {"m_decay": 1 - _gamma(rule)},
    ),
    fault(
        "gamma_swapped",
        "1 - gamma for the old velocity, also in the look-ahead",
        lambda rule: {
            "m_decay": 1 - _gamma(rule),
            **_looks(rule, 1 - _gamma(rule)),
        },
        needs="lookahead",
    ),
    fault("velocity_reversed", "", lambda rule: {"m_decay": -_gamma(rule)}),
    fault("decay_missing", "the velocity", lambda rule: {"m_decay": 1.0}),
    fault(
        "decay_missing",
        "the velocity, also in the look-ahead",
        lambda rule: {"m_decay": 1.0, **_looks(rule, 1.0)},
        needs="lookahead",
    ),
    fault(
        "state_not_accumulated",
        "the velocity, also in the look-ahead",
        lambda rule: {"m_decay": 0.0, **_looks(rule, 0.0)},
        needs="lookahead",
    ),
    fault("state_never_updated", "the velocity", lambda rule: {"m_gain": 0.0}),
    fault("state_starts_at_one", "the velocity", lambda rule: {"m_start": 1 / _eta(rule)}),
    fault(
        "eta_applied_twice", "in the velocity and in the step", lambda rule: {"eta": rule.eta**2}
    ),
    fault("eta_applied_twice", "to the old velocity", lambda rule: {"m_decay": _scaled(rule)}),
    fault(
        "state_shared_by_w_and_b",
        "the velocity, in turn",
        lambda rule: {"share_m_in_turn": 1.0},
        parts="both",
        numbers_only=True,
    ),
    fault(
        "b_uses_w_state",
        "the velocity",
        lambda rule: {"m_from_other": 1.0},
        parts="b",
        numbers_only=True,
    ),
    fault(
        "b_uses_w_state",
        "b's velocity goes on from w's new one",
        lambda rule: {"m_goes_on_from_w": 1.0},
        parts="b",
        numbers_only=True,
    ),
    fault(
        "b_uses_w_state",
        "b's velocity goes on from w's old one",
        lambda rule: {"m_goes_on_from_w": 2.0},
        parts="b",
        numbers_only=True,
    ),
    fault("w_uses_b_state", "the velocity", lambda rule: {"m_from_other": 1.0}, parts="w"),
)


def _scaled(rule: RuleView) -> float:
    """gamma where ``update = eta * (gamma * update + g)``."""
    return _gamma(rule) * _eta(rule)


# ------------------------------------------------------------------------------ the look-ahead


def _times(factor: Callable[[RuleView], float]) -> Numbers:
    """Look ahead to ``theta - factor * update``."""
    return lambda rule: _looks(rule, factor(rule))


def _only(looks: str) -> Numbers:
    """Only ``looks`` (w or b) looks ahead; the other one stands still when it is asked for."""

    def numbers(rule: RuleView) -> dict[str, FloatArray]:
        own = rule.is_b if looks == "b" else ~rule.is_b
        ahead = _gamma(rule) * _eta(rule)
        return {
            "lookahead": np.where(own, ahead, 0.0),
            "lookahead_of_other": np.where(own, 0.0, ahead),
        }

    return numbers


LOOKAHEAD = (
    fault("lookahead_missing", "", _times(lambda rule: 0.0)),
    fault("lookahead_missing", "only w looks ahead", _only("w"), parts="both"),
    fault("lookahead_missing", "only b looks ahead", _only("b"), parts="both"),
    fault(
        "lookahead_wrong_point",
        "each gradient looks ahead in its own parameter only",
        lambda rule: {"lookahead_of_other": 0.0},
    ),
    fault("lookahead_wrong_point", "theta + gamma * update", _times(lambda rule: -_gamma(rule))),
    fault("lookahead_wrong_point", "theta - update", _times(lambda rule: 1.0)),
    fault(
        "lookahead_wrong_point",
        "theta - eta * gamma * update",
        _times(lambda rule: _gamma(rule) * _eta(rule)),
    ),
    fault(
        "lookahead_wrong_point",
        "theta - (1 - gamma) * update",
        _times(lambda rule: 1 - _gamma(rule)),
    ),
    # The velocity of the epoch before, (m - g) / gamma, is taken off twice: 2 m - g in all.
    fault("lookahead_kept", "", lambda rule: {"use_m": 2.0, "use_g": -1.0}),
    fault(
        "lookahead_recorded",
        "",
        lambda rule: {**_looks(rule, 0.0), "use_m": _gamma(rule), "use_g": 1.0},
    ),
    fault(
        "wrong_sign",
        "in the velocity",
        lambda rule: {"eta": -rule.eta, **_looks(rule, -_gamma(rule))},
    ),
)

# -------------------------------------------------------------------------------- the schedule


def _schedule(rate: Callable[[float, FloatArray], FloatArray]) -> Numbers:
    """Another learning rate than ``eta / (1 + decay * (t - 1))``; ``rate(decay, t)`` times eta."""
    return lambda rule: {"m_rate": rate(rule.hyper["decay"], rule.t)}


def _compounded(decay: float, t: FloatArray) -> FloatArray:
    rates: FloatArray = (1 / (1 + decay * (t - 1))).cumprod()
    return rates


def _compounded_from_one(decay: float, t: FloatArray) -> FloatArray:
    rates: FloatArray = (1 / (1 + decay * t)).cumprod()
    return rates


ANNEALING = (
    fault("annealing_missing", "", _schedule(lambda decay, t: 0 * t + 1), parts="both"),
    fault(
        "annealing_exponent_wrong",
        "one epoch too early",
        _schedule(lambda decay, t: 1 / (1 + decay * t)),
        parts="both",
    ),
    fault(
        "annealing_exponent_wrong",
        "one epoch too late",
        _schedule(lambda decay, t: 1 / (1 + decay * (t - 2).clip(0))),
        parts="both",
    ),
    fault(
        "annealing_exponent_wrong",
        "the first epoch's lower rate in all epochs",
        _schedule(lambda decay, t: 1 / (1 + decay + 0 * t)),
        parts="both",
    ),
    fault("annealing_compounded", "", _schedule(_compounded), parts="both"),
    fault(
        "annealing_compounded",
        "one epoch too early",
        _schedule(_compounded_from_one),
        parts="both",
    ),
    fault(
        "annealing_compounded",
        "by the same factor in every epoch",
        _schedule(lambda decay, t: (1 + decay) ** (1 - t)),
        parts="both",
    ),
    fault(
        "annealing_outside_velocity",
        "",
        lambda rule: {
            "m_rate": 0 * rule.m_rate + 1,
            "eta": _eta(rule) / (1 + rule.hyper["decay"] * (rule.t - 1)),
        },
        parts="both",
    ),
)

# --------------------------------------------------------------------------------- the maximum

MAXIMUM = (
    fault("maximum_missing", "", lambda rule: {"v_maximum": 0.0}),
    fault(
        "maximum_of_corrected",
        "",
        lambda rule: {"v_beta": rule.hyper["beta2"], "v_b": -1.0},
    ),
    fault("maximum_overwrites_state", "", lambda rule: {"v_maximum": 2.0}),
    fault(
        "correction_added",
        "m and the maximum",
        lambda rule: {
            "m_beta": rule.hyper["beta1"],
            "m_b": -1.0,
            "v_beta": rule.hyper["beta2"],
            "v_b": -1.0,
            "v_maximum": 3.0,
        },
    ),
    fault(
        "correction_added",
        "m only",
        lambda rule: {"m_beta": rule.hyper["beta1"], "m_b": -1.0},
    ),
    fault(
        "correction_added",
        "m, and v before the maximum",
        lambda rule: {
            "m_beta": rule.hyper["beta1"],
            "m_b": -1.0,
            "v_beta": rule.hyper["beta2"],
            "v_b": -1.0,
        },
    ),
)


def _with(name: str, *edits: tuple[Edit, ...]) -> RuleAsData:
    return replace(RULES[name], edits=tuple(edit for group in edits for edit in group))


GRADIENT_DESCENT = _with("gradient_descent", ANOTHER)
MOMENTUM = _with("momentum", ANOTHER, VELOCITY)
NESTEROV = _with("nesterov", ANOTHER, VELOCITY, LOOKAHEAD)
ANNEALED_MOMENTUM = _with("annealed_momentum", ANOTHER, VELOCITY, ANNEALING)
AMSGRAD = _with("amsgrad", ANOTHER, MAXIMUM)
ADAGRAD_WITHOUT_ROOT = RULES["adagrad_without_root"]
