"""Who handed in what, when, and on whose word, as each system's download says."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from autograder.model import HandedIn, Identity, Source
from autograder.platforms import Finds, Found, finding, load, search
from autograder.platforms.entries import Entry
from autograder.platforms.layout import HandIn, whose
from tests.platforms import downloads
from tests.platforms.downloads import ED, JURGEN, TAM, ZOE, git_log, lay, receipt, zipped
from tests.submission.notebooks import SMALL, write

NEW_YORK = ZoneInfo("America/New_York")
NEXT_YEAR = 1_900_000_000.0

Members = dict[str, str | bytes]
Searcher = Callable[..., Finds]


@pytest.fixture
def searched(tmp_path: Path) -> Searcher:
    """Lays a download, touches every file to years later, and searches it."""

    def searcher(
        members: Members,
        *,
        zone: tzinfo | None = NEW_YORK,
        at: str = "sub",
        beside: Members | None = None,
        is_zipped: bool = False,
    ) -> Finds:
        folder = tmp_path / at
        if is_zipped:
            write(folder / "all.zip", zipped(members))
        else:
            lay(folder, members)
        lay(folder, beside or {})
        for path in folder.rglob("*"):
            os.utime(path, (NEXT_YEAR, NEXT_YEAR))
        return search(
            [folder],
            scratch=tmp_path / "scratch",
            assignment="adaptive_learning_rates",
            zone=zone,
        )

    return searcher


def by_student(finds: Finds) -> dict[str, Found]:
    return {found.student: found for found in finds.found}


def times(finds: Finds) -> dict[str, tuple[str | None, str]]:
    """Of each student the time in UTC and whose word it is."""
    return {found.student: shown(found.handed_in) for found in finds.found}


def shown(handed_in: HandedIn) -> tuple[str | None, str]:
    at = handed_in.at
    if at is not None:
        assert at.utcoffset() is not None
    return (None if at is None else f"{at.astimezone(UTC):%m-%d %H:%M}", str(handed_in.source))


def reasons(finds: Finds) -> dict[str, str]:
    return {one.file: one.reason for one in finds.unclaimed}


IN_TIME = ("11-01 22:30", "platform")
LATE = ("11-02 14:15", "platform")


# ------------------------------------------------------------------ Canvas


def test_canvas(searched: Searcher) -> None:
    finds = searched(downloads.CANVAS)
    found = by_student(finds)
    assert list(found) == ["oneilzakjürgen", "poeed", "txttam", "ångströmzoë"]
    jurgen = found["oneilzakjürgen"]
    assert jurgen.file == "oneilzakjürgen_101_900005_hw-1.ipynb"
    assert [other.file for other in jurgen.passed_over] == ["oneilzakjürgen_101_900001_hw.ipynb"]
    assert jurgen.whose == Identity(number="101", name="oneilzakjürgen")
    assert times(finds) == {
        "oneilzakjürgen": (None, "platform"),  # in time, whatever the file's own time
        "poeed": (None, "platform"),
        "txttam": (None, "platform"),
        "ångströmzoë": (None, "marked_late"),
    }
    assert found["poeed"].file == "poeed_103_900003_hw.zip/hw/hw.ipynb"
    assert found["poeed"].beside == ("poeed_103_900004_essay.pdf",)
    assert load(found["txttam"]).problem == (
        "txttam_104_text.html is a text typed into Canvas, and no file: hand in the notebook "
        "itself."
    )
    assert finds.unclaimed == finds.notices == ()


def test_anonymous_canvas(searched: Searcher) -> None:
    finds = searched(downloads.CANVAS_ANONYMOUS)
    assert times(finds) == {"anon_Q9abc": (None, "marked_late"), "anon_x1Y2z": (None, "platform")}
    assert by_student(finds)["anon_Q9abc"].whose == Identity(number="Q9abc")


# ------------------------------------------------------------------ Moodle


@pytest.mark.parametrize("shape", ["MOODLE", "MOODLE_FLAT"])
@pytest.mark.parametrize("place", ["in it", "beside the archive", "beside the folder"])
def test_moodle_with_its_worksheet(searched: Searcher, shape: str, place: str) -> None:
    members: Members = getattr(downloads, shape)
    sheet: Members = {"grades.csv": downloads.MOODLE_WORKSHEET}
    if place == "in it":
        finds = searched(members | sheet)
    elif place == "beside the archive":
        finds = searched(members, beside=sheet, is_zipped=True)
    else:
        finds = searched({f"all/{name}": data for name, data in members.items()} | sheet)
    assert times(finds) == {
        JURGEN: IN_TIME,
        ZOE: LATE,
        ED: ("11-01 00:04", "platform"),
        TAM: (None, "none"),
    }
    found = by_student(finds)
    assert found[JURGEN].whose == Identity(email="jurgen@uni.edu", number="12", name=JURGEN)
    assert len(found[JURGEN].passed_over) == 1
    assert len(found[ED].beside) == 1
    assert "is a text typed into Moodle" in (load(found[TAM]).problem or "")
    assert reasons(finds) == {"grades.csv": "Moodle's grading worksheet"}


def test_moodle_without_worksheet_has_the_files_time_and_says_that_it_is_that(
    searched: Searcher,
) -> None:
    finds = searched(downloads.MOODLE)
    assert {source for _, source in times(finds).values()} == {"file"}
    zipped_finds = searched(downloads.MOODLE, at="other", is_zipped=True)
    assert {source for _, source in times(zipped_finds).values()} == {"file"}


@pytest.mark.parametrize("is_zipped", [False, True])
@pytest.mark.parametrize("is_alone", [False, True])
def test_a_worksheet_may_be_given_together_with_the_class(
    tmp_path: Path, *, is_zipped: bool, is_alone: bool
) -> None:
    """``grade moodle.zip grades.csv``, and ``grade submissions/*`` where there is no more."""
    if is_zipped:
        given = tmp_path / "moodle.zip"
        given.write_bytes(zipped(downloads.MOODLE))
    else:
        given = lay(tmp_path / "moodle", downloads.MOODLE)
    lay(tmp_path, {"grades.csv": downloads.MOODLE_WORKSHEET})
    if not is_alone:
        lay(tmp_path, {"of_another_week.ipynb": SMALL})
    with TemporaryDirectory() as scratch:  # all that is in a folder is not what is beside it
        finds = search([given, tmp_path / "grades.csv"], scratch=Path(scratch), zone=NEW_YORK)
    assert times(finds) == {
        JURGEN: IN_TIME,
        ZOE: LATE,
        ED: ("11-01 00:04", "platform"),
        TAM: (None, "none"),
    }
    assert reasons(finds)["grades.csv"] == "Moodle's grading worksheet"


def test_a_class_that_is_taken_for_one_person_is_said(searched: Searcher) -> None:
    """Of two archives side by side each is somebody's; two classes' are not lost in silence."""
    classes: Members = {
        "monday.zip": zipped(downloads.MOODLE),
        "friday.zip": zipped(downloads.CANVAS),
        "amy.zip": zipped({"a.ipynb": SMALL, "b.py": "x = 1"}),
    }
    finds = searched(classes)
    assert set(by_student(finds)) == {"monday", "friday", "amy"}
    told = [said for said in finds.notices if "taken for one person's" in said]
    assert [said.split()[3] for said in told] == ["friday.zip", "monday.zip"]


@pytest.mark.parametrize("shape", ["MOODLE", "MOODLE_FLAT"])
def test_a_worksheet_that_a_student_handed_in_is_the_students(
    searched: Searcher, shape: str
) -> None:
    place = f"{ZOE}_13_assignsubmission_file_" + ("/" if shape == "MOODLE" else "")
    finds = searched(getattr(downloads, shape) | {f"{place}grades.csv": downloads.MOODLE_WORKSHEET})
    assert times(finds)[ZOE][1] == "file"
    assert by_student(finds)[ZOE].beside == (f"{place}grades.csv",)


def test_a_worksheet_without_a_zone_or_in_another_language_is_said(searched: Searcher) -> None:
    sheet: Members = {"grades.csv": downloads.MOODLE_WORKSHEET}
    finds = searched(downloads.MOODLE | sheet, zone=None)
    assert times(finds)[ZOE] == (None, "none")
    assert "times without a zone" in finds.notices[0]
    german = downloads.MOODLE_WORKSHEET.replace("Sunday, 2 November", "Sonntag, 2. November")
    finds = searched(downloads.MOODLE | {"grades.csv": german}, at="german")
    assert times(finds)[ZOE] == (None, "none")
    assert times(finds)[JURGEN] == IN_TIME
    assert "another language" in finds.notices[0]


def test_blind_moodle(searched: Searcher) -> None:
    finds = searched(downloads.MOODLE_BLIND)
    assert list(by_student(finds)) == ["Participant 21", "Participant 22"]
    assert by_student(finds)["Participant 21"].whose == Identity(number="21")


# ------------------------------------------------------------------ Gradescope


@pytest.mark.parametrize("is_zipped", [False, True])
def test_gradescope(searched: Searcher, is_zipped: bool) -> None:
    finds = searched(downloads.GRADESCOPE, zone=None, is_zipped=is_zipped)
    assert times(finds) == {
        JURGEN: IN_TIME,
        ED: IN_TIME,
        ZOE: LATE,  # her own submission_metadata.yml says nothing of anybody
        TAM: ("11-01 17:00", "platform"),
    }
    found = by_student(finds)
    assert found[ED].whose == Identity(sis_id="0014", email="ed@uni.edu", number="0014", name=ED)
    assert found[ED].file == found[JURGEN].file  # one file, two people
    assert all(load(one).problem is None for one in finds.found)
    assert len(found[TAM].beside) == 1
    assert [one.reason for one in finds.unclaimed] == ["Gradescope's list of who handed in what"]


BAD_YAML = {
    "no mapping": "- 1\n- 2\n",
    "cut off": 'submission_201:\n  :submitters: [ "',
    "deep": "[" * 3000,
    "an alias of itself": "&a [*a]\n",
    "a list as a key": "? [1, 2]\n: x\n",
    "laughs": "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &b{n} [*a, *a]\n" for n in range(20)),
    "code": "submission_201: !!python/object/apply:os.system ['touch hacked']\n",
    "submitters of no use": "submission_201:\n  :submitters: [1, {}, {':name': [2]}]\n",
}


@pytest.mark.parametrize("kind", BAD_YAML)
def test_what_is_no_metadata_of_gradescopes(
    searched: Searcher, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finds = searched({"submission_201/hw.ipynb": SMALL, "submission_metadata.yml": BAD_YAML[kind]})
    assert list(by_student(finds)) == ["submission_201"]
    assert not (tmp_path / "hacked").exists()


def test_namesakes_in_gradescope_are_told_apart(searched: Searcher) -> None:
    rows = "".join(
        f"submission_{n}:\n  :submitters:\n  - :name: Ed Poe\n    :sid: '{n}'\n" for n in (1, 2)
    )
    finds = searched(
        {
            "submission_1/hw.ipynb": SMALL,
            "submission_2/hw.ipynb": SMALL,
            "submission_metadata.yml": rows,
        }
    )
    assert list(by_student(finds)) == ["Ed Poe_1", "Ed Poe_2"]


def test_a_group_that_handed_in_an_archive(searched: Searcher) -> None:
    """Each unpacks a copy: whose file is passed over does not take the other's away."""
    inner = zipped({"hw.ipynb": SMALL, "b.ipynb": downloads.OTHER})
    rows = "submission_1:\n  :submitters:\n  - :name: A\n  - :name: B\n"
    finds = searched(
        {"e/submission_1/hw.zip": inner, "e/submission_metadata.yml": rows}, is_zipped=True
    )
    assert list(by_student(finds)) == ["A", "B"]
    assert all(load(found).problem is None for found in finds.found)


# ------------------------------------------------------------------ nbgrader


@pytest.mark.parametrize("at", ["course", "submitted"])
def test_nbgrader(searched: Searcher, at: str) -> None:
    members = downloads.NBGRADER
    if at == "submitted":
        start = "submitted/"
        members = {n.removeprefix(start): d for n, d in members.items() if n.startswith(start)}
    finds = searched(members, at=at, zone=None)
    assert times(finds) == {
        "jurgen": ("11-01 18:30", "platform"),
        "zoe": LATE,
        "ed": ("10-31 19:04", "platform"),
        "tam": (None, "none"),  # Israel's, India's or Ireland's
    }
    assert "in a zone that is not known" in finds.notices[0]
    slug = "adaptive_learning_rates"
    above = "submitted/" if at == "course" else ""
    assert by_student(finds)["ed"].beside == (
        f"{above}ed/{slug}/essay.pdf",
        f"{above}ed/{slug}/timestamp.txt",
    )
    assert reasons(finds)[f"{above}jurgen/warm_up/timestamp.txt"] == "of another assignment"


def test_a_timestamp_in_a_plain_folder_is_the_students(searched: Searcher) -> None:
    members: Members = {
        "amy/adaptive_learning_rates/hw.ipynb": SMALL,
        "amy/adaptive_learning_rates/timestamp.txt": "2001-01-01 00:00:00 UTC",
        "amy/timestamp.txt": "2001-01-01 00:00:00 UTC",
        "ben/hw.ipynb": SMALL,
    }
    assert times(searched(members))["amy"][1] == "file"


# ------------------------------------------------------------------ Blackboard, Brightspace


def test_blackboard(searched: Searcher) -> None:
    finds = searched(downloads.BLACKBOARD)
    assert times(finds) == {
        "jurgen": IN_TIME,
        "zoe": LATE,
        "ed": ("11-01 00:04", "platform"),
        "tam": ("11-01 01:00", "platform"),
    }
    found = by_student(finds)
    assert found["jurgen"].whose == Identity(login="jurgen", name=JURGEN)
    assert found["ed"].whose == Identity(login="ed")  # whose receipt it is, the name says
    assert [other.file for other in found["jurgen"].passed_over] == [
        "Adaptive%20learning_rates_jurgen_attempt_2025-10-30-10-00-00_hw.ipynb"
    ]
    assert len(found["jurgen"].beside) == 2
    assert "no file was handed in" in (load(found["tam"]).problem or "")
    assert finds.unclaimed == finds.notices == ()


@pytest.mark.parametrize(
    ("real", "chosen"),
    [
        ("A_zoe_attempt_2025-11-02-09-15-00_", "x_ed_attempt_2001-01-01-00-00-00_hw.ipynb"),
        ("7-8 - zoe - Nov 2, 2025 915 AM - ", "7-8 - ed - Jan 1, 2001 100 AM - hw.ipynb"),
        ("7-8 - zoe - Nov 2, 2025 915 AM - ", "Jan 1, 2001 100 AM.ipynb"),
    ],
)
def test_a_name_that_a_student_chose_is_no_platforms(
    searched: Searcher, real: str, chosen: str
) -> None:
    assert times(searched({real + chosen: SMALL})) == {"zoe": LATE}


def test_a_name_with_a_hyphen_is_whole_in_brightspace(searched: Searcher) -> None:
    finds = searched({"7-8 - Mary - Ann Smith - Nov 2, 2025 915 AM/hw.ipynb": SMALL})
    assert times(finds) == {"Mary - Ann Smith": LATE}


def test_logins_with_underscores_are_no_part_of_blackboards_title(searched: Searcher) -> None:
    """Of a_lee and b_lee, as of one login lee, one row would be lost; a name is no login."""
    members: Members = {}
    for name, login in (("Amy (b_lee)", "a_lee"), ("Ben", "b_lee"), ("Cat", "lee")):
        attempt = f"Week_1_{login}_attempt_2025-11-01-18-30-00"
        members |= {f"{attempt}_my_hw.ipynb": SMALL, f"{attempt}.txt": receipt(name, login)}
    members["Week_1_d_o_attempt_2025-11-01-18-30-00_hw.ipynb"] = SMALL  # without a receipt
    found = by_student(searched(members))
    assert set(found) == {"a_lee", "b_lee", "lee", "d_o"}
    assert found["a_lee"].whose == Identity(login="a_lee", name="Amy (b_lee)")


def test_blackboards_receipts_tell_the_zone(searched: Searcher) -> None:
    finds = searched(downloads.BLACKBOARD, zone=None)
    assert times(finds) == {
        "jurgen": IN_TIME,
        "zoe": LATE,
        "ed": (None, "none"),  # the receipt under his name is somebody else's
        "tam": ("11-01 01:00", "platform"),
    }
    assert len(finds.notices) == 1
    forged = downloads.receipt(ZOE, "zoe", "IST") + "\nDate Submitted: 1 1 1 1:00:00 AM HST\n"
    name = "A_zoe_attempt_2025-11-02-09-15-00"
    finds = searched({f"{name}_a.ipynb": SMALL, f"{name}.txt": forged}, zone=None, at="forged")
    assert times(finds) == {"zoe": (None, "none")}


@pytest.mark.parametrize("shape", ["BLACKBOARD", "BRIGHTSPACE"])
def test_times_without_a_zone_do_not_count_and_are_said(searched: Searcher, shape: str) -> None:
    members: Members = getattr(downloads, shape)
    members = {name: data for name, data in members.items() if not name.endswith(".txt")}
    finds = searched(members, zone=None)
    assert set(times(finds).values()) == {(None, "none")}
    assert len(finds.notices) == 1
    assert "times without a zone" in finds.notices[0]
    assert "count once [late] timezone" in finds.notices[0]


def test_brightspace(searched: Searcher) -> None:
    finds = searched(downloads.BRIGHTSPACE)
    assert times(finds) == {JURGEN: IN_TIME, ZOE: LATE, ED: ("11-01 00:04", "platform")}
    found = by_student(finds)
    assert "Nov 1, 2025" in found[JURGEN].file
    assert found[JURGEN].whose == Identity(number="301", name=JURGEN)
    assert len(found[ED].beside) == 1
    assert reasons(finds) == {"index.html": "Brightspace's list of submissions"}


def test_brightspace_flat(searched: Searcher) -> None:
    finds = searched(downloads.BRIGHTSPACE_FLAT)
    assert times(finds) == {JURGEN: IN_TIME, ZOE: ("11-02 04:15", "platform")}


# ------------------------------------------------------------------ Otter, GitHub


def test_otter_exports_in_students_folders(searched: Searcher) -> None:
    finds = searched(downloads.OTTER_FOLDERS)
    assert times(finds) == {
        "jurgen": ("11-01 22:30", "students_word"),
        "zoe": ("11-02 14:15", "students_word"),
    }
    assert all(load(found).problem is None for found in finds.found)


@pytest.mark.parametrize("name", ["hw", "my_hw_2"])
def test_the_only_export_of_otters(searched: Searcher, name: str) -> None:
    export = f"{name}_{downloads.OTTER_STAMP}.zip"
    in_folder = searched({f"jurgen/{export}": downloads.otter_export()})
    assert times(in_folder) == {"jurgen": ("11-01 22:30", "students_word")}
    alone = searched({export: downloads.otter_export()}, at="alone")
    assert times(alone) == {name: ("11-01 22:30", "students_word")}


@pytest.mark.parametrize("zone", [NEW_YORK, None])
def test_the_newer_of_a_students_exports_is_graded(searched: Searcher, zone: tzinfo | None) -> None:
    """As Otter's names say: what is in them was saved earlier, and may be of the same second."""
    members: Members = {
        f"jurgen/hw_2025_11_02T{hour}_00_00_000001.zip": downloads.otter_export()
        for hour in ("10", "11", "09")
    }
    found = by_student(searched({**members, **downloads.OTTER_FOLDERS}, zone=zone))["jurgen"]
    assert found.file == "jurgen/hw_2025_11_02T11_00_00_000001.zip/hw.ipynb"
    assert "T10_" in found.passed_over[0].file


def test_otter_exports_named_after_people(searched: Searcher) -> None:
    finds = searched(downloads.OTTER_PEOPLE)
    assert times(finds) == {
        "jurgen": ("11-01 22:30", "students_word"),
        "zoe": ("11-02 14:15", "students_word"),
    }
    assert len(by_student(finds)["zoe"].passed_over) == 1


def test_otter_exports_named_after_the_notebook_are_each_a_persons(searched: Searcher) -> None:
    members = {f"hw_2025_11_01T18_30_0{n}_123456.zip": downloads.otter_export() for n in range(3)}
    assert len(searched(members).found) == 3


def test_otter_within_canvas_is_canvas_persons(searched: Searcher) -> None:
    stamp = downloads.OTTER_STAMP
    finds = searched({f"doejane_12345_67890_hw_{stamp}.zip": downloads.otter_export()})
    assert times(finds) == {"doejane": (None, "platform")}


def test_github_clones(searched: Searcher) -> None:
    finds = searched(downloads.GITHUB)
    at = datetime.fromtimestamp(1762036200, UTC)
    assert {found.student: found.handed_in for found in finds.found} == {
        "ed": HandedIn(),
        "jo-zoe": HandedIn(),  # a clone's log tells when the teacher cloned
        "jurgen": HandedIn(at, Source.STUDENTS_WORD),
    }
    assert by_student(finds)["jo-zoe"].whose == Identity(login="jo-zoe")


def test_one_clone_alone_is_named_after_the_assignment(searched: Searcher) -> None:
    members: Members = {
        "adaptive-learning-rates-jo/hw.ipynb": SMALL,
        "adaptive-learning-rates-jo/.git/config": "",
    }
    assert list(by_student(searched(members))) == ["jo"]
    assert list(by_student(searched({"hw-jo/a.ipynb": SMALL, "hw-jo/.git/x": ""}, at="b"))) == [
        "hw-jo"
    ]


@pytest.mark.parametrize("known", [("The-Anna", "the-bob"), ("the-bob",)])
def test_known_logins_tell_where_the_prefix_ends(tmp_path: Path, known: tuple[str, ...]) -> None:
    folder = lay(
        tmp_path / "sub",
        {f"hw-1-the-{name}/{file}": "" for name in ("anna", "bob") for file in ("a.py", ".git/x")},
    )
    plain = search([folder], scratch=tmp_path / "scratch")
    assert [found.student for found in plain.found] == ["anna", "bob"]
    finds = search([folder], scratch=tmp_path / "scratch", known=known)
    assert [found.student for found in finds.found] == ["the-anna", "the-bob"]
    lone = search([lay(tmp_path / "b", {"hw-1-the-bob/a.py": "", "hw-1-the-bob/.git/x": ""})],
                  scratch=tmp_path / "scratch", known=known)  # fmt: skip
    assert [found.student for found in lone.found] == ["the-bob"]


def test_a_log_behind_a_link_is_not_read(tmp_path: Path) -> None:
    folder = lay(tmp_path / "sub", {"hw-a/x.ipynb": SMALL, "hw-b/x.ipynb": SMALL})
    write(tmp_path / "secret" / "logs" / "HEAD", git_log((1762036200, "commit: x")))
    (folder / "hw-a" / ".git").symlink_to(tmp_path / "secret")
    (folder / "hw-b" / ".git").mkdir()
    (folder / "hw-b" / ".git" / "logs").symlink_to(tmp_path / "secret" / "logs")
    finds = search([folder], scratch=tmp_path / "scratch")
    assert {found.student: found.handed_in for found in finds.found} == {
        "a": HandedIn(),
        "b": HandedIn(),
    }


# ------------------------------------------------------------------ plain folders


@pytest.mark.parametrize("modified", [1e18, -1e18, float(1 << 60), 253402300800.0 * 2, 0.0])
def test_times_that_nobody_lives_in_are_not_known(tmp_path: Path, modified: float) -> None:
    entry = Entry(("amy.py",), tmp_path / "amy.py", modified)
    (hand_in,) = whose([entry], "rates").items
    assert isinstance(hand_in, HandIn)
    assert finding._handed_in(hand_in) == HandedIn()


def test_a_plain_folder_has_the_files_own_times(searched: Searcher) -> None:
    finds = searched({"amy.ipynb": SMALL, "ben/hw.ipynb": SMALL})
    assert {found.handed_in.source for found in finds.found} == {Source.FILE}
    assert by_student(finds)["amy"].whose == Identity(id="amy")


def test_members_of_a_students_archive_bear_the_students_word(searched: Searcher) -> None:
    finds = searched({"amy.zip": zipped({"hw.ipynb": SMALL}), "ben.ipynb": SMALL})
    assert times(finds)["amy"] == ("01-01 05:00", "students_word")


@pytest.mark.parametrize(
    "copy", ["bob (1).ipynb", "Copy of bob.ipynb", "bob-Copy1.ipynb", "bob - Copy.ipynb"]
)
def test_a_copy_is_the_persons(searched: Searcher, copy: str) -> None:
    finds = searched({"bob.ipynb": SMALL, copy: downloads.OTHER, "amy.ipynb": SMALL})
    assert list(by_student(finds)) == ["amy", "bob"]
    bob = by_student(finds)["bob"]
    assert len(bob.passed_over) == 1
    assert f"{copy} is named as a copy, and counts as bob's." in bob.notices
    alone = searched({copy: SMALL, "amy.ipynb": SMALL}, at="alone")
    assert list(by_student(alone)) == ["amy", "bob"]
    assert by_student(alone)["bob"].notices == (f"{copy} is named as a copy, and counts as bob's.",)


@pytest.mark.parametrize("first", ["hw.ipynb", "hw (3).ipynb"])
def test_copies_of_what_nobody_is_called_are_several_peoples(
    searched: Searcher, first: str
) -> None:
    members: Members = {first: SMALL, "hw (1).ipynb": SMALL, "hw (2).ipynb": SMALL}
    assert len(searched(members).found) == 3
    slug = "adaptive_learning_rates"
    assert len(searched({f"{slug}.ipynb": SMALL, f"{slug} (1).ipynb": SMALL}, at="b").found) == 2


def test_no_time_of_a_file_says_anything_of_a_platforms(searched: Searcher) -> None:
    """Files touched to years from now, and to years ago: the same times."""
    for members in (downloads.NBGRADER, downloads.BLACKBOARD, downloads.GRADESCOPE):
        at = str(id(members))
        finds = searched(members, at=at)
        limit = datetime.fromtimestamp(NEXT_YEAR, UTC) - timedelta(days=1)
        for found in finds.found:
            assert found.handed_in.at is None or found.handed_in.at < limit
