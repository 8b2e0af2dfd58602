"""From a file to a :class:`autograder.model.Submission`; executes nothing.

- :func:`read` reads one file
- :class:`Given` is what students were given to read, :func:`plain_lines` how its lines compare
- :func:`assignment_of` and :func:`label_of` tell which assignment a notebook says that it is of,
  as :func:`label` makes it say
- :func:`digest_of` tells whether it is the same one as before
- :func:`find_picture` gets a picture out of a written answer
- :func:`clean` and :func:`safe_name` make a student's name safe to show, and one of a file
"""

from autograder.submission.given import NOTHING, Given, plain_lines
from autograder.submission.label import assignment_of, label, label_of
from autograder.submission.names import clean, safe_name
from autograder.submission.opening import DEFAULT_CAP, digest_of
from autograder.submission.pictures import find_picture, named_pictures
from autograder.submission.reading import read

__all__ = [
    "DEFAULT_CAP",
    "NOTHING",
    "Given",
    "assignment_of",
    "clean",
    "digest_of",
    "find_picture",
    "label",
    "label_of",
    "named_pictures",
    "plain_lines",
    "read",
    "safe_name",
]
