"""One submission in the sandbox: its notebook is run, then its functions are called.

Theory of operation.  A child runs the cells and then waits for calls.  If it hangs, ends or
breaks, one thing is to blame: the statement that was running, or the call.  That one is set down
as having failed, and a fresh child goes on with the rest:

- a *cell* that hung or ended the process is run up to the statement that did it, as if that
  statement had raised; the other cells are run whole;
- a *call* that hung or ended the process gets its own outcome; after the second of one function
  its remaining calls get the same outcome unseen, so that forty calls of a function that never
  returns cost two time limits and not forty.

Time is measured here, between the frames; how a process ended, and what it used, comes from the
kernel.  A child that never became ready is our fault: :class:`SandboxError`.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType

import numpy as np

from autograder.errors import SandboxError
from autograder.model import (
    Call,
    Cell,
    Fault,
    FloatArray,
    Gradient,
    Limits,
    NotebookRun,
    Outcome,
    Trace,
    Usage,
)
from autograder.sandbox import protocol
from autograder.sandbox.child import Frame, Garbage
from autograder.sandbox.faults import Faults, clean
from autograder.sandbox.inside import wire
from autograder.sandbox.runner import Launcher, Runner, Trouble, Worker, packages_mentioned

MAX_RUNS = 4
"""Times a notebook is run at most because a cell of it hangs or ends the process."""
MAX_STATEMENTS = 50_000
"""Statements that a notebook may announce; a flood of them would keep us reading."""
MAX_CHILDREN = 16
"""Processes that are started for one submission at most."""
STRIKES = 2
"""Calls of one function that may hang or end the process before the others are given up."""
_MAX_SOURCE = 20_000
_MAX_WORDS = 64 << 10

_OUTCOMES = {
    wire.RETURNED: Outcome.RETURNED,
    wire.RAISED: Outcome.RAISED,
    wire.MISSING: Outcome.MISSING,
    wire.FLOODED: Outcome.FLOODED,
    wire.EXITED: Outcome.EXITED,
    wire.UNFILLED: Outcome.RAISED,
}


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
    ) -> None:
        self._cells = tuple(cells)
        self._limits = limits
        self._names, self._texts, self._seed = tuple(names), tuple(texts), seed
        source = "\n".join(cell.source for cell in self._cells)
        self._runner = Runner(launcher, limits, packages_mentioned(source))
        self._faults = Faults(self._cells)
        self._stops: dict[int, int] = {}
        self._ended_by: dict[int, Fault] = {}
        self._strikes: Counter[str] = Counter()
        self._closed = False
        try:
            self.notebook = self._first_run()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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

    # ------------------------------------------------------------ the notebook

    def _first_run(self) -> NotebookRun:
        """Run the notebook; what ends the process costs one statement and what it would define."""
        outcome, printed = Outcome.RETURNED, ""
        for _ in range(MAX_RUNS):
            try:
                ran, printed = self._run_cells()
                return self._notebook_run(outcome, ran, printed)
            except Trouble as trouble:
                outcome = trouble.outcome if outcome is Outcome.RETURNED else outcome
        # Something ends it again and again: nothing more is tried, the calls cannot be made.
        self._stops = dict.fromkeys(range(len(self._cells)), 0)
        return NotebookRun(outcome, self._ended_faults(), printed)

    def _run_cells(self) -> tuple[protocol.Ran, str]:
        """Start a child and run the cells in it; raises :class:`Trouble`."""
        worker = self._runner.start()
        cells = [(c, self._stops.get(i, wire.NOWHERE)) for i, c in enumerate(self._cells)]
        worker.send(protocol.notebook_frame(cells, self._names, self._texts, self._seed))
        deadline = time.monotonic() + self._limits.notebook_seconds
        place, announced = protocol.Place(), 0
        while True:
            event = worker.next_event(deadline)
            try:
                if isinstance(event, Frame) and event.kind == wire.STATEMENT:
                    place = protocol.read_statement(event.data, len(self._cells))
                    announced += 1
                    if announced > MAX_STATEMENTS:
                        raise wire.WireError("more statements than anyone writes")
                    continue
                if isinstance(event, Frame) and event.kind == wire.RAN:
                    counts = (len(self._cells), len(self._names), len(self._texts))
                    ran = protocol.read_ran(event.data, *counts)
                    break
            except wire.WireError:
                event = Garbage()
            trouble = self._runner.trouble(event, self._limits.notebook_seconds)
            self._blame(place, trouble.fault)
            raise trouble
        worker.read_output()
        worker.stop_keeping_output()
        return ran, clean(worker.printed.decode("utf-8", "replace"), self._limits.output)

    def _blame(self, place: protocol.Place, fault: Fault) -> None:
        """The statement that was running is not run again, nor what follows it in its cell."""
        if not self._cells:
            return
        index = place.cell
        self._stops[index] = min(place.statement, self._stops.get(index, place.statement))
        raw = protocol.RawFault(fault.kind, fault.message, index, place.line)
        self._ended_by.setdefault(index, self._faults.of_cell(raw))

    def _ended_faults(self) -> dict[int, Fault]:
        return {self._cells[index].number: fault for index, fault in self._ended_by.items()}

    def _notebook_run(self, outcome: Outcome, ran: protocol.Ran, printed: str) -> NotebookRun:
        faults = {
            self._cells[index].number: self._faults.of_cell(raw)
            for index, raw in ran.faults.items()
        }
        sources = {self._names[index]: self._lines(*place) for index, place in ran.places.items()}
        texts = {self._texts[i]: clean(text, _MAX_WORDS) for i, text in ran.texts.items()}
        return NotebookRun(outcome, faults | self._ended_faults(), printed, texts, sources)

    def _lines(self, cell: int, first: int, last: int) -> str:
        """Source of a function, cut from what was handed in, not from what the child says."""
        lines = self._cells[cell].source.splitlines()[max(0, first - 1) : last]
        return clean("\n".join(lines), _MAX_SOURCE)

    # ------------------------------------------------------------ the calls

    def call(self, calls: Sequence[Call]) -> tuple[Trace, ...]:
        """Make the calls, in order; one trace each.  Raises SandboxError if the sandbox is lost."""
        if self._closed:
            raise ValueError("the session is closed")
        traces: dict[int, Trace] = {}
        last: dict[str, Trouble] = {}
        while len(traces) < len(calls):
            waiting = []
            for number, call in enumerate(calls):
                if number in traces:
                    continue
                trouble = last.get(call.function)
                if trouble is not None and self._strikes[call.function] >= STRIKES:
                    traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                else:
                    waiting.append((number, call))
            if waiting:
                self._call_in_one_child(waiting, traces, last)
        return tuple(traces[number] for number in range(len(calls)))

    def _call_in_one_child(
        self,
        waiting: Sequence[tuple[int, Call]],
        traces: dict[int, Trace],
        last: dict[str, Trouble],
    ) -> None:
        """Make calls until all are made or one of them costs the child."""
        if self._runner.worker is None:
            try:
                if self._runner.started >= MAX_CHILDREN:
                    raise next(iter(last.values()), _GIVEN_UP)
                self._run_cells()
            except Trouble as trouble:
                # Too many processes, or a notebook that does not always end the same way.
                for number, call in waiting:
                    traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                return
        worker = self._runner.worker
        assert worker is not None
        for number, call in waiting:
            worker.send(protocol.call_frame(number, call))
        for number, call in waiting:
            try:
                traces[number] = self._await_answer(worker, number, call)
            except Trouble as trouble:
                self._strikes[call.function] += 1
                last[call.function] = trouble
                traces[number] = Trace(call.name, trouble.outcome, fault=trouble.fault)
                return

    def _await_answer(self, worker: Worker, number: int, call: Call) -> Trace:
        event = worker.next_event(time.monotonic() + self._limits.call_seconds)
        if isinstance(event, Frame) and event.kind == wire.ANSWER:
            try:
                counts = (len(call.arguments), len(self._cells))
                answer = protocol.read_answer(event.data, number, *counts)
            except wire.WireError:
                event = Garbage()
            else:
                return self._trace(call, answer)
        raise self._runner.trouble(event, self._limits.call_seconds)

    def _trace(self, call: Call, answer: protocol.Answer) -> Trace:
        outcome = _OUTCOMES[answer.outcome]
        fault = self._faults.of_call(answer.fault) if answer.fault is not None else None
        if answer.outcome == wire.UNFILLED:
            fault = self._faults.unfilled(call.function, answer.parameter)
        if outcome is Outcome.RAISED and fault is not None and fault.kind == "MemoryError":
            outcome = Outcome.OUT_OF_MEMORY
        names = list(call.arguments)
        changed = {names[index]: array for index, array in answer.changed.items()}
        return Trace(
            call.name,
            outcome,
            self._faults.of_value(answer.value) if outcome is Outcome.RETURNED else None,
            fault,
            _inputs_after(call, changed),
            tuple(names[index] for index in answer.unreceived),
        )


def _inputs_after(call: Call, changed: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The arrays and numbers: as they came back where they were changed, else as they went."""
    after = {}
    for name, argument in call.arguments.items():
        if name in changed:
            after[name] = changed[name]
        elif not isinstance(argument, Gradient):
            after[name] = np.array(argument, dtype=np.float64)
    return after
