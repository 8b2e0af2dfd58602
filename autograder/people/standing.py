"""What the store knows beside the grades: who somebody is, until when, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.model import HandedIn, Identity, Source
from autograder.people.attempts import current
from autograder.people.dates import Dated
from autograder.people.directory import Directory, Person, directory_of
from autograder.people.late import Policies, counted_time, lateness
from autograder.people.names import key
from autograder.settings import Attempts, Late
from autograder.store import Entry, Extension, Time

if TYPE_CHECKING:
    from autograder.store import Store
    from autograder.store.hand_ins import HandIn

_MOST_NAMED = 20


@dataclass(frozen=True)
class Rules:
    """What an assignment of the course says of attempts and lateness."""

    slug: str
    attempts: Attempts
    late: Late


@dataclass(frozen=True)
class Standing:
    """How things stand for one assignment."""

    assignment: str
    directory: Directory
    policies: Policies

    def student(self, student: str, whose: Identity) -> str:
        """What whoever handed this in is called."""
        person = self.directory.whose(student, whose).person
        return student if person is None else person.id

    def joined(self, entries: Iterable[Entry]) -> list[Entry]:
        """With what students are called: several rows may then be one person's attempts."""
        return [replace(e, student=self.student(e.student, e.whose)) for e in entries]

    def by_student(self, hand_ins: Iterable[HandIn]) -> dict[str, list[HandIn]]:
        """What was handed in at the portal, by what its students are called."""
        found: dict[str, list[HandIn]] = {}
        for one in hand_ins:
            found.setdefault(self.student(one.student, one.whose), []).append(one)
        return found

    def extended_beyond(self, moment: datetime) -> list[tuple[str, datetime]]:
        """Whose own due date is after a moment, and when that is, the next one first."""
        names = {key(person.id): person.id for person in self.directory.people}
        later = [(due, who) for who, due in self.policies.extensions.items() if due > moment]
        return [(names.get(who, who), due) for due, who in sorted(later)]

    def not_handed_in(self, students: Iterable[str]) -> list[Person]:
        """Students on the list who are not among these."""
        handed_in = {key(student) for student in students}
        return [
            person
            for person in self.directory.people
            if person.role == "student" and key(person.id) not in handed_in
        ]


def standing_of(store: Store, rules: Rules, others: Iterable[Rules] = ()) -> Standing:
    """``others``: the course's further assignments; where each person has late days, what went to
    those that were due before is no longer there."""
    directory = directory_of(store.people())
    spent: dict[str, int] = {}
    if rules.late.budget_days is not None:
        for other in _due_before(rules, others):
            before = _standing(store, other, directory, dict(spent))
            for student, days in _spent_on(store, before):
                spent[key(student)] = spent.get(key(student), 0) + days
    return _standing(store, rules, directory, spent)


def _standing(
    store: Store, rules: Rules, directory: Directory, spent: Mapping[str, int]
) -> Standing:
    given = extensions_of(store, rules.slug, directory).items()
    extensions = {student: one.due for student, one in given if one.due is not None}
    due = rules.late.due_at
    if due is not None:  # which may have been put off since: nobody's own date shortens it
        extensions = {student: own for student, own in extensions.items() if own > due}
    policies = Policies(
        rules.attempts, rules.late, extensions, spent, _chosen(store, rules, directory)
    )
    return Standing(rules.slug, directory, policies)


def extensions_of(store: Store, assignment: str, directory: Directory) -> dict[str, Extension]:
    """The newest that each was given, also where it takes one back, by what students are called in
    lower case."""
    found: dict[str, Extension] = {}
    for extension in store.extensions(assignment):
        person = directory.with_number(extension.person)
        if person is None:
            person = directory.whose(extension.student, Identity()).person
        found[key(extension.student if person is None else person.id)] = extension
    return found


def _chosen(store: Store, rules: Rules, directory: Directory) -> Mapping[str, tuple[str, datetime]]:
    """Which hand-in each student chose, where that is theirs to say."""
    if rules.attempts.keep != "chosen":
        return {}
    chosen: dict[str, tuple[str, datetime]] = {}
    for hand_in in store.hand_ins.chosen(rules.slug):
        person = directory.whose(hand_in.student, hand_in.whose).person
        student = hand_in.student if person is None else person.id
        chosen[student.casefold()] = hand_in.digest, hand_in.at
    return chosen


def _due_before(rules: Rules, others: Iterable[Rules]) -> list[Rules]:
    def place(one: Rules) -> tuple[float, str]:
        due = one.late.due_at
        return (due.timestamp() if due is not None else 0.0, one.slug)

    dated = [one for one in others if one.late.budget_days is not None]
    return sorted((one for one in dated if place(one) < place(rules)), key=place)


def _spent_on(store: Store, standing: Standing) -> Iterator[tuple[str, int]]:
    policies = standing.policies
    entries = standing.joined(store.entries(standing.assignment))
    for student, entry in current(entries, policies).items():
        at = counted_time(entry.handed_in, policies.late)
        late = lateness(student, at, entry.score, policies)
        if late is not None and late.covered_days:
            yield student, late.covered_days


# ------------------------------------------------------------------ what is given to people


def extend(
    store: Store,
    standing: Standing,
    dated: Sequence[Dated],
    reason: str = "",
    more: Iterable[tuple[str, Identity]] = (),
) -> list[str]:
    """Give people due dates of their own, all or nobody; returns what they are called.

    ``more``: who else is known, by hand-ins that are not in the store yet.  Raises UsageError,
    listing whom an identifier does not find and who would be due before everybody else.
    """
    people = find_people(store, standing, dated, more)
    _require_later(people, dated, standing.policies)
    now = standing.policies.extensions
    rows = [
        Extension(standing.assignment, person.number, person.id, one.at, reason)
        for person, one in zip(people, dated, strict=True)
        if now.get(key(person.id)) != one.at or reason
    ]
    store.add_extensions(rows)
    return [person.id for person in people]


def _require_later(people: Sequence[Person], dated: Sequence[Dated], policies: Policies) -> None:
    """Raises UsageError for a date before that of all: as a slip it would take points off."""
    due = policies.late.due_at
    early = [
        f"{person.id}, {one.at.astimezone(policies.zone):%Y-%m-%d %H:%M}"
        + (f" ({one.where})" if one.where else "")
        for person, one in zip(people, dated, strict=True)
        if due is not None and one.at is not None and one.at < due
    ]
    if due is not None and early:
        raise UsageError(
            f"None of these dates was stored, for all are due on "
            f"{due.astimezone(policies.zone):%Y-%m-%d %H:%M}, which is later than what is given "
            f"to {_listed(early)}: look at the year and the month."
        )


def give_times(
    store: Store,
    standing: Standing,
    dated: Sequence[Dated],
    grading: Sequence[tuple[str, Identity]] = (),
) -> dict[str, HandedIn]:
    """When people handed in, by what they are called in lower case; raises UsageError as
    :func:`extend` does.

    ``grading``: the hand-ins that are about to be graded, which take theirs from what is returned.
    Of everybody else it is the newest attempt whose time is meant.
    """
    people = find_people(store, standing, dated, grading)
    times = {
        key(person.id): HandedIn(one.at, Source.PLATFORM)
        for person, one in zip(people, dated, strict=True)
    }
    others = times.keys() - {key(standing.student(*one)) for one in grading}
    newest = {
        key(standing.student(entry.student, entry.whose)): entry
        for entry in store.entries(standing.assignment)
    }
    store.add_times(
        [
            Time(standing.assignment, entry.student, entry.digest, times[student])
            for student, entry in newest.items()
            if student in others and entry.handed_in != times[student]
        ]
    )
    return times


def find_people(
    store: Store,
    standing: Standing,
    dated: Sequence[Dated],
    more: Iterable[tuple[str, Identity]] = (),
) -> list[Person]:
    """Whom the dates are for, each of them; raises UsageError as :func:`extend` does."""
    named = [(entry.student, entry.whose) for entry in store.entries(standing.assignment)]
    directory = standing.directory.and_strangers((*named, *more))
    people: list[Person] = []
    nobody: list[str] = []
    several: list[str] = []
    twice: list[str] = []
    dates: dict[str, Dated] = {}
    for one in dated:
        fits = directory.fitting(one.who)
        place = f" ({one.where})" if one.where else ""
        if len(fits) == 1:
            people.append(fits[0])
        elif fits:
            several.append(f"{one.who}{place}: {', '.join(person.id for person in fits)}")
        else:
            nobody.append(f"{one.who}{place}")
        if len(fits) == 1 and dates.setdefault(fits[0].id, one).at != one.at:
            twice.append(f"{fits[0].id}{place}")
    if nobody or several or twice:
        raise UsageError(_refusal(store.name, nobody, several, twice))
    return people


def _refusal(
    where: str, nobody: Sequence[str], several: Sequence[str], twice: Sequence[str]
) -> str:
    """``where``: the store that was looked in."""
    told = []
    if twice:
        told.append(f"there are two dates for {_listed(twice)}")
    if nobody:
        told.append(f"nobody is known as {_listed(nobody)}")
    if several:
        told.append(f"more than one person fits {_listed(several)}")
    return (
        f"None of these dates was stored in {where}, for {'; and '.join(told)}: look at "
        "`autograder people list`."
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
