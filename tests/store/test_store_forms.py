"""Grades survive the store exactly, whichever program wrote them, and damage is noticed."""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_grades import attempt, grade, picture

from autograder.model import Grade, Line, SubmissionStatus
from autograder.store import open_store, to_row
from autograder.store.forms import read, written
from autograder.text import whole

OLDER = Path(__file__).parent / "older"


def test_a_grade_comes_back_as_it_was() -> None:
    original = grade(printed="\x00\x1b[2J odd bytes")
    # repr, because NaN is not equal to itself.
    assert repr(read(*written(original))) == repr(original)


def test_the_example_has_something_in_every_field() -> None:
    """Else the test above would pass over a field that is lost."""
    example = grade()
    question = example.questions[0]
    empty = [
        part.name
        for value in (example, question)
        for part in fields(value)
        if not getattr(value, part.name)
    ]
    # What people decide is in no attempt; that it comes back is tested with what they publish.
    people = ["by_person", "earlier_mark", "override", "comments", "requests"]
    assert empty == ["message", "unsafe", "final", "seen", "message", "answer", *people]


def with_line(line: Line) -> Grade:
    original = grade()
    question = replace(original.questions[0], pictures=(replace(picture(), lines=(line,)),))
    return replace(original, questions=(question,))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True)))
def test_any_floats_come_back_bit_for_bit(values: list[float]) -> None:
    back = read(*written(with_line(Line("x", tuple(values), ())))).questions[0].pictures[0].lines[0]
    assert [math.copysign(1, v) for v in back.x if v == v] == [
        math.copysign(1, v) for v in values if v == v
    ]
    np.testing.assert_array_equal(np.array(back.x), np.array(values))


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text_comes_back_with_its_half_characters_written_out(text: str) -> None:
    original = with_line(Line(text, (math.nan,), (np.float64(math.inf),)))
    question = replace(original.questions[0], source=text, answer=text, message=text)
    back = read(*written(replace(original, printed=text, questions=(question,), message=text)))
    (question,) = back.questions
    (line,) = question.pictures[0].lines
    kept = {back.printed, back.message, question.source, question.answer, question.message}
    assert kept | {line.label} == {whole(text)}
    assert whole(text).encode("utf-8").decode() == whole(text)
    assert repr((line.x, line.y)) == "((nan,), (inf,))"


def test_half_characters_are_written_as_pages_show_them() -> None:
    assert whole("a\ud800\udfff\U0001f600") == "a\\ud800\\udfff\U0001f600"


def test_numpy_numbers_are_stored_as_numbers() -> None:
    original = with_line(Line("x", (np.float64(0.1), np.int64(2)), ()))
    back = read(*written(replace(original, score=np.float64(3.5))))
    assert type(back.score) is float
    assert repr(back.score) == "3.5"
    assert repr(back.questions[0].pictures[0].lines[0].x) == "(0.1, 2.0)"


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("form",), "2", r"Expected `int`, got `str` - at `\$.form`"),
        (("form",), 1, "missing required field `student`"),
        (("form",), 3, "in form 3, which this program does not know"),
        (("grade", "score"), "78", r"Expected `float.*got `str` - at `\$.grade.score`"),
        (("grade", "score"), True, r"got `bool` - at `\$.grade.score`"),
        (("grade", "status"), "fine", r"Invalid enum value 'fine' - at `\$.grade.status`"),
        (("grade", "student"), 3, r"Expected `str`, got `int` - at `\$.grade.student`"),
        (("grade", "questions"), {}, "Expected `array`"),
        (("grade", "questions", 0, "checks", 0, "passed"), 1, r"questions\[0\].checks\[0\].passed"),
    ],
)
def test_damage_is_named_with_its_place(
    path: tuple[str | int, ...], value: object, complaint: str
) -> None:
    data: Any = json.loads(written(grade())[0])
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(ValueError, match=complaint):
        read(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", "NaN", "[" * 100_000])
def test_what_is_no_grade_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(text)


@pytest.mark.parametrize(
    "damage", [b"", b"nonsense", zlib.compress(b""), zlib.compress(b"{}"), zlib.compress(b"\x80")]
)
def test_what_are_no_details_is_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(written(grade())[0], damage)


def test_details_of_another_grade_are_refused() -> None:
    _, details = written(replace(grade(), questions=()))
    with pytest.raises(ValueError, match="shorter"):
        read(written(grade())[0], details)


def test_a_missing_field_is_refused_unless_it_has_a_default() -> None:
    data = json.loads(written(grade())[0])
    del data["grade"]["unsafe"]
    assert read(json.dumps(data)).unsafe is False
    del data["grade"]["student"]
    with pytest.raises(ValueError, match="missing required field `student`"):
        read(json.dumps(data))


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": "many"},
        {"file": 7},
        {"score": math.nan},
        {"max_score": math.inf},
        {"score": 3j},
    ],
    ids=str,
)
def test_what_would_come_back_as_another_grade_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError), match=r"store|Expected"):
        written(grade(**wrong))  # type: ignore[arg-type]


def test_status_is_an_enumeration_again() -> None:
    assert read(*written(grade())).status is SubmissionStatus.GRADED


# ------------------------------------------------------------------ what older programs wrote


def older_store(path: Path) -> Path:
    """A store as the first program left it."""
    connection = sqlite3.connect(path)
    connection.executescript((OLDER / "form_1.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def expected_grades() -> list[Grade]:
    """The same grades as plain data, with half characters written out and ``"nan"`` as a word."""
    return msgspec.json.decode(
        (OLDER / "form_1.expected.json").read_bytes(), type=list[Grade], strict=False
    )


def test_a_store_of_the_first_program_opens_and_keeps_every_attempt(tmp_path: Path) -> None:
    path = older_store(tmp_path / "grades.db")
    with open_store(path) as store:
        slugs = store.assignments()
        entries = [entry for slug in slugs for entry in store.entries(slug)]
        ids = [entry.id for entry in entries]
        found = list(store.grades(ids, details=True))
        brief = list(store.grades(ids))
        assert [fact.circumstances[:1] for fact in store.circumstances(ids)] == ["{"] * len(ids)
        store.append([to_row(attempt(grade()))])
        assert len(store.entries("rates")) == 4
    expected = expected_grades()
    assert repr(found) == repr(expected)
    assert [g.score for g in brief] == [g.score for g in expected] == [e.score for e in entries]
    assert {g.status for g in found} == set(SubmissionStatus)
    with open_store(path) as store:  # written by both
        (newest,) = store.grades([store.entries("rates")[-1].id], details=True)
        assert newest.student == "alice"
        assert repr(next(store.grades(ids[:1], details=True))) == repr(expected[0])


def test_an_older_store_that_may_not_be_written_is_read_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older_store(tmp_path / "grades.db")
    before = path.read_bytes()
    monkeypatch.setattr("autograder.store.database.os.access", lambda *_: False)
    with open_store(path) as store:
        (entry,) = store.entries("rates", "hostile")
        (found,) = store.grades([entry.id], details=True)
    assert found.printed == "\x00\x1b[2J odd \\ud800 bytes"
    assert path.read_bytes() == before


def test_damage_in_an_older_row_is_no_grade() -> None:
    data = {"student": "a", "file": "a.py", "status": "graded", "score": 7, "max_score": 9}
    assert read(json.dumps(data)) == Grade("a", "a.py", SubmissionStatus.GRADED, 7, 9)
    for wrong in ("7", "nan", True, [7]):
        with pytest.raises(ValueError, match="score"):
            read(json.dumps({**data, "score": wrong}))
    with pytest.raises(ValueError, match="student"):
        read(json.dumps({**data, "student": None}))
