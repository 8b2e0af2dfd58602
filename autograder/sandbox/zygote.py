"""The zygote: a process that has NumPy loaded and forks one child per submission.

Theory of operation.  Starting an interpreter with NumPy takes 100 ms, forking one takes one or
two.  So the zygote loads everything once, holds no secret, and does three things: it forks when
told to (the child confines itself and runs :mod:`.inside.harness`), it kills when told to, and it
reports how a child ended and what the kernel says it used.  It never reads a byte that a child
wrote.  It has one socket, to the trusted process, which hands it the three pipe ends of each
child; when that socket closes or the trusted process ends, it kills its children and ends.

Large packages (matplotlib, pandas, IPython's transformer) are loaded when the first submission
that mentions them comes, so that batches which do not use them never pay.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

from autograder.sandbox import kernel
from autograder.sandbox.confinement import ANSWERS, REQUESTS, Bounds, Plan, confine
from autograder.sandbox.gaps import fill_gaps
from autograder.sandbox.inside import files
from autograder.sandbox.inside.harness import Harness
from autograder.sandbox.inside.transform import CellReader

_NUMPY_PARTS = ("numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial")
"""NumPy imports these when they are first used, 13 ms each time after a fork."""
_COMMON = (
    "collections", "copy", "dataclasses", "decimal", "fractions", "functools", "inspect",
    "itertools", "math", "random", "re", "statistics", "string", "time", "traceback", "typing",
)  # fmt: skip


_exit = os._exit
"""Held, because student code may have replaced it by the time a child ends."""


@dataclass
class _Child:
    number: int
    pid: int
    handle: int
    """A pidfd: readable when the child has ended."""


class Zygote:
    """Serves one trusted process until its socket closes."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._socket = socket.socket(fileno=config["socket"])
        self._grader = int(config["grader"])
        self._plan = Plan.read(config)
        self._fonts: list[tuple[str, str]] = config["fonts"]
        self._children: dict[int, _Child] = {}
        self._loaded: set[str] = set()
        self._filling: list[object] = []
        self._reader = CellReader()
        self._own_processes = config["processes"] if self._plan.jailed else -1
        self._memory = config["memory"]
        for name in (*_NUMPY_PARTS, *_COMMON):
            importlib.import_module(name)
        _warm_up()
        self._reader.parse("def f(x):\n    return x", "")
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)

    def serve(self) -> NoReturn:
        """Never returns."""
        self._freeze()
        gc.enable()
        self._say({"event": "up", "pid": os.getpid()})
        selector = selectors.DefaultSelector()
        selector.register(self._socket, selectors.EVENT_READ, "socket")
        selector.register(self._grader, selectors.EVENT_READ, "grader")
        while True:
            for key, _ in selector.select():
                if key.data == "socket" and self._obey(selector):
                    continue
                if isinstance(key.data, _Child):
                    self._reap(selector, key.data)
                else:
                    self._end()

    def _end(self) -> NoReturn:
        for child in self._children.values():
            _kill(child)
        os._exit(0)

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._socket.send(json.dumps(message).encode())
        except OSError:
            self._end()

    def _obey(self, selector: selectors.BaseSelector) -> bool:
        """Do what one message asks; False: the other side has gone."""
        data, descriptors, _, _ = socket.recv_fds(self._socket, 1 << 16, 8)
        if not data:
            return False
        message = json.loads(data)
        try:
            if message["do"] == "kill":
                child = self._children.get(message["child"])
                if child is not None:
                    _kill(child)
            else:
                self._load(message["packages"])
                child = self._fork(message, descriptors)
                self._children[child.number] = child
                selector.register(child.handle, selectors.EVENT_READ, child)
        except OSError as error:
            self._say({"event": "failed", "child": message["child"], "why": str(error)})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _reap(self, selector: selectors.BaseSelector, child: _Child) -> None:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid == 0:
            return
        selector.unregister(child.handle)
        os.close(child.handle)
        del self._children[child.number]
        self._say(
            {
                "event": "ended",
                "child": child.number,
                "status": os.waitstatus_to_exitcode(status),
                "cpu": used.ru_utime + used.ru_stime,
                "peak": used.ru_maxrss * 1024,
            }
        )

    def _load(self, packages: list[str]) -> None:
        """Import what submissions mention, from a closed list and each once."""
        new = [name for name in packages if name in _LOADERS and name not in self._loaded]
        for name in new:
            self._loaded.add(name)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    _LOADERS[name](self)
                except Exception:  # not installed, or broken: the submission will see it itself
                    continue
        if new:
            self._freeze()

    def _freeze(self) -> None:
        """What is loaded is never garbage: keep the collector, and so forks, from touching it."""
        gc.collect()
        self._filling += fill_gaps()
        gc.freeze()

    def _fork(self, message: dict[str, Any], descriptors: list[int]) -> _Child:
        pages = [int(field) for field in os.pread(self._memory, 200, 0).split()]
        size = os.sysconf("SC_PAGE_SIZE")
        mapped = (pages[0] * size, pages[5] * size)
        bounds = Bounds(message["cpu_seconds"], message["memory"], mapped)
        if self._own_processes >= 0:
            kernel.unshare(kernel.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                self._run_child(bounds, (descriptors[0], descriptors[1], descriptors[2]))
        finally:
            if self._own_processes >= 0:
                kernel.setns(self._own_processes, kernel.CLONE_NEWPID)
        return _Child(message["child"], pid, os.pidfd_open(pid))

    def _run_child(self, bounds: Bounds, pipes: tuple[int, int, int]) -> NoReturn:
        try:
            output = os.dup(pipes[0])
            try:
                confine(self._plan, bounds, pipes)
            except BaseException as error:
                for descriptor in (1, output):  # the second, until the others are closed
                    os.write(descriptor, f"it cannot confine itself: {error}".encode())
            if not self._plan.jailed:
                files.install()
            Harness(REQUESTS, ANSWERS, self._reader).serve()
        finally:
            _exit(126)

    def load_matplotlib(self) -> None:
        """Without a display; with the fonts that the grader's user has found already."""
        with tempfile.TemporaryDirectory() as folder:
            os.environ["MPLCONFIGDIR"] = folder
            for name, content in self._fonts:
                with open(os.path.join(folder, os.path.basename(name)), "w") as file:
                    file.write(content)
            matplotlib = importlib.import_module("matplotlib")
            matplotlib.use("Agg")
            pyplot = importlib.import_module("matplotlib.pyplot")
            pyplot.switch_backend("Agg")
            # One drawing, so that fonts and styles are read here and not in every child.
            figure, axes = pyplot.subplots()
            axes.plot([0.0, 1.0], label="1")
            axes.legend()
            figure.canvas.draw()
            pyplot.close("all")

    def load_pandas(self) -> None:
        importlib.import_module("pandas")

    def load_ipython(self) -> None:
        self._reader.preload()


_LOADERS = {
    "matplotlib": Zygote.load_matplotlib,
    "pandas": Zygote.load_pandas,
    "ipython": Zygote.load_ipython,
}


def _kill(child: _Child) -> None:
    try:
        signal.pidfd_send_signal(child.handle, signal.SIGKILL)
    except ProcessLookupError:
        return


def _warm_up() -> None:
    """Touch what every child would otherwise set up for itself."""
    import numpy as np

    matrix = np.eye(4)
    np.linalg.solve(matrix, matrix @ matrix)
    np.random.default_rng(0)
    np.random.seed(0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def main(config: dict[str, Any]) -> NoReturn:
    """Called by the start-up code (:mod:`.boot`)."""
    # Nothing of the engine is to be found by name from inside.
    zygote = Zygote(config)
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]
    zygote.serve()
