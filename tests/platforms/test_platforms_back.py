"""Grades and feedback go back to where the hand-ins came from: downloaded, graded, exported, and
read again by the rules of the importer on the other side."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.model import Grade, HandedIn, Identity, Lateness, Source
from autograder.platforms import (
    Wanted,
    export,
    parse_roster,
    read_roster,
    search,
    write_feedback,
)
from tests.formats.example_class import INFO, NOT_GRADED, UNREADABLE, graded
from tests.platforms import downloads
from tests.platforms.downloads import ED, JURGEN, TAM, ZOE, lay
from tests.platforms.importers import CanvasCourse, MoodleAssignment

POINTS = {"o": 78.0, "J": 78.0, "ä": 60.5, "Z": 60.5, "p": 90.0, "E": 90.0, "t": 0.0, "T": 0.0}


def graded_from(folder: Path, members: dict[str, str | bytes]) -> tuple[list[Grade], Wanted]:
    """The rows of a download, with points by the first letter of whose it is."""
    finds = search([lay(folder / "sub", members)], scratch=folder / "scratch")
    grades = []
    for found in finds.found:
        score = POINTS.get(found.student[0], 60.5)
        grades.append(replace(graded(found.student, found.file, score), handed_in=found.handed_in))
    known = {found.student: (found.whose,) for found in finds.found}
    return grades, Wanted(INFO, known=known)


def pages(grades: Sequence[Grade]) -> Callable[[str], bytes | None]:
    return {grade.student: f"page of {grade.student}".encode() for grade in grades}.get


def packed(grades: Sequence[Grade], system: str, wanted: Wanted) -> tuple[bytes, tuple[str, ...]]:
    file = io.BytesIO()
    notices = write_feedback(grades, system, wanted, pages(grades), file)
    return file.getvalue(), notices


# ------------------------------------------------------------------ Canvas


def canvas_course() -> CanvasCourse:
    users = {
        "101": {"login": "jurgen@uni.edu", "sis": "s1", "name": "O'Neil-Żak, Jürgen"},
        "102": {"login": "zoe@uni.edu", "sis": "s2", "name": "Ångström, Zoë"},
        "103": {"login": "ed@uni.edu", "sis": "s3", "name": "Poe, Ed"},
        "104": {"login": "tam@uni.edu", "sis": "s4", "name": "Txt, Tam"},
    }
    attachments = {"900001": "101", "900005": "101", "900002": "102", "900003": "103"}
    assignments = {"4711": (INFO.label, 100.0), "12": ("Quiz", 5.0)}
    return CanvasCourse(users, assignments, attachments)


def test_canvas(tmp_path: Path) -> None:
    grades, wanted = graded_from(tmp_path, downloads.CANVAS)
    wanted = replace(wanted, roster=parse_roster(downloads.CANVAS_GRADEBOOK.lstrip("\ufeff")))
    course = canvas_course()
    result = export(grades, "canvas", wanted)
    course.upload_gradebook(result.documents[0].text)
    assert course.proposed == []
    assert course.scores == {
        ("101", "4711"): "78",
        ("102", "4711"): "60.5",
        ("103", "4711"): "EX",  # excused in Canvas, and stays so
        ("104", "4711"): "0",
    }
    assert any("90 is not 100; --out-of 100 takes them" in notice for notice in result.notices)
    assert any("Marked late, nobody says by how much" in notice for notice in result.notices)
    assert "Excused in Canvas, and left so: poeed." in result.notices


def test_canvas_on_its_own_scale(tmp_path: Path) -> None:
    grades, wanted = graded_from(tmp_path, downloads.CANVAS)
    roster = parse_roster(downloads.CANVAS_GRADEBOOK.lstrip("\ufeff"))
    result = export(grades, "canvas", replace(wanted, roster=roster, out_of=100))
    course = canvas_course()
    course.upload_gradebook(result.documents[0].text)
    assert course.scores["101", "4711"] == "86.67"
    assert not any("is not 100" in notice for notice in result.notices)


@pytest.mark.parametrize("column", ["4711", "Adaptive learning rates", "adaptive LEARNING rates"])
def test_a_column_of_canvas_is_chosen_by_number_or_title(column: str) -> None:
    roster = parse_roster(downloads.CANVAS_GRADEBOOK.lstrip("\ufeff"))
    course = canvas_course()
    made = export([graded("s1")], "canvas", Wanted(INFO, roster, column))
    course.upload_gradebook(made.documents[0].text)
    assert course.scores == {("101", "4711"): "78"}


def test_a_column_that_is_not_there_asks_and_makes_none() -> None:
    roster = parse_roster(downloads.CANVAS_GRADEBOOK.lstrip("\ufeff"))
    with pytest.raises(UsageError) as asked:
        export([graded("s1")], "canvas", Wanted(INFO, roster, "Week 3"))
    assert 'no column "Week 3"' in str(asked.value)
    assert "--column new" in str(asked.value)
    assert "There are: Adaptive learning rates (4711); Quiz (12)." in str(asked.value)
    other = replace(INFO, title="Another")
    with pytest.raises(UsageError, match='no column "Another"'):
        export([graded("s1")], "canvas", Wanted(other, roster))
    course = canvas_course()
    made = export([graded("s1")], "canvas", Wanted(other, roster, "new"))
    course.upload_gradebook(made.documents[0].text)
    assert course.proposed == ["Another"]


def test_two_columns_of_one_title_ask() -> None:
    roster = parse_roster("Student,ID,Section,Week 1 (5),Week 1 (6)\nX,1,A,,\n")
    with pytest.raises(UsageError, match='2 columns "Week 1": choose one by its number'):
        export([graded("X")], "canvas", Wanted(INFO, roster, "Week 1"))
    text = export([graded("X")], "canvas", Wanted(INFO, roster, "6")).documents[0].text
    assert text.splitlines()[0] == "Student,ID,Section,Week 1 (6)"


def test_a_gradebook_with_names_in_two_columns() -> None:
    roster = parse_roster(
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Adaptive learning rates (4711)\n"
        "    Points Possible,,,,,,90\n"
        "Ångström,Zoë,102,s2,zoe@uni.edu,A,\nPoe,Ed,103,s3,ed@uni.edu,A,\n"
    )
    course = canvas_course()
    grades = [graded("Zoë Ångström"), graded("poeed", score=3)]
    course.upload_gradebook(export(grades, "canvas", Wanted(INFO, roster)).documents[0].text)
    assert course.scores == {("102", "4711"): "78", ("103", "4711"): "3"}


@pytest.mark.parametrize("text", ["{0}", "\ufeff{0}"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_gradebook_saved_by_a_spreadsheet(
    tmp_path: Path, text: str, separator: str, encoding: str
) -> None:
    header = "Student;ID;Section;Adaptive learning rates (4711)"
    rows = f"{header}\n Points Possible;;;90\nZoë Å;102;A;\n"
    path = tmp_path / "book.csv"
    path.write_bytes(text.format(rows.replace(";", separator)).encode(encoding))
    course = canvas_course()
    made = export([graded("Zoë Å")], "canvas", Wanted(INFO, read_roster(path)))
    course.upload_gradebook(made.documents[0].text)
    assert course.scores == {("102", "4711"): "78"}


def test_anonymous_hand_ins_are_said_to_fit_no_gradebook(tmp_path: Path) -> None:
    grades, wanted = graded_from(tmp_path, downloads.CANVAS_ANONYMOUS)
    roster = parse_roster(downloads.CANVAS_GRADEBOOK.lstrip("\ufeff"))
    result = export(grades, "canvas", replace(wanted, roster=roster))
    assert len(result.documents[0].text.splitlines()) == 2
    assert any("2 submissions handed in anonymously" in notice for notice in result.notices)


def test_feedback_goes_back_to_canvas(tmp_path: Path) -> None:
    grades, wanted = graded_from(tmp_path, downloads.CANVAS)
    archive, notices = packed(grades, "canvas", wanted)
    course = canvas_course()
    assert course.upload_comments(archive) == {
        "101": "page of oneilzakjürgen".encode(),
        "102": "page of ångströmzoë".encode(),
        "103": b"page of poeed",
    }
    assert notices == (
        "1 page not in the zip, since the file that was graded is not named as Canvas names "
        "downloads: txttam.",
    )
    assert packed(grades[::-1], "canvas", wanted)[0] == archive


def test_a_classmates_number_down_in_the_path_is_not_believed() -> None:
    grade = graded("mallory", "mallory/amydoe_12345_67890_hw.ipynb")
    known = {"mallory": (Identity(id="mallory"),), "amydoe": (Identity(number="12345"),)}
    archive, notices = packed([grade], "canvas", Wanted(INFO, known=known))
    assert CanvasCourse({"12345": {}}, {}, {"67890": "12345"}).upload_comments(archive) == {}
    assert "mallory" in notices[0]


# ------------------------------------------------------------------ Moodle


@pytest.mark.parametrize("shape", ["MOODLE", "MOODLE_FLAT"])
def test_moodle(tmp_path: Path, shape: str) -> None:
    grades, wanted = graded_from(tmp_path, getattr(downloads, shape))
    wanted = replace(wanted, roster=parse_roster(downloads.MOODLE_WORKSHEET.lstrip("\ufeff")))
    moodle = MoodleAssignment({"12": JURGEN, "13": ZOE, "14": ED, "15": TAM})
    result = export(grades, "moodle", wanted)
    moodle.upload_worksheet(result.documents[0].text)
    assert moodle.grades == {"12": 78.0, "13": 60.5, "14": 90.0, "15": 0.0}
    ours = "adam 18/30, explanation pending/10"
    # A comment of an earlier export is refreshed with the mark, a person's stays.
    assert moodle.comments == {"12": ours, "13": ours, "14": ours, "15": "Please come to see me"}
    assert "1 comment that a person wrote in Moodle: left as they are." in result.notices
    moodle.upload_worksheet(export(grades, "moodle", replace(wanted, out_of=100)).documents[0].text)
    assert moodle.grades["12"] == 86.67

    archive, notices = packed(grades, "moodle", wanted)
    assert moodle.upload_feedback(archive) == {
        number: {"feedback.html": f"page of {name}".encode()}
        for number, name in moodle.participants.items()
    }
    assert notices == ()


def test_blind_moodle(tmp_path: Path) -> None:
    grades, wanted = graded_from(tmp_path, downloads.MOODLE_BLIND | {})
    moodle = MoodleAssignment({"21": "", "22": ""})
    moodle.upload_worksheet(export(grades, "moodle", wanted).documents[0].text)
    assert set(moodle.grades) == {"21", "22"}
    assert set(moodle.upload_feedback(packed(grades, "moodle", wanted)[0])) == {"21", "22"}


def test_moodles_names_with_underscores_and_slashes_keep_their_number() -> None:
    known = {"x": (Identity(number="12"),)}
    grade = graded("x", "a/b_c_12_assignsubmission_file_hw.ipynb")
    archive, _ = packed([grade], "moodle", Wanted(INFO, known=known))
    assert MoodleAssignment({"12": "x"}).upload_feedback(archive) == {
        "12": {"feedback.html": b"page of x"}
    }


def test_what_was_handed_in_elsewhere_goes_to_moodle_by_the_worksheet() -> None:
    roster = parse_roster(downloads.MOODLE_WORKSHEET.lstrip("\ufeff"))
    wanted = Wanted(INFO, roster, known={"s1": (Identity(email="zoe@uni.edu"),)})
    moodle = MoodleAssignment({"13": ZOE})
    grades = [graded("s1")]
    moodle.upload_worksheet(export(grades, "moodle", wanted).documents[0].text)
    assert moodle.grades == {"13": 78.0}
    assert list(moodle.upload_feedback(packed(grades, "moodle", wanted)[0])) == ["13"]


# ------------------------------------------------------------------ late, and others


def test_a_penalty_is_said_where_only_a_number_is_written() -> None:
    late = replace(
        graded("amy", score=70.2),
        score_before_late=78.0,
        late=Lateness(1, -7.8, "Handed in 1 day late."),
        handed_in=HandedIn(None, Source.PLATFORM),
    )
    roster = parse_roster(
        "Identifier,Full name,Grade,Last modified (grade),Feedback comments\n"
        "Participant 1,amy,,-,\n"
    )
    result = export([late], "moodle", Wanted(INFO, roster))
    assert "Points are taken off for lateness: amy -7.8." in result.notices
    moodle = MoodleAssignment({"1": "amy"})
    moodle.upload_worksheet(result.documents[0].text)
    assert moodle.comments["1"].endswith("late -7.8")
    again = parse_roster(result.documents[0].text)
    assert export([late], "moodle", Wanted(INFO, again)).documents == result.documents


@pytest.mark.parametrize("system", ["gradescope", "nbgrader", "csv"])
def test_who_takes_no_feedback_in_bulk_says_so(system: str) -> None:
    with pytest.raises(UsageError, match="no feedback files in bulk; canvas and moodle do"):
        packed([], system, Wanted(INFO))


def test_a_page_that_is_not_there_is_said() -> None:
    file = io.BytesIO()
    grade = graded("amydoe", "amydoe_12345_67890_hw.ipynb")
    notices = write_feedback([grade], "canvas", Wanted(INFO), lambda _: None, file)
    assert notices == ("Without a feedback page: amydoe; autograder feedback writes them.",)


@pytest.mark.parametrize("system", ["csv", "json", "gradescope", "nbgrader", "otter"])
def test_no_scale_and_no_column_where_there_is_none(system: str) -> None:
    with pytest.raises(UsageError, match=f"used by canvas and moodle only, not by {system}"):
        export([], system, Wanted(INFO, out_of=100))
    with pytest.raises(UsageError, match=f"--column is used by canvas only, not by {system}"):
        export([], system, Wanted(INFO, column="4711"))


def test_otter() -> None:
    """As ``otter grade`` writes it: pandas reads it with numbers in the questions' columns."""
    grades = [graded("zoe"), graded("amy", score=60.0), UNREADABLE, NOT_GRADED]
    (document,) = export(grades, "otter", Wanted(INFO)).documents
    assert document.name == "final_grades.csv"
    header, points, *rows = list(csv.reader(io.StringIO(document.text)))
    assert header == [
        *("file", "adam", "explanation"),
        *("total_points_earned", "percent_correct", "grading_status"),
    ]
    assert points == ["points-per-question", "30", "10", "40", "1", "--"]
    by_file = {row[0]: row[1:] for row in rows}
    assert list(by_file) == sorted(by_file)
    assert by_file["amy.ipynb"] == ["18", "", "60", "1.5", "Completed"]
    assert by_file["bob.ipynb"] == ["0", "0", "0", "0", "bob.ipynb is empty (0 bytes)."]
    assert by_file["carol.py"] == ["", "", "", "", "The sandbox died."]
