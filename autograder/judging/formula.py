"""The kind of question that asks for formulas: functions of numbers or arrays, without memory.

Each check calls one function on examples drawn for the student and compares the answers.  A wrong
answer is compared with known wrong formulas.  A function that builds on another of the student's
(a gradient on f) may be right given what that other one returns: then it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np

from autograder.judging import words
from autograder.judging.proof import Fault, Proof
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.stopped import SPOILED, is_placeholder, no_answer, raised
from autograder.kept.findings import Findings
from autograder.model import (
    Call,
    Check,
    Explanation,
    FloatArray,
    NotebookRun,
    Opaque,
    Outcome,
    QuestionStatus,
    Submission,
    Trace,
)

CLOSE = 1e-9
POOL = 12
"""Sets of examples of each check that students' exams are put together from."""
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Wrong:
    """A known wrong formula."""

    slug: str
    """The misconception's name; empty: students are told no name, but it must be caught."""
    formula: Callable[..., Any]
    """Called with the right value, and with the example's arguments by keyword."""
    detail: str = ""
    """What is wrong in it, for the instructor, where there is no name."""


@dataclass(frozen=True, eq=False)
class FormulaCheck:
    """One check: a function and examples of one shape.

    A formula must not change what it is given: many students give the very same answer.
    """

    name: str
    function: str
    examples: Callable[[np.random.Generator], Sequence[Arguments]]
    right: Callable[..., Any]
    """The formula; called with the example's arguments by keyword."""
    builds_on: str = ""
    """Another function of the student that this one may call; empty: none."""
    right_given: Callable[..., Any] | None = None
    """The formula given that function's own value, as first argument."""
    success: str = words.FORMULA_RIGHT
    failure: str = words.FORMULA_WRONG


@dataclass(frozen=True, eq=False)
class Example:
    """One call, and the value that it should have."""

    call: Call
    right: FloatArray


def examples(check: FormulaCheck, number: int, *, public: bool = False) -> tuple[Example, ...]:
    """One set of examples of the pool; the same objects every time, so that they are drawn, and
    made ready to be sent, once."""
    return _examples(check, number, public)  # a cache tells f(1) from f(1, public=x)


_ALIKE = Findings[bool]()
"""Whether an answer to an example is the right one."""


@lru_cache(maxsize=4096)
def _examples(check: FormulaCheck, number: int, public: bool) -> tuple[Example, ...]:
    seed = np.random.SeedSequence([2 if public else 1, number, *check.name.encode()])
    drawn = check.examples(np.random.Generator(np.random.PCG64(seed)))
    return tuple(
        Example(
            _call(f"{check.name} {place}", check.function, arguments),
            np.asarray(check.right(**arguments), dtype=np.float64),
        )
        for place, arguments in enumerate(drawn)
    )


@dataclass(frozen=True, eq=False)
class Formula:
    """A question made of formula checks."""

    functions: tuple[str, ...]
    checks: tuple[FormulaCheck, ...]
    points: Mapping[str, float]
    wrong: tuple[Wrong, ...] = ()
    """Tried on every check; named only if one explains every wrong answer."""
    explain: Callable[[str, str], Explanation] | None = None
    nudges: Mapping[str, float] = field(default_factory=dict)
    """Factors by which arguments of the first check's first example are changed, one at a time,
    to see whether they matter."""

    public_calls = True
    faults = frozenset[str]()

    @property
    def check_names(self) -> tuple[str, ...]:
        return tuple(check.name for check in self.checks)

    @property
    def required_checks(self) -> tuple[str, ...]:
        return self.check_names

    def rehearse(self) -> None:
        """Draw the whole pool."""
        for check in self.checks:
            for number in range(POOL):
                examples(check, number)

    def draw(self, seed: bytes, *, public: bool = False) -> FormulaExam:
        chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
        numbers = [0 if public else int(POOL * chance.random()) for _ in self.checks]
        return FormulaExam(
            self,
            {
                check.name: examples(check, number, public=public)
                for check, number in zip(self.checks, numbers, strict=True)
            },
        )

    def prove(self, seed: bytes, right: Sequence[Answers]) -> Proof:
        """By every known wrong formula; there are no tolerances to measure."""
        exam, run = self.draw(seed), NotebookRun(Outcome.RETURNED)
        faults = []
        for wrong in self.wrong:
            verdict = exam.judge(Answers(Submission("", ""), run, exam.simulate(wrong)))
            slugs = (wrong.slug,) if wrong.slug else ()
            faults.append(Fault.judged(slugs, verdict.checks, verdict.misconceptions, wrong.detail))
        return Proof(tuple(check.name for check in self.checks), tuple(faults))


@dataclass(frozen=True, eq=False)
class FormulaExam:
    """The examples of one student."""

    question: Formula
    examples: Mapping[str, tuple[Example, ...]]

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(example.call for drawn in self.examples.values() for example in drawn)

    def further(self, answers: Answers) -> Further:
        """What a function builds on, and whether its arguments matter."""
        return Further(self.further_calls)

    @cached_property
    def further_calls(self) -> tuple[Call, ...]:
        calls: list[Call] = []
        for check in self.question.checks:
            for example in self.examples[check.name] if check.builds_on else ():
                fewer = {k: v for k, v in example.call.arguments.items() if k != "y"}
                calls.append(_call(_below(example), check.builds_on, fewer))
        if self.question.nudges:
            first = self.question.checks[0]
            for name, arguments in self._nudged().items():
                calls.append(_call(f"another {name}", first.function, arguments))
        return tuple(calls)

    def simulate(self, wrong: Wrong) -> dict[str, Trace]:
        """The traces of code that computes a known wrong formula wherever it can."""
        traces = {}
        for call in (*self.calls, *self.further_calls):
            check = next((c for c in self.question.checks if call.function == c.function), None)
            below = call.name.endswith(" below")
            assert check is not None
            with np.errstate(all="ignore"):
                value = check.right(**call.arguments)
                # what other functions build on is right; the fault sits in what builds on it
                faulty = not below and (check.builds_on or not self._has_builders)
                value = wrong.formula(value, **call.arguments) if faulty else value
            answer = np.asarray(value, dtype=np.float64)
            traces[call.name] = Trace(call.name, Outcome.RETURNED, answer)
        return traces

    @property
    def _has_builders(self) -> bool:
        return any(check.builds_on for check in self.question.checks)

    def _nudged(self) -> Mapping[str, Arguments]:
        first: Arguments = self.examples[self.question.checks[0].name][0].call.arguments
        return {
            name: {**first, name: type(first[name])(first[name] * factor)}
            for name, factor in self.question.nudges.items()
        }

    # ------------------------------------------------------------------------------ judging

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """All points, where every formula gives its value."""
        if not all(self._right(check, answers.traces) for check in self.question.checks):
            return None
        return Verdict(tuple(self._passed(check) for check in self.question.checks))

    def judge(self, answers: Answers) -> Verdict:
        traces = answers.traces
        results = {c.name: self._right(c, traces) for c in self.question.checks}
        slugs, detail = self._named(results, traces)
        if any(map(is_placeholder, self._sources(answers.run))):
            slugs, detail = (), ""
        checks = tuple(
            self._check(check, results[check.name], answers) for check in self.question.checks
        )
        explain = self.question.explain
        return Verdict(
            checks=checks,
            misconceptions=slugs,
            explanations=tuple(explain(slug, detail) for slug in slugs) if explain else (),
            status=self._status(traces),
            message=self._message(checks, answers),
        )

    def _status(self, traces: Mapping[str, Trace]) -> QuestionStatus | None:
        """``timeout`` or ``error`` where no function gave any answer."""
        own = [traces[call.name] for call in self.calls]
        if any(trace.outcome is Outcome.RETURNED for trace in own):
            return None
        if any(trace.outcome is Outcome.TIMED_OUT for trace in own):
            return QuestionStatus.TIMEOUT
        return QuestionStatus.ERROR

    def _right(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> bool:
        shown = False
        for example in self.examples[check.name]:
            trace = traces[example.call.name]
            if _ALIKE.of(trace, example, partial(_is_right, trace, example)):
                shown = True
                continue
            own = _answer(trace)
            if own is None:
                return False
            below = traces.get(_below(example))
            value = None if below is None else _answer(below)
            if value is None or check.right_given is None or self._builds_on_right(check, traces):
                return False
            given = check.right_given(value, **example.call.arguments)
            if not _close(own, given):
                return False
            # Nothing, given a value that makes it nothing, shows no formula.
            shown = shown or bool(np.any(given))
        return shown

    def _builds_on_right(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> bool:
        """Whether what a check builds on is right, and so no excuse for another value."""
        own = [
            _is_right(traces[example.call.name], example)
            for other in self.question.checks
            for example in self.examples[other.name]
            if other.function == check.builds_on
        ]
        return bool(own) and all(own)

    def _check(self, check: FormulaCheck, right: bool, answers: Answers) -> Check:
        if right:
            return self._passed(check)
        worth = self.question.points[check.name]
        why, _ = self._no_answer(check.function, answers)
        if why:
            text = words.NOT_TRIED.format(why=why)
            return Check(check.name, False, 0.0, worth, text, tried=False)
        own = [answers.traces[example.call.name] for example in self.examples[check.name]]
        failed = [trace for trace in own if trace.outcome is not Outcome.RETURNED]
        trace = failed[-1] if failed else own[0]
        return Check(check.name, False, 0.0, worth, _why(check, trace))

    def _sources(self, run: NotebookRun) -> list[str]:
        return [run.sources.get(function, "") for function in self.question.functions]

    def _no_answer(self, function: str, answers: Answers) -> tuple[str, str]:
        """Why a function answered none of its examples, for a check and for the question."""
        own = [
            answers.traces[example.call.name]
            for check in self.question.checks
            if check.function == function
            for example in self.examples[check.name]
        ]
        why, message = no_answer(function, own, answers.run, answers.submission)
        if why and is_placeholder(answers.run.sources.get(function, "")):
            return why, message
        if not why and all(t.outcome is Outcome.RETURNED and t.value is None for t in own):
            nothing = words.NOTHING_RETURNED.format(function=function)
            return words.WHY["nothing"].format(function=function), nothing
        # one call that ends the process says nothing of the others
        return (why, message) if all(t.outcome is not Outcome.RETURNED for t in own) else ("", "")

    def _message(self, checks: Sequence[Check], answers: Answers) -> str | None:
        """What is wrong, a cause for each function that gave no answer."""
        functions = dict.fromkeys(check.function for check in self.question.checks)
        causes = [m for f in functions if (m := self._no_answer(f, answers)[1])]
        if causes:
            return " ".join(causes)
        return next((check.message for check in checks if not check.passed), None)

    def _passed(self, check: FormulaCheck) -> Check:
        worth = self.question.points[check.name]
        return Check(check.name, True, worth, worth, check.success)

    # ------------------------------------------------------------------------------ naming

    def _named(
        self, results: Mapping[str, bool], traces: Mapping[str, Trace]
    ) -> tuple[tuple[str, ...], str]:
        """The name of what is wrong, if the evidence singles one out, and a detail."""
        failed = [check for check in self.question.checks if not results[check.name]]
        if not failed:
            return (), ""
        if self.question.nudges and all(self._nothing(check, traces) for check in failed):
            return ("nothing_returned",), ""
        for wrong in self.question.wrong:
            if wrong.slug and self._explained(wrong, failed, traces):
                return (wrong.slug,), ""
        ignored = self._ignored(traces)
        return (("hyperparameter_ignored",), ", ".join(ignored)) if ignored else ((), "")

    def _nothing(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> bool:
        trace = traces[f"{check.name} 0"]
        return trace.outcome is Outcome.RETURNED and trace.value is None

    def _explained(
        self, wrong: Wrong, failed: Sequence[FormulaCheck], traces: Mapping[str, Trace]
    ) -> bool:
        """Whether a wrong formula gives the student's answers on every example that it can."""
        explained = 0
        for check in failed:
            for example in self.examples[check.name]:
                arguments: Arguments = example.call.arguments
                own = _answer(traces[example.call.name])
                if own is None:
                    continue
                values = [example.right]
                below = traces.get(_below(example))
                if below is not None and check.right_given is not None:
                    value = _answer(below)
                    values += [] if value is None else [check.right_given(value, **arguments)]
                with np.errstate(all="ignore"):
                    guesses = [wrong.formula(value, **arguments) for value in values]
                if not any(_close(own, guess) for guess in guesses):
                    return False
                explained += 1
        return explained > 0

    def _ignored(self, traces: Mapping[str, Trace]) -> tuple[str, ...]:
        if not self.question.nudges:
            return ()
        base = _answer(traces[f"{self.question.checks[0].name} 0"])
        if base is None:
            return ()
        found = []
        for name in self.question.nudges:
            own = _answer(traces[f"another {name}"])
            if own is not None and own.shape == base.shape and np.array_equal(own, base):
                found.append(name)
        return tuple(found)


def _below(example: Example) -> str:
    """Name of the call of what a function builds on."""
    return f"{example.call.name} below"


def _call(name: str, function: str, arguments: Arguments) -> Call:
    return Call(name, function, dict(arguments))


def _answer(trace: Trace) -> FloatArray | None:
    value = trace.value
    if trace.outcome is not Outcome.RETURNED:
        return None
    if isinstance(value, tuple) and value and all(isinstance(v, np.ndarray) for v in value):
        # two of anything may be two histories and are kept apart; here they are two entries
        return np.stack(value) if len({v.shape for v in value}) == 1 else None
    return value if isinstance(value, np.ndarray) else None


def _is_right(trace: Trace, example: Example) -> bool:
    own = _answer(trace)
    return own is not None and _close(own, example.right)


def _close(own: FloatArray, value: Any) -> bool:
    expected = np.asarray(value, dtype=np.float64)
    if own.shape != expected.shape and own.size == expected.size == 1:
        own = own.reshape(expected.shape)
    if own.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        close = np.abs(own - expected) <= CLOSE * (1 + np.abs(expected))
    return bool((close | (own == expected)).all())


def _why(check: FormulaCheck, trace: Trace) -> str:
    if trace.outcome is Outcome.RAISED and trace.fault is not None:
        return raised(check.function, trace.fault)
    if trace.outcome in SPOILED:
        return words.STOPPED[trace.outcome.value].format(function=check.function)
    if trace.value is None:
        return words.NOTHING_RETURNED.format(function=check.function)
    if isinstance(trace.value, Opaque):
        return words.FORMULA_OPAQUE.format(function=check.function, type=trace.value.type_name)
    return check.failure
