"""Colours, dashes and marks of curves: to be told apart on paper, in grey and in the dark.

The colours are named as in matplotlib, but each is a shade that stands out (3 : 1 at least)
from white paper, and a second one that stands out from a dark page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A colour by day and by night, as ``#rrggbb``."""

    light: str
    dark: str

    @property
    def css(self) -> str:
        """The two as custom properties; the page's style sheet chooses."""
        return f"--c:{self.light};--n:{self.dark}"


COLOURS: Mapping[str, Colour] = {
    "blue": Colour("#0072b2", "#56b4e9"),
    "orange": Colour("#c08a00", "#f0b040"),
    "green": Colour("#00805e", "#2fc79a"),
    "red": Colour("#c8500a", "#ff7f45"),
    "purple": Colour("#4b2f98", "#c9b8ff"),
    "brown": Colour("#7a4a12", "#c99a5b"),
    "magenta": Colour("#a3125f", "#ff8cc8"),
    "cyan": Colour("#00838f", "#5fd5e0"),
    "black": Colour("#111111", "#f2f2f2"),
    "grey": Colour("#6b747d", "#939da8"),
}
"""After Okabe and Ito's, darkened or lightened until they stand out; what is drawn in one figure
stays apart for those who see no green as well."""
_NEAR: Mapping[str, str] = {
    "blue": "b royalblue navy",
    "orange": "gold yellow y",
    "green": "g lime limegreen",
    "red": "r crimson firebrick",
    "purple": "violet",
    "brown": "chocolate sienna saddlebrown olive",
    "magenta": "m pink deeppink fuchsia hotpink",
    "cyan": "c deepskyblue teal",
    "black": "k",
    "grey": "gray",
}
"""Other names that are drawn in each of them."""
_OTHER_NAMES = {other: name for name, others in _NEAR.items() for other in others.split()}
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")

DASHES: Mapping[str, str] = {
    "--": ' stroke-dasharray="6 3"',
    ":": ' stroke-dasharray="0.1 3.4"',
    "-.": ' stroke-dasharray="7 3 0.1 3"',
}
"""Attributes of a path, by matplotlib's line style."""

MARKS = (
    "m-2.3 0a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0 -4.6 0",  # a disc
    "m-2.1 -2.1h4.2v4.2h-4.2z",  # a square
    "m0 -2.8l2.6 4.6h-5.2z",  # a triangle
    "m0 -3l2.8 3l-2.8 3l-2.8 -3z",  # a diamond
    "m0 2.8l2.6 -4.6h-5.2z",  # a triangle upside down
    "m-2.6 -2.6l5.2 5.2m0 -5.2l-5.2 5.2",  # a cross
)
"""Outlines of marks, relative to their place."""


def colour_of(name: str, rank: int) -> Colour:
    """The shades of a matplotlib colour name; of an unknown one those of the ``rank``-th colour."""
    plain = name.strip().lower().removeprefix("tab:").removeprefix("dark")
    plain = _OTHER_NAMES.get(plain, plain)
    if plain in COLOURS:
        return COLOURS[plain]
    if _HEX.fullmatch(plain):
        return Colour(plain, plain)
    return list(COLOURS.values())[rank % len(COLOURS)]
