"""What Canvas and Moodle do with a file that is given back to them, by their own importers' rules.

Canvas: ``lib/gradebook_importer.rb`` (columns, whom a row is, which assignment) and
``infer_comment_context_from_filename`` (whose a feedback file is).  Moodle:
``feedback/offline/importgradeslib.php`` (the worksheet) and ``feedback/file/importziplib.php``.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field

Rows = list[dict[str, str]]


def rows_of(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@dataclass
class CanvasCourse:
    """A course in Canvas: users by id, assignments by id, uploads by attachment."""

    users: dict[str, dict[str, str]]
    """``login``, ``sis`` and ``name`` by id."""
    assignments: dict[str, tuple[str, float]]
    """Title and points possible, by id."""
    attachments: dict[str, str] = field(default_factory=dict)
    """The owner of each upload."""
    scores: dict[tuple[str, str], str] = field(default_factory=dict)
    """By user and assignment."""
    proposed: list[str] = field(default_factory=list)
    """Titles that it would ask whether to make anew."""

    def upload_gradebook(self, text: str) -> None:
        header, points, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        names = {"LastName", "FirstName"} <= set(header) or "Student" in header
        assert names
        assert {"ID", "Section"} <= set(header)
        assert points[0].strip() == "Points Possible"
        start = header.index("Section") + 1
        columns = {at: self._assignment(title) for at, title in enumerate(header) if at >= start}
        for row in rows:
            user = self._user(dict(zip(header, row, strict=True)))
            for at, assignment in columns.items():
                if row[at] != "":
                    self.scores[user, assignment] = row[at]

    def _assignment(self, title: str) -> str:
        found = re.search(r"\((\d+)\)\s*$", title)
        if found and found[1] in self.assignments:
            return found[1]
        for number, (known, _) in self.assignments.items():
            if known == title:
                return number
        self.proposed.append(title)
        return title

    def _user(self, row: dict[str, str]) -> str:
        if row["ID"] in self.users:
            return row["ID"]
        for key, column in (("sis", "SIS User ID"), ("login", "SIS Login ID"), ("name", "Student")):
            for number, known in self.users.items():
                if row.get(column) and row[column] == known[key]:
                    return number
        raise AssertionError(f"Canvas knows nobody like {row}")

    def upload_comments(self, archive: bytes) -> dict[str, bytes]:
        """The file that each user gets; others are ignored by Canvas."""
        found = {}
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            for name in packed.namelist():
                parts = name.split("/")[-1].split("_")
                numbers = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
                if len(numbers) < 2 or parts[-1].startswith("link"):
                    continue
                user, attachment = numbers
                if user in self.users and self.attachments.get(attachment) == user:
                    found[user] = packed.read(name)
        return found


@dataclass
class MoodleAssignment:
    """An assignment in Moodle: participants by their number."""

    participants: dict[str, str]
    """Their names."""
    maximum: float = 100.0
    grades: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    def upload_worksheet(self, text: str) -> None:
        for row in rows_of(text):
            assert {"Identifier", "Grade", "Last modified (grade)"} <= set(row)
            number = row["Identifier"][len("Participant ") :]
            if number not in self.participants:
                continue
            if row["Grade"]:
                grade = float(row["Grade"])
                assert 0 <= grade <= self.maximum
                self.grades[number] = grade
            self.comments[number] = row["Feedback comments"]

    def upload_feedback(self, archive: bytes) -> dict[str, dict[str, bytes]]:
        """The files that each participant gets, by name."""
        found: dict[str, dict[str, bytes]] = {}
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            for name in packed.namelist():
                parts = name.split("/")
                if parts[-1].startswith((".", "~")):
                    continue
                while parts:
                    info = parts.pop(0).split("_", 4)
                    if len(info) < 4 or not info[1].isdigit() or info[1] not in self.participants:
                        continue
                    assert (info[2], info[3]) == ("assignfeedback", "file")
                    rest = "/".join([*info[4:], *parts])
                    found.setdefault(info[1], {})[rest.lstrip("/")] = packed.read(name)
                    break
        return found
