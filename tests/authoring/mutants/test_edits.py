"""Edits and habits on a program that one can read at a glance."""

from __future__ import annotations

import ast
import random

import pytest

from autograder.authoring.mutants.choosing import chosen
from autograder.authoring.mutants.edits import Mutant, applied, edits_of
from autograder.authoring.mutants.habits import Holds, arguments_of, habits_of
from autograder.authoring.mutants.programs import RightProgram
from autograder.model import Call, Gradient, Neuron

SOURCE = '''def total(X, w, count, eta=0.1):
    """Words, which are no code."""
    v_w, v_b = (0, 1)
    for x in X:
        v_w = v_w - eta * (x + w) ** 2
    while count > 0:
        count -= 1
    return v_w / f(v_b + eta)'''
HELD = {"X": Holds.ARRAY, "w": Holds.EITHER, "count": Holds.COUNT, "eta": Holds.NUMBER}


def program(source: str = SOURCE) -> RightProgram:
    statements = tuple(ast.parse(source).body)
    places = {s: {n: f"total.py:{n}" for n in range(1, 100)} for s in statements}
    return RightProgram("total.py", statements, statements, places)


def all_mutants(right: RightProgram) -> list[Mutant]:
    return [applied(right, edit) for edit in edits_of(right)]


def all_habits(right: RightProgram) -> list[Mutant]:
    habits = habits_of(right, {"total": HELD}, random.Random(1))
    return [applied(right, edit) for edit in habits]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("operator", "v_w = v_w - eta * (x + w) ** 2", "v_w = v_w + eta * (x + w) ** 2"),
        ("dropped term", "v_w = v_w - eta * (x + w) ** 2", "v_w = v_w - (x + w) ** 2"),
        ("constant", "v_w = v_w - eta * (x + w) ** 2", "v_w = v_w - eta * (x + w) ** 3"),
        ("name", "return v_w / f(v_b + eta)", "return v_b / f(v_b + eta)"),
        ("order", "v_w, v_b = (0, 1)", "v_w, v_b = (1, 0)"),
        ("order", "v_w = v_w - eta * (x + w) ** 2", "v_w = eta * (x + w) ** 2 - v_w"),
        ("in place", "v_w = v_w - eta * (x + w) ** 2", "v_w -= eta * (x + w) ** 2"),
        ("integer division", "return v_w / f(v_b + eta)", "return v_w // f(v_b + eta)"),
        ("dropped call", "return v_w / f(v_b + eta)", "return v_w / (v_b + eta)"),
        ("comparison", "while count > 0:", "while count >= 0:"),
        ("dropped line", "count -= 1", "pass"),
        ("dropped line", "return v_w / f(v_b + eta)", "return"),
        ("slice", "for x in X:", "for x in list(X)[1:]:"),
        ("slice", "for x in X:", "for x in list(X)[:30]:"),
        ("early end", "", "break"),
    ],
)
def test_a_single_edit(kind: str, before: str, after: str) -> None:
    assert (kind, before, after) in {(m.kind, m.before, m.after) for m in all_mutants(program())}


def test_a_term_moves_out_of_a_call_and_into_a_product() -> None:
    outside = all_mutants(program("def f(v, eps):\n    return 1 / (g(v) + eps)"))
    assert "return 1 / g(v + eps)" in {m.after for m in outside if m.kind == "another place"}
    inside = all_mutants(program("def f(a, b, c):\n    return a * (b + c)"))
    assert "return a * b + c" in {m.after for m in inside if m.kind == "another place"}


def test_an_assignment_before_a_loop_moves_into_it() -> None:
    after = {m.source for m in all_mutants(program()) if m.kind == "reset"}
    moved = "    for x in X:\n        v_w, v_b = (0, 1)\n        v_w = v_w - eta * (x + w) ** 2\n"
    assert any(moved in source for source in after)


def test_words_and_annotations_are_left_alone() -> None:
    annotated = program('def f(a: int, b: float = 2) -> float:\n    "Words."\n    return a + b')
    for mutant in all_mutants(annotated):
        assert "a: int" in mutant.source
        assert "-> float" in mutant.source
        assert "Words." in mutant.source


def test_the_place_is_that_of_the_edited_line() -> None:
    lines = {m.before: m.place for m in all_mutants(program()) if m.kind == "operator"}
    assert lines["v_w = v_w - eta * (x + w) ** 2"] == "total.py:5"
    assert lines["count -= 1"] == "total.py:7"


def test_no_edit_leaves_a_trace_and_nearly_all_are_programs() -> None:
    right = program()
    before, wrong = right.source, 0
    mutants = [*all_mutants(right), *all_habits(right)]
    for mutant in mutants:
        assert right.source == before
        assert (mutant.before, mutant.after) != ("", "")
        try:
            compile(mutant.source, "edited", "exec")
        except SyntaxError:
            wrong += 1
    assert len(mutants) > 200
    assert wrong < len(mutants) / 20


# -------------------------------------------------------------------------------------- habits


def test_habits_of_all_kinds() -> None:
    found = {(m.kind, m.after) for m in all_habits(program())}
    assert ("clipping", "v_w = np.clip(v_w, -1, 1)") in found
    assert ("rounding", "v_w = np.float32(v_w)") in found
    assert ("early end", "if np.max(np.abs(v_w)) < 0.0001: break") in found
    assert ("caching", "v_w = _kept.setdefault('v_w', v_w)") in found
    assert ("slice", "total: X = X[:30]") in found
    assert ("clamp", "total: eta = max(eta, 1e-8)") in found
    assert ("clamp", "total: eta = min(eta, 1e-4)") in found
    assert ("bounds", "total: count = min(count, 50)") in found
    assert ("integer", "total: returns numbers of the type of w") in found
    assert ("at nothing", "if not np.any(v_w): break") in found
    nothing = [after for kind, after in found if kind == "at nothing"]
    assert any("== 0, v_w_before, v_w)" in after for after in nothing)
    assert ("caching", "total: keeps its answers by the shapes") in found
    assert ("rounding", "total: returns np.float32(part)") in found


def run(mutant: Mutant, **given: object) -> object:
    """Call the edited function; it is our own."""
    names: dict[str, object] = {"f": lambda value: value}
    exec(compile(mutant.source, "edited", "exec"), names)
    function = names["total"]
    assert callable(function)
    return function(**given)


def test_what_a_habit_says_is_what_it_does() -> None:
    import numpy as np

    right = 0 - 0.1 * (3 - 1) ** 2 - 0.1 * (4 - 1) ** 2
    given = {"X": np.array([3.0, 4.0]), "w": -1.0, "count": 2, "eta": 0.1}
    by_words = {m.after: m for m in all_habits(program())}
    assert run(by_words["total: X = X[1:]"], **given) == pytest.approx(-0.9 / 1.1)
    assert run(by_words["total: eta = max(eta, 1e-8)"], **given) == pytest.approx(right / 1.1)
    assert run(by_words["total: eta = 0.9"], **given) == pytest.approx(-0.9 * 13 / 1.9)
    kept = by_words["total: keeps its answers by the shapes"]
    names: dict[str, object] = {"f": lambda value: value}
    exec(compile(kept.source, "edited", "exec"), names)
    function = names["total"]
    assert callable(function)
    first = function(**given)
    assert function(**{**given, "w": 5.0}) == first
    assert function(**{**given, "X": np.array([3.0])}) != first


def test_a_condition_keeps_the_line_that_was_there() -> None:
    conditional = [m for m in all_habits(program()) if m.kind == "conditional" and m.before]
    assert conditional
    for mutant in conditional:
        assert mutant.after.startswith("if ")
        assert mutant.after.endswith(f"else: {mutant.before}")


LAMBDA = """def total(X, w, count, eta=0.1):
    step = lambda eta=0.5: w - eta * count
    return step(eta)
other = lambda w, eta: w - 2 * eta"""


def test_a_condition_stands_within_a_lambda_where_its_names_are_known() -> None:
    right = program(LAMBDA)
    mutants = [m for m in all_habits(right) if m.kind == "conditional" and m.before]
    outside = [m for m in mutants if m.before.startswith("other")]
    assert outside
    assert any(m.before.startswith("step") for m in mutants)
    for mutant in mutants:
        if mutant.before.startswith("return"):
            continue
        head, _, conditional = mutant.after.partition(": ")
        assert head in ("step = lambda eta=0.5", "other = lambda w, eta")
        assert " if " in conditional
        unedited = "w - eta * count" if head.startswith("step") else "w - 2 * eta"
        assert conditional.endswith(f" else {unedited}")
    assert right.source == program(LAMBDA).source


def test_what_arguments_hold_is_read_off_the_calls() -> None:
    import numpy as np

    slope = Gradient("w", Neuron())
    calls = [
        Call("one", "f", {"X": np.ones(3), "w": 0.5, "t": 2, "eta": 0.1, "g": slope}),
        Call("two", "f", {"X": np.ones((3, 2)), "w": np.ones(2), "t": 3, "eta": 1.0, "g": slope}),
    ]
    assert arguments_of(calls) == {
        "X": Holds.ARRAY,
        "w": Holds.EITHER,
        "t": Holds.COUNT,
        "eta": Holds.NUMBER,
        "g": Holds.GRADIENT,
    }


# -------------------------------------------------------------------------------------- choice


def test_the_choice_is_spread_over_kinds_and_the_same_for_the_same_seed() -> None:
    def choice(seed: int) -> list[Mutant]:
        return chosen([program()], {"total": HELD}, 60, random.Random(seed))

    mutants = choice(1)
    assert mutants == choice(1)
    assert mutants != choice(2)
    assert len({m.source for m in mutants}) == 60
    counts = [sum(m.kind == kind for m in mutants) for kind in {m.kind for m in mutants}]
    assert len(counts) >= 20
    assert max(counts) <= 4


def test_a_program_with_few_edits_gives_few_mutants() -> None:
    tiny = program("def f(a):\n    return a + 1")
    mutants = chosen([tiny], {}, 10_000, random.Random(0))
    assert 5 < len(mutants) < 100
