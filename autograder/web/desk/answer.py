"""One answer at a time: read it, choose from the rubric, save, and the next is there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from autograder import acts
from autograder.acts import AskedOf
from autograder.errors import StoreError, UsageError
from autograder.model import PersonMark, QuestionGrade, RubricItem
from autograder.store import Conflict, Mark, digest_of_answer
from autograder.text import listed, points
from autograder.web.app import in_words, status_of
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Filter, Row
from autograder.web.pages import page
from autograder.web.visit import Form, NotThere, Visit

_MOST_IN_BANK = 100
_MOST_NAMED = 5
"""In a sentence on who has other points."""


@dataclass(frozen=True)
class Draft:
    """What the form holds: what was given before, or what somebody wanted to give."""

    points: str
    comment: str
    chosen: frozenset[str]
    """Names of items."""

    @classmethod
    def of(cls, given: PersonMark | None) -> Draft:
        if given is None:
            return cls("", "", frozenset())
        return cls(f"{given.points:.10g}", given.comment, frozenset(i.name for i in given.rubric))


@dataclass(frozen=True)
class Partner:
    """Somebody who handed the same answer in, together with its student."""

    row: Row
    label: str
    value: str
    """What the form says of it: which attempt, which version."""
    chosen: bool
    """Whether they are to get the same."""
    agrees: bool
    """Whether they have the same by now, or neither has any."""


class AnswerPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> Response | str:
        view = self._room.view()
        wanted = Filter.read(visit.query)
        student = student_of(view, visit)
        row = row_of(view, student, visit.path["question"])
        if row.attempt != int(visit.path["attempt"]):
            visit.later.append("Another file of this student counts now; this is its answer.")
            return visit.to(here(row, wanted))
        return self._page(visit, view, row, wanted)

    def save(self, visit: Visit) -> Response:
        view = self._room.view()
        wanted = Filter.read(visit.query)
        row = row_of(view, student_of(view, visit), visit.path["question"])
        draft = Draft(
            visit.form.one("points").strip(),
            visit.form.one("comment"),
            frozenset(visit.form.all("item")),
        )
        try:
            what = self._decide(visit, view, row, draft)
        except (UsageError, StoreError) as error:
            # What somebody typed stays in the form, beside what stands now.
            again = self._page(
                visit, self._room.view(), row, wanted, draft=draft, trouble=in_words(error)
            )
            return HTMLResponse(again, status_of(error))
        visit.later.append(what)
        if visit.form.one("then") == "stay":
            return visit.to(here(row, wanted))
        return self._next(visit, row, wanted)

    def _next(self, visit: Visit, row: Row, wanted: Filter) -> Response:
        view = self._room.view()
        before, after = _around(view, _in_order(view, wanted, visit), row)
        if not after:
            visit.later.append("That was the last one of this list.")
            return visit.to(here(before[0], wanted) if before else wanted.at("/"))
        # Read, it is no longer in a list of what is to read; yet back leads to it.
        return visit.to(here(after[0], wanted, left=row.attempt, of=row.question))

    def _decide(self, visit: Visit, view: View, row: Row, draft: Draft) -> str:
        form = visit.form
        match form.one("do", "mark"):
            case "mark":
                return self._mark(visit, view, row, draft)
            case "same":
                like = _unchanged(_partners(view, row, visit), [form.one("same")])[0].row
                draft = Draft.of(question_of(view, like).by_person)
                return self._mark(visit, view, row, draft)
            case "flag":
                up = not row.is_("flagged")
                act = acts.flag(view.book, row.student, row.question, up, "", visit.by)
                self._room.decide(view, [act])
                return "Flagged." if up else "The flag is taken down."
        raise UsageError("that is nothing that can be done here")

    def _mark(self, visit: Visit, view: View, row: Row, draft: Draft) -> str:
        book = view.book
        partners = _unchanged(_partners(view, row, visit), visit.form.all("together"))
        question = question_of(view, row)
        if digest_of_answer(question.answer) != visit.form.one("answer"):
            raise Conflict(
                "Nothing was stored, for another answer has been handed in since this page was "
                "opened: read this one."
            )
        rubric = book.question(row.question).rubric
        worth = points_given(draft, rubric, row.max_points)
        given = [(row, question), *((one.row, question_of(view, one.row)) for one in partners)]
        together = [
            acts.mark(
                book,
                one.student,
                answer,
                worth,
                visit.by,
                comment=draft.comment,
                rubric=sorted(draft.chosen),
            )
            for one, answer in given
        ]
        versions = {row.key: visit.form.number("version")}
        self._room.decide(view, together, versions=versions)
        who = ", ".join([label_of(row, visit), *(one.label for one in partners)])
        said = f"{who}: {points(worth)} of {points(row.max_points)} points."
        return f"{said}{_apart(self._room.view(), row.key, visit)}"

    def _page(
        self,
        visit: Visit,
        view: View,
        row: Row,
        wanted: Filter,
        *,
        draft: Draft | None = None,
        trouble: str = "",
    ) -> str:
        question = question_of(view, row)
        found = _in_order(view, wanted, visit)
        before, after = _around(view, found, row)
        return page(
            "answer.html.j2",
            visit,
            room=self._room,
            row=row,
            question=question,
            label=label_of(row, visit),
            asked=view.book.question(row.question),
            draft=draft or Draft.of(question.by_person),
            trouble=trouble,
            digest=digest_of_answer(question.answer),
            which=view.book.which(row.student),
            asked_about=asked_about(view, row.student, [question]),
            entry=view.book.entry(row.student),
            version=view.book.ledger.version(*row.key),
            wanted=wanted,
            number=len(before) + 1,
            count=len(found),
            before=_left(view, visit, wanted) or (here(before[-1], wanted) if before else ""),
            after=here(after[0], wanted) if after else "",
            action=here(row, wanted),
            others=self._room.reads(visit.by, row),
            bank=bank(view, row.question),
            partners=_partners(view, row, visit, visit.form if trouble else None),
            alike=self._room.alike(view, row),
            pictures=pictures_of(row),
        )


def _partners(view: View, row: Row, visit: Visit, sent: Form | None = None) -> list[Partner]:
    """``sent``: a form that was refused, whose choice stays."""
    found = []
    for one in view.partners(row):
        value = f"{one.attempt}.{view.book.ledger.version(*one.key)}"
        agrees = one.points == row.points
        chosen = agrees if sent is None else value in sent.all("together")
        found.append(Partner(one, label_of(one, visit), value, chosen, agrees))
    return found


def _unchanged(partners: Sequence[Partner], values: Sequence[str]) -> list[Partner]:
    """Those that a form means; raises Conflict where one is no longer as it was then."""
    meant = [one for one in partners if one.value in values]
    if len(meant) < len(set(values)):
        raise Conflict(
            "Nothing was stored, for in the meantime somebody decided on the same answer of a "
            "partner, or another file was handed in: look again."
        )
    return meant


def _apart(view: View, key: tuple[str, str], visit: Visit) -> str:
    """That partners have other points than this student, in a sentence; empty: none has."""
    row = view.row(*key)
    others = [] if row is None else [o for o in view.partners(row) if o.has_other(row.points)]
    if row is None or not others:
        return ""
    return (
        f" For one piece of work there are different points: {with_points([row, *others], visit)}."
    )


def with_points(rows: Sequence[Row], visit: Visit) -> str:
    """Students, each with the points they have."""
    named = [f"{label_of(row, visit)} {points(row.points)}" for row in rows[:_MOST_NAMED]]
    more = len(rows) - len(named)
    return listed([*named, *([f"{more} more"] if more > 0 else [])])


def asked_about(
    view: View, student: str, questions: Iterable[QuestionGrade]
) -> dict[int, AskedOf | None]:
    """Which attempt each of a student's requests is of, by its number."""
    if not any(question.requests for question in questions):  # as of nearly all
        return {}
    mine = (one for one in view.book.ledger.requests() if one.student == student)
    return {one.request.number: view.book.asked_of(one) for one in mine}


def student_of(view: View, visit: Visit) -> str:
    student = view.students.get(int(visit.path["attempt"]))
    if student is None or student not in view.lines:
        raise NotThere("nothing with this number was handed in")
    return student


def row_of(view: View, student: str, question: str) -> Row:
    row = view.row(student, question)
    if row is None:
        raise NotThere(f"there is no answer to {question!r} here")
    return row


def question_of(view: View, row: Row) -> QuestionGrade:
    """With all that was decided of it."""
    questions = view.grade(row.student).questions
    return next(question for question in questions if question.name == row.question)


def here(row: Row, wanted: Filter, **more: object) -> str:
    return wanted.at(f"/answer/{row.attempt}/{row.question}", **more)


def _left(view: View, visit: Visit, wanted: Filter) -> str:
    """The address of the answer that somebody decided on just before; empty: none is known."""
    student = view.students.get(visit.query.number("left"), "")
    row = view.row(student, visit.query.one("of"))
    return "" if row is None else here(row, wanted)


def pictures_of(row: Row) -> str:
    """Where the pictures of an answer lie."""
    return f"/picture/{row.attempt}/{row.question}"


def label_of(row: Row, visit: Visit) -> str:
    return f"Answer {row.attempt}" if visit.hides_names else row.student


def _in_order(view: View, wanted: Filter, visit: Visit) -> Sequence[Row]:
    return view.once(view.chosen(wanted, names=not visit.hides_names))


def _around(view: View, found: Sequence[Row], row: Row) -> tuple[Sequence[Row], Sequence[Row]]:
    """Those before an answer and those after it, whether or not it is among them itself."""

    def place(one: Row) -> tuple[int, int]:
        return view.order.get(one.question, 0), one.place

    first = bisect_left(found, place(row), key=place)
    return found[:first], found[bisect_right(found, place(row), lo=first, key=place) :]


def points_given(draft: Draft, rubric: Sequence[RubricItem], most: float) -> float:
    """What was typed, else what the chosen items make: from 0 up where any gives points, from all
    points down where they are only taken off."""
    if draft.points:
        return acts.points_of(draft.points)
    if not draft.chosen:
        raise UsageError("give points, or choose from the rubric")
    start = 0.0 if any(item.points > 0 for item in rubric) else most
    total = start + sum(item.points for item in rubric if item.name in draft.chosen)
    return min(max(round(total, 6), 0.0), most)


def bank(view: View, question: str) -> list[str]:
    """Comments that were written on this question, the most used first."""
    counted = Counter(
        act.what.comment
        for act in view.book.ledger.standing_acts
        if isinstance(act.what, Mark) and act.question == question and act.what.comment
    )
    return [text for text, _ in counted.most_common(_MOST_IN_BANK)]
