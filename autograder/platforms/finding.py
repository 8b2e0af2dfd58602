"""Finds the submissions in the files, folders and archives that grading is pointed at.

One entry a student.  Where a student handed in several files, one of them is graded:

1. of the files of one hand-in (a student's folder or archive, uploads to an LMS) a notebook
   before a Python file, and a notebook named as the assignment before another,
2. then the newest,
3. then the first by name;

but never one that cannot be read before one that can.

The others are kept as ``passed_over``, for whoever wants another rule, and named in a notice.
What is nobody's is kept, too, with the reason.

A file that *this machine* cannot read (no permission, no room to unpack it) is chosen as if it
could, and has a ``fault``: another file of that student might be worth less.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.errors import ReadingError
from autograder.model import HandedIn, Identity, Source, Submission
from autograder.platforms.archive import STUDENT, Archive, may_be_wanted
from autograder.platforms.entries import (
    Budget,
    Entry,
    ResultsFolder,
    is_hand_in_by_mistake,
    may_be_notebook,
)
from autograder.platforms.gathering import Gatherer
from autograder.platforms.layout import HandIn, PassedOver, Whose, whose
from autograder.platforms.otter import time_in
from autograder.platforms.systems import signed_by_one
from autograder.submission.given import NOTHING, Given
from autograder.submission.names import clean
from autograder.submission.naming import is_archive, likeness
from autograder.submission.opening import DEFAULT_CAP, Unreadable, digest_of, read_bytes
from autograder.submission.reading import kind_of, read
from autograder.submission.sniffing import looks_like_notebook

_MOST_NAMED = 5
_NO_KIND = "no notebook or Python file"
_CLASS_OF_ONE = (
    "What is in {file} is called as a platform calls a whole class's hand-ins, and was taken for "
    "one person's, {student}'s: if it is the class's, give it alone, or in a folder of its own."
)
_MOST_TRIED = 20
"""Files of one student that are looked into for one that can be read."""


@dataclass(frozen=True)
class Found:
    """One file of one student, not opened yet."""

    student: str
    """Safe to show: see :func:`autograder.submission.clean`."""
    path: Path
    """Where to read it; of an archive's member: its copy in the scratch folder (which only the
    one that is graded has)."""
    file: str
    """Where it lies, from where grading was pointed, for people; safe to show."""
    modified: float
    """Seconds since 1970."""
    whose: Identity = field(default_factory=Identity)
    """What the platform's part of the name, or a file of its own, says of whose it is."""
    handed_in: HandedIn = field(default_factory=HandedIn)
    """When, on the word of whoever knows best."""
    attempt: int = 0
    """The number a platform gave the upload, later ones are larger; 0: none."""
    problem: str | None = None
    """Why it cannot be read, where that is known before; continues a sentence with its name."""
    fault: str | None = None
    """Why this machine cannot read it, as a sentence: it is not graded, and nobody is to blame."""
    notices: tuple[str, ...] = ()
    passed_over: tuple[Found, ...] = ()
    """The student's other files, the one that would have been graded before another first."""
    beside: tuple[str, ...] = ()
    """What else lies in the hand-in and is no attempt, such as data and pictures, as ``file``."""


@dataclass(frozen=True)
class Unclaimed:
    """A file or folder that became nobody's row."""

    file: str
    """As in :class:`Found`."""
    reason: str
    """What it is instead, in a few words."""


@dataclass(frozen=True)
class Finds:
    """All that lies where grading was pointed."""

    found: tuple[Found, ...]
    """By student."""
    unclaimed: tuple[Unclaimed, ...]
    """By file."""
    notices: tuple[str, ...] = ()
    """Sentences for the teacher, such as why a platform's times do not count."""


def search(
    paths: Sequence[Path],
    *,
    scratch: Path,
    assignment: str = "",
    results: ResultsFolder = lambda _: False,
    known: Collection[str] = (),
    zone: tzinfo | None = None,
) -> Finds:
    """What is to be graded below ``paths``; see :mod:`.layout` for whose it is.

    Archives are unpacked into ``scratch``, which must stay until the files have been read.
    ``results`` tells folders that the grader wrote, which are left alone.  ``known`` are
    identifiers of those who take the course, where there is a list of them.  ``zone`` is the
    course's, in which times without a zone are meant; None: a platform's such times are not known,
    and ``notices`` says so.  Raises
    :class:`autograder.errors.UsageError` where a path is not there, or where the one path is an
    archive that cannot be opened.
    """
    by_student: dict[str, list[HandIn]] = defaultdict(list)
    unclaimed: list[PassedOver] = []
    found: list[Found] = []
    remarks: list[str] = []
    with ExitStack() as kept_open:
        gatherer = Gatherer(scratch, results, kept_open, zone)
        people = frozenset(identifier.casefold() for identifier in known)
        groups = list(_whose(gatherer, paths, assignment, people))
        items = [item for group in groups for item in group.items]
        unclaimed += [item for item in items if isinstance(item, PassedOver)]
        for hand_in in _told_apart([item for item in items if isinstance(item, HandIn)]):
            by_student[_name(hand_in)].append(hand_in)
        for student, hand_ins in sorted(by_student.items()):
            one = _Student(student, assignment, scratch, zone)
            chosen = _chosen(one, hand_ins)
            remarks += one.remarks
            if chosen is not None:
                found.append(chosen)
            else:
                unclaimed += [PassedOver(hand_in.entry, _NO_KIND) for hand_in in hand_ins]
    reasons = {_shown(item.entry): item.reason for item in unclaimed}
    return Finds(
        tuple(found),
        tuple(Unclaimed(*pair) for pair in sorted(reasons.items())),
        tuple(dict.fromkeys((*(said for group in groups for said in group.notices), *remarks))),
    )


def find(paths: Sequence[Path], *, scratch: Path, assignment: str = "") -> tuple[Found, ...]:
    """What is to be graded, as :func:`search` finds it."""
    return search(paths, scratch=scratch, assignment=assignment).found


def load(
    found: Found,
    *,
    written_questions: Sequence[str] = (),
    given: Given = NOTHING,
    cap: int = DEFAULT_CAP,
) -> Submission:
    """Reads what was found, as :func:`autograder.submission.read` does; its notices are in the
    submission.

    Raises :class:`autograder.errors.ReadingError` where this machine cannot read it.
    """
    if found.fault is not None:
        raise ReadingError(found.fault)
    if found.problem is not None:
        sentence = f"{Path(found.file).name} {found.problem}"
        return Submission(found.student, found.file, problem=sentence, notices=found.notices)
    submission = read(
        found.path,
        student=found.student,
        file=found.file,
        written_questions=written_questions,
        given=given,
        cap=cap,
    )
    return replace(submission, notices=found.notices + submission.notices)


def given_up(found: Found) -> Submission:
    """A file that takes a hundred times what any hand-in does to read is one nobody can read."""
    problem = (
        f"{found.file} takes far more time or memory to read than any notebook does, so it was "
        "given up: hand in a notebook or Python file without what makes it so."
    )
    is_there = found.problem is None and found.fault is None
    digest = digest_of(found.path) if is_there else ""
    return Submission(
        found.student, found.file, problem=problem, digest=digest, notices=found.notices
    )


# ------------------------------------------------------------------ whose


def _whose(
    gatherer: Gatherer, paths: Sequence[Path], assignment: str, known: frozenset[str]
) -> Iterator[Whose]:
    seen: set[Path] = set()
    for group in gatherer.groups(paths):
        fresh = [entry for entry in group.entries if entry.path not in seen]
        seen.update(entry.path for entry in fresh)
        yield whose(fresh, assignment, folder=group.folder, known=known, zone=gatherer.zone)


def _name(hand_in: HandIn) -> str:
    return clean(hand_in.owner.student).strip() or "unnamed"


def _told_apart(hand_ins: Sequence[HandIn]) -> Iterator[HandIn]:
    """With the platform's number behind the names of people who share theirs."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for hand_in in hand_ins:
        if hand_in.owner.whose.number:
            numbers[hand_in.owner.student].add(hand_in.owner.whose.number)
    for hand_in in hand_ins:
        owner = hand_in.owner
        if owner.whose.number and len(numbers[owner.student]) > 1:
            owner = replace(owner, student=f"{owner.student}_{owner.whose.number}")
        yield replace(hand_in, owner=owner)


# ------------------------------------------------------------------ one file a student


def _chosen(student: _Student, hand_ins: Sequence[HandIn]) -> Found | None:
    try:
        return student.choose(hand_ins)
    except Exception as error:  # ours, and this student's row alone says so
        entry = hand_ins[0].entry
        fault = f"{_shown(entry)} could not be looked into: {type(error).__name__}."
        return Found(student.name, entry.path, _shown(entry), entry.modified, fault=fault)


@dataclass(frozen=True)
class _File:
    """One of a student's files."""

    hand_in: HandIn
    kind: str | None
    """``"notebook"`` or ``"python"``, by its name or by unmistakable contents."""
    packed_at: float = 0.0
    """The time in the name of the archive it is in, which is newer than what it was saved at; in
    seconds since 1970, 0: there is none."""

    def is_meant(self) -> bool:
        """Whether somebody may have meant it to be graded, although it is of no kind."""
        entry = self.hand_in.entry
        if entry.problem is not None or entry.fault is not None or entry.is_given:
            return True
        # A PDF lying beside the submissions is nobody's; one in a student's folder is.
        return self.hand_in.is_folder and is_hand_in_by_mistake(self.hand_in.file)

    def merit(self, assignment: str) -> tuple[int, int, int, float, float]:
        """The largest is graded."""
        entry, attempt = self.hand_in.entry, self.hand_in.owner.attempt
        newness = (self.packed_at or entry.modified, entry.modified)
        if not self.hand_in.is_folder:
            return (2, 0, attempt, *newness)
        may_hold_any = entry.fault is not None and is_archive(entry.name)
        rank = 2 if may_hold_any else {"notebook": 2, "python": 1}.get(self.kind or "", 0)
        names = (self.hand_in.file, *entry.parts[1:-1])
        return (rank, max(likeness(name, assignment) for name in names), attempt, *newness)


class _Student:
    """Chooses the file to grade among those of one student."""

    def __init__(
        self, name: str, assignment: str, scratch: Path, zone: tzinfo | None = None
    ) -> None:
        self.name, self._assignment, self._scratch, self._zone = name, assignment, scratch, zone
        self.remarks: list[str] = []
        """Sentences for the teacher."""
        self._budget = Budget()
        self._copies: set[Path] = set()
        self._looks = _MOST_TRIED

    def choose(self, hand_ins: Sequence[HandIn]) -> Found | None:
        """The file to grade, with the others of the same student; None: there is none."""
        with ExitStack() as kept_open:
            files = [file for hand_in in hand_ins for file in self._opened(hand_in, kept_open)]
            files.sort(key=lambda file: (*file.hand_in.entry.above, *file.hand_in.entry.parts))
            files.sort(key=lambda file: file.merit(self._assignment), reverse=True)
            meant = [file for file in files if file.kind is not None or file.is_meant()]
            if not meant:
                return None
            if meant[0].kind is not None:  # then a PDF beside it is no other attempt
                meant = [file for file in meant if file.kind is not None]
            attempts = {id(file) for file in meant}
            beside = [_shown(file.hand_in.entry) for file in files if id(file) not in attempts]
            chosen = self._first_readable([file.hand_in for file in meant])
            chosen = replace(chosen, beside=tuple(beside))
        for path in self._copies - {chosen.path}:
            with contextlib.suppress(OSError):
                path.unlink()
        return chosen

    def _opened(self, hand_in: HandIn, kept_open: ExitStack) -> list[_File]:
        """The hand-in, or what is in the archive that it is."""
        if not is_archive(hand_in.file):
            return [self._file(hand_in)]
        hand_in = self._copied(hand_in)
        entry = hand_in.entry
        if entry.problem is not None or entry.fault is not None:
            return [_File(hand_in, None)]
        try:
            archive = Archive(entry.path, STUDENT)
            kept_open.callback(archive.close)
            members = list(archive.entries(entry.parts, self._scratch, self._zone))
            side_by_side = {member.parts[len(entry.parts)] for member in members}
            if len(side_by_side) > 1 and signed_by_one(side_by_side):
                self.remarks.append(_CLASS_OF_ONE.format(file=_shown(entry), student=self.name))
            named = time_in(hand_in.file, self._zone)
            packed_at = named or time_in(hand_in.file, UTC)  # whichever: the order is the same
            inside = [
                self._file(_member(hand_in, member, named))
                for member in (replace(member, above=entry.above) for member in members)
                if may_be_wanted(member)
            ]
            if packed_at is not None:
                inside = [replace(file, packed_at=packed_at.timestamp()) for file in inside]
        except Unreadable as why:
            return [_File(replace(hand_in, entry=replace(entry, problem=str(why))), None)]
        except ReadingError as why:
            return [_File(replace(hand_in, entry=replace(entry, fault=str(why))), None)]
        if any(file.kind is not None for file in inside):
            return inside
        nothing = "has no notebook (.ipynb) or Python file (.py) in it."
        return [_File(replace(hand_in, entry=replace(entry, problem=nothing)), None)]

    def _file(self, hand_in: HandIn) -> _File:
        kind = kind_of(hand_in.file)
        if kind is not None or not may_be_notebook(hand_in.file) or self._looks == 0:
            return _File(hand_in, kind)
        self._looks -= 1
        hand_in = self._copied(hand_in)
        if hand_in.entry.problem is None and hand_in.entry.fault is None:
            with contextlib.suppress(Unreadable, ReadingError):
                if looks_like_notebook(read_bytes(hand_in.entry.path)):
                    kind = "notebook"
        return _File(hand_in, kind)

    def _copied(self, hand_in: HandIn) -> HandIn:
        """The same, out of the archive that it is in; or with what stands against that."""
        entry = hand_in.entry
        if entry.packed is None:
            return hand_in
        try:
            problem = entry.packed.unpack(entry.path, self._budget) or entry.problem
            entry = replace(entry, packed=None, problem=problem)
        except ReadingError as why:
            entry = replace(entry, packed=None, fault=str(why))
        self._copies.add(entry.path)
        return replace(hand_in, entry=entry)

    def _first_readable(self, ranked: Sequence[HandIn]) -> Found:
        """The first that can be read, or the first of all; why those before it were not graded."""
        founds = [self._found(hand_in) for hand_in in ranked]
        place, refusals = 0, list[str]()
        for place, hand_in in enumerate(ranked[:_MOST_TRIED]):
            founds[place] = self._found(self._copied(hand_in))
            if len(ranked) == 1:
                return founds[0]
            try:
                problem = load(founds[place]).problem
            except ReadingError as why:
                founds[place], problem = replace(founds[place], fault=str(why)), None
            if problem is None:
                break
            refusals.append(problem)
        else:
            place, refusals = 0, []
        graded, others = founds[place], (*founds[:place], *founds[place + 1 :])
        told = [notice for found in founds for notice in found.notices][:_MOST_NAMED]
        notices = (_notice(graded, others), *refusals[:_MOST_NAMED], *told)
        return replace(graded, passed_over=others, notices=notices)

    def _found(self, hand_in: HandIn) -> Found:
        entry, owner = hand_in.entry, hand_in.owner
        return Found(
            self.name,
            entry.path,
            _shown(entry),
            entry.modified,
            owner.whose,
            _handed_in(hand_in),
            owner.attempt,
            entry.problem,
            entry.fault,
            (hand_in.notice,) if hand_in.notice else (),
        )


def _member(hand_in: HandIn, member: Entry, named: datetime | None) -> HandIn:
    """A file of a student's archive; ``named``: the time in the archive's name."""
    owner = hand_in.owner
    if owner.handed_in is None and named is not None:
        owner = replace(owner, handed_in=HandedIn(named, Source.STUDENTS_WORD))
    word = Source.STUDENTS_WORD
    return replace(hand_in, entry=member, file=member.name, is_folder=True, owner=owner, word=word)


def _handed_in(hand_in: HandIn) -> HandedIn:
    """As the platform says, else as the file's own time does."""
    if hand_in.owner.handed_in is not None:
        return hand_in.owner.handed_in
    try:
        at = datetime.fromtimestamp(hand_in.entry.modified, UTC)
    except (ValueError, OverflowError, OSError):
        return HandedIn()  # a disk takes any number
    return HandedIn(at, hand_in.word) if hand_in.entry.modified else HandedIn()


def _shown(entry: Entry) -> str:
    return "/".join(map(clean, (*entry.above, *entry.parts)))


def _notice(graded: Found, others: Sequence[Found]) -> str:
    named = [other.file for other in others[:_MOST_NAMED]]
    if len(others) > _MOST_NAMED:
        named.append(f"{len(others) - _MOST_NAMED} more")
    listed = named[0] if len(named) == 1 else ", ".join(named[:-1]) + " and " + named[-1]
    were = "was" if len(others) == 1 else "were"
    return (
        f"{graded.student} handed in {len(others) + 1} files; {graded.file} was graded, "
        f"{listed} {were} passed over."
    )
