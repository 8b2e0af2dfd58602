"""A child gives up everything it does not need, in an order in which each step still can.

==============  ===========================================================================
descriptors     standard input is empty, output and the two pipes are its own; all others
                are closed, above all the zygote's socket
scratch         (in a jail) its own mount namespace with a small folder in memory
user            (started as root) a user that owns nothing and runs nothing else
limits          processor time, memory, file size, open files, threads, no core dump
privileges      no capability, none to be gained by exec, memory closed to other processes
landlock        files by allow-list
seccomp         system calls by allow-list
==============  ===========================================================================

If any step fails, the child ends before it has said "ready", and the trusted side knows that
this was no student's doing.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NotRequired, TypedDict

from autograder.sandbox import jail, kernel, landlock, seccomp

OUTPUT, ANSWERS, REQUESTS = 1, 3, 4
"""Descriptors in a child: printed text, frames out, frames in."""

_SCRATCH_BYTES, _SCRATCH_FILES = 16 << 20, 256
_MEGABYTE = 1 << 20


class Config(TypedDict):
    """What a zygote is told when it is started."""

    socket: int
    """Descriptor of the line to the grader; its other end is the grader's."""
    grader: int
    """A pidfd: readable when the grader is no more."""
    readable: tuple[str, ...]
    """What children may read."""
    covered: tuple[str, ...]
    """What lies in that and they may not read."""
    jail: str
    lines: int
    """To the zygote at most."""
    uid: int | None
    filter: bytes
    fonts: list[tuple[str, str]]
    without: list[str]
    scratch: str
    """How the names of folders in a shared place begin."""
    memory: NotRequired[int]
    """Descriptor of what the zygote itself uses; its own start-up code opens it."""
    processes: NotRequired[int]
    """Likewise, of its processes' namespace."""
    proc: NotRequired[int]
    """Likewise, of ``/proc``: what the kernel counts of its children."""


@dataclass(frozen=True)
class Plan:
    """What every child of a zygote does; made by the trusted side."""

    readable: tuple[str, ...]
    jailed: bool
    """Whether the zygote is in a jail, so that namespaces can be made for each child."""
    uid: int | None
    """User of the first client's children; None: the zygote's own."""
    program: bytes
    """The filter of system calls."""
    without: frozenset[str] = field(default_factory=frozenset)
    """Layers left out, for the test that notices it."""
    rules: int | None = None
    """Descriptor of the rules for files, where they are the same for all children: without a jail,
    and so without a scratch folder of one's own."""

    def prepared(self, covered: Sequence[str]) -> Plan:
        """With rules for all children; in a jail, each makes its own."""
        if self.jailed or "landlock" in self.without:
            return self
        return replace(self, rules=landlock.rules_for(self.readable, covered))

    def for_client(self, place: int) -> Plan:
        """For children of the client at that place: clients' children have different users."""
        return self if self.uid is None else replace(self, uid=self.uid + place)

    @classmethod
    def read(cls, data: Config) -> Plan:
        """From the zygote's configuration."""
        return cls(
            tuple(data["readable"]),
            data["jail"] != "none",
            data["uid"],
            data["filter"],
            frozenset(data["without"]),
        )


@dataclass(frozen=True)
class Bounds:
    """Limits of one child, as the kernel counts them."""

    cpu_seconds: int
    memory: int
    """Bytes of data beyond ``mapped``."""
    mapped: tuple[int, int]
    """Bytes of address space and of data that the zygote has mapped already."""


def confine(plan: Plan, bounds: Bounds, pipes: tuple[int, int, int]) -> None:
    """Confine this process for good; ``pipes`` are output, answers and requests."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    rules = take_pipes(pipes, plan.rules, close_others="descriptors" not in plan.without)
    if plan.jailed:
        jail.own_scratch(_SCRATCH_BYTES, _SCRATCH_FILES, plan.uid)
    else:
        os.chdir("/")
    if plan.uid is not None:
        os.setgroups([])
        os.setresgid(plan.uid, plan.uid, plan.uid)
        os.setresuid(plan.uid, plan.uid, plan.uid)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user clears it
    if "limits" not in plan.without:
        set_limits(bounds, own_user=plan.uid is not None)
    if "privileges" not in plan.without:
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if "landlock" not in plan.without:
        if rules is None:
            rules = landlock.rules_for(plan.readable, scratch=jail.SCRATCH)
        landlock.restrict(rules)
    if "seccomp" not in plan.without:
        kernel.install_filter(seccomp.for_process(plan.program, os.getpid()))


def take_pipes(
    pipes: tuple[int, int, int], also: int | None = None, close_others: bool = True
) -> int | None:
    """Put the pipes where a child expects them and close everything else; returns where ``also``
    is now."""
    if also is not None:
        also = fcntl.fcntl(also, fcntl.F_DUPFD, 100)
    output, answers, requests = (fcntl.fcntl(pipe, fcntl.F_DUPFD, 100) for pipe in pipes)
    nothing = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2), (answers, 3), (requests, 4)):
        os.dup2(source, target)
    kept = REQUESTS + 1
    if also is not None:
        os.dup2(also, kept)
    if close_others:
        os.closerange(kept + (also is not None), 1 << 20)
    return None if also is None else kept


def set_limits(bounds: Bounds, own_user: bool) -> None:
    """Bound what the process may use; soft equals hard, so that nothing can be raised."""
    address_space, data = bounds.mapped
    limits = {
        resource.RLIMIT_CORE: 0,
        # The first process of a namespace ignores SIGXCPU: the hard limit's SIGKILL has to do.
        resource.RLIMIT_CPU: bounds.cpu_seconds,
        resource.RLIMIT_FSIZE: 4 * _MEGABYTE,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_STACK: 8 * _MEGABYTE,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_DATA: data + bounds.memory,
        resource.RLIMIT_AS: address_space + bounds.memory + 64 * _MEGABYTE,
    }
    if own_user:  # otherwise it would count the grader's own processes
        limits[resource.RLIMIT_NPROC] = 32
    for name in ("RLIMIT_MSGQUEUE", "RLIMIT_SIGPENDING"):
        number = getattr(resource, name, None)
        if number is not None:
            limits[number] = 0 if name == "RLIMIT_MSGQUEUE" else 64
    for number, value in limits.items():
        hard = resource.getrlimit(number)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(number, (value, value))
