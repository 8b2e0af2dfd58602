"""Grades out in our own two forms, ``grades.csv`` and ``grades.json``, and what all forms share.

Nothing here touches a disk: an :class:`Export` says which files to write.
"""

from autograder.formats.csv_table import csv_parts, to_csv
from autograder.formats.json_document import json_parts, json_row, to_json
from autograder.formats.parts import AssignmentInfo, Document, Export

__all__ = [
    "AssignmentInfo",
    "Document",
    "Export",
    "csv_parts",
    "json_parts",
    "json_row",
    "to_csv",
    "to_json",
]
