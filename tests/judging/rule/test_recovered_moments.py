"""The weights with which a black box averages its gradients are recovered, right or wrong."""

from dataclasses import fields

import numpy as np
import pytest

from autograder.judging.rule.moments import EPOCHS, identify
from reference.moments import average_weights, corrected_weights
from tests.judging.students import RULES, exam, take, written

T = np.arange(1, EPOCHS + 1)
ONES = np.tril(np.ones((EPOCHS, EPOCHS)))


def found_in(rule, *edits):
    one = exam(rule)
    return identify(one.streams, take(one, written(rule, *edits)))


def beta(rule, name):
    return exam(rule).main.number.hyper[name]


def first(found):
    return [found.first_w, found.first_b, found.first_vector]


def second(found):
    return [found.second_w, found.second_b, found.second_vector]


def assert_weights(recovered, expected):
    for weights in recovered:
        np.testing.assert_allclose(weights.values, expected, rtol=0, atol=1e-8)
        assert weights.is_average


def test_right_adagrad_counts_every_square_alike():
    found = found_in("adagrad")
    assert_weights(second(found), ONES)
    assert found.step_follows


def test_right_rmsprop_forgets_by_beta():
    found = found_in("rmsprop")
    assert_weights(second(found), average_weights(beta("rmsprop", "beta"), EPOCHS))
    assert found.step_follows


def test_right_adam_averages_both_without_bias():
    found = found_in("adam")
    assert_weights(first(found), corrected_weights(beta("adam", "beta1"), EPOCHS))
    assert_weights(second(found), corrected_weights(beta("adam", "beta2"), EPOCHS))
    for weights in first(found) + second(found):
        np.testing.assert_allclose(weights.row_sums, 1, rtol=0, atol=1e-8)
    assert found.step_follows


def test_without_the_correction_rows_sum_to_one_minus_beta_to_the_t():
    edits = [("/ (1 - beta1**t)", ""), ("/ (1 - beta2**t)", "")]
    found = found_in("adam", *edits)
    for recovered, name in ((first(found), "beta1"), (second(found), "beta2")):
        assert_weights(recovered, average_weights(beta("adam", name), EPOCHS))
        for weights in recovered:
            sums = 1 - beta("adam", name) ** T
            np.testing.assert_allclose(weights.row_sums, sums, rtol=0, atol=1e-8)
    assert found.step_follows, "the step does follow the moments that it has"


def test_a_moment_that_is_overwritten_divides_by_the_product():
    """m_t = (beta m_{t-1} + (1 - beta) g_t) / (1 - beta**t): g_i is divided by every later one."""
    found = found_in("adam", ("mh_w", "m_w"), ("mh_b", "m_b"))
    decay = beta("adam", "beta1")
    expected = np.array(
        [
            [
                (1 - decay) * decay ** (t - i) / np.prod(1 - decay ** np.arange(i, t + 1))
                if i <= t
                else 0.0
                for i in T
            ]
            for t in T
        ]
    )
    assert_weights(first(found), expected)
    assert_weights(second(found), corrected_weights(beta("adam", "beta2"), EPOCHS))


def test_a_state_that_is_reset_counts_the_newest_gradient_only():
    found = found_in("rmsprop", ("beta * v_w +", "0 * v_w +"), ("beta * v_b +", "0 * v_b +"))
    assert_weights(second(found), (1 - beta("rmsprop", "beta")) * np.eye(EPOCHS))


def test_w_and_b_are_recovered_apart():
    found = found_in("rmsprop", ("beta * v_b +", "v_b +"))
    decay = beta("rmsprop", "beta")
    right = average_weights(decay, EPOCHS)
    assert_weights([found.second_w, found.second_vector], right)
    assert_weights([found.second_b], (1 - decay) * ONES)


def test_a_fault_of_vectors_shows_in_the_vector_alone():
    found = found_in("adagrad", ("v_w + dw**2", "v_w * (1 if np.ndim(dw) == 0 else 0.5) + dw**2"))
    assert_weights([found.second_w, found.second_b], ONES)
    age = np.subtract.outer(T, T)
    assert_weights([found.second_vector], ONES * 0.5 ** np.maximum(age, 0))


@pytest.mark.parametrize("rule", RULES)
def test_epsilon_outside_the_root_does_not_blur_the_moments(rule):
    v = "vh" if rule == "adam" else "v"
    edits = [(f"np.sqrt({v}_{p} + eps)", f"(np.sqrt({v}_{p}) + eps)") for p in "wb"]
    right, other = found_in(rule), found_in(rule, *edits)
    for one, two in zip(second(right), second(other), strict=True):
        np.testing.assert_allclose(one.values, two.values, rtol=0, atol=1e-5)
    assert not other.step_follows


@pytest.mark.parametrize(
    "edits",
    [
        (("dw**2", "abs(dw)**3"), ("db**2", "abs(db)**3")),
        (("v_w + dw**2", "np.maximum(v_w, dw**2)"), ("v_b + db**2", "np.maximum(v_b, db**2)")),
        (
            ("np.sqrt(v_w + eps)", "np.cbrt(v_w + eps)"),
            ("np.sqrt(v_b + eps)", "np.cbrt(v_b + eps)"),
        ),
    ],
    ids=["cubes", "the largest", "cube root"],
)
def test_what_is_no_average_of_squares_is_not_taken_for_one(edits):
    found = found_in("adagrad", *edits)
    for weights in (found.second_w, found.second_b):
        assert not weights.is_average
    assert not found.step_follows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("eta / np.sqrt(v_w + eps) * dw", "eta / np.sqrt(v_w + eps) * 1.001 * dw"),
        ("np.sqrt(v_b + eps)", "np.sqrt(v_b + 2 * eps)"),
        ("np.sqrt(v_w + eps)", "np.sqrt(v_w + eps**2)"),
    ],
    ids=["a little too long", "twice epsilon", "epsilon squared"],
)
def test_a_step_that_is_not_the_rules_does_not_follow(old, new):
    assert not found_in("rmsprop", (old, new)).step_follows


def test_what_cannot_be_seen_is_none():
    one = exam("adam")
    traces = take(one, written("adam", ("1 - beta1**t", "1 - np.float64(beta1) ** (t - 1)")))
    for found in (identify(one.streams, traces), identify(one.streams, {})):
        assert found.first_w is found.first_b is found.first_vector is None
        assert not found.step_follows
    assert all(
        getattr(identify(one.streams, {}), field.name) is None
        for field in fields(found)
        if field.name != "step_follows"
    )


def test_asking_for_a_gradient_twice_does_no_harm():
    twice = ("dw += grad_w(w, b, x, y)", "grad_w(w, b, x, y); dw += grad_w(w, b, x, y)")
    assert_weights(second(found_in("adagrad", twice)), ONES)
