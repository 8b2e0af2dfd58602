"""Written answers wait for a person."""

import pytest

from autograder.judging.question import Answers
from autograder.judging.written import Written
from autograder.model import NotebookRun, Outcome, QuestionStatus, Submission

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
