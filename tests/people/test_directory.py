"""Whom an identifier, a name or a hand-in fits: exactly one, or nobody."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Identity
from autograder.people import Directory, directory_of
from autograder.people.names import key, spellings, squeezed
from autograder.store import PersonRecord, PersonRow


def row(person: int, kind: str = "roster", /, **identity: str) -> PersonRow:
    return PersonRow(person, PersonRecord(Identity(**identity), kind=kind))


CLASS = directory_of(
    [
        row(1, id="amy", email="Amy.M@uni.edu", name="Müller, Amy"),
        row(2, id="ben", email="ben@uni.edu", name="Ben O'Brien-Lee"),
        row(3, id="cat1", email="cat1@uni.edu", name="Cat Doe"),
        row(4, id="cat2", email="cat2@uni.edu", name="Doe, Cat"),
        row(1, "canvas", login="am77", sis_id="S001", number="10001", name="Müller, Amy"),
        row(2, "moodle", number="1042", name="Ben O'Brien-Lee"),
        row(3, "canvas", number="1042"),
    ]
)


def ids(directory: Directory, who: str) -> list[str]:
    return [person.id for person in directory.find(who)]


@pytest.mark.parametrize(
    "who",
    [
        *("amy", "AMY", " amy ", "amy.m@UNI.edu", "AM77", "s001", "10001"),
        *("Amy Müller", "müller, amy", "MÜLLER,  AMY", unicodedata.normalize("NFD", "Amy Müller")),
        *("mülleramy", "AmyMüller", unicodedata.normalize("NFD", "mülleramy")),
    ],
)
def test_any_identifier_finds_its_person(who: str) -> None:
    assert ids(CLASS, who) == ["amy"]


@pytest.mark.parametrize(
    "who",
    [
        "Mülle Ramy",
        "B enO BrienLee",
        "am",
        "amy.m",
        "uni.edu",
        "Am Müller",
        "Müller",
        "S00",
        "10",
        "",
        " ",
    ],
)
def test_nothing_is_guessed(who: str) -> None:
    assert ids(CLASS, who) == []


def test_what_fits_two_fits_nobody() -> None:
    assert ids(CLASS, "Cat Doe") == ids(CLASS, "doecat") == ["cat1", "cat2"]
    assert ids(CLASS, "1042") == ["ben", "cat1"]
    known = CLASS.whose("Cat Doe", Identity(name="Cat Doe"))
    assert known.person is None
    assert [person.id for person in known.rivals] == ["cat1", "cat2"]


def test_an_apostrophe_and_a_hyphen_are_no_letters_in_the_names_of_files() -> None:
    assert ids(CLASS, "obrienleeben") == ids(CLASS, "benobrienlee") == ["ben"]


def whose(student: str, **identity: str) -> str | None:
    person = CLASS.whose(student, Identity(**identity)).person
    return person.id if person is not None else None


def test_whose_a_hand_in_is_says_the_platform_before_its_label() -> None:
    assert whose("x", email="AMY.M@uni.edu") == "amy"
    assert whose("ben", email="amy.m@uni.edu") == "amy"
    assert whose("mülleramy", number="10001", name="mülleramy") == "amy"
    assert whose("doecat", email="cat2@uni.edu", name="Doe, Cat") == "cat2"
    assert whose("amy") == "amy"
    assert whose("nobody") is None


def test_identifiers_that_contradict_each_other_join_nobody() -> None:
    assert whose("amy", id="amy", email="ben@uni.edu") is None


def test_a_number_that_two_platforms_gave_is_passed_over_for_the_name() -> None:
    assert whose("x", number="1042", name="Ben O'Brien-Lee") == "ben"
    assert whose("x", number="1042", name="Cat Doe") is None


def test_the_courses_own_list_says_what_somebody_is_called() -> None:
    rows = [
        row(1, "canvas", login="am77", name="Müller, Amy"),
        row(1, "roster", id="amy"),
        row(1, "gradescope", sis_id="S001", email="a@b"),
    ]
    assert [p.id for p in directory_of(rows[:1]).people] == ["am77"]
    (amy,) = directory_of(rows).people
    assert (amy.id, amy.name, amy.email, amy.role) == ("amy", "Müller, Amy", "a@b", "student")
    assert amy.identifiers == ("amy", "am77", "S001", "a@b")


def test_people_who_are_found_to_be_one_have_all_they_had() -> None:
    joined = PersonRecord(Identity(id="amy"), kind="roster", joins=(2,))
    directory = directory_of(
        [row(1, "canvas", login="am77"), row(2, "gradescope", email="a@b"), PersonRow(1, joined)]
    )
    assert [person.id for person in directory.people] == ["amy"]
    assert ids(directory, "a@b") == ids(directory, "am77") == ["amy"]
    assert directory.with_number(2) is directory.with_number(1) is directory.people[0]
    assert directory.with_number(3) is None


def test_strangers_are_known_by_what_they_handed_in() -> None:
    directory = CLASS.and_strangers(
        [("dan", Identity(email="dan@x")), ("Cat Doe", Identity()), ("AMY", Identity())]
    )
    assert ids(directory, "DAN@x") == ids(directory, "dan") == ["dan"]
    assert ids(directory, "Cat Doe") == ["cat1", "cat2"]
    assert ids(directory, "amy") == ["amy"]
    assert len(directory) == len(CLASS) + 1


@given(st.text(max_size=30))
def test_keys_do_not_depend_on_case_or_on_how_letters_are_encoded(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(text)
    assert key(key(text)) == key(text)
    assert spellings(text) == spellings(f" {text} ")
    assert squeezed(text) == squeezed(unicodedata.normalize("NFD", text))
