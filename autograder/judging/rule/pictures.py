"""What is drawn of recovered moments: their weights beside the rule's, and their mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.evidence import Evidence
from autograder.judging.rule.moments import Weights
from autograder.model import Line, Picture, Table


def weights_tables(question: Rule, evidence: Evidence) -> list[Table]:
    tables = []
    for kind, title in question.moments.items():
        own = getattr(evidence.moments, f"{kind}_w")
        right = getattr(evidence.right_moments, f"{kind}_w")
        if own is None or right is None or not right.is_average:
            continue  # a moment that is no average has no weights to show
        if np.allclose(own.values, right.values, atol=1e-5):
            continue
        epochs = len(own.values)
        rows = tuple(
            (
                f"epoch {t + 1}",
                *(f"{own.values[t, i]:.4g}" if i <= t else "" for i in range(epochs)),
            )
            for t in range(epochs)
        )
        power = "g" if kind == "first" else "g^2"
        header = ("", *(f"{power} of epoch {i + 1}" for i in range(epochs)))
        tables.append(Table(f"Recovered weights of your {title} (of w)", header, rows))
    return tables


def weights_pictures(question: Rule, evidence: Evidence) -> list[Picture]:
    """Recovered weights of the last epoch beside the expected ones."""
    pictures = []
    for kind, title in question.moments.items():
        own = getattr(evidence.moments, f"{kind}_w")
        right = getattr(evidence.right_moments, f"{kind}_w")
        if own is None or right is None or not right.is_average:
            continue  # a moment that is no average has no weights to show
        if np.allclose(own.values, right.values, atol=1e-5):
            continue
        t = len(own.values)
        x = tuple(float(i) for i in range(1, t + 1))
        pictures.append(
            Picture(
                title=f"Weights in your {title}",
                caption=f"How much each epoch's gradient counts in the {title} of epoch {t}: "
                "recovered from your steps, beside the rule's.",
                x_label="epoch of the gradient",
                y_label="weight",
                lines=(
                    Line("the rule", x, _floats(right.values[-1]), "tab:gray", "bar"),
                    Line(f"your {question.function}", x, _floats(own.values[-1]), "tab:red", "bar"),
                ),
            )
        )
    return pictures


def monte_carlo(own: Weights, mean: float, what: str) -> Picture:
    """The lecture's argument as a picture: the mean of many m_t beside E[g]."""
    streams, epochs = own.moments.shape
    with np.errstate(all="ignore"):
        estimate = own.moments.mean(axis=0) / mean
        band = 2.576 * own.moments.std(axis=0, ddof=1) / np.sqrt(streams) / mean
    t = tuple(float(i) for i in range(1, epochs + 1))
    return Picture(
        title=f"Is {what} unbiased?",
        caption=f"The mean of {what} over {streams} random streams of gradients, with its 99 % "
        "band, in units of what it should be on average (the line at 1).",
        x_label="epoch t",
        y_label="mean, relative to its expectation",
        lines=(
            Line("expected", t, (1.0,) * epochs, "black", "--"),
            Line(
                f"mean of your {what}",
                t,
                _floats(estimate),
                "tab:red",
                "-",
                low=_floats(estimate - band),
                high=_floats(estimate + band),
            ),
        ),
    )


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
