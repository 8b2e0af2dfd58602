"""The nouns of public checks."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.model import Call, FloatArray, Limits


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


@dataclass(frozen=True, eq=False)
class Example:
    """One call and what it should answer."""

    call: Call
    """Its name is unique within the question."""
    asks: str
    """What is asked, in words."""
    expected: Histories | Value
    builds_on: str = ""
    """Another function of the student that this one may call; empty: none."""


@dataclass(frozen=True)
class PublicQuestion:
    """The examples of one question that a program grades."""

    name: str
    title: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class WrittenQuestion:
    """A question that a person grades."""

    name: str
    title: str


@dataclass(frozen=True)
class PublicChecks:
    """All that ``autograder check`` knows of an assignment."""

    assignment: str
    """Its slug."""
    title: str
    limits: Limits
    questions: tuple[PublicQuestion, ...]
    written: tuple[WrittenQuestion, ...] = ()
    texts: tuple[str, ...] = ()
    """Module-level strings that written answers may stand in."""

    @property
    def functions(self) -> tuple[str, ...]:
        """Every student function that is called, each once."""
        names = (e.call.function for q in self.questions for e in q.examples)
        return tuple(dict.fromkeys(names))
