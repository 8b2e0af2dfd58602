"""The part of the store that holds mail which waits to be sent, and finds what there is to tell.

Theory of operation.  What happened is in the store already: hand-ins, publications, replies, what
is said of partners, each with a rising number.  How far mail was made of them is a *mark*, a number
of each kind; whoever makes mail moves the marks in the same transaction, so that nobody is told
twice and nothing of what students and teachers do waits for mail.  A mail that cannot be sent is
tried again, later each time, and given up after some days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.model import Identity
from autograder.store.decided import Begin
from autograder.store.hand_ins import NEAR
from autograder.store.records import storable
from autograder.store.tables import (
    ACTS,
    FORGOTTEN,
    HAND_INS,
    MAIL_TRIES,
    MAILS,
    PARTNERS,
    PORTAL,
    PUBLISHED,
)
from autograder.text import INVISIBLE

_identity_of = msgspec.json.Decoder(Identity).decode
_MOST = 500
"""Rows that are looked at in one go."""
_SETTLED = timedelta(seconds=10)
"""So old a hand-in is that none with a lower number can still come, from whatever process."""
_THOUGHT_BETTER = timedelta(seconds=60)
"""So long somebody may take back what they decided, before anybody gets mail of it."""
_OFTEN = timedelta(days=1)
"""So long nobody is told again that the same person said the same of them."""
_PATIENCE = timedelta(days=3)
_HELD = timedelta(minutes=10)
"""Whoever takes a mail and dies has it so long."""
SENT, TRYING, GAVE_UP = "sent", "trying", "gave up"
A_PARTNER = "a partner"
"""What somebody is called in the mail of others who was forgotten."""


class Kind(StrEnum):
    """What mail is about."""

    HAND_IN = "hand_in"
    PUBLISHED = "published"
    REPLY = "reply"
    PARTNERS = "partners"


class Said(StrEnum):
    """What somebody said of a partner."""

    NAMED = "named"
    AGREED = "agreed"  # they were named by them
    LEFT = "left"  # each had named the other


@dataclass(frozen=True)
class News:
    """Something that one student may want to know."""

    kind: Kind
    assignment: str
    student: str
    """As the attempt has it, and ``whose``."""
    whose: Identity
    person: int | None = None
    """As in ``people``, where that is known already."""
    details: tuple[str, ...] = ()
    """Of a hand-in: its file, number, time and digest, who handed it in, and who else has it, a
    name a line.  Of partners: what was said, and by whom, as in ``people``."""


@dataclass(frozen=True)
class Latest:
    """What is new, and how far it goes."""

    news: tuple[News, ...]
    before: Mapping[Kind, int]
    """The marks as they were read."""
    after: Mapping[Kind, int]
    forgotten: int = 0
    """How many had been forgotten by then: mail that names somebody must not come after that."""


@dataclass(frozen=True)
class Mail:
    """What one person is to be sent."""

    person: int
    subject: str
    body: str
    id: int = 0
    """The number that the store gave; 0: it is not stored yet."""


class Mails:
    """Mail that waits, and what came of sending it."""

    def __init__(self, begin: Begin, name: str) -> None:
        self._begin = begin
        self._name = name

    # -------------------------------------------------------------- what there is to tell

    def latest(self, now: datetime) -> Latest:
        """What happened since mail was made last; the first time, nothing."""
        with self._begin() as connection:
            marks, forgotten = _marks(connection), _forgotten(connection)
            if len(marks) < len(Kind):
                return Latest((), marks, {**_newest(connection), **marks}, forgotten)
            found = (
                *_hand_ins(connection, marks[Kind.HAND_IN], now),
                *_published(connection, marks[Kind.PUBLISHED], now),
                *_replies(connection, marks[Kind.REPLY], now),
            )
            partners, last = _partners(connection, marks[Kind.PARTNERS], now)
        after = {**marks, Kind.PARTNERS: last}
        for number, one in found:
            after[one.kind] = max(after[one.kind], number)
        return Latest((*(one for _, one in found), *partners), marks, after, forgotten)

    def add(self, mails: Sequence[Mail], latest: Latest | None = None) -> None:
        """Keep mail that was made of the latest, unless somebody else made it, or somebody was
        forgotten meanwhile."""
        rows = [
            {
                "person": mail.person,
                "subject": storable(mail.subject),
                "body": storable(mail.body),
                "made_at": _text(datetime.now(UTC)),
            }
            for mail in mails
        ]
        if not rows and (latest is None or latest.before == latest.after):
            return
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE portal IN EXCLUSIVE MODE"))
            if latest is not None:
                if (_marks(connection), _forgotten(connection)) != (
                    latest.before,
                    latest.forgotten,
                ):
                    return
                _move(connection, latest)
            if rows:
                connection.execute(MAILS.insert(), rows)

    # -------------------------------------------------------------- sending

    def take(self, most: int, now: datetime) -> list[Mail]:
        """Mail that is due, for whoever calls this to send now."""
        with self._begin() as connection:
            if not _due(connection, now, 1):
                return []
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE mail_tries IN EXCLUSIVE MODE"))
            due = _due(connection, now, most)
            if due:
                _try(connection, [(mail.id, TRYING) for mail in due], now)
        return due

    def told(self, outcomes: Mapping[int, str], now: datetime) -> None:
        """What came of it: ``SENT``, or why not, by the mail's number."""
        if outcomes:
            with self._begin(writes=True) as connection:
                _try(connection, list(outcomes.items()), now)

    def waiting(self) -> int:
        """How many are neither sent nor given up."""
        with self._begin() as connection:
            query = sa.select(sa.func.count()).select_from(MAILS).where(is_open())
            return int(connection.execute(query).scalar() or 0)


def _marks(connection: Connection) -> dict[Kind, int]:
    names = {_mark(kind): kind for kind in Kind}
    query = sa.select(PORTAL.c.name, PORTAL.c.value).where(PORTAL.c.name.in_(list(names)))
    try:
        return {names[name]: int(value) for name, value in connection.execute(query).all()}
    except ValueError:
        raise StoreError("How far mail was sent is damaged: go back to a copy.") from None


def _forgotten(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.max(FORGOTTEN.c.id))).scalar() or 0


def _mark(kind: Kind) -> str:
    return f"mail of {kind.value}"


def _move(connection: Connection, latest: Latest) -> None:
    at = _text(datetime.now(UTC))
    for kind, number in latest.after.items():
        values = {"value": str(number), "recorded_at": at}
        if kind not in latest.before:
            connection.execute(PORTAL.insert(), [{"name": _mark(kind), **values}])
        elif latest.before[kind] != number:
            connection.execute(PORTAL.update().where(PORTAL.c.name == _mark(kind)).values(values))


def _newest(connection: Connection) -> dict[Kind, int]:
    tables = {
        Kind.HAND_IN: HAND_INS,
        Kind.PUBLISHED: PUBLISHED,
        Kind.REPLY: ACTS,
        Kind.PARTNERS: PARTNERS,
    }
    return {
        kind: connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
        for kind, table in tables.items()
    }


def _hand_ins(connection: Connection, mark: int, now: datetime) -> list[tuple[int, News]]:
    query = sa.select(HAND_INS).where(HAND_INS.c.id > mark).order_by(HAND_INS.c.id).limit(_MOST)
    found = []
    rows = connection.execute(query).mappings().all()
    together = _together(connection, rows)
    for row in rows:
        at = datetime.fromisoformat(row["at"])
        if at > now - _SETTLED:
            break
        others = "\n".join(one for one in together[_once(row)] if one != row["student"])
        details = (
            *(row["file"], str(row["number"]), row["at"], row["digest"]),
            *(row["by_whom"], others),
        )
        whose = _identity_of(row["whose"])
        one = News(Kind.HAND_IN, row["assignment"], row["student"], whose, row["person"], details)
        found.append((row["id"], one))
    return found


def _together(
    connection: Connection, rows: Sequence[sa.RowMapping]
) -> dict[tuple[str, ...], list[str]]:
    """For whom each of these was handed in at once."""
    if not rows:
        return {}
    first, last = rows[0]["id"], rows[-1]["id"]
    near = HAND_INS.c.id.between(first - NEAR, last + NEAR)
    moments = {row["at"] for row in rows}
    query = sa.select(HAND_INS).where(near, HAND_INS.c.at.in_(moments)).order_by(HAND_INS.c.id)
    found: dict[tuple[str, ...], list[str]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(_once(row), []).append(row["student"])
    return found


def _once(row: sa.RowMapping) -> tuple[str, ...]:
    return row["assignment"], row["at"], row["digest"], row["by_whom"]


def _published(connection: Connection, mark: int, now: datetime) -> list[tuple[int, News]]:
    """What was taken back since is passed over, and not told of later."""
    query = (
        sa.select(
            *(PUBLISHED.c[name] for name in ("id", "deed", "assignment", "student", "whose")),
            ACTS.c.at,
        )
        .join(ACTS, sa.and_(ACTS.c.deed == PUBLISHED.c.deed, ACTS.c.kind == "publication"))
        .where(PUBLISHED.c.id > mark)
        .order_by(PUBLISHED.c.id)
        .limit(_MOST)
    )
    return _decided(connection, query, Kind.PUBLISHED, now)


def _replies(connection: Connection, mark: int, now: datetime) -> list[tuple[int, News]]:
    columns = ("id", "deed", "assignment", "student", "whose", "at")
    query = sa.select(*(ACTS.c[name] for name in columns)).where(
        ACTS.c.id > mark, ACTS.c.kind == "reply"
    )
    return _decided(connection, query.order_by(ACTS.c.id).limit(_MOST), Kind.REPLY, now)


def _decided(
    connection: Connection, query: sa.Select[tuple[object, ...]], kind: Kind, now: datetime
) -> list[tuple[int, News]]:
    undone = _undone(connection)
    found = []
    for row in connection.execute(query).mappings():
        if datetime.fromisoformat(row["at"]) > now - _THOUGHT_BETTER:
            break
        if row["deed"] not in undone:
            whose = _identity_of(row["whose"])
            found.append((row["id"], News(kind, row["assignment"], row["student"], whose)))
    return found


def _partners(connection: Connection, mark: int, now: datetime) -> tuple[list[News], int]:
    """What was said since of partners, and how far that goes.

    What was taken back is passed over, and what whoever it was said of has seen, for they said
    something of partners themselves since.
    """
    if (connection.execute(sa.select(sa.func.max(PARTNERS.c.id))).scalar() or 0) <= mark:
        return [], mark
    rows = connection.execute(sa.select(PARTNERS).order_by(PARTNERS.c.id)).mappings().all()
    last = {(row["assignment"], row["person"], row["other"]): row for row in rows}
    spoke = {(row["assignment"], row["person"]): row["id"] for row in rows}
    named: set[tuple[str, int, int]] = set()
    before: dict[tuple[Said, str, int, int], datetime] = {}
    found = []
    reached = mark
    for row in rows:
        at = datetime.fromisoformat(row["at"])
        if at > now - _THOUGHT_BETTER:
            break
        reached = max(reached, row["id"])
        slug, person, other = row["assignment"], row["person"], row["other"]
        pair, back = (slug, person, other), (slug, other, person)
        said = _said(row["together"], pair in named, back in named)
        (named.add if row["together"] else named.discard)(pair)
        if said is None or min(pair[1:]) < 0:  # of whoever was forgotten nothing is told
            continue
        is_new = row["id"] > mark and at - before.get((said, *pair), at - 2 * _OFTEN) > _OFTEN
        before[said, *pair] = at
        is_seen = spoke.get((slug, other), 0) > row["id"]
        if is_new and not is_seen and last[pair]["together"] == row["together"]:
            details = (said.value, str(person))
            found.append(News(Kind.PARTNERS, slug, "", Identity(), other, details))
    return found, reached


def _said(together: bool, did_name: bool, is_named: bool) -> Said | None:
    """What it comes to, by whether they had named each other before; None: nothing new."""
    if together == did_name:
        return None
    if together:
        return Said.AGREED if is_named else Said.NAMED
    return Said.LEFT if is_named else None


def _undone(connection: Connection) -> set[str]:
    query = sa.select(ACTS.c.record).where(ACTS.c.kind == "undo")
    return {str(msgspec.json.decode(text)["deed"]) for text in connection.execute(query).scalars()}


def shown_name(name: str) -> str:
    """What somebody wrote or is called, as a part of a line of mail."""
    return INVISIBLE.sub(" ", name)[:200]


def is_open() -> sa.ColumnElement[bool]:
    """Whether a mail is neither sent nor given up."""
    over = sa.select(MAIL_TRIES.c.mail).where(MAIL_TRIES.c.outcome.in_((SENT, GAVE_UP)))
    return MAILS.c.id.not_in(over)


def _due(connection: Connection, now: datetime, most: int) -> list[Mail]:
    query = sa.select(MAILS).where(is_open()).order_by(MAILS.c.id)
    open_ = connection.execute(query).mappings().all()
    tries = _tries(connection)
    due: list[Mail] = []
    for row in open_:
        before = tries.get(row["id"])
        if before is None or before.last + before.pause <= now:
            due.append(Mail(row["person"], row["subject"], row["body"], row["id"]))
        if len(due) == most:
            break
    return due


@dataclass
class _Tries:
    """How often an open mail was tried in vain, and what was last."""

    failed: int
    outcome: str
    last: datetime

    @property
    def pause(self) -> timedelta:
        if self.outcome == TRYING:
            return _HELD
        return timedelta(minutes=min(4.0 ** (self.failed - 1), 240.0))


def _tries(connection: Connection) -> dict[int, _Tries]:
    query = sa.select(MAIL_TRIES.c.mail, MAIL_TRIES.c.outcome, MAIL_TRIES.c.at)
    query = query.join(MAILS, MAILS.c.id == MAIL_TRIES.c.mail).where(is_open())
    found: dict[int, _Tries] = {}
    for mail, outcome, at in connection.execute(query.order_by(MAIL_TRIES.c.id)).all():
        one = found.setdefault(mail, _Tries(0, outcome, datetime.fromisoformat(at)))
        one.failed += outcome != TRYING
        one.outcome, one.last = outcome, datetime.fromisoformat(at)
    return found


def _try(connection: Connection, outcomes: Sequence[tuple[int, str]], now: datetime) -> None:
    """Add what came of these; what has been tried for long is given up."""
    old = now - _PATIENCE
    numbers = [mail for mail, _ in outcomes]
    query = sa.select(MAILS.c.id).where(MAILS.c.id.in_(numbers), MAILS.c.made_at < _text(old))
    overdue = set(connection.execute(query).scalars())
    rows = []
    for mail, outcome in outcomes:
        rows.append({"mail": mail, "outcome": storable(outcome), "at": _text(now)})
        if mail in overdue and outcome not in (SENT, TRYING):
            rows.append({"mail": mail, "outcome": GAVE_UP, "at": _text(now)})
    connection.execute(MAIL_TRIES.insert(), rows)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
