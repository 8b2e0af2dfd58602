"""How the exam of one student goes on, whatever the kind of question.

It is asked calls of the student's own.  Where all answers are right, and there are numbers in the
code at which it may do something else (:mod:`.thresholds`), it is asked at these, too.  Once an
answer is wrong, it is asked the common calls (:mod:`.common`), by which it is judged then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

from autograder.judging.question import Answers, Further, Verdict
from autograder.model import Call


class StudentsOwn(ABC):
    """Mixed into the exam that everybody could be given, before it."""

    @property
    @abstractmethod
    def calls_at_numbers(self) -> tuple[Call, ...]:
        """Those that the numbers in the code ask for; empty: this exam does not ask at them."""

    @abstractmethod
    def at_numbers(self, answers: Answers) -> Self:
        """The exam that also asks at the numbers in code that is right so far; else this one."""

    @abstractmethod
    def _has_numbers(self, answers: Answers) -> bool:
        """Whether the code may do something else at a number in it."""

    @abstractmethod
    def _if_right(self, answers: Answers) -> Verdict | None:
        """The verdict on right code from the calls of this exam; None: they are not all right."""

    @abstractmethod
    def _further(self, answers: Answers) -> Further:
        """What wrong code is asked."""

    @abstractmethod
    def _judge(self, answers: Answers) -> Verdict:
        """The verdict on wrong code."""

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """None also where there is something to ask yet."""
        verdict = self._if_right(answers)
        return None if verdict is None or self._has_numbers(answers) else verdict

    def further(self, answers: Answers) -> Further:
        """First what the numbers in code ask for that is right so far."""
        exam = self.at_numbers(answers)
        calls = exam.calls_at_numbers
        if any(call.name not in answers.traces for call in calls):
            return Further(calls)
        if calls and exam._if_right(answers) is not None:
            return Further()
        return exam._further(answers)

    def judge(self, answers: Answers) -> Verdict:
        exam = self.at_numbers(answers)
        verdict = exam._if_right(answers) if exam.calls_at_numbers else None
        return verdict or exam._judge(answers)
