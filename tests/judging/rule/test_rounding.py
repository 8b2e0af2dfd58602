"""What is off by less than the tolerance costs no rule anything, whatever else it has to show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging.question import Answers
from autograder.judging.update_rule import UpdateRule
from autograder.model import NotebookRun, Outcome, Submission

COURSE = Course(Path(__file__).resolve().parents[3])
KINDS = {
    question.name: question.kind
    for slug in COURSE.assignments()
    for question in COURSE.load(slug).questions
    if isinstance(question.kind, UpdateRule)
}


@pytest.mark.parametrize("digits", [6, 7])
@pytest.mark.parametrize("name", KINDS)
def test_histories_rounded_within_the_tolerance_have_full_marks(name: str, digits: int) -> None:
    exam = KINDS[name].draw(b"rounding")
    asked = (*exam.asked_of_all, *exam.streams, *KINDS[name].shown)
    traces = {i.name: i.trace(np.round(exam.right_rows(i), digits)) for i in asked}
    answers = Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces)
    verdict = exam.judge(answers)
    assert [check.message for check in verdict.checks if not check.passed] == []
