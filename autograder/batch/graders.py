"""The graders of a portal: a process that starts, watches and replaces them.

Theory of operation.  Whoever serves the portal starts this program and writes to its standard
input: one line that says what there is to grade, then a byte for each hand-in that comes.  It loads
the assignments and opens a sandbox once, and forks graders, each of which is ready in a few
milliseconds; it runs no thread, so that forking is safe.

- A grader that dies is replaced, and what it held is given back.
- One that is at the same hand-in for longer than nearly all take is ended; the hand-in goes to a
  lane that has a grader of its own, where it may take its time, at a lower priority, but for some
  minutes only.  So no student's endless loop makes others wait, and whose it is waits for minutes.
- What graders hold is renewed while they live.  When this process is gone, they end by themselves;
  whoever comes next, here or on another machine, takes what they held.
- When standard input ends, all finish what they have in hand, or give it back.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import connection as pipes
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from autograder.batch.grader import (
    BEGAN,
    LEASE,
    PRESSING,
    ClusterGrader,
    Grader,
    Post,
    is_gone,
    new_holder,
)
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import PATIENCE
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, AutograderError, StoreAway, StoreError
from autograder.people import Policies
from autograder.public import public_checks
from autograder.sandbox import Sandbox, open_sandbox
from autograder.store import open_store
from autograder.store.hand_ins import Lane
from autograder.threads import limit_threads

_LONG = 2.0
"""Seconds after which a hand-in goes to the lane for what takes long, nearly all take 0.1 ..."""
_LONGER = 10.0
"""... but not before so many times what one took of late; and, if that is less than so many
seconds, as many times later as others leave less of the machine, within these seconds."""
_NICE = 19
"""By how much what takes long gives way to what does not: it has what others leave, which in a rush
is next to nothing.  Its time limits give way with it, so its verdict is the same."""
_GIVES_WAY = 240.0
"""Seconds for which it does: a rush is over by then, as a rule.  What is not done is begun once
more, and gives way to nobody."""
_LONGEST = 4 * PATIENCE
"""Seconds after which even that grader is given up."""
_AT_FIRST = 1.0
"""Seconds that one is taken to take while none is done: with the first all is read and loaded."""
_LATELY = 25
_RENEW = 5.0
"""Seconds between two renewals of what is held."""
_PAUSE = 0.5
"""Seconds before a grader that died at once is replaced."""
_BATCHES = 2
"""Batches that a cluster is sent at a time: what is slow in one does not hold up the other."""
_LAST = 3.0
"""Seconds in which graders may finish what they have in hand."""
READY, GRADED = "ready", "graded"
"""What is written to standard output when grading may begin, and when something has its verdict."""


@dataclass(frozen=True)
class Wanted:
    """What there is to grade, as it is written to standard input."""

    course: str
    store: str
    is_file: bool
    """Whether the store is a file, and no URL."""
    versions: dict[str, str]
    """By assignment: whoever finds another one on the disk says so, and ends."""
    public: list[str]
    """Assignments of which the public examples are tried, too."""
    workers: int
    scheduler: str | None = None
    """Address of a Dask scheduler; None: this machine grades."""
    shared: str | None = None
    """A folder that the cluster's workers see."""
    unsafe: bool = False

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @property
    def store_at(self) -> str | Path:
        return Path(self.store) if self.is_file else self.store


@dataclass
class _Grading:
    """A grader, as it is seen from here."""

    process: Any
    pipe: Connection
    holder: str
    lanes: tuple[Lane, ...]
    began: float = field(default_factory=time.monotonic)
    since: float | None = None
    """When it began what it has in hand, on the monotonic clock; None: nothing."""
    is_pressing: bool = False
    """Whether what it has in hand gives way to nobody."""


class Graders:
    def __init__(self, wanted: Wanted, markings: dict[str, CourseMarking]) -> None:
        self._wanted = wanted
        most = {slug: made.loaded.max_score for slug, made in markings.items() if made.loaded}
        self._post = Post(wanted.store_at, markings, most, (Lane.FIRST, Lane.AGAIN), 0)
        self._all: list[_Grading] = []
        self._took: deque[float] = deque(maxlen=_LATELY)
        """Seconds, of each of the last."""
        self._ends = False

    def run(self) -> None:
        """Until standard input ends, or somebody asks to end."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        self._give_back_of_the_dead()
        if self._wanted.scheduler is not None:  # what takes long there holds up one of its workers
            for _ in range(_BATCHES):
                self._hire(tuple(Lane))
        else:
            for _ in range(max(1, self._wanted.workers)):
                self._hire((Lane.FIRST, Lane.AGAIN))
            self._hire((Lane.LONG,))
        with suppress(OSError):  # nobody is there any more: that is seen at once
            print(READY, flush=True)
        renewed = time.monotonic()
        hangs_up = select.poll()
        hangs_up.register(0, 0)
        while not self._ends and not hangs_up.poll(0):
            self._hear()
            self._replace_the_dead()
            self._move_what_takes_long()
            if time.monotonic() - renewed >= _RENEW:
                renewed = time.monotonic()
                self._renew()
        self._dismiss()

    def _end(self, *_: object) -> None:
        self._ends = True

    def _hire(self, lanes: tuple[Lane, ...]) -> None:
        context: Any = get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        name = new_holder()
        post = replace(self._post, lanes=lanes)
        if lanes == (Lane.LONG,):
            patient = {slug: replace(one, nice=_NICE) for slug, one in post.markings.items()}
            post = replace(post, markings=patient, pressing=post.markings)
        wanted = self._wanted
        process = context.Process(target=_serve, args=(post, wanted, name, theirs))
        process.start()
        theirs.close()
        self._all.append(_Grading(process, ours, name, lanes))

    def _hear(self) -> None:
        by_pipe = {one.pipe: one for one in self._all}
        sentinels = [one.process.sentinel for one in self._all]
        for pipe in pipes.wait([*by_pipe, *sentinels], timeout=0.25):
            one = by_pipe.get(pipe)  # type: ignore[call-overload]
            if one is None:
                continue
            try:
                while one.pipe.poll():
                    self._note(one, one.pipe.recv_bytes())
            except (EOFError, OSError):
                one.process.join(1.0)

    def _note(self, one: _Grading, told: bytes) -> None:
        now = time.monotonic()
        if told in (BEGAN, PRESSING):
            one.since, one.is_pressing = now, told == PRESSING
            return
        with suppress(OSError):  # nobody reads, or not fast enough: whoever waits is told anyhow
            os.write(1, f"{GRADED}\n".encode())
        if one.since is not None:
            if Lane.LONG not in one.lanes:
                self._took.append(now - one.since)
            one.since = None

    def _replace_the_dead(self) -> None:
        for one in [one for one in self._all if not one.process.is_alive()]:
            self._let_go(one)
            if time.monotonic() - one.began < _PAUSE:
                time.sleep(_PAUSE)  # one that cannot even begin is not started in a whirl
            self._give_back([one])
            self._hire(one.lanes)

    def _move_what_takes_long(self) -> None:
        now = time.monotonic()
        usual = median(self._took) if self._took else _AT_FIRST
        at_work = sum(one.since is not None for one in self._all)
        soon = min(_LONGER, max(_LONG, _LONGER * usual) * (1 + _others(at_work)))
        long = min(PATIENCE, max(soon, _LONGER * usual))
        for one in list(self._all):
            most = long
            if Lane.LONG in one.lanes:
                is_last = one.is_pressing or self._wanted.scheduler is not None
                most = _LONGEST if is_last else _GIVES_WAY
            if one.since is not None and now - one.since >= most:
                one.process.kill()
                self._let_go(one)
                self._give_back([one], Lane.LONG)
                self._hire(one.lanes)

    def _let_go(self, one: _Grading) -> None:
        self._all.remove(one)
        one.process.join()
        one.process.close()
        one.pipe.close()

    # -------------------------------------------------------------- the store
    # It is opened for each word with it: graders that are forked meanwhile inherit no connection.

    def _give_back(
        self, those: Sequence[_Grading], lane: Lane | None = None, *, blameless: bool = False
    ) -> None:
        names = [one.holder for one in those]
        try:
            with open_store(self._wanted.store_at, create=False) as store:
                store.hand_ins.give_back(names, lane, blameless=blameless)
        except StoreError:
            return  # what they held is taken when its time has passed

    def _give_back_of_the_dead(self) -> None:
        """Of graders of this machine that are gone without a word."""
        try:
            with open_store(self._wanted.store_at, create=False) as store:
                gone = [name for name in store.hand_ins.holders() if is_gone(name)]
                store.hand_ins.give_back(gone)
        except StoreAway:
            return  # what they held is taken when its time has passed

    def _renew(self) -> None:
        try:
            with open_store(self._wanted.store_at, create=False) as store:
                store.hand_ins.renew([one.holder for one in self._all], LEASE)
        except StoreError:
            return

    def _dismiss(self) -> None:
        for one in self._all:
            one.process.terminate()  # it ends when it has finished what it is at
        deadline = time.monotonic() + _LAST
        for one in self._all:
            one.process.join(max(0.0, deadline - time.monotonic()))
            if one.process.is_alive():
                one.process.kill()
                one.process.join()
        self._give_back(self._all, blameless=True)


def _others(at_work: int) -> float:
    """How many programs want to run on each processor, of late, besides so many graders and whoever
    serves the portal."""
    try:
        wanting = os.getloadavg()[0]
    except (AttributeError, OSError):  # a system that does not count them
        return 0.0
    return max(0.0, wanting - at_work - 1) / (os.cpu_count() or 1)


def _serve(post: Post, wanted: Wanted, holder: str, pipe: Connection) -> None:
    """Runs in a grader."""
    if wanted.scheduler is None:
        Grader(post, holder, pipe.send_bytes).run()
    else:
        ClusterGrader(post, holder, pipe.send_bytes, wanted.scheduler, wanted.shared).run()


def read_wanted(descriptor: int = 0) -> Wanted:
    """The line, and not a byte of what comes after it: graders read that."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(descriptor, 1)
        if not piece:
            raise AutograderError("Graders are started by `autograder serve`.")
        line += piece
    return Wanted(**json.loads(line))


def _loaded(course: Course, wanted: Wanted) -> dict[str, Assignment]:
    loaded = {slug: course.load(slug) for slug in wanted.versions}
    for slug, assignment in loaded.items():
        if assignment.version != wanted.versions[slug]:
            raise AssignmentError(f"The assignment {slug} was changed just now.")
    return loaded


def main() -> None:
    limit_threads()
    wanted = read_wanted()
    for descriptor in (0, 1):
        os.set_blocking(descriptor, False)
    course = Course.find(Path(wanted.course))
    loaded = _loaded(course, wanted)

    def get_ready() -> None:
        for assignment in loaded.values():
            assignment.prepare()
            assignment.rehearse()

    def markings(sandbox: Sandbox | None) -> dict[str, CourseMarking]:
        return {
            slug: CourseMarking(
                course=wanted.course,
                assignment=slug,
                version=assignment.version,
                policies=Policies(),
                unsafe=wanted.unsafe,
                pages=False,
                loaded=assignment,
                sandbox=sandbox,
                public=public_checks(assignment) if slug in wanted.public else None,
            )
            for slug, assignment in loaded.items()
        }

    if wanted.scheduler is not None:
        Graders(wanted, markings(None)).run()
        return
    with open_sandbox(course.hidden, unsafe=wanted.unsafe, meanwhile=get_ready) as sandbox:
        Graders(wanted, markings(sandbox)).run()


if __name__ == "__main__":
    try:
        main()
    except AutograderError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
