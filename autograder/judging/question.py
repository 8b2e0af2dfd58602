"""What a kind of question is: it draws calls for one student and judges what came back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol, runtime_checkable

import numpy as np

from autograder import budget
from autograder.errors import SandboxError, words_for
from autograder.judging import words
from autograder.judging.problem import Problem
from autograder.judging.proof import Proof
from autograder.kept.arrays import Shelf
from autograder.model import (
    Call,
    Check,
    Explanation,
    NotebookRun,
    Picture,
    QuestionStatus,
    Submission,
    Table,
    Trace,
    Trial,
)


@dataclass(frozen=True)
class WrongPart:
    """A part of a function that the evidence shows to be wrong."""

    function: str
    part: str = ""
    """As its check is called, such as ``step``."""
    parameters: str = ""
    """Of which parameters: ``w``, ``b`` or ``wb``."""
    argument: str = ""
    """In place of a part: an argument that has no effect."""


@dataclass(frozen=True)
class Verdict:
    """What a question is worth and why; :mod:`autograder.grading` makes a grade of it."""

    checks: tuple[Check, ...]
    misconceptions: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    evidence: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    status: QuestionStatus | None = None
    """``timeout``, ``error`` or ``pending``; None: full, partial or none, by the points."""
    message: str | None = None
    answer: str = ""
    wrong: tuple[WrongPart, ...] = ()
    """What the evidence shows to be wrong, for the lines where it is written."""
    trial: Trial | None = None
    """A case that everybody may see, on which what is wrong shows."""
    unjudged: str = ""
    """Why it could not be judged, through our fault: what failed, for the instructor.  Empty: it
    was judged."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What the sandbox brought back for one question."""

    submission: Submission
    run: NotebookRun
    traces: Mapping[str, Trace]
    """By name of the call."""


@dataclass(frozen=True)
class Further:
    """Calls that are made after the first answers are known."""

    calls: tuple[Call, ...] = ()
    fresh: bool = False
    """Whether they want the functions as the cells left them, whatever earlier calls did."""


class Functions(Protocol):
    """A student's functions, ready to be called (:class:`autograder.sandbox.Session`)."""

    @property
    def notebook(self) -> NotebookRun: ...

    def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]: ...


class Exam(Protocol):
    """The calls drawn for one student, and what is expected of them."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """What everybody is asked: all that it takes to see that code is right."""

    def further(self, answers: Answers) -> Further:
        """What is asked besides, to find out what is wrong; again and again, until all of it has
        been asked."""

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """The verdict from :attr:`calls` alone, where they leave nothing to find out; else None."""

    def judge(self, answers: Answers) -> Verdict:
        """The verdict from the answers to all calls."""


def examine(
    exams: Sequence[Exam], submission: Submission, functions: Functions
) -> list[tuple[Verdict, Answers]]:
    """Ask a student's functions what it takes to judge them.

    A gradient function is an answer to a question that asks for one.  So what comes before the
    first exam that hands one in is asked, and judged, to its end before that begins.

    What fails while one question is judged is that question's: its verdict says so, and the others
    are judged all the same.  Raises SandboxError if the sandbox is lost.
    """
    hands_in = [any(call.hands_in_gradient for call in exam.calls) for exam in exams]
    first = hands_in.index(True) if True in hands_in else 0
    goes = [go for go in (exams[:first], exams[first:]) if go]
    allowance = _Allowance()
    return [judged for go in goes for judged in _in_one_go(go, submission, functions, allowance)]


class _Allowance:
    """The processor time that a submission's answers may take, all together."""

    def __init__(self) -> None:
        self._end = time.process_time() + budget.ANSWERS

    def step(self) -> AbstractContextManager[None]:
        """One question's share, as long as there is some."""
        return budget.seconds(min(budget.JUDGING, max(0.01, self._end - time.process_time())))


def _in_one_go(
    exams: Sequence[Exam], submission: Submission, functions: Functions, allowance: _Allowance
) -> list[tuple[Verdict, Answers]]:
    """First everything that everybody is asked, together; then each exam's further calls, where
    there is something to find out."""
    calls = [call for exam in exams for call in exam.calls]
    traces: Iterator[Trace] | None
    try:
        with allowance.step():
            traces = iter(functions.call(calls))
    except (budget.Exceeded, MemoryError):
        traces = None  # each is asked for itself then, so that one function costs no other's points
    judged = []
    for exam in exams:
        own = {trace.call: trace for trace in islice(traces or (), len(exam.calls))}
        answers = Answers(submission, functions.notebook, own)
        judged.append(_contained(exam, answers, functions, allowance))
    return judged


def _contained(
    exam: Exam, answers: Answers, functions: Functions, allowance: _Allowance
) -> tuple[Verdict, Answers]:
    """Judge one exam, whatever comes of it."""
    try:
        with allowance.step():
            return _judged(exam, answers, functions)
    except SandboxError:
        raise
    except (budget.Exceeded, MemoryError):
        return _too_much(), answers
    except Exception as error:
        return not_judged(error), answers


def _judged(exam: Exam, answers: Answers, functions: Functions) -> tuple[Verdict, Answers]:
    if exam.calls and not answers.traces:
        asked = functions.call(exam.calls, fresh=True)
        answers = replace(answers, traces={trace.call: trace for trace in asked})
    verdict = exam.verdict_if_right(answers)
    if verdict is not None:
        return verdict, answers
    while True:
        further = exam.further(answers)
        if all(call.name in answers.traces for call in further.calls):
            return exam.judge(answers), answers
        asked = functions.call(further.calls, fresh=further.fresh)
        traces = {**answers.traces, **{trace.call: trace for trace in asked}}
        answers = replace(answers, traces=traces)


def not_judged(error: Exception) -> Verdict:
    """Of a question whose judging failed: no verdict on the student."""
    return Verdict(
        (), status=QuestionStatus.ERROR, message=words.NOT_JUDGED, unjudged=words_for(error)
    )


def _too_much() -> Verdict:
    """Of a question whose answers take more than a hundred times what honest ones take: those are
    the student's own, and would take as long at every further try."""
    return Verdict((), status=QuestionStatus.TIMEOUT, message=words.TOO_MUCH)


class Kind(Protocol):
    """A kind of question; assignments make instances of it in their ``questions.py``."""

    @property
    def functions(self) -> tuple[str, ...]:
        """The student's functions concerned; their source is shown in the feedback."""

    @property
    def public_calls(self) -> bool:
        """False where ``autograder check`` has nothing to ask."""

    @property
    def check_names(self) -> tuple[str, ...]:
        """The checks to which an assignment may give points."""

    @property
    def required_checks(self) -> tuple[str, ...]:
        """Those of them to which it must."""

    @property
    def faults(self) -> frozenset[str]:
        """Slugs of the faults of which ``[conventions]`` may say what they cost."""

    def draw(self, seed: bytes, *, public: bool = False) -> Exam:
        """The exam of one student; ``public``: examples that everybody may see."""

    def prove(self, seed: bytes, right: Sequence[Answers]) -> Proof:
        """Show that every known wrong answer is caught, and how far right ones are from them.

        ``seed``: what the exam is drawn from; ``right``: what right programs answered in it.
        """


@runtime_checkable
class Keeps(Protocol):
    """A kind that computes something once for all students; a kind need not."""

    def on_shelf(self, shelf: Shelf) -> Kind:
        """The same, keeping there what it computes."""

    def prepare(self) -> None:
        """Compute now what can be kept, so that no student's grading has to."""


@runtime_checkable
class Rehearses(Protocol):
    """A kind that has something to do once in each process; a kind need not."""

    def rehearse(self) -> None:
        """Do now, in this process's memory, what right answers of many students need once."""


@runtime_checkable
class Poses(Protocol):
    """What a kind may offer besides: problems as unlike each other as its functions allow.

    By these ``verify --mutants`` tells whether an edited program is still right; a kind that poses
    none is left out there.  The right answer to a problem must not depend on rounding.
    """

    def problems(self, chance: np.random.Generator) -> Iterator[Problem]:
        """One problem after another, without end."""


@runtime_checkable
class ExamOfProblems(Protocol):
    """An exam of such a kind: its calls are problems, too, and who answers one wrong is wrong."""

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        """What has to be right of all that was asked, with the reference's answers."""
