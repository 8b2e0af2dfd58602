"""What is handed in stays, is graded in a fair order, and has one verdict whoever dies when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgres_server import postgres_server
from stored_grades import grade

from autograder.store import Attempt, HandedInFile, Row, Store, open_store, to_row
from autograder.store.hand_ins import Draft, HandIn, Lane, Naming, State, Taken, TooMany

SLUG = "rates"
FILE = HandedInFile.of(b"w = 1\n")
LEASE = 30.0


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def where(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("store") / "grades.db")
    else:
        with postgres_server() as url:
            yield url


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """An empty queue; what was handed in before stays."""
    with open_store(where) as opened:
        opened.hand_ins.give_back(opened.hand_ins.holders())
        while (taken := take(opened)) is not None:
            assert settle(opened, taken)
        yield opened


def hand_in(store: Store, person: int, **more: object) -> HandIn:
    draft = Draft(SLUG, person, f"student{person}", "hw.py", f"student{person}")
    (made,) = store.hand_ins.add([draft], FILE, **more)  # type: ignore[arg-type]
    return made


def take(store: Store, holder: str = "here/1/a", *lanes: Lane) -> Taken | None:
    return store.hand_ins.take(holder, lanes or tuple(Lane), [SLUG], LEASE)


def row() -> Row:
    return to_row(Attempt(SLUG, "v1", FILE.digest, grade(), "2026-01-01T00:00:00+00:00", {}))


def settle(store: Store, taken: Taken, holder: str = "here/1/a") -> bool:
    return store.hand_ins.settle(taken, holder, row())


def test_a_receipt_says_what_was_handed_in_and_stays(store: Store) -> None:
    first = hand_in(store, 900)
    second = hand_in(store, 900)
    assert (second.number, second.digest) == (first.number + 1, FILE.digest)
    assert first.ticket != second.ticket
    assert len(first.ticket) == 20
    assert abs(datetime.now(UTC) - first.at) < timedelta(minutes=1)
    assert store.files.read(first.digest) == b"w = 1\n"
    taken = take(store)
    assert taken is not None
    settle(store, taken)
    assert store.hand_ins.one(first.ticket) == first
    assert store.hand_ins.of([900]) == [first, second]
    assert store.hand_ins.of([901]) == []
    assert store.hand_ins.one("0" * 20) is None


def test_what_is_said_of_lateness_is_said_of_the_moment_and_stays(store: Store) -> None:
    due = datetime(2026, 1, 1, tzinfo=UTC)
    drafts = [
        Draft(SLUG, number, f"student{number}", "hw.py", "student910", due, lambda at: f"At {at}.")
        for number in (910, 911)
    ]
    for made in store.hand_ins.add(drafts, FILE):
        assert made.lateness == f"At {made.at}."
        assert store.hand_ins.one(made.ticket) == made
    assert hand_in(store, 912).lateness == ""


def test_partners_have_one_each_or_none_has(store: Store) -> None:
    drafts = [
        Draft(SLUG, person, f"student{person}", "hw.py", "student800") for person in (800, 801)
    ]
    made = store.hand_ins.add(drafts, FILE)
    assert [(one.person, one.by) for one in made] == [(800, "student800"), (801, "student800")]
    hand_in(store, 801)
    with pytest.raises(TooMany, match="student801"):
        store.hand_ins.add(drafts, FILE, per_day=2, since=datetime.now(UTC) - timedelta(hours=1))
    assert len(store.hand_ins.of([800])) == 1


def test_who_has_the_same_hand_in_is_known_and_who_has_another_is_not(store: Store) -> None:
    drafts = [
        Draft(SLUG, number, f"student{number}", "hw.py", "student920") for number in (920, 921)
    ]
    first, its = store.hand_ins.add(drafts, FILE)
    time.sleep(0.002)  # what comes now comes at another moment
    hand_in(store, 920)
    hand_in(store, 922)
    assert store.hand_ins.shared(first) == store.hand_ins.shared(its) == [first, its]
    time.sleep(0.002)
    again = store.hand_ins.add(drafts, FILE)
    assert store.hand_ins.shared(again[0]) == again


def test_so_many_a_day_and_no_more(store: Store) -> None:
    today = datetime.now(UTC) - timedelta(minutes=1)
    for _ in range(2):
        hand_in(store, 700, per_day=2, since=today)
    with pytest.raises(TooMany):
        hand_in(store, 700, per_day=2, since=today)
    tomorrow = datetime.now(UTC) + timedelta(minutes=1)
    assert hand_in(store, 700, per_day=2, since=tomorrow).number == 3


def test_who_has_nothing_waiting_goes_first(store: Store) -> None:
    greedy = [hand_in(store, 1) for _ in range(4)]
    late = hand_in(store, 2)
    places = store.hand_ins.where([*(one.id for one in greedy), late.id])
    assert places[late.id].place == 2
    assert [places[one.id].place for one in greedy] == [1, 3, 4, 5]
    order = [taken.hand_in.person for _ in range(5) if (taken := take(store)) is not None]
    assert order == [1, 2, 1, 1, 1]


def test_a_first_verdict_goes_before_many_that_are_graded_again(store: Store) -> None:
    old = [hand_in(store, 10 + n) for n in range(3)]
    while (taken := take(store)) is not None:
        settle(store, taken)
    assert store.hand_ins.again(old) == 3
    assert store.hand_ins.again(old) == 0  # they are waiting already
    new = hand_in(store, 20)
    first = take(store, "here/1/a", Lane.FIRST, Lane.AGAIN)
    assert first is not None
    assert first.hand_in == new
    again = take(store, "here/1/a", Lane.FIRST, Lane.AGAIN)
    assert again is not None
    assert (again.hand_in, again.round) == (old[0], 1)
    before = store.hand_ins.where([old[0].id])[old[0].id].attempt
    assert settle(store, again)
    assert store.hand_ins.where([old[0].id])[old[0].id].attempt != before


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud800", "x" * 10_000, "'; --", ""])
def test_what_nobody_called_so_is_not_there(store: Store, odd: str) -> None:
    """Addresses may hold whatever somebody types."""
    hand_in(store, 1)
    assert store.hand_ins.one(odd) is None
    assert store.hand_ins.of([1], odd) == []


def test_what_takes_long_waits_for_a_grader_of_its_own(store: Store) -> None:
    slow = hand_in(store, 30)
    assert take(store, "here/1/a", Lane.FIRST) is not None
    assert store.hand_ins.give_back(["here/1/a"], Lane.LONG) == 1
    assert take(store, "here/1/a", Lane.FIRST, Lane.AGAIN) is None
    assert store.hand_ins.where([slow.id])[slow.id].lane is Lane.LONG
    found = take(store, "here/1/b", Lane.LONG)
    assert found is not None
    assert (found.hand_in, found.tries) == (slow, 1)


def test_only_who_holds_it_gives_a_verdict_and_only_once(store: Store) -> None:
    one = hand_in(store, 40)
    dead = take(store, "here/1/dead")
    assert dead is not None
    assert store.hand_ins.where([one.id])[one.id].state is State.RUNNING
    assert take(store, "here/1/b") is None
    store.hand_ins.give_back(["here/1/dead"])
    alive = take(store, "here/1/alive")
    assert alive is not None
    before = len(store.entries(SLUG))
    assert not settle(store, dead, "here/1/dead")
    assert settle(store, alive, "here/1/alive")
    assert not settle(store, alive, "here/1/alive")
    assert len(store.entries(SLUG)) == before + 1
    assert store.hand_ins.where([one.id])[one.id].attempt == store.entries(SLUG)[-1].id


def test_what_is_not_renewed_is_taken_by_others(store: Store) -> None:
    hand_in(store, 50)
    assert store.hand_ins.take("there/1/a", tuple(Lane), [SLUG], 0.2) is not None
    assert take(store, "here/1/b") is None
    store.hand_ins.renew(["there/1/a"], 0.4)
    time.sleep(0.25)
    assert take(store, "here/1/b") is None
    time.sleep(0.25)
    again = take(store, "here/1/b")
    assert again is not None
    assert again.tries == 1
    assert store.hand_ins.holders() == {"here/1/b"}


def test_of_an_assignment_that_is_not_served_nothing_is_taken(store: Store) -> None:
    hand_in(store, 60)
    assert store.hand_ins.take("here/1/a", tuple(Lane), ["another"], LEASE) is None


def test_many_take_at_once_and_none_takes_what_another_has(store: Store) -> None:
    waiting = {hand_in(store, 100 + n).id for n in range(40)}
    got: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while (taken := take(store, name)) is not None:
            with lock:
                got.append(taken.hand_in.id)
            assert settle(store, taken, name)

    threads = [threading.Thread(target=work, args=(f"here/1/{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(waiting)
    where = store.hand_ins.where(sorted(waiting))
    assert len({one.attempt for one in where.values()}) == 40


def test_numbers_are_given_once_when_somebody_hands_in_twice_at_once(store: Store) -> None:
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(hand_in(store, 200).number))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_who_hands_in_together_says_so_and_may_take_it_back(store: Store) -> None:
    store.hand_ins.join(SLUG, 1, 2, True)
    store.hand_ins.join(SLUG, 2, 1, True)
    store.hand_ins.join(SLUG, 2, 1, False)
    said = [Naming(1, 2, True), Naming(2, 1, True), Naming(2, 1, False)]
    assert store.hand_ins.namings(SLUG) == said
    assert store.hand_ins.namings("another") == []


def test_who_leaves_takes_back_all_that_they_said_and_nobody_elses_word(store: Store) -> None:
    for person, other, together in ((31, 32, True), (31, 33, True), (31, 33, False)):
        store.hand_ins.join("leaving", person, other, together)
    for person, other in ((131, 33), (32, 31), (31, 34)):
        store.hand_ins.join("leaving", person, other, True)
    before = store.hand_ins.namings("leaving")
    store.hand_ins.leave("leaving", [31, 131])
    after = store.hand_ins.namings("leaving")
    gone = [Naming(31, 32, False), Naming(131, 33, False), Naming(31, 34, False)]
    assert after[: len(before)] == before
    assert sorted(map(str, after[len(before) :])) == sorted(map(str, gone))
    store.hand_ins.leave("leaving", [31, 131])
    assert store.hand_ins.namings("leaving") == after


def test_a_no_of_whoever_takes_nothing_back_by_it_declines(store: Store) -> None:
    """Also where they had named each other once: that is taken back first."""
    join, decline = store.hand_ins.join, store.hand_ins.decline
    join("declining", 1, 2, True)
    decline("declining", 2, 1)
    join("declining", 2, 1, True)
    store.hand_ins.leave("declining", [2])
    join("declining", 2, 1, True)
    decline("declining", 2, 1)
    assert store.hand_ins.namings("declining") == [
        Naming(1, 2, True),
        Naming(2, 1, False, declines=True),
        Naming(2, 1, True),
        Naming(2, 1, False),
        Naming(2, 1, True),
        Naming(2, 1, False),
        Naming(2, 1, False, declines=True),
    ]


def test_of_several_it_is_counted_of_each_how_often_they_handed_in(store: Store) -> None:
    today = datetime.now(UTC) - timedelta(minutes=1)
    for person in (951, 952, 952):
        hand_in(store, person)
    assert store.hand_ins.counts_since([951, 952], SLUG, today) == [1, 2]
    assert store.hand_ins.counts_since([951, 953], SLUG, today) == [1, 0]
    assert store.hand_ins.counts_since([951, 952], "another", today) == [0, 0]
    assert store.hand_ins.counts_since([952], SLUG, today + timedelta(days=1)) == [0]


def test_the_choice_of_a_student_is_kept_in_order(store: Store) -> None:
    one, two = hand_in(store, 300), hand_in(store, 300)
    for chosen in (two, one):
        store.hand_ins.choose(chosen)
    assert store.hand_ins.chosen(SLUG)[-2:] == [two, one]


def test_a_hand_in_is_on_the_disk_before_its_receipt(tmp_path: Path) -> None:
    """The one transaction that must survive a power cut is written through."""
    levels: list[int] = []
    with open_store(tmp_path / "grades.db") as store:
        begin = store.hand_ins._begin

        def looked(**how: bool) -> object:
            opened = begin(**how)
            connection = opened.__enter__()
            levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar() or 0)
            opened.__exit__(None, None, None)
            return begin(**how)

        store.hand_ins._begin = looked  # type: ignore[assignment]
        hand_in(store, 1)
        store.hand_ins.of([1])
    assert levels == [2, 1]


def test_what_could_not_be_graded_is_known_until_it_is(store: Store) -> None:
    one, other = hand_in(store, 800), hand_in(store, 801)
    failed = {**row(), "status": "not_graded", "score": None}
    mine = {one.id, other.id}

    def known() -> list[tuple[int, int, bool]]:
        all_ = [f for f in store.hand_ins.fruitless() if f.hand_in.id in mine]
        assert all(abs(datetime.now(UTC) - f.at) < timedelta(minutes=1) for f in all_)
        return [(f.hand_in.id, f.times, f.is_queued) for f in all_]

    for expected in (one, other):
        taken = take(store)
        assert taken is not None
        assert taken.hand_in == expected
        assert store.hand_ins.settle(taken, "here/1/a", failed if expected is one else row())
    assert known() == [(one.id, 1, False)]
    assert store.hand_ins.again([one]) == 1
    assert known() == [(one.id, 1, True)]
    taken = take(store)
    assert taken is not None
    assert store.hand_ins.settle(taken, "here/1/a", failed)
    assert known() == [(one.id, 2, False)]
    store.hand_ins.again([one])
    taken = take(store)
    assert taken is not None
    assert settle(store, taken)
    assert known() == []
