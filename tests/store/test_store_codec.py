"""Grades survive the store exactly, and damage is noticed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_grades import grade

from autograder.model import Grade, Line, SubmissionStatus
from autograder.store.codec import CodecError, from_json, to_json


def test_a_grade_comes_back_as_it_was() -> None:
    original = grade()
    text = to_json(original)
    assert text.isascii()
    # repr, because NaN is not equal to itself.
    assert repr(from_json(Grade, text)) == repr(original)


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
    assert empty == ["message", "unsafe", "message", "answer"]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True)))
def test_any_floats_come_back_bit_for_bit(values: list[float]) -> None:
    line = Line("x", tuple(values), ())
    back = from_json(Line, to_json(line)).x
    assert [math.copysign(1, v) for v in back if v == v] == [
        math.copysign(1, v) for v in values if v == v
    ]
    np.testing.assert_array_equal(np.array(back), np.array(values))


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text_comes_back(text: str) -> None:
    assert from_json(Grade, to_json(grade(printed=text))).printed == text


def test_numpy_numbers_are_stored_as_numbers() -> None:
    stored = json.loads(to_json(grade(score=np.float64(3.5))))
    assert stored["score"] == 3.5


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("score",), "78", "Grade.score should be a number"),
        (("score",), True, "Grade.score should be a number"),
        (("status",), "fine", "Grade.status is 'fine', no SubmissionStatus"),
        (("student",), 3, "Grade.student should be a str"),
        (("questions",), {}, "Grade.questions should be a list"),
        (("questions", 0, "checks", 0, "passed"), 1, r"checks\[0\].passed should be a bool"),
        (("questions", 0, "pictures", 0, "lines", 0, "x", 1), "1", r"lines\[0\].x\[1\] should be"),
        (("extra",), 1, "unknown field 'extra'"),
    ],
)
def test_damage_is_named_with_its_place(
    path: tuple[str | int, ...], value: object, complaint: str
) -> None:
    data = json.loads(to_json(grade()))
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(CodecError, match=complaint):
        from_json(Grade, json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "NaN", "[" * 100_000])
def test_what_is_no_grade_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        from_json(Grade, text)


def test_a_missing_field_is_refused_unless_it_has_a_default() -> None:
    data = json.loads(to_json(grade()))
    del data["unsafe"]
    assert from_json(Grade, json.dumps(data)).unsafe is False
    del data["student"]
    with pytest.raises(CodecError, match="lacks the field 'student'"):
        from_json(Grade, json.dumps(data))


def test_what_does_not_fit_its_annotation_is_not_written() -> None:
    with pytest.raises(CodecError, match="no number"):
        to_json(grade(score="many"))
    with pytest.raises(CodecError, match="no str"):
        to_json(grade(file=7))


def test_a_type_that_cannot_be_told_apart_is_a_programming_error() -> None:
    @dataclass(frozen=True)
    class Odd:
        value: int | str

    globals()["Odd"] = Odd
    with pytest.raises(TypeError, match="tell apart"):
        to_json(Odd(1))


def test_status_is_an_enumeration_again() -> None:
    assert from_json(Grade, to_json(grade())).status is SubmissionStatus.GRADED
