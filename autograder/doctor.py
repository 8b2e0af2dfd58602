"""What this machine can do: the walls of the sandbox, tried out, and what else is installed."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import RenderableType
from rich.table import Table

import autograder
from autograder.batch.order import cores
from autograder.errors import SandboxError
from autograder.extras import EXTRAS, NEEDS, how_to_get
from autograder.sandbox import Layer, layers, open_sandbox
from autograder.text import counted


@dataclass(frozen=True)
class Diagnosis:
    """What was found."""

    layers: tuple[Layer, ...]
    problem: str | None
    """Why grading may not start, in a sentence; None: it may."""


def examine(hidden: Sequence[Path]) -> Diagnosis:
    """Open a sandbox as grading would, its self-test included."""
    try:
        with open_sandbox(hidden=hidden) as tried:
            return Diagnosis(tried.layers, None)
    except SandboxError as error:
        return Diagnosis(layers(), str(error))


def words(found: Diagnosis) -> Iterator[RenderableType]:
    """For a person at a terminal."""
    yield (
        f"autograder {autograder.__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}, {counted(cores(), 'core')}"
    )
    yield _table(found.layers)
    for layer in found.layers:
        if not layer.active:
            yield f"To get {layer.name}: {layer.how_to_get}"
    for extra, purpose in EXTRAS.items():
        if importlib.util.find_spec(NEEDS[extra]) is None:
            yield f"For {purpose}: {how_to_get(extra)}"
    if found.problem is None:
        yield "The sandbox was tried and holds: grading may start."
    else:
        yield f"Grading may not start: {found.problem}"


def as_json(found: Diagnosis) -> dict[str, object]:
    """For scripts."""
    return {
        "may_grade": found.problem is None,
        "problem": found.problem,
        "layers": [
            {"name": layer.name, "active": layer.active, "mandatory": layer.mandatory}
            for layer in found.layers
        ],
    }


def _table(found: Sequence[Layer]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("layer", "here", "needed"):
        table.add_column(title, no_wrap=True)
    table.add_column("keeps student code from")
    for layer in found:
        here, needed = ("yes" if x else "no" for x in (layer.active, layer.mandatory))
        table.add_row(layer.name, here, needed, layer.protects_from)
    return table
