"""Edge cases are those that the question names: asked, judged and said in its words."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.judging.rule.edges import GENERAL, NO_EPOCHS, TINY_STEPS, AtTheEdge, EdgeCase
from autograder.kept.arrays import NO_SHELF
from reference.edge_cases import NEVER_ON
from tests.judging.students import exam, judge, take, written

START = np.array([0.3, 1.2, -0.4])
FINE = AtTheEdge(
    answered=True,
    no_epochs=START[None],
    start=START,
    mutates=False,
    remembers=False,
    stops=False,
    instance=None,
    rows=None,
    tolerance=1e-6,
)


def asking(*edge_cases):
    """An exam of another question than the assignment's, so that nothing is kept for both."""
    question = replace(exam("adagrad").question, edge_cases=edge_cases, shelf=NO_SHELF)
    return question.draw(b"somebody")


def checks_of(one, student):
    return {check.name: check for check in judge(one, take(one, student)).checks}


def test_all_of_them_hold_of_a_function_without_a_flaw():
    assert all(edge.holds(FINE) for edge in GENERAL)


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        ({"no_epochs": START[None] + 2e-6}, {"no epochs"}),
        ({"no_epochs": np.repeat(START[None], 2, axis=0)}, {"no epochs"}),
        ({"no_epochs": None}, {"no epochs"}),
        ({"mutates": True}, {"inputs untouched"}),
        ({"remembers": True}, {"called twice"}),
        ({"stops": True}, {"tiny steps"}),
        ({"answered": False}, {"inputs untouched", "called twice", "tiny steps"}),
    ],
)
def test_each_flaw_breaks_its_own(flaw, broken):
    shown = replace(FINE, **flaw)
    assert {edge.name for edge in GENERAL if not edge.holds(shown)} == broken


def test_only_those_of_the_question_are_judged_each_for_an_equal_share():
    one = asking(NO_EPOCHS, TINY_STEPS)
    checks = checks_of(one, written("adagrad"))
    worth = one.question.points["edge cases"] / 2
    assert (checks["no epochs"].score, checks["tiny steps"].score) == (worth, worth)
    assert not {"called twice", "inputs untouched", NEVER_ON.name} & set(checks)


def test_points_for_no_edge_case_at_all_are_refused():
    with pytest.raises(AssignmentError, match="do_adagrad: there are points for edge cases"):
        asking()


def test_a_call_is_made_only_for_an_edge_case_that_is_asked():
    with_it, without = asking(NO_EPOCHS, NEVER_ON), asking(NO_EPOCHS)
    more = {call.name for call in with_it.calls} - {call.name for call in without.calls}
    assert more == {"feature never on"}
    take(without, written("adagrad"))  # and nobody misses it


def test_an_edge_case_of_an_assignments_own():
    """Its call is made of the drawn vector, and it sees what was answered to that."""
    short = EdgeCase(
        "one epoch",
        "One epoch is one step.",
        "One epoch should be one step.",
        holds=lambda shown: shown.rows is not None and len(shown.rows) == 2,
        call=lambda vector: replace(vector, name="one epoch", max_epochs=1),
    )
    one = asking(short)
    right = checks_of(one, written("adagrad"))[short.name]
    assert (right.passed, right.message) == (True, "One epoch is one step.")
    twice = ("        w_history.append(w)", "        w_history += [w, w]")
    unlike = checks_of(one, written("adagrad", twice))[short.name]
    assert (unlike.passed, unlike.tried) == (False, False), "no two histories of one length"
    both = ("        b_history.append(b)", "        b_history += [b, b]")
    wrong = checks_of(one, written("adagrad", twice, both))[short.name]
    assert (wrong.passed, wrong.message) == (False, "One epoch should be one step.")


@pytest.mark.parametrize(
    ("rows", "stays"),
    [
        ([[1.0, 0.5, 2.0], [0.9, 0.5, 1.8]], True),
        ([[1.0, 0.5, 2.0], [0.9, 0.5 + 1e-5, 1.8]], False),
        ([[1.0, 0.5, 2.0], [0.9, np.nan, 1.8]], False),
        ([[1.0, 0.5, 2.0], [np.inf, 0.5, 1.8]], False),
        (np.empty((0, 3)), False),
        (None, False),
    ],
)
def test_a_feature_that_is_never_on_leaves_its_weight_alone(rows, stays):
    drawn = replace(exam("adagrad").main.vector, init_w=np.array([1.0, 0.5]), init_b=2.0)
    shown = replace(FINE, instance=drawn, rows=None if rows is None else np.array(rows))
    assert NEVER_ON.holds(shown) is stays


def test_its_gradient_is_nought_and_the_others_are_not():
    drawn = exam("adagrad").main.vector
    silent = NEVER_ON.call(drawn)
    total = silent.gradient(silent.start[None], 0).sum(axis=1)[0]
    assert total[1] == 0
    assert (np.delete(total, 1) != 0).all()
    assert (drawn.X[:, 1] != 0).any(), "the drawn one is left as it was"
