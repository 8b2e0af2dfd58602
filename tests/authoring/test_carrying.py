"""How the checks get into the first cell, and what they say there."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest

from autograder.authoring.carrying import with_checks_inside, with_hand_in
from autograder.errors import AssignmentError

OTTER = '# Initialize Otter\nimport otter\ngrader = otter.Notebook("odd.ipynb")'
TESTS = r"""
from otter.test_files import test_case

OK_FORMAT = False

name = "odd"
points = 3

LIMIT = "a \\ backslash"

@test_case(points=None, hidden=False, failure_message="It's '''odd''', \\ and \"so\" on.")
def test_odd(double, word):
    assert double(4) == 8, 'twice 4\nis \'\'\'8\'\'\' ' + LIMIT
    assert word == "\\n"
"""


def notebook(tests: object = TESTS, first: str = OTTER) -> str:
    new: Any = nbformat.v4
    answer = new.new_code_cell("def double(number):\n    ...\n\nword = ...")
    answer.metadata["tags"] = ["otter_answer_cell"]
    cells = [new.new_code_cell(first), answer, new.new_code_cell('grader.check("odd")')]
    metadata = {"otter": {"OK_FORMAT": False, "tests": {"odd": tests}}}
    text: str = nbformat.writes(new.new_notebook(cells=cells, metadata=metadata))  # type: ignore[no-untyped-call]
    return text


def check(*cells: str) -> str:
    """What the check of a notebook with these cells in place of the answer says."""
    first = json.loads(with_checks_inside(notebook(), None))["cells"][0]
    names: dict[str, Any] = {}
    for source in ("".join(first["source"]), *cells):
        exec(compile(source, source[:20], "exec"), names)
    return repr(names["grader"].check("odd"))


def test_what_an_author_writes_arrives_as_it_is() -> None:
    right = "def double(number): return 2 * number"
    assert check(right, "word = '\\\\n'") == (
        "odd: all 1 checks pass.\n  ✓ odd\nThese are few; grading uses other inputs."
    )
    assert check("def double(number): return number", "word = 1") == (
        "odd: 0 of 1 checks pass.\n  ✗ odd\n      twice 4\nis '''8''' a \\ backslash\n"
        "      It's '''odd''', \\ and \"so\" on."
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((), "double is not there yet (run the cell that defines it)"),
        (("def double(number): ...",), "double is not written yet"),
        (("def double(number):\n    'Twice.'\n    pass",), "double is not written yet"),
        (("def double(number): return 2 * number", "word = ..."), "word is not written yet"),
    ],
)
def test_what_is_not_there_is_not_tried(cells: tuple[str, ...], said: str) -> None:
    assert f"  – not tried, because {said}" in check(*cells)


def test_the_names_of_a_notebook_stay_its_own() -> None:
    first = json.loads(with_checks_inside(notebook(), None))["cells"][0]
    names: dict[str, Any] = {}
    exec("".join(first["source"]), names)
    assert set(names) == {"__builtins__", "grader"}


def test_tests_that_are_no_functions_stay_with_otter() -> None:
    with pytest.raises(AssignmentError, match=r"'ok_format: false'.*--checks otter"):
        with_checks_inside(notebook({"name": "odd", "suites": []}), None)


def test_a_notebook_without_a_first_cell_is_refused() -> None:
    with pytest.raises(AssignmentError, match="no first cell for the checks"):
        with_checks_inside(notebook(first="x = 1"), None)


def test_a_notebook_that_hands_itself_in_asks_nothing_until_somebody_wants_to() -> None:
    cells = nbformat.reads(with_hand_in(notebook(), "rates"), as_version=4).cells
    assert len({cell.id for cell in cells}) == len(cells)
    *_, code, call = cells
    assert code.metadata["jupyter"]["source_hidden"]
    assert "jupyter" not in call.metadata
    there: dict[str, Any] = {}
    exec(code.source, there)
    exec(call.source, there)  # as Run all does
    assert callable(there["hand_in"])
    assert "run first the\n# cell above, then this one" in call.source
    wanted = call.source.splitlines()[-1].removeprefix("# ")
    asked: dict[str, str] = {}
    exec(wanted, {"hand_in": lambda **given: asked.update(given)})
    # A portal has many assignments, and who runs the cell as it is must not be asked which.
    assert asked == {"assignment": "rates"}
