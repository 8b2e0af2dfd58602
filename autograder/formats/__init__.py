"""Grades out, in the form each system reads: one :class:`~autograder.model.Grade` in, text out.

``csv`` and ``json`` are ours; ``canvas``, ``moodle``, ``gradescope`` and ``nbgrader`` are read by
those systems.  Nothing here touches a disk: an :class:`Export` says which files to write.
"""

from autograder.formats.csv_table import csv_parts, to_csv
from autograder.formats.exporting import FORMATS, export
from autograder.formats.json_document import json_parts, to_json
from autograder.formats.parts import AssignmentInfo, Document, Export
from autograder.formats.roster import Roster, parse_roster, read_roster

__all__ = [
    "FORMATS",
    "AssignmentInfo",
    "Document",
    "Export",
    "Roster",
    "csv_parts",
    "export",
    "json_parts",
    "parse_roster",
    "read_roster",
    "to_csv",
    "to_json",
]
