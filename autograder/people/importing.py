"""Takes a list of people into the store, and finds out who on it is known already.

Theory of operation.  A line of the list is somebody who is known when an identifier of the two is
the same (an id, a login, a number of the school, an e-mail address; a platform's own number on two
lists of that platform).  Where nothing but the name is on both lists, the name decides, if nobody
else on either has it and no identifier speaks against it.  A line that fits two people who came
from two kinds of lists makes them one; two who are on one list together are two, and then the line
is refused.  Everything is stored, or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.people.directory import Directory, Person, directory_of
from autograder.people.lists import Listed, PeopleList
from autograder.people.names import key, spellings
from autograder.store import PersonRecord, PersonRow

if TYPE_CHECKING:
    from autograder.store import Store

_MOST_NAMED = 20
_PARTS = ("id", "login", "sis_id", "email")


@dataclass(frozen=True)
class Imported:
    """What came of it."""

    kind: str
    new: int
    """People who were not known."""
    changed: int
    """People of whom it says something new."""
    same: int
    notices: tuple[str, ...] = ()
    """Sentences on columns that were not taken, on who was made one, and on who shares a name."""


def import_people(store: Store, listed: PeopleList) -> Imported:
    """Store what the list says; raises UsageError, with nothing stored, where it contradicts
    itself or what is known."""
    rows = store.people()
    directory = directory_of(rows)
    matches = _matched(listed, directory)
    next_number = max((row.person for row in rows), default=0) + 1
    added: list[PersonRow] = []
    new = changed = 0
    notices = list(listed.notices)
    for line, people in matches:
        record = replace(line.record, file=listed.path.name)
        if not people:
            added.append(PersonRow(next_number, record))
            next_number, new = next_number + 1, new + 1
            continue
        first, *others = people
        assert first.number is not None
        if others:
            record = replace(record, joins=tuple(p.number for p in others if p.number is not None))
            told = ", ".join(person.id for person in people)
            notices.append(f"{told} are one person, line {line.line} says: joined.")
        if others or not _says_nothing_new(record, first.records):
            added.append(PersonRow(first.number, record))
            changed += 1
    store.add_people(added, known=len(rows))
    same = len(matches) - new - changed
    notices += _namesakes(directory_of((*rows, *added)))
    return Imported(listed.kind, new, changed, same, tuple(notices))


def _says_nothing_new(record: PersonRecord, known: Iterable[PersonRecord]) -> bool:
    newest = [each for each in known if each.kind == record.kind][-1:]
    return [replace(each, file="", joins=()) for each in newest] == [replace(record, file="")]


def _matched(listed: PeopleList, directory: Directory) -> list[tuple[Listed, tuple[Person, ...]]]:
    """Each line, and whom it is; nobody: it is somebody new."""
    by_identifier = [
        (line, _by_identifier(line.record, listed.kind, directory)) for line in listed.people
    ]
    taken = {person.id for _, people in by_identifier for person in people}
    names = Counter(
        spelling for line in listed.people for spelling in spellings(line.record.identity.name)
    )
    matches = [
        (line, people or _by_name(line.record, directory, names, taken))
        for line, people in by_identifier
    ]
    _refuse_contradictions(listed, matches)
    return matches


def _by_identifier(record: PersonRecord, kind: str, directory: Directory) -> tuple[Person, ...]:
    wanted = {key(getattr(record.identity, part)) for part in _PARTS} - {""}
    number = key(record.identity.number)
    found = []
    for person in directory.candidates(record.identity):
        identities = [known.identity for known in person.records]
        theirs = {key(getattr(identity, part)) for identity in identities for part in _PARTS}
        same_number = number and any(
            known.kind == kind and key(known.identity.number) == number for known in person.records
        )
        if wanted & theirs or same_number:
            found.append(person)
    return tuple(found)


def _by_name(
    record: PersonRecord, directory: Directory, names: Counter[str], taken: set[str]
) -> tuple[Person, ...]:
    """Who has this name, if that is one, who is nobody else on the list."""
    mine = spellings(record.identity.name)
    people = [p for p in directory.named(record.identity.name) if p.id not in taken]
    alone = len(people) == 1 and all(names[spelling] == 1 for spelling in mine)
    return tuple(people) if alone and not _speaks_against(record, people[0]) else ()


def _speaks_against(record: PersonRecord, person: Person) -> bool:
    for known in person.records:
        # Moodle numbers everybody anew in each assignment.
        is_numbered = known.kind == record.kind != "moodle"
        parts = (*_PARTS, "number") if is_numbered else _PARTS
        for part in parts:
            mine, theirs = getattr(record.identity, part), getattr(known.identity, part)
            if mine and theirs and key(mine) != key(theirs):
                return True
    return False


def _refuse_contradictions(
    listed: PeopleList, matches: Sequence[tuple[Listed, tuple[Person, ...]]]
) -> None:
    problems = []
    lines: dict[str, int] = {}
    for line, people in matches:
        kinds = [kind for person in people for kind in {r.kind for r in person.records}]
        if len(set(kinds)) < len(kinds):
            two = " and ".join(person.id for person in people)
            problems.append(f"line {line.line} fits {two}")
            continue
        for person in people:
            before = lines.setdefault(person.id, line.line)
            if before != line.line:
                problems.append(f"lines {before} and {line.line} are both {person.id}")
    if problems:
        more = len(problems) - _MOST_NAMED
        told = "; ".join(problems[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
        raise UsageError(
            f"{listed.path} contradicts what is known, and nothing of it was stored: {told}."
        )


def _namesakes(directory: Directory) -> list[str]:
    """People of one name: by it alone none of them can be found."""
    by_name: dict[str, list[str]] = {}
    for person in directory.people:
        if person.name:
            by_name.setdefault(min(spellings(person.name), default=""), []).append(person.id)
    return [
        f"{', '.join(ids)} have the same name: a file that says no more joins none of them."
        for ids in by_name.values()
        if len(ids) > 1
    ]
