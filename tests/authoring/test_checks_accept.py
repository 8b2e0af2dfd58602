"""What grading accepts, the checks that travel with a notebook accept as well."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from autograder.public import carried
from autograder.submission import read

COURSE = Path(__file__).resolve().parents[2]
SLUGS = sorted(folder.name for folder in (COURSE / "student_template").iterdir())
RIGHT = [
    (slug, path)
    for slug in SLUGS
    for pattern in (
        "right_variants/*.py",
        "sample_submissions/right_*.py",
        "sample_submissions/right_*.ipynb",
    )
    for path in sorted((COURSE / "assignments" / slug).glob(pattern))
]
QUESTION = 'grader.check("'


def cells(slug: str) -> list[str]:
    """All code of a template."""
    notebook = COURSE / "student_template" / slug / f"{slug}.ipynb"
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, dict[str, Any]]]:
    """The notebooks as students open them, all cells run; nothing is drawn, which takes long."""
    with pytest.MonkeyPatch.context() as patch:
        pyplot = MagicMock()
        pyplot.subplots.return_value = MagicMock(), MagicMock()
        patch.setitem(sys.modules, "matplotlib", MagicMock(pyplot=pyplot))
        patch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
        notebooks = {}
        for slug in SLUGS:
            notebooks[slug] = names = {"__name__": "__main__"}
            for source in cells(slug):
                if not source.startswith(QUESTION):
                    exec(compile(source, "a cell", "exec"), names)
        yield notebooks


def run(path: Path, names: dict[str, Any]) -> None:
    """Run a program as grading does: without IPython's lines, and past a cell that fails."""
    for cell in read(path, student="one", file=path.name).cells:
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(re.sub("^[%!].*$", "", cell.source, flags=re.M), path.name, "exec"), names)


def questions(slug: str) -> list[str]:
    return [source.split('"')[1] for source in cells(slug) if source.startswith(QUESTION)]


@pytest.mark.parametrize(
    ("slug", "path"), RIGHT, ids=[f"{slug}-{path.stem}" for slug, path in RIGHT]
)
def test_a_right_program_passes_all_checks(
    opened: dict[str, dict[str, Any]], slug: str, path: Path
) -> None:
    names = opened[slug]
    before = dict(names)
    try:
        run(path, names)
        said = {question: repr(names["grader"].check(question)) for question in questions(slug)}
    finally:
        names.clear()
        names.update(before)
    assert said
    for question, text in said.items():
        assert text.startswith(f"{question}: all "), text


# -------------------------------------------------------------------- how a function is called


def test_what_a_function_has_no_parameter_for_is_a_variable_while_it_runs() -> None:
    names: dict[str, Any] = {"eta": 0.1}
    exec("def rule(X): return eta * X[0] * beta", names)
    called = carried.Called(names["rule"], names)
    assert called(X=[2.0], eta=3.0, beta=5.0) == 30.0
    assert list(called.as_variables) == ["eta", "beta"]
    assert names["eta"] == 0.1
    assert "beta" not in names


def test_the_variables_are_put_back_after_an_error() -> None:
    names: dict[str, Any] = {"eta": 0.1}
    exec("def rule(): return 1 / eta", names)
    with pytest.raises(ZeroDivisionError):
        carried.Called(names["rule"], names)(eta=0.0)
    assert names["eta"] == 0.1


def test_a_function_may_delete_what_was_set() -> None:
    names: dict[str, Any] = {"eta": 0.1}
    exec("def rule():\n    global eta\n    answer = eta\n    del eta\n    return answer", names)
    assert carried.Called(names["rule"], names)(eta=2.0) == 2.0
    assert names["eta"] == 0.1


def test_a_generator_is_read_while_the_variables_are_set() -> None:
    names: dict[str, Any] = {}
    exec("def rule(): return (eta * k for k in range(3)), [eta]", names)
    assert carried.Called(names["rule"], names)(eta=2.0) == ([0.0, 2.0, 4.0], [2.0])


def test_arguments_arrive_whatever_kind_of_parameter_takes_them() -> None:
    def rule(X: Any, /, *, eta: Any, **rest: Any) -> Any:
        return X, eta, rest

    called = carried.Called(rule, {})
    assert called(eta=2, X=1, beta=3) == (1, 2, {"beta": 3})
    assert called.as_variables == {}
