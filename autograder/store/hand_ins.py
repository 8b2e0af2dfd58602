"""The part of the store that takes hand-ins, and is the queue that graders take them from.

Theory of operation.  A *hand-in* is a row that is never altered: the receipt.  Whoever is told of
one may rely on it, for it is on the disk by then.  In the same transaction it enters the *queue*,
whose rows are the only ones that change and go: a grader puts its name and a time into one, and
whoever finds that time passed may take it again.  A *verdict* says which attempt came of a
hand-in; it, the attempt, and the leaving of the queue are one transaction, which nobody gets
through who does not hold the hand-in any more.  So each has one verdict, whoever dies when.

Who has nothing waiting goes before who has: a row's ``turn`` is the number of those that its person
had in the queue when it came.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from autograder.errors import StoreError
from autograder.model import Identity
from autograder.store.decided import Begin
from autograder.store.files import add_files
from autograder.store.records import HandedInFile, Row, json_of, storable
from autograder.store.tables import ATTEMPTS, CHOICES, HAND_INS, PARTNERS, QUEUE, VERDICTS

_identity_of = msgspec.json.Decoder(Identity).decode
_AT_ONCE = 500  # values in one query, as in ``files``
_AGAIN_LOCK = -1  # no person has this number
_FEW = 20
"""Hand-ins of which it is asked first whether they have a verdict: of many who wait few have."""


class Lane(StrEnum):
    """What goes before what; a lane has graders of its own, or waits while another has any."""

    FIRST = "first"  # somebody waits for a first verdict
    AGAIN = "again"  # many are graded once more: nobody waits
    LONG = "long"  # what did not end in the time that nearly all take


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Draft:
    """What somebody hands in, for one person."""

    assignment: str
    person: int
    """As in ``people``."""
    student: str
    """What the course calls them."""
    file: str
    """What it is called, for people."""
    by: str
    """Who sent it: the same, or a partner."""
    due: datetime | None = None
    """When it is due, for that person; None: at no time."""
    lateness: Callable[[datetime], str] = lambda at: ""
    """What is to be said of lateness where it comes at that moment; empty: nothing."""


@dataclass(frozen=True)
class HandIn:
    """A receipt: it stays true whatever happens then."""

    id: int
    ticket: str
    """What programs and addresses call it: nobody guesses it."""
    assignment: str
    person: int
    student: str
    whose: Identity
    file: str
    digest: str
    at: datetime
    """In UTC, to the millisecond."""
    number: int
    """Which of this person's at this assignment it is, from 1."""
    by: str
    due: datetime | None = None
    """When it was due, as that stood when it came; None: at no time, or that was not kept."""
    is_due_kept: bool = False
    """False: an older program took it."""
    lateness: str | None = None
    """Whether it was late, and what that cost, as was said when it came; empty: nothing was due;
    None: that was not kept."""


@dataclass(frozen=True)
class Whereabouts:
    """How far a hand-in is."""

    state: State
    place: int = 0
    """How many are graded before it, itself included; 0: it does not wait."""
    attempt: int | None = None
    """What came of it."""
    lane: Lane = Lane.FIRST


@dataclass(frozen=True)
class Taken:
    """What a grader has in hand."""

    hand_in: HandIn
    round: int
    lane: Lane
    tries: int
    """How often somebody took it before."""


@dataclass(frozen=True)
class Fruitless:
    """A hand-in of which the newest word is that we could not grade it, or a question of it."""

    hand_in: HandIn
    times: int
    """How often that was so."""
    at: datetime
    """When it was last."""
    is_queued: bool
    """Whether it waits to be graded again."""


@dataclass(frozen=True)
class Naming:
    """That somebody says they hand in together with somebody else, or no longer."""

    person: int
    """Below 0: somebody who was forgotten since."""
    other: int
    together: bool
    declines: bool = False
    """Whether that is a no to what the other said, of somebody who had said nothing that it takes
    back."""

    @property
    def is_last(self) -> bool:
        """Whether it says nothing but that somebody is forgotten now."""
        return self.person == self.other < 0


class TooMany(StoreError):
    """No more may be handed in that day."""


NEAR = 1_000
"""So far apart at most are the numbers of what was handed in at once, for others hand in meanwhile:
only these are looked at."""


class HandIns:
    """Hand-ins, the queue, and which verdict came of each."""

    def __init__(self, begin: Begin, name: str) -> None:
        self._begin = begin
        self._name = name

    # -------------------------------------------------------------- handing in

    def add(
        self,
        drafts: Sequence[Draft],
        file: HandedInFile,
        *,
        per_day: int | None = None,
        since: datetime | None = None,
    ) -> list[HandIn]:
        """Keep a file that was handed in for these people, all of them or none.

        It is on the disk when this returns.  Raises :class:`TooMany` where one of them has
        ``per_day`` hand-ins ``since`` then.
        """
        at = _now()
        with self._begin(writes=True, durable=True) as connection:
            if connection.dialect.name == "postgresql":
                for number in sorted(draft.person for draft in drafts):
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
            add_files(connection, [file])
            made = []
            for draft in drafts:
                asked = {**_of(draft), "since": "" if since is None else _text(since)}
                ever, lately, turn = connection.execute(_COUNTS, asked).one()
                if per_day is not None and lately >= per_day:
                    raise TooMany(draft.student)
                made.append(self._add_one(connection, draft, file, at, ever + 1, turn))
        return made

    def _add_one(
        self,
        connection: Connection,
        draft: Draft,
        file: HandedInFile,
        at: datetime,
        number: int,
        turn: int,
    ) -> HandIn:
        hand_in = HandIn(
            id=0,
            ticket=secrets.token_hex(10),
            assignment=draft.assignment,
            person=draft.person,
            student=draft.student,
            whose=Identity(id=draft.student),
            file=draft.file,
            digest=file.digest,
            at=at,
            number=number,
            by=draft.by,
            due=draft.due,
            is_due_kept=True,
            lateness=draft.lateness(at),
        )
        row = {
            "ticket": hand_in.ticket,
            "assignment": hand_in.assignment,
            "person": hand_in.person,
            "student": storable(hand_in.student),
            "whose": json_of(hand_in.whose),
            "file": storable(hand_in.file),
            "digest": hand_in.digest,
            "at": _text(at),
            "number": hand_in.number,
            "by_whom": storable(hand_in.by),
            "due": "" if draft.due is None else draft.due.astimezone(UTC).isoformat(),
            "lateness": hand_in.lateness,
        }
        id_ = connection.execute(_ADD_HAND_IN, [row]).scalar_one()
        connection.execute(_ADD_TO_QUEUE, [_waiting(id_, 0, draft, Lane.FIRST, turn)])
        return HandIn(**{**vars(hand_in), "id": id_})

    def again(self, hand_ins: Sequence[HandIn]) -> int:
        """Have these graded once more, behind whoever waits for a first verdict; how many."""
        rows = []
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":  # others may want the same at this moment
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_AGAIN_LOCK)))
            done = _rounds(connection, [one.id for one in hand_ins])
            queued = _queued(connection, [one.id for one in hand_ins])
            for one in hand_ins:
                if one.id in done and one.id not in queued:
                    rows.append(_waiting(one.id, done[one.id] + 1, one, Lane.AGAIN, 0))
            if rows:
                connection.execute(_ADD_TO_QUEUE, rows)
        return len(rows)

    # -------------------------------------------------------------- looking

    def one(self, ticket: str) -> HandIn | None:
        """The hand-in with this ticket; None: there is none."""
        with self._begin() as connection:
            asked = {"ticket": storable(ticket)}  # an address may hold anything
            row = connection.execute(_BY_TICKET, asked).mappings().first()
        return None if row is None else self._hand_in(row)

    def of(self, people: Collection[int], assignment: str | None = None) -> list[HandIn]:
        """All hand-ins of these people (at one assignment), oldest first."""
        query = sa.select(HAND_INS).where(HAND_INS.c.person.in_(list(people)))
        if assignment is not None:
            query = query.where(HAND_INS.c.assignment == storable(assignment))
        return self._read(query)

    def shared(self, hand_in: HandIn) -> list[HandIn]:
        """The same of everybody for whom it was handed in at once, this one among them."""
        return self._read(
            sa.select(HAND_INS).where(
                HAND_INS.c.id.between(hand_in.id - NEAR, hand_in.id + NEAR),
                HAND_INS.c.assignment == hand_in.assignment,
                HAND_INS.c.digest == hand_in.digest,
                HAND_INS.c.at == _text(hand_in.at),
                HAND_INS.c.by_whom == hand_in.by,
            )
        )

    def counts_since(
        self, people: Sequence[int], assignment: str, since: datetime
    ) -> Sequence[int]:
        """How often each of these handed it in since then, as it is counted when it is handed
        in."""
        whose = [{"person": number, "assignment": assignment} for number in people]
        with self._begin() as connection:
            return [_since(connection, one, since) for one in whose]

    def all(self, assignment: str) -> list[HandIn]:
        return self._read(sa.select(HAND_INS).where(HAND_INS.c.assignment == assignment))

    def where(self, ids: Sequence[int]) -> dict[int, Whereabouts]:
        """How far each of these is; of those that are waiting, with their place."""
        with self._begin() as connection:
            found = _done(connection, ids) if len(ids) <= _FEW else {}
            if len(found) < len(ids):
                found |= _in_queue(connection, [id_ for id_ in ids if id_ not in found])
                # What is in neither has left the queue for a verdict, maybe this very moment.
                found |= _done(connection, [id_ for id_ in ids if id_ not in found])
        return found

    def fruitless(self) -> list[Fruitless]:
        """What could not be graded through no fault of a student, oldest first."""
        with self._begin() as connection:
            rows = connection.execute(_FRUITLESS).mappings().all()
        return [
            Fruitless(
                self._hand_in(row),
                row["times"],
                datetime.fromisoformat(row["failed_at"]),
                row["queued"] is not None,
            )
            for row in rows
        ]

    def waiting(self) -> dict[str, int]:
        """How many there are in the queue, by lane."""
        with self._begin() as connection:
            return {str(lane): count for lane, count in connection.execute(_BY_LANE).all()}

    def marker(self) -> tuple[int, int]:
        """Differs whenever something was handed in or has its verdict."""
        newest = sa.select(
            sa.select(sa.func.max(HAND_INS.c.id)).scalar_subquery(),
            sa.select(sa.func.max(VERDICTS.c.attempt)).scalar_subquery(),
        )
        with self._begin() as connection:
            first, second = connection.execute(newest).one()
        return first or 0, second or 0

    def public_part(self, id_: int) -> bytes | None:
        """What came of the public examples, as whoever graded it wrote it down; None: nothing."""
        query = sa.select(VERDICTS.c.public).where(VERDICTS.c.hand_in == id_)
        with self._begin() as connection:
            found = connection.execute(query.order_by(VERDICTS.c.round.desc()).limit(1)).scalar()
        return None if found is None else bytes(found)

    # -------------------------------------------------------------- grading

    def take(
        self,
        holder: str,
        lanes: Sequence[Lane],
        assignments: Sequence[str],
        seconds: float,
        *,
        likely: bool = False,
    ) -> Taken | None:
        """Take what is next of these assignments in the first of these lanes that has any, for so
        long; None: nothing waits.

        ``likely``: something does, for all we know; it is not looked first whether that is so.
        """
        now = time.time()
        wanted: Row = {"assignments": list(assignments), "now": now}
        if not likely:  # most looks find nothing, and need no writer's turn
            with self._begin() as connection:
                if connection.execute(_ANY_FREE, {**wanted, "lanes": list(lanes)}).first() is None:
                    return None
        with self._begin(writes=True) as connection:
            for lane in lanes:
                row = connection.execute(_NEXT, {**wanted, "lane": lane.value}).first()
                if row is not None:
                    id_, round_, tries = row
                    held = {"which": id_, "holder": holder, "until": now + seconds}
                    connection.execute(_HOLD, {**held, "tries": tries + 1})
                    found = connection.execute(_BY_ID, {"id": id_}).mappings().one()
                    return Taken(self._hand_in(found), round_, lane, tries)
        return None

    def renew(self, holders: Collection[str], seconds: float) -> None:
        """These are alive and go on with what they hold."""
        change = QUEUE.update().where(QUEUE.c.holder.in_(list(holders)))
        with self._begin(writes=True) as connection:
            connection.execute(change.values(until=time.time() + seconds))

    def holders(self) -> set[str]:
        """Who holds anything."""
        query = sa.select(QUEUE.c.holder).where(QUEUE.c.holder.is_not(None)).distinct()
        with self._begin() as connection:
            return {str(holder) for holder in connection.execute(query).scalars()}

    def give_back(
        self, holders: Collection[str], lane: Lane | None = None, *, blameless: bool = False
    ) -> int:
        """What these held is to be taken by others (of another lane); how much it was.

        ``blameless``: that it was not graded had nothing to do with what it is.
        """
        if not holders:
            return 0
        values: Row = {"holder": None, "until": None}
        if blameless:
            values["tries"] = QUEUE.c.tries - 1
        if lane is not None:
            values["lane"] = lane.value
        change = QUEUE.update().where(QUEUE.c.holder.in_(list(holders))).values(**values)
        with self._begin(writes=True) as connection:
            return connection.execute(change).rowcount

    def settle(self, taken: Taken, holder: str, row: Row, public: bytes | None = None) -> bool:
        """Keep the verdict; False, and nothing is kept: somebody else has the hand-in now."""
        id_ = taken.hand_in.id
        held = {"which": id_, "round": taken.round, "holder": holder}
        with self._begin(writes=True) as connection:
            if connection.execute(_LEAVE, held).rowcount != 1:
                return False
            attempt = connection.execute(_ADD_ATTEMPT, [row]).scalar_one()
            verdict = {
                "hand_in": id_,
                "round": taken.round,
                "attempt": attempt,
                "public": public,
                "at": _text(_now()),
            }
            connection.execute(_ADD_VERDICT, [verdict])
        return True

    # -------------------------------------------------------------- what students say

    def choose(self, hand_in: HandIn) -> None:
        """This is the one that its student wants to count."""
        row = {"hand_in": hand_in.id, "assignment": hand_in.assignment, "at": _text(_now())}
        with self._begin(writes=True) as connection:
            connection.execute(CHOICES.insert(), [{**row, "person": hand_in.person}])

    def chosen(self, assignment: str) -> list[HandIn]:
        """What students chose, oldest first: of each the last counts."""
        query = (
            sa.select(HAND_INS)
            .join(CHOICES, CHOICES.c.hand_in == HAND_INS.c.id)
            .where(CHOICES.c.assignment == assignment)
            .order_by(CHOICES.c.id)
        )
        with self._begin() as connection:
            return [self._hand_in(row) for row in connection.execute(query).mappings().all()]

    def join(self, assignment: str, person: int, other: int, together: bool) -> None:
        """``person`` says that they hand in together with ``other``, or no longer."""
        row = {"assignment": assignment, "person": person, "other": other, "together": together}
        with self._begin(writes=True) as connection:
            connection.execute(PARTNERS.insert(), [{**row, "at": _text(_now())}])

    def decline(self, assignment: str, person: int, other: int) -> None:
        """``person`` does not hand in together with ``other``, who says that they do."""
        row = {"assignment": assignment, "person": person, "other": other, "together": False}
        with self._begin(writes=True) as connection:
            said = [
                one.together
                for one in _namings(connection, assignment)
                if (one.person, one.other) == (person, other)
            ]
            # What takes back a yes of one's own, which may be void by now, is no answer yet.
            rows = [{**row, "at": _text(_now())}] * (2 if said and said[-1] else 1)
            connection.execute(PARTNERS.insert(), rows)

    def leave(self, assignment: str, people: Collection[int]) -> None:
        """These say that they hand in together with nobody, whomever they named."""
        row = {"assignment": assignment, "together": False, "at": _text(_now())}
        with self._begin(writes=True) as connection:
            said = {(one.person, one.other): one for one in _namings(connection, assignment)}
            rows = [
                {**row, "person": one.person, "other": one.other}
                for one in said.values()
                if one.person in people and one.together
            ]
            if rows:
                connection.execute(PARTNERS.insert(), rows)

    def namings(self, assignment: str) -> list[Naming]:
        """All that was said of who hands in together with whom, oldest first."""
        with self._begin() as connection:
            return _namings(connection, assignment)

    # -------------------------------------------------------------- rows

    def _read(self, query: sa.Select[tuple[object, ...]]) -> list[HandIn]:
        with self._begin() as connection:
            rows = connection.execute(query.order_by(HAND_INS.c.id)).mappings().all()
        return [self._hand_in(row) for row in rows]

    def _hand_in(self, row: sa.RowMapping) -> HandIn:
        try:
            return HandIn(
                id=row["id"],
                ticket=row["ticket"],
                assignment=row["assignment"],
                person=row["person"],
                student=row["student"],
                whose=_identity_of(row["whose"]),
                file=row["file"],
                digest=row["digest"],
                at=datetime.fromisoformat(row["at"]),
                number=row["number"],
                by=row["by_whom"],
                due=datetime.fromisoformat(row["due"]) if row["due"] else None,
                is_due_kept=row["due"] is not None,
                lateness=row["lateness"],
            )
        except ValueError as error:
            raise StoreError(
                f"What {self._name} holds of hand-in {row['id']} is damaged ({error}): go back to "
                "a copy of it."
            ) from None


def _waiting(id_: int, round_: int, whose: Draft | HandIn, lane: Lane, turn: int) -> Row:
    return {
        "hand_in": id_,
        "round": round_,
        "assignment": whose.assignment,
        "person": whose.person,
        "lane": lane.value,
        "turn": turn,
        "tries": 0,
        "holder": None,
        "until": None,
    }


# Made once: to put one of these together takes longer than to ask it.
_MINE = sa.and_(
    HAND_INS.c.person == sa.bindparam("person"), HAND_INS.c.assignment == sa.bindparam("assignment")
)
_NUMBER = sa.select(sa.func.count()).select_from(HAND_INS).where(_MINE)
_SINCE = _NUMBER.where(HAND_INS.c.at >= sa.bindparam("since"))
_TURN = (
    sa.select(sa.func.count()).select_from(QUEUE).where(QUEUE.c.person == sa.bindparam("person"))
)
_COUNTS = sa.select(_NUMBER.scalar_subquery(), _SINCE.scalar_subquery(), _TURN.scalar_subquery())
"""Of somebody: hand-ins, those since then (every text comes after an empty one), and waiting."""
_BY_TICKET = sa.select(HAND_INS).where(HAND_INS.c.ticket == sa.bindparam("ticket"))
_BY_ID = sa.select(HAND_INS).where(HAND_INS.c.id == sa.bindparam("id"))
_ADD_HAND_IN = HAND_INS.insert().returning(HAND_INS.c.id)
_ADD_ATTEMPT = ATTEMPTS.insert().returning(ATTEMPTS.c.id)
_ADD_TO_QUEUE, _ADD_VERDICT = QUEUE.insert(), VERDICTS.insert()
_FREE = sa.and_(
    QUEUE.c.assignment.in_(sa.bindparam("assignments", expanding=True)),
    sa.or_(QUEUE.c.holder.is_(None), QUEUE.c.until < sa.bindparam("now")),
)
_ANY_FREE = (
    sa.select(QUEUE.c.hand_in)
    .where(QUEUE.c.lane.in_(sa.bindparam("lanes", expanding=True)), _FREE)
    .limit(1)
)
_NEXT = (
    sa.select(QUEUE.c.hand_in, QUEUE.c.round, QUEUE.c.tries)
    .where(QUEUE.c.lane == sa.bindparam("lane"), _FREE)
    .order_by(QUEUE.c.turn, QUEUE.c.hand_in)
    .limit(1)
    .with_for_update(skip_locked=True)  # on SQLite there is one writer at a time, and this is it
)
_HOLD = (
    QUEUE.update()
    .where(QUEUE.c.hand_in == sa.bindparam("which"))
    .values({name: sa.bindparam(name) for name in ("holder", "until", "tries")})
)
_LEAVE = QUEUE.delete().where(
    QUEUE.c.hand_in == sa.bindparam("which"),
    QUEUE.c.round == sa.bindparam("round"),
    QUEUE.c.holder == sa.bindparam("holder"),
)
_VERDICTS_OF = (
    sa.select(VERDICTS.c.hand_in, VERDICTS.c.attempt)
    .where(VERDICTS.c.hand_in.in_(sa.bindparam("ids", expanding=True)))
    .order_by(VERDICTS.c.round)
)
_BY_LANE = sa.select(QUEUE.c.lane, sa.func.count()).group_by(QUEUE.c.lane)
_ALL_QUEUED = sa.select(
    QUEUE.c.hand_in, QUEUE.c.round, QUEUE.c.holder, QUEUE.c.until, QUEUE.c.lane
).order_by(QUEUE.c.turn, QUEUE.c.hand_in)
_FAILED = (
    sa.select(
        VERDICTS.c.hand_in,
        sa.func.count().label("times"),
        sa.func.max(VERDICTS.c.round).label("round"),
        sa.func.max(VERDICTS.c.at).label("failed_at"),
    )
    .join(ATTEMPTS, ATTEMPTS.c.id == VERDICTS.c.attempt)
    .where(ATTEMPTS.c.score.is_(None))
    .group_by(VERDICTS.c.hand_in)
    .subquery()
)
_FRUITLESS = (
    sa.select(HAND_INS, _FAILED.c.times, _FAILED.c.failed_at, QUEUE.c.hand_in.label("queued"))
    .join(_FAILED, _FAILED.c.hand_in == HAND_INS.c.id)
    .outerjoin(QUEUE, QUEUE.c.hand_in == HAND_INS.c.id)
    .where(
        ~sa.exists().where(
            VERDICTS.c.hand_in == _FAILED.c.hand_in, VERDICTS.c.round > _FAILED.c.round
        )
    )
    .order_by(HAND_INS.c.id)
)


def _of(draft: Draft) -> Row:
    return {"person": draft.person, "assignment": draft.assignment}


def _since(connection: Connection, whose: Row, since: datetime | None) -> int:
    """How often somebody handed it in since then; None: ever."""
    if since is None:
        return connection.execute(_NUMBER, whose).scalar_one()
    return connection.execute(_SINCE, {**whose, "since": _text(since)}).scalar_one()


def _namings(connection: Connection, assignment: str) -> list[Naming]:
    query = sa.select(PARTNERS.c.person, PARTNERS.c.other, PARTNERS.c.together)
    query = query.where(PARTNERS.c.assignment == assignment).order_by(PARTNERS.c.id)
    named: dict[tuple[int, int], bool] = {}
    found = []
    for person, other, together in connection.execute(query).all():
        declines = not together and not named.get((person, other), False)
        found.append(Naming(person, other, bool(together), declines))
        named[person, other] = bool(together)
        if found[-1].is_last:  # the number may be that of one more who is forgotten later
            named = {pair: said for pair, said in named.items() if person not in pair}
    return found


def _done(connection: Connection, ids: Sequence[int]) -> dict[int, Whereabouts]:
    """What came of those that have a verdict, the newest word."""
    found = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = {"ids": ids[start : start + _AT_ONCE]}
        for id_, attempt in connection.execute(_VERDICTS_OF, some).all():
            found[id_] = Whereabouts(State.DONE, attempt=attempt)
    return found


def _rounds(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = sa.select(VERDICTS.c.hand_in, sa.func.max(VERDICTS.c.round))
        query = query.where(VERDICTS.c.hand_in.in_(ids[start : start + _AT_ONCE]))
        rows = connection.execute(query.group_by(VERDICTS.c.hand_in)).all()
        found |= {row[0]: row[1] for row in rows}
    return found


def _queued(connection: Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        query = sa.select(QUEUE.c.hand_in)
        query = query.where(QUEUE.c.hand_in.in_(ids[start : start + _AT_ONCE]))
        found.update(connection.execute(query).scalars())
    return found


def _in_queue(connection: Connection, ids: Sequence[int]) -> dict[int, Whereabouts]:
    """Of those that are there for their first verdict."""
    wanted, now = set(ids), time.time()
    ahead: dict[str, int] = {}
    found = {}
    for id_, round_, holder, until, lane in connection.execute(_ALL_QUEUED).all():
        is_running = holder is not None and until >= now
        if not is_running:
            ahead[lane] = ahead.get(lane, 0) + 1
        if round_ == 0 and id_ in wanted:
            found[id_] = (
                Whereabouts(State.RUNNING, lane=Lane(lane))
                if is_running
                else Whereabouts(State.WAITING, ahead[lane], lane=Lane(lane))
            )
    return found


def _now() -> datetime:
    at = datetime.now(UTC)
    return at - timedelta(microseconds=at.microsecond % 1000)


def _text(at: datetime) -> str:
    """Such texts are in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
