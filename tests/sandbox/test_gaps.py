"""Memory is packed before it is copied."""

from __future__ import annotations

import sys

import pytest

from autograder.sandbox.gaps import _gaps, fill_gaps


def test_gaps_are_filled() -> None:
    made = [bytes(200) for _ in range(20_000)]
    del made[::2]
    assert sum(number for _, number in _gaps()) > 9_000
    filling = fill_gaps()
    assert sum(number for _, number in _gaps()) < 2_000
    assert len(filling) > 9_000
    assert len(made) == 10_000


def test_sizes_are_those_of_the_gaps() -> None:
    before = {size: number for size, number in _gaps() if number}
    sizes = {-(-sys.getsizeof(one) // 16) * 16 for one in fill_gaps()}
    assert sizes <= set(range(16, 513, 16))
    assert len(before) > 20


def test_an_interpreter_without_statistics_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "_debugmallocstats")
    assert fill_gaps() == []
