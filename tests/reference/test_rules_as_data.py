"""Rules as data, run stage by stage, are the lecture's rules, alone and many at once."""

import numpy as np
import pytest

from reference import beyond_adam, running, update_rules
from reference import rules_as_data as data
from reference.rules_as_data import Rules
from reference.running import run, run_every_point
from tests.reference.problems import Given

POINTS = 5
HYPER = {"eta": 0.23, "eps": 0.02, "gamma": 0.7, "beta": 0.8, "beta1": 0.6, "beta2": 0.85}
RULES = {
    "gradient_descent": ("eta",),
    "momentum": ("eta", "gamma"),
    "nesterov": ("eta", "gamma"),
    "adagrad": ("eta", "eps"),
    "rmsprop": ("eta", "beta", "eps"),
    "adam": ("eta", "beta1", "beta2", "eps"),
    "amsgrad": ("eta", "beta1", "beta2", "eps"),
}


def problem(seed, max_epochs=9, **hyper):
    """Tangled, non-linear gradients of several points, in three parameters."""
    chance = np.random.default_rng(seed)
    mix, goals = chance.normal(size=(POINTS, 3, 3)), chance.normal(size=(POINTS, 3))

    def gradient(theta, epoch):
        return np.tanh(np.einsum("nij,kj->kni", mix, theta) - goals)

    return Given(gradient, chance.normal(size=3), POINTS, max_epochs, {**HYPER, **hyper})


def batch(one, *edits):
    """A batch of Adams, each with the edit of its row."""
    rules = Rules(len(edits), one)
    data.adam(rules.view())
    for row, edit in enumerate(edits):
        edit(rules.view([row]))
    return rules


def by_the_book(name, one):
    module = beyond_adam if name == "amsgrad" else update_rules
    numbers = {key: one.hyper[key] for key in RULES[name]}
    return getattr(module, name)(
        lambda theta: one.gradient(theta[None], 0).sum(axis=1)[0],
        one.start,
        one.max_epochs,
        **numbers,
    )


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", range(6))
def test_a_right_rule_is_the_lectures(name, seed):
    chance = np.random.default_rng(seed)
    shares = {key: chance.uniform(0.1, 0.95) for key in ("gamma", "beta", "beta1", "beta2")}
    one = problem(seed, eps=10.0 ** chance.uniform(-8, 0), **shares)
    rules = Rules(1, one)
    getattr(data, name)(rules.view())
    np.testing.assert_allclose(run(rules)[0], by_the_book(name, one), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_setting_a_rule_forgets_every_other_one(name):
    """Whatever the numbers were before, so that 'another rule' is that rule and nothing else."""
    one = problem(3)
    rules = Rules(1, one)
    view = rules.view()
    for number in data.NUMBERS:
        setattr(view, number, 0.37)
    view.eta = 17.0
    getattr(data, name)(view)
    np.testing.assert_allclose(run(rules)[0], by_the_book(name, one), rtol=0, atol=1e-12)


@pytest.mark.parametrize("power", [1 / 3, 0.25, 0.75, -1.0])
def test_any_power_of_the_second_moment_may_divide_beside_the_usual_ones(power):
    one = problem(5)
    rules = Rules(2, one)
    data.adagrad(rules.view())
    rules.view([1]).power = power
    theta, v, path = one.start, 0.0, [one.start]
    for epoch in range(one.max_epochs):
        g = one.gradient(theta[None], epoch)[0].sum(axis=0)
        v = v + g**2
        theta = theta - one.hyper["eta"] / (v + one.hyper["eps"]) ** power * g
        path.append(theta)
    rows = run(rules)
    np.testing.assert_allclose(rows[1], path, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rows[0], by_the_book("adagrad", one), rtol=0, atol=1e-12)


def no_correction(rule):
    rule.m_b = rule.v_b = 0.0


def mean(rule):
    rule.g_scale = 1 / rule.problem.points


def outside(rule):
    rule.eps_in, rule.eps_out = 0.0, rule.hyper["eps"]


def in_turn(rule):
    rule.share_v_in_turn = 1.0


def sequential(rule):
    rule.sequential = 1.0


def overwritten(rule):
    rule.m_overwritten = 1.0


def carried(rule):
    rule.carry = 1.0


EDITS = (no_correction, mean, outside, in_turn, sequential, overwritten, carried, lambda rule: None)


def test_rules_side_by_side_do_not_mix():
    """Rarely used numbers are skipped where no rule uses them: that must not show."""
    one = problem(5)
    together = run(batch(one, *EDITS))
    for row, edit in enumerate(EDITS):
        np.testing.assert_allclose(together[row], run(batch(one, edit))[0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(together[-1], by_the_book("adam", one), rtol=0, atol=1e-12)
    others = together[:-1]
    assert (np.abs(others - together[-1]).max(axis=(1, 2)) > 1e-3).all()


@pytest.mark.parametrize(("part", "columns"), [("w", [0, 1]), ("b", [2]), ("both", [0, 1, 2])])
def test_an_edit_stays_in_its_part(part, columns):
    """Under a gradient that does not depend on the parameters, the other part goes on as it was."""
    one = problem(7)
    still = Given(
        lambda theta, t: np.repeat(one.gradient(one.start[None] + t, 0), len(theta), axis=0),
        one.start,
        POINTS,
        6,
        HYPER,
    )
    rules = Rules(2, still)
    data.adam(rules.view())
    rules.view([1], part).g_scale = 0.1
    rules.view([1], part).eta = 0.9
    right, edited = run(rules)
    assert [k for k in range(3) if (right[1:, k] != edited[1:, k]).all()] == columns


def test_reading_a_number_gives_a_copy_so_that_two_can_be_swapped():
    rules = Rules(1, problem(1))
    view = rules.view()
    data.rmsprop(view)
    view.v_decay, view.v_gain = view.v_gain, view.v_decay
    assert (view.v_decay == 1 - HYPER["beta"]).all()
    assert (view.v_gain == HYPER["beta"]).all()


def test_the_beginning_of_a_run_is_a_run():
    rules = batch(problem(8), *EDITS)
    assert (run(rules, 4) == run(rules)[:, :5]).all()
    assert run(rules, 0).shape == (len(EDITS), 1, 3)


def test_no_epochs_are_the_start_alone():
    one = problem(2, max_epochs=0)
    assert (run(batch(one, *EDITS)) == one.start).all()


@pytest.mark.parametrize("by_point", [True, False])
@pytest.mark.parametrize("keeps_adding", [0.0, 1.0])
def test_a_step_at_every_point(by_point, keeps_adding):
    """Adam's step inside the loop over the points, written out."""
    one = problem(9, max_epochs=3)
    rules = batch(one, lambda rule: None)
    rules.view().keeps_adding = keeps_adding
    theta, m, v = one.start.copy(), np.zeros(3), np.zeros(3)
    beta1, beta2, expected, count = HYPER["beta1"], HYPER["beta2"], [theta], 0
    for epoch in range(3):
        g = np.zeros(3)
        for point in range(POINTS):
            count += 1
            t = count if by_point else epoch + 1
            g = keeps_adding * g + one.gradient(theta[None], 0)[0, point]
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
            root = np.sqrt(v / (1 - beta2**t) + HYPER["eps"])
            theta = theta - HYPER["eta"] / root * m / (1 - beta1**t)
            expected.append(theta)
    found = run_every_point(rules, 3, by_point)[0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_term_that_is_not_used_says_nothing_even_if_it_is_nan():
    """0 * NaN is NaN: a step with the raw gradient must not hear of a broken first moment."""

    def broken_but_unused(rule):
        rule.m_start, rule.use_m, rule.use_g = np.nan, 0.0, 1.0

    rows = run(batch(problem(4), broken_but_unused))
    assert np.isfinite(rows).all()


def test_division_by_zero_is_silent_and_gives_no_number():
    def from_zero(rule):
        rule.m_clock = rule.v_clock = rule.t - 1

    rows = run(batch(problem(4), from_zero))[0]
    assert np.isfinite(rows[0]).all()
    assert not np.isfinite(rows[1:]).any()


def test_every_number_is_some_transforms_and_every_transforms_is_a_number():
    """A transform for a number that is misspelt would never run."""
    stages = (running.gather, running.moments, running.correct, running.step)
    called_for = {name for stage in stages for numbers, _ in stage.transforms for name in numbers}
    assert called_for <= {*data.NUMBERS, *data.PER_EPOCH}


KINDS = {"m_sense": -1.0, "v_sense": -1.0}
"""Numbers of which only some values have a meaning."""


@pytest.mark.parametrize("name", [*data.NUMBERS, *data.PER_EPOCH])
def test_every_number_says_something(name):
    """Another value of any one number is another path."""

    def adam(rule):
        rule.share_v_in_turn = float(name == "share_before_steps")

    def another(rule):
        adam(rule)
        setattr(rule, name, KINDS.get(name, 1.0 - 0.5 * getattr(rule, name)))

    rules = batch(problem(6), adam, another)
    rows = run_every_point(rules, 2, True) if name == "keeps_adding" else run(rules)
    assert (rows[0] != rows[1]).any()
