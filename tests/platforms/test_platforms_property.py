"""Every file of the input ends as a row, as a part of somebody's row, or among what was passed
over: for random trees of files, in folders and in a class's archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.platforms import Finds, search
from tests.platforms import downloads
from tests.platforms.downloads import lay, zipped
from tests.submission.notebooks import SMALL, write

_PEOPLE = ["amy", "ben", "Copy of amy", "amy (1)", "hw", "adaptive_learning_rates"]
_ENDINGS = [".ipynb", ".py", ".zip", ".json", ".txt", ".pdf", ".csv", ".ipynb.json", "", ".html"]
_SIGNED = [
    "amydoe_12345_67890_hw.ipynb",
    "amydoe_LATE_12345_67891_hw.pdf",
    "amydoe_12345_text.html",
    "anon_x1_9_hw.py",
    "Amy Doe_12_assignsubmission_file_",
    "Amy Doe_12_assignsubmission_file_hw.ipynb",
    "A_b_attempt_2025-10-31-20-04-05_hw.ipynb",
    "A_b_attempt_2025-10-31-20-04-05.txt",
    "1-2 - Amy Doe - Oct 31, 2025 804 PM",
    "1-2 - Amy Doe - Oct 31, 2025 8:04 PM - hw.ipynb",
    "hw_2025_10_31T20_04_05_123456.zip",
    "submission_1",
    "submission_metadata.yml",
    "submitted",
    "timestamp.txt",
    "index.html",
    ".git",
    "__MACOSX",
    ".DS_Store",
    "grades.json",
    "~$essay.docx",
    "hw-checkpoint.ipynb",
]
_METADATA = "submission_1:\n  :submitters:\n  - :name: Amy\n  - :name: Ben\n"
names = st.one_of(
    st.builds(str.__add__, st.sampled_from(_PEOPLE), st.sampled_from(_ENDINGS)),
    st.sampled_from(_SIGNED),
    st.sampled_from(_PEOPLE),
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
archives = st.dictionaries(paths, st.just(SMALL), max_size=3).map(
    lambda made: zipped(without_clashes(made))
)
contents = st.one_of(st.just(SMALL), st.just("x = 1"), st.just(""), st.just(_METADATA), archives)
trees = st.dictionaries(paths, contents, min_size=1, max_size=8)


def without_clashes(tree: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """Without files that lie where another's folder is."""
    folders = {name[:at] for name in tree for at, letter in enumerate(name) if letter == "/"}
    return {name: data for name, data in tree.items() if name not in folders}


def searched(tree: dict[str, str | bytes], beside: dict[str, str | bytes] | None) -> Finds:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "sub"
        if beside is None:
            lay(place, tree)
        else:
            write(place / "all.zip", zipped(tree))
            lay(place, {name: data for name, data in beside.items() if name != "all.zip"})
        return search(
            [place], scratch=Path(folder) / "scratch", assignment="adaptive_learning_rates"
        )


def parts_of_rows(finds: Finds) -> set[str]:
    rows: set[str] = set()
    for found in finds.found:
        rows |= {found.file, *found.beside, *(other.file for other in found.passed_over)}
    return rows


def require_every_file(files: set[str], finds: Finds) -> None:
    rows = parts_of_rows(finds)
    passed_over = {one.file for one in finds.unclaimed}
    in_archives = {name[:at] for name in rows for at, letter in enumerate(name) if letter == "/"}
    for name in files:
        above = {name[:at] for at, letter in enumerate(name) if letter == "/"} | {name}
        # A folder that is called as a notebook is, and holds none, is a file that nobody can read.
        assert name in in_archives or above & (rows | passed_over), name
    assert not rows & passed_over
    assert all(one.reason for one in finds.unclaimed)


@settings(max_examples=150, deadline=None)
@given(trees.map(without_clashes))
@example(downloads.CANVAS)
@example(downloads.MOODLE | {"grades.csv": downloads.MOODLE_WORKSHEET})
@example(downloads.NBGRADER)
@example(downloads.GRADESCOPE)
@example(downloads.BLACKBOARD)
@example(downloads.BRIGHTSPACE)
def test_in_a_folder(tree: dict[str, str | bytes]) -> None:
    finds = searched(tree, None)
    shown = parts_of_rows(finds) | {one.file for one in finds.unclaimed}
    files = set(tree)
    for name, data in tree.items():
        opened = isinstance(data, bytes) and "/" not in name and name.endswith(".zip")
        if opened and not any(file.split("/")[0] == name for file in shown):
            # The only archive there is the class's: what is in it stands in its place.
            files = files - {name} | set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    require_every_file(files, finds)


@settings(max_examples=150, deadline=None)
@given(trees.map(without_clashes), trees.map(without_clashes))
@example(downloads.GRADESCOPE, {"notes.pdf": "%PDF", "grades.csv": "a,b"})
@example(downloads.CANVAS, {"week/notes.txt": "x", ".DS_Store": "x"})
@pytest.mark.long
def test_in_an_archive_with_other_files_beside_it(
    tree: dict[str, str | bytes], beside: dict[str, str | bytes]
) -> None:
    # Two of one name, one in the archive and one beside it, are shown alike.
    beside = {name: data for name, data in beside.items() if name not in tree}
    finds = searched(tree, beside)
    files = set(beside) - {"all.zip"}
    # Where the archive is one person's, it is a file among others.
    is_one_persons = any(name.split("/")[0] == "all.zip" for name in parts_of_rows(finds))
    is_one_persons |= any(one.file == "all.zip" for one in finds.unclaimed)
    require_every_file(files | ({"all.zip"} if is_one_persons else set(tree)), finds)
