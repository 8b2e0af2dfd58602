"""The code that travels with a notebook: alone, kind, and not to be held up."""

from __future__ import annotations

import ast
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.public import carried
from autograder.sandbox.inside.gradients import neuron

KINDS = [(1.0, 0.0, 1.0, 0.5), (0.3925, -1.136, 1.23, 0.2915), (2.0, -0.5, 0.5, 3.0)]


def test_it_needs_python_and_numpy_alone() -> None:
    tree = ast.parse(Path(carried.__file__).read_text(encoding="utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in imported
        for alias in node.names
    }
    assert "numpy" in names
    assert names - {"numpy"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", ["w", "b"])
def test_a_measured_slope_is_the_gradient_that_graders_hand_in(
    kind: tuple[float, float, float, float], of: str
) -> None:
    dice = np.random.default_rng(5)
    own, theirs = carried.slope(of, *kind), neuron(of, *kind)
    w, b, x, y = dice.normal(size=4)
    W, X, Y = dice.normal(size=4), dice.normal(size=(7, 4)), dice.normal(size=7)
    for place in [(w, b, x, y), (W, b, X[0], y), (W, b, X, Y), (w, b, X[:, 0], Y), (w, b, 0.0, y)]:
        np.testing.assert_allclose(own(*place), theirs(*place), rtol=1e-13, atol=1e-15)
        assert np.shape(own(*place)) == np.shape(theirs(*place))


# ------------------------------------------------------------------------------ it comes to an end


def _loop() -> None:
    while True:
        pass


def _stubborn_loop() -> None:
    while True:
        try:
            float("no number")
        except:  # noqa: E722
            continue


def _loop_in_given_code() -> None:
    slope = carried.slope("w", *KINDS[0])
    while True:
        slope(0.1, 0.2, 0.3, 0.4)


LOOPS = [_loop, _stubborn_loop, _loop_in_given_code]


@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_loop_is_stopped_and_the_alarm_put_back(loop: Callable[[], None]) -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(carried.TimeUp):
        carried.within(0.05, loop)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_without_an_alarm_the_clock_is_looked_at() -> None:
    found: list[object] = []

    def attempt() -> None:
        try:
            carried.within(0.05, _loop)
        except carried.TimeUp:
            found.append("time up")
        found.append(sys.gettrace())

    thread = threading.Thread(target=attempt)  # only a main thread may set an alarm
    thread.start()
    thread.join(10)
    assert found == ["time up", None]


def test_windows_has_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGALRM")
    with pytest.raises(carried.TimeUp):
        carried.within(0.05, _loop)
    assert carried.within(0.5, lambda: "done") == "done"


def test_what_ends_in_time_is_left_alone() -> None:
    def attempt() -> str:
        time.sleep(0.03)
        return "done"

    assert carried.within(0.5, attempt) == "done"
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


# ------------------------------------------------------------------------------- what it says

EXAMPLE = {
    "name": "a number",
    "asks": "go where x is a number",
    "function": "go",
    "arguments": {"X": [1.0], "Y": [0.5], "init_w": 2.0, "init_b": 1.0, "max_epochs": 1},
    "expected": {"w_history": [2.0, 1.0], "b_history": [1.0, 3.0]},
    "tolerance": 1e-6,
}


def said(function: Any) -> str:
    return " ".join(carried.try_example(EXAMPLE, function))


def _remembers(X: Any, Y: Any, init_w: Any, init_b: Any, max_epochs: Any) -> Any:
    _remembers.calls += 1  # type: ignore[attr-defined]
    return [2.0, 1.0 * (_remembers.calls == 1)], [1.0, 3.0]  # type: ignore[attr-defined]


def _changes(X: Any, Y: Any, init_w: Any, init_b: Any, max_epochs: Any) -> Any:
    X += 1
    return [2.0, 1.0], [1.0, 3.0]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (([2.0, 1.0], [1.0, 3.0]), ""),
        ((np.array([[2.0], [1.0]]), (1.0, 3.0), "an error history"), ""),
        (iter([[2.0, 1.0], [1.0, 3.0]]), ""),
        (None, "go returns nothing (None): end it with return."),
        (7.0, "Return two histories of numbers, that of w first: yours is of type float."),
        ({"w": [2.0, 1.0]}, "yours is of type dict."),
        (([2.0, 1.0],), "yours cannot be read as that."),
        ((["a", "b"], [1.0, 3.0]), "yours cannot be read as that."),
        ((1.0, 3.0), "It returns one point; the histories should have 2 entries, the start first."),
        (([2.0, 1.0], 3.0), "yours have the shapes (2,) and ()."),
        (([2.0, 1.0], [1.0]), "yours have the shapes (2,) and (1,)."),
        (
            ([1.0], [3.0]),
            "For 1 epochs the histories should have 2 entries, the start first; yours ",
        ),
        (([9.0, 1.0], [1.0, 3.0]), "The first entry should be the start: w is 2, yours is 9."),
        (
            ([2.0, 1.0], [1.0, 2.0]),
            "Epoch 1 is the first that differs: b should be 3; yours is 2. Your step there is 0.5 "
            "times the right one.",
        ),
        (
            ([2.0, 3.0], [1.0, 3.0]),
            "w should be 1; yours is 3. Your step there goes the other way.",
        ),
        (([2.0, np.nan], [1.0, 3.0]), "NaN is what comes of 0 / 0"),
    ],
)
def test_each_wrong_answer_has_its_sentence(answer: Any, sentence: str) -> None:
    answers = [answer, ([2.0, 1.0], [1.0, 3.0])]
    text = said(lambda **_: answers.pop(0))
    assert text == "" if not sentence else sentence in text


def test_a_second_answer_and_changed_inputs_are_seen() -> None:
    _remembers.calls = 0  # type: ignore[attr-defined]
    assert said(_remembers).startswith("Called a second time it answers something else.")
    assert said(_changes).startswith("It changes X.")


def test_what_a_student_writes_is_shown_and_not_obeyed() -> None:
    case = carried.Case("a", "<b>a</b>", (), lambda: ())
    result = carried.Result("q: 0 of 1 <i>", [carried.Tried(case, False, ("</pre><script>",))])
    html = result._repr_html_()
    assert set(re.findall("<(/?\\w+)", html)) == {"div", "strong", "/strong", "/div"}
    assert "&lt;script&gt;" in html


def test_a_question_that_there_is_not_is_a_sentence() -> None:
    grader = carried.Grader({}, {}, '{"adam": []}')
    assert repr(grader.check("adma")).startswith("There is no question 'adma' here")
