"""The process of the graders, as whoever serves the portal sees it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic

from autograder.batch.graders import GRADED, READY, Wanted

_PAUSE, _LONGEST = 2.0, 60.0
"""Seconds before graders that ended at once are started again, twice as long each time."""
_PATIENCE = 6.0
"""Seconds in which they may end by themselves."""
_SOON = 60.0
"""Seconds in which those who take over should be ready."""
_log = logging.getLogger(__name__)


class Crew:
    """Use as a context manager; on leaving, graders have ended."""

    def __init__(self, wanted: Callable[[], Wanted]) -> None:
        """``wanted``: what there is to grade now."""
        self._wanted = wanted
        self.graded: Callable[[], None] = lambda: None
        """Called, in another thread, when something has its verdict."""
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._started: Wanted | None = None
        self._replaced: float | None = None
        """Since when others take over, as there is something else to grade; None: none do."""
        self._ended = Event()
        self._ready = Event()
        self._thread = Thread(target=self._watch, name="crew", daemon=True)

    def __enter__(self) -> Crew:
        with self._lock:
            self._start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            self._stop()
        self._thread.join(1.0)

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether they are, within so many seconds."""
        return self._ready.wait(seconds)

    @property
    def is_ready(self) -> bool:
        process = self._process
        return self._ready.is_set() and process is not None and process.poll() is None

    @property
    def is_taking_over(self) -> bool:
        """Whether none is ready just now because others begin, with what there is to grade now."""
        since = self._replaced
        return not self.is_ready and since is not None and monotonic() - since < _SOON

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def wake(self, count: int = 1) -> None:
        """Something came."""
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):  # they end, or have been told more than they read
                os.write(process.stdin.fileno(), b"." * count)

    def follow(self) -> None:
        """There is something else to grade now: others take over where that is so."""
        with self._lock:
            begun = self._process is not None and not self._ended.is_set()
            if begun and self._wanted() != self._started:
                self._replaced = monotonic()
                self._stop()
                self._start()

    def _start(self) -> None:
        self._ready.clear()
        self._started = self._wanted()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.batch.graders"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for whoever serves, who tells them
        )
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(self._started.line())
            self._process.stdin.flush()
        os.set_blocking(self._process.stdin.fileno(), False)
        Thread(target=self._hear, args=(self._process,), name="crew-ready", daemon=True).start()

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                said = line.decode("utf-8", "replace").strip()
                if said == READY and process is self._process:
                    self._ready.set()
                    self._replaced = None
                elif said == GRADED:
                    self.graded()

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self) -> None:
        pause = _PAUSE
        while not self._ended.wait(0.3):
            with self._lock:
                process = self._process
                if self._ended.is_set() or process is None or process.poll() is None:
                    continue
                self._replaced = None
                _log.error("The graders ended with status %s: others begin.", process.returncode)
            if self._ready.is_set():
                pause = _PAUSE
            elif self._ended.wait(pause):
                return
            else:
                pause = min(_LONGEST, 2 * pause)
            with self._lock:
                if not self._ended.is_set() and process is self._process:
                    try:
                        self._start()
                    except OSError as error:  # no memory for one more, at this moment
                        _log.error("No graders begin: %s", error)
