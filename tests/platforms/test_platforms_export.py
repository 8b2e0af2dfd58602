"""What Canvas, Moodle, Gradescope and nbgrader are given, in exactly the form they read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.formats import Export
from autograder.model import QuestionStatus
from autograder.platforms import FORMATS, Wanted, export, parse_roster, read_roster
from autograder.platforms.roster import Roster
from tests.formats.example_class import CLASS, INFO, NOT_GRADED, graded

OURS = Wanted(INFO)

CANVAS_GRADEBOOK = """\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,Adaptive learning rates (4711),Quiz (12)
    Points Possible,,,,,,90,5
"Doe, Jane",901,s901,jdoe@uni.edu,A1,,,4
"Roe, Richard",902,s902,rroe@uni.edu,A1,,12,
"Poe, Ed",903,s903,epoe,A2,,,
"Poe, Ed",904,s904,epoe2,A2,,,
"Student, Test",905,,f00,A1,,,
"""

MOODLE_WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 12,Jane Doe,jdoe@uni.edu,Submitted for grading,,100.00,Yes,"Monday, 6 May 2024",-,
Participant 13,Richard Roe,rroe@uni.edu,Submitted for grading,55.00,100.00,Yes,-,-,Well done
Participant 14,"=cmd, Ed",epoe@uni.edu,No submission,,100.00,Yes,-,-,
"""


def rows(result: Export) -> list[list[str]]:
    (document,) = result.documents
    return list(csv.reader(io.StringIO(document.text)))


# ------------------------------------------------------------------ Canvas


def test_canvas_without_roster() -> None:
    grades = [graded("doejane", "doejane_LATE_901_77_hw.ipynb"), NOT_GRADED, graded("=x", "x.py")]
    result = export(grades, "canvas", OURS)
    assert rows(result) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Adaptive learning rates"],
        ["    Points Possible", "", "", "", "", "90"],
        ["'=x", "", "", "'=x", "", "78"],
        ["carol", "", "", "carol", "", ""],
        ["doejane", "901", "", "", "", "78"],
    ]
    assert "as the roster" in result.notices[0]


def test_canvas_knows_by_its_number_who_typed_a_text() -> None:
    """Two are called Poe, Ed: a name alone would find neither."""
    roster = parse_roster(CANVAS_GRADEBOOK.removeprefix("\ufeff"))
    grades = [
        graded("poeed_903", "poeed_903_text.html", 0),
        graded("poeed_904", "poeed_LATE_904_link.html", 1),
    ]
    result = export(grades, "canvas", Wanted(INFO, roster))
    assert [(row[1], row[-1]) for row in rows(result)[2:]] == [("903", "0"), ("904", "1")]
    assert [row[1] for row in rows(export(grades, "canvas", OURS))[2:]] == ["903", "904"]


def test_canvas_with_its_gradebook() -> None:
    grades = [
        graded("whoever", "whoever_901_77_hw.ipynb", 70),  # by the id in the file's name
        graded("rroe", score=60.5),  # by the login, an e-mail address
        graded("s904", score=50),  # by the SIS id
        graded("poeed", score=1),  # two of that name
        graded("nobody", score=2),
    ]
    result = export(
        grades, "canvas", Wanted(INFO, parse_roster(CANVAS_GRADEBOOK.removeprefix("\ufeff")))
    )
    assert rows(result) == [
        [
            *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
            "Adaptive learning rates (4711)",
        ],
        ["    Points Possible", "", "", "", "", "90"],
        ["Doe, Jane", "901", "s901", "jdoe@uni.edu", "A1", "70"],
        ["Roe, Richard", "902", "s902", "rroe@uni.edu", "A1", "60.5"],
        ["Poe, Ed", "904", "s904", "epoe2", "A2", "50"],
    ]
    assert result.notices == (
        "nobody (nobody.ipynb) is not in the roster: not exported.",
        "poeed (poeed.ipynb) is not in the roster: not exported.",
        "5 submissions with questions that a person marks: their points are not in it, the "
        "automatic part is out of 90.",
    )


def test_a_published_score_is_not_said_to_lack_what_people_gave() -> None:
    """A question that waits keeps the sum back; one with an override waits no more."""
    whole = graded("whoever", score=88)
    *computed, written = whole.questions
    assert written.status is QuestionStatus.PENDING
    settled = replace(whole, questions=(*computed, replace(written, score=8.0)))
    waits = graded("waits", score=None)
    info = replace(INFO, max_score=100)
    notices = export([settled, waits], "canvas", Wanted(info)).notices
    assert not any("automatic part" in notice for notice in notices)
    assert notices[-1] == "Without a score, through no fault of theirs: waits."


@pytest.mark.parametrize("name", ["doejane", "Jane Doe", "DOE, Jane", "jdoe", "JDOE@uni.edu"])
def test_canvas_finds_people_by_any_spelling(name: str) -> None:
    roster = parse_roster(CANVAS_GRADEBOOK.removeprefix("\ufeff"))
    assert rows(export([graded(name)], "canvas", Wanted(INFO, roster)))[2][1] == "901"


def test_two_grades_of_one_person_are_not_both_exported() -> None:
    roster = parse_roster(CANVAS_GRADEBOOK.removeprefix("\ufeff"))
    result = export([graded("jdoe"), graded("Jane Doe", score=3)], "canvas", Wanted(INFO, roster))
    assert len(rows(result)) == 3
    assert result.notices[0] == (
        "jdoe (jdoe.ipynb) is in the roster the same person as Jane Doe: not exported."
    )


def test_canvas_keeps_every_identity_column() -> None:
    roster = parse_roster(
        "Student,ID,SIS Login ID,Integration ID,Root Account,Section,Other (1)\n"
        "X,1,x,int1,uni.edu,A,\n"
    )
    result = rows(export([graded("int1")], "canvas", Wanted(INFO, roster, "new")))
    assert result[0] == [*roster.header[:6], "Adaptive learning rates"]
    assert result[1] == ["    Points Possible", "", "", "", "", "", "90"]
    assert result[2] == ["X", "1", "x", "int1", "uni.edu", "A", "78"]


def test_a_name_that_only_looks_like_canvas_gives_no_id() -> None:
    roster = parse_roster("Student,ID,Section\nX,1,A\n")
    result = export(
        [graded("hw_1_2_alice", "hw_1_2_alice.ipynb")], "canvas", Wanted(INFO, roster, "new")
    )
    assert len(rows(result)) == 2


# ------------------------------------------------------------------ Moodle


def test_moodle_fills_in_the_worksheet() -> None:
    grades = [
        graded("Jane Doe", "Jane Doe_12_assignsubmission_file/hw.ipynb", 70.5),
        graded("rroe", score=None),
        graded("epoe", score=80),
        graded("stranger"),
    ]
    roster = parse_roster(MOODLE_WORKSHEET)
    result = export(grades, "moodle", Wanted(INFO, roster))
    before = [list(row) for row in roster.rows]
    after = rows(result)
    assert tuple(after[0]) == roster.header
    assert after[1] == [
        *before[0][:4],
        "70.5",
        *before[0][5:9],
        "adam 18/30, explanation pending/10",
    ]
    assert after[2] == before[1]  # no score: what Moodle has stays
    assert after[3][1] == "'=cmd, Ed"
    assert (after[3][0], after[3][4]) == ("Participant 14", "80")
    assert result.notices == (
        "stranger (stranger.ipynb) is not in the roster: not exported.",
        "The assignment in Moodle is out of 100.00, what is written is out of 90: 90 is not "
        "100.00; --out-of 100.00 takes them to that scale.",
        "3 submissions with questions that a person marks: their points are not in it, the "
        "automatic part is out of 90.",
        "Without a score, through no fault of theirs: rroe.",
    )


def test_moodle_keeps_a_persons_comment() -> None:
    result = export([graded("Richard Roe")], "moodle", Wanted(INFO, parse_roster(MOODLE_WORKSHEET)))
    assert rows(result)[2][4] == "78"
    assert rows(result)[2][-1] == "Well done"


def test_moodle_without_worksheet() -> None:
    file = "Jane Doe_12_assignsubmission_file_hw.ipynb"
    result = export([graded("Jane Doe_12", file), graded("alice")], "moodle", OURS)
    header, row = rows(result)
    assert dict(zip(header, row, strict=True)) == {
        "Identifier": "Participant 12",
        "Full name": "Jane Doe",
        "Email address": "",
        "Status": "",
        "Grade": "78",
        "Maximum Grade": "90",
        "Grade can be changed": "Yes",
        "Last modified (submission)": "",
        "Last modified (grade)": "-",
        "Feedback comments": "adam 18/30, explanation pending/10",
    }
    assert result.notices[0].startswith("alice (alice.ipynb) has no number of Moodle's")


# ------------------------------------------------------------------ rosters


def test_roster_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(CANVAS_GRADEBOOK, "utf-8")
    roster = read_roster(path)
    assert roster.header[0] == "Student"
    assert roster.rows[1][:2] == ("Doe, Jane", "901")
    path.write_text("Student;ID;Section\r\n\r\nX, Y;1;A;extra\r\nZ;2\r\n", "utf-8")
    assert read_roster(path) == Roster(
        ("Student", "ID", "Section"), (("X, Y", "1", "A"), ("Z", "2", ""))
    )


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_roster_that_cannot_be_read(tmp_path: Path, contents: bytes | None, sentence: str) -> None:
    if contents is not None:
        (tmp_path / "roster.csv").write_bytes(contents)
    with pytest.raises(UsageError, match=sentence):
        read_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("canvas", "Student,ID\nX,1\n", "Section"),
        ("canvas", MOODLE_WORKSHEET, "ID"),
        ("moodle", CANVAS_GRADEBOOK, "Identifier"),
        ("moodle", "Identifier,Grade\nParticipant 1,\n", "Last modified"),
    ],
)
def test_roster_of_another_system(name: str, text: str, column: str) -> None:
    with pytest.raises(UsageError, match=f'no column "{column}'):
        export(CLASS, name, Wanted(INFO, parse_roster(text)))


def test_roster_where_none_is_used() -> None:
    with pytest.raises(UsageError, match="canvas and moodle only, not by nbgrader"):
        export(CLASS, "nbgrader", Wanted(INFO, parse_roster(MOODLE_WORKSHEET)))


# ------------------------------------------------------------------ Gradescope

TOP = {
    *("score", "execution_time", "output", "output_format", "test_output_format"),
    *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
}
TEST = {
    *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format"),
    *("tags", "visibility", "extra_data"),
}


def test_gradescope_has_only_fields_it_knows() -> None:
    for document in export(CLASS, "gradescope", OURS).documents:
        results = json.loads(document.text)
        assert set(results) <= TOP
        for test in results.get("tests", []):
            assert set(test) <= TEST
            assert test["visibility"] == "visible"  # one hidden test would hide the total
            assert test.get("status", "passed") in ("passed", "failed")


def test_gradescope_results() -> None:
    documents = {d.name: json.loads(d.text) for d in export(CLASS, "gradescope", OURS).documents}
    assert list(documents) == [
        f"gradescope/{n}/results.json" for n in ("alice", "bob", "carol", "dan")
    ]
    alice = documents["gradescope/alice/results.json"]
    adam, explanation = alice["tests"]
    assert alice["score"] == 78
    assert (adam["name"], adam["score"], adam["max_score"], adam["status"]) == (
        *("Adam", 18, 30, "failed"),
    )
    assert adam["extra_data"]["misconceptions"] == ["correction_missing"]
    assert "✗ bias correction (0/6): m is not corrected." in adam["output"].split("\n")
    assert "No correction: m starts at 0. t = 1?" in adam["output"]
    assert "score" not in explanation
    assert "status" not in explanation
    assert explanation["output"] == "A person grades this question."
    bob = documents["gradescope/bob/results.json"]
    assert (bob["score"], bob["output"]) == (0, "bob.ipynb is empty (0 bytes).")


def test_gradescope_gets_no_score_where_the_fault_is_ours() -> None:
    (document,) = export([NOT_GRADED], "gradescope", OURS).documents
    results = json.loads(document.text)
    assert "score" not in results
    assert "tests" not in results
    assert results["output"] == "The sandbox died."


def test_gradescope_folders_of_hostile_names() -> None:
    grades = [graded(name, "x.py") for name in ("../../x", "a/b", "a\nb", "alice")]
    names = [document.name for document in export(grades, "gradescope", OURS).documents]
    assert len(set(names)) == 4
    assert all(name.count("/") == 2 and ".." not in name for name in names)


# ------------------------------------------------------------------ nbgrader


def test_nbgrader() -> None:
    document, _, program = export(CLASS, "nbgrader", OURS).documents
    assert program.name == "into_gradebook.py"
    assert document.text.split("\n")[0] == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score"
    )
    table = list(csv.DictReader(io.StringIO(document.text)))
    assert [row["student_id"] for row in table] == ["alice", "bob", "dan"]
    assert [row["score"] for row in table] == ["78", "0", "78"]
    assert table[0]["assignment"] == "adaptive_learning_rates"
    assert table[0]["raw_score"] == table[0]["score"]


# ------------------------------------------------------------------ all of them


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_same_class(name: str) -> None:
    result = export(CLASS, name, OURS)
    again = export(tuple(reversed(CLASS)), name, OURS)
    assert result == again
    assert result.documents
    for document in result.documents:
        assert not document.name.startswith("/")
        assert ".." not in document.name.split("/")
        document.text.encode("utf-8")


def test_wrong_use_is_said() -> None:
    with pytest.raises(UsageError, match="no format 'excel': choose one of csv, json"):
        export(CLASS, "excel", OURS)
