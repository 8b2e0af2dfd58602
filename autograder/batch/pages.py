"""Feedback pages from what is stored, without grading anything again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autograder.batch.files import sweep, whole_file
from autograder.batch.output import OutFolder
from autograder.course import Assignment
from autograder.model import Grade
from autograder.report import feedback_page

Draw = Callable[[Grade], str]
"""Renders one page."""


def write_pages(grades: Iterable[Grade], out: OutFolder, draw: Draw) -> int:
    """Write the page of each grade (with its details), whole or not at all; how many."""
    sweep(out.feedback)
    count = 0
    for grade in grades:
        with whole_file(out.page(grade.student)) as file:
            file.write(draw(grade).encode("utf-8", "replace"))
        count += 1
    return count


def page_drawer(assignment: Assignment) -> Draw:
    """Draws feedback pages of one assignment."""

    def draw(grade: Grade) -> str:
        return feedback_page(
            grade, assignment_title=assignment.title, backgrounds=assignment.backgrounds
        )

    return draw
