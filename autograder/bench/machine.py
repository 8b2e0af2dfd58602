"""Says in words on what machine something was measured."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np

import autograder
from autograder.batch.order import cores


def machine() -> str:
    """One sentence: processor, cores, memory, system, versions, and what else was going on."""
    model = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = _field("/proc/meminfo", "MemTotal")
    gigabytes = f", {int(memory.split()[0]) / 2**20:.0f} GiB" if memory else ""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return (
        f"{model}, {cores()} cores{gigabytes}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"autograder {autograder.__version__}{load}."
    )


def _field(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    found = [line.partition(":")[2].strip() for line in lines if line.startswith(name)]
    return found[0] if found else ""
