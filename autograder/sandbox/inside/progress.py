"""What shows how far a loop is: goes through what it is given, and shows nothing.

A progress bar stands in the very loops that are graded (``for epoch in tqdm(range(n))``), so what
replaces one must give the loop exactly what the real one gives it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import numpy as np


class Quiet:
    """Every attribute of it may be called and does nothing, as ``bar.set_postfix(loss=1)``."""

    def __getattr__(self, name: str) -> Callable[..., Quiet]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Passing(Quiet):
    """``tqdm(iterable)`` and its like: the iterable, unchanged."""

    def __init__(self, iterable: Any = None, *_: object, **__: object) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[object]:
        entries: Iterator[object] = iter(self.iterable)
        return entries

    def __len__(self) -> int:
        return len(self.iterable)

    def __reversed__(self) -> Iterator[object]:
        entries: Iterator[object] = reversed(self.iterable)
        return entries

    def __contains__(self, thing: object) -> bool:
        return bool(thing in self.iterable)

    def __bool__(self) -> bool:
        return True

    def __call__(self, iterable: Any = None, *_: object, **__: object) -> Passing:
        """A bar that was made beforehand: ``bar(range(9))``."""
        return self if iterable is None else Passing(iterable)

    def __repr__(self) -> str:
        return ""

    @staticmethod
    def write(text: object = "", *_: object, end: str = "\n", **__: object) -> None:
        """What ``tqdm.write`` is for: a line of text beside the bar."""
        print(text, end=end)

    @classmethod
    def pandas(cls, *_: object, **__: object) -> None:
        return None

    @classmethod
    def get_lock(cls) -> Quiet:
        return Quiet()

    @classmethod
    def set_lock(cls, *_: object) -> None:
        return None


def _nothing(*_: object, **__: object) -> Quiet:
    return Quiet()


def _range(*numbers: int, **_: object) -> Passing:
    return Passing(range(*numbers))


def _zip(*iterables: Iterable[object], **_: object) -> Passing:
    return Passing(zip(*iterables, strict=False))


def _enumerate(iterable: Any, start: int = 0, *_: object, **__: object) -> Passing:
    if isinstance(iterable, np.ndarray):
        return Passing(np.ndenumerate(iterable))  # as the real one does
    return Passing(enumerate(iterable, start))


def _map(function: Callable[..., object], *iterables: Iterable[object], **_: object) -> Passing:
    return Passing(map(function, *iterables))


def _map_at_once(
    function: Callable[..., object], *iterables: Iterable[object], **_: object
) -> list[object]:
    return list(map(function, *iterables))


def _product(*iterables: Iterable[object], **_: object) -> Passing:
    return Passing(itertools.product(*iterables))


def counted(total: int, *_: object, **__: object) -> Passing:
    """``IPython.display.ProgressBar``: counts from 0 as it is gone through."""
    return Passing(range(total))


TQDM: dict[str, object] = {
    **dict.fromkeys(("tqdm", "tqdm_notebook", "tqdm_gui"), Passing),
    **dict.fromkeys(("trange", "tnrange", "tgrange"), _range),
    **dict.fromkeys(("thread_map", "process_map"), _map_at_once),
    **dict.fromkeys(("tproduct", "product"), _product),
    "tzip": _zip,
    "tenumerate": _enumerate,
    "tmap": _map,
}
"""What tqdm's modules hold under these names, whichever of them is asked."""
