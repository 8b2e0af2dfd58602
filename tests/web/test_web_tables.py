"""Tables follow what is decided, also after a failure, and before the desk ends."""

from __future__ import annotations

from threading import Event
from time import monotonic

from autograder.web.desk.tables import Tables


def test_what_changed_is_written_at_the_end_at_the_latest() -> None:
    written: set[str] = set()
    with Tables(written.update) as tables:
        tables.follow(["ann"])
        tables.follow(["ben", "ann"])
    assert written == {"ann", "ben"}


def test_nothing_is_written_where_nothing_changed() -> None:
    calls: list[set[str]] = []
    with Tables(calls.append):
        pass
    assert calls == []


def test_a_failure_ends_nothing_and_is_made_good() -> None:
    tried = Event()
    written: list[set[str]] = []

    def write(students: set[str]) -> None:
        if not tried.is_set():
            tried.set()
            raise RuntimeError("no room on the disk")
        written.append(set(students))

    with Tables(write) as tables:
        tables.follow(["ann"])
        assert tried.wait(10)
        tables.follow(["ben"])
    assert written == [{"ann", "ben"}]


def test_leaving_waits_so_long_and_no_longer() -> None:
    begun, goes_on = Event(), Event()

    def write(_students: set[str]) -> None:
        begun.set()
        goes_on.wait(20)

    began = monotonic()
    with Tables(write, 0.2) as tables:
        tables.follow(["amy"])
    assert begun.is_set()
    assert monotonic() - began < 5
    goes_on.set()
