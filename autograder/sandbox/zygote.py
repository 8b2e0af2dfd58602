"""The zygote: a process that has NumPy loaded and forks one child per submission.

Theory of operation.  Starting an interpreter with NumPy takes 100 ms, forking one takes one or two.
So the zygote loads everything once, holds no secret, and does three things: it forks when told to
(the child confines itself and runs :mod:`.inside.harness`), it kills when told to, and it reports
how a child ended and what the kernel says it used, or how long it was kept waiting.  It never reads
a byte that a child wrote.  It has a socket to each trusted process that it serves, which hands it
the three pipe ends of each child.  When one of these closes, or the process at its other end is no
more, the children it asked for are killed; when it is the one that started the zygote, the zygote
ends.

Large packages (matplotlib, pandas) are loaded when the first submission that mentions them comes,
and not here: the more a process has loaded, the longer a fork of it takes, and with matplotlib that
is five times as long.  So the zygote grows a *branch* for each set of them: a copy of itself that
loads those, forks the children that want them, and reports to the zygote, which passes that on.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import posix
import select
import selectors
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Required, TypedDict

from autograder.sandbox import kernel
from autograder.sandbox.confinement import ANSWERS, REQUESTS, Bounds, Config, Plan, confine
from autograder.sandbox.gaps import fill_gaps
from autograder.sandbox.inside import files
from autograder.sandbox.inside.harness import Harness
from autograder.sandbox.inside.rehearsal import rehearse
from autograder.sandbox.inside.standins import quiet_matplotlib
from autograder.sandbox.inside.transform import CellReader
from autograder.sandbox.inside.wire import BROKEN
from autograder.sandbox.jail import SCRATCH
from autograder.sandbox.pages import join_pages

_NUMPY_PARTS = ("numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.ma")
"""NumPy imports these when they are first used, up to 13 ms each time after a fork; the last when
an array that a function returned is read."""
_COMMON = (
    "collections", "copy", "dataclasses", "decimal", "fractions", "functools", "inspect",
    "itertools", "math", "random", "re", "statistics", "string", "time", "traceback", "typing",
)  # fmt: skip


_END_SECONDS = 2.0
_LEAST = 19
"""The lowest priority there is, as of `os.nice`: less is to run when nobody else wants to."""
_exit = os._exit
"""Held, because student code may have replaced it by the time a child ends."""


class Asked(TypedDict, total=False):
    """A message to the zygote: what it shall do, and the particulars of that."""

    do: Required[str]
    child: int
    cpu_seconds: int
    memory: int
    packages: list[str]
    place: int
    """Of a branch: which client's child it is."""
    nice: int


class Told(TypedDict, total=False):
    """A message of the zygote: what has happened, and the particulars of that."""

    event: Required[str]
    child: int
    errno: int
    status: int
    cpu: float
    peak: int
    queued: float
    ready: bool


@dataclass(eq=False)
class _Client:
    """A trusted process that asks for children."""

    socket: socket.socket
    process: int
    """A pidfd: readable when it is no more."""
    place: int
    """Which of the clients it is, from 0; its children's user is that much further on."""
    nice: int = 0
    """By how much its children's priority is lower."""
    children: dict[int, _Child] = field(default_factory=dict)
    elsewhere: dict[int, tuple[_Branch, int]] = field(default_factory=dict)
    """Those of a branch, and how they are numbered there."""


@dataclass(eq=False)
class _Branch:
    """A copy of the zygote that has large packages loaded, as it is seen from the zygote."""

    line: socket.socket
    handle: int
    """A pidfd: readable when it is no more."""
    children: dict[int, tuple[_Client, int]] = field(default_factory=dict)
    """Whose each of its children is, and how the client numbers it."""
    looked_at: dict[int, tuple[_Client, int]] = field(default_factory=dict)
    """Those of which it was asked for the scheduler's counts."""
    count: int = 0

    def start(self, client: _Client, message: Asked, pipes: list[int]) -> None:
        self.count += 1
        self.ask({**message, "child": self.count}, pipes)
        self.children[self.count] = client, message["child"]
        client.elsewhere[message["child"]] = self, self.count

    def ask(self, message: Asked, descriptors: Sequence[int] = ()) -> None:
        socket.send_fds(self.line, [json.dumps(message).encode()], descriptors)

    def hear(self) -> tuple[_Client, Told] | None:
        """What there is to say to a client; None: the branch is gone."""
        data = self.line.recv(1 << 16)
        if not data:
            return None
        told: Told = json.loads(data)
        number = told["child"]
        if told["event"] == "counts":
            client, own = self.looked_at.pop(number)
        else:
            client, own = self.children.pop(number)
            del client.elsewhere[own]
        return client, {**told, "child": own}

    def end(self) -> None:
        """End it and its children."""
        with contextlib.suppress(OSError):  # it has ended
            self.ask({"do": "end"})
        ends = select.poll()
        ends.register(self.handle, select.POLLIN)
        if not ends.poll(1e3 * _END_SECONDS):
            _send_signal(self.handle, signal.SIGKILL)
        os.waitid(os.P_PIDFD, self.handle, os.WEXITED)


@dataclass(eq=False)
class _Child:
    client: _Client
    number: int
    pid: int
    handle: int
    """A pidfd: readable when the child has ended."""


class Zygote:
    """Serves a trusted process, and those it lets join, until it is told to end."""

    def __init__(self, config: Config) -> None:
        self._clients: dict[int, _Client] = {}
        self._branches: dict[frozenset[str], _Branch] = {}
        self._is_branch = False
        self._most_clients: int = config["lines"]
        self._selector = selectors.DefaultSelector()
        self._owner = self._welcome(config["socket"], int(config["grader"]))
        self._plan = Plan.read(config).prepared(config["covered"])
        self._fonts: list[tuple[str, str]] = config["fonts"]
        self._scratch: str = config["scratch"]
        self._loaded: set[str] = set()
        self._filling: list[object] = []
        self._reader = CellReader()
        self._own_processes = config["processes"] if self._plan.jailed else -1
        self._memory, self._proc = config["memory"], config["proc"]
        for name in (*_NUMPY_PARTS, *_COMMON):
            importlib.import_module(name)
        _warm_up()
        rehearse(self._reader)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)

    def serve(self) -> NoReturn:
        """Never returns."""
        self._freeze()
        gc.enable()
        self._say(self._owner, {"event": "up"})
        self._serve()

    def _serve(self) -> NoReturn:
        while True:
            for key, _ in self._selector.select():
                if isinstance(key.data, _Child):
                    self._reap(key.data)
                elif isinstance(key.data, _Branch):
                    self._pass_on(key.data)
                else:
                    self._hear(key.data, key.fd)

    def _hear(self, client: _Client, descriptor: int) -> None:
        if self._clients.get(client.place) is not client:
            return  # it has been parted with since
        if descriptor == client.process or not self._obey(client):
            self._part_with(client)

    def _welcome(self, line: int, process: int) -> _Client:
        place = next(i for i in range(len(self._clients) + 1) if i not in self._clients)
        client = self._clients[place] = _Client(socket.socket(fileno=line), process, place)
        for descriptor in (line, process):
            self._selector.register(descriptor, selectors.EVENT_READ, client)
        return client

    def _pass_on(self, branch: _Branch) -> None:
        news = branch.hear()
        if news is None:  # what its children did is known to nobody now
            os.write(2, b"a process that forks others was ended")
            self._part_with(self._owner)
        else:
            self._say(*news)

    def _part_with(self, client: _Client) -> None:
        for one in self._clients.values() if client is self._owner else [client]:
            for child in one.children.values():
                _send_signal(child.handle, signal.SIGKILL)
            for branch, number in one.elsewhere.values():
                with contextlib.suppress(OSError):  # its children end with it
                    branch.ask({"do": "kill", "child": number})
        if client is self._owner:
            for branch in self._branches.values():
                branch.end()
            os._exit(0)
        for descriptor in (client.socket.fileno(), client.process):
            self._selector.unregister(descriptor)
            os.close(descriptor)
        client.socket.detach()
        del self._clients[client.place]

    def _say(self, client: _Client, message: Told) -> None:
        # That it has gone is noticed elsewhere.
        with contextlib.suppress(OSError):
            client.socket.send(json.dumps(message).encode())

    def _obey(self, client: _Client) -> bool:
        """Do what one message asks; False: the other side has gone, or wants no more."""
        try:
            data, descriptors, _, _ = socket.recv_fds(client.socket, 1 << 16, 8)
        except ConnectionResetError:  # it went with something of ours unread
            return False
        if not data:
            return False
        message: Asked = json.loads(data)
        if message["do"] == "join":
            newcomer = self._welcome(*descriptors)
            newcomer.nice = message["nice"]
            if len(self._clients) <= self._most_clients:
                self._say(newcomer, {"event": "up"})
            else:
                self._say(newcomer, {"event": "full"})
                self._part_with(newcomer)
        elif message["do"] == "fork":
            if not self._is_branch:
                message |= {"place": client.place, "nice": client.nice}
            self._start(client, message, descriptors)
        elif message["do"] == "end":
            return False
        elif message["child"] in client.elsewhere:
            branch, number = client.elsewhere[message["child"]]
            if message["do"] == "tell":
                branch.looked_at[number] = client, message["child"]
            with contextlib.suppress(OSError):  # that it is gone is noticed elsewhere
                branch.ask({"do": message["do"], "child": number})
        elif message["do"] == "kill" and message["child"] in client.children:
            _send_signal(client.children[message["child"]].handle, signal.SIGKILL)
        elif message["do"] == "tell":
            child = client.children.get(message["child"])
            self._say(client, {**self._counts(child), "child": message["child"]})
        return True

    def _start(self, client: _Client, message: Asked, pipes: list[int]) -> None:
        large = _LARGE.intersection(message["packages"])
        try:
            if large and not self._is_branch:
                self._branch_with(large).start(client, message, pipes)
                return
            self._load(message["packages"])
            child = self._fork(client, message, pipes)
            client.children[child.number] = child
            self._selector.register(child.handle, selectors.EVENT_READ, child)
        except OSError as error:
            failed = error.errno or 0
            self._say(client, {"event": "failed", "child": message["child"], "errno": failed})
        finally:
            for pipe in pipes:
                os.close(pipe)

    def _branch_with(self, packages: frozenset[str]) -> _Branch:
        """The branch that has these loaded, or loads them as soon as it is asked for a child."""
        branch = self._branches.get(packages)
        if branch is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                pid = os.fork()
                if pid == 0:
                    try:
                        ours.close()
                        self._become_branch(theirs)
                    finally:
                        _exit(BROKEN)
            branch = self._branches[packages] = _Branch(ours, os.pidfd_open(pid))
            self._selector.register(ours, selectors.EVENT_READ, branch)
        return branch

    def _become_branch(self, line: socket.socket) -> NoReturn:
        """In the copy: serve the zygote, and nobody that it serves."""
        self._selector.close()
        for client in self._clients.values():
            client.socket.close()
            for descriptor in (client.process, *(one.handle for one in client.children.values())):
                os.close(descriptor)
        for branch in self._branches.values():
            branch.line.close()
            os.close(branch.handle)
        self._is_branch, self._clients, self._branches = True, {}, {}
        self._selector = selectors.DefaultSelector()
        self._owner = self._welcome(line.detach(), os.pidfd_open(os.getppid()))
        os.close(self._memory)
        self._memory = os.open("self/statm", os.O_RDONLY, dir_fd=self._proc)
        self._serve()

    def _counts(self, child: _Child | None) -> Told:
        """What the kernel's scheduler counts of it; nothing where it does not."""
        try:
            # Its number there is another one than in this namespace.
            about = [] if child is None else self._read(f"self/fdinfo/{child.handle}").split()
            number = about[about.index("Pid:") + 1]
            counts, state = self._read(f"{number}/schedstat"), self._read(f"{number}/stat")
        except (OSError, ValueError, IndexError):
            return {"event": "counts", "cpu": 0.0, "queued": 0.0, "ready": False}
        cpu, queued = (int(count) / 1e9 for count in counts.split()[:2])
        ready = state.rpartition(") ")[2][:1] == "R"
        return {"event": "counts", "cpu": cpu, "queued": queued, "ready": ready}

    def _read(self, path: str) -> str:
        descriptor = os.open(path, os.O_RDONLY, dir_fd=self._proc)
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _reap(self, child: _Child) -> None:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid == 0:
            return
        self._selector.unregister(child.handle)
        os.close(child.handle)
        del child.client.children[child.number]
        self._say(
            child.client,
            {
                "event": "ended",
                "child": child.number,
                "status": os.waitstatus_to_exitcode(status),
                "cpu": used.ru_utime + used.ru_stime,
                "peak": used.ru_maxrss * 1024,
            },
        )

    def _load(self, packages: list[str]) -> None:
        """Import what submissions mention, from a closed list and each once."""
        new = [name for name in packages if name in _LOADERS and name not in self._loaded]
        for name in new:
            self._loaded.add(name)
            with warnings.catch_warnings(), _forked_once():
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
        with contextlib.suppress(OSError):
            join_pages(self._read("self/maps"))

    def _fork(self, client: _Client, message: Asked, pipes: list[int]) -> _Child:
        pages = [int(field) for field in os.pread(self._memory, 200, 0).split()]
        size = os.sysconf("SC_PAGE_SIZE")
        mapped = (pages[0] * size, pages[5] * size)
        bounds = Bounds(message["cpu_seconds"], message["memory"], mapped)
        if self._own_processes >= 0:
            kernel.unshare(kernel.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                self._run_child(message, bounds, (pipes[0], pipes[1], pipes[2]))
        finally:
            if self._own_processes >= 0:
                kernel.setns(self._own_processes, kernel.CLONE_NEWPID)
        return _Child(client, message["child"], pid, os.pidfd_open(pid))

    def _run_child(self, asked: Asked, bounds: Bounds, pipes: tuple[int, int, int]) -> NoReturn:
        try:
            if asked["nice"]:
                self._give_way(asked["nice"])
            output = os.dup(pipes[0])
            try:
                confine(self._plan.for_client(asked["place"]), bounds, pipes)
            except BaseException as error:
                for descriptor in (1, output):  # the second, until the others are closed
                    os.write(descriptor, f"it cannot confine itself: {error}".encode())
            if self._plan.jailed:
                sys.path.append(SCRATCH)  # a module that the notebook writes can be imported
            else:
                files.install()
            Harness(REQUESTS, ANSWERS, self._reader).serve()
        finally:
            _exit(BROKEN)

    def _give_way(self, nice: int) -> None:
        """Have a lower priority: as a process, and as a session, where the kernel deals out time to
        sessions first."""
        os.nice(nice)
        os.setsid()
        with contextlib.suppress(OSError):
            descriptor = os.open("self/autogroup", os.O_WRONLY, dir_fd=self._proc)
            os.write(descriptor, str(nice).encode())
        if nice >= _LEAST:
            # A processor with nothing else to do counts as free then: nobody queues behind this.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    def load_matplotlib(self) -> None:
        """Without a display; with the fonts that the grader's user has found already."""
        with tempfile.TemporaryDirectory(prefix=self._scratch) as folder:
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
            quiet_matplotlib()

    def load_pandas(self) -> None:
        importlib.import_module("pandas")

    def load_ipython(self) -> None:
        self._reader.preload()


_LOADERS = {
    "matplotlib": Zygote.load_matplotlib,
    "pandas": Zygote.load_pandas,
    "ipython": Zygote.load_ipython,
}
_LARGE = frozenset(_LOADERS) - {"ipython"}
"""What costs each fork a millisecond and more, which IPython's transformer alone does not."""


@contextlib.contextmanager
def _forked_once() -> Iterator[None]:
    """What modules that are loaded meanwhile want done in every child is done here, at the end.

    It concerns what they hold by now: matplotlib gives its fonts back, whose files no child has
    open, which takes a millisecond each time; locks are made anew, of which there are no holders.
    """
    wanted: list[Callable[[], object]] = []

    def note(*, after_in_child: Callable[[], object] | None = None, **_: object) -> None:
        if after_in_child is not None:
            wanted.append(after_in_child)

    register, os.register_at_fork = os.register_at_fork, note
    try:
        yield
        for do in wanted:
            do()
    finally:
        os.register_at_fork = register


def _send_signal(handle: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has ended
        signal.pidfd_send_signal(handle, number)


def _warm_up() -> None:
    """Touch what every child would otherwise set up for itself."""
    import numpy as np

    matrix = np.eye(4)
    np.linalg.solve(matrix, matrix @ matrix)
    np.random.default_rng(0)
    np.random.seed(0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def main(config: Config) -> NoReturn:
    """Called by the start-up code (in :mod:`.server`)."""
    # Nothing of the engine is to be found by name from inside.
    zygote = Zygote(config)
    os.register_at_fork = posix.register_at_fork  # all is loaded that every child has
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]
    zygote.serve()
