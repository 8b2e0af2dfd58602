"""What counts: the one place from which a page takes its numbers, so that its heading, its bars and
its questions add up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.model import Grade, QuestionGrade, QuestionStatus
from autograder.report.marks import is_unanswered, is_uncounted
from autograder.report.words import WORDS, Words
from autograder.text import points


@dataclass(frozen=True)
class Total:
    """The sum of what counts of each question, as far as that is known."""

    score: float | None
    """After lateness; None: not known."""
    max_score: float
    late_points: float
    """What lateness takes off, 0 or less; it is taken off already."""
    says: str
    """Who gave the points, and which are not among them."""
    is_so_far: bool = False
    """True: people decided of it, a question still waits, and lateness is not taken off yet."""
    by_person: float = 0.0
    """How many points more there are for answers that a person still has to read ..."""
    unwritten: float = 0.0
    """... and how many there would be, had anything been written."""
    is_before_late: bool = False
    """True: lateness takes something off these, and nobody knows yet how much."""

    def rest(self, words: Words = WORDS) -> str:
        """What becomes of the points that are not among them, as a part of a sentence; empty: there
        are none, or nobody gives any."""
        told = ((words.rest_unread, self.by_person), (words.rest_unwritten, self.unwritten))
        said = "; ".join(part.format(points=points(more)) for part, more in told if more)
        is_alone = said and self.is_before_late and not self.is_so_far
        return f"{said}, {words.before_late}" if is_alone else said

    def stands(self, words: Words = WORDS) -> str:
        """How the sum is meant, in the words that go behind it; empty: it is all there is."""
        return "; ".join(filter(None, (self.stands_briefly(words), self.rest(words))))

    def stands_briefly(self, words: Words = WORDS) -> str:
        """The same without what becomes of the rest."""
        late = words.after_late if self.late_points else ""
        if self.is_so_far and self.is_before_late:
            late = words.before_late
        so_far = words.sum_so_far if self.rest(words) or self.is_so_far else ""
        return ", ".join(filter(None, (so_far, late)))


def total_of(grade: Grade, words: Words = WORDS) -> Total:
    """Where nobody decided anything, what the program found; else the final score, or as much of
    it as is known by now."""
    late, final = grade.late, grade.final
    unread, unwritten = _waiting(grade)
    if not grade.is_decided:
        off = 0.0 if late is None else late.points
        earned = grade.score_before_late
        if late is not None and earned:  # its share of the rest is known, too
            share = 1 + off / earned
            unread, unwritten = round(unread * share, 6), round(unwritten * share, 6)
        is_open = late is not None and not earned
        says = words.score_part
        made = Total(grade.score, grade.max_score, off, says, False, unread, unwritten, is_open)
        return replace(made, says=f"{says} {made.stands(words)}") if made.rest(words) else made
    if final is not None and final.score is not None:
        return Total(final.score, final.max_score, final.late_points, words.final_part)
    known = [(q.final_points, q.max_score) for q in grade.questions if q.final_points is not None]
    says = words.so_far_late if late is not None and late.points else words.so_far
    score = round(sum(count for count, _ in known), 6)
    most = sum(most for _, most in known)
    is_open = late is not None and bool(late.points)
    made = Total(score, most, 0.0, says, True, unread, unwritten, is_open)
    return replace(made, says=f"{says}: {made.rest(words)}") if made.rest(words) else made


def why_less(grade: Grade) -> str:
    """What lateness takes off, or will, and for how late it is, in a sentence; empty: nothing."""
    return grade.late.reason if grade.late is not None and grade.late.points else ""


def _waiting(grade: Grade) -> tuple[float, float]:
    """Points of the answers that a person still has to read, and of those that are not there."""
    waits = [
        (q.max_score, is_unanswered(q))
        for q in grade.questions
        if q.status is QuestionStatus.PENDING and q.final_points is None and not is_uncounted(q)
    ]
    unwritten = sum(most for most, is_empty in waits if is_empty)
    return sum(most for most, _ in waits) - unwritten, unwritten


def status_of(question: QuestionGrade) -> QuestionStatus:
    """As :attr:`QuestionGrade.final_points` has it: a person may have put others in its place."""
    if question.override is None:
        return question.status
    if question.override.points >= question.max_score:
        return QuestionStatus.FULL
    return QuestionStatus.PARTIAL if question.override.points > 0 else QuestionStatus.NONE
