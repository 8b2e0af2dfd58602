"""What the store knows about one student, attempt by attempt, for ``autograder show``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from autograder.acts import Files, Ledger, requests_by_subject, with_acts, with_final
from autograder.errors import UsageError
from autograder.model import Final, Grade, HandedIn, Lateness, QuestionGrade, Source
from autograder.people import (
    AttemptNumber,
    Counted,
    Policies,
    Standing,
    apply_late,
    counted_time,
    counting,
    extensions_of,
    key,
    numbered,
)
from autograder.report.total import Total, total_of
from autograder.store import Circumstances, Entry
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
    """What counts in the end; None: it is not known, or the attempt does not count."""


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
    by: str
    """Who sent it, where it was handed in together; empty: nobody else has it."""
    together: tuple[str, ...]
    """Who else has it."""
    score: float | None
    """After lateness."""
    handed_in: HandedIn
    """As it is shown."""
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
    """With what people decided; None: it does not count."""


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
    ledger = Ledger(store.acts.of(standing.assignment), standing)
    files = Files(chosen.entry.digest, {entry.id: entry for entry in stored})
    remembered = [
        _remembered(number, entry, grade, facts, chosen, standing.policies, ledger, files)
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


def _remembered(
    number: AttemptNumber,
    entry: Entry,
    grade: Grade,
    facts: Circumstances,
    chosen: Counted,
    policies: Policies,
    ledger: Ledger,
    files: Files,
) -> Remembered:
    counts = entry.id == chosen.entry.id
    shown = apply_late(replace(grade, student=entry.student), entry.handed_in, policies)
    if counts:
        shown = with_acts(shown, ledger, requests_by_subject(ledger.requests()), files)
        most = sum(question.max_score for question in shown.questions)
        shown = with_final(shown, most, counted_time(entry.handed_in, policies.late), policies)
    return Remembered(
        number=number,
        entry=entry,
        counts=counts,
        is_chosen=counts and chosen.is_chosen,
        by="",
        together=(),
        score=shown.score,
        handed_in=shown.handed_in,
        late=shown.late,
        extended_to=shown.extended_to,
        extended_for="",
        questions=tuple(
            Scored(
                q.name,
                q.status.value,
                q.score,
                q.max_score,
                tuple(_decided(q)),
                q.final_points if counts else None,
            )
            for q in shown.questions
        ),
        notices=chosen.notices if counts else (),
        wall_seconds=facts.wall_seconds,
        cpu_seconds=facts.cpu_seconds,
        circumstances=json.loads(facts.circumstances),
        final=shown.final,
        total=total_of(shown),
    )


def _decided(question: QuestionGrade) -> Iterator[str]:
    mark, old, override = question.by_person, question.earlier_mark, question.override
    if mark is not None:
        yield f"given by {mark.by} at {mark.at.isoformat(sep=' ')}"
    if old is not None:
        yield f"another answer was given {points(old.points)} by {old.by}"
    if override is not None:
        yield (
            f"but {points(override.points)} count, says {override.by} at "
            f"{override.at.isoformat(sep=' ')}: {_line(override.reason)}"
        )
        if (seen := override.made_for) is not None:
            yield (
                f"(made for another file, {_line(seen.file)}, SHA-256 {seen.digest[:12]}: look "
                "again, and override anew or take it back)"
            )


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
    entry, total, facts = attempt.entry, attempt.total, attempt.circumstances
    score, which = "no score", ""
    if attempt.counts:
        which = " (counts, as its student chose)" if attempt.is_chosen else " (counts)"
    if total.score is not None:
        score = f"{points(total.score)} of {points(total.max_score)}"
    libraries = ", ".join(f"{name} {v}" for name, v in facts.get("libraries", {}).items())
    lines = [
        f"Attempt {attempt.number} of {entry.student}{', graded again' if is_again else ''}"
        f"{which}: {entry.status.value}, {score}",
        f"  file        {entry.file}",
        f"  SHA-256     {entry.digest or 'nothing to read'}",
        f"  handed in   {_time(attempt.handed_in)}",
        *_shared(attempt),
        *_worth(attempt),
        f"  graded      {entry.graded_at}, {attempt.cpu_seconds:.2f} s CPU, "
        f"{attempt.wall_seconds:.2f} s in all",
        f"  assignment  {entry.assignment_version}",
        f"  program     autograder {facts.get('autograder')}, Python {facts.get('python')}, "
        f"{facts.get('machine')}",
        f"  libraries   {libraries}",
        f"  sandbox     {', '.join(facts.get('sandbox', ())) or 'none'}",
    ]
    seeds = facts.get("seeds", {})
    lines[3:3] = [f"  {notice}" for notice in attempt.notices]
    lines += [f"  seed        {name} {seed}" for name, seed in seeds.items()]
    return "\n".join(lines)


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
    return f"{handed_in.at.isoformat(sep=' ')} ({words})"


def _shared(attempt: Remembered) -> list[str]:
    """With whom it was handed in."""
    if not attempt.together:
        return []
    names = listed([_line(name) for name in attempt.together])
    return [f"  together    with {names}; {_line(attempt.by)} sent it"]


def _worth(attempt: Remembered) -> list[str]:
    """What it got for which question, and what lateness took of it."""
    lines = []
    if attempt.extended_to is not None:
        why = f": {_line(attempt.extended_for)}" if attempt.extended_for else ""
        lines.append(f"  extended    until {attempt.extended_to.isoformat(sep=' ')}{why}")
    for question in attempt.questions:
        got = question.status if question.score is None else points(question.score)
        told = "".join(f"; {sentence}" for sentence in question.decided)
        lines.append(f"  question    {question.name}: {got} of {points(question.max_score)}{told}")
    total, final, late = attempt.total, attempt.final, attempt.late
    if late is not None:
        cost = f"{points(total.late_points)}: " if total.late_points else ""
        lines.append(f"  late        {cost}{late.reason}")
    known = [one.final_points for one in attempt.questions if one.final_points is not None]
    parts = " + ".join(map(points, known))
    worth = f"{points(total.score)} of {points(total.max_score)}"
    if final is not None and final.before_late is not None:
        off = f" - {points(-total.late_points)} for lateness" if total.late_points else ""
        lines.append(f"  in all      {parts}{off} = {worth}")
    elif total.is_so_far:
        lines.append(f"  so far      {parts} = {worth}{', before lateness' if late else ''}")
    return lines
