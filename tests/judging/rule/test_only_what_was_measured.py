"""Nothing is said of a student's rule that was not seen in it."""

import numpy as np
import pytest

from autograder.judging.rule.asked import Shown
from autograder.judging.rule.instance import IN_ORDER
from autograder.judging.rule.moments import UNKNOWN
from autograder.model import Outcome, Trace
from tests.judging.rule.test_unlike import KINDS
from tests.judging.students import (
    RULES,
    compiled,
    exam,
    judge,
    share,
    take,
    text_of,
    verdict_on,
    written,
)


def parts(verdict):
    return {check.name: check for check in verdict.checks}


def swapped(everywhere):
    """Adam with its betas exchanged, in the correction, too, or not."""
    edits = [
        ("beta1 * m", "BETA * m"), ("(1 - beta1) * d", "(1 - BETA) * d"),
        ("beta2 * v", "beta1 * v"), ("(1 - beta2) * d", "(1 - beta1) * d"),
        ("BETA", "beta2"),
    ]  # fmt: skip
    if everywhere:
        edits += [("beta1**t", "POWER**t"), ("beta2**t", "beta1**t"), ("POWER", "beta2")]
    return written("adam", *edits)


def test_consistently_swapped_betas_leave_the_moments_unbiased():
    verdict = verdict_on("adam", swapped(everywhere=True))
    assert verdict.misconceptions == ("betas_swapped",)
    assert parts(verdict)["unbiased moments"].passed


def test_the_weights_shown_of_swapped_betas_are_the_students_own():
    one = exam("adam")
    verdict = verdict_on("adam", swapped(everywhere=False))
    beta1 = one.main.number.hyper["beta1"]
    table = next(t for t in verdict.tables if "second" in t.title)
    last = [float(cell) for cell in table.rows[-1][1:]]
    shares = np.array(last) / sum(last)
    expected = beta1 ** np.arange(len(last))[::-1]
    np.testing.assert_allclose(shares, expected / expected.sum(), rtol=1e-3)


@pytest.mark.parametrize(
    ("rule", "edits"),
    [
        ("adam", [("dw**2", "dw"), ("db**2", "db")]),
        ("adagrad", [("dw**2", "abs(dw)"), ("db**2", "abs(db)")]),
        ("rmsprop", [("np.sqrt(v_w + eps)", "np.cbrt(v_w + eps)"),
                     ("np.sqrt(v_b + eps)", "np.cbrt(v_b + eps)")]),
        ("adagrad", [("eta /", "eta / t /")]),
    ],
)  # fmt: skip
def test_what_does_not_explain_the_steps_is_not_shown(rule, edits):
    verdict = verdict_on(rule, written(rule, *edits))
    assert not [table for table in verdict.tables if "second" in table.title]
    said = " ".join((*verdict.evidence, *(check.message for check in verdict.checks)))
    for claim in ("state is lost", "weighted sum", "add up to"):
        assert claim not in said


OTHERS = {
    "first left out": ("adagrad", [("zip(X, Y)", "zip(X[1:], Y[1:])")], {"gradient"}),
    "last left out": ("adam", [("zip(X, Y)", "zip(X[:-1], Y[:-1])")], {"gradient"}),
    "every other": ("rmsprop", [("zip(X, Y)", "zip(X[::2], Y[::2])")], {"gradient"}),
    "squares of points": (
        "adagrad",
        [
            ("dw, db = 0, 0", "dw, db, qw, qb = 0, 0, 0, 0"),
            ("        v_w =", "        for x, y in zip(X, Y):\n"
             "            qw += grad_w(w, b, x, y)**2; qb += grad_b(w, b, x, y)**2\n"
             "        v_w ="),
            ("dw**2", "qw"), ("db**2", "qb"),
        ],
        {"second moment"},
    ),
    "mean in v": ("rmsprop", [("dw**2", "(dw / len(X))**2"), ("db**2", "(db / len(X))**2")],
                  {"second moment"}),
    "squares of m": ("adam", [("(1 - beta2) * dw**2", "(1 - beta2) * m_w**2"),
                              ("(1 - beta2) * db**2", "(1 - beta2) * m_b**2")],
                     {"second moment"}),
    "eta twice": ("adam", [("eta /", "eta**2 /")], {"step"}),
    "root of t": ("adagrad", [("eta /", "eta / t**0.5 /")], {"step"}),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_without_a_name_the_part_that_is_wrong_is_told_and_the_others_are_right(what):
    rule, edits, wrong = OTHERS[what]
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions == ()
    of_the_rule = ("gradient", "first moment", "second moment", "bias correction", "step")
    lost = {n for n, check in parts(verdict).items() if n in of_the_rule and not check.passed}
    assert lost == wrong
    assert verdict.evidence


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("order", ["x, y, w, b", "x, b, w, y", "w, y, x, b", "w, b, y, x"])
def test_gradients_asked_in_another_order_have_a_name_and_leave_the_rest_right(rule, order):
    verdict = verdict_on(rule, written(rule, ("(w, b, x, y)", f"({order})")))
    if order != "w, b, y, x":  # of vectors that one cannot be computed at all
        assert verdict.misconceptions == ("gradient_arguments_swapped",)
        assert not parts(verdict)["gradient"].passed
        assert parts(verdict)["second moment"].passed
        assert parts(verdict)["step"].passed
    assert not verdict.tables


def test_a_velocity_that_does_not_start_at_0_is_no_gradient_gathered_otherwise():
    """Twice the points are twice the gradient: what turns the first step aside is elsewhere."""
    edits = [("= 0, 0, 0, 0", "= 0.3, 0.3, 0, 0")]
    gradient = parts(verdict_on("adam", written("adam", *edits)))["gradient"]
    assert (gradient.passed, gradient.tried) == (False, False)


def test_of_a_sign_nobody_can_say_that_the_moments_have_it():
    verdict = verdict_on("adam", written("adam", ("= w - eta", "= w + eta"), ("= b - ", "= b + ")))
    assert verdict.misconceptions == ("wrong_sign",)
    assert not parts(verdict)["unbiased moments"].tried


@pytest.mark.parametrize("fixed", ["eta = 0.1", "eps = 1e-8", "eta, eps = 0.1, 1e-8"])
def test_moments_are_not_told_from_steps_with_another_rate_than_the_given_one(fixed):
    edit = ("    w, b = init_w", f"    {fixed}\n    w, b = init_w")
    verdict = verdict_on("adam", written("adam", edit))
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    unbiased = parts(verdict)["unbiased moments"]
    assert unbiased.passed or not unbiased.tried
    assert not verdict.tables


@pytest.mark.parametrize(
    ("rule", "start"), [("adagrad", "0 * init_w, 0.5"), ("rmsprop", "init_w + 1, init_b - 9")]
)
def test_a_path_from_another_start_says_nothing_of_the_rates_on_the_lectures_data(rule, start):
    verdict = verdict_on(rule, written(rule, ("w, b = init_w, init_b", f"w, b = {start}")))
    assert verdict.misconceptions == ("start_ignored",)
    checks = parts(verdict)
    shown = checks.get("stuck learning rate") or checks["learning rate stays alive"]
    assert shown.passed or (not shown.tried and shown.message.endswith("begin at the start."))


def test_a_weight_that_stays_at_another_start_is_not_said_to_move():
    verdict = verdict_on("adam", written("adam", ("= init_w, init_b", "= 0 * init_w, 0")))
    assert verdict.misconceptions == ("start_ignored",)
    assert parts(verdict)["a feature that is never on"].passed
    assert not parts(verdict)["no epochs"].passed


@pytest.mark.parametrize("rule", RULES)
def test_a_count_of_epochs_in_the_code_leaves_the_step_right(rule):
    verdict = verdict_on(rule, written(rule, ("max_epochs + 1)", "101)")))
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    assert parts(verdict)["step"].passed
    assert not parts(verdict)["trajectory"].passed


NEVER_ON = {
    "another order": ("adagrad", [("(w, b, x, y)", "(x, y, w, b)")], False),
    "decay": ("rmsprop", [("        w_history.append", "        w = w - 0.01 * w\n        w_h"
                           "istory.append")], False),
    "no epsilon": ("adagrad", [("v_w + eps", "v_w"), ("v_b + eps", "v_b")], True),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", NEVER_ON)
def test_a_division_by_zero_is_hinted_at_where_there_is_no_number_only(what):
    rule, edits, divides = NEVER_ON[what]
    one = exam(rule)
    edge = parts(judge(one, take(one, written(rule, *edits))))["a feature that is never on"]
    if edge.passed:
        assert divides  # then it is the convention that is told
        assert "convention" in edge.message
    else:
        assert ("divided" in edge.message) == divides
        assert ("yours moves" in edge.message) != divides


@pytest.mark.parametrize(
    "probe",
    [
        "np.shape(grad_w(0 * init_w, 0.0, X[0], Y[0]))",
        "grad_w(init_w, init_b, X[0], Y[0]), grad_b(init_w, init_b, X[0], Y[0])",
        "(grad_b(init_w, init_b + 1e-5, X[0], Y[0]) - grad_b(init_w, init_b, X[0], Y[0])) / 1e-5",
    ],
)
@pytest.mark.parametrize("rule", RULES)
def test_asking_the_gradient_elsewhere_costs_nothing(rule, probe):
    edit = ("    w, b = init_w", f"    {probe}\n    w, b = init_w")
    verdict = verdict_on(rule, written(rule, edit))
    assert share(verdict) == 1.0
    assert verdict.misconceptions == ()


@pytest.mark.parametrize("digits", [6, 7])
@pytest.mark.parametrize("rule", RULES)
def test_histories_rounded_within_the_tolerance_cost_nothing(rule, digits):
    rounded = f"return np.round(w_history, {digits}), np.round(b_history, {digits})"
    edit = ("return w_history, b_history", rounded)
    assert share(verdict_on(rule, written(rule, edit))) == 1.0


@pytest.mark.parametrize(
    ("returned", "slug"),
    [
        ("list(zip(w_history, b_history))", "returned_in_another_form"),
        ("b_history, w_history", "histories_swapped"),
    ],
)
@pytest.mark.parametrize("rule", RULES)
def test_another_form_is_read_and_costs_a_tenth(rule, returned, slug):
    edit = ("return w_history, b_history", f"return {returned}")
    verdict = verdict_on(rule, written(rule, edit))
    assert verdict.misconceptions == (slug,)
    assert share(verdict) == pytest.approx(0.9)
    assert parts(verdict)["step"].passed


def test_a_call_that_timed_out_costs_itself_and_is_told_once():
    one = exam("adagrad")
    traces = take(one, written("adagrad"))
    for name in ("the lecture's data", "data like the lecture's"):
        traces[name] = Trace(name, Outcome.TIMED_OUT)
    verdict = judge(one, traces)
    checks = parts(verdict)
    trajectory, stuck = checks.pop("trajectory"), checks.pop("stuck learning rate")
    assert not trajectory.passed
    assert "On a call with 20 points, 6 epochs: it ran out of time." in trajectory.message
    assert (stuck.passed, stuck.tried) == (False, False)
    assert stuck.message == "Not tried: do_adagrad runs out of time."
    assert all(check.passed for check in checks.values())
    assert "did not finish" in verdict.message
    assert verdict.misconceptions == ()


def test_vectors_that_time_out_are_not_tried_and_numbers_are_right():
    one = exam("adam")
    traces = {
        name: Trace(name, Outcome.TIMED_OUT) if one_of_vectors(one, name) else trace
        for name, trace in take(one, written("adam")).items()
    }
    checks = parts(judge(one, traces))
    assert checks["trajectory"].passed
    assert checks["step"].passed
    assert (checks["vector"].passed, checks["vector"].tried) == (False, False)


def one_of_vectors(one, name):
    return next(i for i in one.instances if i.name == name).init_w.ndim == 1


NAN = {
    "t from 0": ([("range(1, max_epochs + 1)", "range(max_epochs)")], "correction_exponent_zero"),
    "swapped": ([("beta1**t", "t**beta1"), ("beta2**t", "t**beta2")], ""),
    "a root in w": ([("np.sqrt(vh_w + eps)", "np.sqrt(-vh_w - eps)")], ""),
    "a root in b": ([("np.sqrt(vh_b + eps)", "np.sqrt(-vh_b - eps)")], ""),
    "dw": ([("dw += grad_w(w, b, x, y)", "dw += np.nan * grad_w(w, b, x, y)")], ""),
    "t from 0 in w": (
        [
            ("range(1, max_epochs + 1)", "range(max_epochs)"),
            ("m_b / (1 - beta1**t)", "m_b / (1 - beta1**(t + 1))"),
            ("beta2**t", "beta2**(t + 1)"),
        ],
        "correction_exponent_zero",
    ),
}


@pytest.mark.parametrize("what", NAN)
def test_no_number_from_the_first_step_on_names_nothing_by_itself(what):
    edits, slug = NAN[what]
    one, text = exam("adam"), text_of("adam", *edits)
    verdict = judge(one, take(one, compiled(text)), {"do_adam": text})
    assert verdict.misconceptions == ((slug,) if slug else ())


def test_what_is_no_number_from_the_first_step_on_earns_nothing_though_its_text_has_a_name():
    """Of the moments and of the step nothing was seen, whatever the text says of the exponent."""
    edits, _ = NAN["t from 0"]
    for more in ([], [("v_w + (1 - beta2) * dw**2", "v_w + (1 - beta2) * dw**3")]):
        one, text = exam("adam"), text_of("adam", *edits, *more)
        verdict = judge(one, take(one, compiled(text)), {"do_adam": text})
        assert verdict.misconceptions == ("correction_exponent_zero",)
        assert not any(check.passed or check.score for check in verdict.checks)
        assert {c.name for c in verdict.checks if not c.tried} >= {"second moment", "step"}


def test_one_epoch_too_many_from_zero_has_both_names():
    one = exam("adam")
    text = text_of("adam", ("range(1, max_epochs + 1)", "range(max_epochs + 1)"))
    verdict = judge(one, take(one, compiled(text)), {"do_adam": text})
    assert set(verdict.misconceptions) == {"correction_exponent_zero", "history_too_long"}


DECOUPLED = {
    "before": "        w = w * (1 - eta * 0.01); b = b * (1 - eta * 0.01)\n        w = w -",
    "without eta": "        w = w * (1 - 0.01); b = b * (1 - 0.01)\n        w = w -",
    "w only": "        w = w - eta * 0.01 * w\n        w = w -",
}


@pytest.mark.parametrize("how", DECOUPLED)
@pytest.mark.parametrize("rule", RULES)
def test_a_decay_beside_the_step_is_weight_decay(rule, how):
    verdict = verdict_on(rule, written(rule, ("        w = w -", DECOUPLED[how])))
    assert verdict.misconceptions == ("weight_decay_added",)


@pytest.mark.parametrize("rule", RULES)
def test_so_is_one_after_it(rule):
    decay = "        w = w - eta * 0.01 * w; b = b - eta * 0.01 * b\n        w_history.append"
    verdict = verdict_on(rule, written(rule, ("        w_history.append", decay)))
    assert verdict.misconceptions == ("weight_decay_added",)


def test_three_faults_of_which_two_are_taught_are_all_named():
    edits = [
        ("mh_w = m_w / (1 - beta1**t)", "m_w = mh_w = m_w / (1 - beta1)"),
        ("mh_b = m_b / (1 - beta1**t)", "m_b = mh_b = m_b / (1 - beta1)"),
        ("vh_w = v_w / (1 - beta2**t)", "v_w = vh_w = v_w / (1 - beta2)"),
        ("vh_b = v_b / (1 - beta2**t)", "v_b = vh_b = v_b / (1 - beta2)"),
        ("np.sqrt(vh_w + eps)", "(np.sqrt(vh_w) + eps)"),
        ("np.sqrt(vh_b + eps)", "(np.sqrt(vh_b) + eps)"),
    ]
    verdict = verdict_on("adam", written("adam", *edits))
    named = {"correction_constant", "moment_overwritten", "epsilon_outside_root"}
    assert set(verdict.misconceptions) == named
    assert parts(verdict)["gradient"].passed


def test_an_instance_in_order_is_asked_as_ever():
    assert exam("adam").main.number.order == IN_ORDER


def test_a_path_without_an_end_is_not_told_in_shares_of_its_way():
    behaviours = KINDS["momentum_methods momentum"].behaviours
    overshoot = next(one for one in behaviours if one.name == "overshoot and return")
    (instance,) = overshoot.instances
    rows = instance.start * np.power(-2.0, np.arange(instance.max_epochs + 1))[:, None]
    shown = Shown({instance.name: rows}, UNKNOWN, "do_momentum")
    judged = overshoot.judge(shown)
    assert not judged.passed
    assert "farther and farther" in judged.message
    assert "%" not in judged.message
