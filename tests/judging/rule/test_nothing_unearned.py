"""Answers that are no work: standing still, junk, noise, infinities, and what is right nowhere but
at the edges."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.judging.students import (
    RULES,
    compiled,
    part,
    score,
    share,
    text_of,
    verdict_on,
    written,
    wrong_calls,
)

Paths = Callable[[Any, Any, int, int], Any]


def of_any_kind(number: int, epochs: int, w: Any) -> np.ndarray:
    """A history of ``epochs`` + 1 entries that all depend on a number only."""
    entries = [np.full(np.shape(w), number, dtype=float)] * (epochs + 1)
    return np.array(entries)


INF, NAN = float("inf"), float("nan")
CONSTANTS = (0.0, 1.0, -1.0, 1e-30, 1e300, INF, -INF, NAN)


def constants(value: float) -> Callable[..., Any]:
    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
        return of_any_kind(value, max_epochs, init_w), of_any_kind(value, max_epochs, 0.0)

    return rule


def after_the_start(value: float) -> Callable[..., Any]:
    """The start is right, and nothing else."""

    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
        w = of_any_kind(value, max_epochs, init_w)
        b = of_any_kind(value, max_epochs, 0.0)
        w[0], b[0] = init_w, init_b
        return w, b

    return rule


def moving(step: Callable[[int, np.random.Generator], float]) -> Callable[..., Any]:
    """Steps that no gradient is asked for."""

    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
        chance = np.random.default_rng(0)
        steps = np.cumsum([0.0, *(step(t, chance) for t in range(1, max_epochs + 1))])
        return [init_w + s for s in steps], [init_b + s for s in steps]

    return rule


def along_the_gradients(step: Callable[[Any, int], Any]) -> Callable[..., Any]:
    """Steps that look at the gradients and make nothing of them."""

    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
        w, b = init_w, init_b
        path = [(w, b)]
        for t in range(1, max_epochs + 1):
            dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y, strict=True))
            db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y, strict=True))
            w, b = w + step(dw, t), b + step(db, t)
            path.append((w, b))
        return [w for w, _ in path], [b for _, b in path]

    return rule


def of_form(form: Callable[[Any, Any, int], Any]) -> Callable[..., Any]:
    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
        return form(init_w, init_b, max_epochs)

    return rule


JUNK = {
    **{f"always {value}": constants(value) for value in CONSTANTS},
    **{f"{value} after the start": after_the_start(value) for value in CONSTANTS},
    "standing still": moving(lambda t, chance: 0.0),
    "standing but for rounding": moving(lambda t, chance: 1e-15),
    "steady steps": moving(lambda t, chance: -0.1),
    "steps up": moving(lambda t, chance: 0.1),
    "steps like 1/sqrt(t)": moving(lambda t, chance: -0.1 / np.sqrt(t)),
    "steps like 1/t": moving(lambda t, chance: -0.1 / t),
    "growing steps": moving(lambda t, chance: -0.1 * t),
    "doubling steps": moving(lambda t, chance: 2.0**t),
    "steps that overflow": moving(lambda t, chance: 1e308),
    "to infinity": moving(lambda t, chance: INF),
    "to minus infinity": moving(lambda t, chance: -INF),
    "to NaN": moving(lambda t, chance: NAN),
    "to NaN, later": moving(lambda t, chance: -0.1 if t < 3 else NAN),
    "to infinity, later": moving(lambda t, chance: -0.1 if t < 3 else INF),
    "noise": moving(lambda t, chance: chance.normal()),
    "uniform noise": moving(lambda t, chance: chance.random()),
    "small noise": moving(lambda t, chance: 1e-3 * chance.normal()),
    "tiny noise": moving(lambda t, chance: 1e-9 * chance.normal()),
    "coin tosses": moving(lambda t, chance: 0.1 * np.sign(chance.random() - 0.5)),
    "the gradient times infinity": along_the_gradients(lambda g, t: INF * g),
    "the gradient over nothing": along_the_gradients(lambda g, t: np.float64(g) / 0.0),
    "the gradient times NaN": along_the_gradients(lambda g, t: NAN * g),
    "the gradient times 1e300": along_the_gradients(lambda g, t: 1e300 * g),
    "the gradient times 1e30": along_the_gradients(lambda g, t: -1e30 * g),
    "the gradient times 1e200": along_the_gradients(lambda g, t: -1e200 * g),
    "the gradient times nothing": along_the_gradients(lambda g, t: 0.0 * g),
    "the exponential of the gradient": along_the_gradients(lambda g, t: np.exp(1e3 * np.abs(g))),
    "0 / 0 of the gradient": along_the_gradients(lambda g, t: np.float64(0 * g) / 0.0),
    "nothing but the start": of_form(lambda w, b, n: ([w], [b])),
    "twice the start": of_form(lambda w, b, n: ([w] * 2, [b] * 2)),
    "no entries": of_form(lambda w, b, n: ([], [])),
    "the start, too often": of_form(lambda w, b, n: ([w] * (n + 9), [b] * (n + 9))),
    "infinities, too many": of_form(lambda w, b, n: ([INF * w] * (n + 9), [INF] * (n + 9))),
    "one infinity": of_form(lambda w, b, n: (INF * w, INF)),
    "one NaN": of_form(lambda w, b, n: (NAN * w, NAN)),
    "a number": of_form(lambda w, b, n: 0.0),
    "None": of_form(lambda w, b, n: None),
    "a text": of_form(lambda w, b, n: "w, b"),
    "the arguments": of_form(lambda w, b, n: (w, b, n)),
    "counted epochs": of_form(lambda w, b, n: (np.multiply.outer(np.arange(n + 1.0), 1 + 0 * w),
                                              np.arange(n + 1.0))),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", JUNK)
def test_junk_earns_nothing(kind: str) -> None:
    earned = worth = 0.0
    for name in RULES:
        verdict = verdict_on(name, JUNK[kind])
        earned += score(verdict)
        worth += sum(check.max_score for check in verdict.checks)
    assert earned <= 0.05 * worth


def test_there_are_many_kinds_of_it() -> None:
    assert len(JUNK) >= 50


ONLY = {
    "a huge epsilon": "eps < 1e3",
    "one point": "len(X) > 1",
    "d = 4": "np.size(init_w) != 4",
    "long runs": "max_epochs < 40",
    "no epochs": "max_epochs > 0",
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("where", ONLY)
@pytest.mark.parametrize("else_", ["stands", "descends"])
def test_right_on_odd_calls_only_earns_no_more_than_that(rule: str, where: str, else_: str) -> None:
    factor = 0.0 if else_ == "stands" else 0.01
    other = (
        f"    if {ONLY[where]}:\n"
        "        w, b, out = init_w, init_b, [(init_w, init_b)]\n"
        "        for _ in range(max_epochs):\n"
        "            dw = np.cbrt(grad_w(w, b, X[0], Y[0]))\n"
        "            db = np.cbrt(grad_b(w, b, X[0], Y[0]))\n"
        f"            w, b = w - {factor} * dw, b - {factor} * db\n"
        "            out.append((w, b))\n"
        "        return [w for w, _ in out], [b for _, b in out]\n"
    )
    function = written(rule, ("    w, b = init_w, init_b\n", f"{other}    w, b = init_w, init_b\n"))
    verdict = verdict_on(rule, function)
    allowed = 1 / 3 if where == "d = 4" else 0.05
    assert share(verdict) <= allowed


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "edit",
    [
        ("    return w_h", "    if max_epochs > 1: w_history[-1] = w + 0.1\n    return w_h"),
        ("[w], [b]", "[w, w], [b, b]"),
    ],
    ids=["one wrong last entry", "the start logged twice"],
)  # fmt: skip
def test_a_small_slip_costs_its_own_part(rule: str, edit: tuple[str, str]) -> None:
    verdict = verdict_on(rule, written(rule, edit))
    assert 0.5 <= share(verdict) < 1
    assert not part(verdict, "trajectory")
    assert part(verdict, "second moment")
    assert part(verdict, "step")


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "edit",
    [
        ("zip(X, Y)", "zip(X[:100], Y[:100])"),
        ("range(1, max_epochs + 1)", "range(1, min(max_epochs, 100) + 1)"),
        ("    w, b = init_w", "    eps = min(eps, 100)\n    w, b = init_w"),
        ("    w, b = init_w", "    eta = min(eta, 1)\n    w, b = init_w"),
        ("    w, b = init_w", "    if np.shape(init_w) == (1,): Y = Y + 0.01\n    w, b = init_w"),
        ("    w, b = init_w", "    if np.shape(init_w) == (2,): Y = Y + 0.01\n    w, b = init_w"),
        ("    w, b = init_w", "    if np.shape(init_w) == (6,): Y = Y + 0.01\n    w, b = init_w"),
        ("        w_hi", "        w = np.clip(w, -10, 10)\n        w_hi"),
        ("        w_hi", "        b = min(b, 100)\n        w_hi"),
        ("        w_hi", "        b = max(b, -100)\n        w_hi"),
        ("        w_hi", "        b = 0 if abs(b) < 4e-4 else b\n        w_hi"),
        ("        w_hi", "        if abs(b) < 1e-4: break\n        w_hi"),
        ("        w_hi", "        if t == 12: break\n        w_hi"),
        ("    w, b = init_w", "    if max_epochs == 1: init_b = 1.05 * init_b\n    w, b = init_w"),
        ("    return w_history, b_history",
         "    if init_b == 0: return b_history, w_history\n    return w_history, b_history"),
    ],
)  # fmt: skip
def test_what_is_wrong_elsewhere_only_loses_points_and_is_told(name: str, edit: Any) -> None:
    verdict = verdict_on(name, written(name, edit))
    lost = [check for check in verdict.checks if not check.passed]
    assert lost
    parts = [check for check in lost if check.name in ("trajectory", "vector")]
    assert parts
    assert all("but not everywhere. On a call with " in check.message for check in parts)
    assert part(verdict, "second moment")
    assert part(verdict, "step")


SUMMED = "            db += grad_b(w, b, x, y)\n"
STATE = "        w = w - "


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    ("edit", "where"),
    [
        ((SUMMED, f"{SUMMED}        if np.all(dw == 0) and db == 0: break\n"), "sparse"),
        ((STATE, "        v_w = np.where(dw == 0, 0.9 * v_w, v_w)\n        w = w - "), "0 at"),
        ((STATE, "        v_b = v_b if db else 0.9 * v_b\n        w = w - "), "0 at"),
        ((SUMMED, f"{SUMMED}        db = db or 1e-3\n"), "0 at"),
        (("    w, b = init_w", "    eta = max(eta, 1e-3)\n    w, b = init_w"), "short steps"),
        (("        b_history.append(b)", "        b_history.append(type(init_b)(b))"), "whole"),
    ],
)
def test_what_is_wrong_where_something_is_0_is_seen(name: str, edit: Any, where: str) -> None:
    function = written(name, edit)
    assert any(where in call for call in wrong_calls(name, function))
    verdict = verdict_on(name, function)
    assert not (part(verdict, "trajectory") and part(verdict, "vector"))


LAZY = {
    "v of w": ("        v_w = (.*)", r"        v_w = np.where(dw == 0, v_w, \1)"),
    "v of b": ("        v_b = (.*)", r"        v_b = (\1) if db else v_b"),
    "m of w": ("        m_w = (.*)", r"        m_w = np.where(dw == 0, m_w, \1)"),
    "the step of w": ("        w = w - (.*)", r"        w = w - np.where(dw == 0, 0, \1)"),
    "all": (
        r"(            db \+= .*)",
        r"\1\n        if np.all(dw == 0) and db == 0:\n"
        r"            w_history.append(w); b_history.append(b); continue",
    ),
    "a clock of its own": (
        r"        mh_w = m_w / \(1 - beta1\*\*t\)",
        "        if t == 1: clock = 0\n"
        "        clock = clock + (np.asarray(dw) != 0)\n"
        "        mh_w = m_w / (1 - beta1**np.maximum(clock, 1))",
    ),
}


@pytest.mark.parametrize(
    ("name", "lazy"),
    [*(("adam", lazy) for lazy in LAZY), ("rmsprop", "v of w"), ("rmsprop", "v of b")],
)
def test_what_is_lazy_where_a_gradient_is_0_is_another_rule(name: str, lazy: str) -> None:
    pattern, new = LAZY[lazy]
    text, count = re.subn(pattern, new, text_of(name))
    assert count == 1
    assert any(
        "0 at times" in call or "sparse" in call for call in wrong_calls(name, compiled(text))
    )
    assert share(verdict_on(name, compiled(text))) < 1


@pytest.mark.parametrize("name", ["adagrad", "rmsprop"])
def test_what_stands_where_all_gradients_are_0_is_right_where_nothing_else_moves_it(name) -> None:
    """A frozen v is the same one that no gradient will ever meet again."""
    pattern, new = LAZY["all"]
    assert share(verdict_on(name, compiled(re.sub(pattern, new, text_of(name))))) == 1


@pytest.mark.parametrize("last", [30, 40, 60])
def test_a_correction_of_m_that_is_left_out_late_is_seen(last: int) -> None:
    edit = ("mh_w = m_w / (1 - beta1**t)", f"mh_w = m_w / (1 - beta1**t if t < {last} else 1)")
    assert "200 epochs" in wrong_calls("adam", written("adam", edit))
    assert not part(verdict_on("adam", written("adam", edit)), "trajectory")


@pytest.mark.parametrize("last", [20, 50, 100, 150])
def test_a_clock_that_stops_late_is_seen(last: int) -> None:
    """A correction matters as long as beta**t does: of 0.999, for hundreds of epochs."""
    edit = ("        mh_w", f"        t = min(t, {last})\n        mh_w")
    verdict = verdict_on("adam", written("adam", edit))
    assert " epochs" in next(c.message for c in verdict.checks if c.name == "trajectory")
    assert not part(verdict, "trajectory")
