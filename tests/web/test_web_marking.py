"""A TA marks: from the queue to what is stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from course_class import ASKED, INSTRUCTOR, MARIA, TOM, Desk, grade_of, hand_in

from autograder.errors import StoreError
from autograder.people import import_people, read_people
from autograder.store import Store
from autograder.web.desk.rows import Filter


def marks(desk: Desk) -> dict[str, tuple[float, str, str]]:
    """Points, comment and who, by student."""
    found = {}
    for answer in desk.room.view().book.answers():
        given = answer.question.by_person
        if given is not None:
            found[answer.student] = given.points, given.comment, given.by
    return found


def attempt(desk: Desk, student: str) -> int:
    return desk.room.view().book.counting[student]


def at(desk: Desk, student: str, more: str = "?kind=unread") -> str:
    return f"/answer/{attempt(desk, student)}/{ASKED}{more}"


def test_the_queue_has_what_is_to_be_read_and_leads_on(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    page = maria.open("/")
    assert "5 answers" in page
    assert page.index("ann") < page.index("emil")
    maria.open(at(desk, "ann"))
    maria.send(points="7.5", comment="Say why.", do="mark")
    assert maria.address.startswith(at(desk, "ben"))
    assert "ann: 7.5 of 10 points." in maria.page
    back = re.search(r'href="([^"]*)" data-key="b"', maria.page)
    assert back is not None
    assert back.group(1) == at(desk, "ann")  # though it is no longer to be read
    assert 'value="7.5"' in maria.open(back.group(1))
    for odd in (
        "left=x",
        "left=999&of=nothing",
        f"left={'9' * 5000}",
        f"left={attempt(desk, 'ann')}",
    ):
        maria.open(f"{at(desk, 'ben')}&{odd}")
        assert (maria.status, 'data-key="b"' in maria.page) == (200, False)
    assert marks(desk) == {"ann": (7.5, "Say why.", "maria")}
    assert "4 answers" in maria.open("/")


def test_items_of_the_rubric_make_the_points(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open(at(desk, "ann"))
    maria.send(item=["stops", "long"], do="mark")
    assert marks(desk)["ann"][0] == 4.0
    maria.open(at(desk, "ben"))
    maria.send(item=["sums", "stops"], points="9", do="mark")
    assert marks(desk)["ben"][0] == 9.0


def test_points_that_cannot_be_are_refused_and_what_was_typed_stays(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    for points in ("11", "-1", "nan", "much", ""):
        maria.open(at(desk, "ann"))
        maria.send(points=points, comment="My long comment.", do="mark")
        assert maria.status == 400
        assert "My long comment." in maria.page
    assert marks(desk) == {}


def test_a_store_that_is_busy_takes_nothing_away_that_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = desk.as_(MARIA)

    def busy(*_: object, **__: object) -> None:
        raise StoreError("results/grades.db is locked by another program: try again")

    for place in ("answer", "group"):
        maria.open(f"/{place}/{attempt(desk, 'ann')}/{ASKED}")
        with monkeypatch.context() as patch:
            patch.setattr(type(desk.room.store.acts), "add", busy)
            member = re.findall(r'name="member" value="([^"]*)"', maria.page)
            maria.send(points="6", comment="Long thought.", do="mark", member=member)
        assert maria.status == 503
        assert ">results/grades.db is locked" in maria.page
        assert ">Long thought.</textarea>" in maria.page
        assert 'value="6"' in maria.page
    maria.send(points="6", comment="Long thought.", do="mark", member=member)
    assert desk.room.view().grade("ann").questions[-1].final_points == 6


def test_the_second_sees_the_mark_of_the_first_and_loses_nothing(desk: Desk) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    maria.open(at(desk, "ann"))
    assert "maria has this open" in tom.open(at(desk, "ann"))
    maria.send(points="7", comment="Good.", do="mark")
    tom.send(points="3", comment="Typed for long.", do="mark")
    assert tom.status == 409
    assert "maria gave 7 points" in tom.page
    assert "Typed for long." in tom.page
    assert "Good." in tom.page
    assert marks(desk) == {"ann": (7.0, "Good.", "maria")}
    tom.send(points="3", comment="Typed for long.", do="mark")
    assert marks(desk) == {"ann": (3.0, "Typed for long.", "tom")}


def test_an_answer_that_was_not_read_is_not_marked(desk: Desk, store: Store) -> None:
    maria = desk.as_(MARIA)
    maria.open(at(desk, "ann"))
    hand_in(store, grade_of("ann", "Another answer."), days=1)
    maria.send(points="7", do="mark")
    assert maria.status == 409
    assert marks(desk) == {}
    assert "Another answer." in maria.page


def test_a_mark_comes_back_with_an_answer_that_changed(desk: Desk, store: Store) -> None:
    maria = desk.as_(MARIA)
    maria.open(at(desk, "ann"))
    maria.send(points="7", do="mark")
    hand_in(store, grade_of("ann", "Another answer."), days=1)
    assert "come back changed <b>1</b>" in maria.open("/")
    assert "Another answer was given 7 points by maria" in maria.open(at(desk, "ann"))


def test_names_are_hidden_where_that_is_wished(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open("/")
    maria.send("/names", names="hidden", back="/")
    assert "ann" not in maria.page.replace("cannot", "")
    assert "ann" not in maria.open(at(desk, "ann")).replace("cannot", "")
    maria.send("/names", names="shown", back="//elsewhere.example/")
    assert maria.address == "/"
    assert "ann" in maria.page


def test_a_flag_is_for_the_staff(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open(at(desk, "ann"))
    maria.send(do="flag")
    assert "flagged <b>1</b>" in desk.as_(INSTRUCTOR).open("/")
    maria.open(at(desk, "ann"))
    maria.send(do="flag")
    assert "flagged <b>0</b>" in maria.open("/")


def to_read(desk: Desk) -> dict[str, set[str]]:
    """Students by whoever reads their answers; those of nobody are left out."""
    view = desk.room.view()
    return {
        reader: {row.student for row in view.chosen(Filter(kind="unread", reader=reader))}
        for reader in view.readers
    }


def test_answers_are_shared_out_and_equal_ones_go_to_the_same(desk: Desk) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    assert "To read for" not in maria.open("/")
    maria.open("/sharing")
    maria.send(rest=["maria", "tom"], do="share")
    shares = to_read(desk)
    assert set(shares) == {"maria", "tom"}
    assert set.union(*shares.values()) == {"ann", "ben", "cleo", "dora", "emil"}
    assert not shares["maria"] & shares["tom"]
    assert all({"cleo", "emil"} <= s or not {"cleo", "emil"} & s for s in shares.values())
    for name, browser in (("maria", maria), ("tom", tom)):
        assert f"<h2>{len(shares[name])} answer" in browser.open("/")  # one's own come first
    assert "<h2>5 answers" in desk.as_(INSTRUCTOR).open("/")
    assert "<h2>5 answers" in tom.open("/?kind=unread")


def test_shares_are_changed_afterwards_and_the_second_is_told(desk: Desk, store: Store) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    maria.open("/sharing")
    stale = maria.hidden_for({"rest": ""})
    maria.send(rest=["tom"], do="share")
    assert to_read(desk) == {"tom": {"ann", "ben", "cleo", "dora", "emil"}}
    hand_in(store, grade_of("fay", "Later."))
    assert "fay" in to_read(desk)["tom"]
    tom.open("/sharing")
    tom.send(rest=["maria"], do="share", **stale | {"token": tom.hidden["token"]})
    assert tom.status == 409
    tom.open("/sharing")
    tom.send(rest=["maria"], do="share")
    assert set(to_read(desk)) == {"maria"}
    tom.send(rest=["eve"], do="share")
    assert tom.status == 400
    tom.open("/sharing")
    tom.send(do="none")
    assert to_read(desk) == {}


def test_a_section_goes_to_whom_it_is_given(desk: Desk, store: Store, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,section\nann,A\nben,A\ncleo,B\n", encoding="utf-8")
    import_people(store, read_people(tmp_path / "r.csv"))
    maria = desk.as_(MARIA)
    maria.open("/sharing")
    maria.send(section=["A", "B"], section_to=["tom", ""], rest=["maria"], do="share")
    assert to_read(desk) == {"tom": {"ann", "ben"}, "maria": {"cleo", "dora", "emil"}}
    page = maria.open("/sharing")
    assert '<option value="tom" selected>' in page
    assert 'value="maria" checked' in page


@pytest.mark.parametrize(
    "address",
    [
        f"/answer/999/{ASKED}",
        "/answer/{ann}/nothing",
        f"/group/999/{ASKED}",
        "/submission/999",
        "/page/999",
        "/compare/999",
        "/compare/{ann}?newer=999",
        f"/picture/999/{ASKED}/0",
        "/rubric/nothing",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_not_found(desk: Desk, address: str) -> None:
    maria = desk.as_(MARIA)
    page = maria.open(address.format(ann=attempt(desk, "ann")))
    assert maria.status == 404
    assert "fault of autograder" not in page


def test_a_desk_on_its_own_leads_to_no_course(desk: Desk) -> None:
    """Nobody signed in by name there, and there is nothing above it."""
    page = desk.as_(INSTRUCTOR).open("/class")
    assert "/publish" in page
    assert "/course" not in page
    assert "Sign out" not in page
