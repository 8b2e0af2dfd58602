"""The nouns of public checks, which are also what their file may say: closed, typed and bounded,
as the tables of :mod:`autograder.settings` are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final, Literal, TypeAlias

import numpy as np
from msgspec import Meta, field, structs

from autograder.model import Argument, Call, FloatArray, Gradient, Neuron
from autograder.settings import LimitsTable, Refused
from autograder.settings.tables import Table, Tolerance, Words
from autograder.submission import Given, plain_lines

FORMAT: Final = "autograder public checks 1"
MAX_ITEMS = 100
"""Questions, examples of one, arguments of one."""
MAX_NUMBERS = 20_000
"""Of one array."""

Name = Annotated[str, Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]{0,79}\Z", description="a name")]
# JSON has no infinity, but Python reads 1e999 as one.
Number = Annotated[float, Meta(ge=-1e300, le=1e300, description="a number")]
Numbers = Annotated[list[Number | list[Number]], Meta(description="an array of numbers")]
Whole = Annotated[int, Meta(ge=0, le=10_000)]
"""Epochs, or the number of one."""
_FEW = Meta(max_length=MAX_ITEMS, description=f"a list of at most {MAX_ITEMS}")
_LINES = Meta(max_length=1_000, description="a list of at most 1000 lines")
_SOME = Meta(min_length=1, max_length=MAX_ITEMS, description=f"a list of 1 to {MAX_ITEMS}")


@dataclass(frozen=True, eq=False)
class Histories:
    """The expected answer of an update rule."""

    rows: FloatArray
    """Shape (epochs + 1, d + 1): w's entries, then b."""
    vector: bool
    """Whether w is an array of d numbers; False: it is a number, and d is 1."""
    tolerance: float
    """Entries further off than this are wrong."""


@dataclass(frozen=True, eq=False)
class Value:
    """The expected answer of a formula."""

    value: FloatArray
    """0-d for a number."""
    tolerance: float
    """Entries further off than this times (1 + |value|) are wrong."""


class GradientTable(Table, frozen=True):
    """A gradient function as the file has it: see :class:`autograder.model.Neuron`."""

    gradient: Annotated[str, Meta(pattern=r"\A[wb]\Z", description='"w" or "b"')]
    scale: Number
    low: Number
    high: Number
    gain: Number


Written: TypeAlias = Annotated[
    Whole | Number | Numbers | GradientTable,
    Meta(description="a number, an array of numbers, or a gradient; a whole one from 0 to 10000"),
]
"""An argument as the file has it."""


class Expected(Table, frozen=True, omit_defaults=True):
    """The expected answer as the file has it: a value, or both histories."""

    value: Number | Numbers = field(default_factory=list)
    w_history: Numbers = field(default_factory=list)
    b_history: Numbers = field(default_factory=list)

    def __post_init__(self) -> None:
        value, w, b = (answer != [] for answer in structs.astuple(self))
        if not w == b != value:
            raise Refused((), "should have a value, or else w_history and b_history")


class Example(Table, frozen=True, omit_defaults=True, eq=False, dict=True):
    """One call and what it should answer."""

    name: Words
    """Unique within the question."""
    asks: Words
    """What is asked, in words."""
    function: Name
    arguments: Annotated[
        dict[Name, Written],
        Meta(max_length=MAX_ITEMS, description=f"at most {MAX_ITEMS} arguments, by their names"),
    ]
    expected: Expected
    tolerance: Tolerance
    builds_on: Name = ""
    """Another function of the student that this one may call; empty: none."""

    @classmethod
    def of(
        cls, call: Call, asks: str, expected: Expected, tolerance: float, builds_on: str = ""
    ) -> Example:
        arguments = {name: _as_written(value) for name, value in call.arguments.items()}
        return cls(call.name, asks, call.function, arguments, expected, tolerance, builds_on)

    def __post_init__(self) -> None:
        # Arrays that are none are refused now, and the call stays one and the same object.
        assert self.call
        assert self.right

    @cached_property
    def call(self) -> Call:
        arguments = {k: _as_called(v, ("arguments", k)) for k, v in self.arguments.items()}
        return Call(self.name, self.function, arguments)

    @cached_property
    def right(self) -> Histories | Value:
        """The expected answer as numbers to compare with."""
        expected = self.expected
        if expected.value != []:
            return Value(_array(expected.value, ("expected", "value")), self.tolerance)
        w = _array(expected.w_history, ("expected", "w_history"))
        b = _array(expected.b_history, ("expected", "b_history"))
        epochs, init_w, X = (self.call.arguments.get(key) for key in ("max_epochs", "init_w", "X"))
        if not isinstance(epochs, int) or init_w is None or not isinstance(X, np.ndarray):
            raise Refused(("expected",), "has histories, but there is no X, init_w or max_epochs")
        shape = np.shape(init_w)
        if w.shape != (epochs + 1, *shape) or b.shape != (epochs + 1,) or X.shape[1:] != shape:
            raise Refused(("expected",), "has shapes that do not fit the arguments")
        return Histories(np.column_stack([w, b]), bool(shape), self.tolerance)


class PublicQuestion(Table, frozen=True):
    """The examples of one question that a program grades."""

    name: Name
    title: Words
    examples: Annotated[tuple[Example, ...], _SOME]

    def __post_init__(self) -> None:
        _refuse_twice("examples", (example.name for example in self.examples))


class WrittenQuestion(Table, frozen=True):
    """A question that a person grades."""

    name: Name
    title: Words


class PublicChecks(Table, frozen=True, omit_defaults=True, dict=True):
    """All that ``autograder check`` knows of an assignment."""

    format: Annotated[Literal["autograder public checks 1"], Meta(description=f'"{FORMAT}"')]
    assignment: Name
    """Its slug."""
    title: Words
    limits: LimitsTable
    questions: Annotated[tuple[PublicQuestion, ...], _FEW]
    written: Annotated[tuple[WrittenQuestion, ...], _FEW]
    texts: Annotated[tuple[Name, ...], _FEW]
    """Module-level strings that written answers may stand in."""
    asked: Annotated[tuple[str, ...], _LINES] = ()
    """What the notebook says in these questions, a line each: not the student's words."""

    def __post_init__(self) -> None:
        _refuse_twice("questions", (question.name for question in self.questions))

    @cached_property
    def given(self) -> Given:
        return Given(tuple(line for text in self.asked for line in plain_lines(text)))

    @property
    def functions(self) -> tuple[str, ...]:
        """Every student function that is called, each once."""
        names = (e.function for q in self.questions for e in q.examples)
        return tuple(dict.fromkeys(names))


def _refuse_twice(where: str, names: Iterable[str]) -> None:
    every = list(names)
    if len(set(every)) < len(every):
        raise Refused((where,), "should have names of their own")


def _as_written(value: Argument) -> Written:
    if isinstance(value, Gradient):
        if not isinstance(value.kind, Neuron):
            raise TypeError("recorded gradients are not published")
        if value.kind.rests:
            raise TypeError("gradients that rest are not published")
        kind = value.kind
        return GradientTable(value.of, kind.scale, kind.low, kind.high, kind.gain)
    return value.tolist() if isinstance(value, np.ndarray) else value


def _as_called(value: Written, where: tuple[str, ...]) -> Argument:
    if isinstance(value, GradientTable):
        return Gradient(value.gradient, Neuron(value.scale, value.low, value.high, value.gain))
    return _array(value, where) if isinstance(value, list) else value


def _array(value: Number | Numbers, where: tuple[str, ...]) -> FloatArray:
    """A number, a list of numbers, or a list of equally long lists of numbers."""
    try:
        array = np.array(value, dtype=np.float64)
    except ValueError:
        raise Refused(where, "is no regular array") from None
    if not 0 < array.size <= MAX_NUMBERS:
        raise Refused(where, f"has no number, or more than {MAX_NUMBERS}")
    return array
