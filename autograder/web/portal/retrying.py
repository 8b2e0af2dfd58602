"""Has graded again, by itself, what could not be graded through no fault of a student.

A machine that was short of memory is not for long; an assignment that fails on somebody's file
fails again.  So the pauses grow, and after the last one it is left to whoever teaches, who sees it
on the page of the course.  Nobody who waits for a first verdict waits longer for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from autograder.store import Store
from autograder.store.hand_ins import Fruitless

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600))
"""After the first time that it could not be graded, the second, and so on; then no more."""
_EVERY = 15.0
"""Seconds between two looks."""
_log = logging.getLogger(__name__)


def is_tried_again(one: Fruitless) -> bool:
    """Whether it is, or will be, without anybody's doing."""
    return one.is_queued or one.times <= len(PAUSES)


class Retrying:
    """Use as a context manager."""

    def __init__(self, store: Store, told: Callable[[int], None]) -> None:
        """``told``: says to graders how much came."""
        self._store = store
        self._told = told
        self._ended = Event()
        self._thread = Thread(target=self._run, name="retrying", daemon=True)

    def __enter__(self) -> Retrying:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5.0)

    def look(self, now: datetime) -> int:
        """Have graded again what it is time for; how many."""
        due = [
            one.hand_in
            for one in self._store.hand_ins.fruitless()
            if not one.is_queued and is_tried_again(one) and now - one.at >= PAUSES[one.times - 1]
        ]
        count = self._store.hand_ins.again(due) if due else 0
        if count:
            self._told(count)
        return count

    def _run(self) -> None:
        while not self._ended.wait(_EVERY):
            try:
                self.look(datetime.now(UTC))
            except Exception as error:  # whatever it is: it is looked again
                _log.error("What could not be graded is not tried again: %s", error)
