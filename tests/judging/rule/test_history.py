"""What counts as a pair of histories, and where two of them part."""

import numpy as np
import pytest

from autograder.judging.rule.history import equal, first_difference, read_history
from autograder.model import Keyed, Opaque, Outcome, Trace


def read(value, features=1, vector=False):
    return read_history(Trace("one", Outcome.RETURNED, value), features, vector)


W, B = np.array([0.5, 0.4, 0.3]), np.array([1.0, 0.8, 0.6])
ROWS = np.column_stack([W, B])
W4 = np.arange(12.0).reshape(3, 4)
ROWS4 = np.column_stack([W4, B])


@pytest.mark.parametrize(
    "value",
    [
        (W, B),
        np.array([W, B]),
        (W[:, None], B),
        (W[:, None, None], B[:, None]),
    ],
    ids=["two arrays", "one array", "columns", "arrays of one number"],
)
def test_histories_of_numbers(value):
    history = read(value)
    assert (history.rows == ROWS).all()
    assert not history.problem
    assert not history.only_point


@pytest.mark.parametrize(
    "value",
    [(W4, B), (W4[:, None, :], B), (W4[..., None], B[:, None])],
    ids=["plain", "rows of a matrix", "columns"],
)
def test_histories_of_vectors(value):
    assert (read(value, 4, True).rows == ROWS4).all()


def test_a_vector_of_one_feature_stays_a_vector():
    assert (read((W[:, None], B), 1, True).rows == ROWS).all()


def test_two_epochs_of_numbers_are_not_taken_for_one_array():
    rows = read(np.array([[1.0, 2.0], [3.0, 4.0]])).rows
    assert rows.tolist() == [[1.0, 3.0], [2.0, 4.0]], "w_history is the first of the two"


@pytest.mark.parametrize(
    ("value", "features", "vector", "expected"),
    [
        ((np.array(0.3), np.array(0.6)), 1, False, [[0.3, 0.6]]),
        ((np.arange(4.0), np.array(0.6)), 4, True, [[0, 1, 2, 3, 0.6]]),
        (np.array([0.3, 0.6]), 1, False, [[0.3, 0.6]]),
    ],
)
def test_a_single_point_is_recognised(value, features, vector, expected):
    history = read(value, features, vector)
    assert history.only_point
    assert history.rows.tolist() == expected


@pytest.mark.parametrize(
    ("value", "features", "vector", "words"),
    [
        (np.array(3.0), 1, False, "one number"),
        (W, 1, False, "shape (3,)"),
        ((W, 1.0, None), 1, False, "3 things"),
        (Keyed("dict", (("weights", W), ("b", B))), 1, False, "dict"),
        (Opaque("dict"), 1, False, "dict"),
        ((W, None), 1, False, "b_history is None"),
        ((Opaque("str"), B), 1, False, "w_history is something of type str"),
        ((W, B[:2]), 1, False, "3 entries and b_history 2"),
        ((W4[:, :3], B), 4, True, "3 numbers, not 4"),
        ((W4, B), 1, False, "(3, 4)"),
        ((W, B), 4, True, "(epochs + 1, d)"),
        (((W4, B), B), 4, True, "w_history is a sequence of 2 things"),
    ],
)
def test_what_is_no_pair_of_histories_is_said_in_words(value, features, vector, words):
    history = read(value, features, vector)
    assert history.rows is None
    assert words in history.problem
    assert not history.nothing


START, START4 = ROWS[0], ROWS4[0]
PAIRS4 = tuple((w, np.array(b)) for w, b in zip(W4, B, strict=True))


@pytest.mark.parametrize(
    ("value", "expected", "form"),
    [
        ((W, B, B[1:]), ROWS, ""),
        ((W, B, Opaque("Figure"), None), ROWS, ""),
        (np.array([W, B, B**2]), ROWS, ""),
        ((W4, B, B), ROWS4, ""),
        (ROWS, ROWS, "other"),
        (np.column_stack([ROWS, B]), ROWS, "other"),
        (np.column_stack([ROWS, B])[:2], ROWS[:2], "other"),
        ((ROWS[0], ROWS[1]), ROWS[:2], "other"),
        (ROWS[:2], ROWS[:2], "other"),
        (ROWS[:1], ROWS[:1], "other"),
        (PAIRS4, ROWS4, "other"),
        (PAIRS4[:2], ROWS4[:2], "other"),
        (PAIRS4[:1], ROWS4[:1], "other"),
        (tuple((*pair, np.array(0.1)) for pair in PAIRS4), ROWS4, "other"),
        (Keyed("dict", (("b", B), ("w", W))), ROWS, "other"),
        (Keyed("dict", (("w", W4), ("b", B), ("loss", None))), ROWS4, "other"),
        ((B, W), ROWS, "swapped"),
        (np.array([B, W]), ROWS, "swapped"),
        ((B, W4), ROWS4, "swapped"),
        ((W[:2], B[:2]), ROWS[:2], ""),
        (ROWS[:2].T, ROWS[:2], ""),
    ],
    ids=range(21),
)
def test_other_forms_are_read_and_said_to_be_such(value, expected, form):
    d = expected.shape[1] - 1
    start = START4 if d > 1 else START
    history = read_history(Trace("one", Outcome.RETURNED, value), d, d > 1, start)
    assert not history.problem
    assert history.rows.tolist() == expected.tolist()
    assert history.form == form


def test_where_both_starts_are_one_number_no_order_is_the_other():
    history = read_history(Trace("one", Outcome.RETURNED, (B, W)), 1, False, np.array([0.5, 0.5]))
    assert history.form == ""
    assert history.rows[:, 0].tolist() == B.tolist()


def test_an_order_is_not_guessed_from_a_wrong_start():
    history = read_history(Trace("one", Outcome.RETURNED, (B + 1, W)), 1, False, START)
    assert (history.form, history.rows[0, 0]) == ("", 2.0)


def test_nothing_returned_is_told_from_something_odd():
    assert read(None).nothing
    assert read(None).rows is None


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.RETURNED])
def test_what_did_not_return_has_no_history_and_no_fault_of_form(outcome):
    history = read_history(Trace("one", outcome, (W, B)), 1, False)
    assert history.rows is None
    assert not history.problem
    assert not history.nothing


def test_no_number_equals_nothing():
    nan = np.full((2, 2), np.nan)
    assert not equal(nan, nan, 1.0)
    assert not equal(np.full((2, 2), np.inf), np.full((2, 2), np.inf), 1.0)


def test_within_the_tolerance_is_equal_and_beyond_it_is_not():
    assert equal(ROWS + 0.9e-6, ROWS, 1e-6)
    assert not equal(ROWS + np.array([[0, 0], [0, 0], [0, 1.1e-6]]), ROWS, 1e-6)
    assert not equal(ROWS[:2], ROWS, 1e-6)
    assert not equal(ROWS[:1], ROWS[:, :1], 1e-6), "broadcasting is not equality"


def test_the_first_difference_says_epoch_parameter_and_both_steps():
    own = ROWS4.copy()
    own[2, 1] += 3.0
    own[2, 4] += 1.0
    found = first_difference(own, ROWS4, 1e-6)
    assert (found.epoch, found.parameter) == (2, "w[1]")
    assert found.own_step == 7.0
    assert found.ratio == 7.0 / 4.0


@pytest.mark.parametrize(("column", "name"), [(0, "w"), (1, "b")])
def test_a_number_w_has_no_index(column, name):
    own = ROWS.copy()
    own[1, column] = np.nan
    found = first_difference(own, ROWS, 1e-6)
    assert (found.epoch, found.parameter, found.ratio) == (1, name, None)


def test_a_wrong_start_is_the_difference_of_epoch_nought():
    found = first_difference(ROWS + 1, ROWS, 1e-6)
    assert (found.epoch, found.ratio) == (0, None)


def test_no_difference_is_none():
    assert first_difference(ROWS + 1e-9, ROWS, 1e-6) is None


def test_rows_that_other_students_may_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        read((W, B)).rows[0] = 5.0


@pytest.mark.parametrize("epochs", [0, 1, 3])
def test_a_vector_of_one_feature_arrives_as_numbers(epochs: int) -> None:
    """A list of arrays that hold one number each is regular: one array of numbers."""
    w, b = np.arange(epochs + 1.0), np.ones(epochs + 1)
    history = read_history(Trace("x", Outcome.RETURNED, (w, b)), 1, True)
    assert history.rows is not None
    assert np.array_equal(history.rows, np.stack([w, b], axis=1))
    assert not history.only_point
    of_two = read_history(Trace("y", Outcome.RETURNED, (w, b)), 2, True)
    assert of_two.rows is None
