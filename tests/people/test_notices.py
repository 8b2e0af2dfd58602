"""Mail follows what is stored: once each, to whom it concerns, and a mailbox that is down delays
nothing but itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from autograder.errors import UsageError
from autograder.mail import MailError, Server, connected, send, server_of
from autograder.model import Identity
from autograder.people.notices import Post
from autograder.store import (
    Act,
    HandedInFile,
    PersonRecord,
    PersonRow,
    Publication,
    Published,
    Reply,
    Shown,
    Store,
    Undo,
    deflated,
    open_store,
)
from autograder.store.hand_ins import Draft
from autograder.store.mails import GAVE_UP, Mail
from tests.store.postgres_server import postgres_server
from tests.store.stored_grades import grade

SLUG = "rates"
LATER = timedelta(minutes=2)


@dataclass
class Mailbox:
    """What an SMTP server here was given."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    """Says so of everything."""
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return self.refuses
        letter = message_from_bytes(envelope.content, policy=default)
        self.letters.append(cast(EmailMessage, letter))
        return "250 OK"

    @property
    def server(self) -> Server:
        return Server("127.0.0.1", self.port, "course@uni.edu", is_tls=False, seconds=5)

    def texts(self) -> list[str]:
        return [f"{m['To']}: {m['Subject']}\n{m.get_content()}" for m in self.letters]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty store is to be."""
    if request.param == "sqlite":
        return tmp_path / "grades.db"
    url: str = request.getfixturevalue("server")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with open_store(place) as opened:
        people = [
            Identity(id="amy", email="amy@uni.edu"),
            Identity(id="ben"),
            Identity(id="cat", email="cat@uni.edu\nBcc: x@evil.example"),
        ]
        rows = [PersonRow(n + 1, PersonRecord(who, kind="roster")) for n, who in enumerate(people)]
        opened.add_people(rows, known=0)
        opened.mails.add([], opened.mails.latest(now()))  # from here on
        yield opened


def now() -> datetime:
    return datetime.now(UTC)


def post(store: Store, server: Server, portal: Callable[[], str] = lambda: "https://a.edu") -> Post:
    zone = ZoneInfo("Asia/Kolkata")
    return Post(store, server, portal, lambda: {SLUG: "Learning rates"}, zone)


def hand_in(store: Store, person: int, student: str, file: str = "amy.ipynb") -> None:
    draft = Draft(SLUG, person, student, file, student)
    store.hand_ins.add([draft], HandedInFile.of(file.encode()))


def act(store: Store, what: Any, student: str = "", deed: str = "d", shown: bool = False) -> None:
    one = Act(SLUG, what, "maria", now(), deed, student, attempt=1)
    pair = (Published(deed, "amy", Identity(id="amy"), 1, 5.0, "x"), deflated(Shown(grade("amy"))))
    seen = max((act.id for act in store.acts.of(SLUG)), default=0)
    store.acts.add([one], seen=seen, refuse=lambda _: None, shown=[pair] if shown else [])


def test_a_receipt_is_sent_once_with_its_digest_and_the_courses_time(
    store: Store, mailbox: Mailbox
) -> None:
    hand_in(store, 1, "amy")
    office = post(store, mailbox.server)
    office.once()
    assert mailbox.letters == []  # a lower number may still come
    for _ in range(3):
        office.once(now() + LATER)
    ((letter),) = mailbox.texts()
    assert letter.startswith("amy@uni.edu: Received: Learning rates, attempt 1\n")
    assert HandedInFile.of(b"amy.ipynb").digest in letter
    assert " IST as attempt 1." in letter
    assert "https://a.edu" in letter
    assert mailbox.letters[0]["Auto-Submitted"] == "auto-generated"
    assert "score" not in letter
    assert store.mails.waiting() == 0


def test_a_letter_names_the_address_that_was_said_last(store: Store, mailbox: Mailbox) -> None:
    said = ["http://127.0.0.1:8080"]
    office = post(store, mailbox.server, lambda: said[-1])
    said.append("https://grades.a.edu")  # while it runs
    hand_in(store, 1, "amy")
    office.once(now() + LATER)
    ((letter),) = mailbox.texts()
    assert "https://grades.a.edu" in letter
    assert "127.0.0.1:8080" not in letter


def test_partners_read_with_whom_they_have_it(store: Store, mailbox: Mailbox) -> None:
    dan = PersonRecord(Identity(id="dan", email="dan@uni.edu", name="Dan D."), kind="roster")
    store.add_people([PersonRow(9, dan)], known=len(store.people()))
    drafts = [Draft(SLUG, number, who, "a.py", "amy") for number, who in ((1, "amy"), (9, "dan"))]
    store.hand_ins.add(drafts, HandedInFile.of(b"a"))
    hand_in(store, 9, "dan", "b.py")
    post(store, mailbox.server).once(now() + LATER)
    letters = [" ".join(letter.split()) for letter in mailbox.texts()]
    assert len(letters) == 3
    assert "It was handed in for Dan D., too." in letters[0]
    assert "It was handed in by amy for you, too." in letters[1]
    assert "handed in" not in letters[2]


def partners(store: Store) -> tuple[int, int]:
    """Amy's number, and that of Dan, who has an address, too."""
    dan = PersonRecord(Identity(id="dan", email="dan@uni.edu", name="Dan D."), kind="roster")
    store.add_people([PersonRow(9, dan)], known=len(store.people()))
    return 1, 9


def test_who_is_named_agreed_with_or_left_is_told_once_each(store: Store, mailbox: Mailbox) -> None:
    amy, dan = partners(store)
    office = post(store, mailbox.server)

    def told(minutes: int) -> list[str]:
        mailbox.letters.clear()
        for _ in range(2):
            office.once(now() + timedelta(minutes=minutes))
        return [" ".join(text.split()) for text in mailbox.texts()]

    store.hand_ins.join(SLUG, dan, amy, True)
    store.hand_ins.join(SLUG, dan, amy, True)
    store.hand_ins.join(SLUG, dan, 2, True)  # ben has no address
    office.once(now() + timedelta(seconds=30))
    assert mailbox.letters == []  # they may still take it back
    (named,) = told(2)
    assert named.startswith("amy@uni.edu: Partners: Learning rates Dan D. named you as a partner")
    assert named.endswith("it holds when you agree. To answer: https://a.edu")
    store.hand_ins.join(SLUG, amy, dan, True)
    (agreed,) = told(2)
    assert "dan@uni.edu: Partners: Learning rates amy agreed to hand in Learning rates" in agreed
    store.hand_ins.leave(SLUG, [dan])
    (left,) = told(2)
    assert "amy@uni.edu: Partners: Learning rates Dan D. no longer names you as a partner" in left
    assert "so you do not hand it in together. To see" in left, "nor did they ever"
    store.hand_ins.join(SLUG, dan, amy, True)
    (again,) = told(2)
    assert "amy@uni.edu" in again
    assert "Dan D. agreed to hand in Learning rates together with you" in again
    for _ in range(3):  # nobody fills another's mailbox
        store.hand_ins.leave(SLUG, [dan])
        assert told(2) == []
        store.hand_ins.join(SLUG, dan, amy, True)
        assert told(2) == []


def test_of_partners_nothing_is_told_that_is_taken_back_seen_or_no_longer_so(
    store: Store, mailbox: Mailbox
) -> None:
    amy, dan = partners(store)
    store.hand_ins.join(SLUG, dan, amy, True)
    store.hand_ins.leave(SLUG, [dan])  # within a minute
    store.hand_ins.join("other", dan, amy, True)
    store.hand_ins.decline("other", amy, dan)
    store.hand_ins.join("another", dan, amy, True)
    store.hand_ins.join("another", amy, 2, True)  # and has Dan's naming before her
    post(store, mailbox.server).once(now() + LATER)
    assert mailbox.letters == []
    store.hand_ins.join("third", dan, amy, True)
    store.add_people(
        [PersonRow(9, PersonRecord(Identity(id="dan"), kind="roster", role="ta"))],
        known=len(store.people()),
    )
    post(store, mailbox.server).once(now() + LATER)
    assert mailbox.letters == []


def test_what_was_there_before_mail_was_set_up_is_not_told(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with open_store(tmp_path / "grades.db") as store:
        who = Identity(id="amy", email="amy@uni.edu")
        store.add_people([PersonRow(1, PersonRecord(who, kind="roster"))], known=0)
        hand_in(store, 1, "amy")
        for _ in range(2):
            post(store, mailbox.server).once(now() + LATER)
        assert mailbox.letters == []
        hand_in(store, 1, "amy", "second.py")
        post(store, mailbox.server).once(now() + LATER)
        assert len(mailbox.letters) == 1


def test_a_kind_of_mail_that_is_new_begins_there_and_the_others_go_on(
    store: Store, mailbox: Mailbox
) -> None:
    amy, dan = partners(store)
    store.hand_ins.join(SLUG, dan, amy, True)
    hand_in(store, 1, "amy")
    with store._begin(writes=True) as connection:
        connection.exec_driver_sql("DELETE FROM portal WHERE name = 'mail of partners'")
    for _ in range(2):
        post(store, mailbox.server).once(now() + LATER)
    (letter,) = mailbox.texts()
    assert "Received: Learning rates, attempt 1" in letter


def test_publishing_and_replies_are_told_and_what_was_taken_back_is_not(
    store: Store, mailbox: Mailbox
) -> None:
    act(store, Publication(), deed="p1", shown=True)
    act(store, Reply("r", "Yes."), "amy", deed="a1")
    act(store, Reply("r", "No."), "amy", deed="a2")
    act(store, Undo("a2"), deed="u")
    office = post(store, mailbox.server)
    office.once(now() + timedelta(seconds=30))
    assert mailbox.letters == []  # it may still be taken back
    office.once(now() + LATER)
    assert [letter["Subject"] for letter in mailbox.letters] == [
        "Results: Learning rates",
        "Your request: Learning rates",
    ]
    office.once(now() + LATER)
    assert len(mailbox.letters) == 2


def test_whoever_has_no_address_gets_none_and_holds_up_nobody(
    store: Store, mailbox: Mailbox
) -> None:
    hand_in(store, 2, "ben")
    hand_in(store, 3, "cat")
    hand_in(store, 1, "amy")
    post(store, mailbox.server).once(now() + LATER)
    assert [letter["To"] for letter in mailbox.letters] == ["amy@uni.edu"]
    assert store.mails.waiting() == 1  # what is no address, in case somebody mends it
    assert all(letter["Bcc"] is None for letter in mailbox.letters)


def test_a_mailbox_that_is_down_delays_mail_alone(store: Store, mailbox: Mailbox) -> None:
    nowhere = Server("127.0.0.1", 9, "course@uni.edu", is_tls=False, seconds=1)
    hand_in(store, 1, "amy")
    at = now() + LATER
    post(store, nowhere).once(at)
    hand_in(store, 1, "amy", "second.py")
    assert store.mails.waiting() == 1
    office = post(store, mailbox.server)
    office.once(now())
    assert mailbox.letters == []  # not at once again
    office.once(at + timedelta(minutes=2))
    assert [letter["Subject"][-1] for letter in mailbox.letters] == ["1", "2"]


def test_what_is_refused_is_tried_later_each_time_and_given_up(
    store: Store, mailbox: Mailbox
) -> None:
    mailbox.refuses = "451 later"
    store.mails.add([Mail(1, "s", "b")])
    times = []
    at = now()
    for _ in range(6 * 24 * 4):
        due = store.mails.take(5, at)
        if due:
            times.append(at)
            store.mails.told({due[0].id: "451 later"}, at)
        at += timedelta(minutes=10)
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses == sorted(pauses)
    assert 15 < len(times) < 30
    assert times[-1] - times[0] < timedelta(days=3, hours=5)
    assert store.mails.waiting() == 0
    with store._begin() as connection:
        last = connection.exec_driver_sql(
            "SELECT outcome FROM mail_tries ORDER BY id DESC LIMIT 1"
        ).scalar()
    assert last == GAVE_UP


def test_two_who_send_do_not_send_twice(store: Store, mailbox: Mailbox, place: Path | str) -> None:
    for number in range(8):
        hand_in(store, 1, "amy", f"{number}.py")
    with open_store(place) as other:
        offices = [post(one, mailbox.server) for one in (store, other, store, other)]
        threads = [Thread(target=one.once, args=(now() + LATER,)) for one in offices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in offices:
            one.once(now() + LATER)
    subjects = sorted(letter["Subject"] for letter in mailbox.letters)
    assert subjects == [f"Received: Learning rates, attempt {n}" for n in range(1, 9)]
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 8


def test_whoever_dies_while_sending_gives_it_back(store: Store) -> None:
    store.mails.add([Mail(1, "s", "b")])
    at = now()
    assert len(store.mails.take(5, at)) == 1
    assert store.mails.take(5, at + timedelta(minutes=9)) == []
    assert len(store.mails.take(5, at + timedelta(minutes=11))) == 1


def test_it_runs_until_it_is_stopped(store: Store, mailbox: Mailbox) -> None:
    store.mails.add([Mail(1, "s", "b")])
    stop = Event()
    thread = Thread(target=post(store, mailbox.server).run, args=(stop, 0.01))
    thread.start()
    for _ in range(500):
        if mailbox.letters:
            break
        asyncio.run(asyncio.sleep(0.01))
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(mailbox.letters) == 1


# ------------------------------------------------------------------ the server


def test_the_environment_says_where() -> None:
    found = server_of("smtps://us%40er:p%3Ass@smtp.uni.edu?from=course@uni.edu")
    assert found == Server("smtp.uni.edu", 465, "course@uni.edu", True, "us@er", "p:ss")
    assert "p:ss" not in repr(found)
    plain = server_of("smtp://smtp.uni.edu:2525?from=course@uni.edu")
    assert plain is not None
    assert (plain.port, plain.is_tls) == (2525, False)
    assert server_of("") is None


@pytest.mark.parametrize(
    "text", ["smtp.uni.edu", "smtp://uni.edu", "http://uni.edu?from=a@b", "smtp://x:y?from=a@b"]
)
def test_what_is_none_is_said_without_its_password(text: str) -> None:
    secret = text.replace("smtp://", "smtp://me:hunter2@")
    with pytest.raises(UsageError, match="AUTOGRADER_SMTP is no address") as caught:
        server_of(secret)
    assert "hunter2" not in str(caught.value)


def test_a_password_goes_over_an_encrypted_connection_only(mailbox: Mailbox) -> None:
    server = Server("127.0.0.2", mailbox.port, "a@b.c", False, "me", "secret", 2)
    box = Controller(mailbox, hostname="127.0.0.2", port=mailbox.port)
    box.start()
    try:
        with pytest.raises(MailError, match="does not encrypt"), connected(server):
            pass
    finally:
        box.stop()


def test_no_header_is_smuggled_in(mailbox: Mailbox) -> None:
    with connected(mailbox.server) as connection:
        send(connection, mailbox.server, "a@b.edu", "one\r\nBcc: x@y.z\ntwo", "text")
        with pytest.raises(MailError, match="no address"):
            send(connection, mailbox.server, "a@b.edu\r\nBcc: x@y.z", "s", "t")
    (letter,) = mailbox.letters
    assert letter["Subject"] == "one Bcc: x@y.z two"
    assert letter["Bcc"] is None
