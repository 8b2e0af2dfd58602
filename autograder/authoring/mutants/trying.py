"""One edited program in the sandbox: is it graded as right, and is it right?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.course import Assignment, Question
from autograder.judging.problem import Problem
from autograder.judging.question import Answers, Exam, ExamOfProblems, examine
from autograder.model import Cell, Limits, Outcome, Submission, Trace
from autograder.sandbox import Sandbox, Session

TOLERANCE = 1e-6
"""An answer further off than this, beside 1 or the entry itself, is wrong."""
AT_FIRST = 6
"""Problems that are asked of a program which has lost points; the others only if it may be right
for all that."""
STUDENTS = 12
"""People by whose exams edited programs are graded in turn."""
CALL_SECONDS, PATIENT_SECONDS = 1.0, 10.0
"""Wall time for one call of a program that may never end; and where a call that took longer is all
that speaks against the program, which may be the machine's fault."""


@dataclass(frozen=True)
class Tried:
    """What one program was graded, and where it differs from the reference."""

    full: bool
    """Whether it had full marks."""
    shown_by: tuple[int, ...]
    """Numbers of the problems that it answers wrong; of a program without full marks some only."""
    apart: float
    """The furthest that an answer is off, in the exam or beyond; inf: one is none."""
    complaint: str = ""
    """Why it lost points, in the grader's words."""
    wrong_in_exam: bool = False
    """Whether the reference answers something else in the exam itself."""

    @property
    def wrong(self) -> bool:
        return self.wrong_in_exam or bool(self.shown_by)

    @property
    def survives(self) -> bool:
        """Wrong, and nobody noticed."""
        return self.full and self.wrong

    @property
    def harmed(self) -> bool:
        """Right, and points were taken off."""
        return not self.full and not self.wrong


@dataclass(frozen=True, eq=False)
class Trial:
    """How the programs of one question are tried."""

    assignment: Assignment
    question: Question
    problems: Sequence[Problem]
    patience: float = PATIENT_SECONDS

    def of(self, source: str, number: int, box: Sandbox, *, patient: bool = False) -> Tried:
        """Grade a program as anybody's, then ask it the problems.

        ``patient``: give each call as long as a busy machine may need, from the first.

        Raises:
            SandboxError: the sandbox failed; nothing is known of the program.
        """
        quick = replace(self.assignment.limits, call_seconds=CALL_SECONDS)
        slow = replace(
            quick,
            call_seconds=self.patience,
            total_seconds=10 * quick.total_seconds,
            cpu_seconds=10 * quick.cpu_seconds,
        )
        tried, in_time = self._once(source, number, box, slow if patient else quick)
        if (tried.harmed or tried.survives) and not (in_time or patient):
            tried, _ = self._once(source, number, box, slow)  # it may be the machine that is slow
        return tried

    def _once(self, source: str, number: int, box: Sandbox, limits: Limits) -> tuple[Tried, bool]:
        """And whether every call ended in time."""
        question, cells = self.question, (Cell(0, source),)
        seed = self.assignment.seed(f"mutants {number % STUDENTS}", question.name)
        with box.open(cells, limits, names=question.kind.functions, seed=number) as session:
            exam = question.kind.draw(seed)
            submission = Submission("mutants", "edited.py", cells)
            verdict, answers = examine([exam], submission, session)[0]
            score = sum(check.score for check in verdict.checks)
            full = score >= question.points - 1e-9
            apart, in_time = self._apart(session, full)
        in_exam = 0.0 if full else _apart_in(exam, answers)
        complaints = (check.message for check in verdict.checks if not check.passed)
        tried = Tried(
            full,
            tuple(place for place, off in enumerate(apart) if off > TOLERANCE),
            max(*apart, in_exam),
            verdict.message or next(complaints, ""),
            wrong_in_exam=in_exam > TOLERANCE,
        )
        return tried, in_time and _in_time(answers.traces.values())

    def _apart(self, session: Session, full: bool) -> tuple[list[float], bool]:
        """How far each answer is off; and whether all came in time."""
        asked = self.problems if full else self.problems[:AT_FIRST]
        traces: Sequence[Trace] = ()
        while len(traces) < len(asked):
            traces = (*traces, *session.call([p.call for p in asked[len(traces) :]]))
            apart = [problem.apart(trace) for problem, trace in zip(asked, traces, strict=True)]
            if not full and max(apart) <= TOLERANCE:
                asked = self.problems
        return apart, _in_time(traces)


def _apart_in(exam: Exam, answers: Answers) -> float:
    """How far the answers in the exam itself are off at most: a program may be right on every
    problem, and wrong on a call that everybody is asked."""
    if not isinstance(exam, ExamOfProblems):
        return 0.0
    traces, own = answers.traces, exam.problems_in(answers)
    return max((problem.apart(traces[problem.call.name]) for problem in own), default=0.0)


def _in_time(traces: Iterable[Trace]) -> bool:
    return all(trace.outcome is not Outcome.TIMED_OUT for trace in traces)
