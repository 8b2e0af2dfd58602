"""Where the public checks lie for a student, or for someone in a course folder."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course
from autograder.errors import UsageError
from autograder.public.codec import FILE_NAME


def find_checks(
    file: Path, given: Path | None = None, course: Path | None = None, slug: str | None = None
) -> Path:
    """The file of public checks to try ``file`` on.

    It is what was ``given``; else what lies beside ``file`` or in the working directory; else what
    was released in the course around the working directory.  A ``course`` that is named comes
    before what merely lies about.

    Raises:
        UsageError: there is none, or more than one.
        AssignmentError: it is a course's, and the assignment there is broken.
    """
    if given is not None:
        path = given / FILE_NAME if given.is_dir() else given
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        return path
    if course is None and slug is None:
        for folder in (file.parent, Path.cwd()):
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
    return _of_course(course, slug)


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
            f"There is no {FILE_NAME} beside your file or here: it comes with your notebook, so "
            "put your file back beside it, or name it with --checks PATH."
        )
    path = _released(folder, slug)
    # Who has the assignment, too, is told of a slip in it, as by every other command.
    if path.parent.name in Course(folder).assignments():
        Course(folder).load(path.parent.name)
    return path


def _released(folder: Path, slug: str | None) -> Path:
    templates = folder / "student_template"
    if slug is not None:
        path = templates / slug / FILE_NAME
        if not path.is_file():
            raise UsageError(f"{path} is missing: write it with autograder release {slug}.")
        return path
    found = sorted(templates.glob(f"*/{FILE_NAME}"))
    if not found:
        raise UsageError(f"{templates} has no {FILE_NAME} yet: write it with autograder release.")
    default = templates / (Course(folder).default or "") / FILE_NAME
    if len(found) > 1 and default in found:
        return default
    if len(found) > 1:
        known = ", ".join(path.parent.name for path in found)
        raise UsageError(f"Say which assignment with --assignment SLUG; there is {known}.")
    return found[0]
