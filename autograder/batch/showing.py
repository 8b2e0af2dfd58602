"""Everything that is written from what is stored: tables, the index, pages."""

from __future__ import annotations

from collections.abc import Container

from autograder.batch.order import Order, current_grades, redraw
from autograder.batch.output import CurrentGrades, info_of, write_results
from autograder.batch.pages import write_index
from autograder.batch.remarks import remarks
from autograder.store import Store


def write_tables(order: Order, grades: CurrentGrades) -> None:
    """``grades.csv``, ``grades.json`` and the instructor's page."""
    write_results(grades, info_of(order.assignment, grades), order.out)
    write_index(grades, order.out, order.assignment, tuple(remarks(grades, None)))


def show_all_again(order: Order, store: Store) -> int:
    """The tables, and everybody's page; how many pages."""
    count = redraw(order, store)
    write_tables(order, current_grades(order, store))
    return count


def show_again(order: Order, store: Store, students: Container[str]) -> int:
    """After something was decided: the tables, and the pages of those whom it concerns, or who
    have none under the name that they have now; how many.  Nothing, where nothing is graded yet."""
    grades = current_grades(order, store)
    if not grades.entries:
        return 0
    write_tables(order, grades)
    has_pages = order.out.feedback.is_dir()
    concerned = {
        entry.student
        for entry in grades.entries
        if entry.student in students or not order.out.page(entry.student).exists()
    }
    return redraw(order, store, concerned) if has_pages and concerned else 0
