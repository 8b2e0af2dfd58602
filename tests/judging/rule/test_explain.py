"""What a student reads and sees of a verdict."""

import re

import numpy as np
import pytest

from autograder.judging.rule.moments import identify
from autograder.judging.rule.pictures import monte_carlo
from autograder.judging.stopped import cells_stopped, missing, no_answer, raised
from autograder.model import Cell, Fault, NotebookRun, Outcome, Submission, Taken, Trace
from tests.judging.students import RULES, exam, judge, take, verdict_on, written

UNCORRECTED = [("/ (1 - beta1**t)", ""), ("/ (1 - beta2**t)", "")]


def test_the_name_stands_in_a_sentence_about_the_function():
    verdict = verdict_on("adam", written("adam", *UNCORRECTED))
    explanation = verdict.explanations[0]
    assert verdict.message == f"Your do_adam {explanation.title}."
    assert explanation.hint
    assert explanation.lecture


def test_two_names_stand_in_one_sentence():
    edits = [*UNCORRECTED, ("dw +=", "dw ="), ("db +=", "db =")]
    verdict = verdict_on("adam", written("adam", *edits))
    one, other = (e.title for e in verdict.explanations)
    assert verdict.message == f"Your do_adam {one} and {other}."


def numbers(table):
    return [[float(cell) for cell in row[1:] if cell] for row in table.rows]


def test_a_wrong_adam_sees_its_recovered_weights_beside_the_rules():
    verdict = verdict_on("adam", written("adam", *UNCORRECTED))
    beta1 = exam("adam").main.number.hyper["beta1"]
    weights = numbers(next(t for t in verdict.tables if "first" in t.title))
    expected = [[(1 - beta1) * beta1 ** (t - i) for i in range(t + 1)] for t in range(len(weights))]
    for own, right in zip(weights, expected, strict=True):
        np.testing.assert_allclose(own, right, rtol=2e-3)
    picture = next(p for p in verdict.pictures if "Weights in your first" in p.title)
    rule, own = picture.lines
    assert (rule.style, own.style) == ("bar", "bar")
    assert sum(rule.y) == pytest.approx(1)
    assert sum(own.y) == pytest.approx(1 - beta1 ** len(own.y))


def test_only_the_moment_that_is_wrong_is_shown():
    verdict = verdict_on("adam", written("adam", ("/ (1 - beta2**t)", "")))
    assert [("second" in t.title) for t in verdict.tables] == [True]


@pytest.mark.parametrize("rule", RULES)
def test_a_right_rule_is_shown_no_weights_but_its_path(rule):
    verdict = verdict_on(rule, written(rule))
    assert not verdict.tables
    titles = [p.title for p in verdict.pictures]
    assert any("path" in title for title in titles)
    assert not any("Weights" in title for title in titles)
    assert all(len(line.x) == len(line.y) for p in verdict.pictures for line in p.lines)


def test_the_mean_of_many_streams_is_drawn_with_its_band():
    one = exam("adam")
    found = identify(one.streams, take(one, written("adam"))).first_vector
    mean = found.moments.mean()
    expected, own = monte_carlo(found, mean, "m_hat").lines
    assert set(expected.y) == {1.0}
    for low, middle, high in zip(own.low, own.y, own.high, strict=True):
        assert low < middle < high
        assert low < 1 < high, "within the 99 % band for this recorded draw"


def test_a_biased_mean_is_off_the_line_at_first():
    one = exam("adam")
    found = identify(one.streams, take(one, written("adam", *UNCORRECTED))).first_vector
    right = identify(one.streams, take(one, written("adam"))).first_vector
    _, own = monte_carlo(found, right.moments.mean(), "m").lines
    assert own.high[0] < 1


SENTENCES = {
    "reset": (
        "rmsprop",
        [("beta * v_w +", "0 * v_w + 2 *"), ("beta * v_b +", "0 * v_b + 2 *")],
        "Only the newest gradient counts in v of w",
    ),
    "sums": (
        "adam",
        [("beta1**t", "beta1**(2 * t)"), ("beta2**t", "beta2**(2 * t)")],
        "add up to",
    ),
    "no average": ("adagrad", [("dw**2", "dw**4"), ("db**2", "db**4")], "first difference"),
    "explained": ("adagrad", [("eta /", "eta / t /")], "divided by the epoch"),
    "points": ("adagrad", [("zip(X, Y)", "list(zip(X, Y))[:1]")], "all points' gradients"),
    "first difference": ("adagrad", [("eta /", "eta / t /")], "first difference is at epoch 2"),
    "ratio": ("adagrad", [("eta /", "eta / t /")], "0.5 times the rule's step"),
}


@pytest.mark.parametrize("what", SENTENCES)
def test_a_fault_without_a_name_is_described(what):
    rule, edits, words = SENTENCES[what]
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions == ()
    assert words in " ".join(verdict.evidence)


EARLY = [
    *((f"vh_{p} = v_{p} /", f"vh_{p} = (v_{p} + eps) /") for p in "wb"),
    *((f"vh_{p} + eps", f"vh_{p}") for p in "wb"),
]


def test_epsilon_before_the_correction_is_wrong_in_the_step_only():
    """As in the efficient form of the paper, where the rate is corrected and not the moments."""
    verdict = verdict_on("adam", written("adam", *EARLY))
    assert "ε is added to v before its bias correction" in verdict.evidence[0]
    lost = {check.name for check in verdict.checks if not check.passed}
    assert lost == {"step", "trajectory", "vector"}


def test_a_small_difference_is_said_with_as_many_digits_as_show_it():
    verdict = verdict_on("adagrad", written("adagrad", ("eta /", "1.000003 * eta /")))
    assert "is 1.000003 times the rule's step" in " ".join(verdict.evidence)
    slowly = [("beta1 * m_", "beta1 * 0.99**(t - 1) * m_")]
    evidence = " ".join(verdict_on("adam", written("adam", *slowly)).evidence)
    sums = re.search(r"m of w add up to ([\d., ]+) times", evidence)
    assert sums
    assert set(sums[1].split(", ")) != {"1"}


def test_no_hidden_digit_of_the_right_path_is_given_away():
    verdict = verdict_on("adagrad", written("adagrad", ("eta /", "eta / t /")))
    one = exam("adagrad")
    said = " ".join((*verdict.evidence, *(c.message for c in verdict.checks)))
    for instance in one.main:
        for value in one.question.catalogue.right().trajectories(instance)[0].ravel():
            assert f"{value:.4g}" not in said.split()


def test_an_error_is_said_with_place_line_and_cause():
    fault = Fault("NameError", "name 'npp' is not defined", 4, 2, "  v = npp.sqrt(v)")
    text = raised("do_adam", fault)
    assert text == (
        "do_adam stopped with NameError in cell 4, line 2 (v = npp.sqrt(v)): "
        "name 'npp' is not defined"
    )
    assert raised("do_adam", Fault("KeyError", "")) == "do_adam stopped with KeyError"


def test_an_error_on_some_calls_only_is_said_too():
    edit = (
        "    w, b = init_w",
        "    if np.ndim(init_w): raise TypeError('vectors')\n    w, b = init_w",
    )
    verdict = judge(exam("adagrad"), take(exam("adagrad"), written("adagrad", edit)))
    assert "TypeError" in verdict.message


def test_in_a_file_without_cells_a_place_is_a_line() -> None:
    end = Fault("SystemExit", "", None, 79, "sys.exit()")
    file = Submission("amy", "amy.py", (Cell(0, "\n" * 80 + "def f(): ..."),))
    assert missing("f", NotebookRun(Outcome.RETURNED, {0: end}), file) == (
        "The file stopped before def f was run, at line 79: sys.exit(): SystemExit"
    )
    call = Trace("f", Outcome.MISSING)
    why, _ = no_answer("f", [call], NotebookRun(Outcome.RETURNED, {0: end}), file)
    assert why == "def f was never run"
    why, _ = no_answer("g", [call], NotebookRun(Outcome.RETURNED, {0: end}), file)
    assert why == "there is no function g"
    cell = Submission("amy", "amy.ipynb", (Cell(3, "\n" * 80 + "def f(): ..."),))
    there = NotebookRun(Outcome.RETURNED, {3: Fault("SystemExit", "", 3, 79, "sys.exit()")})
    assert missing("f", there, cell) == (
        "The cell with def f failed before that was run: cell 3, line 79: sys.exit(): SystemExit"
    )
    fault = Fault("NameError", "name 'npp' is not defined", None, 79, "x = npp.pi")
    went_on = missing("f", NotebookRun(Outcome.RETURNED, {0: fault}), file)
    assert "79" not in went_on, "what follows was run all the same"
    assert "in line 79 (x = npp.pi)" in raised("f", fault)


DECORATED = """import fast
@fast.jit
def f(): ...

@fast.jit(
    1,
)
def g(): ...
def h(): return f()
"""


def test_a_decorator_that_fails_hides_its_own_function_only() -> None:
    file = Submission("amy", "amy.py", (Cell(0, DECORATED),))
    no_module = Fault("ModuleNotFoundError", "No module named 'fast'", None, 1, "import fast")
    failed = (
        Fault("NameError", "name 'fast' is not defined", None, 2, "@fast.jit"),
        Fault("NameError", "name 'fast' is not defined", None, 5, "@fast.jit("),
    )
    run = NotebookRun(Outcome.RETURNED, {0: no_module}, failed)
    because = "(fast is not defined because of line 1: import fast: ModuleNotFoundError: "
    for name, place in (("f", "line 2: @fast.jit: "), ("g", "line 5: @fast.jit(: ")):
        said = missing(name, run, file)
        assert said.startswith(f"The definition of {name} failed in {place}")
        assert because in said
    assert missing("h", run, file) == "There is no function h in this file."
    call = Trace("h", Outcome.RAISED, fault=Fault("NameError", "name 'f' is not defined"))
    _, why = no_answer("h", [call], run, file)
    assert because in why


def test_every_error_and_every_name_that_was_taken_is_told() -> None:
    first, later = Fault("E", "m", 2, 3, "a"), Fault("F", "n", 2, 5, "b")
    taken = (Taken("f", 4, 1, "f, ax = plt.subplots()"), Taken("sum", None, 9, "sum = 0"))
    run = NotebookRun(Outcome.RETURNED, {2: first}, (later,), 7, taken)
    submission = Submission("amy", "amy.ipynb", (Cell(2, ""), Cell(4, "")))
    assert cells_stopped(run, submission) == [
        "Cell 2 had an error in line 3 (a): E: m",
        "In cell 2, line 5 (b) there was another error: F: n",
        "There were 7 more errors like these.",
        "Line 1 of cell 4 (f, ax = plt.subplots()) gives the name f to something else. "
        "It was graded as if the name still belonged to what it named before.",
        "Line 9 (sum = 0) gives the name sum to something else. It was graded as if "
        "the name still belonged to what it named before.",
    ]


def test_a_page_tells_of_the_first_errors_and_counts_the_others() -> None:
    first = {number: Fault("E", "m", number, 1, "a") for number in range(1, 20)}
    run = NotebookRun(Outcome.RETURNED, first, (Fault("F", "n", 2, 5, "b"),) * 3, 5)
    sentences = cells_stopped(run, Submission("amy", "amy.ipynb", (Cell(2, ""), Cell(4, ""))))
    assert sentences[18].startswith("Cell 19 had an error")
    assert sentences[19:] == [
        "In cell 2, line 5 (b) there was another error: F: n",
        "There were 7 more errors like these.",
    ]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("math domain error", "f stopped with ValueError in line 4 (a): math domain error"),
        ("", "f stopped with ValueError in line 4 (a)"),
        (
            "…",
            "f stopped with ValueError in line 4 (a). (Its message is left out: it may hold what "
            "the call was given.)",
        ),
        (
            "index … is out of bounds for size 3",
            "f stopped with ValueError in line 4 (a): index … is out of bounds for size 3 (… "
            "stands for what may come from the call.)",
        ),
    ],
)
def test_what_is_left_out_of_a_message_is_told(message: str, told: str) -> None:
    assert raised("f", Fault("ValueError", message, None, 4, "a")) == told
