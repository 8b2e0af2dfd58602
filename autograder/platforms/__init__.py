"""Learning platforms and other systems, in and out: who handed in what, when, on whose word; and
grades in the form that each takes back.

- :func:`search` lists what ``autograder grade PATH...`` was pointed at, one entry a student, and
  what is nobody's; :func:`find` the first of these
- :func:`load` reads one entry that was found; :func:`given_up` is what is said of one that takes
  far too much to read
- :func:`export` writes grades for one of :data:`FORMATS`, :func:`write_feedback` the pages

A file for each system; :data:`autograder.platforms.systems.SYSTEMS` registers them all.  Begin
with :mod:`autograder.platforms.level`.
"""

from autograder.platforms.feedback import write_feedback
from autograder.platforms.finding import Finds, Found, Unclaimed, find, given_up, load, search
from autograder.platforms.roster import Roster, parse_roster, read_roster
from autograder.platforms.systems import FORMATS, export
from autograder.platforms.wanted import Wanted

__all__ = [
    "FORMATS",
    "Finds",
    "Found",
    "Roster",
    "Unclaimed",
    "Wanted",
    "export",
    "find",
    "given_up",
    "load",
    "parse_roster",
    "read_roster",
    "search",
    "write_feedback",
]
