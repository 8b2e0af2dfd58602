"""The kind of question that asks for an update rule: its face to assignments.

How it works stands in :mod:`autograder.judging.rule`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.judging.problem import Problem
from autograder.judging.proof import Proof
from autograder.judging.question import Answers
from autograder.judging.rule.asked import Behaviour, Conventions, Judged, Rule, Shown
from autograder.judging.rule.diagnose import prepare, prepare_conventions
from autograder.judging.rule.exam import RuleExam, call_of, right_verdict
from autograder.judging.rule.known_faults import prepare_known
from autograder.judging.rule.points import EDGES, PARTS, WHOLE
from autograder.judging.rule.pool import POOL, SHAPES, drawn, right_rows
from autograder.judging.rule.probes import MEASURED
from autograder.judging.rule.right_answers import right_beside
from autograder.judging.rule.students_exam import StudentsExam, common_exam
from autograder.judging.words import INTERFACE
from autograder.kept.arrays import Shelf
from autograder.model import FloatArray

__all__ = ["Behaviour", "Conventions", "Judged", "RuleExam", "Shown", "UpdateRule"]


@dataclass(frozen=True, eq=False)
class UpdateRule(Rule):
    """A question that asks for an update rule; see :mod:`autograder.judging.rule`."""

    required_checks = ()

    @property
    def check_names(self) -> tuple[str, ...]:
        whole = WHOLE if self.edge_cases else tuple(name for name in WHOLE if name != EDGES)
        return (*PARTS, *whole, *(behaviour.name for behaviour in self.behaviours))

    @property
    def faults(self) -> frozenset[str]:
        families = (*self.catalogue.singles(), *self.catalogue.singles(MEASURED))
        candidates = (candidate for family in families for candidate in family.candidates)
        return frozenset(INTERFACE).union(*(candidate.slugs for candidate in candidates))

    def on_shelf(self, shelf: Shelf) -> UpdateRule:
        """The same, keeping there what is computed for its pool."""
        return replace(self, shelf=shelf)

    def prepare(self) -> None:
        """Check the whole pool and evaluate the known faults on it, unless that is kept."""
        if self.shelf.keeps:
            self.shelf.array(f"{self.function}: whole pool", self._prepared)

    def rehearse(self) -> None:
        """Draw the whole pool, judge right answers to it, and have at hand what is known of wrong
        ones."""
        for number in range(POOL):
            exam = RuleExam(self, drawn(self, (number, number, number)))
            right_verdict(self, exam.main.number)
            for instance in exam.asked_of_all:
                call_of(instance, self.function)
                exam.right_rows(instance)
        prepare(common_exam(self, ()).main, self)

    def _prepared(self) -> FloatArray:
        for number in range(POOL):
            pool = drawn(self, (number, number, number))
            prepare(pool, self)
            for instance in pool:
                right_rows(self, instance)
                right_beside(self, instance)
        prepare_conventions(common_exam(self, ()).asked_of_all, self)
        prepare_known(common_exam(self, ()))
        return np.ones(1)

    def draw(self, seed: bytes, *, public: bool = False) -> RuleExam:
        """The exam of one student; the public one is the same for everybody."""
        chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
        if public:
            chance = np.random.Generator(np.random.PCG64(0))
        numbers = [int(POOL * chance.random()) for _ in SHAPES]
        exam = RuleExam if public else StudentsExam
        return exam(self, drawn(self, numbers, public=public))

    def problems(self, chance: np.random.Generator) -> Iterator[Problem]:
        """Problems beyond the exams', as unlike each other as a rule allows."""
        # It draws on much that grading does not.
        from autograder.judging.rule.problems import problems

        return problems(self, chance)

    def prove(self, seed: bytes, right: Sequence[Answers]) -> Proof:
        """By every known fault and every two of them, and by what right programs answered."""
        # It draws on much that grading does not.
        from autograder.judging.rule.proof import prove

        return prove(self, self.draw(seed), right)
