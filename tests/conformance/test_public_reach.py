"""Nobody is told by a notebook's checks what grading then takes back.

Every sample submission, whose grade is known, is run in the sandbox as a student would have it: the
template's given tools, the student's cells, and the checks that travel with the template.  Where
all checks of a question pass, grading gives nine tenths of it at least.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.course import Assignment, Course
from autograder.model import Cell, Limits, Submission
from autograder.sandbox import Sandbox, open_sandbox
from autograder.submission import read

COURSE = Course(Path(__file__).resolve().parents[2])
LEAST = 0.9
EVERY_DAY = 25
"""Of so many samples one is tried every day, and the others where there is more time."""
ONCE_MISSED = ("adam_betas_swapped", "adam_single_beta", "adam_amsgrad", "adam_sequential_update")

LAST = """
import json
grader.seconds = 0.5
checked = json.dumps({question: grader.check(question).passed for question in grader.cases})
"""


@cache
def assignment(slug: str) -> Assignment:
    return COURSE.load(slug)


@cache
def sources(slug: str) -> tuple[str, ...]:
    """The code cells of the template."""
    path = COURSE.folder / "student_template" / slug / f"{slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return tuple(cell.source for cell in notebook.cells if cell.cell_type == "code")


@cache
def setup(slug: str) -> tuple[str, str]:
    """The first cell, as it is where nothing is graded, and the given cells that cases draw on."""
    first = sources(slug)[0]
    assert first.count("from notebook_checks import grader") == 1
    alone = first.replace("from notebook_checks import grader", "raise ImportError")
    tools = [source for source in sources(slug)[1:] if _defines(source) & {"try_rule", "replay"}]
    return alone, "\n".join(["import math", "import numpy as np", *tools])


def _defines(source: str) -> set[str]:
    body = ast.parse(source).body
    return {statement.name for statement in body if isinstance(statement, ast.FunctionDef)}


def passed(submission: Submission, slug: str, box: Sandbox) -> Mapping[str, bool]:
    """Whether all checks of each question pass; empty: the notebook did not get that far."""
    alone, tools = setup(slug)
    cells = [tools, *(cell.source for cell in submission.cells), alone, LAST]
    limits = Limits(notebook_seconds=60.0)
    numbered = [Cell(number, source) for number, source in enumerate(cells, start=1)]
    with box.open(numbered, limits, texts=("checked",), seed=0) as session:
        said = session.notebook.texts.get("checked", "{}")
    found: Mapping[str, bool] = json.loads(said)
    return found


@dataclass(frozen=True)
class Sample:
    slug: str
    file: Path

    def expected(self, question: str) -> float:
        """What it gets of a question, as a share."""
        path = self.file.with_name(f"{self.file.stem}.expected.json")
        got = json.loads(path.read_text(encoding="utf-8"))["questions"]
        most = {q.name: q.points for q in assignment(self.slug).questions}
        return float(got[question]["score"] or 0) / most[question]


def samples() -> list[Sample]:
    return [
        Sample(slug, file)
        for slug in COURSE.assignments()
        for file in sorted((COURSE.folder / "assignments" / slug / "sample_submissions").iterdir())
        if file.suffix in (".py", ".ipynb")
    ]


def told_too_much(chosen: Sequence[Sample]) -> list[str]:
    """What passes and then loses more than a tenth."""
    found = []
    with open_sandbox(hidden=[COURSE.folder]) as box:
        for sample in chosen:
            submission = read(sample.file, student=sample.file.stem, file=sample.file.name)
            for question, all_pass in passed(submission, sample.slug, box).items():
                if all_pass and sample.expected(question) < LEAST:
                    found.append(f"{sample.file.name}: {question}")
    return found


def test_a_few_samples_that_pass_are_right() -> None:
    chosen = [s for s in samples() if s.file.stem in ONCE_MISSED] + samples()[::EVERY_DAY]
    assert told_too_much(chosen) == []


@pytest.mark.long
def test_all_samples_that_pass_are_right() -> None:
    assert told_too_much(samples()) == []


def test_right_answers_pass_and_untouched_ones_do_not() -> None:
    with open_sandbox(hidden=[COURSE.folder]) as box:
        for slug in COURSE.assignments():
            file = next((COURSE.folder / "assignments" / slug / "right_variants").glob("l*.py"))
            right = read(file, student="right", file=file.name)
            answers = passed(right, slug, box)
            assert answers, slug
            assert all(answers.values()), f"{slug}: {answers}"
            empty = passed(replace(right, cells=()), slug, box)
            assert set(empty) == set(answers)
            assert not any(empty.values())
