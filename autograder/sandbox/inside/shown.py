"""What cells have shown: ``_``, ``__``, ``___``, ``_3``, ``Out[3]``, and ``In``.

Jupyter keeps the value that a cell ends with.  Hardly a notebook asks for one: they are kept only
where the text of the cells may do so (:func:`asks`).  They lie among Python's own names, where a
variable of the student's that is called ``_`` hides them.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence

_NAME = "<shown>"
"""Of the value, while its cell runs; no name that code can have."""
_MAYBE = (" _", "(_", "=_", "\n_", "Out[", "In[", "(Out", "(In", " Out", " In")
"""One of these is in a text that asks for what was shown, and they are found quickly."""
_ASKS = re.compile(
    r"""
    \b (?:Out | In) \b
    | (?<! \bfor ) (?<! [,.] ) [\s(=] _ (?: __? | \d+ )? \b (?! \s* (?: , | in\b | =[^=] ) )
    """,
    re.VERBOSE,
)


def asks(sources: Sequence[str]) -> bool:
    """Whether some cell may ask for what another has shown."""
    return any(
        any(part in source for part in _MAYBE) and _ASKS.search(source) is not None
        for source in sources
    )


class Shown:
    """The values that a notebook's cells have shown."""

    def __init__(self) -> None:
        self._in, self._out = [""], dict[int, object]()
        self._last: list[object] = ["", "", ""]
        vars(builtins).update(In=self._in, Out=self._out)

    def begin(self, source: str) -> str:
        """Before a cell; the name that the value it ends with is to be given."""
        self._in.append(source)
        return _NAME

    def end(self, index: int, namespace: dict[str, object]) -> None:
        """After it; ``index``: of the cell, from 0."""
        value = namespace.pop(_NAME, None)
        if value is None:
            return
        self._out[index + 1] = value
        self._last = [value, *self._last[:2]]
        names = dict(zip(("_", "__", "___"), self._last, strict=True))
        vars(builtins).update({**names, f"_{index + 1}": value})
