"""Keeps the files of the out folder in step with what is decided, behind the pages' backs.

What is decided is in the store before anybody is told so; the tables are made of the store, and of
a large class that takes seconds.  So they follow: soon, and never so often that pages wait.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Condition, Thread
from time import monotonic

_SOON_SECONDS = 0.5
_SHARE = 4.0
"""Rests so many times as long as writing took."""

Write = Callable[[set[str]], None]
"""Writes the tables, and the pages of these students."""

_log = logging.getLogger(__name__)


class Tables:
    """Use as a context manager; on leaving, what is to be written is."""

    def __init__(self, write: Write, patience: float | None = None) -> None:
        """``patience``: seconds that leaving waits for what is being written; None: to its end."""
        self._write = write
        self._patience = patience
        self._changed: set[str] | None = None
        self._ended = False
        self._wake = Condition()
        self._thread = Thread(target=self._run, name="tables", daemon=True)

    def __enter__(self) -> Tables:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._wake:
            self._ended = True
            self._wake.notify()
        self._thread.join(self._patience)

    @property
    def waiting(self) -> set[str]:
        """Whose pages are to be written."""
        with self._wake:
            return set(self._changed or ())

    def follow(self, students: Iterable[str]) -> None:
        """What concerns these is no longer as it was written."""
        with self._wake:
            self._changed = (self._changed or set()) | set(students)
            self._wake.notify()

    def _run(self) -> None:
        rest = _SOON_SECONDS
        left: set[str] = set()
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._changed is not None or self._ended)
                if not self._ended:
                    self._wake.wait_for(lambda: self._ended, timeout=rest)
                changed, self._changed = self._changed, None
            if changed is None:
                return
            began = monotonic()
            try:
                self._write(changed | left)
                left = set()
            except Exception as error:  # whatever it is: it is tried again with what comes next
                left |= changed
                _log.error("Tables were not written, but all that was decided is kept: %s", error)
            rest = max(_SOON_SECONDS, _SHARE * (monotonic() - began))
