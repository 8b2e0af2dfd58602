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

    attempts: Attempts = field(default_factory=Attempts)
    late: Late = field(default_factory=Late)
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    """Own due dates, by student in lower case."""

    def due_for(self, student: str) -> datetime | None:
        """The due date of this student, extension included."""
        return self.extensions.get(student.casefold(), self.late.due_at)


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
    if due is None or handed_in is None or handed_in - due <= policies.late.grace:
        return None
    return handed_in - due


def remaining_share(late: timedelta | None, policies: Policies) -> float:
    """What share of the points earned is left, 0 to 1."""
    if late is None:
        return 1.0
    rules = policies.late
    if rules.cut_off is not None and late > rules.cut_off + rules.grace:
        return 0.0
    if rules.share is None:
        return 1.0
    return max(0.0, 1.0 - rules.share * math.ceil(late / timedelta(days=1)))


def duration(late: timedelta) -> str:
    """A length of time as a person says it: ``2 days``, ``3 hours``, ``1 minute``."""
    minutes = max(1, math.ceil(late / timedelta(minutes=1)))
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        count = minutes // length
        if count:
            return counted(count, unit)
    raise AssertionError("there is at least one minute")
