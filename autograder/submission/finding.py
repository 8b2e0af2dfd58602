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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import ReadingError
from autograder.model import HandedIn, Identity, Submission
from autograder.submission.archive import STUDENT, Archive, may_be_wanted
from autograder.submission.entries import (
    Budget,
    Entry,
    ResultsFolder,
    is_hand_in_by_mistake,
    may_be_notebook,
)
from autograder.submission.gathering import Gatherer
from autograder.submission.layout import HandIn, PassedOver, whose
from autograder.submission.names import clean
from autograder.submission.naming import is_archive, likeness
from autograder.submission.opening import DEFAULT_CAP, Unreadable, digest_of, read_bytes
from autograder.submission.reading import kind_of, read
from autograder.submission.sniffing import looks_like_notebook

_MOST_NAMED = 5
_NO_KIND = "no notebook or Python file"
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
    is_late: bool | None = None
    """What the LMS says; None: it does not say."""
    attempt: int = 0
    """The number an LMS gave the upload, later ones are larger; 0: none."""
    problem: str | None = None
    """Why it cannot be read, where that is known before; continues a sentence with its name."""
    fault: str | None = None
    """Why this machine cannot read it, as a sentence: it is not graded, and nobody is to blame."""
    notices: tuple[str, ...] = ()
    passed_over: tuple[Found, ...] = ()
    """The student's other files, the one that would have been graded before another first."""


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


def search(
    paths: Sequence[Path],
    *,
    scratch: Path,
    assignment: str = "",
    results: ResultsFolder = lambda _: False,
) -> Finds:
    """What is to be graded below ``paths``; see :mod:`.layout` for whose it is.

    Archives are unpacked into ``scratch``, which must stay until the files have been read.
    ``results`` tells folders that the grader wrote, which are left alone.  Raises
    :class:`autograder.errors.UsageError` where a path is not there, or where the one path is an
    archive that cannot be opened.
    """
    by_student: dict[str, list[HandIn]] = defaultdict(list)
    unclaimed: list[PassedOver] = []
    found: list[Found] = []
    with ExitStack() as kept_open:
        items = list(_whose(Gatherer(scratch, results, kept_open), paths, assignment))
        unclaimed += [item for item in items if isinstance(item, PassedOver)]
        for hand_in in _told_apart([item for item in items if isinstance(item, HandIn)]):
            by_student[clean(hand_in.student).strip() or "unnamed"].append(hand_in)
        for student, hand_ins in sorted(by_student.items()):
            chosen = _chosen(student, hand_ins, assignment, scratch)
            if chosen is not None:
                found.append(chosen)
            else:
                unclaimed += [PassedOver(hand_in.entry, _NO_KIND) for hand_in in hand_ins]
    reasons = {_shown(item.entry): item.reason for item in unclaimed}
    return Finds(tuple(found), tuple(Unclaimed(*pair) for pair in sorted(reasons.items())))


def find(paths: Sequence[Path], *, scratch: Path, assignment: str = "") -> tuple[Found, ...]:
    """What is to be graded, as :func:`search` finds it."""
    return search(paths, scratch=scratch, assignment=assignment).found


def load(
    found: Found, *, written_questions: Sequence[str] = (), cap: int = DEFAULT_CAP
) -> Submission:
    """Reads what was found; its notices are in the submission.

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
    gatherer: Gatherer, paths: Sequence[Path], assignment: str
) -> Iterator[HandIn | PassedOver]:
    seen: set[Path] = set()
    for entries in gatherer.groups(paths):
        fresh = [entry for entry in entries if entry.path not in seen]
        seen.update(entry.path for entry in fresh)
        yield from whose(fresh, assignment)


def _told_apart(hand_ins: Sequence[HandIn]) -> Iterator[HandIn]:
    """With the LMS's number behind the names of people who share theirs."""
    users: dict[str, set[str]] = defaultdict(set)
    for hand_in in hand_ins:
        if hand_in.lms is not None:
            users[hand_in.student].add(hand_in.lms.user)
    for hand_in in hand_ins:
        shared = hand_in.lms is not None and len(users[hand_in.student]) > 1
        number = hand_in.lms.user if hand_in.lms is not None else ""
        yield replace(hand_in, student=f"{hand_in.student}_{number}") if shared else hand_in


# ------------------------------------------------------------------ one file a student


def _chosen(
    student: str, hand_ins: Sequence[HandIn], assignment: str, scratch: Path
) -> Found | None:
    try:
        return _Student(student, assignment, scratch).choose(hand_ins)
    except Exception as error:  # ours, and this student's row alone says so
        entry = hand_ins[0].entry
        fault = f"{_shown(entry)} could not be looked into: {type(error).__name__}."
        return Found(student, entry.path, _shown(entry), entry.modified, fault=fault)


@dataclass(frozen=True)
class _File:
    """One of a student's files."""

    hand_in: HandIn
    kind: str | None
    """``"notebook"`` or ``"python"``, by its name or by unmistakable contents."""

    def is_meant(self) -> bool:
        """Whether somebody may have meant it to be graded, although it is of no kind."""
        entry = self.hand_in.entry
        if entry.problem is not None or entry.fault is not None or entry.is_given:
            return True
        # A PDF lying beside the submissions is nobody's; one in a student's folder is.
        return self.hand_in.is_folder and is_hand_in_by_mistake(self.hand_in.file)

    def merit(self, assignment: str) -> tuple[int, int, int, float]:
        """The largest is graded."""
        entry, lms = self.hand_in.entry, self.hand_in.lms
        attempt = lms.attachment if lms is not None else 0
        if not self.hand_in.is_folder:
            return (2, 0, attempt, entry.modified)
        may_hold_any = entry.fault is not None and is_archive(entry.name)
        rank = 2 if may_hold_any else {"notebook": 2, "python": 1}.get(self.kind or "", 0)
        names = (self.hand_in.file, *entry.parts[1:-1])
        return (rank, max(likeness(name, assignment) for name in names), attempt, entry.modified)


class _Student:
    """Chooses the file to grade among those of one student."""

    def __init__(self, student: str, assignment: str, scratch: Path) -> None:
        self._student, self._assignment, self._scratch = student, assignment, scratch
        self._budget = Budget()
        self._copies: set[Path] = set()
        self._looks = _MOST_TRIED

    def choose(self, hand_ins: Sequence[HandIn]) -> Found | None:
        """The file to grade, with the others of the same student; None: there is none."""
        with ExitStack() as kept_open:
            files = [file for hand_in in hand_ins for file in self._opened(hand_in, kept_open)]
            files.sort(key=lambda file: (*file.hand_in.entry.above, *file.hand_in.entry.parts))
            files.sort(key=lambda file: file.merit(self._assignment), reverse=True)
            files = [file for file in files if file.kind is not None or file.is_meant()]
            if not files:
                return None
            if files[0].kind is not None:  # then a PDF beside it is no other attempt
                files = [file for file in files if file.kind is not None]
            chosen = self._first_readable([file.hand_in for file in files])
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
            members = archive.entries(entry.parts, self._scratch)
            inside = [
                self._file(replace(hand_in, entry=member, file=member.name, is_folder=True))
                for member in (replace(member, above=entry.above) for member in members)
                if may_be_wanted(member)
            ]
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
            problem = entry.packed.unpack(entry.path, self._budget)
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
        notices = (_notice(graded, others), *refusals[:_MOST_NAMED])
        return replace(graded, passed_over=others, notices=notices)

    def _found(self, hand_in: HandIn) -> Found:
        entry, lms = hand_in.entry, hand_in.lms
        return Found(
            self._student,
            entry.path,
            _shown(entry),
            entry.modified,
            is_late=lms.is_late if lms is not None else None,
            attempt=lms.attachment if lms is not None else 0,
            problem=entry.problem,
            fault=entry.fault,
        )


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
