"""The audit trail: every act there ever was, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.acts.book import Book
from autograder.acts.sheet import table_line
from autograder.store import (
    Act,
    Comment,
    Flag,
    Mark,
    Override,
    Publication,
    Reply,
    Request,
    Rubric,
    Sharing,
    Undo,
)

_COLUMNS = (
    *("id", "deed", "at", "by", "kind", "student", "question", "attempt", "attempt_id"),
    *("points", "rubric", "text", "about", "taken_back"),
)


def trail(book: Book) -> Iterator[str]:
    """As CSV, oldest first, with what was taken back; an attempt has the name that people know,
    and the store's number beside it."""
    ledger = book.ledger
    yield table_line(_COLUMNS)
    for act in ledger.acts:
        student, question = ledger.subject(act)
        yield table_line(
            (
                *(
                    str(act.id),
                    act.deed,
                    act.at.isoformat(timespec="seconds"),
                    act.by,
                    act.what.kind,
                ),
                *(student, question, book.called(act.attempt)),
                "" if act.attempt is None else str(act.attempt),
                *_what(act),
                "yes" if act.deed in ledger.taken_back else "no",
            )
        )


def _what(act: Act) -> tuple[str, str, str, str]:
    """Points, rubric, words, and what else it is about."""
    match act.what:
        case Mark(points=points, comment=comment, rubric=rubric):
            return _number(points), " ".join(item.name for item in rubric), comment, ""
        case Override(points=points, reason=reason):
            return _number(points), "", reason, ""
        case Comment(text=text, misconception=slug):
            return "", "", text, slug
        case Request(text=text):
            return "", "", text, ""
        case Reply(text=text, request=deed):
            return "", "", text, deed
        case Rubric(items=items):
            told = "; ".join(f"{item.name} {item.points:.10g}: {item.text}" for item in items)
            return "", " ".join(item.name for item in items), told, ""
        case Sharing(shares=shares):
            told = "; ".join(
                f"{share.question or 'all'}, {share.section or 'everybody'}: {' '.join(share.to)}"
                for share in shares
            )
            return "", "", told, ""
        case Publication(section=section):
            return "", "", "", section
        case Flag(up=up, note=note):
            return "", "", note, "up" if up else "down"
        case Undo(deed=deed):
            return "", "", "", deed


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:.10g}"
