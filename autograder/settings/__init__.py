"""What an ``assignment.toml`` and ``assignments/course.toml`` may say: closed, and typed.

Read :mod:`autograder.settings.tables` first: it *is* the list of all settings, with their units
and bounds.  Whatever is not in it is refused before anything is graded, because a slip that is
passed over changes grades in silence.  :mod:`autograder.settings.reading` finds the place of a
slip and says it in one sentence: the file, the path of the value, what is wrong, and the nearest
known name where a name is unknown.
"""

from autograder.settings.reading import read_course_settings, read_settings
from autograder.settings.refusal import Refused, among, shown
from autograder.settings.tables import (
    MOST,
    Attempts,
    Convention,
    CourseSettings,
    Feedback,
    Item,
    Late,
    LimitsTable,
    QuestionSettings,
    Release,
    Settings,
    at_clock,
)

__all__ = [
    "MOST",
    "Attempts",
    "Convention",
    "CourseSettings",
    "Feedback",
    "Item",
    "Late",
    "LimitsTable",
    "QuestionSettings",
    "Refused",
    "Release",
    "Settings",
    "among",
    "at_clock",
    "read_course_settings",
    "read_settings",
    "shown",
]
