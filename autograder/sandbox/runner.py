"""The processes that serve one submission: started, asked to be ready, ended, and accounted for."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Sequence
from typing import Protocol

from autograder.errors import SandboxError
from autograder.model import Fault, Limits, Outcome, Usage
from autograder.sandbox.child import Ended, Event, Flooded, Frame, Worker
from autograder.sandbox.faults import clean, of_signal
from autograder.sandbox.inside import wire

READY_SECONDS = 60.0
"""A child takes milliseconds; more than this is a machine in trouble."""

_AWHILE = 1.0
"""Seconds between two looks at who is kept waiting."""

_MENTIONS = {"matplotlib": ("matplotlib", "pylab", "seaborn"), "pandas": ("pandas", "seaborn")}
_BY_MEMORY = (-9, -getattr(signal, "SIGABRT", 6), -getattr(signal, "SIGSEGV", 11))
"""How a process that has used its memory up may end: a library that gets no more calls abort(),
which in the first process of a namespace shows as the second."""
_MAGIC = re.compile(r"^[ \t]*[%!?]|=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)


_OUT_OF_MEMORY = (1, -signal.SIGABRT)
"""How a process ends that is refused memory where nothing can be done about it: in Python outside
of the student's code, in a library."""


class Launcher(Protocol):
    """What starts children."""

    def spawn(self, limits: Limits, packages: Sequence[str], keep: int) -> Worker:
        """Start one; ``keep`` is how many bytes of its output are kept."""

    @property
    def pid(self) -> int | None:
        """Process number of what starts them; None: nothing is running."""

    def close(self) -> None:
        """End all that is left."""


class Trouble(Exception):
    """The child did not do what it was asked: how it ended."""

    def __init__(self, outcome: Outcome, fault: Fault, forgiven: bool = False) -> None:
        super().__init__(outcome)
        self.outcome, self.fault = outcome, fault
        self.forgiven = forgiven
        """Whether it may have been none of the student's doing, and is tried once more."""


def packages_mentioned(source: str) -> tuple[str, ...]:
    """Large packages that the zygote should have loaded before it forks."""
    found = [name for name, words in _MENTIONS.items() if any(word in source for word in words)]
    return (*found, "ipython") if _MAGIC.search(source) else tuple(found)


class Runner:
    """At most one child at a time for one submission."""

    def __init__(self, launcher: Launcher, limits: Limits, packages: Sequence[str]) -> None:
        self._launcher, self._limits, self._packages = launcher, limits, tuple(packages)
        self._began = time.monotonic()
        self.worker: Worker | None = None
        self.usage = Usage()
        self._forgave = False
        self.started = 0
        """How many children there have been."""
        self._left = limits.total_seconds
        self._queued = 0.0
        """Seconds for which the child waited for a processor, as far as they were given back."""
        self._given_back = 0.0
        """The same of all children."""

    @property
    def clock(self) -> float:
        """Seconds, which stand still while a child waits for a processor that others have, as far
        as that is known yet."""
        return time.monotonic() - self._given_back

    @property
    def used_up(self) -> bool:
        """Whether the submission has had all the time it may have."""
        return self._left <= 0.0

    def start(self) -> Worker:
        """A fresh child that has confined itself; raises SandboxError if it cannot."""
        worker = self._launcher.spawn(self._limits, self._packages, self._limits.output)
        self.worker = worker
        self.started += 1
        self._queued = 0.0
        event = worker.next_event(time.monotonic() + READY_SECONDS)
        if isinstance(event, Frame) and event.kind == wire.READY and not event.data:
            return worker
        worker.read_output()
        why = clean(worker.printed.decode("utf-8", "replace"), 300)
        ended = self.stop()
        raise SandboxError(f"a sandboxed process did not become ready: {why or ended}")

    def next_event(self, deadline: float) -> Event | None:
        """What the child does next; None: nothing by ``deadline``, or the time is used up.

        The deadline is one on our :attr:`clock`, and it may be the same for many events.  It and
        the submission's time are put off by what the child waits for a processor that others have:
        how busy a machine is changes nobody's verdict.
        """
        assert self.worker is not None
        if self.worker.events:  # mostly the next answer is there already
            return self.worker.events.popleft()
        patience = 0.0
        while True:
            began = time.monotonic()
            end = min(deadline + self._given_back, began + self._left)
            event = self.worker.next_event(max(end, patience))
            now = time.monotonic()
            self._left -= now - began
            if event is not None and not (patience and self.used_up):
                return event
            queued, waits, cpu = self.worker.queued()
            given_back, self._queued = queued - self._queued, queued
            self._left += given_back
            self._given_back += given_back
            if event is not None:  # by now what it waited for is counted
                return None if self.used_up else event
            if self.usage.cpu_seconds + cpu >= self._limits.total_seconds:
                self._left = min(self._left, 0.0)  # whatever it waits for besides
            elif waits:  # it is counted when it is over
                patience = now + _AWHILE
                continue
            if deadline + self._given_back <= now or self.used_up:
                return None

    def stop(self) -> Ended | None:
        """End the child, if there is one, and add what it used."""
        worker, self.worker = self.worker, None
        if worker is None:
            return None
        ended = worker.kill()
        self.usage = Usage(
            time.monotonic() - self._began,
            self.usage.cpu_seconds + ended.cpu_seconds,
            max(self.usage.peak_memory, ended.peak_memory),
        )
        return ended

    def trouble(self, event: Event | None, seconds: float) -> Trouble:
        """End the child and say why it had to, or how it ended by itself.

        ``event`` is what came instead of an answer; None: nothing did within ``seconds``.
        """
        ended = self.stop()
        if event is None:
            message = f"did not finish within {seconds:g} s"
            if self.used_up:
                message = f"had to stop: all {self._limits.total_seconds:g} s are used up"
            return Trouble(Outcome.TIMED_OUT, Fault("TimeLimit", message))
        if isinstance(event, Flooded):
            return Trouble(Outcome.FLOODED, Fault("OutputLimit", "printed far too much"))
        if isinstance(event, Ended) and ended is not None:
            return self._ended(ended)
        message = "wrote where only the grader's answers go"
        return Trouble(Outcome.CRASHED, Fault("ProtocolError", message))

    def _ended(self, ended: Ended) -> Trouble:
        limits = self._limits
        if ended.status == wire.NO_TIME:
            message = f"used more than {limits.call_seconds:g} s of processor time in one call"
            return Trouble(Outcome.TIMED_OUT, Fault("TimeLimit", message))
        killed = ended.status in (-9, -getattr(signal, "SIGXCPU", 9))
        if killed and ended.cpu_seconds >= round(limits.cpu_seconds) - 0.5:
            message = f"used more than {limits.cpu_seconds:g} s of processor time"
            return Trouble(Outcome.TIMED_OUT, Fault("TimeLimit", message))
        full = ended.peak_memory >= 0.8 * limits.memory
        if ended.status == wire.NO_MEMORY or (full and ended.status in _BY_MEMORY):
            return Trouble(Outcome.OUT_OF_MEMORY, Fault("MemoryError", "used too much memory"))
        if ended.status == wire.BROKEN:
            return Trouble(Outcome.CRASHED, Fault("ProcessError", "the process could not go on"))
        if ended.status >= 0:
            message = "ended the process instead of returning"
            return Trouble(Outcome.EXITED, Fault("SystemExit", message))
        # Killed, and not by us: perhaps by a person, or by a machine that is short of memory.
        forgiven, self._forgave = killed and not self._forgave, self._forgave or killed
        return Trouble(Outcome.CRASHED, of_signal(-ended.status), forgiven)
