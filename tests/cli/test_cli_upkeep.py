"""``backup``, ``restore`` and ``forget``, from the command line to what lies in the folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
RIGHT = COURSE / "assignments" / "adaptive_learning_rates" / "right_variants" / "lecture_loops.py"


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=typed)


def done(*arguments: object, typed: str = "") -> Result:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two people's results in ``out``."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "sub").mkdir()
    for name in ("zamyq@uni.edu", "bento"):
        shutil.copy(RIGHT, folder / "sub" / f"{name}.py")
    (folder / "roster.csv").write_text("id,name,email\ns1,Zamyq Ortega,zamyq@uni.edu\nbento,B,\n")
    out = ("--out", folder / "out", "--course", COURSE, "--assignment", "adaptive_learning_rates")
    done("people", "import", folder / "roster.csv", *out)
    done("grade", folder / "sub", "--workers", 0, *out)
    return folder


@pytest.fixture
def out(graded: Path, tmp_path: Path) -> Path:
    shutil.copytree(graded / "out", tmp_path / "out")
    return tmp_path / "out"


def place(out: Path) -> list[object]:
    return ["--out", out, "--course", COURSE, "--assignment", "adaptive_learning_rates"]


def named(out: Path) -> list[str]:
    """Files under a folder that name her, in their names or in their bytes."""
    found = []
    for path in out.rglob("*"):
        text = path.read_bytes().lower() if path.is_file() else b""
        if any(word in text for word in (b"zamyq", b"ortega")) or "s1" in path.stem:
            found.append(path.name)
    return sorted(found)


def test_somebody_is_forgotten_when_their_id_is_typed(out: Path) -> None:
    assert "s1.html" in named(out)
    before = json.loads((out / "grades.json").read_text())
    wrong = run("forget", "zamyq@uni.edu", *place(out), typed="zamyq\n")
    assert wrong.exit_code == 1
    assert "s1.html" in named(out)
    said = done("forget", "zamyq@uni.edu", *place(out), typed="s1\n")
    # Both handed the same file in, so it is still the other's.
    assert said.stdout == "Forgotten: 0 files removed, 1 attempt kept as those of forgotten-1.\n"
    assert named(out) == []
    after = json.loads((out / "grades.json").read_text())
    scores = [[row["score"] for row in said["submissions"]] for said in (before, after)]
    assert sorted(scores[0]) == sorted(scores[1])
    assert {row["student"] for row in after["submissions"]} == {"bento", "forgotten-1"}
    assert run("forget", "s1", "--yes", *place(out)).exit_code == 2


def test_a_copy_comes_back_and_says_who_must_be_forgotten_again(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    told = json.loads(done("backup", copy, "--json", *place(out)).stdout)
    assert told == {"file": str(copy), "bytes": copy.stat().st_size}
    done("forget", "s1", "--yes", *place(out))
    assert run("restore", copy, *place(out), typed="n\n").exit_code == 1
    assert run("forget", "s1", "--yes", *place(out)).exit_code == 2
    said = done("restore", copy, "--yes", *place(out))
    assert "1 time somebody was forgotten" in said.stderr
    assert "What was there before is in" in said.stdout
    again = done("forget", "s1", "--yes", *place(out))
    assert "grades.before-" in again.stderr  # where she may still be named
    assert run("restore", out, "--yes", *place(out)).exit_code == 2
    assert run("backup", copy, *place(out)).exit_code == 2


def test_the_tables_of_every_assignment_are_written_anew_or_named(
    out: Path, tmp_path: Path
) -> None:
    """As the portal leaves them: each in a folder of its own, and none beside the store."""
    slug = "adaptive_learning_rates"
    for folder in (slug, "gone"):
        (out / folder).mkdir()
        for name in ("grades.csv", "grades.json", "index.html"):
            shutil.copy(out / name, out / folder / name)
    (out / "gone" / "grades.json").write_text('{"assignment": "gone"}')
    for name in ("grades.csv", "grades.json", "index.html"):
        (out / name).unlink()
    shutil.move(out / "feedback", out / slug / "feedback")
    course = ("--out", out, "--course", COURSE)
    said = done("forget", "s1", "--yes", *course)
    assert named(out / slug) == []
    assert "forgotten-1" in (out / slug / "grades.csv").read_text()
    assert not (out / "grades.csv").exists(), "no table is made where none was"
    told = [line.rpartition(" ")[2] for line in said.stderr.splitlines()]
    assert told == [
        str(out / "gone" / name) for name in ("grades.csv", "grades.json", "index.html")
    ]
