"""How identifiers and names are compared: exactly, but for case and for how letters are encoded.

Nothing is guessed.  A name is also compared as learning platforms squeeze it into the names of
files, and with the last name first or last; where that fits two people it fits nobody.
"""

from __future__ import annotations

import unicodedata


def key(text: str) -> str:
    """An identifier as it is compared."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())


def spellings(name: str) -> set[str]:
    """A name as people write it: ``Doe, Jane`` is also ``Jane Doe``."""
    last, _, first = name.partition(",")
    return {" ".join(key(text).split()) for text in (name, f"{first} {last}")} - {""}


def squeezed(name: str) -> set[str]:
    """A name without blanks, as in names of files: ``doejane``, ``janedoe``."""
    last, comma, first = name.partition(",")
    if not comma:
        *given, last = name.split() or [""]
        first = " ".join(given)
    return {_letters(text) for text in (name, last + first, first + last)} - {""}


def _letters(text: str) -> str:
    return "".join(character for character in key(text) if character.isalnum())
