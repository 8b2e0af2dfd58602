"""The neuron's gradients against numerical differentiation, for numbers and vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reference.sigmoid_neuron import (
    f,
    grad_b,
    grad_w,
    loss,
    sigmoid,
    total_gradient,
    total_loss,
)

repeatable = settings(derandomize=True, deadline=None)
numbers = st.floats(-2, 2)
features = arrays(np.float64, 4, elements=numbers)


def slope(function, at, h=1e-5):
    """The derivative of ``function`` at a number, by a difference of fourth order."""
    far, near = function(at + 2 * h) - function(at - 2 * h), function(at + h) - function(at - h)
    return (8 * near - far) / (12 * h)


@repeatable
@given(w=numbers, b=numbers, x=numbers, y=st.floats(0, 1))
def test_gradients_for_a_number_x(w, b, x, y):
    assert grad_w(w, b, x, y) == pytest.approx(slope(lambda w: loss(w, b, x, y), w), abs=1e-9)
    assert grad_b(w, b, x, y) == pytest.approx(slope(lambda b: loss(w, b, x, y), b), abs=1e-9)


@repeatable
@given(w=features, b=numbers, x=features, y=st.floats(0, 1))
def test_gradients_for_a_vector_x(w, b, x, y):
    for i, direction in enumerate(np.eye(4)):
        numerical = slope(lambda h, along=direction: loss(w + h * along, b, x, y), 0.0)
        assert grad_w(w, b, x, y)[i] == pytest.approx(numerical, abs=1e-9)
    assert grad_b(w, b, x, y) == pytest.approx(slope(lambda b: loss(w, b, x, y), b), abs=1e-9)


def test_values_worked_out_by_hand():
    """w . x + b = ln 3, so f = 3/4; with y = 1/4, (f - y) f (1 - f) = 1/2 * 3/16."""
    w, b, x = np.array([1.0, -2.0]), np.log(3.0) - 1.0, np.array([3.0, 1.0])
    assert f(w, b, x) == pytest.approx(0.75)
    assert loss(w, b, x, 0.25) == pytest.approx(0.125)
    assert grad_b(w, b, x, 0.25) == pytest.approx(3 / 32)
    assert grad_w(w, b, x, 0.25) == pytest.approx(np.array([9 / 32, 3 / 32]))


def test_shapes():
    w, x = np.array([0.1, 0.2]), np.array([1.0, 2.0])
    assert f(0.5, 0.1, 2.0).shape == grad_w(0.5, 0.1, 2.0, 1.0).shape == ()
    assert f(w, 0.1, x).shape == grad_b(w, 0.1, x, 1.0).shape == ()
    assert grad_w(w, 0.1, x, 1.0).shape == (2,)
    assert f(w, 0.1, np.ones((7, 2))).shape == f(0.5, 0.1, np.ones(7)).shape == (7,)


@pytest.mark.parametrize(("z", "value"), [(-1e308, 0), (-750, 0), (0, 0.5), (750, 1), (1e308, 1)])
def test_no_z_is_too_large(z, value):
    """Warnings are errors in this suite, so an overflow inside would fail here."""
    assert sigmoid(z) == value


def test_small_answers_keep_their_digits():
    assert sigmoid(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-13)


@pytest.mark.parametrize("shape", [(9,), (9, 1), (9, 3)])
def test_total_gradient_is_the_sum_over_the_points(shape):
    random = np.random.default_rng(4)
    X, Y = random.normal(size=shape), random.uniform(size=9)
    theta = random.normal(size=X[0].size + 1)
    w = theta[0] if len(shape) == 1 else theta[:-1]
    dw = sum(grad_w(w, theta[-1], x, y) for x, y in zip(X, Y, strict=True))
    db = sum(grad_b(w, theta[-1], x, y) for x, y in zip(X, Y, strict=True))
    np.testing.assert_allclose(total_gradient(X, Y)(theta), np.append(dw, db), rtol=1e-12)
    summed = sum(loss(w, theta[-1], x, y) for x, y in zip(X, Y, strict=True))
    assert total_loss(X, Y)(theta) == pytest.approx(summed, rel=1e-12)
