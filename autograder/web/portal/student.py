"""The pages of students.  Staff see the same as a student does, and can do nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from autograder import acts
from autograder.errors import AutograderError, UsageError
from autograder.judging.words import WRITTEN_OUT, WRITTEN_UNCOUNTED
from autograder.model import Grade, Lateness, SubmissionStatus
from autograder.people import (
    Directory,
    Person,
    after_due_in_words,
    late_in_words,
    lateness,
)
from autograder.report.html import POLICY_WITH_SCRIPT
from autograder.report.marks import is_read_if, is_unread
from autograder.report.words import WORDS
from autograder.store import Store
from autograder.store.hand_ins import HandIn, State, Whereabouts
from autograder.text import listed
from autograder.web.app import At, Show
from autograder.web.downloads import attached
from autograder.web.pages import fragment, page
from autograder.web.people import EVERYBODY, STAFF, STUDENTS, Role
from autograder.web.portal.counting import instead_of, not_counted, succession_of, tag_of
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
from autograder.web.portal.seeing import Seeing, Shown, before_of
from autograder.web.portal.standing import Sight, Standing, standing_at
from autograder.web.portal.succession import Succession
from autograder.web.portal.syllabus import Exercise, Syllabus
from autograder.web.visit import NotNow, NotThere, Visit

_MOST_ROWS = 30
"""Attempts that a page lists, the newest first."""
_NOBODY = "a partner who is not on the list any more"
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
    by: str
    """Name of the partner who handed it in; empty: they did themselves."""
    is_late: bool
    """As its own page says."""

    @property
    def is_unreadable(self) -> bool:
        return self.shown is not None and self.shown.grade.status is SubmissionStatus.UNREADABLE


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
        return page("portal/home.html.j2", visit, eyes=eyes, all=all_, pairings=pairings)

    def _pairing(self, exercise: Exercise, eyes: Eyes) -> Pairing:
        return self._partners(exercise).of(eyes.person)

    def _partners(self, exercise: Exercise) -> Partners:
        directory = exercise.register.standing().directory
        return partners_at(self._store, exercise, directory)

    def assignment(self, visit: Visit, refused: Refused | None = None) -> str:
        """``refused``: why a file was not taken."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        standing = self._standing(exercise, eyes.person)
        succession = succession_of(self._seeing, standing)
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
                before = before_of(one, standing.hand_ins, where)
                shown = self._seeing.of(standing, one, at.attempt or 0, before)
            changes = self._seeing.changes(exercise, shown) if shown is not None else ()
            tag, by = tag_of(standing, succession, one, at), self._by(exercise, one)
            lines.append(Line(one, at, shown, changes, tag, by, _is_late(standing, one, shown)))
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
        at, shown = self._seeing.seen(standing, hand_in)
        succession = succession_of(self._seeing, standing)
        together = self._together(exercise, hand_in)
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
            tag=tag_of(standing, succession, hand_in, at),
            succession=succession,
            may_choose=may_choose,
            out=not_counted(
                standing, succession, hand_in, shown, bool(together), "below" if may_choose else ""
            ),
            changes=self._seeing.changes(exercise, shown) if shown is not None else (),
            words=WORDS,
            by=self._by(exercise, hand_in),
            together=together,
            instead=instead_of(standing, hand_in, shown),
            answers=[] if shown is None else _answers(exercise, shown.grade),
            before_due=exercise.assignment.feedback.before_due,
            late_then=_late_then(hand_in),
            late_now=_late_now(standing, hand_in, shown),
        )

    def _together(self, exercise: Exercise, hand_in: HandIn) -> list[str]:
        """Who else has this hand-in, by name: also where everybody hands in alone by now."""
        others = self._store.hand_ins.shared(hand_in)
        return [
            self._called(exercise, one.student) for one in others if one.person != hand_in.person
        ]

    def _by(self, exercise: Exercise, hand_in: HandIn) -> str:
        """Name of the partner who handed it in; empty: they did themselves."""
        return self._called(exercise, hand_in.by) if hand_in.by != hand_in.student else ""

    def _called(self, exercise: Exercise, student: str) -> str:
        found = exercise.register.standing().directory.fitting(student)
        if not found:
            return _NOBODY
        return (found[0].name if len(found) == 1 else "") or student

    def feedback(self, visit: Visit) -> Response:
        """The whole page of one's verdict, where one may see it."""
        eyes, hand_in, exercise = self.own(visit)
        _, shown = self._seeing.seen(self._standing(exercise, eyes.person), hand_in)
        if shown is None or not shown.has_page:
            raise NotThere("this page is shown when results are published")
        grade = self._seeing.with_details(shown)
        before = self._seeing.before(exercise, shown)
        late = grade.late, None if before is None else (before.late, str(before.seen))
        said = _said(grade)
        key = (hand_in.id, shown.attempt, shown.sight, shown.before, str(grade.seen), late, said)
        back = f"{eyes.base}/h/{hand_in.ticket}" if "alone" in visit.query else ""
        return self._drawn(key, exercise, grade, before, eyes.person.name, back, hand_in.number)

    def _drawn(
        self,
        key: object,
        exercise: Exercise,
        grade: Grade,
        before: Grade | None,
        name: str,
        back: str,
        attempt: int | None,
    ) -> Response:
        """A page as it is shown in a frame, or, with the way ``back``, in a window of its own; so
        is why there is none."""
        try:
            text = self._drawing.page(
                (key, name, back), exercise, grade, before, name, back, attempt
            )
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
        standing = self._standing(exercise, eyes.person)
        grade = self._published(standing)
        asked = self._asked(exercise, eyes.person)
        return page(
            "portal/result.html.j2",
            visit,
            eyes=eyes,
            exercise=exercise,
            grade=grade,
            standing=standing,
            succession=succession_of(self._seeing, standing),
            asked=asked,
            answered=_answered(asked),
            news=self._news(exercise, eyes.person, asked),
            words=WORDS,
            titles={one.name: one.title for one in exercise.assignment.questions},
            asking=self._asking(exercise, eyes.person),
        )

    def result_page(self, visit: Visit) -> Response:
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        standing = self._standing(exercise, eyes.person)
        grade = self._published(standing)
        published = standing.published
        number = None if published is None else standing.number_of(published.attempt)
        key = (exercise.slug, eyes.person.id, str(grade.seen), number, _said(grade))
        back = f"{eyes.base}/a/{exercise.slug}/result" if "alone" in visit.query else ""
        return self._drawn(key, exercise, grade, None, eyes.person.name, back, number)

    def _published(self, standing: Standing) -> Grade:
        grade = self._seeing.published(standing)
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
        succession = succession_of(self._seeing, self._standing(exercise, eyes.person))
        counts = "counts now" if succession is None else succession.chosen(hand_in.number)
        visit.later.append(f"Attempt {hand_in.number} {counts}.")
        return RedirectResponse(f"/a/{exercise.slug}", 303)

    def say_partners(self, visit: Visit) -> Response:
        """With whom one hands in together, or no longer."""
        eyes, exercise = self.eyes(visit), self._exercise(visit)
        exercise.require_open()
        if exercise.assignment.attempts.partners < 2:
            raise UsageError("everybody hands in alone here")
        if "leave" in visit.form:
            leave(self._store, exercise, eyes.person)
            visit.later.append("You hand in alone now.")
        elif "decline" in visit.form:
            visit.later.append(self._decline(exercise, eyes.person, visit.form.one("partner")))
        elif "back" in visit.form:
            visit.later.append(self._take_back(exercise, eyes.person, visit.form.one("partner")))
        else:
            # Who is told of each name whether it is somebody's must not try them all.
            if not self._naming.take(eyes.person.number):
                raise UsageError("you named many: wait some minutes, then name your partner")
            named = visit.form.one("partner"), visit.form.all("with")
            visit.later.append(self._name(exercise, eyes.person, *named))
        return RedirectResponse(f"/a/{exercise.slug}", 303)

    def _name(self, exercise: Exercise, person: Person, whom: str, others: Sequence[str]) -> str:
        """Name somebody as a partner; what came of it.  Raises UsageError.

        ``others``: with whom these hand in, as the page of ``person`` said who agrees to them, too.
        """
        other = _student_called(whom, person, exercise.register.standing().directory)
        before = self._partners(exercise)
        _require_room(before, person, other)
        _require_places(before, person, other)
        offer = before.of(person).offer_of(other)
        theirs = () if offer is None else (*offer.by, *offer.others)
        for one in (other, *(one for one in theirs if one.id in others and one != other)):
            self._store.hand_ins.join(exercise.slug, person.number or 0, one.number or 0, True)
        now = self._partners(exercise)
        pairing = now.of(person)
        # The name is told by whoever agrees, not to whoever tries an address.
        if any(one.number == other.number for one in pairing.together):
            everybody = "both" if len(pairing.together) == 1 else "all"
            return (
                f"You hand in together with {_listed(pairing.together)} now: what one of you hands "
                f"in counts as handed in by {everybody} of you."
            )
        _require_room(now, person, other)  # somebody else was named at the same moment
        offer = pairing.offer_of(other)
        if offer is None:
            return f"That is noted. It holds as soon as {other.id} names you here, too."
        if offer in pairing.asked:
            rest = [one for one in (*offer.by, *offer.others) if one != other]
            return (
                f"That is noted. {_listed([other])} hands in together with {_listed(rest)}: look "
                "below whether you agree to that."
            )
        have = "has" if len(offer.awaited) == 1 else "have"
        return (
            "That is noted. It holds as soon as all of you named each other, and "
            f"{_listed(offer.awaited)} {have} still to."
        )

    def _take_back(self, exercise: Exercise, person: Person, whom: str) -> str:
        """No longer name somebody, nor with whom they hand in; what came of it.  Raises NotNow."""
        partners = self._partners(exercise)
        pairing = partners.of(person)
        other = next((one for one in pairing.named if one.id == whom), None)
        if other is None:
            raise NotNow("there is nothing to take back: you do not name them as a partner now")
        offer = pairing.offer_of(other)
        theirs = [other] if offer is None else [*offer.by, *offer.others]
        for one in theirs:
            if one in pairing.named:
                self._store.hand_ins.join(exercise.slug, person.number or 0, one.number or 0, False)
        return f"You took that back: you do not name {other.id} any more."

    def _decline(self, exercise: Exercise, person: Person, whom: str) -> str:
        """Decline to hand in together with somebody; what came of it.  Raises NotNow."""
        named_by = self._partners(exercise).of(person).named_by
        other = next((one for one in named_by if one.id == whom), None)
        if other is None:
            raise NotNow("there is nothing to decline: they do not ask you to hand in together now")
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
            "that is nobody's id, e-mail address or name in this course, or the name of several: "
            "ask your partner how the course knows them"
        )
    return fits[0]


def _require_room(partners: Partners, person: Person, other: Person) -> None:
    """Raises NotNow where the two would be more than may hand in together, with those with whom
    either does."""
    if partners.fit(person, other):
        return
    most = partners.groups.most
    if partners.is_full(person):
        raise NotNow(
            f"You hand in together with {_listed(partners.of(person).together)} already, and at "
            f"most {most} may: hand in alone first, then name somebody else."
        )
    raise NotNow(
        f"At most {most} may hand in together, and with {other.id} you would be more, for they "
        "hand in together with somebody already: ask them, or name somebody else."
    )


def _require_places(partners: Partners, person: Person, other: Person) -> None:
    """Raises NotNow where ``person`` named as many as have a place already, and ``other`` is not
    one of them, nor named them."""
    pairing, most = partners.of(person), partners.groups.most
    open_ = [one for one in pairing.named if one not in pairing.parted]
    is_known = other in (*pairing.together, *pairing.named) or pairing.offer_of(other) is not None
    if is_known or 1 + len(pairing.together) + len(open_) < most:
        return
    together = f"hand in together with {_listed(pairing.together)} and " if pairing.together else ""
    what = "take that back" if len(open_) == 1 else "take one of them back"
    raise NotNow(
        f"You {together}named {listed([one.id for one in open_])} already, and at most {most} may "
        f"hand in together: {what} first, then name somebody else."
    )


def _listed(people: Sequence[Person]) -> str:
    return listed([one.name or one.id for one in people])


def _said(grade: Grade) -> tuple[str | None, ...]:
    """What tells pages apart on which other answers are promised to be read."""
    return tuple(question.message for question in grade.questions)


def _late_then(hand_in: HandIn) -> str:
    """Whether it was in time, and what that cost, by the rules of then; empty: nothing was due."""
    if hand_in.lateness is None and hand_in.due is not None:
        return after_due_in_words(hand_in.due, hand_in.at)
    return hand_in.lateness or ""


def _late_now(standing: Standing, hand_in: HandIn, shown: Shown | None) -> str:
    """Whether it is in time by what is due now, and what that costs, which may not be what a
    published result says; empty: nothing is due."""
    student, policies = standing.student, standing.lists.standing.policies
    said, now = (
        late_in_words(student, hand_in.at, policies),
        lateness(student, hand_in.at, 1.0, policies),
    )
    if shown is None or not shown.stays or _paid(now) == _paid(shown.grade.late):
        return said
    said = said if now is not None else "In time: nothing is taken off."
    return f"{said.removesuffix('.')}, once results are published again."


def _is_late(standing: Standing, hand_in: HandIn, shown: Shown | None) -> bool:
    """As its page says, which may be as it was published; else by what is due now."""
    if shown is not None:
        return shown.grade.late is not None
    return standing.lists.standing.policies.is_late(standing.student, hand_in.at)


def _paid(late: Lateness | None) -> tuple[int, int]:
    """Days that cost points or late days; nothing where neither is."""
    costs = late is not None and (late.points or late.covered_days)
    return (late.by_days, late.covered_days) if late is not None and costs else (0, 0)


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
        if one.answer and one.message in (WRITTEN_OUT, WRITTEN_UNCOUNTED):
            continue  # which is said above
        if is_unread(one):
            said.append(f"“{one.title}”: {one.message}")
        elif one.name in asked and one.answer:
            only = " if this attempt counts" if is_read_if(one) else ""
            said.append(f"Your answer to “{one.title}” is read by a person{only}.")
        elif one.name in asked:
            said.append(f"You have written nothing to “{one.title}” yet.")
    return said


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
