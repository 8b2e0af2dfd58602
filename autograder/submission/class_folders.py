"""Tells a class's folder that lies among submissions from the folder of one student's work.

The rule is in :mod:`.layout`.  Where in doubt a folder is one student's: the files that are then
passed over are named in the result, while a student made up of half of another's work is not seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.submission.archive import is_archive
from autograder.submission.lms_names import are_canvas_names, parse_lms_name
from autograder.submission.naming import likeness, stem
from autograder.submission.reading import kind_of

Contents = Sequence[tuple[str, ...]]
"""What lies below a folder: of each file the names down to it."""

_OWN_FOLDER = re.compile(
    r"(\w|[a-z]\d|src|source|code|work|data|lib|utils?|helpers?|models?|tests?|old|new|drafts?|"
    r"backups?|archive|final|copy|notebooks?|scripts?|python|py|report|"
    r"(parts?|tasks?|questions?|exercises?|ex|problems?|weeks?|versions?|attempts?|tr(y|ies)|"
    r"steps?|hw|homework|assignments?)[\W_]*\w{0,3})",
    re.IGNORECASE,
)
"""How students name folders of their own."""


def class_folders(folders: Mapping[str, Contents], assignment: str) -> frozenset[str]:
    """Which of the folders and archives side by side are a class's, by what lies below each."""
    seen = {name: _past_wrappers(name, below) for name, below in folders.items()}
    named = {name for name, below in seen.items() if not _is_lms(name) and _has_lms_names(below)}
    inner = {
        name: _folders_in(below)
        for name, below in seen.items()
        if name not in named and not _is_lms(name) and _may_be_a_class(below, assignment)
    }
    usual = Counter(child for children in inner.values() for child in children)
    apart = {name for name, children in inner.items() if all(usual[c] == 1 for c in children)}
    for kind in (True, False):  # an archive beside folders says nothing of them
        alike = [name for name in seen if is_archive(name) is kind and name not in named]
        if any(_holds_one_itself(folders[name]) for name in alike):
            apart.difference_update(alike)
    return frozenset(named | apart)


def _past_wrappers(name: str, below: Contents) -> Contents:
    """What is in the innermost of folders that each hold nothing but the next."""
    while not _is_lms(name) and len({parts[0] for parts in below}) == 1:
        if any(len(parts) == 1 for parts in below) or _is_lms(below[0][0]):
            break
        name, below = below[0][0], [parts[1:] for parts in below]
    return below


def _has_lms_names(below: Contents) -> bool:
    found = [lms for name in {p[0] for p in below} if (lms := parse_lms_name(name)) is not None]
    if any(lms.system == "moodle" for lms in found):
        return True
    people = {lms.name for lms in found}
    return len(people) > 1 and are_canvas_names({parts[0] for parts in below})


def _may_be_a_class(below: Contents, assignment: str) -> bool:
    children = _folders_in(below)
    return (
        len(children) > 1
        and not _holds_one_itself(below)
        and not any(likeness(child, assignment) for child in children)
        and not any(_OWN_FOLDER.fullmatch(stem(child)) for child in children)
    )


def _folders_in(below: Contents) -> set[str]:
    """Those that hold a submission."""
    return {parts[0] for parts in below if len(parts) > 1 and kind_of(parts[-1])}


def _holds_one_itself(below: Contents) -> bool:
    return any(len(parts) == 1 and kind_of(parts[0]) for parts in below)


def _is_lms(name: str) -> bool:
    return parse_lms_name(name) is not None
