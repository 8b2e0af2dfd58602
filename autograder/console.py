"""What the program shows while it works: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from autograder.batch.run import Tally

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_PICTURES = 0.1
_WIDEST = 80
"""Columns of a table."""

_KINDS = (
    ("full", "full marks"),
    ("partial", "partial"),
    ("none", "no points"),
    ("unreadable", "unreadable"),
    ("unjudged", "judged in part"),
    ("not_graded", "not graded"),
)


def say(what: RenderableType) -> None:
    """Print to standard output, no wider than a page; colours only where they are wanted."""
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST)
    if isinstance(what, str):
        console.print(Text(what), soft_wrap=True)  # a path must stay in one piece
    else:
        console.print(what)


class ProgressView:
    """Shows a tally as it grows; this one shows nothing.  A context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, tally: Tally) -> None:
        pass


def progress_view(*, quiet: bool) -> ProgressView:
    """A bar where standard error is a terminal, else a line now and then; nothing when quiet."""
    console = Console(stderr=True, soft_wrap=True)
    if quiet:
        return ProgressView()
    return _Bar(console) if console.is_terminal else _Lines()


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how many of how many are done, to whoever calls what it gives with both numbers: as a
    bar where standard error is a terminal, else as a line now and then."""
    console = Console(stderr=True, soft_wrap=True)
    columns = BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn(what), TimeRemainingColumn()
    # No refreshing by a thread: workers are forked where there is none.
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    task, last = bar.add_task(what, total=None), 0.0

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        terminal = console.is_terminal
        pause = _SECONDS_BETWEEN_PICTURES if terminal else _SECONDS_BETWEEN_LINES
        if now - last < pause and done < total:
            return
        last = now
        bar.update(task, completed=done, total=total)
        if terminal:
            bar.refresh()
        else:
            console.print(f"{done} of {total} {what}", highlight=False)

    if not console.is_terminal:
        yield show
        return
    with bar:
        yield show


def counts(tally: Tally) -> str:
    """Running counts in words: ``12 full marks, 3 partial``."""
    found = [f"{tally.counts[kind]} {words}" for kind, words in _KINDS if tally.counts[kind]]
    nothing = "all graded before" if 0 < tally.total <= tally.kept else "nothing graded yet"
    return ", ".join(found) or nothing


@contextmanager
def terminable() -> Iterator[None]:
    """Treat a request to end (SIGTERM, as batch systems send it) like Ctrl-C."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Lines(ProgressView):
    """A line every few seconds, so that a log shows that something goes on."""

    def __init__(self) -> None:
        self._begun = self._last = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        done = tally.kept + tally.graded
        if now - self._last < _SECONDS_BETWEEN_LINES and done < tally.total:
            return
        if not tally.graded:
            return
        self._last = now
        rate = tally.graded / max(now - self._begun, 1e-9)
        left = (tally.total - done) / max(rate, 1e-9)
        print(
            f"{done}/{tally.total} submissions, {rate:.1f}/s, {_clock(left)} left: {counts(tally)}",
            file=sys.stderr,
            flush=True,
        )


class _Bar(ProgressView):
    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=console,
            transient=True,
            auto_refresh=False,  # by a thread, and workers are forked where there is none
        )
        self._bar = self._progress.add_task("", total=None, rate="", counts="starting")
        self._begun = time.monotonic()
        self._shown = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, tally: Tally) -> None:
        rate = tally.graded / max(time.monotonic() - self._begun, 1e-9)
        self._progress.update(
            self._bar,
            total=tally.total,
            completed=tally.kept + tally.graded,
            rate=f"{rate:.1f}/s" if tally.graded else "",
            counts=counts(tally),
        )
        now = time.monotonic()
        if now - self._shown >= _SECONDS_BETWEEN_PICTURES or tally.graded == 0:
            self._shown = now
            self._progress.refresh()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
