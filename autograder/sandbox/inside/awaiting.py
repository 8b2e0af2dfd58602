"""Cells that await: the event loop of a notebook.

IPython lets a cell say ``await``, ``async for`` and ``async with`` outside of any function, and has
one loop for all cells, so that tasks and locks live on from one to the next.  So it is here.  A
statement that awaits nothing runs beside the loop and not within it: there ``asyncio.run`` does
what it does in a file, although Jupyter refuses it.

A loop is woken up by other threads through a pair of sockets, and a child may have no socket; a
pipe does as well.
"""

from __future__ import annotations

import ast
import functools
import gc
import inspect
import os
import sys
import types
from collections.abc import Callable, Coroutine
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # to import it takes longer than to run most notebooks
    import asyncio

ALLOWED = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
"""For ``compile``: a cell may await."""
_MANY = 32
"""Descriptors at which those of lost loops are wanted back; a child has twice as many."""
_TURNS = 100
"""How often tasks that wait for nothing go on between two cells."""


class Awaiting:
    """Runs a notebook's code, on its loop where the code awaits."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        loaded = sys.modules.get("asyncio")
        if loaded is not None:
            self._prepare(loaded)
        sys.meta_path.insert(0, _Finder(self._prepare))

    def run(self, code: types.CodeType, namespace: dict[str, object]) -> None:
        """Execute code that was compiled with :data:`ALLOWED`."""
        if code.co_flags & inspect.CO_COROUTINE:
            awaited = cast("Coroutine[object, None, None]", eval(code, namespace))
            self._current().run_until_complete(awaited)
        else:
            exec(code, namespace)

    def rest(self) -> None:
        """Between two cells, tasks go on as far as they can without waiting."""
        if self._loop is None or self._loop.is_closed():
            return
        import asyncio

        for _ in range(_TURNS):
            if not asyncio.all_tasks(self._loop):
                return
            self._loop.run_until_complete(asyncio.sleep(0))

    def _current(self) -> asyncio.AbstractEventLoop:
        """The notebook's loop; another one, if code has closed it."""
        import asyncio

        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        return self._loop

    def _prepare(self, module: types.ModuleType) -> None:
        """As soon as ``asyncio`` is there, so is the notebook's loop."""
        names = vars(module)
        if sys.platform != "win32":
            names["SelectorEventLoop"]._make_self_pipe = _make_pipe
        names["run"] = self._beside(names["run"])
        names["create_task"] = self._within(names["create_task"])
        names["get_running_loop"] = self._within(names["get_running_loop"])
        self._current()

    def _beside(self, run: Callable[..., object]) -> Callable[..., object]:
        """``asyncio.run``, also while the notebook's loop runs, which stays the current one."""

        @functools.wraps(run)
        def run_beside(*args: object, **keywords: object) -> object:
            from asyncio import events

            running = events._get_running_loop()
            events._set_running_loop(None)
            try:
                return run(*args, **keywords)
            finally:
                self._current()
                events._set_running_loop(running)

        return run_beside

    def _within(self, function: Callable[..., object]) -> Callable[..., object]:
        """What asks for a loop that runs, and in a cell always finds one."""

        @functools.wraps(function)
        def on_some_loop(*args: object, **keywords: object) -> object:
            from asyncio import events

            if events._get_running_loop() is not None:
                return function(*args, **keywords)
            events._set_running_loop(self._current())
            try:
                return function(*args, **keywords)
            finally:
                events._set_running_loop(None)

        return on_some_loop


class _Finder(MetaPathFinder):
    """Finds ``asyncio`` where it is, and has it prepared once it is loaded."""

    def __init__(self, prepare: Callable[[types.ModuleType], None]) -> None:
        self._prepare = prepare

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        if fullname != "asyncio":
            return None
        spec = PathFinder.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Prepared(spec.loader, self._prepare)
        return spec


class _Prepared(Loader):
    def __init__(self, loader: Loader, prepare: Callable[[types.ModuleType], None]) -> None:
        self._loader, self._prepare = loader, prepare

    def exec_module(self, module: types.ModuleType) -> None:
        self._loader.exec_module(module)
        self._prepare(module)


class _End:
    """One end of a pipe, with what a loop asks of a socket."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._descriptor

    def recv(self, count: int) -> bytes:
        return os.read(self._descriptor, count)

    def send(self, data: bytes) -> int:
        return os.write(self._descriptor, data)

    def close(self) -> None:
        os.close(self._descriptor)


def _make_pipe(loop: asyncio.SelectorEventLoop) -> None:
    """In place of ``_make_self_pipe``, which makes a pair of sockets."""
    read, write = map(_End, os.pipe())
    if write.fileno() > _MANY:
        gc.collect()  # loops that nobody has closed: each is a circle, and holds three descriptors
    vars(loop).update(_ssock=read, _csock=write)
    loop._internal_fds += 1  # type: ignore[attr-defined]
    loop._add_reader(read.fileno(), loop._read_from_self)  # type: ignore[attr-defined]
