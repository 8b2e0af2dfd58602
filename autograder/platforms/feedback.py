"""Feedback pages as the zip that a platform takes back in bulk."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from typing import BinaryIO

from autograder.errors import UsageError
from autograder.model import Grade
from autograder.platforms.systems import SYSTEMS
from autograder.platforms.wanted import Wanted
from autograder.text import counted

_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file in it: the same pages give the same bytes."""


def write_feedback(
    grades: Iterable[Grade],
    system: str,
    wanted: Wanted,
    page: Callable[[str], bytes | None],
    file: BinaryIO,
) -> tuple[str, ...]:
    """Write the zip to ``file``; sentences on whom it does not reach.

    ``page`` gives the page of a student; None: there is none.  Raises UsageError where the system
    takes no feedback in bulk.
    """
    name_of = SYSTEMS[system].page_name
    if name_of is None:
        takers = sorted(name for name, other in SYSTEMS.items() if other.page_name is not None)
        raise UsageError(f"{system} takes no feedback files in bulk; {' and '.join(takers)} do.")
    unknown, missing = list[str](), list[str]()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in sorted(grades, key=lambda grade: (grade.student, grade.file)):
            name, contents = name_of(grade, wanted), page(grade.student)
            if name is None:
                unknown.append(grade.student)
            elif contents is None:
                missing.append(grade.student)
            else:
                entry = zipfile.ZipInfo(name, _DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, contents)
    notices = []
    if unknown:
        notices.append(
            f"{counted(len(unknown), 'page')} not in the zip, since the file that was graded is "
            f"not named as {system.capitalize()} names downloads: {_listed(unknown)}."
        )
    if missing:
        notices.append(
            f"Without a feedback page: {_listed(missing)}; autograder feedback writes them."
        )
    return tuple(notices)


def _listed(names: list[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
