"""Answers as a spreadsheet: what goes out harmless comes back as it was, and all of it or none."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_class import SmallClass

from autograder import acts
from autograder.acts.sheet import COLUMNS, read_sheet, safe, sheet, unsafe
from autograder.errors import UsageError
from autograder.store import HandedInFile
from autograder.store.hand_ins import Draft


def rows(small: SmallClass) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(sheet(list(small.book.answers()))))))


def marked(small: SmallClass, path: Path, text: str, by: str = "ta") -> int:
    path.write_text(text, encoding="utf-8")
    book = small.book
    found = acts.mark_sheet(book, read_sheet(path), by, path.name)
    acts.decide(small.store, book.ledger, found.acts)
    return len(found.acts)


def refusal(small: SmallClass, path: Path, text: str) -> str:
    with pytest.raises(UsageError) as error:
        marked(small, path, text)
    assert small.book.ledger.acts == ()
    assert error.value.exit_status == 2
    return str(error.value)


def test_a_row_for_every_answer_and_equal_ones_in_one_group(small: SmallClass) -> None:
    for name, answer in {"a": "It stops.", "b": "", "c": "It  stops.\n", "d": "it stops."}.items():
        small.hand_in(name, answer)
    found = rows(small)
    assert tuple(found[0]) == COLUMNS
    assert [row["student"] for row in found] == ["a", "b", "c", "d"]
    assert {row["question"] for row in found} == {"why"}
    groups = [row["group"] for row in found]
    assert groups[0] == groups[2]
    assert len(set(groups)) == 3
    assert all(row["points"] == "" for row in found)


def test_of_partners_with_different_points_for_one_piece_of_work_is_told(
    small: SmallClass, tmp_path: Path
) -> None:
    for name in ("alice", "bob"):
        small.hand_in(name, "It stops.", digest="one file")
    small.hand_in("carl", "It stops.")

    def apart(*lines: str) -> tuple[str, ...]:
        path = tmp_path / "m.csv"
        path.write_text("\n".join(("student,question,points", *lines)), encoding="utf-8")
        book = small.book
        found = acts.mark_sheet(book, read_sheet(path), "ta", path.name)
        acts.decide(small.store, book.ledger, found.acts)
        return found.apart

    assert apart("bob,why,3", "carl,why,9") == ()
    assert apart("alice,why,8") == ("why: alice 8, bob 3",)
    assert apart("carl,why,2", "alice,why,8") == (), "nothing new of these"
    assert apart("alice,why,4", "bob,why,5.5") == ("why: alice 4, bob 5.5",)
    small.decide(acts.override(small.book, "bob", "why", 6.0, "so", "ta"))
    assert apart("alice,why,6") == ()


def test_of_partners_who_are_left_without_what_one_of_them_got_is_told(
    small: SmallClass, tmp_path: Path
) -> None:
    for name in ("alice", "bob", "carol"):
        small.hand_in(name, digest="one file")
    small.hand_in("zoe")

    def left_out(*lines: str) -> list[str]:
        path = tmp_path / "m.csv"
        path.write_text("\n".join(("student,question,points", *lines)), encoding="utf-8")
        book = small.book
        marks = acts.mark_sheet(book, read_sheet(path), "ta", path.name).acts
        said = list(acts.left_out(book, marks))
        acts.decide(small.store, book.ledger, marks)
        return said

    assert left_out("zoe,why,5") == []
    same = "handed in the same piece of work and"
    assert left_out("bob,why,5") == [f"why: alice and carol {same} have no points for it"]
    assert left_out("alice,why,5") == [f"why: carol {same} has no points for it"]
    assert left_out("carol,why,5") == []

    def overridden(student: str, question: str, worth: float | None) -> list[str]:
        book = small.book
        act = acts.override(book, student, question, worth, "so", "ta")
        said = list(acts.left_out(book, [act]))
        acts.decide(small.store, book.ledger, [act])
        return said

    assert overridden("bob", "adam", 25.0) == [
        f"adam: alice {same} has 18 for it",
        f"adam: carol {same} has 18 for it",
    ]
    assert overridden("alice", "adam", 25.0) == [f"adam: carol {same} has 18 for it"]
    assert overridden("bob", "adam", None) == []


def test_what_was_written_comes_back_and_changes_nothing(small: SmallClass, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        small.hand_in(name, "=cmd|' /C calc'!A0, \"so\"\nand; so")
    text = 'student,question,points,comment,rubric\na,why,7.25,"=1+1; ""no""\n+2",stops sums\n'
    assert marked(small, tmp_path / "m.csv", text) == 1
    whole = "".join(sheet(list(small.book.answers())))
    assert marked(small, tmp_path / "again.csv", whole, by="other") == 0
    question = small.question("a")
    assert question.by_person is not None
    assert question.by_person.comment == '=1+1; "no"\n+2'
    assert [item.name for item in question.by_person.rubric] == ["sums", "stops"]
    assert question.by_person.by == "ta"


def test_nothing_in_it_is_a_formula(small: SmallClass) -> None:
    for i, start in enumerate(("=1", "+1", "-1", "@x", "\t=1", "\n=1", "'=1", "＝1")):
        small.hand_in(f"s{i}", start)
    small.hand_in("=evil()", "fine")
    for row in rows(small):
        assert not any(cell.lstrip("'").startswith("=") and cell[0] != "'" for cell in row.values())
        assert row["answer"][0] in "'f"


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert unsafe(safe(text)) == text
    assert safe(text)[:1] not in set("=+-@\t\r\n")


def test_only_three_columns_are_needed_and_empty_points_are_left_alone(
    small: SmallClass, tmp_path: Path
) -> None:
    small.hand_in("a")
    small.hand_in("b")
    text = "Points;Student;Question\n7,5;a;why\n;b;why\n"
    assert marked(small, tmp_path / "m.csv", text) == 1
    assert small.question("a").score == 7.5
    assert small.question("b").score is None


def test_columns_that_are_left_out_take_nothing_away(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("a")
    with_words = "student,question,points,comment,rubric\na,why,3,Good.,sums\n"
    marked(small, tmp_path / "m.csv", with_words)
    marked(small, tmp_path / "m.csv", "student,question,points\na,why,4\n")
    question = small.question("a")
    assert question.by_person is not None
    assert (question.score, question.by_person.comment) == (4, "Good.")
    assert [item.name for item in question.by_person.rubric] == ["sums"]


@pytest.mark.parametrize("points", ["10.5", "-1", "nan", "inf", "ten", "1e9", "0x4"])
def test_points_that_cannot_be_are_refused(small: SmallClass, tmp_path: Path, points: str) -> None:
    small.hand_in("a")
    small.hand_in("b")
    said = refusal(small, tmp_path / "m.csv", f"student,question,points\nb,why,1\na,why,{points}\n")
    assert "line 3 (a, why)" in said
    assert points.replace("1e9", "1e+09") in said


def test_every_refused_row_has_its_reason(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("a")
    small.hand_in("b")
    said = refusal(
        small,
        tmp_path / "m.csv",
        "student,question,points,rubric\n"
        "a,why,7,\nzoe,why,3,\na,adam,3,\na,nothing,3,\na,why,8,\nb,why,2,stps\n",
    )
    for line, reason in {
        3: "nobody is known as 'zoe'",
        4: "not marked by a person",
        5: "no question 'nothing'",
        6: "in line 2 as well",
        7: "'stps' is no item of the rubric; did you mean stops?",
    }.items():
        assert any(f"line {line} (" in one and reason in one for one in said.splitlines()), said
    lines = [int(one.split()[1]) for one in said.splitlines()[1:]]
    assert lines == [3, 4, 5, 6, 7], "in the table's order, and not the first of the same twice"


def test_an_outdated_attempt_is_refused_and_a_regraded_one_is_not(
    small: SmallClass, tmp_path: Path
) -> None:
    small.hand_in("a", "First.", digest="d1")
    row = rows(small)[0]
    text = f"student,question,points,attempt\na,why,7,{row['attempt']}.0\n"
    small.hand_in("a", "First.", digest="d1", version="v2")
    assert rows(small)[0]["attempt"] == row["attempt"]
    small.hand_in("a", "Second.", digest="d2")
    assert "outdated" in refusal(small, tmp_path / "m.csv", text)
    small.hand_in("a", "First.", digest="d1", version="v3")
    assert marked(small, tmp_path / "m.csv", text) == 1


def test_a_file_of_before_the_portal_is_not_taken_for_the_receipt_with_its_number(
    small: SmallClass, tmp_path: Path
) -> None:
    small.people(tmp_path / "r.csv", "id\na\nb\n")
    for name in ("a", "b"):
        small.hand_in(name, "First.", days_late=-9)
    old = "".join(sheet(list(small.book.answers()))).replace("First.,", "First.,7")
    number = next(one.number for one in small.book.standing.directory.people if one.id == "a")
    at_portal = HandedInFile.of(b"second")
    small.store.hand_ins.add([Draft("rates", number or 0, "a", "a.py", "a")], at_portal)
    small.hand_in("a", "Second.", digest=at_portal.digest)
    assert [row["attempt"] for row in rows(small)] == ["R1", "2"]
    said = refusal(small, tmp_path / "m.csv", old)
    assert "attempt 1 is outdated, or not one of a: the one to mark is R1 " in said
    assert "line 3" not in said
    new = "".join(sheet(list(small.book.answers()))).replace("Second.,", "Second.,7")
    assert marked(small, tmp_path / "m.csv", new) == 1


def test_words_without_points_are_left_alone_and_named(small: SmallClass, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        small.hand_in(name, "It stops.")
    path = tmp_path / "m.csv"
    lines = ("a,why,7,,", "b,why,,Well done.,", "c,why,,,stops", "d,why,,,")
    path.write_text("\n".join(["student,question,points,comment,rubric", *lines]), "utf-8")
    found = acts.mark_sheet(small.book, read_sheet(path), "ta", path.name)
    assert [small.book.ledger.subject(act)[0] for act in found.acts] == ["a"]
    assert (found.unchanged, found.without_points) == (0, (3, 4))


@pytest.mark.parametrize("attempt", ["77", "x"])
def test_an_attempt_that_never_was_is_not_said_to_have_been_followed(
    small: SmallClass, tmp_path: Path, attempt: str
) -> None:
    small.hand_in("a", "First.", digest="d1")
    said = refusal(
        small, tmp_path / "m.csv", f"student,question,points,attempt\na,why,7,{attempt}\n"
    )
    assert f"attempt {attempt} is outdated, or not one of a" in said
    assert f"the one to mark is {rows(small)[0]['attempt']} " in said
    assert "handed in again" not in said


def test_any_identifier_of_one_person_will_do(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("amy@uni.edu")
    small.people(tmp_path / "r.csv", "id,email,sis_id\namy,amy@uni.edu,4711\nben,,12\nzed,,\n")
    marked(small, tmp_path / "m.csv", "student,question,points\n4711,why,7\n")
    assert small.question("amy").score == 7
    with pytest.raises(UsageError, match="ben has not handed in"):
        marked(small, tmp_path / "m.csv", "student,question,points\n12,why,7\n")


def test_an_identifier_that_fits_two_is_refused(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("x1")
    small.hand_in("x2")
    small.people(tmp_path / "r.csv", "id,name\nx1,Kim Lee\nx2,Kim Lee\n")
    said = refusal(small, tmp_path / "m.csv", "student,question,points\nKim Lee,why,7\n")
    assert "'Kim Lee' fits more than one person: x1, x2" in said


def test_a_table_without_points_is_said_to_be_none(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("a")
    assert "has no column 'points'" in refusal(small, tmp_path / "m.csv", "student,question\na,why")


def test_names_that_steer_a_terminal_are_found_by_what_is_seen(
    small: SmallClass, tmp_path: Path
) -> None:
    small.hand_in("eve\x1b[2J")
    cell = rows(small)[0]["student"]
    assert "\x1b" not in cell
    marked(small, tmp_path / "m.csv", f"student,question,points\n{cell},why,7\n")
    assert small.question("eve\x1b[2J").score == 7


def test_an_endless_answer_is_cut_and_still_read_back(small: SmallClass, tmp_path: Path) -> None:
    small.hand_in("a", "word " * 100_000)
    whole = "".join(sheet(list(small.book.answers())))
    assert len(whole) < 32_767
    assert "more characters" in whole
    assert marked(small, tmp_path / "m.csv", whole.replace(",,,,1,", ",5,,,1,")) == 1
