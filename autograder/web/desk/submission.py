"""One submission: its page, what was decided of it, and all attempts of its student."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from autograder import acts
from autograder.batch.pages import drawn
from autograder.errors import StoreError, UsageError
from autograder.model import Override
from autograder.report.html import POLICY
from autograder.store import Act, Conflict, Entry, Undo
from autograder.submission import find_picture, read
from autograder.text import ended, points
from autograder.web.app import in_words, status_of
from autograder.web.desk.answer import asked_about, student_of
from autograder.web.desk.room import Room, View
from autograder.web.pages import page
from autograder.web.visit import Form, NotThere, Visit

_MOST_BYTES = 2 << 20
"""Of a file whose lines are compared."""
_MOST_LINES = 3_000
_FRAMED = {
    "content-security-policy": f"sandbox; {POLICY}; frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}
"""Of a feedback page: shown in a frame of ours, it can do nothing."""


_FOR_PARTNERS = ("override", "own", "comment")
"""What may be decided at once of those who handed in together."""
_BACK = {"requests": "/requests", "earlier": "/?kind=earlier"}
"""Pages from which something is decided of a submission, and which are shown again then."""
_PICTURE = {"content-security-policy": "sandbox; default-src 'none'"}


@dataclass(frozen=True)
class Deed:
    """Something that was done, in words."""

    act: Act
    told: str
    undone: bool
    can_undo: bool
    others: int
    """Acts of the same deed that are about others."""


@dataclass(frozen=True)
class Compared:
    """A line of two files."""

    text: str
    kind: str
    """``added``, ``gone``, ``place`` or nothing."""


class SubmissionPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        return self._page(visit)

    def _page(self, visit: Visit, trouble: str = "") -> str:
        """``trouble``: why what is in the form was refused; it stays there."""
        view = self._room.view()
        student = student_of(view, visit)
        entry = view.book.entry(student)
        attempts, grade = view.book.numbered(student), view.grade(student)
        return page(
            "submission.html.j2",
            visit,
            room=self._room,
            student=student,
            person=view.book.standing.directory.called(student),
            grade=grade,
            line=view.lines[student],
            entry=entry,
            attempts=attempts,
            which=view.book.which(student),
            sent_by=view.book.sent_by(student),
            asked=asked_about(view, student, grade.questions),
            partners=[(one, view.lines[one].attempt) for one in view.together(student)],
            history=self._history(view, student, visit),
            versions={name: view.book.ledger.version(student, name) for name in view.book.asked},
            action=f"/submission/{entry.id}",
            trouble=trouble,
            typed=visit.form if trouble else Form(),
        )

    def do(self, visit: Visit) -> Response:
        """Override, comment, reply, close or ask for a student."""
        view = self._room.view()
        student = student_of(view, visit)
        form = visit.form
        back = _BACK.get(form.one("back"), "")
        try:
            act, said = self._decided(visit, view, student)
            is_for_all = form.one("do") in _FOR_PARTNERS
            partners = [
                one for one in view.together(student) if is_for_all and one in form.all("together")
            ]
            more = [self._decided(visit, view, one)[0] for one in partners]
            about = act.question or form.one("question")
            versions = {(student, about): form.number("version")} if "version" in form else None
            self._room.decide(view, [act, *more], versions=versions)
        except (UsageError, StoreError) as error:
            if back or form.one("question") not in view.book.asked:
                raise
            return HTMLResponse(self._page(visit, in_words(error)), status_of(error))
        visit.later.append(f"{said} For {', '.join(partners)}, too." if partners else said)
        return visit.to(back or f"/submission/{view.book.counting[student]}")

    def _decided(self, visit: Visit, view: View, student: str) -> tuple[Act, str]:
        form, book = visit.form, view.book
        question = form.one("question")
        match form.one("do"):
            case "override":
                worth = acts.points_of(form.one("points").strip())
                act = acts.override(book, student, question, worth, form.one("reason"), visit.by)
                return act, f"{points(worth)} points count in {question} now."
            case "confirm":
                standing = _override_of(view, student, question)
                if form.one("digest") != book.entry(student).digest:
                    raise Conflict(
                        "Nothing was stored, for another file has been handed in since this page "
                        "was opened: look at this one."
                    )
                worth, reason = standing.points, standing.reason
                act = acts.override(book, student, question, worth, reason, visit.by)
                return act, f"{points(worth)} points count in {question} for this file, too."
            case "own":
                reason = form.one("reason")
                act = acts.override(book, student, question, None, reason, visit.by)
                return act, f"{question} has its own points again."
            case "comment":
                act = acts.comment_on(book, student, question, form.one("text"), visit.by)
                return act, "The comment is on the page."
            case "ask":
                act = acts.request(book, student, question, form.one("text"), visit.by)
                return act, "The request is noted."
            case "reply" | "close" as what:
                number = form.number("number")
                closes = what == "close"
                act = acts.reply(book, number, form.one("text"), visit.by, closes=closes)
                state = "closed" if closes else "answered and stays open"
                return act, f"Request {number} is {state}."
        raise UsageError("that is nothing that can be done here")

    def _history(self, view: View, student: str, visit: Visit) -> list[Deed]:
        """All that was ever decided of this student, the newest first."""
        ledger = view.book.ledger
        mine = [act for act in ledger.acts if any(s == student for s, _ in ledger.touched([act]))]
        return [
            Deed(
                act,
                acts.told(ledger, act),
                undone := act.deed in ledger.taken_back,
                not undone
                and not isinstance(act.what, Undo)
                and (visit.is_instructor or act.by == visit.by),
                len(ledger.subjects(act.deed)) - 1,
            )
            for act in reversed(mine)
        ]

    def undo(self, visit: Visit) -> Response:
        """Take a deed back, where nothing of the same was decided since."""
        view = self._room.view()
        ledger = view.book.ledger
        deed = visit.form.one("deed")
        standing = [act for act in ledger.standing_acts if act.deed == deed]
        if not standing or isinstance(standing[0].what, Undo):
            raise UsageError("that is taken back already, or was never done")
        if not visit.is_instructor and any(act.by != visit.by for act in standing):
            raise UsageError("what somebody else decided is taken back by an instructor")
        act = acts.take_back(view.book, deed, visit.by)
        self._room.decide(view, [act])
        if not ledger.subjects(deed):  # it was about all
            self._room.changed(view.lines)
        visit.later.append(ended(f"Taken back: {acts.told(ledger, standing[0])}"))
        if visit.form.one("back") == "publish":
            return visit.to("/publish")
        back = visit.form.number("back")
        return visit.to(f"/submission/{back}" if back in view.students else "/")

    def feedback(self, visit: Visit) -> Response:
        """The page that the student would see, drawn now, for a frame; of an attempt that does not
        count it is what was published, or else what the program found."""
        view = self._room.view()
        student, attempt = student_of(view, visit), int(visit.path["attempt"])
        last = view.book.ledger.published.get(student)
        if attempt == view.book.counting[student]:
            grade = next(view.grades.with_details().of({student}))
        elif last is not None and last.attempt == attempt:
            store, ledger = self._room.store, view.book.ledger
            grade = next(acts.PublishedGrades(store, ledger, details=True).of({student}))
        else:
            grade = view.grades.with_details().judged(attempt)
        assignment = self._room.order.assignment
        name = view.book.standing.directory.name_of(student)
        text = drawn(grade, assignment.title, assignment.backgrounds, name=name)
        return HTMLResponse(text, headers=_FRAMED)

    def compare(self, visit: Visit) -> str:
        """What changed from an attempt to the next."""
        view = self._room.view()
        student = student_of(view, visit)
        attempts = view.book.numbered(student)
        ids = [entry.id for _, entry in attempts]
        newer = visit.query.number("newer", ids[-1])
        older = visit.query.number(
            "older", ids[max(0, ids.index(newer) - 1)] if newer in ids else 0
        )
        if older not in ids or newer not in ids:
            raise NotThere("there is no such attempt of this student")
        entries = {entry.id: entry for _, entry in attempts}
        sides = [self._lines(entries[older]), self._lines(entries[newer])]
        return page(
            "compare.html.j2",
            visit,
            room=self._room,
            student=student,
            entry=view.book.entry(student),
            attempts=attempts,
            sent_by=view.book.sent_by(student),
            line=view.lines[student],
            older=entries[older],
            newer=entries[newer],
            lines=None if None in sides else list(_compared(*(side or [] for side in sides))),
        )

    def picture(self, visit: Visit) -> Response:
        """One that stands in a written answer, by its place among them."""
        view = self._room.view()
        entry = view.book.entry(student_of(view, visit))
        data = self._room.store.files.read(entry.digest)
        written = [asked.name for asked in view.book.asked.values() if asked.by_person]
        place = int(visit.path["place"])
        given, question = self._room.order.assignment.given, visit.path["question"]
        found = None if data is None else find_picture(data, written, question, place, given)
        if found is None:
            return PlainTextResponse("There is no picture that can be shown.\n", 404)
        return Response(found.data, media_type=found.type, headers=_PICTURE)

    def _lines(self, entry: Entry) -> list[str] | None:
        """Cells and written answers of a stored file; None: it is not kept, or too long."""
        data = self._room.store.files.read(entry.digest)
        if data is None or len(data) > _MOST_BYTES:
            return None
        assignment = self._room.order.assignment
        names = [question.name for question in assignment.questions if question.by_person]
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
            path = Path(folder) / "file"
            path.write_bytes(data)
            found = read(
                path, student="", file=entry.file, written_questions=names, given=assignment.given
            )
        lines = []
        for cell in found.cells:
            lines += [f"# ---- cell {cell.number}"] if cell.number else []
            lines += cell.source.split("\n")
        for name, text in found.written.items():
            lines += [f"# ---- {name}", *text.split("\n")]
        return lines[:_MOST_LINES]


def _override_of(view: View, student: str, question: str) -> Override:
    for one in view.grade(student).questions:
        if one.name == question and one.override is not None:
            return one.override
    raise Conflict("Nothing was stored, for this override was taken back in the meantime.")


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Compared]:
    changed = difflib.unified_diff(before, after, lineterm="", n=3)
    for number, line in enumerate(changed):
        if number < 2:  # the names of two files
            continue
        kind = {"+": "added", "-": "gone", "@": "place"}.get(line[:1], "")
        yield Compared("…" if kind == "place" else line, kind)
