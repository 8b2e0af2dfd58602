"""Before the first submission: a program that tries the attacks that matter.

What is configured is not believed; what holds is tried.  The program below runs as a submission
would and reports, for each attempt, whether it got through.  Every mandatory layer has at least
one attempt that nothing else stops, so a layer that is missing shows, whatever else is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from autograder.errors import SandboxError
from autograder.model import Call, Cell, Limits, Outcome
from autograder.sandbox.layers import described
from autograder.sandbox.runner import Launcher
from autograder.sandbox.session import Session

_LIMITS = Limits(notebook_seconds=30.0, call_seconds=30.0, cpu_seconds=20.0, memory=256 << 20)

_ATTEMPTS = (
    ("landlock", "list the root folder"),
    ("landlock", "read a system file"),
    ("landlock", "read the course folder, or the program that grades"),
    ("landlock", "write a file outside"),
    ("seccomp", "start a process"),
    ("seccomp", "open a socket"),
    ("seccomp", "signal another process"),
    ("descriptors", "find an open descriptor"),
    ("limits", "map a terabyte"),
    ("limits", "use processor time, files or dumps without bound"),
    ("privileges", "gain or keep privileges"),
    ("user", "keep the grader's user"),
)

_PROGRAM = """
import ctypes, mmap, os, resource, socket, struct

def gets_through(attempt):
    try:
        return 0 if attempt() is False else 1
    except (OSError, ValueError, MemoryError):
        return 0

def list_root(): os.listdir("/")
def read_system(): open("/etc/passwd").close()
def read_hidden():
    return any([gets_through(lambda: os.listdir(path)) or gets_through(lambda: open(path).close())
                for path in HIDDEN])
def create(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)
def write():
    folders = ("", "/tmp", "/var/tmp", "/dev/shm")
    name = "/autograder-selftest-" + os.urandom(8).hex()
    return any([gets_through(lambda: create(folder + name)) for folder in folders])
def fork():
    if os.fork() == 0:
        os._exit(0)
def network(): socket.socket().close()
def send_signal(): os.kill(os.getppid() or 1, 0)
def descriptors(): return any([gets_through(lambda: os.fstat(number)) for number in range(5, 1024)])
def memory():
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    mmap.mmap(-1, 1 << 40, flags=flags, prot=mmap.PROT_READ)
def limits():
    names = (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_DATA)
    return (any([resource.RLIM_INFINITY in resource.getrlimit(name) for name in names])
            or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0)
            or resource.getrlimit(resource.RLIMIT_NOFILE)[1] > 256)
def privileges():
    libc = ctypes.CDLL(None)
    word = ctypes.c_ulong
    if libc.prctl(3, word(0), word(0), word(0), word(0)) != 0:
        return True
    if libc.prctl(39, word(0), word(0), word(0), word(0)) != 1:
        return True
    header, sets = struct.pack("<Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    return libc.capget(header, sets) != 0 or any(sets.raw)
def user(): return USER >= 0 and os.getuid() == USER

def attempts():
    return [float(gets_through(a)) for a in (list_root, read_system, read_hidden, write, fork,
        network, send_signal, descriptors, memory, limits, privileges, user)]
"""


def selftest(
    launcher: Launcher, hidden: Sequence[Path], covered: Sequence[str], grader_user: int
) -> None:
    """Raise SandboxError, saying which layer and what to do, if anything gets through.

    ``covered``: folders of this program that lie among packages.  ``grader_user``: the user that
    children must not run as; -1: they may.
    """
    own = (Path(folder, "__init__.py") for folder in covered)
    paths = [str(path) for path in (*hidden, *own)]
    facts = f"HIDDEN = {paths!r}\nUSER = {grader_user}"
    cells = [Cell(1, facts), Cell(2, _PROGRAM)]
    with Session(launcher, cells, _LIMITS, (), (), 0) as session:
        (trace,) = session.call([Call("selftest", "attempts", {})])
    value = trace.value
    if (
        trace.outcome is not Outcome.RETURNED
        or not isinstance(value, np.ndarray)
        or value.shape != (len(_ATTEMPTS),)
    ):
        why = (
            trace.fault.message
            if trace.fault
            else next(
                (fault.message for fault in session.notebook.faults.values()), trace.outcome.value
            )
        )
        raise SandboxError(f"the sandbox cannot run its own self-test ({why}); nothing is graded")
    through = [attempt for attempt, got in zip(_ATTEMPTS, value, strict=True) if got != 0.0]
    if through:
        layer, what = through[0]
        how = next(entry.how_to_get for entry in described(()) if entry.name == layer)
        raise SandboxError(
            f"student code could {what}: the layer '{layer}' does not hold, so nothing is graded "
            f"(needed: {how}); see 'autograder doctor'"
        )
