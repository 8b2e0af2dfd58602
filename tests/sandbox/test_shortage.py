"""A machine that has no process left for us."""

from __future__ import annotations

import errno
import json
import socket
import time

import pytest

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox import box
from autograder.sandbox.server import Line
from tests.sandbox.conftest import needs_sandbox


@pytest.fixture
def line_and_zygote():
    """A line, and the end of it at which the test plays the zygote."""
    needs_sandbox()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line = Line(ours, pid=0, own_users=False)
    yield line, theirs
    line.close()
    theirs.close()


def test_a_child_that_was_never_forked_is_not_waited_for(line_and_zygote):
    line, zygote = line_and_zygote
    child = line.spawn(Limits(), packages=(), keep=0)
    zygote.send(json.dumps({"event": "failed", "child": 1, "errno": errno.EAGAIN}).encode())
    began = time.monotonic()
    for ask in (lambda: child.next_event(began + 60.0), child.kill, child.kill):
        with pytest.raises(SandboxError, match=r"no more processes .*ulimit -u"):
            ask()
    assert time.monotonic() - began < 10.0


def test_without_a_process_the_filter_is_not_said_to_be_missing(monkeypatch):
    needs_sandbox()

    def build():  # how pyseccomp ends where it cannot start the program that looks for libraries
        raise RuntimeError("Unable to find libseccomp")

    def run(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("autograder.sandbox.seccomp.build", build)
    with monkeypatch.context() as short:
        short.setattr(box.subprocess, "run", run)
        with pytest.raises(SandboxError, match="no more processes"):
            box.open_sandbox()
    with pytest.raises(SandboxError, match="pip install pyseccomp"):
        box.open_sandbox()
