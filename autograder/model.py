"""The nouns of the program: read this file first.

A submission travels one way::

    file -> Submission -> (sandbox) -> NotebookRun and Traces -> (judging) -> Grade -> row, page

Everything here is plain data, frozen, without behaviour beyond small conveniences.
Stages import this module and :mod:`autograder.errors`, not each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NotRequired, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]


# ------------------------------------------------------------------ what a student hands in


@dataclass(frozen=True)
class Cell:
    """One code cell of a notebook, or a whole ``.py`` file."""

    number: int
    """Position among all cells of the file, counted from 1, as Jupyter shows them; 0: a whole
    ``.py`` file, which has no cells."""
    source: str
    """The text as the student wrote it (magics and shell lines included)."""


class Source(StrEnum):
    """On whose word it is known when something was handed in."""

    PLATFORM = "platform"  # whoever received it says so: the learning platform, or the staff
    MARKED_LATE = "marked_late"  # the platform says late, and not by how much
    STUDENTS_WORD = "students_word"  # a student can write it: a commit, a member of an archive
    FILE = "file"  # the file's own time, which may be that of a download
    NONE = "none"


@dataclass(frozen=True)
class HandedIn:
    """When something was handed in, and how that is known."""

    at: datetime | None = None
    """With its zone; None: not known."""
    source: Source = Source.NONE


@dataclass(frozen=True)
class Identity:
    """What is known of one person, each part empty where it is not; any of them may find the
    person in a roster."""

    id: str = ""
    """The course's own name for the person, such as ``alice`` or a number of matriculation."""
    login: str = ""
    sis_id: str = ""
    email: str = ""
    number: str = ""
    """The platform's number: Canvas's user, Moodle's participant, Gradescope's user."""
    name: str = ""
    """As a platform spells it, which may be without blanks and capitals."""


@dataclass(frozen=True)
class Submission:
    """A file that was read; nothing of it has been executed."""

    student: str
    """Who handed it in: the file's stem, the folder's name, or what an LMS wrote there."""
    file: str
    """Path of the file relative to where grading was pointed, for people to find it again."""
    cells: tuple[Cell, ...] = ()
    """Code cells in the order of the file."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Answers to written questions found in Markdown cells, by question name."""
    problem: str | None = None
    """Why the file is no notebook or Python at all, as a sentence; None: it could be read."""
    digest: str = ""
    """SHA-256 of the file's bytes, hexadecimal; empty where there are no bytes to read."""
    texts: tuple[Cell, ...] = ()
    """Text cells that hold a function: it stands where it is never run."""
    notices: tuple[str, ...] = ()
    """Sentences about the file for the result, such as a second file of the same student."""


# ------------------------------------------------------------------ what is asked of the code


@dataclass(frozen=True)
class Neuron:
    """A gradient handed to student code: that of a neuron with a squashing function.

    ``s(z) = low + (high - low) * (1 + tanh(gain * z)) / 2`` with ``z = w . x + b``, and the loss
    ``scale / 2 * (s - y)**2``.  ``low=0, high=1, gain=1/2, scale=1`` is the sigmoid neuron.
    Hidden cases use other numbers, so that code which ignores the gradient it is given shows.
    """

    scale: float = 1.0
    low: float = 0.0
    high: float = 1.0
    gain: float = 0.5
    rests: float = 0.0
    """How often it rests along z: the gradient is exactly 0 wherever ``sin(rests * z) < 0``, as it
    is of examples in which a feature is off.  0: it never rests."""


@dataclass(frozen=True, eq=False)
class Stream:
    """A gradient handed to student code that replays recorded numbers.

    Every data point's gradient is row t - 1 of ``values`` in epoch t, and the last row after the
    last epoch.  Epochs are counted by what is asked: each new place (w, b) is one at which as many
    points are asked for as at the start.  A place keeps its row, and so does all that lies next to
    it.  So asking elsewhere, for a shape or for a difference quotient, changes nothing.
    """

    values: FloatArray
    """Shape (epochs,) for a number, or (epochs, d) for a vector w."""
    points: int = 1
    """How many points of data a call has."""
    start: FloatArray | None = None
    """Where the path starts, w's entries and then b: what is asked before that is no epoch.  None:
    the first place that is asked at."""


@dataclass(frozen=True)
class Gradient:
    """One of the two functions ``grad_w(w, b, x, y)`` and ``grad_b(w, b, x, y)``."""

    of: str
    """``"w"`` or ``"b"``: the parameter it is the derivative by."""
    kind: Neuron | Stream
    """Where its numbers come from; each function object keeps its own clock."""


Number: TypeAlias = float | FloatArray
"""One number, or an array of them."""
Argument: TypeAlias = Number | Gradient


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a student's function, by keyword."""

    name: str
    """Unique within the question; the judge finds the trace by it."""
    function: str
    """The student's function, found by name in the notebook's namespace."""
    arguments: Mapping[str, Argument]
    """By keyword.  A number (Python float or int), an array, or a gradient function."""
    left_out: tuple[str, ...] = ()
    """Those of them that are left out where the function has a parameter of that name, as the
    signature that students are given has defaults for them."""

    @cached_property
    def hands_in_gradient(self) -> bool:
        """Whether a gradient function is among the arguments."""
        return any(isinstance(argument, Gradient) for argument in self.arguments.values())


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    notebook_seconds: float = 20.0
    """Time for running all cells once: computing, sleeping, waiting, but not waiting for a
    processor that others have."""
    call_seconds: float = 2.0
    """Processor time for one call.  Its wall time is bounded much more generously, so that no
    verdict depends on how busy a machine is."""
    total_seconds: float = 90.0
    """Likewise, for all cells and calls together; what is left then counts as timed out."""
    cpu_seconds: float = 60.0
    """CPU time of one sandboxed process, all its cells and calls together."""
    memory: int = 512 << 20
    """Bytes above what the interpreter with NumPy maps."""
    output: int = 64 << 10
    """Bytes of printed output that are kept; what is printed beyond is dropped."""


# ------------------------------------------------------------------ what came back


class Outcome(StrEnum):
    """Why a call ended.  All but the last are the student's; the last is ours."""

    RETURNED = "returned"
    RAISED = "raised"
    MISSING = "missing"  # no such function in the notebook, or it is not callable
    TIMED_OUT = "timed_out"  # wall or CPU time
    EXITED = "exited"  # sys.exit, os._exit: the process ended of its own will
    CRASHED = "crashed"  # killed by a signal: a segmentation fault, a forbidden system call
    OUT_OF_MEMORY = "out_of_memory"
    FLOODED = "flooded"  # printed or returned far too much
    NOT_RUN = "not_run"  # the sandbox failed: no verdict on the student


@dataclass(frozen=True)
class Opaque:
    """Something a function returned that is no number, array or sequence of them."""

    type_name: str
    """Name of its type, such as ``"set"`` (the student's word: escape it)."""


@dataclass(frozen=True)
class Keyed(Opaque):
    """A mapping that a function returned, such as ``{"w": [...], "b": [...]}``."""

    entries: tuple[tuple[str, Value], ...] = ()
    """Key and value, in the mapping's order; keys that the source does not name are ``"…"``."""


Value: TypeAlias = "FloatArray | tuple[Value, ...] | Opaque | None"
"""What a function returned: None, an array of doubles (0-d for a number), a tuple of Values
(a sequence that is not one regular array of numbers), or something else.

A regular list of numbers, or of arrays of one shape, arrives as one array.  Entries of a list
that all hold exactly one number count as numbers (``[0.5, array([0.4])]`` is regular).  Two things,
or a tuple of several that are no numbers, arrive as a tuple even where they are regular:
``(w_history, b_history, errors)``.  Iterators, generators, arrays of objects and series arrive as
what they hold."""


@dataclass(frozen=True)
class Fault:
    """An exception, or how the process ended, without any hidden value in it."""

    kind: str
    """The exception's class name, or the signal's name."""
    message: str
    """The exception's message; values are removed where hidden cases ran."""
    cell: int | None = None
    """Cell of the student's innermost frame, as ``Cell.number``; None: none, or a ``.py`` file."""
    line: int | None = None
    """Line within that cell, counted from 1."""
    code: str = ""
    """That line's text."""


@dataclass(frozen=True, eq=False)
class Trace:
    """What one call left behind: evidence, never a verdict."""

    call: str
    """Name of the call it answers."""
    outcome: Outcome
    value: Value = None
    """What the function returned; None also where it did not return."""
    fault: Fault | None = None
    """What it raised or how the process ended."""
    changed: Mapping[str, FloatArray] = field(default_factory=dict)
    """The array arguments that the call changed, as they were after it."""
    unreceived: tuple[str, ...] = ()
    """Arguments that the function's signature has no parameter for (set as globals instead)."""


@dataclass(frozen=True)
class Taken:
    """A name that a line gave to something else after a function had it: ``sum = 0``."""

    name: str
    """The student's word: escape it."""
    cell: int | None
    """As ``Fault.cell``."""
    line: int
    code: str
    """That line's text."""


@dataclass(frozen=True, eq=False)
class NotebookRun:
    """What running the cells, once and in order, left behind."""

    outcome: Outcome
    """RETURNED: all cells ran or were passed over; else what ended the process."""
    faults: Mapping[int, Fault] = field(default_factory=dict)
    """The first error of each cell that failed, by cell number.  The statements after one that
    raised were run all the same; an exit or a time-out ended the cell."""
    further: tuple[Fault, ...] = ()
    """Later errors of those cells, in order."""
    unlisted: int = 0
    """How many errors there were besides those; a notebook of failing cells has no end."""
    taken: tuple[Taken, ...] = ()
    """Names that were given back to functions from which later lines had taken them."""
    printed: str = ""
    """What was printed by the cells (not by hidden calls); escape it before showing."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Module-level strings that were asked for by name, such as ``explanation``."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source of each function asked for, as found in the cells; escape it before showing."""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Where each of them begins: number of its cell, and line within that, counted from 1."""


@dataclass(frozen=True)
class Usage:
    """What the kernel says a submission used."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    """Bytes resident at most."""


# ------------------------------------------------------------------ what it is worth


class SubmissionStatus(StrEnum):
    GRADED = "graded"
    UNREADABLE = "unreadable"  # no notebook or Python at all: scored 0, message says why
    NOT_GRADED = "not_graded"  # our fault: no score


class QuestionStatus(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    PENDING = "pending"  # a person grades it
    TIMEOUT = "timeout"
    ERROR = "error"  # it raised, or is missing


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, in words for the student."""

    name: str
    passed: bool
    score: float
    max_score: float
    message: str
    tried: bool = True
    """False: what it looks at could not be seen, so nothing is known; ``message`` says why."""


@dataclass(frozen=True)
class Explanation:
    """A misconception as a student reads it."""

    slug: str
    title: str
    what: str
    """What the code computes, in a sentence."""
    hint: str
    """Where to look, without the answer."""
    lecture: str
    """Where in the lecture it is treated."""
    convention: str = ""
    """Who teaches it that way, in a sentence; empty: nobody does."""


@dataclass(frozen=True)
class Line:
    """One curve of a picture."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str = "tab:blue"
    """A matplotlib colour name."""
    style: str = "-"
    """A matplotlib line style; ``"bar"`` for bars, ``"o"`` for points only."""
    low: tuple[float, ...] = ()
    """Lower edge of a band around the curve; empty: no band."""
    high: tuple[float, ...] = ()
    beside: bool = False
    """True: not the student's, shown to compare with."""
    gaps: str = ""
    """Why values that are not finite are left out, in a sentence; empty: nobody meant to."""


@dataclass(frozen=True)
class Spot:
    """A place in a picture with a name."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Picture:
    """A figure as data; a report decides how it is drawn."""

    title: str
    caption: str
    """What is to be seen, in a sentence; also the text for those who do not see."""
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log_y: bool = False
    contour: str | None = None
    """Name of a background of level curves that the assignment provides; None: none."""
    goal: Spot | None = None
    """Where paths should end.  With it the curves are paths, a point an epoch from epoch 0 on:
    their start, direction and epochs are drawn, and they can be played; None: they are none."""


class Surface(TypedDict):
    """A background of level curves, as an assignment gives it."""

    x: FloatArray
    """Shape (columns,), rising."""
    y: FloatArray
    """Shape (rows,), rising."""
    z: FloatArray
    """Shape (rows, columns)."""
    x_label: NotRequired[str]
    y_label: NotRequired[str]
    levels: NotRequired[tuple[float, ...]]
    """Where the curves run, rising; absent: at even shares of the values of z."""


@dataclass(frozen=True)
class Table:
    """A small table in the evidence, such as recovered weights beside the expected ones."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# ------------------------------------------------------------------ what people decide


@dataclass(frozen=True)
class RubricItem:
    """Something that marks are given for, or taken off for."""

    name: str
    text: str
    points: float
    """Below 0: they are taken off."""


@dataclass(frozen=True)
class PersonMark:
    """What a person gave for a written answer."""

    points: float
    comment: str
    by: str
    at: datetime
    """With its zone, here and below."""
    rubric: tuple[RubricItem, ...] = ()
    """What of the rubric was chosen."""


@dataclass(frozen=True)
class OtherFile:
    """Another file of a student than the one that counts."""

    attempt: int
    """Id of an attempt with it."""
    file: str
    digest: str


@dataclass(frozen=True)
class Override:
    """Points in place of those that were computed or given."""

    points: float
    reason: str
    by: str
    at: datetime
    made_for: OtherFile | None = None
    """The file that somebody looked at, where another counts now; None: this one."""


@dataclass(frozen=True)
class Said:
    """What somebody wrote to a student, or a student to the course."""

    text: str
    by: str
    at: datetime
    misconception: str = ""
    """Slug, where it was written to all who have it."""
    made_for: OtherFile | None = None
    """As in :class:`Override`, of what was written to one student on a question."""


@dataclass(frozen=True)
class LookAgain:
    """A student's request to look at a question again."""

    number: int
    """Counted in the assignment, from 1."""
    asked: Said
    replies: tuple[Said, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Place:
    """Where a student's function stands."""

    function: str
    line: int
    """Its first line in ``QuestionGrade.source``, counted from 1."""
    cell: int | None
    """As ``Fault.cell``."""
    first: int
    """Its first line within that cell (or file), counted from 1."""


@dataclass(frozen=True)
class Mark:
    """A line of a student's code of which it is known what it does."""

    line: int
    """Of ``QuestionGrade.source``, counted from 1."""
    says: str
    """What is known of it, in a few words."""
    stopped: bool = False
    """True: an error stopped the code there."""


@dataclass(frozen=True)
class Trial:
    """A small case that everybody may see, on which a fault shows."""

    call: str
    """The call as it can be typed below the student's code."""
    table: Table
    """What came back, beside what is right."""


@dataclass(frozen=True)
class QuestionGrade:
    name: str
    title: str
    status: QuestionStatus
    score: float | None
    """None: could not be judged, or a person still has to."""
    max_score: float
    misconceptions: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    message: str | None = None
    explanations: tuple[Explanation, ...] = ()
    evidence: tuple[str, ...] = ()
    """Sentences on what was measured, for faults that have no name."""
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    source: str = ""
    """The student's own source of the functions concerned."""
    answer: str = ""
    """The student's written answer, for questions a person grades."""
    places: tuple[Place, ...] = ()
    """Where the functions of ``source`` stand, in order."""
    marks: tuple[Mark, ...] = ()
    """The lines of ``source`` of which something is known."""
    cause: str = ""
    """An error elsewhere that kept its functions from being defined, in a sentence; empty: none."""
    trial: Trial | None = None
    """A small case on which what is wrong shows; None: there is none, or nothing is wrong."""
    by_person: PersonMark | None = None
    """This and all below is filled in when a grade is shown; None: nobody has marked it."""
    earlier_mark: PersonMark | None = None
    """What was given for another answer of the student, or when the question was worth more."""
    override: Override | None = None
    comments: tuple[Said, ...] = ()
    requests: tuple[LookAgain, ...] = ()

    @property
    def brief(self) -> QuestionGrade:
        """The same without what only a feedback page shows."""
        on_pages = (self.pictures, self.tables, self.source, self.places, self.marks, self.trial)
        if not any(on_pages):  # lists of thousands are made of these
            return self
        return replace(self, pictures=(), tables=(), source="", places=(), marks=(), trial=None)

    @property
    def is_discussed(self) -> bool:
        """Whether a person decided or said anything of it, or is asked to."""
        said = (self.by_person, self.earlier_mark, self.override, self.comments, self.requests)
        return any(said)

    @property
    def final_points(self) -> float | None:
        """What counts in the end; None: it is not known yet."""
        return self.score if self.override is None else self.override.points

    @property
    def is_changed(self) -> bool:
        """Whether a person put other points in place of those that there were."""
        return self.override is not None and self.score not in (None, self.override.points)


@dataclass(frozen=True)
class Lateness:
    """What handing in after the due date costs."""

    by_days: int
    """Days begun since the due date, counted by the clock on the course's wall; at least 1."""
    points: float
    """What is taken off, 0 or less."""
    reason: str
    """A sentence."""
    covered_days: int = 0
    """Of them, those that were paid with the student's own late days."""


@dataclass(frozen=True)
class Final:
    """What a submission is worth with all that people decided."""

    score: float | None
    """The sum after lateness; None: a question is not marked or judged yet."""
    max_score: float
    """Of all questions."""
    before_late: float | None
    """The sum of what counts of each question."""
    late_points: float = 0.0
    """What lateness takes off it, 0 or less."""


@dataclass(frozen=True)
class Seen:
    """The last publication that a student has seen."""

    at: datetime
    score: float | None
    """The final score that it shows."""
    is_current: bool
    """False: something has changed since."""
    changes: tuple[str, ...] = ()
    """What was new in it, a sentence each."""


@dataclass(frozen=True)
class Grade:
    """One submission's result; everything a report shows is in here."""

    student: str
    file: str
    status: SubmissionStatus
    score: float | None
    """Points after lateness.  None: not graded, or not all of it, through our fault."""
    max_score: float
    message: str | None = None
    questions: tuple[QuestionGrade, ...] = ()
    notices: tuple[str, ...] = ()
    """Sentences on the submission as a whole: cells that failed, files that were passed over."""
    printed: str = ""
    """What the notebook printed on its own run."""
    unsafe: bool = False
    """True where it was graded without the sandbox."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """What failed, for each question that could not be judged through our fault; such a submission
    is graded but for these, and has no score as a whole."""
    usage: Usage = Usage()
    handed_in: HandedIn = HandedIn()
    """As shown: a time that does not count as one, such as that of a file, is not in here.  This
    and all below is filled in when a grade is shown; what is stored is as it was judged."""
    score_before_late: float | None = None
    """The points that were earned."""
    late: Lateness | None = None
    """What it takes off what counts, or, until that is known, the program's points; None: in time,
    or not known."""
    extended_to: datetime | None = None
    """The student's own due date, with its zone; None: that of all."""
    final: Final | None = None
    """None: what people decided was not looked at."""
    seen: Seen | None = None
    """None: nothing is published to this student."""

    @property
    def published(self) -> bool:
        """Whether the student sees it as it is here."""
        return self.seen is not None and self.seen.is_current

    @property
    def is_decided(self) -> bool:
        """Whether the points of any question are a person's."""
        return any(q.by_person is not None or q.override is not None for q in self.questions)
