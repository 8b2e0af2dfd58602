"""The matrix of ``verify``: which check catches which misconception, its variants folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.judging.proof import Fault, Proof


@dataclass(frozen=True)
class Row:
    """One misconception with all its variants."""

    name: str
    faults: tuple[Fault, ...]
    marks: tuple[str, ...]
    """By check: ``all``, ``some`` or ``none`` of the variants are caught by it."""

    @property
    def caught(self) -> int:
        return sum(fault.caught for fault in self.faults)

    @property
    def ok(self) -> bool:
        return all(fault.caught and fault.named_right for fault in self.faults)


def folded(proof: Proof) -> tuple[Row, ...]:
    """A row a misconception, in the order of the catalogue."""
    by_name: dict[str, list[Fault]] = {}
    for fault in proof.faults:
        by_name.setdefault(" + ".join(fault.slugs) or fault.detail, []).append(fault)
    return tuple(
        Row(name, tuple(faults), tuple(_mark(check, faults) for check in proof.checks))
        for name, faults in by_name.items()
    )


def _mark(check: str, faults: Sequence[Fault]) -> str:
    count = sum(check in fault.failed for fault in faults)
    return "all" if count == len(faults) else "some" if count else "none"


def named_otherwise(proof: Proof) -> tuple[str, ...]:
    """Faults that bear the name of an equivalent, each as a sentence."""
    return tuple(
        f"{_full_name(fault)} is named {' and '.join(fault.named)}, which computes the same"
        for fault in proof.faults
        if fault.equivalent
    )


def weak_spots(proof: Proof) -> tuple[str, ...]:
    """What keeps a question from being proved, each as a sentence."""
    found = [f"MISSED: {_full_name(fault)} loses no point" for fault in proof.missed]
    for fault in proof.misnamed:
        named = f"is named {' and '.join(fault.named)}" if fault.named else "is not named"
        found.append(f"MISNAMED: {_full_name(fault)} {named}")
    pairs = proof.pairs
    lost = pairs.count - pairs.caught - len(pairs.cancelling)
    if lost:
        found.append(f"MISSED: {lost} pairs of faults, which do not cancel")
    if proof.margins is not None and not proof.margins.wide:
        found.append("MARGIN: the tolerance is too near to right programs or to a fault")
    if proof.is_empty:
        found.append("NOTHING TO CATCH: no wrong answer to this very question is known")
    found += [f"NOT SHOWN: {complaint}" for complaint in proof.complaints]
    return tuple(found)


def _full_name(fault: Fault) -> str:
    if not fault.slugs:
        return fault.detail
    return " + ".join(fault.slugs) + (f" ({fault.detail})" if fault.detail else "")


def factors(proof: Proof) -> tuple[float, float]:
    """How many times the tolerance exceeds rounding, and the smallest fault the tolerance."""
    margins = proof.margins
    if margins is None:
        return float("nan"), float("nan")
    below = margins.tolerance / margins.rounding if margins.rounding else float("inf")
    return below, margins.fault / margins.tolerance


def sole_catches(proof: Proof) -> dict[str, int]:
    """By check: how many faults it alone catches."""
    alone = [fault.failed[0] for fault in proof.faults if len(fault.failed) == 1]
    return {check: alone.count(check) for check in proof.checks}


def heads(names: Sequence[str], width: int) -> tuple[str, ...]:
    """Names cut to a width, or letters of the alphabet where that makes two alike."""
    short = tuple(name[:width].rstrip() for name in names)
    if len(set(short)) == len(short):
        return short
    return tuple("abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(len(names)))


def joined(items: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
