"""What is to be said of people and times when grades are shown, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograder.batch.output import CurrentGrades
from autograder.model import Lateness, Source
from autograder.people import key
from autograder.text import counted, points

_MOST_NAMED = 20


def remarks(grades: CurrentGrades, most: int | None = _MOST_NAMED) -> Iterator[str]:
    """A sentence each: who has not handed in, who is late and has an extension, of whom that is
    not known, who is nobody on the list.  ``most`` names are listed; None: all."""
    policies, directory = grades.standing.policies, grades.standing.directory
    yield from _listed("Not handed in", grades.not_handed_in, most)
    late = [f"{student} ({_cost(late)})" for student, late in grades.late.items()]
    yield from _listed("Late", late, most)
    names = {key(entry.student): entry.student for entry in grades.entries}
    names.update({key(person.id): person.id for person in directory.people})
    extended = [
        f"{names.get(student, student)} (until {due.astimezone(policies.late.zone):%Y-%m-%d %H:%M})"
        for student, due in sorted(policies.extensions.items())
    ]
    yield from _listed("Extended", extended, most)
    marked = [e.student for e in grades.without_time if e.handed_in.source is Source.MARKED_LATE]
    yield from _listed("Marked late, by how much is not known", marked, most)
    others = [
        e.student for e in grades.without_time if e.handed_in.source is not Source.MARKED_LATE
    ]
    yield from _listed("When they handed in is not known", others, most)
    if marked or others:
        yield (
            "Nothing is taken off where no time counts: `autograder grade ... --times CSV` (the "
            "columns student and at) gives times, and [late] trust says whose word counts besides "
            "the platform's."
        )
    if directory.people:
        yield from _strangers(grades, most)


def _cost(late: Lateness) -> str:
    spent = f", {counted(late.covered_days, 'late day')} spent" if late.covered_days else ""
    return f"{counted(late.by_days, 'day')}{spent}, {points(late.points)}"


def _strangers(grades: CurrentGrades, most: int | None) -> Iterator[str]:
    strangers, between = [], []
    for entry in grades.entries:
        known = grades.standing.directory.whose(entry.student, entry.whose)
        if known.rivals:
            rivals = " or ".join(person.id for person in known.rivals)
            between.append(f"{entry.student} ({rivals})")
        elif known.person is None:
            strangers.append(entry.student)
    yield from _listed("Nobody on the list of people", strangers, most)
    yield from _listed("Fits two people, and so was joined to neither", between, most)


def _listed(what: str, names: Sequence[str], most: int | None) -> Iterable[str]:
    if not names:
        return
    shown = names if most is None else names[:most]
    more = len(names) - len(shown)
    yield f"{what} ({len(names)}): {', '.join(shown)}" + (f" and {more} more" if more else "")
