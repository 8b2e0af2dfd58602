"""What Canvas and Moodle write into the names of the files they let a teacher download.

========  =================================================  ====================================
Canvas    ``{name}[_LATE]_{user}_{attachment}_{file}``       ``lib/content_zipper.rb``
          ``[LATE_]anon_{anonymous}_{attachment}_{file}``
Moodle    ``{Full name}_{id}_assignsubmission_file[_]/...``  ``mod/assign/classes/downloader.php``
          ``{Full name}_{id}_assignsubmission_file_{file}``
========  =================================================  ====================================
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_CERTAIN_DIGITS = 5
"""Of both of Canvas's numbers; in a large school they are longer."""
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_(?P<user>[A-Za-z0-9]+))_(?P<attachment>\d+)_(?P<file>.+)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class LmsName:
    """Who handed in a file, as the LMS wrote it into the file's or folder's name."""

    system: str
    """``"canvas"`` or ``"moodle"``."""
    name: str
    """Canvas: the sortable name without blanks, in small letters.  Moodle: the full name."""
    user: str
    """Canvas: the user's id.  Moodle: the number that ends the worksheet's ``Identifier``."""
    file: str
    """The name of the file as the student had it; empty where the name is a folder's."""
    attachment: int = 0
    """Canvas: the upload's number, later ones are larger; Moodle: 0."""
    is_late: bool | None = None
    """None: the LMS does not say."""

    @property
    def is_certain(self) -> bool:
        """Whether nobody else writes such a name: ``hw_1_2_alice.ipynb`` has the form as well."""
        return self.system == "moodle" or (
            min(len(self.user), len(str(self.attachment))) >= _CERTAIN_DIGITS
        )


def parse_lms_name(name: str) -> LmsName | None:
    """Of a file's or folder's name; None: no LMS named it."""
    if (moodle := _MOODLE.fullmatch(name)) is not None:
        return LmsName("moodle", moodle["name"], moodle["user"], moodle["file"] or "")
    canvas = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    if canvas is None or len(canvas["attachment"]) > 18:
        return None
    return LmsName(
        "canvas",
        canvas["name"],
        canvas["user"],
        canvas["file"],
        int(canvas["attachment"]),
        canvas["late"] is not None,
    )


def are_canvas_names(names: Collection[str]) -> bool:
    """Whether the names are Canvas's: most have its form, and no two share an upload's number.

    ``hw_1_2_alice.ipynb`` and ``hw_1_2_bob.ipynb`` have the form by chance, and must not both
    become the student ``hw``.
    """
    parsed = map(parse_lms_name, names)
    canvas = [lms for lms in parsed if lms is not None and lms.system == "canvas"]
    uploads = {lms.attachment for lms in canvas}
    owners = {(lms.user, lms.name) for lms in canvas}
    users = {lms.user for lms in canvas}
    return (
        len(uploads) == len(canvas) and len(owners) == len(users) and 2 * len(canvas) > len(names)
    )
