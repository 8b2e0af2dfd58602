"""What lateness costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from autograder.model import Grade, HandedIn, Lateness, Source
from autograder.settings import Attempts, Late, at_clock
from autograder.text import counted, points

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Policies:
    """An assignment's rules, and whom they are softened for; the defaults are those of an
    assignment that says nothing."""

    attempts: Attempts = field(default_factory=Attempts)
    late: Late = field(default_factory=Late)
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    """Own due dates, by student in lower case."""
    spent: Mapping[str, int] = field(default_factory=dict)
    """Late days that went to assignments which were due before, by student in lower case."""
    chosen: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    """Digest and time of the hand-in that a student chose to count, by student in lower case."""

    def due_for(self, student: str) -> datetime | None:
        """The due date of this student, extension included."""
        return self.extensions.get(student.casefold(), self.late.due_at)

    def days_left(self, student: str) -> int:
        """Late days that this student has for this assignment."""
        return max(0, (self.late.budget_days or 0) - self.spent.get(student.casefold(), 0))

    def is_late(self, student: str, at: datetime) -> bool:
        """Whether what comes at this moment is late, for this student."""
        due = self.due_for(student)
        # Nobody is late by a part of a second.
        return due is not None and at.replace(microsecond=0) - due > self.late.grace

    @property
    def zone(self) -> tzinfo:
        """On whose clocks days are counted."""
        return self.late.zone or UTC


def counted_time(handed_in: HandedIn, late: Late) -> datetime | None:
    """The time that counts; None: there is none, or nobody's word for it that is trusted."""
    if handed_in.at is None:
        return None
    trusted = handed_in.source is Source.PLATFORM or handed_in.source.value in late.trust
    return handed_in.at if trusted else None


def unknown_time(handed_in: HandedIn, late: Late) -> bool:
    """Whether it cannot be said if this was late.  A platform that gives no time says so much: it
    was not."""
    is_told = handed_in.source is Source.PLATFORM or counted_time(handed_in, late) is not None
    return late.due is not None and not is_told


def shown_time(handed_in: HandedIn, late: Late) -> HandedIn:
    """As it is shown, in the course's zone.  A file's time that does not count is not: it may be
    that of a download, and says nothing of the hand-in."""
    if handed_in.source is Source.FILE and handed_in.source.value not in late.trust:
        return HandedIn()
    if handed_in.at is None or late.zone is None:
        return handed_in
    return replace(handed_in, at=handed_in.at.astimezone(late.zone))


def apply_late(grade: Grade, handed_in: HandedIn, policies: Policies) -> Grade:
    """The grade after the late policy; what is taken off has its reason, which is a notice too."""
    late = lateness(grade.student, counted_time(handed_in, policies.late), grade.score, policies)
    own_due = policies.extensions.get(grade.student.casefold())
    told = replace(
        grade,
        handed_in=shown_time(handed_in, policies.late),
        score_before_late=grade.score,
        extended_to=None if own_due is None else own_due.astimezone(policies.late.zone),
        late=late,
    )
    if late is None or grade.score is None:
        return told
    score = round(grade.score + late.points, 6)
    return replace(told, score=score, notices=(*grade.notices, late.reason))


def lateness(
    student: str, at: datetime | None, score: float | None, policies: Policies
) -> Lateness | None:
    """What this costs of ``score``; None: in time, or not known."""
    due, rules = policies.due_for(student), policies.late
    if due is None or at is None or not policies.is_late(student, at):
        return None
    at = at.replace(microsecond=0)
    days = days_begun(due, at, policies.zone)
    is_over = _is_over(due, at, policies)
    covered = min(days, policies.days_left(student)) if not is_over else 0
    left = _share_left(days - covered, is_over, rules)
    earned = score or 0.0
    off = round(round(earned * left, 6) - earned, 6) if left < 1 else 0.0
    reason = f"Handed in {_how_late(due, at, covered, policies)}"
    if off:
        taken = f"{points(-off)} of the {points(earned)} points earned are taken off"
        reason += f": {taken}{', for it is too late to count' if is_over else ''}"
    return Lateness(days, off, f"{reason}.", covered)


def late_in_words(student: str, at: datetime, policies: Policies) -> str:
    """Whether what is handed in at this moment is in time, and else how late it is and what the
    rules take off for it, in a sentence; empty: nothing is due."""
    due = policies.due_for(student)
    if due is None:
        return ""
    late = lateness(student, at, _ALL, policies)
    if late is None:
        return "In time."
    said = _how_late(due, at.replace(microsecond=0), late.covered_days, policies)
    if late.points == -_ALL:
        return f"{said}: too late to bring points."
    if late.points:
        return f"{said}: {-late.points:g} % of your points are taken off."
    return f"{said}: it costs no points."


def rules_in_words(student: str, policies: Policies) -> str:
    """What lateness will cost this student, in a sentence or two; empty: nothing is due."""
    rules = policies.late
    if policies.due_for(student) is None:
        return ""
    end = None if rules.cut_off_days is None else f"{rules.cut_off_days:g}"
    days = "day" if end == "1" else "days"
    if rules.share is not None:
        said = f"Late: {100 * rules.share:g} % of your points are taken off for each day begun"
        said += "." if end is None else f"; after {end} {days} there are none."
    elif end is None:
        said = "Late: that is noted, and costs no points."
    else:
        said = f"Late: for {end} {days} it costs no points; after that there are none."
        said = said if rules.cut_off_days else "Late: it brings no points."
    if rules.grace:
        said += f" The first {_whole(rules.grace)} are not late yet."
    if left := policies.days_left(student):
        said += f" You have {counted(left, 'late day')} that cost nothing."
    return said


def brings_until(student: str, policies: Policies) -> datetime | None:
    """Until when what this student hands in brings points; None: there is no end."""
    due, rules = policies.due_for(student), policies.late
    if due is None:
        return None
    ends = []
    if rules.cut_off_days is not None:
        ends.append(rules.grace + _moved(due, rules.cut_off_days, policies.zone))
    if rules.share is not None:
        paid = math.ceil(1 / rules.share) - 1 + policies.days_left(student)
        ends.append(max(due + rules.grace, _moved(due, paid, policies.zone)))
    return min(ends, default=None)


def after_due_in_words(due: datetime, at: datetime) -> str:
    """The same where the rules of then are not known, which may have given some minutes' grace."""
    return "In time." if at <= due else f"{duration(at - due)} after that."


_ALL = 100.0


def days_begun(due: datetime, at: datetime, zone: tzinfo) -> int:
    """How many days have begun between ``due`` and ``at``, which is later: at least 1.

    A day ends when the clocks of ``zone`` show the hour of ``due`` again, also where they were put
    forward or back that night.
    """
    days = max(1, math.ceil((at - due) / _DAY) - 1)
    while days > 1 and at <= _moved(due, days - 1, zone):
        days -= 1
    while at > _moved(due, days, zone):
        days += 1
    return days


def _moved(due: datetime, days: float, zone: tzinfo) -> datetime:
    """So many days later by the clocks of ``zone``; a part of a day is so many hours."""
    whole = math.floor(days)
    wall = due.astimezone(zone).replace(tzinfo=None) + whole * _DAY
    later = at_clock(wall, zone).astimezone(UTC) if whole else due
    return later + (days - whole) * _DAY


def _share_left(charged: int, is_over: bool, rules: Late) -> float:
    """What share of the points earned is left, 0 to 1."""
    if is_over:
        return 0.0
    return 1.0 if rules.share is None else max(0.0, 1.0 - rules.share * charged)


def _is_over(due: datetime, at: datetime, policies: Policies) -> bool:
    """Whether what comes at ``at`` brings nothing any more."""
    days, grace = policies.late.cut_off_days, policies.late.grace
    return days is not None and at > grace + _moved(due, days, policies.zone)


def _how_late(due: datetime, at: datetime, covered: int, policies: Policies) -> str:
    """How late that is, what is counted, and what of it is paid with late days: ``1 day and 3
    hours late; each day begun counts, so 2 days``."""
    begun, zone = days_begun(due, at, policies.zone), policies.zone
    days = begun if at >= _moved(due, begun, zone) else begun - 1
    parts = [counted(days, "day")] if days else []
    if rest := at - _moved(due, days, zone):
        hours, minutes = divmod(max(1, math.ceil(rest / _SECOND) // 60), 60)
        parts += [counted(hours, "hour")] if hours else []
        parts += [counted(minutes, "minute")] if minutes else []
    said = f"{' and '.join(parts[:2])} late"
    if policies.late.share is not None and not _is_over(due, at, policies) and days < begun:
        said += f"; each day begun counts, so {counted(begun, 'day')}"
    return said + (f", {counted(covered, 'late day')} spent on it" if covered else "")


def _whole(length: timedelta) -> str:
    """The same with what is over: ``1 hour 30 minutes``."""
    said = duration(length)
    count, unit = said.split(" ")
    rest = length - int(count) * timedelta(**{unit.rstrip("s") + "s": 1})
    return f"{said} {duration(rest)}" if rest >= timedelta(minutes=1) else said


def duration(late: timedelta) -> str:
    """A length of time as a person says it: ``2 days``, ``3 hours``, ``1 minute``."""
    minutes = max(1, math.ceil(late / timedelta(minutes=1)))
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        count = minutes // length
        if count:
            return counted(count, unit)
    raise AssertionError("there is at least one minute")
