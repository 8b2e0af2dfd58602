"""What a kind of question need not have."""

from __future__ import annotations

from dataclasses import replace

from autograder.course import Course
from autograder.judging.formula import Formula
from autograder.judging.question import Keeps, Rehearses
from autograder.judging.update_rule import UpdateRule
from autograder.judging.written import Written


def test_a_small_kind_keeps_nothing_and_a_big_one_does() -> None:
    kinds = {type(q.kind): q.kind for q in Course.find().load("adaptive_learning_rates").questions}
    assert {kind for kind, one in kinds.items() if isinstance(one, Keeps)} == {UpdateRule}
    assert {kind for kind, one in kinds.items() if isinstance(one, Rehearses)} == {
        UpdateRule,
        Formula,
    }
    assert set(kinds) == {UpdateRule, Formula, Written}


def test_only_what_a_kind_has_is_called() -> None:
    assignment = Course.find().load("adaptive_learning_rates")
    done: list[str] = []

    class Rehearsing(Written):
        def rehearse(self) -> None:
            done.append("rehearsed")

    class Keeping(Written):
        def on_shelf(self, shelf: object) -> Keeping:
            return self

        def prepare(self) -> None:
            done.append("prepared")

    first = assignment.questions[0]
    kinds = (Written("a"), Rehearsing("b"), Keeping("c"))
    doctored = replace(assignment, questions=tuple(replace(first, kind=kind) for kind in kinds))
    doctored.prepare()
    doctored.rehearse()
    assert done == ["prepared", "rehearsed"]
