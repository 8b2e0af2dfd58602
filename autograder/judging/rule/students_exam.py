"""A student's exam: whether code is right, and what code is worth that is not.

It is asked the student's own instances.  Where all answers are right, and there are numbers in the
code at which it may do something else, it is asked at these, too (:mod:`.at_thresholds`).  Once an
answer is wrong, it is asked the common instances (:mod:`autograder.judging.common`), by which it is
judged then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.judging.common import answers_to, for_everybody
from autograder.judging.problem import Problem
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.at_thresholds import AtThreshold, at_thresholds
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import equal, rows_of
from autograder.judging.rule.interface import remembers
from autograder.judging.rule.pool import SHAPES, drawn
from autograder.judging.stopped import SPOILED
from autograder.judging.thresholds import Threshold, declined, thresholds
from autograder.model import Trace


@lru_cache(maxsize=256)
def common_exam(question: Rule, beyond: tuple[AtThreshold, ...] = ()) -> RuleExam:
    """The exam by which code that is not right is judged."""
    return RuleExam(question, drawn(question, [0] * len(SHAPES)), beyond)


@dataclass(frozen=True, eq=False)
class StudentsExam(RuleExam):
    """The exam of one student, on instances of the student's own as long as the code is right."""

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """None also where there is something to ask yet."""
        verdict = super().verdict_if_right(answers)
        return None if verdict is None or self._thresholds(answers) else verdict

    def further(self, answers: Answers) -> Further:
        """First what the numbers in code ask for that is right so far."""
        exam = self._with_thresholds(answers)
        if any(call.instance.name not in answers.traces for call in exam.beyond):
            return Further(exam._calls([call.instance for call in exam.beyond]))
        if exam.beyond and RuleExam.verdict_if_right(exam, answers) is not None:
            return Further()
        return exam._further(answers)

    def judge(self, answers: Answers) -> Verdict:
        exam = self._with_thresholds(answers)
        verdict = RuleExam.verdict_if_right(exam, answers) if exam.beyond else None
        return verdict or exam._judged(answers)

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        return RuleExam.problems_in(self._with_thresholds(answers), answers)

    def _with_thresholds(self, answers: Answers) -> StudentsExam:
        """The exam that also asks at the numbers in code that is right so far; else this one."""
        numbers = self._thresholds(answers)
        if not numbers or not is_right(self, answers.traces):
            return self
        calls = at_thresholds(self.question, numbers)
        asked = answers.traces
        beyond = tuple(call for call in calls if not declined(asked.get(call.instance.name)))
        return replace(self, beyond=beyond)

    def _thresholds(self, answers: Answers) -> tuple[Threshold, ...]:
        cells = [cell.source for cell in answers.submission.cells]
        return thresholds(self.question.function, cells)

    def _further(self, answers: Answers) -> Further:
        """First what everybody is asked, of the common instances; then what is wrong there."""
        if self._stays(answers.traces):
            return super().further(answers)
        remembered = self._keeps_something(answers.traces)
        calls = [
            for_everybody(call)
            for call, instance in zip(self._common.calls, self._common.asked_of_all, strict=True)
            if remembered or instance not in self.asked_of_all
        ]
        if any(call.name not in answers.traces for call in calls):
            return Further(tuple(calls), fresh=remembered)
        found = self._in_common(answers)
        if is_right(self._common, found.traces):
            return super().further(answers)
        further = self._common.further(found)
        fresh = further.fresh or remembered
        return Further(tuple(map(for_everybody, further.calls)), fresh)

    def _judged(self, answers: Answers) -> Verdict:
        """By the common instances, where code is wrong there, too."""
        if not self._stays(answers.traces):
            found = self._in_common(answers)
            asked = all(instance.name in found.traces for instance in self._common.instances)
            if asked and not is_right(self._common, found.traces):
                return self._common.judge(found)
        return super().judge(answers)

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
