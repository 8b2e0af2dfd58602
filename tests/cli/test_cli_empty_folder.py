"""Every command where nothing is: it says in a sentence what is missing and ends with status 2."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.course import Course
from autograder.errors import UsageError

REASON = ("--reason", "r")

NO_GRADES = {
    "feedback": (),
    "show": ("alice",),
    "extend": ("alice", "2026-03-01T20:00+00:00"),
    "links": ("alice",),
    "password": ("alice",),
    "export": ("--format", "canvas"),
    "people": ("list",),
    "answers": (),
    "comment": ("--misconception", "moment_overwritten", "Look again."),
    "override": ("alice", "adam", "25", *REASON),
    "undo": (),
    "publish": (),
    "requests": ("--add", "alice", "adam", "Why?"),
    "desk": (),
    "regrade": ("--dry-run",),
    "gradebook": (),
    "forget": ("alice",),
    "backup": ("copy.db",),
}
"""Commands that need what was graded, called as they are meant to be."""
NO_FILE = {
    "check": ("alice.ipynb",),
    "grade": ("submissions/",),
    "submit": ("alice.ipynb",),
    "mark": ("answers.csv",),
    "restore": ("copy.db",),
}
"""Those that need a file."""
OTHERWISE = {"demo", "doctor", "new", "release", "serve", "verify"}
"""Those that begin something, or need but the course."""


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AUTOGRADER_TOKEN", raising=False)
    return tmp_path


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


def last_line(result: Result) -> str:
    """What was said, which is one sentence; click shows the usage before its own."""
    assert result.stdout == ""
    *before, said = result.stderr.splitlines()
    assert said.startswith("Error: ")
    if before and before[0].startswith("No course is here or above: taken is "):
        del before[0]
    assert not before or before[0].startswith("Usage: ")
    assert "Traceback" not in result.stderr
    return said


COURSE = Course.find(Path(__file__).parents[2]).folder
SLUG = "adaptive_learning_rates"


def told_of_course(*arguments: str) -> list[str]:
    """What a command says of a course, whatever else comes of it."""
    lines = run(*arguments).stderr.splitlines()
    return [line for line in lines if "--course names another" in line]


@pytest.mark.parametrize(
    "command", [("links",), ("people", "list"), ("grade", "none"), ("gradebook",), ("desk",)]
)
def test_which_course_is_taken_is_said_where_it_is_not_here(
    command: tuple[str, ...], empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_of_course(*command) == [
        f"No course is here or above: taken is {COURSE}, which autograder was installed from "
        "(--course names another)."
    ]
    assert told_of_course(*command, "--course", str(COURSE)) == []
    for name in ("assignments", "reference", "below"):
        (empty / "own" / name).mkdir(parents=True)
    monkeypatch.chdir(empty / "own" / "below")
    assert told_of_course(*command) == [
        f"The course is {empty.resolve()}/own, above this folder (--course names another)."
    ]
    monkeypatch.chdir(empty / "own")
    assert told_of_course(*command) == []


def test_no_command_is_left_out() -> None:
    assert {*NO_GRADES, *NO_FILE} | OTHERWISE == set(main.list_commands(click.Context(main)))


@pytest.mark.parametrize("name", NO_GRADES)
def test_where_nothing_was_graded(name: str, empty: Path) -> None:
    result = run(name, *NO_GRADES[name])
    assert result.exit_code == 2
    assert last_line(result) == (
        "Error: There are no grades at results/grades.db: run `autograder grade` first, or this "
        "command in the folder where that was run."
    )
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("name", NO_GRADES)
def test_where_the_grades_are_those_of_the_course_folder(
    name: str, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the course, which is then named: results are always those of the folder one is in."""
    course = empty / "course"
    shutil.copytree(COURSE / "reference", course / "reference")
    shutil.copytree(COURSE / "assignments" / SLUG, course / "assignments" / SLUG)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (course / "results").mkdir()
    (course / "results" / "grades.db").touch()
    result = run(name, *NO_GRADES[name], "--course", "course")
    assert result.exit_code == 2
    assert last_line(result) == (
        "Error: There are no grades at results/grades.db, but course/results/grades.db has some: "
        "run this command in course."
    )
    assert list(empty.iterdir()) == [course]


def test_before_there_is_anything_the_instructor_has_a_link(empty: Path) -> None:
    assert run("links", "--role", "instructor").exit_code == 0
    assert run("links", "instructor").exit_code == 0


def test_of_students_nobody_has_a_link_before_anybody_is_known(empty: Path) -> None:
    assert run("links", "--role", "student").exit_code == 2
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("name", NO_FILE)
def test_where_the_file_is_not(name: str, empty: Path) -> None:
    result = run(name, *NO_FILE[name])
    assert result.exit_code == 2
    assert Path(NO_FILE[name][0]).name in last_line(result)
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("name", sorted({*NO_GRADES, *NO_FILE} | OTHERWISE - {"doctor", "serve"}))
def test_where_there_is_no_course(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the program was installed, and nothing but it."""

    def nowhere(_: Path | None = None) -> Course:
        raise UsageError("There is no course folder here or above.")

    monkeypatch.setattr(Course, "find", nowhere)
    file = Path("hw.py")
    file.write_text("x = 1\n")
    arguments = {
        **{name: ["hw.py"] for name in NO_FILE},
        **NO_GRADES,
        "release": ("rates",),
        "new": ("9rates",),
    }
    result = run(name, *arguments.get(name, ()))
    assert result.exit_code == 2
    last_line(result)


def test_whether_this_machine_may_grade_is_told_without_a_course(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(_: Path | None = None) -> Course:
        raise UsageError("There is no course folder here or above.")

    monkeypatch.setattr(Course, "find", nowhere)
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    assert '"may_grade": true' in result.stdout


# ------------------------------------------------------------------ where nobody can be asked


def test_a_link_that_nobody_types_is_missed_in_a_sentence(empty: Path) -> None:
    (empty / "hw.py").write_text("x = 1\n")
    result = run("submit", "hw.py")
    assert result.exit_code == 2
    assert last_line(result) == (
        "Error: Your personal link is needed: put it into $AUTOGRADER_TOKEN, or run this in a "
        "terminal, where you are asked for it."
    )


def test_what_is_no_copy_is_refused_before_anybody_is_asked(empty: Path) -> None:
    (empty / "hw.py").write_text("x = 1\n")
    result = run("restore", "hw.py", typed="y\n")
    assert (result.exit_code, last_line(result)) == (
        2,
        "Error: hw.py is no copy of a store: nothing was changed.",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("restore", "copy.db"), "Nothing was changed: say --yes where nobody can be asked."),
        (("forget", "ines"), "Nothing was removed: say --yes where nobody can be asked."),
        (("password", "ines"), "Nothing was done: type a password twice, the same, in a terminal."),
    ],
)
def test_a_question_that_nobody_answers_says_how_to_do_without(
    empty: Path, arguments: tuple[str, ...], said: str
) -> None:
    (empty / "roster.csv").write_text("id,role\nines,instructor\n")
    assert run("people", "import", "roster.csv").exit_code == 0
    assert run("backup", "copy.db").exit_code == 0
    result = run(*arguments)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {said}")
    assert Path("results", "grades.db").is_file()
