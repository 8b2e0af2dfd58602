"""What an assignment says of an update rule: its right form, its faults, its points, its ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from autograder.errors import AssignmentError
from autograder.judging.rule.catalogue import Catalogue
from autograder.judging.rule.edges import GENERAL, EdgeCase
from autograder.judging.rule.hyperparameters import Range, by_role
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.moments import Identification
from autograder.judging.rule.probes import streamed
from autograder.kept.arrays import NO_SHELF, Shelf
from autograder.model import FloatArray, Picture
from autograder.settings import Convention


class Behaviour(Protocol):
    """Something a rule does that the lecture shows; assignments define their own."""

    @property
    def name(self) -> str:
        """Also the name of its check, to which the assignment gives points."""

    @property
    def instances(self) -> Sequence[Instance]: ...

    def judge(self, shown: Shown) -> Judged:
        """From the student's own trajectories on these instances."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What a behaviour may look at."""

    histories: Mapping[str, FloatArray]
    """Rows by instance name; an instance whose answer was no history is absent."""
    moments: Identification
    """What was recovered and explains the student's steps; what does not is absent."""
    name: str
    """The student's function."""
    right: Mapping[str, FloatArray] = field(default_factory=dict)
    """What right code answers, by instance name, where students may see it; else empty."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What a behaviour has to say."""

    passed: bool
    message: str
    pictures: tuple[Picture, ...] = ()
    tried: bool = True
    """False: there was nothing to look at; ``message`` says what was missing."""


@dataclass(frozen=True, eq=False)
class Conventions:
    """What an assignment makes of faults that other courses teach."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """By slug: the share of the question's points that it costs, 0 to 1; absent: in full."""
    silent: frozenset[str] = frozenset()
    """Slugs that are accepted without a word."""

    @classmethod
    def of(cls, table: Mapping[str, Convention]) -> Conventions:
        """From the table [conventions] of an assignment.toml."""
        return cls(
            {slug: one.share or 0.0 for slug, one in table.items() if one.policy != "full"},
            frozenset(slug for slug, one in table.items() if one.policy == "accept"),
        )

    def covers(self, slugs: Sequence[str]) -> bool:
        return bool(slugs) and all(slug in self.shares for slug in slugs)

    def share(self, slugs: Sequence[str]) -> float:
        return max(self.shares[slug] for slug in slugs)


@dataclass(frozen=True, eq=False)
class Rule:
    """One update rule as an assignment asks for it."""

    function: str
    catalogue: Catalogue
    points: Mapping[str, float]
    """By name of the check; see :mod:`autograder.judging.rule.points` for the parts of a rule."""
    ranges: Mapping[str, Range]
    """Every hyper-parameter of the function, and from where hidden instances draw it."""
    reach: Mapping[str, Range] = field(default_factory=dict)
    """How far they may go at all, which is asked of edited programs; absent: as in ``ranges``."""
    defaults: Mapping[str, float] = field(default_factory=dict)
    """What hyper-parameters are where a call leaves them out; absent: no call does."""
    besides: tuple[Instance, ...] = ()
    """Calls of the assignment's own that everybody is asked; see :mod:`.unlike`."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Which part of the rule an argument belongs to; absent: the step."""
    behaviours: tuple[Behaviour, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)
    tolerance: float = 1e-6
    """Entries further off are wrong, on drawn instances.  ``verify`` shows the margin: rounding
    lies a thousand times below, every known fault a thousand times above.  A long run of a
    lecture's own data has none (paths in single precision are 1.2e-6 off there, and with an epsilon
    of 1e-8 so are some faults), so that no entry of one is held against this."""
    edge_cases: tuple[EdgeCase, ...] = GENERAL
    """What the check ``edge cases`` asks, each for an equal share of its points."""
    power: float = 0.5
    """Of the second moment, by which a step is divided; 1/2 is the root."""
    right_path: bool = False
    """Whether behaviours may draw the right path beside the student's."""
    recorded: bool = False
    """True: a run under recorded gradients that rise and fall is judged like the drawn ones, for a
    rule in which a fault may show under such gradients only (a maximum that is left out)."""

    shelf: Shelf = NO_SHELF
    """Keeps what is the same for every student."""

    public_calls = True

    def __post_init__(self) -> None:
        """Raises AssignmentError: one role is played twice, or points are for no edge case."""
        by_role(self.ranges)
        if "edge cases" in self.points and not self.edge_cases:
            raise AssignmentError(
                f"{self.function}: there are points for edge cases, but edge_cases names none."
            )

    @property
    def functions(self) -> tuple[str, ...]:
        return (self.function,)

    @property
    def moments(self) -> Mapping[str, str]:
        """Which of ``first`` and ``second`` can be recovered, and the names they go by here."""
        names = {"first moment": "first", "velocity": "first", "second moment": "second"}
        return {names[name]: name for name in self.points if name in names}

    @property
    def habits(self) -> Mapping[str, tuple[float, ...]]:
        """Values that people write into their code in place of a hyper-parameter, by its name."""
        return {name: range_.habits for name, range_ in self.ranges.items() if range_.habits}

    @cached_property
    def shown(self) -> tuple[Instance, ...]:
        """What the behaviours look at; several may look at one call."""
        each = (instance for behaviour in self.behaviours for instance in behaviour.instances)
        return tuple({instance.name: instance for instance in each}.values())

    @cached_property
    def right_shown(self) -> Mapping[str, FloatArray]:
        """The right trajectories on these, by name."""
        return {instance.name: self._right_on(instance) for instance in self.shown}

    def _right_on(self, shown: Instance) -> FloatArray:
        name = f"{self.function}: right on {shown.name}"
        return self.shelf.array(name, lambda: self.catalogue.right().trajectories(shown)[0])

    def told_apart_on(self, instance: Instance) -> tuple[Instance, ...]:
        """The instances that come with a drawn one; on one of them every fault must show."""
        return (instance, streamed(instance)) if self.recorded else (instance,)
