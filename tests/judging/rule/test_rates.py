"""Stuck or alive, biased or not: from the student's own steps."""

import numpy as np
import pytest

from autograder.judging.rule.moments import identify, unbiased
from autograder.judging.rule.rates import constant_gradient, effective_rates, follows
from tests.judging.students import exam, part, rows, take, verdict_on, written

LAWS = {
    "adagrad": lambda t: 1 / np.sqrt(t),
    "rmsprop": lambda t: 1 / np.sqrt(1 - 0.9**t),
    "adam": lambda t: np.ones_like(t),
}
HYPER = {
    rule: {"eta": 0.1, "eps": 1e-10, **decays}
    for rule, decays in (
        ("adagrad", {}),
        ("rmsprop", {"beta": 0.9}),
        ("adam", {"beta1": 0.9, "beta2": 0.999}),
    )
}


def rates_of(rule, *edits):
    one = constant_gradient("constant", 20, HYPER[rule])

    def ones(w, b, x, y):
        return 1.0

    path = written(rule, *edits)(one.X, one.Y, 0.3, -0.4, 20, ones, ones, **one.hyper)
    return effective_rates(rows(path), one, one.hyper["eta"])


@pytest.mark.parametrize("rule", LAWS)
def test_each_rule_follows_its_own_law_under_a_constant_gradient(rule):
    rates = rates_of(rule)
    assert rates.shape == (20, 2)
    assert follows(rates, LAWS[rule], 1e-6)
    others = [law for name, law in LAWS.items() if name != rule]
    assert not any(follows(rates, law, 0.2) for law in others)


def test_no_step_and_no_number_follow_no_law():
    assert not follows(np.full((4, 2), np.nan), LAWS["adam"], 0.1)
    assert not follows(np.zeros((4, 2)), LAWS["adam"], 0.1)


def test_both_parameters_have_to_follow():
    rates = rates_of("adagrad")
    rates[:, 1] = 1.0
    assert not follows(rates, LAWS["adagrad"], 0.1)


def test_effective_rates_are_steps_over_gradients_where_the_path_was():
    one = exam("adagrad").main.number
    path = np.array([[0.1, 0.2], [0.3, -0.1], [0.25, 0.4]])
    found = effective_rates(path, one, one.hyper["eta"])
    for t in range(2):
        g = one.gradient(path[t][None], t)[0].sum(axis=0)
        expected = np.abs(path[t + 1] - path[t]) / (one.hyper["eta"] * np.abs(g))
        np.testing.assert_allclose(found[t], expected, rtol=1e-12)


def test_where_the_gradient_is_nought_there_is_no_rate():
    one = constant_gradient("constant", 2, {})
    silent = type(one.grad_w)(np.zeros(2))
    still = type(one)(**{**one.__dict__, "grad_w": silent})
    found = effective_rates(np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]]), still, 0.1)
    assert np.isnan(found[:, 0]).all()
    assert np.isfinite(found[:, 1]).all()


def test_a_path_that_is_no_number_gives_no_rate_and_no_warning():
    path = np.array([[0.0, 0.0], [np.inf, np.nan], [np.nan, -np.inf]])
    found = effective_rates(path, exam("adagrad").main.number, 0.1)
    assert not np.isfinite(found[1]).any()


def moments(*edits):
    one = exam("adam")
    return identify(one.streams, take(one, written("adam", *edits)))


def test_right_adam_is_unbiased():
    assert unbiased(moments()) is True


@pytest.mark.parametrize(
    "edit",
    [
        ("m_w / (1 - beta1**t)", "m_w"),
        ("m_b / (1 - beta1**t)", "m_b"),
        ("v_w / (1 - beta2**t)", "v_w"),
        ("v_b / (1 - beta2**t)", "v_b"),
        ("beta1**t", "beta1"),
        ("mh_", "m_"),
    ],
)
def test_one_biased_moment_of_one_parameter_is_enough(edit):
    assert unbiased(moments(edit)) is False


def test_what_cannot_be_recovered_is_neither():
    edit = ("1 - beta1**t", "1 - np.float64(beta1)**(t - 1)")
    assert unbiased(moments(edit)) is None


@pytest.mark.parametrize(
    ("rule", "name", "edits"),
    [
        ("adagrad", "stuck learning rate",
         [("v_w + d", "0.9 * v_w + d"), ("v_b + d", "0.9 * v_b + d")]),
        ("rmsprop", "learning rate stays alive", [("beta * v", "v"), ("(1 - beta) * d", "d")]),
        ("adam", "unbiased moments", [("/ (1 - beta1**t)", "")]),
    ],
)  # fmt: skip
def test_the_phenomenon_is_judged_apart_from_the_digits(rule, name, edits):
    assert part(verdict_on(rule, written(rule)), name)
    assert not part(verdict_on(rule, written(rule, *edits)), name)


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop"])
def test_a_slip_that_leaves_the_phenomenon_keeps_its_points(rule):
    name = "stuck learning rate" if rule == "adagrad" else "learning rate stays alive"
    verdict = verdict_on(rule, written(rule, ("+ eps)", "+ 2 * eps)")))
    assert part(verdict, name)
    assert not part(verdict, "trajectory")
