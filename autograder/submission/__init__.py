"""From a path to a :class:`autograder.model.Submission`; executes nothing.

- :func:`search` lists what ``autograder grade PATH...`` was pointed at, one entry a student and
  what is nobody's; :func:`find` the first of these
- :func:`read` reads one file, :func:`load` one entry that was found, :func:`given_up`
  what is said of one that takes far too much to read
- :func:`safe_name` is the name of a student's feedback file
"""

from autograder.submission.finding import Finds, Found, Unclaimed, find, given_up, load, search
from autograder.submission.names import clean, safe_name
from autograder.submission.opening import DEFAULT_CAP, digest_of
from autograder.submission.reading import read

__all__ = [
    "DEFAULT_CAP",
    "Finds",
    "Found",
    "Unclaimed",
    "clean",
    "digest_of",
    "find",
    "given_up",
    "load",
    "read",
    "safe_name",
    "search",
]
