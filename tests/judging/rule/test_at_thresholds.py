"""Code that is right on all that everybody is asked, and wrong beyond a number in it."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging.question import Verdict, examine
from autograder.judging.rule.at_thresholds import at_thresholds
from autograder.judging.rule.problems import posed
from autograder.judging.thresholds import Threshold
from autograder.model import Cell, Submission
from tests.judging.students import RULES, compiled, exam, question, score, share, text_of
from tests.judging.test_common import Sandboxed

BEGIN = "    w, b = init_w, init_b\n"
LOOP = "        for x, y in zip(X, Y):\n"
GATHERED = "            db += grad_b(w, b, x, y)\n"


def graded(rule: str, *edits: tuple[str, str], student: str = "somebody") -> tuple[Verdict, int]:
    """The verdict on an edited rule, and how many calls it took."""
    text = text_of(rule, *edits)
    submission = Submission(
        student, "file.py", (Cell(0, text.replace("def rule", f"def do_{rule}")),)
    )
    functions = Sandboxed(lambda: compiled(text))
    return examine([exam(rule, student)], submission, functions)[0][0], len(functions.asked)


def at_the_start(line: str) -> tuple[str, str]:
    return BEGIN, f"    {line}\n{BEGIN}"


def with_gradients(*lines: str) -> tuple[str, str]:
    return GATHERED, GATHERED + "".join(f"        {line}\n" for line in lines)


WRONG: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "no more than 300 epochs": ("adagrad", (at_the_start("max_epochs = min(max_epochs, 300)"),)),
    "stands from the 300th epoch on": ("rmsprop", (with_gradients("if t > 300: dw = 0 * dw"),)),
    "no correction after 250": ("adam", (("beta2**t", "beta2**min(t, 250)"),)),
    "the first 128 points": ("adam", (at_the_start("X, Y = X[:128], Y[:128]"),)),
    "the mean of more than 200": ("rmsprop", (with_gradients("if len(X) > 200: db = db / 2"),)),
    "all but the last of 32": (
        "adagrad",
        (at_the_start("k = len(X) // 32 * 32 or len(X); X, Y = X[:k], Y[:k]"),),
    ),
    "just 60 epochs": ("adagrad", (with_gradients("if max_epochs == 60: db = 0.99 * db"),)),
    "the first 40 vectors": ("adam", (at_the_start("X = X[:40] if np.ndim(X[0]) else X"),)),
    "vectors after 30 epochs": (
        "rmsprop",
        (with_gradients("if np.ndim(dw) and t > 30: dw = 0.9 * dw"),),
    ),
    "10 features": ("adagrad", (with_gradients("if np.size(dw) >= 10: dw = 0.9 * dw"),)),
    "a gradient beyond 1e4": (
        "rmsprop",
        (with_gradients("dw, db = np.clip(dw, -1e4, 1e4), np.clip(db, -1e4, 1e4)"),),
    ),
    "a gradient below 1e-10": (
        "adam",
        (with_gradients("dw = np.where(np.abs(dw) < 1e-10, 0, dw)"),),
    ),
    "a state beyond 1e10": (
        "adagrad",
        (("v_b = v_b + db**2\n", "v_b = np.minimum(v_b + db**2, 1e10)\n"),),
    ),
    "x rounded": ("adagrad", (at_the_start("X = np.round(X, 6)"),)),
    "a gradient rounded": ("rmsprop", (with_gradients("dw = np.round(dw, 10)"),)),
    "steps of 1e-8": (
        "adam",
        (
            ("        w = w - eta", "        w_before = w\n        w = w - eta"),
            (
                "        w_history.append(w)\n",
                "        w = w_before if np.all(abs(w - w_before) < 1e-8) else w\n"
                "        w_history.append(w)\n",
            ),
        ),
    ),
    "a step size of 10": ("adam", (at_the_start("eta = min(eta, 10)"),)),
    "an epsilon of 1e6": ("adagrad", (at_the_start("eps = min(eps, 1e6)"),)),
    "an epsilon of 1e-14": ("rmsprop", (at_the_start("eps = max(eps, 1e-14)"),)),
    "a beta of 0.9999": ("rmsprop", (at_the_start("beta = min(beta, 0.9999)"),)),
    "b beyond 500": ("adam", (with_gradients("if abs(b) > 500: db = 0.0"),)),
    "y beyond 100": ("adagrad", ((LOOP, f"{LOOP}            if y > 100: continue\n"),)),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_beyond_a_number_costs_points_and_is_told(what: str) -> None:
    rule, edits = WRONG[what]
    verdict, _ = graded(rule, *edits)
    lost = [check for check in verdict.checks if check.score < check.max_score]
    assert 0.5 < share(verdict) < 1
    assert lost[0].name in ("trajectory", "vector")
    assert "Right on ordinary problems" in lost[0].message
    assert "On a call with" in lost[0].message


def test_a_beta_that_is_nearly_1_is_not_told_as_1():
    verdict, _ = graded("adam", at_the_start("beta1 = min(beta1, 0.9995)"))
    (lost,) = (check for check in verdict.checks if "On a call with" in check.message)
    assert "beta1 = 0.9998" in lost.message


@pytest.mark.parametrize("what", ["no more than 300 epochs", "10 features", "y beyond 100"])
def test_it_costs_the_same_whoever_wrote_it(what: str) -> None:
    rule, edits = WRONG[what]
    found = [graded(rule, *edits, student=f"student {n}")[0] for n in range(5)]
    assert {(v.checks, v.misconceptions, v.message) for v in found} == {
        (found[0].checks, found[0].misconceptions, found[0].message)
    }


RIGHT: dict[str, tuple[tuple[str, str], ...]] = {
    "prints now and then": (with_gradients("if t % 10 == 0 or t == 250: str(dw)"),),
    "warns of long runs": (at_the_start("if max_epochs > 1000: str(max_epochs)"),),
    "asks for what is sensible": (at_the_start("assert 0 <= eta < 1e9 and len(X) < 10**7"),),
    "gathers by parts": (
        (
            LOOP,
            "        for x, y in ((X[j], Y[j]) for k in range(0, len(X), 32)\n"
            "                     for j in range(k, min(k + 32, len(X)))):\n",
        ),
    ),
    "rounds below the tolerance": (
        ("return w_history, b_history", "return [np.round(w, 9) for w in w_history], b_history"),
    ),
    "guards against nothing": (with_gradients("dw = np.clip(dw, -1e100, 1e100)"),),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("what", RIGHT)
def test_right_code_keeps_all_points_whatever_numbers_it_holds(what: str, rule: str) -> None:
    verdict, _ = graded(rule, *RIGHT[what])
    assert score(verdict) == sum(question(rule).points.values())
    assert verdict.message is None


@pytest.mark.parametrize("rule", RULES)
def test_only_code_that_holds_a_number_is_asked_more(rule: str) -> None:
    everybody = len(exam(rule).calls)
    assert graded(rule)[1] == everybody
    assert graded(rule, with_gradients("if t % 10 == 0: str(dw)"))[1] > everybody


NUMBERS = (1e-20, 1e-12, 1e-8, 1e-4, 0.5, 0.999, 7.0, 300.0, 1e6, 1e12)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("rule", RULES)
def test_the_calls_lie_on_both_sides_of_a_number_and_do_not_blow_up_rounding(
    rule: str, number: float
) -> None:
    kind = question(rule)
    calls = at_thresholds(kind, (Threshold(number, counts=True, sizes=True),))
    assert len({call.instance.name for call in calls}) == len(calls)
    for call in calls:
        right = posed(kind, call.instance)
        assert right is not None
        np.testing.assert_array_equal(call.right, right)
    for of in ("eta", "eps"):
        values = [call.instance.hyper[of] for call in calls]
        assert max(values) > number or number > 1e8
        assert min(values) < number or number < 1e-8
    sizes = [np.abs(call.instance.gradients_along(call.right[:1])).max() for call in calls]
    assert min(sizes) < number < max(sizes)
    if number == 300:
        assert {call.instance.points for call in calls} >= {300, 301}
        assert {call.instance.features for call in calls} >= {300, 301}
        assert max(call.instance.max_epochs for call in calls) > 300
