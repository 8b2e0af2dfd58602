"""Faults of momentum, NAG, annealing and AMSGrad, each held against code that has it.

The programs below are written as students write them, epoch by epoch for one parameter vector, and
know nothing of the recurrence in which the catalogue is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from reference import annealing, beyond_adam, update_rules
from reference.catalogue import Catalogue, Family
from reference.misconceptions_momentum import (
    ADAGRAD_WITHOUT_ROOT,
    AMSGRAD,
    ANNEALED_MOMENTUM,
    GRADIENT_DESCENT,
    MOMENTUM,
    NESTEROV,
)
from reference.rules_as_data import FloatArray
from reference.vocabulary import Candidate, RuleAsData, words

RULES = (
    GRADIENT_DESCENT,
    MOMENTUM,
    NESTEROV,
    ANNEALED_MOMENTUM,
    AMSGRAD,
    ADAGRAD_WITHOUT_ROOT,
)
HYPER = {
    "eta": 0.2,
    "gamma": 0.7,
    "decay": 0.3,
    "beta1": 0.6,
    "beta2": 0.75,
    "eps": 0.02,
}
CENTRES = np.array([[0.3, -0.2], [0.9, 0.4], [-0.5, 0.1]])
CURVE = np.array([[1.3, 0.4], [0.4, 2.1]])
START = np.array([1.7, -1.1])
T = 9


def gradient(theta: FloatArray) -> FloatArray:
    """Of three points, summed: a slope that couples w and b and is not linear."""
    summed: FloatArray = sum(
        (CURVE @ (theta - centre) + 0.3 * np.sin(3 * theta) for centre in CENTRES), np.zeros(2)
    )
    return summed


@dataclass(frozen=True, eq=False)
class Slopes:
    """The same as a problem of the catalogue; ``rhythm``: how steep it is from epoch to epoch."""

    hyper: Mapping[str, float]
    rhythm: tuple[float, ...] = (1.0,) * T
    start = START
    points = 3
    max_epochs = T

    @property
    def t(self) -> FloatArray:
        return np.arange(1, T + 1, dtype=np.float64)

    def gradient(self, theta: FloatArray, epoch: int) -> FloatArray:
        each = [(theta - centre) @ CURVE.T + 0.3 * np.sin(3 * theta) for centre in CENTRES]
        return self.rhythm[epoch] * np.stack(each, axis=1)


def catalogued(rule: RuleAsData, slug: str, variant: str, part: str = "both") -> FloatArray:
    """The trajectory of the one fault of that name and variant."""
    (edit,) = [
        e for family in Catalogue(rule).singles() for c in family.candidates if c.part == part
        for e in c.edits if (e.slug, e.variant) == (slug, variant)
    ]  # fmt: skip
    family = Family(rule, (Candidate((edit,), part),))
    return family.trajectories(Slopes(HYPER))[0]  # type: ignore[arg-type]


# ------------------------------------------------------------------------ the right rules


@pytest.mark.parametrize(
    ("rule", "function", "names"),
    [
        (GRADIENT_DESCENT, update_rules.gradient_descent, "eta"),
        (MOMENTUM, update_rules.momentum, "eta gamma"),
        (NESTEROV, update_rules.nesterov, "eta gamma"),
        (ANNEALED_MOMENTUM, annealing.momentum_constant_decay, "eta gamma decay"),
        (AMSGRAD, beyond_adam.amsgrad, "eta beta1 beta2 eps"),
        (ADAGRAD_WITHOUT_ROOT, beyond_adam.adagrad_without_root, "eta eps"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_data_compute_what_the_readable_rule_does(
    rule: RuleAsData, function: Callable[..., FloatArray], names: str
) -> None:
    rows = Catalogue(rule).right().trajectories(Slopes(HYPER))[0]  # type: ignore[arg-type]
    expected = function(gradient, START, T, **{name: HYPER[name] for name in names.split()})
    assert np.allclose(rows, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_fault_is_the_rule_itself(rule: RuleAsData) -> None:
    measured = {"decay_in_gradient": 0.1, "decay_of_step": 0.1}
    # Gradients that fall and rise again: only then does a maximum matter.
    problem = Slopes({**HYPER, **measured}, rhythm=(1.0, 0.3, 2.0, 0.2, 1.5, 3.0, 0.5, 2.5, 1.0))
    right = Catalogue(rule).right().trajectories(problem)[0]  # type: ignore[arg-type]
    catalogue = Catalogue(rule)
    for family in (*catalogue.singles(), *catalogue.singles(tuple(measured))):
        rows = family.trajectories(problem)  # type: ignore[arg-type]
        rows = rows[:, :: problem.points] if family.every_point else rows
        for candidate, own in zip(family.candidates, rows, strict=True):
            same = np.abs(own - right).max() < 1e-6
            assert not same, (candidate.slugs, candidate.edits[0].variant, candidate.part)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_fault_has_words_and_belongs_to_a_part(rule: RuleAsData) -> None:
    catalogue = Catalogue(rule)
    for family in catalogue.singles():
        for candidate in family.candidates:
            (slug,) = candidate.slugs
            assert slug in words()
            assert catalogue.components(candidate, Slopes(HYPER), slug), slug  # type: ignore[arg-type]


def test_a_rule_of_another_module_brings_its_own_faults() -> None:
    bare = replace(MOMENTUM, edits=())
    slugs = {c.slugs for family in Catalogue(bare).singles() for c in family.candidates}
    assert ("velocity_reversed",) not in slugs
    assert ("mean_gradient",) in slugs


# ------------------------------------------------------------------------ the known faults

Step = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def walked(step: Step) -> FloatArray:
    """Rows of ``theta, update = step(theta, update)``."""
    theta, update = START, np.zeros(2)
    rows = [theta]
    for _ in range(T):
        theta, update = step(theta, update)
        rows.append(theta)
    return np.array(rows)


ETA, GAMMA = HYPER["eta"], HYPER["gamma"]


def with_velocity(velocity: Callable[[FloatArray, FloatArray], FloatArray]) -> Step:
    def step(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
        update = velocity(update, gradient(theta))
        return theta - update, update

    return step


def looking(
    at: Callable[[FloatArray, FloatArray], FloatArray],
) -> Step:
    def step(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
        update = GAMMA * update + ETA * gradient(at(theta, update))
        return theta - update, update

    return step


def kept(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
    theta = theta - GAMMA * update
    update = GAMMA * update + ETA * gradient(theta)
    return theta - update, update


def recorded(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
    g = gradient(theta)
    update = GAMMA * update + ETA * g
    return theta - (GAMMA * update + ETA * g), update


def each_by_itself(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
    look = theta - GAMMA * update
    dw = gradient(np.array([look[0], theta[1]]))[0]
    db = gradient(np.array([theta[0], look[1]]))[1]
    update = GAMMA * update + ETA * np.array([dw, db])
    return theta - update, update


def b_asks_at_home(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
    look = theta - GAMMA * update
    update = GAMMA * update + ETA * np.array([gradient(look)[0], gradient(theta)[1]])
    return theta - update, update


def b_after_w(old: bool) -> Step:
    def step(theta: FloatArray, update: FloatArray) -> tuple[FloatArray, FloatArray]:
        g = gradient(theta)
        of_w = GAMMA * update[0] + ETA * g[0]
        of_b = GAMMA * (update[0] if old else of_w) + ETA * g[1]
        update = np.array([of_w, of_b])
        return theta - update, update

    return step


BY_HAND = [
    (MOMENTUM, "velocity_averaged", "", "both",
     with_velocity(lambda u, g: GAMMA * u + (1 - GAMMA) * ETA * g)),
    (MOMENTUM, "velocity_reversed", "", "both",
     with_velocity(lambda u, g: ETA * g - GAMMA * u)),
    (MOMENTUM, "gamma_swapped", "1 - gamma for the old velocity", "both",
     with_velocity(lambda u, g: (1 - GAMMA) * u + ETA * g)),
    (MOMENTUM, "gamma_swapped", "gamma for the gradient, 1 - gamma for the old velocity", "both",
     with_velocity(lambda u, g: (1 - GAMMA) * u + GAMMA * ETA * g)),
    (MOMENTUM, "decay_missing", "the velocity", "both",
     with_velocity(lambda u, g: u + ETA * g)),
    (MOMENTUM, "eta_applied_twice", "to the old velocity", "both",
     with_velocity(lambda u, g: ETA * (GAMMA * u + g))),
    (MOMENTUM, "b_uses_w_state", "b's velocity goes on from w's old one", "b", b_after_w(True)),
    (MOMENTUM, "b_uses_w_state", "b's velocity goes on from w's new one", "b", b_after_w(False)),
    (NESTEROV, "lookahead_missing", "", "both", looking(lambda theta, u: theta)),
    (NESTEROV, "lookahead_missing", "", "b", b_asks_at_home),
    (NESTEROV, "lookahead_missing", "only w looks ahead", "both",
     looking(lambda theta, u: theta - GAMMA * u * np.array([1, 0]))),
    (NESTEROV, "lookahead_wrong_point", "theta + gamma * update", "both",
     looking(lambda theta, u: theta + GAMMA * u)),
    (NESTEROV, "lookahead_wrong_point", "theta - update", "both",
     looking(lambda theta, u: theta - u)),
    (NESTEROV, "lookahead_wrong_point", "theta - eta * gamma * update", "both",
     looking(lambda theta, u: theta - ETA * GAMMA * u)),
    (NESTEROV, "lookahead_wrong_point", "each gradient looks ahead in its own parameter only",
     "both", each_by_itself),
    (NESTEROV, "lookahead_kept", "", "both", kept),
    (NESTEROV, "lookahead_recorded", "", "both", recorded),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "slug", "variant", "part", "step"),
    BY_HAND,
    ids=[f"{slug}-{variant}-{part}" for _, slug, variant, part, _ in BY_HAND],
)
def test_a_fault_computes_what_code_that_has_it_does(
    rule: RuleAsData, slug: str, variant: str, part: str, step: Step
) -> None:
    assert np.allclose(catalogued(rule, slug, variant, part), walked(step), rtol=1e-12, atol=1e-12)


def test_eta_in_the_velocity_and_in_the_step() -> None:
    theta, update, rows = START, np.zeros(2), [START]
    for _ in range(T):
        update = GAMMA * update + ETA * gradient(theta)
        theta = theta - ETA * update
        rows.append(theta)
    own = catalogued(MOMENTUM, "eta_applied_twice", "in the velocity and in the step")
    assert np.allclose(own, rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("slug", "variant", "rate"),
    [
        ("annealing_missing", "", lambda eta, decay, t: eta),
        ("annealing_exponent_wrong", "one epoch too early", lambda eta, d, t: eta / (1 + d * t)),
        ("annealing_exponent_wrong", "one epoch too late",
         lambda eta, d, t: eta / (1 + d * max(t - 2, 0))),
    ],
)  # fmt: skip
def test_a_wrong_schedule(slug: str, variant: str, rate: Callable[..., float]) -> None:
    theta, update, rows = START, np.zeros(2), [START]
    for t in range(1, T + 1):
        update = GAMMA * update + rate(ETA, HYPER["decay"], t) * gradient(theta)
        theta = theta - update
        rows.append(theta)
    own = catalogued(ANNEALED_MOMENTUM, slug, variant)
    assert np.allclose(own, rows, rtol=1e-12, atol=1e-12)


def test_a_rate_that_is_lowered_again_and_again() -> None:
    theta, update, rows, eta = START, np.zeros(2), [START], ETA
    for t in range(T):
        eta = eta / (1 + HYPER["decay"] * t)
        update = GAMMA * update + eta * gradient(theta)
        theta = theta - update
        rows.append(theta)
    own = catalogued(ANNEALED_MOMENTUM, "annealing_compounded", "")
    assert np.allclose(own, rows, rtol=1e-12, atol=1e-12)


def test_the_whole_velocity_times_todays_rate() -> None:
    theta, total, rows = START, np.zeros(2), [START]
    for t in range(T):
        total = GAMMA * total + gradient(theta)
        theta = theta - ETA / (1 + HYPER["decay"] * t) * total
        rows.append(theta)
    own = catalogued(ANNEALED_MOMENTUM, "annealing_outside_velocity", "")
    assert np.allclose(own, rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("slug", "variant"),
    [
        ("maximum_missing", ""),
        ("maximum_of_corrected", ""),
        ("maximum_overwrites_state", ""),
        ("correction_added", "m and the maximum"),
        ("correction_added", "m only"),
    ],
)
def test_amsgrad_with_another_maximum(slug: str, variant: str) -> None:
    beta1, beta2, eps = HYPER["beta1"], HYPER["beta2"], HYPER["eps"]
    theta, rows = START, [START]
    m, v, most = np.zeros(2), np.zeros(2), np.zeros(2)
    for t in range(1, T + 1):
        g = gradient(theta)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        corrected = v / (1 - beta2**t)
        most = np.maximum(most, corrected if slug == "maximum_of_corrected" else v)
        if slug == "maximum_overwrites_state":
            v = most
        divisor = v if slug == "maximum_missing" else most
        divisor = most / (1 - beta2**t) if variant == "m and the maximum" else divisor
        m_hat = m / (1 - beta1**t) if slug == "correction_added" else m
        theta = theta - ETA / np.sqrt(divisor + eps) * m_hat
        rows.append(theta)
    assert np.allclose(catalogued(AMSGRAD, slug, variant), rows, rtol=1e-12, atol=1e-12)
