"""Lists taken in one after the other: everybody once, nothing lost, all of a list or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import StoreError, UsageError
from autograder.people import Imported, directory_of, import_people, read_people
from autograder.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        yield opened


def take(store: Store, tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    return import_people(store, read_people(path))


def people(store: Store) -> dict[str, tuple[str, ...]]:
    return {p.id: p.identifiers for p in directory_of(store.people()).people}


ROSTER = "id,name,email,section\namy,Amy Müller,amy@uni.edu,A\nben,Ben Lee,ben@uni.edu,B\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section\n"
    '"Müller, Amy",10001,S001,amy,Mo\n"Lee, Ben",10002,S002,ben.l,Mo\n'
)
GRADESCOPE = (
    "First Name,Last Name,SID,Email\nAmy,Müller,S001,amy@uni.edu\nZoe,Ng,S009,zoe@uni.edu\n"
)


def test_lists_of_several_systems_make_one_person_of_each(store: Store, tmp_path: Path) -> None:
    assert take(store, tmp_path, ROSTER) == Imported("roster", new=2, changed=0, same=0)
    # Amy by her login, Ben by his name, which is nobody else's.
    assert take(store, tmp_path, CANVAS) == Imported("canvas", new=0, changed=2, same=0)
    assert take(store, tmp_path, GRADESCOPE) == Imported("gradescope", new=1, changed=1, same=0)
    assert people(store) == {
        "amy": ("amy", "amy@uni.edu", "S001", "10001"),
        "ben": ("ben", "ben@uni.edu", "ben.l", "S002", "10002"),
        "S009": ("S009", "zoe@uni.edu"),
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_the_order_of_the_lists_does_not_matter(
    order: tuple[int, ...], store: Store, tmp_path: Path
) -> None:
    lists = (ROSTER, CANVAS, GRADESCOPE)
    for place in order:
        take(store, tmp_path, lists[place])
    assert {who: set(known) for who, known in people(store).items()} == {
        "amy": {"amy", "amy@uni.edu", "S001", "10001"},
        "ben": {"ben", "ben@uni.edu", "ben.l", "S002", "10002"},
        "S009": {"S009", "zoe@uni.edu"},
    }


def test_the_same_list_again_changes_nothing_and_a_newer_one_what_is_new(
    store: Store, tmp_path: Path
) -> None:
    take(store, tmp_path, ROSTER)
    rows = store.people()
    assert take(store, tmp_path, ROSTER) == Imported("roster", new=0, changed=0, same=2)
    assert store.people() == rows
    newer = ROSTER.replace("amy@uni.edu,A", "amy@new.edu,C").replace("ben,", "ben2,")
    assert take(store, tmp_path, newer) == Imported("roster", new=0, changed=2, same=0)
    assert people(store) == {
        "amy": ("amy", "amy@uni.edu", "amy@new.edu"),
        "ben2": ("ben2", "ben", "ben@uni.edu"),
    }
    (amy, _) = directory_of(store.people()).people
    assert (amy.email, amy.section) == ("amy@new.edu", "C")


def test_a_line_that_names_two_known_people_makes_them_one(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "Student,ID,SIS Login ID,Section\nA,10001,am77,\n")
    take(store, tmp_path, "First Name,Last Name,SID,Email\nB,C,,amy@uni.edu\n")
    assert len(people(store)) == 2
    done = take(store, tmp_path, "id,login,email\namy,am77,amy@uni.edu\n")
    assert (done.new, done.changed) == (0, 1)
    assert "am77, amy@uni.edu are one person, line 2 says: joined." in done.notices
    assert set(people(store)["amy"]) == {"amy", "am77", "amy@uni.edu", "10001"}
    assert take(store, tmp_path, "id,login,email\namy,am77,amy@uni.edu\n").same == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,email\namy,ben@uni.edu\n", "line 2 fits amy and ben"),
        ("id,email\nzoe,amy@uni.edu\nyan,\namy,zoe@uni.edu\n", "lines 2 and 4 are both amy"),
    ],
)
def test_a_contradiction_is_refused_and_nothing_of_it_stored(
    text: str, complaint: str, store: Store, tmp_path: Path
) -> None:
    take(store, tmp_path, ROSTER)
    rows = store.people()
    with pytest.raises(UsageError, match=f"nothing of it was stored: .*{complaint}"):
        take(store, tmp_path, text)
    assert store.people() == rows


def test_people_of_one_name_are_two_and_are_named(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, ROSTER)
    done = take(store, tmp_path, "First Name,Last Name,SID,Email\nAmy,Müller,S7,other@uni.edu\n")
    assert done.new == 1, "an address that differs speaks against it"
    assert "amy, S7 have the same name" in done.notices[0]


def test_a_name_that_two_have_on_the_list_joins_neither(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id,name\namy,Amy Müller\n")
    text = "Student,ID,SIS Login ID,Section\nAmy Müller,1,x1,\nAmy Müller,2,x2,\n"
    assert take(store, tmp_path, text).new == 2
    assert len(people(store)) == 3


def test_two_imports_at_once_do_not_share_numbers(store: Store, tmp_path: Path) -> None:
    before = store.people()
    take(store, tmp_path, ROSTER)
    with pytest.raises(StoreError, match="Somebody else is importing people"):
        store.add_people((), known=len(before))


def test_moodles_numbers_are_others_in_each_assignment(store: Store, tmp_path: Path) -> None:
    header = "Identifier,Full name,Status,Grade,Last modified (grade)\n"
    take(store, tmp_path, f"{header}Participant 41,Amy Lee,,,\nParticipant 42,Ben Ng,,,\n")
    done = take(store, tmp_path, f"{header}Participant 77,Amy Lee,,,\nParticipant 78,Ben Ng,,,\n")
    assert (done.new, done.changed) == (0, 2)
    assert people(store) == {"Amy Lee": ("Amy Lee", "41", "77"), "Ben Ng": ("Ben Ng", "42", "78")}


def test_nobody_is_called_like_somebody_else(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "Student,ID,Section\nAmy Lee,10001,\nAmy Lee,10002,\nBen,10003,\n")
    assert set(people(store)) == {"Amy Lee (1)", "Amy Lee (2)", "Ben"}
    directory = directory_of(store.people())
    assert [person.id for person in directory.find("10002")] == ["Amy Lee (2)"]
    assert len(directory.find("Amy Lee")) == 2


def test_a_line_that_says_nothing_is_nobody(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "First Name,Last Name,SID,Email,Role\n,,,,Student\nAmy,Lee,,,\n")
    assert list(people(store)) == ["Lee, Amy"]
