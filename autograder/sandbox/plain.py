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
from collections import deque
from collections.abc import Sequence
from typing import IO, Any

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox.child import MAX_PRINTED, Ended, Event, Flooded, FrameParser
from autograder.sandbox.layout import Layout
from autograder.sandbox.modules import BOOT, ENVIRONMENT, PACKAGES, compiled
from autograder.sandbox.scratch import Scratch, own_folder

_MODULES = (
    "inside.wire", "inside.progress", "inside.values", "inside.transform", "inside.statements",
    "inside.standins", "inside.names", "inside.notebook", "inside.calls", "inside.harness",
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


class PlainChild:
    """One child, with the face of :class:`autograder.sandbox.child.Child`."""

    def __init__(self, process: subprocess.Popen[bytes], scratch: Scratch, keep: int) -> None:
        self._process, self._scratch = process, scratch
        self._keep = keep
        self.printed = bytearray()
        self._count = 0
        # Bounded, so that a flood waits in the pipe and not in our memory.
        self._news: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=64)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.events: deque[Event] = deque()
        """What has happened and nobody has asked for yet."""
        self._parser = FrameParser()
        self._ended: Ended | None = None
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [
            _thread(self._read, "answers", process.stdout),
            _thread(self._read, "output", process.stderr),
        ]
        self._others = [_thread(self._write, process.stdin), _thread(self._wait)]

    def _read(self, kind: str, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(pipe.fileno(), 1 << 16):
                self._news.put((kind, data))

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
            peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        else:
            self._process.wait()
        for reader in self._readers:  # what it wrote last comes before its end
            reader.join(0.5)
        self._news.put(("ended", Ended(self._process.returncode, cpu, peak)))

    def send(self, frame: bytes) -> None:
        """Queue a frame; a thread writes it as the child reads."""
        self._outgoing.put(frame)

    def next_event(self, deadline: float) -> Event | None:
        """What happens next; None: nothing by ``deadline``."""
        while not self.events:
            if self._ended is not None:
                return self._ended
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            with contextlib.suppress(queue.Empty):
                self._take(*self._news.get(timeout=left))
        return self.events.popleft()

    def _take(self, kind: str, news: Any) -> None:
        if kind == "answers":
            self.events.extend(self._parser.feed(news))
        elif kind == "ended":
            self._ended = news
        else:
            room = self._keep - len(self.printed)
            if room > 0:
                self.printed += news[:room]
            before, self._count = self._count, self._count + len(news)
            if before <= MAX_PRINTED < self._count:
                self.events.append(Flooded())

    def read_output(self) -> None:
        """Take what has been printed up to now."""
        time.sleep(0.01)  # the reading thread may still hold the last of it
        with contextlib.suppress(queue.Empty):
            while True:
                self._take(*self._news.get_nowait())

    def stop_keeping_output(self) -> None:
        """What is printed from now on is counted and thrown away."""
        self._keep = 0

    def kill(self) -> Ended:
        """End it and wait for the end."""
        if self._ended is None:
            with contextlib.suppress(OSError):
                self._process.kill()
        self._outgoing.put(None)
        deadline = time.monotonic() + 30.0
        while self._ended is None:
            try:
                self._take(*self._news.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise SandboxError("a process cannot be ended; its work is repeated") from None
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self._scratch.cleanup()
        return self._ended


def _thread(target: Any, *args: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread
