"""Which assignments there are at the moment, kept up to date with the course folder.

An assignment that is edited while students hand in is taken up as a whole, or not at all: where it
cannot be read as it is now, what was there before stays, and :attr:`Syllabus.troubles` says why in
a sentence.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from threading import Event, Thread

from autograder.batch.order import Order
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.store import Store
from autograder.web.desk.room import Room
from autograder.web.desk.tables import Tables
from autograder.web.pages import moment
from autograder.web.portal.register import Register
from autograder.web.visit import NotOpen

_EVERY = 1.0
"""Seconds between two looks at the folder."""
_PASSED_OVER = {"__pycache__", "sample_submissions", "right_variants"}
_LOOKED_AT = (".toml", ".py", ".md", ".ipynb")
_log = logging.getLogger(__name__)

State = tuple[tuple[str, int, int], ...]
"""Names, times and sizes of files."""


@dataclass(frozen=True)
class Exercise:
    """An assignment as it is served."""

    order: Order
    room: Room
    """For the desk."""
    register: Register

    @property
    def assignment(self) -> Assignment:
        return self.order.assignment

    @property
    def slug(self) -> str:
        return self.order.assignment.slug

    @property
    def is_open(self) -> bool:
        """Whether students get it by now."""
        opens = self.assignment.opens
        return opens is None or datetime.now(UTC) >= opens

    def require_open(self) -> None:
        """Raises NotOpen where students have to wait for it."""
        if not self.is_open and self.assignment.opens is not None:
            at = moment(self.assignment.opens, self.room.zone)
            raise NotOpen(
                f"{self.assignment.title} opens on {at}: it is to be had, and handed in, from then "
                "on"
            )

    @property
    def released(self) -> Path:
        """The folder of what students receive."""
        return self.order.course.folder / "student_template" / self.slug

    @property
    def is_released(self) -> bool:
        """Whether there is anything for students to download."""
        return self.released.is_dir()


class Syllabus:
    """Use as a context manager, which looks at the folder now and then."""

    def __init__(
        self,
        course: Course,
        slugs: Sequence[str] | None,
        order_of: Callable[[Assignment], Order],
        store: Store,
        tables_of: Callable[[Order], Tables],
    ) -> None:
        """``slugs``: the assignments that are served; None: all there are.

        ``tables_of``: what keeps the tables of an order in step; it runs already.
        """
        self._course = course
        self._slugs = slugs
        self._order_of = order_of
        self._store = store
        self._tables_of = tables_of
        self._exercises: dict[str, Exercise] = {}
        self._states: dict[str, State] = {}
        self._reference: State | None = None
        self._edited: set[str] = set()
        """Whose tables and pages do not know yet what they say now."""
        self.troubles: Mapping[str, str] = {}
        """Why an assignment is not as its folder says now, by slug."""
        self.changed: Callable[[], None] = lambda: None
        """Called when an assignment is another one than before."""
        self._ended = Event()
        self._thread = Thread(target=self._watch, name="syllabus", daemon=True)
        self.look()

    def __enter__(self) -> Syllabus:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5.0)
        for exercise in self:
            exercise.room.ends.close()

    def __iter__(self) -> Iterator[Exercise]:
        return iter([self._exercises[slug] for slug in sorted(self._exercises)])

    def get(self, slug: str) -> Exercise | None:
        return self._exercises.get(slug)

    @property
    def zone(self) -> tzinfo:
        """In which times are told that belong to no assignment."""
        zones = (one.assignment.late.zone for one in self)
        return next((zone for zone in zones if zone is not None), UTC)

    @property
    def versions(self) -> dict[str, str]:
        """What graders have to know to grade as things are now."""
        return {one.slug: one.assignment.version for one in self}

    def look(self) -> None:
        """Take up what has changed in the folder."""
        slugs = self._slugs if self._slugs is not None else self._course.assignments()
        reference = _state(self._course.folder / "reference")
        if self._reference is not None and reference != self._reference:
            _forget_reference()
        news = False
        troubles = dict(self.troubles)
        for slug in slugs:
            state = _state(self._course.folder / "assignments" / slug) + reference
            if self._states.get(slug) == state:
                continue
            self._states[slug] = state
            try:
                assignment = self._course.load(slug)
            except AutograderError as error:
                troubles[slug] = str(error)
                continue
            except Exception as error:  # a file that is being written, or cannot be read
                troubles[slug] = f"assignments/{slug} cannot be read ({error})."
                continue
            troubles.pop(slug, None)
            if slug in self._exercises:
                self._edited.add(slug)
            self._exercises[slug] = self._exercise(assignment)
            news = True
        self._reference = reference
        self.troubles = troubles
        if news:
            self.changed()
        self._write_anew()

    def _write_anew(self) -> None:
        """Which attempt counts, what it is worth and what pages say of it may be otherwise now,
        though nobody hands anything in; where the store is away, it is asked with the next look."""
        for slug in sorted(self._edited):
            exercise = self._exercises[slug]
            exercise.room.changed(exercise.register.now().attempts)
            self._edited.discard(slug)

    def _exercise(self, assignment: Assignment) -> Exercise:
        order = self._order_of(assignment)
        known = self._exercises.get(assignment.slug)
        if known is None:
            room = Room(order, self._store, self._tables_of(order))
        else:
            room = known.room
            room.renew(order)
            self._tables_of(order)
        return Exercise(order, room, Register(order, self._store))

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            try:
                self.look()
            except Exception as error:
                _log.error("The course folder cannot be looked at: %s", error)


def _state(folder: Path) -> State:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _PASSED_OVER]
        for name in names:
            if not name.endswith(_LOOKED_AT):
                continue
            path = os.path.join(place, name)
            try:
                status = os.stat(path)
            except OSError:  # it is being replaced
                continue
            found.append((path, status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


def _forget_reference() -> None:
    """So that what loads an assignment next reads the reference anew."""
    for name in [name for name in sys.modules if name.split(".")[0] == "reference"]:
        del sys.modules[name]
