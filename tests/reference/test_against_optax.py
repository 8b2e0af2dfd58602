"""Every rule against optax, an implementation that is not ours, on random problems in float64."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reference import annealing, beyond_adam, update_rules
from reference.sigmoid_neuron import total_gradient

PROBLEMS = 60
EPOCHS = 25

RULES = {
    "gradient_descent": (update_rules.gradient_descent, ("eta",)),
    "momentum": (update_rules.momentum, ("eta", "gamma")),
    "nesterov": (update_rules.nesterov, ("eta", "gamma")),
    "adagrad": (update_rules.adagrad, ("eta", "eps")),
    "rmsprop": (update_rules.rmsprop, ("eta", "beta", "eps")),
    "adam": (update_rules.adam, ("eta", "beta1", "beta2", "eps")),
    "amsgrad": (beyond_adam.amsgrad, ("eta", "beta1", "beta2", "eps")),
    "momentum_constant_decay": (annealing.momentum_constant_decay, ("eta", "gamma", "decay")),
}


def random_problems():
    """Neurons with four features, some of them sparse, and hyper-parameters all over the place.

    Rates are small enough that no rule bounces about its minimum: there RMSProp doubles a rounding
    difference every few epochs, and the comparison would be one of two roundings.
    """
    random = np.random.default_rng(20)
    X = random.uniform(-1.5, 1.5, (PROBLEMS, 12, 4))
    X[random.random(X.shape) < random.uniform(0, 0.9, (PROBLEMS, 1, 4))] = 0
    return {
        "X": X,
        "Y": random.uniform(0, 1, (PROBLEMS, 12)),
        "start": random.uniform(-2, 2, (PROBLEMS, 5)),
        "eta": 10 ** random.uniform(-2.5, -1, PROBLEMS),
        "gamma": random.uniform(0.3, 0.95, PROBLEMS),
        "decay": 10 ** random.uniform(-2, 0, PROBLEMS),
        "beta": random.uniform(0.9, 0.99, PROBLEMS),
        "beta1": random.uniform(0.5, 0.95, PROBLEMS),
        "beta2": 1 - 10 ** random.uniform(-3, -0.5, PROBLEMS),
        "eps": 10 ** random.uniform(-8, -1, PROBLEMS),
    }


@pytest.fixture(scope="module")
def problems():
    return random_problems()


@pytest.fixture(scope="module")
def optax_paths(problems, tmp_path_factory):
    folder = tmp_path_factory.mktemp("optax")
    np.savez(folder / "problems.npz", **problems)
    program = Path(__file__).with_name("optax_paths.py")
    subprocess.run(
        [sys.executable, str(program), "problems.npz", "paths.npz"],
        cwd=folder,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        check=True,
        timeout=120,
    )
    with np.load(folder / "paths.npz") as paths:
        return dict(paths)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.long
def test_rule_takes_the_path_of_optax_to_ten_digits(name, problems, optax_paths):
    rule, hyper_parameters = RULES[name]
    for k in range(PROBLEMS):
        gradient = total_gradient(problems["X"][k], problems["Y"][k])
        numbers = {symbol: float(problems[symbol][k]) for symbol in hyper_parameters}
        ours = rule(gradient, problems["start"][k], EPOCHS, **numbers)
        theirs = optax_paths[name][k]
        assert ours.shape == theirs.shape
        difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
        assert difference < 1e-10, f"problem {k}: {numbers}"


@pytest.mark.long
def test_the_problems_tell_the_rules_apart(optax_paths):
    """Else the comparison above would pass with two rules exchanged."""
    paths = np.array([optax_paths[name] for name in RULES])
    for i in range(len(paths)):
        for j in range(i):
            assert np.abs(paths[i] - paths[j]).max(axis=(-2, -1)).min() > 1e-6
