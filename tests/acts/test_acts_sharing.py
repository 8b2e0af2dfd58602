"""Who reads what: evenly, by section, by question, and changed afterwards."""

from __future__ import annotations

from collections import Counter

import pytest
from small_class import SmallClass

from autograder import acts
from autograder.acts import reader_of
from autograder.errors import UsageError
from autograder.store import Share


def test_each_reads_as_many_and_equal_answers_have_one_reader() -> None:
    shares = (Share(("maria", "tom", "ute")),)
    readers = Counter(reader_of(shares, "why", "", lot) for lot in range(300))
    assert readers == {"maria": 100, "tom": 100, "ute": 100}
    assert reader_of((), "why", "", 3) == ""


def test_the_first_share_that_fits_counts() -> None:
    shares = (Share(("ute",), question="why"), Share(("tom",), section="B"), Share(("maria",)))
    assert reader_of(shares, "why", "B", 1) == "ute"
    assert reader_of(shares, "how", "B", 1) == "tom"
    assert reader_of(shares, "how", "A", 1) == "maria"
    assert reader_of(shares[:2], "how", "A", 1) == ""


def test_it_is_changed_and_taken_back_and_stands_in_no_ones_way(small: SmallClass) -> None:
    small.hand_in("alice")
    version = small.book.ledger.version("alice", "why")
    small.decide(acts.share_out(small.book, [Share(("maria",))], "boss"))
    later = small.decide(acts.share_out(small.book, [Share(("tom",)), Share(())], "boss"))
    assert small.book.ledger.sharing == (Share(("tom",)),)
    assert small.book.ledger.version("alice", "why") == version
    small.decide(acts.take_back(small.book, later, "boss"))
    assert small.book.ledger.sharing == (Share(("maria",)),)
    with pytest.raises(UsageError, match="no question 'wy'"):
        acts.share_out(small.book, [Share(("tom",), question="wy")], "boss")
    assert "shared the answers out" in acts.told(small.book.ledger, small.book.ledger.acts[0])
    assert ",sharing," in "".join(acts.trail(small.book))


def test_the_gradebook_tells_what_waits_from_what_is_not_there() -> None:
    book = acts.gradebook(
        [
            acts.Column("one", "One", 100, {"ann": 80.0, "ben": None}),
            acts.Column("two", "Two", 50, {"ann": 25.5, "=cmd": 1.0}),
        ],
        {"ann": "A", "zed": "B"},
    )
    lines = {line.student: line for line in book.lines}
    assert list(lines) == ["=cmd", "ann", "ben", "zed"]
    assert (lines["ann"].total, lines["ann"].waits) == (105.5, False)
    assert (lines["ben"].total, lines["ben"].waits) == (0, True)
    assert (lines["zed"].points, lines["zed"].waits) == ((None, None), False)
    assert [column.mean for column in book.columns] == [80, 13.25]
    heading, first, ann, ben, zed = acts.gradebook_table(book)
    assert heading == "student,section,one,two,total,max_total,complete,waiting\n"
    assert first.startswith("'=cmd,")
    assert ann == "ann,A,80,25.5,105.5,150,yes,\n"
    assert ben == "ben,,,,,150,no,one\n"
    assert zed == "zed,B,,,0,150,yes,\n"
