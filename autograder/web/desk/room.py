"""How things stand in one assignment, brought up to date as people decide and files are graded.

Theory of operation.  All that a list shows of an answer is kept in memory, a small row each; a
student's whole grade is read when a page shows it.  Before each page the store is asked for one
line of numbers that rise with whatever is added.  Where only acts are new, the rows of their
students are made anew; where attempts are, those of students of whom another attempt counts now;
where people or times are, all.  What one request sees, a :class:`View`, never changes under it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import cached_property
from threading import Lock, Thread
from time import monotonic

import msgspec

from autograder.acts import Book, Ledger, decide
from autograder.batch.order import Order, current_grades
from autograder.batch.output import CurrentGrades, book_of
from autograder.model import Grade
from autograder.people import Policies, key
from autograder.store import Act, Comment, Publication, Share, Store
from autograder.web.desk.alike import Alike
from autograder.web.desk.rows import IN_WORDS, Filter, Line, Row, line_of, reads
from autograder.web.desk.tables import Tables

_HERE_SECONDS = 120.0
"""For so long somebody is said to read what they opened."""
_FEW_NEW = 20
"""So many answers are compared in no time, in the page that asks."""
_PAUSE_SECONDS = 0.001
"""After each that is compared behind the pages: they, and what students hand in, go first."""


Key = tuple[str, str]
"""A student and a question."""


@dataclass(frozen=True)
class View:
    """How things stand at one moment."""

    book: Book
    grades: CurrentGrades
    lines: Mapping[str, Line]
    """By student, in their order."""
    rows: tuple[Row, ...]
    """By question, in the assignment's order, and then by student."""
    places: Mapping[Key, int]
    """Where each of them is among all."""
    students: Mapping[int, str]
    """By the id of any of their attempts."""
    alike: Alike
    """Shared by all views: which texts are nearly equal never changes."""

    @classmethod
    def of(cls, book: Book, grades: CurrentGrades, lines: Mapping[str, Line], alike: Alike) -> View:
        """Made of nothing that was made before."""
        by_question: dict[str, list[Row]] = {name: [] for name in book.asked}
        for line in lines.values():
            for row in line.answers:
                by_question.setdefault(row.question, []).append(row)
        rows = tuple(row for rows in by_question.values() for row in rows)
        standing = book.standing
        students = {e.id: standing.student(e.student, e.whose) for e in book.attempts}
        places = {row.key: place for place, row in enumerate(rows)}
        return cls(book, grades, lines, rows, places, students, alike)

    def decided_since(self, book: Book, grades: CurrentGrades, made: Mapping[str, Line]) -> View:
        """The same attempts, with other lines for some students."""
        rows = list(self.rows)
        for line in made.values():
            for row in line.answers:
                rows[self.places[row.key]] = row
        newer = replace(
            self, book=book, grades=grades, lines={**self.lines, **made}, rows=tuple(rows)
        )
        # Answers are what they were, and so is what is made of them.
        for name in ("_groups", "_in_words", "misconceptions", "sections"):
            if name in self.__dict__:
                newer.__dict__[name] = self.__dict__[name]
        return newer

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Of the questions."""
        return {name: place for place, name in enumerate(self.book.asked)}

    @cached_property
    def counts(self) -> Counter[str]:
        """How many answers there are of each kind, as :meth:`once` has them; of any: ``""``."""
        found: dict[str, list[Row]] = {"": list(self.rows)}
        for row in self.rows:
            for kind in row.kinds:
                found.setdefault(kind, []).append(row)
        return Counter({kind: len(self.once(rows)) for kind, rows in found.items()})

    @cached_property
    def _groups(self) -> Mapping[Key, tuple[int, ...]]:
        """Places of answers in words, by question and by the text that they are like."""
        found: dict[Key, list[int]] = {}
        for question, texts in self._texts().items():
            self.alike.take(question, texts)
        for place in self._in_words:
            row = self.rows[place]
            like = self.alike.like(row.question, row.plain)
            found.setdefault((row.question, like), []).append(place)
        return {name: tuple(places) for name, places in found.items()}

    def _texts(self) -> Mapping[str, list[str]]:
        """Of the answers in words, by question."""
        found: dict[str, list[str]] = {}
        for place in self._in_words:
            row = self.rows[place]
            found.setdefault(row.question, []).append(row.plain)
        return found

    @property
    def uncompared(self) -> int:
        """How many answers in words were never compared with others."""
        if "_groups" in self.__dict__:
            return 0
        return sum(self.alike.unknown(*question) for question in self._texts().items())

    def compare(self, pause: float) -> None:
        """Compare them, resting so many seconds after each."""
        for question, texts in self._texts().items():
            self.alike.take(question, texts, pause)

    @property
    def groups(self) -> list[tuple[Row, ...]]:
        """Of more than one answer that are equal or nearly so."""
        return [
            tuple(self.rows[place] for place in places)
            for places in self._groups.values()
            if len(places) > 1
        ]

    def group(self, row: Row) -> tuple[Row, ...]:
        """The answers that are like this one, itself among them."""
        if not row.by_person:
            return (row,)
        groups = self._groups  # for which all are compared: only then it is known what each is like
        places = groups[row.question, self.alike.like(row.question, row.plain)]
        return tuple(self.rows[place] for place in places)

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Who reads what."""
        return self.book.ledger.sharing

    @cached_property
    def readers(self) -> Mapping[str, tuple[int, int]]:
        """How many answers each has read, and how many there are for them to read."""
        theirs: dict[str, list[Row]] = {}
        for row in self.rows if self.shares else ():
            if reader := reads(self.shares, row):
                theirs.setdefault(reader, []).append(row)
        return {reader: self.read_of(rows) for reader, rows in sorted(theirs.items())}

    def read_of(self, rows: Sequence[Row]) -> tuple[int, int]:
        """How many of these answers are read, and how many there are, as :meth:`once` has them."""
        once = self.once(rows)
        return sum(row.is_read for row in once), len(once)

    def together(self, student: str) -> tuple[str, ...]:
        """With whom they handed in what counts: it is one piece of work."""
        return tuple(one for one in self.book.works.get(student, ()) if one != student)

    def partners(self, row: Row) -> list[Row]:
        """The same answer of those with whom it was handed in."""
        found = (self.row(student, row.question) for student in self.together(row.student))
        return [one for one in found if one is not None and one.plain == row.plain]

    def once(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Of those who handed in together one answer in words, which stands for the others as long
        as they have the same points."""
        if not self.book.works:
            return rows
        seen, found = set(), []
        for row in rows:
            group = self.book.works.get(row.student) if row.by_person else None
            work = group, row.question, row.points
            if group is None or work not in seen:
                found.append(row)
            seen.add(work)
        return found

    def chosen(self, wanted: Filter, *, names: bool = True) -> list[Row]:
        """The answers that somebody wants to see."""
        rows = self.rows
        if wanted.kind in IN_WORDS:
            rows = tuple(rows[place] for place in self._in_words)
        return wanted.chosen(rows, self.shares, names=names)

    @cached_property
    def _in_words(self) -> tuple[int, ...]:
        """Places of the answers in words."""
        return tuple(place for place, row in enumerate(self.rows) if row.by_person)

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return tuple(sorted({line.section for line in self.lines.values()} - {""}))

    @cached_property
    def misconceptions(self) -> Mapping[str, int]:
        """How many students have each, the commonest first."""
        lines = self.lines.values()
        return dict(Counter(slug for line in lines for slug in line.misconceptions).most_common())

    def row(self, student: str, question: str) -> Row | None:
        place = self.places.get((student, question))
        return None if place is None else self.rows[place]

    def having(self, misconception: str) -> list[Line]:
        """Whose code shows it."""
        return [line for line in self.lines.values() if misconception in line.misconceptions]

    def grade(self, student: str) -> Grade:
        return self.book.grade(student)


class Room:
    """One assignment, its store, and who reads what at the moment."""

    def __init__(
        self, order: Order, store: Store, tables: Tables, markers: Sequence[str] = ()
    ) -> None:
        """``markers``: among whom answers are shared out."""
        self.markers = tuple(markers)
        self.order = order
        self.store = store
        self.tables = tables
        self._lock = Lock()
        self._comparing = Lock()
        self._marker: tuple[int, ...] = ()
        self._view: View | None = None
        self._alike = Alike()
        self._readers: dict[tuple[str, str], dict[str, float]] = {}
        self.ends = ExitStack()
        """What is to be ended with the desk."""

    @property
    def title(self) -> str:
        return self.order.assignment.title

    @property
    def zone(self) -> tzinfo:
        """On whose clocks times are shown."""
        return Policies(late=self.order.assignment.late).zone

    @property
    def is_open(self) -> bool:
        """Whether anybody has looked, since when only what is new has to be read."""
        return self._view is not None

    def renew(self, order: Order) -> None:
        """The same assignment as it is now."""
        with self._lock:
            self.order, self._view = order, None

    def view(self) -> View:
        """How things stand now."""
        with self._lock:
            marker = self.store.marker()
            if self._view is None or marker != self._marker:
                self._view = self._newer(self._view, self._marker, marker)
                self._marker = marker
            return self._view

    def _newer(self, view: View | None, before: tuple[int, ...], now: tuple[int, ...]) -> View:
        if view is None or before[1:-1] != now[1:-1]:
            return self._all_anew()
        if before[0] != now[0]:
            return self._with_attempts(view)
        old = view.book.ledger
        newer = self.store.acts.of(view.book.assignment, after=old.newest)
        published = self.store.acts.published(view.book.assignment)
        ledger = old.and_newer(newer, published)
        grades = view.grades.decided_since(ledger)
        book = book_of(self.order.assignment, grades).knowing(view.book)
        seen = _only_published(view, newer, ledger)
        concerned = _concerned(view, ledger) - seen.keys()
        places = {student: view.lines[student].place for student in concerned}
        made = self._lines(book, concerned, places) if concerned else {}
        return view.decided_since(book, grades, {**seen, **made})

    def _all_anew(self) -> View:
        grades = current_grades(self.order, self.store)
        book = book_of(self.order.assignment, grades)
        return View.of(book, grades, self._lines(book, book.counting), self._alike)

    def _with_attempts(self, view: View) -> View:
        grades = current_grades(self.order, self.store)
        book = book_of(self.order.assignment, grades)
        if list(book.counting) != list(view.lines):  # a newcomer moves all who follow
            return View.of(book, grades, self._lines(book, book.counting), self._alike)
        changed = {s for s, id_ in book.counting.items() if view.book.counting[s] != id_}
        made = self._lines(book, changed | _concerned(view, grades.ledger))
        return View.of(book, grades, {**view.lines, **made}, self._alike)

    def _lines(
        self, book: Book, students: Iterable[str], places: Mapping[str, int] | None = None
    ) -> dict[str, Line]:
        """``places``: of these among all; None: they are looked up."""
        if places is None:
            places = {student: place for place, student in enumerate(book.counting)}
        sections = {key(p.id): p.section for p in book.standing.directory.people}
        return {
            grade.student: line_of(
                grade, book, places[grade.student], sections.get(key(grade.student), "")
            )
            for grade in book.grades(set(students))
        }

    def compare(self, view: View) -> None:
        """See to it that the answers are compared, in a thread beside the pages where they are
        many.  It is for whoever opens the desk: while nobody marks, nothing is compared."""
        if view.uncompared <= _FEW_NEW or not self._comparing.acquire(blocking=False):
            return

        def run() -> None:
            try:
                view.compare(_PAUSE_SECONDS)
            finally:
                self._comparing.release()

        Thread(target=run, name="compare", daemon=True).start()

    def alike(self, view: View, row: Row) -> int:
        """How many answers are like this one; 0: that is not known yet."""
        self.compare(view)
        return 0 if self._comparing.locked() else len(view.group(row))

    # -------------------------------------------------------------- deciding

    def decide(
        self,
        view: View,
        acts: Sequence[Act],
        *,
        versions: Mapping[tuple[str, str], int] | None = None,
        alone: bool = False,
    ) -> str:
        """Keep acts, all of them or none, and have the tables follow; raises Conflict."""
        deed = decide(self.store, view.book.ledger, acts, versions=versions, alone=alone)
        self.changed({student for student, _ in view.book.ledger.touched(acts)})
        return deed

    def changed(self, students: Iterable[str]) -> None:
        """The tables and the pages of these are to be written anew."""
        self.tables.follow(students)

    # -------------------------------------------------------------- who reads what

    def reads(self, who: str, row: Row) -> list[str]:
        """Note it, and say who else has opened the same a moment ago."""
        now = monotonic()
        with self._lock:
            for key_ in [k for k, of in self._readers.items() if of.pop(who, None) and not of]:
                del self._readers[key_]
            here = self._readers.setdefault(row.key, {})
            others = [name for name, at in here.items() if now - at < _HERE_SECONDS]
            here[who] = now
        return sorted(others)


def where(order: Order) -> list[str]:
    """The options with which a command means the same."""
    named = {
        "--course": order.course.folder,
        "--assignment": order.assignment.slug,
        "--out": order.out.path,
        "--store": order.store_at,
    }
    return [str(part) for pair in named.items() for part in pair]


def _only_published(view: View, newer: Sequence[Act], ledger: Ledger) -> dict[str, Line]:
    """Lines of those to whom the very state was published that is shown here, and of whom nothing
    else was decided: for a whole class to be read again takes many seconds."""
    if not all(isinstance(act.what, Publication) for act in newer):
        return {}
    deeds = {act.deed for act in newer}
    return {
        student: msgspec.structs.replace(line, seen="yes")
        for student, last in ledger.published.items()
        if last.deed in deeds
        and (line := view.lines.get(student)) is not None
        and (last.attempt, last.final_score) == (line.attempt, line.final)
    }


def _concerned(view: View, ledger: Ledger) -> set[str]:
    """Whose lines are no longer as they were: of whom something was decided, or published, since;
    and who has what a comment to all is about."""
    before = view.book.ledger
    newer = ledger.acts[len(before.acts) :]
    found = {student for student, _ in ledger.touched(newer)}
    for student in {*before.published, *ledger.published}:
        if before.published.get(student) != ledger.published.get(student):
            found.add(student)
    for act in {act.id: act for act in (*before.to_all, *ledger.to_all)}.values():
        if (act in before.to_all) != (act in ledger.to_all) and isinstance(act.what, Comment):
            found |= {line.student for line in view.having(act.what.misconception)}
    return found & set(view.lines)
