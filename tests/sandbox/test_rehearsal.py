"""What a zygote has ready, so that no child need do it."""

from __future__ import annotations

import linecache

import numpy as np
import pytest

from autograder.model import Call
from autograder.sandbox.inside.calls import Caller
from autograder.sandbox.inside.rehearsal import rehearse
from autograder.sandbox.inside.transform import CellReader
from autograder.sandbox.inside.wire import ANSWER_HEAD, RETURNED
from tests.sandbox.conftest import Run


def test_reading_what_a_function_returns_imports_nothing(run: Run) -> None:
    source = """
import sys
import numpy as np
before = set(sys.modules)

def f(x):
    return [x, x], np.linalg.norm(x)

def imported():
    return len(set(sys.modules) - before)
"""
    calls = [Call("f", "f", {"x": np.ones(3)}), Call("imported", "imported", {})]
    _, (_, imported) = run(source, calls=calls)
    assert imported.value == 0


def test_every_call_of_the_rehearsal_returns_and_nothing_of_it_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes = []
    answer = Caller.answer

    def noted(*args: object) -> bytes:
        said: bytes = answer(*args)  # type: ignore[arg-type]
        outcomes.append(ANSWER_HEAD.unpack_from(said)[1:])
        return said

    monkeypatch.setattr(Caller, "answer", noted)
    rehearse(CellReader())
    assert set(outcomes) == {(RETURNED, 0, 0, 0)}
    assert not [name for name in linecache.cache if "rehearsal" in name]


def test_numbers_are_drawn_anew_in_each_call_where_the_text_speaks_of_chance(run: Run) -> None:
    drawn = "import numpy as np\nfrom numpy import *\ndef f():\n    return {}"
    for text in ("np.random.rand(3)", "random.normal(size=3)", "random.permutation(9)"):
        _, (one, other) = run(drawn.format(text), calls=[Call(n, "f", {}) for n in "ab"])
        assert isinstance(one.value, np.ndarray)
        assert isinstance(other.value, np.ndarray)
        assert one.value.tolist() == other.value.tolist(), text
