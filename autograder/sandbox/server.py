"""Starts a zygote and asks it for children: the trusted side of :mod:`.zygote`."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox.child import Child, Ended
from autograder.sandbox.jail import bubblewrap_command
from autograder.sandbox.layers import find_bubblewrap
from autograder.sandbox.layout import Layout
from autograder.sandbox.modules import BOOT, ENVIRONMENT, PACKAGES, sources

_BEFORE_JAIL = ("kernel", "jail")
_MODULES = (
    "landlock", "seccomp", "confinement", "gaps", "inside.wire", "inside.values",
    "inside.transform", "inside.statements", "inside.standins", "inside.notebook",
    "inside.calls", "inside.harness", "inside.files", "zygote",
)  # fmt: skip
_START_SECONDS = 60.0

_START = (
    BOOT
    + """
gc.disable()  # what is loaded stays; the collector is on again before anything of a student's is
boot = json.loads(sys.stdin.buffer.read())
sys.path[:] = boot["path"]
load(boot["first"])
jail = sys.modules["autograder.sandbox.jail"]
if boot["config"]["jail"] == "namespaces":
    jail.separate()
# In a jail there is no /proc; what is open stays so, and statm always shows the present numbers.
boot["config"]["memory"] = os.open("/proc/self/statm", os.O_RDONLY)
boot["config"]["processes"] = os.open("/proc/self/ns/pid", os.O_RDONLY)
if boot["config"]["jail"] == "namespaces":
    jail.enter(boot["config"]["readable"])
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


class ForkServer:
    """A zygote that is running."""

    def __init__(self, plan: ServerPlan) -> None:
        self._plan = plan
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        self._count = 0
        self._news: dict[int, Ended] = {}
        grader = os.pidfd_open(os.getpid())
        try:
            self._process = self._start(theirs.fileno(), grader)
        finally:
            theirs.close()
            os.close(grader)
        try:
            message = self._receive(_START_SECONDS)
            if message is None or message.get("event") != "up":
                raise SandboxError(f"the sandbox did not start: {self._last_words()}")
        except BaseException:
            self.close()
            raise

    def _start(self, theirs: int, grader: int) -> subprocess.Popen[bytes]:
        layout = self._plan.layout
        command = [
            layout.interpreter,
            "-s",
            "-P",
            "-S",
            "-X",
            "utf8",
            "-X",
            "no_debug_ranges",
            "-c",
            _START,
        ]
        if self._plan.jail == "bubblewrap":
            outer = bubblewrap_command(find_bubblewrap(), layout.readable, layout.interpreter)
            command = [*outer, *command]
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
        boot = json.dumps(self._boot(theirs, grader, process.pid)).encode()
        with contextlib.suppress(BrokenPipeError):  # it ended at once; the caller says why
            process.stdin.write(boot)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        return process

    def _boot(self, theirs: int, grader: int, pid: int) -> dict[str, Any]:
        return {
            "path": self._plan.layout.import_path,
            "first": [(name, None) for name in PACKAGES] + sources(_BEFORE_JAIL),
            "then": sources(_MODULES),
            "config": {
                "socket": theirs,
                "grader": grader,
                "readable": self._plan.layout.readable,
                "jail": self._plan.jail,
                "uid": _own_user(pid) if self._plan.own_users else None,
                "filter": base64.b64encode(self._plan.program).decode(),
                "fonts": _found_fonts(),
                "without": sorted(self._plan.without),
            },
        }

    def _last_words(self) -> str:
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}"

    def _receive(self, timeout: float) -> dict[str, Any] | None:
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
        message: dict[str, Any] = json.loads(data)
        return message

    def spawn(self, limits: Limits, packages: Sequence[str], keep: int) -> Child:
        """Fork a child; raises SandboxError if the zygote is gone."""
        self._count += 1
        requests_in, requests = os.pipe()
        answers, answers_out = os.pipe()
        output, output_out = os.pipe()
        message = {
            "do": "fork",
            "child": self._count,
            "cpu_seconds": max(1, round(limits.cpu_seconds)),
            "memory": limits.memory,
            "packages": list(packages),
        }
        theirs = [output_out, answers_out, requests_in]
        try:
            socket.send_fds(self.socket, [json.dumps(message).encode()], theirs)
        except OSError as error:
            for descriptor in (requests, answers, output):
                os.close(descriptor)
            raise SandboxError("the sandbox died; its work is repeated") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return Child(_Forked(self, self._count), requests, answers, output, keep)

    def kill(self, child: int) -> None:
        try:
            self.socket.send(json.dumps({"do": "kill", "child": child}).encode())
        except OSError:
            return  # it will be noticed when its end is waited for

    def ended(self, child: int, timeout: float) -> Ended | None:
        """How a child ended; raises SandboxError if that can no longer be known."""
        deadline = time.monotonic() + timeout
        while child not in self._news:
            message = self._receive(max(0.0, deadline - time.monotonic()))
            if message is None:
                return None
            if message["event"] == "ended":
                ended = Ended(message["status"], message["cpu"], message["peak"])
                self._news[message["child"]] = ended
            elif message["event"] == "failed":
                raise SandboxError(f"the sandbox cannot start a process: {message['why']}")
        return self._news.pop(child)

    @property
    def own_users(self) -> bool:
        """Whether children run as a user of their own."""
        return self._plan.own_users

    @property
    def pid(self) -> int:
        """Process number of what was started (with bubblewrap, of bubblewrap)."""
        return self._process.pid

    def close(self) -> None:
        """End the zygote and its children."""
        self.socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # with bubblewrap, there are several
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


class _Forked:
    """A child of the zygote, as :class:`autograder.sandbox.child.Handle` wants it."""

    def __init__(self, server: ForkServer, number: int) -> None:
        self._server = server
        self._number = number

    def kill(self) -> None:
        self._server.kill(self._number)

    def ended(self, timeout: float) -> Ended | None:
        return self._server.ended(self._number, timeout)

    @property
    def wakes(self) -> int:
        return self._server.socket.fileno()


def _own_user(pid: int) -> int:
    """A user for the children of zygote ``pid`` that nobody else has.

    Numbers above 1,879,048,192 are set aside by nobody (systemd's table of user numbers); in a
    container that maps fewer, some number between 20,000 and 60,000.
    """
    return 1_879_048_192 + pid if _maps_all_users() else 20_000 + pid % 40_000


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
