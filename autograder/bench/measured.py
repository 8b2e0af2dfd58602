"""Runs a command to its end and asks the kernel what it used."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


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
