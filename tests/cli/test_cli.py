"""The commands as people call them, on the course of this repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from autograder import cli
from autograder.cli import main

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
SAMPLES = COURSE / "assignments" / "adaptive_learning_rates" / "sample_submissions"
RIGHT = COURSE / "assignments" / "adaptive_learning_rates" / "right_variants" / "lecture_loops.py"


def run(*arguments: object) -> Result:
    """The command's output with exit status, in a terminal of 80 columns."""
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def hand_in(place: Path) -> Path:
    """A folder of submissions there: one right, one that is no notebook."""
    submissions = place / "submissions"
    submissions.mkdir()
    shutil.copy(RIGHT, submissions / "alice.py")
    (submissions / "bob.ipynb").write_text("this is no JSON")
    return submissions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hand_in(tmp_path)


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("graded")
    out = place / "out"
    assert run("grade", hand_in(place), "--out", out, "--workers", 0).exit_code == 0
    return out


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Path:
    """An out folder of one's own with results of both."""
    return Path(shutil.copytree(graded_once, tmp_path / "out"))


# ------------------------------------------------------------------ grade


def test_grade_writes_what_the_contract_names(graded: Path) -> None:
    assert {path.name for path in graded.iterdir()} >= {
        *("grades.db", "grades.csv", "grades.json", "feedback")
    }
    assert {path.name for path in (graded / "feedback").iterdir()} == {"alice.html", "bob.html"}
    assert 'href="feedback/alice.html"' in (graded / "index.html").read_text()
    document = json.loads((graded / "grades.json").read_text())
    assert (document["assignment"], document["max_score"]) == ("adaptive_learning_rates", 90)
    alice, bob = document["submissions"]
    assert (alice["student"], alice["file"], alice["status"]) == ("alice", "alice.py", "graded")
    assert (alice["score"], alice["max_score"], alice["message"]) == (90, 90, None)
    assert (bob["status"], bob["score"]) == ("unreadable", 0)
    assert "bob.ipynb" in bob["message"]
    assert (
        (graded / "grades.csv").read_text().splitlines()[1].startswith("alice,alice.py,graded,90")
    )


def test_files_that_were_passed_over_are_said_in_the_result(folder: Path, tmp_path: Path) -> None:
    (folder / "alice.ipynb").write_text("this is no JSON")  # newer than alice.py
    assert run("grade", folder, "--out", tmp_path, "--workers", 0).exit_code == 0
    alice, _ = json.loads((tmp_path / "grades.json").read_text())["submissions"]
    assert (alice["file"], alice["score"]) == ("alice.py", 90)
    said = "alice handed in 2 files; alice.py was graded, alice.ipynb was passed over."
    assert alice["message"].startswith(f"{said} alice.ipynb is not a notebook")
    assert said in (tmp_path / "grades.csv").read_text().splitlines()[1]
    assert (tmp_path / "feedback" / "alice.html").read_text().count(said) == 1


def test_one_of_many_paths_that_cannot_be_had_fails_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "carol.py").symlink_to("nowhere.py")
    (folder / "dave.py").symlink_to("d" * 300)  # too long a name for any file system
    real = os.access
    monkeypatch.setattr(os, "access", lambda p, mode: real(p, mode) and Path(p).name != "bob.ipynb")
    result = run("grade", *sorted(folder.iterdir()), "--out", tmp_path, "--workers", 0)
    assert result.exit_code == 0, result.output
    rows = json.loads((tmp_path / "grades.json").read_text())["submissions"]
    statuses = {row["student"]: row["status"] for row in rows}
    assert statuses.pop("alice") == "graded"
    assert statuses == dict.fromkeys(("bob", "carol", "dave"), "unreadable")


def test_grading_again_repeats_nothing_and_gives_the_same_bytes(
    folder: Path, graded: Path, tmp_path: Path
) -> None:
    before = (graded / "grades.json").read_bytes()
    (graded / "feedback" / "alice.html").unlink()
    again = run("grade", folder, "--out", graded, "--workers", 0, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {
        "assignment": "adaptive_learning_rates",
        "out": str(graded),
        "submissions": 2,
        "already_graded": 2,
        "graded_now": 0,
        "counts": {},
        "not_graded": [],
        "not_judged": [],
        "not_handed_in": [],
        "times_of_nobody": [],
        "without_time": [],
        "passed_over": [],
        "notices": [],
    }
    assert (graded / "grades.json").read_bytes() == before
    assert "alice" in (graded / "feedback" / "alice.html").read_text(), "a lost page is drawn again"
    fresh = run("grade", folder, "--out", tmp_path / "fresh", "--workers", 2, "--no-feedback")
    assert fresh.exit_code == 0
    assert (tmp_path / "fresh" / "grades.json").read_bytes() == before
    assert not (tmp_path / "fresh" / "feedback").exists()


def test_force_grades_again_and_show_tells_the_history(folder: Path, graded: Path) -> None:
    assert run("grade", folder / "alice.py", "--out", graded, "--force", "--quiet").stdout == ""
    shown = run("show", "alice", "--out", graded)
    assert shown.exit_code == 0
    assert "Attempt 1 of alice: graded, 90 of 90" in shown.stdout
    assert "Attempt 2 of alice (counts): graded, 90 of 90" in shown.stdout
    assert re.search(r"sandbox +.*landlock, seccomp", shown.stdout)
    assert re.search(r"seed +adam\s+[0-9a-f]{64}\n", shown.stdout)
    history = json.loads(run("show", "alice", "--out", graded, "--json").stdout)
    assert [attempt["counts"] for attempt in history] == [False, True]
    assert history[0]["entry"]["digest"] == history[1]["entry"]["digest"]
    students = [
        g["student"] for g in json.loads((graded / "grades.json").read_text())["submissions"]
    ]
    assert students == ["alice", "bob"], "who was not graded this time keeps the grade"


def test_the_terminal_shows_a_table_and_where_the_files_are(folder: Path, tmp_path: Path) -> None:
    result = run("grade", folder, "--out", tmp_path / "out", "--workers", 0)
    assert re.search(r"alice +10 +20 +20 +30 +10", result.stdout)
    assert str(tmp_path / "out" / "grades.csv") in result.stdout
    assert "\x1b" not in result.stdout, "no colours where there is no terminal"
    assert "2/2 submissions" in result.stderr
    table = result.stdout.split("Grades:")[0]
    assert max(map(len, table.splitlines())) <= 80


def test_the_roster_shows_who_has_not_handed_in(folder: Path, graded: Path) -> None:
    roster = folder.parent / "roster.csv"
    roster.write_text("id,name\nAlice,Alice\nbob,Bob\ncarol,Carol\n")
    result = run("grade", folder, "--out", graded, "--roster", roster)
    assert "Not handed in (1): carol" in result.stdout


def test_what_we_fail_to_grade_has_no_score_and_status_1(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("autograder.batch.marking.grade_submission", fail)
        result = run("grade", folder, "--out", out, "--workers", 0)
    assert result.exit_code == 1
    assert "Not graded: alice, bob: The grader itself failed" in result.stderr
    assert "no fault of the students" in result.stderr
    grades = json.loads((out / "grades.json").read_text())["submissions"]
    assert [(g["status"], g["score"], g["max_score"]) for g in grades] == [
        ("not_graded", None, 90)
    ] * 2
    assert "ZeroDivisionError" in grades[0]["message"]
    # The next run tries them again.
    assert run("grade", folder, "--out", out, "--workers", 0).exit_code == 0
    grades = json.loads((out / "grades.json").read_text())["submissions"]
    assert [g["score"] for g in grades] == [90, 0]


def test_ctrl_c_keeps_what_is_graded_and_says_how_to_go_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.batch.marking import grade_submission

    def interrupted(submission: object, *rest: object, **others: object) -> object:
        if submission.student == "bob":  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return grade_submission(submission, *rest, **others)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("autograder.batch.marking.grade_submission", interrupted)
        result = run("grade", folder, "--out", tmp_path, "--workers", 0)
    assert result.exit_code == 1
    assert "Stopped: 1 of 2 submissions graded and kept." in result.stderr
    assert len(json.loads((tmp_path / "grades.json").read_text())["submissions"]) == 1
    assert "1 graded before" in run("grade", folder, "--out", tmp_path, "--workers", 0).stdout


# ------------------------------------------------------------------ other commands


def test_check_shows_public_results_in_words(folder: Path) -> None:
    result = run("check", folder / "alice.py")
    assert result.exit_code == 0
    assert "✓" in result.stdout
    assert "✗" not in result.stdout
    assert json.loads(run("check", folder / "alice.py", "--json").stdout)


def test_feedback_draws_the_same_pages_from_the_store(graded: Path) -> None:
    pages = {path: path.read_bytes() for path in (graded / "feedback").iterdir()}
    shutil.rmtree(graded / "feedback")
    result = run("feedback", "--out", graded)
    assert "2 feedback pages" in result.stdout
    assert {path: path.read_bytes() for path in (graded / "feedback").iterdir()} == pages


@pytest.mark.parametrize("name", ["csv", "json"])
def test_export_gives_what_grade_wrote(graded: Path, name: str) -> None:
    result = run("export", "--format", name, "--out", graded)
    assert result.stdout == (graded / f"grades.{name}").read_text()


def test_export_writes_several_files_into_a_folder(graded: Path, tmp_path: Path) -> None:
    result = run("export", "--format", "gradescope", "--out", graded, "--to", tmp_path / "to")
    assert result.exit_code == 0
    assert len([path for path in (tmp_path / "to").rglob("*") if path.is_file()]) == 2


def test_doctor_says_whether_grading_may_start() -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "grading may start" in result.stdout
    assert re.search(r"landlock +yes +yes", result.stdout)
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert json.loads(run("doctor", "--json").stdout)["may_grade"] is True


def test_every_command_has_an_example_in_its_help() -> None:
    context = click.Context(main)
    names = main.list_commands(context)
    assert set(names) >= {
        *("demo", "check", "grade", "feedback", "export", "verify", "release", "doctor", "show")
    }
    for name in names:
        command = main.get_command(context, name)
        text = run(name, "--help").stdout
        assert f"Example:  autograder {name}" in text, name
        assert "Usage: " in text
        assert max(map(len, text.splitlines())) <= 80
        assert isinstance(command, click.Command)


# ------------------------------------------------------------------ what people get wrong


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["grade", "/nowhere/at/all"], "/nowhere/at/all"),
        (["grade", ""], "The path is empty"),
        (["grade", RIGHT, "--out", ""], "The path is empty"),
        (["grade", RIGHT, "--assignment", "another"], "no assignment 'another'"),
        (["grade", RIGHT, "--course", "/tmp"], "no course folder"),
        (["grade", RIGHT, "--workers", "-1"], "--workers -1"),
        (["grade", RIGHT, "--store", "mysql://x/y"], "cannot be a mysql database"),
        (["grade", RIGHT, "--roster", "/nowhere.csv"], "/nowhere.csv cannot be read"),
        (["grade", RIGHT, "--extensions", "/nowhere.csv"], "/nowhere.csv cannot be read"),
        (["grade"], "Missing argument"),
        (["grade", "--wrong"], "No such option"),
        (["export", "--format", "xls"], "'xls' is not one of"),
        (["check", "/nowhere.py"], "does not exist"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_usage_is_a_sentence_and_status_2(
    arguments: list[object], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("grade", tmp_path / "empty", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "There are no notebooks or Python files in" in result.stderr


def test_no_grades_yet_is_a_sentence(tmp_path: Path) -> None:
    for command in (["export"], ["feedback"], ["show", "alice"]):
        result = run(*command, "--out", tmp_path)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "run `autograder grade` first" in result.stderr


def test_an_out_folder_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("grade", folder, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "cannot be written" in result.stderr


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own; only root may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this needs leave to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(folder: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        result = run("grade", folder, "--out", disk / "out", "--workers", 0, "--quiet")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert re.search(r"make room", result.stderr)


def test_a_disk_that_may_only_be_read(folder: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk:
        assert run("grade", folder, "--out", disk, "--workers", 0, "--quiet").exit_code == 0
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for command in (["grade", folder, "--workers", 0], ["feedback"]):
            result = run(*command, "--out", disk)
            assert result.exit_code == 1
            assert result.stderr.count("\n") == 1
            assert "cannot be written (Read-only file system): make it writable" in result.stderr
        exported = run("export", "--out", disk)
        assert exported.exit_code == 0, "what is stored can still be read"
        assert "alice" in exported.stdout


def test_a_locked_store(folder: Path, graded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.store.database._BUSY_SECONDS", 0.05)
    other = sqlite3.connect(graded / "grades.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        result = run("grade", folder, "--out", graded, "--force", "--workers", 0, "--quiet")
    finally:
        other.close()
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "locked by another program" in result.stderr


def test_a_fault_of_the_program_is_a_sentence_too(
    graded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("first line\nsecond line")

    monkeypatch.setattr("autograder.cli.results.returned", fail)
    result = run("export", "--out", graded)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ValueError: first line. This is a fault of autograder")
    assert f"{cli.DEBUG}=1" in result.stderr
    monkeypatch.setenv(cli.DEBUG, "1")
    assert isinstance(run("export", "--out", graded).exception, ValueError)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"]])
def test_output_that_does_not_fit_is_no_fault_of_ours(command):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autograder", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "make room" in done.stderr
    assert "fault" not in done.stderr
