"""What is known of one student's update rule: seen, measured, named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.judging.rule.asked import Judged
from autograder.judging.rule.catalogue import Candidate
from autograder.judging.rule.edges import EdgeCase
from autograder.judging.rule.history import History
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.moments import Identification
from autograder.model import Fault, FloatArray


@dataclass(frozen=True, eq=False)
class Observation:
    """One instance and what the student returned for it."""

    instance: Instance
    history: History

    @property
    def rows(self) -> FloatArray:
        assert self.history.rows is not None
        return self.history.rows


@dataclass(frozen=True)
class Manners:
    """How a function treats what it is given, as single calls have shown by themselves."""

    ignored: tuple[str, ...] = ()
    """Arguments without any effect."""
    remembers: bool = False
    """The same call twice gave different answers."""
    mutates: tuple[str, ...] = ()
    """Arguments that were changed by the call."""
    stops: bool = False
    """Returns fewer entries where its steps are tiny."""
    measured: Mapping[str, float] | None = None
    """Measured strengths of weight decay, by the name that edits know them by."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found; all empty where nothing known explains the evidence."""

    slugs: tuple[str, ...] = ()
    candidate: Candidate | None = None
    """The rule that the student's code computes, apart from its interface."""
    view: str = ""
    """The interface fault through which the trajectory was seen; empty: none."""
    ignored: tuple[str, ...] = ()
    mutates: tuple[str, ...] = ()
    hard_coded: Mapping[str, float] | None = None
    """Values found in place of ignored arguments."""

    @property
    def explains(self) -> bool:
        """Whether the student's trajectories are fully accounted for."""
        return self.candidate is not None


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that is known of one student's update rule."""

    agrees: Mapping[str, bool]
    """By main instance: whether the exact trajectory came back."""
    observations: tuple[Observation, ...]
    expected: Mapping[str, FloatArray]
    manners: Manners
    diagnosis: Diagnosis
    moments: Identification
    right_moments: Identification
    sums_points: bool
    edges: Mapping[EdgeCase, bool]
    """Which of the question's edge cases hold."""
    behaviours: Mapping[str, Judged]
    faults: tuple[Fault, ...] = ()
    elsewhere: tuple[Observation, ...] = ()
    """What else everybody is asked and came back wrong, where no edge case says so already."""
    late: frozenset[str] = frozenset()
    """The calls that ran out of time."""
    alive: bool = True
    """Whether on ordinary calls it moves, to numbers, as its gradients say."""
    told: bool = False
    """Whether the source says of the fault what no number can, dividing by zero at once."""
    shown_right: frozenset[str] = frozenset()
    """The behaviours that are seen on a right trajectory of data."""

    @property
    def right(self) -> bool:
        return all(self.agrees.values())
