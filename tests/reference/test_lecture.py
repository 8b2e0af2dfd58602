"""What the lecture says of its curves, as tests on ours.

The lecture's pairs are not published, so every statement is asked of twenty draws: the experiment
of the course, first, and others of the same kind.  A statement that held for one lucky draw would
say nothing about the rules.

"Progress" is 0 at the start and 1 at the minimum, for w and b each.
"""

import numpy as np
import pytest

from reference.beyond_adam import adagrad_without_root
from reference.sparse_data import lecture_experiment
from reference.update_rules import adagrad, adam, gradient_descent, momentum, nesterov, rmsprop

W, B = 0, 1
OURS = 17
DRAWS = [OURS, *(seed for seed in range(20) if seed != OURS)]


class Curves:
    """The path and the progress of each rule on one draw."""

    def __init__(self, seed):
        e = lecture_experiment(seed)
        run = (e.gradient, e.start, e.max_epochs, e.eta)
        self.experiment = e
        self.paths = {
            "gradient descent": gradient_descent(*run),
            "momentum": momentum(*run, e.gamma),
            "nag": nesterov(*run, e.gamma),
            "adagrad": adagrad(*run),
            "rmsprop": rmsprop(*run),
            "adam": adam(*run),
            "without root": adagrad_without_root(*run),
        }
        whole_way = np.array(e.minimum) - e.start
        self.progress = {name: (path - e.start) / whole_way for name, path in self.paths.items()}

    def share_of_w_at_first(self, rule):
        """Movement along w over movement along b, while b covers the first half of its way."""
        path, progress = self.paths[rule], self.progress[rule]
        half_way = np.argmax(progress[:, B] >= 0.5)
        assert half_way > 0
        moved = np.abs(np.diff(path[: half_way + 1], axis=0)).sum(axis=0)
        return moved[W] / moved[B]

    def loss_at_the_end(self, rule):
        return self.experiment.loss(self.paths[rule][-1])


@pytest.fixture(scope="module", params=DRAWS, ids=lambda seed: f"seed{seed}")
def curves(request):
    return Curves(request.param)


@pytest.mark.parametrize("rule", ["gradient descent", "momentum", "nag"])
def test_initially_moves_along_b_with_very_little_movement_along_w(curves, rule):
    """Slide: "Initially, all three algorithms are moving mainly along the vertical (b) axis"."""
    assert curves.share_of_w_at_first(rule) < 0.1


@pytest.mark.parametrize("rule", ["gradient descent", "momentum", "nag"])
def test_w_has_hardly_started_when_b_has_arrived(curves, rule):
    """When b is at its optimum value, "then only you start changing w"."""
    progress = curves.progress[rule]
    arrived = np.argmax(progress[:, B] >= 0.9)
    assert arrived > 0
    assert progress[arrived, W] < 0.2
    assert progress[-1, W] > 0.7  # it comes in the end


def test_momentum_and_nag_take_a_u_turn(curves):
    """They go beyond the best b, and come back to it."""
    for rule in ("momentum", "nag"):
        b = curves.progress[rule][:, B]
        assert b.max() > 1.02
        assert abs(b[-1] - 1) < 0.02


def test_nag_oscillates_less_than_momentum(curves):
    """ "Nag, the blue curve, is inside the red curve, so oscillations are slightly smaller"."""
    momentum_b, nag_b = curves.progress["momentum"][:, B], curves.progress["nag"][:, B]
    assert nag_b.max() - 1 < 0.5 * (momentum_b.max() - 1)
    assert np.abs(np.diff(nag_b)).sum() < 0.5 * np.abs(np.diff(momentum_b)).sum()
    momentum_w, nag_w = curves.progress["momentum"][:, W], curves.progress["nag"][:, W]
    assert nag_w.max() < momentum_w.max()


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adam"])
def test_moves_along_both_from_the_start(curves, rule):
    """The "simultaneous movement" in w and b, of every rule with a rate for each parameter."""
    assert 0.6 < curves.share_of_w_at_first(rule) < 1.6


def test_adagrad_gives_the_sparse_parameter_the_larger_rate_and_lets_both_die(curves):
    """Slide: "despite sparsity w gets a higher learning rate", that of b "decreases"."""
    g = np.array([curves.experiment.gradient(theta) for theta in curves.paths["adagrad"][:-1]])
    rates = np.abs(np.diff(curves.paths["adagrad"], axis=0)) / np.abs(g)
    assert (rates[:, W] > 1.5 * rates[:, B]).all()
    assert (np.diff(rates[:, B]) < 0).all()
    assert rates[-1, B] < 0.1 * rates[0, B]


def test_adagrad_gets_stuck_in_b(curves):
    """ "It was no longer able to move in the vertical (b) direction"."""
    b = curves.progress["adagrad"][:, B]
    assert b.max() < 0.85
    assert np.diff(b)[-1] < 0.15 * np.diff(b)[0]


def test_rmsprop_reaches_the_minimum_from_the_same_start(curves):
    """Slide: "RMSProp overcomes this by being less aggressive"; it then stays there, trembling."""
    assert np.abs(curves.progress["rmsprop"][-10:] - 1).max() < 0.1


def test_rmsprop_lies_on_top_of_adagrad_until_that_is_stuck(curves):
    """ "I am also a bit surprised that it completely overlaps": the same curve, sooner."""
    adagrad, rmsprop = curves.progress["adagrad"], curves.progress["rmsprop"]
    beside = rmsprop[: np.argmax(rmsprop[:, B] > adagrad[-1, B])]
    assert 8 < len(beside) < 20  # epochs, for a way that takes AdaGrad a hundred
    adagrads_w = np.interp(beside[:, B], adagrad[:, B], adagrad[:, W])
    assert np.abs(beside[:, W] - adagrads_w).max() < 0.25


def test_adam_overshoots_and_returns(curves):
    """ "You again have this behaviour ... where you actually overshoot and then you come back"."""
    progress = curves.progress["adam"]
    assert (progress.max(axis=0) > 1.05).all()
    assert np.abs(progress[-1] - 1).max() < 0.05


def test_adam_gets_further_than_adagrad(curves):
    assert curves.loss_at_the_end("adam") < 0.05 * curves.loss_at_the_end("adagrad")


def test_adagrad_does_worse_without_the_root(curves):
    """Slide: "this does not work so well if we remove the square root from the denominator"."""
    assert curves.loss_at_the_end("without root") > 2 * curves.loss_at_the_end("adagrad")
    assert curves.progress["without root"][-1, B] < 0.5 * curves.progress["adagrad"][-1, B]


def test_the_experiment_of_the_course_is_the_first_draw():
    assert (lecture_experiment().X == lecture_experiment(OURS).X).all()
