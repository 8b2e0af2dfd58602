"""One submission in the sandbox: its notebook is run, then its functions are called.

Theory of operation.  A child runs the cells and then waits for calls.  If it hangs, ends or
breaks, one thing is to blame: the statement that was running, or the call.  That one is set down
as having failed, and a fresh child goes on with the rest:

- a *cell* that hung or ended the process is run up to the statement that did it, as if that
  statement had raised; the other cells are run whole;
- a *call* that hung or ended the process gets its own outcome; after the second of one function
  its remaining calls get the same outcome unseen, so that forty calls of a function that never
  returns cost two time limits and not forty;
- when the *submission* has used up its time, what is left is set down as timed out unseen,
  so that a function that is always a little too fast to be stopped cannot hold a worker either.

A gradient function contains a formula that earlier questions may ask for, so the code that builds
them is sent to a child when all calls before the first that needs it have been answered.

Time is measured here, between the frames; how a process ended, and what it used, comes from the
kernel.  A child that never became ready is our fault: :class:`SandboxError`.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from autograder.errors import SandboxError
from autograder.model import (
    Call,
    Cell,
    Fault,
    Limits,
    Outcome,
    Trace,
    Usage,
    Value,
)
from autograder.sandbox import protocol
from autograder.sandbox.cells import Cells
from autograder.sandbox.child import Frame, Garbage, Worker
from autograder.sandbox.inside import wire
from autograder.sandbox.runner import Launcher, Runner, Trouble, packages_mentioned

MAX_CHILDREN = 16
"""Processes that are started for one submission at most."""
STRIKES = 2
"""Calls of one function that may hang or end the process before the others are given up."""

_KEPT, _SHORT, _FEW = 4096, 4096, 4
"""Answers that are kept, bytes of such a one at most, and parts of a tuple in it."""

_OUTCOMES = {
    wire.RETURNED: Outcome.RETURNED,
    wire.RAISED: Outcome.RAISED,
    wire.MISSING: Outcome.MISSING,
    wire.FLOODED: Outcome.FLOODED,
    wire.EXITED: Outcome.EXITED,
    wire.UNFILLED: Outcome.RAISED,
}


PATIENCE = 10
"""Wall time of a call, in units of the processor time that it may use: a call that sleeps ends, and
one on a machine that is busy with others goes on."""
_GIVEN_UP = Trouble(
    Outcome.CRASHED, Fault("ProcessLimit", "this submission ended its process again and again")
)


class Session:
    """One submission; made by :meth:`autograder.sandbox.Sandbox.open`."""

    def __init__(
        self,
        launcher: Launcher,
        cells: Sequence[Cell],
        limits: Limits,
        names: Sequence[str],
        texts: Sequence[str],
        seed: int,
        modules: Sequence[str] | None = None,
    ) -> None:
        source = "\n".join(cell.source for cell in cells)
        self._limits = limits
        self._runner = Runner(launcher, limits, packages_mentioned(source))
        self._cells = Cells(self._runner, cells, limits, names, texts, seed, modules)
        self._strikes: Counter[str] = Counter()
        self._last: dict[str, Trouble] = {}
        """What became of the last call of a function that cost a child."""
        self._equipped: Worker | None = None
        self._closed = False
        try:
            self.notebook = self._cells.first_run()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def usage(self) -> Usage:
        """What the kernel counted: whole only after :meth:`close`."""
        return self._runner.usage

    def close(self) -> None:
        """End the child; more calls are not possible."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(SandboxError):  # what was asked for is here already
                self._runner.stop()

    def call(self, calls: Sequence[Call], *, fresh: bool = False) -> tuple[Trace, ...]:
        """Make the calls, in order; one trace each.  Raises SandboxError if the sandbox is lost.

        ``fresh``: in a new process, in which nothing has been called yet.
        """
        if self._closed:
            raise ValueError("the session is closed")
        if fresh:
            self._runner.stop()
        traces: dict[int, Trace] = {}
        while len(traces) < len(calls):
            waiting = []
            for number, call in enumerate(calls):
                if number in traces:
                    continue
                trouble = self._last.get(call.function)
                if self._runner.used_up:
                    traces[number] = _not_run(call, self._limits)
                elif trouble is not None and self._strikes[call.function] >= STRIKES:
                    traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                else:
                    waiting.append((number, call))
            if waiting:
                self._call_in_one_child(waiting, traces)
        return tuple(traces[number] for number in range(len(calls)))

    def _call_in_one_child(
        self,
        waiting: Sequence[tuple[int, Call]],
        traces: dict[int, Trace],
    ) -> None:
        """Make calls until all are made or one of them costs the child."""
        if self._runner.worker is None:
            try:
                if self._runner.started >= MAX_CHILDREN:
                    raise next(iter(self._last.values()), _GIVEN_UP)
                self._cells.run()
            except Trouble as trouble:
                # Too many processes, or a notebook that does not always end the same way.
                if trouble.forgiven:
                    return
                for number, call in waiting:
                    traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                return
        worker = self._runner.worker
        assert worker is not None
        first = next((i for i, (_, call) in enumerate(waiting) if call.hands_in_gradient), None)
        if first is None or worker is self._equipped:
            self._send_and_await(worker, waiting, traces)
        elif self._send_and_await(worker, waiting[:first], traces):
            worker.send(protocol.gradients_frame())
            self._equipped = worker
            self._send_and_await(worker, waiting[first:], traces)

    def _send_and_await(
        self, worker: Worker, waiting: Sequence[tuple[int, Call]], traces: dict[int, Trace]
    ) -> bool:
        """Make these calls; False: one of them cost the child."""
        worker.send(b"".join(protocol.call_frame(number, call) for number, call in waiting))
        for number, call in waiting:
            try:
                traces[number] = self._await_answer(number, call)
            except Trouble as trouble:
                if not trouble.forgiven:
                    self._strikes[call.function] += 1
                    self._last[call.function] = trouble
                    traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                return False
        return True

    def _await_answer(self, number: int, call: Call) -> Trace:
        seconds = PATIENCE * self._limits.call_seconds
        event = self._runner.next_event(self._runner.clock + seconds)
        if isinstance(event, Frame) and event.kind == wire.ANSWER:
            try:
                return self._read(number, call, event.data)
            except wire.WireError:
                event = Garbage()
        raise self._runner.trouble(event, seconds)

    def _read(self, number: int, call: Call, data: bytes) -> Trace:
        value = protocol.value_alone(data, number) if len(data) <= _SHORT else None
        trace = None if value is None else _trace_of_numbers(call, value)
        if trace is None:
            counts = (len(call.arguments), len(self._cells))
            trace = self._trace(call, protocol.read_answer(data, number, *counts))
        return trace

    def _trace(self, call: Call, answer: protocol.Answer) -> Trace:
        outcome = _OUTCOMES[answer.outcome]
        fault = self._cells.faults.of_call(answer.fault) if answer.fault is not None else None
        if answer.outcome == wire.UNFILLED:
            fault = self._cells.faults.unfilled(call.function, answer.parameter)
        if outcome is Outcome.RAISED and fault is not None and fault.kind == "MemoryError":
            outcome = Outcome.OUT_OF_MEMORY
        names = list(call.arguments)
        return Trace(
            call.name,
            outcome,
            self._cells.faults.of_value(answer.value) if outcome is Outcome.RETURNED else None,
            fault,
            {names[index]: array for index, array in answer.changed.items()},
            tuple(names[index] for index in answer.unreceived),
        )


@lru_cache(maxsize=_KEPT)
def _trace_of_numbers(call: Call, value: bytes) -> Trace | None:
    """The trace of an answer that is numbers and nothing else; None: it is not.

    Many students' answers to a call are the same to the last bit.  Then they are one object, and
    whoever judges it need not look twice.
    """
    numbers = protocol.read_value(value)
    return Trace(call.name, Outcome.RETURNED, numbers) if _closed(numbers) else None


def _closed(value: Value) -> bool:
    """Make all arrays of a value read-only; False: there is more to it than a few arrays."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
        return True
    if isinstance(value, tuple):
        return len(value) <= _FEW and all(_closed(entry) for entry in value)
    return value is None


def _not_run(call: Call, limits: Limits) -> Trace:
    message = f"was not run: this submission has used up its {limits.total_seconds:g} s"
    return Trace(call.name, Outcome.TIMED_OUT, fault=Fault("TimeLimit", message))
