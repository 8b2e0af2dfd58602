"""Cells that await, as IPython runs them."""

from __future__ import annotations

import pytest

from autograder.model import Call, Cell, Outcome
from autograder.sandbox import Sandbox
from tests.sandbox.conftest import QUICK, Run

K = Call("k", "k", {})
GET_K = "def k():\n    return K\n"
ONE = "import asyncio\nasync def one():\n    await asyncio.sleep(0)\n    return 1.0\n"
COUNT = "async def count():\n    for i in range(3):\n        yield i\n"


@pytest.mark.parametrize(
    "cells",
    [
        (f"{ONE}K = await one()",),
        (f"{COUNT}total = 0\nasync for i in count():\n    total += i\nK = total / 3",),
        (f"{COUNT}K = sum([i async for i in count()]) / 3",),
        ("import asyncio\nlock = asyncio.Lock()", "async with lock:\n    K = 1.0"),
        (f"{ONE}task = asyncio.create_task(one())", "K = await task"),
        (f"{ONE}task = asyncio.create_task(one())", "K = task.result()"),
        (f"{ONE}task = asyncio.get_event_loop().create_task(one())\nK = await task",),
        (f"{ONE}loop = asyncio.get_running_loop()", "K = await loop.create_task(one())"),
        (f"{ONE}K, _ = await asyncio.gather(one(), one())",),
        ("import asyncio\nK = await asyncio.to_thread(float, 1)",),
        ("import asyncio\nK = 1.0 if not await asyncio.sleep(0.001) else 2",),
        (f"{ONE}K = asyncio.run(one())",),
        (f"{ONE}async def main():\n    return asyncio.run(one())\nK = await main()",),
        (f"{ONE}K = await one()", "K = asyncio.run(one())", "K = await one()"),
        (f"{ONE}K = asyncio.run(one())", "K = asyncio.get_event_loop().run_until_complete(one())"),
        (f"import nest_asyncio\nnest_asyncio.apply()\n{ONE}K = asyncio.run(one())",),
        (f"{ONE}%time K = await one()",),
        (f"%matplotlib inline\n{ONE}!ls\nfiles = !ls\nK = await one()",),
        (f"%%time\n{ONE}K = await one()",),
        (f"{ONE}await one(); K = 1.0",),
        ("async def one():\n    return 1.0\nK = await one()",),
        (f"{ONE}loop = asyncio.get_event_loop()\nloop.close()", "K = await one()"),
    ],
)
def test_what_is_awaited_is_computed(run: Run, cells: tuple[str, ...]) -> None:
    notebook, (trace,) = run(*cells, GET_K, calls=[K])
    assert not notebook.faults
    assert trace.value == 1.0


@pytest.mark.parametrize("where", ["no jail", "no walls"])
def test_so_it_is_elsewhere(boxes: dict[str, Sandbox], where: str) -> None:
    cells = [Cell(n, source) for n, source in enumerate((f"{ONE}K = await one()", GET_K), 1)]
    with boxes[where].open(cells, QUICK) as session:
        assert not session.notebook.faults
        assert session.call([K])[0].value == 1.0


def test_what_awaits_and_fails_costs_what_depends_on_it(run: Run) -> None:
    fail = "async def fail():\n    raise ValueError('no')\n"
    notebook, (trace,) = run(f"{fail}\nx = await fail()\nK = 1.0", GET_K, calls=[K])
    (fault,) = notebook.faults.values()
    assert (fault.kind, fault.message, fault.line) == ("ValueError", "no", 2)
    assert trace.value == 1.0


def test_a_function_may_run_loops_and_leave_them_open(run: Run) -> None:
    body = "    return sum(asyncio.new_event_loop().run_until_complete(one()) for _ in range(100))"
    _, (trace,) = run(f"{ONE}def k():\n{body}", calls=[K])
    assert trace.value == 100.0


def test_a_function_may_run_a_coroutine(run: Run) -> None:
    source = f"{ONE}def k():\n    return sum(asyncio.run(one()) for _ in range(100))"
    _, (trace,) = run(source, calls=[K])
    assert trace.value == 100.0


def test_a_task_without_end_ends_no_cell(run: Run) -> None:
    busy = (
        "import asyncio\nn = 0\nasync def busy():\n    global n\n    while True:\n        n += 1\n"
    )
    notebook, (trace,) = run(
        f"{busy}        await asyncio.sleep(0)\ntask = asyncio.create_task(busy())",
        "K = float(0 < n < 1000)",
        GET_K,
        calls=[K],
    )
    assert not notebook.faults
    assert trace.value == 1.0


def test_a_cell_that_awaits_for_ever_is_left_out(run: Run) -> None:
    quick = QUICK.__class__(notebook_seconds=1.0, call_seconds=1.0, cpu_seconds=10.0)
    notebook, (trace,) = run(
        "import asyncio\nawait asyncio.Event().wait()", "K = 1.0", GET_K, calls=[K], limits=quick
    )
    assert [fault.kind for fault in notebook.faults.values()] == ["TimeLimit"]
    assert trace.value == 1.0


def test_an_async_function_gives_back_what_is_to_be_awaited(run: Run) -> None:
    _, (trace,) = run("async def k():\n    return 1.0", calls=[K])
    assert trace.outcome is Outcome.RETURNED
    assert getattr(trace.value, "type_name", "") == "coroutine"


def test_a_loop_gives_nobody_a_socket(run: Run) -> None:
    source = (
        "import asyncio, socket\nawait asyncio.sleep(0)\n"
        "def k():\n    try:\n        socket.socketpair()\n"
        "    except PermissionError:\n        return 1.0\n"
    )
    _, (trace,) = run(source, calls=[K])
    assert trace.value == 1.0
