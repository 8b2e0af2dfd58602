"""Runs commands and functions in processes of their own, and says what they used."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """What a command and all processes it waited for used."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory: int
    """Bytes resident at most in any one of its processes."""
    status: int
    """Exit status."""
    said: str
    """The last of what it printed, for when it fails."""


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in ``folder``, with ``environment`` added to ours."""
    with tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()[-500:]
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(wall, cpu, usage.ru_maxrss << 10, process.returncode, said)


def in_fresh_processes(
    count: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> list[T]:
    """What a function answers in so many new processes, side by side: nothing is warm in them."""
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(function, *args, **kwargs) for _ in range(count)]
        return [one.result() for one in running]


def table(head: str, rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table in Markdown, a line at a time, and a blank line: words first, then numbers."""
    yield f"| {head} |"
    yield "|---|" + "---:|" * head.count("|")
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""
