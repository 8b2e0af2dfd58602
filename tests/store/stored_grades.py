"""Grades with something in every field, for the tests of the store and of batches."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from autograder.model import (
    Check,
    Explanation,
    Grade,
    HandedIn,
    Identity,
    Lateness,
    Line,
    Mark,
    Picture,
    Place,
    QuestionGrade,
    QuestionStatus,
    Source,
    Spot,
    SubmissionStatus,
    Table,
    Trial,
    Usage,
)
from autograder.store import Attempt

NOT_KNOWN = HandedIn()
NOBODY = Identity()


def picture() -> Picture:
    line = Line(
        "yours",
        (0.0, 1.0, 2.0),
        (math.nan, math.inf, -math.inf),
        low=(0.1,),
        high=(0.3,),
        beside=True,
        gaps="why",
    )
    goal = Spot(1.5, 0.5, "minimum")
    return Picture("path", "where", "w", "b", (line,), log_y=True, contour="loss", goal=goal)


def question(name: str = "adam", score: float | None = 18.0) -> QuestionGrade:
    return QuestionGrade(
        name=name,
        title="Adam",
        status=QuestionStatus.PARTIAL,
        score=score,
        max_score=30.0,
        misconceptions=("correction_missing",),
        checks=(Check("bias correction", False, 0.0, 6.0, "it is not corrected"),),
        explanations=(
            Explanation(
                "correction_missing", "t", "w", "h", "l", convention="It is taught so in Delft."
            ),
        ),
        evidence=("m is 0.1 after one step",),
        pictures=(picture(),),
        tables=(Table("weights", ("t", "weight"), (("1", "0.1"), ("2", "0.09"))),),
        source="def do_adam(): ...",
        cause="There is an error in cell 3.",
        places=(Place("do_adam", 1, 7, 3),),
        marks=(Mark(1, "stops here", stopped=True),),
        trial=Trial("do_adam()", Table("by hand", ("epoch", "w"), (("0", "1"),))),
    )


def grade(student: str = "alice", score: float | None = 78.0, **rest: object) -> Grade:
    values: dict[str, object] = {
        "student": student,
        "unjudged": {"adagrad": "KeyError in a_module.py, line 3: no message"},
        "file": f"{student}.ipynb",
        "status": SubmissionStatus.GRADED,
        "score": score,
        "max_score": 90.0,
        "questions": (question(), question("explanation", None)),
        "notices": ("Cell 3 stopped in line 1",),
        "printed": "\x00\x1b[2J odd \ud800 bytes",
        "usage": Usage(0.2, 0.1, 1 << 20),
        "handed_in": HandedIn(datetime(2025, 3, 14, 9, tzinfo=UTC), Source.PLATFORM),
        "score_before_late": 80.0,
        "late": Lateness(1, -2.0, "Handed in 1 day late."),
        "extended_to": datetime(2025, 3, 13, tzinfo=UTC),
    }
    return Grade(**{**values, **rest})  # type: ignore[arg-type]


def attempt(
    given: Grade,
    *,
    digest: str = "d1",
    version: str = "v1",
    handed_in: HandedIn = NOT_KNOWN,
    whose: Identity = NOBODY,
) -> Attempt:
    return Attempt(
        assignment="rates",
        assignment_version=version,
        digest=digest,
        grade=given,
        handed_in=handed_in,
        whose=whose,
        graded_at="2025-03-14T10:00:00+00:00",
        circumstances={"autograder": "0.1.0", "sandbox": ["seccomp"], "seeds": {"adam": "ff"}},
    )
