"""The lecture's data is what it is said to be, and the same on every machine."""

import dataclasses

import numpy as np
import pytest

from reference.sigmoid_neuron import f
from reference.sparse_data import lecture_experiment, sparse_pairs


@pytest.fixture
def experiment():
    return lecture_experiment()


def test_a_hundred_pairs_eighty_of_them_without_the_feature(experiment):
    assert experiment.X.shape == experiment.Y.shape == (100,)
    assert np.count_nonzero(experiment.X == 0) == 80
    assert (np.abs(experiment.X) <= 1).all()
    assert ((experiment.Y > 0) & (experiment.Y < 1)).all()


def test_the_same_numbers_everywhere(experiment):
    """The first pairs with the feature, as they were when the data was drawn up."""
    on = experiment.X != 0
    assert experiment.X[on][:4].tolist() == [-0.864, 0.574, -0.284, -0.898]
    assert experiment.Y[on][:4].tolist() == [0.310882, 0.795922, 0.518492, 0.300063]
    assert (experiment.Y[~on] == 0.622459).all()
    again = lecture_experiment()
    assert (again.X == experiment.X).all()
    assert (again.Y == experiment.Y).all()


def test_other_seeds_draw_other_points():
    first, second = sparse_pairs(1.0, 0.0, seed=1)[0], sparse_pairs(1.0, 0.0, seed=2)[0]
    assert ((first == 0) != (second == 0)).any()
    assert np.count_nonzero(sparse_pairs(1.0, 0.0, seed=3, n=30, zeros=12)[0] == 0) == 12


def test_the_minimum_is_where_it_is_said_to_be(experiment):
    w, b = experiment.minimum
    np.testing.assert_allclose(f(w, b, experiment.X), experiment.Y, atol=5.1e-7)
    minimum = np.array(experiment.minimum)
    assert experiment.loss(minimum) < 1e-10
    assert np.abs(experiment.gradient(minimum)).max() < 1e-4
    for step in np.vstack([np.eye(2), -np.eye(2)]):
        assert experiment.loss(minimum + 0.01 * step) > experiment.loss(minimum)


def test_nobody_can_change_it_by_accident(experiment):
    with pytest.raises(ValueError, match="read-only"):
        experiment.X[0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        experiment.eta = 1.0
    assert experiment.start.tolist() == [experiment.init_w, experiment.init_b]
