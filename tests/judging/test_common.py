"""The same code is worth the same to everybody, on whoever's instances it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.judging.formula import Formula, FormulaCheck
from autograder.judging.question import Verdict, examine
from autograder.judging.rule.students_exam import common_exam
from autograder.model import Call, NotebookRun, Outcome, Trace
from tests.judging.students import NOBODY, called, exam, question, share, written

STUDENTS = [f"student {number}" for number in range(12)]


class Sandboxed:
    """Calls of a function that a process makes anew, as the sandbox does."""

    def __init__(self, made: Callable[[], Callable[..., Any]]) -> None:
        self.notebook = NotebookRun(Outcome.RETURNED)
        self.made, self.function, self.asked = made, made(), list[str]()

    def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]:
        if fresh:
            self.function = self.made()
        self.asked += [call.name for call in calls]
        with np.errstate(all="ignore"):
            return tuple(called(call, self.function) for call in calls)


def verdicts(rule: str, made: Callable[[], Callable[..., Any]]) -> list[Verdict]:
    exams = [exam(rule, student) for student in STUDENTS]
    return [examine([one], NOBODY, Sandboxed(made))[0][0] for one in exams]


def keeps_by_shape() -> Callable[..., Any]:
    kept: dict[object, object] = {}
    right = written("adam")

    def adam(**given: Any) -> Any:
        return kept.setdefault(np.shape(given["init_w"]), right(**given))

    return adam


def keeps_the_start() -> Callable[..., Any]:
    kept: dict[object, object] = {}
    right = written("adagrad")

    def adagrad(init_w: Any, **given: Any) -> Any:
        return right(init_w=kept.setdefault(np.shape(init_w), init_w), **given)

    return adagrad


WRONG: dict[str, tuple[str, Callable[[], Callable[..., Any]]]] = {
    "epsilon has a limit": (
        "adagrad",
        lambda: written(
            "adagrad", ("    w, b = init_w", "    eps = min(eps, 1e-4)\n    w, b = init_w")
        ),
    ),
    "epsilon has a floor": (
        "adam",
        lambda: written(
            "adam", ("    w, b = init_w", "    eps = max(eps, 1e-6)\n    w, b = init_w")
        ),
    ),
    "an answer is kept": ("adam", keeps_by_shape),
    "a start is kept": ("adagrad", keeps_the_start),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_wrong_code_earns_does_not_depend_on_whose_it_is(what: str) -> None:
    rule, made = WRONG[what]
    found = verdicts(rule, made)
    assert len({one.main for one in (exam(rule, student) for student in STUDENTS)}) > 6
    assert {(v.checks, v.misconceptions, v.message) for v in found} == {
        (found[0].checks, found[0].misconceptions, found[0].message)
    }
    assert share(found[0]) < 1.0


def test_code_that_is_wrong_on_own_instances_only_is_judged_by_these() -> None:
    one, right = exam("rmsprop", "ada"), written("rmsprop")
    start = one.main.number.init_b
    assert start != common_exam(question("rmsprop"), ()).main.number.init_b

    def rmsprop(init_b: float, **given: Any) -> Any:
        w, b = right(init_b=init_b, **given)
        return w, [*b[:-1], b[-1] + (init_b == start)]

    student = Sandboxed(lambda: rmsprop)
    ((verdict, _),) = examine([one], NOBODY, student)
    lost = {check.name for check in verdict.checks if not check.passed}
    assert "trajectory" in lost
    assert {call.name for call in one.further_calls} <= set(student.asked)


def test_code_that_ends_its_process_is_not_asked_the_same_again() -> None:
    one, asked = exam("rmsprop"), list[str]()
    wrong = written("rmsprop", ("np.sqrt", "np.cbrt"))

    class Hanging(Sandboxed):
        def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]:
            traces = super().call(calls)
            asked.extend(self.asked)
            late = [t for t in traces if t.call == "200 epochs"]
            return tuple(
                replace(t, outcome=Outcome.TIMED_OUT, value=None) if t in late else t
                for t in traces
            )

    examine([one], NOBODY, Hanging(lambda: wrong))
    assert {name for name in asked if "everybody" in name} == set()


def test_so_it_is_of_formulas() -> None:
    def drawn(low: float, high: float) -> Callable[..., list[dict[str, float]]]:
        return lambda chance: [{"x": low + (high - low) * float(chance.random())}]

    def double(x: float) -> float:
        return 2 * x

    checks = tuple(
        FormulaCheck(name, "double", drawn(*ends), double)
        for name, ends in (("low", (1.0, 5.0)), ("high", (6.0, 9.0)))
    )
    question = Formula(("double",), checks, {"low": 2.0, "high": 3.0})

    def found(made: Callable[[], Callable[..., Any]]) -> list[Verdict]:
        exams = [question.draw(bytes([number]) * 32) for number in range(12)]
        assert len({one.examples["low"] for one in exams}) > 4
        return [examine([one], NOBODY, Sandboxed(made))[0][0] for one in exams]

    assert {share(verdict) for verdict in found(lambda: double)} == {1.0}
    wrong = found(lambda: lambda x: 2 * min(x, 3.0))  # of some students' numbers, low ones only
    assert len({verdict.checks for verdict in wrong}) == 1
    assert share(wrong[0]) < 1.0
