"""A case by hand shows a fault in small numbers, as it can be typed, and nothing hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.judging.rule.trial import NAME, by_hand
from autograder.model import Trial
from tests.judging.students import compiled, exam, judge, question, take, text_of

FAULTS = {
    "adagrad": ("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + eps)"),
    "rmsprop": ("beta * v_w + (1 - beta) * dw**2", "(1 - beta) * dw**2"),
    "adam": ("mh_w = m_w / (1 - beta1**t)", "mh_w = m_w"),
}


def trial_of(rule: str, *edits: tuple[str, str]) -> Trial | None:
    traces = take(exam(rule), compiled(text_of(rule, *edits)))
    return judge(exam(rule), traces).trial


@pytest.mark.parametrize("rule", sorted(FAULTS))
def test_typing_the_call_gives_the_students_column(rule: str) -> None:
    trial = trial_of(rule, FAULTS[rule])
    assert trial is not None
    names: dict[str, Any] = {f"do_{rule}": compiled(text_of(rule, FAULTS[rule]))}
    typed = eval(trial.call, names)
    right = eval(trial.call, {f"do_{rule}": compiled(text_of(rule))})
    for epoch, row in enumerate(trial.table.rows):
        own_w, right_w, own_b, right_b = map(float, row[1:])
        assert (own_w, own_b) == pytest.approx((typed[0][epoch], typed[1][epoch]), rel=1e-4)
        assert (right_w, right_b) == pytest.approx((right[0][epoch], right[1][epoch]), rel=1e-4)
    assert any(row[1] != row[2] for row in trial.table.rows), "the fault in w shows"
    assert all(row[3] == row[4] for row in trial.table.rows), "and b is right"


def test_right_code_and_what_does_not_show_have_no_case() -> None:
    assert trial_of("adam") is None
    later = ("w = w - eta", "w = (w if t > 3 else w) - (eta if t <= 3 else 2 * eta)")
    assert trial_of("adam", later) is None


def test_a_shorter_history_is_shown_as_it_is() -> None:
    trial = trial_of("adagrad", ("[w], [b]", "[], []"))
    assert trial is not None
    assert trial.table.rows[-1][1] == "nothing"


def test_it_is_no_hidden_call_and_everybodys() -> None:
    rule = question("adam")
    case = by_hand(rule)
    assert case.name == NAME
    drawn = [i for i in exam("adam").instances if i.name != NAME]
    assert not [i for i in drawn if np.array_equal(i.X, case.X) and i.hyper == case.hyper]
    assert by_hand(rule).hyper == case.hyper
    assert set(case.hyper) == set(rule.ranges)
