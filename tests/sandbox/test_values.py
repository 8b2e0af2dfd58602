"""Histories as arrays: the short way and the long way say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.inside import values
from autograder.sandbox.inside.values import MAX_NUMBERS, TooMuch, write_value
from autograder.sandbox.inside.wire import Writer

NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.booleans(),
    st.floats().map(np.float64),
    st.integers(0, 9).map(np.int64),
    st.floats(width=32).map(np.float32),
)
ARRAYS = st.sampled_from(
    [
        np.array(0.3),
        np.array(2),
        np.array([0.5]),
        np.array([[0.5]]),
        np.zeros((1, 1, 1, 1)),
        np.array([True]),
        np.zeros(0),
        np.arange(3.0),
        np.arange(4),
        np.ones((2, 2)),
        np.array([1 + 2j]),
        np.array(["a"]),
        np.array([None]),
    ]
)
ENTRIES = st.one_of(
    st.lists(NUMBERS, max_size=5),
    st.lists(ARRAYS, max_size=4),
    st.lists(NUMBERS | ARRAYS, max_size=5),
    st.builds(lambda array, times: [array] * times, ARRAYS, st.integers(1, 4)),
)


def written(entries: list[Any]) -> bytes:
    writer = Writer()
    write_value(writer, entries)
    return writer.body()


@given(ENTRIES)
def test_both_ways_give_the_same(entries: list[Any]) -> None:
    short = written(entries)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(values, "_EXACTLY", frozenset())
        assert written(entries) == short


class Loud(float):
    """A subclass: nothing of it may be run to write it down."""

    def __array__(self, *_: Any) -> Any:
        raise AssertionError("asked")


def test_of_a_subclass_only_the_number_is_taken() -> None:
    assert written([Loud(1.5), 2.0, 3.0]) == written([1.5, 2.0, 3.0])


@pytest.mark.parametrize("entries", [[np.zeros(1000)] * 300, [0.5] * (MAX_NUMBERS + 1)])
def test_too_many_numbers_are_not_even_copied(entries: list[Any]) -> None:
    with pytest.raises(TooMuch):
        written(entries)


W, B = np.array([-2.0]), np.array([3.0])


@pytest.mark.parametrize("more", [(0.5,), (W[0], B[0]), (np.float64(0.5), "done"), ([], None)])
@pytest.mark.parametrize("form", [tuple, list])
def test_what_is_returned_after_two_sequences_leaves_them_what_they_are(
    form: type, more: tuple[Any, ...]
) -> None:
    """Of one entry each they are no numbers in a row with what comes after them."""
    got = written(form((W, B, *more)))
    two = written(form((W, B)))
    assert got[5 : len(two)] == two[5:]  # behind the count of the parts: both histories
    assert got[:1] == two[:1]


def test_what_lies_below_a_mask_is_no_number() -> None:
    masked = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])
    assert written(masked) == written(np.array([1.0, np.nan, 3.0]))
    assert written(np.ma.masked_array([1, 2], [False, False])) == written(np.array([1.0, 2.0]))
