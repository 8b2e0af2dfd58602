"""What an export is asked for, and the scale its points are written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.formats.parts import AssignmentInfo, tidy_number
from autograder.model import Grade, QuestionStatus, Source
from autograder.platforms.roster import Roster
from autograder.platforms.signature import Identities
from autograder.text import counted, points


@dataclass(frozen=True)
class Wanted:
    """One export."""

    info: AssignmentInfo
    roster: Roster | None = None
    """What the platform exported of its people; None: nothing was given."""
    column: str = ""
    """The platform's column for the grades, by number or title; empty: the assignment's title."""
    out_of: float | None = None
    """Points of the scale that ours are taken to; None: ours are written as they are."""

    known: Identities = field(default_factory=dict)
    """What is known of the students besides; nothing: their names."""

    def points(self, grade: Grade) -> float | None:
        """A grade's score in the scale that is written; None: it has none."""
        score = tidy_number(grade.score)
        if score is None or self.out_of is None:
            return score
        return tidy_number(round(score * self.out_of / self.info.max_score, 2))

    @property
    def most(self) -> float:
        """Points of a submission in which all is right, in that scale."""
        return self.info.max_score if self.out_of is None else self.out_of


def scale_notices(wanted: Wanted, theirs: Iterable[str], whose: str) -> tuple[str, ...]:
    """What to say where the platform's maximum is not that of what is written.

    ``theirs``: maxima as the platform wrote them, which may be no numbers (a scale of words).
    """
    for text in sorted(set(theirs)):
        try:
            differs = float(text.replace(",", ".")) != wanted.most
        except ValueError:
            continue
        if differs:
            ours = tidy_number(wanted.most)
            how = (
                f"--out-of {text.strip()} takes them to that scale"
                if wanted.out_of is None
                else "give that number to --out-of"
            )
            return (
                f"{whose} is out of {text.strip()}, what is written is out of {ours}: "
                f"{ours} is not {text.strip()}; {how}.",
            )
    return ()


def standing_notices(grades: Sequence[Grade], wanted: Wanted) -> tuple[str, ...]:
    """What a number does not say of itself: questions that wait for a person, no score at all."""
    notices = []
    # Of a published score the whole is told, or nothing while a question waits.
    waiting = sum(
        grade.score is not None
        and any(q.status is QuestionStatus.PENDING and q.score is None for q in grade.questions)
        for grade in grades
    )
    if waiting:
        most = tidy_number(wanted.info.max_score)
        notices.append(
            f"{counted(waiting, 'submission')} with questions that a person marks: their points "
            f"are not in it, the automatic part is out of {most}."
        )
    late = [
        f"{grade.student} {points(grade.late.points)}" for grade in grades if grade.late is not None
    ]
    if late:
        notices.append(f"Points are taken off for lateness: {_listed(late)}.")
    unsure = [g.student for g in grades if g.handed_in.source is Source.MARKED_LATE]
    if unsure:
        notices.append(
            f"Marked late, nobody says by how much, and nothing taken off: {_listed(unsure)}."
        )
    without = [grade.student for grade in grades if tidy_number(grade.score) is None]
    if without:
        notices.append(f"Without a score, through no fault of theirs: {_listed(without)}.")
    return tuple(notices)


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
