"""A hostile program: a file with a header that says what must become of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.model import Limits, Opaque, Trace

FOLDER = Path(__file__).parent / "programs"
_LIMITS = {"cpu_seconds": int, "call_seconds": float, "memory": int}


@dataclass(frozen=True)
class Program:
    """One attack."""

    name: str
    source: str
    attack: str
    held_by: str
    """The layer that holds it."""
    outcomes: frozenset[str]
    """What the call of ``go`` may end as."""
    notebook: frozenset[str]
    """What running the cells may end as."""
    value: str
    """What ``go`` may return: it counts its successes, so zeros, unless said otherwise."""
    limits: Limits
    gradients: bool
    """Whether the call of ``go`` has gradient functions among its arguments."""
    configurations: tuple[str, ...]
    """Where it is run; empty: everywhere.  For what takes a second, with and without each wall."""


def read_program(path: Path) -> Program:
    """Read the header: lines ``# key: value`` at the top."""
    source = path.read_text("utf-8")
    header: dict[str, str] = {}
    for line in source.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not colon:
            break
        header[key] = value
    outcomes = frozenset(header["outcome"].split("|"))
    notebook = frozenset(header.get("notebook", "returned").split("|"))
    given = {key: kind(header[key]) for key, kind in _LIMITS.items() if key in header}
    limits = Limits(
        notebook_seconds=0.1 if "timed_out" in notebook else 20.0,
        call_seconds=float(given.get("call_seconds", 0.05 if "timed_out" in outcomes else 20.0)),
        cpu_seconds=float(given.get("cpu_seconds", 30)),
        memory=int(given.get("memory", 256)) << 20,
    )
    return Program(
        path.stem,
        source,
        header["attack"],
        header["held by"],
        outcomes,
        notebook,
        header.get("value", "zeros"),
        limits,
        header.get("gradients", "given") == "given",
        tuple(header.get("configurations", "").split()),
    )


def all_programs() -> list[Program]:
    return [read_program(path) for path in sorted(FOLDER.glob("*.py"))]


def runs_in(program: Program, configuration: str | None) -> bool:
    """Whether a configuration (None: any) runs the program."""
    return not program.configurations or configuration in (None, *program.configurations)


def wrong_value(program: Program, trace: Trace, jailed: bool) -> str:
    """What is wrong with what it returned; "" where nothing is."""
    value, rule = trace.value, program.value
    if rule == "anything" or (rule == "zeros where jailed" and not jailed):
        return ""
    if rule == "opaque":
        parts = value if isinstance(value, tuple) else (value,)
        return "" if any(isinstance(part, Opaque) for part in parts) else f"returned {value!r}"
    parts = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(part, np.ndarray) for part in parts):
        return f"returned {value!r}"
    numbers = np.concatenate([np.ravel(part) for part in parts])
    if rule.startswith("at most "):
        return "" if numbers.max() <= float(rule.split()[-1]) else f"reached {numbers.max()}"
    if rule.startswith("zeros"):
        return "" if not numbers.any() else f"got through: {np.flatnonzero(numbers).tolist()}"
    expected = [float(word) for word in rule.split(",")]
    return "" if np.array_equal(numbers, expected, equal_nan=True) else f"returned {numbers}"
