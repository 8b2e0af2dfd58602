"""What is known of one student's update rule: seen, measured, named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.judging.rule.asked import Judged
from autograder.judging.rule.catalogue import Candidate, Edit, Family
from autograder.judging.rule.edges import EdgeCase
from autograder.judging.rule.history import History
from autograder.judging.rule.instance import IN_ORDER, Instance
from autograder.judging.rule.moments import Factors, Identification
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


@dataclass(frozen=True, eq=False)
class Compared:
    """One call, and how its answer compares with what it should be."""

    seen: Observation
    expected: FloatArray
    """Rows that are right, or those of a convention that the code follows."""
    right: bool
    late: bool
    """It ran out of time."""
    counts: bool
    """Everybody is asked it, and has to get it right."""

    @property
    def instance(self) -> Instance:
        return self.seen.instance


@dataclass(frozen=True)
class Bound:
    """A hyper-parameter that makes no difference near its ordinary values, and does far away."""

    name: str
    above: bool | None
    """True: all that is given above some value gives the same; False: below; None: neither is so,
    far below and far above make a difference."""
    alike: tuple[float, float]
    """Two values that were given and gave the same."""
    apart: float
    """One that was given beside them and gave something else."""
    value: float | None = None
    """What counts in place of all that is given beyond; None: not known."""

    def taken(self, given: float) -> float:
        """What counts where this is given."""
        if self.value is None or self.above is None:
            return given
        return min(given, self.value) if self.above else max(given, self.value)


@dataclass(frozen=True)
class Manners:
    """How a function treats what it is given, as single calls have shown by themselves."""

    ignored: tuple[str, ...] = ()
    """Arguments without any effect."""
    bounded: tuple[Bound, ...] = ()
    """Hyper-parameters without effect near their ordinary values only."""
    remembers: bool = False
    """The same call twice gave different answers."""
    mutates: tuple[str, ...] = ()
    """Arguments that were changed by the call."""
    stops: bool = False
    """Returns fewer entries where its steps are tiny."""
    measured: Mapping[str, float] | None = None
    """Measured strengths of weight decay, by the name that edits know them by."""
    orders: tuple[tuple[int, ...], ...] = ()
    """Other orders in which the gradients may be asked for w, b, x and y."""
    form: str = ""
    """The name of what is wrong with how the histories are returned; empty: nothing."""


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
    bounds: tuple[Bound, ...] = ()
    """Hyper-parameters without effect near their ordinary values only; where the candidate was
    found by them, with the values that count."""
    family: Family | None = None
    """What computes the candidate, and nothing else."""
    order: tuple[int, ...] = IN_ORDER
    """In which order the gradients are asked for w, b, x and y."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The faults that the candidate has, with a name or without."""
        return () if self.candidate is None else self.candidate.edits

    def taken(self, instance: Instance) -> Instance:
        """The instance with those hyper-parameters that count in the student's code."""
        bounds = {b.name: b.taken(instance.hyper[b.name]) for b in self.bounds}
        fixed = self.hard_coded or {}
        return instance.with_hyper({**bounds, **fixed})

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
    explained: bool
    """Whether the moments recovered explain steps that had no part in recovering them."""
    factors: Factors | None
    """By what the steps are off, where nothing known explains them but a factor does."""
    sums_points: bool | None
    """Whether the gradient is the sum over all points; None: it could not be seen."""
    edges: Mapping[EdgeCase, bool | None]
    """Which of the question's edge cases hold; None: there was no answer to tell by."""
    behaviours: Mapping[str, Judged]
    edges_in_numbers: frozenset[str] = frozenset()
    """Names of edge cases whose own call came back with numbers only."""
    in_numbers: bool = True
    """Whether the ordinary call did so that these are made of."""
    not_summed: tuple[str, ...] = ()
    """What speaks against the sum, by the keys of its words."""
    faults: tuple[Fault, ...] = ()
    elsewhere: tuple[Observation, ...] = ()
    """What else everybody is asked and came back wrong, where no edge case says so already."""
    compared: tuple[Compared, ...] = ()
    """All calls, where some are right and others not; empty: no matter."""
    stops_somewhere: bool = False
    """Whether a call of those that everybody is asked has too few entries."""
    late: frozenset[str] = frozenset()
    """The calls that ran out of time."""
    alive: bool = True
    """Whether on ordinary calls it moves, to numbers, as its gradients say."""
    shown_right: frozenset[str] = frozenset()
    """The behaviours that are seen on a right trajectory of data."""
    spoiled: Mapping[str, str] = field(default_factory=dict)
    """By instance: why its call has no answer that says anything of the rule, such as a time-out;
    to complete a sentence."""
    stopped: str = ""
    """What is to be said of the first of these; empty: there is none."""
    unseen: str = ""
    """Why no answer could be read at all, to complete a sentence; empty: some could."""

    @property
    def right(self) -> bool:
        return all(self.agrees.values())
