"""What a course decides beside the judging: attempts, lateness, extensions, who is on the roster.

``assignment.toml`` says it, and may leave all of it out::

    [attempts]
    keep = "latest"                      # or "best": which of a student's attempts counts

    [late]
    due = 2025-03-14T23:59:00+05:30      # with its offset, or beside timezone = "Asia/Kolkata"
    policy = "share_per_day"             # or "none" (late is only noted), or "cut_off"
    share = 0.1                          # of the points earned, for each day begun
    cut_off_days = 3                     # later than this is worth nothing; "cut_off" needs it
    grace_minutes = 10                   # so late is not yet late

Pure functions on plain data: what is stored is always the score as it was earned, and the policy
is applied when grades are shown, so a due date may be moved without grading anything again.
"""

from autograder.policies.attempts import current, handed_in
from autograder.policies.late import Policies, apply_late
from autograder.policies.people import Person, not_handed_in, read_extensions, read_people

__all__ = [
    "Person",
    "Policies",
    "apply_late",
    "current",
    "handed_in",
    "not_handed_in",
    "read_extensions",
    "read_people",
]
