"""A grader: takes hand-ins from the store's queue, one after the other, and writes verdicts.

It runs in the main thread of a process of its own, where alone it can be bounded what one
submission takes (:mod:`autograder.budget`); :mod:`.graders` starts and watches it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from autograder.batch.in_process import Desk
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import Failure, Outcome, Task
from autograder.errors import AutograderError, StoreAway, StoreError
from autograder.model import HandedIn, Source
from autograder.platforms import Found
from autograder.store import Store, open_store, storable
from autograder.store.hand_ins import HandIn, Lane, Taken

LEASE = 30.0
"""Seconds for which a hand-in is held; whoever watches a grader renews it, as long as it lives."""
_TRIES = 6
"""How often a hand-in is taken before it counts as one that cannot be graded."""
_LOOK = 0.5
"""Seconds between two looks into the queue while nobody says that something came."""
_TOGETHER = 32
"""Hand-ins that a cluster is sent at once."""
_AWAY = 5.0
"""Seconds between two tries to reach a cluster."""
BEGAN, PRESSING, ENDED = b"+", b"!", b"-"
"""What a grader tells whoever watches it: that it has something in hand, or something that has
waited long; that it has its verdict."""
_PRESSES = 2
"""How often a hand-in was taken before it gives way to nobody: once as all are, then as what takes
long."""


@dataclass(frozen=True)
class Post:
    """Where a grader stands."""

    store: str | Path
    markings: Mapping[str, CourseMarking]
    """By assignment."""
    most: Mapping[str, float]
    """Points of the automatic part, by assignment."""
    lanes: Sequence[Lane]
    wake: int
    """A pipe: something came for each byte in it, and nothing comes any more when it has ended."""
    pressing: Mapping[str, CourseMarking] = field(default_factory=dict)
    """Likewise, for what was taken often; empty: the same as for all."""


def new_holder() -> str:
    """A name in the queue for a grader that this process watches."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """Whether whoever watched that grader was a process of this machine that is no more."""
    host, _, rest = holder.partition("/")
    number = rest.partition("/")[0]
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Grader:
    """Takes and grades until it is asked to end."""

    def __init__(self, post: Post, holder: str, tell: Callable[[bytes], None]) -> None:
        self._post = post
        self._holder = holder
        self._tell = tell
        self._parent = os.getppid()
        self._ends = False
        self._pressing: Mapping[str, Desk] = {}
        self._had = False
        """Whether there was something when it looked last."""

    def run(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        gc.freeze()
        with ExitStack() as kept:
            self._open(kept)
            place = kept.enter_context(
                tempfile.TemporaryDirectory(prefix="autograder-", dir=self._place)
            )
            is_away = False
            while self._goes_on():
                try:
                    with open_store(self._post.store, create=False) as store:
                        if is_away:  # what was taken when it went is nobody's fault, and free again
                            store.hand_ins.give_back([self._holder], blameless=True)
                            is_away = False
                        while self._goes_on():
                            if not self._some(store, Path(place)):
                                self._wait()
                except StoreAway as error:
                    if not is_away:
                        print(
                            f"What waits is graded when the store is back: {error}", file=sys.stderr
                        )
                    is_away = True
                    select.select([], [], [], _LOOK)

    def _goes_on(self) -> bool:
        return not self._ends and os.getppid() == self._parent

    _place: str | None = None
    """Where files lie that are being graded; None: where this machine keeps temporary files."""

    def _open(self, kept: ExitStack) -> None:
        """What has to be ready before the first hand-in."""
        self._desks = {slug: Desk(marking) for slug, marking in self._post.markings.items()}
        self._pressing = {slug: Desk(marking) for slug, marking in self._post.pressing.items()}
        for desk in self._pressing.values():  # opened when there is such a thing
            kept.callback(desk.close)
        for desk in self._desks.values():
            kept.callback(desk.close)
            with suppress(AutograderError):  # whoever is graded there is told
                desk.open()

    def _end(self, *_: object) -> None:
        self._ends = True

    def _next(self, store: Store) -> Taken | None:
        """What is next, which is this grader's then; None: there is nothing."""
        slugs = list(self._post.markings)
        try:
            taken = store.hand_ins.take(
                self._holder, self._post.lanes, slugs, LEASE, likely=self._had
            )
        except StoreAway:
            raise  # it may have been taken, of which only the word was lost
        except StoreError:
            return None
        self._had = taken is not None
        if self._had:
            with suppress(BlockingIOError):
                os.read(self._post.wake, 1)
        return taken

    def _some(self, store: Store, folder: Path) -> bool:
        """Grade what is next; False: there is nothing."""
        taken = self._next(store)
        if taken is None:
            return False
        is_pressing = taken.tries >= _PRESSES and bool(self._pressing)
        self._tell(PRESSING if is_pressing else BEGAN)
        try:
            path = folder / "file"
            problem = self._problem(store, taken, path)
            if problem is not None:
                self._keep(store, taken, problem)
            else:
                desks = self._pressing if is_pressing else self._desks
                desk = desks[taken.hand_in.assignment]
                self._keep(store, taken, desk.mark(task_of(taken.hand_in, path)))
        finally:
            self._tell(ENDED)
        return True

    def _problem(self, store: Store, taken: Taken, path: Path) -> Failure | None:
        """Why it cannot be graded; None: it can, and its file is at ``path``."""
        task = task_of(taken.hand_in, path)
        if taken.tries >= _TRIES:
            often = f"The process that was to grade it ended early, {_TRIES} times."
            return Failure(task, often)
        data = store.files.read(taken.hand_in.digest)
        if data is None:
            return Failure(task, f"Its file {taken.hand_in.digest[:12]} is not in the store.")
        path.write_bytes(data)
        return None

    def _keep(self, store: Store, taken: Taken, outcome: Outcome) -> None:
        hand_in = taken.hand_in
        if isinstance(outcome, Failure):
            marking = self._post.markings[hand_in.assignment]
            outcome = marking.not_graded(outcome, self._post.most[hand_in.assignment])
            outcome.row["digest"] = hand_in.digest
        _settled(store, taken, self._holder, outcome.row, outcome.public)

    def _wait(self) -> None:
        """Until something comes, or it is time to look."""
        poll = select.poll()
        poll.register(self._post.wake, select.POLLIN)
        if poll.poll(1e3 * _LOOK):
            with suppress(BlockingIOError):
                self._ends |= not os.read(self._post.wake, 1)


class ClusterGrader(Grader):
    """Has a Dask cluster grade a batch at a time, of which each verdict is kept as it comes."""

    def __init__(
        self,
        post: Post,
        holder: str,
        tell: Callable[[bytes], None],
        scheduler: str,
        shared: str | None,
    ) -> None:
        """``shared``: a folder that the cluster's workers see."""
        super().__init__(post, holder, tell)
        self._scheduler = scheduler
        self._place = shared

    def _open(self, kept: ExitStack) -> None:
        """Workers open markers of their own."""

    def _some(self, store: Store, folder: Path) -> bool:
        batches: dict[str, dict[Path, Taken]] = {}
        for number in range(_TOGETHER):
            taken = self._next(store)
            if taken is None:
                break
            path = folder / str(number)
            problem = self._problem(store, taken, path)
            if problem is not None:
                self._keep(store, taken, problem)
            else:
                batches.setdefault(taken.hand_in.assignment, {})[path] = taken
        for slug, batch in batches.items():
            self._grade_all(store, slug, batch)
        return bool(batches)

    def _grade_all(self, store: Store, slug: str, batch: Mapping[Path, Taken]) -> None:
        from autograder.batch.cluster import DaskCluster

        tasks = [task_of(taken.hand_in, path) for path, taken in batch.items()]
        by_row = {
            (storable(task.found.student), task.handed_in.at): taken
            for task, taken in zip(tasks, batch.values(), strict=True)
        }
        try:
            for outcomes in DaskCluster(self._post.markings[slug], self._scheduler).run(tasks):
                for outcome in outcomes:
                    if isinstance(outcome, Failure):
                        taken = batch[outcome.task.found.path]
                    else:
                        at = datetime.fromisoformat(outcome.row["handed_in"])
                        taken = by_row[outcome.row["student"], at]
                    self._keep(store, taken, outcome)
                    self._tell(ENDED)
        except AutograderError as error:
            print(f"What waits is graded when the cluster is back: {error}", file=sys.stderr)
            store.hand_ins.give_back([self._holder], blameless=True)
            select.select([], [], [], _AWAY)


def _settled(
    store: Store, taken: Taken, holder: str, row: dict[str, object], public: bytes | None
) -> None:
    """Keep the verdict; a store that is away for a moment is asked again."""
    for _ in range(3):
        try:
            store.hand_ins.settle(taken, holder, row, public)
            return
        except StoreAway:
            select.select([], [], [], _LOOK)
    store.hand_ins.settle(taken, holder, row, public)


def task_of(hand_in: HandIn, path: Path) -> Task:
    """The hand-in as ``grade`` would have found it, in a file at ``path``."""
    found = Found(
        student=hand_in.student,
        path=path,
        file=hand_in.file,
        modified=hand_in.at.timestamp(),
        whose=hand_in.whose,
    )
    return Task(found, HandedIn(hand_in.at, Source.PLATFORM), is_kept=True)
