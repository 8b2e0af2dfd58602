"""``autograder new``: what it lays down loads, and what it must not touch it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.authoring.master import read_master
from autograder.authoring.new import lay_down
from autograder.cli import main
from autograder.errors import UsageError


def test_the_files_are_laid_down_in_the_order_of_filling_in(tmp_path: Path) -> None:
    written = [str(p.relative_to(tmp_path)) for p in lay_down("some_rule", None, tmp_path)]
    assert written == [
        "reference/some_rule.py",
        "assignments/some_rule/assignment.toml",
        "assignments/some_rule/questions.py",
        "assignments/some_rule/notebook.md",
    ]
    everything = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert everything == {*written, "reference/__init__.py"}
    for folder in ("right_variants", "sample_submissions"):
        assert (tmp_path / "assignments" / "some_rule" / folder).is_dir()


def test_no_mark_is_left_and_the_title_is_everywhere(tmp_path: Path) -> None:
    for path in lay_down("some_rule", 'A "quoted"  title', tmp_path):
        text = path.read_text(encoding="utf-8")
        assert "@slug@" not in text
        assert "@title@" not in text
        assert "A 'quoted' title" in text or path.name == "questions.py"


def test_the_notebook_is_a_master_with_one_question(tmp_path: Path) -> None:
    lay_down("some_rule", None, tmp_path)
    master = read_master(tmp_path / "assignments" / "some_rule")
    assert master.title == "Some rule"
    assert [(q.name, q.points) for q in master.questions] == [("some_rule", 20.0)]


@pytest.mark.parametrize("slug", ["Some", "1st", "a-b", "../up", "", "class", "ä"])
def test_a_slug_has_to_name_a_function(slug: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be an assignment's name"):
        lay_down(slug, None, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["assignments/some_rule/x", "reference/some_rule.py"])
def test_nothing_is_overwritten(taken: str, tmp_path: Path) -> None:
    (tmp_path / taken).parent.mkdir(parents=True)
    (tmp_path / taken).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="is there already: nothing was written"):
        lay_down("some_rule", None, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_course_keeps_its_reference_package(tmp_path: Path) -> None:
    lay_down("one", None, tmp_path)
    (tmp_path / "reference" / "__init__.py").write_text('"""Ours."""\n')
    lay_down("two", None, tmp_path)
    assert (tmp_path / "reference" / "__init__.py").read_text() == '"""Ours."""\n'


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "assignments").write_text("a file")
    with pytest.raises(UsageError, match="Cannot write to"):
        lay_down("some_rule", None, tmp_path)


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new", "some_rule", "--course", str(tmp_path)])
    assert result.exit_code == 0
    assert "autograder verify some_rule" in result.stdout
    again = CliRunner().invoke(main, ["new", "some_rule", "--course", str(tmp_path)])
    assert again.exit_code == 2
    assert "nothing was written" in again.stderr
