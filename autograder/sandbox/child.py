"""The trusted side of one child: its pipes, its clock, and how it ended.

All waiting happens here, against deadlines of our own clock.  Nothing blocks on a child: its
request pipe is written as it drains, its frames are read as they come and are capped before they
are kept, what it prints is kept up to a cap and thrown away beyond: to print too much costs the
time it takes, and ends the process only after an amount that no honest program comes near.
"""

from __future__ import annotations

import os
import select
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from autograder.errors import SandboxError
from autograder.sandbox.inside import wire

_END_SECONDS = 30.0

MAX_PRINTED = 1 << 30
"""Bytes a child may print before it is stopped; few get there before their time is up."""
_LULL = 0.002
"""Seconds that a child is left alone before it is listened to.  Answers come by the dozen, and
waking up for each of them costs both processes more than many an answer does."""
_MOMENT = 0.05
"""Seconds in which a process that runs is seen to."""
_ROUNDS = 16
"""Times in a row that output is read, so that a flood is drained with few system calls."""


@dataclass(frozen=True)
class Frame:
    """A frame from the child, its inside unread."""

    kind: int
    data: bytes


@dataclass(frozen=True)
class Ended:
    """The child is no more."""

    status: int
    """Exit status; negative: the signal that ended it."""
    cpu_seconds: float
    peak_memory: int


@dataclass(frozen=True)
class Flooded:
    """It printed far more than anyone reads."""


@dataclass(frozen=True)
class Garbage:
    """It wrote something that is no frame."""


Event = Frame | Ended | Flooded | Garbage


@dataclass(frozen=True)
class Counts:
    """What the kernel's scheduler counts of a process; nothing where it does not."""

    cpu: float = 0.0
    """Seconds for which it ran."""
    queued: float = 0.0
    """Seconds for which it was ready to, and others ran; a wait is counted when it is over."""
    ready: bool = False
    """Whether it runs or would."""


class Queued(NamedTuple):
    """How a process was kept waiting for a processor."""

    seconds: float
    """Since its start, in waits that are over."""
    waits: bool
    """Whether it does just now."""
    cpu: float = 0.0
    """Seconds for which it ran."""


def queued_by_now(look: Callable[[], Counts]) -> Queued:
    """From two looks, where one does not tell."""
    before = look()
    if not before.ready:
        return Queued(before.queued, waits=False, cpu=before.cpu)
    time.sleep(_MOMENT)
    now = look()
    return Queued(now.queued, waits=now == before, cpu=now.cpu)


@dataclass(frozen=True)
class Handle:
    """What whoever started the child can do with it, and knows of it."""

    kill: Callable[[], None]
    """End the child at once."""
    ended: Callable[[float], Ended | None]
    """Wait at most so many seconds; raises SandboxError if whoever started it is gone."""
    queued: Callable[[], Queued]
    """How it was kept waiting for a processor that others had."""
    wakes: int
    """A descriptor that becomes readable when ``ended`` may have news."""


class FrameParser:
    """Cuts a stream of bytes into frames; keeps no more than one frame's cap."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        self._buffer += data
        found: list[Frame | Garbage] = []
        size, done = len(self._buffer), 0
        with memoryview(self._buffer) as bytes_so_far:
            while done + wire.HEADER.size <= size:
                kind, length = wire.HEADER.unpack_from(bytes_so_far, done)
                if not wire.READY <= kind <= wire.ANSWER or length > wire.MAX_FRAME:
                    found.append(Garbage())
                    done = size
                    break
                start = done + wire.HEADER.size
                if start + length > size:
                    break
                found.append(Frame(kind, bytes(bytes_so_far[start : start + length])))
                done = start + length
        del self._buffer[:done]
        return found


class Worker(ABC):
    """A child, however it was started: what it writes, kept until somebody asks for it."""

    def __init__(self, keep: int) -> None:
        """``keep``: how many bytes of what it prints are kept."""
        self.events: deque[Event] = deque()
        """What has happened and nobody has asked for yet."""
        self.printed = bytearray()
        self._parser = FrameParser()
        self._keep, self._count = keep, 0
        self._ended: Ended | None = None

    def next_event(self, deadline: float) -> Event | None:
        """What happens next; None: nothing by ``deadline`` (of ``time.monotonic``).

        Frames that were written before the child ended come before its end.
        """
        while not self.events:
            if self._ended is not None:
                return self._ended
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._pump(left)
        return self.events.popleft()

    def stop_keeping_output(self) -> None:
        """What is printed from now on is counted and thrown away."""
        self._keep = 0

    def _take_answers(self, data: bytes) -> None:
        self.events.extend(self._parser.feed(data))

    def _take_output(self, data: bytes) -> None:
        room = self._keep - len(self.printed)
        if room > 0:
            self.printed += data[:room]
        before, self._count = self._count, self._count + len(data)
        if before <= MAX_PRINTED < self._count:
            self.events.append(Flooded())

    @abstractmethod
    def _pump(self, timeout: float) -> None:
        """Wait for news, at most so many seconds, and take it in."""

    @abstractmethod
    def send(self, frame: bytes) -> None:
        """Queue a frame; it is written as the child reads."""

    @abstractmethod
    def read_output(self) -> None:
        """Take what has been printed up to now."""

    @abstractmethod
    def queued(self) -> Queued:
        """How it was kept waiting for a processor that others had; not at all where nobody counts
        that."""

    @abstractmethod
    def kill(self) -> Ended:
        """End it and wait for the end; raises SandboxError if nobody reports it."""


class Child(Worker):
    """A child that a zygote has forked, from its first frame to its end."""

    def __init__(self, handle: Handle, requests: int, answers: int, output: int, keep: int) -> None:
        super().__init__(keep)
        self._handle = handle
        self._requests, self._answers, self._output = requests, answers, output
        self._open = {requests, answers, output}
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
        self._outgoing = bytearray()

    def send(self, frame: bytes) -> None:
        self._outgoing += frame
        self._write()

    def read_output(self) -> None:
        self._read(self._output)

    def queued(self) -> Queued:
        return self._handle.queued()

    def kill(self) -> Ended:
        try:
            if self._ended is None:
                self._handle.kill()
                self._ended = self._handle.ended(_END_SECONDS)
        finally:
            for descriptor in tuple(self._open):
                self._close_one(descriptor)
        if self._ended is None:
            raise SandboxError("a sandboxed process cannot be ended; its work is repeated")
        return self._ended

    def _pump(self, timeout: float) -> None:
        time.sleep(min(_LULL, timeout))
        if not self._outgoing and self._answers in self._open:
            self._read(self._answers)
            if self.events:  # mostly there is nothing else to look after
                return
        reading = [d for d in (self._answers, self._output) if d in self._open]
        writing = [self._requests] if self._outgoing and self._requests in self._open else []
        poll = select.poll()  # not select(): that fails for descriptors beyond 1023
        for descriptor in (*reading, self._handle.wakes):
            poll.register(descriptor, select.POLLIN)
        for descriptor in writing:
            poll.register(descriptor, select.POLLOUT)
        ready = {descriptor for descriptor, _ in poll.poll(1e3 * timeout)}
        if not ready.isdisjoint(writing):
            self._write()
        for descriptor in reading:
            if descriptor in ready:
                self._read(descriptor, _ROUNDS if descriptor == self._output else 1)
        if self._handle.wakes in ready:
            ended = self._handle.ended(0.0)
            if ended is not None:
                for descriptor in reading:  # what it wrote last is still in the pipes
                    self._read(descriptor, rounds=256)
                self._ended = ended

    def _write(self) -> None:
        if self._requests not in self._open:
            return
        try:
            while self._outgoing:
                written = os.write(self._requests, self._outgoing[: 1 << 16])
                del self._outgoing[:written]
        except BlockingIOError:
            return
        except OSError:  # the child has closed its end, or is gone
            self._close_one(self._requests)

    def _read(self, descriptor: int, rounds: int = 1) -> None:
        for _ in range(rounds):
            if descriptor not in self._open:
                return
            try:
                data = os.read(descriptor, 1 << 18)
            except BlockingIOError:
                return
            if not data:
                self._close_one(descriptor)
            elif descriptor == self._answers:
                self._take_answers(data)
            else:
                self._take_output(data)

    def _close_one(self, descriptor: int) -> None:
        self._open.discard(descriptor)
        os.close(descriptor)
