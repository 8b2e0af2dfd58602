"""Cutting right programs down to a question, for every assignment of this course."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from autograder.authoring.mutants.programs import RightProgram, right_programs
from autograder.course import Assignment, Course
from autograder.submission import read

COURSE = Path(__file__).resolve().parents[3]
SLUGS = Course(COURSE).assignments()


load = cache(Course(COURSE).load)


@pytest.fixture
def own_limit() -> Iterator[None]:
    """Right programs may set how deep Python recurs; what is tested next should not notice."""
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


@cache
def programs(assignment: Assignment) -> list[tuple[tuple[str, ...], RightProgram]]:
    asked = [question for question in assignment.questions if not question.by_person]
    return [
        (question.kind.functions, program)
        for question in asked
        for program in right_programs(assignment, question.kind.functions)
    ]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.long
def test_every_right_program_is_there_for_every_question(slug: str) -> None:
    assignment = load(slug)
    found = [program.file for _, program in programs(assignment)]
    asked = sum(not question.by_person for question in assignment.questions)
    assert found.count("notebook.md") == asked
    for path in (assignment.folder / "right_variants").glob("*.py"):
        assert found.count(f"right_variants/{path.name}") == asked
    for path in (assignment.folder / "sample_submissions").glob("right_*.ipynb"):
        assert found.count(f"sample_submissions/{path.name}") == asked


@pytest.mark.usefixtures("own_limit")
@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_left_is_whole_and_nothing_else(slug: str) -> None:
    """The functions are bound, every name that they look up is, and no figure is drawn."""
    for functions, program in programs(load(slug)):
        names: dict[str, object] = {}
        exec(compile(program.source, program.file, "exec"), names)  # our own files
        assert set(functions) <= set(names), program.file
        assert "matplotlib" not in program.source
        assert set(program.edited) <= set(program.statements)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_place_is_where_the_line_stands(slug: str) -> None:
    assignment = load(slug)
    looked_at = 0
    for _, program in programs(assignment):
        cells = {}
        if program.file != "notebook.md":
            path = assignment.folder / program.file
            whole = read(path, student="", file=program.file)
            cells = {cell.number: cell.source.splitlines() for cell in whole.cells}
        for statement in program.edited:
            if isinstance(statement, ast.FunctionDef):
                place = program.place(statement, statement.lineno)
                assert f"def {statement.name}(" in line_at(place, assignment.folder, cells)
                looked_at += 1
    assert looked_at > 20


def line_at(place: str, folder: Path, cells: dict[int, list[str]]) -> str:
    in_cell = re.fullmatch(r".+, cell (\d+), line (\d+)", place)
    if in_cell:
        return cells[int(in_cell[1])][int(in_cell[2]) - 1]
    file, number = place.rsplit(":", 1)
    lines = cells[0] if cells else (folder / file).read_text(encoding="utf-8").splitlines()
    return lines[int(number) - 1]
