"""A student's exam in an update rule: whether code is right, and what it is worth if it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from autograder.judging.common import answers_to, for_everybody, was_asked
from autograder.judging.problem import Problem
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.at_thresholds import AtThreshold, at_thresholds
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import equal, rows_of
from autograder.judging.rule.interface import remembers
from autograder.judging.rule.known_faults import verdict_if_known
from autograder.judging.rule.pool import SHAPES, drawn
from autograder.judging.stopped import SPOILED
from autograder.judging.students import StudentsOwn
from autograder.judging.thresholds import Threshold, declined, thresholds
from autograder.model import Call, Trace


@lru_cache(maxsize=256)
def common_exam(question: Rule, beyond: tuple[AtThreshold, ...]) -> RuleExam:
    """The exam by which code that is not right is judged."""
    return RuleExam(question, drawn(question, [0] * len(SHAPES)), beyond)


@dataclass(frozen=True, eq=False)
class StudentsExam(StudentsOwn, RuleExam):
    """The exam of one student, on instances of the student's own as long as the code is right; then
    on the common ones."""

    @property
    def calls_at_numbers(self) -> tuple[Call, ...]:
        return self._calls([call.instance for call in self.beyond])

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        return RuleExam.problems_in(self.at_numbers(answers), answers)

    def at_numbers(self, answers: Answers) -> Self:
        numbers = self._thresholds(answers)
        if not numbers or not is_right(self, answers.traces):
            return self
        calls = at_thresholds(self.question, numbers)
        asked = answers.traces
        beyond = tuple(call for call in calls if not declined(asked.get(call.instance.name)))
        return replace(self, beyond=beyond)

    def _has_numbers(self, answers: Answers) -> bool:
        return bool(self._thresholds(answers))

    def _if_right(self, answers: Answers) -> Verdict | None:
        return RuleExam.verdict_if_right(self, answers)

    def _thresholds(self, answers: Answers) -> tuple[Threshold, ...]:
        cells = [cell.source for cell in answers.submission.cells]
        return thresholds(self.question.function, cells)

    def _further(self, answers: Answers) -> Further:
        """First what everybody is asked, of the common instances; then, unless that is known by
        it, what is wrong there."""
        if self._stays(answers.traces):
            return RuleExam.further(self, answers)
        traces, common = answers.traces, self._common
        calls = tuple(zip(common.calls, common.asked_of_all, strict=True))
        if not all(was_asked(call, traces) for call, i in calls if i not in self.asked_of_all):
            remembered = self._keeps_something(traces)
            asked = (call for call, i in calls if remembered or i not in self.asked_of_all)
            return Further(tuple(map(for_everybody, asked)), fresh=remembered)
        found = self._in_common(answers)
        if is_right(common, found.traces):
            return RuleExam.further(self, answers)
        if verdict_if_known(common, found) is not None:
            return Further()
        further = common.further(found)
        # What everybody is asked is asked again only of code that keeps something.
        fresh = further.fresh or any(
            was_asked(c, traces) for c, i in calls if i in self.asked_of_all
        )
        return Further(tuple(map(for_everybody, further.calls)), fresh)

    def _judge(self, answers: Answers) -> Verdict:
        """By the common instances, where code is wrong there, too."""
        if not self._stays(answers.traces):
            found = self._in_common(answers)
            if (verdict := verdict_if_known(self._common, found)) is not None:
                return verdict
            asked = all(instance.name in found.traces for instance in self._common.instances)
            if asked and not is_right(self._common, found.traces):
                return self._common.judge(found)
        return RuleExam.judge(self, answers)

    @property
    def _common(self) -> RuleExam:
        return common_exam(self.question, self.beyond)

    def _stays(self, traces: Mapping[str, Trace]) -> bool:
        """Whether the student's own instances will do: there is nothing wrong, or nothing to ask
        again of code that cost its process."""
        if self.main == self._common.main:
            return True
        own = [traces[instance.name] for instance in self.asked_of_all]
        if any(trace.outcome in SPOILED for trace in own):
            return True
        return is_right(self, traces)

    def _keeps_something(self, traces: Mapping[str, Trace]) -> bool:
        """Whether code may answer from what earlier calls, which were the student's own, left in
        it: the same call otherwise later on, or with a path that begins somewhere else."""
        if remembers(self.asked, traces):
            return True
        each = ((i.start, rows_of(i, traces)) for i in self.asked_of_all)
        return any(
            rows is not None and not equal(rows[:1], start[None], self.question.tolerance)
            for start, rows in each
        )

    def _in_common(self, answers: Answers) -> Answers:
        """The answers to the common instances, by the names that they have there."""
        traces, common = answers.traces, self._common.instances
        shared = (i.name for i in common if i in self.asked_of_all and i.name in traces)
        found = {name: traces[name] for name in shared}
        found |= answers_to((instance.name for instance in common), traces)
        return replace(answers, traces=found)


def is_right(exam: RuleExam, traces: Mapping[str, Trace]) -> bool:
    """Whether every answer to what everybody is asked is right, within the tolerance."""
    return all(exam.is_right_on(instance, traces) for instance in exam.asked_of_all)
