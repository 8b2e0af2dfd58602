"""The pages of students.  Staff see the same as a student does, and can do nothing there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from autograder import acts
from autograder.errors import AutograderError, UsageError
from autograder.judging.words import WRITTEN_OUT
from autograder.model import Grade, SubmissionStatus
from autograder.people import (
    Directory,
    Person,
    after_due_in_words,
    late_in_words,
)
from autograder.report.html import POLICY_WITH_SCRIPT
from autograder.report.marks import is_unread
from autograder.report.words import WORDS
from autograder.store import Store
from autograder.store.hand_ins import HandIn, State, Whereabouts
from autograder.store.mails import A_PARTNER
from autograder.store.records import OF_NOBODY
from autograder.text import listed, without_points
from autograder.web.app import At, Show
from autograder.web.downloads import attached
from autograder.web.pages import fragment, page
from autograder.web.people import EVERYBODY, STAFF, STUDENTS, Role
from autograder.web.portal.doors import FrontDoor, numbers_of
from autograder.web.portal.drawing import Drawing
from autograder.web.portal.office import (
    Allowance,
    OfAnother,
    Office,
    TooSoon,
)
from autograder.web.portal.partners import Pairing, Partners, leave, partners_at
from autograder.web.portal.receiving import Received, Refused
from autograder.web.portal.seeing import Before, Seeing, Shown
from autograder.web.portal.standing import Sight, Standing, standing_at
from autograder.web.portal.succession import Succession
from autograder.web.portal.syllabus import Exercise, Syllabus
from autograder.web.visit import NotNow, NotThere, Visit

_MOST_ROWS = 30
"""Attempts that a page lists, the newest first."""
FRAMED = {
    "content-security-policy": f"sandbox allow-scripts; {POLICY_WITH_SCRIPT}; "
    "frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}
"""Of a feedback page: it plays its own figures, and can do nothing else."""
_GIVEN = {".ipynb": "application/x-ipynb+json", ".json": "application/json"}


@dataclass(frozen=True)
class Eyes:
    """Whose pages are shown, and to whom."""

    person: Person
    base: str
    """What all addresses begin with; empty: the student's own."""

    @property
    def is_own(self) -> bool:
        return not self.base


@dataclass(frozen=True)
class Line:
    """An attempt on a list."""

    hand_in: HandIn
    where: Whereabouts
    shown: Shown | None
    changes: Sequence[str]
    tag: str
    """Whether it counts, in a word or two; empty: it does not, or it is not to be said."""


class StudentPages:
    def __init__(
        self,
        store: Store,
        door: FrontDoor,
        syllabus: Syllabus,
        office: Office,
        seeing: Seeing,
        drawing: Drawing,
    ) -> None:
        self._store = store
        self._door = door
        self._syllabus = syllabus
        self._office = office
        self._seeing = seeing
        self._drawing = drawing
        self._naming = Allowance(12, 60.0)

    def places(self) -> list[At]:
        shows: dict[str, Show] = {
            "/": self.home,
            "/a/{slug}": self.assignment,
            "/a/{slug}/given/{name}": self.given,
            "/a/{slug}/result": self.result,
            "/a/{slug}/result/page": self.result_page,
            "/h/{ticket}": self.receipt,
            "/h/{ticket}/page": self.feedback,
            "/h/{ticket}/file": self.file,
        }
        does: dict[str, Show] = {
            "/a/{slug}/ask": self.ask,
            "/a/{slug}/partners": self.say_partners,
            "/h/{ticket}/choose": self.choose,
        }
        own = [
            At(path, EVERYBODY, self._or_for_staff(path, show))
            for path, show in shows.items()
            if path != "/"
        ]
        own += [At(path, STUDENTS, do=do) for path, do in does.items()]
        seen = [
            At(f"/as/{{number:int}}{path}".rstrip("/"), STAFF, show) for path, show in shows.items()
        ]
        return [*own, *seen]

    def _or_for_staff(self, path: str, show: Show) -> Show:
        """The same; staff who open the address of a student's page are led to how they see it."""

        def shown(visit: Visit) -> str | Response:
            if visit.member.role is Role.STUDENT:
                return show(visit)
            if "ticket" in visit.path:
                hand_in = self._store.hand_ins.one(visit.path["ticket"])
                if hand_in is None or self._student(hand_in.person) is None:
                    raise NotThere("there is no such hand-in in this course")
                return visit.to(f"/as/{hand_in.person}{path.format_map(visit.path)}")
            exercise = self._exercise(visit)
            return HTMLResponse(page("portal/for_staff.html.j2", visit, exercise=exercise), 403)

        return shown

    # -------------------------------------------------------------- whose

    def _student(self, number: int) -> Person | None:
        person = self._door.links.directory.with_number(number)
        return person if person is not None and person.role == "student" else None

    def eyes(self, visit: Visit) -> Eyes:
        """Raises NotThere where a member of staff looks at nobody."""
        if visit.member.role is Role.STUDENT:
            if visit.person is None:
                raise NotThere("you are no longer on the list of this course")
            return Eyes(visit.person, "")
        number = int(visit.path.get("number", "0"))
        person = self._student(number)
        if person is None:
            raise NotThere("there is no such student")
        return Eyes(person, f"/as/{number}")

    def _exercise(self, visit: Visit) -> Exercise:
        exercise = self._syllabus.get(visit.path["slug"])
        if exercise is None:
            raise NotThere("there is no such assignment")
        return exercise

    def own(self, visit: Visit) -> tuple[Eyes, HandIn, Exercise]:
        """Raises NotThere for a hand-in that is not there, or somebody else's: alike."""
        eyes = self.eyes(visit)
        hand_in = self._store.hand_ins.one(visit.path["ticket"])
        exercise = None if hand_in is None else self._syllabus.get(hand_in.assignment)
        if hand_in is None or exercise is None or hand_in.person not in numbers_of(eyes.person):
            raise NotThere("there is no such hand-in of yours")
        return eyes, hand_in, exercise

    def _standing(self, exercise: Exercise, person: Person) -> Standing:
        return standing_at(self._store, exercise, person)

    # -------------------------------------------------------------- pages

    def home(self, visit: Visit) -> str:
        eyes = self.eyes(visit)
        all_ = [self._standing(exercise, eyes.person) for exercise in self._syllabus]
        all_.sort(key=needed_first)
        pairings = {one.exercise.slug: self._pairing(one.exercise, eyes) for one in all_}
        asked_by = {
            slug: [one for one in pairing.named_by if one not in pairing.left]
            for slug, pairing in pairings.items()
        }
        return page("portal/home.html.j2", visit, eyes=eyes, all=all_, asked_by=asked_by)

    def _pairing(self, exercise: Exercise, eyes: Eyes) -> Pairing:
        return self._partners(exercise).of(eyes.person)

    def _partners(self, exercise: Exercise) -> Partners:
        directory = exercise.register.standing().directory
        return partners_at(self._store, exercise, directory)

    def assignment(self, visit: Visit, refused: Refused | None = None) -> str:
        """``refused``: why a file was not taken."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        standing = self._standing(exercise, eyes.person)
        succession = self._succession(standing)
        asked = self._asked(exercise, eyes.person)
        lines = self._lines(standing, succession)
        other = refused if isinstance(refused, OfAnother) else None
        return page(
            "portal/assignment.html.j2",
            visit,
            eyes=eyes,
            standing=standing,
            exercise=exercise,
            assignment=exercise.assignment,
            refused=refused,
            other=other,
            succession=succession,
            says_when=isinstance(refused, TooSoon),
            of_other=None if other is None else self._syllabus.get(other.slug),
            may_choose=exercise.assignment.attempts.keep == "chosen" and eyes.is_own,
            lines=lines[:_MOST_ROWS],
            more=len(lines) - _MOST_ROWS,
            given=_given(exercise),
            pairing=self._pairing(exercise, eyes),
            asked=asked,
            answered=_answered(asked),
            news=self._news(exercise, eyes.person, asked),
            words=WORDS,
            titles={one.name: one.title for one in exercise.assignment.questions},
            asking=self._asking(exercise, eyes.person),
        )

    def _lines(self, standing: Standing, succession: Succession | None) -> list[Line]:
        """The newest first."""
        exercise = standing.exercise
        where = self._seeing.where(standing, standing.hand_ins)
        lines = []
        for place, one in enumerate(reversed(standing.hand_ins)):
            at = where.get(one.id, Whereabouts(State.WAITING))
            is_shown = at.attempt is not None and place < _MOST_ROWS
            shown = None
            if is_shown:
                before = _before(one, standing.hand_ins, where)
                shown = self._seeing.of(standing, one, at.attempt or 0, before)
            changes = self._seeing.changes(exercise, shown) if shown is not None else ()
            tag = _tag(standing, succession, one, at)
            lines.append(Line(one, at, shown, changes, tag))
        return lines

    def given(self, visit: Visit) -> Response:
        """A file of those that students receive."""
        exercise = self._exercise(visit)
        if visit.member.role is Role.STUDENT:
            exercise.require_open()
        if visit.path["name"] not in _given(exercise):
            raise NotThere("there is no such file")
        path = exercise.released / visit.path["name"]
        kind = _GIVEN.get(path.suffix, "text/plain; charset=utf-8")
        return FileResponse(path, media_type=kind, filename=path.name)

    def receipt(self, visit: Visit) -> str:
        eyes, hand_in, exercise = self.own(visit)
        standing = self._standing(exercise, eyes.person)
        at, shown = self._seen(standing, hand_in)
        succession = self._succession(standing)
        may_choose = exercise.assignment.attempts.keep == "chosen" and eyes.is_own
        return page(
            "portal/receipt.html.j2",
            visit,
            eyes=eyes,
            hand_in=hand_in,
            exercise=exercise,
            standing=standing,
            where=at,
            wait=None,
            shown=shown,
            sights=Sight,
            counts=standing.counts(hand_in, at.attempt),
            tag=_tag(standing, succession, hand_in, at),
            succession=succession,
            may_choose=may_choose,
            out=_out(standing, succession, hand_in, at, shown, may_choose),
            changes=self._seeing.changes(exercise, shown) if shown is not None else (),
            words=WORDS,
            by=self._called(exercise, hand_in.by) if hand_in.by != hand_in.student else "",
            together=self._together(exercise, hand_in),
            instead=self._instead(standing, hand_in, shown),
            answers=[] if shown is None else _answers(exercise, shown.grade),
            before_due=exercise.assignment.feedback.before_due,
            late_then=_late_then(hand_in),
            late_now=_late_now(standing, hand_in),
        )

    def _seen(self, standing: Standing, hand_in: HandIn) -> tuple[Whereabouts, Shown | None]:
        """How far one of a student's hand-ins is, and what is shown of what came of it."""
        hand_ins = standing.hand_ins
        looked_at = [one for one in (hand_in, _previous(hand_in, hand_ins)) if one is not None]
        where = self._seeing.where(standing, looked_at)
        at = where.get(hand_in.id) or Whereabouts(State.WAITING)
        if at.attempt is None:
            return at, None
        before = _before(hand_in, hand_ins, where)
        return at, self._seeing.of(standing, hand_in, at.attempt, before)

    def _instead(self, standing: Standing, hand_in: HandIn, shown: Shown | None) -> str:
        """What counts in place of a file that nobody can read, in a sentence; empty: nothing."""
        counted = standing.counted
        if shown is None or shown.grade.status is not SubmissionStatus.UNREADABLE:
            return ""
        if counted is None or counted.status is not SubmissionStatus.GRADED:
            return ""
        number = standing.number_of(counted.id)
        is_older = counted.id < shown.attempt if number is None else number < hand_in.number
        is_told = number is not None and standing.tells_which_counts
        which = f"Attempt {number}" if is_told else "Another attempt of yours"
        if is_older:
            return f"{which} still counts: a file that cannot be read takes its place from none."
        return f"{which} counts."

    def _succession(self, standing: Standing) -> Succession | None:
        """What the result is of, and what becomes of what came since; None: nothing is
        published."""
        until = standing.lists.ledger.shown_until(standing.student)
        if standing.published is None or until is None:
            return None
        shown = standing.number_of(standing.published.attempt)
        keep = standing.lists.standing.policies.attempts.keep
        since, last = self._since(standing, until, shown or 0, keep == "best")
        newest = self._seeing.grade(last)
        counted = standing.counted if standing.tells_which_counts else None
        counts = None if counted is None else standing.number_of(counted.id)
        which = standing.lists.counted(standing.student)
        return Succession(
            keep=keep,
            shown=shown,
            since=[one.number for one in since],
            newest=None if newest is None else newest.status,
            counts=None if counts == shown else counts,
            tells=standing.tells_which_counts,
            is_chosen=counted is not None and which is not None and which.is_chosen,
        )

    def _since(
        self, standing: Standing, until: datetime, shown: int, is_best: bool
    ) -> tuple[Sequence[HandIn], int | None]:
        """What came after that moment, or may still take the place of the attempt with the number
        ``shown`` and is not graded yet; and what came of the last of these, or of the one that the
        rest waits for; None: nothing."""
        where = self._seeing.where(standing, standing.hand_ins)
        attempts = {id_: at.attempt for id_, at in where.items()}
        since = [
            one
            for one in standing.hand_ins
            if one.at >= until or (attempts.get(one.id) is None and (is_best or one.number > shown))
        ]
        waiting = is_best and any(attempts.get(one.id) is None for one in since)
        return since, None if waiting or not since else attempts.get(since[-1].id)

    def _together(self, exercise: Exercise, hand_in: HandIn) -> list[str]:
        """Who else has this hand-in, by name: also where everybody hands in alone by now."""
        others = self._store.hand_ins.shared(hand_in)
        return [
            self._called(exercise, one.student) for one in others if one.person != hand_in.person
        ]

    def _called(self, exercise: Exercise, student: str) -> str:
        if student.startswith(OF_NOBODY):
            return A_PARTNER
        found = exercise.register.standing().directory.fitting(student)
        return (found[0].name if len(found) == 1 else "") or student

    def feedback(self, visit: Visit) -> Response:
        """The whole page of one's verdict, where one may see it."""
        eyes, hand_in, exercise = self.own(visit)
        _, shown = self._seen(self._standing(exercise, eyes.person), hand_in)
        if shown is None or not shown.has_page:
            raise NotThere("this page is shown when results are published")
        grade = self._seeing.with_details(shown)
        before = self._seeing.before(exercise, shown)
        late = grade.late, None if before is None else (before.late, str(before.seen))
        said = tuple(question.message for question in grade.questions)
        key = (hand_in.id, shown.attempt, shown.sight, shown.before, str(grade.seen), late, said)
        back = f"{eyes.base}/h/{hand_in.ticket}" if "alone" in visit.query else ""
        return self._drawn(key, exercise, grade, before, eyes.person.name, back)

    def _drawn(
        self,
        key: object,
        exercise: Exercise,
        grade: Grade,
        before: Grade | None,
        name: str,
        back: str,
    ) -> Response:
        """A page as it is shown in a frame, or, with the way ``back``, in a window of its own; so
        is why there is none."""
        try:
            text = self._drawing.page((key, name, back), exercise, grade, before, name, back)
        except AutograderError as error:
            why = fragment("portal/refused.html.j2", why=str(error))
            return HTMLResponse(why, 503, FRAMED)
        return HTMLResponse(text, headers=FRAMED)

    def file(self, visit: Visit) -> Response:
        """What one handed in, byte for byte."""
        eyes, hand_in, _ = self.own(visit)
        data = self._store.files.read(hand_in.digest)
        if data is None:
            raise NotThere("this file was not kept")
        return Response(
            data,
            media_type="application/octet-stream",
            headers=attached(
                hand_in.assignment,
                eyes.person.id,
                f"attempt-{hand_in.number:02}",
                suffix=".py" if hand_in.file.lower().endswith(".py") else ".ipynb",
            ),
        )

    # -------------------------------------------------------------- what was published

    def result(self, visit: Visit) -> str:
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        grade = self._published(exercise, eyes.person)
        standing = self._standing(exercise, eyes.person)
        asked = self._asked(exercise, eyes.person)
        return page(
            "portal/result.html.j2",
            visit,
            eyes=eyes,
            exercise=exercise,
            grade=grade,
            standing=standing,
            succession=self._succession(standing),
            asked=asked,
            answered=_answered(asked),
            news=self._news(exercise, eyes.person, asked),
            words=WORDS,
            titles={one.name: one.title for one in exercise.assignment.questions},
            asking=self._asking(exercise, eyes.person),
        )

    def result_page(self, visit: Visit) -> Response:
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        grade = self._published(exercise, eyes.person)
        key = (exercise.slug, eyes.person.id, str(grade.seen))
        back = f"{eyes.base}/a/{exercise.slug}/result" if "alone" in visit.query else ""
        return self._drawn(key, exercise, grade, None, eyes.person.name, back)

    def _published(self, exercise: Exercise, person: Person) -> Grade:
        grade = self._seeing.published(exercise, person.id)
        if grade is None:
            raise NotThere("nothing is published to you here yet")
        return grade

    def _asked(self, exercise: Exercise, person: Person) -> list[acts.Asking]:
        """What somebody asked to look at again, the newest first."""
        ledger = exercise.register.now().ledger
        return [one for one in reversed(ledger.requests()) if one.student == person.id]

    def _news(
        self, exercise: Exercise, person: Person, asked: Sequence[acts.Asking]
    ) -> frozenset[str]:
        """Of the questions that these are about, those of which there may be new points that are
        not published yet."""
        ledger = exercise.register.now().ledger
        return frozenset(one.question for one in asked if ledger.has_news(person.id, one.question))

    def _asking(self, exercise: Exercise, person: Person) -> list[tuple[str, str]]:
        """The questions that one may ask to look at again."""
        if person.id not in exercise.register.now().ledger.published:
            return []
        return [(question.name, question.title) for question in exercise.assignment.questions]

    # -------------------------------------------------------------- what students do

    def hand_in(self, visit: Visit, received: Received, is_meant: bool) -> Response:
        """A file that came with the form of an assignment's page; ``is_meant``: though it says
        that it is of another."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        standing = exercise.register.standing()
        try:
            made = self._office.take(exercise, standing, eyes.person, received, is_meant=is_meant)
        except Refused as refused:
            return HTMLResponse(self.assignment(visit, refused), refused.status)
        return RedirectResponse(f"/h/{made.ticket}", 303)

    def ask(self, visit: Visit) -> Response:
        """Ask to look at a question again."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        question = visit.form.one("question")
        if question not in dict(self._asking(exercise, eyes.person)):
            raise UsageError("you can ask for that when results are published")
        open_ = [one for one in self._asked(exercise, eyes.person) if one.request.is_open]
        if any(one.question == question for one in open_):
            raise UsageError("you have asked that already: somebody will answer")
        view = exercise.room.view()
        act = acts.request(
            view.book, eyes.person.id, question, visit.form.one("text"), eyes.person.id
        )
        exercise.room.decide(view, [act])
        visit.later.append("Your request is sent. The answer will be on this page.")
        return RedirectResponse(f"/a/{exercise.slug}/result#asked", 303)

    def choose(self, visit: Visit) -> Response:
        """This one is to count."""
        eyes, hand_in, exercise = self.own(visit)
        if exercise.assignment.attempts.keep != "chosen":
            raise UsageError("which attempt counts is not yours to choose here")
        self._store.hand_ins.choose(hand_in)
        exercise.room.changed({eyes.person.id})
        visit.later.append(f"Attempt {hand_in.number} counts now.")
        return RedirectResponse(f"/a/{exercise.slug}", 303)

    def say_partners(self, visit: Visit) -> Response:
        """With whom one hands in together, or no longer."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        exercise.require_open()
        if exercise.assignment.attempts.partners < 2:
            raise UsageError("everybody hands in alone here")
        if "leave" in visit.form:
            was_together = self._pairing(exercise, eyes).together
            leave(self._store, exercise, eyes.person)
            kept = " What you handed in together stays yours." if was_together else ""
            visit.later.append(f"You hand in alone now.{kept}")
        elif "decline" in visit.form:
            visit.later.append(self._decline(exercise, eyes.person, visit.form.one("partner")))
        else:
            # Who is told of each name whether it is somebody's must not try them all.
            if not self._naming.take(eyes.person.number):
                raise UsageError("you named many: wait some minutes, then name your partner")
            visit.later.append(self._name(exercise, eyes.person, visit.form.one("partner")))
        return RedirectResponse(f"/a/{exercise.slug}", 303)

    def _name(self, exercise: Exercise, person: Person, whom: str) -> str:
        """Name somebody as a partner; what came of it.  Raises UsageError."""
        other = _student_called(whom, person, exercise.register.standing().directory)
        _require_room(self._partners(exercise), person, other)
        self._store.hand_ins.join(exercise.slug, person.number or 0, other.number or 0, True)
        now = self._partners(exercise)
        # The name is told by whoever agrees, not to whoever tries an address.
        together = now.of(person).together
        if any(one.number == other.number for one in together):
            everybody = "both" if len(together) == 1 else "all"
            return (
                f"You hand in together with {other.name or other.id} now: what one of you hands in "
                f"counts as handed in by {everybody} of you."
            )
        _require_room(now, person, other)  # somebody else was named at the same moment
        return f"That is noted. It holds as soon as {other.id} names you here, too."

    def _decline(self, exercise: Exercise, person: Person, whom: str) -> str:
        """Decline to hand in together with somebody; what came of it.  Raises NotNow."""
        named_by = self._partners(exercise).of(person).named_by
        other = next((one for one in named_by if one.id == whom), None)
        if other is None:
            raise NotNow("there is nothing to decline: they do not name you as a partner now")
        self._store.hand_ins.decline(exercise.slug, person.number or 0, other.number or 0)
        return f"You declined: {other.name or other.id} is told so, and can name somebody else."


def _student_called(whom: str, person: Person, directory: Directory) -> Person:
    """The one student whom ``person`` means; raises UsageError."""
    found = directory.find(whom)
    fits = [one for one in found if one.role == "student"]
    if [one.id for one in fits] == [person.id]:
        raise UsageError("That is you.")
    if len(found) == 1 and not fits:
        raise UsageError(f"{found[0].id!r} is not a student of this course.")
    if len(fits) != 1 or fits[0].number is None:
        raise UsageError(
            "that is nobody's id or e-mail address in this course: ask your partner how the "
            "course knows them"
        )
    return fits[0]


def _require_room(partners: Partners, person: Person, other: Person) -> None:
    """Raises NotNow where the two would be more than may hand in together, with those with whom
    either does."""
    if partners.fit(person, other):
        return
    most = partners.groups.most
    if partners.is_full(person):
        names = [one.name or one.id for one in partners.of(person).together]
        raise NotNow(
            f"You hand in together with {listed(names)} already, and at most {most} may: hand in "
            "alone first, then name somebody else."
        )
    raise NotNow(
        f"At most {most} may hand in together, and with {other.id} you would be more, for they "
        "hand in together with somebody already: ask them, or name somebody else."
    )


def _late_then(hand_in: HandIn) -> str:
    """Whether it was in time, and what that cost, by the rules of then; empty: nothing was due."""
    if hand_in.lateness is None and hand_in.due is not None:
        return after_due_in_words(hand_in.due, hand_in.at)
    return hand_in.lateness or ""


def _late_now(standing: Standing, hand_in: HandIn) -> str:
    """Whether it is in time by what is due now; what that costs says the result.  Empty: nothing
    is due."""
    said = late_in_words(standing.student, hand_in.at, standing.lists.standing.policies)
    return without_points(said) if said else ""


def _previous(hand_in: HandIn, hand_ins: Sequence[HandIn]) -> HandIn | None:
    """The one of these, oldest first, directly before it; None: it is the first."""
    return next((one for one in reversed(hand_ins) if one.id < hand_in.id), None)


def _before(
    hand_in: HandIn, hand_ins: Sequence[HandIn], where: Mapping[int, Whereabouts]
) -> Before | None:
    before = _previous(hand_in, hand_ins)
    if before is None:
        return None
    at = where.get(before.id)
    return Before(before, None if at is None else at.attempt)


def _tag(
    standing: Standing, succession: Succession | None, hand_in: HandIn, at: Whereabouts
) -> str:
    """Whether an attempt counts, as the words on what is published have it."""
    if not standing.counts(hand_in, at.attempt):
        return ""
    if succession is None or succession.counts is None:
        return "counts"
    return "will count" if succession.next == hand_in.number else ""


def _answered(asked: Sequence[acts.Asking]) -> list[acts.Asking]:
    """Of these, the newest first, the last of each question that was answered."""
    last = {one.question: one for one in reversed(asked) if one.request.replies}
    return list(last.values())


def _answers(exercise: Exercise, grade: Grade) -> list[str]:
    """What becomes of the answers in a file that a person reads, a sentence each."""
    if grade.status is SubmissionStatus.UNREADABLE:
        return []  # nobody knows what is in it
    asked = {one.name for one in exercise.assignment.questions if one.by_person}
    said = []
    for one in grade.questions:
        if one.message == WRITTEN_OUT:
            continue  # which is said above
        if is_unread(one):
            said.append(f"“{one.title}”: {one.message}")
        elif one.name in asked and one.answer:
            said.append(f"Your answer to “{one.title}” is read by a person.")
        elif one.name in asked:
            said.append(f"You have written nothing to “{one.title}” yet.")
    return said


def _out(
    standing: Standing,
    succession: Succession | None,
    hand_in: HandIn,
    at: Whereabouts,
    shown: Shown | None,
    may_choose: bool,
) -> str:
    """That an attempt does not count, and what follows; empty: it does, or may yet."""
    counted = standing.counted
    if shown is None or counted is None or not standing.is_out(hand_in, at.attempt or 0):
        return ""
    said = f"This attempt does not count (attempt {standing.number_of(counted.id)} does)"
    if succession is not None and succession.counts is not None:  # not before it is published
        said = "This attempt will not count"
        said += f" (attempt {succession.next} will)" if succession.next is not None else ""
    said += ", so nobody reads its answer." if any(map(is_unread, shown.grade.questions)) else "."
    return f"{said} To have it count, choose it below." if may_choose else said


def needed_first(one: Standing) -> tuple[int, float, str]:
    """What is due next first; then what is over, the newest first; then what is not open yet."""
    due = one.due.timestamp() if one.due is not None else float("inf")
    if not one.is_open:
        return 2, due, one.exercise.slug
    return (1, -due, one.exercise.slug) if one.is_late else (0, due, one.exercise.slug)


def _given(exercise: Exercise) -> list[str]:
    """Names of the files that students receive, the notebook first."""
    folder = exercise.released
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
    return sorted(names, key=lambda name: (not name.endswith(".ipynb"), name))
