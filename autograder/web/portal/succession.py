"""Which attempt a published result is of, and what becomes of those that came since, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.model import SubmissionStatus

_AGAIN = "when results are published again"


@dataclass(frozen=True)
class Succession:
    """Of a student to whom a result is published."""

    keep: Literal["latest", "best", "chosen"]
    """As in ``[attempts]``."""
    shown: int | None
    """Number of the attempt that the result is of; None: it was not handed in here."""
    since: Sequence[int]
    """Numbers of those that came after it was published, oldest first."""
    newest: SubmissionStatus | None
    """What came of the last of these; None: nothing yet."""
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
    def sentence(self) -> str:
        """The same, and what becomes of the others: it goes after words such as "It is of"."""
        changes = self._change()
        came = f"; {_named(*self.since)} came since" if self.since else ";"
        if changes:
            its = "that file" if self.shown is None else self.of
            return f"{self.of}{came}{changes} {_AGAIN}; until then your points are those of {its}."
        return f"{self.of}{came}{self._why_it_stays()}." if self.since else f"{self.of}."

    def _change(self) -> str:
        """What becomes of the result when it is published again; empty: it stays."""
        is_open = self.newest in (None, SubmissionStatus.NOT_GRADED)
        if self.keep == "best" and self.since and (is_open or not self.tells):
            return ", and the best of them counts"
        if self.keep != "best" and self.since and is_open and not self.is_chosen:
            return self._of_one(self.since[-1], "takes its place, once it is graded,")
        return "" if self.counts is None else self._of_one(self.counts, "takes its place")

    def _why_it_stays(self) -> str:
        if self.is_chosen:
            return f", and {self.of} still counts, for you chose it"
        if self.keep == "best":
            return f", and {self.of} is still the best, and counts"
        if self.newest is SubmissionStatus.UNREADABLE:
            return self._of_one(self.since[-1], f"cannot be read, so {self.of} still counts")
        return f", and {self.of} still counts"

    def _of_one(self, number: int, what: str) -> str:
        if list(self.since) == [number]:
            return f" and {what}"
        return f", and {_named(number)} {what}" if self.since else f" {_named(number)} {what}"


def _named(*numbers: int) -> str:
    *first, last = map(str, numbers)
    return f"attempts {', '.join(first)} and {last}" if first else f"attempt {last}"
