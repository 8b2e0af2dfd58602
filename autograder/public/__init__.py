"""Public checks: examples that students may see, and try their own file on.

::

    assignment --gather--> PublicChecks --codec--> public_checks.json --codec--> PublicChecks
    file, PublicChecks --run--> Report --show--> terminal, JSON

``autograder release`` writes ``public_checks.json`` beside the students' notebook;
``autograder check`` needs that file and the student's own, and neither the course nor its secrets.
:mod:`.carried` needs not even these: its text, and the examples, travel inside the notebook.
"""

from autograder.public.checks import PublicChecks
from autograder.public.codec import FILE_NAME, read_checks, to_json
from autograder.public.finding import course_folder, find_checks
from autograder.public.gather import public_checks
from autograder.public.run import Report, try_in, try_out
from autograder.public.show import PlainAnswers, as_json

__all__ = [
    "FILE_NAME",
    "PlainAnswers",
    "PublicChecks",
    "Report",
    "as_json",
    "course_folder",
    "find_checks",
    "public_checks",
    "read_checks",
    "to_json",
    "try_in",
    "try_out",
]
