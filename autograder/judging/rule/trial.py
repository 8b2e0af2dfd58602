"""A case that a student can follow by hand: the same to everybody, and no hidden one.

Two points with constant gradients, three epochs, round hyper-parameters: every number of it can be
worked out on paper, and typed into a notebook.
"""

from __future__ import annotations

import numpy as np

from autograder.judging import words
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.history import History
from autograder.judging.rule.hyperparameters import Role
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray, Stream, Table, Trial

NAME = "a case by hand"
EPOCHS = 3
OF_W, OF_B = 1.5, -0.5
"""The gradient of each of the two points, at every epoch: sums and means differ, and signs."""
EPSILON = 0.1
"""So large that one can see where it stands."""


def by_hand(rule: Rule) -> Instance:
    hyper = {}
    for name, range_ in rule.ranges.items():
        usual = rule.defaults.get(name, float(f"{range_.at(0.5):.1g}"))
        hyper[name] = EPSILON if range_.role is Role.EPSILON else usual
    return Instance(
        name=NAME,
        X=np.ones(2),
        Y=np.zeros(2),
        init_w=np.array(1.0),
        init_b=1.0,
        max_epochs=EPOCHS,
        grad_w=Stream(np.full(EPOCHS, OF_W)),
        grad_b=Stream(np.full(EPOCHS, OF_B)),
        hyper=hyper,
    )


def trial(rule: Rule, instance: Instance, history: History, right: FloatArray) -> Trial | None:
    """What came back beside what is right; None: nothing that can be read, or all of it right."""
    own = history.rows
    if own is None or history.only_point or len(own) < 2 or own.shape[1] != 2:
        return None
    shown = [
        [_number(rows, epoch, k) for k in range(2) for rows in (own, right)]
        for epoch in range(EPOCHS + 1)
    ]
    if len(own) == len(right) and all(row[0] == row[1] and row[2] == row[3] for row in shown):
        return None
    rows = tuple((str(epoch), *row) for epoch, row in enumerate(shown))
    return Trial(_call(rule, instance), Table(words.TRIAL_TITLE, words.TRIAL_COLUMNS, rows))


def _number(rows: FloatArray, epoch: int, column: int) -> str:
    if epoch >= len(rows):
        return words.TRIAL_NOTHING
    value = float(rows[epoch, column])
    return f"{value:.5g}" if np.isfinite(value) else "NaN" if np.isnan(value) else "inf"


def _call(rule: Rule, instance: Instance) -> str:
    """As it can be typed."""
    hyper = ", ".join(f"{name}={value:g}" for name, value in instance.hyper.items())
    lines = (
        f"{rule.function}(",
        "    X=[1, 1], Y=[0, 0],",
        f"    init_w=1.0, init_b=1.0, max_epochs={EPOCHS},",
        f"    grad_w=lambda w, b, x, y: {OF_W},",
        f"    grad_b=lambda w, b, x, y: {OF_B},",
        f"    {hyper})",
    )
    return "\n".join(lines)
