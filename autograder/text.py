"""Text of strangers, made harmless: the one table of what does not show, and half characters; and
how numbers stand in a sentence.

Escaping for HTML, CSV or SQL is the work of whoever writes these; this comes before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

HIDDEN = "…"
"""Stands for what was taken out of a message, as it might be a hidden value."""
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line end: a terminal obeys them
    "\xad\u200b\u2060-\u2064\ufff9-\ufffb"  # no width: words that look alike and are not
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f"  # they end or turn a line ("Trojan source")
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"  # half characters and no characters
    "\U000e0000-\U000e007f]"  # tags: a second text that nobody sees
)
"""One such character.  The joiners U+200C and U+200D are not among them: Persian and emoji need
them to be read."""


def counted(count: int, noun: str) -> str:
    """``1 file``, ``3 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def ended(sentence: str) -> str:
    """With a full stop, unless it has an end, as a question has, and a name like Alice A."""
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def points(score: float | None) -> str:
    """A score as people write it: 18, 17.5, 0.67; a dash where there is none."""
    if score is None:
        return "–"
    rounded = f"{score:.2f}".rstrip("0").rstrip(".")
    return "0" if rounded == "-0" else rounded


def signed(difference: float) -> str:
    """Points more, or fewer: +7, −16.4."""
    return f"{'+' if difference >= 0 else '−'}{points(abs(difference))}"


def without_points(reason: str) -> str:
    """What of a reason for lateness may be read where points are not shown, or are others."""
    return reason.partition(": ")[0].removesuffix(".") + "."


def whole(text: str) -> str:
    r"""The text with half characters (lone surrogates: no UTF-8) written out, as ``\ud800``."""
    return text.encode("utf-8", "backslashreplace").decode()


def whole_throughout(data: object) -> Any:
    """Dicts and lists as JSON has them, with :func:`whole` texts."""
    if isinstance(data, str):
        return whole(data)
    if isinstance(data, dict):
        return {whole(key): whole_throughout(value) for key, value in data.items()}
    return [whole_throughout(item) for item in data] if isinstance(data, list | tuple) else data
