"""What a kind of question is: it draws calls for one student and judges what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from autograder.judging.shelf import Shelf
from autograder.model import (
    Call,
    Check,
    Explanation,
    NotebookRun,
    Picture,
    QuestionStatus,
    Submission,
    Table,
    Trace,
)


@dataclass(frozen=True)
class Verdict:
    """What a question is worth and why; :mod:`autograder.grading` makes a grade of it."""

    checks: tuple[Check, ...]
    misconceptions: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    evidence: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    status: QuestionStatus | None = None
    """``timeout``, ``error`` or ``pending``; None: full, partial or none, by the points."""
    message: str | None = None
    answer: str = ""


@dataclass(frozen=True, eq=False)
class Answers:
    """What the sandbox brought back for one question."""

    submission: Submission
    run: NotebookRun
    traces: Mapping[str, Trace]
    """By name of the call."""


class Exam(Protocol):
    """The calls drawn for one student, and what is expected of them."""

    @property
    def calls(self) -> tuple[Call, ...]: ...

    def judge(self, answers: Answers) -> Verdict: ...


class Kind(Protocol):
    """A kind of question; assignments make instances of it in their ``questions.py``."""

    @property
    def functions(self) -> tuple[str, ...]:
        """The student's functions concerned; their source is shown in the feedback."""
        ...

    @property
    def public_calls(self) -> bool:
        """False where ``autograder check`` has nothing to ask."""
        ...

    def on_shelf(self, shelf: Shelf) -> Kind:
        """The same, keeping there what it computes once for all students."""
        ...

    def prepare(self) -> None:
        """Compute now what can be kept, so that no student's grading has to."""
        ...

    def draw(self, seed: bytes, *, public: bool = False) -> Exam:
        """The exam of one student; ``public``: examples that everybody may see."""
        ...
