"""Lines that have nothing to do with the questions cost a right program nothing, end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.grading import grade_submission
from autograder.model import Cell, Grade, QuestionStatus, Submission
from autograder.sandbox import Sandbox, open_sandbox

COURSE = Course(Path(__file__).resolve().parents[2])
SLUG = "adaptive_learning_rates"
RULES = ("do_adagrad", "do_rmsprop", "do_adam")


@cache
def assignment() -> Assignment:
    return COURSE.load(SLUG)


@cache
def right() -> str:
    """A right program in the lecture's loops."""
    return (assignment().folder / "right_variants" / "lecture_loops.py").read_text("utf-8")


SERIES = """
import numpy as np
class Series:
    def __init__(self, values): self.values = values
    def __array__(self, dtype=None, copy=None): return np.array(self.values, dtype)
"""


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with open_sandbox(hidden=[COURSE.folder]) as sandbox:
        yield sandbox


def graded(box: Sandbox, *sources: str, file: str = "amy.ipynb") -> Grade:
    first = 0 if file.endswith(".py") else 1
    cells = tuple(Cell(number, source) for number, source in enumerate(sources, first))
    return grade_submission(Submission("amy", file, cells), assignment(), box)


def edited(pattern: str, replacement: str) -> str:
    """The right program with one thing written otherwise, in all rules."""
    source, count = re.subn(pattern, replacement, right())
    assert count >= len(RULES)
    return source


@pytest.mark.parametrize(
    "above",
    [
        "import a_module_that_nobody_has\nimport seaborn as sns\nsns.set()",
        "plt.style.use('seaborn')\n%matplotlib notebook\n!pip install tqdm",
        "from google.colab import drive, files\ndrive.mount('/content/drive')\n"
        "%cd /content/drive/MyDrive\nimport os\nos.chdir('/content/drive/MyDrive')",
        "import pandas as pd\ndata = pd.read_csv('data.csv')\nprint(data.head())",
        "import requests\nrequests.get('https://example.org').json()",
        "name = input('Your name? ')\nprint(name)",
    ],
    ids=lambda text: text[:20],
)
def test_lines_that_fail_above_a_program_in_the_same_cell(box: Sandbox, above: str) -> None:
    assert graded(box, f"{above}\n{right()}").score == assignment().max_score


def test_a_missing_module_in_the_first_line_of_a_file(box: Sandbox) -> None:
    grade = graded(box, f"import a_module_that_nobody_has\n{right()}", file="amy.py")
    assert grade.score == assignment().max_score
    assert "a_module_that_nobody_has" in " ".join(grade.notices)


@pytest.mark.parametrize(
    ("imported", "loop"),
    [
        ("from tqdm import tqdm_notebook as bar", "bar(range(max_epochs))"),
        ("from tqdm.notebook import tnrange", "tnrange(max_epochs)"),
        ("from tqdm.auto import trange", "trange(max_epochs, desc='epoch')"),
        ("from fastprogress import progress_bar", "progress_bar(range(max_epochs))"),
        ("from IPython.display import ProgressBar", "ProgressBar(max_epochs)"),
    ],
)
def test_progress_bars(box: Sandbox, imported: str, loop: str) -> None:
    assert graded(box, imported, edited(r"range\(max_epochs\)", loop)).score == 90


def test_a_bar_around_the_points(box: Sandbox) -> None:
    source = edited(r"zip\(X, Y\)", "tzip(X, Y)")
    assert graded(box, "from tqdm.contrib import tzip", source).score == 90


@pytest.mark.parametrize(
    ("below", "name"),
    [
        ("import matplotlib.pyplot as plt\nf, ax = plt.subplots()", "f"),
        ("for f in [1, 2]:\n    pass", "f"),
        ("with open('log.txt', 'w') as f:\n    f.write('1')", "f"),
        ("grad_w = grad_w(1.0, 1.0, 1.0, 1.0)", "grad_w"),
    ],
)
def test_names_that_are_taken_below(box: Sandbox, below: str, name: str) -> None:
    grade = graded(box, right(), below)
    assert grade.score == 90
    assert f"gives the name {name} to something" in " ".join(grade.notices)
    assert "of cell 2" in " ".join(grade.notices)


@pytest.mark.parametrize(
    "returned",
    [
        r"\1, \2, [0.5] * (max_epochs + 1)",
        r"iter(\1), (b for b in \2)",
        r"np.array(\1 + [None], dtype=object)[:-1], np.array(\2, dtype=object)",
        r"Series(\1), Series(\2)",
    ],
    ids=["a third value", "iterators", "arrays of objects", "series"],
)
def test_whatever_holds_the_numbers(box: Sandbox, returned: str) -> None:
    source = edited(r"return (w_history), (b_history)", f"return {returned}")
    assert graded(box, SERIES, source).score == 90


def test_a_file_that_does_not_parse_is_graded_with_line_and_cause(box: Sandbox) -> None:
    grade = graded(box, f"{right()}\ndef broken(:\n    pass\n", file="amy.py")
    line = right().count("\n") + 2
    assert grade.score == 0
    for question in grade.questions:
        if question.status is not QuestionStatus.PENDING:
            assert question.status is QuestionStatus.ERROR
            assert f"line {line}" in (question.message or "")
            assert "SyntaxError" in (question.message or "")
