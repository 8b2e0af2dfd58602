"""Every setting there is: a class for each table, a field for each key.

msgspec checks types and bounds; what several values say together is looked at in
``__post_init__``.  The description beside a bound is what an author reads who went beyond it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import Meta, Struct, structs

from autograder.model import Limits
from autograder.settings.refusal import Refused, among, nearest, shown

Words = Annotated[str, Meta(pattern=r"\S", description="a text that is not empty")]
Points = Annotated[float, Meta(gt=0, le=1_000_000, description="a number above 0, at most 1000000")]
Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
DayShare = Annotated[float, Meta(gt=0, le=1, description="a number above 0, at most 1")]
Days = Annotated[float, Meta(ge=0, le=3650, description="a number of days from 0 to 3650")]
Minutes = Annotated[float, Meta(ge=0, le=1440, description="a number of minutes from 0 to 1440")]
DayCount = Annotated[int, Meta(ge=1, le=1000, description="a whole number from 1 to 1000")]
Partners = Annotated[int, Meta(ge=1, le=20, description="a whole number of people from 1 to 20")]
LateDays = Annotated[int, Meta(ge=1, le=365, description="a whole number of days from 1 to 365")]
Tolerance = Annotated[float, Meta(gt=0, lt=1, description="a number above 0 and below 1")]
When = Annotated[
    datetime,
    Meta(description="a date and a time without quotes, such as 2025-03-14T23:59:00+05:30"),
]
Policy = Literal["accept", "warn", "points", "full"]
"""What a convention costs: nothing and no word; a word; at most a share; as any other fault."""

_ITEM = re.compile(r"[A-Za-z0-9][\w-]{0,39}")

MOST = Limits(
    notebook_seconds=300.0,
    call_seconds=60.0,
    total_seconds=3600.0,
    cpu_seconds=3600.0,
    memory=16 << 30,
    output=16 << 20,
)
"""Limits that an assignment, and a file of public checks, may ask for."""


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a settings file: a key that it does not know is refused."""


def _seconds(most: float) -> Meta:
    return Meta(gt=0, le=most, description=f"a number of seconds above 0, at most {most:g}")


def _bytes(least: int, most: int) -> Meta:
    return Meta(ge=least, le=most, description=f"a whole number of bytes from {least} to {most}")


class LimitsTable(Table, frozen=True):
    """``[limits]``: see :class:`autograder.model.Limits`, which says what each of them is."""

    notebook_seconds: Annotated[float, _seconds(MOST.notebook_seconds)] = Limits.notebook_seconds
    call_seconds: Annotated[float, _seconds(MOST.call_seconds)] = Limits.call_seconds
    total_seconds: Annotated[float, _seconds(MOST.total_seconds)] = Limits.total_seconds
    cpu_seconds: Annotated[float, _seconds(MOST.cpu_seconds)] = Limits.cpu_seconds
    memory: Annotated[int, _bytes(64 << 20, MOST.memory)] = Limits.memory
    output: Annotated[int, _bytes(1, MOST.output)] = Limits.output

    def __post_init__(self) -> None:
        for name in ("notebook_seconds", "call_seconds"):
            if getattr(self, name) > self.total_seconds:
                raise Refused(
                    (name,),
                    f"is {getattr(self, name):g}, but total_seconds ends everything after "
                    f"{self.total_seconds:g}; make that longer or this shorter",
                )

    @property
    def limits(self) -> Limits:
        return Limits(**structs.asdict(self))


class Convention(Table, frozen=True):
    """An entry of ``[conventions]``: a fault that other courses teach."""

    policy: Policy
    share: Share | None = None
    """With ``points``: the most that it costs, as a share of the question's points."""

    def __post_init__(self) -> None:
        if self.policy == "points" and self.share is None:
            raise Refused(("share",), 'is missing; policy = "points" needs a number from 0 to 1')
        if self.policy != "points" and self.share is not None:
            raise Refused(
                ("share",),
                f'is given, but policy = "{self.policy}" takes no share; leave it out, or write '
                'policy = "points"',
            )


class Item(Table, frozen=True):
    """``[questions.NAME.rubric]``, an entry: something that a person gives or takes points for."""

    text: Words
    points: Annotated[
        float, Meta(ge=-1_000_000, le=1_000_000, description="a number; below 0: taken off")
    ]


class QuestionSettings(Table, frozen=True):
    """``[questions.NAME]``."""

    title: Words
    points: Points
    checks: dict[str, Points] = {}
    """Points of each check, by name; together they are the question's points."""
    by_person: bool = False
    """True: a person grades it, and it has no checks."""
    rubric: dict[str, Item] = {}
    """With ``by_person``: what a person may choose, by name, in the order of the file."""

    def __post_init__(self) -> None:
        if self.rubric and not self.by_person:
            raise Refused(
                ("rubric",), "is given, but no person marks this question: by_person = true"
            )
        for name in self.rubric:
            if not _ITEM.fullmatch(name):
                raise Refused(
                    ("rubric", name),
                    "should be a name of letters, digits, - and _, for it stands in tables",
                )
        if self.by_person and self.checks:
            raise Refused(
                ("checks",), "are given, but by_person = true leaves the points to a person"
            )
        total = sum(self.checks.values())
        if not self.by_person and not self.checks:
            raise Refused(
                ("checks",),
                f"are missing; they say what the {self.points:g} points are for (or a person "
                "grades it: by_person = true)",
            )
        if not self.by_person and abs(total - self.points) > 1e-9:
            raise Refused(("checks",), f"add up to {total:.12g}, but points is {self.points:.12g}")


class Attempts(Table, frozen=True):
    """``[attempts]``."""

    keep: Literal["latest", "best", "chosen"] = "latest"
    """Which of a student's attempts counts; ``chosen``: the one that the student names, and the
    latest of those who name none."""
    per_day: DayCount | None = None
    """So many a student may hand in on one day of the course's zone; None: as many as they like."""
    partners: Partners = 1
    """So many may hand in together, each of whom has the attempt; 1: everybody alone."""


class Late(Table, frozen=True):
    """``[late]``."""

    due: When | None = None
    """With its offset, or beside ``timezone``; None: nothing is ever late."""
    timezone: Words | None = None
    """Where a due date, and every other date, without an offset is meant, such as
    ``Asia/Kolkata``; days are counted by the clocks on its walls, which some nights are put
    forward or back."""
    policy: Literal["none", "share_per_day", "cut_off"] = "none"
    """``none``: lateness is only noted."""
    share: DayShare | None = None
    """With ``share_per_day``: of the points earned, for each day begun."""
    cut_off_days: Days | None = None
    """Later than this is worth nothing; None, with ``share_per_day`` only: no end."""
    grace_minutes: Minutes = 0.0
    """So late is not yet late."""
    budget_days: LateDays | None = None
    """With ``share_per_day``: days begun that cost each person nothing, in the whole course."""
    trust: tuple[Literal["students_word", "file"], ...] = ()
    """On whose word a hand-in may be late besides the platform's: what a student can write, such
    as the date of a commit, or the time of a file, which may be that of its download."""

    def __post_init__(self) -> None:
        named = f'policy = "{self.policy}"'
        if self.due is None:
            self._refuse_without_due()
        else:
            self._refuse_due(self.due)
        if self.policy == "share_per_day" and self.share is None:
            raise Refused(("share",), f"is missing; {named} needs a number above 0, at most 1")
        if self.policy != "share_per_day" and self.share is not None:
            raise Refused(
                ("share",), f'is given, but {named} takes no share: policy = "share_per_day" does'
            )
        if self.policy == "cut_off" and self.cut_off_days is None:
            raise Refused(
                ("cut_off_days",),
                f"is missing; {named} needs a number of days (0: the due date is the end)",
            )
        if self.policy != "share_per_day" and self.budget_days is not None:
            raise Refused(("budget_days",), f"is given, but {named} takes nothing off by the day")
        if self.policy == "none" and self.cut_off_days is not None:
            raise Refused(("cut_off_days",), f"is given, but {named} never cuts off")

    def _refuse_without_due(self) -> None:
        if self.policy != "none":
            raise Refused(("due",), f'is missing; policy = "{self.policy}" needs a due date')
        if self.timezone is not None:
            raise Refused(("timezone",), "is given, but there is no due date that it is for")

    def _refuse_due(self, due: datetime) -> None:
        if not 1970 < due.year < 3000:
            raise Refused(("due",), f"is in the year {due.year}; that cannot be meant")
        if due.tzinfo is None and self.timezone is None:
            raise Refused(
                ("due",),
                "has no time zone; write its offset, such as +05:30, behind it, or add "
                'timezone = "Asia/Kolkata"',
            )
        if due.tzinfo is not None and self.timezone is not None:
            raise Refused(
                ("timezone",), "is given, but due has an offset already; leave one of the two out"
            )
        if self.timezone is not None:
            _zone(self.timezone)

    @property
    def due_at(self) -> datetime | None:
        """The due date in UTC."""
        if self.due is None:
            return None
        zoned = self.due if self.timezone is None else at_clock(self.due, _zone(self.timezone))
        return zoned.astimezone(UTC)

    @property
    def cut_off(self) -> timedelta | None:
        return None if self.cut_off_days is None else timedelta(days=self.cut_off_days)

    @property
    def zone(self) -> tzinfo | None:
        """The course's zone; None: it has none, and no due date either."""
        if self.timezone is not None:
            return _zone(self.timezone)
        return None if self.due is None else self.due.tzinfo

    @property
    def platform_zone(self) -> tzinfo | None:
        """Where a platform's times without a zone are meant; None: not known.  A due date in UTC is
        one that was converted, and says nothing of where the course is."""
        is_converted = self.timezone is None and self.due is not None and not self.due.utcoffset()
        return None if is_converted else self.zone

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)


def at_clock(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clocks of a zone show this time: the later one where they show it
    twice, and as long after midnight where they leave it out."""
    return max((wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)), key=datetime.timestamp)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones())
        hint = f"did you mean {near}?" if near else 'write it as in "Europe/Berlin"'
        raise Refused(
            ("timezone",), f"is {shown(name)}, which is no time zone that is known; {hint}"
        ) from None


class Feedback(Table, frozen=True):
    """``[feedback]``: what students see besides their own."""

    right_path: bool = False
    """Whether figures show the right rule's path beside the student's."""
    before_due: Literal["public", "names", "all"] = "names"
    """What students see of a verdict until their results are published: what came of the public
    examples alone; which misconceptions were found, without points; or all of it."""


class Release(Table, frozen=True):
    """``[release]``."""

    after: tuple[Words, ...] = ()
    """Assignments that are over before students get this one: its notebook may answer them."""
    opens: When | None = None
    """From when on students see it at the portal and hand it in; until then they see its title and
    this date.  With its offset, or by the clocks of ``[late] timezone``; None: at once."""

    def __post_init__(self) -> None:
        if self.opens is not None and not 1970 < self.opens.year < 3000:
            raise Refused(("opens",), f"is in the year {self.opens.year}; that cannot be meant")


class Settings(Table, frozen=True):
    """A whole ``assignment.toml``."""

    title: Words
    questions: Annotated[
        dict[str, QuestionSettings],
        Meta(min_length=1, description="at least one table [questions.NAME]"),
    ]
    """By name, in the order of the file."""
    tolerance: Tolerance = 1e-6
    """Entries further off than this are wrong."""
    texts: tuple[Words, ...] = ()
    """Module-level strings of a ``.py`` file that hold written answers, by question."""
    limits: LimitsTable = LimitsTable()
    conventions: dict[str, Convention] = {}
    """By the name of the fault."""
    attempts: Attempts = Attempts()
    late: Late = Late()
    feedback: Feedback = Feedback()
    release: Release = Release()

    def __post_init__(self) -> None:
        written = [name for name, question in self.questions.items() if question.by_person]
        for place, name in enumerate(self.texts):
            if name not in written:
                raise Refused(
                    ("texts", place),
                    f"is {shown(name)}, which is no question with by_person = true; "
                    f"{among(name, written)}",
                )
            if name in self.texts[:place]:
                raise Refused(("texts", place), f"names {shown(name)} a second time")
        self._refuse_opens()

    def _refuse_opens(self) -> None:
        opens, late = self.release.opens, self.late
        if opens is None:
            return
        if opens.tzinfo is None and late.timezone is None:
            raise Refused(
                ("release", "opens"),
                "has no time zone; write its offset, such as +05:30, behind it, or name the "
                "timezone in [late]",
            )
        if opens.tzinfo is not None and late.timezone is not None:
            raise Refused(
                ("release", "opens"),
                "has an offset, but [late] names a timezone already; leave the offset out",
            )
        if late.due_at is not None and self.opens_at is not None and self.opens_at >= late.due_at:
            raise Refused(("release", "opens"), "is not before late.due, so nobody were in time")

    @property
    def opens_at(self) -> datetime | None:
        """When students get it at the portal, in UTC."""
        opens = self.release.opens
        if opens is None or self.late.timezone is None:
            return None if opens is None else opens.astimezone(UTC)
        return at_clock(opens, _zone(self.late.timezone)).astimezone(UTC)

    def points(self, question: str) -> Mapping[str, float]:
        """The points of a question's checks, by name: what ``questions.py`` hands to its kind.

        Raises:
            Refused: the file has no such question.
        """
        if question not in self.questions:
            raise Refused(
                ("questions", question),
                f"is missing, but questions.py asks it; {among(question, self.questions)}",
            )
        return self.questions[question].checks


class CourseSettings(Table, frozen=True):
    """A whole ``assignments/course.toml``."""

    default: Words | None = None
    """The assignment that is meant where none is named; None: one has to be named."""
