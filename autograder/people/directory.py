"""Everybody who is known, and whoever an identifier or a hand-in belongs to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from autograder.model import Identity
from autograder.people.names import key, spellings, squeezed
from autograder.store import PersonRecord, PersonRow

OURS = ("roster", "nbgrader")
"""Lists that the course itself keeps: what they call a person, all others follow."""
_IDENTIFIERS = ("id", "login", "sis_id", "email")
"""Parts of an identity that name one person, whichever system they are from."""


@dataclass(frozen=True)
class Person:
    """Somebody who takes or gives the course."""

    id: str
    """What they are called everywhere; no two have the same."""
    name: str = ""
    email: str = ""
    section: str = ""
    role: str = "student"
    """``student``, ``ta`` or ``instructor``."""
    number: int | None = None
    """As in the store; None: somebody of whom nothing is known but what was handed in."""
    records: tuple[PersonRecord, ...] = field(default=(), repr=False)
    """All that was imported of them, oldest first."""

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Each once, the id first."""
        parts = (
            getattr(record.identity, part)
            for record in self.records
            for part in (*_IDENTIFIERS, "number")
        )
        return tuple(dict.fromkeys((self.id, *filter(None, parts))))

    @property
    def numbers(self) -> frozenset[int]:
        """All that they have, or had before lists made two of them one."""
        joined = frozenset(number for record in self.records for number in record.joins)
        return joined if self.number is None else joined | {self.number}


@dataclass(frozen=True)
class Known:
    """Whose something is."""

    person: Person | None
    """None: nobody's who is known."""
    rivals: tuple[Person, ...] = ()
    """Several whom it fits alike: then it is nobody's."""


class Directory:
    """Finds people, by whatever there is."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        """In the order of their ids."""
        self._by_id: dict[str, set[int]] = defaultdict(set)
        self._by_identifier: dict[str, set[int]] = defaultdict(set)
        self._by_number: dict[str, set[int]] = defaultdict(set)
        self._by_spelling: dict[str, set[int]] = defaultdict(set)
        self._by_letters: dict[str, set[int]] = defaultdict(set)
        for place, person in enumerate(self.people):
            self._by_id[key(person.id)].add(place)
            for record in person.records:
                self._enter(record.identity, place)
        self._whose: dict[tuple[str, Identity], Known] = {}

    def _enter(self, identity: Identity, place: int) -> None:
        for part in _IDENTIFIERS:
            if identifier := key(getattr(identity, part)):
                self._by_identifier[identifier].add(place)
        if identity.number:
            self._by_number[key(identity.number)].add(place)
        for spelling in spellings(identity.name):
            self._by_spelling[spelling].add(place)
        for letters in squeezed(identity.name):
            self._by_letters[letters].add(place)

    def __len__(self) -> int:
        return len(self.people)

    def with_number(self, number: int | None) -> Person | None:
        """By the number that the store gave."""
        return self._numbered.get(number) if number is not None else None

    @cached_property
    def _numbered(self) -> Mapping[int, Person]:
        return {number: person for person in self.people for number in person.numbers}

    def name_of(self, student: str) -> str:
        """Of whoever has this id; empty: nobody's, or no list says a name."""
        person = self.called(student)
        return "" if person is None else person.name

    def called(self, id_: str) -> Person | None:
        """Who has this very id."""
        return self._called.get(id_)

    @cached_property
    def _called(self) -> Mapping[str, Person]:
        return {person.id: person for person in self.people}

    def find(self, who: str) -> tuple[Person, ...]:
        """Whom an identifier or a name fits; one, where it is good for anything.

        An id before any other identifier, and that before a name.
        """
        text = key(who)
        found = self._by_id.get(text) or (
            self._by_identifier.get(text, set()) | self._by_number.get(text, set())
        )
        return self._at(found) or self.named(who)

    def fitting(self, who: str) -> tuple[Person, ...]:
        """Everybody whom an identifier or a name fits, an id of one and a number of another
        alike: for whoever must mean one person and nobody else."""
        text = key(who)
        tables = (self._by_id, self._by_identifier, self._by_number)
        found = set[int]().union(*(table.get(text, set()) for table in tables))
        return self._at(found) or self.named(who)

    def candidates(self, identity: Identity) -> tuple[Person, ...]:
        """Who shares an identifier with this one, of whatever kind it is."""
        found: set[int] = set()
        for part in (*_IDENTIFIERS, "number"):
            text = key(getattr(identity, part))
            found |= self._by_identifier.get(text, set()) | self._by_number.get(text, set())
        return self._at(found)

    def whose(self, student: str, identity: Identity) -> Known:
        """Whose a hand-in is, by what its platform says, else by what the file is called."""
        known = self._whose.get((student, identity))
        if known is None:
            known = self._whose[student, identity] = self._look(student, identity)
        return known

    def _look(self, student: str, identity: Identity) -> Known:
        if not self.people:
            return Known(None)
        found: set[int] = set()
        for part in _IDENTIFIERS:
            text = key(getattr(identity, part))
            found |= self._by_id.get(text) or self._by_identifier.get(text) or set()
        numbered = self._by_number.get(key(identity.number), set()) if identity.number else set()
        found = found or (numbered if len(numbered) == 1 else set())
        people = self._at(found) or self.named(identity.name) or self.find(student)
        if len(people) == 1:
            return Known(people[0])
        return Known(None, people)

    def named(self, name: str) -> tuple[Person, ...]:
        """Who has this name; one without blanks may be squeezed, as in the names of files."""
        forms, index = spellings(name), self._by_spelling
        if forms.isdisjoint(index) and len(name.split()) == 1:
            forms, index = squeezed(name), self._by_letters
        return self._at({place for form in forms for place in index.get(form, ())})

    def _at(self, places: Iterable[int]) -> tuple[Person, ...]:
        return tuple(self.people[place] for place in sorted(places))

    def and_strangers(self, named: Iterable[tuple[str, Identity]]) -> Directory:
        """With those of whom there is only a hand-in; not those whose hand-in fits several."""
        records: dict[str, list[PersonRecord]] = defaultdict(list)
        for student, identity in named:
            known = self.whose(student, identity)
            if known.person is None and not known.rivals:
                records[student].append(PersonRecord(identity))
        strangers = [Person(id=student, records=tuple(of)) for student, of in records.items()]
        return Directory((*self.people, *strangers))


def directory_of(rows: Iterable[PersonRow]) -> Directory:
    """Everybody whom the store knows; ``rows`` oldest first."""
    records: dict[int, list[PersonRecord]] = {}
    moved: dict[int, int] = {}
    for row in rows:
        number = _settled(row.person, moved)
        mine = records.setdefault(number, [])
        for other in (_settled(other, moved) for other in row.record.joins):
            if other != number:
                mine += records.pop(other, [])
                moved[other] = number
        mine.append(row.record)
    people = [_person(number, tuple(known)) for number, known in records.items()]
    shared = Counter(key(person.id) for person in people)
    people = [
        replace(person, id=f"{person.id} ({person.number})")
        if shared[key(person.id)] > 1
        else person
        for person in people
    ]
    return Directory(sorted(people, key=lambda person: (key(person.id), person.number or 0)))


def _settled(number: int, moved: Mapping[int, int]) -> int:
    while number in moved:
        number = moved[number]
    return number


def _person(number: int, records: tuple[PersonRecord, ...]) -> Person:
    """The newest word on each thing counts, and the course's own list before all others."""
    backwards = records[::-1]
    newest = [record for record in backwards if record.kind in OURS]
    newest += [record for record in backwards if record.kind not in OURS]

    def first(values: Iterable[str]) -> str:
        return next(filter(None, values), "")

    known = [record.identity for record in newest]
    parts = (*_IDENTIFIERS, "name", "number")
    return Person(
        id=first(getattr(identity, part) for part in parts for identity in known),
        name=first(identity.name for identity in known),
        email=first(identity.email for identity in known),
        section=first(record.section for record in newest),
        role=first(record.role for record in newest) or "student",
        number=number,
        records=records,
    )
