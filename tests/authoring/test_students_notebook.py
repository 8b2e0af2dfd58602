"""The students' notebook of ``adaptive_learning_rates`` in a Jupyter kernel, empty and done."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder.authoring.master import model_answers
from reference.sparse_data import lecture_experiment
from reference.update_rules import adagrad, adam, rmsprop

COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
ASSIGNMENT = COURSE / "assignments" / SLUG
TEMPLATE = COURSE / "student_template" / SLUG / f"{SLUG}.ipynb"

Notebook: TypeAlias = Any
"""An nbformat notebook, which knows no types."""

FAULTS = [
    # question, what the model answer says, what many write
    ("gradients", "return (fx - y) * fx * (1 - fx) * x", "return (y - fx) * fx * (1 - fx) * x"),
    ("gradients", "return (fx - y) * fx * (1 - fx) * x", "return (fx - y) * fx * (1 - fx)"),
    ("gradients", "np.dot(w, x)", "w * x"),
    ("adagrad", "np.sqrt(v_w + eps)", "(np.sqrt(v_w) + eps)"),
    ("adagrad", "np.sqrt(v_b + eps)", "(v_b + eps)"),
    ("adagrad", "v_w = v_w + dw**2", "v_w = dw**2"),
    ("adagrad", "v_b = v_b + db**2", "v_b = v_b + dw**2"),
    ("adagrad", "w = w - (eta / np.sqrt(v_w + eps)) * dw", "w -= (eta / np.sqrt(v_w + eps)) * dw"),
    ("adagrad", "v_w = v_w + dw**2", "dw, db = dw / len(X), db / len(X); v_w = v_w + dw**2"),
    ("adagrad", "w_history, b_history = [w], [b]", "w_history, b_history = [], []"),
    ("rmsprop", "(1 - beta) * dw**2", "dw**2"),
    ("rmsprop", "v_b = beta * v_b + (1 - beta) * db**2", "v_b = v_b + db**2"),
    ("rmsprop", "beta * v_w + (1 - beta) * dw**2", "(1 - beta) * v_w + beta * dw**2"),
    ("adam", "m_w_hat = m_w /", "m_w_hat = m_w = m_w /"),
    ("adam", "v_w_hat = v_w /", "v_w_hat = v_w = v_w /"),
    ("adam", "math.pow(beta1, i + 1)", "math.pow(beta1, i)"),
    ("adam", "math.pow(beta2, i + 1)", "math.pow(beta2, i + 2)"),
    ("adam", "* m_w_hat", "* dw"),
    ("adam", "np.sqrt(v_b_hat + eps)", "(np.sqrt(v_b_hat) + eps)"),
    ("bias_correction", "(1 - beta**t)", "(1 - beta)"),
    ("bias_correction", "moment / (1 - beta**t)", "moment * (1 - beta**t)"),
]


def defined(source: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^def (\w+)", source, flags=re.MULTILINE))


def answers() -> dict[tuple[str, ...], str]:
    """Source of each answer, by the names that it defines."""
    return {defined(cell.source): cell.source for cell in model_answers(ASSIGNMENT).cells}


def template() -> Notebook:
    return nbformat.read(TEMPLATE, as_version=4)  # type: ignore[no-untyped-call]


def completed() -> Notebook:
    """The template with every stub replaced by its model answer."""
    notebook, by_names = template(), answers()
    for cell in notebook.cells:
        if cell.cell_type == "code" and "otter_answer_cell" in cell.metadata.get("tags", []):
            cell.source = by_names[defined(cell.source)]
    return notebook


def with_faults(notebook: Notebook) -> Notebook:
    """Further cells, each with one faulty answer and then its check."""
    for question, right, wrong in FAULTS:
        (source,) = [
            cell.source
            for cell, after in zip(notebook.cells, notebook.cells[1:], strict=False)
            if after.source == f'grader.check("{question}")'
        ]
        assert right in source
        faulty = source.replace(right, wrong)
        check = f'print(grader.check("{question}"))'
        cell = nbformat.v4.new_code_cell(f"{faulty}\n\n{check}")  # type: ignore[no-untyped-call]
        notebook.cells.append(cell)
    return notebook


def run(notebook: Notebook, folder: Path) -> Notebook:
    """Run all cells in a kernel; a cell that raises fails the test."""
    nbformat.write(notebook, folder / TEMPLATE.name)  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    return notebook


def printed(cell: Any) -> str:
    """All text that a cell wrote or showed."""
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]
    return "\n".join(texts)


def checks(notebook: Notebook) -> dict[str, str]:
    """What each ``grader.check`` said."""
    cells = [cell for cell in notebook.cells if cell.source.startswith("grader.check(")]
    return {cell.source.split('"')[1]: printed(cell) for cell in cells}


@pytest.fixture(scope="module")
def empty_run(tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return run(template(), tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def completed_run(tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return run(with_faults(completed()), tmp_path_factory.mktemp("completed"))


def test_empty_every_check_fails_and_says_why(empty_run: Notebook) -> None:
    said = checks(empty_run)
    assert list(said) == ["gradients", "adagrad", "rmsprop", "adam", "bias_correction"]
    for question, text in said.items():
        cases = template().metadata.otter.tests[question].count("@test_case")
        assert text.count("❌ Test case failed") == cases >= 3
        assert len(re.findall(r"AssertionError: .*returned", text)) == cases
        assert text.count(f"{question} - ") == 2 * cases  # a hint and a result each
        assert "Traceback" not in text


def test_empty_the_figures_say_which_curves_are_missing(empty_run: Notebook) -> None:
    text = "\n".join(printed(cell) for cell in empty_run.cells if cell.cell_type == "code")
    for missing in ("green curve for AdaGrad", "brown curve for RMSProp", "magenta curve for Adam"):
        assert f"No {missing}: the function returns nothing yet." in text
    for label in ("AdaGrad", "RMSProp"):
        assert f"No distance for {label}: " in text
    assert text.count("No corrected curve for ") == 2
    assert not re.search(r"No (black|red|blue) curve", text)


def test_completed_every_check_passes(completed_run: Notebook) -> None:
    for question, text in checks(completed_run).items():
        assert text.strip() == f"{question} results: All test cases passed!"


def test_completed_all_curves_are_drawn(completed_run: Notebook) -> None:
    cells = [cell for cell in completed_run.cells if cell.cell_type == "code"]
    assert "No " not in "\n".join(printed(cell) for cell in cells[: -len(FAULTS)])
    pictures = [out for cell in cells for out in cell.outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 5


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_public_checks_catch_what_many_write(completed_run: Notebook, number: int) -> None:
    text = printed(completed_run.cells[len(completed_run.cells) - len(FAULTS) + number])
    assert f"{FAULTS[number][0]} - 1" in text
    assert "❌ Test case failed" in text


# ------------------------------------------------------------------ the same truth, written twice


@pytest.mark.parametrize(
    ("name", "rule", "hyper"),
    [
        ("do_adagrad", adagrad, {"eps": 1e-2}),
        ("do_rmsprop", rmsprop, {"beta": 0.8, "eps": 1e-2}),
        ("do_adam", adam, {"beta1": 0.8, "beta2": 0.95, "eps": 1e-2}),
    ],
)
def test_model_answers_agree_with_the_reference(
    name: str, rule: Callable[..., Any], hyper: dict[str, float]
) -> None:
    lecture = lecture_experiment()
    names: dict[str, Any] = {"np": np, "math": math}
    for functions, source in answers().items():
        if name in functions or "grad_w" in functions:
            exec(source, names)
    w_history, b_history = names[name](
        X=lecture.X, Y=lecture.Y, init_w=lecture.init_w, init_b=lecture.init_b, max_epochs=60,
        grad_w=names["grad_w"], grad_b=names["grad_b"], eta=0.3, **hyper,
    )  # fmt: skip
    expected = rule(lecture.gradient, lecture.start, 60, 0.3, **hyper)
    np.testing.assert_allclose(np.transpose([w_history, b_history]), expected, rtol=1e-10)


def test_the_notebooks_data_are_the_lectures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Students see in their notebook the curves that they will see in the feedback."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", sys)  # not needed here, and slow
    names: dict[str, Any] = {}
    exec(model_answers(ASSIGNMENT).cells[0].source, names)
    lecture = lecture_experiment()
    assert names["X"] == lecture.X.tolist()
    assert names["Y"] == lecture.Y.tolist()
    start = (names["init_w"], names["init_b"], names["max_epochs"])
    assert start == (lecture.init_w, lecture.init_b, lecture.max_epochs)
