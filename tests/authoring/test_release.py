"""The students' folder: current, the same bytes every time, and without anything hidden."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_assignment import MASTER, make_assignment

from autograder.authoring import release as releasing
from autograder.authoring.carrying import HIDDEN
from autograder.authoring.master import read_master
from autograder.authoring.release import Released, refuse_leaks, release
from autograder.errors import AssignmentError, LeakError, UsageError
from autograder.public import FILE_NAME, read_checks

COURSE = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.parent.name for path in COURSE.glob("assignments/*/notebook.md"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_there_is_something_to_release() -> None:
    assert "adaptive_learning_rates" in SLUGS


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param(slug, marks=[pytest.mark.long] if place else [])
        for place, slug in enumerate(SLUGS)
    ],
)
@pytest.mark.long
def test_the_committed_template_is_current_and_holds_nothing_hidden(
    slug: str, tmp_path: Path
) -> None:
    """If it is not current, run ``autograder release`` and commit what it wrote.  Release refuses
    what leaks; that it looked for the model answers is seen by their number."""
    released = release(COURSE / "assignments" / slug, tmp_path, reference=COURSE / "reference")
    files = contents(released.folder)
    assert files == contents(COURSE / "student_template" / slug)
    assert released.lines_looked_for > 1000
    assert f"{slug}.ipynb" in released.files
    assert not any(b"BEGIN SOLUTION" in data for data in files.values())
    assert b"otter" not in files["requirements.txt"]
    assert b"reference" not in files["README.md"]


@pytest.mark.long
@pytest.mark.parametrize("slug", SLUGS)
def test_with_the_cell_that_hands_in_it_holds_nothing_hidden_either(
    slug: str, tmp_path: Path
) -> None:
    folder = COURSE / "assignments" / slug
    released = release(folder, tmp_path, reference=COURSE / "reference", hand_in=True)
    assert (
        f'# hand_in(assignment=\\"{slug}\\")' in contents(released.folder)[f"{slug}.ipynb"].decode()
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_of_this_machine_or_day_is_in_it(slug: str) -> None:
    for name, data in contents(COURSE / "student_template" / slug).items():
        found = re.search(
            r"/home/|/root/|/tmp/|/work/|20\d\d-\d\d-\d\d|otter_version", data.decode()
        )
        assert found is None, f"{name}: {found}"


# ------------------------------------------------------------------ a small assignment, once


@dataclass(frozen=True)
class Both:
    """One master, released in both ways."""

    notebook: Released
    """With the checks inside."""
    otter: Released
    """With Otter's."""


@pytest.fixture(scope="module")
def otter_once() -> Iterator[None]:
    """``otter assign``, which takes seconds, runs once for each text of a master."""
    made: dict[str, str] = {}
    really = releasing._students_notebook

    def once(folder: Path) -> str:
        text = (folder / "notebook.md").read_text(encoding="utf-8")
        if text not in made:
            made[text] = really(folder)
        return made[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(releasing, "_students_notebook", once)
        yield


@pytest.fixture(scope="module")
def both(otter_once: None, tmp_path_factory: pytest.TempPathFactory) -> Both:
    course = tmp_path_factory.mktemp("course")
    assignment, reference = make_assignment(course)
    stale = course / "student_template" / "doubling" / "left_over.txt"
    stale.parent.mkdir(parents=True)
    stale.write_text("from the year before", encoding="utf-8")
    return Both(
        release(assignment, course / "student_template", reference=reference),
        release(assignment, course / "for_otter", reference=reference, checks="otter"),
    )


@pytest.fixture
def small(both: Both) -> Released:
    return both.notebook


def small_notebook(small: Released) -> dict[str, Any]:
    text = (small.folder / "doubling.ipynb").read_text(encoding="utf-8")
    notebook: dict[str, Any] = json.loads(text)
    return notebook


def small_sources(small: Released) -> list[str]:
    return ["".join(cell["source"]) for cell in small_notebook(small)["cells"]]


@pytest.mark.long
def test_the_folder_is_replaced_whole(small: Released) -> None:
    assert small.files == ("README.md", "doubling.ipynb", "requirements.txt")
    assert tuple(contents(small.folder)) == small.files
    assert [path.name for path in small.folder.parent.iterdir()] == ["doubling"]


def test_students_get_stubs_and_public_tests(small: Released) -> None:
    first, *sources = small_sources(small)
    assert 'def double(number):\n    """Twice the number."""\n    ...\n\ntwice = ...' in sources
    assert 'grader.check("doubling")' in sources
    assert "_Type your answer here, replacing this text._" in sources
    assert "def test_double" in first
    assert "def test_negative" not in first


def test_both_ways_have_the_same_cells_but_for_the_text_of_the_first(both: Both) -> None:
    inside, otter = (small_notebook(each)["cells"] for each in (both.notebook, both.otter))
    assert [cell["id"] for cell in inside] == [cell["id"] for cell in otter]
    assert inside[1:] == otter[1:]
    assert "".join(otter[0]["source"]).startswith("# Initialize Otter\nimport otter\n")


def test_what_otter_needs_is_there_only_where_it_is_chosen(both: Both) -> None:
    tests = small_notebook(both.otter)["metadata"]["otter"]["tests"]
    assert "def test_double" in tests["doubling"]
    assert "def test_negative" not in tests["doubling"]
    told = {name: data.decode() for name, data in contents(both.otter.folder).items()}
    assert "otter-grader" in told["requirements.txt"]
    assert "Keep the notebook's name" in told["README.md"]
    told = {name: data.decode() for name, data in contents(both.notebook.folder).items()}
    assert told["requirements.txt"] == "jupyterlab>=4.0\nmatplotlib>=3.8\nnumpy>=1.26\n"
    assert "Keep the notebook's name" not in told["README.md"]
    assert not re.search("import otter|from otter", told["doubling.ipynb"])


def test_only_what_is_allowed_is_in_the_notebook(small: Released) -> None:
    notebook = small_notebook(small)
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert set(notebook["metadata"]) == {"autograder", "kernelspec", "language_info"}
    assert notebook["metadata"]["autograder"] == {"assignment": "doubling"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["cells"][0]["metadata"] == HIDDEN
    for cell in notebook["cells"][1:]:
        assert set(cell["metadata"]) <= {"deletable", "editable", "tags"}
        assert not cell.get("outputs")
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def test_the_readme_says_what_to_do(small: Released) -> None:
    readme = (small.folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Doubling\n")
    assert "| `doubling` | 3 | |" in readme
    assert "| `why` | 2 | read by a person |" in readme
    for heading in ("## Open", "## Check", "## Hand in"):
        assert heading in readme


def test_the_readme_tells_of_the_cell_that_hands_in_where_there_is_one(
    small: Released, tmp_path: Path
) -> None:
    assignment, reference = make_assignment(tmp_path)
    portal = release(assignment, tmp_path / "out", reference=reference, hand_in=True)
    told = [(each.folder / "README.md").read_text(encoding="utf-8") for each in (portal, small)]
    assert [text.count("its last cells, which hand it in") for text in told] == [1, 0]
    assert small_sources(portal)[-1].splitlines()[-1] == '# hand_in(assignment="doubling")'


# ------------------------------------------------------------------ refusals


@pytest.mark.long
def test_a_solution_line_in_a_given_cell_is_refused_and_nothing_written(tmp_path: Path) -> None:
    planted = MASTER.replace("start = 21  # given", "the_answer = number  +  number")
    assignment, reference = make_assignment(tmp_path, planted)
    before = tmp_path / "out" / "doubling" / "kept.txt"
    before.parent.mkdir(parents=True)
    before.write_text("the release before", encoding="utf-8")
    with pytest.raises(LeakError) as caught:
        release(assignment, tmp_path / "out", reference=reference)
    place = planted.splitlines().index("    the_answer = number + number") + 1
    assert "doubling.ipynb, cell 3, line 2 shows" in str(caught.value)
    assert f"line {place} of doubling/notebook.md: the_answer = number + number" in str(
        caught.value
    )
    assert contents(tmp_path / "out") == {"doubling/kept.txt": b"the release before"}


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ('return 2 * number + 0 * len("nothing")', "line 4 of reference/truth.py"),
        ("hidden_case = draw(epochs=12, eps=0.5)", "line 1 of doubling/questions.py"),
        ("Because adding a number to itself doubles it.", "of doubling/notebook.md"),
    ],
)
@pytest.mark.parametrize("where", ["README.md", "metadata"])
def test_any_hidden_line_anywhere_is_refused(
    tmp_path: Path, shown: str, said: str, where: str
) -> None:
    assignment, reference = make_assignment(tmp_path)
    (assignment / "questions.py").write_text("hidden_case = draw(epochs=12, eps=0.5)\n")
    notebook = {"cells": [], "metadata": {"note": shown if where == "metadata" else ""}}
    bundle = {
        "doubling.ipynb": json.dumps(notebook),
        "README.md": f"# Doubling\n\n{shown if where == 'README.md' else ''}\n",
    }
    with pytest.raises(LeakError, match=said):
        refuse_leaks(bundle, read_master(assignment), assignment, reference)


def test_what_is_asked_in_words_travels_as_far_as_students_read_it() -> None:
    """A cell that otter leaves out is in the master all the same."""
    checks = read_checks(COURSE / "student_template" / SLUGS[0] / FILE_NAME)
    asked = ("Why does it work?", "For whoever marks: it must say that it doubles.", "Say so.")
    master = msgspec.structs.replace(checks, asked=asked)
    cells = [{"source": ["Why  does it work?\n", "Say so."]}, {"source": ["x = 1"]}]
    notebook = json.dumps({"cells": cells})
    assert releasing._without_hidden_lines(master, notebook).asked == (asked[0], asked[2])
    picture = "![](" + "a" * 200_000 + ")"
    cells[0]["source"].append(f"\n{picture}")
    large = msgspec.structs.replace(checks, asked=(*asked, picture))
    assert releasing._without_hidden_lines(large, json.dumps({"cells": cells})).asked == ()


def test_many_leaks_are_counted_not_listed(tmp_path: Path) -> None:
    assignment, reference = make_assignment(tmp_path)
    bundle = {"README.md": "the_answer = number + number\n" * 13}
    with pytest.raises(LeakError, match="and 3 more"):
        refuse_leaks(bundle, read_master(assignment), assignment, reference)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 30", "points: 35", "momentum is 35 points in notebook.md and 30 points in assig"),
        (
            "name: momentum",
            "name: momentom",
            "momentom is 30 points in notebook.md and not in assi",
        ),
    ],
)
def test_students_are_told_the_points_that_they_are_graded_by(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "assignments" / "momentum_methods"
    shutil.copytree(
        COURSE / "assignments" / "momentum_methods",
        folder,
        ignore=shutil.ignore_patterns("sample_submissions"),
    )
    (tmp_path / "reference").symlink_to(COURSE / "reference")
    text = (folder / "notebook.md").read_text(encoding="utf-8")
    assert text.count(f"{old}\n") == 1
    (folder / "notebook.md").write_text(text.replace(f"{old}\n", f"{new}\n"), encoding="utf-8")
    with pytest.raises(AssignmentError, match="momentum_methods: the question") as caught:
        release(folder, tmp_path / "out", reference=tmp_path / "reference")
    assert said in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_what_otter_refuses_is_one_sentence(tmp_path: Path) -> None:
    broken = MASTER.replace("def test_double(double):", "def test_double(double)")
    assignment, reference = make_assignment(tmp_path, broken)
    with pytest.raises(AssignmentError, match=r"otter assign refuses doubling\.ipynb"):
        release(assignment, tmp_path / "out", reference=reference)
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_tests_in_files_of_their_own_are_refused(tmp_path: Path) -> None:
    assignment, reference = make_assignment(tmp_path, MASTER.replace("files: false", "files: true"))
    with pytest.raises(AssignmentError, match="a release is one notebook"):
        release(assignment, tmp_path / "out", reference=reference)


def test_a_header_that_jupytext_cannot_read_is_one_sentence(tmp_path: Path) -> None:
    broken = MASTER.replace("jupyter:\n", "jupyter: [\n", 1)
    assignment, reference = make_assignment(tmp_path, broken)
    with pytest.raises(AssignmentError, match=r"Jupytext cannot read doubling/notebook\.md"):
        release(assignment, tmp_path / "out", reference=reference)


@pytest.mark.usefixtures("otter_once")
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    assignment, reference = make_assignment(tmp_path)
    (tmp_path / "out").write_text("a file where a folder is needed")
    with pytest.raises(UsageError, match=r"Cannot write the release to .*doubling"):
        release(assignment, tmp_path / "out", reference=reference)
