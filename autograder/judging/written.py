"""The kind of question that a person grades."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.judging import words
from autograder.judging.proof import Proof
from autograder.judging.question import Answers, Further, Verdict
from autograder.model import Call, NotebookRun, Outcome, QuestionStatus, Submission


@dataclass(frozen=True)
class Written:
    """A written answer: a Markdown cell, or a module-level string of that name."""

    name: str
    functions: tuple[str, ...] = ()
    public_calls = False

    def draw(self, seed: bytes, *, public: bool = False) -> WrittenExam:
        return WrittenExam(self.name)

    def prove(self, seed: bytes, right: Sequence[Answers]) -> Proof:
        """There is nothing wrong to catch, so shown is what else may be relied on: no answer is
        marked before a person has read it, and that person sees what a student has written."""
        exam = self.draw(seed)
        complaints = []
        for answers in self._tried():
            verdict, given = exam.judge(answers), "".join(answers.submission.written.values())
            if verdict.checks or verdict.status is not QuestionStatus.PENDING:
                complaints.append("an answer is marked before a person has read it")
            if verdict.answer != given + "".join(answers.run.texts.values()):
                complaints.append("a person does not see what was answered")
        if not any(exam.judge(answers).answer for answers in right):
            complaints.append(
                f"no model answer named {self.name} is found, so a student's might not be, either"
            )
        return Proof(by_person=True, complaints=tuple(dict.fromkeys(complaints)))

    def _tried(self) -> Iterator[Answers]:
        """No answer, and one in each of the places where answers are looked for."""
        one = {self.name: "An answer."}
        for written, texts in (({}, {}), (one, {}), ({}, one)):
            run = NotebookRun(Outcome.RETURNED, texts=texts)
            yield Answers(Submission("", "", written=written), run, {})


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
