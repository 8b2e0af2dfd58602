"""Deciding something: what may be decided, and keeping it, all of it or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from autograder.acts.book import Book
from autograder.acts.ledger import Ledger, Subject
from autograder.errors import UsageError
from autograder.model import QuestionGrade, RubricItem
from autograder.settings import among
from autograder.store import (
    Act,
    Comment,
    Conflict,
    Flag,
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
    What,
    digest_of_answer,
    new_deed,
)
from autograder.text import INVISIBLE, points

if TYPE_CHECKING:
    from autograder.store import Store

_MOST_TEXT = 20_000
"""Characters of what somebody writes."""


# ------------------------------------------------------------------ keeping it


def decide(
    store: Store,
    ledger: Ledger,
    acts: Sequence[Act],
    *,
    versions: Mapping[Subject, int] | None = None,
    shown: Sequence[tuple[Published, bytes]] = (),
    alone: bool = False,
) -> str:
    """Keep acts as one deed, all of them or none; returns its name.

    ``versions``: what the ledger said (:meth:`Ledger.version`) of students and questions when
    whoever decides looked at them; those that are left out are taken as they are in ``ledger``.
    ``shown``: what a publication shows, packed (:func:`autograder.store.deflated`).
    ``alone``: anything at all that is decided in the meantime is in the way.

    Raises :class:`Conflict`, and stores nothing, where somebody else decided in the meantime.
    """
    deed = new_deed()
    together = [replace(act, deed=deed) for act in acts]
    about = ledger.touched(together)
    changed = sorted(
        subject
        for subject, version in (versions or {}).items()
        if ledger.version(*subject) != version
    )
    if changed:
        _refuse(ledger, [act for act in ledger.acts if ledger.touched([act]) & set(changed)])

    def refuse(newer: Sequence[Act]) -> None:
        if not newer:
            return
        both = Ledger((*ledger.acts, *newer), ledger.standing)
        in_the_way = [act for act in newer if alone or both.touched([act]) & about]
        if in_the_way:
            _refuse(both, in_the_way)

    rows = [(replace(published, deed=deed), one) for published, one in shown]
    store.acts.add(together, seen=ledger.newest, refuse=refuse, shown=rows)
    return deed


def _refuse(ledger: Ledger, acts: Sequence[Act]) -> None:
    what = told(ledger, acts[-1]) if acts else "something else was decided"
    raise Conflict(f"Nothing was stored, for in the meantime {what}: look again, and decide anew.")


def told(ledger: Ledger, act: Act) -> str:
    """What somebody did, in words for people of the course and harmless to a terminal."""
    student, question = ledger.subject(act)
    about = f"{student}, {question}" if act.student and question else student
    match act.what:
        case Mark(points=points):
            done = f"gave {_worth(points)} ({about})"
        case Comment(misconception=slug) if slug:
            done = f"wrote a comment to all with {slug}"
        case Comment():
            done = f"wrote a comment ({about})"
        case Override(points=None):
            done = f"took an override back ({about})"
        case Override(points=points):
            done = f"put {_worth(points)} in place of the question's own ({about})"
        case Request():
            done = f"noted a request ({about})"
        case Reply():
            done = f"answered a request ({about})"
        case Rubric():
            done = f"changed the rubric ({act.question})"
        case Publication(section=section):
            done = f"published {f'section {section}' if section else 'everything'}"
        case Sharing():
            done = "shared the answers out"
        case Flag(up=up):
            done = f"{'put a flag on' if up else 'took the flag from'} an answer ({about})"
        case Undo(deed=deed):
            first = next((one for one in ledger.acts if one.deed == deed), None)
            done = (
                "took back what was decided"
                if first is None
                else (f"took back that {told(ledger, first)}")
            )
    return INVISIBLE.sub(" ", f"{act.by} {done}")


def _worth(given: float | None) -> str:
    return "1 point" if given == 1 else f"{points(given)} points"


# ------------------------------------------------------------------ what may be decided


def mark(
    book: Book,
    student: str,
    question: QuestionGrade,
    points: float,
    by: str,
    *,
    comment: str = "",
    rubric: Sequence[str] = (),
) -> Act:
    """Points for a written answer, as it is in ``question``; ``rubric``: names of items.

    Raises UsageError where that may not be.
    """
    asked = book.question(question.name)
    if not asked.by_person:
        raise UsageError(
            f"{question.name} is not marked by a person (`autograder override` puts points in "
            "place of its own)"
        )
    within(points, asked.points)
    what = Mark(
        points=points,
        answer=digest_of_answer(question.answer),
        comment=written(comment),
        rubric=chosen(asked.rubric, rubric),
    )
    return _about(book, student, question.name, what, by)


def override(
    book: Book, student: str, question: str, points: float | None, reason: str, by: str
) -> Act:
    """Points in place of the question's own; None: no longer."""
    asked = book.question(question)
    if points is not None:
        within(points, asked.points)
    if not written(reason):
        raise UsageError("an override needs a reason")
    return _about(book, student, asked.name, Override(points, written(reason)), by)


def comment_on(book: Book, student: str, question: str, text: str, by: str) -> Act:
    """Words to one student, on a question."""
    what = Comment(_needed(text, "a comment"))
    return _about(book, student, book.question(question).name, what, by)


def comment_to_all(book: Book, misconception: str, text: str, by: str) -> Act:
    """Words to all who have a misconception, now or later."""
    if misconception not in book.faults:
        near = among(misconception, book.faults)
        raise UsageError(f"{misconception!r} is no misconception that is known here; {near}")
    return on_all(book, Comment(_needed(text, "a comment"), misconception), by)


def request(book: Book, student: str, question: str, text: str, by: str) -> Act:
    """A student asks to look at a question again, of the attempt that they were shown."""
    what = Request(_needed(text, "a request"))
    act = _about(book, student, book.question(question).name, what, by)
    shown = book.ledger.published.get(student)
    return act if shown is None else replace(act, attempt=shown.attempt)


def reply(book: Book, number: int, text: str, by: str, *, closes: bool = True) -> Act:
    """An answer to a request; without words it only closes it."""
    for asking in book.ledger.requests():
        if asking.request.number == number:
            if not closes:
                _needed(text, "an answer")
            what = Reply(asking.deed, written(text), closes)
            return _about(book, asking.student, asking.question, what, by)
    raise UsageError(f"There is no request {number}: `autograder requests` lists them.")


def rubric(book: Book, question: str, items: Sequence[RubricItem], by: str) -> list[Act]:
    """Another rubric for a question, and the marks that were made with the old one, with what
    their items are worth now: to be decided together, or looked at before."""
    asked = book.question(question)
    if not asked.by_person:
        raise UsageError(f"{question} is not marked by a person, and has no rubric")
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        raise UsageError("two items of a rubric cannot have one name")
    found = [replace(on_all(book, Rubric(tuple(items)), by), question=question)]
    for answer in book.answers():
        given = answer.question.by_person
        if answer.question.name != question or given is None or not given.rubric:
            continue
        kept = [item for item in items if item.name in {old.name for old in given.rubric}]
        gain = sum(item.points for item in kept) - sum(item.points for item in given.rubric)
        points = min(max(round(given.points + gain, 6), 0.0), asked.points)
        what = Mark(points, digest_of_answer(answer.question.answer), given.comment, tuple(kept))
        if points != given.points or what.rubric != given.rubric:
            found.append(_about(book, answer.student, question, what, by))
    return found


def flag(book: Book, student: str, question: str, up: bool, note: str, by: str) -> Act:
    """A note among the staff to look at an answer again, or that it is settled."""
    return _about(book, student, book.question(question).name, Flag(up, written(note)), by)


def share_out(book: Book, shares: Sequence[Share], by: str) -> Act:
    """Who reads what from now on, in place of what was said before; nothing: everybody all."""
    for share in shares:
        if share.question:
            book.question(share.question)
    return on_all(book, Sharing(tuple(share for share in shares if share.to)), by)


def reader_of(shares: Sequence[Share], question: str, section: str, lot: int) -> str:
    """Whose an answer is to read; empty: nobody's in particular.

    ``lot``: any number that stays with the answer; the same reader has those of one lot.
    """
    for share in shares:
        if share.question in ("", question) and share.section in ("", section):
            return share.to[lot % len(share.to)]
    return ""


def last_deed(ledger: Ledger, by: str | None = None) -> list[Act]:
    """The acts of what was decided last (by somebody) and stands; none: there is nothing."""
    standing = ledger.standing_acts
    mine = [act for act in standing if by is None or act.by == by]
    return [act for act in standing if act.deed == mine[-1].deed] if mine else []


def take_back(book: Book, deed: str, by: str) -> Act:
    """Take back a deed, with all of its acts."""
    return on_all(book, Undo(deed), by)


def within(points: float, most: float) -> None:
    if not (math.isfinite(points) and 0 <= points <= most):
        raise UsageError(f"points {points:g}, which should be from 0 to {most:g}")


def chosen(rubric: Sequence[RubricItem], names: Sequence[str]) -> tuple[RubricItem, ...]:
    """The items of these names, in the rubric's order."""
    known = {item.name for item in rubric}
    for name in names:
        if name not in known:
            there = among(name, known) if known else "this question has no rubric"
            raise UsageError(f"{name!r} is no item of the rubric; {there}")
    return tuple(item for item in rubric if item.name in names)


def written(text: str) -> str:
    """What somebody wrote, without what does not show."""
    clean = INVISIBLE.sub(" ", text.replace("\r\n", "\n")).strip()
    if len(clean) > _MOST_TEXT:
        raise UsageError(f"{len(clean)} characters are too many; {_MOST_TEXT} are kept at most")
    return clean


def _needed(text: str, what: str) -> str:
    clean = written(text)
    if not clean:
        raise UsageError(f"{what} needs words")
    return clean


def on_all(book: Book, what: What, by: str) -> Act:
    """An act on nobody in particular."""
    return Act(book.assignment, what, by, datetime.now(UTC).replace(microsecond=0))


def _about(book: Book, student: str, question: str, what: What, by: str) -> Act:
    entry = book.entry(student)
    return replace(
        on_all(book, what, by),
        student=entry.student,
        whose=entry.whose,
        question=question,
        attempt=entry.id,
    )
