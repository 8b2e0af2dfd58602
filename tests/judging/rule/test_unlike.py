"""What everybody is asked: that it reaches as far as the contract, for every rule there is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging.rule.problems import posed
from autograder.judging.rule.unlike import ALL, Which, right_unlike, unlike
from autograder.judging.update_rule import UpdateRule
from autograder.model import FloatArray

COURSE = Path(__file__).resolve().parents[3]
KINDS: dict[str, UpdateRule] = {
    f"{slug} {question.name}": question.kind
    for slug in Course(COURSE).assignments()
    for question in Course(COURSE).load(slug).questions
    if isinstance(question.kind, UpdateRule)
}
pytestmark = pytest.mark.parametrize("name", KINDS)


@cache
def gradients(name: str) -> dict[str, FloatArray]:
    """The sizes of the summed gradients along the right paths: (epochs, d + 1) by call, with their
    signs."""
    kind = KINDS[name]
    paths = {instance: right_unlike(kind, instance) for instance in unlike(kind)}
    return {i.name: i.gradients_along(rows[:-1]) for i, rows in paths.items()}


def test_every_call_is_asked_and_none_blows_up_rounding(name: str) -> None:
    kind = KINDS[name]
    asked = {instance.name: instance for instance in unlike(kind)}
    assert {one.said for one in ALL} <= asked.keys()
    for instance in asked.values():
        assert posed(kind, instance) is not None, instance.name


def test_shapes_starts_and_lengths(name: str) -> None:
    asked = unlike(KINDS[name])
    assert max(instance.points for instance in asked) > 100
    assert {instance.init_w.shape for instance in asked} >= {(), (1,), (2,), (3,), (6,)}
    assert {instance.max_epochs for instance in asked} >= {1, 2, 200}
    vectors = [instance for instance in asked if instance.init_w.ndim]
    assert any(i.features == 1 < i.points for i in vectors), "of one point the mean is the sum"
    assert min(i.points for i in vectors) == 1
    assert max(i.points for i in vectors) > 10
    assert max(i.max_epochs for i in vectors) > 20
    starts = np.concatenate([instance.start for instance in asked])
    assert (starts == 0).any()
    assert (np.abs(starts) > 28).any()
    assert ((starts > -2.6) & (starts < -1.4)).any()
    assert ((starts != 0) & (np.abs(starts) < 2e-3)).any()
    assert max(np.abs(instance.X).max() for instance in asked) > 15
    assert max(np.abs(instance.Y).max() for instance in asked) > 10
    assert any(set(instance.left_out) == set(KINDS[name].defaults) for instance in asked)


def test_of_as_many_points_as_features_rows_are_not_columns(name: str) -> None:
    square = [i.X for i in unlike(KINDS[name]) if i.init_w.ndim and i.points == i.features > 1]
    assert any(np.abs(X - X.T).max() > 0.1 for X in square)


def test_hyper_parameters_go_as_far_as_they_may(name: str) -> None:
    kind = KINDS[name]
    for parameter, range_ in kind.ranges.items():
        reach, plain = kind.reach[parameter], 0
        values = [instance.hyper[parameter] for instance in unlike(kind)]
        assert min(values) == pytest.approx(reach.low, abs=1e-15)
        assert max(values) == pytest.approx(reach.high)
        plain = sum(range_.low <= value <= range_.high for value in values)
        assert plain > len(values) / 3
    if "beta1" in kind.ranges:  # never both at an end, where one would hide the other
        for instance in unlike(kind):
            ends = [instance.hyper[beta] in (0.0, 0.999) for beta in ("beta1", "beta2")]
            assert sum(ends) < 2


def test_gradients_of_all_sizes_that_die_turn_and_rise(name: str) -> None:
    along = gradients(name)
    sizes = {called: np.abs(values) for called, values in along.items()}
    assert min(values[0].mean() for values in sizes.values()) < 2e-6
    assert max(values[0].mean() for values in sizes.values()) > 1e3
    with np.errstate(all="ignore"):
        assert min((v[-1] / v.max(axis=0)).min() for v in sizes.values()) < 0.1, "dies"
        rises = [(v / np.minimum.accumulate(v, axis=0)).max() for v in sizes.values()]
        assert np.nanmax(rises) > 2, "rises"
    turns = (np.sign(v[1:]) * np.sign(v[:-1]) < 0 for v in along.values())
    assert any(turned.any() for turned in turns), "turns"


def test_entries_of_a_vector_start_on_both_sides(name: str) -> None:
    for instance in unlike(KINDS[name]):
        if instance.init_w.size > 1 and instance.init_w.any():
            assert instance.init_w.min() < 0 < instance.init_w.max(), instance.name


@pytest.mark.parametrize("least", [1e-5, 1e-6, 2e-7])
@pytest.mark.parametrize("looked_at", [slice(None), slice(0, 1), slice(1, 2)])
def test_what_stops_where_its_steps_are_small_goes_astray(
    name: str, least: float, looked_at: slice
) -> None:
    """And fills its history up: the steps that are left out add up to more than rounding."""
    kind, astray = KINDS[name], []
    for instance in unlike(kind):
        rows = right_unlike(kind, instance)
        steps = np.abs(np.diff(rows[:, looked_at], axis=0)).max(axis=1)
        stopped = np.flatnonzero(steps < least)
        if instance.init_w.ndim == 0 and len(stopped):
            astray.append(np.abs(rows[-1] - rows[stopped[0] + 1]).max())
    assert max(astray) > 2 * kind.tolerance


def test_something_still_moves_after_150_epochs(name: str) -> None:
    kind = KINDS[name]
    moved = [
        (np.abs(rows[151] - rows[-1]) / np.maximum(1, np.abs(rows[-1]))).max()
        for rows in (right_unlike(kind, i) for i in unlike(kind) if i.max_epochs > 151)
    ]
    assert max(moved) > 1e-5


def _returns(still: np.ndarray) -> bool:
    """Whether something moves, is still, and moves again."""
    text = "".join("0" if one else "1" for one in still)
    return re.search("10+1", text) is not None


def test_gradients_are_exactly_0_at_times_and_go_on(name: str) -> None:
    along = gradients(name)
    number, vector = along["a gradient that is 0 at times"], along["x of 2 sparse features"]
    assert _returns(number[:, 0] == 0)
    assert _returns(number[:, 1] == 0)
    assert (number != 0).any(axis=1).all(), "one of them always leads on"
    entries = vector[:, :2] == 0
    assert _returns(entries[:, 0]) or _returns(entries[:, 1])
    assert (entries[:, 0] != entries[:, 1]).any(), "each feature by itself"
    together = (vector == 0).all(axis=1)
    assert not together[0]
    assert together[:-1].any()


def test_b_starts_at_a_whole_number_and_w_never_does(name: str) -> None:
    kind = KINDS[name]
    starts = [i.call(kind.function).arguments for i in unlike(kind)]
    assert sum(type(one["init_b"]) is int for one in starts) >= 1
    assert all(isinstance(one["init_w"], float | np.ndarray) for one in starts)


def test_a_first_average_is_long_in_a_long_run(name: str) -> None:
    """So that its correction counts for 100 epochs, though not for all of them."""
    kind = KINDS[name]
    if "beta1" in kind.ranges:
        (long,) = (i for i in unlike(kind) if i.name == "200 epochs")
        assert 0.05 < long.hyper["beta1"] ** 100 < 0.3


def test_hyper_parameters_are_found_by_what_they_are(name: str) -> None:
    from autograder.judging.rule.unlike import _named

    kind = KINDS[name]
    others = [n for n in kind.ranges if n not in ("eta", "eps")]
    assert _named(Which.STEP_SIZE, kind) == "eta"
    assert _named(Which.EPSILON, kind) == ("eps" if "eps" in kind.ranges else None)
    assert _named(Which.FIRST, kind) == (others[0] if others else None)
    assert _named(Which.LAST, kind) == (others[-1] if others else None)
