"""Students for the judge's tests: their code runs here, in this process, on a real exam's calls.

A student is a plain Python function, or the text of one: ``written("adam", ("a line", "b line"))``
is the lecture's Adam with one piece of text replaced by another.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import Course
from autograder.judging.question import Answers, Verdict
from autograder.judging.update_rule import RuleExam
from autograder.model import (
    Call,
    Cell,
    Fault,
    FloatArray,
    Gradient,
    Neuron,
    NotebookRun,
    Opaque,
    Outcome,
    Submission,
    Trace,
    Value,
)
from autograder.sandbox.inside import gradients

COURSE = Path(__file__).parents[2]
RULES = ("adagrad", "rmsprop", "adam")
NOBODY = Submission("nobody", "nobody.py", (Cell(1, ""),))

HEAD = """
def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, {hyper}):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    {state} = {zeros}
    for t in range(1, max_epochs + 1):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
{body}
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history
"""
BODY = {
    "adagrad": """
        v_w = v_w + dw**2
        v_b = v_b + db**2
        w = w - eta / np.sqrt(v_w + eps) * dw
        b = b - eta / np.sqrt(v_b + eps) * db
""",
    "rmsprop": """
        v_w = beta * v_w + (1 - beta) * dw**2
        v_b = beta * v_b + (1 - beta) * db**2
        w = w - eta / np.sqrt(v_w + eps) * dw
        b = b - eta / np.sqrt(v_b + eps) * db
""",
    "adam": """
        m_w = beta1 * m_w + (1 - beta1) * dw
        m_b = beta1 * m_b + (1 - beta1) * db
        v_w = beta2 * v_w + (1 - beta2) * dw**2
        v_b = beta2 * v_b + (1 - beta2) * db**2
        mh_w = m_w / (1 - beta1**t)
        mh_b = m_b / (1 - beta1**t)
        vh_w = v_w / (1 - beta2**t)
        vh_b = v_b / (1 - beta2**t)
        w = w - eta / np.sqrt(vh_w + eps) * mh_w
        b = b - eta / np.sqrt(vh_b + eps) * mh_b
""",
}
HYPER = {
    "adagrad": "eta=0.1, eps=1e-8",
    "rmsprop": "eta=0.1, beta=0.9, eps=1e-8",
    "adam": "eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8",
}
STATE = {"adagrad": "v_w, v_b", "rmsprop": "v_w, v_b", "adam": "m_w, m_b, v_w, v_b"}


# --------------------------------------------------------------------------------- the students


def written(rule: str, *edits: tuple[str, str]) -> Callable[..., Any]:
    """The lecture's loops of a rule, with pieces of text replaced."""
    return compiled(text_of(rule, *edits))


def text_of(rule: str, *edits: tuple[str, str]) -> str:
    """The text of such a function; each piece must be there."""
    zeros = ", ".join("0" for _ in STATE[rule].split(","))
    text = HEAD.format(
        hyper=HYPER[rule], state=STATE[rule], zeros=zeros, body=BODY[rule].strip("\n")
    )
    for old, new in edits:
        assert old in text, f"{old!r} is not in\n{text}"
        text = text.replace(old, new)
    return text


def compiled(text: str) -> Callable[..., Any]:
    """The function ``rule`` that a piece of code defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(textwrap.dedent(text), "<student>", "exec"), namespace)
    function: Callable[..., Any] = namespace["rule"]
    return function


# ------------------------------------------------------------------------------------ the exam


@cache
def assignment() -> Any:
    return Course(COURSE).load("adaptive_learning_rates")


@cache
def question(name: str) -> Any:
    return next(q.kind for q in assignment().questions if q.name == name)


@cache
def exam(name: str, student: str = "somebody") -> Any:
    """One student's exam of a question."""
    return question(name).draw(assignment().seed(student, name))


# -------------------------------------------------------------------------------- running them


def take(exam: RuleExam | Any, function: Callable[..., Any]) -> dict[str, Trace]:
    """The traces of a function on all calls of an exam, further ones too."""
    with np.errstate(all="ignore"):
        return {c.name: called(c, function) for c in (*exam.calls, *exam.further_calls)}


def called(call: Call, function: Callable[..., Any]) -> Trace:
    """The trace of one call."""
    arguments = {name: given(value) for name, value in call.arguments.items()}
    before = {n: a.copy() for n, a in arguments.items() if isinstance(a, np.ndarray)}
    try:
        value = function(**arguments)
    except Exception as error:
        fault = Fault(type(error).__name__, str(error), 1, 1, "a line")
        return Trace(call.name, Outcome.RAISED, fault=fault)
    changed = {
        n: arguments[n] for n, old in before.items() if not np.array_equal(arguments[n], old)
    }
    return Trace(call.name, Outcome.RETURNED, as_value(value), changed=changed)


def given(argument: Any) -> Any:
    if isinstance(argument, Gradient):
        kind = argument.kind
        if isinstance(kind, Neuron):
            return gradients.neuron(argument.of, *astuple(kind))
        return gradients.stream(kind.values, _start(kind), kind.points)
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def as_value(value: Any) -> Value:
    """What the sandbox would bring back of an answer."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return as_array_or_else(value[0]), as_array_or_else(value[1])
    return as_array_or_else(value)


def as_array_or_else(value: Any) -> Value:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        if isinstance(value, (list, tuple)):
            return tuple(map(as_array_or_else, value))
        return Opaque(type(value).__name__)


def judge(
    exam: RuleExam | Any, traces: Mapping[str, Trace], sources: Mapping[str, str] | None = None
) -> Verdict:
    """The verdict on traces; ``sources``: of the student's functions, where they matter."""
    run = NotebookRun(Outcome.RETURNED, sources=sources or {})
    answers = Answers(NOBODY, run, traces)
    verdict: Verdict = exam.verdict_if_right(answers) or exam.judge(answers)
    return verdict


def verdict_on(name: str, function: Callable[..., Any], student: str = "somebody") -> Verdict:
    """A function, examined and judged."""
    one = exam(name, student)
    return judge(one, take(one, function))


def wrong_calls(name: str, function: Callable[..., Any], student: str = "somebody") -> set[str]:
    """Which of the calls that everybody is asked it does not answer right."""
    asked = exam(name, student)
    traces = take(asked, function)
    return {one.name for one in asked.asked_of_all if not asked.is_right_on(one, traces)}


def score(verdict: Verdict) -> float:
    return sum(check.score for check in verdict.checks)


def share(verdict: Verdict) -> float:
    """Score over points, 0 to 1."""
    return score(verdict) / sum(check.max_score for check in verdict.checks)


def part(verdict: Verdict, name: str) -> bool:
    """Whether the check of that name passed."""
    return next(check.passed for check in verdict.checks if check.name == name)


def rows(path: Any) -> FloatArray:
    """Rows (w's entries, then b) of a pair of histories."""
    w, b = (np.asarray(side, dtype=np.float64) for side in path)
    return np.column_stack([w.reshape(len(w), -1), b])


def _start(kind):
    return np.zeros(0) if kind.start is None else kind.start
