"""What a hyper-parameter is to a rule is declared, not read off its name."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.judging.rule.hyperparameters import (
    Epsilon,
    FirstDecay,
    Range,
    Role,
    StepSize,
    by_role,
)
from autograder.judging.rule.instance import draw_instance
from autograder.judging.rule.moments import stream_instances
from autograder.judging.rule.probes import probes, streamed

GREEK = {"eta": StepSize(), "eps": Epsilon(), "beta1": FirstDecay(0.4, 0.6)}
PLAIN = {"lr": GREEK["eta"], "tiny": GREEK["eps"], "memory": GREEK["beta1"]}


def drawn(ranges):
    return draw_instance("one", None, ranges, np.random.default_rng(3))


def test_roles_are_found_by_what_is_declared():
    assert by_role(PLAIN) == {
        Role.STEP_SIZE: "lr",
        Role.EPSILON: "tiny",
        Role.FIRST_DECAY: "memory",
    }
    assert by_role({"eta": Range(0.1, 0.4), "eps": Range(0.1, 0.4)}) == {}


def test_two_of_one_role_are_refused_by_name():
    with pytest.raises(AssignmentError, match="eta and lr are both called the step size"):
        by_role({"eta": StepSize(), "lr": StepSize()})


def test_names_make_no_difference_to_what_is_asked():
    def asked(ranges):
        one = drawn(ranges)
        calls = (*probes(one).instances, *stream_instances(one, ("first", "second"), CHANCE()))
        return [(tuple(i.hyper.values()), i.purpose, i.X.tolist()) for i in calls]

    def CHANCE():
        return np.random.default_rng(7)

    assert asked(GREEK) == asked(PLAIN)


def test_each_role_is_set_where_it_shows_something():
    one = drawn(PLAIN)
    first, second = (
        next(i for i in stream_instances(one, (kind,), np.random.default_rng(7)))
        for kind in ("first", "second")
    )
    assert first.hyper == {"lr": 1e8, "tiny": 1.0, "memory": one.hyper["memory"]}
    assert second.hyper == {"lr": 0.5, "tiny": 1e-10, "memory": one.hyper["memory"]}
    assert probes(one).settled.hyper["lr"] == 1e-9
    assert probes(one).points[0].hyper == {**one.hyper, "lr": 1e6, "tiny": 1e12}


def test_a_rule_without_any_role_is_asked_with_what_was_drawn():
    one = drawn({"rho": Range(0.5, 0.9)})
    asked = (
        *probes(one).instances,
        *stream_instances(one, ("first", "second"), np.random.default_rng()),
    )
    rho = one.hyper["rho"]
    near, far = {rho, rho - 0.1}, set(one.ranges["rho"].far(rho))
    assert {i.hyper["rho"] for i in asked} == near | far
    assert (one.value(Role.STEP_SIZE, 1.0), one.value(Role.EPSILON, 0.0)) == (1.0, 0.0)


def test_gradients_are_as_large_as_the_root_of_epsilon_whatever_it_is_called():
    one = drawn(PLAIN)
    size = np.abs(one.gradient(one.start[None], 0).sum(axis=1)).mean()
    assert 0.9 < size / np.sqrt(one.hyper["tiny"]) < 3.1
    assert streamed(one).grad_w.values[0] == 0.8 / 2 * np.sqrt(one.hyper["tiny"])
    unnamed = replace(one, ranges={})
    assert streamed(unnamed).grad_w.values[0] == 0.8 / 2


@pytest.mark.parametrize(
    ("range_", "value", "another"),
    [(StepSize(), 0.2, 0.3), (Epsilon(), 1e-4, 8e-4), (Range(0.5, 0.9), 0.7, 0.6)],
)
def test_another_value_shows_whether_it_matters(range_, value, another):
    assert range_.nudged(value) == pytest.approx(another)


@pytest.mark.parametrize(
    ("low", "high", "logarithmic"),
    [(0.6, 0.2, False), (0.1, float("inf"), False), (float("nan"), 1.0, False), (0.0, 1.0, True)],
)
def test_a_range_in_which_nothing_can_be_drawn_is_refused(low, high, logarithmic):
    with pytest.raises(ValueError, match=r"there is no number from|no order of magnitude"):
        Range(low, high, logarithmic)
