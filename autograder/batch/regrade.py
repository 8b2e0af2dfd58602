"""Grading again what is kept, with the assignment as it is now; and what that moves.

What was handed in is in the store, so a changed assignment needs no folder of files.  All of it is
graded into a store on the side: somebody can look at who moves before anything counts, and a class
is never graded by two versions of an assignment because something ended half-way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.batch.order import Order, current_grades, grade_tasks, standing
from autograder.batch.output import CurrentGrades
from autograder.batch.run import Tally, Watcher
from autograder.batch.scratch import scratch_folder
from autograder.batch.tasks import Task
from autograder.errors import StoreError, UsageError
from autograder.model import Grade, QuestionGrade
from autograder.people import Standing, hand_in_of
from autograder.platforms import Found
from autograder.store import Conflict, Entry, Store, open_store
from autograder.submission import safe_name
from autograder.text import counted, points

if TYPE_CHECKING:
    from autograder.store.decided import Acts
    from autograder.store.hand_ins import HandIns

_AT_ONCE = 500
"""Files that lie in the scratch folder."""


@dataclass(frozen=True)
class Kept:
    """What is to be graded again."""

    entries: tuple[Entry, ...]
    """As the store has them."""
    without_file: tuple[str, ...] = ()
    """Students whose file was not kept: it was too large, or an older program graded it."""
    newest: int = 0
    """Id of the newest attempt that there was when this was looked up."""
    outdated: int = 0
    """How many files have points by another version of the assignment."""

    @property
    def says(self) -> str:
        """That there are such, for the begin of a sentence; empty: there are none."""
        if not self.outdated:
            return ""
        were = "was" if self.outdated == 1 else "were"
        return (
            f"{counted(self.outdated, 'file')} {were} graded by another version of the assignment"
        )


def kept_files(order: Order, store: Store, grades: CurrentGrades | None = None) -> Kept:
    """The files that count, or may count, and were not graded by the assignment as it is now.

    ``grades``: as they are, where somebody has read them already.
    """
    newest = newest_attempt(store)
    grades = current_grades(order, store) if grades is None else grades
    stored = {entry.id: entry for entry in grades.stored}
    files = {(entry.student, hand_in_of(entry)): entry for entry in grades.attempts}
    if order.assignment.attempts.keep == "latest":
        counting = {entry.id for entry in grades.entries}
        files = {subject: entry for subject, entry in files.items() if entry.id in counting}
    version = order.assignment.version
    wanted = [
        entry
        for entry in files.values()
        if order.force or entry.score is None or entry.assignment_version != version
    ]
    known = store.files.known(entry.digest for entry in wanted if entry.digest)
    return Kept(
        tuple(
            replace(stored[entry.id], handed_in=entry.handed_in)
            for entry in wanted
            if entry.digest in known
        ),
        tuple(sorted({entry.student for entry in wanted if entry.digest not in known})),
        newest,
        sum(e.score is not None and e.assignment_version != version for e in wanted),
    )


def newest_attempt(store: Store) -> int:
    """Its id, whatever it was at; 0: there is none."""
    return store.marker()[0]


@contextmanager
def on_the_side(file: Path | None = None) -> Iterator[Store]:
    """A new store for what is graded again, at ``file``; None: it is gone afterwards."""
    if file is not None:
        if file.exists():
            raise UsageError(f"{file} is there already: name a file that is not.")
        with open_store(file) as store:
            yield store
        return
    with scratch_folder(None) as folder, open_store(folder / "regraded.db") as store:
        yield store


def keep(order: Order, store: Store, side: Store, kept: Kept) -> set[str]:
    """From now on what was graded on the side counts; of whom that is.

    Raises Conflict where something was graded since ``kept`` was looked up: an older file would
    take the place of a newer one.
    """
    if newest_attempt(store) != kept.newest:
        raise Conflict(
            "Nothing was stored, for other files were graded in the meantime: grade again."
        )
    now = standing(order, store)
    students = {entry.student for entry in now.joined(side.entries(order.assignment.slug))}
    store.add_attempts(side)
    return students


def regrade_kept(order: Order, store: Store, side: Store, tally: Tally, watch: Watcher) -> Kept:
    """Grade what is kept in ``store`` again, and keep the results on the side as they come.

    ``tally`` is right also where this raises, as with :func:`autograder.batch.order.grade_all`.
    """
    now = standing(order, store)
    kept = kept_files(order, store)
    tally.total = len(kept.entries)
    watch(tally)
    for start in range(0, len(kept.entries), _AT_ONCE):
        with scratch_folder(order.scratch_in) as scratch:
            tasks = list(_tasks(store, kept.entries[start : start + _AT_ONCE], scratch, now))
            grade_tasks(order, now, tasks, side, tally, watch)
    return kept


def _tasks(store: Store, entries: Sequence[Entry], scratch: Path, now: Standing) -> Iterator[Task]:
    for number, entry in enumerate(entries, start=1):
        data = store.files.read(entry.digest)
        if data is None:
            raise StoreError(f"The file {entry.digest[:12]} is gone from {store.name}.")
        path = scratch / f"{number}-{safe_name(Path(entry.file).name)}"
        path.write_bytes(data)
        found = Found(entry.student, path, entry.file, 0.0, entry.whose)
        yield Task(found, entry.handed_in, now.student(entry.student, entry.whose))


# ------------------------------------------------------------------ what that moves


class Both:
    """A store as it would be with the attempts of another one, to be read."""

    def __init__(self, store: Store, added: Store) -> None:
        self._store, self._added = store, added
        self.acts: Acts = store.acts
        self.hand_ins: HandIns = store.hand_ins

    def entries(self, assignment: str) -> list[Entry]:
        """Those that are added have numbers below 0."""
        added = self._added.entries(assignment)
        return [*self._store.entries(assignment), *(replace(e, id=-e.id) for e in added)]

    def grades(self, ids: Sequence[int], *, details: bool = False) -> Iterator[Grade]:
        """The grades of these attempts, in the order asked for."""
        stored = self._store.grades([id_ for id_ in ids if id_ > 0], details=details)
        added = self._added.grades([-id_ for id_ in ids if id_ < 0], details=details)
        for id_ in ids:
            yield next(stored if id_ > 0 else added)


@dataclass(frozen=True)
class Step:
    """A question of which the points or the misconceptions are others."""

    name: str
    title: str
    before: float | None
    """Points that counted; None: they were not known."""
    after: float | None
    lost: tuple[str, ...] = ()
    """Misconceptions that are no longer named."""
    gained: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        names = [f"no longer {slug}" for slug in self.lost] + list(self.gained)
        moved = f"{self.title} {points(self.before)} → {points(self.after)}"
        return moved + (f" ({', '.join(names)})" if names else "")


@dataclass(frozen=True)
class Move:
    """A student of whom something is other than before."""

    student: str
    before: float | None
    """In the end, else as far as the program knows it; None: nothing is known."""
    after: float | None
    steps: tuple[Step, ...]

    @property
    def by(self) -> float:
        """How many points more; 0 where one of both is not known."""
        if self.before is None or self.after is None:
            return 0.0
        return round(self.after - self.before, 6)

    @property
    def difference(self) -> str:
        """The same with its sign."""
        return f"{'+' if self.by > 0 else ''}{points(self.by)}"

    @property
    def span(self) -> str:
        by = f" ({self.difference})" if self.by else ""
        return f"{points(self.before)} → {points(self.after)}{by}"


def preview(
    order: Order, store: Store, side: Store, before: CurrentGrades | None = None
) -> tuple[Move, ...]:
    """Who would move if what is on the side counted: the largest loss first, then by name.

    ``before``: the grades as they are shown, maybe by other rules; None: by those of the order.
    """
    joined = standing(order, store)
    both = CurrentGrades(
        Both(store, side), joined, final_max_score=order.assignment.final_max_score
    )
    graded = {entry.student for entry in both.attempts if entry.id < 0}
    if before is None:
        # The same rules for all: only of who was graded anew can anything be other than before.
        shown = current_grades(order, store)
        found = _moves(shown.of(graded), both.of(graded))
    else:
        if [e.student for e in before.entries] != [e.student for e in both.entries]:
            raise Conflict("Other files were graded in the meantime: grade again.")
        found = _moves(iter(before), iter(both))
    return tuple(sorted(found, key=lambda move: (move.by, move.student)))


def _moves(before: Iterator[Grade], after: Iterator[Grade]) -> Iterator[Move]:
    for old, new in zip(before, after, strict=True):
        known = {question.name: question for question in old.questions}
        steps = tuple(
            step
            for question in new.questions
            if (step := _step(known.get(question.name), question)) is not None
        )
        if steps or _worth(old) != _worth(new):
            yield Move(new.student, _worth(old), _worth(new), steps)


def _step(old: QuestionGrade | None, new: QuestionGrade) -> Step | None:
    before = None if old is None else old.final_points
    named = () if old is None else old.misconceptions
    lost = tuple(slug for slug in named if slug not in new.misconceptions)
    gained = tuple(slug for slug in new.misconceptions if slug not in named)
    if before == new.final_points and not lost and not gained:
        return None
    return Step(new.name, new.title, before, new.final_points, lost, gained)


def _worth(grade: Grade) -> float | None:
    if grade.final is not None and grade.final.score is not None:
        return grade.final.score
    return grade.score
