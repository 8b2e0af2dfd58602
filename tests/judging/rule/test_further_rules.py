"""Rules without an epsilon, with a velocity or with a maximum are judged by the same parts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging.question import Answers, Verdict
from autograder.judging.rule.pool import SEPARATION, least_separation
from autograder.judging.rule.simulate import simulate
from autograder.judging.update_rule import RuleExam, UpdateRule
from autograder.model import Call, NotebookRun, Outcome, Submission, Trace

COURSE = Course(Path(__file__).parents[3])
QUESTIONS = {
    "gradient_descent": "momentum_methods",
    "momentum": "momentum_methods",
    "nesterov": "momentum_methods",
    "amsgrad": "beyond_adam",
    "annealed_momentum": "beyond_adam",
    "without_root": "beyond_adam",
}


@cache
def kind(name: str) -> UpdateRule:
    (found,) = [q.kind for q in COURSE.load(QUESTIONS[name]).questions if q.name == name]
    assert isinstance(found, UpdateRule)
    return found


@cache
def exam(name: str) -> RuleExam:
    return kind(name).draw(b"x" * 32)


def judged(name: str, traces: dict[str, Trace]) -> Verdict:
    return exam(name).judge(Answers(Submission("s", ""), NotebookRun(Outcome.RETURNED), traces))


def single(name: str, slug: str, variant: str = "", part: str = "both") -> Verdict:
    for family in kind(name).catalogue.singles():
        for number, candidate in enumerate(family.candidates):
            edit = candidate.edits[0]
            if (edit.slug, edit.variant, candidate.part) == (slug, variant, part):
                ((_, traces),) = simulate(exam(name), family.subset([number]))
                return judged(name, traces)
    raise AssertionError(f"{name} has no fault {slug} {variant}")


def lost(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if not check.passed}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_function_is_called_with_what_it_knows_only(name: str) -> None:
    allowed = {"X", "Y", "init_w", "init_b", "max_epochs", "grad_w", "grad_b"}
    allowed |= set(kind(name).ranges)
    for call in (*exam(name).calls, *exam(name).further_calls):
        assert set(call.arguments) == allowed, call.name


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_call_is_made_twice(name: str) -> None:
    names = [call.name for call in (*exam(name).calls, *exam(name).further_calls)]
    assert len(set(names)) == len(names)


def test_a_velocity_is_recovered_with_its_weights() -> None:
    ((_, traces),) = list(simulate(exam("momentum"), kind("momentum").catalogue.right()))
    gamma = exam("momentum").main.number.hyper["gamma"]
    from autograder.judging.rule.moments import identify

    found = identify(exam("momentum").streams, traces)
    assert found.first_w is not None
    age = np.subtract.outer(np.arange(5), np.arange(5))
    assert np.allclose(found.first_w.values, np.tril(gamma ** np.maximum(age, 0)), atol=1e-7)
    assert found.second_w is None
    assert found.step_follows


def test_one_fault_costs_its_own_part() -> None:
    own = {"trajectory", "vector"}
    assert lost(single("momentum", "velocity_averaged")) == own | {"velocity"}
    assert lost(single("nesterov", "lookahead_wrong_point", "theta - update")) == own | {
        "look-ahead"
    }
    assert lost(single("annealed_momentum", "annealing_missing")) == own | {
        "learning rate",
        "the rate falls",
    }
    assert lost(single("amsgrad", "maximum_missing")) == own | {"second moment", "where Adam fails"}
    assert lost(single("gradient_descent", "sequential_update")) == own | {"gradient"}


@pytest.mark.parametrize(
    ("name", "scale", "wrong"),
    [("momentum", 0.5, "velocity"), ("annealed_momentum", 0.5, "learning rate")],
)
def test_without_a_name_the_velocity_is_measured(name: str, scale: float, wrong: str) -> None:
    """Every gradient enters with half of its weight: nobody has catalogued that."""
    halved: dict[str, Trace] = {}
    for instance in exam(name).instances:
        # the path of the rule at half the rate is that of the rule with halved gradients
        slow = replace(instance, hyper={**instance.hyper, "eta": scale * instance.hyper["eta"]})
        rows = kind(name).catalogue.right().trajectories(slow)[0]
        value: Any = (rows[:, :-1] if instance.init_w.ndim else rows[:, 0], rows[:, -1])
        halved[instance.name] = Trace(instance.name, Outcome.RETURNED, value)
    verdict = judged(name, halved)
    assert verdict.misconceptions == ()
    assert wrong in lost(verdict)
    assert "gradient" not in lost(verdict)


def test_a_maximum_is_judged_where_gradients_fall_and_rise() -> None:
    """On smooth paths a maximum that overwrites the state computes the same as one that does not:
    the recorded runs tell them apart, with a number and with a vector."""
    asked = exam("amsgrad")
    assert [i.name for i in asked.judged] == [
        "number 1",
        "number 2",
        "vector",
        "streamed",
        "streamed vector",
    ]
    assert lost(single("amsgrad", "maximum_overwrites_state")) >= {"trajectory", "vector"}
    together = kind("amsgrad").told_apart_on(asked.main.number)
    assert len(together) == 2
    assert least_separation(kind("amsgrad").catalogue, *together)[0] >= SEPARATION


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "amsgrad"])
def test_other_rules_need_no_recorded_run(name: str) -> None:
    assert exam(name).judged == exam(name).main


def test_steps_without_any_gradient_are_no_rule_in_which_it_cancels() -> None:
    """Without root and epsilon, v in place of the gradient would step like that: eta / v * v."""

    def constant(call: Call) -> Trace:
        given = call.arguments
        away = given["eta"] * np.arange(given["max_epochs"] + 1.0)
        w = np.add.outer(-away, given["init_w"])
        return Trace(call.name, Outcome.RETURNED, (w, given["init_b"] - away))

    one = exam("without_root")
    verdict = judged(
        "without_root", {c.name: constant(c) for c in (*one.calls, *one.further_calls)}
    )
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    assert sum(check.score for check in verdict.checks) == 0
