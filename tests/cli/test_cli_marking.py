"""What people decide, from the command line to the tables, the pages and the platforms."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder.batch.order import opened
from autograder.batch.returning import returned
from autograder.cli import main
from autograder.cli.options import order_for

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
SOURCE = COURSE / "assignments" / SLUG
RIGHT = SOURCE / "right_variants" / "lecture_loops.py"
FAULTY = SOURCE / "sample_submissions" / "adam_correction_missing.ipynb"
RUBRIC = """
[questions.explanation.rubric]
sums = { text = "says that squares are summed", points = 6 }
stops = { text = "says that steps get small", points = 4 }
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a rubric and three hand-ins that are graded; to be copied."""
    folder = tmp_path_factory.mktemp("graded")
    leave = shutil.ignore_patterns("__pycache__", "sample_submissions", "right_variants")
    for part in ("reference", f"assignments/{SLUG}"):
        shutil.copytree(COURSE / part, folder / part, ignore=leave)
    settings = folder / "assignments" / SLUG / "assignment.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + RUBRIC, encoding="utf-8")
    for student, answer in {"amy@uni.edu": "=1+1 It sums.", "ben": "It stops."}.items():
        write(folder, student, answer)
    (folder / "sub").joinpath("zoe.ipynb").write_bytes(FAULTY.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", list(sys.path))
        patch.chdir(folder)
        done("grade", "sub", "--workers", 0, "--quiet")
    return folder


@pytest.fixture
def course(graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, and us in it."""
    shutil.copytree(graded, tmp_path / "course")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def write(folder: Path, student: str, answer: str) -> None:
    (folder / "sub").mkdir(exist_ok=True)
    source = f"{RIGHT.read_text(encoding='utf-8')}\nexplanation = {answer!r}\n"
    (folder / "sub" / f"{student}.py").write_text(source, encoding="utf-8")


def rows() -> dict[str, dict[str, Any]]:
    document = json.loads(Path("results", SLUG, "grades.json").read_text(encoding="utf-8"))
    found = {}
    for row in document["submissions"]:
        row["questions"] = {question["name"]: question for question in row["questions"]}
        found[row["student"]] = row
    return found


def table() -> dict[str, dict[str, str]]:
    text = Path("results", SLUG, "grades.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def page(student: str) -> str:
    return Path("results", SLUG, "feedback", f"{student}.html").read_text(encoding="utf-8")


def answers() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done("answers"))))


def mark(text: str, *options: object) -> Result:
    Path("marks.csv").write_text(text, encoding="utf-8")
    return run("mark", "marks.csv", *options)


# ------------------------------------------------------------------ marks


def test_from_answers_to_the_page(course: Path) -> None:
    assert [row["student"] for row in answers()] == ["amy@uni.edu", "ben", "zoe"]
    filled = answers()
    for row, points in zip(filled, ("9.5", "", "0"), strict=True):
        row.update(points=points, comment="<b>Well</b> said", rubric="sums")
    with open("filled.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, filled[0].keys())
        writer.writeheader()
        writer.writerows(filled)
    result = run("mark", "filled.csv", "--by", "maria")
    assert (result.exit_code, result.stdout) == (0, "2 answers marked\n")
    assert result.stderr == "Left alone, with words but without points: line 3\n"
    amy, ben = rows()["amy@uni.edu"], rows()["ben"]
    question = amy["questions"]["explanation"]
    assert (question["score"], question["status"]) == (9.5, "partial")
    by = question["by_person"]
    assert (by["points"], by["comment"], by["by"]) == (9.5, "<b>Well</b> said", "maria")
    assert by["at"].endswith("+00:00")
    assert (amy["score"], amy["max_score"]) == (90, 90)
    assert (amy["final_score"], amy["final_max_score"], amy["published"]) == (99.5, 100, False)
    assert (ben["final_score"], ben["final_max_score"]) == (None, 100)
    assert ben["questions"]["explanation"]["status"] == "pending"
    assert rows()["zoe"]["questions"]["explanation"]["status"] == "none"
    assert table()["amy@uni.edu"]["final_score"] == "99.5"
    assert table()["ben"]["final_score"] == ""
    for words in ("&lt;b&gt;Well&lt;/b&gt; said", "given by maria", "squares are summed"):
        assert words in page("amy@uni.edu")
    assert "<b>Well</b>" not in page("amy@uni.edu")
    assert "given by maria" not in page("ben")
    assert done("mark", "filled.csv") == "0 answers marked, 2 as before\n"


def test_all_rows_or_none(course: Path) -> None:
    before = Path("results", SLUG, "grades.json").read_bytes()
    result = mark("student,question,points\nben,explanation,7\namy@uni.edu,explanation,11\n")
    assert result.exit_code == 2
    assert "line 3 (amy@uni.edu, explanation): points 11" in result.stderr
    assert all(row["points"] == "" for row in answers())
    assert Path("results", SLUG, "grades.json").read_bytes() == before


def test_handed_in_anew_and_graded_anew(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A regrade with a changed assignment keeps every act; another answer comes back."""
    # The changed one has a pool of its own, and three students need no dozen of instances.
    monkeypatch.setattr("autograder.judging.update_rule.POOL", 1)
    assert mark("student,question,points\nben,explanation,7\nzoe,explanation,3\n").exit_code == 0
    done("override", "zoe", "adam", 25, "--reason", "The slide was misleading.")
    done("comment", "--misconception", "correction_missing", "Read page 40.")
    done("requests", "--add", "ben", "adam", "Look again.")
    done("publish")
    acts = done("export", "--acts")
    old = answers()
    settings = Path("assignments", SLUG, "assignment.toml")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('"unbiased moments" = 3', '"unbiased moments" = 2').replace(
            '"bias correction" = 5', '"bias correction" = 6'
        ),
        encoding="utf-8",
    )
    write(course, "ben", "It goes on.")
    done("grade", "sub", "--workers", 0, "--quiet", "--force")
    assert done("export", "--acts") == acts
    ben, zoe = rows()["ben"], rows()["zoe"]
    assert ben["questions"]["explanation"]["status"] == "pending"
    assert ben["questions"]["explanation"]["earlier_mark"]["points"] == 7
    assert ben["questions"]["adam"]["requests"][0]["text"] == "Look again."
    assert zoe["questions"]["explanation"]["score"] == 3
    assert zoe["questions"]["adam"]["override"]["points"] == 25
    assert zoe["questions"]["adam"]["comments"][0]["text"] == "Read page 40."
    assert "Read page 40." in page("zoe")  # not as the worker drew it, who knows of no decision
    now = answers()
    assert {a["attempt"] == b["attempt"] for a, b in zip(old, now, strict=True)} == {True, False}
    outdated = next(row["attempt"] for row in old if row["student"] == "ben")
    result = mark(f"student,question,points,attempt\nben,explanation,7,{outdated}\n")
    assert result.exit_code == 2
    assert "outdated" in result.stderr
    assert "(7 before)" in run("answers").stderr


# ------------------------------------------------------------------ all the rest


def test_an_override_keeps_the_checks_and_is_explained(course: Path) -> None:
    before = rows()["zoe"]["questions"]["adam"]
    mark("student,question,points\nzoe,explanation,5\n")
    done("override", "zoe", "adam", "25", "--reason", "The slide was misleading.", "--by", "boss")
    row = rows()["zoe"]
    after = row["questions"]["adam"]
    override = after.pop("override")
    assert after == before
    assert (override["points"], override["by"]) == (25, "boss")
    assert override["reason"] == "The slide was misleading."
    expected = sum(q["score"] for q in row["questions"].values()) - before["score"] + 25
    assert row["final_score"] == expected
    assert "The slide was misleading." in page("zoe")
    assert table()["zoe"]["overrides"] == "adam:25"
    shown = done("show", "zoe")
    assert "but 25 count, says boss" in shown
    assert f"= {expected:g} of 100" in shown
    for points in ("31", "-1", "many"):
        result = run("override", "zoe", "adam", "--reason", "no", "--", points)
        assert result.exit_code == 2
        assert points in result.stderr
    assert rows()["zoe"]["final_score"] == expected
    done("override", "zoe", "adam", "none", "--reason", "After all not.")
    assert rows()["zoe"]["questions"]["adam"] == before


def test_undo_takes_the_last_act_back(course: Path) -> None:
    before = rows(), table(), page("zoe")
    mark("student,question,points\nben,explanation,7\nzoe,explanation,3\n")
    marked = rows()
    done("override", "zoe", "adam", 25, "--reason", "So it is.")
    assert "25 points in place" in done("undo")
    assert rows() == marked
    assert done("undo").endswith("(ben, explanation) and 1 more\n")
    assert (rows(), table(), page("zoe")) == before
    result = run("undo")
    assert result.exit_code == 2
    assert result.stderr == "Error: There is nothing to take back.\n"


def test_undo_says_who_takes_back_whose_act(course: Path) -> None:
    done("override", "zoe", "adam", 25, "--reason", "So it is.", "--by", "tom")
    done("comment", "--student", "ben", "--question", "adam", "Fine.", "--by", "maria")
    said = "tom took back that maria wrote a comment (ben, adam)\n"
    assert done("undo", "--by", "tom") == said
    lines = list(csv.DictReader(io.StringIO(done("export", "--acts"))))
    assert [(line["by"], line["kind"]) for line in lines][1:] == [
        ("maria", "comment"),
        ("tom", "undo"),
    ]
    assert "whoever did" in done("undo", "--help")


def test_requests_are_asked_answered_and_closed(course: Path) -> None:
    assert "1. ben, adam: Look \\again." not in done("requests")
    done("requests", "--add", "ben", "adam", "Look\nagain.\x1b[2J", "--by", "ben")
    assert done("requests") == "1. ben, adam, attempt 1: Look again. [2J\n"
    assert "Your request 1" in page("ben")
    done("requests", "--answer", "1", "I did.", "--by", "maria")
    assert done("requests") == ""
    assert "   maria: I did.\n" in done("requests", "--all")
    told = json.loads(done("requests", "--all", "--json"))
    assert told[0]["is_open"] is False
    assert "I did." in page("ben")
    for wrong in (("--answer", "7", "x"), ("--close", "x"), ("--add", "eve", "adam", "x")):
        assert run("requests", *wrong).exit_code == 2


def test_a_comment_to_nobody_known_is_refused(course: Path) -> None:
    assert done("comment", "--misconception", "correction_missing", "Page 40.") == "On 1 page\n"
    assert done("comment", "--misconception", "weight_decay_added", "No.").startswith("Nobody has ")
    done("undo")
    assert "Page 40." in page("zoe")
    assert "Page 40." not in page("ben")
    done("comment", "--student", "ben", "--question", "adam", "Fine.")
    assert "Fine." in page("ben")
    done("undo")
    assert "Fine." not in page("ben")
    done("undo")
    assert "Page 40." not in page("zoe")
    result = run("comment", "--misconception", "correction_mising", "Page 40.")
    assert result.exit_code == 2
    assert "did you mean correction_missing?" in result.stderr
    assert run("comment", "Page 40.").exit_code == 2


# ------------------------------------------------------------------ publishing


def canvas() -> dict[str, str]:
    text = done("export", "--format", "canvas")
    rows = list(csv.reader(io.StringIO(text)))
    return {row[0].strip(): row[-1] for row in rows[1:]}


def test_platforms_are_told_what_was_published(course: Path) -> None:
    computed = canvas()
    assert computed["Points Possible"] == "90"
    mark("student,question,points\nben,explanation,7\nzoe,explanation,3\n")
    assert canvas() == computed  # nothing is given away early
    assert "Nothing is published yet" in run("export", "--format", "canvas").stderr
    assert "2 students would" not in done("publish", "--dry-run")
    assert not rows()["ben"]["published"]
    assert "Without a final score (1): amy@uni.edu" in done("publish")
    assert all(row["published"] for row in rows().values())
    published = canvas()
    assert published["Points Possible"] == "100"
    assert (published["ben"], published["amy@uni.edu"]) == ("97", "")
    done("override", "ben", "adam", 20, "--reason", "Copied.")
    assert canvas() == published
    ben = rows()["ben"]
    assert (ben["final_score"], ben["published"], ben["published_score"]) == (87, False, 97)
    assert table()["ben"]["published"] == "no"
    assert "ben: Adam: 30 points, now 20 points" in done("publish", "--dry-run")
    assert canvas() == published
    done("publish")
    assert canvas()["ben"] == "87"
    done("undo")
    assert canvas() == published


def test_pages_for_platforms_are_those_of_the_publication(course: Path) -> None:
    def given(student: str) -> str | None:
        order = order_for(None, None, None)
        with opened(order, create=False) as store:
            text = returned(order, store, "canvas").page(student)
        return None if text is None else text.decode()

    mark("student,question,points,comment\nben,explanation,7,Too short.\n")
    assert "Too short." in page("ben")
    assert "Too short." not in (given("ben") or "Too short.")
    done("publish")
    assert "Too short." in (given("ben") or "")
    mark("student,question,points,comment\nben,explanation,9,Fine after all.\n")
    assert "Fine after all." in page("ben")
    assert "Fine after all." not in (given("ben") or "Fine after all.")
    assert "<svg" in (given("ben") or "")  # with the figures of the attempt
    done("publish")
    assert "Why AdaGrad gets stuck: 7 points, now 9 points" in (given("ben") or "")
    assert given("nobody") is None


def test_by_section_and_by_the_rosters_id(course: Path) -> None:
    Path("r.csv").write_text("id,email,section\namy,amy@uni.edu,A\nben,,B\n", encoding="utf-8")
    done("people", "import", "r.csv")
    mark("student,question,points\namy@uni.edu,explanation,7\n")
    done("publish", "--section", "A")
    assert {name: row["published"] for name, row in rows().items()} == {
        "amy": True,
        "ben": False,
        "zoe": False,
    }
    assert canvas().keys() == {"Points Possible", "amy"}
    result = run("publish", "--section", "C")
    assert result.exit_code == 2
    told = json.loads(done("publish", "--json"))
    assert (told["new"], told["same"]) == (["ben", "zoe"], 1)


def test_where_a_course_has_several_assignments_it_is_said_which_is_meant(course: Path) -> None:
    commands = ("publish", "--dry-run"), ("answers", "--to", "a.csv"), ("publish",)
    assert not any(SLUG in done(*command) for command in commands)
    assert SLUG not in run("answers").stderr
    (course / "assignments" / "other").mkdir()
    (course / "assignments" / "other" / "assignment.toml").write_text("", encoding="utf-8")
    (course / "assignments" / "course.toml").write_text(f'default = "{SLUG}"\n', encoding="utf-8")
    assert all(done(*command).startswith(f"{SLUG}: ") for command in commands)
    assert run("answers").stderr.startswith(f"{SLUG}: 3 answers, ")
    assert len(answers()) == 3


def test_after_publishing_it_is_said_what_is_and_not_what_would_be(course: Path) -> None:
    settings = course / "assignments" / SLUG / "assignment.toml"
    late = "\n[late]\ndue = 2999-01-01T12:00:00Z\n"
    settings.write_text(settings.read_text(encoding="utf-8") + late, encoding="utf-8")
    said = "3 students can still hand in in time, and {} what is shown; of later"
    assert said.format("would know") in run("publish", "--dry-run").stderr
    assert said.format("know") in run("publish").stderr


# ------------------------------------------------------------------ files, and a kill


def test_what_was_handed_in_can_be_graded_again(course: Path) -> None:
    handed_in = {path.name: path.read_bytes() for path in Path("sub").iterdir()}
    before = rows()
    shutil.rmtree("sub")
    for student in before:
        done("show", student, "--save", "again")
    saved = {path.name: path.read_bytes() for path in Path("again").iterdir()}
    assert saved == handed_in
    done("grade", "again", "--workers", 0, "--quiet", "--force")
    assert rows() == before


def test_a_table_that_parts_one_piece_of_work_says_so(course: Path) -> None:
    write(course, "cora", "It stops.")
    Path("times.csv").write_text("student,at\nben,2025-03-01T12:00Z\ncora,2025-03-01T12:00Z\n")
    done("grade", "sub", "--times", "times.csv", "--workers", 0, "--quiet")
    heading = "student,question,points\n"
    assert mark(f"{heading}ben,explanation,3\n").stderr == (
        "explanation: cora handed in the same piece of work and has no points for it\n"
    )
    result = mark(f"{heading}cora,explanation,8\n")
    assert (result.exit_code, result.stdout) == (0, "1 answer marked\n")
    assert result.stderr == (
        "Different points for one piece of work, handed in together: explanation: ben 3, cora 8\n"
    )
    result = run("override", "ben", "explanation", "6", "--reason", "so it is")
    assert result.exit_code == 0
    assert result.stderr == (
        "explanation: cora handed in the same piece of work and has 8 for it\n"
    )


def test_killed_while_marking(course: Path) -> None:
    """Whenever it is killed, all rows of a table are kept or none."""
    rows_ = "".join(f"{s},explanation,{{}}\n" for s in ("amy@uni.edu", "ben", "zoe"))
    for points, pause in ((1, 0.0), (2, 0.25), (3, 0.5), (4, 0.8), (5, 1.2)):
        Path("m.csv").write_text(f"student,question,points\n{rows_.replace('{}', str(points))}")
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder", "mark", "m.csv"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(COURSE)},
        )
        time.sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        marks = {row["points"] for row in answers()}
        assert len(marks) == 1, marks
    connection = sqlite3.connect(Path("results", "grades.db"))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    done("feedback")
    assert {row["points"] for row in answers()} == {
        "" if (score := row["questions"]["explanation"]["score"]) is None else f"{score:g}"
        for row in rows().values()
    }


# ------------------------------------------------------------------ who


@pytest.mark.parametrize(
    ("login", "by"),
    [
        ("root", "the instructor (command line)"),
        ("ines", "prof"),
        ("maria", "maria"),
        ("zoe", "zoe"),
    ],
)
def test_who_decides_is_called_as_the_course_calls_them(
    course: Path, monkeypatch: pytest.MonkeyPatch, login: str, by: str
) -> None:
    """An account of the machine is nobody's name; what a student is called is no staff's."""
    Path("staff.csv").write_text("id,login,role\nprof,ines,instructor\nzoe,zoe,student\n")
    done("people", "import", "staff.csv")
    monkeypatch.setattr("getpass.getuser", lambda: login)
    done("override", "zoe", "adam", "25", "--reason", "the slide misled")
    (row,) = csv.DictReader(io.StringIO(done("export", "--acts")))
    assert row["by"] == by
