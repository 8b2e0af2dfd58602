"""What a cell has shown, and later cells ask for."""

from __future__ import annotations

import pytest

from autograder.model import Call
from autograder.sandbox.inside.shown import asks
from tests.sandbox.conftest import Run

K = Call("k", "k", {})
GET_K = "def k():\n    return K\n"


@pytest.mark.parametrize(
    "cells",
    [
        ("1.0", "K = _"),
        ("1.0", "x = 2", "K = _ * 1"),
        ("1.0", "None", "K = (_)"),
        ("1.0", "2.0", "K = __"),
        ("1.0", "2.0", "3.0", "K = ___"),
        ("1.0", "2.0", "K = _1"),
        ("1.0", "2.0", "K = Out[1]"),
        ("x = 1\nx / 1", "2.0;", "K = _"),
        ("import asyncio\nawait asyncio.sleep(0, 1.0)", "K = _"),
        ("1 / 0", "K = float(In[1] == '1 / 0')"),
        ("5.0", "_ = 1.0", "6.0", "K = _"),
        ("%matplotlib inline\n1.0", "K = _"),
        ("def f():\n    return _\n1.0", "K = f()"),
    ],
)
def test_it_is_there(run: Run, cells: tuple[str, ...]) -> None:
    notebook, (trace,) = run(*cells, GET_K, calls=[K])
    assert list(notebook.faults) == ([1] if cells[0] == "1 / 0" else [])
    assert trace.value == 1.0


@pytest.mark.parametrize(
    "source",
    [
        "for _ in range(3):\n    w = w - dw",
        "w, _ = run()\n_ = 3\n_, b = run()",
        "x = [0 for _ in X]\nself._out = In_",
        "fig, _ = plt.subplots()\nm_hat = _helper(m_)",
        "print(name_)  # the Output",
    ],
)
def test_ordinary_cells_do_not_ask(source: str) -> None:
    assert not asks([source])
