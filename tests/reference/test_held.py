"""A hyper-parameter that is a number of its own in one parameter only, against two whole rules."""

import numpy as np
import pytest

from reference.catalogue import Catalogue, Family
from reference.vocabulary import RULES, Candidate
from tests.reference.problems import Given

GIVEN = {
    "adagrad": {"eta": 0.3, "eps": 0.02},
    "rmsprop": {"eta": 0.3, "eps": 0.02, "beta": 0.7},
    "adam": {"eta": 0.3, "eps": 0.02, "beta1": 0.6, "beta2": 0.8},
    "momentum": {"eta": 0.3, "gamma": 0.7},
}
RECORDED = np.array([[0.8, -0.5], [1.4, 0.3], [-0.7, 0.9], [1.9, -0.2]])
CHOICES = {"eta": 0.1, "eps": 1e-8, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "gamma": 0.9}


def problem(hyper):
    """Gradients that do not depend on the point, so that w and b go ways of their own."""

    def gradient(theta, epoch):
        return np.broadcast_to(RECORDED[epoch], (len(theta), 1, 2))

    return Given(gradient, np.array([0.5, -1.0]), 1, len(RECORDED), hyper)


@pytest.mark.parametrize("rule", GIVEN)
def test_one_parameter_goes_as_by_the_held_number_and_the_other_as_by_the_given_one(rule):
    given = GIVEN[rule]
    choices = tuple((name, CHOICES[name]) for name in given)
    right = Family(RULES[rule], (Candidate(()),))
    (family,) = Catalogue(RULES[rule]).held(choices)
    paths = family.trajectories(problem(given))
    as_given = right.trajectories(problem(given))[0]
    seen = set()
    for candidate, path in zip(family.candidates, paths, strict=True):
        (edit,) = candidate.edits
        fixed = {name: CHOICES[name] for name in edit.arguments}
        held = right.trajectories(problem({**given, **fixed}))[0]
        own, other = (0, 1) if candidate.part == "w" else (1, 0)
        np.testing.assert_allclose(path[:, own], held[:, own], rtol=1e-12)
        np.testing.assert_allclose(path[:, other], as_given[:, other], rtol=1e-12)
        assert np.abs(held - as_given)[:, own].max() > 1e-3
        seen.add((edit.arguments, candidate.part))
    singles = {((name,), part) for name in given for part in "wb"}
    assert singles < seen
    assert len(seen - singles) == len(given) * (len(given) - 1)


def test_without_numbers_that_people_write_there_is_nothing_to_hold():
    assert Catalogue(RULES["adam"]).held(()) == ()
