"""The files of a new assignment, laid down for an author to fill in.

What is laid down is whole: it loads, and ``autograder verify`` says which piece comes next.
``assignments/README.md`` goes through it with an example.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from autograder.errors import UsageError

PLACES: Mapping[str, str] = {
    "reference.py": "reference/@slug@.py",
    "assignment.toml": "assignments/@slug@/assignment.toml",
    "questions.py": "assignments/@slug@/questions.py",
    "notebook.md": "assignments/@slug@/notebook.md",
}
"""Where each file of the skeleton goes, from the course folder."""
FOLDERS = ("right_variants", "sample_submissions")
"""Folders of an assignment that an author fills with programs."""


def lay_down(slug: str, title: str | None, course: Path) -> tuple[Path, ...]:
    """Write the skeleton of an assignment into a course folder; the files written, in the order
    in which an author fills them in.

    ``title`` None: the slug in words.  A folder that is no course yet becomes one.

    Raises:
        UsageError: the slug is no name for a function, or something of that name is there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", slug) or keyword.iskeyword(slug):
        raise UsageError(
            f"{slug!r} cannot be an assignment's name: it also names a Python module and a "
            "function, so use small letters, digits and underscores, such as 'weight_decay'."
        )
    title = title or slug.replace("_", " ").capitalize()
    written = {course / _filled(place, slug, title): name for name, place in PLACES.items()}
    for path in (course / "assignments" / slug, *written):
        if path.exists():
            raise UsageError(f"{path} is there already: nothing was written.")
    try:
        for folder in FOLDERS:
            (course / "assignments" / slug / folder).mkdir(parents=True)
        for path, name in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(_template(name), slug, title), encoding="utf-8")
        package = course / "reference" / "__init__.py"
        if not package.exists():
            package.write_text(_template("reference_init.py"), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot write to {course}: {error}.") from error
    return tuple(written)


def _template(name: str) -> str:
    return (files("autograder.authoring") / "skeleton" / f"{name}.in").read_text(encoding="utf-8")


def _filled(text: str, slug: str, title: str) -> str:
    """The text with its marks filled in; a title is a string in TOML and in Python there."""
    plain = title.replace("\\", "").replace('"', "'")
    return text.replace("@slug@", slug).replace("@title@", " ".join(plain.split()))
