"""A plain folder: ``alice/...``, ``alice.ipynb``, ``alice.zip``; what no system has claimed.

``alice (1).ipynb``, ``Copy of alice.ipynb`` and ``alice-Copy1.ipynb`` are alice's: a browser,
a drive and Jupyter name copies so.
"""

from __future__ import annotations

import re
from collections import defaultdict

from autograder.model import Identity
from autograder.platforms.level import Claim, Level, Owner, Said
from autograder.submission.names import clean
from autograder.submission.naming import likeness, stem

_COPY = re.compile(
    r"(?P<bare>.*?\S)(?: ?\(\d{1,3}\)|-Copy\d{1,3}|(?: -)? [Cc]opy(?: \d{1,3})?)"
    r"|Copy of (?P<of>.+)",
    re.DOTALL,
)


def claims(level: Level) -> Said:
    """Every name that is left."""
    stems = {name: stem(name) for name in level.names}
    bares = {name: _bare(stems[name]) for name in level.names}
    people = _people(set(stems.values()), bares, level.assignment)
    made = []
    for name in level.names:
        whole, bare = stems[name], bares[name]
        is_copy = bare != whole and bare in people
        student = bare if is_copy else whole
        notice = f"{clean(name)} is named as a copy, and counts as {clean(bare)}'s."
        owner = Owner(student, Identity(id=clean(student).strip()))
        made.append(Claim((name,), (owner,), notice=notice if is_copy else "", is_upload=False))
    return Said(tuple(made))


def _bare(whole: str) -> str:
    """Without what makes it the name of a copy, once."""
    found = _COPY.fullmatch(whole)
    return whole if found is None else stem(found["bare"] or found["of"])


def _people(stems: set[str], bares: dict[str, str], assignment: str) -> set[str]:
    """Bare names that are a person's, and not what several people called their files.

    ``hw.ipynb``, ``hw (1).ipynb`` and ``hw (2).ipynb`` come out of a mailbox: so a name with more
    than one copy must be there itself, and most others must be called otherwise.
    """
    copies: dict[str, set[str]] = defaultdict(set)
    for name, bare in bares.items():
        copies[bare].add(stem(name))
    return {
        bare
        for bare, wholes in copies.items()
        if likeness(bare, assignment) < 2
        and (len(wholes - {bare}) == 1 or (bare in stems and 2 * len(wholes) < len(stems)))
    }
