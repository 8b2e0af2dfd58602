"""Where the public checks lie for a student, or for someone in a course folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course import Course
from autograder.errors import UsageError
from autograder.public.codec import FILE_NAME, read_checks
from autograder.submission import label_of


def find_checks(
    file: Path, given: Path | None = None, course: Path | None = None, slug: str | None = None
) -> Path:
    """The file of public checks to try ``file`` on.

    It is what was ``given``; else what lies beside ``file`` or in the working directory; else what
    was released in the course around the working directory.  A ``course`` that is named comes
    before what merely lies about.  A notebook that says which assignment it is of is tried on that
    one's, unless another ``slug`` is named.

    Raises:
        UsageError: there is none, or more than one.
        AssignmentError: it is a course's, and the assignment there is broken.
    """
    if given is not None:
        path = given / FILE_NAME if given.is_dir() else given
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        return path
    if slug is not None:
        return _of_course(course, slug)
    own = label_of(file)
    others = ""
    for path in _lying_about(file) if course is None else ():
        of = read_checks(path).assignment if own else own
        if of == own:
            return path
        others = f", and {path} is of {of}"
    try:
        return _of_course(course, own or None)
    except UsageError as error:
        if not own:
            raise
        raise UsageError(f"{file.name} says that it is of {own}{others}. {error}") from None


def _lying_about(file: Path) -> Iterator[Path]:
    """Beside the file, and here."""
    for folder in (file.parent, Path.cwd()):
        if (folder / FILE_NAME).is_file():
            yield folder / FILE_NAME


def course_folder(course: Path | None = None) -> Path | None:
    """The course that is named or around the working directory; None: a student's machine."""
    if course is not None:
        return Course.find(course).folder
    try:
        return Course.find().folder
    except UsageError:
        return None


def _of_course(course: Path | None, slug: str | None) -> Path:
    folder = course_folder(course)
    if folder is None:
        raise UsageError(
            f"The {FILE_NAME} that came with your notebook is not beside your file or here: put it "
            "there again, or name it with --checks PATH."
        )
    path = _released(folder, slug)
    # Who has the assignment, too, is told of a slip in it, as by every other command.
    if path.parent.name in Course(folder).assignments():
        Course(folder).load(path.parent.name)
    return path


def _released(folder: Path, slug: str | None) -> Path:
    templates = folder / "student_template"
    released = {path.parent.name: path for path in sorted(templates.glob(f"*/{FILE_NAME}"))}
    if slug is not None:
        known = sorted({*released, *Course(folder).assignments()})
        if slug not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f"There is no assignment {slug!r} in {folder}; there is {there}.")
        if slug not in released:
            path = templates / slug / FILE_NAME
            raise UsageError(f"{path} is missing: write it with autograder release {slug}.")
        return released[slug]
    if not released:
        raise UsageError(f"{templates} has no {FILE_NAME} yet: write it with autograder release.")
    default = released.get(Course(folder).default or "")
    if len(released) > 1 and default is None:
        there = ", ".join(released)
        raise UsageError(f"Say which assignment with --assignment SLUG; there is {there}.")
    return default or next(iter(released.values()))
