"""Finds all that is somebody's in the store, and has it forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.model import Identity
from autograder.people.directory import Directory, Person, directory_of
from autograder.store import Forgotten, Whom

if TYPE_CHECKING:
    from autograder.store import Store

_MOST_ROUNDS = 5


def somebody(store: Store, who: str, slugs: Iterable[str]) -> Person:
    """The one person whom an identifier fits, on the list or by hand-ins alone; raises UsageError.

    ``slugs``: of the course's assignments.
    """
    fits = _directory(store, slugs).fitting(who)
    if len(fits) != 1:
        several = f"more than one person fits: {', '.join(person.id for person in fits)}"
        raise UsageError(
            f"Nothing was done, for {several if fits else f'nobody is known as {who!r}'}. Look at "
            "`autograder people list`."
        )
    return fits[0]


def labels(store: Store, person: Person, slugs: Iterable[str]) -> set[str]:
    """All that a file about this person may be called after."""
    slugs = list(slugs)
    found = _whom(store, _directory(store, slugs), person, slugs)
    return {*person.identifiers, *found.students}


def forget(store: Store, person: Person, slugs: Iterable[str], by: str) -> Forgotten:
    """Remove files, names and words of this person; what was counted stays.

    What is handed in or graded at this very moment is found, too, and goes the same way.
    """
    slugs = list(slugs)
    directory = _directory(store, slugs)  # as it is now: soon nobody is found in it
    done = store.forget(_whom(store, directory, person, slugs), by)
    attempts, files, shared, partners = done.attempts, done.files, done.shared, done.partners
    for _ in range(_MOST_ROUNDS):
        more = _whom(store, directory, person, slugs)
        if not (more.attempts or more.acts or store.hand_ins.of(more.numbers)):
            break
        late = store.forget(more, by)
        attempts, files = attempts + late.attempts, files + late.files
        shared, partners = shared + late.shared, partners | late.partners
    return Forgotten(done.alias, attempts, files, shared, partners)


def _directory(store: Store, slugs: Iterable[str]) -> Directory:
    named = [(entry.student, entry.whose) for slug in slugs for entry in store.entries(slug)]
    return directory_of(store.people()).and_strangers(dict.fromkeys(named))


def _whom(store: Store, directory: Directory, person: Person, slugs: Iterable[str]) -> Whom:
    def is_theirs(student: str, whose: Identity) -> bool:
        owner = directory.whose(student, whose).person if student else None
        return owner is not None and owner.id == person.id

    attempts: list[int] = []
    acts: list[int] = []
    published: list[int] = []
    students: set[str] = set()
    for slug in slugs:
        mine = [one for one in store.entries(slug) if is_theirs(one.student, one.whose)]
        attempts += [one.id for one in mine]
        said = store.acts.of(slug)
        on_mine = [one for one in said if is_theirs(one.student, one.whose)]
        ours = {one.id for one in on_mine}
        acts += [one.id for one in said if one.id in ours or one.by == person.id]
        shown = [one for one in store.acts.published(slug) if is_theirs(one.student, one.whose)]
        published += [one.id for one in shown]
        students.update(one.student for one in mine)
        students.update(one.student for one in on_mine)
        students.update(one.student for one in shown)
    joined = {number for record in person.records for number in record.joins}
    return Whom(
        id=person.id,
        numbers=frozenset(joined if person.number is None else {person.number, *joined}),
        attempts=tuple(attempts),
        acts=tuple(acts),
        published=tuple(published),
        students=frozenset(students),
    )
