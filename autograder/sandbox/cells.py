"""Runs a submission's cells in a child, and again in a fresh one after something went wrong.

A statement that hangs or ends the process is to blame: in the next child its cell is run up to
that statement, as if it had raised, and the other cells are run whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.model import Cell, Fault, Limits, NotebookRun, Outcome
from autograder.sandbox import protocol
from autograder.sandbox.child import Frame, Garbage
from autograder.sandbox.faults import Faults, clean
from autograder.sandbox.inside import wire
from autograder.sandbox.runner import Runner, Trouble

MAX_RUNS = 4
"""Times a notebook is run at most because a cell of it hangs or ends the process."""
MAX_STATEMENTS = 100_000
"""Statements that a notebook may announce; a flood of them would keep us reading.  A file with more
reaches the limit of time first."""
_MAX_SOURCE = 20_000
_MAX_WORDS = 64 << 10


class Cells:
    """The cells of one submission and what is known of them."""

    def __init__(
        self,
        runner: Runner,
        cells: Sequence[Cell],
        limits: Limits,
        names: Sequence[str],
        texts: Sequence[str],
        seed: int,
        modules: Sequence[str] | None = None,
    ) -> None:
        self._runner, self._cells, self._limits = runner, tuple(cells), limits
        self._names, self._texts, self._seed = tuple(names), tuple(texts), seed
        self._modules = modules
        self.faults = Faults(self._cells)
        self._stops: dict[int, int] = {}
        self._ended_by: dict[int, Fault] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def first_run(self) -> NotebookRun:
        """Run the notebook; what ends the process costs one statement and what it would define."""
        outcome, printed = Outcome.RETURNED, ""
        for _ in range(MAX_RUNS):
            if self._runner.used_up:
                break
            try:
                ran, printed = self.run()
                return self._notebook_run(outcome, ran, printed)
            except Trouble as trouble:
                if outcome is Outcome.RETURNED and not trouble.forgiven:
                    outcome = trouble.outcome
        # Something ends it again and again: nothing more is tried, the calls cannot be made.
        self._stops = dict.fromkeys(range(len(self._cells)), 0)
        return NotebookRun(outcome, self._ended_faults(), printed=printed)

    def run(self) -> tuple[protocol.Ran, str]:
        """Start a child and run the cells in it; raises :class:`Trouble`."""
        worker = self._runner.start()
        cells = [(c, self._stops.get(i, wire.NOWHERE)) for i, c in enumerate(self._cells)]
        seconds = self._limits.call_seconds
        asked = (self._names, self._texts, self._seed, self._modules, seconds)
        worker.send(protocol.notebook_frame(cells, *asked))
        deadline = self._runner.clock + self._limits.notebook_seconds
        place, announced = protocol.Place(), 0
        while True:
            event = self._runner.next_event(deadline)
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
            if not trouble.forgiven:
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
        self._ended_by.setdefault(index, self.faults.of_cell(raw))

    def _ended_faults(self) -> dict[int, Fault]:
        return {self._cells[index].number: fault for index, fault in self._ended_by.items()}

    def _notebook_run(self, outcome: Outcome, ran: protocol.Ran, printed: str) -> NotebookRun:
        first: dict[int, Fault] = {}
        further: list[Fault] = []
        for index, raw in ran.faults:
            number, fault = self._cells[index].number, self.faults.of_cell(raw)
            if number in first:
                further.append(fault)
            else:
                first[number] = fault
        sources = {self._names[index]: self._lines(*place) for index, place in ran.places.items()}
        texts = {self._texts[i]: clean(text, _MAX_WORDS) for i, text in ran.texts.items()}
        return NotebookRun(
            outcome,
            first | self._ended_faults(),
            tuple(further),
            ran.unlisted,
            tuple(self.faults.taken(raw) for raw in ran.taken),
            printed,
            texts,
            sources,
            {
                self._names[index]: (self._cells[cell].number, max(1, first))
                for index, (cell, first, _) in ran.places.items()
            },
        )

    def _lines(self, cell: int, first: int, last: int) -> str:
        """Source of a function, cut from what was handed in, not from what the child says."""
        lines = self.faults.lines_of(cell)[max(0, first - 1) : last]
        return clean("\n".join(lines), _MAX_SOURCE)
