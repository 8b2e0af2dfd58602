"""Draws feedback pages when they are opened, in processes of their own.

A page is drawn of what a student wrote; in the main thread of a process, alone, is it bounded what
that may take (:mod:`autograder.budget`), and whoever answers requests goes on meanwhile.
"""

from __future__ import annotations

import signal
from collections import OrderedDict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from autograder.batch.pages import page_drawer
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.model import Grade
from autograder.web.portal.office import AtOnce
from autograder.web.portal.syllabus import Exercise

_KEPT = 300
"""Pages that are kept in memory."""
_PROCESSES = 3
"""Of which each draws one page; they start when there is something to draw."""
_OF_ONE = 2
"""Pages of one student that are drawn at a time: what takes long must not hold up all others'."""


class Drawing:
    """Use as a context manager."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._asked = AtOnce(_OF_ONE)
        self._kept: OrderedDict[object, str] = OrderedDict()

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)

    def page(
        self,
        key: object,
        exercise: Exercise,
        grade: Grade,
        before: Grade | None,
        name: str,
        back: str,
        attempt: int | None,
    ) -> str:
        """The page; ``key``: what it is of; ``back``: where it leads back to; ``attempt``: its
        number.

        Raises AutograderError where it cannot be drawn.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._asked.one(grade.student) as is_free:
            if not is_free:
                raise AutograderError(
                    "Other pages of yours are being drawn: open this one again in a few seconds."
                )
            made = self._drawn(exercise, grade, before, name, back, attempt)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made

    def _drawn(
        self,
        exercise: Exercise,
        grade: Grade,
        before: Grade | None,
        name: str,
        back: str,
        attempt: int | None,
    ) -> str:
        course, assignment = exercise.order.course, exercise.assignment
        for _ in range(2):
            pool = self._open()
            try:
                of = str(course.folder), assignment.slug, assignment.version
                work = pool.submit(draw, *of, grade, before, name, back, attempt)
                return work.result()
            except BrokenProcessPool:
                self._forget(pool)
        raise AutograderError("This page cannot be drawn at the moment; the grade stands.")

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(_PROCESSES, get_context("spawn"), _begin)
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _assignment(course: str, slug: str, version: str) -> Assignment:
    del version  # of another one, another is loaded
    return Course.find(Path(course)).load(slug)


def draw(
    course: str,
    slug: str,
    version: str,
    grade: Grade,
    before: Grade | None,
    name: str,
    back: str,
    attempt: int | None,
) -> str:
    """Runs in the other process."""
    earlier = {} if before is None else {grade.student: before}
    assignment = _assignment(course, slug, version)
    return page_drawer(assignment, earlier, lambda student: name, back, attempt)(grade)
