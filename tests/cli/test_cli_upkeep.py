"""``backup``, ``restore`` and ``forget``, from the command line to what lies in the folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.store import HandedInFile, open_store
from autograder.store.hand_ins import Draft
from autograder.store.serving import served

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
    assert said.stdout == (
        "Forgotten: 0 files removed (1 stays, for others handed in the same), 1 attempt kept as "
        "those of forgotten-1.\n"
    )
    assert said.stderr.endswith(
        "Copies of the store keep all of it: what `autograder backup` made before. Delete what is "
        "not needed, and forget them again in what `autograder restore` puts back.\n"
    )
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
    asked = run("restore", copy, *place(out), typed="n\n")
    assert asked.exit_code == 1
    first, second, _ = asked.stderr.split("\n", 2)
    assert first == "All that was handed in, graded and decided is in the copy."
    assert second == "Forgotten since, and in the store again then: 1 (forget them again)."
    assert run("forget", "s1", "--yes", *place(out)).exit_code == 2
    said = done("restore", copy, "--yes", *place(out))
    assert "1 time somebody was forgotten" in said.stderr
    assert "What was there before is in" in said.stdout
    again = done("forget", "s1", "--yes", *place(out))
    (kept,) = out.glob("grades.before-*.db")  # where she is still named
    assert f"`autograder backup` made before and {kept}. Delete what is not needed" in again.stderr
    assert run("restore", out, "--yes", *place(out)).exit_code == 2
    assert run("backup", copy, *place(out)).exit_code == 2


def test_tables_and_pages_are_those_of_the_copy_that_was_put_back(
    graded: Path, out: Path, tmp_path: Path
) -> None:
    copy, page = tmp_path / "copy.db", out / "feedback" / "bento.html"
    done("feedback", *place(out))  # as the program writes them of what is stored
    before = (out / "grades.csv").read_text(), page.read_text()
    done("backup", copy, *place(out))
    with open_store(tmp_path / "empty.db"):
        pass
    (tmp_path / "sub").mkdir()
    shutil.copy(RIGHT, tmp_path / "sub" / "carla.py")
    done("grade", tmp_path / "sub", "--workers", 0, *place(out))
    done("override", "bento", "adam", "25", "--reason", "the slide misled", *place(out))
    assert "carla" in (out / "grades.csv").read_text()
    assert (out / "feedback" / "carla.html").exists()
    assert page.read_text() != before[1]
    said = done("restore", copy, "--yes", *place(out))
    assert f"Written anew: {out}" in said.stdout
    assert ((out / "grades.csv").read_text(), page.read_text()) == before
    assert not (out / "feedback" / "carla.html").exists()
    done("restore", tmp_path / "empty.db", "--yes", *place(out))
    assert "bento" not in (out / "grades.csv").read_text(), "also where nothing was graded yet"
    assert not page.exists()


def test_a_broken_assignment_does_not_keep_a_copy_from_coming_back(
    out: Path, tmp_path: Path
) -> None:
    """Its tables are named, with the command that writes them."""
    course, copy, slug = tmp_path / "course", tmp_path / "copy.db", "momentum_methods"
    for folder in ("assignments/adaptive_learning_rates", f"assignments/{slug}", "reference"):
        shutil.copytree(COURSE / folder, course / folder, ignore=shutil.ignore_patterns("sample*"))
    done("backup", copy, *place(out))
    (course / "assignments" / slug / "assignment.toml").write_text("what = 1")
    (out / slug).mkdir()
    (out / slug / "grades.json").write_text(f'{{"assignment": "{slug}"}}')
    whole = ("--out", out, "--course", course, "--assignment", "adaptive_learning_rates")
    said = done("restore", copy, "--yes", *whole)
    assert f"Written anew: {out}\n" in said.stdout
    (told,) = (line for line in said.stderr.splitlines() if "as it was before" in line)
    assert told.startswith(f"{out / slug} is as it was before: ")
    assert f"`autograder feedback --assignment {slug}` writes it anew." in told


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
    looks = [line for line in said.stderr.splitlines() if line.startswith("Look yourself")]
    told = [line.rpartition(" ")[2] for line in looks]
    assert told == [
        str(out / "gone" / name) for name in ("grades.csv", "grades.json", "index.html")
    ]


def test_what_a_copy_lacks_is_said_before_it_takes_the_stores_place(
    out: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    done("backup", copy, *place(out))
    said = done("restore", copy, "--yes", *place(out))
    assert "All that was handed in, graded and decided is in the copy." in said.stderr
    assert "signed out" not in said.stderr, "nobody was signed in"
    with open_store(out / "grades.db") as store:
        for number in range(7):
            draft = Draft("adaptive_learning_rates", number + 1, f"s{number}", "a.py", f"s{number}")
            store.hand_ins.add([draft], HandedInFile.of(b"w = 1"))
    done("override", "bento", "adam", "25", "--reason", "the slide misled", *place(out))
    asked = run("restore", copy, *place(out), typed="n\n")
    first, *_ = asked.stderr.splitlines()
    assert first.startswith("7 hand-ins (s6, ")
    assert first.endswith("and others before) and 1 decision are not in the copy.")
    assert "s2, " in first
    assert "s1, " not in first
    assert "Everything stored since" in asked.stderr
    said = done("restore", copy, "--yes", *place(out))
    assert first in said.stderr, "also where nobody is asked"


def test_extensions_and_links_that_a_copy_lacks_are_said_too(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done("backup", copy, *place(out))
    done("extend", "bento", "2099-01-01T12:00+00:00", *place(out))
    done("links", "--revoke", "bento", *place(out))
    asked = run("restore", copy, *place(out), typed="n\n")
    first, second, third, _ = asked.stderr.split("\n", 3)
    assert first == "1 extension is not in the copy."
    assert second == "Links that were revoked since, and are good again then: 1."
    assert third == "The links that were given out since are not good any more: give out new ones."


def test_a_store_is_not_replaced_while_a_portal_serves_it(out: Path, tmp_path: Path) -> None:
    copy, store = tmp_path / "copy.db", out / "grades.db"
    done("backup", copy, *place(out))
    program = (
        "import pathlib, sys\n"
        "from autograder.store.serving import served\n"
        "with served(pathlib.Path(sys.argv[1])):\n"
        "    print('here', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as portal:
        assert portal.stdout is not None
        assert portal.stdout.readline() == b"here\n"
        with served(store):
            pass  # as others may
        refused = run("restore", copy, "--yes", *place(out))
        assert refused.exit_code == 2
        assert "a portal serves" in refused.stderr
        assert "end `autograder serve` first" in refused.stderr
        portal.kill()
    done("restore", copy, "--yes", *place(out))
