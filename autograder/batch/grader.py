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
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from autograder.batch.in_process import Desk
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import Failure, Outcome, Task
from autograder.errors import AutograderError, StoreError
from autograder.model import HandedIn, Source
from autograder.platforms import Found
from autograder.store import Store, open_store
from autograder.store.hand_ins import HandIn, Lane, Taken

LEASE = 30.0
"""Seconds for which a hand-in is held; whoever watches a grader renews it, as long as it lives."""
_TRIES = 6
"""How often a hand-in is taken before it counts as one that cannot be graded."""
_LOOK = 0.5
"""Seconds between two looks into the queue while nobody says that something came."""
BEGAN, ENDED = b"+", b"-"
"""What a grader tells whoever watches it."""


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
        self._desks = {slug: Desk(marking) for slug, marking in post.markings.items()}
        self._parent = os.getppid()
        self._ends = False

    def run(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        gc.freeze()
        with ExitStack() as kept:
            for desk in self._desks.values():
                kept.callback(desk.close)
                with suppress(AutograderError):  # whoever is graded there is told
                    desk.open()
            store = kept.enter_context(open_store(self._post.store, create=False))
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="autograder-")))
            while not self._ends and os.getppid() == self._parent:
                if not self._one(store, folder):
                    self._wait()

    def _end(self, *_: object) -> None:
        self._ends = True

    def _one(self, store: Store, folder: Path) -> bool:
        """Grade what is next; False: there is nothing."""
        try:
            taken = store.hand_ins.take(
                self._holder, self._post.lanes, list(self._post.markings), LEASE
            )
        except StoreError:
            return False  # locked, or away for a moment: it is asked again
        if taken is None:
            return False
        with suppress(BlockingIOError):
            os.read(self._post.wake, 1)
        self._tell(BEGAN)
        try:
            self._grade(store, taken, folder)
        finally:
            self._tell(ENDED)
        return True

    def _grade(self, store: Store, taken: Taken, folder: Path) -> None:
        hand_in = taken.hand_in
        marking = self._post.markings[hand_in.assignment]
        path = folder / "file"
        task = task_of(hand_in, path)
        if taken.tries >= _TRIES:
            outcome: Outcome = Failure(
                task, f"The process that was to grade it ended early, {_TRIES} times."
            )
        else:
            data = store.files.read(hand_in.digest)
            if data is None:
                outcome = Failure(task, f"Its file {hand_in.digest[:12]} is not in the store.")
            else:
                path.write_bytes(data)
                outcome = self._desks[hand_in.assignment].mark(task)
        path.unlink(missing_ok=True)
        if isinstance(outcome, Failure):
            most = self._post.most[hand_in.assignment]
            outcome = marking.not_graded(outcome, most)
            outcome.row["digest"] = hand_in.digest
        _settled(store, taken, self._holder, outcome.row, outcome.public)

    def _wait(self) -> None:
        """Until something comes, or it is time to look."""
        poll = select.poll()
        poll.register(self._post.wake, select.POLLIN)
        if poll.poll(1e3 * _LOOK):
            with suppress(BlockingIOError):
                self._ends |= not os.read(self._post.wake, 1)


def _settled(
    store: Store, taken: Taken, holder: str, row: dict[str, object], public: bytes | None
) -> None:
    """Keep the verdict; a store that is away for a moment is asked again."""
    for _ in range(3):
        try:
            store.hand_ins.settle(taken, holder, row, public)
            return
        except StoreError:
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
