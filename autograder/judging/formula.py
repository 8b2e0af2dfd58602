"""The kind of question that asks for formulas: functions of numbers or arrays, without memory.

Each check calls one function on examples drawn for the student and compares the answers.  A wrong
answer is compared with known wrong formulas.  A function that builds on another of the student's
(a gradient on f) may be right given what that other one returns: then it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from itertools import count
from typing import Self, TypeAlias

import numpy as np

from autograder.judging import by_hand, words
from autograder.judging.common import answers_to, for_everybody
from autograder.judging.problem import Problem
from autograder.judging.proof import Fault, Proof
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.stopped import (
    SPOILED,
    ended,
    is_placeholder,
    no_answer,
    to_be_awaited,
)
from autograder.judging.students import StudentsOwn
from autograder.judging.thresholds import Threshold, declined, thresholds
from autograder.kept.findings import Findings
from autograder.model import (
    Call,
    Check,
    Explanation,
    FloatArray,
    NotebookRun,
    Number,
    Opaque,
    Outcome,
    QuestionStatus,
    Submission,
    Trace,
    Trial,
)

CLOSE = 1e-6
"""How far an answer may be off, beside 1 or the value itself."""
POOL = 12
"""Sets of examples of each check that students' exams are put together from."""
Arguments: TypeAlias = Mapping[str, Number]
"""By keyword."""
Draw: TypeAlias = Callable[[np.random.Generator], Sequence[Arguments]]
"""Draws one set of examples."""


@dataclass(frozen=True)
class Wrong:
    """A known wrong formula."""

    slug: str
    """The misconception's name; empty: students are told no name, but it must be caught."""
    formula: Callable[..., Number]
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
    examples: Draw
    right: Callable[..., Number]
    """The formula; called with the example's arguments by keyword."""
    builds_on: str = ""
    """Another function of the student that this one may call; empty: none."""
    right_given: Callable[..., Number] | None = None
    """The formula given that function's own value, as first argument."""
    given_within: tuple[float, float] = (-math.inf, math.inf)
    """Where that function's values lie; of values farther from there than it is wide, the formula
    shows nothing."""
    beyond: Callable[[Threshold], Sequence[Arguments]] | None = None
    """Examples at a number that stands in the student's code, on both sides of it; None: none."""
    success: str = words.FORMULA_RIGHT
    failure: str = words.FORMULA_WRONG


@dataclass(frozen=True, eq=False)
class Example:
    """One call, and the value that it should have."""

    call: Call
    arguments: Arguments
    """Those of the call."""
    right: FloatArray

    @property
    def problem(self) -> Problem:
        said = ", ".join(f"{name}={_written(value)}" for name, value in self.arguments.items())
        read = partial(_answer_like, self.right)
        text = f"{self.call.function}({said})"
        return Problem(self.call, self.right, read, _sizes(self.arguments), text)


_ALIKE = Findings[bool]()
"""Whether an answer to an example is the right one."""


@lru_cache(maxsize=4096)
def examples(check: FormulaCheck, number: int, public: bool) -> tuple[Example, ...]:
    """One set of examples of the pool; the same objects every time, so that they are drawn, and
    made ready to be sent, once."""
    seed = np.random.SeedSequence([2 if public else 1, number, *check.name.encode()])
    drawn = check.examples(np.random.Generator(np.random.PCG64(seed)))
    return tuple(
        Example(
            _call(f"{check.name} {place}", check.function, arguments),
            arguments,
            np.asarray(check.right(**arguments), dtype=np.float64),
        )
        for place, arguments in enumerate(drawn)
    )


@lru_cache(maxsize=4096)
def examples_at(check: FormulaCheck, number: Threshold) -> tuple[Example, ...]:
    """A check's examples at one number in a student's code."""
    drawn = check.beyond(number) if check.beyond is not None else ()
    found = []
    for place, arguments in enumerate(drawn):
        with np.errstate(all="ignore"):
            right = np.asarray(check.right(**arguments), dtype=np.float64)
        if np.isfinite(right).all():
            name = f"{check.name} at {number.value:.17g}: {place}"
            found.append(Example(_call(name, check.function, arguments), arguments, right))
    return tuple(found)


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
    unlike: Mapping[str, Callable[[np.random.Generator], Arguments]] = field(default_factory=dict)
    """By function, arguments as unlike each other as it allows, which is asked of edited programs;
    absent: as in the checks' examples."""

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
                examples(check, number, False)

    def draw(self, seed: bytes, *, public: bool = False) -> FormulaExam:
        chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
        numbers = [0 if public else int(POOL * chance.random()) for _ in self.checks]
        drawn = {
            check.name: examples(check, number, public)
            for check, number in zip(self.checks, numbers, strict=True)
        }
        return FormulaExam(self, drawn) if public else StudentsFormulaExam(self, drawn)

    @cached_property
    def common(self) -> FormulaExam:
        """The exam by which code that is not right is judged."""
        return FormulaExam(self, {check.name: examples(check, 0, False) for check in self.checks})

    def problems(self, chance: np.random.Generator) -> Iterator[Problem]:
        """Problems beyond the exams', for each function in turn."""
        for number in count():
            function = self.functions[number % len(self.functions)]
            checks = [check for check in self.checks if check.function == function]
            check = checks[number // len(self.functions) % len(checks)]
            if function in self.unlike:
                drawn: Sequence[Arguments] = [self.unlike[function](chance)]
            else:
                drawn = check.examples(chance)
            for arguments in drawn:
                call = _call(f"problem {number}", function, arguments)
                right = np.asarray(check.right(**arguments), dtype=np.float64)
                yield Example(call, arguments, right).problem

    def prove(self, seed: bytes, right: Sequence[Answers]) -> Proof:
        """By every known wrong formula; there are no tolerances to measure."""
        exam, run = self.draw(seed), NotebookRun(Outcome.RETURNED)
        faults = []
        for wrong in self.wrong:
            verdict = exam.judge(Answers(Submission("", ""), run, exam.simulate(wrong)))
            slugs = (wrong.slug,) if wrong.slug else ()
            faults.append(Fault.judged(slugs, verdict.checks, verdict.misconceptions, wrong.detail))
        return Proof(tuple(check.name for check in self.checks), tuple(faults))


def _answer_like(right: FloatArray, trace: Trace) -> FloatArray | None:
    """An answer, one number in whatever form numbers come."""
    own = _answer(trace)
    return own.reshape(right.shape) if own is not None and own.size == right.size == 1 else own


def _written(value: object) -> str:
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)


def _sizes(arguments: Arguments) -> tuple[str, ...]:
    """What of an example meets the eye: shapes, and numbers."""
    return tuple(
        f"{name} of shape {value.shape}" if isinstance(value, np.ndarray) else f"{name} = {value:g}"
        for name, value in arguments.items()
    )


@dataclass(frozen=True, eq=False)
class FormulaExam:
    """The examples of one student."""

    question: Formula
    examples: Mapping[str, tuple[Example, ...]]
    beyond: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    """Those among them that the numbers in a student's code ask for."""

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(example.call for drawn in self.examples.values() for example in drawn)

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        asked = (example for drawn in self.examples.values() for example in drawn)
        return tuple(one.problem for one in asked if one.call.name in answers.traces)

    def further(self, answers: Answers) -> Further:
        """What a function builds on, and whether its arguments matter."""
        return Further(self.further_calls)

    @cached_property
    def further_calls(self) -> tuple[Call, ...]:
        calls: list[Call] = []
        for check in self.question.checks:
            for example in self.examples[check.name] if check.builds_on else ():
                below = _arguments_below(example)
                calls.append(_call(_below(example), check.builds_on, below))
        for check in self.question.checks:
            calls.append(_call(_by_hand(check), check.function, by_hand.case(*_case(check))))
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
        first = self.examples[self.question.checks[0].name][0].arguments
        return {
            name: {**first, name: _nudged(first[name], factor)}
            for name, factor in self.question.nudges.items()
        }

    # ------------------------------------------------------------------------------ judging

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """All points, where every formula gives its value."""
        if not all(self._right(check, answers.traces) for check in self.question.checks):
            return None
        return Verdict(tuple(self._passed(c, answers.traces) for c in self.question.checks))

    def judge(self, answers: Answers) -> Verdict:
        traces = answers.traces
        results = {c.name: self._right(c, traces) for c in self.question.checks}
        slugs, detail = self._named(results, traces)
        if any(map(is_placeholder, self._sources(answers.run))):
            slugs, detail = (), ""
        idle = {f: self._idle(f, results, traces) for f in self.question.functions}
        checks = tuple(
            self._check(check, results[check.name], answers, idle.get(check.function, ""))
            for check in self.question.checks
        )
        explain = self.question.explain
        return Verdict(
            checks=checks,
            misconceptions=slugs,
            explanations=tuple(explain(slug, detail) for slug in slugs) if explain else (),
            status=self._status(traces),
            message=self._message(checks, answers),
            trial=self._trial(results, traces),
        )

    def _trial(self, results: Mapping[str, bool], traces: Mapping[str, Trace]) -> Trial | None:
        """The first example by hand on which what is wrong shows."""
        for check in self.question.checks:
            trace = traces.get(_by_hand(check))
            own = None if results[check.name] or trace is None else _answer(trace)
            if own is None:
                continue
            arguments = by_hand.case(*_case(check))
            right = np.asarray(check.right(**arguments), dtype=np.float64)
            if not _close(own, right):
                return by_hand.trial(check.function, arguments, own, right)
        return None

    def _status(self, traces: Mapping[str, Trace]) -> QuestionStatus | None:
        """``timeout`` or ``error`` where no function gave any answer."""
        own = [traces[call.name] for call in self.calls]
        if any(trace.outcome is Outcome.RETURNED for trace in own):
            return None
        if any(trace.outcome is Outcome.TIMED_OUT for trace in own):
            return QuestionStatus.TIMEOUT
        return QuestionStatus.ERROR

    def _right(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> bool:
        excused = self._excused(check, traces)
        return excused is not None and (not excused or self._keeps_within(check, excused))

    def _excused(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> list[FloatArray] | None:
        """What the student's function below gave to examples whose answers are right only given
        that; None: not all are right even so."""
        shown, moves, excused = False, False, list[FloatArray]()
        for example in self.examples[check.name]:
            trace = traces[example.call.name]
            if _ALIKE.of(trace, example, partial(_is_right, trace, example)):
                # nothing, where nothing is right, shows no formula
                shown = shown or bool((np.abs(example.right) > LEAST).any())
                continue
            own = _answer(trace)
            if own is None:
                return None
            given = self._right_given_own(check, example, traces)
            below = _answer(traces[_below(example)]) if given is not None else None
            if given is None or below is None or self._builds_on_right(check, traces):
                return None
            if trace.changed or not _close(own, given, CLOSE * float(np.max(np.abs(given)))):
                return None
            excused.append(below)
            moves = moves or bool((np.abs(given) > LEAST).any())  # of nothing but 0 any is right
        return excused if shown or (moves and _tell_apart(excused)) else None

    def _keeps_within(self, check: FormulaCheck, excused: Iterable[FloatArray]) -> bool:
        low, high = check.given_within
        if math.isinf(low) or math.isinf(high):
            return True
        middle, far = (low + high) / 2, 1.5 * (high - low)
        return all(bool((np.abs(own - middle) <= far).all()) for own in excused)

    def _right_given_own(
        self, check: FormulaCheck, example: Example, traces: Mapping[str, Trace]
    ) -> FloatArray | None:
        """The right value given what the student's own function below returned; None: that is no
        value of the shape that it should have, with which nothing can be computed."""
        below = traces.get(_below(example))
        value = None if below is None else _answer(below)
        if value is None or check.right_given is None:
            return None
        shape = self._shape_below(check, example)
        if value.size != math.prod(shape) or (value.shape != shape and value.size != 1):
            return None
        with np.errstate(all="ignore"):
            given = check.right_given(value.reshape(shape), **example.arguments)
        return np.asarray(given, dtype=np.float64)

    def _shape_below(self, check: FormulaCheck, example: Example) -> tuple[int, ...]:
        """That of what a check's function builds on: a number's, where no check asks for it."""
        for other in self.question.checks:
            if other.function == check.builds_on:
                return np.shape(other.right(**_arguments_below(example)))
        return ()

    def _builds_on_right(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> bool:
        """Whether what a check builds on is right, and so no excuse for another value."""
        below = [
            example
            for other in self.question.checks
            for example in self.examples[other.name]
            if other.function == check.builds_on
        ]
        return bool(below) and all(_is_right(traces[one.call.name], one) for one in below)

    def _idle(self, function: str, results: Mapping[str, bool], traces: Mapping[str, Trace]) -> str:
        """What a function that is not always right gives back to all examples: one value, or one
        of its arguments; empty: neither.  Where nothing is to be done that is right by chance."""
        checks = [check for check in self.question.checks if check.function == function]
        if all(results[check.name] for check in checks):
            return ""
        examples = [example for check in checks for example in self.examples[check.name]]
        pairs = [(_answer(traces[one.call.name]), one.arguments) for one in examples]
        first, arguments = pairs[0]
        if first is None:
            return ""
        if all(own is not None and np.array_equal(own, first) for own, _ in pairs):
            return words.ONE_VALUE
        for name in arguments:
            if all(own is not None and np.array_equal(own, a[name]) for own, a in pairs):
                return name
        return ""

    def _check(self, check: FormulaCheck, right: bool, answers: Answers, idle: str = "") -> Check:
        worth = self.question.points[check.name]
        if right and idle:
            text = words.FORMULA_OF_NOTHING.format(function=check.function, what=idle)
            return Check(check.name, False, 0.0, worth, text)
        if right:
            return self._passed(check, answers.traces)
        why, _ = self._no_answer(check.function, answers)
        if why:
            text = words.NOT_TRIED.format(why=why)
            return Check(check.name, False, 0.0, worth, text, tried=False)
        if self._excused(check, answers.traces) is not None:
            low, high = check.given_within
            text = words.FORMULA_OUTSIDE.format(function=check.builds_on, low=low, high=high)
            return Check(check.name, False, 0.0, worth, text)
        own = [answers.traces[example.call.name] for example in self.examples[check.name]]
        failed = [t for t in own if t.outcome is not Outcome.RETURNED or t.changed]
        trace = failed[-1] if failed else own[0]
        why = _why(check, trace, answers)
        return Check(check.name, False, 0.0, worth, self._only_beyond(check, answers) or why)

    def _only_beyond(self, check: FormulaCheck, answers: Answers) -> str:
        """Of what gives another value than it should only at a number in the code, a sentence."""
        beyond, traces = self.beyond.get(check.name, ()), answers.traces
        asked = self.examples[check.name]
        wrong = [one for one in asked if not _is_right(traces[one.call.name], one)]
        if not wrong or any(one not in beyond for one in wrong):
            return ""
        trace = traces[wrong[0].call.name]
        if trace.outcome is not Outcome.RETURNED or trace.changed:
            return ""
        said = ", ".join(_sizes(wrong[0].arguments))
        return words.FORMULA_BEYOND.format(function=check.function, said=said)

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

    def _passed(self, check: FormulaCheck, traces: Mapping[str, Trace]) -> Check:
        worth, text = self.question.points[check.name], check.success
        if self._excused(check, traces):
            text = words.FORMULA_GIVEN.format(function=check.builds_on)
        return Check(check.name, True, worth, worth, text)

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
                own = _answer(traces[example.call.name])
                if own is None:
                    continue
                given = self._right_given_own(check, example, traces)
                values = [example.right, *([] if given is None else [given])]
                with np.errstate(all="ignore"):
                    guesses = [wrong.formula(value, **example.arguments) for value in values]
                if not any(_accounts_for(own, guess) for guess in guesses):
                    return False
                explained += int(np.isfinite(own).all())
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


@dataclass(frozen=True, eq=False)
class StudentsFormulaExam(StudentsOwn, FormulaExam):
    """The exam of one student, on examples of the student's own as long as the code is right; then
    on the common ones (:mod:`autograder.judging.common`)."""

    @property
    def calls_at_numbers(self) -> tuple[Call, ...]:
        return tuple(example.call for drawn in self.beyond.values() for example in drawn)

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        return FormulaExam.problems_in(self.at_numbers(answers), answers)

    def at_numbers(self, answers: Answers) -> Self:
        beyond = self._examples_beyond(answers)
        if not beyond or self._if_right(answers) is None:
            return self
        return replace(self, examples=_both(self.examples, beyond), beyond=beyond)

    def _has_numbers(self, answers: Answers) -> bool:
        return bool(self._examples_beyond(answers))

    def _if_right(self, answers: Answers) -> Verdict | None:
        return FormulaExam.verdict_if_right(self, answers)

    def _examples_beyond(self, answers: Answers) -> Mapping[str, tuple[Example, ...]]:
        cells = [cell.source for cell in answers.submission.cells]
        found = {}
        for check in self.question.checks if cells else ():
            if check.beyond is not None:
                numbers = thresholds(check.function, cells)
                found[check.name] = tuple(
                    one
                    for number in numbers
                    for one in examples_at(check, number)
                    if not declined(answers.traces.get(one.call.name))
                )
        return {name: examples for name, examples in found.items() if examples}

    def _further(self, answers: Answers) -> Further:
        """First the common examples; then what is wrong there."""
        if self._stays(answers.traces):
            return FormulaExam.further(self, answers)
        calls = tuple(map(for_everybody, self._common.calls))
        if any(call.name not in answers.traces for call in calls):
            return Further(calls)
        if self._common.verdict_if_right(self._in_common(answers)) is not None:
            return FormulaExam.further(self, answers)
        return Further(tuple(map(for_everybody, self._common.further_calls)))

    def _judge(self, answers: Answers) -> Verdict:
        """By the common examples, where code is wrong there, too."""
        if not self._stays(answers.traces):
            found = self._in_common(answers)
            asked = (*self._common.calls, *self._common.further_calls)
            if all(call.name in found.traces for call in asked):
                return self._common.judge(found)
        return FormulaExam.judge(self, answers)

    @property
    def _common(self) -> FormulaExam:
        common = self.question.common
        if not self.beyond:
            return common
        return FormulaExam(self.question, _both(common.examples, self.beyond), self.beyond)

    def _stays(self, traces: Mapping[str, Trace]) -> bool:
        """Whether the own examples are the common ones, or code has cost its process."""
        if self.examples == self._common.examples:
            return True
        return any(traces[call.name].outcome in SPOILED for call in self.calls)

    def _in_common(self, answers: Answers) -> Answers:
        calls = (*self._common.calls, *self._common.further_calls)
        return replace(answers, traces=answers_to((c.name for c in calls), answers.traces))


def _both(
    each: Mapping[str, tuple[Example, ...]], others: Mapping[str, tuple[Example, ...]]
) -> dict[str, tuple[Example, ...]]:
    return {name: (*drawn, *others.get(name, ())) for name, drawn in each.items()}


def _nudged(value: Number, factor: float) -> Number:
    """A multiple, of the same type."""
    return value * factor if isinstance(value, np.ndarray) else type(value)(value * factor)


def _below(example: Example) -> str:
    """Name of the call of what a function builds on."""
    return f"{example.call.name} below"


def _arguments_below(example: Example) -> Arguments:
    return {name: value for name, value in example.arguments.items() if name != "y"}


def _call(name: str, function: str, arguments: Arguments) -> Call:
    return Call(name, function, dict(arguments))


def _answer(trace: Trace) -> FloatArray | None:
    value = trace.value
    if trace.outcome is not Outcome.RETURNED:
        return None
    if isinstance(value, tuple):
        # two of anything may be two histories and are kept apart; here they are two entries
        entries = [entry for entry in value if isinstance(entry, np.ndarray)]
        alike = len(entries) == len(value) and len({entry.shape for entry in entries}) == 1
        return np.stack(entries) if alike else None
    return value if isinstance(value, np.ndarray) else None


def _is_right(trace: Trace, example: Example) -> bool:
    own = _answer(trace)
    return own is not None and not trace.changed and _close(own, example.right)


LEAST = 1e-3
"""Values of a function that is built on, closer than this to one another, are one value."""


def _by_hand(check: FormulaCheck) -> str:
    return f"{check.name} by hand"


def _case(check: FormulaCheck) -> tuple[str, Callable[..., Sequence[Arguments]]]:
    return check.name, check.examples


def _tell_apart(values: Sequence[FloatArray]) -> bool:
    """Whether these values show of a formula that is right given them that it is one: with nothing,
    or with one value whatever is asked, much would come out alike."""
    if not values or not all(np.isfinite(value).all() and value.size for value in values):
        return False
    each = [float(value.ravel()[0]) for value in values]
    return max(each) - min(each) > LEAST


def _accounts_for(own: FloatArray, guess: Number) -> bool:
    """Whether a wrong formula gives an answer: where both divide by 0 nothing speaks against it."""
    value = np.asarray(guess, dtype=np.float64)
    if own.shape != value.shape:
        return own.size == value.size == 1 and _accounts_for(own.ravel(), value.ravel())
    known = np.isfinite(own)
    if not np.array_equal(own[~known], value[~known], equal_nan=True):
        return False
    return bool(_close(own[known], value[known]))


def _close(own: FloatArray, value: Number, tolerance: float | None = None) -> bool:
    """Within a tolerance (None: ``CLOSE``, beside 1 or the entry); what is no finite number is
    close to nothing."""
    expected = np.asarray(value, dtype=np.float64)
    if own.shape != expected.shape and own.size == expected.size == 1:
        own = own.reshape(expected.shape)
    if own.shape != expected.shape:
        return False
    if not (np.isfinite(own).all() and np.isfinite(expected).all()):
        return False
    within = CLOSE * np.maximum(1, np.abs(expected)) if tolerance is None else tolerance
    return bool((np.abs(own - expected) <= within).all())


def _why(check: FormulaCheck, trace: Trace, answers: Answers) -> str:
    if trace.changed:
        return words.FORMULA_CHANGES.format(function=check.function, names=", ".join(trace.changed))
    if isinstance(trace.value, Opaque) and not to_be_awaited(trace):
        return words.FORMULA_OPAQUE.format(function=check.function, type=trace.value.type_name)
    return ended(check.function, trace, answers.run, answers.submission) or check.failure
