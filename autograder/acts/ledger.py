"""All acts of an assignment as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import takewhile

from autograder.model import LookAgain, RubricItem, Said
from autograder.people import Standing, key
from autograder.store import (
    Act,
    Comment,
    Mark,
    Override,
    Publication,
    Published,
    Reply,
    Request,
    Rubric,
    Share,
    Sharing,
    Undo,
)

Subject = tuple[str, str]
"""A student, as the course calls them, and a question."""


_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Asking:
    """A request, and whose it is."""

    student: str
    question: str
    deed: str
    request: LookAgain
    attempt: int | None
    """Id of the attempt that was asked about; None: nobody knows."""


class Ledger:
    """What is decided, by student and question, with names as they are today."""

    def __init__(
        self, acts: Sequence[Act], standing: Standing, published: Iterable[Published] = ()
    ) -> None:
        """``acts`` and ``published`` oldest first."""
        self.acts = tuple(acts)
        self.standing = standing
        self.taken_back = _taken_back(acts)
        self._by_subject: dict[Subject, list[Act]] = defaultdict(list)
        self._versions: dict[Subject, int] = {}
        self.to_all: tuple[Act, ...] = tuple(
            act
            for act in self.standing_acts
            if isinstance(act.what, Comment) and act.what.misconception
        )
        """Comments to all who have a misconception."""
        for act in self.standing_acts:
            if act.student:
                self._by_subject[self.subject(act)].append(act)
        self._note_versions()
        self._times = {act.deed: act.at for act in self.acts}
        self._note_published(published)

    def and_newer(self, newer: Sequence[Act], published: Iterable[Published]) -> Ledger:
        """With what was decided since; ``published``: all there is.  Of a few acts after many it
        is made at once, but where something is taken back."""
        if any(isinstance(act.what, Undo) for act in newer):
            return Ledger((*self.acts, *newer), self.standing, published)
        later = Ledger(newer, self.standing)
        later.acts = (*self.acts, *newer)
        later.taken_back = self.taken_back
        later.to_all = (*self.to_all, *later.to_all)
        added = later._by_subject
        later._by_subject = self._by_subject.copy()
        for subject, acts in added.items():
            later._by_subject[subject] = [*self._by_subject.get(subject, ()), *acts]
        later._versions = {**self._versions, **later._versions}
        later._times = {**self._times, **later._times}
        later.__dict__["standing_acts"] = [*self.standing_acts, *later.standing_acts]
        later._note_published(published)
        return later

    def _note_published(self, published: Iterable[Published]) -> None:
        found: dict[str, list[Published]] = defaultdict(list)
        for one in published:
            if one.deed not in self.taken_back:
                found[self.standing.student(one.student, one.whose)].append(one)
        self._published = found
        self.published: Mapping[str, Published] = {
            student: rows[-1] for student, rows in found.items()
        }
        """What each student was shown last."""

    def published_to(self, student: str) -> Sequence[Published]:
        """All that a student was shown, and that was not taken back, oldest first."""
        return self._published.get(student, ())

    @property
    def newest(self) -> int:
        """The highest id; 0: there is no act."""
        return self.acts[-1].id if self.acts else 0

    @cached_property
    def standing_acts(self) -> list[Act]:
        """All but those that are taken back, and but the taking back."""
        return [
            act
            for act in self.acts
            if act.deed not in self.taken_back and not isinstance(act.what, Undo)
        ]

    @property
    def students(self) -> frozenset[str]:
        """Of whom something was decided, or to whom something was published."""
        return frozenset((*(student for student, _ in self._by_subject), *self.published))

    def at(self, deed: str) -> datetime:
        """When it was done."""
        return self._times[deed]

    def shown_until(self, student: str) -> datetime | None:
        """When results were published last to a student, and to their section; None: never.

        What somebody hands in later, but in time, is not published yet.
        """
        last = self.published.get(student)
        if last is None:
            return None
        section = self._sections.get(key(student), "")
        later = [act.at for act, of in self._publications if of in ("", section)]
        return max(map(_until, [self.at(last.deed), *later]))

    def is_shown(self, student: str, handed_in: datetime) -> bool:
        """Whether a student is shown all of what they handed in at a moment.

        Once results are published that is all that came before that, and all that came too late, or
        where nothing is ever too late; of another try in time it would tell what a hidden test
        says, as often as somebody likes to ask.
        """
        until = self.shown_until(student)
        if until is None:
            return False
        policies = self.standing.policies
        is_over = policies.due_for(student) is None or policies.is_late(student, handed_in)
        return handed_in < until or is_over

    @cached_property
    def _sections(self) -> Mapping[str, str]:
        return {key(one.id): key(one.section) for one in self.standing.directory.people}

    @cached_property
    def _publications(self) -> Sequence[tuple[Act, str]]:
        """With the section, empty: all."""
        return [
            (act, key(act.what.section))
            for act in self.standing_acts
            if isinstance(act.what, Publication)
        ]

    def subject(self, act: Act) -> Subject:
        """Whom and what an act is about."""
        return self.standing.student(act.student, act.whose), act.question

    def of(self, student: str, question: str) -> Sequence[Act]:
        """What stands of this student and question, oldest first."""
        return self._by_subject.get((student, question), ())

    def is_overridden(self, student: str, question: str) -> bool:
        """Whether a person's points stand in place of all others."""
        said = [act.what for act in self.of(student, question) if isinstance(act.what, Override)]
        return bool(said) and said[-1].points is not None

    def has_news(self, student: str, question: str) -> bool:
        """Whether points were given there, or taken back, since the student was shown any."""
        last = self.published.get(student)
        if last is None:
            return False
        newer = takewhile(lambda act: act.deed != last.deed, reversed(self.acts))
        given = [act for act in newer if isinstance(act.what, (Mark, Override, Undo))]
        return (student, question) in self.touched(given)

    def version(self, student: str, question: str) -> int:
        """Rises whenever something is decided of this student and question, or taken back."""
        return self._versions.get((student, question), 0)

    def subjects(self, deed: str) -> set[Subject]:
        """Whom and what a deed is about; nobody: it is about all."""
        return {self.subject(act) for act in self.acts if act.deed == deed and act.student}

    def touched(self, acts: Iterable[Act]) -> set[Subject]:
        """Whom and what these acts are about, also by taking something back."""
        found: set[Subject] = set()
        for act in acts:
            if isinstance(act.what, Undo):
                found |= self.subjects(act.what.deed)
            elif act.student:
                found.add(self.subject(act))
        return found

    def rubric(self, question: str) -> tuple[RubricItem, ...] | None:
        """As people changed it last; None: it is the assignment's."""
        changed = [
            act.what.items
            for act in self.standing_acts
            if isinstance(act.what, Rubric) and act.question == question
        ]
        return changed[-1] if changed else None

    @property
    def sharing(self) -> tuple[Share, ...]:
        """Who reads what; none: nobody said."""
        said = [act.what for act in self.standing_acts if isinstance(act.what, Sharing)]
        return said[-1].shares if said else ()

    def requests(self) -> list[Asking]:
        """All that stand, oldest first, each with a number that it keeps; not those of whoever was
        forgotten, whom nobody can answer."""
        numbers = {
            act.deed: number
            for number, act in enumerate(
                (act for act in self.acts if isinstance(act.what, Request)), start=1
            )
        }
        replies: dict[str, list[tuple[Act, Reply]]] = defaultdict(list)
        for act in self.standing_acts:
            if isinstance(act.what, Reply):
                replies[act.what.request].append((act, act.what))
        found = []
        for act in self.standing_acts:
            if isinstance(act.what, Request) and not act.is_of_nobody:
                answers = replies[act.deed]
                asked = LookAgain(
                    number=numbers[act.deed],
                    asked=Said(act.what.text, act.by, act.at),
                    replies=tuple(
                        Said(reply.text, said.by, said.at) for said, reply in answers if reply.text
                    ),
                    is_open=not any(reply.closes for _, reply in answers),
                )
                found.append(Asking(*self.subject(act), act.deed, asked, act.attempt))
        return found

    def _note_versions(self) -> None:
        by_deed: dict[str, set[Subject]] = defaultdict(set)
        for act in self.acts:
            if isinstance(act.what, Undo):
                subjects = by_deed[act.what.deed]
            elif act.student:
                subjects = {self.subject(act)}
                by_deed[act.deed] |= subjects
            else:
                continue
            self._versions.update(dict.fromkeys(subjects, act.id))


def moment_of_publishing() -> datetime:
    """Now, to the microsecond, and never on the second: see :func:`_until`."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond or 1)


def _until(published: datetime) -> datetime:
    """What came before this was there, and nobody can know the results by then: it is a moment
    before they are stored.  Older programs kept the second alone in which they
    published: whatever came in it was shown."""
    return published if published.microsecond else published + _SECOND


def _taken_back(acts: Sequence[Act]) -> frozenset[str]:
    """A taking back may itself have been taken back: the newest word counts."""
    deeds: set[str] = set()
    for act in reversed(acts):
        if isinstance(act.what, Undo) and act.deed not in deeds:
            deeds.add(act.what.deed)
    return frozenset(deeds)
