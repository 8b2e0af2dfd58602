"""``--unsafe``: the same answers without walls, and it says so."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from autograder.model import Call, Cell, Gradient, Limits, Neuron, Outcome
from autograder.sandbox import child, open_sandbox
from tests.sandbox.conftest import COURSE

SOURCE = """
import os
print("hello")
def ask(X, grad_b):
    return [grad_b(0.0, 0.0, x, 1.0) for x in X]
def ends(): os._exit(3)
def hangs():
    while True: pass
def floods():
    while True: os.write(1, b'x' * 1_000_000)
def crashes(): os.abort()
"""


def test_it_behaves_like_the_sandbox_for_honest_and_for_broken_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "MAX_PRINTED", 8 << 20)
    with open_sandbox([COURSE], unsafe=True) as box:
        assert box.unsafe
        assert not any(layer.active for layer in box.layers)
        limits = Limits(call_seconds=0.5)
        cells = [Cell(1, "%matplotlib inline"), Cell(2, SOURCE), Cell(3, "1 / 0")]
        with box.open(cells, limits, names=("ask",)) as session:
            names = ("hangs", "ends", "floods", "crashes", "ask", "missing")
            ask = {"X": np.array([1.0, 2.0, 3.0]), "grad_b": Gradient("b", Neuron())}
            calls = [Call(name, name, ask if name == "ask" else {}) for name in names]
            traces = {trace.call: trace for trace in session.call(calls)}
    assert session.notebook.printed == "hello\n"
    assert session.notebook.faults[3].kind == "ZeroDivisionError"
    assert "def ask" in session.notebook.sources["ask"]
    assert {name: trace.outcome for name, trace in traces.items()} == {
        "hangs": Outcome.TIMED_OUT,
        "ends": Outcome.EXITED,
        "floods": Outcome.FLOODED,
        "crashes": Outcome.CRASHED,
        "ask": Outcome.RETURNED,
        "missing": Outcome.MISSING,
    }
    assert np.array_equal(traces["ask"].value, [-0.125] * 3)  # type: ignore[arg-type]
    assert session.usage.wall_seconds > 0.5


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_it_is_offered_where_there_are_no_walls(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with open_sandbox([COURSE], unsafe=True) as box:
        assert box.unsafe
