"""What has been found out about an answer, for when the very same answer comes again.

A class gives few different answers to a call, and those that are the same to the last bit are one
object (:mod:`autograder.sandbox.session`).  What is found out about it goes when it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from autograder.model import Trace

T = TypeVar("T")


class Findings(Generic[T]):
    """One finding for each answer: the latest, with what it was compared or read with."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Trace, tuple[object, T]] = WeakKeyDictionary()

    def of(self, trace: Trace, beside: object, find: Callable[[], T]) -> T:
        """What ``find`` finds of the trace and of what is ``beside`` it."""
        known = self._known.get(trace)
        if known is None or known[0] != beside:
            known = self._known[trace] = (beside, find())
        return known[1]
