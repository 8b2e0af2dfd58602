"""Somebody who is forgotten is nowhere in the store, not even in its bytes; all others, and what
was counted, are as they were."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from autograder.acts import Ledger
from autograder.acts.ledger import Asking
from autograder.errors import UsageError
from autograder.mail import MailError, Server
from autograder.model import HandedIn, Identity, LookAgain, PersonMark, Said, Source
from autograder.people import PersonalLinks, Rules, notices, numbered, standing_of
from autograder.people.forgetting import forget, labels, somebody
from autograder.settings import Attempts, Late
from autograder.store import (
    Act,
    Attempt,
    Comment,
    Extension,
    Flag,
    HandedInFile,
    Mark,
    Override,
    PersonRecord,
    PersonRow,
    Publication,
    Published,
    Request,
    Share,
    Sharing,
    Shown,
    Store,
    Time,
    Whom,
    deflated,
    digest_of_answer,
    open_store,
    to_row,
)
from autograder.store.hand_ins import Draft, HandIn, Lane, Naming
from autograder.store.mails import Mail
from tests.store.postgres_server import postgres_server
from tests.store.stored_grades import grade

SLUG = "rates"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(days=1)
AMY = Identity(id="zamyq", name="Zamyq Ortega", email="zamyq@uni.edu")
BEN = Identity(id="bento", name="Zamyq Lee")
WORDS = ("zamyq", "Ortega", "wrote-this", "my-answer", "told-her", "asked-so", "quoted")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    is_file = request.param == "sqlite"
    where = tmp_path / "grades.db" if is_file else request.getfixturevalue("server")
    if not is_file:
        engine = sa.create_engine(str(where).replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
    with open_store(where) as opened:
        fill(opened)
        yield opened


def file(text: str) -> HandedInFile:
    return HandedInFile.of(text.encode())


def attempt(student: str, whose: Identity, text: str) -> Attempt:
    one = grade(student)
    (question, *_) = one.questions
    question = replace(question, answer="my-answer", source="wrote-this", message="quoted")
    one = replace(one, questions=(question,), message="quoted", printed="wrote-this")
    at = HandedIn(NOW, Source.PLATFORM)
    digest = file(text).digest
    return Attempt(SLUG, "v", digest, one, NOW.isoformat(), {}, at, whose)


def fill(store: Store) -> None:
    rows = [PersonRow(1, PersonRecord(AMY, kind="roster")), PersonRow(2, PersonRecord(BEN))]
    store.add_people(rows, known=0)
    mine = [attempt("Zamyq@uni.edu", AMY, "amys"), attempt("zamyq", Identity(), "shared")]
    bens = [attempt("bento", BEN, "bens"), attempt("bento", BEN, "shared")]
    files = [file(text) for text in ("amys", "shared", "bens")]
    store.append([to_row(one) for one in (*mine, *bens)], files)
    drafts = [
        Draft(SLUG, 1, "zamyq", "zamyq.py", "zamyq"),
        Draft(SLUG, 2, "bento", "b.py", "zamyq"),
    ]
    store.hand_ins.add(drafts[:1], file("alone"))
    store.hand_ins.add(drafts, file("together"))
    store.hand_ins.join(SLUG, 1, 2, True)
    store.add_times([Time(SLUG, "zamyq", "d", HandedIn(NOW, Source.PLATFORM))])
    store.add_extensions(
        [Extension(SLUG, 1, "zamyq", NOW, "told-her"), Extension(SLUG, 2, "bento", NOW)]
    )
    acts = [
        Act(SLUG, Mark(7.0, digest_of_answer("my-answer"), "told-her"), "maria", NOW, "d1"),
        Act(SLUG, Override(5.0, "told-her"), "maria", NOW, "d2"),
        Act(SLUG, Comment("told-her"), "maria", NOW, "d3"),
        Act(SLUG, Request("asked-so"), "zamyq", NOW, "d4"),
        Act(SLUG, Flag(True, "told-her"), "maria", NOW, "d5"),
    ]
    acts = [replace(a, student="zamyq", whose=AMY, question="adam", attempt=1) for a in acts]
    bens_acts = Act(SLUG, Mark(3.0, "x", "kept"), "maria", NOW, "d6", "bento", BEN, "adam", 3)
    published = Published("d7", "zamyq", AMY, 1, 12.0, "dd")
    shown = Shown(attempt("zamyq", AMY, "amys").grade, ("told-her",))
    publication = Act(SLUG, Publication(), "maria", NOW, "d7")
    store.acts.add(
        [*acts, bens_acts, publication],
        seen=0,
        refuse=lambda _: None,
        shown=[(published, deflated(shown))],
    )
    store.mails.add([Mail(1, "s", "told-her"), Mail(2, "s", "kept")])


def everything(store: Store) -> str:
    """All rows of all tables; what is deflated, inflated."""
    said = []
    with store._begin() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f"SELECT * FROM {table}")):
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        value = zlib.decompress(bytes(value)).decode("utf-8", "replace")
                    said.append(str(value))
    return "\n".join(said)


def counted(store: Store) -> list[tuple[object, ...]]:
    entries = store.entries(SLUG)
    found = store.grades([entry.id for entry in entries])
    return [
        (e.id, e.score, e.status, e.handed_in.at, [
            (q.name, q.score, q.status, q.misconceptions, [(c.name, c.score) for c in q.checks])
            for q in g.questions
        ])
        for e, g in zip(entries, found, strict=True)
    ]  # fmt: skip


def bens(store: Store) -> list[object]:
    entries = [e for e in store.entries(SLUG) if e.student == "bento"]
    return [
        entries,
        repr(list(store.grades([e.id for e in entries], details=True))),  # with values that are NaN
        [act for act in store.acts.of(SLUG) if act.student == "bento"],
        [one for one in store.extensions(SLUG) if one.student == "bento"],
        [replace(one, by="") for one in store.hand_ins.of([2])],
    ]


def test_of_whoever_is_forgotten_nothing_is_left_but_numbers(store: Store, tmp_path: Path) -> None:
    before, of_ben = counted(store), bens(store)
    token = PersonalLinks(store).of(PersonalLinks(store).directory.find("zamyq"))[0].token
    person = somebody(store, "zamyq@uni.edu", [SLUG])
    assert labels(store, person, [SLUG]) >= {"zamyq", "Zamyq@uni.edu"}
    done = forget(store, person, [SLUG], "maria")
    assert (done.attempts, done.files, done.shared) == (2, 2, 2)
    said = everything(store).replace("Zamyq Lee", "")
    assert [word for word in WORDS[:2] if word.lower() in said.lower()] == []
    for word in ("told-her", "asked-so"):
        assert word not in said
    assert counted(store) == before
    assert bens(store) == of_ben
    assert store.files.read(file("amys").digest) is None
    assert store.files.read(file("alone").digest) is None
    for text in ("shared", "bens", "together"):
        assert store.files.read(file(text).digest) == text.encode()
    assert PersonalLinks(store).who(token) is None
    assert store.forgotten() == 1
    if (path := tmp_path / "grades.db").exists():
        data = b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.is_file())
        assert path.stat().st_size <= len(data)
        for word in (b"zamyq@uni.edu", b"Ortega", b"told-her", b"asked-so"):
            assert word not in data, word


def test_their_words_are_in_no_grade_any_more(store: Store) -> None:
    mine = [entry.id for entry in store.entries(SLUG) if entry.student != "bento"]
    forget(store, somebody(store, "zamyq", [SLUG]), [SLUG], "maria")
    for one in store.grades(mine, details=True):
        assert one.student == "forgotten-1"
        assert not any(word in repr(one) for word in WORDS)


def test_what_people_decided_still_counts(store: Store) -> None:
    forget(store, somebody(store, "zamyq", [SLUG]), [SLUG], "maria")
    kinds = {act.what.kind: act for act in store.acts.of(SLUG) if act.student != "bento"}
    mark, override = kinds["mark"].what, kinds["override"].what
    assert isinstance(mark, Mark)
    assert isinstance(override, Override)
    (first, *_) = [e for e in store.entries(SLUG) if e.student == "forgotten-1"]
    answer = next(iter(store.grades([first.id]))).questions[0].answer
    assert (mark.points, mark.answer) == (7.0, digest_of_answer(answer))
    assert (override.points, kinds["mark"].by, kinds["request"].by) == (5.0, "maria", "forgotten-1")


def test_an_old_link_is_not_good_for_whoever_comes_next(store: Store) -> None:
    bens_link = PersonalLinks(store).of(PersonalLinks(store).directory.find("bento"))[0]
    forget(store, somebody(store, "bento", [SLUG]), [SLUG], "maria")
    assert [row.person for row in store.people()] == [1]
    # The next number is the one that is free.
    store.add_people([PersonRow(2, PersonRecord(Identity(id="cleo")))], known=1)
    links = PersonalLinks(store)
    assert links.who(bens_link.token) is None
    (cleos,) = links.of(links.directory.find("cleo"))
    holder = links.who(cleos.token)
    assert holder is not None
    assert holder.person.id == "cleo"
    assert store.hand_ins.of([2]) == []


def test_a_grader_that_still_works_on_it_keeps_nothing(store: Store) -> None:
    taken = store.hand_ins.take("holder", [Lane.FIRST], [SLUG], 60.0)
    assert taken is not None
    assert taken.hand_in.person == 1
    forget(store, somebody(store, "zamyq", [SLUG]), [SLUG], "maria")
    row = to_row(attempt("zamyq", AMY, "alone"))
    assert not store.hand_ins.settle(taken, "holder", row)
    assert "zamyq" not in everything(store).replace("Zamyq Lee", "").lower()


def test_nobody_or_several_are_not_forgotten(store: Store) -> None:
    with pytest.raises(UsageError, match="nobody is known as 'nobody'"):
        somebody(store, "nobody", [SLUG])
    both = [(1, "zamyq"), (2, "bento")]
    rows = [PersonRow(n, PersonRecord(Identity(id=id_, number="77"))) for n, id_ in both]
    store.add_people(rows, known=2)
    with pytest.raises(UsageError, match="more than one person fits: bento, zamyq"):
        somebody(store, "77", [SLUG])


def test_somebody_known_by_a_file_alone_is_forgotten_too(store: Store) -> None:
    store.append([to_row(attempt("stranger", Identity(), "x"))], [file("x")])
    done = forget(store, somebody(store, "stranger", [SLUG]), [SLUG], "maria")
    assert (done.attempts, done.files) == (1, 1)
    assert "stranger" not in everything(store)


DAVE = Identity(id="dvdvd", name="Dave Dvorak", email="dvdvd@uni.edu")
CAROL = Identity(id="carol", name="Cárol", email="carol@uni.edu")
TINA = Identity(id="tinatina", name="Tina Thaler", email="tinatina@uni.edu")


@pytest.fixture
def course(store: Store) -> Store:
    """With two who hand in together, and a TA."""
    roles = {DAVE: "student", CAROL: "student", TINA: "ta"}
    people = [PersonRecord(who, role=role, kind="roster") for who, role in roles.items()]
    store.add_people([PersonRow(n, one) for n, one in enumerate(people, 3)], known=2)
    store.mails.add([], store.mails.latest(LATER))  # from here on
    return store


def together(store: Store, by: Identity, text: str) -> None:
    """Handed in by one of the two, for both."""
    drafts = [Draft(SLUG, 3, DAVE.id, "h.py", by.id), Draft(SLUG, 4, CAROL.id, "h.py", by.id)]
    store.hand_ins.add(drafts if by is DAVE else drafts[::-1], file(text))


def post(store: Store, sent: list[str], *, is_down: bool = False) -> None:
    """Make the mail that there is to make, and send it."""

    def send(_connection: object, _server: object, to: str, *said: str) -> None:
        if is_down:
            raise MailError("the server is down")
        sent.append(f"{to}: {said[1]}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notices, "connected", lambda _server: nullcontext())
        patch.setattr(notices, "send", send)
        server = Server("127.0.0.1", 25, "course@uni.edu", is_tls=False, seconds=5)
        notices.Post(store, server, lambda: "https://a.edu", dict).once(LATER)


def test_mail_of_partners_names_them_no_more_and_is_sent_once(course: Store) -> None:
    sent: list[str] = []
    together(course, DAVE, "one")
    together(course, CAROL, "two")
    post(course, sent)
    assert any("by Dave Dvorak for you" in one for one in sent)
    assert any("for Dave Dvorak, too" in one for one in sent)
    together(course, DAVE, "three")
    post(course, sent, is_down=True)
    together(course, CAROL, "four")
    forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    said = everything(course)
    assert [word for word in (DAVE.id, "Dave", "Dvorak") if word in said] == []
    sent.clear()
    for _ in range(2):
        post(course, sent)
    (three, four) = [one for one in sent if one.startswith(CAROL.email)]
    assert "It was handed in by a partner for you, too." in three
    assert "too." not in four
    assert course.mails.waiting() == 0


def test_a_file_that_partners_have_is_called_after_nobody(course: Store, tmp_path: Path) -> None:
    name = 'dave-"dvorak".py'
    drafts = [Draft(SLUG, n, who.id, name, DAVE.id) for n, who in ((3, DAVE), (4, CAROL))]
    hand_ins = course.hand_ins.add(drafts, file("one"))
    shown = []
    for receipt, who in zip(hand_ins, (DAVE, CAROL), strict=True):
        one = replace(attempt(who.id, who, "one"), handed_in=HandedIn(receipt.at, Source.PLATFORM))
        course.append([to_row(replace(one, grade=replace(one.grade, file=name)))])
        (entry,) = course.entries(SLUG, who.id)
        given = Shown(replace(one.grade, file=name))
        shown.append((Published("p", who.id, who, entry.id, 1.0, "x"), deflated(given)))
    (theirs,) = course.entries(SLUG, CAROL.id)
    act = Act(SLUG, Publication(), "maria", NOW, "p")
    course.acts.add([act], seen=99, refuse=lambda _: None, shown=shown)
    done = forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    assert done.partners == {CAROL.id}
    assert course.entries(SLUG, CAROL.id) == [replace(theirs, file="submission.py")]
    assert [one.file for one in course.hand_ins.of([4])] == ["submission.py"]
    assert next(course.grades([theirs.id])).file == "submission.py"
    (*_, last) = course.acts.published(SLUG)
    assert next(course.acts.shown([last])).grade.file == "submission.py"
    assert [word for word in (DAVE.id, "dvorak", "Dvorak") if word in everything(course)] == []
    if (path := tmp_path / "grades.db").exists():
        data = path.read_bytes()
        assert [one for one in (DAVE.id, DAVE.name, DAVE.email) if one.encode() in data] == []


def test_mail_that_is_made_while_somebody_is_forgotten_does_not_name_them(course: Store) -> None:
    together(course, DAVE, "one")
    latest = course.mails.latest(LATER)
    forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    course.mails.add([Mail(4, "s", "by Dave Dvorak for you")], latest)
    assert "Dvorak" not in everything(course)


def test_what_somebody_decided_counts_on_when_they_are_forgotten(course: Store) -> None:
    answer, course_by = digest_of_answer("my-answer"), TINA.id
    given = PersonMark(3.0, "told-so", TINA.id, NOW)
    shown = attempt("carol", CAROL, "c").grade
    (question,) = shown.questions
    question = replace(
        question,
        by_person=given,
        comments=(Said("told-so", TINA.id, NOW), Said("to all", TINA.id, NOW, "a_fault")),
        requests=(LookAgain(1, Said("why", "carol", NOW), (Said("told-so", TINA.id, NOW),)),),
    )
    acts = [
        Act(SLUG, Mark(3.0, answer, "told-so"), course_by, NOW, "e1", "carol", CAROL, "adam", 3),
        Act(SLUG, Sharing((Share(("maria", TINA.id)), Share((TINA.id,), "adam"))), "maria", NOW),
        Act(SLUG, Publication(), TINA.id, NOW, "e2"),
    ]
    published = Published("e2", "carol", CAROL, 3, 3.0, "x")
    packed = deflated(Shown(replace(shown, questions=(question,))))
    seen = max(act.id for act in course.acts.of(SLUG))
    course.acts.add(acts, seen=seen, refuse=lambda _: None, shown=[(published, packed)])
    course.forget(Whom("nobody"), TINA.id)
    forget(course, somebody(course, TINA.id, [SLUG]), [SLUG], "maria")
    text = everything(course)
    assert [word for word in (TINA.id, "Thaler", "told-so") if word in text] == []
    (mark, sharing, publication) = course.acts.of(SLUG, after=seen)
    assert mark.what == Mark(3.0, answer)
    assert sharing.what == Sharing((Share(("maria",)), Share((), "adam")))
    assert {mark.by, publication.by} == {"forgotten-2"}
    (now,) = course.acts.shown(course.acts.published(SLUG)[-1:])
    (question,) = now.grade.questions
    assert question.by_person == replace(given, by="forgotten-2", comment="")
    assert [one.text for one in question.comments] == ["", "to all"]
    assert [(one.asked.text, one.replies) for one in question.requests] == [("why", ())]


def test_attempts_keep_their_numbers(course: Store) -> None:
    for text in ("one", "two", "one"):
        (receipt,) = course.hand_ins.add([Draft(SLUG, 3, DAVE.id, "h.py", DAVE.id)], file(text))
        course.append([to_row(handed_in(receipt, text))])
    course.append([to_row(handed_in(receipt, "one"))])  # graded again
    course.append([to_row(attempt(DAVE.id, DAVE, "elsewhere"))])

    def numbers(student: str) -> list[tuple[object, int]]:
        entries = [one for one in course.entries(SLUG) if one.student == student]
        hand_ins = [one for one in course.hand_ins.all(SLUG) if one.student == student]
        return [(number, entry.id) for number, entry in numbered(entries, hand_ins)]

    before = numbers(DAVE.id)
    assert [number for number, _ in before] == [1, 2, 3, 3, f"F{before[-1][1]}"]
    done = forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    assert numbers(done.alias) == before


def handed_in(receipt: HandIn, text: str) -> Attempt:
    at = HandedIn(receipt.at, Source.PLATFORM)
    return replace(attempt(DAVE.id, DAVE, text), handed_in=at)


def test_two_who_were_one_person_may_have_handed_in_under_one_number(course: Store) -> None:
    for person in (3, 4):
        course.hand_ins.add([Draft(SLUG, person, DAVE.id, "h.py", DAVE.id)], file(f"{person}"))
    joined = PersonRecord(DAVE, kind="roster", joins=(4,))
    course.add_people([PersonRow(3, joined)], known=5)
    forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    theirs = [one for one in course.hand_ins.all(SLUG) if one.student == "forgotten-1"]
    assert [one.number for one in theirs] == [1, 2]


def test_what_was_said_of_partners_is_kept_of_nobody(course: Store) -> None:
    post(course, [])
    course.hand_ins.join(SLUG, 3, 4, True)
    course.hand_ins.join(SLUG, 4, 3, True)
    course.add_people([PersonRow(3, PersonRecord(DAVE, kind="roster", joins=(2,)))], known=5)
    course.hand_ins.join(SLUG, 2, 3, True)
    forget(course, somebody(course, DAVE.id, [SLUG]), [SLUG], "maria")
    (*said, last) = course.hand_ins.namings(SLUG)
    assert [(one.person, one.other) for one in said] == [(1, -2), (-2, 4), (4, -2)]
    assert (last, last.is_last) == (Naming(-2, -2, False, declines=True), True)
    sent: list[str] = []
    post(course, sent)
    assert sent == []


def test_whoever_had_their_number_before_has_said_nothing(course: Store) -> None:
    course.hand_ins.join(SLUG, 4, 3, True)
    forget(course, somebody(course, CAROL.id, [SLUG]), [SLUG], "maria")
    course.add_people([PersonRow(4, PersonRecord(CAROL, kind="roster"))], known=4)
    course.hand_ins.join(SLUG, 4, 3, False)
    assert course.hand_ins.namings(SLUG)[-1].declines
    forget(course, somebody(course, CAROL.id, [SLUG]), [SLUG], "maria")
    (*_, first, said, last) = course.hand_ins.namings(SLUG)
    assert (first.is_last, said.declines, last.is_last) == (True, True, True)


def test_a_request_that_nobody_waits_for_is_none(store: Store) -> None:
    def requests() -> list[Asking]:
        standing = standing_of(store, Rules(SLUG, Attempts(), Late()))
        return Ledger(store.acts.of(SLUG), standing).requests()

    (asked,) = requests()
    assert asked.request.is_open
    forget(store, somebody(store, "zamyq", [SLUG]), [SLUG], "maria")
    assert requests() == []


def test_no_trace_is_left_where_rows_once_were(tmp_path: Path) -> None:
    """Also by a program whose database overwrites nothing."""
    path = tmp_path / "grades.db"
    names = ["zamyq" if n == 150 else f"student{n:03}" for n in range(300)]
    with open_store(path) as store:
        sa.event.listen(
            store._engine, "connect", lambda one, _: one.execute("PRAGMA secure_delete = OFF")
        )
        store._engine.dispose()
        rows = [to_row(attempt(name, Identity(), name)) for name in names]
        for turn in range(6):
            Random(turn).shuffle(rows)
            store.append(rows)
        forget(store, somebody(store, "zamyq", [SLUG]), [SLUG], "maria")
    assert b"student039" in path.read_bytes()
    assert b"zamyq" not in path.read_bytes()
