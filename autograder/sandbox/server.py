"""Starts a zygote and asks it for children: the trusted side of :mod:`.zygote`."""

from __future__ import annotations

import contextlib
import json
import marshal
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox.child import Child, Counts, Ended, Handle, Queued, queued_by_now
from autograder.sandbox.jail import bubblewrap_command
from autograder.sandbox.layers import find_bubblewrap
from autograder.sandbox.layout import Layout
from autograder.sandbox.modules import BOOT, ENVIRONMENT, PACKAGES, compiled
from autograder.sandbox.scratch import own_prefix
from autograder.sandbox.shortage import lacking

if TYPE_CHECKING:
    from autograder.sandbox.confinement import Config
    from autograder.sandbox.zygote import Asked, Told

_BEFORE_JAIL = ("kernel", "jail")
_MODULES = (
    "landlock", "seccomp", "confinement", "gaps", "pages", "inside.wire", "inside.progress",
    "inside.values", "inside.transform", "inside.awaiting", "inside.statements", "inside.speed",
    "inside.pictures", "inside.standins", "inside.names", "inside.shown", "inside.notebook",
    "inside.calls", "inside.harness", "inside.files", "inside.rehearsal", "zygote",
)  # fmt: skip
_START_SECONDS = 60.0
_TELL_SECONDS = 5.0
MOST_LINES = 16
"""Lines to one zygote at most.  Their children need as many users, and it forks one at a time."""

_START = (
    BOOT
    + """
gc.disable()  # what is loaded stays; the collector is on again before anything of a student's is
# Of what is loaded, "random" and "threading" ask to be called after each fork.  Nobody needs that
# here, where there are no threads and random numbers start anew, and it costs more than the fork.
os.register_at_fork = lambda **asked: None
boot = marshal.loads(sys.stdin.buffer.read())
sys.path[:] = boot["path"]
load(boot["first"])
jail = sys.modules["autograder.sandbox.jail"]
if boot["config"]["jail"] == "namespaces":
    jail.separate()
# In a jail there is no /proc; what is open stays so, and statm always shows the present numbers.
boot["config"]["memory"] = os.open("/proc/self/statm", os.O_RDONLY)
boot["config"]["processes"] = os.open("/proc/self/ns/pid", os.O_RDONLY)
boot["config"]["proc"] = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
if boot["config"]["jail"] == "namespaces":
    jail.enter(boot["config"]["readable"], boot["config"]["covered"])
elif boot["config"]["jail"] == "bubblewrap":
    jail.enter_from_bubblewrap()
load(boot["then"])
main, config = sys.modules["autograder.sandbox.zygote"].main, boot["config"]
del boot, load, jail
main(config)
"""
)


@dataclass(frozen=True)
class ServerPlan:
    """How a zygote and its children are to be confined."""

    layout: Layout
    jail: str
    """``"namespaces"``, ``"bubblewrap"`` or ``"none"``."""
    program: bytes
    """The filter of system calls."""
    own_users: bool
    """Whether children run as a user of their own (needs to be started as root)."""
    without: frozenset[str] = frozenset()


class Line:
    """A trusted process's line to a zygote: asks for children and hears how they ended."""

    def __init__(self, ours: socket.socket, pid: int, own_users: bool) -> None:
        self.socket = ours
        self.pid = pid
        """Process number of the zygote (with bubblewrap, of bubblewrap)."""
        self.own_users = own_users
        """Whether children run as a user of their own."""
        self._count = 0
        self._news: dict[int, Ended | OSError] = {}
        """What became of children, or why there is none, until it is asked for."""

    def await_zygote(self) -> None:
        """Wait until it serves this line; raises SandboxError if it does not."""
        try:
            message = self._receive(_START_SECONDS)
            if message is not None and message["event"] == "full":
                raise SandboxError("the sandbox serves as many as it can")
            if message is None:
                raise SandboxError(f"the sandbox did not start: {self._last_words()}")
        except BaseException:
            self.close()
            raise

    def _last_words(self) -> str:
        return "the process that started it knows why"

    def _receive(self, timeout: float) -> Told | None:
        """The next message; None: none in time.  Raises SandboxError if the zygote is gone."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        if not poll.poll(1e3 * timeout):
            return None
        try:
            data = self.socket.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            raise SandboxError(f"the sandbox died ({self._last_words()}); its work is repeated")
        message: Told = json.loads(data)
        return message

    def spawn(self, limits: Limits, packages: Sequence[str], keep: int) -> Child:
        """Fork a child; raises SandboxError if the zygote is gone."""
        self._count += 1
        (requests_in, requests), (answers, answers_out), (output, output_out) = _pipes(3)
        message: Asked = {
            "do": "fork",
            "child": self._count,
            "cpu_seconds": max(1, round(limits.cpu_seconds)),
            "memory": limits.memory,
            "packages": list(packages),
        }
        theirs = [output_out, answers_out, requests_in]
        try:
            self._send(message, theirs)
        except SandboxError:
            for descriptor in (requests, answers, output):
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        handle = Handle(
            kill=partial(self.kill, self._count),
            ended=partial(self.ended, self._count),
            queued=partial(self.queued, self._count),
            wakes=self.socket.fileno(),
        )
        return Child(handle, requests, answers, output, keep)

    def _send(self, message: Asked, descriptors: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self.socket, [json.dumps(message).encode()], descriptors)
        except OSError as error:
            raise SandboxError("the sandbox died; its work is repeated") from error

    def kill(self, child: int) -> None:
        with contextlib.suppress(SandboxError):  # it will be noticed when its end is waited for
            self._send({"do": "kill", "child": child})

    def ended(self, child: int, timeout: float) -> Ended | None:
        """How a child ended; raises SandboxError if there never was one, or that can no longer be
        known."""
        deadline = time.monotonic() + timeout
        while child not in self._news:
            message = self._receive(max(0.0, deadline - time.monotonic()))
            if message is None:
                return None
            self._note(message)
        news = self._news[child]
        if isinstance(news, OSError):  # and so again, for whoever asks once more
            raise lacking("the sandbox cannot start a process", news) from news
        del self._news[child]
        return news

    def queued(self, child: int) -> Queued:
        """How a child was kept waiting for a processor that others had."""
        return queued_by_now(partial(self._counts, child))

    def _counts(self, child: int) -> Counts:
        self._send({"do": "tell", "child": child})
        while (message := self._receive(_TELL_SECONDS)) is not None:
            if message["event"] == "counts" and message["child"] == child:
                return Counts(message["cpu"], message["queued"], message["ready"])
            self._note(message)
        return Counts()

    def _note(self, message: Told) -> None:
        if message["event"] == "ended":
            ended = Ended(message["status"], message["cpu"], message["peak"])
            self._news[message["child"]] = ended
        elif message["event"] == "failed":
            why = OSError(message["errno"], os.strerror(message["errno"]))
            self._news[message["child"]] = why

    def close(self) -> None:
        """Hang up, which ends the children."""
        self.socket.close()


class ForkServer(Line):
    """A zygote that this process has started, and the first line to it."""

    def __init__(self, plan: ServerPlan) -> None:
        """Start it; wait for it with :meth:`await_zygote`."""
        self._plan = plan
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        grader = os.pidfd_open(os.getpid())
        try:
            self._process = self._start(theirs.fileno(), grader)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(grader)
        super().__init__(ours, self._process.pid, plan.own_users)

    @property
    def covered(self) -> Sequence[str]:
        """Folders of this program that children must not read."""
        return self._plan.layout.covered

    def join(self, nice: int = 0) -> Line:
        """A line of its own for a copy of the process that started the zygote; its children have
        so much lower a priority.

        Raises SandboxError if the zygote is gone or serves as many as it can.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line, grader = Line(ours, self.pid, self.own_users), os.pidfd_open(os.getpid())
        try:
            self._send({"do": "join", "nice": nice}, [theirs.fileno(), grader])
        except BaseException:
            line.close()
            raise
        finally:
            theirs.close()
            os.close(grader)
        line.await_zygote()
        return line

    def _start(self, theirs: int, grader: int) -> subprocess.Popen[bytes]:
        layout = self._plan.layout
        switches = ("-s", "-P", "-S", "-X", "utf8", "-X", "no_debug_ranges")
        command = [layout.interpreter, *switches, "-c", _START]
        if self._plan.jail == "bubblewrap":
            outer = bubblewrap_command(
                find_bubblewrap(), layout.readable, layout.covered, layout.interpreter
            )
            command = [*outer, *command]
        config = self._config(theirs, grader)
        boot = {
            "path": layout.import_path,
            "first": [*((name, None) for name in PACKAGES), *compiled(_BEFORE_JAIL)],
            "then": compiled(_MODULES),
            "config": config,
        }
        process = subprocess.Popen(
            command,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs, grader],
            cwd="/",
            start_new_session=True,
        )
        assert process.stdin is not None
        if self._plan.own_users:
            config["uid"] = _own_user(process.pid)
        with contextlib.suppress(BrokenPipeError):  # it ended at once; the caller says why
            process.stdin.write(marshal.dumps(boot))
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        return process

    def _config(self, theirs: int, grader: int) -> Config:
        return {
            "socket": theirs,
            "grader": grader,
            "readable": self._plan.layout.readable,
            "covered": self._plan.layout.covered,
            "jail": self._plan.jail,
            "lines": MOST_LINES,
            "uid": None,
            "filter": self._plan.program,
            "fonts": _found_fonts(),
            "without": sorted(self._plan.without),
            "scratch": own_prefix(),
        }

    def _last_words(self) -> str:
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}"

    def close(self) -> None:
        """End the zygote and all children."""
        with contextlib.suppress(SandboxError):  # copies of this process may hold the line open
            self._send({"do": "end"})
        self.socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # with bubblewrap, there are several
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def _pipes(count: int) -> list[tuple[int, int]]:
    pipes: list[tuple[int, int]] = []
    try:
        for _ in range(count):
            pipes.append(os.pipe())
    except OSError as error:
        for descriptor in (end for pipe in pipes for end in pipe):
            os.close(descriptor)
        raise lacking("the sandbox cannot start a process", error) from error
    return pipes


def _own_user(pid: int) -> int:
    """The first of the users that nobody but the children of zygote ``pid`` has.

    Numbers above 1,879,048,192 are set aside by nobody (systemd's table of user numbers).  A
    container may map fewer; there it is some number between 20,000 and 60,000, which another
    zygote among thousands may have, too.
    """
    own = MOST_LINES * pid
    return 1_879_048_192 + own if _maps_all_users() else 20_000 + own % 40_000


def _maps_all_users() -> bool:
    try:
        lines = Path("/proc/self/uid_map").read_text().split("\n")
    except OSError:
        return False
    rows = [[int(field) for field in line.split()] for line in lines if line.strip()]
    return any(inside == 0 and count >= (1 << 32) - 1 for inside, _, count in rows)


def _found_fonts() -> list[tuple[str, str]]:
    """matplotlib's list of fonts, if its user has one: finding them again takes seconds."""
    base = os.environ.get("MPLCONFIGDIR") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "matplotlib"
    )
    found = []
    for path in sorted(Path(base).glob("fontlist-*.json"))[:4]:
        try:
            if path.stat().st_size < (8 << 20):
                found.append((path.name, path.read_text("utf-8")))
        except OSError:
            continue
    return found
