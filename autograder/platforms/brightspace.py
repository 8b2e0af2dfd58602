"""Brightspace (D2L): a download of an assignment's submissions.

``{12345}-{678901} - {First Last} - {Oct 31, 2025 804 PM}``, a folder, or with `` - {file}`` behind
it where the files lie flat; beside them an ``index.html``.  The time is the site's, without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autograder.model import HandedIn, Identity, Source
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Read, Said

_NAME = re.compile(
    r"(?P<user>\d+)-\d+ - (?P<name>.+?) - (?P<time>[^-]{1,20}\b\d{4}\b[^-]{1,20}?)"
    r"(?: - (?P<file>.+))?",
    re.DOTALL,
)
NO_ZONE = (
    "Brightspace writes times without a zone: they count once [late] timezone in assignment.toml "
    "says which."
)
_NOT_ENGLISH = (
    "Brightspace's times are in another language than English here, and were not read: give them "
    "with --times."
)


def signed(names: Collection[str]) -> set[str]:
    """Those of the names that Brightspace wrote."""
    return {name for name in names if _NAME.fullmatch(name) is not None}


def claims(level: Level) -> Said:
    found = {name: match for name in level.names if (match := _NAME.fullmatch(name))}
    if not found:
        return Said()
    made = tuple(_claim(name, match, level) for name, match in found.items())
    index = level.files.get("index.html")
    read = (Read(index, "Brightspace's list of submissions"),) if index is not None else ()
    notices = []
    if level.zone is None:
        notices.append(NO_ZONE)
    elif not all(times.is_english(match["time"]) for match in found.values()):
        notices.append(_NOT_ENGLISH)
    return Said(made, read, tuple(notices))


def _claim(name: str, match: re.Match[str], level: Level) -> Claim:
    at = times.of_english(match["time"], level.zone)
    owner = Owner(
        match["name"],
        Identity(name=match["name"], number=match["user"]),
        HandedIn(at, Source.PLATFORM) if at is not None else HandedIn(),
        attempt=int(at.timestamp()) if at is not None else 0,
    )
    return Claim((name,), (owner,), match["file"] or "")
