"""Who hands in together: one group of people, which is the same for each of them.

Theory of operation.  Students *name* each other, and what each of them said is kept in its order.
From that order alone the groups of a whole class are made, so that nobody sees another than their
partners see.  A group are people each of whom named each other: two groups become one when all of
either named all of the other, and whoever leaves one leaves the rest together.  A naming *stands*
as long as it could still join: what would make a group larger than the assignment allows is void at
once, and does not come back when somebody leaves.  So of several namings the first that everybody
returned makes the group.  Whoever is named may *decline*: then their group and that of whoever
named them do not become one, and all namings between the two are over.  Whoever's naming ended so,
or is void, and whoever somebody *left*, with whom they handed in, is told so until they name
somebody else, or nobody.  Whoever is *forgotten* leaves at that moment; what they and others said
before still counts, under a number below 0 that is nobody's, so that all others' groups are as they
were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

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
        self._withdrawn: dict[int, set[int]] = {}
        self._kept_apart: dict[int, set[int]] = {}
        self._lost: dict[int, set[int]] = {}
        self._told = (
            *(self._missed, self._declined, self._parted),
            *(self._withdrawn, self._kept_apart, self._lost),
        )

    def of(self, one: int) -> frozenset[int]:
        """The group of somebody, who is in it; alone: they alone."""
        return self._groups.get(one, frozenset((one,)))

    def named(self, one: int) -> set[int]:
        """Whom they named, outside their group; all of them could still return it ..."""
        return self._named.get(one, set()) - self.of(one)

    def named_by(self, one: int) -> set[int]:
        """... and the other way round."""
        return self._named_by.get(one, set()) - self.of(one)

    def awaited(self, one: int, other: int) -> set[int]:
        """Who has not named everybody yet whose naming makes one group of the groups of the two."""
        return {who for who, whom in self._across(one, other) if whom not in self._whom(who)}

    def missed(self, one: int) -> set[int]:
        """Whom they named, and who then joined others, so that there is no room any more; until
        they name somebody else, or nobody."""
        return self._missed.get(one, set()) - self.of(one)

    def declined(self, one: int) -> set[int]:
        """Whom they named, and who declined; as long as the same is told of those who are missed,
        or until they are named by them."""
        return self._declined.get(one, set()) - self.of(one)

    def kept_apart(self, one: int) -> set[int]:
        """Whom they named, and somebody else of either's group declined; as long as that is told
        of the others."""
        return self._kept_apart.get(one, set()) - self.of(one)

    def withdrawn(self, one: int) -> set[int]:
        """By whom they were named until these joined others, so that there is no room any more; as
        long as that is told of the others."""
        return self._withdrawn.get(one, set()) - self.of(one)

    def parted(self, one: int) -> set[int]:
        """Who was in their group, and left it; as long as the same is told of the others ..."""
        return self._parted.get(one, set()) - self.of(one)

    def lost(self, one: int) -> set[int]:
        """Who was in their group, and is forgotten; as long as the same is told of the others."""
        return self._lost.get(one, set())

    def left(self, one: int) -> set[int]:
        """... and the other way round, of those who name them still."""
        unnamed = self.named_by(one) - self.named(one)
        return {other for other in unnamed if one in self.parted(other)}

    def fit(self, one: int, other: int) -> bool:
        """Whether the two may be in one group, with all who are joined to either."""
        return len(self.of(one) | self.of(other)) <= self.most

    def say(self, naming: Naming) -> None:
        one, other = naming.person, naming.other
        if naming.is_last:
            self._forget(one)
        if one == other:
            return
        if not naming.declines:
            for told in self._told:
                told.pop(one, None)
            for told in (self._missed, self._declined, self._withdrawn, self._kept_apart):
                told.get(other, set()).discard(one)
        elif one in self._whom(other) and other not in self.of(one):
            self._decline(one, other)
        if not naming.together:
            self._drop(one, other)
            if other in self.of(one):
                self._part(one)
        elif self.fit(one, other):
            self._named.setdefault(one, set()).add(other)
            self._named_by.setdefault(other, set()).add(one)
            self._join(one, other)

    def leave(self, one: int) -> None:
        """Somebody is no longer there: nobody named them, nor they anybody."""
        self._part(one)
        for other in tuple(self._whom(one)):
            self._drop(one, other)
        for other in tuple(self._named_by.get(one, ())):
            self._drop(other, one)
        for told in self._told:
            for those in told.values():
                those.discard(one)

    def _forget(self, one: int) -> None:
        rest = self.of(one) - {one}
        self.leave(one)
        for other in rest:
            self._lost.setdefault(other, set()).add(one)

    def _whom(self, one: int) -> set[int]:
        """Everybody whom they named."""
        return self._named.get(one, set())

    def _across(self, one: int, other: int) -> list[tuple[int, int]]:
        """Everybody of the group of either, with everybody of the other's, both ways."""
        pairs = product(sorted(self.of(one)), sorted(self.of(other)))
        return [pair for a, b in pairs for pair in ((a, b), (b, a))]

    def _drop(self, one: int, other: int) -> None:
        self._whom(one).discard(other)
        self._named_by.get(other, set()).discard(one)

    def _decline(self, one: int, other: int) -> None:
        for who, whom in self._across(one, other):
            if whom not in self._whom(who):
                continue
            self._drop(who, whom)
            if whom == one:
                self._declined.setdefault(who, set()).add(one)
                self._parted.get(who, set()).discard(one)  # one word on it is enough
            elif who != one:
                self._kept_apart.setdefault(who, set()).add(whom)

    def _join(self, one: int, other: int) -> None:
        """Make one group of those of the two, if everybody agreed to that."""
        if other in self.of(one) or not self.fit(one, other) or self.awaited(one, other):
            return
        group = self.of(one) | self.of(other)
        self._groups.update(dict.fromkeys(group, group))
        for who in group:
            named, named_by = self.named(who), self.named_by(who)
            for whom in named | named_by:
                if self.fit(who, whom):
                    continue
                self._drop(who, whom)
                self._drop(whom, who)
                (self._missed if whom in named_by else self._withdrawn).setdefault(whom, set()).add(
                    who
                )
                if whom in named_by:
                    self._parted.get(whom, set()).discard(who)

    def _part(self, one: int) -> None:
        """They are no longer in their group: the others stay together, and those who waited for
        this one alone join them."""
        rest = self.of(one) - {one}
        self._groups[one] = frozenset((one,))
        self._groups.update(dict.fromkeys(rest, rest))
        for left in rest:
            self._parted.setdefault(left, set()).add(one)
        for left in sorted(rest, key=_place):
            for other in sorted(self.named(left) - {one}, key=_place):
                self._join(left, other)


def _place(one: int) -> tuple[int, int]:
    """The same before and after they are forgotten."""
    return abs(one), one


@dataclass(frozen=True)
class Offer:
    """People who hand in together, or one alone, some of whom named somebody."""

    by: Sequence[Person]
    """Who named them ..."""
    others: Sequence[Person]
    """... and with whom these hand in."""
    along: Sequence[Person]
    """The partners whom somebody has already, where one of these and one of those who make the
    offer named each other."""
    awaited: Sequence[Person]
    """Who has still to name somebody, beside those to whom it is made ..."""
    unnamed: Sequence[Person]
    """... and of the partners of these, whom those who named them have still to name, too."""


@dataclass(frozen=True)
class Pairing:
    """With whom somebody hands in, and who said so."""

    together: Sequence[Person] = ()
    """Who is in their group, without them."""
    named: Sequence[Person] = ()
    """Those whom they named, and do not hand in together with yet ..."""
    unanswered: Sequence[Person] = ()
    """... and of these whoever has not named them, nor has anybody with whom these hand in."""
    asked: Sequence[Offer] = ()
    """To whom they have to say whether they agree ..."""
    agreed: Sequence[Offer] = ()
    """... and to whom they said so, while others have not."""
    missed: Sequence[Person] = ()
    """Those whom they named, and who are joined to others now ..."""
    declined: Sequence[Person] = ()
    """... or declined ..."""
    kept_apart: Sequence[Person] = ()
    """... or do not join them because somebody else declined."""
    withdrawn: Sequence[Person] = ()
    """Those who named them, and are joined to others now."""
    roomy: Sequence[Person] = ()
    """Those of the missed and the withdrawn with whom there is room again."""
    parted: Sequence[Person] = ()
    """Those who were in their group, and left ..."""
    left: Sequence[Person] = ()
    """... and, of those who name them still and have asked nothing since, whom they left."""
    has_lost: bool = False
    """Whether somebody who handed in together with them was forgotten."""

    @property
    def named_by(self) -> list[Person]:
        """Who named them, and has no answer yet."""
        return [person for offer in self.asked for person in offer.by]

    def offer_of(self, other: Person) -> Offer | None:
        """In which somebody is, who need not have named them."""
        offers = (*self.asked, *self.agreed)
        return next((one for one in offers if other in (*one.by, *one.others)), None)


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
        theirs = {groups.of(other) for other in groups.named_by(mine) - groups.left(mine)}
        offers = [(self._offer(mine, one), one) for one in sorted(theirs, key=min)]
        named = groups.named(mine)
        void = groups.missed(mine) | groups.withdrawn(mine)
        return Pairing(
            together,
            named=self._people(named),
            unanswered=self._people(named.difference(*theirs)),
            asked=[offer for offer, those in offers if those - named],
            agreed=[offer for offer, those in offers if not those - named],
            missed=self._people(groups.missed(mine)),
            declined=self._people(groups.declined(mine)),
            kept_apart=self._people(groups.kept_apart(mine)),
            withdrawn=self._people(groups.withdrawn(mine)),
            roomy=self._people(other for other in void if groups.fit(mine, other)),
            parted=self._people(groups.parted(mine)),
            left=self._people(groups.left(mine).difference(*theirs)),
            has_lost=bool(groups.lost(mine)),
        )

    def _offer(self, mine: int, theirs: frozenset[int]) -> Offer:
        groups, partners = self.groups, self.groups.of(mine) - {mine}
        by = theirs & groups.named_by(mine) - groups.left(mine)
        is_along = any(groups.named(one) & groups.named_by(one) & theirs for one in partners)
        return Offer(
            self._people(by),
            self._people(theirs - by),
            self._people(partners if is_along else ()),
            self._people(groups.awaited(mine, min(theirs)) - {mine}),
            self._people({one for who in by for one in groups.of(mine) - groups.named(who)}),
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
        if number < 0:
            return number
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
