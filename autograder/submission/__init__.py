"""From a path to a :class:`autograder.model.Submission`; executes nothing.

- :func:`find` lists what ``autograder grade PATH...`` was pointed at, one entry a student
- :func:`read` reads one file, :func:`load` one entry that was found
- :func:`safe_name` is the name of a student's feedback file
"""

from autograder.submission.finding import Found, find, load
from autograder.submission.names import clean, safe_name
from autograder.submission.opening import DEFAULT_CAP
from autograder.submission.reading import read

__all__ = ["DEFAULT_CAP", "Found", "clean", "find", "load", "read", "safe_name"]
