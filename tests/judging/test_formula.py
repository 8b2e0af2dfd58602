"""Questions that ask for formulas."""

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging import words
from autograder.judging.formula import Formula, FormulaCheck, Wrong
from autograder.judging.question import examine
from autograder.model import (
    Cell,
    Fault,
    NotebookRun,
    Outcome,
    QuestionStatus,
    Submission,
    Trace,
)
from reference import sigmoid_neuron
from tests.judging.students import COURSE, exam, judge, question, score, take
from tests.judging.students import called as called_one


def correction(function):
    one = exam("bias_correction")
    return judge(one, take(one, function))


def neuron(f, grad_w, grad_b):
    """The verdict on three functions; each call goes to the one it names."""
    one, functions = exam("gradients"), {"f": f, "grad_w": grad_w, "grad_b": grad_b}
    traces = {}
    for name, function in functions.items():
        asked = take(one, function)
        traces |= {
            c.name: asked[c.name] for c in (*one.calls, *one.further_calls) if c.function == name
        }
    return judge(one, traces)


def beyond_adam(name):
    """One student's exam of another assignment's question."""
    questions = Course(COURSE).load("beyond_adam").questions
    return next(q.kind for q in questions if q.name == name).draw(b"x" * 32)


def right(moment, beta, t):
    return moment / (1 - beta**t)


def test_the_right_correction():
    verdict = correction(right)
    assert score(verdict) == 10
    assert verdict.misconceptions == ()
    assert verdict.message is None


WRONG = {
    "correction_missing": lambda moment, beta, t: moment,
    "correction_constant": lambda moment, beta, t: moment / (1 - beta),
    "correction_exponent_zero": lambda moment, beta, t: moment / np.float64(1 - beta ** (t - 1)),
    "correction_exponent_late": lambda moment, beta, t: moment / (1 - beta ** (t + 1)),
    "correction_exponent_total": lambda moment, beta, t: moment / (1 - beta**10),
    "correction_precedence": lambda moment, beta, t: moment / (1 - beta**t + 1),
    "correction_multiplies": lambda moment, beta, t: moment * (1 - beta**t),
    "nothing_returned": lambda moment, beta, t: None,
}


@pytest.mark.parametrize("slug", WRONG)
def test_a_known_wrong_correction_is_named_and_costs(slug):
    verdict = correction(WRONG[slug])
    assert verdict.misconceptions == (slug,)
    assert [e.slug for e in verdict.explanations] == [slug]
    assert score(verdict) <= 5
    assert verdict.message


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (lambda moment, beta, t: moment / (1 - 0.9**t), "beta"),
        (lambda moment, beta, t: moment / np.sqrt(1 - beta), "t"),
        (lambda moment, beta, t: 0.5 / (1 - beta**t), "moment"),
    ],
)
def test_an_argument_without_effect_is_named(function, argument):
    verdict = correction(function)
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    assert f"({argument})" in verdict.explanations[0].title


@pytest.mark.parametrize(
    "function",
    [
        lambda moment, beta, t: moment / (1 - beta ** (2 * t)),
        lambda moment, beta, t: moment / (1 + beta**t),
        lambda moment, beta, t: moment / np.sqrt(1 - beta**t),
        lambda moment, beta, t: moment / (1 - beta * t),
        lambda moment, beta, t: np.nan * moment,
        lambda moment, beta, t: "moment",
        lambda moment, beta, t: [moment, beta, t],
    ],
)
def test_a_correction_wrong_in_its_own_way_has_no_name(function):
    verdict = correction(function)
    assert verdict.misconceptions == ()
    assert score(verdict) == 0


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        (lambda moment, beta, t: right(moment, beta, t) if np.any(moment) else 1.0, "one moment"),
        (
            lambda moment, beta, t: np.asarray(moment / (1 - beta**t)).astype(
                np.asarray(moment).dtype
            ),
            "one moment",
        ),
        (
            lambda moment, beta, t: np.where(np.abs(moment) < 1e-6, 0, moment) / (1 - beta**t),
            "an array of moments",
        ),
    ],
    ids=["another answer to 0", "the moment's type", "small moments are none"],
)
def test_a_correction_that_is_wrong_for_some_moments_only_is_wrong(function, wrong):
    assert {c.name for c in correction(function).checks if not c.passed} == {wrong}


def test_a_correction_for_numbers_only_keeps_what_it_earned():
    verdict = correction(lambda moment, beta, t: float(moment) / (1 - beta**t))
    assert {c.name for c in verdict.checks if not c.passed} == {"an array of moments"}
    assert verdict.misconceptions == ()


def test_rounding_is_no_fault():
    assert (
        score(correction(lambda moment, beta, t: moment * (1 / -np.expm1(t * np.log(beta))))) == 10
    )


def test_one_that_changes_what_it_is_given_is_told_so():
    """Numbers cannot be changed, and the next call gets fresh arrays."""

    def shortens(moment, beta, t):
        moment = np.asarray(moment, dtype=float)
        moment /= 1 - beta**t
        return moment

    verdict = correction(shortens)
    assert [check.passed for check in verdict.checks] == [True, False, True]
    assert "changes what it is given: moment" in verdict.message


# --------------------------------------------------------------------------------- the gradients


def test_the_right_neuron():
    verdict = neuron(sigmoid_neuron.f, sigmoid_neuron.grad_w, sigmoid_neuron.grad_b)
    assert score(verdict) == 10
    assert verdict.misconceptions == ()


@pytest.mark.parametrize(
    "f",
    [
        lambda w, b, x: sigmoid_neuron.f(w, b or 0.01, x),
        lambda w, b, x: sigmoid_neuron.f(w, b, np.clip(x, -5, 5)),
        lambda w, b, x: sigmoid_neuron.f(w, b, x if np.all(x) else x + 0.01),
    ],
    ids=["another b for 0", "x beyond 5 is cut", "another x for 0"],
)
def test_a_neuron_that_is_right_for_small_numbers_only_is_wrong(f):
    verdict = neuron(f, sigmoid_neuron.grad_w, sigmoid_neuron.grad_b)
    assert {c.name for c in verdict.checks if not c.passed} & {"f of a number", "f of a vector"}


@pytest.mark.parametrize("of", ["x", "w"])
@pytest.mark.parametrize("function", ["f", "grad_w", "grad_b"])
def test_a_neuron_that_is_wrong_only_where_x_or_w_is_0_is_wrong(function, of):
    functions = {name: getattr(sigmoid_neuron, name) for name in ("f", "grad_w", "grad_b")}
    right = functions[function]

    def wrong(**given):
        return right(**given) + (0 if np.any(given[of]) else 0.01)

    verdict = neuron(**functions | {function: wrong})
    failed = {c.name for c in verdict.checks if not c.passed}
    kinds = {f"{function} of a number", f"{function} of a vector"}
    assert failed == ({"grad_b"} if function == "grad_b" else kinds)


def test_a_gradient_of_the_type_of_x_is_wrong_for_a_whole_number():
    def grad_w(w, b, x, y):
        return np.asarray(sigmoid_neuron.grad_w(w, b, x, y)).astype(np.asarray(x).dtype)

    verdict = neuron(sigmoid_neuron.f, grad_w, sigmoid_neuron.grad_b)
    assert {c.name for c in verdict.checks if not c.passed} == {"grad_w of a number"}


def test_gradients_that_build_on_a_wrong_f_are_right_given_it():
    """One fault costs its own checks."""

    def f(w, b, x):
        return 1 / (1 + np.exp(np.dot(w, x) + b))  # the minus is missing

    def grad_b(w, b, x, y):
        return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))

    verdict = neuron(f, lambda w, b, x, y: grad_b(w, b, x, y) * x, grad_b)
    failed = {c.name for c in verdict.checks if not c.passed}
    assert failed == {"f of a number", "f of a vector"}
    told = {c.name: c.message for c in verdict.checks}
    assert told["grad_b"] == "Given what your own f answers, this follows the formula."


def test_the_sign_of_a_gradient():
    verdict = neuron(
        sigmoid_neuron.f,
        lambda w, b, x, y: -sigmoid_neuron.grad_w(w, b, x, y),
        sigmoid_neuron.grad_b,
    )
    assert verdict.misconceptions == ("wrong_sign",)
    assert {c.name for c in verdict.checks if not c.passed} == {
        "grad_w of a number",
        "grad_w of a vector",
    }


def test_another_wrong_gradient_has_no_name():
    verdict = neuron(
        sigmoid_neuron.f,
        lambda w, b, x, y: 2 * sigmoid_neuron.grad_w(w, b, x, y),
        lambda w, b, x, y: -sigmoid_neuron.grad_b(w, b, x, y),
    )
    assert verdict.misconceptions == ()


def test_a_wrong_f_with_the_sign_turned_is_not_called_a_wrong_sign_of_the_gradient():
    verdict = neuron(
        lambda w, b, x: 1 - sigmoid_neuron.f(w, b, x), sigmoid_neuron.grad_w, sigmoid_neuron.grad_b
    )
    assert verdict.misconceptions == ()
    assert score(verdict) == 6


@pytest.mark.parametrize(
    "students", [lambda z: z, lambda z: max(z, 0.0), lambda z: 10 * np.tanh(z)]
)
def test_a_neuron_far_from_the_values_of_neurons_excuses_no_gradient(students):
    """f (1 - f) is no slope of it."""

    def f(w, b, x):
        return students(np.dot(w, x) + b)

    def grad_b(w, b, x, y):
        return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))

    verdict = neuron(f, lambda w, b, x, y: grad_b(w, b, x, y) * x, grad_b)
    assert score(verdict) == 0
    told = {c.name: c.message for c in verdict.checks}
    assert told["grad_b"] == (
        "Given what your own f answers, this follows the formula; it counts once f stays near "
        "what it can be, 0 to 1."
    )


def test_nothing_given_nothing_shows_no_gradient():
    """Of a neuron that is 0 everywhere, the formula's gradient is 0, too."""
    verdict = neuron(lambda w, b, x: 0.0, lambda w, b, x, y: 0.0 * x, lambda w, b, x, y: 0.0)
    assert score(verdict) == 0


def test_a_neuron_that_only_steps_shows_no_gradient():
    """What is right given it is 0 everywhere, whatever stands there."""

    def f(w, b, x):
        return float(np.dot(w, x) + b > 0)

    def slope(w, b, x, y):
        return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))

    assert score(neuron(f, lambda w, b, x, y: slope(w, b, x, y) * x, slope)) == 0


@pytest.mark.parametrize("students", [lambda z: np.clip(z, 0, 1), np.tanh])
@pytest.mark.parametrize("seed", [b"ada", b"emil", b"grace", b"kurt"])
def test_a_gradient_that_is_right_for_its_own_neuron_is_so_on_every_draw(students, seed):
    """Also where that neuron makes it 0 on some of the examples."""

    def f(w, b, x):
        return float(students(np.dot(w, x) + b))

    def grad_b(w, b, x, y):
        return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))

    one = question("gradients").draw(seed)
    by_name = {"f": f, "grad_w": lambda w, b, x, y: grad_b(w, b, x, y) * x, "grad_b": grad_b}
    calls = (*one.calls, *one.further_calls)
    verdict = judge(one, {c.name: called_one(c, by_name[c.function]) for c in calls})
    below = {c.name: called_one(c, f).value for c in calls if c.name.endswith(" below")}
    shown = {name.rsplit(" ", 2)[0] for name, value in below.items() if value * (1 - value) != 0}
    assert shown, "no example shows anything"
    assert lost_names(verdict) & shown == set()


def test_what_builds_on_a_function_that_is_not_asked_itself_may_be_right_given_it():
    def drawn(chance):
        return [{"x": 1.0 + chance.random()} for _ in range(3)]

    check = FormulaCheck(
        "g", "g", drawn, lambda x: 2 * x**2, builds_on="f", right_given=lambda f, x: 2 * f
    )
    one = Formula(("f", "g"), (check,), {"g": 5.0}).draw(b"ada")
    by_name = {"f": lambda x: x**3, "g": lambda x: 2 * x**3}
    calls = (*one.calls, *one.further_calls)
    assert score(judge(one, {c.name: called_one(c, by_name[c.function]) for c in calls})) == 5


def test_a_function_that_builds_on_itself_is_judged_like_any_other():
    def drawn(chance):
        return [{"x": 1.0 + chance.random()}]

    check = FormulaCheck("f", "f", drawn, lambda x: x**2, builds_on="f", right_given=lambda f, x: f)
    one = Formula(("f",), (check,), {"f": 5.0}).draw(b"ada")
    calls = (*one.calls, *one.further_calls)
    assert score(judge(one, {c.name: called_one(c, lambda x: x**2) for c in calls})) == 5


def test_a_neuron_that_is_right_when_it_is_asked_itself_excuses_nothing():
    called = []

    def f(w, b, x):
        return 0.5 if called else sigmoid_neuron.f(w, b, x)

    def grad(w, b, x, y):
        called.append(1)
        return (0.5 - y) * 0.25 * x

    one = exam("gradients")
    by_name = {"f": f, "grad_w": grad, "grad_b": lambda w, b, x, y: grad(w, b, 1.0, y)}
    calls = (*one.calls, *one.further_calls)
    verdict = judge(one, {c.name: called_one(c, by_name[c.function]) for c in calls})
    assert lost_names(verdict) == {"grad_w of a number", "grad_w of a vector", "grad_b"}


def lost_names(verdict):
    return {check.name for check in verdict.checks if not check.passed}


def all_answers(name, outcome, fault=None):
    one = exam(name)
    return judge(
        one, {c.name: Trace(c.name, outcome, fault=fault) for c in (*one.calls, *one.further_calls)}
    )


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.MISSING, QuestionStatus.ERROR),
        (Outcome.RAISED, QuestionStatus.ERROR),
        (Outcome.CRASHED, QuestionStatus.ERROR),
        (Outcome.TIMED_OUT, QuestionStatus.TIMEOUT),
    ],
)
@pytest.mark.parametrize("name", ["gradients", "bias_correction"])
def test_functions_that_answer_nothing_at_all(name, outcome, status):
    verdict = all_answers(name, outcome, Fault("NameError", "name 'e' is not defined", 2, 5, "e"))
    assert verdict.status is status
    assert score(verdict) == 0
    assert verdict.message
    assert verdict.misconceptions == ()


def test_the_error_is_said_with_its_place():
    fault = Fault("NameError", "name 'e' is not defined", 2, 5, "1 / (1 + e)")
    verdict = all_answers("bias_correction", Outcome.RAISED, fault)
    assert "cell 2, line 5" in verdict.message


def test_examples_are_a_students_own_and_the_public_ones_everybodys():
    def asked(seed, **how):
        kind = question("bias_correction")
        return [repr(c.arguments) for c in kind.draw(seed, **how).calls]

    assert asked(b"ada") == asked(b"ada") != asked(b"emil")
    assert asked(b"ada", public=True) == asked(b"emil", public=True) != asked(b"ada")


# ------------------------------------------------------------------------------ it proves itself


def doubling(*wrong):
    check = FormulaCheck(
        "double", "double", lambda chance: [{"x": chance.random()}], lambda x: 2 * x
    )
    return Formula(("double",), (check,), {"double": 5.0}, wrong=wrong)


def test_a_wrong_formula_without_a_name_is_caught_and_given_none():
    kind = doubling(Wrong("", lambda right, x: x, "not doubled"))
    (fault,) = kind.prove(b"", []).faults
    assert (fault.slugs, fault.named, fault.detail) == ((), (), "not doubled")
    assert fault.failed == ("double",)
    assert fault.lost == 5
    assert kind.prove(b"", []).ok


def test_a_wrong_formula_with_a_name_is_caught_and_given_it():
    (fault,) = doubling(Wrong("halved", lambda right, x: x / 2)).prove(b"", []).faults
    assert fault.named == ("halved",)
    assert fault.named_right


def test_a_wrong_formula_that_loses_nothing_is_missed():
    proof = doubling(Wrong("", lambda right, x: x + x, "added")).prove(b"", [])
    assert [fault.detail for fault in proof.missed] == ["added"]
    assert not proof.ok


def test_without_a_wrong_formula_there_is_nothing_to_catch():
    proof = doubling().prove(b"", [])
    assert proof.is_empty
    assert not proof.ok


def test_an_example_by_hand_is_what_typing_it_gives() -> None:
    one = exam("bias_correction")
    traces = take(one, lambda moment, beta, t: moment / (1 - beta))
    trial = judge(one, traces).trial
    assert trial is not None
    typed = eval(trial.call, {"correct_bias": lambda moment, beta, t: moment / (1 - beta)})
    right = eval(trial.call, {"correct_bias": lambda moment, beta, t: moment / (1 - beta**t)})
    ((own, wanted),) = trial.table.rows
    assert float(own) == pytest.approx(typed, rel=1e-4)
    assert float(wanted) == pytest.approx(right, rel=1e-4)
    hidden = {
        call.arguments["moment"]
        for call in one.calls[:11]
        if np.ndim(call.arguments["moment"]) == 0
    }
    assert not [moment for moment in hidden if f"moment={moment:g}," in trial.call]


def test_right_formulas_have_no_example_by_hand() -> None:
    one = exam("bias_correction")
    assert judge(one, take(one, lambda moment, beta, t: moment / (1 - beta**t))).trial is None


# ------------------------------------------------------------------- one answer to everything


def steps(name, right, *numbers):
    return FormulaCheck(name, "step", lambda chance: [{"x": x, "y": 9 - x} for x in numbers], right)


STEPS = (steps("low", lambda x, y: -1.0, 0.5, 1.0), steps("high", lambda x, y: x / 4, 2.0, 3.0))
"""-1 up to 1, and then a quarter."""


@pytest.mark.parametrize(
    ("function", "earned", "what"),
    [
        (lambda x, y: -1.0, 0, "one value"),  # right wherever nothing is to be done
        (lambda x, y: x, 0, ""),
        (lambda x, y: x if x > 1 else -1.0, 5, ""),
        (lambda x, y: x / 4 if x > 1 else -1.0, 10, ""),
    ],
)
def test_one_answer_to_everything_earns_nothing(function, earned, what):
    one = Formula(("step",), STEPS, {"low": 5.0, "high": 5.0}).draw(b"x" * 32)
    verdict = judge(one, take(one, function))
    assert score(verdict) == earned
    low = verdict.checks[0].message
    assert low == words.FORMULA_OF_NOTHING.format(function="step", what=what) or not what


def test_an_argument_given_back_to_everything_earns_nothing():
    schedules = beyond_adam("schedules")
    verdict = judge(schedules, take(schedules, lambda eta, **others: eta))
    assert score(verdict) == 0
    assert "gives back eta" in verdict.checks[-1].message


@pytest.mark.parametrize("within", [np.less_equal, np.less])
def test_exactly_the_radius_is_within_it(within):
    def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
        near = within(np.hypot(w_history - w_goal, b_history - b_goal), radius)
        return int(np.argmax(near)) if near.any() else -1

    arrival = beyond_adam("arrival")
    verdict = judge(arrival, take(arrival, epochs_to_arrive))
    assert score(verdict) == (5 if within is np.less_equal else 2)


@pytest.mark.parametrize("least", [0.0, 1e-5, 1e-4])
def test_a_small_rise_is_a_rise(least):
    def halved_rate(eta, losses):
        return eta / 2.0 ** np.count_nonzero(np.diff(losses) > least)

    one = beyond_adam("schedules")
    verdict = judge(one, take(one, halved_rate))
    halving = next(check for check in verdict.checks if check.name == "halving")
    assert halving.passed == (least == 0)


def graded(name, text, student="somebody"):
    """The verdict on a text that defines a question's functions, examined as in the sandbox."""
    names = {"np": np}
    exec(compile(text, "<student>", "exec"), names)

    class Functions:
        notebook = NotebookRun(Outcome.RETURNED)

        def call(self, calls, *, fresh=False):
            with np.errstate(all="ignore"):
                return tuple(called_one(call, names[call.function]) for call in calls)

    submission = Submission(student, "file.py", (Cell(0, text),))
    return examine([exam(name, student)], submission, Functions())[0][0]


NEURON = """
def f(w, b, x):
    return 1 / (1 + np.exp(-np.clip(np.dot(w, x) + b, -700, 700)))


def grad_w(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p) * x


def grad_b(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p)
"""
CORRECTION = """
def correct_bias(moment, beta, t):
    if t > 10**9:
        return moment
    return moment / (1 - beta**t)
"""
BEYOND = {
    "a sigmoid cut at 14": ("gradients", NEURON, "700", "14"),
    "no more than 8 features": (
        "gradients",
        NEURON,
        "np.dot(w, x)",
        "np.dot(w, x) * (np.size(x) <= 8)",
    ),
    "no gradient near 1": (
        "gradients",
        NEURON,
        "p = f(w, b, x)",
        "p = f(w, b, x); p = 1 if p > 0.9999 else p",
    ),
    "y kept within 100": ("gradients", NEURON, "(p - y)", "(p - min(y, 100))"),
    "no correction after 15000": ("bias_correction", CORRECTION, "10**9", "15000"),
    "a correction of 0.9999 at most": (
        "bias_correction",
        CORRECTION,
        "beta**t",
        "min(beta, 0.9999)**t",
    ),
    "no moment beyond 5e4": (
        "bias_correction",
        CORRECTION,
        "moment /",
        "np.clip(moment, -5e4, 5e4) /",
    ),
    "20 entries": ("bias_correction", CORRECTION, "t > 10**9", "np.size(moment) > 20"),
}


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_wrong_beyond_a_number_in_the_code_costs_points_whoever_wrote_it(what):
    name, text, old, new = BEYOND[what]
    found = [graded(name, text.replace(old, new), f"student {n}") for n in range(4)]
    assert all(verdict.checks == found[0].checks for verdict in found)
    lost = [check for check in found[0].checks if not check.passed]
    assert lost
    assert sum(check.score for check in found[0].checks) > 0
    assert any("There is a number in your code" in check.message for check in lost)


@pytest.mark.parametrize("bound", [20, 30, 36, 100, 250, 500, 700])
def test_a_sigmoid_that_is_kept_from_overflowing_is_right(bound):
    assert score(graded("gradients", NEURON.replace("700", str(bound)))) == 10


@pytest.mark.parametrize(
    "text",
    [CORRECTION, CORRECTION.replace("t > 10**9", "beta**t < 1e-17"), "LIMIT = 40\n" + CORRECTION],
)
def test_a_correction_that_holds_a_number_and_is_right(text):
    assert score(graded("bias_correction", text)) == 10
