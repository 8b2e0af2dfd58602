"""Puts the checks into the students' notebook, so that it needs nothing beside it.

``otter assign`` makes a first cell that looks for Otter and for the tests in the notebook's file.
Where students work (Colab, Kaggle, a renamed file) there is neither.  Here this one cell gets
another text, and all others stay as they are: the code of :mod:`autograder.public.carried`, the
author's own tests as cases of it, and the public examples as data, all of it plain text that a
student can read and :mod:`.leaks` looks through.  ``grader.check("name")`` is called as ever.

Where the notebook is graded a stand-in is imported in place of all that (``notebook_checks`` in
:mod:`autograder.sandbox.inside.standins`), so that checks cost nothing there.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from autograder.errors import AssignmentError
from autograder.public import carried, hand_in
from autograder.public.checks import PublicChecks
from autograder.submission.notebook import ANSWER_TAG

if TYPE_CHECKING:
    from nbformat import NotebookNode

FIRST_CELL = "# Initialize Otter"
"""How the cell that ``otter assign`` puts first begins."""

HIDDEN = {
    "deletable": False,
    "editable": False,
    "tags": ["hide-input"],
    "cellView": "form",  # Colab
    "jupyter": {"source_hidden": True},
    "_kg_hide-input": True,  # Kaggle
}
"""Metadata of a cell that is there to be run; who wants to read it opens it."""

_CELL = """\
#@title Run this cell first: it holds the checks {{ display-mode: "form" }}
# Nothing to do here, just run it.  It is long because it brings all that the cells
# grader.check(...) need: the code, the cases, and public examples with what they should give.
# Where it stands open, as in VS Code, a click on the bar at its left folds it.
try:
    from notebook_checks import grader  # while it is graded: there, checks have nothing to say
except ImportError:
    import textwrap, types

    checks = types.ModuleType("notebook_checks")
    exec(compile(textwrap.dedent('''\\
{code}
    '''), "checks", "exec"), vars(checks))
    grader = checks.Grader(
        globals(),
        answers={answers},
        examples='''
{examples}
        ''',
    )
    del checks, textwrap, types
    print("The checks are ready.")
"""


def with_checks_inside(notebook: str, checks: PublicChecks | None) -> str:
    """The notebook that ``otter assign`` made, with its checks in its first cell.

    Raises AssignmentError where the tests are not functions, or there is no such first cell.
    """
    import nbformat  # takes a while to import, and no other command needs it

    document = nbformat.reads(notebook, as_version=4)
    tests: Mapping[str, object] = document.metadata.pop("otter", {}).get("tests", {})
    first = next((c for c in document.cells if c.source.startswith(FIRST_CELL)), None)
    if first is None:
        raise AssignmentError(
            "otter made no first cell for the checks: set 'init_cell: true' in the assignment's "
            "configuration, or leave it out."
        )
    first.source = _first_cell(tests, _answers(document.cells), checks).rstrip("\n")
    first.metadata.update(HIDDEN)
    public: str = nbformat.writes(document)
    return public + "\n"


_HOW_TO_HAND_IN = """\
# To hand in: save the notebook, delete the # before hand_in() in the last line, and run first the
# cell above, then this one (without the one above, Python knows no hand_in: a NameError).
# It asks for your personal link, and keeps it nowhere.
# hand_in(assignment="{slug}")
"""
"""It does nothing of itself, so that *Run all* asks nobody for a link."""


def with_hand_in(notebook: str, slug: str) -> str:
    """With two cells at its end by which it is handed in at the course's portal: what that takes
    (:mod:`autograder.public.hand_in`), and the call, which says for which assignment."""
    import nbformat
    from nbformat.v4 import new_code_cell

    document = nbformat.reads(notebook, as_version=4)
    title = '#@title Run this cell before you hand in { display-mode: "form" }'
    code = f"{title}\n{Path(hand_in.__file__).read_text(encoding='utf-8')}"
    for name, source, metadata in (
        ("what-hands-in", code, HIDDEN),
        ("hand-in", _HOW_TO_HAND_IN.format(slug=slug), {"deletable": False}),
    ):
        document.cells.append(new_code_cell(source.rstrip("\n"), id=name, metadata=metadata))
    public: str = nbformat.writes(document)
    return public + "\n"


def _first_cell(
    tests: Mapping[str, object], answers: Mapping[str, Sequence[str]], checks: PublicChecks | None
) -> str:
    code = "\n\n".join([_source(), *(_cases(name, test) for name, test in tests.items())])
    examples = {} if checks is None else _examples(checks)
    return _CELL.format(
        code=_within_quotes(code),
        answers=_as_lines(answers),
        examples=_within_quotes(_one_a_line(examples)),
    )


def _source() -> str:
    return Path(carried.__file__).read_text(encoding="utf-8").rstrip("\n")


def _within_quotes(text: str) -> str:
    """As it stands between three quotes, one step further in than the cell's own lines.

    A line at the margin would look to a reader, and to the sandbox, like the cell's own.
    """
    escaped = text.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
    return textwrap.indent(escaped, "    ")


def _as_lines(table: Mapping[str, Sequence[str]]) -> str:
    rows = (f"            {name!r}: {list(values)!r},\n" for name, values in table.items())
    return "{\n" + "".join(rows) + "        }"


def _one_a_line(examples: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """JSON with a line for each example."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    questions = (
        f"{line(name)}:[\n" + ",\n".join(map(line, several)) + "]"
        for name, several in examples.items()
    )
    return "{" + ",\n".join(questions) + "}"


def _examples(checks: PublicChecks) -> dict[str, list[dict[str, object]]]:
    return {
        question.name: [msgspec.to_builtins(example) for example in question.examples]
        for question in checks.questions
    }


# ---------------------------------------------------------------------------- the author's tests


def _cases(question: str, test: object) -> str:
    """Otter's text of the tests of one question, as cases of the carried code."""
    if not isinstance(test, str):
        raise AssignmentError(
            f"The tests of {question} are not functions, so they cannot travel with the notebook: "
            "set 'ok_format: false' under 'tests' in the assignment's configuration, or release "
            "with --checks otter."
        )
    return "\n\n".join(_own_statements(question, ast.parse(test)))


_OTTERS_OWN = re.compile(r"from otter\b|import otter\b|(OK_FORMAT|name|points) = ")


def _own_statements(question: str, tests: ast.Module) -> Iterator[str]:
    for statement in tests.body:
        if isinstance(statement, ast.FunctionDef) and statement.decorator_list:
            hint = _hint(statement.decorator_list)
            statement.decorator_list = []
            yield f"@case({question!r}, {hint!r})\n{ast.unparse(statement)}"
        elif not _OTTERS_OWN.match(text := ast.unparse(statement)):
            yield text


def _hint(decorators: Sequence[ast.expr]) -> str:
    """The ``failure_message`` of otter's ``@test_case(...)``."""
    for call in decorators:
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg == "failure_message" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value or "")
    return ""


def _answers(cells: Sequence[NotebookNode]) -> dict[str, tuple[str, ...]]:
    """The names that each question asks for: those of the answer cells above its check."""
    found: dict[str, tuple[str, ...]] = {}
    names: tuple[str, ...] = ()
    for cell in cells:
        asked = re.match(r'grader\.check\("(.+)"\)', cell.source)
        if asked:
            found[asked[1]], names = names, ()
        elif cell.cell_type == "code" and ANSWER_TAG in cell.metadata.get("tags", []):
            names += tuple(_defined(cell.source))
    return found


def _defined(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (t.id for t in statement.targets if isinstance(t, ast.Name))
