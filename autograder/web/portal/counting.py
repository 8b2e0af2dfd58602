"""Which of a student's attempts counts, and what becomes of a published result, as their pages and
programs tell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from autograder.model import SubmissionStatus
from autograder.report.marks import is_unread
from autograder.store.hand_ins import HandIn, Whereabouts
from autograder.web.portal.seeing import Seeing, Shown
from autograder.web.portal.standing import Standing
from autograder.web.portal.succession import AGAIN, Succession


def succession_of(seeing: Seeing, standing: Standing) -> Succession | None:
    """What the result is of, and what becomes of what came since; None: nothing is published."""
    until = standing.lists.ledger.shown_until(standing.student)
    if standing.published is None or until is None:
        return None
    shown = standing.number_of(standing.published.attempt)
    keep = standing.lists.standing.policies.attempts.keep
    since, last = _since(seeing, standing, until, shown or 0, keep == "best")
    newest = seeing.grade(last)
    counted = standing.counted if standing.tells_which_counts else None
    counts = None if counted is None else standing.number_of(counted.id)
    which = standing.lists.counted(standing.student)
    return Succession(
        keep=keep,
        shown=shown,
        since=[one.number for one in since],
        newest=None if newest is None else newest.status,
        counts=None if counts == shown else counts,
        tells=standing.tells_which_counts,
        is_chosen=counted is not None and which is not None and which.is_chosen,
    )


def _since(
    seeing: Seeing, standing: Standing, until: datetime, shown: int, is_best: bool
) -> tuple[Sequence[HandIn], int | None]:
    """What came after that moment, or may still take the place of the attempt with the number
    ``shown`` and is not graded yet; and what came of the last of these, or of the one that the
    rest waits for; None: nothing."""
    where = seeing.where(standing, standing.hand_ins)
    attempts = {id_: at.attempt for id_, at in where.items()}
    since = [
        one
        for one in standing.hand_ins
        if one.at >= until or (attempts.get(one.id) is None and (is_best or one.number > shown))
    ]
    waiting = is_best and any(attempts.get(one.id) is None for one in since)
    return since, None if waiting or not since else attempts.get(since[-1].id)


def tag_of(
    standing: Standing, succession: Succession | None, hand_in: HandIn, at: Whereabouts
) -> str:
    """Whether an attempt counts, as the words on what is published have it; or else that the
    result is of it all the same."""
    if not standing.counts(hand_in, at.attempt):
        is_result = succession is not None and succession.shown == hand_in.number
        return "your result until results are published again" if is_result else ""
    if succession is None or succession.counts is None:
        return "counts"
    return "will count" if succession.next == hand_in.number else ""


def not_counted(
    standing: Standing,
    succession: Succession | None,
    hand_in: HandIn,
    shown: Shown | None,
    is_shared: bool,
    chosen_where: str,
) -> str:
    """That an attempt does not count, and what follows; empty: it does, or may yet.

    ``is_shared``: for a partner it may; ``chosen_where``: where its student lets it count; empty:
    they cannot.
    """
    counted = standing.counted
    if shown is None or counted is None or not shown.is_out:
        return ""
    you = " for you" if is_shared else ""
    said = f"This attempt does not count{you} (attempt {standing.number_of(counted.id)} does)"
    if succession is not None and succession.counts is not None:  # not before it is published
        said = f"This attempt will not count{you}"
        said += f" (attempt {succession.next} will)" if succession.next is not None else ""
    said += ", so nobody reads its answer." if any(map(is_unread, shown.grade.questions)) else "."
    if succession is not None and succession.shown == hand_in.number:
        said += " Until results are published again your result is of this attempt."
    return f"{said} To have it count, choose it {chosen_where}." if chosen_where else said


def counted_words(
    standing: Standing,
    succession: Succession | None,
    tag: str,
    is_shared: bool,
    chosen_where: str,
) -> str:
    """That an attempt counts in place of others, or will, and what follows; empty: it is the only
    one, or it does not, or that is not to be said.

    ``tag``: as :func:`tag_of` has it; the rest as for :func:`not_counted`.
    """
    if not tag or len(standing.hand_ins) < 2:
        return ""
    said = f"This attempt {tag}{' for you' if is_shared else ''}"
    if succession is not None and succession.counts is not None:
        said += f" {AGAIN}: until then your result is of {succession.of}"
    other = f" To have another count, choose it {chosen_where}." if chosen_where else ""
    return f"{said}.{other}"


def instead_of(standing: Standing, hand_in: HandIn, shown: Shown | None) -> str:
    """What counts in place of a file that nobody can read, in a sentence; empty: nothing."""
    counted = standing.counted
    if shown is None or shown.grade.status is not SubmissionStatus.UNREADABLE:
        return ""
    if counted is None or counted.status is not SubmissionStatus.GRADED:
        return ""
    number = standing.number_of(counted.id)
    is_older = counted.id < shown.attempt if number is None else number < hand_in.number
    is_told = number is not None and standing.tells_which_counts
    which = f"Attempt {number}" if is_told else "Another attempt of yours"
    if is_older:
        return f"{which} still counts: a file that cannot be read takes its place from none."
    return f"{which} counts."
