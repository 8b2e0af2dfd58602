"""Numbers in a student's code at which it may do something else: which are found, and which not."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from autograder.judging import thresholds as module
from autograder.judging.thresholds import (
    MOST_CHARACTERS,
    MOST_NUMBERS,
    Threshold,
    declined,
    thresholds,
)
from autograder.model import Fault, Outcome, Trace
from tests.judging.students import RULES, text_of


def found(body: str, function: str = "rule") -> dict[float, str]:
    """The numbers in a function of these lines: c, it may count; s, it may be a size."""
    text = "".join(f"    {line}\n" for line in body.splitlines())
    return values(thresholds(function, [f"def rule(w, i, X, t, beta):\n{text}"]))


def values(numbers: tuple[Threshold, ...]) -> dict[float, str]:
    return {one.value: "c" * one.counts + "s" * one.sizes for one in numbers}


@pytest.mark.parametrize(
    ("line", "number", "kind"),
    [
        ("if i > 250: w = 0", 250, "cs"),
        ("w = w if 128 <= len(X) else 0", 128, "cs"),
        ("while i < 10 * 30: i += 1", 300, "cs"),
        ("X = X[:300]", 300, "c"),
        ("X = X[-64:]", 64, "c"),
        ("k = i % 32", 32, "c"),
        ("k = len(X) // 16 * 16", 16, "c"),
        ("for k in range(400): w = w + k", 400, "c"),
        ("t = min(t, 200)", 200, "cs"),
        ("w = np.clip(w, -1e4, 1e4)", 1e4, "s"),
        ("w = w.clip(max=50)", 50, "s"),
        ("w = np.minimum(w, 10 ** 6)", 1e6, "cs"),
        ("w = np.where(np.abs(w) < 1e-12, 0, w)", 1e-12, "cs"),
        ("beta = min(beta, 0.9999)", 0.9999, "cs"),
        ("w = np.round(w, 6)", 1e-6, "s"),
        ("w = round(w, ndigits=8)", 1e-8, "s"),
        ("assert i in (7, 1)\nif i in (7, 1): w = 0", 7, "cs"),
        ("limit = 700\nw = w if i < limit else 0", 700, "cs"),
    ],
)
def test_a_number_that_something_is_compared_with_bounded_by_or_cut_at(
    line: str, number: float, kind: str
) -> None:
    ((value, seen),) = found(line).items()
    assert value == pytest.approx(number, rel=1e-12)
    assert seen == kind


@pytest.mark.parametrize(
    "line",
    [
        "w = 0.5 * w + 3",
        "w = w ** 3 / 7",
        "x = [10, 20, 30]",
        "print('%d of %s' % (10, w), f'{w:10.4f}')",
        "if i > 0 and len(X) == 1 or t == 2: w = 1",
        "for k in range(1, t + 1): w = w + k",
        "# if i > 250: w = 0",
        "w = '250 < i'",
        "w = np.clip(w, -1e300, 1e300)",
        "w = np.maximum(w, 1e-300)",
    ],
)
def test_numbers_that_are_calculated_with_or_guard_against_nothing_are_none(line: str) -> None:
    assert found(line) == {}


@pytest.mark.parametrize("rule", RULES)
def test_the_lectures_own_code_has_none_and_no_tree_is_made_of_it(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(text: str) -> None:
        raise AssertionError(f"{text} was parsed")

    monkeypatch.setattr("autograder.judging.thresholds._parsed", parse)
    assert thresholds("rule", [text_of(rule)]) == ()


CELLS = [
    "",
    "LIMIT = 300\nEPOCHS = 60\n\ndef shown(history):\n    return [h for h in history if h > 12]\n",
    "%matplotlib inline\nx = data[:99]\n",
    """
@bounded
def rule(w, i):
    return helper(w, i)


def helper(w, i):
    return w if i < LIMIT else 0
""",
    "def bounded(function):\n    return lambda w, i: function(np.clip(w, -40, 40), i)\n",
    "def grown(a):\n    return a if a < 77 else 77\n\nrule = wrapped(rule)",
    "class wrapped:\n    def __call__(self, w, i):\n        return w if w < 88 else self.f(w, i)\n",
]


def test_of_what_a_function_is_made_of_and_of_nothing_else() -> None:
    assert set(values(thresholds("rule", CELLS))) == {300, 40, 88}
    assert set(values(thresholds("shown", CELLS))) == {12}
    assert thresholds("nowhere", CELLS) == ()


def test_a_default_of_the_signature_is_none_and_the_same_number_as_a_bound_is_one() -> None:
    text = "def rule(eta=0.1, eps = 1e-8):\n    return {}\n"
    assert thresholds("rule", [text.format("eta")]) == ()
    assert values(thresholds("rule", [text.format("min(eta, 0.1)")])) == {0.1: "cs"}


@pytest.mark.parametrize(
    ("signature", "number"),
    [
        ("w, limit=300", {300: "cs"}),
        ("w, *, limit=3e2", {300: "cs"}),
        ("w, limit: int = 300, eta=0.1", {300: "cs"}),
        ("limit, w=300", {}),
        ("w, limit=0.1, shown=300", {}),
        ("w, *, limit", {}),
    ],
)
def test_the_default_of_a_parameter_that_something_is_bounded_by_is_one(
    signature: str, number: dict[float, str]
) -> None:
    text = f"def rule({signature}):\n    return min(len(X), limit)\n"
    assert values(thresholds("rule", [text])) == number


@pytest.mark.parametrize(
    "text",
    [
        "def rule(:\n    if i > 250",
        "def rule():\n    return 250 > " + "(" * 300 + "1" + ")" * 300,
        "def rule(i):\n    return i > 250\n" + "#" * MOST_CHARACTERS,
        "def rule(i):\n    return i > " + "9" * 6000,
    ],
)
def test_what_cannot_be_read_has_none(text: str) -> None:
    assert thresholds("rule", [text]) == ()


def test_the_data_that_a_function_is_given_are_no_part_of_it() -> None:
    data = (
        "off = np.argsort(dice)[:80]\nX, Y = np.round(data[off], 3), np.clip(data, 0, 40)\nw = 7\n"
    )
    assert thresholds("rule", [data, "def rule(w, X, Y):\n    return w * X * Y\n"]) == ()


def test_expressions_without_end_do_no_harm() -> None:
    endless = "def rule(i):\n    return i > " + "+".join(["i"] * 5000) + " > 250"
    assert set(values(thresholds("rule", [endless]))) <= {250}  # it depends on Python's own limit


def test_a_long_sum_is_not_tried_from_every_term(monkeypatch: pytest.MonkeyPatch) -> None:
    folded, tried = module._folded, list[ast.AST]()

    def counted(node: ast.AST, *others: Any) -> float | None:
        tried.append(node)
        return folded(node, *others)

    monkeypatch.setattr(module, "_folded", counted)
    text = "def rule(i):\n    return i > " + "+".join(["i"] * 200) + " > 250"
    assert values(thresholds("rule", [text])) == {250: "cs"}
    assert len(tried) < 10 * 200  # of each pair of terms there are 20,000


def test_of_a_table_of_numbers_there_are_not_more_than_can_be_asked() -> None:
    line = f"return i in ({', '.join(map(str, range(10, 60)))})"
    assert len(found(line)) == MOST_NUMBERS


@pytest.mark.parametrize(
    ("outcome", "code", "is_declined"),
    [
        (Outcome.RAISED, "    raise ValueError(eta)", True),
        (Outcome.RAISED, "assert eta < 10", True),
        (Outcome.RAISED, "return X[0, 0]", False),
        (Outcome.TIMED_OUT, "", True),
        (Outcome.CRASHED, "", False),
    ],
)
def test_who_refuses_a_call_by_a_word_of_its_own_answers_none_wrong(
    outcome: Outcome, code: str, is_declined: bool
) -> None:
    assert declined(Trace("c", outcome, fault=Fault("ValueError", "", 1, 2, code))) is is_declined
    assert not declined(None)
    assert not declined(Trace("c", Outcome.RETURNED, np.ones(2)))


def test_when_something_is_printed_is_no_threshold() -> None:
    assert found("if i % 10 == 0:\n    print(i, w)") == {}
    assert found("if i % 10 == 0:\n    w = 2 * w") == {10.0: "cs"}
    assert found("if i % 10 == 0:\n    print(i)\nelse:\n    w = 2 * w") == {10.0: "cs"}
    assert found("if (i := i % 10) == 0:\n    print(i)") == {10.0: "cs"}
    assert found("if i % 10 == 0:\n    print(max(w, 50))\n    w = 2 * w") == {
        10.0: "cs",
        50.0: "cs",
    }
