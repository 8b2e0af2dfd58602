"""Blackboard: a gradebook column's download of attempts.

``{Assignment}_{login}_attempt_{2025-10-31-20-04-05}_{file}``, and beside each attempt's files a
receipt, ``{Assignment}_{login}_attempt_{...}.txt``, whose first line is ``Name: Jane Doe (jdoe)``.
The time is the server's, without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autograder.model import HandedIn, Identity, Source
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Said, note_text

# The first time in a name is Blackboard's: what a student called the file comes behind it.
_NAME = re.compile(
    r"(?P<title>.+?)_(?P<login>[^_]+)_attempt_(?P<stamp>\d{4}(?:-\d\d){5})"
    r"(?:_(?P<file>.+)|(?P<receipt>\.txt))",
    re.DOTALL,
)
_PERSON = re.compile(r"^Name:\s*(?P<name>[^\n(]{1,200}?)\s*\((?P<login>[^)\n]{1,100})\)", re.M)
_NO_FILE = "is Blackboard's receipt, and no file was handed in with it."
NO_ZONE = (
    "Blackboard writes times without a zone: they count once [late] timezone in assignment.toml "
    "says which."
)


def signed(names: Collection[str]) -> set[str]:
    """Those of the names that Blackboard wrote."""
    return {name for name in names if _NAME.fullmatch(name) is not None}


def claims(level: Level) -> Said:
    found = {name: match for name in level.names if (match := _NAME.fullmatch(name))}
    people: dict[str, str] = {}
    for name, match in found.items():
        if match["receipt"] and match["login"] not in people and name in level.files:
            told = _PERSON.search(note_text(level.files[name]) or "")
            if told is not None and told["login"] == match["login"]:
                people[match["login"]] = told["name"]
    made = tuple(_claim(name, match, people, level) for name, match in found.items())
    return Said(made, notices=(NO_ZONE,) if made and level.zone is None else ())


def _claim(name: str, match: re.Match[str], people: dict[str, str], level: Level) -> Claim:
    login, stamp = match["login"], match["stamp"]
    at = times.of_numbers(stamp, level.zone)
    owner = Owner(
        login,
        Identity(login=login, name=people.get(login, "")),
        HandedIn(at, Source.PLATFORM) if at is not None else HandedIn(),
        attempt=int(stamp.replace("-", "")),
    )
    problem = _NO_FILE if match["receipt"] else None
    return Claim((name,), (owner,), match["file"] or name, problem=problem)
