"""The only door to ``assignments/`` and ``reference/``.

A course folder holds both, side by side.  It is the working directory or one above it, or what
``--course`` names.  An assignment is a folder of ``assignments/`` with an ``assignment.toml``
(title, points, limits, conventions) and a ``questions.py`` (what is called with what, and what is
asked of the answer).
"""

from __future__ import annotations

import contextlib
import hmac
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import ModuleType

from autograder import judging
from autograder.agreement import agree
from autograder.errors import AssignmentError, UsageError
from autograder.judging.question import Keeps, Kind, Rehearses
from autograder.kept.arrays import NO_SHELF, Shelf, open_shelf
from autograder.kept.folder import cache_folder
from autograder.model import Limits, RubricItem, Surface
from autograder.settings import (
    Attempts,
    Feedback,
    Late,
    Refused,
    Settings,
    among,
    read_course_settings,
    read_settings,
    shown,
)
from autograder.submission import NOTHING, Given
from autograder.version import judged_version

NOTEBOOK = "notebook.md"
"""What an assignment's notebook is called, in its folder."""


@dataclass(frozen=True, eq=False)
class Question:
    """One question of an assignment."""

    name: str
    title: str
    points: float
    kind: Kind
    by_person: bool
    """True: a person grades it; it counts as pending and outside the automatic part."""
    rubric: tuple[RubricItem, ...] = ()
    """What a person who grades it may choose."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """An assignment, complete and checked."""

    slug: str
    title: str
    folder: Path
    questions: tuple[Question, ...]
    limits: Limits
    version: str
    """Digest of all that judging uses: the same version gives the same points."""
    attempts: Attempts
    """Which of a student's attempts counts."""
    late: Late
    """When it is due, and what lateness costs."""
    feedback: Feedback = field(default_factory=Feedback)
    """What students see, and when."""
    opens: datetime | None = None
    """When they get it at the portal; None: at once."""
    texts: tuple[str, ...] = ()
    """Module-level strings that written answers may stand in."""
    given: Given = NOTHING
    """What students were given to read where they answer in words."""
    secret: bytes = b""
    draw_backgrounds: Callable[[], Mapping[str, Surface]] = dict
    shelf: Shelf = NO_SHELF
    """Where its questions keep what they compute once."""

    @cached_property
    def backgrounds(self) -> Mapping[str, Surface]:
        """Level curves that pictures may refer to, by name."""
        return self.draw_backgrounds()

    @property
    def max_score(self) -> float:
        """Points of the automatic part."""
        return sum(question.points for question in self.questions if not question.by_person)

    @property
    def final_max_score(self) -> float:
        """Points of all questions."""
        return sum(question.points for question in self.questions)

    @cached_property
    def faults(self) -> frozenset[str]:
        """Every misconception that may be named."""
        return frozenset[str]().union(*(question.kind.faults for question in self.questions))

    @property
    def functions(self) -> tuple[str, ...]:
        """Every student function concerned, each once."""
        names = (name for question in self.questions for name in question.kind.functions)
        return tuple(dict.fromkeys(names))

    def prepare(self) -> None:
        """Compute now, once for this version, what all students' grading needs.

        Raises:
            AssignmentError: no instance of a question tells its known faults apart.
        """
        try:
            for question in self.questions:
                try:
                    if isinstance(question.kind, Keeps):
                        question.kind.prepare()
                except ValueError as error:
                    raise AssignmentError(f"{self.slug}, {question.name}: {error}.") from error
        finally:
            self.shelf.close()

    def rehearse(self) -> None:
        """Do now, in this process's memory, what right answers of many students need once.

        Worth its time before some fifty students; processes forked afterwards have it, too.
        Nothing depends on it: what fails here fails again, and is told, where it is graded.
        """
        for question in self.questions:
            with contextlib.suppress(Exception):
                if isinstance(question.kind, Rehearses):
                    question.kind.rehearse()
        self.shelf.close()

    def seed(self, student: str, question: str) -> bytes:
        """What this student's instances of this question are drawn from."""
        text = "\0".join((student, self.slug, question)).encode("utf-8", "surrogateescape")
        return hmac.digest(self.secret, text, "sha256")


@dataclass(frozen=True)
class Course:
    """A folder with ``assignments/`` and ``reference/`` in it."""

    folder: Path

    @property
    def hidden(self) -> tuple[Path, ...]:
        """Folders that student code must not be able to read."""
        cache = cache_folder()
        return (self.folder,) if cache is None else (self.folder, cache)

    @classmethod
    def find(cls, folder: Path | None = None) -> Course:
        """The course at ``folder``, or the nearest one at or above the working directory.

        The folder that this program itself was installed from (``pip install -e``) is the last
        resort, so that ``autograder demo`` works from anywhere.

        Raises:
            UsageError: there is none.
        """
        if folder is not None:
            if not (folder / "assignments").is_dir():
                raise UsageError(
                    f"{folder} is no course folder: it has no folder named assignments. "
                    "Give the folder that holds assignments/ and reference/."
                )
            return cls(folder.resolve())
        here = Path.cwd().resolve()
        for candidate in (here, *here.parents, Path(__file__).resolve().parents[1]):
            if (candidate / "assignments").is_dir() and (candidate / "reference").is_dir():
                return cls(candidate)
        raise UsageError(
            "There is no course folder here or above (one with assignments/ and reference/ in it). "
            "Change into it, or name it with --course DIR."
        )

    def assignments(self) -> tuple[str, ...]:
        """The slugs of all assignments, sorted."""
        found = (self.folder / "assignments").glob("*/assignment.toml")
        return tuple(sorted(path.parent.name for path in found))

    def rules(self) -> dict[str, Settings]:
        """What each ``assignment.toml`` says, by slug; raises AssignmentError."""
        folder = self.folder / "assignments"
        return {
            slug: read_settings(folder / slug / "assignment.toml") for slug in self.assignments()
        }

    @property
    def default(self) -> str | None:
        """The assignment that is meant where none is named: the only one, or the ``default`` of
        ``assignments/course.toml``; None: one has to be named.

        Raises:
            AssignmentError: that file cannot be read, or says what it cannot mean.
        """
        slugs = self.assignments()
        path = self.folder / "assignments" / "course.toml"
        named = read_course_settings(path).default if path.is_file() else None
        if named is not None and named not in slugs:
            reason = f"is {shown(named)}, which is no assignment; {among(named, slugs)}"
            raise Refused(("default",), reason).within(path)
        return slugs[0] if len(slugs) == 1 else named

    def load(self, slug: str) -> Assignment:
        """One assignment.

        Raises:
            UsageError: there is none of that name.
            AssignmentError: it is incomplete or contradicts itself.
        """
        _ = self.default  # a slip in course.toml is told also where an assignment is named
        folder = self.folder / "assignments" / slug
        settings_file = folder / "assignment.toml"
        if slug not in self.assignments():
            known = ", ".join(self.assignments()) or "none at all"
            raise UsageError(f"There is no assignment {slug!r} in {self.folder}; there is {known}.")
        settings = read_settings(settings_file)
        module = self._questions(slug, folder)
        try:
            kinds = _kinds(module, settings, folder)
            agree(settings, kinds)
        except Refused as refused:
            raise refused.within(settings_file) from None
        given = _given(settings, folder / NOTEBOOK)
        version = judged_version(settings, folder, self.folder / "reference", given.lines)
        secret = self._secret()
        shelf = open_shelf(version, *judging.__path__, secret=secret)
        on_shelf = {
            name: kind.on_shelf(shelf) if isinstance(kind, Keeps) else kind
            for name, kind in kinds.items()
        }
        return Assignment(
            slug=slug,
            title=settings.title,
            folder=folder,
            questions=tuple(
                Question(
                    name,
                    asked.title,
                    asked.points,
                    on_shelf[name],
                    asked.by_person,
                    tuple(RubricItem(n, i.text, i.points) for n, i in asked.rubric.items()),
                )
                for name, asked in settings.questions.items()
            ),
            limits=settings.limits.limits,
            version=version,
            attempts=settings.attempts,
            late=settings.late,
            feedback=settings.feedback,
            opens=settings.opens_at,
            texts=settings.texts,
            given=given,
            secret=secret,
            draw_backgrounds=getattr(module, "backgrounds", dict),
            shelf=shelf,
        )

    def _secret(self) -> bytes:
        """What instances are drawn from besides the student; a course may keep its own."""
        if "AUTOGRADER_SECRET" in os.environ:
            return os.environ["AUTOGRADER_SECRET"].encode()
        kept = self.folder / "assignments" / ".secret"
        return kept.read_bytes() if kept.is_file() else b"autograder"

    def _questions(self, slug: str, folder: Path) -> ModuleType:
        """The assignment's ``questions.py``, imported as a module of its own."""
        path = folder / "questions.py"
        if not path.is_file():
            raise AssignmentError(f"{path} is missing: it says what each question asks.")
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))  # for ``import reference``
        name = f"assignments_{slug}_questions"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise AssignmentError(f"{path} cannot be imported.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise AssignmentError(f"{path} fails: {type(error).__name__}: {error}.") from error
        return module


def _given(settings: Settings, notebook: Path) -> Given:
    """Nothing, where there is no notebook, or no question that people mark."""
    written = [name for name, question in settings.questions.items() if question.by_person]
    try:
        return Given.of(notebook.read_text(encoding="utf-8"), written)
    except (OSError, UnicodeDecodeError):
        return NOTHING


def _kinds(module: ModuleType, settings: Settings, folder: Path) -> dict[str, Kind]:
    """What ``questions.py`` makes of the settings, by name of the question."""
    path = folder / "questions.py"
    if not hasattr(module, "questions"):
        raise AssignmentError(f"{path} defines no questions(settings).")
    try:
        kinds: dict[str, Kind] = dict(module.questions(settings))
    except (AssignmentError, Refused):
        raise
    except Exception as error:
        raise AssignmentError(
            f"{path}: questions(settings) fails: {type(error).__name__}: {error}."
        ) from error
    for name, kind in kinds.items():
        lacking = [each for each in vars(Kind) if each[0] != "_" and each not in dir(kind)]
        if lacking:
            raise AssignmentError(
                f"{path}: {name} is a {type(kind).__name__}, which is no kind of question: it has "
                f"no {', '.join(lacking)}."
            )
    return kinds
