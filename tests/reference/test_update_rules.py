"""What every rule promises besides its formula, which test_against_optax.py holds."""

import numpy as np
import pytest

from reference.annealing import momentum_constant_decay, momentum_step_decay
from reference.beyond_adam import adagrad_without_root, amsgrad, projected_adam
from reference.update_rules import adagrad, adam, gradient_descent, momentum, nesterov, rmsprop

ALL = [
    gradient_descent,
    momentum,
    nesterov,
    adagrad,
    rmsprop,
    adam,
    amsgrad,
    projected_adam,
    adagrad_without_root,
    momentum_constant_decay,
    momentum_step_decay,
]

every_rule = pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.__name__)


def bowl(theta):
    """The gradient of a bowl with its minimum at (1, 2, 3)."""
    return np.array([0.5, 1.0, 2.0]) * (theta - np.array([1.0, 2.0, 3.0]))


@every_rule
def test_one_row_an_epoch_and_the_start_first(rule):
    path = rule(bowl, [0.0, 0.0, 0.0], 7)
    assert path.shape == (8, 3)
    assert path.dtype == np.float64
    assert path[0].tolist() == [0, 0, 0]
    assert (np.diff(path, axis=0) != 0).all()


@every_rule
def test_no_epochs_return_just_the_start(rule):
    assert rule(bowl, [4.0, 5.0, 6.0], 0).tolist() == [[4.0, 5.0, 6.0]]


@every_rule
def test_a_shorter_run_is_the_beginning_of_a_longer_one(rule):
    """In particular a second call remembers nothing of the first."""
    long = rule(bowl, [0.0, 0.0, 0.0], 9)
    assert (rule(bowl, [0.0, 0.0, 0.0], 5) == long[:6]).all()


@every_rule
def test_the_first_step_goes_downhill(rule):
    first_step = np.diff(rule(bowl, [0.0, 2.5, 9.0], 1), axis=0)[0]
    assert np.sign(first_step).tolist() == [1, -1, -1]


@every_rule
def test_the_start_is_left_alone(rule):
    start = np.array([1.0, 1.0, 1.0])
    rule(bowl, start, 3)
    assert start.tolist() == [1, 1, 1]


@every_rule
def test_a_zero_gradient_moves_nothing(rule):
    path = rule(np.zeros_like, [1.0, -2.0], 4)
    assert (path == [1.0, -2.0]).all()


@every_rule
def test_one_gradient_an_epoch(rule):
    asked = []

    def gradient(theta):
        asked.append(theta)
        return bowl(theta)

    rule(gradient, [0.0, 0.0, 0.0], 6)
    assert len(asked) == 6


@every_rule
def test_parameters_do_not_mix(rule):
    """Each parameter goes its way as if it were alone."""
    together = rule(lambda theta: theta * [1.0, 3.0], [1.0, -2.0], 6)
    first = rule(lambda theta: theta, [1.0], 6)
    second = rule(lambda theta: theta * 3.0, [-2.0], 6)
    assert (together == np.hstack([first, second])).all()


def test_nag_asks_for_its_gradient_at_the_look_ahead_point():
    asked = []

    def gradient(theta):
        asked.append(theta)
        return bowl(theta)

    path = nesterov(gradient, [0.0, 0.0, 0.0], 6, gamma=0.8)
    expected = path[1:-1] + 0.8 * np.diff(path, axis=0)[:-1]
    assert (asked[0] == path[0]).all()
    np.testing.assert_allclose(asked[1:], expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("rule", "rates"),
    [
        (gradient_descent, np.ones(20)),
        (adagrad, 1 / np.sqrt(np.arange(1, 21))),
        (rmsprop, 1 / np.sqrt(1 - 0.9 ** np.arange(1, 21))),
        (adam, np.ones(20)),
        (adagrad_without_root, 1 / np.arange(1, 21)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_effective_learning_rate_under_a_constant_gradient(rule, rates):
    """AdaGrad's dies, RMSProp's lives: what the lecture's story of the stuck rate comes down to."""
    numbers = {"eta": 1.0} if rule is gradient_descent else {"eta": 1.0, "eps": 0.0}
    path = rule(np.ones_like, [0.0], 20, **numbers)
    np.testing.assert_allclose(-np.diff(path[:, 0]), rates, rtol=1e-12)


@pytest.mark.parametrize("rule", [adagrad, rmsprop, adam], ids=lambda rule: rule.__name__)
def test_epsilon_stands_inside_the_root(rule):
    """At the first step v is known, so the step says where ε went in."""
    g, eps = 0.3, 0.5
    v = (1 - 0.9) * g**2 if rule is rmsprop else g**2  # Adam's is corrected to g**2
    step = -np.diff(rule(lambda theta: np.full_like(theta, g), [0.0], 1, eta=1.0, eps=eps)[:, 0])
    assert step == pytest.approx([g / np.sqrt(v + eps)], rel=1e-13)
