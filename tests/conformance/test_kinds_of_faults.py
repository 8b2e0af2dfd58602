"""Every sentence on wrong programs of unlike kinds is read again, as those of the samples are.

Each program is a right one with a piece of text replaced, named after its flaw: faults in one
parameter, from some epoch on, above some number, beside another fault.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Assignment, Course
from autograder.judging import words
from tests.conformance.sentences import Seen, read_again, watching
from tests.judging.students import judge, take

COURSE = Course(Path(__file__).resolve().parents[2])
START, LOOP = "    w, b = init_w, init_b\n", "        dw, db = 0, 0\n"
ENTRY = "        w_history.append(w)\n"
ADAPTIVE, MOMENTUM, BEYOND = "adaptive_learning_rates", "momentum_methods", "beyond_adam"
QUESTIONS = {
    "adagrad": (ADAPTIVE, "do_adagrad"),
    "rmsprop": (ADAPTIVE, "do_rmsprop"),
    "adam": (ADAPTIVE, "do_adam"),
    "gradient_descent": (MOMENTUM, "do_gradient_descent"),
    "momentum": (MOMENTUM, "do_momentum"),
    "nesterov": (MOMENTUM, "do_nesterov"),
    "amsgrad": (BEYOND, "do_amsgrad"),
    "annealed_momentum": (BEYOND, "do_annealed_momentum"),
    "without_root": (BEYOND, "do_adagrad_without_root"),
}
EVERY_DAY = 3
"""Of so many kinds one is tried every day, and the others where there is more time."""
Edits = tuple[tuple[str, str], ...]


def first(line: str) -> Edits:
    return ((START, f"{START}    {line}\n"),)


def in_the_loop(line: str) -> Edits:
    return ((LOOP, f"        {line}\n{LOOP}"),)


def before_the_entry(line: str) -> Edits:
    return ((ENTRY, f"        {line}\n{ENTRY}"),)


def both(old: str, new: str) -> Edits:
    """For w and for b, which stand where there is a P."""
    return tuple((old.replace("P", p), new.replace("P", p)) for p in "wb")


EPS = "np.sqrt(v_P_hat + eps)"
OUTSIDE = both("np.sqrt(v_P + eps)", "(np.sqrt(v_P) + eps)")
KINDS: dict[str, tuple[str, Edits]] = {
    # caps and floors
    "eta capped at 0.05": ("rmsprop", first("eta = min(eta, 0.05)")),
    "eta at least 0.5": ("adagrad", first("eta = max(eta, 0.5)")),
    "eta at least 0.03": ("adagrad", first("eta = max(eta, 0.03)")),
    "eta at most 1": ("adam", first("eta = min(eta, 1)")),
    "eps capped at a millionth": ("adam", first("eps = min(eps, 1e-6)")),
    "eps capped at 10": ("adagrad", first("eps = min(eps, 10)")),
    "eps at least 1": ("adam", first("eps = max(eps, 1.0)")),
    "beta at least 0.9": ("rmsprop", first("beta = max(beta, 0.9)")),
    "beta at most 0.3": ("rmsprop", first("beta = min(beta, 0.3)")),
    "beta1 of 0 replaced": ("adam", first("beta1 = beta1 or 0.9")),
    "gamma at least 0.9": ("momentum", first("gamma = max(gamma, 0.9)")),
    "decay capped": ("annealed_momentum", first("decay = min(decay, 0.01)")),
    # on some calls only
    "first 10 points": ("rmsprop", (("zip(X, Y)", "zip(X[:10], Y[:10])"),)),
    "first 20 points": ("adam", (("zip(X, Y)", "zip(X[:20], Y[:20])"),)),
    "first 50 points": ("adagrad", (("zip(X, Y)", "zip(X[:50], Y[:50])"),)),
    "first 10 points of momentum": ("momentum", (("zip(X, Y)", "zip(X[:10], Y[:10])"),)),
    "ends after 12": ("adam", in_the_loop("if i == 12: break")),
    "ends after 100": ("adam", in_the_loop("if i == 100: break")),
    "momentum ends after 12": ("momentum", in_the_loop("if i == 12: break")),
    "stands after 25": (
        "adagrad", before_the_entry("if i >= 25: w, b = w_history[-1], b_history[-1]"),
    ),
    "w within 10": ("rmsprop", before_the_entry("w = np.clip(w, -10, 10)")),
    "gradients within 100": (
        "adagrad", (("        v_w =", "        dw = np.clip(dw, -100, 100)\n        v_w ="),),
    ),
    "points of y = 0 skipped": (
        "adam", (("            dw +=", "            if y == 0: continue\n            dw +="),),
    ),
    "one point twice": (
        "rmsprop", (("        v_w =", "        if len(X) == 1: dw = 2 * dw\n        v_w ="),),
    ),
    "b of 0 replaced": ("rmsprop", first("b = b or 1.0")),
    "six numbers": (
        "adam", before_the_entry("if np.shape(w) == (6,): w = np.append(w[:5], 0.0)"),
    ),
    "m uncorrected after 25": (
        "adam", both("m_P_hat = m_P /", "m_P_hat = m_P if i >= 25 else m_P /"),
    ),
    "eta halved after 15": ("adam", in_the_loop("if i == 15: eta = eta / 2")),
    "velocity lost after 10": (
        "momentum", both("v_P = gamma * prev", "v_P = (gamma if i < 10 else 0) * prev"),
    ),
    "many points raise": ("adagrad", first("assert len(X) < 50")),
    "three numbers give nothing": (
        "adagrad", first("if np.shape(w) == (3,): return None"),
    ),
    "maximum forgotten after 20": (
        "amsgrad", (("np.maximum(v_hat_w, v_w)", "max(v_hat_w, v_w) if i < 20 else v_w"),),
    ),
    # in one parameter
    "epsilon of b 1.1 times": ("adam", (("v_b_hat + eps", "v_b_hat + 1.1 * eps"),)),
    "epsilon of w 10 times": ("adam", (("v_w_hat + eps", "v_w_hat + 10 * eps"),)),
    "epsilon of b halved": ("rmsprop", (("v_b + eps", "v_b + eps / 2"),)),
    "epsilon of b missing": ("adagrad", (("v_b + eps", "v_b"),)),
    "epsilon of b beside the raw v": (
        "adam", (("v_b_hat + eps", "v_b_hat + eps * (1 - beta2 ** (i + 1))"),),
    ),
    "rate of b halved": ("adam", (("b = b - (eta", "b = b - (eta / 2"),)),
    "b averages with the square of beta1": (
        "adam",
        (("m_b = beta1 * m_b + (1 - beta1)", "m_b = beta1**2 * m_b + (1 - beta1**2)"),),
    ),
    "one coordinate stands": (
        "rmsprop",
        before_the_entry("if np.ndim(w) and len(w) > 1: w = np.append(w[:-1], init_w[-1])"),
    ),
    "eta of b halved in momentum": ("momentum", (("+ eta * db", "+ eta / 2 * db"),)),
    "b twice": ("gradient_descent", (("eta * db", "2 * eta * db"),)),
    "rate of b always 0.1": ("adagrad", (("b = b - (eta", "b = b - (0.1"),)),
    "rate and epsilon of w fixed": (
        "adagrad", (("(eta / np.sqrt(v_w + eps))", "(0.1 / np.sqrt(v_w + 1e-8))"),),
    ),
    "beta1 of b always 0.9": (
        "adam",
        (("m_b = beta1 * m_b + (1 - beta1)", "m_b = 0.9 * m_b + (1 - 0.9)"),
         ("m_b / (1 - beta1", "m_b / (1 - 0.9")),
    ),
    "v of b plain": (
        "adam",
        (("v_b = beta2 * v_b + (1 - beta2) * db**2", "v_b = v_b + db**2"),
         ("v_b_hat = v_b / (1 - beta2 ** (i + 1))", "v_b_hat = v_b")),
    ),
    "squares of b fade in AdaGrad": (
        "adagrad", (("v_b = v_b + db**2", "v_b = 0.9 * v_b + 0.1 * db**2"),),
    ),
    "epsilon of w beside m": ("adam", (("* m_w_hat", "* (m_w_hat + eps)"),)),
    # in some epochs
    "v lost at epoch 5": ("rmsprop", in_the_loop("if i == 4: v_w, v_b = 0, 0")),
    "v lost at epoch 6 of Adam": ("adam", in_the_loop("if i == 5: v_w, v_b = 0, 0")),
    "m lost at epoch 4": ("adam", in_the_loop("if i == 3: m_w, m_b = 0, 0")),
    "v gathers m in every second epoch": (
        "adam", both("(1 - beta2) * dP**2", "(1 - beta2) * (m_P if i % 2 else dP)**2"),
    ),
    "the start twice, the last epoch not": (
        "adagrad",
        (("        w_history.append(w)\n        b_history.append(b)\n", ""),
         (LOOP, "        w_history.append(w)\n        b_history.append(b)\n" + LOOP)),
    ),
    "the first gradient of w again and again": (
        "adagrad", (("grad_w(w, b, x, y)", "grad_w(init_w, init_b, x, y)"),),
    ),
    "the first epoch stands": (
        "adagrad", before_the_entry("if i == 0: w, b = init_w, init_b"),
    ),
    "the last epoch stands": (
        "adam",
        before_the_entry("if i + 1 == max_epochs: w, b = w_history[-1], b_history[-1]"),
    ),
    "t stays 1 for two epochs": ("adam", (("i + 1", "max(i, 1)"),)),
    # what counts the points
    "epsilon times n": ("adagrad", both("v_P + eps", "v_P + eps * len(X)")),
    "epsilon times the root of n": ("adagrad", both("v_P + eps", "v_P + eps * len(X)**0.5")),
    "rate by n": ("adagrad", (("(eta /", "(eta / len(X) /"),)),
    "targets of the neighbours": ("rmsprop", (("zip(X, Y)", "zip(X, np.roll(Y, 1))"),)),
    # parts of other rules
    "corrected as in Adam": (
        "rmsprop", both("np.sqrt(v_P + eps)", "np.sqrt(v_P / (1 - beta ** (i + 1)) + eps)"),
    ),
    "a mean of squares": ("adagrad", both("v_P + eps", "v_P / (i + 1) + eps")),
    "a step ahead": ("adam", both("* m_P_hat", "* (beta1 * m_P_hat + (1 - beta1) * dP)")),
    # epsilons, rates and starts
    "epsilon twice": ("adam", both(EPS, "np.sqrt(v_P_hat + 2 * eps)")),
    "epsilon twice at first": (
        "adam", both(EPS, "np.sqrt(v_P_hat + eps * (2 if i == 0 else 1))"),
    ),
    "rate halved": ("adam", (("(eta /", "(eta / 2 /"),)),
    "rate halved after 3": ("adam", in_the_loop("if i == 3: eta = eta / 2")),
    "m uncorrected after 4": (
        "adam", both("m_P_hat = m_P /", "m_P_hat = m_P if i >= 4 else m_P /"),
    ),
    "v starts with the first point": (
        "rmsprop",
        (("v_w, v_b = 0, 0", "v_w, v_b = (g(w, b, X[0], Y[0])**2 for g in (grad_w, grad_b))"),),
    ),
    "v starts at 0.1": ("adagrad", (("v_w, v_b = 0, 0", "v_w, v_b = 0.1, 0.1"),)),
    # no numbers
    "an infinite step": ("adam", (("(eta /", "(np.inf /"),)),
    "divided by the root of 0": ("adam", (("(eta /", "(eta / np.sqrt(i) /"),)),
    "the root of less than 0": ("adagrad", both("np.sqrt(v_P + eps)", "np.sqrt(-v_P - eps)")),
    "no number after 5": ("rmsprop", before_the_entry("w = w if i < 5 else w * np.nan")),
    "epsilon missing": ("adagrad", both("v_P + eps", "v_P")),
    "vectors infinite": ("rmsprop", before_the_entry("w = w + np.inf if np.ndim(w) else w")),
    # two faults
    "epsilon outside, ends after 20": ("adagrad", OUTSIDE + in_the_loop("if i == 20: break")),
    "epsilon outside, first 50 points": (
        "adagrad", (*OUTSIDE, ("zip(X, Y)", "zip(X[:50], Y[:50])")),
    ),
    "epsilon outside, eta capped": ("rmsprop", OUTSIDE + first("eta = min(eta, 0.05)")),
    "uncorrected, rate halved": (
        "adam",
        (*both("m_P / (1 - beta1 ** (i + 1))", "m_P"),
         *both("v_P / (1 - beta2 ** (i + 1))", "v_P"), ("(eta /", "(eta / 2 /")),
    ),
    "mean of points, t too late": (
        "adam",
        (("i + 1", "i + 2"), ("        m_w =", "        dw, db = dw / len(X), db / len(X)\n"
                              "        m_w =")),
    ),
    "overwritten and constant, epsilon outside": (
        "adam",
        (*both("m_P_hat = m_P / (1 - beta1 ** (i + 1))", "m_P = m_P_hat = m_P / (1 - beta1)"),
         *both("v_P_hat = v_P / (1 - beta2 ** (i + 1))", "v_P = v_P_hat = v_P / (1 - beta2)"),
         *both(EPS, "(np.sqrt(v_P_hat) + eps)")),
    ),
    "sign turned, first 10 points": (
        "rmsprop", (("w = w - ", "w = w + "), ("zip(X, Y)", "zip(X[:10], Y[:10])")),
    ),
    # other rules
    "half the look-ahead": (
        "nesterov", both("v_P = gamma * prev_v_P\n", "v_P = gamma / 2 * prev_v_P\n"),
    ),
    "gradients within 1 in NAG": (
        "nesterov",
        (("        # now", "        dw, db = np.clip((dw, db), -1, 1)\n        # now"),),
    ),
    "epsilon of b twice in AMSGrad": ("amsgrad", (("v_hat_b + eps", "v_hat_b + 2 * eps"),)),
    "root of the schedule": ("annealed_momentum", (("(1 + decay * i)", "(1 + decay * i) ** 0.5"),)),
    "root of b": ("without_root", (("(eta / (v_b + eps))", "(eta / np.sqrt(v_b + eps))"),)),
    "squares fade": ("without_root", both("v_P = v_P + dP**2", "v_P = 0.9 * v_P + dP**2")),
}  # fmt: skip


@cache
def loaded(slug: str) -> Assignment:
    return COURSE.load(slug)


@cache
def seen(kind: str) -> Seen:
    """What was judged of a kind, and said."""
    name, edits = KINDS[kind]
    slug, function = QUESTIONS[name]
    start = (
        COURSE.folder / "assignments" / slug / "right_variants" / "lecture_loops.py"
    ).read_text()
    text = start[start.index(f"def {function}(") :].partition("\n\n\n")[0]
    for old, new in edits:
        assert old in text, f"{old!r} is not in\n{text}"
        text = text.replace(old, new)
    namespace: dict[str, Any] = {}
    exec(f"import math\nimport numpy as np\n{text}\n", namespace)
    assignment = loaded(slug)
    (question,) = (q for q in assignment.questions if q.name == name)
    exam = question.kind.draw(assignment.seed("somebody", name))  # type: ignore[attr-defined]
    with watching(assignment) as watch:
        judge(exam, take(exam, namespace[function]), {function: text})
    return watch.judged[-1]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[pytest.mark.long] if number % EVERY_DAY else [])
        for number, kind in enumerate(KINDS)
    ],
)
def test_every_sentence_on_a_kind_of_fault_is_so(kind: str) -> None:
    said = list(read_again(seen(kind)))
    assert [sentence for sentence, so in said if not so] == []
    assert len(said) > 2
    assert any(not check.passed for check in seen(kind).verdict.checks)


FALSE = {
    "without effect": (
        "eta capped at 0.05", "", "does not let all that it is given count (without effect: eta)"
    ),
    "a bound on the other side": (
        "eta at least 0.5", "",
        "keeps an argument within bounds of its own (eta above 0.5 counts as 0.5: 1 and 2 give)",
    ),
    "always in the other": (
        "rate of b always 0.1", "",
        "does not let all that it is given count (eta is always 0.1; in w only)",
    ),
    "gathered but for once": (
        "v lost at epoch 6 of Adam", "second moment", words.PART_OFF["second moment"]
    ),
    "another trait": (
        "w within 10", "trajectory",
        "{kept} Of 5 wrong calls and 50 right ones, the wrong ones and no others have 2 points "
        "or more.",
    ),
    "another call": (
        "points of y = 0 skipped", "trajectory",
        "{before} On a call with 101 points, 2 epochs: the first difference is at epoch 2, where "
        "your step of w is 0.35, 1.002 times what it should be.",
    ),
    "another step": (
        "first 20 points", "trajectory",
        "{before} On a call with 101 points, 2 epochs: the first difference is at epoch 1, where "
        "your step of w is 0.35, 1.002 times what it should be.",
    ),
    "summed": ("first 20 points", "gradient", words.PART_RIGHT["gradient"]),
    "summed of 50": (
        "epsilon outside, first 50 points", "gradient", words.PART_RIGHT["gradient"]
    ),
    "summed beside a sign": (
        "sign turned, first 10 points", "gradient", words.PART_RIGHT["gradient"]
    ),
    "corrected": ("m uncorrected after 25", "bias correction",
                  words.PART_RIGHT["bias correction"]),
    "all vectors": ("ends after 12", "vector", words.TRAJECTORY_RIGHT["vector"]),
    "too many vectors": (
        "ends after 12", "vector", words.TRAJECTORY_SEEN["vector"].format(count=70)
    ),
    "goes on": ("ends after 12", "tiny steps", words.EDGE_RIGHT["tiny steps"]),
    "elsewhere right": (
        "epsilon outside, first 50 points", "step", words.CONVENTION
    ),
    "all but for a convention": (
        "epsilon outside, ends after 20", "trajectory", words.TRAJECTORY_CONVENTION
    ),
    "weights beside others": (
        "overwritten and constant, epsilon outside", "first moment",
        words.PART_RIGHT["first moment"],
    ),
    "moments blamed for epsilon": (
        "epsilon of b 1.1 times", "first moment", words.PART_WRONG["first moment"]
    ),
    "correction blamed for epsilon": (
        "epsilon twice at first", "bias correction", words.PART_WRONG["bias correction"]
    ),
    "the sum blamed for v": (
        "v starts with the first point", "gradient", words.PART_WRONG["gradient"]
    ),
    "divided by 0": (
        "the root of less than 0", "a feature that is never on",
        "A feature that is never on should not move its weight, nor give NaN. What is divided by "
        "what, when every gradient so far was 0?",
    ),
}  # fmt: skip
"""A kind, one of its checks (empty: its name), and a sentence on it that is not so."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", FALSE)
def test_a_sentence_that_is_not_so_is_noticed(what: str) -> None:
    kind, name, sentence = FALSE[what]
    one = seen(kind)
    verdict = one.verdict
    if name:
        (own,) = (check for check in verdict.checks if check.name == name)
        before, _, _ = own.message.partition(" On a call")
        kept, _, _ = own.message.partition(" Of ")
        message = sentence.format(before=before, kept=kept)
        passed = sentence not in words.PART_WRONG.values() and own.passed
        changed = replace(own, message=message, tried=True, passed=passed)
        checks = tuple(changed if check is own else check for check in verdict.checks)
        verdict = replace(verdict, checks=checks)
    else:
        bounded = "above" in sentence
        slug = "hyperparameter_bounded" if bounded else "hyperparameter_ignored"
        named = replace(verdict.explanations[0], slug=slug, title=sentence)
        verdict = replace(verdict, explanations=(named,))
    said = [text for text, so in read_again(replace(one, verdict=verdict)) if not so]
    assert len(said) == 1, said


FALSE_EVIDENCE = {
    "a sum": ("v starts with the first point", words.NO_SUM["along"]),
    "a double": ("v starts with the first point", words.NO_SUM["double"]),
    "no number": ("an infinite step", "From epoch 1 on, w is no number (NaN)."),
    "from where on": ("vectors infinite", "From epoch 2 on, w[0] is infinite."),
    "a place": ("rate halved", "The first difference is at epoch 2, in w: your step there is 0.1, "
                "which is 0.5 times the rule's step."),
    "the same steps": ("eta at most 1", "eta = 0.2 and eta = 0.3 give the same steps, eta = 9 "
                       "gives others."),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", FALSE_EVIDENCE)
def test_evidence_that_is_not_so_is_noticed(what: str) -> None:
    kind, sentence = FALSE_EVIDENCE[what]
    verdict = replace(seen(kind).verdict, evidence=(sentence,))
    said = [text for text, so in read_again(replace(seen(kind), verdict=verdict)) if not so]
    assert sentence in said
