"""Regrading: a changed assignment is tried on all that is kept, and who moves is seen first.

Grading runs in a process of its own, with the assignment and the reference as they are on the disk
by then; what this process has loaded of them stays what it was until the new one counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from threading import Lock, Thread

from starlette.responses import Response

from autograder.batch.order import Order
from autograder.batch.regrade import Kept, Move, keep, kept_files, preview
from autograder.course import Assignment
from autograder.errors import AutograderError, UsageError
from autograder.store import Conflict, open_store
from autograder.text import counted
from autograder.web.desk.queue import Paging
from autograder.web.desk.room import Room, View, where
from autograder.web.desk.rows import Filter
from autograder.web.pages import page
from autograder.web.visit import Visit


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    moves: tuple[Move, ...] = ()
    graded: int = 0
    trouble: str = ""
    """What was not graded, or why nothing was; in sentences."""
    failed: bool = False

    @property
    def up(self) -> int:
        return sum(move.by > 0 for move in self.moves)

    @property
    def down(self) -> int:
        return sum(move.by < 0 for move in self.moves)

    @property
    def mean(self) -> float:
        """Of all whose points move."""
        by = [move.by for move in self.moves if move.by]
        return fmean(by) if by else 0.0


class Trial:
    """One run on the side, from its begin until somebody keeps or forgets it."""

    def __init__(self, room: Room, order: Order, kept: Kept) -> None:
        self.order, self.kept = order, kept
        self.tried: Tried | None = None
        """None: it is not at its end."""
        self._ends = ExitStack()
        folder = Path(
            self._ends.enter_context(tempfile.TemporaryDirectory(prefix="autograder-regrade-"))
        )
        self.aside = folder / "regraded.db"
        self._said = folder / "said"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                self._command(), stdout=subprocess.DEVNULL, stderr=said, stdin=subprocess.DEVNULL
            )
        self._room = room
        self._thread = Thread(target=self._wait, name="regrading", daemon=True)
        self._thread.start()

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "autograder", "regrade", "--dry-run", "--json"]
        return [*command, "--aside", str(self.aside), *where(self.order)]

    def _wait(self) -> None:
        status = self._process.wait()
        said = self._said.read_text("utf-8", "replace").strip()
        if not self.aside.exists() or status not in (0, 1):
            self.tried = Tried(trouble=said or "It ended without a word.", failed=True)
            return
        try:
            before = self._room.view().grades
            with open_store(self.aside) as side:
                moves = preview(self.order, self._room.store, side, before)
            self.tried = Tried(moves, self.done, said)
        except (AutograderError, ValueError) as error:
            self.tried = Tried(trouble=str(error), failed=True)

    @property
    def done(self) -> int:
        """How many are graded."""
        if not self.aside.exists():
            return 0
        try:
            with open_store(self.aside) as side:
                return side.marker()[0]
        except AutograderError:  # it is being made
            return 0

    def keep(self) -> set[str]:
        with open_store(self.aside) as side:
            return keep(self.order, self._room.store, side, self.kept)

    def end(self) -> None:
        self._process.terminate()
        self._thread.join()
        self._ends.close()


class RegradePage:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._trial: Trial | None = None
        self._loaded: tuple[object, Assignment] | None = None
        self._opened = _stamp(room.order)
        """The assignment as this desk shows it, in which lateness may count otherwise."""
        self._lock = Lock()
        room.ends.callback(self._forget)

    def show(self, visit: Visit) -> str:
        trial, view = self._trial, self._room.view()
        tried = None if trial is None else trial.tried
        moves: Sequence[Move] = () if tried is None else tried.moves
        paging = Paging.of(len(moves), visit.query.number("page", 1))
        fresh = self._fresh() if trial is None else trial.order
        return page(
            "regrade.html.j2",
            visit,
            room=self._room,
            trial=trial,
            tried=tried,
            kept=self._kept(fresh, view) if trial is None else trial.kept,
            is_other=_stamp(fresh) != self._opened,
            moves=moves[paging.here],
            paging=paging,
            wanted=Filter(),
            attempts=view.book.counting,
        )

    def do(self, visit: Visit) -> Response:
        """Begin, keep, or forget it."""
        with self._lock:
            match visit.form.one("do"):
                case "begin":
                    self._begin()
                case "keep":
                    visit.later.append(self._keep())
                case "forget":
                    self._forget()
                case _:
                    raise UsageError("that is nothing that can be done here")
        return visit.to("/regrade")

    def _begin(self) -> None:
        if self._trial is not None:
            raise Conflict("Somebody has begun this already: look again.")
        order = self._fresh()
        self._trial = Trial(self._room, order, self._kept(order, self._room.view()))

    def _keep(self) -> str:
        trial = self._trial
        if trial is None or trial.tried is None or trial.tried.failed:
            raise Conflict("There is nothing to keep: look again.")
        students = trial.keep()
        self._room.renew(trial.order)
        self._opened = _stamp(trial.order)
        # Points may move without grading, such as by another price of lateness.
        self._room.changed(students | {move.student for move in trial.tried.moves})
        self._forget()
        graded = counted(len(students), "student")
        return f"The assignment as it is now counts; the work of {graded} was graded anew."

    def _forget(self) -> None:
        if self._trial is not None:
            self._trial.end()
            self._trial = None

    def outdated(self, view: View) -> str:
        """That points are by another version of the assignment than lies on the disk, for the begin
        of a sentence; empty: none are.  Where it cannot be read now: than is served."""
        try:
            order = self._fresh()
        except AutograderError:
            order = self._room.order
        return self._kept(order, view).says

    def _kept(self, order: Order, view: View) -> Kept:
        return kept_files(order, self._room.store, view.grades)

    def _fresh(self) -> Order:
        """With the assignment as it is on the disk; loaded once for as long as it stays so."""
        order = self._room.order
        stamp = _stamp(order)
        if self._loaded is None or self._loaded[0] != stamp:
            self._loaded = stamp, order.course.load(order.assignment.slug)
        return replace(order, assignment=self._loaded[1])


def _stamp(order: Order) -> tuple[tuple[str, int, int], ...]:
    """Differs when a file of the assignment or of the reference does."""
    folders = order.assignment.folder, order.course.folder / "reference"
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    found = ((str(path), path.stat()) for path in files)
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)
