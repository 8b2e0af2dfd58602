"""Calls that are the same for everybody, beside a student's own of the same names.

Whether code is right is seen on instances of the student's own.  What wrong code is worth is found
out on common ones: how much of a fault shows depends on the numbers of an instance, so that on
instances of their own the same code would earn one student more than another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from autograder.model import Call, Trace

_COMMON = "for everybody: "


@lru_cache(maxsize=16384)
def for_everybody(call: Call) -> Call:
    """A call of the common exam, by a name that no own call has."""
    return replace(call, name=_COMMON + call.name)


def answers_to(names: Iterable[str], traces: Mapping[str, Trace]) -> dict[str, Trace]:
    """The answers to common calls, by the names that they have in their exam."""
    found = ((name, traces.get(_COMMON + name)) for name in names)
    return {name: trace for name, trace in found if trace is not None}


def was_asked(call: Call, traces: Mapping[str, Trace]) -> bool:
    """Whether a call of the common exam has its answer."""
    return _COMMON + call.name in traces
