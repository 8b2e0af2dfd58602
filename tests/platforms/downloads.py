"""What each system lets a teacher download, built file for file in its documented shape.

Every builder fills a folder.  The people are the same everywhere: Jürgen O'Neil-Żak, who handed in
twice; Zoë Ångström, late; Ed Poe, who handed in a PDF beside the notebook; and Tam Txt, who typed a
text or handed in no file.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.submission.notebooks import SMALL, write

JURGEN, ZOE, ED, TAM = "Jürgen O'Neil-Żak", "Zoë Ångström", "Ed Poe", "Tam Txt"
OTHER = SMALL.replace("x = 1", "x = 2")
PDF = b"%PDF-1.7 an essay"


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, contents in members.items():
            packed.writestr(zipfile.ZipInfo(name, (2030, 1, 1, 0, 0, 0)), contents)
    return buffer.getvalue()


def lay(folder: Path, members: dict[str, str | bytes]) -> Path:
    for name, contents in members.items():
        write(folder / name, contents)
    return folder


# ------------------------------------------------------------------ Canvas

CANVAS: dict[str, str | bytes] = {
    "oneilzakjürgen_101_900001_hw.ipynb": SMALL,
    "oneilzakjürgen_101_900005_hw-1.ipynb": OTHER,
    "ångströmzoë_LATE_102_900002_hw.ipynb": SMALL,
    "poeed_103_900003_hw.zip": zipped({"hw/hw.ipynb": SMALL, "hw/data.csv": "1"}),
    "poeed_103_900004_essay.pdf": PDF,
    "txttam_104_text.html": "<p>see my e-mail</p>",
}
CANVAS_ANONYMOUS: dict[str, str | bytes] = {
    "anon_x1Y2z_900001_hw.ipynb": SMALL,
    "LATE_anon_Q9abc_900002_hw.ipynb": SMALL,
}
CANVAS_GRADEBOOK = f"""\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Adaptive learning rates (4711),Quiz (12)
    Points Possible,,,,,100,5
"O'Neil-Żak, Jürgen",101,s1,jurgen@uni.edu,A1,,4
"Ångström, Zoë",102,s2,zoe@uni.edu,A1,,
"Poe, Ed",103,s3,ed@uni.edu,A1,EX,
"{TAM.split()[1]}, {TAM.split()[0]}",104,s4,tam@uni.edu,A1,,
"""

# ------------------------------------------------------------------ Moodle

_MOODLE = "assignsubmission_file"
MOODLE: dict[str, str | bytes] = {
    f"{JURGEN}_12_{_MOODLE}_/hw.ipynb": SMALL,
    f"{JURGEN}_12_{_MOODLE}_/old/draft.ipynb": OTHER,
    f"{ZOE}_13_{_MOODLE}_/hw.ipynb": SMALL,
    f"{ED}_14_{_MOODLE}_/hw.ipynb": SMALL,
    f"{ED}_14_{_MOODLE}_/essay.pdf": PDF,
    f"{TAM}_15_assignsubmission_onlinetext_/onlinetext.html": "<p>see my e-mail</p>",
}
MOODLE_FLAT: dict[str, str | bytes] = {
    name.replace("file_/", "file_").replace("old/", "").replace("onlinetext_/", "onlinetext_"): data
    for name, data in MOODLE.items()
}
MOODLE_WORKSHEET = f"""\
\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 12","{JURGEN}",jurgen@uni.edu,"Submitted for grading",,100.00,Yes,\
"Saturday, 1 November 2025, 6:30 PM",-,
"Participant 13","{ZOE}",zoe@uni.edu,"Submitted for grading",,100.00,Yes,\
"Sunday, 2 November 2025, 9:15 AM",-,
"Participant 14","{ED}",ed@uni.edu,"Submitted for grading",40.00,100.00,Yes,\
"Friday, 31 October 2025, 8:04 PM","Monday, 3 November 2025, 1:00 PM","<p>adam 4/30, late -3</p>"
"Participant 15","{TAM}",tam@uni.edu,"No submission",,100.00,Yes,-,-,"Please come to see me"
"""
MOODLE_BLIND: dict[str, str | bytes] = {
    f"Participant_21_{_MOODLE}_/hw.ipynb": SMALL,
    f"Participant_22_{_MOODLE}_/hw.ipynb": OTHER,
}

# ------------------------------------------------------------------ Gradescope

GRADESCOPE: dict[str, str | bytes] = {
    "assignment_77_export/submission_201/hw.ipynb": SMALL,
    "assignment_77_export/submission_202/hw.ipynb": SMALL,
    "assignment_77_export/submission_202/submission_metadata.yml": (
        "submission_202:\n  :submitters:\n  - :name: Somebody Else\n"
    ),
    "assignment_77_export/submission_203/hw.ipynb": OTHER,
    "assignment_77_export/submission_203/essay.pdf": PDF,
    "assignment_77_export/submission_metadata.yml": f"""\
---
submission_201:
  :submitters:
  - :name: "{JURGEN}"
    :sid: '0012'
    :email: jurgen@uni.edu
  - :name: "{ED}"
    :sid: '0014'
    :email: ed@uni.edu
  :created_at: 2025-11-01 22:30:00.123456789 Z
  :score: 0.0
  :status: processed
  :history:
  - :id: 200
    :created_at: 2025-10-30 10:00:00.000000000 Z
    :score: 0.0
submission_202:
  :submitters:
  - :name: {ZOE}
    :sid: '0013'
    :email: zoe@uni.edu
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2025-11-02 14:15:00.000000000 Z
    zone: &1 !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
    time: 2025-11-02 07:15:00.000000000 Z
  :score: 0.0
submission_203:
  :submitters:
  - :name: {TAM}
    :sid:
    :email: tam@uni.edu
  :created_at: 2025-11-01 10:00:00 -0700
""",
}

# ------------------------------------------------------------------ nbgrader

_SLUG = "adaptive_learning_rates"
NBGRADER: dict[str, str | bytes] = {
    f"source/{_SLUG}/{_SLUG}.ipynb": SMALL,
    f"submitted/jurgen/{_SLUG}/{_SLUG}.ipynb": SMALL,
    f"submitted/jurgen/{_SLUG}/timestamp.txt": "2025-11-01 18:30:00.948203 UTC",
    f"submitted/jurgen/warm_up/{_SLUG}.ipynb": OTHER,
    "submitted/jurgen/warm_up/timestamp.txt": "2025-10-01 18:30:00.948203 UTC",
    f"submitted/zoe/{_SLUG}/{_SLUG}.ipynb": SMALL,
    f"submitted/zoe/{_SLUG}/timestamp.txt": "2025-11-02 09:15:00.000000 EST",
    f"submitted/ed/{_SLUG}/{_SLUG}.ipynb": SMALL,
    f"submitted/ed/{_SLUG}/essay.pdf": PDF,
    f"submitted/ed/{_SLUG}/timestamp.txt": "2025-10-31T20:04:05+01:00\n",
    f"submitted/tam/{_SLUG}/{_SLUG}.ipynb": OTHER,
    f"submitted/tam/{_SLUG}/timestamp.txt": "2025-10-31 20:04:05 IST",
    f"autograded/jurgen/{_SLUG}/{_SLUG}.ipynb": SMALL,
    "gradebook.db": b"SQLite format 3",
}

# ------------------------------------------------------------------ Blackboard

_BLACKBOARD = "Adaptive%20learning_rates"


def receipt(name: str, login: str, zone: str = "EDT") -> str:
    return (
        f"Name: {name} ({login})\nAssignment: Adaptive learning rates\n"
        f"Date Submitted: Saturday, November 1, 2025 6:30:00 PM {zone}\n"
        "Current Grade: Needs Grading\n"
        "\nSubmission Field:\nThere is no student submission text data for this assignment.\n"
    )


BLACKBOARD: dict[str, str | bytes] = {
    f"{_BLACKBOARD}_jurgen_attempt_2025-10-30-10-00-00_hw.ipynb": OTHER,
    f"{_BLACKBOARD}_jurgen_attempt_2025-10-30-10-00-00.txt": receipt(JURGEN, "jurgen"),
    f"{_BLACKBOARD}_jurgen_attempt_2025-11-01-18-30-00_hw.ipynb": SMALL,
    f"{_BLACKBOARD}_jurgen_attempt_2025-11-01-18-30-00.txt": receipt(JURGEN, "jurgen"),
    f"{_BLACKBOARD}_zoe_attempt_2025-11-02-09-15-00_hw_final.ipynb": SMALL,
    f"{_BLACKBOARD}_zoe_attempt_2025-11-02-09-15-00.txt": receipt(ZOE, "zoe", "EST"),
    f"{_BLACKBOARD}_ed_attempt_2025-10-31-20-04-05_hw.zip": zipped({"hw.ipynb": SMALL}),
    f"{_BLACKBOARD}_ed_attempt_2025-10-31-20-04-05_essay.pdf": PDF,
    f"{_BLACKBOARD}_ed_attempt_2025-10-31-20-04-05.txt": receipt("Not Ed", "somebody"),
    f"{_BLACKBOARD}_tam_attempt_2025-10-31-21-00-00.txt": receipt(TAM, "tam"),
}

# ------------------------------------------------------------------ Brightspace

BRIGHTSPACE: dict[str, str | bytes] = {
    f"301-7788 - {JURGEN} - Oct 30, 2025 1000 AM/hw.ipynb": OTHER,
    f"301-7788 - {JURGEN} - Nov 1, 2025 630 PM/hw.ipynb": SMALL,
    f"302-7788 - {ZOE} - Nov 2, 2025 915 AM/hw.ipynb": SMALL,
    f"303-7788 - {ED} - Oct 31, 2025 804 PM/hw.ipynb": SMALL,
    f"303-7788 - {ED} - Oct 31, 2025 804 PM/essay.pdf": PDF,
    "index.html": "<html><body>Submissions</body></html>",
}
BRIGHTSPACE_FLAT: dict[str, str | bytes] = {
    f"301-7788 - {JURGEN} - Nov 1, 2025 6:30 PM - hw.ipynb": SMALL,
    f"302-7788 - {ZOE} - Nov 2, 2025 12:15 AM - hw - final.ipynb": SMALL,
    "index.html": "<html><body>Submissions</body></html>",
}

# ------------------------------------------------------------------ Otter, GitHub Classroom

OTTER_STAMP = "2025_11_01T18_30_00_123456"


def otter_export() -> bytes:
    return zipped({"hw.ipynb": SMALL, ".OTTER_LOG": b"log", "hw.pdf": PDF})


OTTER_FOLDERS: dict[str, str | bytes] = {
    f"jurgen/hw_{OTTER_STAMP}.zip": otter_export(),
    "zoe/hw_2025_11_02T09_15_00_000001.zip": otter_export(),
}
OTTER_PEOPLE: dict[str, str | bytes] = {
    f"jurgen_{OTTER_STAMP}.zip": otter_export(),
    "zoe_2025_11_02T09_15_00_000001.zip": otter_export(),
    "zoe_2025_11_01T09_15_00_000001.zip": otter_export(),
}

_NOBODY, _SOME = "0" * 40, "1" * 40


def git_log(*kinds: tuple[int, str]) -> str:
    """``.git/logs/HEAD`` with a line for each time and what happened then."""
    lines = [f"{_NOBODY} {_SOME} A B <a@b.c> {at} -0400\t{what}\n" for at, what in kinds]
    return "".join(lines)


GITHUB: dict[str, str | bytes] = {
    "adaptive-rates-jurgen/hw.ipynb": SMALL,
    "adaptive-rates-jurgen/.git/logs/HEAD": git_log(
        (1762000000, "commit (initial): start"), (1762036200, "commit: done")
    ),
    "adaptive-rates-jo-zoe/hw.ipynb": SMALL,
    "adaptive-rates-jo-zoe/.git/logs/HEAD": git_log((1900000000, "clone: from github.com:x/y")),
    "adaptive-rates-ed/hw.ipynb": SMALL,
    "adaptive-rates-ed/.git/config": "[core]\n\tfsmonitor = touch /nowhere\n",
}
