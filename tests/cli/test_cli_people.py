"""People, extensions and times, from the command line to what everybody reads."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import sys
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
RIGHT = COURSE / "assignments" / SLUG / "right_variants" / "lecture_loops.py"
POLICY = """
[late]
due = 2025-11-01T20:00:00
timezone = "America/New_York"
policy = "share_per_day"
share = 0.1
"""
ROSTER = """id,name,email,section,role
s1,Amy Müller,amy@uni.edu,A,
s2,Ben Lee,ben@uni.edu,A,student
s3,Zoe Ng,zoe@uni.edu,B,
t1,Tom,tom@uni.edu,,ta
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def done(*arguments: object) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course folder with a due date, two hand-ins, and us in it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    leave = shutil.ignore_patterns("__pycache__", "sample_submissions", "right_variants")
    for folder in ("reference", f"assignments/{SLUG}"):
        shutil.copytree(COURSE / folder, tmp_path / folder, ignore=leave)
    settings = tmp_path / "assignments" / SLUG / "assignment.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + POLICY, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    shutil.copy(RIGHT, tmp_path / "sub" / "amy@uni.edu.py")
    shutil.copy(RIGHT, tmp_path / "sub" / "Lee, Ben.py")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grade(*options: object) -> Result:
    return done("grade", "sub", "--workers", 0, *options)


def row(student: str, out: str = f"results/{SLUG}") -> dict[str, Any]:
    submissions = json.loads(Path(out, "grades.json").read_text())["submissions"]
    (found,) = (one for one in submissions if one["student"] == student)
    return dict(found)


def times(**at: str) -> str:
    Path("times.csv").write_text("student,at\n" + "".join(f"{s},{t}\n" for s, t in at.items()))
    return "times.csv"


def test_nothing_is_taken_off_for_the_time_of_a_file(course: Path) -> None:
    said = grade().stdout
    assert "When they handed in is not known (2): Lee, Ben, amy@uni.edu" in said
    assert "--times CSV" in said
    before = Path("results", SLUG, "grades.json").read_bytes()
    page = Path("results", SLUG, "feedback", "amy@uni.edu.html").read_bytes()
    for path in Path("sub").iterdir():
        os.utime(path, (4e9, 4e9))
    for options in ((), ("--force",)):
        grade(*options)
        assert Path("results", SLUG, "grades.json").read_bytes() == before
        assert Path("results", SLUG, "feedback", "amy@uni.edu.html").read_bytes() == page
    amy = row("amy@uni.edu")
    assert (amy["score"], amy["late"]) == (90, None)
    assert amy["handed_in"] == {"at": None, "source": "none"}


def test_a_list_of_people_names_rows_that_were_graded_before(course: Path) -> None:
    grade()
    said = done("people", "import", "roster.csv").stdout
    assert said == "4 lines of roster.csv (roster): 4 new, 0 changed, 0 as before.\n"
    text = Path("results", SLUG, "grades.csv").read_text(encoding="utf-8")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [(r["student"], r["status"]) for r in table] == [
        ("s1", "graded"),
        ("s2", "graded"),
        ("s3", "not_handed_in"),
    ]
    document = json.loads(Path("results", SLUG, "grades.json").read_text())
    assert document["not_handed_in"] == ["s3"]
    assert {p.name for p in Path("results", SLUG, "feedback").iterdir()} == {"s1.html", "s2.html"}
    assert "Not handed in (1): s3" in Path("results", SLUG, "index.html").read_text()
    again = grade()
    assert "all graded before" in again.stdout
    assert "Not handed in (1): s3" in again.stdout
    listed = json.loads(done("people", "list", "--json").stdout)
    assert [person["id"] for person in listed] == ["s1", "s2", "s3", "t1"]
    assert listed[0]["identifiers"] == ["s1", "amy@uni.edu"]


def test_a_page_says_the_name_that_a_list_of_people_knows(course: Path) -> None:
    def whose(student: str) -> str:
        page = Path("results", SLUG, "feedback", f"{student}.html").read_text(encoding="utf-8")
        found = re.search(r'class="who">(.*?) · ', page)
        assert found is not None
        return re.sub("<.*?>", "", found[1])

    grade()
    assert whose("amy@uni.edu") == "For amy@uni.edu", "nobody knows a name"
    done("people", "import", "roster.csv")
    assert (whose("s1"), whose("s2")) == ("For Amy Müller (s1)", "For Ben Lee (s2)"), "drawn again"
    grade("--force")
    assert whose("s1") == "For Amy Müller (s1)", "drawn by who grades"
    order = order_for(None, None, None)
    with opened(order, create=False) as store:
        for format in ("csv", "canvas"):
            page = returned(order, store, format).page("s2")
            assert page is not None
            assert b"Ben Lee" in page


def test_what_lateness_costs_is_a_line_of_its_own_everywhere(course: Path) -> None:
    """The clocks go back that night: a day later by the wall is 25 hours later."""
    done("people", "import", "roster.csv")
    grade("--times", times(**{"Amy Müller": "2025-11-02T20:00", "s2": "2025-11-02T20:00:01"}))
    reason = "Handed in 1 day late: 9 of the 90 points earned are taken off."
    amy = row("s1")
    assert amy["late"] == {"by_days": 1, "points": -9, "reason": reason, "covered_days": 0}
    assert (amy["score"], amy["score_before_late"]) == (81, 90)
    assert amy["handed_in"] == {"at": "2025-11-02T20:00:00-05:00", "source": "platform"}
    assert row("s2")["late"]["by_days"] == 2
    assert row("s2")["score"] == 72
    assert reason in Path("results", SLUG, "feedback", "s1.html").read_text()
    assert reason in Path("results", SLUG, "grades.csv").read_text()
    assert "Late (2): s1 (1 day, -9), s2 (2 days, -18)" in grade().stdout
    shown = " ".join(done("show", "amy@UNI.edu").stdout.split())
    assert f"late -9: {reason}" in shown
    assert "handed in 2025-11-02 20:00:00 EST (says the platform)" in shown
    assert "question adam: 30 of 30" in shown
    (attempt,) = json.loads(done("show", "s1", "--json").stdout)
    assert (attempt["score"], attempt["entry"]["score"], attempt["counts"]) == (81, 90, True)


def test_a_time_is_kept_when_the_next_run_does_not_tell_it(course: Path) -> None:
    grade("--times", times(**{"amy@uni.edu": "2025-11-02"}))
    for options in ((), ("--force",)):
        grade(*options)
        assert row("amy@uni.edu")["score"] == 72
        page = Path("results", SLUG, "feedback", "amy@uni.edu.html").read_text()
        assert "18 of the 90 points earned are taken off" in page


def test_times_of_nobody_are_refused_before_anything_is_graded(course: Path) -> None:
    result = run(
        "grade", "sub", "--workers", 0, "--times", times(zoe="2025-11-01", yan="2025-11-01")
    )
    assert result.exit_code == 2
    assert "nobody is known as zoe (times.csv, line 2), yan (times.csv, line 3)" in result.stderr
    assert run("export").stdout.count("\n") == 1, "no row"
    done("people", "import", "roster.csv")
    absent = grade("--times", times(s3="2025-11-01"))
    assert "Times of people who have no hand-in (1): s3" in absent.stderr


def test_an_extension_is_seen_wherever_grades_are(course: Path) -> None:
    done("people", "import", "roster.csv")
    grade("--times", times(s1="2025-11-05", s2="2025-11-05"))
    assert row("s1")["score"] == pytest.approx(45)
    said = done("extend", "AMY@uni.edu", "2025-11-05", "--reason", "was ill").stdout
    assert said == "s1: due 2025-11-05T23:59:59-05:00\n"
    amy = row("s1")
    assert (amy["score"], amy["late"]) == (90, None)
    assert amy["extended_to"] == "2025-11-05T23:59:59-05:00"
    assert "taken off" not in Path("results", SLUG, "feedback", "s1.html").read_text()
    assert "taken off" in Path("results", SLUG, "feedback", "s2.html").read_text()
    assert "Extended (1): s1 (until 2025-11-05 23:59)" in grade().stdout
    assert "extended    until 2025-11-05 23:59:59 EST" in done("show", "s1").stdout
    exported = done("export", "--format", "json").stdout
    assert exported == Path("results", SLUG, "grades.json").read_text()
    done("extend", "s1", "none")
    assert row("s1")["score"] == pytest.approx(45)


def test_extensions_of_whom_one_is_unknown_are_stored_of_none(course: Path) -> None:
    done("people", "import", "roster.csv")
    Path("due.csv").write_text("student,due\ns1,2025-11-05\nzed,2025-11-05\n")
    result = run("extend", "--csv", "due.csv")
    assert result.exit_code == 2
    assert "nobody is known as zed (due.csv, line 3)" in result.stderr
    listed = json.loads(done("people", "list", "--json").stdout)
    assert [person["extended_to"] for person in listed] == [None] * 4


def test_the_old_flags_are_imports(course: Path) -> None:
    Path("due.csv").write_text("student,due\nAMY@uni.edu,2025-11-05\n")
    grade("--roster", "roster.csv", "--extensions", "due.csv", "--times", times(s1="2025-11-04"))
    assert row("s1")["score"] == 90
    grade()  # it is known from now on
    assert row("s1")["extended_to"] is not None
    assert json.loads(done("export", "--format", "json").stdout)["not_handed_in"] == ["s3"]


@pytest.mark.parametrize("arguments", [(), ("amy",), ("amy", "2025-11-05", "--csv", "due.csv")])
def test_half_an_extension_is_wrong_usage(course: Path, arguments: tuple[str, ...]) -> None:
    Path("due.csv").write_text("student,due\n")
    result = run("extend", *arguments)
    assert result.exit_code == 2
    assert "Say who and until when" in result.stderr


# ------------------------------------------------------------------ where the store is


def test_all_assignments_share_a_store_that_takes_in_the_older_ones_once(course: Path) -> None:
    grade("--out", f"results/{SLUG}")
    older = Path("results", SLUG, "grades.db")
    before = older.read_bytes()
    assert "all graded before" in grade().stdout
    done("people", "import", "roster.csv")
    assert older.read_bytes() == before
    with sqlite3.connect("results/grades.db") as connection:
        assert connection.execute("SELECT count(*) FROM attempts").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (4,)
    connection.close()
    assert row("s1")["score"] == 90


def test_what_only_reads_takes_an_older_store_in_as_well(course: Path) -> None:
    grade("--out", f"results/{SLUG}")
    assert "amy@uni.edu" in done("export").stdout


def test_a_store_of_ones_own_is_where_it_was_asked_for(course: Path) -> None:
    grade("--out", "week1")
    done("people", "import", "roster.csv", "--out", "week1")
    assert not Path("results").exists()
    assert row("s1", "week1")["score"] == 90
    done("people", "import", "roster.csv", "--store", "other.db")
    assert Path("other.db").exists()


def test_two_files_of_one_person_are_two_attempts_and_both_are_graded_once(course: Path) -> None:
    wrong = COURSE / "assignments" / SLUG / "sample_submissions" / "adam_correction_multiplies.py"
    shutil.copy(wrong, Path("sub", "Müller, Amy.py"))
    done("people", "import", "roster.csv")
    grade("--times", times(s1="2025-10-31"))
    assert row("s1")["score"] == 90, "of two at one time the one that was graded last"
    assert "all graded before" in grade().stdout
    attempts = json.loads(done("show", "s1", "--json").stdout)
    assert [(a["entry"]["file"], a["counts"]) for a in attempts] == [
        ("Müller, Amy.py", False),
        ("amy@uni.edu.py", True),
    ]
    page = Path("results", SLUG, "feedback", "s1.html").read_text()
    assert "<strong>90</strong> of 90" in page


def test_the_page_is_that_of_the_attempt_that_counts(course: Path) -> None:
    """A newer file that is cut off is graded, and the older one stands."""
    settings = Path("assignments", SLUG, "assignment.toml")
    grade()
    Path("sub", "amy@uni.edu.py").unlink()
    Path("sub", "amy@uni.edu.ipynb").write_text('{"cells": [{"cell_type": "code", "sou')
    grade()
    amy = row("amy@uni.edu")
    assert (amy["status"], amy["score"], amy["file"]) == ("graded", 90, "amy@uni.edu.py")
    assert "amy@uni.edu.ipynb, cannot be read" in amy["message"]
    page = Path("results", SLUG, "feedback", "amy@uni.edu.html").read_text()
    assert "amy@uni.edu.ipynb, cannot be read" in page
    settings.write_text(settings.read_text().replace("2025-11-01", "2025-12-01"))
    assert "all graded before" in grade().stdout, "a due date grades nobody again"


def test_late_days_are_spent_and_shown(course: Path) -> None:
    settings = Path("assignments", SLUG, "assignment.toml")
    settings.write_text(settings.read_text() + "budget_days = 1\n")
    said = grade("--times", times(**{"amy@uni.edu": "2025-11-03T20:00"})).stdout
    assert "Late (1): amy@uni.edu (2 days, 1 late day spent, -9)" in said
    late = row("amy@uni.edu")["late"]
    assert (late["by_days"], late["covered_days"], late["points"]) == (2, 1, -9)
    assert "1 late day spent on it: 9 of the 90 points" in late["reason"]


def test_what_of_a_roster_is_not_taken_is_said(course: Path) -> None:
    (course / "r.csv").write_text("id,E-Mail,Phone\ns1,amy@uni.edu,7\n", encoding="utf-8")
    result = done("people", "import", "r.csv")
    assert "Not taken: the column “Phone”." in result.output
    (amy,) = json.loads(run("people", "list", "--json").stdout)
    assert amy["email"] == "amy@uni.edu"
    told = json.loads(done("people", "import", "r.csv", "--json").stdout)
    assert ["“Phone”" in one for one in told["notices"]] == [True]
