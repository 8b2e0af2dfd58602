"""An assignment whose rule has no step size: AdaDelta, with hyper-parameters of its own names.

Nothing in the engine knows it: the rule, its faults and what its hyper-parameters are come from the
course folder alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.commands import run

pytestmark = pytest.mark.long

REFERENCE = '''\
"""AdaDelta (Zeiler 2012): a step is as long as the steps before it, not as a learning rate says."""

import numpy as np

from autograder.judging.rule.functions import FunctionFault


def _path(gradient, start, max_epochs, step):
    theta = np.array(start, dtype=float)
    squares, steps = np.zeros_like(theta), np.zeros_like(theta)
    path = [theta]
    for _ in range(max_epochs):
        change, squares, steps = step(gradient(theta), squares, steps)
        theta = theta - change
        path.append(theta)
    return path


def adadelta(gradient, start, max_epochs, rho, tiny):
    def step(g, squares, steps):
        squares = rho * squares + (1 - rho) * g**2
        change = np.sqrt(steps + tiny) / np.sqrt(squares + tiny) * g
        return change, squares, rho * steps + (1 - rho) * change**2

    return _path(gradient, start, max_epochs, step)


def steps_forgotten(gradient, start, max_epochs, rho, tiny):
    def step(g, squares, steps):
        squares = rho * squares + (1 - rho) * g**2
        return np.sqrt(tiny) / np.sqrt(squares + tiny) * g, squares, steps

    return _path(gradient, start, max_epochs, step)


def squares_never_fade(gradient, start, max_epochs, rho, tiny):
    def step(g, squares, steps):
        squares = squares + g**2
        change = np.sqrt(steps + tiny) / np.sqrt(squares + tiny) * g
        return change, squares, rho * steps + (1 - rho) * change**2

    return _path(gradient, start, max_epochs, step)


def outside_the_root(gradient, start, max_epochs, rho, tiny):
    def step(g, squares, steps):
        squares = rho * squares + (1 - rho) * g**2
        change = (np.sqrt(steps) + tiny) / (np.sqrt(squares) + tiny) * g
        return change, squares, rho * steps + (1 - rho) * change**2

    return _path(gradient, start, max_epochs, step)


def _fault(rule, title):
    return FunctionFault(rule.__name__, rule, title, "It is another path.", "Look at the formula.")


FAULTS = (
    _fault(steps_forgotten, "does not gather the squares of its steps"),
    _fault(squares_never_fade, "never forgets a square"),
    _fault(outside_the_root, "adds epsilon outside the roots"),
)
'''
RANGES = """{
                "rho": Range(0.5, 0.85, habits=(0.9, 0.95)),
                "tiny": Epsilon(1e-3, 1e-1),
            },"""
CHECKS = '{ "gradient" = 4, "step" = 6, "trajectory" = 6, "vector" = 2, "edge cases" = 2 }'
SIGNATURE = "X, Y, init_w, init_b, max_epochs, grad_w, grad_b, rho=0.95, tiny=1e-6"
LOOPS = """\
    w, b = init_w, init_b
    s_w, s_b, d_w, d_b = 0 * init_w, 0.0, 0 * init_w, 0.0
    w_history, b_history = [w], [b]
    for epoch in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        s_w, s_b = rho * s_w + (1 - rho) * dw**2, rho * s_b + (1 - rho) * db**2
        u_w = np.sqrt((d_w + tiny) / (s_w + tiny)) * dw
        u_b = np.sqrt((d_b + tiny) / (s_b + tiny)) * db
        d_w, d_b = rho * d_w + (1 - rho) * u_w**2, rho * d_b + (1 - rho) * u_b**2
        w, b = w - u_w, b - u_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history
"""


def program(*edits: tuple[str, str]) -> str:
    """A student's file: the right one, with some of its text replaced."""
    text = LOOPS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return f"import numpy as np\n\n\ndef do_adadelta({SIGNATURE}):\n{text}"


PROGRAMS = {
    "right": program(),
    "steps_forgotten": program(("d_w + tiny", "tiny"), ("d_b + tiny", "tiny")),
    "squares_never_fade": program(
        ("s_w, s_b = rho * s_w + (1 - rho) * dw**2, rho * s_b + (1 - rho) * db**2",
         "s_w, s_b = s_w + dw**2, s_b + db**2"),
    ),
    "rho_hard_coded": program(("    w, b = init_w", "    rho = 0.95\n    w, b = init_w")),
    "cube_root": program(("np.sqrt((d_w + tiny)", "np.cbrt((d_w + tiny)")),
    "mean_gradient_and_cube": program(
        ("zip(X, Y))\n        db", "zip(X, Y)) / len(X)\n        db"), ("dw**2", "np.abs(dw)**3")
    ),
}  # fmt: skip


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    run("autograder new adadelta", folder)
    assignment = folder / "assignments" / "adadelta"
    (folder / "reference" / "adadelta.py").write_text(REFERENCE, encoding="utf-8")
    questions = assignment / "questions.py"
    replace(questions, '{"eta": StepSize(0.1, 0.4)},', RANGES)
    replace(questions, "import StepSize", "import Epsilon, Range")
    replace(assignment / "assignment.toml", '{ "trajectory" = 12, "vector" = 8 }', CHECKS)
    notebook = assignment / "notebook.md"
    replace(notebook, "X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1", SIGNATURE)
    replace(notebook, "    # BEGIN SOLUTION\n    ...\n", f"    # BEGIN SOLUTION\n{LOOPS}")
    (assignment / "right_variants").mkdir(exist_ok=True)
    (assignment / "right_variants" / "again.py").write_text(PROGRAMS["right"], encoding="utf-8")
    run("autograder release adadelta", folder)
    return folder


def test_it_is_proved(course: Path) -> None:
    said = run("autograder verify adadelta", course)
    assert "PROVED: 100 % of 9 known faults" in " ".join(said.split())


@pytest.fixture(scope="module")
def graded(course: Path) -> dict[str, dict[str, Any]]:
    """The question of each program, by the program's name."""
    handed_in = course / "handed_in"
    handed_in.mkdir()
    for name, text in PROGRAMS.items():
        (handed_in / f"{name}.py").write_text(text, encoding="utf-8")
    run("autograder grade handed_in --assignment adadelta --out results", course)
    grades = json.loads((course / "results" / "grades.json").read_text(encoding="utf-8"))
    return {one["student"]: one["questions"][0] for one in grades["submissions"]}


@pytest.mark.parametrize(
    ("name", "misconceptions"),
    [
        ("right", []),
        ("steps_forgotten", ["steps_forgotten"]),
        ("squares_never_fade", ["squares_never_fade"]),
        ("rho_hard_coded", ["hyperparameter_ignored"]),
        ("cube_root", []),
        ("mean_gradient_and_cube", []),
    ],
)
def test_students_are_told_what_they_compute(
    graded: dict[str, dict[str, Any]], name: str, misconceptions: list[str]
) -> None:
    assert graded[name]["misconceptions"] == misconceptions
    assert (graded[name]["score"] == 20) == (name == "right")


def test_a_value_in_place_of_an_argument_is_found_by_its_habit(
    graded: dict[str, dict[str, Any]],
) -> None:
    assert "rho is always 0.95" in graded["rho_hard_coded"]["message"]


def test_the_gradient_is_measured_without_a_step_size(graded: dict[str, dict[str, Any]]) -> None:
    """Under a huge epsilon the first step is the summed gradient, whatever is wrong besides."""
    for name, good in (("cube_root", True), ("mean_gradient_and_cube", False)):
        checks = {check["name"]: check["passed"] for check in graded[name]["checks"]}
        assert checks["gradient"] is good


def test_only_the_edge_cases_of_any_rule_are_asked(graded: dict[str, dict[str, Any]]) -> None:
    names = {check["name"] for check in graded["right"]["checks"]}
    assert names >= {"no epochs", "inputs untouched", "called twice", "tiny steps"}
    assert "a feature that is never on" not in names
