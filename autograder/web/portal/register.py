"""Who handed in what at one assignment, which of it counts, and what was decided and published.

Brought up to date from the store before it is asked: of a few new attempts it reads those alone,
for students look all the time while the whole class is handing in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

from autograder.acts import Ledger
from autograder.acts.publishing import is_shown_results
from autograder.batch.order import Order, standing
from autograder.people import Counted, Standing, counting
from autograder.store import Entry, Store


@dataclass(frozen=True)
class Lists:
    """How things stand at one moment."""

    standing: Standing
    ledger: Ledger
    attempts: Mapping[str, tuple[Entry, ...]]
    """All of each student, oldest first, by what the course calls them."""

    @cached_property
    def students(self) -> frozenset[str]:
        """Who of these results are published to."""
        return frozenset(
            student
            for student, entries in self.attempts.items()
            if is_shown_results(entries[-1], self.standing)
        )

    def of(self, student: str) -> Sequence[Entry]:
        return self.attempts.get(student, ())

    def counted(self, student: str) -> Counted | None:
        """The attempt that counts; None: there is none."""
        mine = self.of(student)
        return counting(mine, self.standing.policies).get(student) if mine else None


class Register:
    def __init__(self, order: Order, store: Store) -> None:
        self._order = order
        self._store = store
        self._lock = Lock()
        self._marker: tuple[int, ...] = ()
        self._lists: Lists | None = None

    def now(self) -> Lists:
        with self._lock:
            marker = self._store.marker()
            if self._lists is None or marker != self._marker:
                self._lists = self._newer(self._lists, self._marker, marker)
                self._marker = marker
            return self._lists

    def standing(self) -> Standing:
        """Who is in the course and what holds for them: no attempts are read for that, of which
        there are new ones with every question while a class hands in."""
        with self._lock:
            marker = self._store.marker()
            if self._lists is not None and marker[1:-1] == self._marker[1:-1]:
                return self._lists.standing
        return self.now().standing

    def _newer(self, lists: Lists | None, before: tuple[int, ...], now: tuple[int, ...]) -> Lists:
        slug, acts = self._order.assignment.slug, self._store.acts
        if lists is None or before[1:-1] != now[1:-1]:
            held = standing(self._order, self._store)
            ledger = Ledger(acts.of(slug), held, acts.published(slug))
            return _with(Lists(held, ledger, {}), self._store.entries(slug))
        if before[-1] != now[-1]:
            newer = acts.of(slug, after=lists.ledger.newest)
            ledger = lists.ledger.and_newer(newer, acts.published(slug)) if newer else lists.ledger
            lists = replace(lists, ledger=ledger)
        if before[0] != now[0]:
            lists = _with(lists, self._store.entries(slug, after=before[0]))
        return lists


def _with(lists: Lists, entries: Sequence[Entry]) -> Lists:
    attempts = dict(lists.attempts)
    for entry in lists.standing.joined(entries):
        attempts[entry.student] = (*attempts.get(entry.student, ()), entry)
    return replace(lists, attempts=attempts)
