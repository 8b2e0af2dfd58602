"""One door to all formats."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.errors import UsageError
from autograder.formats.canvas import to_canvas
from autograder.formats.csv_table import to_csv
from autograder.formats.gradescope import to_gradescope
from autograder.formats.json_document import to_json
from autograder.formats.moodle import to_moodle
from autograder.formats.nbgrader import to_nbgrader
from autograder.formats.parts import AssignmentInfo, Document, Export
from autograder.formats.roster import Roster
from autograder.model import Grade

FORMATS = ("csv", "json", "canvas", "moodle", "gradescope", "nbgrader")
_WITH_ROSTER = ("canvas", "moodle")


def export(
    grades: Sequence[Grade], format: str, info: AssignmentInfo, roster: Roster | None = None
) -> Export:
    """The files to write for a system.  Raises :class:`UsageError` for a format there is not, or
    a roster that the format has no use for or cannot read."""
    if roster is not None and format not in _WITH_ROSTER:
        raise UsageError(f"A roster is used by {' and '.join(_WITH_ROSTER)} only, not by {format}.")
    match format:
        case "csv":
            return Export((Document("grades.csv", to_csv(grades, info)),))
        case "json":
            return Export((Document("grades.json", to_json(grades, info)),))
        case "canvas":
            return to_canvas(grades, info, roster)
        case "moodle":
            return to_moodle(grades, info, roster)
        case "gradescope":
            return to_gradescope(grades, info)
        case "nbgrader":
            return to_nbgrader(grades, info)
    raise UsageError(f"There is no format {format!r}: choose one of {', '.join(FORMATS)}.")
