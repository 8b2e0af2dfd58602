"""Pictures that nobody looks at: matplotlib's simple ones are put off, and mostly never made.

A figure with its axes takes 15 ms in a fresh process, which is more than most notebooks compute.
So ``plt.plot(xs, ys, label="path")`` and its like are written down, and made only when something
else is asked of pyplot than what stands here.  ``plt.show()`` forgets them.

Code cannot tell the difference.  Put off is only what certainly raises and warns of nothing, judged
by its arguments, and whose value nobody takes: the call is a statement of its own.  And only while
there is no figure that anyone could hold; what was put off is made before any other function of
pyplot does its work, from copies of the numbers there were.
"""

from __future__ import annotations

import contextlib
import functools
import opcode
import re
import sys
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POP, _CACHE = opcode.opmap["POP_TOP"], opcode.opmap.get("CACHE", -1)
_MOST, _LARGEST = 15, 1000
"""Figures that are put off, of more than 20 that are open matplotlib warns; and calls."""
_FORMAT = re.compile(
    r"[bgrcmyk]? (?: (?:--|-\.|-|:)? [.,ov^<>s*+xD]? | [.,ov^<>s*+xD]? (?:--|-\.|-|:)? )",
    re.VERBOSE,
)
_LINES = frozenset({"-", "--", "-.", ":"})
_MARKERS = frozenset(".,ov^<>s*+xD")
_PLACES = frozenset(
    {"best", "center", "right", "center left", "center right"}
    | {f"{high} {side}" for high in ("upper", "lower") for side in ("left", "center", "right")}
)

_SHORT = (("color", "c"), ("linestyle", "ls"), ("linewidth", "lw"), ("markersize", "ms"))
_IN_FORMAT = frozenset({"color", "c", "linestyle", "ls", "marker"})
_NUMBERS = frozenset({int, float, np.float64, np.int64})

Function = Callable[..., Any]
_Arguments = tuple[tuple[object, ...], dict[str, object]]
_Look = Callable[[tuple[object, ...], dict[str, object]], _Arguments]
_Check = Callable[[object], bool]


class _Unclear(Exception):
    """What this call does is left to matplotlib."""


class Pictures:
    """What was asked of pyplot and has not been done yet."""

    def __init__(self, pyplot: types.ModuleType) -> None:
        """Put itself before all functions of ``pyplot``."""
        colours = sys.modules["matplotlib.colors"]
        self._is_colour: _Check = colours.is_color_like
        self._own = vars(pyplot)
        self._numbers: Callable[[], list[int]] = pyplot.get_fignums
        self._waiting: list[tuple[Function, tuple[object, ...], dict[str, object]]] = []
        self._figures, self._labelled = 0, False
        """How many are put off, and whether something in the newest has a label."""
        looks: dict[str, _Look] = {
            "figure": self._figure,
            "plot": self._plot,
            "legend": self._legend,
            "grid": self._grid,
            "close": self._close,
            **dict.fromkeys(("title", "xlabel", "ylabel"), self._text),
        }
        for name, function in list(self._own.items()):
            if isinstance(function, types.FunctionType) and not name.startswith("_"):
                self._own[name] = self._before(function, looks.get(name))

    def forget(self) -> None:
        """Nobody will see what has been put off."""
        self._waiting.clear()
        self._figures, self._labelled = 0, False

    def _make(self) -> None:
        waiting = self._waiting[:]
        self.forget()
        for function, args, named in waiting:
            function(*args, **named)

    def _before(self, function: Function, look: _Look | None) -> Function:
        """The function, put off where ``look`` finds nothing in its arguments against that."""

        @functools.wraps(function)
        def wrapped(*args: object, **named: object) -> object:
            if look is not None:
                frame = sys._getframe(1)
                if self._may_wait(frame):
                    with contextlib.suppress(_Unclear):
                        self._waiting.append((function, *look(args, named)))
                        return None
            if self._waiting:
                self._make()
            return function(*args, **named)

        return wrapped

    def _may_wait(self, frame: types.FrameType) -> bool:
        """Whether what the frame calls is for no one: pyplot's own functions call each other."""
        if frame.f_globals is self._own or not _drops(frame):
            return False
        return len(self._waiting) < _LARGEST and not self._numbers()

    # ------------------------------------------------ arguments, copied; _Unclear: left to it

    def _figure(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        _only(named, {"figsize": _is_size, "dpi": _is_positive})
        if args or self._figures >= _MOST:
            raise _Unclear
        self._figures, self._labelled = self._figures + 1, False
        return args, named

    def _plot(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        _only(
            named,
            {
                "label": _is_text,
                "color": self._is_text_of_colour,
                "c": self._is_text_of_colour,
                **dict.fromkeys(("linestyle", "ls"), _one_of(_LINES)),
                "marker": _one_of(_MARKERS),
                **dict.fromkeys(("linewidth", "lw", "markersize", "ms"), _is_positive),
                "alpha": _is_share,
            },
        )
        if any(name in named and short in named for name, short in _SHORT):
            raise _Unclear
        if args and type(args[-1]) is str and not named.keys().isdisjoint(_IN_FORMAT):
            raise _Unclear  # of what is said twice matplotlib warns
        numbers: tuple[object, ...] = args
        form: tuple[object, ...] = ()
        if args and type(args[-1]) is str:
            numbers, form = args[:-1], args[-1:]
            if not (_FORMAT.fullmatch(args[-1]) or self._is_text_of_colour(args[-1])):
                raise _Unclear
        arrays = [_row(one) for one in numbers]
        if len({len(one) for one in arrays}) != 1 or len(arrays) > 2:
            raise _Unclear
        label = str(named.get("label", ""))
        self._labelled |= bool(label) and not label.startswith("_")
        self._figures = max(1, self._figures)
        return (*arrays, *form), named

    def _legend(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        _only(named, {"loc": _one_of(_PLACES), "fontsize": _is_positive})
        if args or not self._labelled:
            raise _Unclear
        return args, named

    def _grid(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        if named or len(args) > 1 or not all(type(one) is bool for one in args):
            raise _Unclear
        self._figures = max(1, self._figures)
        return args, named

    def _close(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        if named or [type(one) for one in args] not in ([], [str]):
            raise _Unclear
        if args != ("all",) if args else self._figures > 1:
            raise _Unclear
        self.forget()
        return args, named

    def _text(self, args: tuple[object, ...], named: dict[str, object]) -> _Arguments:
        _only(named, {"fontsize": _is_positive})
        if len(args) != 1 or type(args[0]) is not str:
            raise _Unclear
        self._figures = max(1, self._figures)
        return args, named

    def _is_text_of_colour(self, value: object) -> bool:
        # A digit alone is a colour as a keyword, and in a format it is none.
        return type(value) is str and not value.isdigit() and self._is_colour(value)


def _only(named: Mapping[str, object], allowed: Mapping[str, _Check]) -> None:
    for name, value in named.items():
        check = allowed.get(name)
        if check is None or not check(value):
            raise _Unclear


def _one_of(words: frozenset[str]) -> _Check:
    return lambda value: type(value) is str and value in words


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_positive(value: object) -> bool:
    return type(value) in _NUMBERS and 0 < value < _LARGEST  # type: ignore[operator]


def _is_share(value: object) -> bool:
    return type(value) is float and 0 <= value <= 1


def _is_size(value: object) -> bool:
    return type(value) is tuple and len(value) == 2 and all(map(_is_positive, value))


def _row(value: object) -> NDArray[Any]:
    """A copy of a row of numbers."""
    if type(value) not in (list, tuple, range, np.ndarray):
        raise _Unclear
    try:
        row = np.array(value)
    except ValueError:
        raise _Unclear from None
    if row.ndim != 1 or row.dtype.kind not in "biuf":
        raise _Unclear
    return row


def _drops(frame: types.FrameType) -> bool:
    """Whether the value of the call that the frame is at is thrown away."""
    code, at = frame.f_code.co_code, frame.f_lasti + 2
    while at < len(code) and code[at] == _CACHE:
        at += 2
    return at < len(code) and code[at] == _POP
