"""Without the walls: each child is a fresh interpreter that may do what its user may.

For one's own files, and for systems that have no walls to offer (macOS, Windows).  The child is
a separate process all the same, with time limits and the same frames, so a hanging or crashing
function costs what it would cost in the sandbox.  Threads do the waiting, because pipes cannot be
selected on everywhere.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox.child import Counts, Ended, Queued, Worker, queued_by_now
from autograder.sandbox.layout import Layout
from autograder.sandbox.modules import BOOT, ENVIRONMENT, PACKAGES, compiled
from autograder.sandbox.scratch import Scratch, own_folder

_MODULES = (
    "inside.wire", "inside.progress", "inside.values", "inside.transform", "inside.awaiting",
    "inside.statements", "inside.speed", "inside.pictures", "inside.standins", "inside.names",
    "inside.shown", "inside.notebook", "inside.calls", "inside.harness",
)  # fmt: skip

_START = (
    BOOT
    + """
if sys.platform == "win32":
    import msvcrt
    for number in (0, 1, 2):
        msvcrt.setmode(number, os.O_BINARY)
boot = marshal.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
sys.path[:0] = [path for path in boot["path"] if path not in sys.path]
sys.path.append(os.getcwd())
load(boot["modules"])
try:
    import resource
    for number, value in ((resource.RLIMIT_CPU, boot["cpu"]), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(number, (value, value))
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            mapped = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        value = mapped + boot["memory"] + (512 << 20)
        resource.setrlimit(resource.RLIMIT_AS, (value, value))
except (ImportError, OSError, ValueError):
    pass
requests, answers = os.dup(0), os.dup(1)
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)
os.dup2(2, 1)
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")
inside = sys.modules["autograder.sandbox.inside"]
harness, reader = inside.harness.Harness, inside.transform.CellReader()
for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
    del sys.modules[name]
harness(requests, answers, reader).serve()
"""
)


class PlainLauncher:
    """Starts a fresh interpreter for each child."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def spawn(self, limits: Limits, packages: Sequence[str], keep: int) -> PlainChild:
        environment = {**os.environ, **ENVIRONMENT, "HOME": os.path.expanduser("~")}
        environment["PATH"] = os.environ.get("PATH", "")
        command = [sys.executable, "-s", "-P", "-X", "utf8", "-c", _START]
        scratch = own_folder()
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=scratch.name,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            scratch.cleanup()
            raise SandboxError(f"Python cannot be started: {error}") from error
        child = PlainChild(process, scratch, keep)
        boot = {
            "path": self._layout.import_path,
            "modules": [(name, None) for name in PACKAGES] + compiled(_MODULES),
            "cpu": max(1, round(limits.cpu_seconds)),
            "memory": limits.memory,
        }
        data = marshal.dumps(boot)
        child.send(str(len(data)).encode() + b"\n" + data)
        return child

    @property
    def pid(self) -> None:
        """Nothing is running between submissions."""

    def close(self) -> None:
        """Nothing is left."""


class PlainChild(Worker):
    """A child that is an interpreter of its own."""

    def __init__(self, process: subprocess.Popen[bytes], scratch: Scratch, keep: int) -> None:
        super().__init__(keep)
        self._process, self._scratch = process, scratch
        # Bounded, so that a flood waits in the pipe and not in our memory.
        self._news: queue.Queue[Callable[[], None]] = queue.Queue(maxsize=64)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [
            _thread(self._read, self._take_answers, process.stdout),
            _thread(self._read, self._take_output, process.stderr),
        ]
        self._others = [_thread(self._write, process.stdin), _thread(self._wait)]

    def _read(self, take: Callable[[bytes], None], pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(pipe.fileno(), 1 << 16):
                self._news.put(partial(take, data))

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (data := self._outgoing.get()) is not None:
                pipe.write(data)
                pipe.flush()

    def _wait(self) -> None:
        cpu, peak = 0.0, 0
        if hasattr(os, "wait4"):
            _, status, used = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            cpu = used.ru_utime + used.ru_stime
            # The kernel also counts what the process held before it became an interpreter of its
            # own, which is all of ours: no more than that says nothing.
            peak = used.ru_maxrss if used.ru_maxrss > _largest_so_far() else 0
            peak *= 1 if sys.platform == "darwin" else 1024
        else:
            self._process.wait()
        for reader in self._readers:  # what it wrote last comes before its end
            reader.join(0.5)
        self._news.put(partial(self._end, Ended(self._process.returncode, cpu, peak)))

    def _end(self, ended: Ended) -> None:
        self._ended = ended

    def send(self, frame: bytes) -> None:
        self._outgoing.put(frame)

    def _pump(self, timeout: float) -> None:
        with contextlib.suppress(queue.Empty):
            self._news.get(timeout=timeout)()

    def read_output(self) -> None:
        time.sleep(0.01)  # the reading thread may still hold the last of it
        with contextlib.suppress(queue.Empty):
            while True:
                self._news.get_nowait()()

    def queued(self) -> Queued:
        return queued_by_now(self._counts)

    def _counts(self) -> Counts:
        about = Path("/proc", str(self._process.pid))
        try:
            cpu, queued = (int(n) / 1e9 for n in (about / "schedstat").read_text().split()[:2])
            state = (about / "stat").read_text().rpartition(") ")[2][:1]
        except (OSError, ValueError):  # another system
            return Counts()
        return Counts(cpu, queued, state == "R")

    def kill(self) -> Ended:
        if self._ended is None:
            with contextlib.suppress(OSError):
                self._process.kill()
        self._outgoing.put(None)
        deadline = time.monotonic() + 30.0
        while self._ended is None:
            try:
                self._news.get(timeout=max(0.0, deadline - time.monotonic()))()
            except queue.Empty:
                raise SandboxError("a process cannot be ended; its work is repeated") from None
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self._scratch.cleanup()
        return self._ended


def _largest_so_far() -> int:
    """This process's own peak, in the unit of the kernel's."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread
