"""From a grade to what people read: a page for the student, an overview, tables for a terminal
(in ``terminal``, apart, because workers have no use for what it imports).

Everything shown comes from :class:`autograder.model.Grade`; every fixed word from ``words``.
"""

from autograder.report.contour import Backgrounds, Contour, backgrounds_of
from autograder.report.html import compile_templates
from autograder.report.index import index_page
from autograder.report.page import feedback_page
from autograder.report.words import WORDS, Words

__all__ = [
    "WORDS",
    "Backgrounds",
    "Contour",
    "Words",
    "backgrounds_of",
    "compile_templates",
    "feedback_page",
    "index_page",
]
