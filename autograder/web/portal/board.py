"""The notice board: tells those who wait how far their hand-in is.

However many look, the store is asked once for all of them: when a grader of this portal is heard to
have finished something, and every so often, for others may grade, too.  Only those are woken for
whom there is something new.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.concurrency import run_in_threadpool

from autograder.errors import StoreError
from autograder.store import Store
from autograder.store.hand_ins import HandIn, Lane, State, Whereabouts
from autograder.web.pages import fragment

_EVERY = 0.25
"""Seconds between two looks while nothing is heard ..."""
_LEAST = 0.1
"""... and at least, whatever is heard ..."""
_REST = 5.0
"""... and so many times what a look took: looking must not keep graders from grading."""
_FAR = 0.1
"""Seconds for each place in the queue in which somebody is not told of another place again."""
_SLOWEST = 10.0
_LATELY = 30.0
"""Seconds over which it is counted how many have their verdict."""
_LONGEST = 600.0
"""Seconds after which whoever still waits is asked to look again."""


@dataclass(frozen=True)
class Notice:
    """How far a hand-in is, for whoever waits."""

    whereabouts: Whereabouts
    wait: int | None
    """Seconds until the verdict, as far as can be told; None: it cannot."""

    @property
    def words(self) -> str:
        """The same in a sentence or two, wherever it is told."""
        where = self.whereabouts
        return _in_words(where.state, where.place, where.lane, self.wait)


@lru_cache(maxsize=1_000)
def _in_words(state: State, place: int, lane: Lane, wait: int | None) -> str:
    """Of many who wait, many are told the same."""
    where = Whereabouts(state, place, lane=lane)
    return " ".join(fragment("portal/progress.html.j2", where=where, wait=wait).split())


@dataclass(eq=False)
class _Waiting:
    """Somebody who looks."""

    hand_in: int
    told: Whereabouts | None = None
    told_at: float = 0.0
    """On the monotonic clock."""
    now: Whereabouts | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, now: Whereabouts) -> None:
        """Wake them, if that is worth it: of a new state at once, and of a new place the more
        seldom, the longer the queue."""
        if self.told is not None and self.told.state is now.state:
            since = time.monotonic() - self.told_at
            if self.told == now or since < min(_SLOWEST, _FAR * now.place):
                return
        self.now = now
        self.news.set()


class Board:
    """For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._waiting: set[_Waiting] = set()
        self._task: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._done: deque[float] = deque(maxlen=1000)
        """When verdicts were seen, on the monotonic clock."""

    def look(self) -> None:
        """Something was graded; may be called by any thread."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._heard.set)

    async def watch(self, hand_in: HandIn) -> AsyncIterator[Notice]:
        """What is new of it, until it is done."""
        mine = _Waiting(hand_in.id)
        self._waiting.add(mine)
        self._heard.set()  # a first word need not wait
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        ends = self._loop.time() + _LONGEST
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(ends):
                        await mine.news.wait()
                if not mine.news.is_set():
                    return
                mine.news.clear()
                assert mine.now is not None
                now = mine.told = mine.now
                mine.told_at = time.monotonic()
                yield Notice(now, self.wait_of(now))
                if now.state is State.DONE:
                    return
        finally:
            self._waiting.discard(mine)

    def wait_of(self, whereabouts: Whereabouts) -> int | None:
        """Seconds, by how many were done lately."""
        if whereabouts.state is not State.WAITING:
            return None
        now = time.monotonic()
        lately = [at for at in self._done if now - at < _LATELY]
        if len(lately) < 3:
            return None
        each = (now - lately[0]) / len(lately)
        return max(1, round(each * whereabouts.place))

    async def _look(self) -> None:
        while self._waiting:
            self._heard.clear()
            began = time.monotonic()
            try:
                wanted = list({one.hand_in for one in self._waiting})
                found = await run_in_threadpool(self._store.hand_ins.where, wanted)
            except StoreError:
                found = {}  # it is away for a moment
            self._tell(found, list(self._waiting))
            await asyncio.sleep(max(_LEAST, _REST * (time.monotonic() - began)))
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await self._heard.wait()

    def _tell(self, found: dict[int, Whereabouts], waiting: Iterable[_Waiting]) -> None:
        seen = set()
        for one in waiting:
            now = found.get(one.hand_in)
            if now is None:
                continue
            is_new = now.state is State.DONE and one.told is not None
            if is_new and one.hand_in not in seen:  # partners wait for the same
                seen.add(one.hand_in)
                self._done.append(time.monotonic())
            one.hear(now)
