"""Which of a student's attempts counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime

from autograder.policies.late import Policies, lateness, remaining_share
from autograder.store import Entry


def current(entries: Iterable[Entry], policies: Policies) -> dict[str, Entry]:
    """The attempt that counts for each student, in the order of their names.

    ``entries`` oldest first.  Grading a file again replaces what it was given before, also where
    the best attempt counts; an attempt that failed through our fault, in a question or as a whole,
    never replaces one that was graded.
    """
    by_student: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        files = by_student.setdefault(entry.student, {})
        before = files.pop(entry.digest, None)  # popped, so that the newest stands last
        files[entry.digest] = _replacement(before, entry)
    return {student: _choose(by_student[student], policies) for student in sorted(by_student)}


def handed_in(entry: Entry) -> datetime | None:
    """When the file of this attempt was handed in; None: not known."""
    return None if entry.handed_in is None else datetime.fromisoformat(entry.handed_in)


def _replacement(before: Entry | None, entry: Entry) -> Entry:
    ours = entry.score is None
    if before is not None and ours and before.assignment_version == entry.assignment_version:
        return before
    return entry


def _choose(files: Mapping[str, Entry], policies: Policies) -> Entry:
    newest_first = list(files.values())[::-1]
    if policies.attempts.keep == "latest":
        return newest_first[0]
    # max takes the first of equals: the newest.
    return max(newest_first, key=lambda entry: _worth(entry, policies))


def _worth(entry: Entry, policies: Policies) -> float:
    """Points after the late policy: a good attempt too late may be worth less than an earlier."""
    if entry.score is None:
        return -math.inf
    late = lateness(entry.student, handed_in(entry), policies)
    return entry.score * remaining_share(late, policies)
