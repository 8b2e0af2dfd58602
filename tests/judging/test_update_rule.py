"""The whole exam: what is no known fault has no name, and no answer whatever stops the judge."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.question import Answers, examine
from autograder.judging.rule.moments import identify
from autograder.judging.rule.students_exam import common_exam
from autograder.judging.update_rule import Conventions
from autograder.model import (
    Cell,
    Fault,
    NotebookRun,
    Opaque,
    Outcome,
    QuestionStatus,
    Submission,
    Trace,
)
from autograder.settings import Convention
from tests.judging.students import (
    NOBODY,
    RULES,
    called,
    compiled,
    exam,
    judge,
    share,
    take,
    verdict_on,
    written,
)

# ------------------------------------------------------------- right code, changed in unknown ways


def both(*edits):
    """Each edit for w, and again for b."""
    swap = str.maketrans({"w": "b"})
    return [*edits, *((old.translate(swap), new.translate(swap)) for old, new in edits)]


V = "        v_w = "
UNKNOWN = {
    "adagrad": [
        both(("np.sqrt(v_w + eps)", "np.cbrt(v_w + eps)")),
        both(("np.sqrt(v_w + eps)", "(v_w + eps)**0.4")),
        both(("np.sqrt(v_w + eps)", "np.log1p(v_w + eps)")),
        both(("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + np.sqrt(eps))")),
        both(("np.sqrt(v_w + eps)", "np.maximum(np.sqrt(v_w), eps**0.5)")),
        both(("np.sqrt(v_w + eps)", "np.sqrt(v_w / t + eps)")),
        [("+ eps)", "+ 2 * eps)")],
        [("+ eps)", "+ eps**2)")],
        [("+ eps)", "+ t * eps)")],
        [("eta /", "eta / t /")],
        [("eta /", "eta / t**0.5 /")],
        [("eta /", "2 * eta /")],
        [("eta /", "eta**2 /")],
        [("eta /", "0.9**t * eta /")],
        [("eta /", "(1 + 1e-5 * np.sin(37 * t)) * eta /")],
        both(("dw**2", "dw**3")),
        both(("dw**2", "dw**4")),
        both(("dw**2", "abs(dw)**1.5")),
        both(("dw**2", "2 * dw**2")),
        both(("v_w + dw**2", "0.5 * v_w + dw**2")),
        both(("v_w + dw**2", "0.7 * v_w + 0.3 * dw**2")),
        both(("v_w + dw**2", "np.maximum(v_w, dw**2)")),
        both(("* dw\n", "* np.sign(dw)\n")),
        both(("* dw\n", "* dw**3\n")),
        [("v_w, v_b = 0, 0", "v_w, v_b = 0.1, 0.1")],
        [("zip(X, Y)", "list(zip(X, Y))[:1]")],
        [("zip(X, Y)", "list(zip(X, Y))[::2]")],
        [("grad_b(w, b, x, y)", "grad_b(w, b, x, 0)")],
        [("(w, b, x, y)", "(init_w, init_b, x, y)")],
        [(V, "        dw = dw / (len(X) + 1); db = db / (len(X) + 1)\n" + V)],
        [(V, "        r = eps**0.5; dw = np.clip(dw, -r, r); db = np.clip(db, -r, r)\n" + V)],
        [(V, "        dw = dw + 0.02 * np.sign(w)\n" + V)],
        [("        w_history", "        w = w - eta / np.sqrt(v_w + eps) * dw\n        w_history")],
        [("        w_history.append(w)", "        w_history.append(w + 1e-3)")],
        [("        w_history.append(w)", "        w_history.append(np.round(w, 3))")],
    ],
    "rmsprop": [
        [("beta * v", "beta**2 * v")],
        [("beta * v", "beta**0.5 * v")],
        [("(1 - beta)", "(1 + beta)")],
        [("(1 - beta)", "beta")],
        [("(1 - beta)", "(1 - beta)**2")],
        [("(1 - beta)", "(1 - beta**t)"), ("beta * v", "beta**t * v")],
        both(("np.sqrt(v_w", "np.sqrt(v_w / (1 - beta**t)")),
        both(("(1 - beta) * dw**2", "((1 - beta) * dw)**2")),
        both(("v_w = beta", "v_w = dw**2 if t == 1 else beta")),
        both(("dw**2", "(dw**2 + eps)")),
        both(("(1 - beta) * dw**2", "eta * (1 - beta) * dw**2")),
        both(("np.sqrt(v_w + eps)", "np.cbrt(v_w + eps)")),
    ],
    "adam": [
        both(("m_w / (1 - beta1**t)", "m_w / np.sqrt(1 - beta1**t)")),
        [("beta1**t", "beta1 / t"), ("beta2**t", "beta2 / t")],
        [("beta1**t", "beta1**(2 * t)"), ("beta2**t", "beta2**(2 * t)")],
        [("**t", "**(t + 2)")],
        [("1 - beta1**t", "1 + beta1**t")],
        [("(1 - beta1**t)", "(1 - beta1)**t"), ("(1 - beta2**t)", "(1 - beta2)**t")],
        [("**t", "**min(t, 3)")],
        both(("* mh_w", "* (beta1 * mh_w + (1 - beta1) * dw / (1 - beta1**t))")),
        both(("(1 - beta2) * dw**2", "(1 - beta2) * (dw - m_w)**2")),
        both(("(1 - beta2) * dw**2", "(1 - beta2) * m_w**2")),
        both(("(1 - beta1) * dw", "(1 - beta1) * dw**2")),
        both(("(1 - beta1) * dw", "(1 - beta2) * dw")),
        [("np.sqrt", "np.cbrt")],
        [("eta /", "eta / t /")],
        [("+ eps)", "+ 2 * eps)")],
        both(("dw**2", "dw**3")),
    ],
}  # fmt: skip
CASES = [
    pytest.param(rule, edits, id=f"{rule} {number}")
    for rule, cases in UNKNOWN.items()
    for number, edits in enumerate(cases)
]


def test_there_are_enough_unknown_faults():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("rule", "edits"), CASES)
def test_what_is_no_known_fault_has_no_name(rule, edits):
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions == ()
    assert verdict.explanations == ()
    assert share(verdict) <= 0.75
    assert verdict.evidence or verdict.message
    assert all(sentence.endswith(".") for sentence in verdict.evidence)


# ----------------------------------------------------------------------- whatever comes back


def test_the_calls_have_each_a_name_of_their_own():
    for rule in RULES:
        calls = [*exam(rule).calls, *exam(rule).further_calls]
        names = [call.name for call in calls]
        assert names == [instance.name for instance in exam(rule).instances]
        assert len(set(names)) == len(names)
        assert {call.function for call in calls} == {f"do_{rule}"}


def any_value(chance, depth=0):
    """Something a function might return: mostly nonsense."""
    size = int(chance.integers(0, 10))
    odd = chance.choice([0.0, 1.0, np.nan, np.inf, -np.inf, 1e300, 1e-300], size=(2, size))
    values = [
        None,
        Opaque("dict"),
        np.array(0.3),
        chance.normal(size=2),
        chance.normal(size=size),
        chance.normal(size=(size, 4)),
        chance.normal(size=(2, size, 4)),
        np.zeros((3, 0, 2)),
        odd,
        (odd[0], odd[1]),
        (odd[0], np.zeros(size)),
    ]
    if depth < 2:
        values.append(tuple(any_value(chance, depth + 1) for _ in range(size % 4)))
    return values[int(chance.integers(0, len(values)))]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(7))
def test_no_answer_whatever_stops_the_judge(rule, seed):
    """Nor makes it warn; and nonsense earns little."""
    chance, one = np.random.default_rng(seed), exam(rule)
    always = any_value(chance)
    for mode in ("one kind", "any kind", "histories of nonsense"):
        traces = {}
        for instance in one.instances:
            value = always if mode == "one kind" else any_value(chance)
            if mode == "histories of nonsense":
                rows, scale = instance.max_epochs + 1, 10.0 ** chance.integers(-290, 290)
                w = scale * chance.normal(size=(rows, *instance.init_w.shape))
                w[chance.random(w.shape) < 0.2] = chance.choice([np.nan, np.inf, 1.0])
                value = (w, scale * chance.normal(size=rows))
            traces[instance.name] = Trace(instance.name, Outcome.RETURNED, value)
        verdict = judge(one, traces)
        assert share(verdict) < 0.35
        assert all(np.isfinite(check.score) for check in verdict.checks)


SPOILED = {
    Outcome.TIMED_OUT: (QuestionStatus.TIMEOUT, "did not finish"),
    Outcome.EXITED: (QuestionStatus.ERROR, "exit"),
    Outcome.CRASHED: (QuestionStatus.ERROR, "crashed"),
    Outcome.OUT_OF_MEMORY: (QuestionStatus.ERROR, "memory"),
    Outcome.FLOODED: (QuestionStatus.ERROR, "too much"),
    Outcome.MISSING: (QuestionStatus.ERROR, "no function do_adam"),
    Outcome.RAISED: (QuestionStatus.ERROR, "stopped with KeyError in cell 3, line 7"),
}


@pytest.mark.parametrize("outcome", SPOILED)
def test_a_function_that_gives_no_answer_earns_nothing_and_is_told_why(outcome):
    status, words = SPOILED[outcome]
    one, fault = exam("adam"), Fault("KeyError", "'w'", 3, 7, "w = state['w']")
    traces = {i.name: Trace(i.name, outcome, fault=fault) for i in one.instances}
    verdict = judge(one, traces)
    assert verdict.status is status
    assert share(verdict) == 0
    assert words in verdict.message
    assert verdict.misconceptions == ()


def test_a_missing_function_is_put_down_to_the_cell_that_defines_it_and_to_no_other():
    one = exam("adam")
    run = NotebookRun(
        Outcome.RETURNED, {4: Fault("NameError", "name 'npp' is not defined", 4, 2, "npp.sqrt")}
    )
    traces = {i.name: Trace(i.name, Outcome.MISSING) for i in one.instances}

    def said(text):
        submission = Submission("a", "a.ipynb", (Cell(4, text),))
        return one.judge(Answers(submission, run, traces))

    own = said("import numpy\ndef do_adam(w, root=npp.sqrt): ...")
    assert "cell 4, line 2" in own.message
    assert "npp" in own.message
    assert all(not check.tried and check.score == 0 for check in own.checks)
    other = said("x = 1\nprint(npp.sqrt, do_adam)")
    assert other.message == "There is no function do_adam in this file."


ZERO = "for t in range(9): m_hat = m / (1 - beta1 ** t)"
LATER = "for t in range(1, 9): m_hat = m / (1 - t ** beta1)"


@pytest.mark.parametrize(
    ("kind", "line", "slugs"),
    [
        ("ZeroDivisionError", ZERO, ("correction_exponent_zero",)),
        ("ZeroDivisionError", "w = w - eta / v * dw", ()),
        ("ZeroDivisionError", LATER, ()),
        ("ValueError", ZERO, ()),
    ],
)
def test_a_division_by_zero_in_the_correction_is_named(kind, line, slugs):
    one, fault = exam("adam"), Fault(kind, "float division by zero", 2, 9, line)
    traces = {i.name: Trace(i.name, Outcome.RAISED, fault=fault) for i in one.instances}
    verdict = judge(one, traces, {"do_adam": f"def do_adam(w):\n    {line}\n"})
    assert verdict.misconceptions == slugs
    assert verdict.status is QuestionStatus.ERROR
    assert [e.slug for e in verdict.explanations] == list(slugs)


def test_one_that_only_runs_for_numbers_loses_the_vector_and_its_edges():
    function = compiled(
        """
        import math
        def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, eps):
            w, b, v_w, v_b = float(init_w), init_b, 0.0, 0.0
            W, B = [w], [b]
            for t in range(max_epochs):
                dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
                db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
                v_w, v_b = v_w + dw**2, v_b + db**2
                w -= eta / math.sqrt(v_w + eps) * dw
                b -= eta / math.sqrt(v_b + eps) * db
                W.append(w)
                B.append(b)
            return W, B
        """
    )
    verdict = verdict_on("adagrad", function)
    failed = {c.name for c in verdict.checks if not c.passed}
    assert failed == {"vector", "a feature that is never on"}
    assert verdict.misconceptions == ()
    assert share(verdict) >= 0.8


def test_the_zero_epochs_and_the_silent_feature_are_asked_for():
    no_start = [
        ("    return w_history", "    if max_epochs == 0: return [], []\n    return w_history")
    ]
    verdict = verdict_on("rmsprop", written("rmsprop", *no_start))
    assert [c.name for c in verdict.checks if not c.passed] == ["no epochs"]
    assert verdict.misconceptions == ()


def test_the_same_answers_give_the_same_verdict():
    one = exam("adam")
    traces = take(one, written("adam", ("np.sqrt", "np.cbrt")))
    assert repr(judge(one, traces)) == repr(judge(one, traces))


# ---------------------------------------------------------------------------- what is asked of whom


class Called:
    """A student's function, and the batches of calls that were made of it."""

    notebook = NotebookRun(Outcome.RETURNED)

    def __init__(self, function):
        self.function, self.batches, self.fresh = function, [], []

    def call(self, calls, *, fresh=False):
        self.batches.append([call.name for call in calls])
        self.fresh.append(fresh)
        return tuple(called(call, self.function) for call in calls)


@pytest.mark.parametrize("rule", RULES)
def test_right_code_is_asked_once_and_gets_everything(rule):
    one, student = exam(rule), Called(written(rule))
    ((verdict, answers),) = examine([one], NOBODY, student)
    assert student.batches == [[call.name for call in one.calls]]
    assert len(one.calls) <= 0.4 * len(one.instances)
    assert share(verdict) == 1.0
    assert verdict.misconceptions == ()
    # Asked everything, it would have been told the same; curves may differ in their last digits.
    whole = one.judge(Answers(NOBODY, student.notebook, take(one, student.function)))
    assert replace(whole, pictures=()) == replace(verdict, pictures=())
    assert [replace(p, lines=()) for p in whole.pictures] == [
        replace(p, lines=()) for p in verdict.pictures
    ]
    assert answers.traces.keys() == {call.name for call in one.calls}


def test_a_question_for_the_gradient_is_over_before_one_is_handed_in():
    exams = [exam("gradients"), exam("adagrad"), exam("bias_correction")]
    student = Called(lambda **arguments: None)
    examine(exams, NOBODY, student)
    names = [[call.name for call in one.calls] for one in exams]
    assert student.batches[0] == names[0]
    common = exams[0].question.common
    for place, calls in enumerate((common.calls, common.further_calls), 1):
        assert student.batches[place] == [f"for everybody: {call.name}" for call in calls]
    assert student.batches[3] == names[1] + names[2]


@pytest.mark.parametrize("where", ["number 2", "again", "settled", "200 epochs"])
def test_a_single_answer_that_is_off_is_looked_into(where):
    """Whichever it is, and however right the others are."""
    one = exam("rmsprop")
    traces = take(one, written("rmsprop"))
    w, b = traces[where].value
    off = replace(traces[where], value=(w, np.asarray(b) + 1e-7))
    run = NotebookRun(Outcome.RETURNED)
    assert one.verdict_if_right(Answers(NOBODY, run, traces)) is not None
    assert one.verdict_if_right(Answers(NOBODY, run, {**traces, where: off})) is None


def test_an_input_that_is_changed_is_looked_into():
    one = exam("rmsprop")
    traces = take(one, written("rmsprop"))
    spoilt = replace(traces["vector"], changed={"init_w": np.zeros(4)})
    answers = Answers(NOBODY, NotebookRun(Outcome.RETURNED), {**traces, "vector": spoilt})
    assert one.verdict_if_right(answers) is None


def test_wrong_code_is_asked_further_and_code_that_remembers_in_a_fresh_process():
    one = exam("rmsprop")
    wrong = Called(written("rmsprop", ("np.sqrt", "np.cbrt")))
    examine([one], NOBODY, wrong)
    common = common_exam(one.question, ())
    again = [instance.name for instance in common.asked_of_all if instance not in one.asked_of_all]
    further = [call.name for call in common.further_calls]
    assert wrong.batches[1:] == [[f"for everybody: {n}" for n in ns] for ns in (again, further)]
    assert wrong.fresh == [False, False, False]
    seen = []

    def remembering(**arguments):
        seen.append(1)
        w_history, b_history = written("rmsprop")(**arguments)
        return w_history, [b + 1e-3 * len(seen) for b in b_history]

    student = Called(remembering)
    ((verdict, _),) = examine([one], NOBODY, student)
    assert student.fresh == [False, True, True]
    assert len(student.batches[1]) == len(common.calls), "nothing that own calls may have changed"
    assert "remembers_last_call" in verdict.misconceptions


@pytest.mark.parametrize("name", ["adam", "bias_correction"])
def test_of_an_async_function_is_said_what_is_to_be_changed(name):
    one = exam(name)
    traces = {
        call.name: Trace(call.name, Outcome.RETURNED, Opaque("coroutine"))
        for call in (*one.calls, *one.further_calls)
    }
    verdict = judge(one, traces)
    assert share(verdict) == 0.0
    said = f"{verdict.message} {[check.message for check in verdict.checks]}"
    function = {"adam": "do_adam", "bias_correction": "correct_bias"}[name]
    assert f"Write def {function}, without async" in said
    assert "something of type" not in said


# ------------------------------------------------------------------------- what is not done twice


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_searched_for_in_right_code(rule, monkeypatch):
    one, traces = exam(rule), take(exam(rule), written(rule))
    monkeypatch.setattr(
        "autograder.judging.rule.exam.diagnose", lambda *_: pytest.fail("a fault is looked for")
    )
    assert share(judge(one, traces)) == 1.0


@pytest.mark.parametrize("rule", RULES)
def test_the_moments_of_right_steps_are_those_that_would_be_recovered(rule):
    one = exam(rule)
    traces = take(one, written(rule))
    known = one._identified(traces)
    recovered = identify(one.streams, traces, one.question.power)
    assert known is one._identified(traces), "they are known beforehand"
    assert known is not recovered
    for name in ("first_w", "first_b", "first_vector", "second_w", "second_b", "second_vector"):
        mine, theirs = getattr(known, name), getattr(recovered, name)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            np.testing.assert_allclose(mine.values, theirs.values, rtol=0, atol=1e-9)
    assert known.step_follows
    assert recovered.step_follows


def test_steps_that_are_a_little_off_are_looked_at():
    one = exam("adam")
    traces = take(one, written("adam"))
    name = one.streams[0].name
    w, b = traces[name].value
    bent = replace(traces[name], value=(np.asarray(w) * (1 + 1e-6), b))
    moments = one._identified({**traces, name: bent})
    assert moments is not one._identified(traces)
    assert moments.first_w.residual > 1e-8


# ---------------------------------------------------------------------------------- policies


def test_a_policy_says_what_a_fault_costs_and_whether_there_is_a_word():
    table = {
        "a": Convention("accept"),
        "w": Convention("warn"),
        "p": Convention("points", 0.2),
        "f": Convention("full"),
    }
    conventions = Conventions.of(table)
    assert conventions.shares == {"a": 0.0, "w": 0.0, "p": 0.2}
    assert conventions.silent == {"a"}


def test_a_convention_covers_only_what_is_a_convention_through_and_through():
    both_named = Conventions.of({"a": Convention("points", 0.1), "b": Convention("warn")})
    assert both_named.covers(["a", "b"])
    assert both_named.share(["a", "b"]) == 0.1
    assert not both_named.covers(["a", "wrong_sign"])
    assert not both_named.covers([])
