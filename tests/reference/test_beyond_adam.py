"""Where Adam fails and AMSGrad does not; AMSGrad's formula itself is held against optax."""

import numpy as np
import pytest

from reference.beyond_adam import (
    adagrad_without_root,
    adam_fails_with,
    amsgrad,
    projected_adam,
    replay,
    sequence_adam_fails_on,
)
from reference.update_rules import adagrad, adam

ROUNDS = 900
BOX = {"low": -1.0, "high": 1.0}


def test_the_sequence_is_the_one_of_the_paper():
    assert sequence_adam_fails_on(7, C=5).tolist() == [5, -1, -1, 5, -1, -1, 5]
    assert adam_fails_with(3.0) == pytest.approx(0.1)


@pytest.mark.parametrize("C", [2.5, 3.0, 5.0, 20.0])
@pytest.mark.parametrize("start", [-1.0, 0.0, 1.0])
def test_adam_goes_to_the_worst_point_and_amsgrad_to_the_best(C, start):
    """x = -1 is best: three rounds together have the slope C - 2 > 0."""
    g = sequence_adam_fails_on(ROUNDS, C)
    numbers = {"eta": 0.05, "beta1": 0.0, "beta2": adam_fails_with(C), **BOX}
    adam_path = projected_adam(replay(g), [start], ROUNDS, **numbers)[:, 0]
    amsgrad_path = amsgrad(replay(g), [start], ROUNDS, **numbers)[:, 0]
    assert adam_path[-30:].min() > 0.9
    assert amsgrad_path[-30:].max() < -0.9


@pytest.mark.parametrize("C", [2.5, 3.0, 5.0, 20.0])
def test_without_walls_they_drift_apart(C):
    """The lecture's own Adam, with nothing but its formula, goes uphill for ever."""
    g = sequence_adam_fails_on(300, C)
    numbers = {"eta": 0.05, "beta1": 0.0, "beta2": adam_fails_with(C)}
    assert adam(replay(g), [0.0], 300, **numbers)[-1, 0] > 0.5
    assert amsgrad(replay(g), [0.0], 300, **numbers)[-1, 0] < -0.5


def test_adam_as_usual_does_not_fail_here():
    """It takes a memory shorter than the wait for the large gradient: beta2 = 0.999 is long."""
    g = sequence_adam_fails_on(ROUNDS, 3.0)
    assert projected_adam(replay(g), [0.0], ROUNDS, eta=0.05, **BOX)[-1, 0] < -0.9


@pytest.mark.parametrize("rule", [projected_adam, amsgrad], ids=lambda rule: rule.__name__)
def test_the_box_is_never_left(rule):
    down = np.ones(60)
    path = rule(replay(np.append(down, -down)), [0.0], 120, eta=0.1, low=-0.3, high=0.2)[:, 0]
    assert path.min() == -0.3
    assert path.max() == 0.2


def test_a_wide_box_changes_nothing():
    g = sequence_adam_fails_on(60)
    wide = projected_adam(replay(g), [0.9], 60, low=-99, high=99)
    assert (wide == adam(replay(g), [0.9], 60)).all()


def test_amsgrad_worked_out_by_hand():
    """g = 4, 0 with both betas 1/2: m = 2, 1; v = 8, 4; v_hat = 8, 8."""
    path = amsgrad(replay([4.0, 0.0]), [0.0], 2, eta=3.0, beta1=0.5, beta2=0.5, eps=1.0)
    np.testing.assert_allclose(path[:, 0], [0.0, -2.0, -3.0], rtol=1e-14)


def test_amsgrad_never_raises_its_rate():
    g = np.random.default_rng(1).normal(size=(200, 3))
    path = amsgrad(replay(g), np.zeros(3), 200, beta1=0.0, beta2=0.9)
    rates = -np.diff(path, axis=0) / g
    assert (np.diff(rates, axis=0) <= 1e-9).all()
    adams = -np.diff(projected_adam(replay(g), np.zeros(3), 200, beta1=0.0, beta2=0.9), axis=0) / g
    assert (np.diff(adams, axis=0) > 1e-3).any()


def test_without_the_root_the_scale_of_the_loss_matters():
    """A hundred times the loss: AdaGrad's path stays, the rootless one shrinks a hundredfold."""
    g = np.random.default_rng(2).uniform(1, 2, size=(50, 2))

    def way(rule, scale):
        return rule(replay(scale * g), [0.0, 0.0], 50, eps=0.0)[-1]

    np.testing.assert_allclose(way(adagrad, 100.0), way(adagrad, 1.0), rtol=1e-12)
    np.testing.assert_allclose(
        way(adagrad_without_root, 100.0), way(adagrad_without_root, 1.0) / 100, rtol=1e-12
    )


def test_each_replay_has_its_own_clock():
    first, second = replay([1.0, 2.0]), replay([1.0, 2.0])
    theta = np.zeros(2)
    assert first(theta).tolist() == [1, 1]
    assert first(theta).tolist() == [2, 2]
    assert second(theta).tolist() == [1, 1]
    with pytest.raises(StopIteration):
        first(theta)
