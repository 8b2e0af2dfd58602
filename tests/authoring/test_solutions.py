"""The model answers in a notebook of their own: right, explained, and never among students'."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from small_assignment import make_assignment

from autograder.authoring.master import read_master
from autograder.authoring.solutions import write_solutions
from autograder.cli import main
from autograder.course import Course
from autograder.errors import UsageError
from autograder.grading import grade_submission
from autograder.sandbox import open_sandbox
from autograder.submission import read

COURSE = Course(Path(__file__).resolve().parents[2])
TEMPLATES = COURSE.folder / "student_template"


def read_notebook(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize("slug", COURSE.assignments())
@pytest.mark.long
def test_it_has_full_marks_and_every_answer_its_why(slug: str, tmp_path: Path) -> None:
    assignment = COURSE.load(slug)
    path = write_solutions(assignment.folder, tmp_path, [TEMPLATES])
    assert path == tmp_path / f"{slug}_solutions.ipynb"
    with open_sandbox(hidden=COURSE.hidden) as box:
        grade = grade_submission(read(path, student="s", file=path.name), assignment, box)
    assert grade.score == assignment.max_score
    texts = [cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    questions = read_master(assignment.folder).questions
    assert sum(text.startswith("**Why.** ") for text in texts) == sum(
        not question.manual for question in questions
    )
    assert sum(text.startswith("**A model answer.** ") for text in texts) == sum(
        question.manual for question in questions
    )


def test_an_answer_stands_in_its_place_and_no_test_or_mark_is_left(tmp_path: Path) -> None:
    assignment, _ = make_assignment(tmp_path)
    notebook = read_notebook(write_solutions(assignment, tmp_path / "for_me", []))
    sources = [cell.source for cell in notebook.cells]
    assert sources[1:] == [
        "# Doubling",
        "# Given.\nstart = 21  # given",
        "Write `double`.",
        'def double(number):\n    """Twice the number."""\n    the_answer = number + number\n'
        "    return the_answer\n\ntwice = double(start)  # SOLUTION",
        "Why does it work?",
        "**A model answer.** Because adding a number to itself doubles it.",
    ]
    assert "model answers" in sources[0]


@pytest.mark.parametrize("place", ["student_template", "student_template/deeper"])
def test_never_where_students_notebooks_lie(place: str, tmp_path: Path) -> None:
    assignment, _ = make_assignment(tmp_path)
    with pytest.raises(UsageError, match="write the model answers to another folder"):
        write_solutions(assignment, tmp_path / place, [tmp_path / "student_template"])
    assert not (tmp_path / "student_template").exists()


@pytest.mark.parametrize("place", [".", "doubling", "doubling/deeper"])
def test_never_into_a_release_wherever_it_lies(place: str, tmp_path: Path) -> None:
    assignment, _ = make_assignment(tmp_path)
    released = tmp_path / "given_out" / "doubling"
    released.mkdir(parents=True)
    (released / "doubling.ipynb").write_text("{}")
    with pytest.raises(UsageError, match="Students are given what is in"):
        write_solutions(assignment, tmp_path / "given_out" / place, [])
    assert [path.name for path in (tmp_path / "given_out").rglob("*.ipynb")] == ["doubling.ipynb"]


def course_with(tmp_path: Path, due: str) -> Path:
    """The course with one assignment, due at a time."""
    folder = tmp_path / "assignments" / "momentum_methods"
    ignored = shutil.ignore_patterns("sample_submissions")
    shutil.copytree(COURSE.folder / "assignments" / "momentum_methods", folder, ignore=ignored)
    (tmp_path / "reference").symlink_to(COURSE.folder / "reference")
    with (folder / "assignment.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[late]\ndue = {due}\n")
    return tmp_path


def test_the_command_needs_a_place_and_says_when_it_is_due(tmp_path: Path) -> None:
    course = course_with(tmp_path, "2999-03-14T23:59:00+05:30")
    command = ["release", "momentum_methods", "--course", str(course), "--solutions"]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 2
    assert "with --to DIR" in refused.stderr
    assert not list(tmp_path.rglob("*.ipynb"))
    done = CliRunner().invoke(main, [*command, "--to", str(tmp_path / "mine")])
    assert done.exit_code == 0, done.output
    assert (
        "momentum_methods is due on 2999-03-14 23:59 UTC+05:30; extensions end later" in done.output
    )
    assert (tmp_path / "mine" / "momentum_methods_solutions.ipynb").is_file()


@pytest.mark.parametrize("due", ["2999-03-14T23:59:00+05:30", "2025-03-14T23:59:00+05:30"])
def test_whose_extension_still_runs_is_named_with_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, due: str
) -> None:
    course = course_with(tmp_path, due)
    monkeypatch.chdir(course)
    (course / "roster.csv").write_text("id,role\nAmy,student\nben,student\nzoe,student\n")

    def done(*command: str) -> str:
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
        return result.output

    write = ("release", "momentum_methods", "--solutions", "--to", "mine")
    assert "extension that still runs" not in done(*write), "nothing is stored"
    done("people", "import", "roster.csv")
    of = ("--assignment", "momentum_methods")
    done("extend", "ben", "2999-04-02T12:00+05:30", *of)
    done("extend", "amy", "2999-04-01", *of)
    done("extend", "zoe", "2025-03-20" if due < "2026" else "none", *of)
    said = done(*write)
    assert said.endswith(
        "Who has an extension that still runs (2): Amy (until 2999-04-01 23:59 UTC+05:30), "
        "ben (until 2999-04-02 12:00 UTC+05:30)\n"
    )
    assert ("is due on" in said) is (due > "2026")
    result = CliRunner().invoke(main, [*write, "--store", "nowhere.db"])
    assert (result.exit_code, "nowhere.db" in result.stderr) == (2, True)


def test_what_is_stored_is_nothing_to_what_students_get(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["release", "momentum_methods", "--store", "grades.db"])
    assert (done.exit_code, "Leave --store out" in done.stderr) == (2, True)


@pytest.mark.parametrize("option", [("--hand-in",), ("--checks", "otter")])
def test_what_is_for_students_does_not_go_with_model_answers(
    tmp_path: Path, option: tuple[str, ...]
) -> None:
    command = ["release", "momentum_methods", "--solutions", "--to", str(tmp_path), *option]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 2
    assert f"Leave {option[0]} out" in " ".join(refused.stderr.split())
    assert not list(tmp_path.iterdir())
