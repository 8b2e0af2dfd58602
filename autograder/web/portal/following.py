"""Has the tables in the out folder follow what graders find: when it is quiet, for they go first.

Verdicts are in the store before anybody is told so; the tables are made of the store.  While a
class hands in they would be made again and again, of a large one in seconds each time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event, Thread
from time import monotonic

from autograder.store import Store
from autograder.web.portal.syllabus import Exercise

_EVERY = 1.0
"""Seconds between two looks."""
_QUIET = 5.0
"""Seconds without a verdict after which the tables are written ..."""
_LATEST = 300.0
"""... and seconds after which they are, though it is not quiet."""
_log = logging.getLogger(__name__)


class Following:
    """Use as a context manager; on leaving, tables of small classes are to be written."""

    def __init__(
        self,
        store: Store,
        exercises: Iterable[Exercise],
        follow: Callable[[Exercise, set[str]], None],
        is_small: Callable[[Exercise], bool],
    ) -> None:
        """``follow``: has the tables written, and the pages of these students; ``is_small``: of
        what assignments that takes no time."""
        self._store = store
        self._exercises = exercises
        self._follow = follow
        self._is_small = is_small
        self._written = store.marker()[0]
        """The newest attempt of which tables know ..."""
        self._is_first = True
        """... but at first, for whoever wrote them last may have been killed."""
        self._seen = 0
        self._first: float | None = None
        """When the first came of which they do not know."""
        self._last = 0.0
        self._ended = Event()
        self._thread = Thread(target=self._run, name="following", daemon=True)

    def __enter__(self) -> Following:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        try:
            self._tell(self._is_small)  # the others by whoever serves or grades next
        except Exception as error:
            _log.error("The tables do not know what was graded last: %s", error)

    def look(self, now: float) -> None:
        """Have them written, where it is time; ``now``: on the monotonic clock."""
        newest = self._store.marker()[0]
        if newest != self._seen:
            self._seen, self._last = newest, now
            self._first = now if self._first is None else self._first
        if self._first is None:
            return
        if now - self._last >= _QUIET or now - self._first >= _LATEST:
            self._tell(lambda _: True)
            self._first = None

    def _tell(self, wanted: Callable[[Exercise], bool]) -> None:
        newest = self._store.marker()[0]
        for exercise in self._exercises:
            entries = self._store.entries(exercise.slug, after=self._written)
            lists = exercise.register.now()
            if (entries or (self._is_first and lists.attempts)) and wanted(exercise):
                students = {one.student for one in lists.standing.joined(entries)}
                self._follow(exercise, students)
        self._written, self._is_first = newest, False

    def _run(self) -> None:
        while not self._ended.wait(_EVERY):
            try:
                self.look(monotonic())
            except Exception as error:  # whatever it is: it is looked again
                _log.error("The tables do not follow what is graded: %s", error)
