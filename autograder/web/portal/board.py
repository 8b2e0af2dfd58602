"""The notice board: tells those who wait how far their hand-in is.

However many look, the store is asked once every so often for all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from autograder.errors import StoreError
from autograder.store import Store
from autograder.store.hand_ins import HandIn, State, Whereabouts

_EVERY = 0.15
"""Seconds between two looks, at least ..."""
_REST = 5.0
"""... and so many times what a look took: looking must not keep graders from grading."""
_FAR = 0.05
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


class Board:
    """For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watched: Counter[int] = Counter()
        self._known: dict[int, Whereabouts] = {}
        self._news = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._done: deque[float] = deque(maxlen=1000)
        """When verdicts were seen, on the monotonic clock."""

    async def watch(self, hand_in: HandIn) -> AsyncIterator[Notice]:
        """What is new of it, until it is done."""
        self._watched[hand_in.id] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        told: Whereabouts | None = None
        began = told_at = time.monotonic()
        try:
            while time.monotonic() - began < _LONGEST:
                async with self._news:
                    await self._news.wait()
                now = self._known.get(hand_in.id)
                if now is not None and _is_worth_telling(told, now, time.monotonic() - told_at):
                    told, told_at = now, time.monotonic()
                    yield Notice(now, self.wait_of(now))
                    if now.state is State.DONE:
                        return
        finally:
            self._watched[hand_in.id] -= 1
            if self._watched[hand_in.id] <= 0:
                del self._watched[hand_in.id]
                self._known.pop(hand_in.id, None)

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
        while self._watched:
            began = time.monotonic()
            try:
                found = await run_in_threadpool(self._store.hand_ins.where, list(self._watched))
            except StoreError:
                found = {}  # it is away for a moment
            for id_, now in found.items():
                before = self._known.get(id_)
                if now.state is State.DONE and before is not None and before.state is not now.state:
                    self._done.append(time.monotonic())
            self._known |= {id_: now for id_, now in found.items() if id_ in self._watched}
            async with self._news:
                self._news.notify_all()
            await asyncio.sleep(max(_EVERY, _REST * (time.monotonic() - began)))


def _is_worth_telling(told: Whereabouts | None, now: Whereabouts, since: float) -> bool:
    """Whether somebody who was told that so many seconds ago should be told this: a new state at
    once, and a new place the more seldom, the longer the queue."""
    if told is None or told.state is not now.state:
        return True
    return told != now and since >= min(_SLOWEST, _FAR * now.place)
