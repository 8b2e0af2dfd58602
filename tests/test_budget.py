"""Steps of ours end when they have taken what they may."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import threading
import time

import pytest

from autograder import budget


def spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_processor_time_is_bounded_and_waiting_is_free() -> None:
    with budget.seconds(0.2):
        time.sleep(0.4)
    begun = time.process_time()
    with pytest.raises(budget.Exceeded), budget.seconds(0.2):
        spin(30)
    assert time.process_time() - begun < 2.0


def test_a_pattern_that_backtracks_is_ended_too() -> None:
    with pytest.raises(budget.Exceeded), budget.seconds(0.2):
        re.match(r"(a+)+$", "a" * 40 + "b")


def test_what_catches_it_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_AGAIN", 0.1)

    def catches() -> None:
        with contextlib.suppress(BaseException):
            spin(30)
        spin(30)

    with pytest.raises(budget.Exceeded), budget.seconds(0.1):
        catches()


def test_afterwards_everything_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGPROF), resource.getrlimit(resource.RLIMIT_DATA)
    with budget.seconds(5.0), budget.memory():
        with budget.seconds(0.2):
            assert 0 < signal.getitimer(signal.ITIMER_PROF)[0] <= 0.3
        assert 4 < signal.getitimer(signal.ITIMER_PROF)[0] <= 5.1
        assert resource.getrlimit(resource.RLIMIT_DATA) != before[1]
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert (signal.getsignal(signal.SIGPROF), resource.getrlimit(resource.RLIMIT_DATA)) == before


def test_memory_is_bounded() -> None:
    with budget.memory(64 << 20):
        bytearray(16 << 20)
        with pytest.raises(MemoryError):
            bytearray(128 << 20)
    bytearray(128 << 20)


def test_where_nothing_can_be_interrupted_it_says_so() -> None:
    said: list[bool] = []
    thread = threading.Thread(target=lambda: said.append(budget.can_interrupt()))
    thread.start()
    thread.join()
    assert (said, budget.can_interrupt()) == ([False], True)
