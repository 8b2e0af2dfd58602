"""Code with one known fault has the verdict that asking it everything would give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from autograder.judging.common import for_everybody
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.rule.catalogue import Candidate
from autograder.judging.rule.diagnose import alone
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.known_faults import judged_with, verdict_if_known
from autograder.judging.rule.students_exam import StudentsExam, common_exam
from autograder.judging.update_rule import UpdateRule
from autograder.model import FloatArray, NotebookRun, Outcome, Submission, Trace
from tests.judging.rule.test_unlike import KINDS

ROUNDING = 1e-14
ADAM = KINDS["adaptive_learning_rates adam"]


def faults(kind: UpdateRule) -> list[Candidate]:
    """Those with a name that sit in both parameters."""
    each = (c for family in kind.catalogue.singles() for c in family.candidates)
    return [candidate for candidate in each if candidate.part == "both"]


@cache
def rows_of(kind: UpdateRule, fault: Candidate, instance: Instance) -> FloatArray:
    family = next(f for f in kind.catalogue.singles() if fault in f.candidates)
    rows = alone(family.subset([family.candidates.index(fault)]), instance)
    return rows[:: instance.points] if family.every_point else rows


def trace_of(exam: RuleExam, fault: Candidate, instance: Instance) -> Trace:
    """That of code with the fault, whose steps are rounded in a way of its own."""
    rows = rows_of(exam.question, fault, instance)
    with np.errstate(all="ignore"):
        return instance.trace(rows + ROUNDING * (rows - instance.start))


def answered(exam: RuleExam, fault: Candidate, *, all_of_it: bool = False) -> Answers:
    asked = exam.instances if all_of_it else exam.asked_of_all
    traces = {instance.name: trace_of(exam, fault, instance) for instance in asked}
    return Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces)


def changed(
    answers: Answers, names: Mapping[str, object], change: Callable[[Trace], Trace]
) -> Answers:
    traces = {n: change(t) if n in names else t for n, t in answers.traces.items()}
    return replace(answers, traces=traces)


def said(verdict: Verdict) -> str:
    """All in words and points, without the numbers in them, whose last digit may be rounded."""
    plain = replace(verdict, pictures=(), tables=())
    return re.sub(r"-?\d+(\.\d+)?(e[-+]?\d+)?", "#", repr(plain))


def named(slug: str) -> Candidate:
    return next(fault for fault in faults(ADAM) if fault.slugs == (slug,))


def compared(kind: UpdateRule, some: Sequence[Candidate]) -> int:
    """How many of these were known by what everybody is asked."""
    exam, known = common_exam(kind, ()), 0
    for fault in some:
        verdict = verdict_if_known(exam, answered(exam, fault))
        if verdict is not None:
            known += 1
            whole = exam.judge(answered(exam, fault, all_of_it=True))
            assert said(verdict) == said(whole), fault.slugs
    return known


@pytest.mark.parametrize("name", ["adaptive_learning_rates adam", "beyond_adam annealed_momentum"])
def test_the_verdict_is_that_on_everything_asked(name: str) -> None:
    each = faults(KINDS[name])
    assert compared(KINDS[name], each[:: max(1, len(each) // 4)]) > 0


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_the_verdict_on_many_faults_is_that_on_everything_asked(name: str) -> None:
    some = faults(KINDS[name])[1::6]
    assert compared(KINDS[name], some) > len(some) / 3, "of the others more has to be seen"


def test_it_is_made_once() -> None:
    exam, fault = common_exam(ADAM, ()), named("correction_missing")
    first, second = (verdict_if_known(exam, answered(exam, fault)) for _ in range(2))
    assert first is not None
    assert first is second
    assert first.misconceptions == ("correction_missing",)


@pytest.mark.parametrize(
    "change",
    [
        lambda trace: replace(trace, changed={"X": np.zeros(2)}),
        lambda trace: replace(trace, unreceived=("eps",)),
        lambda trace: Trace(trace.call, Outcome.RAISED),
        lambda trace: replace(trace, value=tuple(part * (1 + 1e-8) for part in trace.value)),
        lambda trace: replace(trace, value=trace.value[0]),
    ],
    ids=["changes its input", "lacks a parameter", "raises", "is off", "is in another form"],
)
def test_whatever_else_is_seen_in_one_answer_is_asked_about(
    change: Callable[[Trace], Trace],
) -> None:
    exam, fault = common_exam(ADAM, ()), named("correction_missing")
    answers = answered(exam, fault)
    for name in ("number 1", "200 epochs", "x of 6 numbers", "again"):
        assert name in answers.traces
        assert verdict_if_known(exam, changed(answers, {name: 1}, change)) is None, name


def test_right_code_has_no_known_fault() -> None:
    exam = common_exam(ADAM, ())
    traces = {i.name: i.trace(exam.right_rows(i)) for i in exam.asked_of_all}
    right = Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces)
    assert verdict_if_known(exam, right) is None


def test_what_is_not_answered_yet_is_not_known() -> None:
    exam = common_exam(ADAM, ())
    answers = answered(exam, named("correction_missing"))
    fewer = dict(list(answers.traces.items())[:-1])
    assert verdict_if_known(exam, replace(answers, traces=fewer)) is None


def test_where_rounding_decides_where_it_goes_each_program_is_seen() -> None:
    kind = KINDS["beyond_adam without_root"]
    wild = next(f for f in faults(kind) if f.slugs == ("state_not_accumulated",))
    assert judged_with(common_exam(kind, ()), wild) is None


def test_such_code_is_asked_nothing_that_only_others_need() -> None:
    exam = ADAM.draw(b"anybody")
    assert isinstance(exam, StudentsExam)
    common, fault = common_exam(ADAM, ()), named("correction_missing")
    assert exam.main != common.main
    own = answered(exam, fault)
    first = exam.further(own)
    assert first.calls
    everybody = {
        for_everybody(call).name: trace_of(common, fault, i)
        for call, i in zip(common.calls, common.asked_of_all, strict=True)
    }
    assert {call.name for call in first.calls} <= everybody.keys()
    answers = replace(own, traces={**everybody, **own.traces})
    assert exam.further(answers) == Further()
    assert exam.judge(answers) is verdict_if_known(common, answered(common, fault))
