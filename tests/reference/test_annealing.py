"""Momentum whose learning rate is lowered on the way.  Constant decay is held against optax."""

import numpy as np
import pytest

from reference.annealing import momentum_constant_decay, momentum_halving, momentum_step_decay
from reference.sparse_data import lecture_experiment
from reference.update_rules import momentum

GAMMA = 0.9


def rates_used(path, gradient):
    """The learning rate of each epoch, worked back from the path."""
    steps = -np.diff(path[:, 0])
    before = np.append(0.0, steps[:-1])
    g = np.array([gradient(theta)[0] for theta in path[:-1]])
    return (steps - GAMMA * before) / g


def slope(theta):
    """A gradient that is never near 0, so that rates can be worked back."""
    return 2.0 + np.cos(theta)


@pytest.mark.parametrize(
    ("rule", "option", "expected"),
    [
        (momentum_constant_decay, {"decay": 0.5}, [0.2, 0.2 / 1.5, 0.1, 0.08, 0.2 / 3, 0.2 / 3.5]),
        (momentum_step_decay, {"every": 2}, [0.2, 0.2, 0.1, 0.1, 0.05, 0.05]),
    ],
)
def test_schedules(rule, option, expected):
    path = rule(slope, [1.0], 6, eta=0.2, gamma=GAMMA, **option)
    np.testing.assert_allclose(rates_used(path, slope), expected, rtol=1e-9)


def test_rate_is_halved_after_each_epoch_that_raised_the_validation_loss():
    losses = iter([5.0, 4.0, 4.5, 4.2, 4.2, 4.3, 4.4])  # the start, then six epochs
    path = momentum_halving(slope, [1.0], 6, lambda theta: next(losses), eta=0.8, gamma=GAMMA)
    np.testing.assert_allclose(rates_used(path, slope), [0.8, 0.8, 0.4, 0.4, 0.4, 0.2], rtol=1e-9)


def test_without_a_rise_halving_is_plain_momentum():
    plain = momentum(slope, [1.0], 6, eta=0.8, gamma=GAMMA)
    halved = momentum_halving(slope, [1.0], 6, lambda theta: 1.0, eta=0.8, gamma=GAMMA)
    assert (halved == plain).all()


def test_validation_loss_sees_the_start_and_the_point_after_each_epoch():
    seen = []

    def validation_loss(theta):
        seen.append(theta)
        return float(len(seen))  # always rising

    path = momentum_halving(slope, [1.0], 4, validation_loss)
    assert (np.array(seen) == path).all()


def test_annealing_calms_momentum_on_the_sparse_data():
    """The reason to anneal: less oscillation along b for the same start and first rate."""
    e = lecture_experiment()
    run = (e.gradient, e.start, e.max_epochs)
    plain = momentum(*run, e.eta, e.gamma)
    for annealed in (
        momentum_constant_decay(*run, e.eta, e.gamma, decay=0.1),
        momentum_halving(*run, e.loss, e.eta, e.gamma),
    ):
        way, way_of_plain = (np.abs(np.diff(path[:, 1])).sum() for path in (annealed, plain))
        assert way < 0.8 * way_of_plain
