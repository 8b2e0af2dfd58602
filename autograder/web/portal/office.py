"""Where work is handed in: it is kept first, then a receipt is given, then graders are told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from autograder.people import Person, Policies, Standing, late_in_words
from autograder.report.text import one_line
from autograder.store import HandedInFile, Store
from autograder.store.hand_ins import Draft, HandIn, TooMany
from autograder.submission import assignment_of
from autograder.text import counted
from autograder.web.pages import moment
from autograder.web.portal.partners import partners_at
from autograder.web.portal.receiving import (
    Received,
    Refused,
    file_in,
    read_form,
    require_submission,
)
from autograder.web.portal.syllabus import Exercise
from autograder.web.visit import NotOpen

_LARGE = 5_000_000
"""Bytes from which on few files are ..."""
_IN_MEMORY = 2
"""... in memory at a time, and ..."""
_OF_ONE = 4
"""... of one person on their way."""
_MOST_KNOWN = 20_000

T = TypeVar("T")


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


class AtOnce:
    """So many of something at the same time, for each person."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._there: Counter[object] = Counter()
        self._lock = Lock()

    def is_full(self, who: object) -> bool:
        return self._there[who] >= self._most

    @contextmanager
    def one(self, who: object) -> Iterator[bool]:
        """One more, while this lasts; False: they have as many, and it is not counted."""
        with self._lock:
            is_free = self._there[who] < self._most
            self._there[who] += is_free
        try:
            yield is_free
        finally:
            with self._lock:
                self._there[who] -= is_free
                if not self._there[who]:
                    del self._there[who]


class OfAnother(Refused):
    """A notebook that says that it is of another assignment."""

    def __init__(self, name: str, slug: str, asked: str) -> None:
        """``asked``: for which assignment it came."""
        super().__init__(
            409,
            f"{name} is the notebook of another assignment, {slug}: hand it in there, or, if it is "
            f"meant for {asked} all the same, say so (autograder submit --anyway; in a notebook: "
            "hand_in(anyway=True)).",
        )
        self.slug = slug


class TooSoon(Refused):
    """It is not taken now, and says from when on it is."""


class UsedUp(TooSoon):
    """It was handed in as often as it may be in a day."""

    def __init__(self, whose: Person | None, per_day: int, again: str) -> None:
        """``whose``: the partner who did, where it was not they themselves; ``again``: from when on
        it may be."""
        who = "You have" if whose is None else f"Your partner {_called(whose)} has"
        super().__init__(
            429,
            f"{who} handed in {counted(per_day, 'time')} today, which is as often as this "
            f"assignment allows: you can hand in again from {again} on.",
        )


@dataclass(frozen=True)
class Today:
    """How often more somebody may hand in today, with whom they hand in together."""

    left: int
    partner: Person | None = None
    """Whose number it is, where they themselves have more left; None: it is their own."""

    @property
    def said(self) -> str:
        """In a few words."""
        words = f"{counted(self.left, 'attempt')} left today"
        if self.partner is None:
            return words
        return f"{words}, for your partner {_called(self.partner)} has no more than that"


def _called(person: Person) -> str:
    return one_line(person.name or person.id, 60)


class Office:
    """Takes what is handed in."""

    def __init__(self, store: Store, told: Callable[[int], None]) -> None:
        """``told``: says to graders how much came."""
        self._store = store
        self._told = told
        self._large = asyncio.Semaphore(_IN_MEMORY)
        self._coming = AtOnce(_OF_ONE)
        self._allowance = Allowance(30, 4.0)

    @asynccontextmanager
    async def form(self, request: Request, who: object) -> AsyncIterator[FormData]:
        """The form with a file that somebody sends; raises :class:`Refused`."""
        length = request.headers.get("content-length", "")
        is_large = not length.isdecimal() or int(length) > _LARGE  # one that is not told may be
        with self._coming.one(who) if is_large else nullcontext(True) as is_free:
            if not is_free:
                raise Refused(429, "Other files of yours are on their way: wait until they came.")
            form = await read_form(request)
        try:
            yield form
        finally:
            await form.close()

    async def with_file(self, form: FormData, do: Callable[[Received], T]) -> T:
        """Do something, in another thread, with the file of a form; raises :class:`Refused`."""
        file = form.get("file")
        size = (file.size or 0) if isinstance(file, UploadFile) else 0
        async with self._large if size > _LARGE else nullcontext():
            return await run_in_threadpool(do, await file_in(form))

    def take(
        self,
        exercise: Exercise,
        standing: Standing,
        person: Person,
        received: Received,
        *,
        is_meant: bool,
    ) -> HandIn:
        """Keep a file that ``person`` hands in, for their partners, too; their receipt.

        ``is_meant``: they said that it is for this one though it says itself that it is of another;
        else that is not taken.  It is on the disk when this returns.  Raises :class:`Refused`.
        """
        if not self._allowance.take(person.number):
            raise Refused(429, "That is a lot at once: wait a minute, then hand in again.")
        try:
            exercise.require_open()
        except NotOpen as error:
            raise TooSoon(403, f"{error}.") from None
        require_submission(received)
        if not is_meant and (own := assignment_of(received.data)) not in ("", exercise.slug):
            raise OfAnother(received.name, own, exercise.slug)
        together = group_of(self._store, exercise, person, standing)
        drafts = [
            Draft(
                exercise.slug,
                one.number or 0,
                one.id,
                received.name,
                person.id,
                standing.policies.due_for(one.id),
                partial(late_in_words, one.id, policies=standing.policies),
            )
            for one in together
        ]
        per_day = exercise.assignment.attempts.per_day
        try:
            made = self._store.hand_ins.add(
                drafts,
                HandedInFile.of(received.data),
                per_day=per_day,
                since=day_began(standing.policies),
            )
        except TooMany as error:
            assert per_day is not None
            partner = next((one for one in together[1:] if one.id == str(error)), None)
            raise UsedUp(partner, per_day, _tomorrow(standing.policies)) from None
        self._told(len(made))
        return made[0]

    def says(
        self, exercise: Exercise, standing: Standing, person: Person, receipt: HandIn
    ) -> list[str]:
        """What there is to know beside a receipt, in sentences."""
        due, zone = receipt.due, standing.policies.zone
        said = [receipt.lateness or ""]
        if due is not None:
            said = [f"Due {moment(due, zone)}. {said[0]}".strip()]
        attempts = exercise.assignment.attempts
        today = left_today(self._store, exercise, person, standing)
        if today is not None:
            said.append(f"{today.said}.")
            if not today.left:
                said.append(f"You can hand in again from {_tomorrow(standing.policies)} on.")
        if attempts.partners > 1:
            shared = self._store.hand_ins.shared(receipt)
            others = [
                _called(standing.directory.with_number(one.person) or Person(one.student))
                for one in shared
                if one.person != receipt.person
            ]
            said.append(f"Handed in for {', '.join(others)}, too." if others else "")
        return [sentence for sentence in said if sentence]


def group_of(
    store: Store, exercise: Exercise, person: Person, standing: Standing
) -> Sequence[Person]:
    """For whom it is handed in when this person does: for them, and their partners."""
    return [person, *partners_at(store, exercise, standing.directory).of(person).together]


def left_today(
    store: Store, exercise: Exercise, person: Person, standing: Standing
) -> Today | None:
    """How often more somebody may hand it in today; None: as often as they like."""
    per_day = exercise.assignment.attempts.per_day
    if per_day is None:
        return None
    group = group_of(store, exercise, person, standing)
    numbers = [one.number or 0 for one in group]
    counts = store.hand_ins.counts_since(numbers, exercise.slug, day_began(standing.policies))
    left = [max(0, per_day - count) for count in counts]
    least = min(left)
    return Today(least, None if left[0] == least else group[left.index(least)])


def _tomorrow(policies: Policies) -> str:
    """When attempts of another day begin, in words."""
    return moment(day_ends(policies), policies.zone)


def day_began(policies: Policies) -> datetime:
    """The last midnight on the course's clocks."""
    now = datetime.now(policies.zone)
    return now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def day_ends(policies: Policies) -> datetime:
    """The next midnight there; where the clocks are put forward or back meanwhile, too."""
    began = day_began(policies).astimezone(policies.zone)
    return (began + timedelta(days=1)).astimezone(UTC)
