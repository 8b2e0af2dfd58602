"""What the store knows about one student, attempt by attempt, for ``autograder show``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from autograder.acts import (
    Files,
    Ledger,
    PublishedGrades,
    requests_by_subject,
    with_acts,
    with_final,
    with_seen,
)
from autograder.errors import UsageError
from autograder.model import (
    Final,
    Grade,
    HandedIn,
    Lateness,
    QuestionGrade,
    QuestionStatus,
    Source,
)
from autograder.people import (
    AttemptNumber,
    Counted,
    Policies,
    Standing,
    apply_late,
    counted_time,
    counting,
    extensions_of,
    hand_in_of,
    key,
    numbered,
)
from autograder.report.marks import is_unanswered
from autograder.report.text import WIDTH
from autograder.report.total import Total, total_of
from autograder.store import Circumstances, Entry, Published
from autograder.submission import safe_name
from autograder.text import INVISIBLE, listed, points

if TYPE_CHECKING:
    from autograder.store import Store
    from autograder.store.hand_ins import HandIn


@dataclass(frozen=True)
class Scored:
    """One question of an attempt."""

    name: str
    status: str
    score: float | None
    max_score: float
    decided: tuple[str, ...] = ()
    """What people decided of it, a sentence each."""
    final_points: float | None = None
    """What counts in the end; None: it is not known, or the attempt does not count and was never
    published."""
    is_unanswered: bool = False
    """Whether a person would read an answer, and there is none."""


@dataclass(frozen=True)
class Showing:
    """What was published of an attempt last."""

    at: datetime
    total: Total
    is_current: bool
    """False: it is no longer what counts."""


@dataclass(frozen=True)
class Remembered:
    """One attempt and what its grade depended on."""

    number: AttemptNumber
    """As its receipt has it; the same for all that was graded of one hand-in."""
    entry: Entry
    """Its score is what was earned; its student's name that of the course."""
    counts: bool
    """True for the attempt that counts."""
    is_chosen: bool
    """Whether it is, for its student chose it."""
    is_best: bool
    """Whether it is, for it is the best of several."""
    by: str
    """Who sent it, where it was handed in together; empty: nobody else has it."""
    together: tuple[str, ...]
    """Who else has it."""
    score: float | None
    """After lateness."""
    handed_in: HandedIn
    """As it is shown; this and all times here are on the course's clocks."""
    graded_at: datetime
    late: Lateness | None
    extended_to: datetime | None
    extended_for: str
    """The reason that was given for that."""
    questions: tuple[Scored, ...]
    notices: tuple[str, ...]
    """What is odd about its being the one that counts."""
    wall_seconds: float
    cpu_seconds: float
    circumstances: Mapping[str, Any]
    """Program and library versions, sandbox layers, seeds."""
    total: Total
    """In all, as the student's page says it."""
    final: Final | None = None
    """With what people decided; None: it does not count, and was never published."""
    published: Showing | None = None
    """None: nothing of it is.  Of an attempt that does not count all here is as it was published
    then."""
    instead: AttemptNumber | None = None
    """Of the attempt that counts: whose result students are shown until that of this one is
    published; None: no other's."""


def of_student(store: Store, standing: Standing, student: str) -> list[Remembered]:
    """All attempts of a student, by any identifier, as they came; raises UsageError when there is
    none, or the identifier fits two."""
    stored = store.entries(standing.assignment)
    directory = standing.directory.and_strangers((e.student, e.whose) for e in stored)
    people = directory.find(student)
    joined = standing.joined(stored)
    if len(people) > 1 and student not in {entry.student for entry in joined}:
        rivals = ", ".join(person.id for person in people)
        raise UsageError(f"{student!r} fits more than one person: {rivals}.")
    # What no list can tell apart is still found by what its file was called.
    called = people[0].id if len(people) == 1 else student
    entries = [entry for entry in joined if entry.student == called]
    if not (entries or people):
        raise UsageError(f"Nobody is known as {student!r}: look at `autograder people list`.")
    if not entries:
        raise UsageError(
            f"There is no attempt of {student!r} at {standing.assignment} in {store.name}."
        )
    chosen = next(iter(counting(entries, standing.policies).values()))
    hand_ins = store.hand_ins.all(standing.assignment)
    own = standing.by_student(hand_ins).get(called, [])
    in_order = numbered(entries, own)
    given = extensions_of(store, standing.assignment, standing.directory).get(key(called))
    works: dict[AttemptNumber, tuple[str, tuple[str, ...]]] = {
        one.number: _together(one, hand_ins, standing) for one in own
    }
    ids = [entry.id for _, entry in in_order]
    acts = store.acts
    ledger = Ledger(acts.of(standing.assignment), standing, acts.published(standing.assignment))
    known = _Known(
        store,
        standing.policies,
        ledger,
        Files(chosen.entry.digest, {entry.id: entry for entry in stored}),
        chosen,
        {entry.id: number for number, entry in in_order},
        len({hand_in_of(entry) for entry in entries}) > 1,
    )
    remembered = [
        _remembered(number, entry, grade, facts, known)
        for (number, entry), grade, facts in zip(
            in_order, store.grades(ids), store.circumstances(ids), strict=True
        )
    ]
    return [
        replace(
            one,
            by=by,
            together=together,
            extended_for="" if given is None or one.extended_to is None else given.reason,
        )
        for one in remembered
        for by, together in (works.get(one.number, ("", ())),)
    ]


def _together(
    own: HandIn, hand_ins: Sequence[HandIn], standing: Standing
) -> tuple[str, tuple[str, ...]]:
    """Who sent it and who else has it, where it was handed in for several."""
    work = own.digest, own.at, own.by
    others = tuple(
        standing.student(one.student, one.whose)
        for one in hand_ins
        if one.id != own.id and (one.digest, one.at, one.by) == work
    )
    return (own.by, others) if others else ("", ())


@dataclass(frozen=True)
class Saved:
    """A file that was handed in."""

    name: str
    """As its student is called in the store, so that it is theirs when it is graded again."""
    data: bytes


def file_of(
    store: Store, assignment: str, attempts: list[Remembered], number: AttemptNumber | None
) -> Saved:
    """What was handed in, of the attempt with this number; None: of the one that counts.

    Raises UsageError where there is no such attempt, or its file was not kept.
    """
    asked = None if number is None else str(number).strip().upper()
    wanted = [
        one for one in attempts if (one.counts if asked is None else str(one.number) == asked)
    ]
    if not wanted:
        known = dict.fromkeys(one.number for one in attempts)
        raise UsageError(
            f"There is no attempt {number} that was graded, but {', '.join(map(str, known))}."
        )
    entry = wanted[-1].entry  # of one that was graded again it is the same file
    data = store.files.read(entry.digest)
    if data is None:
        raise UsageError(
            f"{entry.file} was not kept: there was nothing to read, or an older autograder "
            "graded it."
        )
    stored = next(one for one in store.entries(assignment) if one.id == entry.id)
    return Saved(safe_name(stored.student) + PurePath(stored.file).suffix, data)


@dataclass(frozen=True)
class _Known:
    """What is known of a student beside their attempts."""

    store: Store
    policies: Policies
    ledger: Ledger
    files: Files
    chosen: Counted
    """What counts."""
    numbers: Mapping[int, AttemptNumber]
    """Of the attempts, by their ids."""
    are_several: bool
    """Whether they handed in more than once."""

    def is_best(self, entry: Entry) -> bool:
        is_by_points = self.policies.attempts.keep == "best" and self.are_several
        return is_by_points and entry.id == self.chosen.entry.id

    def as_it_counts(self, grade: Grade, entry: Entry) -> Grade:
        """With what people decided, and what its student was shown."""
        said = " ".join(filter(None, (grade.message, *self.chosen.notices)))
        asked = requests_by_subject(self.ledger.requests())
        decided = with_acts(replace(grade, message=said or None), self.ledger, asked, self.files)
        most = sum(question.max_score for question in decided.questions)
        at = counted_time(entry.handed_in, self.policies.late)
        final = with_final(decided, most, at, self.policies)
        return with_seen(final, self.ledger, lambda one: next(self.store.acts.shown([one])))

    def as_published(self, entry: Entry) -> Grade | None:
        """What was published of it last; None: nothing was."""
        rows = [one for one in self.ledger.published_to(entry.student) if one.attempt == entry.id]
        return self._read(entry.student, rows[-1]) if rows else None

    def _read(self, student: str, row: Published) -> Grade:
        return PublishedGrades(self.store, self.ledger).as_then(student, row)

    def showing(self, entry: Entry, shown: Grade) -> tuple[Showing | None, AttemptNumber | None]:
        """What is published of it, else of which attempt anything is; ``shown``: as it is told."""
        last = self.ledger.published.get(entry.student)
        of_it, is_current = self.as_published(entry), shown.published
        if last is not None and entry.id == self.chosen.entry.id:
            if of_it is None and not is_current:
                return None, self.numbers.get(last.attempt)
            of_it = self._read(entry.student, last)
        elif of_it is not None:
            is_current = True
        if of_it is None or of_it.seen is None:
            return None, None
        at = of_it.seen.at.astimezone(self.policies.zone)
        return Showing(at, total_of(of_it), is_current), None


def _remembered(
    number: AttemptNumber, entry: Entry, grade: Grade, facts: Circumstances, known: _Known
) -> Remembered:
    chosen, zone = known.chosen, known.policies.zone
    counts = entry.id == chosen.entry.id
    published = None if counts else known.as_published(entry)
    shown = apply_late(replace(grade, student=entry.student), entry.handed_in, known.policies)
    if counts:
        shown = known.as_it_counts(shown, entry)
    elif published is not None:
        shown = published
    at, until = shown.handed_in.at, shown.extended_to
    showing, instead = known.showing(entry, shown)
    return Remembered(
        number=number,
        entry=entry,
        counts=counts,
        is_chosen=counts and chosen.is_chosen,
        is_best=known.is_best(entry),
        by="",
        together=(),
        score=shown.score,
        handed_in=shown.handed_in
        if at is None
        else replace(shown.handed_in, at=at.astimezone(zone)),
        graded_at=datetime.fromisoformat(entry.graded_at).astimezone(zone),
        late=shown.late,
        extended_to=None if until is None else until.astimezone(zone),
        extended_for="",
        questions=tuple(
            Scored(
                q.name,
                q.status.value,
                q.score,
                q.max_score,
                tuple(_decided(q, known.numbers, zone)),
                None if shown.final is None else q.final_points,
                is_unanswered(q),
            )
            for q in shown.questions
        ),
        notices=chosen.notices if counts else (),
        wall_seconds=facts.wall_seconds,
        cpu_seconds=facts.cpu_seconds,
        circumstances=json.loads(facts.circumstances),
        final=shown.final,
        total=total_of(shown),
        published=showing,
        instead=instead,
    )


def _clock(at: datetime) -> str:
    """A moment, whose zone is the course's, as it is written everywhere here."""
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"


def _decided(
    question: QuestionGrade, numbers: Mapping[int, AttemptNumber], zone: tzinfo
) -> Iterator[str]:
    mark, old, override = question.by_person, question.earlier_mark, question.override
    if mark is not None:
        yield f"given by {mark.by} at {_clock(mark.at.astimezone(zone))}"
    if old is not None:
        yield f"another answer was given {points(old.points)} by {old.by}"
    if override is not None:
        yield (
            f"but {points(override.points)} count, says {override.by} at "
            f"{_clock(override.at.astimezone(zone))}: {_line(override.reason)}"
        )
        if (seen := override.made_for) is not None:
            number = numbers.get(seen.attempt)
            which = f"another file, {_line(seen.file)}" if number is None else f"attempt {number}"
            yield f"(made for {which}: look again, and override anew or take it back)"


def _line(text: str) -> str:
    """On one line, and harmless to a terminal."""
    return " ".join(INVISIBLE.sub(" ", text).split())


def as_json(attempts: list[Remembered]) -> list[dict[str, Any]]:
    """Plain data, for scripts."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(attempts)
    return plain


def text(attempts: list[Remembered]) -> str:
    """A few lines an attempt, at most 80 columns wide but for what has no break in it."""
    before = [None, *(attempt.number for attempt in attempts)]
    return "\n\n".join(
        _block(attempt, is_again=attempt.number == earlier)
        for earlier, attempt in zip(before, attempts, strict=False)
    )


def _block(attempt: Remembered, *, is_again: bool) -> str:
    entry, facts = attempt.entry, attempt.circumstances
    libraries = ", ".join(f"{name} {v}" for name, v in facts.get("libraries", {}).items())
    heading = (
        f"Attempt {attempt.number} of {entry.student}{', graded again' if is_again else ''}"
        f"{_why_it_counts(attempt)}: {entry.status.value}, {_sum(attempt.total)}"
    )
    lines = [
        _filled(heading, subsequent_indent="  "),
        f"  file        {entry.file}",
        f"  SHA-256     {entry.digest or 'nothing to read'}",
        *(_row("note", notice) for notice in attempt.notices),
        _row("handed in", _time(attempt.handed_in)),
        *_shared(attempt),
        *_worth(attempt),
        *_published(attempt),
        _row(
            "graded",
            f"{_clock(attempt.graded_at)}, {attempt.cpu_seconds:.2f} s CPU, "
            f"{attempt.wall_seconds:.2f} s in all",
        ),
        _row("assignment", entry.assignment_version),
        _row(
            "program",
            f"autograder {facts.get('autograder')}, Python {facts.get('python')}, "
            f"{facts.get('machine')}",
        ),
        _row("libraries", libraries),
        _row("sandbox", ", ".join(facts.get("sandbox", ()))),
        *(_row("seed", f"{name} {seed}") for name, seed in facts.get("seeds", {}).items()),
    ]
    return "\n".join(lines)


_filled = partial(textwrap.fill, width=WIDTH, break_long_words=False, break_on_hyphens=False)


def _row(label: str, said: str) -> str:
    return _filled(said or "none", initial_indent=f"  {label:<12}", subsequent_indent=" " * 14)


def _why_it_counts(attempt: Remembered) -> str:
    if attempt.is_chosen:
        return " (counts, as its student chose)"
    if attempt.is_best:
        return " (counts, the best by the program's points)"
    if attempt.counts:
        return " (counts)"
    return " (as it was published)" if attempt.published is not None else ""


def _sum(total: Total) -> str:
    """Points as the student's page says them: after lateness, where it is known what that takes."""
    if total.score is None:
        return "no score"
    late = ", after lateness" if total.late_points else ""
    if total.is_so_far and total.is_before_late:
        late = ", before lateness"
    return f"{points(total.score)} of {points(total.max_score)}{late}"


_WORDS = {
    Source.PLATFORM: "says the platform",
    Source.MARKED_LATE: "not known; the platform marked it late",
    Source.STUDENTS_WORD: "the student's word",
    Source.FILE: "the file's own time",
    Source.NONE: "not known",
}


def _time(handed_in: HandedIn) -> str:
    words = _WORDS[handed_in.source]
    if handed_in.at is None:
        return "in time, says the platform" if handed_in.source is Source.PLATFORM else words
    return f"{_clock(handed_in.at)} ({words})"


def _shared(attempt: Remembered) -> list[str]:
    """With whom it was handed in."""
    if not attempt.together:
        return []
    names = listed([_line(name) for name in attempt.together])
    return [_row("together", f"with {names}; {_line(attempt.by)} sent it")]


def _worth(attempt: Remembered) -> list[str]:
    """What it got for which question, and what lateness took of it."""
    lines = []
    if attempt.extended_to is not None:
        why = f": {_line(attempt.extended_for)}" if attempt.extended_for else ""
        lines.append(_row("extended", f"until {_clock(attempt.extended_to)}{why}"))
    for question in attempt.questions:
        told = "; ".join((_got(question, attempt), *question.decided))
        lines.append(_row("question", f"{question.name}: {told}"))
    total, final, late = attempt.total, attempt.final, attempt.late
    if late is not None:
        cost = f"{points(total.late_points)}: " if total.late_points else ""
        lines.append(_row("late", f"{cost}{late.reason}"))
    known = [one.final_points for one in attempt.questions if one.final_points is not None]
    parts = " + ".join(map(points, known))
    worth = f"{points(total.score)} of {points(total.max_score)}"
    if final is not None and final.before_late is not None:
        off = f" - {points(-total.late_points)} for lateness" if total.late_points else ""
        lines.append(_row("in all", f"{parts}{off} = {worth}"))
    elif total.is_so_far:
        lines.append(_row("so far", f"{parts} = {_sum(total)}"))
    return lines


def _got(question: Scored, attempt: Remembered) -> str:
    """Its points, or why it has none."""
    if question.is_unanswered:
        return "nothing written"
    got = _status(question, attempt) if question.score is None else points(question.score)
    return f"{got} of {points(question.max_score)}"


def _status(question: Scored, attempt: Remembered) -> str:
    """Why it has no points; an answer in an attempt that does not count waits for nobody."""
    is_open = question.status == QuestionStatus.PENDING.value
    return "not read" if is_open and not attempt.counts else question.status


def _published(attempt: Remembered) -> list[str]:
    """What its student is shown of it."""
    showing = attempt.published
    if showing is not None:
        since = "" if showing.is_current else "; it has changed since"
        return [_row("published", f"{_clock(showing.at)}: {_sum(showing.total)}{since}")]
    if attempt.instead == attempt.number:
        return [_row("published", "as it was graded before, and not yet as it is now")]
    if attempt.instead is not None:
        return [_row("published", f"not yet: shown is the result of attempt {attempt.instead}")]
    return []
