"""A grade as a real wrong Adam would get it, with the figures of the lecture, for the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any

import numpy as np

from autograder.model import (
    Check,
    Explanation,
    FloatArray,
    Grade,
    Line,
    Mark,
    Picture,
    Place,
    QuestionGrade,
    QuestionStatus,
    Spot,
    SubmissionStatus,
    Table,
    Trial,
)
from autograder.report import Contour

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
ADAM_SOURCE = """\
def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    m_w = m_b = v_w = v_b = 0.0
    ws, bs = [w], [b]
    for t in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))

        m_w = beta1 * m_w + (1 - beta1) * dw   # <- & "smooth" the gradient
        m_b = beta1 * m_b + (1 - beta1) * db
        v_w = beta2 * v_w + (1 - beta2) * dw**2
        v_b = beta2 * v_b + (1 - beta2) * db**2
        w = w - eta / np.sqrt(v_w + eps) * m_w
        b = b - eta / np.sqrt(v_b + eps) * m_b
        ws.append(w); bs.append(b)
    return ws, bs
"""


@cache
def sparse_points() -> tuple[FloatArray, FloatArray]:
    """The lecture's data: x = 0 in 80 of 100 points."""
    random = np.random.default_rng(5)
    x = np.where(np.arange(100) < 80, 0.0, random.normal(2.0, 1.0, 100))
    return x, 1 / (1 + np.exp(-(1.5 * x - 1.0)))


def slope(theta: FloatArray) -> FloatArray:
    """Gradient of the summed loss by (w, b)."""
    x, y = sparse_points()
    f = 1 / (1 + np.exp(-(theta[0] * x + theta[1])))
    part = (f - y) * f * (1 - f)
    return np.array([(part * x).sum(), part.sum()])


def path(step: Callable[[int, FloatArray, dict[str, FloatArray]], FloatArray]) -> FloatArray:
    """Shape (61, 2): where a rule walks from the lecture's kind of start."""
    theta = np.array([-2.0, 3.2])
    state = {name: np.zeros(2) for name in "muv"}
    walk = [theta]
    for t in range(1, 61):
        theta = theta - step(t, slope(theta), state)
        walk.append(theta)
    return np.array(walk)


def gradient_descent(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    return 0.1 * g


def momentum(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    s["u"] = 0.9 * s["u"] + 0.1 * g
    return s["u"]


def nesterov(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    """In the form that needs the gradient at the present point only."""
    s["u"] = 0.9 * s["u"] + 0.1 * g
    return 0.9 * s["u"] + 0.1 * g


def adagrad(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    s["v"] = s["v"] + g**2
    return 0.3 / np.sqrt(s["v"] + EPS) * g


def rmsprop(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    s["v"] = 0.9 * s["v"] + 0.1 * g**2
    return 0.1 / np.sqrt(s["v"] + EPS) * g


def adam_uncorrected(t: int, g: FloatArray, s: dict[str, FloatArray]) -> FloatArray:
    s["m"] = BETA1 * s["m"] + (1 - BETA1) * g
    s["v"] = BETA2 * s["v"] + (1 - BETA2) * g**2
    return 0.1 / np.sqrt(s["v"] + EPS) * s["m"]


@cache
def loss_surface() -> Contour:
    """The loss over (w, b), as the lecture draws it."""
    x, y = sparse_points()
    w, b = np.linspace(-4, 6, 60), np.linspace(-5, 5, 60)
    f = 1 / (1 + np.exp(-(w[None, :, None] * x + b[:, None, None])))
    z = 0.5 * ((f - y) ** 2).sum(axis=2)
    return Contour(x=w, y=b, z=z, x_label="w", y_label="b")


def numbers(values: FloatArray | range) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def walk_line(label: str, walk: FloatArray, colour: str) -> Line:
    return Line(label, numbers(walk[:, 0]), numbers(walk[:, 1]), colour)


@cache
def trajectories() -> Picture:
    return Picture(
        "Where the rules walk",
        "Six rules from one start, on the level curves of the loss; your Adam is the bright one.",
        "w",
        "b",
        (
            walk_line("gradient descent", path(gradient_descent), "black"),
            walk_line("momentum", path(momentum), "red"),
            walk_line("NAG", path(nesterov), "blue"),
            walk_line("your AdaGrad", path(adagrad), "green"),
            walk_line("your RMSProp", path(rmsprop), "brown"),
            walk_line("your Adam", path(adam_uncorrected), "magenta"),
        ),
        contour="loss",
    )


@cache
def walked() -> Picture:
    """As an assignment draws it: one path of the student's, others beside it, and the minimum."""
    beside = (
        walk_line("gradient descent", path(gradient_descent), "black"),
        replace(walk_line("momentum", path(momentum), "red"), style="--"),
    )
    return Picture(
        "The path on the lecture's data",
        "Level curves of the loss, with the path of your Adam beside others.",
        "w",
        "b",
        (
            *(replace(line, beside=True) for line in beside),
            walk_line("your Adam", path(adam_uncorrected), "magenta"),
        ),
        contour="loss",
        goal=Spot(1.5, -1.0, "minimum"),
    )


@cache
def effective_rates() -> Picture:
    t = np.arange(1, 61)
    m, v = 1 - BETA1**t, 1 - BETA2**t
    return Picture(
        "Effective learning rate under a constant gradient",
        "The step divided by η g. Adam's is 1 from the first epoch on; yours starts above 3.",
        "epoch t",
        "|step| / (η |g|)",
        (
            Line("your AdaGrad: dies", numbers(t), numbers(1 / np.sqrt(t)), "green"),
            Line("your RMSProp: lives", numbers(t), numbers(1 / np.sqrt(1 - 0.9**t)), "brown"),
            Line("your Adam", numbers(t), numbers(m / np.sqrt(v)), "magenta"),
            Line("Adam", numbers(t), numbers(np.ones(60)), "grey", "--"),
        ),
        log_y=True,
    )


@cache
def recovered_weights() -> Picture:
    i = np.arange(1, 13)
    raw = (1 - BETA1) * BETA1 ** (12 - i)
    return Picture(
        "What your m at epoch 12 is made of",
        "The weight of each epoch's gradient. Yours add up to 0.72, an average's add up to 1.",
        "epoch i",
        "weight of g at epoch i",
        (
            Line("yours", numbers(i), numbers(raw), "blue", "bar"),
            Line("expected", numbers(i), numbers(raw / (1 - BETA1**12)), "orange", "bar"),
        ),
    )


@cache
def unbiasedness() -> Picture:
    t = np.arange(1, 41)
    mean = 1 - BETA1**t
    band = 0.06 * np.sqrt(mean)
    return Picture(
        "E[m] beside E[g]",
        "The mean of your m over 400 streams of gradients with its 95 % band. Without the "
        "correction it starts too low: E[m] = (1 − β₁ᵗ) E[g].",
        "epoch t",
        "mean over 400 streams",
        (
            Line(
                "E[your m]",
                numbers(t),
                numbers(mean),
                "blue",
                "-",
                numbers(mean - band),
                numbers(mean + band),
            ),
            Line("E[g]", numbers(t), numbers(np.ones(40)), "black", "--"),
        ),
    )


def adam_question() -> QuestionGrade:
    return QuestionGrade(
        "adam",
        "Adam",
        QuestionStatus.PARTIAL,
        18.0,
        30.0,
        misconceptions=("correction_missing",),
        checks=(
            Check("gathering the gradient", True, 4, 4, "Gradients are summed over all points."),
            Check("first moment", True, 6, 6, "m decays with β₁ and takes in (1 − β₁) g."),
            Check("second moment", True, 6, 6, "v decays with β₂ and takes in (1 − β₂) g²."),
            Check("bias correction", False, 0, 6, "m and v are used as they are, uncorrected."),
            Check("trajectory", False, 0, 6, "The path differs from Adam's from epoch 1 on, in w."),
            Check("behaviour", False, 1, 2, "It leaves the plateau, but its first steps are long."),
        ),
        explanations=(
            Explanation(
                "correction_missing",
                "Your Adam steps with the raw moments",
                "It computes w ← w − η/√(v+ε) · m, with m and v as they come from the averages.",
                "Both averages start at 0. What is E[m] after one step, if every gradient is g?",
                "Section on Adam: the derivation of the bias correction",
            ),
        ),
        evidence=(
            "Fed with 400 random gradient streams, the weights of your m at epoch 1 sum to 0.1, "
            "those of your v to 0.001.",
        ),
        pictures=(walked(), effective_rates(), recovered_weights(), unbiasedness()),
        tables=(
            Table(
                "Sum of the weights with which your m averages the gradients",
                ("epoch", "yours", "an average's"),
                (("1", "0.1000", "1"), ("2", "0.1900", "1"), ("12", "0.7176", "1")),
            ),
        ),
        source=ADAM_SOURCE,
        places=(Place("do_adam", 1, 7, 3),),
        marks=(Mark(14, "forms the step of w"), Mark(15, "forms the step of b")),
        trial=Trial(
            "do_adam(X=[1, 1])",
            Table("By hand", ("epoch", "your w", "rule's w"), (("1", "0.5", "0.9"),)),
        ),
    )


def simple_question(
    name: str, title: str, score: float | None, worth: float, status: QuestionStatus
) -> QuestionGrade:
    full = status is QuestionStatus.FULL
    return QuestionGrade(
        name,
        title,
        status,
        score,
        worth,
        checks=()
        if score is None
        else (Check("trajectory", full, score, worth, "All points of the path agree."),),
    )


def wrong_adam(student: str = "alice") -> Grade:
    """78 of 90: Adam without its correction, a written answer that waits for a person."""
    full, pending = QuestionStatus.FULL, QuestionStatus.PENDING
    return Grade(
        student,
        f"{student}.ipynb",
        SubmissionStatus.GRADED,
        78.0,
        90.0,
        questions=(
            simple_question("gradients", "Gradients of the sigmoid neuron", 10.0, 10.0, full),
            simple_question("adagrad", "AdaGrad", 20.0, 20.0, full),
            simple_question("rmsprop", "RMSProp", 20.0, 20.0, full),
            adam_question(),
            simple_question("bias_correction", "Bias correction", 10.0, 10.0, full),
            QuestionGrade(
                "explanation",
                "Why does AdaGrad get stuck?",
                pending,
                None,
                10.0,
                answer="Because v only grows,\nso η/√v goes to 0 and b stops short.",
            ),
        ),
        notices=("Cell 7 failed and was passed over: NameError: name 'plot' is not defined.",),
        printed="epoch 0 loss 3.21\nepoch 1 loss 3.02\n",
    )


def unreadable(student: str = "bert") -> Grade:
    return Grade(
        student,
        f"{student}.ipynb",
        SubmissionStatus.UNREADABLE,
        0.0,
        90.0,
        message="The file is empty.",
    )


def not_graded(student: str = "cleo") -> Grade:
    return Grade(
        student,
        f"{student}.ipynb",
        SubmissionStatus.NOT_GRADED,
        None,
        90.0,
        message="The sandbox died twice.",
    )


def with_text_everywhere(thing: Any, text: str) -> Any:
    """The same thing with ``text`` in place of every string in it."""
    if isinstance(thing, Enum):
        return thing
    if isinstance(thing, str):
        return text
    if isinstance(thing, tuple):
        return tuple(with_text_everywhere(part, text) for part in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        parts = {f.name: with_text_everywhere(getattr(thing, f.name), text) for f in fields(thing)}
        return replace(thing, **parts)
    return thing
