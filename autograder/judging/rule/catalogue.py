"""What judging needs of a catalogue of misconceptions; ``reference/`` provides it.

A candidate is the right rule with none, one or two known faults in it, in both parameters or in
one.  A family evaluates many candidates at once on an instance.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from autograder.judging.rule.instance import Instance
from autograder.model import Explanation, FloatArray


class Edit(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of hyper-parameters that count as other numbers."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Of ``both``, ``w``, ``b``: in which parameters it can sit."""


class Candidate(Hashable, Protocol):
    @property
    def edits(self) -> tuple[Edit, ...]: ...
    @property
    def part(self) -> str: ...
    @property
    def slugs(self) -> tuple[str, ...]: ...
    @property
    def numbers_only(self) -> bool: ...
    def where(self, edit: object) -> str:
        """The parameters that one of its edits sits in: ``both``, ``w`` or ``b``."""

    @property
    def replaces(self) -> bool:
        """True: one of its edits replaces the rule as a whole; a smaller fault is likelier."""


class Family(Hashable, Protocol):
    @property
    def candidates(self) -> Sequence[Candidate]: ...
    @property
    def every_point(self) -> bool:
        """True: these candidates step at every point, and may log every point."""

    def trajectories(
        self, problem: Instance, epochs: int | None = None, *, by_point: bool = True
    ) -> FloatArray:
        """Shape (candidates, rows, d + 1)."""

    def subset(self, chosen: Iterable[int]) -> Family: ...


class Catalogue(Protocol):
    """One rule and the known ways to get it wrong."""

    @property
    def title(self) -> str:
        """The rule's name in words."""

    def right(self) -> Family: ...
    def singles(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        """Every known fault; or those with one of these measured numbers in them."""

    def pairs(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        """Every two known faults; or those with one of these measured numbers in them."""

    def triples(self) -> tuple[Family, ...]:
        """Three faults at once, as far as they are likely: two of them are taught somewhere."""

    def held(self, choices: tuple[tuple[str, float], ...]) -> tuple[Family, ...]:
        """The rule in which a hyper-parameter, by name, is always the same number in one of the
        parameters; in both it is as if another one had been given."""

    def unnamed(self) -> tuple[Family, ...]:
        """Ways to get the rule wrong that have no name; their edits' slugs are empty, and their
        variants say what is computed, in a sentence."""

    def components(self, candidate: Candidate, instance: Instance, slug: str) -> frozenset[str]:
        """The parts of the rule that a candidate's edits of one name change."""

    def holds(self, candidate: Candidate, instance: Instance) -> bool:
        """Whether all that a candidate's names say is so, and no edit undoes another."""

    def explains_fault(self, kind: str, source: str) -> str | None:
        """The name of the fault by which a function raises an exception of this kind, or (``NaN``)
        gives no number from its first step on, whatever it is given; None: not known.  ``source``
        is the function's own, a student's text."""

    def explain(self, slug: str, detail: str = "") -> Explanation: ...
    def commonness(self, slug: str) -> int:
        """How often real students wrote it; breaks ties between equal explanations."""
