"""A changed assignment: who would move is said before it counts, and nothing decided is lost."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_cli_marking import SLUG, canvas, course, done, graded, mark, page, rows, run

__all__ = ["course", "graded"]  # fixtures

OLD = ('"first moment" = 3', '"bias correction" = 5')
NEW = ('"first moment" = 2', '"bias correction" = 6')


def change() -> None:
    """Other points for two checks of Adam, of which zoe fails one."""
    settings = Path("assignments", SLUG, "assignment.toml")
    text = settings.read_text(encoding="utf-8")
    for old, new in zip(OLD, NEW, strict=True):
        assert old in text
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")


@pytest.fixture
def decided(course: Path) -> Path:
    mark("student,question,points\nben,explanation,7\nzoe,explanation,3\n")
    done("override", "ben", "adam", 21, "--reason", "So it is.")
    done("publish")
    return course


@pytest.mark.long
def test_who_would_move_is_said_and_nothing_is_kept(decided: Path) -> None:
    shutil.rmtree("sub")  # what is kept is enough
    change()
    before = rows(), page("zoe"), done("export", "--acts"), done("show", "zoe")
    told = json.loads(done("regrade", "--dry-run", "--json", "--workers", 0))
    assert (told["graded"], told["not_graded"], told["without_file"]) == (3, [], [])
    (moved,) = told["moved"]
    old = before[0]["zoe"]["final_score"]
    assert (moved["student"], moved["before"]) == ("zoe", old)
    assert moved["after"] != old
    (step,) = moved["questions"]
    assert step["name"] == "adam"
    assert step["after"] - step["before"] == pytest.approx(moved["after"] - old)
    assert (rows(), page("zoe"), done("export", "--acts"), done("show", "zoe")) == before
    said = done("regrade", "--dry-run", "--workers", 0)
    assert said.startswith("3 submissions graded again: 1 would move, ")
    assert f"zoe: {old:g} → {moved['after']:g}" in said


@pytest.mark.long
def test_who_publishes_is_told_that_points_are_of_another_version(decided: Path) -> None:
    said = "graded by another version of the assignment"
    assert said not in run("publish", "--dry-run").stderr
    change()
    told = f"3 files were {said}: regrade them"
    assert f"{told} first (`autograder regrade`)." in run("publish", "--dry-run").stderr
    assert f"{told}, and publish again (`autograder regrade`)." in run("publish").stderr


def test_what_was_said_is_what_comes_and_every_act_is_still_there(decided: Path) -> None:
    change()
    acts, seen = done("export", "--acts"), canvas()
    (moved,) = json.loads(done("regrade", "--dry-run", "--json", "--workers", 0))["moved"]
    ben = rows()["ben"]
    assert "1 moved" in done("regrade", "--workers", 0)
    after = rows()
    assert after["zoe"]["final_score"] == moved["after"]
    assert after["zoe"]["questions"]["explanation"]["score"] == 3
    kept = "final_score", "published_score"
    assert [after["ben"].get(name, 88) for name in kept] == [ben["final_score"], 88]
    assert after["ben"]["questions"]["adam"]["override"] == ben["questions"]["adam"]["override"]
    assert f"{after['zoe']['questions']['adam']['score']:g}" in page("zoe")
    assert done("export", "--acts") == acts
    assert canvas() == seen  # students see what was published
    assert not after["zoe"]["published"]
    again = done("regrade", "--workers", 0)
    assert again == "All that is kept was graded by the assignment as it is now.\n"
    assert "0 moved" in done("regrade", "--force", "--workers", 0)


@pytest.mark.long
def test_a_file_that_is_graded_in_the_meantime_is_not_replaced_by_an_older_one(
    decided: Path, tmp_path: Path
) -> None:
    from autograder.batch.order import opened
    from autograder.batch.regrade import keep, on_the_side, regrade_kept
    from autograder.batch.run import Tally
    from autograder.cli.options import order_for
    from autograder.store import Conflict

    change()
    order = order_for(None, None, None, pages=False, workers=0)
    with opened(order) as store, on_the_side() as side:
        kept = regrade_kept(order, store, side, Tally(0), lambda tally: None)
        write = Path("new").joinpath("ben.py")
        write.parent.mkdir()
        write.write_text("explanation = 'Another.'\n", encoding="utf-8")
        done("grade", "new", "--workers", 0, "--quiet")
        with pytest.raises(Conflict, match="graded in the meantime"):
            keep(order, store, side, kept)
    assert rows()["ben"]["questions"]["explanation"]["earlier_mark"]["points"] == 7


@pytest.mark.long
def test_what_is_aside_can_be_looked_at(decided: Path, tmp_path: Path) -> None:
    change()
    aside = tmp_path / "aside.db"
    done("regrade", "--dry-run", "--workers", 0, "--aside", aside)
    assert "zoe" in done("export", "--store", aside)
    result = run("regrade", "--dry-run", "--workers", 0, "--aside", aside)
    assert result.exit_code == 2
    assert "is there already" in result.stderr


def test_the_gradebook_has_all_assignments_and_everybody(decided: Path) -> None:
    Path("r.csv").write_text("id,section\nben,B\nzoe,A\nyan,A\n", encoding="utf-8")
    done("people", "import", "r.csv")
    book = list(csv.DictReader(done("gradebook").splitlines()))
    assert [(row["student"], row["section"]) for row in book] == [
        ("amy@uni.edu", ""),
        ("ben", "B"),
        ("yan", "A"),
        ("zoe", "A"),
    ]
    points = {row["student"]: (row[SLUG], row["total"], row["complete"]) for row in book}
    assert points["ben"] == ("88", "88", "yes")
    assert points["amy@uni.edu"] == ("", "", "no")
    assert points["yan"] == ("", "0", "yes")
    assert {row["max_total"] for row in book} == {"100"}
    assert done("gradebook", "--to", "g.csv") == "4 students, 1 assignment: g.csv\n"
