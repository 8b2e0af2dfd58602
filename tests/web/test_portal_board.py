"""Whoever waits is told at once what matters, and the rest at a pace that holds up nobody."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("sse_starlette")

from autograder.model import Identity
from autograder.store import Store
from autograder.store.hand_ins import HandIn, State, Whereabouts
from autograder.web.portal import board as module
from autograder.web.portal.board import Board

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HAND_IN = HandIn(7, "t", "rates", 1, "amy", Identity(), "a.py", "d", NOW, 1, "amy")


class Queue:
    """A store in which a hand-in moves on a place with each look, and is done in the end."""

    def __init__(self, place: int, takes: float = 0.0) -> None:
        self.place = place
        self.takes = takes
        self.looks: list[float] = []

    def where(self, ids: list[int]) -> dict[int, Whereabouts]:
        self.looks.append(time.monotonic())
        time.sleep(self.takes)
        self.place -= 1
        state = State.WAITING if self.place > 0 else State.DONE
        return {id_: Whereabouts(state, max(0, self.place)) for id_ in ids}


def told(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> list[Whereabouts]:
    monkeypatch.setattr(module, "_EVERY", 0.001)
    monkeypatch.setattr(module, "_LEAST", 0.0)
    store = cast(Store, SimpleNamespace(hand_ins=queue))

    async def listen() -> list[Any]:
        return [notice.whereabouts async for notice in Board(store).watch(HAND_IN)]

    return asyncio.run(asyncio.wait_for(listen(), 20))


def test_places_are_told_the_more_often_the_nearer_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_FAR", 0.0005)
    seen = told(Queue(200), monkeypatch)
    places = [one.place for one in seen]
    assert places == sorted(places, reverse=True)
    assert places[0] == 199
    assert seen[-1].state is State.DONE
    far = [place for place in places if place > 100]
    near = [place for place in places if place <= 100]
    assert len(far) < len(near) < 100
    assert len(places) < 100


def test_a_new_state_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FAR", 1_000.0)  # no place is ever told again
    began = time.monotonic()
    seen = told(Queue(20), monkeypatch)
    assert [one.state for one in seen] == [State.WAITING, State.DONE]
    assert time.monotonic() - began < 5


def test_the_slower_a_look_the_more_seldom_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(4, takes=0.03)
    told(queue, monkeypatch)
    pauses = [after - before for before, after in pairwise(queue.looks)]
    assert min(pauses) > 0.03 * (1 + module._REST) * 0.9


def test_what_is_heard_from_a_grader_is_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EVERY", 30.0)  # nothing would be told by itself
    queue = Queue(2)

    async def listen() -> list[State]:
        board = Board(cast(Store, SimpleNamespace(hand_ins=queue)))
        seen = []
        async for notice in board.watch(HAND_IN):
            seen.append(notice.whereabouts.state)
            threading.Thread(target=board.look).start()
        return seen

    seen = asyncio.run(asyncio.wait_for(listen(), 10))
    assert seen == [State.WAITING, State.DONE]
    assert len(queue.looks) == 2


def test_of_many_who_wait_those_are_woken_for_whom_there_is_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One query for all; whoever has no news sleeps on."""
    monkeypatch.setattr(module, "_EVERY", 0.001)
    monkeypatch.setattr(module, "_LEAST", 0.0)
    looks: list[list[int]] = []

    def where(ids: list[int]) -> dict[int, Whereabouts]:
        looks.append(sorted(ids))
        early = {id_ for id_ in ids if id_ <= len(looks) - 3}  # from the third look on, one a look
        done = Whereabouts(State.DONE, attempt=1)
        return {id_: done if id_ in early else Whereabouts(State.WAITING, 9) for id_ in ids}

    async def listen(board: Board, id_: int) -> list[State]:
        one = replace(HAND_IN, id=id_)
        return [notice.whereabouts.state async for notice in board.watch(one)]

    async def all_of_them() -> list[list[State]]:
        store = SimpleNamespace(hand_ins=SimpleNamespace(where=where))
        board = Board(cast(Store, store))
        return await asyncio.gather(*(listen(board, id_) for id_ in range(1, 9)))

    seen = asyncio.run(asyncio.wait_for(all_of_them(), 20))
    assert seen == [[State.WAITING, State.DONE]] * 8
    assert looks[0] == list(range(1, 9))
    assert len(looks) <= 12
