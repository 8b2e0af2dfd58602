"""Settings and questions that do not speak of the same things are refused, on either side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from autograder.agreement import agree
from autograder.course import Course
from autograder.judging.formula import Formula
from autograder.judging.question import Kind
from autograder.judging.update_rule import UpdateRule
from autograder.settings import Convention, QuestionSettings, Refused, Settings

COURSE = Course(Path(__file__).resolve().parents[1])


@dataclass(frozen=True)
class Asked:
    """What a kind of question says of itself."""

    check_names: tuple[str, ...] = ()
    required_checks: tuple[str, ...] = ()
    faults: frozenset[str] = frozenset()


RULE = Asked(("step", "vector"), (), frozenset({"wrong_sign"}))
FORMULA = Asked(("one", "two"), ("one", "two"), frozenset({"of_a_formula"}))
WRITTEN = Asked()
KINDS = {"rule": RULE, "formula": FORMULA, "why": WRITTEN}


def settings_of(**changes: Any) -> Settings:
    questions = {
        "rule": QuestionSettings("Rule", 3, {"step": 3}),
        "formula": QuestionSettings("Formula", 3, {"one": 1, "two": 2}),
        "why": QuestionSettings("Why", 3, by_person=True),
    }
    conventions = changes.pop("conventions", {})
    questions |= changes
    return Settings("t", {k: v for k, v in questions.items() if v}, conventions=conventions)


def refusal(settings: Settings, kinds: dict[str, Asked]) -> str:
    with pytest.raises(Refused) as refused:
        agree(settings, cast(dict[str, Kind], kinds))
    return str(refused.value)


def test_those_that_agree() -> None:
    conventions = {"wrong_sign": Convention("accept"), "of_a_formula": Convention("full")}
    agree(settings_of(conventions=conventions), cast(dict[str, Kind], KINDS))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"rule": None},
            "questions.rule is missing, but questions.py asks it; there is formula, why",
        ),
        ({"more": QuestionSettings("x", 1, {"a": 1})}, "questions.more is not in questions.py;"),
        (
            {"rule": QuestionSettings("Rule", 3, {"stp": 3})},
            "questions.rule.checks.stp is no check of this question; did you mean step?",
        ),
        (
            {"formula": QuestionSettings("Formula", 3, {"one": 3})},
            "questions.formula.checks.two is missing; questions.py checks it",
        ),
        (
            {"formula": QuestionSettings("Formula", 3, by_person=True)},
            "questions.formula.by_person is true, but questions.py asks something here",
        ),
        (
            {"rule": QuestionSettings("Rule", 3, by_person=True)},
            "questions.rule.by_person is true, but questions.py asks something here",
        ),
        (
            {"why": QuestionSettings("Why", 3, {"step": 3})},
            "questions.why.checks.step is no check of this question; there is none",
        ),
        (
            {"conventions": {"wrong_sgn": Convention("warn")}},
            "conventions.wrong_sgn is no fault that is known here; did you mean wrong_sign?",
        ),
    ],
)
def test_those_that_do_not(changes: dict[str, Any], said: str) -> None:
    sentence = refusal(settings_of(**changes), KINDS)
    assert sentence.startswith(said)


def test_a_written_question_that_nobody_marks_has_no_checks_to_give_points_to() -> None:
    with pytest.raises(Refused, match="checks are missing"):
        QuestionSettings("Why", 3)


@pytest.mark.parametrize("slug", COURSE.assignments())
def test_the_kinds_name_the_checks_that_they_make(slug: str) -> None:
    """What has points is what is judged, and a convention may be about any fault of a rule."""
    for question in COURSE.load(slug).questions:
        kind = question.kind
        assert set(kind.required_checks) <= set(kind.check_names)
        if isinstance(kind, UpdateRule):
            assert set(kind.points) <= set(kind.check_names)
            points = {name: worth for name, worth in kind.points.items() if name != "edge cases"}
            without = replace(kind, edge_cases=(), points=points)
            assert "edge cases" not in without.check_names
            assert kind.faults >= {"wrong_sign", "history_aliased", "weight_decay_added"}
        elif isinstance(kind, Formula):
            assert kind.check_names == kind.required_checks == tuple(kind.points)
        else:
            assert question.by_person
