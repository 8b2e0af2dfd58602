"""Lists of people, in the shape in which each system exports them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.model import Identity
from autograder.people import read_people
from autograder.store import PersonRecord

LISTS = {
    "roster": (
        "id,name,email,section,role\n"
        'amy,"Müller, Amy",amy@uni.edu,A,\n'
        "tom,Tom O'Brien,tom@uni.edu,,TA\n",
        [
            PersonRecord(
                Identity("amy", email="amy@uni.edu", name="Müller, Amy"), "A", "", "roster"
            ),
            PersonRecord(
                Identity("tom", email="tom@uni.edu", name="Tom O'Brien"), "", "ta", "roster"
            ),
        ],
    ),
    "canvas": (
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 1 (123)\n"
        "    Points Possible,,,,,90\n"
        '"Müller, Amy",10001,S001,amy.m,"Monday, and Friday",\n'
        '"Student, Test",10999,,f00,Monday,\n',
        [
            PersonRecord(
                Identity("", "amy.m", "S001", "", "10001", "Müller, Amy"),
                "Monday, and Friday",
                "",
                "canvas",
            )
        ],
    ),
    "canvas in two columns": (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section\n"
        ",,,,,\n"
        "Müller,Amy,10001,S001,amy.m,Monday\n",
        [
            PersonRecord(
                Identity("", "amy.m", "S001", "", "10001", "Müller, Amy"), "Monday", "", "canvas"
            )
        ],
    ),
    "moodle worksheet": (
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
        "Last modified (grade),Feedback comments\n"
        "Participant 1042,Amy Müller,S001,amy@uni.edu,No submission,,90.00,-,\n",
        [
            PersonRecord(
                Identity("", "", "S001", "amy@uni.edu", "1042", "Amy Müller"), "", "", "moodle"
            )
        ],
    ),
    "moodle participants": (
        "First name;Last name;ID number;Email address;Groups;Roles\n"
        "Amy;Müller;S001;amy@uni.edu;A;Non-editing teacher\n",
        [
            PersonRecord(
                Identity("", "", "S001", "amy@uni.edu", "", "Müller, Amy"), "A", "ta", "moodle"
            )
        ],
    ),
    "gradescope": (
        "First Name,Last Name,SID,Email,Role,Section\nAmy,Müller,S001,amy@uni.edu,Student,A\n",
        [
            PersonRecord(
                Identity("", "", "S001", "amy@uni.edu", "", "Müller, Amy"),
                "A",
                "student",
                "gradescope",
            )
        ],
    ),
    "nbgrader": (
        "id,first_name,last_name,email,lms_user_id\namy,Amy,Müller,amy@uni.edu,77\n",
        [
            PersonRecord(
                Identity("amy", "", "", "amy@uni.edu", "77", "Müller, Amy"), "", "", "nbgrader"
            )
        ],
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_recognised_and_every_identifier_kept(name: str, tmp_path: Path) -> None:
    text, expected = LISTS[name]
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    listed = read_people(path)
    assert listed.kind == name.split()[0]
    assert [each.record for each in listed.people] == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("student,points\namy,3\n", "is no list of people that is known"),
        ("id,name\n,Amy\n", "line 2: the id is missing"),
        ("id,role\namy,boss\n", "line 2: the role 'boss' should be student, ta or instructor"),
        ("id\namy\nben\nAMY\n", "line 4: 'AMY' is on the list twice, in line 2 as well"),
        ("id,email\namy,a@x\nben,A@X\n", "line 3: 'A@X' is on the list twice"),
        ("id,email\n", "There is nobody on "),
        ("", "people.csv is empty"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_with_its_line(
    text: str, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=complaint):
        read_people(path)


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_people(tmp_path / "people.csv")
    (tmp_path / "people.csv").write_bytes(b"id\n\xff\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_people(tmp_path / "people.csv")


def test_what_a_terminal_would_obey_is_in_no_name(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text('id,name\n"a\x1b[2J","Two\n  lines\u202e"\n', encoding="utf-8")
    (listed,) = read_people(path).people
    assert (listed.record.identity.id, listed.record.identity.name) == ("a [2J", "Two lines")


@pytest.mark.parametrize(
    "title",
    ["E-Mail", "E-mail address", "Mail", "Email Address", "e_mail", "E\u2011Mail", "MAIL ADDRESS"],
)
def test_an_address_is_taken_however_its_column_is_spelt(title: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"ID,Name,{title},SIS ID\namy,Amy,amy@uni.edu,S1\n", encoding="utf-8")
    listed = read_people(path)
    (amy,) = listed.people
    assert amy.record.identity == Identity("amy", "", "S1", "amy@uni.edu", "", "Amy")
    assert listed.notices == ()


def test_columns_that_are_not_taken_are_named_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,Room\x1b[2J,email,mail,Phone\namy,7,,a@x,1\n", encoding="utf-8")
    listed = read_people(path)
    assert listed.people[0].record.identity.email == "a@x", "of two columns, that which says one"
    (said,) = listed.notices
    assert said.startswith(
        "Not taken: the columns “Room [2J”, “Phone”. A roster has the columns id"
    )
    path.write_text("id,Phone\namy,1\n", encoding="utf-8")
    assert "the column “Phone”." in read_people(path).notices[0]
    path.write_text("id," + ",".join(f"c{i}" for i in range(50)) + "\namy,1\n", encoding="utf-8")
    assert "“c19” and 30 more." in read_people(path).notices[0]


def test_of_what_platforms_export_no_column_is_news(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(LISTS["moodle worksheet"][0], encoding="utf-8")
    assert read_people(path).notices == ()
