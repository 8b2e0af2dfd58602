"""``assignments/README.md`` followed word for word, in an empty folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.commands import run

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "assignments" / "README.md"

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Block:
    """A fenced block: commands (sh), what they say (text), a file, or a replacement in one."""

    language: str
    kind: str
    path: str
    body: str


def blocks() -> list[Block]:
    fence = r'^```(\w+)(?: (\w+)(?:="([^"]*)")?)?\n(.*?)^```$'
    found = re.findall(fence, GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(*parts) for parts in found]


def follow(folder: Path) -> list[str]:
    """Do what the guide says; the commands that were run."""
    said, commands, old = "", [], None
    for block in blocks():
        if block.language == "sh":
            lines = block.body.splitlines()
            commands += lines
            said = "".join(run(line, folder) for line in lines)
        elif block.language == "text":
            assert " ".join(block.body.split()) in " ".join(said.split())
        elif block.kind == "file":
            path = folder / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
        elif block.kind == "replace":
            old = (folder / block.path, block.body)
        elif block.kind == "with":
            assert old is not None
            text = old[0].read_text(encoding="utf-8")
            assert text.count(old[1]) == 1
            old[0].write_text(text.replace(old[1], block.body), encoding="utf-8")
    return commands


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    commands = follow(folder)
    assert commands[0] == "autograder new weight_decay"
    assert len(commands) >= 7
    return folder


def test_the_guide_gives_an_assignment_that_grades_and_names_the_fault(followed: Path) -> None:
    grades = json.loads((followed / "results" / "grades.json").read_text(encoding="utf-8"))
    samples = followed / "assignments" / "weight_decay" / "sample_submissions"
    expected = json.loads((samples / "decay_without_rate.expected.json").read_text())
    (submission,) = grades["submissions"]
    (question,) = submission["questions"]
    assert submission["score"] == expected["score"]
    assert question["misconceptions"] == expected["questions"]["weight_decay"]["misconceptions"]


def test_the_feedback_page_says_what_the_guide_wrote(followed: Path) -> None:
    page = (followed / "results" / "feedback" / "decay_without_rate.html").read_text()
    assert "decays the parameters without the learning rate" in page
    assert "By what is a gradient multiplied in a step?" in page


def test_students_get_the_formula_and_not_the_answer(followed: Path) -> None:
    notebook = (followed / "student_template" / "weight_decay" / "weight_decay.ipynb").read_text()
    assert "pulls each parameter towards 0" in notebook
    assert "dw + decay" not in notebook


def test_a_right_program_of_the_guide_gets_full_marks(followed: Path) -> None:
    variants = "assignments/weight_decay/right_variants"
    said = run(f"autograder grade {variants} --out right", followed)
    assert "1 graded" in said
    grades = json.loads((followed / "right" / "grades.json").read_text(encoding="utf-8"))
    assert [submission["score"] for submission in grades["submissions"]] == [20.0]
