"""What a database says when it fails, in words that tell a person what to do."""

from __future__ import annotations

from autograder.extras import how_to_get

_SENTENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("database is locked", "database table is locked"),
        "{name} is locked by another program: wait until that is done, then run this again.",
    ),
    (
        ("disk is full", "no space left", "disk i/o error", "could not extend file"),
        "The disk under {name} is full or fails: make room, then run the same command again "
        "(what is stored stays, and is not graded again).",
    ),
    (
        ("readonly database", "read-only", "attempt to write a readonly"),
        "{name} may not be written: make it writable, or choose another folder with --out.",
    ),
    (
        ("unable to open database file",),
        "{name} cannot be opened: check that its folder exists and may be written.",
    ),
    (
        ("not a database", "malformed"),
        "{name} is damaged or is no store of grades: move it away, and grade again.",
    ),
    (
        ("no module named 'psycopg",),
        f"A PostgreSQL store needs one more package: {how_to_get('postgres')}.",
    ),
    (
        ("authentication failed", "no password supplied", "role "),
        "PostgreSQL refuses {name}: check user and password.",
    ),
    (
        (
            "starting up",
            "shutting down",
            "recovery mode",
            "not yet accepting",
            "server closed the connection",
            "terminating connection",
            "connection is lost",
        ),
        "PostgreSQL at {name} was ended, or is just starting: run this again in a while.",
    ),
    (
        ("connection failed", "connection refused", "connection timeout", "could not translate"),
        "PostgreSQL at {name} does not answer: check that it runs and that the address is right.",
    ),
)


def sentence(name: str, error: BaseException) -> str:
    """One sentence on why the store ``name`` cannot be used, and what to do about it."""
    said = str(getattr(error, "orig", None) or error)
    for signs, words in _SENTENCES:
        if any(sign in said.lower() for sign in signs):
            return words.format(name=name)
    first_line = said.strip().splitlines()[0] if said.strip() else type(error).__name__
    return f"The store {name} cannot be used: {first_line}."
