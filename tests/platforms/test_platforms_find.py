"""Whose file is whose, in every layout, with every name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import ReadingError, UsageError
from autograder.model import HandedIn, Source
from autograder.platforms import Found, canvas, find, load, moodle, search
from autograder.platforms.signature import Signature
from autograder.submission import safe_name
from tests.submission.notebooks import SMALL, write

Finder = Callable[..., tuple[Found, ...]]


@pytest.fixture
def found_in(tmp_path: Path) -> Finder:
    def finder(*names: str, assignment: str = "adaptive_learning_rates") -> tuple[Found, ...]:
        paths = [tmp_path / name for name in names]
        return find(paths, scratch=tmp_path / "scratch", assignment=assignment)

    return finder


def files(*paths: Path) -> None:
    """Files with contents, the first the oldest, a minute apart."""
    for number, path in enumerate(paths):
        write(path, SMALL if ".ipynb" in path.name.lower() else "x = 1\n")
        os.utime(path, (1e9 + 60 * number,) * 2)


def students(found: tuple[Found, ...]) -> dict[str, str]:
    return {entry.student: entry.file for entry in found}


def test_flat_folder_is_named_by_stems(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(sub / "bob.py", sub / "alice.ipynb", sub / "Carol.IPYNB", sub / "dan.ipynb.txt")
    found = found_in("sub")
    assert students(found) == {
        "Carol": "Carol.IPYNB",
        "alice": "alice.ipynb",
        "bob": "bob.py",
        "dan": "dan.ipynb.txt",
    }
    assert [entry.student for entry in found] == sorted(students(found))
    assert found[1].modified == 1e9 + 60
    assert all(load(entry).problem is None for entry in found)


def test_what_is_no_submission_is_skipped(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "alice.ipynb",
        sub / ".ipynb_checkpoints" / "alice-checkpoint.ipynb",
        sub / "bob-checkpoint.ipynb",
        sub / ".hidden.ipynb",
        sub / "__MACOSX" / "._alice.ipynb",
        sub / "._alice.ipynb",
        sub / "__pycache__" / "x.py",
        *(sub / name for name in ("requirements.txt", "alice.json", "figure.png", "notes.pdf")),
        sub / "__init__.py",
    )
    assert students(found_in("sub")) == {"alice": "alice.ipynb"}


def test_folder_a_student(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "alice" / "hw.ipynb",
        sub / "alice" / "utils.py",
        sub / "bob" / "deep" / "er" / "hw.ipynb",
        sub / "carol" / "hw.py",
        sub / "dan" / "essay.pdf",
        sub / "images" / "figure.png",
    )
    found = found_in("sub")
    assert students(found) == {
        "alice": "alice/hw.ipynb",
        "bob": "bob/deep/er/hw.ipynb",
        "carol": "carol/hw.py",
        "dan": "dan/essay.pdf",
    }
    assert found[0].notices == (
        "alice handed in 2 files; alice/hw.ipynb was graded, alice/utils.py was passed over.",
    )
    assert "neither a notebook" in (load(found[3]).problem or "")


def test_the_only_students_folder_gives_its_name(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "alice" / "hw.ipynb", tmp_path / "sub" / "alice" / "helper.py")
    assert students(found_in("sub")) == {"alice": "alice/hw.ipynb"}


def test_folder_around_a_class_is_passed_through(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "week3" / "alice.ipynb", tmp_path / "sub" / "week3" / "bob.ipynb")
    assert students(found_in("sub")) == {"alice": "week3/alice.ipynb", "bob": "week3/bob.ipynb"}
    files(tmp_path / "nest" / "all" / "alice" / "a.ipynb", tmp_path / "nest" / "all" / "b" / "a.py")
    assert set(students(found_in("nest"))) == {"alice", "b"}


@pytest.mark.parametrize("newest", ["a", "z"])
def test_of_several_notebooks_the_one_named_as_the_assignment(
    tmp_path: Path, found_in: Finder, newest: str
) -> None:
    alice, bob = tmp_path / "sub" / "alice", tmp_path / "sub" / "bob"
    files(alice / "Adaptive Learning Rates (1).ipynb", alice / "draft.ipynb")
    drafts = [bob / "a.ipynb", bob / "z.ipynb"]
    files(*(drafts if newest == "z" else reversed(drafts)))
    assert students(found_in("sub")) == {
        "alice": "alice/Adaptive Learning Rates (1).ipynb",
        "bob": f"bob/{newest}.ipynb",
    }


def test_two_files_of_one_student(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "alice.ipynb", tmp_path / "sub" / "alice.py")
    (found,) = found_in("sub")
    assert found.file == "alice.py"  # the newer one
    assert [other.file for other in found.passed_over] == ["alice.ipynb"]
    assert found.passed_over[0].modified == 1e9
    assert load(found).notices == (
        "alice handed in 2 files; alice.py was graded, alice.ipynb was passed over.",
    )
    for name in ("alice.ipynb", "alice.py"):
        os.utime(tmp_path / "sub" / name, (1e9, 1e9))
    assert found_in("sub")[0].file == "alice.ipynb"  # as old: the first by name


def test_many_files_of_one_student_are_not_all_named(tmp_path: Path, found_in: Finder) -> None:
    files(*(tmp_path / "sub" / "alice" / f"{n}.py" for n in range(9)), tmp_path / "sub" / "bob.py")
    notice = found_in("sub")[0].notices[0]
    assert notice.endswith("alice/4.py, alice/3.py and 3 more were passed over.")


def test_a_file_that_cannot_be_read_never_displaces_one_that_can(
    tmp_path: Path, found_in: Finder
) -> None:
    files(tmp_path / "sub" / "alice.py", tmp_path / "sub" / "bob.ipynb")
    (tmp_path / "sub" / "alice.ipynb").write_text("this is no JSON")  # newer
    (tmp_path / "sub" / "bob.zip").write_text("this is no archive")
    alice, bob = map(load, found_in("sub"))
    assert (alice.file, bob.file) == ("alice.py", "bob.ipynb")
    assert alice.problem is bob.problem is None
    chosen, reason = alice.notices
    assert chosen == "alice handed in 2 files; alice.py was graded, alice.ipynb was passed over."
    assert reason.startswith("alice.ipynb is not a notebook")


def test_where_no_file_can_be_read_the_newest_says_why(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "alice.py", tmp_path / "sub" / "alice.ipynb")
    for name in ("alice.py", "alice.ipynb"):
        (tmp_path / "sub" / name).write_bytes(b"")
        os.utime(tmp_path / "sub" / name, (1e9 + len(name),) * 2)
    (alice,) = map(load, found_in("sub"))
    assert alice.file == "alice.ipynb"
    assert (alice.problem or "").startswith("alice.ipynb is empty")
    assert len(alice.notices) == 1


# ------------------------------------------------------------------ whose: names further down


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(("amy/hw.py",), id="a folder named as she is"),
        pytest.param(("amy/hw.py", "zoe/hw.py"), id="two students' folders"),
        pytest.param(("amy.py", "zoe.py"), id="files named as they are"),
        pytest.param(("amy_456_assignsubmission_file_hw.py",), id="a name of Moodle's"),
        pytest.param(("amy_456_assignsubmission_file_/hw.py",), id="a folder of Moodle's"),
        pytest.param(("amy_45678_45679_hw.py", "zoe_45670_45671_hw.py"), id="names of Canvas's"),
        pytest.param(("submitted/amy/adaptive_learning_rates/hw.py",), id="nbgrader's layout"),
        pytest.param(("up/amy/a/hw.py", "up/zoe/a/hw.py"), id="further down"),
    ],
)
@pytest.mark.parametrize("is_zipped", [False, True])
def test_what_lies_in_a_students_folder_or_archive_is_that_students(
    tmp_path: Path, found_in: Finder, inside: tuple[str, ...], is_zipped: bool
) -> None:
    sub = tmp_path / "sub"
    files(sub / "amy.py")
    if is_zipped:
        with zipfile.ZipFile(sub / "ben.zip", "w") as archive:
            for name in inside:
                archive.writestr(name, "x = 0")
    else:
        files(*(sub / "ben" / name for name in inside))
    found = found_in("sub")
    assert [entry.student for entry in found] == ["amy", "ben"]
    assert found[0].file == "amy.py"
    assert found[0].notices == ()
    assert set(students(found_in("sub/amy.py", f"sub/ben{'.zip' * is_zipped}"))) == {"amy", "ben"}


def test_a_name_of_moodles_ends_where_moodle_ended_it(tmp_path: Path, found_in: Finder) -> None:
    files(
        tmp_path / "sub" / "Ben B_12_assignsubmission_file_Amy A_13_assignsubmission_file_hw.py",
        tmp_path / "sub" / "Amy A_13_assignsubmission_file_hw.py",
    )
    found = found_in("sub")
    assert [entry.student for entry in found] == ["Amy A", "Ben B"]
    assert found[0].notices == ()


def test_folders_beside_loose_files_are_students(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(sub / "zoe.py", sub / "dave" / "work" / "hw.ipynb", sub / "dave" / "draft" / "a.py")
    assert students(found_in("sub")) == {"dave": "dave/work/hw.ipynb", "zoe": "zoe.py"}


def test_nbgraders_layout_needs_a_course_of_nbgraders(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(sub / "submitted" / "amy" / "adaptive_learning_rates" / "hw.py", sub / "ben" / "hw.py")
    assert set(students(found_in("sub"))) == {"ben", "submitted"}


def test_one_students_folder_among_several_does_not_decide_for_all(
    tmp_path: Path, found_in: Finder
) -> None:
    names = ("amy", "ben", "zoe")
    files(*(tmp_path / name / f"{name[0]}.ipynb" for name in names))
    files(tmp_path / "ben" / "amy.ipynb")  # two notebooks: as a class's folder has
    assert set(students(found_in(*names))) == set(names)


# ------------------------------------------------------------------ an archive of the class


def zipped(path: Path, **members: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)
    return path


@pytest.mark.parametrize("wrapper", ["", "everything/"])
def test_a_class_archive_alone_in_a_folder(tmp_path: Path, found_in: Finder, wrapper: str) -> None:
    amy = zipped(tmp_path / "amy.zip", **{"hw.ipynb": SMALL}).read_bytes()
    zoe = zipped(tmp_path / "zoe.zip", **{"w/hw.py": "x = 1", "ben/hw.ipynb": SMALL}).read_bytes()
    members = {f"{wrapper}amy.zip": amy, f"{wrapper}zoe.zip": zoe, f"{wrapper}ben.py": "x = 1"}
    zipped(tmp_path / "sub" / "all.zip", **members)
    (tmp_path / "sub" / "notes.pdf").write_bytes(b"%PDF")
    found = found_in("sub")
    assert [entry.student for entry in found] == ["amy", "ben", "zoe"]
    assert all(load(entry).problem is None for entry in found)


def test_beside_anything_else_an_archive_is_a_students(tmp_path: Path, found_in: Finder) -> None:
    amy = zipped(tmp_path / "amy.zip", **{"hw.ipynb": SMALL}).read_bytes()
    zipped(tmp_path / "sub" / "all.zip", **{"amy.zip": amy, "zoe.zip": amy, "x.ipynb": SMALL})
    files(tmp_path / "sub" / "ben.py")
    assert set(students(found_in("sub"))) == {"all", "ben"}


def test_the_only_students_archive_is_that_students(tmp_path: Path, found_in: Finder) -> None:
    zipped(tmp_path / "sub" / "amy.zip", **{"hw.ipynb": SMALL, "helper.py": "x = 1"})
    assert students(found_in("sub")) == {"amy": "amy.zip/hw.ipynb"}


# ------------------------------------------------------------------ what is nobody's


def test_what_is_passed_over_is_said_with_the_reason(tmp_path: Path) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "alice.ipynb",
        sub / ".bob.ipynb",
        sub / ".git" / "config.py",
        sub / ".git" / "head.py",
        sub / "__pycache__" / "a.py",
        sub / "figure.png",
        sub / "bob" / "hw.py",
        sub / "bob" / "data.csv",
    )
    finds = search([sub], scratch=tmp_path / "scratch")
    assert [found.student for found in finds.found] == ["alice", "bob"]
    assert {item.file: item.reason for item in finds.unclaimed} == {
        ".bob.ipynb": "hidden (the name begins with a dot)",
        ".git": "hidden (the name begins with a dot)",
        "__pycache__": "what a program leaves behind",
        "figure.png": "no notebook or Python file",
    }


def test_nothing_below_the_results_is_a_submission(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "alice.ipynb", tmp_path / "sub" / "bob" / "hw.py")
    for out in (tmp_path / "sub" / "out", tmp_path / "sub" / "marks" / "rates"):
        for name in ("grades.csv", "grades.json", "feedback/alice.html", "index.html"):
            write(out / name, "results")
    files(tmp_path / "sub" / "out" / "unpacked.py")
    finds = search(
        [tmp_path / "sub"],
        scratch=tmp_path / "scratch",
        results=lambda folder: folder.name == "out",
    )
    assert [found.student for found in finds.found] == ["alice", "bob"]
    assert {item.file for item in finds.unclaimed} == {"out", "marks/rates"}


def test_who_disguises_a_hand_in_as_results_is_graded_all_the_same(
    tmp_path: Path, found_in: Finder
) -> None:
    bob = tmp_path / "sub" / "bob"
    files(tmp_path / "sub" / "alice.ipynb", bob / "grades.csv", bob / "grades.json")
    files(bob / "feedback" / "hw.ipynb")
    assert set(students(found_in("sub"))) == {"alice", "bob"}


# ------------------------------------------------------------------ notebooks under other endings


@pytest.mark.parametrize("name", ["hw.json", "hw.txt", "hw", "hw.ipynb.bak", "hw.ipynb (1)"])
@pytest.mark.parametrize("place", ["ivy", "ivy/work", "ivy.zip"])
def test_a_notebook_under_another_ending_is_found_by_its_contents(
    tmp_path: Path, found_in: Finder, name: str, place: str
) -> None:
    files(tmp_path / "sub" / "amy" / "hw.ipynb", tmp_path / "sub" / "amy" / "notes.json")
    if place.endswith(".zip"):
        zipped(tmp_path / "sub" / place, **{name: SMALL, "data.json": "{}", "b.py": "x = 2"})
    else:
        write(tmp_path / "sub" / place / name, SMALL)
        files(tmp_path / "sub" / place / "b.py", tmp_path / "sub" / place / "data.json")
    amy, ivy = found_in("sub")
    assert (amy.student, amy.file, ivy.student) == ("amy", "amy/hw.ipynb", "ivy")
    assert ivy.file == f"{place}/{name}"
    assert load(ivy).cells[0].source == "x = 1"


def test_a_notebook_under_another_ending_beside_others(tmp_path: Path, found_in: Finder) -> None:
    write(tmp_path / "sub" / "ivy.json", SMALL)
    write(tmp_path / "sub" / "metadata.json", "{}")
    files(tmp_path / "sub" / "amy.ipynb")
    assert students(found_in("sub")) == {"amy": "amy.ipynb", "ivy": "ivy.json"}


# ------------------------------------------------------------------ several paths


def test_paths_as_a_shell_lists_them(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(sub / "alice.ipynb", sub / "bob.py", sub / "carol" / "hw.ipynb", sub / "dan" / "hw.py")
    wanted = {
        "alice": "alice.ipynb",
        "bob": "bob.py",
        "carol": "carol/hw.ipynb",
        "dan": "dan/hw.py",
    }
    listed = [f"sub/{name}" for name in os.listdir(sub)]
    assert students(found_in(*listed)) == wanted
    assert students(found_in("sub")) == wanted


def test_several_students_folders(tmp_path: Path, found_in: Finder) -> None:
    for name in ("alice", "bob"):  # hw.ipynb in both: two students, not one called hw
        files(tmp_path / "sub" / name / "hw.ipynb", tmp_path / "sub" / name / "other.ipynb")
    assert set(students(found_in("sub/alice", "sub/bob"))) == {"alice", "bob"}


def test_several_classes_folders(tmp_path: Path, found_in: Finder) -> None:
    files(*(tmp_path / "one" / f"{name}.ipynb" for name in ("alice", "bob")))
    files(tmp_path / "two" / "carol.ipynb")
    assert students(found_in("one", "two")) == {
        "alice": "one/alice.ipynb",
        "bob": "one/bob.ipynb",
        "carol": "two/carol.ipynb",
    }


def test_one_student_in_two_places(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "week1" / "alice.ipynb", tmp_path / "week2" / "alice.ipynb")
    (found,) = found_in("week1/alice.ipynb", "week2/alice.ipynb")
    assert found.file == "week2/alice.ipynb"
    assert "week1/alice.ipynb was passed over" in found.notices[0]


def test_a_path_given_twice_counts_once(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "alice.ipynb", tmp_path / "sub" / "bob.ipynb")
    found = found_in("sub", "sub", "sub/alice.ipynb")
    assert [entry.notices for entry in found] == [(), ()]


def test_a_file_that_was_asked_for_is_graded_whatever_its_name(
    tmp_path: Path, found_in: Finder
) -> None:
    files(tmp_path / "essay.pdf", tmp_path / ".alice.ipynb")
    write(tmp_path / "noending", SMALL)
    assert load(found_in("essay.pdf")[0]).problem is not None
    assert load(found_in("noending")[0]).cells[0].source == "x = 1"
    assert load(found_in(".alice.ipynb")[0]).problem is None


def test_a_path_that_is_not_there(found_in: Finder) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.ipynb is not there"):
        found_in("nowhere.ipynb")


def test_an_empty_folder_has_no_submissions(tmp_path: Path, found_in: Finder) -> None:
    (tmp_path / "sub").mkdir()
    assert found_in("sub") == ()


# ------------------------------------------------------------------ learning platforms


def test_canvas(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "doejane_9_346_hw-1.ipynb",
        sub / "doejane_LATE_9_1345_hw.ipynb",
        sub / "roerichard_10_347_my_home_work.py",
        sub / "poeed_11_348_essay.pdf",
        sub / "anon_Ab3xY_349_hw.ipynb",
        sub / "LATE_anon_Qq7_350_hw.ipynb",
    )
    found = {entry.student: entry for entry in found_in("sub")}
    assert set(found) == {"doejane", "roerichard", "poeed", "anon_Ab3xY", "anon_Qq7"}
    jane = found["doejane"]  # the later upload, though its number sorts first as text
    assert (jane.file, jane.attempt) == ("doejane_LATE_9_1345_hw.ipynb", 1345)
    assert jane.handed_in == HandedIn(None, Source.MARKED_LATE)
    assert jane.passed_over[0].handed_in == HandedIn(None, Source.PLATFORM)
    assert found["anon_Qq7"].handed_in == HandedIn(None, Source.MARKED_LATE)
    assert load(found["poeed"]).problem is not None


def test_names_that_look_like_canvas_by_chance_stay_apart(tmp_path: Path, found_in: Finder) -> None:
    files(tmp_path / "sub" / "hw_1_2_alice.ipynb", tmp_path / "sub" / "hw_1_2_bob.ipynb")
    assert set(students(found_in("sub"))) == {"hw_1_2_alice", "hw_1_2_bob"}


def test_moodle(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "Jane Doe_12_assignsubmission_file" / "hw.ipynb",
        sub / "Jane Doe_12_assignsubmission_onlinetext" / "onlinetext.html",
        sub / "Richard O'Roe_13_assignsubmission_file_" / "sub" / "hw.py",
        sub / "Zoë_Ann X_14_assignsubmission_file_my_hw.ipynb",
    )
    found = found_in("sub")
    assert [entry.student for entry in found] == ["Jane Doe", "Richard O'Roe", "Zoë_Ann X"]
    assert [entry.handed_in.source for entry in found] == [Source.FILE] * 3
    assert all(entry.notices == () for entry in found)


def test_namesakes_are_told_apart_by_the_platforms_number(tmp_path: Path, found_in: Finder) -> None:
    for number in (12, 13):
        files(tmp_path / "sub" / f"Jane Doe_{number}_assignsubmission_file" / "hw.ipynb")
    files(tmp_path / "sub" / "Ed Poe_14_assignsubmission_file" / "hw.ipynb")
    assert set(students(found_in("sub"))) == {"Jane Doe_12", "Jane Doe_13", "Ed Poe"}


def test_nbgrader(tmp_path: Path, found_in: Finder) -> None:
    course = tmp_path / "course"
    files(
        course / "source" / "adaptive_learning_rates" / "nb.ipynb",
        course / "submitted" / "alice" / "adaptive_learning_rates" / "nb.ipynb",
        course / "submitted" / "alice" / "adaptive_learning_rates" / "timestamp.txt",
        course / "submitted" / "alice" / "another_one" / "nb.ipynb",
        course / "submitted" / "bob" / "adaptive_learning_rates" / "nb.ipynb",
        course / "autograded" / "bob" / "adaptive_learning_rates" / "nb.ipynb",
    )
    wanted = {
        "alice": "submitted/alice/adaptive_learning_rates/nb.ipynb",
        "bob": "submitted/bob/adaptive_learning_rates/nb.ipynb",
    }
    found = found_in("course")
    assert students(found) == wanted
    assert all(entry.notices == () for entry in found)
    inside = students(found_in("course/submitted"))
    assert {f"submitted/{file}" for file in inside.values()} == set(wanted.values())
    assert set(students(found_in("course/submitted/alice", "course/submitted/bob"))) == set(wanted)


def test_gradescope_export(tmp_path: Path, found_in: Finder) -> None:
    export = tmp_path / "assignment_1_export"
    files(export / "submission_41" / "hw.ipynb", export / "submission_42" / "hw.ipynb")
    files(export / "submission_metadata.yml")
    assert set(students(found_in("assignment_1_export"))) == {"submission_41", "submission_42"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("doejane_12_345_hw.ipynb", ("doejane", "12", "hw.ipynb", 345, False)),
        ("doe_jane_LATE_12_345_a_b.py", ("doe_jane", "12", "a_b.py", 345, True)),
        ("anon_x1Y_345_hw.py", ("anon_x1Y", "x1Y", "hw.py", 345, False)),
        ("LATE_anon_x1Y_345_hw.py", ("anon_x1Y", "x1Y", "hw.py", 345, True)),
        ("Jane Doe_7_assignsubmission_file", ("Jane Doe", "7", "", 0, None)),
        ("A_1_assignsubmission_file_b_c.py", ("A", "1", "b_c.py", 0, None)),
        ("Participant_1_assignsubmission_file_", ("Participant 1", "1", "", 0, None)),
        ("alice.ipynb", None),
        ("hw_3_final.ipynb", None),
        (f"a_1_{'9' * 30}_hw.py", None),
    ],
)
def test_names_of_learning_platforms(name: str, wanted: tuple[object, ...] | None) -> None:
    signature: Signature | None = canvas.signature(name) or moodle.signature(name)
    if wanted is None:
        assert signature is None
    else:
        assert signature is not None
        assert (
            signature.name,
            signature.number,
            signature.file,
            signature.attachment,
            signature.is_late,
        ) == wanted


# ------------------------------------------------------------------ hostile

HOSTILE_STEMS = [
    "a\nb",
    "a\rb",
    "a\tb",
    'quo"te',
    "quo'te",
    "-rf",
    "--help",
    "...",
    "x" * 249,
    "‮gnp",
    "\x1b[2Jx",
    "\udcff\udcfe",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "a;rm -rf ~",
    "$(id)",
    " ",
    "%s%n",
    "a\\b",
    "🦆",
]


def test_hostile_names_are_found_shown_and_kept_apart(tmp_path: Path, found_in: Finder) -> None:
    stems = [stem for stem in HOSTILE_STEMS if not stem.startswith(".")]
    files(*(tmp_path / "sub" / f"{stem}.ipynb" for stem in stems))
    found = found_in("sub")
    assert len(found) == len(stems)
    for entry in found:
        assert entry.student.strip()
        assert entry.student.isprintable()
        assert entry.file.isprintable()
        entry.student.encode("utf-8")
        assert load(entry).problem is None
    assert len({safe_name(entry.student) for entry in found}) == len(found)


def test_hostile_folder_names(tmp_path: Path, found_in: Finder) -> None:
    stems = [stem for stem in HOSTILE_STEMS if not stem.startswith(".")]
    files(*(tmp_path / "sub" / stem / "hw.ipynb" for stem in stems))
    found = found_in("sub")
    assert len(found) == len(stems)
    assert all(entry.student.isprintable() and load(entry).problem is None for entry in found)


def test_links_pipes_and_folders_posing_as_notebooks(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(sub / "alice.ipynb", tmp_path / "secret" / "answers.ipynb")
    (sub / "link.ipynb").symlink_to(tmp_path / "secret" / "answers.ipynb")
    (sub / "linked").symlink_to(tmp_path / "secret")
    (sub / "dir.ipynb").mkdir()
    os.mkfifo(sub / "pipe.ipynb")
    found = {entry.student: load(entry) for entry in found_in("sub")}
    assert found["alice"].problem is None
    assert "symbolic link" in (found["link"].problem or "")
    assert "symbolic link" in (found["linked"].problem or "")
    assert "is a folder" in (found["dir"].problem or "")
    assert "named pipe" in (found["pipe"].problem or "")
    assert len(found) == 5


def test_a_link_to_a_folder_is_followed_only_where_it_is_all_that_was_given(
    tmp_path: Path, found_in: Finder
) -> None:
    files(tmp_path / "real" / "alice.ipynb", tmp_path / "bob.ipynb")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert set(students(found_in("link"))) == {"alice"}
    found = {entry.student: load(entry).problem for entry in found_in("link", "bob.ipynb")}
    assert found["bob"] is None
    assert "symbolic link" in (found["link"] or "")


def test_a_link_that_cannot_be_looked_behind_stops_nobody_else(
    tmp_path: Path, found_in: Finder
) -> None:
    sub = tmp_path / "sub"
    files(sub / "alice.ipynb", sub / "bob" / "hw.ipynb")
    (sub / "link.ipynb").symlink_to("a" * 300)  # too long a name for any file system
    (sub / "bob" / "more.ipynb").symlink_to("a" * 300)
    everywhere = found_in("sub"), found_in("sub/alice.ipynb", "sub/bob", "sub/link.ipynb")
    for found in everywhere:
        problems = {entry.student: load(entry).problem for entry in found}
        assert problems.keys() == {"alice", "bob", "link"}
        assert problems["alice"] is None
        assert "symbolic link" in (problems["link"] or "")
    assert "symbolic link" in (load(found_in("sub/link.ipynb")[0]).problem or "")


def test_a_folder_that_may_not_be_opened_is_no_students_fault(
    tmp_path: Path, found_in: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path / "sub" / "alice" / "hw.ipynb", tmp_path / "sub" / "bob" / "hw.ipynb")
    real = os.open

    def refuse(path: Path, *args: int) -> int:
        if Path(path).name == "bob":
            raise PermissionError(13, "Permission denied")
        return real(path, *args)

    monkeypatch.setattr(os, "open", refuse)  # root may open everything
    alice, bob = found_in("sub")
    assert load(alice).problem is None
    with pytest.raises(ReadingError, match=r"The folder .*bob may not be read by whoever runs"):
        load(bob)


def test_a_file_that_we_cannot_read_is_not_replaced_by_a_worse_one(
    tmp_path: Path, found_in: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path / "sub" / "alice" / "hw.ipynb", tmp_path / "sub" / "alice" / "helper.py")
    real = os.open

    def refuse(path: Path, *args: int) -> int:
        if Path(path).name == "hw.ipynb":
            raise PermissionError(13, "Permission denied")
        return real(path, *args)

    monkeypatch.setattr(os, "open", refuse)
    (alice,) = found_in("sub")
    with pytest.raises(ReadingError, match=r"hw\.ipynb may not be read"):
        load(alice)


def test_folders_without_end_are_left(tmp_path: Path, found_in: Finder) -> None:
    deep = tmp_path / "sub" / "alice"
    for _ in range(40):
        deep = deep / "d"
    files(deep / "hw.ipynb", tmp_path / "sub" / "bob" / "hw.ipynb")
    assert set(students(found_in("sub"))) == {"bob"}
