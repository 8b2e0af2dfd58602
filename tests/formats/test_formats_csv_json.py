"""grades.csv and grades.json: shape, order, and what a spreadsheet makes of them."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from example_class import ADAM, CLASS, INFO, PENDING, graded
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.formats import AssignmentInfo, to_csv, to_json
from autograder.formats.parts import csv_text, neutral
from autograder.model import (
    Final,
    Grade,
    HandedIn,
    Lateness,
    LookAgain,
    OtherFile,
    Override,
    PersonMark,
    QuestionGrade,
    QuestionStatus,
    RubricItem,
    Said,
    Seen,
    Source,
    SubmissionStatus,
)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_row_a_student_and_a_column_a_question() -> None:
    rows = table(to_csv(CLASS, INFO))
    assert [row["student"] for row in rows] == ["alice", "bob", "carol", "dan"]
    assert rows[0] == {
        "student": "alice",
        "file": "alice.ipynb",
        "status": "graded",
        "score": "78",
        "max_score": "90",
        "adam": "18",
        "explanation": "",
        "misconceptions": "adam:correction_missing",
        "message": "",
        "score_before_late": "",
        "late_days": "",
        "late_points": "",
        "late_reason": "",
        "handed_in": "",
        "handed_in_source": "none",
        "extended_to": "",
        "final_score": "",
        "final_max_score": "",
        "published": "no",
        "published_score": "",
        "overrides": "",
        "overrides_of_another_file": "",
    }
    assert (rows[1]["status"], rows[1]["score"], rows[1]["adam"]) == ("unreadable", "0", "")
    assert (rows[2]["status"], rows[2]["score"]) == ("not_graded", "")
    assert rows[2]["message"] == "The sandbox died."


def late() -> Grade:
    """Of somebody who was given until noon, and came a day and a half after that."""
    zone = timezone(timedelta(hours=5, minutes=30))
    return replace(
        CLASS[0],
        score=62.4,
        score_before_late=78.0,
        late=Lateness(2, -15.6, "Handed in 2 days late.", covered_days=0),
        handed_in=HandedIn(datetime(2026, 3, 3, 0, 0, tzinfo=zone), Source.PLATFORM),
        extended_to=datetime(2026, 3, 1, 12, 0, tzinfo=zone),
    )


def test_when_it_came_and_what_that_cost_are_columns() -> None:
    (row,) = table(to_csv([late()], INFO))
    assert (row["score"], row["score_before_late"]) == ("62.4", "78")
    assert (row["late_days"], row["late_points"]) == ("2", "-15.6")
    assert row["late_reason"] == "Handed in 2 days late."
    assert (row["handed_in"], row["handed_in_source"]) == ("2026-03-03T00:00:00+05:30", "platform")
    assert row["extended_to"] == "2026-03-01T12:00:00+05:30"
    (entry,) = json.loads(to_json([late()], INFO))["submissions"]
    assert entry["handed_in"] == {"at": "2026-03-03T00:00:00+05:30", "source": "platform"}
    reason = "Handed in 2 days late."
    assert entry["late"] == {"by_days": 2, "points": -15.6, "reason": reason, "covered_days": 0}
    assert entry["score_before_late"] == 78
    assert entry["extended_to"] == "2026-03-01T12:00:00+05:30"


def test_beside_the_score_stands_what_lateness_takes_off_that_whatever_people_decided() -> None:
    decided = Lateness(2, -18.0, "Handed in 2 days late: 18 points off.")
    grade = replace(late(), late=decided, final=Final(72.0, 100.0, 90.0))
    said = "Handed in 2 days late."
    (row,) = table(to_csv([grade], INFO))
    assert (row["late_points"], row["late_reason"], row["final_score"]) == ("-15.6", said, "72")
    (entry,) = json.loads(to_json([grade], INFO))["submissions"]
    assert (entry["late"]["points"], entry["late"]["reason"]) == (-15.6, said)
    assert entry["final_score_before_late"] - entry["final_score"] == 18


def test_who_has_not_handed_in_has_a_row_without_points_and_is_listed() -> None:
    info = replace(INFO, not_handed_in=("yan", "zoe"))
    *_, last = table(to_csv(CLASS, info))
    assert {name for name, cell in last.items() if cell} == {"student", "status", "max_score"}
    assert (last["student"], last["status"], last["max_score"]) == ("zoe", "not_handed_in", "90")
    document = json.loads(to_json(CLASS, info))
    assert document["not_handed_in"] == ["yan", "zoe"]
    assert len(document["submissions"]) == len(CLASS)


def test_scores_are_numbers() -> None:
    rows = table(to_csv([graded("a", score=0.1 + 0.2), graded("b", score=17.5)], INFO))
    assert [row["score"] for row in rows] == ["0.3", "17.5"]
    assert table(to_csv([graded("a", score=float("nan"))], INFO))[0]["score"] == ""


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "-alice",
        "=",
        "+x",
    ],
)
def test_formulas_are_defused(text: str) -> None:
    cell = table(to_csv([graded(text)], INFO))[0]["student"]
    assert cell[0] not in "=+-@＝\t\r\n"


@pytest.mark.parametrize(
    "text", ["alice", "o'brien", "-5", "+4917012345", "-1.5", "--", "a=b", "x-y", "a@b.de", "12"]
)
def test_what_is_no_formula_keeps_its_form(text: str) -> None:
    assert table(to_csv([graded(text)], INFO))[0]["student"] == text


@given(st.text(st.characters(), max_size=40))
@example('a;=1+1"')
@example("a\r\n=1")
def test_any_text_stays_one_cell_at_any_separator(text: str) -> None:
    written = csv_text([[text, 1, None], ["x", 2.5, "y"]])
    written.encode("utf-8")
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows == [[neutral(text), "1", ""], ["x", "2.5", "y"]]
    for separator in ";\t|":  # of a spreadsheet that splits elsewhere no cell may become a formula
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
            for cell in row[1:]:
                assert not cell.startswith(("=", "@", "＝"))


def test_json_has_the_exact_shape() -> None:
    document = json.loads(to_json(CLASS, INFO))
    assert list(document) == ["assignment", "max_score", "not_handed_in", "submissions"]
    assert (document["assignment"], document["max_score"]) == ("adaptive_learning_rates", 90)
    alice = document["submissions"][0]
    assert alice == {
        "student": "alice",
        "file": "alice.ipynb",
        "status": "graded",
        "score": 78.0,
        "max_score": 90,
        "score_before_late": None,
        "late": None,
        "handed_in": {"at": None, "source": "none"},
        "extended_to": None,
        "message": None,
        "questions": [
            {
                "name": "adam",
                "status": "partial",
                "score": 18.0,
                "max_score": 30,
                "misconceptions": ["correction_missing"],
                "checks": [
                    {
                        "name": "history",
                        "passed": True,
                        "score": 12,
                        "max_score": 12,
                        "message": "The history is complete.",
                    },
                    {
                        "name": "bias correction",
                        "passed": False,
                        "score": 0,
                        "max_score": 6,
                        "message": "m is not corrected.",
                    },
                ],
                "message": None,
                "evidence": [],
            },
            {
                "name": "explanation",
                "status": "pending",
                "score": None,
                "max_score": 10,
                "misconceptions": [],
                "checks": [],
                "message": None,
                "evidence": [],
            },
        ],
        "final_score": None,
        "final_max_score": 90,
        "final_score_before_late": None,
        "published": False,
        "published_score": None,
        "published_at": None,
    }
    by_student = {entry["student"]: entry for entry in document["submissions"]}
    assert by_student["bob"]["score"] == 0
    assert by_student["carol"]["score"] is None
    assert by_student["carol"]["questions"] == []


def decided() -> Grade:
    """Marked, overridden, and shown to the student as it was before that."""
    at = datetime(2025, 4, 1, tzinfo=UTC)
    adam, why = CLASS[0].questions
    said = Said("Why?", "dan", at)
    questions = (
        replace(adam, override=Override(25.0, "=so", "boss", at), requests=(LookAgain(3, said),)),
        replace(
            why,
            status=QuestionStatus.PARTIAL,
            score=7.5,
            by_person=PersonMark(7.5, "Good.", "ta", at, (RubricItem("sums", "It sums.", 3.0),)),
        ),
    )
    final, seen = Final(29.25, 100.0, 32.5, -3.25), Seen(at, 20.0, False)
    return replace(CLASS[0], questions=questions, final=final, seen=seen)


def test_what_people_decided_stands_beside_what_was_computed() -> None:
    (row,) = json.loads(to_json([decided()], INFO))["submissions"]
    adam, why = row["questions"]
    assert (row["score"], row["max_score"]) == (78, 90)
    assert (row["final_score"], row["final_max_score"]) == (29.25, 100)
    assert (row["published"], row["published_score"]) == (False, 20)
    assert (adam["score"], adam["status"], len(adam["checks"])) == (18, "partial", 2)
    by = {"by": "boss", "at": "2025-04-01T00:00:00+00:00"}
    assert adam["override"] == {"points": 25, "reason": "=so", **by}
    assert adam["requests"][0]["open"] is True
    assert (why["score"], why["status"]) == (7.5, "partial")
    assert why["by_person"]["points"] == 7.5
    assert why["by_person"]["rubric"] == [{"name": "sums", "text": "It sums.", "points": 3}]
    (cells,) = table(to_csv([decided()], INFO))
    assert (cells["adam"], cells["explanation"], cells["overrides"]) == ("18", "7.5", "adam:25")
    assert (cells["score"], cells["final_score"]) == ("78", "29.25")
    assert (cells["published"], cells["published_score"]) == ("no", "20")


def test_what_was_decided_of_another_file_says_so() -> None:
    grade = decided()
    adam, why = grade.questions
    assert adam.override is not None
    other = OtherFile(3, "=old.ipynb", "abc")
    said = Said("Line 3.", "ta", adam.override.at, made_for=other)
    override = replace(adam.override, made_for=other)
    grade = replace(grade, questions=(replace(adam, override=override, comments=(said,)), why))
    (row,) = json.loads(to_json([grade], INFO))["submissions"]
    file = {"file": "=old.ipynb", "digest": "abc"}
    assert row["questions"][0]["override"]["made_for"] == file
    assert row["questions"][0]["comments"][0]["made_for"] == file
    (cells,) = table(to_csv([grade], INFO))
    assert cells["overrides"] == cells["overrides_of_another_file"] == "adam:25"
    (before,) = table(to_csv([decided()], INFO))
    assert before["overrides_of_another_file"] == ""


def test_json_does_not_depend_on_order_or_use_of_time() -> None:
    shuffled = list(CLASS)
    random.Random(3).shuffle(shuffled)
    assert to_json(shuffled, INFO) == to_json(CLASS, INFO)
    assert "1.25" not in to_json(CLASS, INFO)  # seconds used
    assert to_csv(shuffled, INFO) == to_csv(CLASS, INFO)


def test_json_is_readable_and_always_utf8() -> None:
    text = to_json([graded("Zoë", message="ε \ud800 \x1b[31m")], INFO)
    assert "Zoë" in text
    assert "ε" in text
    assert "\x1b" not in text
    (entry,) = json.loads(text.encode("utf-8"))["submissions"]
    assert entry["message"] == "ε \\ud800 \x1b[31m"


def test_json_never_says_nan() -> None:
    question = QuestionGrade("adam", "Adam", QuestionStatus.NONE, float("inf"), 30)
    grade = Grade("a", "a.py", SubmissionStatus.GRADED, float("nan"), 90, questions=(question,))
    entry = json.loads(to_json([grade], INFO))["submissions"][0]
    assert entry["score"] is None
    assert entry["questions"][0]["score"] is None


def test_no_grades() -> None:
    assert json.loads(to_json([], INFO))["submissions"] == []
    assert table(to_csv([], INFO)) == []
    assert to_csv([], INFO).startswith("student,file,status,score,max_score,adam,explanation,")


def test_title_is_the_slug_where_there_is_none() -> None:
    assert AssignmentInfo("hw1", 10, ()).label == "hw1"
    assert INFO.label == "Adaptive learning rates"


def test_examples_are_what_the_tests_think() -> None:
    assert ADAM.score == sum(check.score for check in ADAM.checks) + 6
    assert PENDING.score is None


@given(
    st.text(st.characters(codec="utf-8")),
    st.text(st.characters(codec="utf-8")),
    st.integers(0, 9000).map(lambda hundredths: hundredths / 100),
)
@example("{\n  [", '"\\\x00\x1f\x7f\u2028\r\n\t', 0.1 + 0.2)
def test_the_text_is_that_of_the_standard_library(name: str, said: str, score: float) -> None:
    text = to_json([graded(name, score=score, message=said), graded("zoe")], INFO)
    document = json.loads(text)
    assert text == json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (entry,) = [one for one in document["submissions"] if one["student"] == name]
    assert (entry["message"], entry["score"]) == (said, pytest.approx(score))
