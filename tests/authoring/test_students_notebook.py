"""The students' notebook of ``adaptive_learning_rates``, empty and done, as Colab would run it:
alone in an empty folder, where nothing but NumPy and Matplotlib is installed."""

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
from colab import run

from autograder.authoring.master import model_answers
from autograder.course import Course
from autograder.grading import grade_submission
from autograder.sandbox import open_sandbox
from autograder.submission import read
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

SENTENCES = [
    # question, what the model answer says, what stands there instead, what the check then says
    (
        "gradients",
        "fx * (1 - fx) * x",
        "fx * (1 - fx) * z",
        "grad_w stops with NameError: name 'z' is not defined, in line 9 of cell [CELL] "
        "(return (fx - y) * fx * (1 - fx) * z).",
    ),
    (
        "adam",
        "        dw, db = 0, 0\n",
        "        dw, db = 0, 0\n        while True: pass\n",
        "do_adam was still running after 0.5 s in line 12 of cell [CELL] (while True: pass). "
        "Does every loop in it end?",
    ),
    (
        "adagrad",
        "    v_w, v_b = 0, 0\n",
        "    v_w, v_b = 0, 0\n    raise SystemExit\n",
        "do_adagrad ends Python itself (exit or quit) in line 15 of cell [CELL] "
        "(raise SystemExit); let it return.",
    ),
    (
        "rmsprop",
        "eta=0.1, beta=0.9, eps=1e-8):",
        "eta=0.1, eps=1e-8, beta2=0.9):\n    beta = beta2",
        "(do_rmsprop takes no beta: what it would get was put into the notebook's variables.)",
    ),
    (
        "rmsprop",
        "eta=0.1, beta=0.9, eps=1e-8):",
        "share, eta=0.1, eps=1e-8):\n    beta = share",
        "do_rmsprop cannot be called as it should be: TypeError: do_rmsprop() missing 1 required "
        "positional argument: 'share'. Keep its name and parameters.",
    ),
    (
        "bias_correction",
        "return moment",
        "print('look', moment)\n    moment",
        "(Tried was correct_bias as cell [CELL] defines it.)\n"
        "      (What it printed is left out here.)",
    ),
]
"""Each is answered by its sentence, once; the number of the cell is filled in."""


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
    notebook.cells.append(new_cell("grader.seconds = 0.5"))
    for question, right, wrong, *_ in (*FAULTS, *SENTENCES):
        (source,) = [
            cell.source
            for cell, after in zip(notebook.cells, notebook.cells[1:], strict=False)
            if after.source == f'grader.check("{question}")'
        ]
        assert right in source
        faulty = source.replace(right, wrong)
        notebook.cells.append(new_cell(f'{faulty}\n\nprint(grader.check("{question}"))'))
    return notebook


def new_cell(source: str) -> Any:
    return nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]


def new_notebook(cells: list[Any]) -> Notebook:
    return nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]


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
def both_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Notebook, Notebook]:
    """The template as it is, and then, in the same kernel, what has become of it in the end."""
    empty, done = template(), with_faults(completed())
    for cell in done.cells:
        cell.id = f"{cell.id}-done"
    together = new_notebook([*empty.cells, *done.cells])
    run(together, tmp_path_factory.mktemp("empty"))
    return empty, done


@pytest.fixture
def empty_run(both_runs: tuple[Notebook, Notebook]) -> Notebook:
    return both_runs[0]


@pytest.fixture
def completed_run(both_runs: tuple[Notebook, Notebook]) -> Notebook:
    return both_runs[1]


@pytest.mark.long
def test_empty_every_check_says_once_that_nothing_is_written(empty_run: Notebook) -> None:
    said = checks(empty_run)
    assert list(said) == ["gradients", "adagrad", "rmsprop", "adam", "bias_correction"]
    for question, text in said.items():
        assert text.startswith(f"{question}: 0 of ")
        assert "✓" not in text
        for name in ("f", "grad_w", "grad_b") if question == "gradients" else ("",):
            assert text.count(f"not tried, because {name}") == 1
            assert text.count(f"{name} is not written yet") == 1


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
        assert re.match(rf"{question}: all \d+ checks pass\.\n", text)
        assert "✗" not in text
        assert "–" not in text


def test_completed_all_curves_are_drawn(completed_run: Notebook) -> None:
    cells = [cell for cell in completed_run.cells if cell.cell_type == "code"]
    assert "No " not in "\n".join(printed(cell) for cell in cells[: -len(FAULTS) - len(SENTENCES)])
    pictures = [out for cell in cells for out in cell.outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 5


def added(completed_run: Notebook) -> list[Any]:
    """The cells with faults."""
    cells: list[Any] = completed_run.cells[-len(FAULTS) - len(SENTENCES) :]
    return cells


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_public_checks_catch_what_many_write(completed_run: Notebook, number: int) -> None:
    text = printed(added(completed_run)[number])
    assert re.match(rf"{FAULTS[number][0]}: \d+ of \d+ checks pass\.\n  ✗ ", text)
    assert len(re.findall("^  ✗ (?!not right either)", text, re.M)) == 1, "one is explained"


@pytest.mark.parametrize("number", range(len(SENTENCES)))
def test_a_check_names_the_line_and_the_cause_once(completed_run: Notebook, number: int) -> None:
    cell = added(completed_run)[len(FAULTS) + number]
    sentence = SENTENCES[number][3].replace("CELL", str(cell.execution_count))
    assert printed(cell).count(sentence) == 1


def test_it_is_graded_as_ever_and_checks_say_nothing_there(tmp_path: Path) -> None:
    """Filled in, and untouched; its first cell and its checks do nothing while it is graded."""
    course = Course(COURSE)
    assignment = course.load(SLUG)
    with open_sandbox(hidden=[COURSE]) as box:
        for notebook, score in ((completed(), 90.0), (template(), 0.0)):
            notebook.cells.append(new_cell('assert repr(grader.check("adam")) == ""'))
            nbformat.write(notebook, tmp_path / "mine.ipynb")  # type: ignore[no-untyped-call]
            submission = read(tmp_path / "mine.ipynb", student="mine", file="mine.ipynb")
            grade = grade_submission(submission, assignment, box)
            assert (grade.score, grade.notices) == (score, ())


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
