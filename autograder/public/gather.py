"""From an assignment to its public examples: few, rounded so that people can read them, not hidden.

The examples are some of the calls of the exam that ``Kind.draw(..., public=True)`` gives.  Their
inputs are rounded to four digits and what is expected is computed for the rounded ones, so the same
assignment gives the same file on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

import numpy as np

from autograder.course import Assignment, Question
from autograder.errors import AssignmentError
from autograder.judging.formula import CLOSE, FormulaCheck, FormulaExam
from autograder.judging.question import Exam
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.pool import least_separation
from autograder.judging.update_rule import RuleExam
from autograder.model import Call, FloatArray, Neuron, Number, Stream
from autograder.public.checks import (
    FORMAT,
    Example,
    Expected,
    PublicChecks,
    PublicQuestion,
    WrittenQuestion,
)
from autograder.settings import LimitsTable

DIGITS = 4
"""Significant digits of public inputs."""
EXPECTED_DIGITS = 10
"""Significant digits of expected answers: fewer than a double has, so that the last bits of other
machines do not show, and more than any tolerance sees."""
PER_CHECK = 2
"""Examples of one check of a formula."""
_STUDENTS = 100
"""Whose hidden calls are looked through: together they have met every set of a pool of a dozen."""
SEPARATION = 1_000
"""Every known fault is this many tolerances away on a public instance."""


def public_checks(assignment: Assignment) -> PublicChecks:
    """The public examples of an assignment.

    Raises:
        AssignmentError: an example would show a hidden call, or shows too little.
    """
    asked, written = [], []
    for question in assignment.questions:
        if question.by_person:
            written.append(WrittenQuestion(question.name, question.title))
        elif question.kind.public_calls:
            exam = question.kind.draw(b"", public=True)
            _refuse_hidden(assignment, question, exam)
            examples = tuple(_examples(question, exam))
            asked.append(PublicQuestion(question.name, question.title, examples))
    return PublicChecks(
        FORMAT,
        assignment.slug,
        assignment.title,
        LimitsTable(**asdict(assignment.limits)),
        tuple(asked),
        tuple(written),
        assignment.texts,
        assignment.given.lines,
    )


def _refuse_hidden(assignment: Assignment, question: Question, exam: Exam) -> None:
    """Public calls come from other seeds than hidden ones; a kind that mixes them up is caught.

    Calls that are the same for everybody, such as a recorded gradient, are never published.
    """
    seeds = (assignment.seed(f"student {number}", question.name) for number in range(_STUDENTS))
    seen = {_drawn(call) for seed in seeds for call in question.kind.draw(seed).calls}
    for call in _published(exam):
        if _drawn(call) in seen:
            raise AssignmentError(
                f"{question.name}: the public example {call.name!r} is one of the hidden calls; "
                "its kind must draw public examples from seeds of their own."
            )


def _drawn(call: Call) -> tuple[tuple[str, bytes], ...]:
    """What a call is known by: its data and start, or all of its arguments where it has none."""
    data = {name: value for name, value in call.arguments.items() if isinstance(value, np.ndarray)}
    chosen = data or call.arguments
    return tuple((k, np.asarray(v).tobytes()) for k, v in sorted(chosen.items()))


def _published(exam: Exam) -> Iterator[Call]:
    """The calls, as drawn, that examples are made of."""
    if isinstance(exam, RuleExam):
        yield from (instance.call("") for instance in _shapes(exam).values())
    elif isinstance(exam, FormulaExam):
        for drawn in exam.examples.values():
            yield from (example.call for example in drawn[:PER_CHECK])


def _examples(question: Question, exam: Exam) -> Iterator[Example]:
    if isinstance(exam, RuleExam):
        yield from _rule_examples(question, exam)
    elif isinstance(exam, FormulaExam):
        yield from _formula_examples(exam)
    else:
        raise AssignmentError(
            f"{question.name}: public examples can be made of update rules and formulas only, "
            f"not of a {type(question.kind).__name__}."
        )


# --------------------------------------------------------------------------------- update rules


def _shapes(exam: RuleExam) -> Mapping[str, Instance]:
    return {"a number": exam.main.number, "a vector": exam.main.vector}


def _rule_examples(question: Question, exam: RuleExam) -> Iterator[Example]:
    rule = exam.question
    rounded = {
        name: replace(_rounded(instance), name=name) for name, instance in _shapes(exam).items()
    }
    for name, instance in rounded.items():
        together = rule.told_apart_on(instance)
        if least_separation(rule.catalogue, *together)[0] < SEPARATION * rule.tolerance:
            raise AssignmentError(
                f"{question.name}: the public example {name!r} does not tell a known fault from "
                "the right rule; widen the ranges of its hyper-parameters."
            )
    start_only = replace(rounded["a number"], name="no epochs", max_epochs=0)
    asks = {
        name: f"{rule.function} where x is {name}: {i.points} points, {i.max_epochs} epochs"
        for name, i in rounded.items()
    }
    asks["no epochs"] = f"{rule.function} with max_epochs = 0: just the start"
    for instance in (*rounded.values(), start_only):
        rows = rule.catalogue.right().trajectories(instance)[0]
        vector = instance.init_w.ndim > 0
        w, b = np.split(_to_digits(rows, EXPECTED_DIGITS), [-1], axis=1)
        histories = Expected(
            w_history=(w if vector else w[:, 0]).tolist(), b_history=b[:, 0].tolist()
        )
        call = instance.call(rule.function)
        yield Example.of(call, asks[instance.name], histories, rule.tolerance)


def _rounded(instance: Instance) -> Instance:
    def gradient(kind: Neuron | Stream) -> Neuron | Stream:
        if isinstance(kind, Stream):
            return replace(kind, values=_to_digits(kind.values, DIGITS))
        return Neuron(*(_number(x) for x in (kind.scale, kind.low, kind.high, kind.gain)))

    return replace(
        instance,
        X=_to_digits(instance.X, DIGITS),
        Y=_to_digits(instance.Y, DIGITS),
        init_w=_to_digits(instance.init_w, DIGITS),
        init_b=_number(instance.init_b),
        grad_w=gradient(instance.grad_w),
        grad_b=gradient(instance.grad_b),
        hyper={name: _number(value) for name, value in instance.hyper.items()},
    )


# ------------------------------------------------------------------------------------- formulas


def _formula_examples(exam: FormulaExam) -> Iterator[Example]:
    for check in exam.question.checks:
        for number, drawn in enumerate(exam.examples[check.name][:PER_CHECK], start=1):
            arguments = {name: _argument(value) for name, value in drawn.arguments.items()}
            value = np.asarray(check.right(**arguments), dtype=np.float64)
            yield Example.of(
                Call(f"{check.name}, {number}", check.function, arguments),
                _asked(check, number),
                Expected(value=_to_digits(value, EXPECTED_DIGITS).tolist()),
                CLOSE,
                check.builds_on,
            )


def _asked(check: FormulaCheck, number: int) -> str:
    named = check.function in check.name.split()
    return f"{'' if named else check.function + ': '}{check.name}, example {number}"


def _argument(value: Number) -> Number:
    if isinstance(value, np.ndarray):
        return _to_digits(value, DIGITS)
    return value if isinstance(value, int) else _number(value)


def _number(value: float, digits: int = DIGITS) -> float:
    return float(f"{value:.{digits}g}") + 0.0  # -0.0 becomes 0.0


def _to_digits(values: FloatArray, digits: int) -> FloatArray:
    flat = [_number(value, digits) for value in np.asarray(values, dtype=np.float64).flat]
    return np.array(flat, dtype=np.float64).reshape(np.shape(values))
