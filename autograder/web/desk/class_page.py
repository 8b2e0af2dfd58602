"""The class: how they did, what they got wrong, and every student in a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from starlette.responses import PlainTextResponse, Response

from autograder.acts.sheet import table_line
from autograder.web.desk.queue import Paging
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Line
from autograder.web.downloads import table
from autograder.web.pages import page
from autograder.web.visit import Form, Visit, address

_BINS = 20
_SLOW_SECONDS = 10.0

Key = Callable[[Line], Any]
ORDERS: dict[str, Key] = {
    "student": lambda line: line.place,
    "section": lambda line: line.section.casefold(),
    "score": lambda line: -1.0 if line.worth.program is None else line.worth.program,
    "people": lambda line: line.worth.people,
    "final": lambda line: -1.0 if line.final is None else line.final,
    "late": lambda line: line.late_days,
    "seconds": lambda line: line.seconds,
    "seen": lambda line: line.seen,
}
"""By what the list may be sorted."""

KINDS: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "failed": ("code failed", lambda line: line.failed),
    "slow": (f"took over {_SLOW_SECONDS:g} s", lambda line: line.seconds > _SLOW_SECONDS),
    "late": ("late", lambda line: line.late_days > 0),
    "extended": ("extended", lambda line: line.extended),
    "waiting": ("without a final score", lambda line: line.waits),
    "unseen": ("not published", lambda line: line.seen == "no"),
    "older": ("changed since it was published", lambda line: line.is_changed),
}


@dataclass(frozen=True)
class Wanted:
    """Which students, and in what order."""

    kind: str = ""
    section: str = ""
    misconception: str = ""
    words: str = ""
    sort: str = "student"
    """A key of :data:`ORDERS`; after a minus: backwards."""

    @classmethod
    def read(cls, form: Form) -> Wanted:
        given = {name: form.one(name)[:200] for name in cls.__dataclass_fields__}
        known = given["sort"].removeprefix("-") in ORDERS
        return cls(**{**given, "sort": given["sort"] if known else "student"})

    def at(self, path: str, **more: object) -> str:
        mine = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return address(path, **{**mine, **more})

    def sorted_by(self, column: str) -> str:
        """The address of the list in the order of a column, backwards if it is that already."""
        return self.at("/class", sort=f"-{column}" if self.sort == column else column)

    def chosen(self, lines: Iterable[Line]) -> list[Line]:
        words = self.words.casefold().split()
        fits = KINDS[self.kind][1] if self.kind in KINDS else None
        found = [
            line
            for line in lines
            if (fits is None or fits(line))
            and (not self.section or line.section == self.section)
            and (not self.misconception or self.misconception in line.misconceptions)
            and all(word in line.student.casefold() for word in words)
        ]
        order = ORDERS[self.sort.removeprefix("-")]
        return sorted(found, key=order, reverse=self.sort.startswith("-"))


@dataclass(frozen=True)
class Mean:
    """Of a question, or of a section."""

    name: str
    mean: float | None
    most: float | None
    count: int


@dataclass(frozen=True)
class CheckLine:
    question: str
    check: str
    passed: int
    tried: int

    @property
    def is_odd(self) -> bool:
        """Nobody failed it, or everybody."""
        return self.passed in (0, self.tried)


@dataclass(frozen=True)
class Bin:
    """A bar of the distribution."""

    low: float
    high: float
    count: int
    height: float
    """Of the highest, from 0 to 1."""


@dataclass(frozen=True)
class Statistics:
    count: int
    mean: float | None
    median: float | None
    most: float
    bins: tuple[Bin, ...]
    questions: tuple[Mean, ...]
    sections: tuple[Mean, ...]
    checks: tuple[CheckLine, ...]
    kinds: dict[str, int]


class ClassPage:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._known: tuple[View, Statistics] | None = None

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        wanted = Wanted.read(visit.query)
        found = wanted.chosen(view.lines.values())
        paging = Paging.of(len(found), visit.query.number("page", 1))
        return page(
            "class.html.j2",
            visit,
            room=self._room,
            view=view,
            wanted=wanted,
            lines=found[paging.here],
            paging=paging,
            students=sum(line.is_of_student for line in found),
            kinds={name: text for name, (text, _) in KINDS.items()},
            statistics=self._statistics(view),
            not_handed_in=view.grades.not_handed_in,
            by_whom=_markers(view),
        )

    def table(self, visit: Visit) -> Response:
        """The same list as CSV, all of it."""
        view = self._room.view()
        found = Wanted.read(visit.query).chosen(view.lines.values())
        names = list(view.book.asked)
        text = "".join(_table(found, names))
        headers = table(view.book.assignment, "class", zone=self._room.zone)
        return PlainTextResponse(text, 200, headers, "text/csv; charset=utf-8")

    def _statistics(self, view: View) -> Statistics:
        if self._known is None or self._known[0] is not view:
            students = [line for line in view.lines.values() if line.is_of_student]
            self._known = view, statistics(students, list(view.book.asked))
        return self._known[1]


def statistics(lines: Sequence[Line], questions: Sequence[str]) -> Statistics:
    points: dict[str, list[float]] = {name: [] for name in questions}
    worth: dict[str, float] = {}
    by_section: dict[str, list[float]] = {}
    scores = []
    tried: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    every = Counter(checked for line in lines for checked in line.checks)
    for (question, check, is_passed), count in every.items():
        tried[question, check] += count
        passed[question, check] += count if is_passed else 0
    for line in lines:
        score = line.score if line.final is None else line.final
        if score is not None:
            scores.append(score)
            if line.section:
                by_section.setdefault(line.section, []).append(score)
        for row in line.answers:
            worth[row.question] = row.max_points
            if row.points is not None:
                points.setdefault(row.question, []).append(row.points)
    most = max((line.most for line in lines), default=0.0)
    return Statistics(
        count=len(lines),
        mean=fmean(scores) if scores else None,
        median=median(scores) if scores else None,
        most=most,
        bins=_bins(scores, most),
        questions=tuple(_mean(name, of, worth.get(name)) for name, of in points.items()),
        sections=tuple(_mean(name, of, most) for name, of in sorted(by_section.items())),
        checks=tuple(
            CheckLine(question, check, passed[question, check], count)
            for (question, check), count in tried.items()
        ),
        kinds={name: sum(map(fits, lines)) for name, (_, fits) in KINDS.items()},
    )


def _mean(name: str, points: Sequence[float], most: float | None) -> Mean:
    return Mean(name, fmean(points) if points else None, most, len(points))


def _bins(scores: Sequence[float], most: float) -> tuple[Bin, ...]:
    if most <= 0:
        return ()
    counts = Counter(min(_BINS - 1, max(0, int(_BINS * score / most))) for score in scores)
    highest = max(counts.values(), default=1)
    return tuple(
        Bin(i * most / _BINS, (i + 1) * most / _BINS, counts[i], counts[i] / highest)
        for i in range(_BINS)
    )


def _markers(view: View) -> tuple[Mean, ...]:
    """Who marked how many answers, and how generously: the mean share of their points."""
    given: dict[str, list[float]] = {}
    for line in view.lines.values():
        for row in line.answers:
            if row.by and row.points is not None and row.max_points and not row.overridden:
                given.setdefault(row.by, []).append(100 * row.points / row.max_points)
    return tuple(_mean(who, of, 100.0) for who, of in sorted(given.items()))


def _table(lines: Iterable[Line], questions: Sequence[str]) -> Iterator[str]:
    yield table_line(
        ("student", "section", *questions, "score", "final_score", "late_days", "handed_in",
         "seconds", "published", "misconceptions")
    )  # fmt: skip
    for line in lines:
        points = {row.question: row.points for row in line.answers}
        yield table_line(
            (
                line.student,
                line.section,
                *(_number(points.get(name)) for name in questions),
                _number(line.score),
                _number(line.final),
                str(line.late_days),
                "" if line.handed_in is None else line.handed_in.isoformat(),
                f"{line.seconds:.2f}",
                line.seen,
                " ".join(line.misconceptions),
            )
        )


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:.10g}"
