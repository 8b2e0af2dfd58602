"""What is given to one of those who handed in together, and not to the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.acts.book import Book
from autograder.store import Act, Mark, Override
from autograder.text import INVISIBLE, listed
from autograder.text import points as shown


def left_out(book: Book, acts: Sequence[Act]) -> Iterator[str]:
    """A sentence for each question of which these acts give one of those who handed in together
    points, and others have none, or by an override of another number.

    ``book``: as it was before them.
    """
    given = {
        book.ledger.subject(act): act.what
        for act in acts
        if isinstance(act.what, Mark | Override) and act.what.points is not None
    }
    partners = {one for student, _ in given for one in book.works.get(student, ())}
    worth = {
        (grade.student, question.name): question.final_points
        for grade in book.grades(partners)
        for question in grade.questions
    }
    same = "handed in the same piece of work and"
    told = set()
    for (student, question), what in given.items():
        group = book.works.get(student, ())
        others = [one for one in group if one != student and (one, question) not in given]
        without = [one for one in others if worth.get((one, question)) is None]
        if without and (group, question) not in told:
            told.add((group, question))
            names = listed([INVISIBLE.sub(" ", one) for one in without])
            have = "has" if len(without) == 1 else "have"
            yield f"{question}: {names} {same} {have} no points for it"
        if isinstance(what, Override):
            for one in others:
                points = worth.get((one, question))
                if points is not None and points != what.points:
                    name = INVISIBLE.sub(" ", one)
                    yield f"{question}: {name} {same} has {shown(points)} for it"
