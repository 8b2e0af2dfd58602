"""What one step of ours may take of this machine for one submission.

Theory of operation.  Student code runs in the sandbox, within the sandbox's limits; but its file is
read, its answers are decoded and judged, and its page is drawn out here.  A file can be made so
that one of these takes very long, or very much memory.  What bounds them is the kernel: a timer
that counts this process's own processor time (not the time it waits, so that a busy machine is
nobody's fault) and raises :class:`Exceeded` in the middle of whatever is going on, and a limit on
the memory that this process may have besides what it has already.

A timer's signal is answered in the main thread only.  So submissions are marked in main threads:
of this program, of its worker processes, or, where somebody else's threads call
(:mod:`autograder.batch.cluster`), of a process started for it.
"""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

READING = 20.0
"""Processor seconds for reading one submission; they take about 0.01."""
JUDGING = 10.0
"""Processor seconds for judging one question, or for decoding what all were asked first; they take
about 0.2 at most."""
ANSWERS = 30.0
"""Processor seconds for all of this of one submission; questions that come later have what is
left."""
DRAWING = 20.0
"""Processor seconds for one feedback page; it takes about 0.05."""
MEMORY = 448 << 20
"""Bytes that reading, judging and drawing one submission may take."""

_AT_LEAST = 64 << 20
"""Bytes that every submission may take, whatever earlier ones left taken; one takes about 5 MB."""
_AGAIN = 1.0
"""Processor seconds after which the timer goes off again, should something have caught it."""


class Exceeded(BaseException):
    """A step took more than its budget.  No Exception, so that no library takes it for its own."""


@contextmanager
def seconds(budget: float) -> Iterator[None]:
    """At most so many seconds of processor time; raises Exceeded in the middle of them.

    The innermost budget counts; an outer one goes on afterwards, with what it had left.
    """
    if not can_interrupt():
        yield
        return

    def over(_signal: int, _frame: object) -> None:
        raise Exceeded

    before = signal.signal(signal.SIGPROF, over)
    left = signal.setitimer(signal.ITIMER_PROF, budget, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, *left)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def memory(budget: int = MEMORY) -> Iterator[None]:
    """At most so many bytes besides those that this process has; MemoryError in the middle."""
    try:
        import resource
    except ImportError:  # not on Windows
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    # What one submission took may not come back: all together get no more than one of them.
    wanted = max(_data_at_first() + budget, _data() + min(budget, _AT_LEAST))
    resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def can_interrupt() -> bool:
    """Whether a budget of time is more than a wish where this is called."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer")


@cache
def _data_at_first() -> int:
    """What it was when a budget was asked for the first time."""
    return _data()


def _data() -> int:
    """Bytes of memory that this process may write to, as RLIMIT_DATA counts them."""
    if sys.platform != "linux":
        return 1 << 40
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        found = re.search(r"^VmData:\s+(\d+) kB", status.read(), re.MULTILINE)
    return int(found[1]) << 10 if found else 1 << 40
