"""Which attempt a published result is of, and what becomes of those that came since, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.model import SubmissionStatus

AGAIN = "when results are published again"


@dataclass(frozen=True)
class Succession:
    """Of a student to whom a result is published."""

    keep: Literal["latest", "best", "chosen"]
    """As in ``[attempts]``."""
    shown: int | None
    """Number of the attempt that the result is of; None: it was not handed in here."""
    since: Sequence[int]
    """Numbers of those that came after it was published, or were not graded by then, oldest
    first."""
    newest: SubmissionStatus | None
    """What came of the last of these; None: nothing yet, or, where the best counts, nothing of one
    of them."""
    counts: int | None
    """Number of the attempt that counts now; None: that of the result, or it is not to be said."""
    tells: bool
    """Whether it may be said which one counts."""
    is_chosen: bool
    """Whether the student chose it."""

    @property
    def of(self) -> str:
        """What the result is of."""
        return "a file that was not handed in here" if self.shown is None else _named(self.shown)

    @property
    def sentences(self) -> str:
        """The same, and what becomes of it, in two sentences at most: it goes after words such as
        "It is of"."""
        if not self.since and self.counts is None:
            return f"{self.of}."
        return f"{self.of}. {self._change() or self._why_it_stays()}"

    @property
    def next(self) -> int | None:
        """Number of the attempt that takes the place of the result when it is published again;
        None: none does, or it is not known yet."""
        return None if self._is_open and not self.is_chosen else self.counts

    def chosen(self, number: int) -> str:
        """What its student is told who chose the attempt with this number, as the same page has
        it."""
        return f"will count {AGAIN}" if number == self.next else "counts now"

    @property
    def _is_open(self) -> bool:
        """Whether one that may take its place is not graded yet."""
        return bool(self.since) and self.newest in (None, SubmissionStatus.NOT_GRADED)

    def _change(self) -> str:
        """What becomes of the result when it is published again; empty: it stays."""
        if self.keep == "best" and self.since and (self._is_open or not self.tells):
            graded = ", once all are graded," if self._is_open else ""
            return f"Of {self._all} the best counts{graded} {AGAIN}."
        if self.keep != "best" and self._is_open and not self.is_chosen:
            return f"Attempt {self.since[-1]} takes its place, once it is graded, {AGAIN}."
        return "" if self.counts is None else f"Attempt {self.counts} takes its place {AGAIN}."

    def _why_it_stays(self) -> str:
        its = "that file" if self.shown is None else self.of
        if self.is_chosen:
            return f"{its.capitalize()} still counts, for you chose it."
        if self.keep == "best":
            return f"{its.capitalize()} is still the best, and counts."
        if self.newest is SubmissionStatus.UNREADABLE:
            return f"Attempt {self.since[-1]} cannot be read, so {its} still counts."
        return f"{its.capitalize()} still counts."

    @property
    def _all(self) -> str:
        """The result, and what may take its place."""
        if self.shown is None:
            return f"that file and {_named(*self.since)}"
        return _named(*sorted({self.shown, *self.since}))


def _named(*numbers: int) -> str:
    *first, last = map(str, numbers)
    return f"attempts {', '.join(first)} and {last}" if first else f"attempt {last}"
