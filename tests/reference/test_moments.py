"""Exponential averages: what their weights add up to, and that the correction is right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reference.moments import average_weights, correct_bias, corrected_weights, expected_moment

repeatable = settings(derandomize=True, deadline=None)
betas = st.one_of(st.just(0.0), st.floats(0.001, 0.9999))
epochs = st.integers(1, 60)


def running_average(g, beta):
    """m_1 ... m_T by the recurrence of the slide."""
    m, history = 0.0, []
    for g_t in g:
        m = beta * m + (1 - beta) * g_t
        history.append(m)
    return np.array(history)


@repeatable
@given(beta=betas, g=arrays(np.float64, st.integers(1, 40), elements=st.floats(-10, 10)))
def test_weights_are_those_of_the_recurrence(beta, g):
    np.testing.assert_allclose(
        average_weights(beta, len(g)) @ g, running_average(g, beta), rtol=0, atol=1e-12
    )


@repeatable
@given(beta=betas, epochs=epochs)
def test_weights_add_up_to_one_minus_beta_to_the_t(beta, epochs):
    t = np.arange(1, epochs + 1)
    np.testing.assert_allclose(
        average_weights(beta, epochs).sum(axis=1), 1 - beta**t, rtol=1e-9, atol=0
    )


@repeatable
@given(beta=betas, epochs=epochs)
def test_corrected_weights_add_up_to_one(beta, epochs):
    """So the corrected average of gradients drawn alike is E[g], with no chance involved."""
    weights = corrected_weights(beta, epochs)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-9)
    assert (np.triu(weights, 1) == 0).all()
    assert weights[0, 0] == pytest.approx(1, rel=1e-12)


@repeatable
@given(beta=betas, t=epochs, g=arrays(np.float64, 3, elements=st.floats(-10, 10)))
def test_correction_undoes_what_the_average_does_to_the_expectation(beta, t, g):
    np.testing.assert_allclose(
        correct_bias(expected_moment(g, beta, t), beta, t), g, rtol=1e-14, atol=1e-300
    )
    assert running_average([g] * t, beta)[-1] == pytest.approx(
        expected_moment(g, beta, t), rel=1e-9, abs=1e-12
    )


def test_the_three_lines_of_the_lecture():
    expected = [[0.25, 0, 0], [0.1875, 0.25, 0], [0.140625, 0.1875, 0.25]]
    assert average_weights(0.75, 3).tolist() == expected


def test_first_epoch_is_too_small_by_one_minus_beta():
    assert expected_moment(1.0, 0.9, 1) == pytest.approx(0.1)
    assert correct_bias(0.1, 0.9, 1) == pytest.approx(1.0)
    assert correct_bias(np.array([0.19, 0.38]), 0.9, 2) == pytest.approx(np.array([1.0, 2.0]))


def test_expectation_by_chance_agrees():
    """The lecture's own argument, drawn: 20,000 streams, five standard errors."""
    random = np.random.default_rng(0)
    g = random.normal(loc=2.0, scale=1.0, size=(20_000, 8))
    m = g @ average_weights(0.9, 8).T
    error = m.std(axis=0) / np.sqrt(len(g))
    assert (np.abs(m.mean(axis=0) - expected_moment(2.0, 0.9, np.arange(1, 9))) < 5 * error).all()
