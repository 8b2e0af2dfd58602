"""Large packages are loaded in copies of the zygote: who does not mention them does not pay."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from autograder.errors import SandboxError
from autograder.model import Call, Cell, Limits, Outcome, Trace
from autograder.sandbox import Sandbox, open_sandbox
from tests.sandbox.conftest import COURSE, needs_sandbox
from tests.sandbox.test_lifetime import children, descendants, open_files, run_one, settled

LOOK = """
import os, sys
there = set(sys.modules)
def loaded(): return [float(one in there) for one in ("mat" + "plotlib", "pan" + "das")]
def who(): return os.getuid()
def spin():
    while True: pass
"""
LIGHT, PLOTS, FRAMES = LOOK, LOOK + "# matplotlib\n", LOOK + "# pandas\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    needs_sandbox()
    with open_sandbox([COURSE]) as opened:
        yield opened


def asked(box: Sandbox, source: str, name: str, limits: Limits | None = None) -> Trace:
    with box.open([Cell(1, source)], limits or Limits()) as session:
        return session.call([Call(name, name, {})])[0]


def test_who_mentions_a_large_package_finds_it_loaded_and_nobody_else(box: Sandbox) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    sources = (LIGHT, PLOTS, FRAMES, PLOTS + FRAMES, LIGHT, PLOTS)
    found = [asked(box, source, "loaded").value for source in sources]
    assert found == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0), (1, 0)]


def test_a_branch_is_grown_once(box: Sandbox) -> None:
    for _ in range(2):
        asked(box, PLOTS, "loaded")
    before = descendants(os.getpid())
    for _ in range(3):
        assert asked(box, PLOTS, "loaded").outcome is Outcome.RETURNED
    assert descendants(os.getpid()) <= before


def test_limits_hold_in_a_branch(box: Sandbox) -> None:
    trace = asked(box, PLOTS, "spin", Limits(call_seconds=0.2))
    assert trace.outcome is Outcome.TIMED_OUT
    with box.open([Cell(1, PLOTS)], Limits()) as session:
        worker = session._runner.worker
        assert worker is not None
        assert worker.queued().seconds >= 0.0
        assert session.call([Call("loaded", "loaded", {})])[0].outcome is Outcome.RETURNED
    assert worker.queued().waits is False, "of one that has ended, too, there is an answer"


def test_users_and_priorities_are_the_same_in_a_branch(box: Sandbox) -> None:
    with box.joined(3) as joined:
        light, plots = (asked(joined, source, "who").value for source in (LIGHT, PLOTS))
        before = descendants(os.getpid())
        with joined.open([Cell(1, PLOTS)], Limits()):
            (child,) = descendants(os.getpid()) - before
            assert os.getpriority(os.PRIO_PROCESS, child) == 3 + os.getpriority(os.PRIO_PROCESS, 0)
    assert light == plots
    with box.joined() as other, other.open([Cell(1, PLOTS)], Limits()):
        pass  # and hangs up with nothing left to do


def test_hanging_up_ends_children_in_a_branch(box: Sandbox) -> None:
    asked(box, PLOTS, "loaded")
    before = len(descendants(os.getpid()))
    joined = box.joined()
    joined.open([Cell(1, PLOTS)], Limits())  # it is never closed
    assert len(descendants(os.getpid())) > before
    joined.close()
    assert settled(before)
    assert asked(box, PLOTS, "loaded").outcome is Outcome.RETURNED


def test_nothing_is_left_of_a_branch() -> None:
    needs_sandbox()
    before, files = len(descendants(os.getpid())), open_files()
    with open_sandbox([COURSE]) as box:
        asked(box, PLOTS, "loaded")
        with box.open([Cell(1, PLOTS)], Limits()):
            pass
    assert settled(before)
    assert open_files() == files


def test_without_a_branch_its_children_are_lost_and_it_is_said() -> None:
    needs_sandbox()
    before = len(descendants(os.getpid()))
    others = children(os.getpid())
    with open_sandbox([COURSE]) as box:
        assert run_one(box) == 1.0
        alone = descendants(os.getpid())
        with box.open([Cell(1, PLOTS)], Limits()) as session:
            (branch, *_) = sorted(descendants(os.getpid()) - alone - others)
            os.kill(branch, signal.SIGKILL)
            with pytest.raises(SandboxError, match="forks others was ended"):
                session.call([Call("spin", "spin", {})])
    assert settled(before)
