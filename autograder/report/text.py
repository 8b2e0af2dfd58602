"""Text of strangers, made fit to be shown: what is invisible becomes visible, what is endless ends.

Escaping for HTML is the template engine's work; this comes before it and serves terminals as well.
"""

from __future__ import annotations

import re
import textwrap

from autograder.text import INVISIBLE

WIDTH = 80
_COLOURING = re.compile("\x1b\\[[0-9;]*m")


def visible(text: str) -> str:
    r"""The text with harmful characters written out, as in ``\x1b`` or ``\u202e``."""
    if INVISIBLE.search(text) is None:
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub(_written_out, unified)


def uncoloured(text: str) -> str:
    """Printed text without the sequences that colour it in a terminal."""
    return _COLOURING.sub("", text)


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line, no longer than ``limit`` characters, for names and labels."""
    flat = " ".join(visible(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


BY_COMMAND_LINE = " (command line)"
"""Ends the name of whoever decided there and of whom nothing else is known."""


def signed_by(who: str, limit: int = 200, *, begins: bool = False) -> str:
    """Who decided something, as a student reads it, to whom it is the same by what program it was
    done.  ``begins``: at the beginning of a sentence."""
    name = one_line(who.removesuffix(BY_COMMAND_LINE), limit)
    return f"T{name[1:]}" if begins and name.startswith("the ") else name


def shortened(text: str, limit: int, more: str) -> str:
    """The text's first ``limit`` characters; ``more`` says how many were left out, as {count}."""
    if len(text) <= limit:
        return text
    return text[:limit] + more.format(count=len(text) - limit)


def wrapped(text: str, indent: str = "") -> str:
    """Lines that fit a page of 80 columns, each ended; nothing for an empty text."""
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    return "".join(f"{line}\n" for line in lines)


def share(part: float) -> str:
    """A percentage that says 100 only when it is."""
    return "100 %" if part == 1 else f"{min(100 * part, 99.99):.2f} %"


def _written_out(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
