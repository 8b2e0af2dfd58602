"""No notebook of the course answers another's questions; one that does is caught by its cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import nbformat
import pytest
from msgspec import structs

from autograder.authoring import crossing
from autograder.authoring.crossing import Crossing, crossings, refuse_crossings
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, LeakError
from autograder.sandbox import Sandbox, open_sandbox
from autograder.settings import Late, Release, Settings

COURSE = Course(Path(__file__).resolve().parents[2])
TEMPLATES = COURSE.folder / "student_template"

FRAME = """def {name}(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    w, b, u, v = init_w, init_b, 0, 0
    ws, bs = [w], [b]
    for epoch in range(max_epochs):
        p, q = {where}
        u = gamma * u + eta * sum(grad_w(p, q, x, y) for x, y in zip(X, Y))
        v = gamma * v + eta * sum(grad_b(p, q, x, y) for x, y in zip(X, Y))
        w, b = w - u, b - v
        ws.append(w)
        bs.append(b)
    return ws, bs
"""
MOMENTUM = FRAME.format(name="to_compare", where="w, b")
WEIGHTS = "def memory(eta, gamma, t):\n    return [eta * gamma**k for k in reversed(range(t))]\n"
NAG = FRAME.format(name="nag", where="w - gamma * u, b - gamma * v")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with open_sandbox(hidden=COURSE.hidden) as opened:
        yield opened


@pytest.fixture(scope="module")
def momentum() -> Assignment:
    return COURSE.load("momentum_methods")


def committed(slug: str) -> str:
    return (TEMPLATES / slug / f"{slug}.ipynb").read_text(encoding="utf-8")


def notebook(*cells: tuple[str, str]) -> str:
    """Cells (kind, source) as a students' notebook."""
    make: Any = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    text: str = nbformat.writes(nbformat.v4.new_notebook(cells=[make[k](s) for k, s in cells]))
    return text


@pytest.mark.parametrize(("giving", "asking"), [*permutations(COURSE.assignments(), 2)])
@pytest.mark.long
def test_the_courses_own_notebooks_do_not_answer_each_other(
    giving: str, asking: str, box: Sandbox
) -> None:
    assert crossings(committed(giving), COURSE.load(asking), box) == ()


def test_a_given_function_is_caught_under_the_name_that_is_asked_for(
    box: Sandbox, momentum: Assignment
) -> None:
    found = crossings(
        notebook(("markdown", "Read."), ("code", MOMENTUM + "\n\n" + NAG)), momentum, box
    )
    assert Crossing(2, "to_compare", "do_momentum", "momentum", 30.0, 30.0) in found
    assert Crossing(2, "nag", "do_nesterov", "nesterov", 35.0, 35.0) in found
    # Each is also tried where it is wrong, and has some points for what it shares with the right.
    wrong = [one for one in found if (one.function, one.question) == ("nag", "momentum")]
    assert 0 < wrong[0].score < 30


@pytest.mark.parametrize("fence", ["```python", "~~~python", "~~~ python"])
def test_code_in_a_text_counts_as_given(fence: str, box: Sandbox, momentum: Assignment) -> None:
    text = f"Like this:\n\n{fence}\n{NAG}{fence[:3]}\n"
    found = crossings(notebook(("code", "x = 1"), ("markdown", text)), momentum, box)
    assert Crossing(2, "nag", "do_nesterov", "nesterov", 35.0, 35.0) in found


def test_a_name_that_no_function_statement_defines_is_caught(
    box: Sandbox, momentum: Assignment
) -> None:
    weights = "velocity_weights = lambda eta, gamma, t: [eta * gamma**k for k in range(t)][::-1]"
    (found,) = crossings(notebook(("code", weights)), momentum, box)
    assert (found.question, found.score, found.cell) == ("velocity_weights", 10.0, 0)


def test_what_cannot_stand_in_is_not_tried_and_stubs_are_not(
    box: Sandbox, momentum: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_more = "def path(X, Y, places):\n    return X, Y\n"
    stub = 'def do_momentum(X, Y, eta=0.1):\n    """Momentum."""\n    ...\n'
    tried: list[Any] = []
    grade = crossing.grade_submission
    monkeypatch.setattr(
        crossing, "grade_submission", lambda *each: (tried.append(each[0]), grade(*each))[1]
    )
    assert crossings(notebook(("code", needs_more), ("code", stub)), momentum, box) == ()
    assert len(tried) == 1, "as it is, and under no other name"


# ------------------------------------------------------------------ what release says and allows


def leaking(slug: str) -> str:
    """A students' notebook with a further cell that another assignment asks for."""
    cells = json.loads(committed(slug))
    cells["cells"].insert(5, {"cell_type": "code", "source": WEIGHTS, "metadata": {}})
    return json.dumps(cells)


def test_release_refuses_with_cell_template_question_and_points(box: Sandbox) -> None:
    slug = "adaptive_learning_rates"
    with pytest.raises(LeakError) as refused:
        refuse_crossings(COURSE, slug, leaking(slug), TEMPLATES, box)
    assert str(refused.value) == (
        f"Not released: {slug}.ipynb answers questions of momentum_methods.\n"
        "  cell 6 answers velocity_weights: memory, handed in as velocity_weights, earns 10 of 10 "
        "points\nGive it in another form; or, where students get this notebook only when "
        'momentum_methods is over, write after = ["momentum_methods"] below [release] in '
        f"assignments/{slug}/assignment.toml."
    )


def test_release_refuses_to_ask_what_another_notebook_gives(tmp_path: Path, box: Sandbox) -> None:
    giving = tmp_path / "adaptive_learning_rates" / "adaptive_learning_rates.ipynb"
    giving.parent.mkdir()
    giving.write_text(leaking("adaptive_learning_rates"), encoding="utf-8")
    with pytest.raises(LeakError) as refused:
        refuse_crossings(COURSE, "momentum_methods", committed("momentum_methods"), tmp_path, box)
    assert "adaptive_learning_rates.ipynb answers questions of momentum_methods." in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("due", "is_over"),
    [
        (None, True),
        (datetime.now(UTC) - timedelta(days=1), True),
        (datetime.now(UTC) + timedelta(days=1), False),
    ],
)
def test_who_comes_after_an_assignment_that_is_over_may_answer_it(
    due: datetime | None, is_over: bool, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, rules = "adaptive_learning_rates", dict(COURSE.rules())
    rules[slug] = structs.replace(rules[slug], release=Release(("momentum_methods",)))
    asking = rules["momentum_methods"]
    rules["momentum_methods"] = structs.replace(asking, late=Late(due=due))
    changed(monkeypatch, rules)
    if is_over:
        refuse_crossings(COURSE, slug, leaking(slug), Path("nowhere"), box)
        return
    with pytest.raises(LeakError) as refused:
        refuse_crossings(COURSE, slug, leaking(slug), Path("nowhere"), box)
    until = f"Release {slug} when momentum_methods is over: it is due on {due:%Y-%m-%d %H:%M} UTC."
    assert str(refused.value).endswith(until)


def test_an_order_that_names_no_assignment_is_one_sentence(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = dict(COURSE.rules())
    slug = "momentum_methods"
    rules[slug] = structs.replace(rules[slug], release=Release(("beyond_adm",)))
    changed(monkeypatch, rules)
    with pytest.raises(
        AssignmentError, match=r'release\.after\[0\] is "beyond_adm".*beyond_adam\?'
    ):
        refuse_crossings(COURSE, slug, committed(slug), TEMPLATES, box)


def changed(monkeypatch: pytest.MonkeyPatch, rules: dict[str, Settings]) -> None:
    monkeypatch.setattr(Course, "rules", lambda course: rules)
