"""Public checks: gathered without anything hidden, and read strictly."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, UsageError
from autograder.judging.rule.pool import POOL, SHAPES, pool_instance
from autograder.judging.update_rule import UpdateRule
from autograder.model import Gradient, Limits
from autograder.public import FILE_NAME, public_checks, read_checks, to_json
from autograder.public.checks import Histories, PublicChecks, Value
from autograder.submission import Given

COURSE = Path(__file__).resolve().parents[2]
RELEASED = COURSE / "student_template" / "adaptive_learning_rates" / FILE_NAME


@cache
def assignment() -> Assignment:
    return Course(COURSE).load("adaptive_learning_rates")


@cache
def gathered() -> PublicChecks:
    return public_checks(assignment())


def test_every_question_that_a_program_grades_has_examples() -> None:
    checks = gathered()
    names = [question.name for question in checks.questions]
    assert names == ["gradients", "adagrad", "rmsprop", "adam", "bias_correction"]
    assert [question.name for question in checks.written] == ["explanation"]
    assert checks.texts == ("explanation",)
    for question in checks.questions[1:4]:
        assert [e.call.name for e in question.examples] == ["a number", "a vector", "no epochs"]


def test_what_is_expected_is_what_the_rule_gives_for_the_inputs_shown() -> None:
    from reference import catalogue, vocabulary  # the students' side never imports it

    checks = gathered()
    for question in checks.questions[1:4]:
        rule = catalogue.Catalogue(vocabulary.RULES[question.name])
        kind = next(q.kind for q in assignment().questions if q.name == question.name)
        vector = kind.draw(b"", public=True).main.vector  # type: ignore[attr-defined]
        example = question.examples[1]
        given = example.call.arguments
        gradient = given["grad_w"]
        assert isinstance(gradient, Gradient)
        shown = replace(
            vector,
            X=given["X"],
            Y=given["Y"],
            init_w=given["init_w"],
            init_b=given["init_b"],
            grad_w=gradient.kind,
            grad_b=gradient.kind,
            hyper={name: given[name] for name in vector.hyper},
        )
        rows = rule.right().trajectories(shown)[0]
        assert isinstance(example.right, Histories)
        np.testing.assert_allclose(example.right.rows, rows, rtol=1e-9)


def numbers(value: Any) -> Iterator[float]:
    """Every number in decoded JSON."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, float):
        yield value


def test_no_number_of_a_hidden_instance_is_published() -> None:
    document = json.loads(to_json(gathered()))
    shown = {round(x, 12) for q in document["questions"] for x in numbers(q["examples"])}
    rules = [q.kind for q in assignment().questions if isinstance(q.kind, UpdateRule)]
    assert len(rules) == 3
    for rule in rules:
        for shape in SHAPES:
            for number in range(0, POOL, 6):
                hidden = pool_instance(rule, shape, number)
                drawn = [*hidden.X.flat, *hidden.Y, *hidden.init_w.flat, hidden.init_b]
                for x in (*drawn, *hidden.hyper.values()):
                    if x != 0:
                        assert round(float(x), 12) not in shown
                        assert float(f"{x:.4g}") != x, "public inputs are rounded, these are not"


class Careless:
    """A kind that draws the same for students and for grading."""

    public_calls = True

    def __init__(self, kind: UpdateRule) -> None:
        self.functions = kind.functions
        self._kind = kind

    def draw(self, seed: bytes, *, public: bool = False) -> Any:
        return self._kind.draw(b"always", public=False)


def test_a_kind_that_publishes_what_is_hidden_is_refused() -> None:
    adam = next(q for q in assignment().questions if q.name == "adam")
    assert isinstance(adam.kind, UpdateRule)
    careless = replace(adam, kind=Careless(adam.kind))
    with pytest.raises(AssignmentError, match=r"adam: the public example .* hidden calls"):
        public_checks(replace(assignment(), questions=(careless,)))


# ------------------------------------------------------------------------------------- the file


def test_the_file_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(to_json(gathered()), encoding="utf-8")
    read = read_checks(path)
    assert to_json(read) == path.read_text(encoding="utf-8")
    assert read.limits.limits == assignment().limits
    assert read.functions == assignment().functions
    adam = next(question for question in read.questions if question.name == "adam")
    arguments = adam.examples[0].call.arguments
    assert type(arguments["max_epochs"]) is int
    assert type(arguments["init_w"]) is float
    assert isinstance(adam.examples[1].right, Histories)
    assert adam.examples[1].right.vector


@pytest.mark.parametrize("folder", sorted(RELEASED.parents[1].iterdir()), ids=lambda p: p.name)
def test_an_answer_is_told_from_its_question_as_in_grading(folder: Path) -> None:
    given = Course(COURSE).load(folder.name).given
    assert given.lines
    assert read_checks(folder / FILE_NAME).given == given


def test_a_file_of_before_that_asks_nothing_in_words_is_read(tmp_path: Path) -> None:
    document = json.loads(RELEASED.read_text(encoding="utf-8"))
    del document["asked"]
    (tmp_path / FILE_NAME).write_text(json.dumps(document))
    read = read_checks(tmp_path / FILE_NAME)
    assert read.given == Given()
    assert "asked" not in json.loads(to_json(read))


def test_limits_that_are_left_out_are_the_usual_ones(tmp_path: Path) -> None:
    document = json.loads(RELEASED.read_text(encoding="utf-8"))
    document["limits"] = {"call_seconds": 1.0}
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read_checks(path).limits.limits == Limits(call_seconds=1.0)


def test_where_people_mark_everything_the_file_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(to_json(msgspec.structs.replace(gathered(), questions=())), encoding="utf-8")
    read = read_checks(path)
    assert read.questions == ()
    assert read.written == gathered().written


def test_t_is_a_whole_number_and_a_moment_an_array() -> None:
    bias = read_checks(RELEASED).questions[-1]
    several = bias.examples[2]
    assert type(several.call.arguments["t"]) is int
    assert isinstance(several.right, Value)
    assert several.right.value.shape == (4,)


def at(*path: Any) -> Any:
    """A change of the document at a path: the last entry is the new value."""

    def change(document: dict[str, Any]) -> None:
        *way, key, value = path
        place: Any = document
        for step in way:
            place = place[step]
        place[key] = value

    return change


def many_questions(document: dict[str, Any]) -> None:
    document["questions"] = [{**document["questions"][0], "name": f"q{n}"} for n in range(101)]


EXAMPLE = ("questions", 3, "examples", 0)


def repeated(document: dict[str, Any]) -> None:
    document["questions"].append(document["questions"][0])


BROKEN = {
    "another format": (at("format", "something else"), "format is "),
    "an unknown key": (at("code", "import os"), "code is not known"),
    "two questions of one name": (repeated, "questions"),
    "too many questions": (many_questions, "it should be a list of at most 100"),
    "a name that is none": (at(*EXAMPLE, "function", "os.system"), "it should be a name"),
    "a path as slug": (at("assignment", "../x"), "it should be a name"),
    "a name with more below": (at("assignment", "x\n"), "is no line"),
    "a text with an escape": (at("title", "\x1b[2J"), "is no line"),
    "a listed name with an escape": (at("texts", ["\x9b2J"]), r'texts[0] is "\u009b2J"'),
    "an endless text": (at(*EXAMPLE, "asks", "x" * 501), "is no line"),
    "too many epochs": (at(*EXAMPLE, "arguments", "max_epochs", 10**9), "from 0 to 10000"),
    "a huge number": (at(*EXAMPLE, "arguments", "eta", 10**400), "arguments.eta is a number that"),
    "a huge number in a list": (at(*EXAMPLE, "arguments", "Y", [10**400]), "arguments.Y is an"),
    "true": (at(*EXAMPLE, "arguments", "eta", True), "eta is true; it should be a number"),
    "words as numbers": (at(*EXAMPLE, "arguments", "Y", ["a"]), "Y is an array; it should be a"),
    "a ragged array": (at(*EXAMPLE, "arguments", "X", [[1.0], [1.0, 2.0]]), "no regular array"),
    "no array": (at(*EXAMPLE, "arguments", "X", []), "no number"),
    "a long array": (at(*EXAMPLE, "arguments", "X", [0.5] * 20_001), "more than 20000"),
    "another gradient": (
        at(*EXAMPLE, "arguments", "grad_w", "gradient", "c"),
        "arguments.grad_w is a table; it should be",
    ),
    "a tolerance of 2": (at(*EXAMPLE, "tolerance", 2), "above 0 and below 1"),
    "histories too short": (at(*EXAMPLE, "expected", "b_history", [0.5]), "do not fit"),
    "one history": (at(*EXAMPLE, "expected", {"w_history": [0.5]}), "else w_history and b_history"),
    "a value beside histories": (at(*EXAMPLE, "expected", "value", 1.0), "should have a value, or"),
    "an hour a call": (at("limits", "call_seconds", 3600), "limits.call_seconds is 3600"),
    "no limit": (at("limits", None), "limits is None; it should be a table"),
    "another limit": (at("limits", "calls", 2), "limits.calls is not known"),
    "the same name twice": (at(*EXAMPLE, "name", "a vector"), "names of their own"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_sentence(name: str, tmp_path: Path) -> None:
    change, complaint = BROKEN[name]
    document = copy.deepcopy(json.loads(RELEASED.read_text(encoding="utf-8")))
    change(document)
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_checks(path)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_infinity_in_another_spelling_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    text = RELEASED.read_text(encoding="utf-8")
    path.write_text(re.sub(r'("init_b": )[0-9.-]+', r"\g<1>1e999", text, count=1), encoding="utf-8")
    with pytest.raises(UsageError, match=r"arguments.init_b is inf; it should be"):
        read_checks(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[]",
        b'"text"',
        b" " * ((1 << 20) + 1),
    ],
)
def test_what_is_no_such_file_at_all_is_one_sentence(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(data)
    with pytest.raises(UsageError, match="is no file of public checks"):
        read_checks(path)
