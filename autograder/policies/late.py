"""What lateness costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from autograder.model import Grade
from autograder.settings import Attempts, Late
from autograder.text import counted


@dataclass(frozen=True)
class Policies:
    """An assignment's rules; the defaults are those of an assignment that says nothing."""

    keep: str = "latest"
    """``latest`` or ``best``: which attempt counts."""
    due: datetime | None = None
    """None: nothing is ever late."""
    late: str = "none"
    """``none``, ``share_per_day`` or ``cut_off``."""
    share: float = 0.0
    """Share of the earned points that each day begun costs, 0 to 1."""
    cut_off: timedelta | None = None
    """Later than this after the due date is worth nothing; None: no end."""
    grace: timedelta = timedelta()
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    """Own due dates, by student in lower case."""

    @classmethod
    def of(
        cls, attempts: Attempts, late: Late, extensions: Mapping[str, datetime] | None = None
    ) -> Policies:
        """From the tables of an assignment.toml, and people's own due dates."""
        return cls(
            keep=attempts.keep,
            due=late.due_at,
            late=late.policy,
            share=late.share or 0.0,
            cut_off=late.cut_off,
            grace=late.grace,
            extensions=dict(extensions or {}),
        )

    def due_for(self, student: str) -> datetime | None:
        """The due date of this student, extension included."""
        return self.extensions.get(student.casefold(), self.due)


def apply_late(grade: Grade, handed_in: datetime | None, policies: Policies) -> Grade:
    """The grade after the late policy, with a notice that says what was taken off and why."""
    late = lateness(grade.student, handed_in, policies)
    if late is None or grade.score is None:
        return grade
    score = round(grade.score * remaining_share(late, policies), 6)
    notice = f"Handed in {duration(late)} after the due date"
    if score != grade.score:
        taken = f"{grade.score - score:g} of the {grade.score:g} points earned are taken off"
        notice = f"{notice}: {taken}"
    return replace(grade, score=score, notices=(*grade.notices, f"{notice}."))


def lateness(student: str, handed_in: datetime | None, policies: Policies) -> timedelta | None:
    """How long after the student's due date; None: in time, or not known."""
    due = policies.due_for(student)
    if due is None or handed_in is None or handed_in - due <= policies.grace:
        return None
    return handed_in - due


def remaining_share(late: timedelta | None, policies: Policies) -> float:
    """What share of the points earned is left, 0 to 1."""
    if late is None:
        return 1.0
    if policies.cut_off is not None and late > policies.cut_off + policies.grace:
        return 0.0
    if policies.late == "cut_off":
        return 1.0 if policies.cut_off is not None else 0.0
    if policies.late == "share_per_day":
        days = math.ceil(late / timedelta(days=1))
        return max(0.0, 1.0 - policies.share * days)
    return 1.0


def duration(late: timedelta) -> str:
    """A length of time as a person says it: ``2 days``, ``3 hours``, ``1 minute``."""
    minutes = max(1, math.ceil(late / timedelta(minutes=1)))
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        count = minutes // length
        if count:
            return counted(count, unit)
    raise AssertionError("there is at least one minute")
