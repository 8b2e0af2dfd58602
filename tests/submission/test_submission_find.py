"""Whose file is whose, in every layout, with every name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from notebooks import SMALL, write

from autograder.errors import UsageError
from autograder.submission import Found, find, load, safe_name
from autograder.submission.lms_names import parse_lms_name

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


# ------------------------------------------------------------------ classes' folders among others


def class_and_loose_files(tmp_path: Path, *inside: str) -> None:
    files(tmp_path / "sub" / "zoe.py", *(tmp_path / "sub" / "folders" / name for name in inside))


def test_a_folder_of_students_folders_beside_loose_files(tmp_path: Path, found_in: Finder) -> None:
    class_and_loose_files(tmp_path, "carol/adaptive_learning_rates.py", "dave/work/hw.ipynb")
    files(tmp_path / "sub" / "folders" / "eve" / "one.py", tmp_path / "sub" / "folders" / "jo.zip")
    files(tmp_path / "sub" / "folders" / "instructions.pdf")
    found = students(found_in("sub"))
    assert found.pop("jo") == "folders/jo.zip"
    assert found == {
        "zoe": "zoe.py",
        "carol": "folders/carol/adaptive_learning_rates.py",
        "dave": "folders/dave/work/hw.ipynb",
        "eve": "folders/eve/one.py",
    }


def test_sections_and_groups_are_looked_into(tmp_path: Path, found_in: Finder) -> None:
    sub = tmp_path / "sub"
    files(
        *(sub / "monday" / "all" / name / "hw.ipynb" for name in ("alice", "bob")),
        *(sub / "friday" / "first" / name / "hw.ipynb" for name in ("carol", "dan")),
        *(sub / "friday" / "second" / name / "hw.ipynb" for name in ("eve", "frank")),
    )
    assert set(students(found_in("sub"))) == {"alice", "bob", "carol", "dan", "eve", "frank"}


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(("one/hw.ipynb",), id="one folder"),
        pytest.param(("src/hw.ipynb", "draft/hw.ipynb"), id="names of a student's own folders"),
        pytest.param(("part 1/a.ipynb", "part_2/b.ipynb"), id="parts"),
        pytest.param(("hw.ipynb", "ann/a.py", "ben/b.py"), id="a submission beside folders"),
        pytest.param(("adaptive_learning_rates/a.ipynb", "else/b.ipynb"), id="the assignment"),
        pytest.param(("ann/hw.ipynb", "pictures/plot.html"), id="no second submission"),
        pytest.param(("hw_1_2_ann.py", "hw_1_2_ben.py"), id="names like Canvas's by chance"),
    ],
)
def test_a_folder_that_may_be_one_students_stays_whole(
    tmp_path: Path, found_in: Finder, inside: tuple[str, ...]
) -> None:
    class_and_loose_files(tmp_path, *inside)
    assert set(students(found_in("sub"))) == {"folders", "zoe"}


def test_folders_beside_students_folders_are_students(tmp_path: Path, found_in: Finder) -> None:
    files(
        *(tmp_path / "sub" / "alice" / name / "hw.ipynb" for name in ("sunday", "monday")),
        tmp_path / "sub" / "bob" / "hw.ipynb",
    )
    assert set(students(found_in("sub"))) == {"alice", "bob"}


def test_folders_with_the_same_inside_are_students(tmp_path: Path, found_in: Finder) -> None:
    for student in ("alice", "bob"):
        for part in ("adagrad", "adam"):
            files(tmp_path / "sub" / student / part / "hw.ipynb")
    assert set(students(found_in("sub"))) == {"alice", "bob"}


@pytest.mark.parametrize("place", ["upload", "upload/from the LMS"])
def test_a_download_of_an_lms_lying_in_a_folder(
    tmp_path: Path, found_in: Finder, place: str
) -> None:
    sub = tmp_path / "sub"
    files(
        sub / "bob" / "hw.ipynb",  # says nothing of a folder with such names
        sub / place / "frank.py",
        sub / place / "gina_12345_67890_hw.py",
        sub / place / "Doe Jane_998_assignsubmission_file" / "hw.py",
    )
    found = students(found_in("sub"))
    assert set(found) == {"bob", "frank", "gina", "Doe Jane"}
    assert found["Doe Jane"] == f"{place}/Doe Jane_998_assignsubmission_file/hw.py"


def test_a_download_of_canvas_lying_in_a_folder(tmp_path: Path, found_in: Finder) -> None:
    class_and_loose_files(tmp_path, "doejane_9_346_hw.ipynb", "poeed_LATE_10_347_hw.py")
    found = {entry.student: entry.is_late for entry in found_in("sub")}
    assert found == {"doejane": False, "poeed": True, "zoe": None}


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
    assert (jane.file, jane.is_late, jane.attempt) == ("doejane_LATE_9_1345_hw.ipynb", True, 1345)
    assert jane.passed_over[0].is_late is False
    assert found["anon_Qq7"].is_late is True
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
    assert [entry.is_late for entry in found] == [None] * 3
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
        ("doejane_12_345_hw.ipynb", ("canvas", "doejane", "12", "hw.ipynb", 345, False)),
        ("doe_jane_LATE_12_345_a_b.py", ("canvas", "doe_jane", "12", "a_b.py", 345, True)),
        ("anon_x1Y_345_hw.py", ("canvas", "anon_x1Y", "x1Y", "hw.py", 345, False)),
        ("Jane Doe_7_assignsubmission_file", ("moodle", "Jane Doe", "7", "", 0, None)),
        ("A_1_assignsubmission_file_b_c.py", ("moodle", "A", "1", "b_c.py", 0, None)),
        ("alice.ipynb", None),
        ("hw_3_final.ipynb", None),
        (f"a_1_{'9' * 30}_hw.py", None),
    ],
)
def test_names_of_learning_platforms(name: str, wanted: tuple[object, ...] | None) -> None:
    lms = parse_lms_name(name)
    if wanted is None:
        assert lms is None
    else:
        assert lms is not None
        assert (lms.system, lms.name, lms.user, lms.file, lms.attachment, lms.is_late) == wanted


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


def test_a_folder_that_may_not_be_opened(
    tmp_path: Path, found_in: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path / "sub" / "alice" / "hw.ipynb", tmp_path / "sub" / "bob" / "hw.ipynb")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "bob":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = {entry.student: load(entry).problem for entry in found_in("sub")}
    assert found == {
        "alice": None,
        "bob": "bob is a folder that may not be opened: make it readable.",
    }


def test_folders_without_end_are_left(tmp_path: Path, found_in: Finder) -> None:
    deep = tmp_path / "sub" / "alice"
    for _ in range(40):
        deep = deep / "d"
    files(deep / "hw.ipynb", tmp_path / "sub" / "bob" / "hw.ipynb")
    assert set(students(found_in("sub"))) == {"bob"}
