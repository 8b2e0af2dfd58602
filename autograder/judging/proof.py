"""What a question shows of itself before it may grade; each kind fills it in (``Kind.prove``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.model import Check

MARGIN = 1_000
"""Right programs differ by this many times less than the tolerance, known faults by this many
times more."""


@dataclass(frozen=True)
class Fault:
    """One known fault, judged."""

    slugs: tuple[str, ...]
    """Its names; empty: it has none, and must be given none."""
    detail: str
    lost: float
    failed: tuple[str, ...]
    """Names of the checks that failed."""
    named: tuple[str, ...]
    equivalent: bool = False
    """True: it is named otherwise, by something that computes the same."""
    free: bool = False
    """True: a convention that the assignment lets pass without a loss of points."""
    own: bool = True
    """False: any function may have it, whatever it was asked for."""

    @classmethod
    def judged(
        cls,
        slugs: tuple[str, ...],
        checks: Sequence[Check],
        named: tuple[str, ...],
        detail: str = "",
    ) -> Fault:
        """From what became of the question's checks, and the names that the code was given."""
        return cls(
            slugs,
            detail,
            lost=round(sum(check.max_score - check.score for check in checks), 6),
            failed=tuple(dict.fromkeys(check.name for check in checks if not check.passed)),
            named=named,
        )

    @property
    def caught(self) -> bool:
        return self.lost > 0 or self.free

    @property
    def named_right(self) -> bool:
        return set(self.named) == set(self.slugs) or self.equivalent or self.free


@dataclass(frozen=True)
class Pairs:
    """All pairs of faults of one question."""

    count: int
    caught: int
    cancelling: tuple[str, ...]
    """Those that compute the right rule after all: nothing is there to be caught."""


NO_PAIRS = Pairs(0, 0, ())


@dataclass(frozen=True)
class Margins:
    """How far right programs and known faults are from the tolerance."""

    tolerance: float
    rounding: float
    """Largest difference of a right program from the reference."""
    fault: float
    """Smallest of the largest differences that a single fault makes on an instance."""
    fault_name: str

    @property
    def wide(self) -> bool:
        return self.rounding * MARGIN <= self.tolerance <= self.fault / MARGIN


@dataclass(frozen=True)
class Proof:
    """What became of every known wrong answer to a question, and of right ones."""

    checks: tuple[str, ...] = ()
    """Names of the question's checks, in order."""
    faults: tuple[Fault, ...] = ()
    pairs: Pairs = NO_PAIRS
    margins: Margins | None = None
    """None: nothing is measured."""
    by_person: bool = False
    """True: a person marks it, so there is nothing to catch; shown is that nobody else does."""
    complaints: tuple[str, ...] = ()
    """What else keeps the question from being proved, each as a sentence without its full stop."""

    @property
    def missed(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.caught)

    @property
    def misnamed(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.named_right)

    @property
    def idle_checks(self) -> tuple[str, ...]:
        """Checks without which everything would still be caught; they tell where a fault is."""
        needed = {fault.failed[0] for fault in self.faults if len(set(fault.failed)) == 1}
        return tuple(check for check in self.checks if check not in needed)

    @property
    def is_empty(self) -> bool:
        """Whether there is no wrong answer to this very question that it must catch."""
        return not self.by_person and not any(fault.own and not fault.free for fault in self.faults)

    @property
    def ok(self) -> bool:
        named = not self.missed and not self.misnamed
        margins = self.margins is None or self.margins.wide
        pairs = self.pairs.caught + len(self.pairs.cancelling) == self.pairs.count
        return named and margins and pairs and not self.is_empty and not self.complaints
