"""Downloads of every system, graded by the command: what lateness costs is what the platform's own
times say, whatever the files' are, and the grades go back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from tests.platforms import downloads
from tests.platforms.downloads import ED, JURGEN, TAM, ZOE, lay
from tests.platforms.importers import CanvasCourse, MoodleAssignment
from tests.submission.notebooks import SMALL, code, notebook

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
RIGHT = (COURSE / "assignments" / SLUG / "right_variants" / "lecture_loops.py").read_text("utf-8")
POLICY = """
[attempts]
keep = "latest"
[late]
due = 2025-11-01T20:00:00
timezone = "America/New_York"
policy = "share_per_day"
share = 0.1
"""
NEXT_YEAR = 1_900_000_000.0


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This course with a due date and what lateness costs."""
    folder = tmp_path_factory.mktemp("course")
    left_out = shutil.ignore_patterns("sample_submissions", "right_variants", "__pycache__")
    for name in ("assignments", "reference"):
        shutil.copytree(COURSE / name, folder / name, ignore=left_out)
    with (folder / "assignments" / SLUG / "assignment.toml").open("a", encoding="utf-8") as file:
        file.write(POLICY)
    return folder


def graded(tmp_path: Path, course: Path, members: dict[str, str | bytes]) -> dict[str, Any]:
    """What ``grade`` says with ``--json``, of files that were all touched years later."""
    right = json.dumps(notebook(code(RIGHT)))
    folder = lay(
        tmp_path / "sub",
        {name: right if data == SMALL else data for name, data in members.items()},
    )
    for path in folder.rglob("*"):
        os.utime(path, (NEXT_YEAR, NEXT_YEAR))
    done = run("grade", folder, "--course", course, "--out", tmp_path / "out", "--workers", 0,
               "--no-feedback", "--json")  # fmt: skip
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    document = json.loads((tmp_path / "out" / "grades.json").read_text("utf-8"))
    return said | {"rows": {row["student"]: row for row in document["submissions"]}}


FULL, DAY_LATE = 90, 81
SYSTEMS: dict[str, tuple[dict[str, str | bytes], dict[str, float]]] = {
    "moodle": (
        downloads.MOODLE | {"grades.csv": downloads.MOODLE_WORKSHEET},
        {JURGEN: FULL, ZOE: DAY_LATE, ED: FULL, TAM: 0},
    ),
    "gradescope": (downloads.GRADESCOPE, {JURGEN: FULL, ZOE: DAY_LATE, ED: FULL, TAM: 0}),
    "nbgrader": (downloads.NBGRADER, {"jurgen": FULL, "zoe": DAY_LATE, "ed": FULL, "tam": 0}),
    "blackboard": (downloads.BLACKBOARD, {"jurgen": FULL, "zoe": DAY_LATE, "ed": 0, "tam": 0}),
    "brightspace": (downloads.BRIGHTSPACE, {JURGEN: FULL, ZOE: DAY_LATE, ED: FULL}),
    # Nobody says when these came: nothing is taken off, and the run says so.
    "moodle without its worksheet": (downloads.MOODLE, {ZOE: FULL, ED: FULL}),
    "github": (downloads.GITHUB, {"jurgen": FULL, "jo-zoe": FULL, "ed": FULL}),
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.long
def test_what_lateness_costs_is_what_the_platform_says(
    tmp_path: Path, course: Path, system: str
) -> None:
    members, scores = SYSTEMS[system]
    rows = graded(tmp_path, course, members)["rows"]
    assert {student: rows[student]["score"] for student in scores} == scores
    for student, score in scores.items():
        late = rows[student]["late"]
        assert (late is not None) == (score == DAY_LATE), student
        if late is not None:
            assert (late["by_days"], late["points"]) == (1, -9)
            assert rows[student]["handed_in"]["source"] == "platform"


def test_canvas_from_the_download_to_the_upload(tmp_path: Path, course: Path) -> None:
    rows = graded(tmp_path, course, downloads.CANVAS)["rows"]
    zoe = rows["ångströmzoë"]
    assert (zoe["score"], zoe["late"]) == (FULL, None)  # late, and nobody says by how much
    assert zoe["handed_in"] == {"at": None, "source": "marked_late"}
    book = tmp_path / "book.csv"
    book.write_text(downloads.CANVAS_GRADEBOOK.replace(",EX,", ",,"), "utf-8")
    where = ("--course", course, "--out", tmp_path / "out")
    done = run("export", "--format", "canvas", "--roster", book, "--column", 4711, *where)
    assert done.exit_code == 0
    assert "Marked late, nobody says by how much, and nothing taken off: ångströmzoë" in done.stderr
    assert "90 is not 100" in done.stderr
    canvas = CanvasCourse({n: {} for n in ("101", "102", "103", "104")}, {"4711": ("", 100)})
    canvas.upload_gradebook(done.stdout)
    assert canvas.scores["102", "4711"] == "90"
    asked = run("export", "--format", "canvas", "--roster", book, "--column", "Week 9", *where)
    assert asked.exit_code == 2
    assert "--column new" in asked.stderr
    assert "Traceback" not in asked.output


def test_moodle_from_the_download_to_the_upload(tmp_path: Path, course: Path) -> None:
    sheet = {"grades.csv": downloads.MOODLE_WORKSHEET}
    said = graded(tmp_path, course, downloads.MOODLE | sheet)
    assert said["passed_over"] == [{"file": "grades.csv", "reason": "Moodle's grading worksheet"}]
    where = ("--course", course, "--out", tmp_path / "out")
    assert run("feedback", *where).exit_code == 0
    done = run(
        *("export", "--format", "moodle", "--roster", tmp_path / "sub" / "grades.csv"),
        *("--out-of", 100, "--feedback", tmp_path / "back.zip", "--to", tmp_path / "to", *where),
    )
    assert done.exit_code == 0, done.output
    assert f"Points are taken off for lateness: {ZOE} -9." in done.stderr
    moodle = MoodleAssignment({"12": JURGEN, "13": ZOE, "14": ED, "15": TAM})
    moodle.upload_worksheet((tmp_path / "to" / "moodle.csv").read_text("utf-8"))
    assert moodle.grades == {"12": 100.0, "13": 90.0, "14": 100.0, "15": 0.0}
    assert moodle.comments["13"].endswith(", late -9")
    pages = moodle.upload_feedback((tmp_path / "back.zip").read_bytes())
    assert set(pages) == {"12", "13", "14", "15"}
    assert all(b"<html" in page["feedback.html"][:200].lower() for page in pages.values())


@pytest.mark.parametrize("due", ["", "2025-11-01T20:00:00Z"])
def test_times_without_a_zone_are_asked_for(tmp_path: Path, course: Path, due: str) -> None:
    """Without a due date there is no zone, and one in UTC does not say where the course is."""
    shutil.copytree(course, tmp_path / "course")
    settings = tmp_path / "course" / "assignments" / SLUG / "assignment.toml"
    policy = f'[late]\ndue = {due}\npolicy = "cut_off"\ncut_off_days = 0\n' if due else ""
    settings.write_text(settings.read_text("utf-8").replace(POLICY, policy), "utf-8")
    members = {name: data for name, data in downloads.BRIGHTSPACE_FLAT.items() if "Zo" in name}
    said = graded(tmp_path, tmp_path / "course", members)
    assert "times without a zone" in said["notices"][0]
    assert [row["score"] for row in said["rows"].values()] == [FULL]
    arguments = ("--out", tmp_path / "out", "--course", tmp_path / "course")
    done = run("grade", tmp_path / "sub", *arguments)
    assert "times without a zone: they count once" in " ".join(done.stdout.split())


def test_a_spreadsheet_program_shows_umlauts_and_runs_no_formula(
    tmp_path: Path, course: Path
) -> None:
    graded(tmp_path, course, {"=1+Ü.ipynb": downloads.OTHER, "Zoë.ipynb": downloads.OTHER})
    where = ("--course", course, "--out", tmp_path / "out")
    plain = CliRunner().invoke(main, ["export", *map(str, where)])
    excel = CliRunner().invoke(main, ["export", "--excel", *map(str, where)])
    assert excel.stdout_bytes == b"\xef\xbb\xbf" + plain.stdout_bytes
    assert "\n'=1+Ü," in plain.stdout
    assert "\nZoë," in plain.stdout
