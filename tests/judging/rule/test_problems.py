"""Problems beyond the hidden ones: unlike, calm, and such that an author can ask them again."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging.formula import Formula
from autograder.judging.problem import Problem
from autograder.judging.question import Poses
from autograder.judging.rule.problems import COURSES, TWIN, Setting
from autograder.judging.update_rule import UpdateRule
from autograder.model import Outcome, Stream, Trace
from autograder.sandbox.inside.gradients import NEXT_TO

COURSE = Path(__file__).resolve().parents[3]
ASSIGNMENTS = [Course(COURSE).load(slug) for slug in Course(COURSE).assignments()]
KINDS = {
    f"{assignment.slug} {question.name}": question.kind
    for assignment in ASSIGNMENTS
    for question in assignment.questions
    if not question.by_person
}
RULES = [name for name, kind in KINDS.items() if isinstance(kind, UpdateRule)]
TWO_EVERY_DAY = [
    pytest.param(name, marks=[] if number < 2 else [pytest.mark.long])
    for number, name in enumerate(RULES)
]
"""All rules, of which all but two bear the marker of what takes long."""


def posed(name: str, count: int, seed: int = 5) -> list[Problem]:
    kind = KINDS[name]
    assert isinstance(kind, Poses)
    return list(islice(kind.problems(np.random.Generator(np.random.PCG64(seed))), count))


def right_trace(problem: Problem) -> Trace:
    right = problem.right
    if "X" not in problem.call.arguments:
        return Trace(problem.call.name, Outcome.RETURNED, right)
    w = right[:, :-1] if np.ndim(problem.call.arguments["init_w"]) else right[:, 0]
    return Trace(problem.call.name, Outcome.RETURNED, (w, right[:, -1]))


@pytest.mark.parametrize("name", KINDS)
def test_the_right_answer_is_right_and_others_are_not(name: str) -> None:
    for problem in posed(name, 12):
        trace = right_trace(problem)
        assert problem.apart(trace) == 0
        assert problem.apart(replace(trace, value=None)) == np.inf
        assert problem.apart(replace(trace, outcome=Outcome.TIMED_OUT)) == np.inf
        assert problem.apart(replace(trace, changed={"X": np.ones(1)})) == np.inf
        off = replace(problem, right=problem.right + 2e-6 * np.maximum(1, abs(problem.right)))
        assert off.apart(trace) == pytest.approx(2e-6, rel=1e-3)
        nan = replace(problem, right=np.full_like(problem.right, np.nan))
        assert nan.apart(trace) == np.inf


def test_the_same_seed_poses_the_same_problems() -> None:
    for name in KINDS:
        texts = [problem.text for problem in posed(name, 5)]
        assert texts == [problem.text for problem in posed(name, 5)]
        assert texts != [problem.text for problem in posed(name, 5, seed=6)]


@pytest.mark.parametrize("name", RULES)
def test_a_text_can_be_pasted(name: str) -> None:
    """The setting that is printed is the instance that was asked, to the last bit."""
    for problem in posed(name, 10):
        again = eval(problem.text, {"Setting": Setting}).instance("again").call("f").arguments
        asked = problem.call.arguments
        assert set(again) == set(asked)
        for key in ("X", "Y", "init_w", "init_b", "max_epochs", "eta"):
            assert np.array_equal(again[key], asked[key]), key


@pytest.mark.parametrize("name", TWO_EVERY_DAY)
def test_problems_reach_as_far_as_the_contract(name: str) -> None:
    problems = posed(name, 150)
    calls = [problem.call.arguments for problem in problems]
    assert {np.size(a["init_w"]) for a in calls if np.ndim(a["init_w"])} >= {1, 2, 3, 4, 5, 6}
    assert {len(a["Y"]) for a in calls} >= {1, 2, 150}
    assert {a["max_epochs"] for a in calls} >= {0, 1, 200}
    assert min(a["eta"] for a in calls) <= 2e-3
    assert max(a["eta"] for a in calls) == 3
    if "eps" in calls[0]:
        assert min(a["eps"] for a in calls) == 1e-12
        assert max(a["eps"] for a in calls) == 1e4
    assert max(np.abs(a["init_w"]).max() for a in calls) > 30
    assert any(not np.any(a["init_w"]) for a in calls)
    assert any(not problem.unlike for problem in problems)
    assert all(np.isfinite(problem.right).all() for problem in problems)
    assert max(len(a["Y"]) * a["max_epochs"] for a in calls) <= 6_000


@pytest.mark.parametrize("name", TWO_EVERY_DAY)
def test_one_call_comes_again_with_another_gradient_only(name: str) -> None:
    problems = posed(name, 80)
    again = next(problem for problem in problems if problem.unlike == (TWIN,))
    earlier = problems[problems.index(again) - 1]
    assert earlier.unlike == ()
    for key, value in again.call.arguments.items():
        same = not key.startswith("grad_")
        assert np.array_equal(value, earlier.call.arguments[key]) == same, key  # type: ignore[arg-type]
    assert earlier.apart(right_trace(again)) > 1e-6


@pytest.mark.parametrize("course", COURSES)
def test_recorded_gradients_have_the_size_that_is_asked(course: str) -> None:
    setting = Setting(points=4, features=3, epochs=20, gradients=course, size=8.0)
    instance = setting.instance("recorded")
    assert isinstance(instance.grad_w, Stream)
    assert instance.grad_w.values.shape == (20, 3)
    first = np.abs(instance.gradients_along(np.zeros((20, 4)))[0])
    assert ((first > 6) & (first < 10)).all()


@pytest.mark.parametrize("name", RULES)
def test_a_recorded_gradient_tells_the_points_of_a_problem_from_each_other(name: str) -> None:
    tried = 0
    for problem in posed(name, 60):
        kind = getattr(problem.call.arguments["grad_w"], "kind", None)
        if not isinstance(kind, Stream):
            continue
        tried += 1
        rows = problem.right
        near = np.abs(rows[:, None] - rows[None]) <= NEXT_TO * np.maximum(1.0, np.abs(rows))
        assert near.all(axis=2).sum() == len(rows)
    assert tried


def test_formulas_without_unlike_arguments_pose_their_examples() -> None:
    kind = KINDS["adaptive_learning_rates bias_correction"]
    assert isinstance(kind, Formula)
    plain = replace(kind, unlike={})
    chance = np.random.Generator(np.random.PCG64(1))
    texts = [problem.text for problem in islice(plain.problems(chance), 20)]
    assert all(text.startswith("correct_bias(moment=") for text in texts)
    assert len(set(texts)) == 20
