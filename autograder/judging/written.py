"""The kind of question that a person grades."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.judging import words
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.shelf import Shelf
from autograder.model import Call, QuestionStatus


@dataclass(frozen=True)
class Written:
    """A written answer: a Markdown cell, or a module-level string of that name."""

    name: str
    functions: tuple[str, ...] = ()
    public_calls = False
    check_names = required_checks = ()
    faults = frozenset[str]()

    def on_shelf(self, shelf: Shelf) -> Written:
        """Itself: there is nothing to keep."""
        return self

    def prepare(self) -> None:
        """There is nothing to prepare."""

    def rehearse(self) -> None:
        """Nor to rehearse."""

    def draw(self, seed: bytes, *, public: bool = False) -> WrittenExam:
        return WrittenExam(self.name)


@dataclass(frozen=True)
class WrittenExam:
    name: str

    @property
    def calls(self) -> tuple[Call, ...]:
        return ()

    def further(self, answers: Answers) -> Further:
        """Nothing."""
        return Further()

    def verdict_if_right(self, answers: Answers) -> Verdict:
        """The verdict at once: whether it is right is for a person to say."""
        return self.judge(answers)

    def judge(self, answers: Answers) -> Verdict:
        """Pending, with the answer that a person will read."""
        written = answers.submission.written.get(self.name, "").strip()
        answer = written or answers.run.texts.get(self.name, "").strip()
        message = words.WRITTEN_FOUND if answer else words.WRITTEN_NONE
        return Verdict((), status=QuestionStatus.PENDING, message=message, answer=answer)
