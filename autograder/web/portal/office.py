"""Where work is handed in: it is kept first, then a receipt is given, then graders are told."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore, Lock

from autograder.people import Directory, Person, Policies
from autograder.store import HandedInFile, Store
from autograder.store.hand_ins import Draft, HandIn, TooMany
from autograder.text import counted
from autograder.web.portal.doors import numbers_of
from autograder.web.portal.receiving import Received, Refused, require_submission
from autograder.web.portal.syllabus import Exercise

_LARGE = 5_000_000
"""Bytes of a file of which few are packed at the same time."""
_MOST_KNOWN = 20_000


class Allowance:
    """So many of something at once, and one more every so often, for each person or address."""

    def __init__(self, at_once: int, every: float) -> None:
        """``every``: seconds."""
        self._at_once = at_once
        self._every = every
        self._spent: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, who: object) -> bool:
        """False: they have had enough for now."""
        now = time.monotonic()
        with self._lock:
            left, at = self._spent.pop(who, (float(self._at_once), now))
            left = min(float(self._at_once), left + (now - at) / self._every)
            is_left = left >= 1
            self._spent[who] = (left - 1 if is_left else left, now)
            while len(self._spent) > _MOST_KNOWN:
                self._spent.popitem(last=False)
            return is_left


class Office:
    """Takes what is handed in."""

    def __init__(self, store: Store, told: Callable[[int], None]) -> None:
        """``told``: says to graders how much came."""
        self._store = store
        self._told = told
        self._large = BoundedSemaphore(2)
        self._allowance = Allowance(30, 4.0)

    def take(self, exercise: Exercise, person: Person, received: Received) -> HandIn:
        """Keep a file that ``person`` hands in, for their partners, too; their receipt.

        It is on the disk when this returns.  Raises :class:`Refused`.
        """
        if not self._allowance.take(person.number):
            raise Refused(429, "That is a lot at once: wait a minute, then hand in again.")
        require_submission(received)
        lists = exercise.register.now()
        together = [person, *partners_of(self._store, exercise, person, lists.standing.directory)]
        drafts = [
            Draft(exercise.slug, one.number or 0, one.id, received.name, person.id)
            for one in together
        ]
        per_day = exercise.assignment.attempts.per_day
        try:
            made = self._store.hand_ins.add(
                drafts,
                self._packed(received.data),
                per_day=per_day,
                since=day_began(lists.standing.policies),
            )
        except TooMany as error:
            assert per_day is not None
            who = "You have" if str(error) == person.id else f"Your partner {error} has"
            raise Refused(
                429,
                f"{who} handed in {counted(per_day, 'time')} today, which is as often as this "
                "assignment allows: hand in again tomorrow.",
            ) from None
        self._told(len(made))
        return made[0]

    def _packed(self, data: bytes) -> HandedInFile:
        if len(data) <= _LARGE:
            return HandedInFile.of(data)
        with self._large:
            return HandedInFile.of(data)


def day_began(policies: Policies) -> datetime:
    """The last midnight on the course's clocks."""
    now = datetime.now(policies.zone)
    return now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def day_ends(policies: Policies) -> datetime:
    return day_began(policies) + timedelta(days=1)


def partners_of(
    store: Store, exercise: Exercise, person: Person, directory: Directory
) -> list[Person]:
    """With whom somebody hands in together: those whom they named, and who named them."""
    most = exercise.assignment.attempts.partners
    if most < 2:
        return []
    said = store.hand_ins.partners(exercise.slug)
    mine = numbers_of(person)
    named = {other for one, other in said if one in mine}
    back = {one for one, other in said if other in mine}
    found = {
        other.id: other
        for number in sorted(named & back)
        for other in (directory.with_number(number),)
        if other is not None and other.id != person.id and other.role == "student"
    }
    return list(found.values())[: most - 1]
