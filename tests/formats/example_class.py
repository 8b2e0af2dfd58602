"""A small class of grades for the tests of the formats."""

from __future__ import annotations

from autograder.formats import AssignmentInfo
from autograder.model import (
    Check,
    Explanation,
    Grade,
    QuestionGrade,
    QuestionStatus,
    SubmissionStatus,
    Usage,
)

INFO = AssignmentInfo(
    "adaptive_learning_rates", 90, ("adam", "explanation"), "Adaptive learning rates"
)

ADAM = QuestionGrade(
    "adam",
    "Adam",
    QuestionStatus.PARTIAL,
    18.0,
    30,
    ("correction_missing",),
    (
        Check("history", True, 12, 12, "The history is complete."),
        Check("bias correction", False, 0.0, 6, "m is not corrected."),
    ),
    explanations=(
        Explanation("correction_missing", "No correction", "m starts at 0.", "t = 1?", "Slide 40"),
    ),
)
PENDING = QuestionGrade("explanation", "Explanation", QuestionStatus.PENDING, None, 10)


def graded(student: str, file: str = "", score: float | None = 78.0, **more: object) -> Grade:
    return Grade(
        student,
        file or f"{student}.ipynb",
        SubmissionStatus.GRADED,
        score,
        90,
        questions=(ADAM, PENDING),
        usage=Usage(1.25, 1.0, 1000),
        **more,  # type: ignore[arg-type]
    )


UNREADABLE = Grade(
    "bob", "bob.ipynb", SubmissionStatus.UNREADABLE, 0.0, 90, "bob.ipynb is empty (0 bytes)."
)
NOT_GRADED = Grade("carol", "carol.py", SubmissionStatus.NOT_GRADED, None, 90, "The sandbox died.")

CLASS = (graded("dan"), NOT_GRADED, UNREADABLE, graded("alice"))
