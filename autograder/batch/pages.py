"""Feedback pages from what is stored, without grading anything again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from autograder import budget
from autograder.batch.files import sweep, whole_file
from autograder.batch.output import OutFolder
from autograder.course import Assignment
from autograder.model import Grade, Surface
from autograder.report import feedback_page, index_page
from autograder.report.contour import Contour
from autograder.report.words import WORDS, Words

_LARGEST_INDEX = 2_000
"""Submissions on one page, all of which have to be in memory."""

Draw = Callable[[Grade], str]
"""Renders one page."""


def write_pages(grades: Iterable[Grade], out: OutFolder, draw: Draw) -> int:
    """Write the page of each grade (with its details), whole or not at all; how many."""
    sweep(out.path)
    sweep(out.feedback)
    count = 0
    for grade in grades:
        with whole_file(out.page(grade.student)) as file:
            file.write(draw(grade).encode("utf-8", "replace"))
        count += 1
    return count


def write_index(
    grades: Sequence[Grade], out: OutFolder, assignment: Assignment, remarks: Sequence[str] = ()
) -> bool:
    """Write the instructor's page over all grades; False: they are too many for one page."""
    if len(grades) > _LARGEST_INDEX:
        out.index.unlink(missing_ok=True)  # one of fewer submissions would be out of date
        return False
    everyone = list(grades)
    pages = {
        grade.student: out.page(grade.student).relative_to(out.path).as_posix()
        for grade in everyone
        if out.page(grade.student).exists()
    }
    text = index_page(everyone, assignment_title=assignment.title, pages=pages, remarks=remarks)
    with whole_file(out.index) as file:
        file.write(text.encode("utf-8", "replace"))
    return True


def page_drawer(
    assignment: Assignment,
    before: Mapping[str, Grade] | None = None,
    name_of: Callable[[str], str] = lambda student: "",
    back: str = "",
    attempt: int | None = None,
) -> Draw:
    """Draws feedback pages of one assignment; ``before``: earlier attempts by student;
    ``name_of``: what a student is called by name, empty where nobody knows; ``back``: the address
    that they lead back to, empty: none; ``attempt``: the number that it has for its student."""

    def draw(grade: Grade) -> str:
        with budget.memory():
            earlier = (before or {}).get(grade.student)
            name = name_of(grade.student)
            title, backgrounds = assignment.title, assignment.backgrounds
            return drawn(grade, title, backgrounds, earlier, name, back=back, attempt=attempt)

    return draw


def drawn(
    grade: Grade,
    title: str,
    backgrounds: Mapping[str, Contour | Surface],
    before: Grade | None = None,
    name: str = "",
    words: Words = WORDS,
    back: str = "",
    attempt: int | None = None,
) -> str:
    """A feedback page; where it fails or takes too much, one without what is hard to draw.

    A grade stands, whatever becomes of its page.
    """

    def page(shown: Grade) -> str:
        with budget.seconds(budget.DRAWING):
            return feedback_page(
                shown,
                assignment_title=title,
                backgrounds=backgrounds,
                before=before,
                name=name,
                back=back,
                attempt=attempt,
            )

    try:
        return page(grade)
    except (Exception, budget.Exceeded):
        plain = (question.brief for question in grade.questions)
        notices = (*grade.notices, words.drawn_plainly)
        return page(replace(grade, questions=tuple(plain), printed="", notices=notices))
