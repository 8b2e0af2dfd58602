"""Every system that is known, in and out: one entry here, one file for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from autograder.errors import UsageError
from autograder.formats.csv_table import to_csv
from autograder.formats.json_document import to_json
from autograder.formats.parts import Document, Export
from autograder.model import Grade
from autograder.platforms import (
    blackboard,
    brightspace,
    canvas,
    folder,
    github,
    gradescope,
    moodle,
    nbgrader,
    otter,
)
from autograder.platforms.level import Level, Said
from autograder.platforms.wanted import Wanted, standing_notices

Claims = Callable[[Level], Said]
Exporter = Callable[[Sequence[Grade], Wanted], Export]
Signed = Callable[[Collection[str]], Collection[str]]
PageName = Callable[[Grade, Wanted], str | None]


def _nothing(level: Level) -> Said:
    return Said()


def _none(names: Collection[str]) -> Collection[str]:
    return ()


def _csv(grades: Sequence[Grade], wanted: Wanted) -> Export:
    return Export((Document("grades.csv", to_csv(grades, wanted.info)),))


def _json(grades: Sequence[Grade], wanted: Wanted) -> Export:
    return Export((Document("grades.json", to_json(grades, wanted.info)),))


@dataclass(frozen=True)
class System:
    """What one system writes into a download, and what it takes back."""

    claims: Claims = _nothing
    """Is this level its own? Then who handed in what, when, on whose word."""
    signed: Signed = _none
    """Of names side by side those that it wrote, where it writes into names."""
    export: Exporter | None = None
    page_name: PageName | None = None
    """Where a feedback page lies in the zip that it takes back; None: it takes none."""
    has_roster: bool = False
    """Whether the export can use what the system exported of its people."""
    has_scale: bool = False
    """Whether it takes a number a person, which can be taken to its own scale."""


SYSTEMS: dict[str, System] = {
    "csv": System(export=_csv),
    "json": System(export=_json),
    "gradescope": System(gradescope.claims, gradescope.signed, gradescope.export),
    "nbgrader": System(nbgrader.claims, export=nbgrader.export),
    "moodle": System(
        moodle.claims,
        moodle.signed,
        moodle.export,
        moodle.feedback_name,
        has_roster=True,
        has_scale=True,
    ),
    "canvas": System(
        canvas.claims,
        canvas.signed,
        canvas.export,
        canvas.feedback_name,
        has_roster=True,
        has_scale=True,
    ),
    "blackboard": System(blackboard.claims, blackboard.signed),
    "brightspace": System(brightspace.claims, brightspace.signed),
    "github": System(github.claims),
    "otter": System(otter.claims, export=otter.export),  # its names say no person's
    "folder": System(folder.claims),
}
"""In the order in which they are asked: the last takes what is left."""

FORMATS = tuple(name for name, system in SYSTEMS.items() if system.export is not None)


def signed_by_one(names: Collection[str]) -> bool:
    """Whether most of the names side by side are one system's."""
    return any(2 * len(system.signed(names)) > len(names) for system in SYSTEMS.values())


def is_signed(name: str) -> bool:
    """Whether a system may have written this name: then it is one person's."""
    signed = any(system.signed((name,)) for system in SYSTEMS.values())
    return signed or otter.is_export(name)


def exporting(name: str) -> System:
    """A system that takes grades.  Raises UsageError for one there is not."""
    system = SYSTEMS.get(name)
    if system is None or system.export is None:
        raise UsageError(f"There is no format {name!r}: choose one of {', '.join(FORMATS)}.")
    return system


def export(grades: Sequence[Grade], name: str, wanted: Wanted) -> Export:
    """The files to write for a system.  Raises :class:`UsageError` for a format there is not, and
    for what it has no use for or cannot read."""
    system = exporting(name)
    _require(system.has_roster or wanted.roster is None, name, "A roster is", "has_roster")
    _require(system.has_scale or wanted.out_of is None, name, "--out-of is", "has_scale")
    if wanted.column and name != "canvas":
        raise UsageError(f"--column is used by canvas only, not by {name}.")
    assert system.export is not None  # it takes grades
    made = system.export(grades, wanted)
    standing = standing_notices(grades, wanted) if system.has_scale else ()
    return Export(made.documents, made.notices + standing)


def _require(fits: bool, name: str, what: str, trait: str) -> None:
    if not fits:
        users = [other for other, system in SYSTEMS.items() if getattr(system, trait)]
        raise UsageError(f"{what} used by {' and '.join(sorted(users))} only, not by {name}.")
