"""How a student stands in an assignment, and what they may see of it by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import cached_property

from autograder.model import SubmissionStatus
from autograder.people import (
    Person,
    brings_until,
    graded_last,
    late_in_words,
    numbers,
    rules_in_words,
)
from autograder.store import Entry, Published, Store
from autograder.store.hand_ins import HandIn
from autograder.web.portal.doors import numbers_of
from autograder.web.portal.office import Today, day_ends, left_today
from autograder.web.portal.register import Lists
from autograder.web.portal.syllabus import Exercise


class Sight(StrEnum):
    PUBLIC = "public"
    NAMES = "names"
    ALL = "all"
    PUBLISHED = "published"

    @property
    def has_points(self) -> bool:
        """Whether points are shown, and so the whole page."""
        return self in (Sight.ALL, Sight.PUBLISHED)


@dataclass(frozen=True)
class Standing:
    """How a student stands in an assignment."""

    exercise: Exercise
    lists: Lists
    student: str
    hand_ins: Sequence[HandIn]
    counted: Entry | None
    published: Published | None
    """What they were shown last."""
    later: frozenset[int] = frozenset()
    """Numbers of the attempts that came since it was published last."""
    today: Today | None = None
    """How often more it may be handed in today; None: as often as one likes."""

    @property
    def zone(self) -> tzinfo:
        return self.lists.standing.policies.zone

    @property
    def due(self) -> datetime | None:
        return self.lists.standing.policies.due_for(self.student)

    @property
    def is_extended(self) -> bool:
        return self.student.casefold() in self.lists.standing.policies.extensions

    @property
    def is_late(self) -> bool:
        return self.lists.standing.policies.is_late(self.student, datetime.now(UTC))

    @property
    def late_now(self) -> str:
        """How late it is now, and what that costs, as a receipt has it."""
        return late_in_words(self.student, datetime.now(UTC), self.lists.standing.policies)

    @property
    def late_rules(self) -> str:
        """What lateness will cost."""
        return rules_in_words(self.student, self.lists.standing.policies)

    @property
    def late_until(self) -> datetime | None:
        """Until when what is late brings points; None: there is no end, or it is over."""
        until = self._brings_until
        return until if until is not None and datetime.now(UTC) <= until else None

    @property
    def brings_points(self) -> bool:
        """Whether what is handed in now may bring points, be it late."""
        return self._brings_until is None or self.late_until is not None

    @property
    def _brings_until(self) -> datetime | None:
        return brings_until(self.student, self.lists.standing.policies)

    @property
    def next_day(self) -> datetime:
        """When attempts are counted anew."""
        return day_ends(self.lists.standing.policies)

    @property
    def is_open(self) -> bool:
        """Whether students get it, and may hand it in."""
        return self.exercise.is_open

    @property
    def tells_which_counts(self) -> bool:
        """Whether a page may say so: where the best counts, that would tell who sees no points
        which of two attempts has more."""
        return (
            self.exercise.assignment.attempts.keep != "best"
            or (self.published is not None and not self.later)
            or Sight(self.exercise.assignment.feedback.before_due).has_points
        )

    @cached_property
    def graded_last(self) -> Mapping[int, int]:
        """The attempt that stands in the place of each, which may have been graded again."""
        entries = graded_last(self.lists.of(self.student))
        return {id_: entry.id for id_, entry in entries.items()}

    def number_of(self, attempt: int) -> int | None:
        """Number of the hand-in that an attempt came of; None: it was not handed in here."""
        return numbers(self.lists.of(self.student), self.hand_ins).get(attempt)

    def counts(self, hand_in: HandIn, attempt: int | None) -> bool:
        """Whether it is to be said that this one counts; graded again, it is another attempt."""
        counted = self.counted
        if not self.tells_which_counts or counted is None or attempt is None:
            return False
        return counted.digest == hand_in.digest and self.number_of(counted.id) == hand_in.number

    def is_out(self, hand_in: HandIn, attempt: int) -> bool:
        """Whether it may be said that this one does not count, whatever comes of the others."""
        which = self.lists.counted(self.student)
        if which is None or not self.tells_which_counts or self.counts(hand_in, attempt):
            return False
        mine = next((one for one in self.lists.of(self.student) if one.id == attempt), None)
        number = self.number_of(which.entry.id)
        if mine is None or mine.score is None or number is None:
            return False
        if which.entry.status is not SubmissionStatus.GRADED:
            return False
        is_best = self.exercise.assignment.attempts.keep == "best"
        return is_best or which.is_chosen or number > hand_in.number


def standing_at(store: Store, exercise: Exercise, person: Person) -> Standing:
    """How they stand now."""
    lists = exercise.register.now()
    counted, ledger = lists.counted(person.id), lists.ledger
    hand_ins = store.hand_ins.of(numbers_of(person), exercise.slug)
    published = ledger.published.get(person.id)
    return Standing(
        exercise,
        lists,
        person.id,
        hand_ins,
        None if counted is None else counted.entry,
        published,
        frozenset(
            one.number
            for one in hand_ins
            if published is not None and not ledger.is_shown(person.id, one.at)
        ),
        left_today(store, exercise, person, lists.standing),
    )
