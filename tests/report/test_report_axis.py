"""Axes: round ticks, no empty span, no overflow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.axis import axis_for, round_step

finite = st.floats(allow_nan=False, allow_infinity=False)


def labels(low: float, high: float, **kind: bool) -> list[str]:
    return [tick.label for tick in axis_for(low, high, 0, 100, **kind).ticks()]


def test_ticks_stand_at_round_numbers() -> None:
    assert labels(0, 1) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert labels(-3, 3) == ["−3", "−2", "−1", "0", "1", "2", "3"]
    assert labels(0, 2e6) == ["0", "0.5·10⁶", "1.0·10⁶", "1.5·10⁶", "2.0·10⁶"]
    assert labels(0, 3e-8) == [
        "0",
        "0.5·10⁻⁸",
        "1.0·10⁻⁸",
        "1.5·10⁻⁸",
        "2.0·10⁻⁸",
        "2.5·10⁻⁸",
        "3.0·10⁻⁸",
    ]
    assert labels(1, 3, whole=True) == ["1", "2", "3"]


def test_numbers_are_written_in_the_shorter_way() -> None:
    assert labels(1234567, 1234577)[:2] == ["1234568", "1234570"]
    assert labels(1, 1.0001)[-1] == "1.00010"
    assert labels(-400000, 0)[0] == "−400000"


def test_logarithmic_ticks() -> None:
    assert labels(1e-8, 1, log=True)[0] == "10⁻⁸"
    assert labels(1e-60, 1, log=True) == ["10⁻⁶⁰", "10⁻⁵⁰", "10⁻⁴⁰", "10⁻³⁰", "10⁻²⁰", "10⁻¹⁰", "1"]
    assert labels(0.2, 5, log=True) == ["0.2", "0.5", "1", "2", "5"]
    assert len(labels(1e-290, 1e290, log=True)) in range(4, 9)


def test_steps_are_1_2_or_5_times_a_power_of_ten() -> None:
    assert [round_step(s) for s in (0.9, 1.3, 1.9, 4, 8)] == [1, 1, 2, 5, 10]


@given(finite, finite)
def test_any_two_numbers_make_an_axis(a: float, b: float) -> None:
    low, high = sorted((a, b))
    axis = axis_for(low, high, 10, 200)
    assert 1 <= len(axis.ticks()) <= 12
    pixels = axis(np.clip(np.array([low, high]), axis.low, axis.high))
    assert np.all(np.isfinite(pixels))
    assert 10 - 1e-6 <= pixels[0] <= pixels[1] <= 200 + 1e-6
    assert all(10 - 1e-3 <= axis.pixel(tick.value) <= 200 + 1e-3 for tick in axis.ticks())


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_any_two_positive_numbers_make_a_logarithmic_axis(a: float, b: float) -> None:
    axis = axis_for(*sorted((a, b)), 10, 200, log=True)
    assert 1 <= len(axis.ticks()) <= 12
    assert all(10 - 1 <= axis.pixel(tick.value) <= 200 + 1 for tick in axis.ticks())


@pytest.mark.parametrize("value", [0.0, 5.0, -1e200, 1e-310])
def test_one_number_lies_in_the_middle(value: float) -> None:
    axis = axis_for(value, value, 0, 100)
    assert math.isclose(axis.pixel(value), 50, abs_tol=1e-6)
