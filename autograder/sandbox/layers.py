"""Which walls this machine gives, and how to get those it does not: the table of ``doctor``."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.sandbox.layout import Layout, find_layout, readable_by_everyone

MANDATORY = ("descriptors", "limits", "privileges", "landlock", "seccomp")
JAILS = ("namespaces", "bubblewrap", "none")


@dataclass(frozen=True)
class Layer:
    """One wall between student code and the machine."""

    name: str
    active: bool
    mandatory: bool
    """Without it, nothing is graded (except ``--unsafe``)."""
    protects_from: str
    how_to_get: str
    """What to do where it is missing; also where there is nothing to do."""


_LAYERS = (
    Layer(
        "descriptors", True, True,
        "reaching the grader through an open file, pipe or socket", "part of every Linux",
    ),
    Layer(
        "limits", True, True,
        "using up processor time, memory, disk or threads", "part of every Linux",
    ),
    Layer(
        "privileges", True, True,
        "root's capabilities, programs that give any, other processes reading along",
        "part of every Linux",
    ),
    Layer(
        "landlock", True, True,
        "reading the course folder, other submissions or any file but Python's; writing files",
        "Linux 5.13 or later with Landlock switched on (lsm=landlock,... on the kernel's command "
        "line); cat /sys/kernel/security/lsm shows it",
    ),
    Layer(
        "seccomp", True, True,
        "starting programs, the network, signals, and most of the kernel",
        "pip install pyseccomp, and the system's libseccomp (apt install libseccomp2)",
    ),
    Layer(
        "user", True, False,
        "touching the grader's own processes and files, should another layer fail",
        "start as root, with Python and its packages readable by every user",
    ),
    Layer(
        "jail", True, False,
        "seeing names and sizes of files; a private place to write; the network, once more",
        "apt install bubblewrap, or allow user namespaces "
        "(sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; in Docker "
        "--security-opt seccomp=unconfined, or --cap-add SYS_ADMIN)",
    ),
)  # fmt: skip


def described(missing: Iterable[str], jail: str = "", reason: str = "") -> tuple[Layer, ...]:
    """All layers, those in ``missing`` inactive; ``reason`` is added to what is said of them."""
    absent = frozenset(missing)
    table = []
    for layer in _LAYERS:
        if layer.name in absent:
            how = f"{layer.how_to_get} ({reason})" if reason else layer.how_to_get
            table.append(replace(layer, active=False, how_to_get=how))
        elif layer.name == "jail" and jail:
            table.append(replace(layer, how_to_get=f"active, by {jail}"))
        else:
            table.append(layer)
    return tuple(table)


def layers() -> tuple[Layer, ...]:
    """What this machine offers, without starting a sandbox."""
    if sys.platform != "linux":
        reason = "this is not Linux; --unsafe works here, for your own files"
        return described([layer.name for layer in _LAYERS], reason=reason)
    from autograder.sandbox import kernel, seccomp

    missing = []
    if kernel.landlock_version() < 1:
        missing.append("landlock")
    try:
        seccomp.build()
    except (ImportError, OSError, RuntimeError):
        missing.append("seccomp")
    jail = possible_jails()[0]
    if not may_change_user(find_layout(), jail):
        missing.append("user")
    if jail == "none":
        missing.append("jail")
    return described(missing, jail)


def may_change_user(layout: Layout, jail: str) -> bool:
    """Whether children can run as users of their own and still read Python."""
    if os.geteuid() != 0 or jail == "bubblewrap":
        return False
    return readable_by_everyone(layout, through_parents=jail == "none")


def find_bubblewrap() -> str:
    """Path of ``bwrap``, or "" where it is not installed."""
    return shutil.which("bwrap", path=os.environ.get("PATH", "/usr/bin:/bin")) or ""


def possible_jails() -> tuple[str, ...]:
    """The jails that work here, the best first; the last is always "none".

    As root, namespaces need nothing else and leave each submission a user of its own.  Else
    bubblewrap comes first: it may be allowed (by AppArmor) what others are not.
    """
    candidates = ["namespaces"] if os.geteuid() == 0 else ["bubblewrap", "namespaces"]
    return (*[name for name in candidates if jail_works(name)], "none")


_TRY_NAMESPACES = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
flags = 0x20000 | 0x40000000 | 0x08000000 | 0x04000000 | (0x10000000 if os.geteuid() else 0)
private = ctypes.c_ulong(16384 | 1 << 18)
sys.exit(libc.unshare(flags) or libc.mount(b"none", b"/", None, private, None))
"""


def jail_works(name: str) -> bool:
    """Whether this user can make the jail here."""
    return name == "none" or _works(name, os.geteuid())


@functools.lru_cache(maxsize=8)
def _works(name: str, _user: int) -> bool:
    """Try it in another process: a namespace once entered cannot be left."""
    if name == "namespaces":
        command = [os.path.realpath(sys.executable), "-E", "-S", "-s", "-c", _TRY_NAMESPACES]
    elif find_bubblewrap() and Path("/proc").exists():
        command = [find_bubblewrap(), "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc"]
        command += ["--cap-add", "CAP_SYS_ADMIN", "--", "/bin/true"]
    else:
        return False
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
