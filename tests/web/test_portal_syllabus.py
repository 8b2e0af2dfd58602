"""An assignment that is edited while it is served: taken up whole, or refused in a sentence."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from course_class import ROOT, SLUG
from portal_class import NOTEBOOK, School, verdict

from autograder.batch.showing import show_again
from autograder.web.portal.syllabus import Exercise


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course, with one of its assignments."""
    place = tmp_path / "course"
    left = shutil.ignore_patterns("__pycache__", "sample_submissions", "right_variants")
    shutil.copytree(ROOT / "assignments" / SLUG, place / "assignments" / SLUG, ignore=left)
    shutil.copytree(ROOT / "reference", place / "reference", ignore=left)
    return place


@pytest.fixture
def school(tmp_path: Path, course: Path) -> Iterator[School]:
    with School(tmp_path, course) as opened:
        yield opened


def edit(course: Path, *changes: tuple[str, str]) -> None:
    path = course / "assignments" / SLUG / "assignment.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def exercise(school: School) -> Exercise:
    found = school.portal._syllabus.get(SLUG)
    assert found is not None
    return found


def test_another_address_than_before_is_told_and_a_trial_here_moves_nothing(
    tmp_path: Path,
) -> None:
    first, second = "https://a.example", "https://b.example"
    told = []
    for url in (None, first, first, None, second):
        with School(tmp_path, people="", url=url) as school:
            told.append((school.portal.moved_from, school.portal.for_others))
    assert told[0][0] is None
    assert told[1:] == [(None, first), (None, first), (None, first), (first, second)]


def test_staff_see_of_what_there_is_no_notebook_yet(school: School, course: Path) -> None:
    ines = school.browser("ines")
    told = f"There is no notebook of it for students to download, until autograder release {SLUG}"
    ines.open("/course")
    assert told in ines.words
    (course / "student_template" / SLUG).mkdir(parents=True)
    ines.open("/course")
    assert told not in ines.words


TITLE = ("Gradient descent with adaptive learning rates", "Adaptive steps")
LIMIT = ("[limits]", "[attempts]\nper_day = 1\n\n[limits]")


def test_a_change_is_taken_up(school: School, course: Path) -> None:
    alice = school.browser("alice")
    assert TITLE[0] in alice.words
    changes: list[int] = []
    school.portal._syllabus.changed = lambda: changes.append(1)
    school.portal._syllabus.look()
    assert not changes
    edit(course, TITLE, LIMIT)
    school.portal._syllabus.look()
    assert changes == [1]
    alice.open("/")
    assert TITLE[1] in alice.words
    alice.open(f"/a/{SLUG}")
    assert "1 attempt left today" in alice.words
    assert [school.program("alice").hand_in().status_code for _ in range(2)] == [202, 429]


def test_what_cannot_be_meant_is_said_and_changes_nothing(school: School, course: Path) -> None:
    ines, before = school.browser("ines"), exercise(school)
    edit(course, TITLE, LIMIT, ("per_day = 1", "per_dya = 1"))
    school.portal._syllabus.look()
    assert exercise(school) is before
    ines.open("/course")
    assert TITLE[0] in ines.words
    assert "attempts.per_dya" in ines.words
    assert "did you mean per_day?" in ines.words
    assert "What was there before holds" in ines.words
    assert school.program("alice").hand_in().status_code == 202
    alice = school.browser("alice")
    assert "per_dya" not in alice.page
    edit(course, ("per_dya", "per_day"))
    school.portal._syllabus.look()
    ines.open("/course")
    assert TITLE[1] in ines.words
    assert "did you mean" not in ines.words


def test_a_file_that_is_gone_for_a_moment_takes_nothing_away(school: School, course: Path) -> None:
    before = exercise(school)
    path = course / "assignments" / SLUG / "assignment.toml"
    kept = path.with_name("elsewhere")
    path.rename(kept)
    school.portal._syllabus.look()
    assert exercise(school) is before
    assert SLUG in school.portal._syllabus.troubles
    kept.rename(path)
    school.portal._syllabus.look()
    assert not school.portal._syllabus.troubles


def test_graders_are_told_what_they_have_to_know(school: School, course: Path) -> None:
    wanted = school.portal._crew._wanted
    before = wanted()
    edit(course, TITLE)
    school.portal._syllabus.look()
    assert wanted() == before  # a title grades nobody anew
    edit(course, ("call_seconds = 2.0", "call_seconds = 3.0"))
    school.portal._syllabus.look()
    assert wanted().versions != before.versions
    edit(course, ("[limits]", '[feedback]\nbefore_due = "public"\n\n[limits]'))
    school.portal._syllabus.look()
    assert wanted().public == [SLUG]


def test_an_open_desk_is_that_of_the_assignment_as_it_is_now(school: School, course: Path) -> None:
    maria = school.browser("maria")
    assert TITLE[0] in maria.open(f"/desk/{SLUG}/")
    edit(course, TITLE)
    school.portal._syllabus.look()
    assert TITLE[1] in maria.open(f"/desk/{SLUG}/")


def test_tables_and_pages_follow_an_edit_though_nobody_hands_in(
    school: School, course: Path
) -> None:
    alice = school.program("alice")
    for fails in (False, True):  # the second is worth less
        assert alice.hand_in(NOTEBOOK + b" " * fails).status_code == 202
        school.grade(verdict(fails=fails))
    folder, tables = school.folder / SLUG, school.portal._tables[SLUG]
    show_again(exercise(school).order, school.store, set())
    before = (folder / "grades.csv").read_text(encoding="utf-8")
    page = folder / "feedback" / "alice.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text("as it was", encoding="utf-8")
    edit(course, ("[limits]", '[attempts]\nkeep = "best"\n\n[limits]'))
    school.portal._syllabus.look()
    tables.__exit__()  # they are written by then
    after = (folder / "grades.csv").read_text(encoding="utf-8")
    assert (score_in(before), score_in(after)) == ("70", "90")
    assert page.read_text(encoding="utf-8") != "as it was"


def score_in(table: str) -> str:
    row = next(csv.DictReader(table.splitlines()))
    return row["score"]
