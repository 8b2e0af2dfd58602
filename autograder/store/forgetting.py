"""The one act that deletes: somebody's files, names and words go, what was counted of them stays.

An attempt keeps its points, statuses and misconceptions, under a name that says nothing; so class
statistics and other people's grades are as they were.  In place of each answer in words stands a
name as well, the same wherever the same was written, so that a mark still belongs to the answer it
was given for, and to no other.  Of files only those go that nobody else handed in.  A person's
number stays used up, so that no old link is good for whoever comes next.
"""

from __future__ import annotations

import itertools
import re
import secrets
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.model import Check, Grade, Identity, OtherFile, QuestionGrade, Said
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
    Sharing,
    Shown,
    What,
    act_of,
    act_row,
    deflated,
    digest_of_answer,
    published_row,
    shown_of,
)
from autograder.store.mails import A_PARTNER, is_open, shown_name
from autograder.store.records import (
    OF_NOBODY,
    Forgotten,
    PersonRecord,
    Whom,
    grade_of,
    storable,
)
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
_record_of = msgspec.json.Decoder(PersonRecord).decode
_AT_ONCE = 500  # values in one query, as in ``files``


def forget(connection: Connection, whom: Whom, by: str) -> Forgotten:
    """Within the connection's transaction."""
    values = {"by_whom": storable(by), "attempts": len(whom.attempts), "files": 0, "at": _now()}
    insert = FORGOTTEN.insert().returning(FORGOTTEN.c.id)
    number = connection.execute(insert, values).scalar_one()
    alias = f"{OF_NOBODY}{number}"
    hand_ins = _rows(connection, HAND_INS.c.person, whom.numbers, HAND_INS)
    attempts = _rows(connection, ATTEMPTS.c.id, whom.attempts, ATTEMPTS)
    digests = dict.fromkeys(row["digest"] for row in (*hand_ins, *attempts))
    files = {digest: f"{alias}-{place}" for place, digest in enumerate(digests, 1)}
    partners = _called_otherwise(connection, whom, hand_ins)
    answers = _answers(connection, whom, attempts, alias)
    _attempts(connection, attempts, files, answers, alias)
    _hand_ins(connection, hand_ins, files, alias, -number)
    _acts(connection, whom, answers, alias)
    _published(connection, whom, files, answers, alias)
    _signed(connection, {storable(whom.id), *_sent_as(hand_ins)}, alias)
    for column in (TIMES.c.student, EXTENSIONS.c.student):
        _delete(connection, column, {storable(name) for name in (*whom.students, whom.id)})
    for column in (EXTENSIONS.c.person, CHOICES.c.person):
        _delete(connection, column, whom.numbers)
    _namings(connection, whom.numbers)
    _mails(connection, whom)
    _ways_in(connection, whom.numbers)
    removed, shared = _files(connection, digests)
    connection.execute(FORGOTTEN.update().where(FORGOTTEN.c.id == number).values(files=removed))
    return Forgotten(alias, len(whom.attempts), removed, shared, partners)


def _answers(
    connection: Connection, whom: Whom, attempts: Iterable[Mapping[str, Any]], alias: str
) -> dict[str, str]:
    """What stands for each answer in words from now on, by its digest."""
    grades = [grade_of(row["student"], row["grade"]) for row in attempts]
    shown = _rows(connection, PUBLISHED.c.id, whom.published, PUBLISHED)
    grades += [shown_of(row["student"], row["grade"]).grade for row in shown]
    written = [digest_of_answer(one.answer) for grade in grades for one in grade.questions]
    said = [act_of(row).what for row in _rows(connection, ACTS.c.id, whom.acts, ACTS)]
    marked = [what.answer for what in said if isinstance(what, Mark)]
    names = {one: f"{alias}-{n}" for n, one in enumerate(dict.fromkeys((*written, *marked)), 1)}
    return {**names, digest_of_answer(""): ""}


def _attempts(
    connection: Connection,
    rows: Iterable[Mapping[str, Any]],
    files: Mapping[str, str],
    answers: Mapping[str, str],
    alias: str,
) -> None:
    """``files``: what stands for each digest from now on."""
    for row in rows:
        grade = _counted(grade_of(row["student"], row["grade"]), answers, alias)
        brief, details = forms.written(grade)
        values = {
            "student": alias,
            "file": "",
            "digest": files[row["digest"]],
            "whose": "{}",
            "grade": brief,
            "details": details,
        }
        connection.execute(ATTEMPTS.update().where(ATTEMPTS.c.id == row["id"]).values(values))


def _counted(grade: Grade, answers: Mapping[str, str], alias: str) -> Grade:
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
                answer=answers[digest_of_answer(question.answer)],
            )
            for question in grade.questions
        ),
    )


def _wordless_check(check: Check) -> Check:
    """A message may quote what the student's code said."""
    return replace(check, message="")


def _hand_ins(
    connection: Connection,
    rows: Iterable[Mapping[str, Any]],
    files: Mapping[str, str],
    alias: str,
    person: int,
) -> None:
    used: set[tuple[str, int]] = set()
    for row in rows:
        numbers = itertools.count(row["number"])  # of two who were one person, both may have one
        number = next(n for n in numbers if (row["assignment"], n) not in used)
        used.add((row["assignment"], number))
        values = {
            "ticket": secrets.token_urlsafe(16),
            "person": person,
            "student": alias,
            "whose": "{}",
            "file": "",
            "digest": files[row["digest"]],
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


def _acts(connection: Connection, whom: Whom, answers: Mapping[str, str], alias: str) -> None:
    decides = False
    for row in _rows(connection, ACTS.c.id, whom.acts, ACTS):
        act = act_of(row)
        is_theirs = row["student"] in whom.students
        decides |= not is_theirs
        what = _wordless(act.what) if is_theirs or act.by == whom.id else act.what
        if is_theirs and isinstance(what, Mark):
            what = msgspec.structs.replace(what, answer=digest_of_answer(answers[what.answer]))
        act = replace(
            act,
            by=alias if act.by == whom.id else act.by,
            student=alias if is_theirs else act.student,
            whose=_NOBODY if is_theirs else act.whose,
            what=what,
        )
        _write(connection, act)
    if decides:
        _decided(connection, whom.id, alias)
    for row in _rows(connection, ACTS.c.kind, {Sharing.kind}, ACTS):
        act = act_of(row)
        if isinstance(act.what, Sharing) and any(whom.id in one.to for one in act.what.shares):
            _write(connection, replace(act, what=_shared_without(act.what, whom.id)))


def _shared_without(sharing: Sharing, reader: str) -> Sharing:
    """Whoever else reads the same reads theirs, too."""
    return Sharing(
        tuple(
            msgspec.structs.replace(one, to=tuple(name for name in one.to if name != reader))
            for one in sharing.shares
        )
    )


def _sent_as(hand_ins: Iterable[Mapping[str, Any]]) -> set[str]:
    """What they were called when they handed in themselves."""
    return {row["by_whom"] for row in hand_ins if row["by_whom"] == row["student"]}


def _called_otherwise(
    connection: Connection, whom: Whom, hand_ins: Sequence[Mapping[str, Any]]
) -> frozenset[str]:
    """What partners have in common is called after somebody in the files' names, maybe: after
    nobody from now on.  Whom of the others that concerns."""
    names = {_letters(name) for name in _names(connection, whom)} - {""}
    together = {(row["digest"], datetime.fromisoformat(row["at"])) for row in hand_ins}
    digests = {digest for digest, _ in together}

    def is_named(row: Mapping[str, Any], at: str | None) -> bool:
        when = None if at is None else datetime.fromisoformat(at)
        letters = _letters(row["file"])
        return (row["digest"], when) in together and any(name in letters for name in names)

    concerned = set()
    for row in _rows(connection, HAND_INS.c.digest, digests, HAND_INS):
        if row["person"] not in whom.numbers and is_named(row, row["at"]):
            concerned.add(row["student"])
            change = HAND_INS.update().where(HAND_INS.c.id == row["id"])
            connection.execute(change.values(file=_plain_name(row["file"])))
    for row in _rows(connection, ATTEMPTS.c.digest, digests, ATTEMPTS):
        if row["id"] not in whom.attempts and is_named(row, row["handed_in"]):
            concerned.add(row["student"])
            _call_otherwise(connection, row)
    return frozenset(concerned)


def _call_otherwise(connection: Connection, row: Mapping[str, Any]) -> None:
    """An attempt, and what was published of it."""
    name = _plain_name(row["file"])
    before, now = (f'"file":"{_in_json(one)}"' for one in (row["file"], name))
    values = {"file": name, "grade": row["grade"].replace(before, now)}
    connection.execute(ATTEMPTS.update().where(ATTEMPTS.c.id == row["id"]).values(values))
    # There it is JSON within JSON.
    inner, outer = (_in_json(text).encode() for text in (before, now))
    for shown in _rows(connection, PUBLISHED.c.attempt, {row["id"]}, PUBLISHED):
        text = zlib.decompress(shown["grade"]).replace(inner, outer)
        change = PUBLISHED.update().where(PUBLISHED.c.id == shown["id"])
        connection.execute(change.values(grade=zlib.compress(text, 1)))


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def _plain_name(file: str) -> str:
    return "submission.py" if file.lower().endswith(".py") else "submission.ipynb"


def _signed(connection: Connection, names: Collection[str], alias: str) -> None:
    """Who sent what partners have, and forgot others."""
    for column in (HAND_INS.c.by_whom, FORGOTTEN.c.by_whom):
        change = column.table.update().where(column.in_(names))
        connection.execute(change.values(by_whom=alias))


def _decided(connection: Connection, by: str, alias: str) -> None:
    """What others were shown of what somebody decided and wrote."""
    name = _in_json(_in_json(by)).encode()  # a grade is JSON within JSON
    ids = connection.execute(sa.select(PUBLISHED.c.id).order_by(PUBLISHED.c.id)).scalars().all()
    for start in range(0, len(ids), _AT_ONCE):
        for row in _rows(connection, PUBLISHED.c.id, ids[start : start + _AT_ONCE], PUBLISHED):
            if name not in zlib.decompress(row["grade"]):
                continue
            shown = shown_of(row["student"], row["grade"])
            questions = tuple(_unsigned(one, by, alias) for one in shown.grade.questions)
            grade = replace(shown.grade, questions=questions)
            values = {"grade": deflated(replace(shown, grade=grade))}
            connection.execute(PUBLISHED.update().where(PUBLISHED.c.id == row["id"]).values(values))


def _in_json(text: str) -> str:
    return msgspec.json.encode(text)[1:-1].decode()


def _unsigned(question: QuestionGrade, by: str, alias: str) -> QuestionGrade:
    """As :func:`_acts` leaves it: whoever was shown it reads nothing new now."""

    def said(one: Said) -> Said:
        if one.by != by:
            return one
        return replace(one, by=alias, text=one.text if one.misconception else "")

    given, earlier, override = question.by_person, question.earlier_mark, question.override
    if given is not None and given.by == by:
        given = replace(given, by=alias, comment="")
    if earlier is not None and earlier.by == by:
        earlier = replace(earlier, by=alias, comment="")
    if override is not None and override.by == by:
        override = replace(override, by=alias, reason="")
    requests = tuple(
        # Of an answer without words nothing is shown.
        replace(
            one,
            asked=said(one.asked),
            replies=tuple(reply for reply in map(said, one.replies) if reply.text),
        )
        for one in question.requests
    )
    return replace(
        question,
        by_person=given,
        earlier_mark=earlier,
        override=override,
        comments=tuple(map(said, question.comments)),
        requests=requests,
    )


def _write(connection: Connection, act: Act) -> None:
    connection.execute(ACTS.update().where(ACTS.c.id == act.id).values(act_row(act)))


def _wordless(what: What) -> What:
    """The same decision, without what anybody wrote."""
    match what:
        case Mark():
            return msgspec.structs.replace(what, comment="")
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


def _published(
    connection: Connection,
    whom: Whom,
    files: Mapping[str, str],
    answers: Mapping[str, str],
    alias: str,
) -> None:
    for row in _rows(connection, PUBLISHED.c.id, whom.published, PUBLISHED):
        shown = shown_of(row["student"], row["grade"])
        published = Published(
            deed=row["deed"],
            student=alias,
            whose=_NOBODY,
            attempt=row["attempt"],
            final_score=row["final_score"],
            digest=row["digest"],
        )
        grade = _as_it_was_shown(_counted(shown.grade, answers, alias), shown.grade)
        questions = tuple(
            _with_decisions(one, then, files, whom.id, alias)
            for one, then in zip(grade.questions, shown.grade.questions, strict=True)
        )
        values = published_row(published, deflated(Shown(replace(grade, questions=questions))))
        connection.execute(PUBLISHED.update().where(PUBLISHED.c.id == row["id"]).values(values))


def _as_it_was_shown(counted: Grade, shown: Grade) -> Grade:
    """With what came to it, and was taken off it, until it was published."""
    reasons = () if shown.late is None else (shown.late.reason,)
    return replace(
        counted,
        notices=tuple(said for said in shown.notices if said in reasons),
        handed_in=shown.handed_in,
        score_before_late=shown.score_before_late,
        late=shown.late,
        extended_to=shown.extended_to,
        final=shown.final,
    )


def _with_decisions(
    counted: QuestionGrade, shown: QuestionGrade, files: Mapping[str, str], who: str, alias: str
) -> QuestionGrade:
    """As it was published, without what anybody wrote to whoever is forgotten; as :func:`_acts`
    leaves it."""

    def name(by: str) -> str:
        return alias if by == who else by

    def nameless(file: OtherFile | None) -> OtherFile | None:
        if file is None:
            return None
        return replace(file, file="", digest=files.get(file.digest, ""))

    mark, override = shown.by_person, shown.override
    if mark is not None:
        mark = replace(mark, comment="", by=name(mark.by))
    if override is not None:
        made_for = nameless(override.made_for)
        override = replace(override, reason="", by=name(override.by), made_for=made_for)
    comments = tuple(
        replace(
            one,
            text=one.text if one.misconception else "",
            by=name(one.by),
            made_for=nameless(one.made_for),
        )
        for one in shown.comments
    )
    return replace(counted, by_person=mark, override=override, comments=comments)


def _namings(connection: Connection, numbers: Collection[int]) -> None:
    """Who hands in together comes of all that was ever said, in its order: so it stays, under a
    number that is nobody's, and a last word says since when they are gone."""
    if not numbers:
        return
    person, other = PARTNERS.c.person, PARTNERS.c.other
    is_by, is_of = person.in_(numbers), other.in_(numbers)
    connection.execute(PARTNERS.delete().where(is_by, is_of))  # lists made one of two
    slugs = connection.execute(sa.select(PARTNERS.c.assignment).where(is_by | is_of).distinct())
    nobody = -min(numbers)
    last = {"person": nobody, "other": nobody, "together": False, "at": _now()}
    rows = [{**last, "assignment": slug} for slug in sorted(slugs.scalars())]
    connection.execute(PARTNERS.update().where(is_by).values(person=nobody))
    connection.execute(PARTNERS.update().where(is_of).values(other=nobody))
    if rows:
        connection.execute(PARTNERS.insert(), rows)


def _mails(connection: Connection, whom: Whom) -> None:
    """Theirs go.  Those of others may name them: of what is sent nobody needs the text any more,
    and what waits says it without the name."""
    theirs = sa.select(MAILS.c.id).where(MAILS.c.person.in_(whom.numbers))
    connection.execute(MAIL_TRIES.delete().where(MAIL_TRIES.c.mail.in_(theirs)))
    _delete(connection, MAILS.c.person, whom.numbers)
    is_told = sa.and_(sa.not_(is_open()), MAILS.c.body != "")
    connection.execute(MAILS.update().where(is_told).values(subject="", body=""))
    names = _names(connection, whom)
    called = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
    waiting = sa.select(MAILS.c.id, MAILS.c.body).where(MAILS.c.body != "")
    for id_, body in connection.execute(waiting).all():
        if called.search(body):
            values = {"body": called.sub(A_PARTNER, body)}
            connection.execute(MAILS.update().where(MAILS.c.id == id_).values(values))


def _names(connection: Connection, whom: Whom) -> list[str]:
    """All that they may be called in words, the longest first."""
    query = sa.select(PEOPLE.c.record).where(PEOPLE.c.person.in_(whom.numbers))
    known = [_record_of(text).identity for text in connection.execute(query).scalars()]
    names = {whom.id, *(name for one in known for name in (one.name, one.id, one.email))}
    said = {shown_name(name).strip() for name in names} - {""}
    return sorted(said, key=len, reverse=True)


def _ways_in(connection: Connection, numbers: Collection[int]) -> None:
    newest = dict(
        connection.execute(
            sa.select(LINKS.c.person, sa.func.max(LINKS.c.generation))
            .where(LINKS.c.person.in_(numbers))
            .group_by(LINKS.c.person)
        ).all()
    )
    for column in (PASSWORDS.c.person, PEOPLE.c.person, SESSIONS.c.person):
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
