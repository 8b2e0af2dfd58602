"""Which of a student's attempts counts, and the numbers that they have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from autograder.model import Source, SubmissionStatus
from autograder.people.late import Policies, counted_time, lateness
from autograder.store import Entry

if TYPE_CHECKING:
    from autograder.store.hand_ins import HandIn

_UNREADABLE = (
    "A newer file of this student, {file}, cannot be read, for it is cut off or no notebook: "
    "this one, which can be read, counts."
)
_UNLIKE = (
    "Attempts that were graded under different versions of the assignment were compared for the "
    "best of them: grade the older files again to be sure."
)


_ATTEMPT = re.compile(r"(?P<kind>[FR]?)(?P<number>\d{1,18})(\.0*)?", re.IGNORECASE | re.ASCII)
"""As tables have it; a spreadsheet may make 12.0 of 12."""

AttemptNumber: TypeAlias = int | str
"""As :class:`Named` has it."""

HandedInFile = tuple[str, datetime | None]
"""The digest of a file, and when it was handed in; None: nobody knows."""


@dataclass(frozen=True)
class Counted:
    """The attempt that counts, of one student."""

    entry: Entry
    notices: tuple[str, ...] = ()
    """Sentences on what is odd about that."""
    is_chosen: bool = False
    """Whether the student chose it."""


@dataclass(frozen=True)
class _Came:
    """A hand-in as it was graded last, and when it was graded first."""

    entry: Entry
    first: str
    ids: tuple[int, ...]
    """Of all its gradings."""

    @classmethod
    def again(cls, before: _Came | None, entry: Entry) -> _Came:
        if before is None:
            return cls(entry, entry.graded_at, (entry.id,))
        replacement = _replacement(before.entry, entry)
        return cls(replacement, before.first, (*before.ids, entry.id))


def current(entries: Iterable[Entry], policies: Policies) -> dict[str, Entry]:
    """The attempt that counts for each student, in the order of their names."""
    chosen = counting(entries, policies)
    return {student: counted.entry for student, counted in chosen.items()}


def counting(entries: Iterable[Entry], policies: Policies) -> dict[str, Counted]:
    """The same, with what is to be said of it.

    ``entries`` oldest first.  Grading a hand-in again replaces what it was given before, also where
    the best attempt counts; an attempt that failed through our fault, in a question or as a whole,
    never replaces one that was graded, and a file that nobody can read none that can be read.
    """
    by_student = _came(entries)
    return {student: _choose(by_student[student], policies) for student in sorted(by_student)}


def graded_last(entries: Iterable[Entry]) -> dict[int, Entry]:
    """For the id of each attempt, the one that stands in its place where its hand-in was graded
    again, by the rule of :func:`counting`.  ``entries`` oldest first."""
    return {id_: one.entry for came in _came(entries).values() for one in came for id_ in one.ids}


def _came(entries: Iterable[Entry]) -> dict[str, tuple[_Came, ...]]:
    """The hand-ins of each student."""
    by_student: dict[str, dict[HandedInFile, _Came]] = {}
    for entry in entries:
        attempts, own = by_student.setdefault(entry.student, {}), hand_in_of(entry)
        before = attempts.pop(_again(own, attempts), None)  # so that the newest stands last
        attempts[own] = _Came.again(before, entry)
    return {student: tuple(attempts.values()) for student, attempts in by_student.items()}


def hand_in_of(entry: Entry) -> HandedInFile:
    """What tells one hand-in from another: the same file that comes again is another, where
    somebody else's clock says when each came."""
    is_known = entry.handed_in.source is Source.PLATFORM
    return entry.digest, entry.handed_in.at if is_known else None


def numbers(entries: Iterable[Entry], hand_ins: Iterable[HandIn]) -> dict[int, int]:
    """Numbers of the hand-ins, as receipts say them, that a student's attempts came of, by their
    ids; what was not handed in at the portal has none.  ``hand_ins``: all of theirs, oldest first.
    """
    return {id_: one.number for id_, one in came_of(entries, hand_ins).items()}


def came_of(entries: Iterable[Entry], hand_ins: Iterable[HandIn]) -> dict[int, HandIn]:
    """The hand-ins that these attempts came of, as :func:`numbers` has them."""
    by_digest: dict[str, list[HandIn]] = {}
    for one in hand_ins:
        by_digest.setdefault(one.digest, []).append(one)
    found = {}
    for entry in entries:
        same = by_digest.get(entry.digest, [])
        then = [one for one in same if one.at == entry.handed_in.at]
        for one in (then or same)[-1:]:  # its time may have been corrected since
            found[entry.id] = one
    return found


def numbered(
    entries: Sequence[Entry], hand_ins: Sequence[HandIn]
) -> list[tuple[AttemptNumber, Entry]]:
    """A student's attempts as they came, each with its number: what is graded again keeps it.

    What was not handed in at the portal comes behind that; where nothing was, attempts are numbered
    as they were graded.
    """
    if not hand_ins:
        return list(enumerate(entries, 1))
    known, names = numbers(entries, hand_ins), Named(entries, hand_ins)
    last = max(one.number for one in hand_ins) + 1
    in_order = sorted(entries, key=lambda one: (known.get(one.id, last), names.file(one), one.id))
    return [(names.of(entry), entry) for entry in in_order]


class Named:
    """What tells a student's attempts apart, in tables and for good: another file has another name,
    and the same one graded again the same.

    A hand-in at the portal has the number of its receipt, and a file that did not come there the
    store's own, with ``F`` in front where its student hands in there as well.  A table of before
    they did has it without: a receipt with that number has an ``R``.
    """

    def __init__(self, entries: Sequence[Entry], hand_ins: Sequence[HandIn]) -> None:
        """``entries``: all of the student's, oldest first; so are ``hand_ins``."""
        self._is_at_portal = bool(hand_ins)
        self._numbers = numbers(entries, hand_ins)
        first: dict[tuple[str, str], int] = {}
        self._files = {e.id: first.setdefault((e.file, e.digest), e.id) for e in entries}
        self._meant: dict[str, set[str]] = {}
        """Digests of what a name may stand for; what came elsewhere had a number alone before its
        student handed in at the portal, also where that has come there since."""
        came = {(one.digest, one.at) for one in hand_ins}
        for one in hand_ins:
            self._stands(one.digest, f"R{one.number}", str(one.number))
        for entry in entries:
            number = self.file(entry)
            is_receipt = (entry.digest, entry.handed_in.at) in came
            self._stands(entry.digest, f"F{number}", *([] if is_receipt else [str(number)]))

    def _stands(self, digest: str, *names: str) -> None:
        for name in names:
            self._meant.setdefault(name, set()).add(digest)

    def file(self, entry: Entry) -> int:
        """The id of the first attempt with its file."""
        return self._files[entry.id]

    def of(self, entry: Entry) -> AttemptNumber:
        if not self._is_at_portal:
            return self.file(entry)
        number = self._numbers.get(entry.id)
        if number is not None and self.means(str(number), entry):
            return number
        receipt = f"R{number}"  # two receipts have it where two people turned out to be one
        return receipt if self.means(receipt, entry) else f"F{self.file(entry)}"

    def means(self, text: str, entry: Entry) -> bool:
        """Whether a table that has this for an attempt means the file of ``entry``, which may have
        come several times, and can mean no other."""
        found = _ATTEMPT.fullmatch(text.strip())
        return found is not None and self._meant.get(
            f"{found['kind'].upper()}{int(found['number'])}"
        ) == {entry.digest}


def _again(own: HandedInFile, attempts: Iterable[HandedInFile]) -> HandedInFile:
    """The hand-in before, of which this is another grading: the same, or one of the same file of
    which, or of this, nobody knows when it came."""
    digest, at = own
    same = [one for one in attempts if one[0] == digest]
    return next((one for one in reversed(same) if one == own or None in (at, one[1])), own)


def _replacement(before: Entry, entry: Entry) -> Entry:
    ours = entry.score is None
    if ours and before.assignment_version == entry.assignment_version:
        return before
    return entry


def _choose(attempts: Sequence[_Came], policies: Policies) -> Counted:
    newest_first = _newest_first(attempts, policies)
    newest = newest_first[0]
    readable = [e for e in newest_first if e.status is not SubmissionStatus.UNREADABLE]
    graded = [e for e in readable if e.status is SubmissionStatus.GRADED]
    if newest.status is SubmissionStatus.UNREADABLE and graded:
        candidates, notices = readable, [_UNREADABLE.format(file=newest.file)]
    else:
        candidates, notices = newest_first, []
    if policies.attempts.keep == "chosen":
        chosen = _chosen(newest_first, policies)
        if chosen is not None:
            return Counted(chosen, is_chosen=True)
        return Counted(candidates[0], tuple(notices))
    if policies.attempts.keep == "latest":
        return Counted(candidates[0], tuple(notices))
    if len({entry.assignment_version for entry in candidates if entry.score is not None}) > 1:
        notices.append(_UNLIKE)
    # max takes the first of equals: the newest.
    best = max(candidates, key=lambda entry: _worth(entry, policies))
    return Counted(best, tuple(notices))


def _chosen(newest_first: Sequence[Entry], policies: Policies) -> Entry | None:
    """The attempt that the student chose; None: none was, or it is there no more."""
    student = newest_first[0].student.casefold()
    if student not in policies.chosen:
        return None
    digest, at = policies.chosen[student]
    same = [entry for entry in newest_first if entry.digest == digest]
    # Its time may have been corrected since.
    very = (entry for entry in same if entry.handed_in.at == at)
    return next(very, next(iter(same), None))


def _newest_first(attempts: Sequence[_Came], policies: Policies) -> list[Entry]:
    """As they were handed in, where that is known.  What came nobody knows when takes its place by
    when it was graded first: later than all that was there by then, and never before another such
    that was graded last before it."""
    times = [counted_time(one.entry.handed_in, policies.late) for one in attempts]
    known = [(one, at) for one, at in zip(attempts, times, strict=True) if at is not None]
    unknown = datetime.min.replace(tzinfo=UTC)
    moments = []
    for one, at in zip(attempts, times, strict=True):
        if at is None:
            # The times of another clock may lie after their grading.
            there = (then for other, then in known if other.first <= one.first)
            unknown = max(unknown, datetime.fromisoformat(one.first), *there)
        moments.append(unknown if at is None else at)
    order = sorted(range(len(attempts)), key=lambda i: (moments[i], i), reverse=True)
    return [attempts[i].entry for i in order]


def _worth(entry: Entry, policies: Policies) -> float:
    """Points after the late policy: a good attempt too late may be worth less than an earlier."""
    if entry.score is None:
        return -math.inf
    at = counted_time(entry.handed_in, policies.late)
    late = lateness(entry.student, at, entry.score, policies)
    return entry.score + (late.points if late is not None else 0.0)
