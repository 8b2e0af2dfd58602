"""From a grade to what people read: a page for the student, tables for a terminal, an overview.

Everything shown comes from :class:`autograder.model.Grade`; every fixed word from ``words``.
"""

from autograder.report.contour import Backgrounds, Contour, backgrounds_of
from autograder.report.index import index_page
from autograder.report.page import feedback_page
from autograder.report.terminal import grade_summary, result_table
from autograder.report.words import WORDS, Words

__all__ = [
    "WORDS",
    "Backgrounds",
    "Contour",
    "Words",
    "backgrounds_of",
    "feedback_page",
    "grade_summary",
    "index_page",
    "result_table",
]
