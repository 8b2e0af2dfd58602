"""Who hands in together: one group of people, which is the same for each of them.

Theory of operation.  Students *name* each other, and what each of them said is kept in its order.
From that order alone the groups of a whole class are made, so that nobody sees another than their
partners see.  Two who named each other are joined, and with them all who are joined to either; a
naming *stands* as long as it could still join: what would make a group larger than the assignment
allows is void at once, and does not come back when somebody leaves.  So of several namings the
first that is returned makes the group.  Whoever is named may *decline*: then that naming is over,
and whoever said it is told so until they name somebody else, or nobody.  As long are those told
whom somebody *left*, who handed in together with them before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.people import Directory, Person
from autograder.store import Store
from autograder.store.hand_ins import Naming
from autograder.web.portal.doors import numbers_of
from autograder.web.portal.syllabus import Exercise


class Groups:
    """Who is joined to whom, by numbers of people, as it stands after all that was said so far."""

    def __init__(self, most: int) -> None:
        """``most``: so many may be in a group."""
        self.most = most
        self._named: dict[int, set[int]] = {}
        self._named_by: dict[int, set[int]] = {}
        self._groups: dict[int, frozenset[int]] = {}
        self._missed: dict[int, set[int]] = {}
        self._declined: dict[int, set[int]] = {}
        self._parted: dict[int, set[int]] = {}

    def of(self, one: int) -> frozenset[int]:
        """The group of somebody, who is in it; alone: they alone."""
        return self._groups.get(one, frozenset((one,)))

    def named(self, one: int) -> set[int]:
        """Whom they named, outside their group; all of them could still return it ..."""
        return self._named.get(one, set()) - self.of(one)

    def named_by(self, one: int) -> set[int]:
        """... and the other way round."""
        return self._named_by.get(one, set()) - self.of(one)

    def missed(self, one: int) -> set[int]:
        """Whom they named, and who then joined others, so that there is no room any more; until
        they name somebody else, or nobody."""
        return self._missed.get(one, set()) - self.of(one)

    def declined(self, one: int) -> set[int]:
        """Whom they named, and who declined; as long as the same is told of those who are missed,
        or until they are named by them."""
        return self._declined.get(one, set()) - self.of(one)

    def parted(self, one: int) -> set[int]:
        """Who was in their group, and left it; as long as the same is told of the others ..."""
        return self._parted.get(one, set()) - self.of(one)

    def left(self, one: int) -> set[int]:
        """... and the other way round, of those who name them still."""
        return {other for other in self.named_by(one) if one in self.parted(other)}

    def fit(self, one: int, other: int) -> bool:
        """Whether the two may be in one group, with all who are joined to either."""
        return len(self.of(one) | self.of(other)) <= self.most

    def say(self, naming: Naming) -> None:
        one, other = naming.person, naming.other
        if one == other:
            return
        if not naming.declines:
            self._missed.pop(one, None)
            self._declined.pop(one, None)
            self._parted.pop(one, None)
            self._declined.get(other, set()).discard(one)
        elif other in self._named_by.get(one, set()):
            self._declined.setdefault(other, set()).add(one)
            self._parted.get(other, set()).discard(one)
            self._drop(other, one)
        if not naming.together:
            group = self.of(one)
            self._drop(one, other)
            for left in group - self.of(one):
                self._parted.setdefault(left, set()).add(one)
        elif self.fit(one, other):
            self._named.setdefault(one, set()).add(other)
            self._named_by.setdefault(other, set()).add(one)
            if self._are_joined(one, other) and other not in self.of(one):
                self._join(self.of(one) | self.of(other))

    def leave(self, one: int) -> None:
        """Somebody is no longer there: nobody named them, nor they anybody."""
        for other in tuple(self._named.get(one, ())):
            self._drop(one, other)
        for other in tuple(self._named_by.get(one, ())):
            self._drop(other, one)
        for told in (self._missed, self._declined, self._parted):
            for those in told.values():
                those.discard(one)

    def _are_joined(self, one: int, other: int) -> bool:
        return other in self._named.get(one, ()) and one in self._named.get(other, ())

    def _drop(self, one: int, other: int) -> None:
        were_joined = self._are_joined(one, other)
        self._named.get(one, set()).discard(other)
        self._named_by.get(other, set()).discard(one)
        if were_joined:
            self._part(self.of(one))

    def _join(self, group: frozenset[int]) -> None:
        self._groups.update(dict.fromkeys(group, group))
        for one in group:
            for other in tuple(self._named.get(one, ())):
                if not self.fit(one, other):
                    self._drop(one, other)
            for other in tuple(self._named_by.get(one, ())):
                if not self.fit(one, other):
                    self._drop(other, one)
                    self._missed.setdefault(other, set()).add(one)
                    self._parted.get(other, set()).discard(one)

    def _part(self, group: frozenset[int]) -> None:
        """Two of these are no longer joined: make groups of them anew."""
        left = set(group)
        while left:
            found, ahead = set[int](), {left.pop()}
            while ahead:
                one = ahead.pop()
                found.add(one)
                near = {other for other in left if self._are_joined(one, other)}
                ahead |= near
                left -= near
            self._groups.update(dict.fromkeys(found, frozenset(found)))


@dataclass(frozen=True)
class Pairing:
    """With whom somebody hands in, and who said so."""

    together: Sequence[Person] = ()
    """Who is in their group, without them."""
    named: Sequence[Person] = ()
    """Those whom they named, and who have not named them yet ..."""
    named_by: Sequence[Person] = ()
    """... and the other way round, but for those whom they left."""
    missed: Sequence[Person] = ()
    """Those whom they named, and who are joined to others now ..."""
    declined: Sequence[Person] = ()
    """... or declined."""
    parted: Sequence[Person] = ()
    """Those who handed in together with them, and left ..."""
    left: Sequence[Person] = ()
    """... and, of those who name them still, whom they left."""


@dataclass(frozen=True)
class Partners:
    """Who hands in together at an assignment."""

    groups: Groups
    students: Mapping[int, Person]
    """By the number that is theirs in the groups."""

    def of(self, person: Person) -> Pairing:
        """Who has no room for more is told of nobody else."""
        mine, groups = person.number, self.groups
        if mine is None:
            return Pairing()
        together = self._people(groups.of(mine) - {mine})
        if self.is_full(person):
            return Pairing(together)
        left = groups.left(mine)
        return Pairing(
            together,
            self._people(groups.named(mine)),
            self._people(groups.named_by(mine) - left),
            self._people(groups.missed(mine)),
            self._people(groups.declined(mine)),
            self._people(groups.parted(mine)),
            self._people(left),
        )

    def is_full(self, person: Person) -> bool:
        """Whether as many hand in together with them as may."""
        return len(self.groups.of(person.number or 0)) >= self.groups.most

    def fit(self, one: Person, other: Person) -> bool:
        return self.groups.fit(one.number or 0, other.number or 0)

    def _people(self, numbers: Iterable[int]) -> list[Person]:
        return [self.students[number] for number in sorted(numbers)]


def partners_at(store: Store, exercise: Exercise, directory: Directory) -> Partners:
    """As it stands, from all that was said; who is a student no longer has left."""
    most = exercise.assignment.attempts.partners
    said = store.hand_ins.namings(exercise.slug) if most > 1 else []
    groups, students, others = Groups(most), dict[int, Person](), set[int]()

    def settled(number: int) -> int:
        """Somebody whom lists made one of two has one number here."""
        person = directory.with_number(number)
        own = number if person is None or person.number is None else person.number
        if person is not None and person.role == "student":
            students[own] = person
        else:
            others.add(own)
        return own

    for one in said:
        groups.say(replace(one, person=settled(one.person), other=settled(one.other)))
    for number in others:
        groups.leave(number)
    return Partners(groups, students)


def leave(store: Store, exercise: Exercise, person: Person) -> None:
    """Somebody hands in alone from now on, whomever they named."""
    store.hand_ins.leave(exercise.slug, numbers_of(person))
