"""What changes the version of an assignment, and so grades everybody again, and what does not."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from autograder.course import Course

COURSE = Course.find(Path(__file__).resolve().parents[1])
SLUG = "adaptive_learning_rates"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to change."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    for folder in ("reference", f"assignments/{SLUG}"):
        leave = shutil.ignore_patterns("__pycache__", "sample_submissions")
        shutil.copytree(COURSE.folder / folder, tmp_path / folder, ignore=leave)
    return tmp_path


def version(course: Path) -> str:
    return Course(course).load(SLUG).version


def edit(path: Path, pattern: str, by: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, by, text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


SHOWN = {
    "the title": ("assignment.toml", 'title = "Gradient', 'title = "On gradient'),
    "a question's title": ("assignment.toml", 'title = "Adam"', 'title = "ADAM"'),
    "the due date": (
        "assignment.toml",
        r"\[limits\]",
        '[late]\ndue = 2025-03-14T23:59:00Z\npolicy = "cut_off"\ncut_off_days = 1\n[limits]',
    ),
    "which attempt counts": (
        "assignment.toml",
        r"\[limits\]",
        '[attempts]\nkeep = "best"\n[limits]',
    ),
    "a rubric": (
        "assignment.toml",
        "by_person = true",
        'by_person = true\nrubric = { sums = { text = "It sums.", points = 4 } }',
    ),
    "the notebook": ("notebook.md", "\\A", "Welcome.\n"),
    "a task in code": ("notebook.md", "## Question 4", "## Question four"),
    "blanks in what people read": ("notebook.md", "What exactly does", "What  exactly does"),
    "a model answer in words": ("notebook.md", "AdaGrad divides the rate", "It divides the rate"),
    "a hint": ("../../reference/misconceptions.toml", 'hint = "', 'hint = "Look again. '),
    "a comment in the settings": ("assignment.toml", "\\A", "# for 2026\n"),
}
JUDGED = {
    "points": (
        "assignment.toml",
        '"f of a number" = 2, "f of a vector" = 2',
        '"f of a number" = 3, "f of a vector" = 1',
    ),
    "the tolerance": ("assignment.toml", "tolerance = 1e-6", "tolerance = 1e-5"),
    "a limit": ("assignment.toml", "call_seconds = 2.0", "call_seconds = 3.0"),
    "what is answered in words": ("notebook.md", "What exactly does", "What does"),
    "a convention": ("assignment.toml", 'policy = "full"', 'policy = "warn"'),
    "what is asked": ("questions.py", "\\Z", "\n# more\n"),
    "a rule": ("../../reference/update_rules.py", "\\Z", "\n# more\n"),
    "how often a fault is seen": ("../../reference/misconceptions.toml", "seen = 126", "seen = 1"),
    "the name of a fault": (
        "../../reference/misconceptions.toml",
        "\\Z",
        '\n[another]\ntitle = "t"\nwhat = "w"\nhint = "h"\nlecture = "l"\n',
    ),
}


@pytest.mark.parametrize("what", SHOWN)
def test_what_is_only_shown_grades_nobody_again(what: str, course: Path) -> None:
    name, pattern, by = SHOWN[what]
    before = version(course)
    edit(course / "assignments" / SLUG / name, pattern, by)
    assert version(course) == before


@pytest.mark.parametrize("what", JUDGED)
def test_what_is_judged_by_grades_everybody_again(what: str, course: Path) -> None:
    name, pattern, by = JUDGED[what]
    before = version(course)
    edit(course / "assignments" / SLUG / name, pattern, by)
    assert version(course) != before


def test_another_file_beside_the_questions_counts(course: Path) -> None:
    before = version(course)
    (course / "assignments" / SLUG / "data.csv").write_text("1,2\n")
    assert version(course) != before
