"""What the store knows about one student, attempt by attempt, for ``autograder show``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from autograder.errors import UsageError
from autograder.policies import Policies, current
from autograder.store import Entry, Store


@dataclass(frozen=True)
class Remembered:
    """One attempt and what its grade depended on."""

    entry: Entry
    counts: bool
    """True for the attempt that counts."""
    wall_seconds: float
    cpu_seconds: float
    circumstances: Mapping[str, Any]
    """Program and library versions, sandbox layers, seeds."""


def of_student(store: Store, assignment: str, student: str, policies: Policies) -> list[Remembered]:
    """All attempts of a student, oldest first; raises UsageError when there is none."""
    entries = store.entries(assignment, student)
    if not entries:
        raise UsageError(f"There is no attempt of {student!r} at {assignment} in {store.name}.")
    counts = next(iter(current(entries, policies).values())).id
    told = store.circumstances([entry.id for entry in entries])
    return [
        Remembered(
            entry=entry,
            counts=entry.id == counts,
            wall_seconds=facts.wall_seconds,
            cpu_seconds=facts.cpu_seconds,
            circumstances=json.loads(facts.circumstances),
        )
        for entry, facts in zip(entries, told, strict=True)
    ]


def as_json(attempts: list[Remembered]) -> list[dict[str, Any]]:
    """Plain data, for scripts."""
    return [asdict(attempt) for attempt in attempts]


def text(attempts: list[Remembered]) -> str:
    """A few lines an attempt, at most 80 columns wide but for what has no break in it."""
    blocks = [_block(number, attempt) for number, attempt in enumerate(attempts, start=1)]
    return "\n\n".join(blocks)


def _block(number: int, attempt: Remembered) -> str:
    entry, facts = attempt.entry, attempt.circumstances
    score = "no score" if entry.score is None else f"{entry.score:g} of {entry.max_score:g}"
    libraries = ", ".join(f"{name} {v}" for name, v in facts.get("libraries", {}).items())
    lines = [
        f"Attempt {number} of {entry.student}{' (counts)' if attempt.counts else ''}: "
        f"{entry.status.value}, {score}",
        f"  file        {entry.file}",
        f"  SHA-256     {entry.digest or 'nothing to read'}",
        f"  handed in   {entry.handed_in or 'not known'}",
        f"  graded      {entry.graded_at}, {attempt.cpu_seconds:.2f} s CPU, "
        f"{attempt.wall_seconds:.2f} s in all",
        f"  assignment  {entry.assignment_version}",
        f"  program     autograder {facts.get('autograder')}, Python {facts.get('python')}, "
        f"{facts.get('machine')}",
        f"  libraries   {libraries}",
        f"  sandbox     {', '.join(facts.get('sandbox', ())) or 'none'}",
    ]
    seeds = facts.get("seeds", {})
    lines += [f"  seed        {name} {seed}" for name, seed in seeds.items()]
    return "\n".join(lines)
