"""The child's main loop: read a frame, do what it asks, write one back.

By the time it runs, the child has confined itself.  It first gets the notebook and runs it; only
after "ran" has been sent do calls arrive, one frame each, so that no hidden input exists in the
process while the notebook's cells run, and none but those on their way while a function runs.
What builds gradient functions (:mod:`.gradients`) arrives compiled with the first calls that
need it: until then, the formula in it is to be found nowhere in the process.
"""

from __future__ import annotations

import marshal
import os
import random
import re
import signal
import sys
import threading
import time
import types
from typing import NoReturn, SupportsIndex

import numpy as np

from autograder.sandbox.inside.calls import Caller, write_fault
from autograder.sandbox.inside.notebook import Notebook, Where
from autograder.sandbox.inside.shown import asks
from autograder.sandbox.inside.transform import CellReader
from autograder.sandbox.inside.wire import (
    ANSWER,
    CALL,
    GRADIENTS,
    HEADER,
    MAX_FAULTS,
    MAX_TAKEN,
    NO_MEMORY,
    NO_TIME,
    NOTEBOOK,
    NOWHERE,
    RAN,
    READY,
    STATEMENT,
    Reader,
    WireError,
    Writer,
)

MAX_TEXT = 64 << 10
"""Characters of a text that was asked for, such as ``explanation``."""
MAX_FAULTS_OF_A_CELL = 20
_BIG = 1 << 30
_CHANCE = re.compile("random|sampl|shuffle|choice|rvs")
"""In the text of all that draws numbers.  Most update rules draw none, and are called 130 times."""
_set_timer = getattr(signal, "setitimer", None)  # held, whatever student code does to ``signal``
_get_timer = getattr(signal, "getitimer", None)
_really_sleep = time.sleep
_thread, _MAIN = threading.get_ident, threading.get_ident()
_PROCESSOR_TIME = getattr(signal, "ITIMER_PROF", 0)


class Pipes:
    """The child's two ends; the functions are held, whatever student code does to ``os``."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._in, self._out = incoming, outgoing
        self._read, self._write = os.read, os.write
        self.exit = os._exit
        self._waiting, self._at = b"", 0
        """What has been read, calls come many at a time; and how much of it is done with."""

    def _exactly(self, count: int) -> bytes:
        end = self._at + count
        if len(self._waiting) < end:
            parts = [self._waiting[self._at :]]
            missing = count - len(parts[0])
            while missing > 0:
                part = self._read(self._in, max(missing, 1 << 16))
                if not part:
                    self.exit(0)  # the trusted side has closed: there is nothing left to do
                parts.append(part)
                missing -= len(part)
            self._waiting, self._at, end = b"".join(parts), 0, count
        data = self._waiting[self._at : end]
        self._at = end
        return data

    def receive(self) -> tuple[int, Reader]:
        kind, length = HEADER.unpack(self._exactly(HEADER.size))
        return kind, Reader(self._exactly(length))

    def send(self, kind: int, body: bytes = b"") -> None:
        data = memoryview(HEADER.pack(kind, len(body)) + body)
        while data:
            data = data[self._write(self._out, data) :]


class Harness:
    """One child's work, from "ready" to the end of its pipe."""

    def __init__(self, incoming: int, outgoing: int, reader: CellReader) -> None:
        self._pipes = Pipes(incoming, outgoing)
        self._reader = reader
        self._caller: Caller | None = None
        self._seconds = 0.0
        """Processor time of one call; 0: not bounded by itself."""
        self._gradients: types.ModuleType | None = None

    def serve(self) -> NoReturn:
        """Never returns: the process ends with the pipe."""
        time.sleep = sleep
        if _set_timer is not None:  # the first process of a namespace heeds no signal by itself
            signal.signal(signal.SIGPROF, lambda number, frame: self._pipes.exit(NO_TIME))
        try:
            self._serve()
        except MemoryError:  # there is none left even for an answer
            self._pipes.exit(NO_MEMORY)

    def _serve(self) -> NoReturn:
        self._pipes.send(READY)
        while True:
            kind, frame = self._pipes.receive()
            if kind == NOTEBOOK:
                self._pipes.send(RAN, self._run(frame))
            elif kind == CALL and self._caller is not None:
                bound_processor_time(self._seconds)
                answer = self._caller.answer(frame, self._gradients)
                bound_processor_time(0.0)
                self._pipes.send(ANSWER, answer)
            elif kind == GRADIENTS:
                self._gradients = types.ModuleType("gradients")
                exec(marshal.loads(frame.raw(_BIG)), vars(self._gradients))
            else:
                raise WireError("no such request")

    def _run(self, frame: Reader) -> bytes:
        seed = frame.u32()
        self._seconds = frame.u32() / 1000
        chosen, modules = frame.u8(), frozenset(frame.text(_BIG).split())
        cells = [(frame.u32(), frame.u32(), frame.text(_BIG)) for _ in range(frame.u32())]
        names = [frame.text(_BIG) for _ in range(frame.u32())]
        texts = [frame.text(_BIG) for _ in range(frame.u32())]
        files = [f"<cell {number}>" if number else "<file>" for number, _, _ in cells]
        shows = asks([source for _, _, source in cells])
        notebook = Notebook(self._reader, files, modules if chosen else None, shows=shows)
        by_chance = any(_CHANCE.search(source) for _, _, source in cells)
        self._caller = Caller(notebook, seed, by_chance=by_chance)
        np.random.seed(seed)
        random.seed(seed)
        faults: list[tuple[int, Where]] = []
        unlisted = 0
        for index, (_, stop, source) in enumerate(cells):
            for place, fault in enumerate(notebook.run_cell(index, source, stop, self._announce)):
                if place < MAX_FAULTS_OF_A_CELL and len(faults) < MAX_FAULTS:
                    faults.append((index, fault))
                else:
                    unlisted += 1
        flush_output()
        return self._report(notebook, faults, unlisted, names, texts)

    def _announce(self, cell: int, statement: int, line: int) -> None:
        writer = Writer()
        for number in (cell, statement, line):
            writer.u32(number)
        self._pipes.send(STATEMENT, writer.body())

    def _report(
        self,
        notebook: Notebook,
        faults: list[tuple[int, Where]],
        unlisted: int,
        names: list[str],
        texts: list[str],
    ) -> bytes:
        taken = notebook.give_names_back(names)[:MAX_TAKEN]
        writer = Writer()
        writer.u32(len(faults))
        for index, fault in faults:
            writer.u32(index)
            write_fault(writer, fault)
        writer.u32(min(unlisted, NOWHERE))
        writer.u32(len(taken))
        for name, cell, line in taken:
            writer.text(name)
            writer.u32(cell)
            writer.u32(line)
        places = [(i, place) for i, n in enumerate(names) if (place := notebook.source_of(n))]
        writer.u32(len(places))
        for i, place in places:
            for number in (i, *place):
                writer.u32(number)
        values = [(i, notebook.namespace.get(name)) for i, name in enumerate(texts)]
        found = [(i, value) for i, value in values if isinstance(value, str)]
        writer.u32(len(found))
        for i, value in found:
            writer.u32(i)
            writer.text(str(value)[:MAX_TEXT])
        return writer.body()


def bound_processor_time(seconds: float) -> None:
    """Let the kernel end this process after so much more processor time; 0: not any more.

    A busy machine takes nothing off it.  Code may put it aside; what a process has in all, and the
    wall time of a call, it cannot.
    """
    if _set_timer is not None:
        _set_timer(_PROCESSOR_TIME, seconds)


def sleep(seconds: float | SupportsIndex) -> None:
    """In place of ``time.sleep``: within a call, take the time off what the call may use.

    Nobody waits for it, and it costs as much on a busy machine as on an idle one.  A call that
    sleeps for longer than it has ends by its limit, as one that computes for longer does.
    """
    wanted = seconds if isinstance(seconds, float) else float(seconds.__index__())
    left = 0.0
    if _get_timer is not None and _thread() == _MAIN:  # others may wait beside it
        left = _get_timer(_PROCESSOR_TIME)[0]
    if left <= 0:
        _really_sleep(wanted)
    elif wanted < left:
        bound_processor_time(left - max(0.0, wanted))
    else:
        bound_processor_time(1e-6)
        while True:
            pass  # the kernel ends it


def flush_output() -> None:
    """What the cells printed belongs before "ran"; a broken stream is the student's own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
