"""Written answers wait for a person."""

from dataclasses import dataclass, replace

import pytest

from autograder.judging.question import Answers
from autograder.judging.written import Written, WrittenExam
from autograder.model import Check, NotebookRun, Outcome, QuestionStatus, Submission

EXAM = Written("explanation").draw(b"anybody")


def judged(written=None, texts=None):
    submission = Submission("ada", "ada.ipynb", written=written or {})
    return EXAM.judge(Answers(submission, NotebookRun(Outcome.RETURNED, texts=texts or {}), {}))


@pytest.mark.parametrize(
    ("written", "texts", "answer"),
    [
        ({"explanation": " Because v only grows. \n"}, {}, "Because v only grows."),
        ({}, {"explanation": "From a string."}, "From a string."),
        ({"explanation": "From a cell."}, {"explanation": "From a string."}, "From a cell."),
        ({"explanation": "  \n"}, {"explanation": "From a string."}, "From a string."),
        ({"another": "Elsewhere."}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_the_answer_is_found_and_waits(written, texts, answer):
    verdict = judged(written, texts)
    assert verdict.status is QuestionStatus.PENDING
    assert verdict.answer == answer
    assert verdict.checks == ()
    assert verdict.misconceptions == ()


def test_whether_there_is_an_answer_is_said():
    assert "person" in judged({"explanation": "Because."}).message
    assert "No written answer" in judged().message


def test_nothing_is_called():
    assert EXAM.calls == ()
    assert not Written("explanation").public_calls


# ------------------------------------------------------------------------------ it proves itself


def right(name="explanation"):
    submission = Submission("", "", written={name: "Because."})
    return Answers(submission, NotebookRun(Outcome.RETURNED), {})


def test_it_is_proved_by_a_model_answer_that_is_found():
    proof = Written("explanation").prove(b"", [right("another"), right()])
    assert proof.ok
    assert proof.by_person
    assert proof.faults == ()


@pytest.mark.parametrize("answers", [[], [right("another")]])
def test_a_model_answer_that_is_not_found_is_noticed(answers):
    proof = Written("explanation").prove(b"", answers)
    assert not proof.ok
    assert "no model answer named explanation is found" in proof.complaints[0]


class Generous(WrittenExam):
    def judge(self, answers):
        verdict = super().judge(answers)
        full = (Check("length", True, 10.0, 10.0, "Long enough."),)
        return replace(verdict, checks=full) if verdict.answer else verdict


class Hasty(WrittenExam):
    def judge(self, answers):
        return replace(super().judge(answers), status=None)


class Forgetful(WrittenExam):
    def judge(self, answers):
        return replace(super().judge(answers), answer="Another's.")


@pytest.mark.parametrize(
    ("exam", "complaint"),
    [
        (Generous, "an answer is marked before a person has read it"),
        (Hasty, "an answer is marked before a person has read it"),
        (Forgetful, "a person does not see what was answered"),
    ],
)
def test_one_that_gives_points_or_loses_answers_is_noticed(exam, complaint):
    @dataclass(frozen=True)
    class Doctored(Written):
        def draw(self, seed, *, public=False):
            return exam(self.name)

    proof = Doctored("explanation").prove(b"", [right()])
    assert proof.complaints == (complaint,)
    assert not proof.ok
