"""Blackboard: a gradebook column's download of attempts.

``{Assignment}_{login}_attempt_{2025-10-31-20-04-05}_{file}``, and beside each attempt's files a
receipt, ``{Assignment}_{login}_attempt_{...}.txt``, which begins with ``Name: Jane Doe (jdoe)`` and
says the zone of the server, in which the time in the name is, too:
``Date Submitted: Saturday, November 1, 2025 6:30:00 PM EDT``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from autograder.model import HandedIn, Identity, Source
from autograder.platforms import times
from autograder.platforms.entries import Entry
from autograder.platforms.level import Claim, Level, Owner, Said, note_text

# The first time in a name is Blackboard's: what a student called the file comes behind it.
_NAME = re.compile(
    r"(?P<before>.+?_[^_]+)_attempt_(?P<stamp>\d{4}(?:-\d\d){5})"
    r"(?:_(?P<file>.+)|(?P<receipt>\.txt))",
    re.DOTALL,
)
_PERSON = re.compile(
    r"^Name:\s*(?P<name>[^\n]{1,200}?)\s*\((?P<login>[^()\n]{1,100})\)[^\S\n]*$", re.M
)
_SUBMITTED = re.compile(r"^Date Submitted:.{1,80}[ap]m\s+(?P<zone>[a-z]{1,5})\s*$", re.M | re.I)
_HEAD = 4
"""Lines of a receipt that are Blackboard's: below is what a student typed."""
_NO_FILE = "is Blackboard's receipt, and no file was handed in with it."
NO_ZONE = (
    "Blackboard writes times without a zone, and has no receipt beside them that tells it: they "
    "count once [late] timezone in assignment.toml says which."
)


def signed(names: Collection[str]) -> set[str]:
    """Those of the names that Blackboard wrote."""
    return {name for name in names if _NAME.fullmatch(name) is not None}


def claims(level: Level) -> Said:
    found = {name: match for name in level.names if (match := _NAME.fullmatch(name))}
    receipts = {
        (match["before"], match["stamp"]): _receipt(level.files[name], match["before"])
        for name, match in found.items()
        if match["receipt"] and name in level.files
    }
    titles = sorted({r.title for r in receipts.values() if r.title}, key=len, reverse=True)
    made = tuple(_claim(name, match, receipts, titles, level.zone) for name, match in found.items())
    zoneless = any(owner.handed_in == HandedIn() for claim in made for owner in claim.owners)
    return Said(made, notices=(NO_ZONE,) if zoneless else ())


@dataclass(frozen=True)
class _Receipt:
    """What stands at the head of a receipt, above what the student typed."""

    name: str = ""
    title: str = ""
    """Of the assignment, as it begins the names of all files."""
    zone: tzinfo | None = None


def _receipt(entry: Entry, before: str) -> _Receipt:
    head = "\n".join((note_text(entry) or "").splitlines()[:_HEAD])
    person, submitted = _PERSON.search(head), _SUBMITTED.search(head)
    if person is None or not before.endswith("_" + person["login"]):
        return _Receipt()
    title = before.removesuffix("_" + person["login"])
    return _Receipt(person["name"], title, times.zone_of(submitted["zone"]) if submitted else None)


def _login(before: str, titles: Sequence[str]) -> str:
    """Behind the title, which receipts tell, for both may have underscores; else the last part."""
    behind = (before.removeprefix(t + "_") for t in titles if before.startswith(t + "_"))
    return next(filter(None, behind), before.rpartition("_")[2])


def _claim(
    name: str,
    match: re.Match[str],
    receipts: Mapping[tuple[str, str], _Receipt],
    titles: Sequence[str],
    zone: tzinfo | None,
) -> Claim:
    login, stamp = _login(match["before"], titles), match["stamp"]
    receipt = receipts.get((match["before"], stamp), _Receipt())
    at = times.of_numbers(stamp, receipt.zone or zone)
    owner = Owner(
        login,
        Identity(login=login, name=receipt.name),
        HandedIn(at, Source.PLATFORM) if at is not None else HandedIn(),
        attempt=int(stamp.replace("-", "")),
    )
    problem = _NO_FILE if match["receipt"] else None
    return Claim((name,), (owner,), match["file"] or name, problem=problem)
