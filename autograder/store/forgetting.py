"""The one act that deletes: somebody's files, names and words go, what was counted of them stays.

An attempt keeps its points, statuses and misconceptions, under a name that says nothing; so class
statistics and other people's grades are as they were.  Of files only those go that nobody else
handed in.  A person's number stays used up, so that no old link is good for whoever comes next.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.model import Check, Grade, Identity, QuestionGrade
from autograder.store import forms
from autograder.store.acts import (
    Act,
    Comment,
    Flag,
    Mark,
    Override,
    Published,
    Reply,
    Request,
    Shown,
    What,
    act_of,
    act_row,
    deflated,
    digest_of_answer,
    published_row,
    shown_of,
)
from autograder.store.records import OF_NOBODY, Forgotten, Whom, grade_of, storable
from autograder.store.tables import (
    ACTS,
    ATTEMPTS,
    CHOICES,
    EXTENSIONS,
    FILES,
    FORGOTTEN,
    HAND_INS,
    LINKS,
    MAIL_TRIES,
    MAILS,
    PARTNERS,
    PASSWORDS,
    PEOPLE,
    PUBLISHED,
    QUEUE,
    SESSIONS,
    TIMES,
    VERDICTS,
)

_NOBODY = Identity()
_AT_ONCE = 500  # values in one query, as in ``files``


def forget(connection: Connection, whom: Whom, by: str) -> Forgotten:
    """Within the connection's transaction."""
    values = {"by_whom": storable(by), "attempts": len(whom.attempts), "files": 0, "at": _now()}
    insert = FORGOTTEN.insert().returning(FORGOTTEN.c.id)
    number = connection.execute(insert, values).scalar_one()
    alias = f"{OF_NOBODY}{number}"
    hand_ins = _rows(connection, HAND_INS.c.person, whom.numbers, HAND_INS)
    digests = {row["digest"] for row in hand_ins}
    digests |= _attempts(connection, whom.attempts, alias)
    _hand_ins(connection, hand_ins, alias, -number)
    sent = HAND_INS.c.by_whom == storable(whom.id)  # for a partner
    connection.execute(HAND_INS.update().where(sent).values(by_whom=alias))
    _acts(connection, whom, alias)
    _published(connection, whom.published, alias)
    for column in (TIMES.c.student, EXTENSIONS.c.student):
        _delete(connection, column, {storable(name) for name in (*whom.students, whom.id)})
    for column in (EXTENSIONS.c.person, CHOICES.c.person, PARTNERS.c.person, PARTNERS.c.other):
        _delete(connection, column, whom.numbers)
    _mails_and_ways_in(connection, whom.numbers)
    files, shared = _files(connection, digests)
    connection.execute(FORGOTTEN.update().where(FORGOTTEN.c.id == number).values(files=files))
    return Forgotten(alias, len(whom.attempts), files, shared)


def _attempts(connection: Connection, ids: Sequence[int], alias: str) -> set[str]:
    """Rewrite attempts; which files they were."""
    digests = set()
    for row in _rows(connection, ATTEMPTS.c.id, ids, ATTEMPTS):
        digests.add(row["digest"])
        brief, details = forms.written(_counted(grade_of(row["student"], row["grade"]), alias))
        values = {
            "student": alias,
            "file": "",
            "digest": f"{alias}-{row['id']}",
            "whose": "{}",
            "grade": brief,
            "details": details,
        }
        connection.execute(ATTEMPTS.update().where(ATTEMPTS.c.id == row["id"]).values(values))
    return digests


def _counted(grade: Grade, alias: str) -> Grade:
    """What of a grade is a number or a name of ours."""
    return Grade(
        student=alias,
        file="",
        status=grade.status,
        score=grade.score,
        max_score=grade.max_score,
        unjudged=dict.fromkeys(grade.unjudged, "forgotten"),
        unsafe=grade.unsafe,
        usage=grade.usage,
        questions=tuple(
            QuestionGrade(
                name=question.name,
                title=question.title,
                status=question.status,
                score=question.score,
                max_score=question.max_score,
                misconceptions=question.misconceptions,
                checks=tuple(_wordless_check(check) for check in question.checks),
            )
            for question in grade.questions
        ),
    )


def _wordless_check(check: Check) -> Check:
    """A message may quote what the student's code said."""
    return replace(check, message="")


def _hand_ins(
    connection: Connection, rows: Iterable[Mapping[str, Any]], alias: str, person: int
) -> None:
    for number, row in enumerate(rows, start=1):
        values = {
            "ticket": secrets.token_urlsafe(16),
            "person": person,
            "student": alias,
            "whose": "{}",
            "file": "",
            "digest": f"{alias}-{row['id']}",
            "number": number,
            "by_whom": alias,
            "due": None,
            "lateness": None,
        }
        connection.execute(HAND_INS.update().where(HAND_INS.c.id == row["id"]).values(values))
        # Whoever is grading it now finds it taken away, and keeps nothing.
        connection.execute(QUEUE.delete().where(QUEUE.c.hand_in == row["id"]))
        connection.execute(
            VERDICTS.update().where(VERDICTS.c.hand_in == row["id"]).values(public=None)
        )


def _acts(connection: Connection, whom: Whom, alias: str) -> None:
    for row in _rows(connection, ACTS.c.id, whom.acts, ACTS):
        act = act_of(row)
        is_theirs = row["student"] in whom.students
        act = replace(
            act,
            by=alias if act.by == whom.id else act.by,
            student=alias if is_theirs else act.student,
            whose=_NOBODY if is_theirs else act.whose,
            what=_wordless(act.what) if is_theirs or act.by == whom.id else act.what,
        )
        _write(connection, act)


def _write(connection: Connection, act: Act) -> None:
    connection.execute(ACTS.update().where(ACTS.c.id == act.id).values(act_row(act)))


def _wordless(what: What) -> What:
    """The same decision, without what anybody wrote."""
    match what:
        case Mark():
            return msgspec.structs.replace(what, comment="", answer=digest_of_answer(""))
        case Override():
            return msgspec.structs.replace(what, reason="")
        case Comment() if not what.misconception:
            return msgspec.structs.replace(what, text="")
        case Request() | Reply():
            return msgspec.structs.replace(what, text="")
        case Flag():
            return msgspec.structs.replace(what, note="")
        case _:
            return what


def _published(connection: Connection, ids: Sequence[int], alias: str) -> None:
    for row in _rows(connection, PUBLISHED.c.id, ids, PUBLISHED):
        shown = shown_of(row["student"], row["grade"])
        published = Published(
            deed=row["deed"],
            student=alias,
            whose=_NOBODY,
            attempt=row["attempt"],
            final_score=row["final_score"],
            digest=row["digest"],
        )
        values = published_row(published, deflated(Shown(_counted(shown.grade, alias))))
        connection.execute(PUBLISHED.update().where(PUBLISHED.c.id == row["id"]).values(values))


def _mails_and_ways_in(connection: Connection, numbers: Collection[int]) -> None:
    mails = sa.select(MAILS.c.id).where(MAILS.c.person.in_(numbers))
    connection.execute(MAIL_TRIES.delete().where(MAIL_TRIES.c.mail.in_(mails)))
    newest = dict(
        connection.execute(
            sa.select(LINKS.c.person, sa.func.max(LINKS.c.generation))
            .where(LINKS.c.person.in_(numbers))
            .group_by(LINKS.c.person)
        ).all()
    )
    for column in (MAILS.c.person, PASSWORDS.c.person, PEOPLE.c.person, SESSIONS.c.person):
        _delete(connection, column, numbers)
    rows = [
        {"person": number, "generation": newest.get(number, 1) + 1, "recorded_at": _now()}
        for number in sorted(numbers)
    ]
    if rows:
        connection.execute(LINKS.insert(), rows)


def _files(connection: Connection, digests: Collection[str]) -> tuple[int, int]:
    """Remove those that nobody else handed in; how many, and how many stay."""
    removed, shared = 0, 0
    for digest in filter(None, digests):  # there may have been nothing to read
        is_used = any(
            connection.execute(sa.select(table.c.id).where(table.c.digest == digest)).first()
            for table in (ATTEMPTS, HAND_INS)
        )
        if is_used:
            shared += 1
        else:
            removed += connection.execute(FILES.delete().where(FILES.c.digest == digest)).rowcount
    return removed, shared


def _rows(
    connection: Connection,
    column: sa.Column[Any],
    values: Collection[object],
    table: sa.Table,
) -> list[dict[str, Any]]:
    wanted, found = sorted(values, key=str), []
    for start in range(0, len(wanted), _AT_ONCE):
        query = sa.select(table).where(column.in_(wanted[start : start + _AT_ONCE]))
        rows = connection.execute(query.order_by(table.c.id)).mappings()
        found += [dict(row) for row in rows]
    return found


def _delete(connection: Connection, column: sa.Column[Any], values: Collection[object]) -> None:
    if values:
        connection.execute(column.table.delete().where(column.in_(values)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
