"""Who took part, when, and which of it counts: people, extensions, lateness, attempts.

``assignment.toml`` says the rules, and may leave all of it out::

    [attempts]
    keep = "latest"                      # or "best": which of a student's attempts counts

    [late]
    due = 2025-03-14T23:59:00            # with its offset, such as +05:30, or beside a timezone
    timezone = "Asia/Kolkata"
    policy = "share_per_day"             # or "none" (late is only noted), or "cut_off"
    share = 0.1                          # of the points earned, for each day begun
    cut_off_days = 3                     # later than this is worth nothing; "cut_off" needs it
    grace_minutes = 10                   # so late is not yet late
    budget_days = 3                      # days that cost each person nothing, in the whole course
    trust = ["students_word"]            # whose word counts besides the platform's

What is stored is always the score as it was earned, the name as the file had it, and the time with
whose word it is.  Who that is, and what it costs, is found out when grades are shown: a due date
may be moved, a list of people read and an extension given without grading anything again.

:mod:`.late` and :mod:`.attempts` are pure functions on plain data; :mod:`.standing` asks the store
for what they need.  :mod:`.links` says how each person comes in.
"""

from autograder.people.attempts import (
    AttemptNumber,
    Counted,
    Named,
    came_of,
    counting,
    current,
    graded_last,
    hand_in_of,
    numbered,
    numbers,
)
from autograder.people.dates import Dated, moment, read_dates
from autograder.people.directory import Directory, Known, Person, directory_of
from autograder.people.importing import Imported, import_people
from autograder.people.late import (
    Policies,
    after_due_in_words,
    apply_late,
    brings_until,
    counted_time,
    late_in_words,
    lateness,
    rules_in_words,
    unknown_time,
)
from autograder.people.links import Holder, Link, PersonalLinks
from autograder.people.lists import PeopleList, read_people
from autograder.people.names import key
from autograder.people.standing import (
    Rules,
    Standing,
    extend,
    extensions_of,
    find_people,
    give_times,
    standing_of,
)

__all__ = [
    "AttemptNumber",
    "Counted",
    "Dated",
    "Directory",
    "Holder",
    "Imported",
    "Known",
    "Link",
    "Named",
    "PeopleList",
    "Person",
    "PersonalLinks",
    "Policies",
    "Rules",
    "Standing",
    "after_due_in_words",
    "apply_late",
    "brings_until",
    "came_of",
    "counted_time",
    "counting",
    "current",
    "directory_of",
    "extend",
    "extensions_of",
    "find_people",
    "give_times",
    "graded_last",
    "hand_in_of",
    "import_people",
    "key",
    "late_in_words",
    "lateness",
    "moment",
    "numbered",
    "numbers",
    "read_dates",
    "read_people",
    "rules_in_words",
    "standing_of",
    "unknown_time",
]
