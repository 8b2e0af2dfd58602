"""The rule's own path is drawn only where the instructor shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.update_rule import RuleExam
from autograder.model import Picture
from autograder.settings.tables import Feedback, Settings
from tests.judging.students import compiled, exam, judge, question, take, text_of

EDIT = ("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + 0.1)")


def path_of(rule: str, shown: bool, *edits: tuple[str, str]) -> Picture:
    one = RuleExam(replace(question(rule), right_path=shown), exam(rule).main)
    verdict = judge(one, take(one, compiled(text_of(rule, *edits))))
    return next(picture for picture in verdict.pictures if picture.goal is not None)


def test_it_is_hidden_unless_it_is_shown() -> None:
    assert Feedback() in Settings.__struct_defaults__
    assert not Feedback().right_path
    labels = [line.label for line in path_of("adagrad", False, EDIT).lines]
    assert "the rule" not in labels


def test_where_it_is_shown_it_is_the_right_one_and_steps_back() -> None:
    picture = path_of("adagrad", True, EDIT)
    (right,) = [line for line in picture.lines if line.label == "the rule"]
    assert right.beside
    (own,) = [line for line in path_of("adagrad", False).lines if not line.beside]
    assert np.allclose(right.x, own.x, atol=1e-3), "a right student's path is the rule's"
    (wrong,) = [line for line in picture.lines if not line.beside]
    assert not np.allclose(right.x, wrong.x, atol=1e-3)


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adam"])
def test_beside_the_same_path_it_is_left_out(rule: str) -> None:
    assert "the rule" not in [line.label for line in path_of(rule, True).lines]
