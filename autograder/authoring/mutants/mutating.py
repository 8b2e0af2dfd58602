"""Edits the right programs of an assignment, tries them all, and sums up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from autograder.authoring.mutants.choosing import chosen, programs_for
from autograder.authoring.mutants.crew import Job, try_all
from autograder.authoring.mutants.edits import Mutant
from autograder.authoring.mutants.habits import arguments_of
from autograder.authoring.mutants.programs import RightProgram, right_programs
from autograder.authoring.mutants.trying import Trial, Tried
from autograder.course import Assignment, Question
from autograder.judging.problem import Problem
from autograder.judging.question import Poses
from autograder.sandbox import Sandbox

PROBLEMS = 120
"""Problems that a program is asked which may be right."""
LEAST = 0.995
"""The share of wrong mutants that must be caught, of all questions together."""
LEAST_OF_ONE = 0.985
"""The share that each question must catch, so that none hides behind the others: of some hundred,
one is a rounding just above the tolerance, and one more may be."""


@dataclass(frozen=True)
class Finding:
    """A mutant that is wrong and has full marks."""

    mutant: Mutant
    shown_by: tuple[str, ...]
    """In what the problem that shows it is unlike the ordinary."""
    problem: str
    """That problem, as an author can write it down."""
    apart: float
    """How far its answers are off at most; inf: one is none."""


@dataclass(frozen=True)
class Harmed:
    """A program that is right, and has not full marks."""

    mutant: Mutant
    apart: float
    """How far its answers are off at most, below the tolerance."""
    complaint: str
    """What the grader says."""


@dataclass(frozen=True)
class Proposal:
    """A problem that would show survivors, if it were asked of everybody."""

    text: str
    unlike: tuple[str, ...]
    shows: tuple[int, ...]
    """Places of these survivors in the report."""


@dataclass(frozen=True)
class QuestionMutants:
    """What came of the mutants of one question."""

    name: str
    title: str
    tried: int
    wrong: int
    survivors: tuple[Finding, ...]
    harmed: tuple[Harmed, ...]
    proposals: tuple[Proposal, ...]
    """Problems that together show every survivor, the one that shows most of them first."""
    odd: tuple[str, ...] = ()
    """Right programs, unedited, that differ from the reference on a problem: none was edited."""

    @property
    def caught(self) -> int:
        return self.wrong - len(self.survivors)

    @property
    def score(self) -> float:
        """The share of wrong mutants that lost points."""
        return self.caught / self.wrong if self.wrong else 1.0

    @property
    def ok(self) -> bool:
        return self.score >= LEAST_OF_ONE and not self.harmed and not self.odd


@dataclass(frozen=True)
class MutationReport:
    """What came of all mutants of an assignment."""

    questions: tuple[QuestionMutants, ...]
    seed: int
    seconds: float

    @property
    def ok(self) -> bool:
        return all(question.ok for question in self.questions) and self.score >= LEAST

    @property
    def score(self) -> float:
        wrong = sum(question.wrong for question in self.questions)
        return sum(question.caught for question in self.questions) / wrong if wrong else 1.0


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is tried of one question."""

    question: Question
    trial: Trial
    programs: Sequence[RightProgram]
    chance: random.Random
    share: int


def mutate(
    assignment: Assignment,
    box: Sandbox,
    count: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    problems: int = PROBLEMS,
) -> MutationReport:
    """Try ``count`` mutants, spread over the questions; the same ones for the same seed.

    ``progress`` is told how many programs have been tried, and how many there are.  ``problems``
    are asked of a program which may be right.

    Raises:
        AssignmentError: the master cannot be read, or an instance cannot be drawn.
        SandboxError: the sandbox failed.
    """
    began = time.monotonic()
    assignment.prepare()
    plans = _plans(assignment, count, seed, problems)
    unedited = [
        Job(plan.trial, program.source, number, patient=True)
        for plan in plans
        for number, program in enumerate(plan.programs)
    ]
    total = len(unedited) + sum(plan.share for plan in plans)
    tried = _tried(unedited, box, lambda done: progress(done, total))
    mutants: list[list[Mutant]] = []
    odd: list[list[tuple[RightProgram, Tried]]] = []
    for plan in plans:
        came, tried = tried[: len(plan.programs)], tried[len(plan.programs) :]
        pairs = list(zip(plan.programs, came, strict=True))
        fit = [program for program, one in pairs if not one.wrong]
        odd.append([(program, one) for program, one in pairs if one.wrong or not one.full])
        calls = [problem.call for problem in plan.trial.problems]
        arguments = {
            name: arguments_of([call for call in calls if call.function == name])
            for name in plan.question.kind.functions
        }
        mutants.append(chosen(fit, arguments, plan.share, plan.chance) if fit else [])
    jobs = [
        Job(plan.trial, mutant.source, number)
        for plan, own in zip(plans, mutants, strict=True)
        for number, mutant in enumerate(own)
    ]
    total = len(unedited) + len(jobs)
    tried = _tried(jobs, box, lambda done: progress(len(unedited) + done, total))
    reports = []
    for plan, own, strange in zip(plans, mutants, odd, strict=True):
        came, tried = tried[: len(own)], tried[len(own) :]
        reports.append(_report(plan, own, came, strange))
    return MutationReport(tuple(reports), seed, time.monotonic() - began)


def _plans(assignment: Assignment, count: int, seed: int, asked_each: int) -> list[_Plan]:
    asked = [q for q in assignment.questions if isinstance(q.kind, Poses)]
    plans = []
    for place, question in enumerate(asked):
        assert isinstance(question.kind, Poses)
        share = count * (place + 1) // len(asked) - count * place // len(asked)
        chance = random.Random(f"{seed} {question.name}")
        numbers = np.random.Generator(np.random.PCG64([seed, *question.name.encode()]))
        problems = list(islice(question.kind.problems(numbers), asked_each))
        programs = list(right_programs(assignment, question.kind.functions))
        plans.append(
            _Plan(
                question,
                Trial(assignment, question, (*problems, problems[0])),  # and one of them again
                programs_for(programs, share, chance) if programs else [],
                chance,
                share,
            )
        )
    return plans


def _tried(jobs: Sequence[Job], box: Sandbox, progress: Callable[[int], None]) -> list[Tried]:
    found: dict[int, Tried] = {}
    for place, tried in try_all(jobs, box):
        found[place] = tried
        progress(len(found))
    return [found[place] for place in range(len(jobs))]


def _report(
    plan: _Plan,
    mutants: Sequence[Mutant],
    came: Sequence[Tried],
    odd: Sequence[tuple[RightProgram, Tried]],
) -> QuestionMutants:
    pairs = list(zip(mutants, came, strict=True))
    problems = plan.trial.problems
    surviving = [(mutant, tried) for mutant, tried in pairs if tried.survives]
    proposals = proposals_for([tried.shown_by for _, tried in surviving], problems)
    survivors = []
    for place, (mutant, tried) in enumerate(surviving):
        first = next(proposal for proposal in proposals if place in proposal.shows)
        survivors.append(Finding(mutant, first.unlike, first.text, tried.apart))
    return QuestionMutants(
        plan.question.name,
        plan.question.title,
        len(mutants),
        sum(tried.wrong for tried in came),
        tuple(survivors),
        tuple(
            Harmed(mutant, tried.apart, tried.complaint) for mutant, tried in pairs if tried.harmed
        ),
        tuple(proposals),
        tuple(f"{program.file}: {_strange(tried, problems)}" for program, tried in odd),
    )


def _strange(tried: Tried, problems: Sequence[Problem]) -> str:
    if not tried.wrong:
        return f"has not full marks: {tried.complaint}"
    where = problems[tried.shown_by[0]].text if tried.shown_by else "what everybody is asked"
    return f"is off by {tried.apart:.1e} on {where}"


def proposals_for(
    shown_by: Sequence[tuple[int, ...]], problems: Sequence[Problem]
) -> list[Proposal]:
    """Problems that show all survivors; ``shown_by``: the numbers of those that show each.

    It is always the one that shows most of those that are left, and of equals the one that is
    unlike the ordinary in the fewest ways.
    """
    left, proposals = set(range(len(shown_by))), []
    while left:
        shows = {
            number: tuple(sorted(place for place in left if number in shown_by[place]))
            for number in range(len(problems))
        }
        best = max(shows, key=lambda n: (len(shows[n]), -len(problems[n].unlike), -n))
        proposals.append(Proposal(problems[best].text, problems[best].unlike, shows[best]))
        left -= set(shows[best])
    return proposals
