"""What goes back to students through a learning platform: the last publication.

Before anything is published that is what the program computed, as it always was; what people
decided is nobody's to see until then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from autograder.acts import Column, PublishedGrades, as_returned
from autograder.acts.publishing import is_shown_results
from autograder.batch.order import Order, current_grades, standing
from autograder.batch.output import CurrentGrades, info_of
from autograder.batch.pages import page_drawer
from autograder.formats import AssignmentInfo
from autograder.model import Grade
from autograder.store import Store
from autograder.text import points

OURS = ("csv", "json")
"""Formats that are for the course itself: they show how things stand."""


@dataclass(frozen=True)
class Returned:
    """Grades on their way to students."""

    grades: Sequence[Grade]
    """Their score is the final one where it was published."""
    info: AssignmentInfo
    page: Callable[[str], bytes | None]
    """Draws a student's page as it may be seen; None: there is none to see."""
    notices: tuple[str, ...] = ()
    """What to tell who sends them, a sentence each."""


def published_grades(order: Order, store: Store, *, details: bool = False) -> PublishedGrades:
    """What students see, as it was published last."""
    return PublishedGrades(store, current_grades(order, store).ledger, details=details)


def returned(order: Order, store: Store, format: str) -> Returned:
    """What an export in this format gives away."""
    grades = current_grades(order, store)
    info = info_of(order.assignment, grades)
    if format in OURS:
        return Returned(
            grades, info, _drawer(order, grades, lambda: current_grades(order, store, details=True))
        )
    if not grades.ledger.published:
        return Returned(
            current_grades(order, store, decided=False),
            info,
            _drawer(
                order, grades, lambda: current_grades(order, store, details=True, decided=False)
            ),
            (_NOTHING_PUBLISHED.format(max=points(info.max_score)),) if grades.ledger.acts else (),
        )
    given = [as_returned(grade) for grade in published_grades(order, store)]
    return Returned(
        given,
        # Of what the scores were when they were published, whatever the assignment is worth now.
        replace(info, max_score=max(grade.max_score for grade in given)),
        _drawer(order, grades, lambda: published_grades(order, store, details=True)),
        tuple(_remarks(grades)),
    )


_NOTHING_PUBLISHED = (
    "Nothing is published yet: these are the computed points, of {max}, without what people "
    "decided (`autograder publish` lets students see that)."
)


def _remarks(grades: CurrentGrades) -> list[str]:
    seen = grades.ledger.published
    entries = [one for one in grades.entries if is_shown_results(one, grades.standing)]
    unseen = sum(entry.student not in seen for entry in entries)
    changed = sum(grade.seen is not None and not grade.published for grade in grades)
    told = []
    if unseen:
        told.append(f"Not published, and so not in here: {unseen} of {len(entries)}.")
    if changed:
        told.append(f"Changed since they were published, and in here as they were then: {changed}.")
    return told


def column_of(order: Order, store: Store) -> Column:
    """An assignment in the gradebook."""
    grades = current_grades(order, store)
    assignment = order.assignment
    return Column(
        assignment.slug,
        assignment.title,
        assignment.final_max_score,
        {grade.student: grade.final.score if grade.final else None for grade in grades},
        frozenset(entry.student for entry in grades.entries if entry.is_forgotten),
    )


def sections_of(order: Order, store: Store) -> dict[str, str]:
    """Of all students who are known to take the course, by name; empty: no list names any."""
    people = standing(order, store).directory.people
    return {person.id: person.section for person in people if person.role == "student"}


def _drawer(
    order: Order, now: CurrentGrades, read: Callable[[], CurrentGrades | PublishedGrades]
) -> Callable[[str], bytes | None]:
    """``read``: opens the grades, when the first page is wanted."""
    name_of = now.standing.directory.name_of
    open_once, draw = cache(read), page_drawer(order.assignment, name_of=name_of)

    def page(student: str) -> bytes | None:
        grade = next(iter(open_once().of({student})), None)
        return None if grade is None else draw(grade).encode("utf-8", "replace")

    return page
