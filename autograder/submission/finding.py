"""Finds the submissions in the files, folders and archives that grading is pointed at.

One entry a student.  Where a student handed in several files, one of them is graded:

1. of the files of one hand-in (a student's folder or archive, uploads to an LMS) a notebook
   before a Python file, and a notebook named as the assignment before another,
2. then the newest,
3. then the first by name;

but never one that cannot be read before one that can.

The others are kept as ``passed_over``, for whoever wants another rule, and named in a notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.model import Submission
from autograder.submission.gathering import groups
from autograder.submission.layout import HandIn, hand_ins
from autograder.submission.names import clean
from autograder.submission.naming import likeness
from autograder.submission.opening import DEFAULT_CAP
from autograder.submission.reading import kind_of, read

_MOST_NAMED = 5


@dataclass(frozen=True)
class Found:
    """One file of one student, not opened yet."""

    student: str
    """Safe to show: see :func:`autograder.submission.clean`."""
    path: Path
    """Where to read it; of an archive's member: its copy in the scratch folder."""
    file: str
    """Where it lies, from where grading was pointed, for people; safe to show."""
    modified: float
    """Seconds since 1970."""
    is_late: bool | None = None
    """What the LMS says; None: it does not say."""
    attempt: int = 0
    """The number an LMS gave the upload, later ones are larger; 0: none."""
    problem: str | None = None
    """Why it cannot be read, where that is known before; continues a sentence with its name."""
    notices: tuple[str, ...] = ()
    passed_over: tuple[Found, ...] = ()
    """The student's other files, the one that would have been graded before another first."""


def find(paths: Sequence[Path], *, scratch: Path, assignment: str = "") -> tuple[Found, ...]:
    """What is to be graded below ``paths``, sorted by student; see :mod:`.layout` for whose it is.

    Archives are unpacked into ``scratch``, which must stay until the files have been read.
    Raises :class:`autograder.errors.UsageError` where a path is not there, or where the one path
    is an archive that cannot be opened.
    """
    by_student: dict[str, list[HandIn]] = defaultdict(list)
    for hand_in in _told_apart(_all_hand_ins(paths, scratch, assignment)):
        by_student[clean(hand_in.student).strip() or "unnamed"].append(hand_in)
    chosen = (_choose(student, files, assignment) for student, files in by_student.items())
    return tuple(sorted(chosen, key=lambda found: found.student))


def load(
    found: Found, *, written_questions: Sequence[str] = (), cap: int = DEFAULT_CAP
) -> Submission:
    """Reads what was found; its notices are in the submission.  Never raises."""
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


# ------------------------------------------------------------------ what was pointed at


def _all_hand_ins(paths: Sequence[Path], scratch: Path, assignment: str) -> Iterator[HandIn]:
    seen: set[Path] = set()
    for entries in groups(paths, scratch):
        fresh = [entry for entry in entries if entry.path not in seen]
        seen.update(entry.path for entry in fresh)
        yield from hand_ins(fresh, assignment)


# ------------------------------------------------------------------ one file a student


def _told_apart(hand_ins: Iterable[HandIn]) -> Iterator[HandIn]:
    """With the LMS's number behind the names of people who share theirs."""
    listed = list(hand_ins)
    users: dict[str, set[str]] = defaultdict(set)
    for hand_in in listed:
        if hand_in.lms is not None:
            users[hand_in.student].add(hand_in.lms.user)
    for hand_in in listed:
        shared = hand_in.lms is not None and len(users[hand_in.student]) > 1
        number = hand_in.lms.user if hand_in.lms is not None else ""
        yield replace(hand_in, student=f"{hand_in.student}_{number}") if shared else hand_in


def _choose(student: str, files: Sequence[HandIn], assignment: str) -> Found:
    """The file to grade, with the others of the same student."""
    by_name = sorted(files, key=lambda hand_in: (*hand_in.entry.above, *hand_in.entry.parts))
    ranked = sorted(by_name, key=lambda hand_in: _merit(hand_in, assignment), reverse=True)
    if kind_of(ranked[0].file) is not None:  # then a PDF beside it is no other attempt
        ranked = [hand_in for hand_in in ranked if kind_of(hand_in.file) is not None]
    graded, *others = (_found(student, hand_in) for hand_in in ranked)
    if not others:
        return graded
    return _first_readable([graded, *others])


def _first_readable(ranked: Sequence[Found]) -> Found:
    """The first that can be read, or the first of all; why those before it were not graded."""
    refusals: list[str] = []
    for found in ranked:
        problem = load(found).problem
        if problem is None:
            break
        refusals.append(problem)
    place = len(refusals)
    if place == len(ranked):
        place, refusals = 0, []
    graded, others = ranked[place], (*ranked[:place], *ranked[place + 1 :])
    notices = (_notice(graded, others), *refusals[:_MOST_NAMED])
    return replace(graded, passed_over=others, notices=notices)


def _merit(hand_in: HandIn, assignment: str) -> tuple[int, int, int, float]:
    lms, modified = hand_in.lms, hand_in.entry.modified
    attempt = lms.attachment if lms is not None else 0
    if not hand_in.is_folder:
        return (2, 0, attempt, modified)
    rank = {"notebook": 2, "python": 1}.get(kind_of(hand_in.file) or "", 0)
    named = max(likeness(name, assignment) for name in (hand_in.file, *hand_in.entry.parts[1:-1]))
    return (rank, named, attempt, modified)


def _found(student: str, hand_in: HandIn) -> Found:
    entry, lms = hand_in.entry, hand_in.lms
    return Found(
        student,
        entry.path,
        "/".join(map(clean, (*entry.above, *entry.parts))),
        entry.modified,
        is_late=lms.is_late if lms is not None else None,
        attempt=lms.attachment if lms is not None else 0,
        problem=entry.problem,
    )


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
