"""Whatever a student's functions return is judged, stored and drawn, and is never a fault of ours.

The values are all that can come on the wire: numbers and arrays of any shape, tuples of any, text
in place of a value, nothing; and right answers, bent a little, which get furthest into a judge.
A small sample is part of every run of the tests; ``-m fuzz`` tries many (``FUZZ_EXAMPLES`` for
each question).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import budget
from autograder.course import Course
from autograder.grading import grade_submission
from autograder.model import (
    Call,
    Cell,
    Fault,
    FloatArray,
    Limits,
    NotebookRun,
    Opaque,
    Outcome,
    Submission,
    Trace,
    Usage,
    Value,
)
from autograder.report import feedback_page
from autograder.store.forms import read, written
from tests.judging.students import called

COURSE = Course(Path(__file__).parents[2])
load = cache(COURSE.load)
QUESTIONS = [
    (slug, question.name)
    for slug in sorted(COURSE.assignments())
    for question in load(slug).questions
]
STUDENTS = ("amy", "ben", "cem")
SAMPLE, MANY = 6, int(os.environ.get("FUZZ_EXAMPLES", "400"))

# ------------------------------------------------------------------ what comes on the wire

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-9, 1e300, -1e300, 5e-324, 1e16]
NUMBERS += [float("nan"), float("inf"), -float("inf")]
SHAPES = st.lists(st.integers(0, 12), max_size=4).map(tuple)


def filled(shape: tuple[int, ...], numbers: Sequence[float]) -> FloatArray:
    return np.resize(np.array(numbers), shape)


ARRAYS = st.builds(filled, SHAPES, st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5))
TEXTS = st.sampled_from(["dict", "", "Adam\0\ud800", "<b>x</b>", "{name}", "%s" * 9])
LEAVES = st.one_of(st.none(), ARRAYS, ARRAYS, st.builds(Opaque, TEXTS))
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=8
)
FAULTS = st.builds(
    Fault, st.sampled_from(["ZeroDivisionError", "MemoryError", "", "<i>"]), TEXTS,
    st.sampled_from([None, 1]), st.sampled_from([None, 1, 10**9]), TEXTS,
)  # fmt: skip
NOT_RETURNED = st.sampled_from(
    [one for one in Outcome if one not in (Outcome.RETURNED, Outcome.NOT_RUN)]
)

# ------------------------------------------------------------------ right answers, bent

Bend = Callable[[FloatArray], Value]
BENDS: list[Bend] = [
    lambda a: a,
    lambda a: a * 1.1,
    lambda a: -a,
    lambda a: a + 1e-7,
    lambda a: a[..., None],
    lambda a: a[None],
    lambda a: a[: len(a) // 2] if a.ndim else a,
    lambda a: a[1:] if a.ndim else a,
    lambda a: np.repeat(a, 2, axis=0) if a.ndim else np.stack([a, a]),
    lambda a: np.concatenate([a, a]) if a.ndim else np.stack([a, a, a]),
    lambda a: a[::-1] if a.ndim else a,
    lambda a: a.T,
    lambda a: a.ravel(),
    lambda a: np.where(np.arange(a.size).reshape(a.shape) == a.size // 2, np.nan, a),
    lambda a: np.full_like(a, np.inf),
    lambda a: np.zeros_like(a),
    lambda a: a * 1e300,
    lambda a: np.asarray(a.sum()),
    lambda a: tuple(np.asarray(entry) for entry in a) if a.ndim else (a,),
    lambda a: Opaque("list"),
    lambda a: None,
]


def bent(value: Value, first: Bend, second: Bend, swapped: bool) -> Value:
    """A right answer with one bend in its first part and another in the second."""
    if not isinstance(value, tuple):
        return first(value) if isinstance(value, np.ndarray) else value
    bends = (first, *[second] * (len(value) - 1))
    parts = tuple(
        bend(part) if isinstance(part, np.ndarray) else part
        for bend, part in zip(bends, value, strict=True)
    )
    return parts[::-1] if swapped else parts


@dataclass(frozen=True, eq=False)
class Manner:
    """How a function answers: a right answer bent, or none, or anything."""

    make: Callable[[Trace], Trace]


def _bent(first: Bend, second: Bend, swapped: bool) -> Manner:
    return Manner(lambda right: replace(right, value=bent(right.value, first, second, swapped)))


MANNERS = st.one_of(
    st.builds(_bent, st.sampled_from(BENDS), st.sampled_from(BENDS), st.booleans()),
    st.builds(_bent, st.sampled_from(BENDS), st.just(BENDS[0]), st.just(False)),
    VALUES.map(lambda value: Manner(lambda right: replace(right, value=value))),
    ARRAYS.map(lambda array: Manner(lambda right: replace(right, changed=_changed(right, array)))),
    st.builds(
        lambda outcome, fault: Manner(lambda right: Trace(right.call, outcome, fault=fault)),
        NOT_RETURNED,
        st.one_of(st.none(), FAULTS),
    ),
)


def _changed(right: Trace, array: FloatArray) -> dict[str, FloatArray]:
    return {"X": array, "init_w": array, "moment": array}


# ------------------------------------------------------------------ a sandbox that answers so


@cache
def model_answer(slug: str) -> dict[str, Any]:
    """What a right program defines."""
    path = load(slug).folder / "right_variants" / "lecture_loops.py"
    defined: dict[str, Any] = {}
    exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), defined)
    return defined


_RIGHT: dict[Call, Trace] = {}


def right_trace(slug: str, call: Call) -> Trace:
    if call not in _RIGHT:
        if len(_RIGHT) > 5_000:
            _RIGHT.clear()
        _RIGHT[call] = called(call, model_answer(slug)[call.function])
    return _RIGHT[call]


@dataclass(eq=False)
class Answering:
    """Sandbox and session in one: the n-th call of all is answered in the n-th manner."""

    slug: str
    manners: Sequence[Manner]
    unsafe = False
    usage = Usage()
    notebook = NotebookRun(
        Outcome.RETURNED,
        {1: Fault("NameError", "x\0")},
        printed="printed",
        sources={"do_adam": "x = 1"},
    )
    asked: int = 0

    def open(self, *_: object, **__: object) -> Answering:
        return self

    def __enter__(self) -> Answering:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]:
        traces = []
        for call in calls:
            manner = self.manners[self.asked % len(self.manners)]
            traces.append(manner.make(right_trace(self.slug, call)))
            self.asked += 1
        return tuple(traces)


def judged(slug: str, name: str, student: str, manners: Sequence[Manner]) -> None:
    """Grade one question's answers, store the grade and draw its page."""
    assignment = load(slug)
    asked = tuple(question for question in assignment.questions if question.name == name)
    alone = replace(assignment, questions=asked, limits=Limits())
    submission = Submission(student, f"{student}.py", (Cell(0, "x = 1"),))
    box: Any = Answering(slug, manners)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grade = grade_submission(submission, alone, box)
        assert not grade.unjudged, grade.unjudged
        (question,) = grade.questions
        assert question.score is None or 0 <= question.score <= question.max_score
        brief, details = written(grade)
        feedback_page(
            read(brief, details), assignment_title="Rates", backgrounds=assignment.backgrounds
        )


def tried(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    quiet = list(HealthCheck)
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples == SAMPLE,
        suppress_health_check=quiet,
        database=None,
    )


ANSWERS = st.one_of(
    st.lists(MANNERS, min_size=1, max_size=1), st.lists(MANNERS, min_size=2, max_size=9)
)


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
@tried(SAMPLE)
@given(student=st.sampled_from(STUDENTS), manners=ANSWERS)
def test_a_sample_of_values_is_judged(
    slug: str, name: str, student: str, manners: list[Manner]
) -> None:
    judged(slug, name, student, manners)


@pytest.mark.fuzz
@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
@tried(MANY)
@given(student=st.sampled_from(STUDENTS), manners=ANSWERS)
def test_many_values_are_judged(slug: str, name: str, student: str, manners: list[Manner]) -> None:
    judged(slug, name, student, manners)


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
def test_unbent_answers_have_all_points(slug: str, name: str) -> None:
    """Else the bent ones would not get far."""
    assignment = load(slug)
    question = next(question for question in assignment.questions if question.name == name)
    alone = replace(assignment, questions=(question,))
    box: Any = Answering(slug, [_bent(BENDS[0], BENDS[0], False)])
    grade = grade_submission(Submission("amy", "amy.py", (Cell(0, ""),)), alone, box)
    assert question.by_person or grade.score == question.points


def test_a_judge_that_raises_would_be_found() -> None:
    def raises(right: Trace) -> Trace:
        return replace(right, value=np.zeros(3), outcome="returned")  # type: ignore[arg-type]

    slug, name = QUESTIONS[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.judging.formula._answer", lambda trace: trace.value.no_such)
        with pytest.raises(AssertionError, match="no_such"):
            judged(slug, name, "amy", [Manner(raises)])
    assert budget.can_interrupt()
