"""A catalogue made of plain functions: the right rule, and wrong ones beside it.

The short way to a new assignment.  A rule is a function ``rule(gradient, start, max_epochs,
**hyper)`` that answers the whole path, shape (max_epochs + 1, len(start)); ``gradient(theta)`` is
summed over all points.  A known fault is another such function.  Unlike edits of a rule as data
they do not compose: there are no pairs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from autograder.errors import AssignmentError
from autograder.judging import words
from autograder.judging.rule.catalogue import Candidate
from autograder.judging.rule.instance import Instance
from autograder.model import Explanation, FloatArray, Stream

RuleFunction: TypeAlias = Callable[..., ArrayLike]


@dataclass(frozen=True, eq=False)
class FunctionFault:
    """One known way to get the rule wrong, and what a student reads about it."""

    slug: str
    rule: RuleFunction
    title: str
    """Completes "Your function ..."."""
    what: str
    """What the code computes, in a sentence."""
    hint: str
    """Where to look, without the answer."""
    lecture: str = ""
    """Where it is taught."""
    convention: str = ""
    """Who teaches it that way; empty: nobody does."""
    components: frozenset[str] = frozenset({"step"})
    """The parts of the rule that it concerns, by the names of the assignment's checks."""
    variant: str = ""
    arguments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("both",)


@dataclass(frozen=True, eq=False)
class FunctionCandidate:
    """The right rule (no fault), or one that has a fault."""

    edits: tuple[FunctionFault, ...]
    part: str = "both"
    numbers_only: bool = False
    replaces: bool = False

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(fault.slug for fault in self.edits)

    def where(self, edit: object) -> str:
        return "both"


@dataclass(frozen=True, eq=False)
class FunctionFamily:
    """Candidates with the functions that compute them."""

    candidates: tuple[FunctionCandidate, ...]
    rules: tuple[RuleFunction, ...]
    every_point: bool = False

    def trajectories(
        self, problem: Instance, epochs: int | None = None, *, by_point: bool = True
    ) -> FloatArray:
        """Shape (candidates, epochs + 1, d + 1).

        Raises:
            AssignmentError: one of the functions fails, or answers something else than a path.
        """
        rows = [_path(rule, problem) for rule in self.rules]
        return np.stack(rows)[:, : None if epochs is None else epochs + 1]

    def subset(self, chosen: Iterable[int]) -> FunctionFamily:
        kept = tuple(chosen)
        return FunctionFamily(
            tuple(self.candidates[k] for k in kept), tuple(self.rules[k] for k in kept)
        )


@dataclass(frozen=True, eq=False)
class FunctionCatalogue:
    """One rule and the known ways to get it wrong, all of them plain functions."""

    title: str
    rule: RuleFunction
    faults: tuple[FunctionFault, ...] = field(default=())

    @cached_property
    def _right(self) -> FunctionFamily:
        return FunctionFamily((FunctionCandidate(()),), (self.rule,))

    @cached_property
    def _wrong(self) -> FunctionFamily:
        if not self.faults:
            raise AssignmentError(
                f"{self.title}: no known fault is named, so nothing shows that the checks notice "
                "anything. Write down one way to get the rule wrong, as a FunctionFault."
            )
        candidates = tuple(FunctionCandidate((fault,)) for fault in self.faults)
        return FunctionFamily(candidates, tuple(fault.rule for fault in self.faults))

    def right(self) -> FunctionFamily:
        return self._right

    def singles(self, measured: tuple[str, ...] = ()) -> tuple[FunctionFamily, ...]:
        return () if measured else (self._wrong,)

    def pairs(self, measured: tuple[str, ...] = ()) -> tuple[FunctionFamily, ...]:
        return ()

    def triples(self) -> tuple[FunctionFamily, ...]:
        return ()

    def held(self, choices: tuple[tuple[str, float], ...]) -> tuple[FunctionFamily, ...]:
        return ()

    def unnamed(self) -> tuple[FunctionFamily, ...]:
        return ()

    def components(self, candidate: Candidate, instance: Instance, slug: str) -> frozenset[str]:
        faults = [edit for edit in candidate.edits if isinstance(edit, FunctionFault)]
        return frozenset().union(*(fault.components for fault in faults if fault.slug == slug))

    def holds(self, candidate: Candidate, instance: Instance) -> bool:
        return True

    def explains_fault(self, kind: str, source: str) -> str | None:
        return None

    def commonness(self, slug: str) -> int:
        return 0

    def explain(self, slug: str, detail: str = "") -> Explanation:
        """The words for a fault of this rule, or of the way any function answers."""
        fault = next((fault for fault in self.faults if fault.slug == slug), None)
        behind = f" ({detail})" if detail else ""
        if fault is None:
            title, hint = words.INTERFACE.get(slug, (slug.replace("_", " "), ""))
            return Explanation(slug, title + behind, "", hint, "")
        return Explanation(
            slug, fault.title + behind, fault.what, fault.hint, fault.lecture, fault.convention
        )


# ---------------------------------------------------------------------------- running a function


class _Summed:
    """The gradient of an instance summed over its points; recorded ones as a student meets them:
    the t-th distinct point at which it is asked is epoch t."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.recorded = any(isinstance(g, Stream) for g in (instance.grad_w, instance.grad_b))
        self.epochs: dict[bytes, int] = {}

    def __call__(self, theta: ArrayLike) -> FloatArray:
        theta = np.asarray(theta, dtype=np.float64)
        epoch = self.epochs.setdefault(theta.tobytes(), len(self.epochs)) if self.recorded else 0
        total: FloatArray = self.instance.gradient(theta[None], epoch).sum(axis=1)[0]
        return total


def _path(rule: RuleFunction, instance: Instance) -> FloatArray:
    name = getattr(rule, "__name__", "the rule")
    hyper = _accepted(rule, instance.hyper)
    try:
        with np.errstate(all="ignore"):
            rows = rule(_Summed(instance), instance.start, instance.max_epochs, **hyper)
            path = np.asarray(rows, dtype=np.float64)
    except Exception as error:
        raise AssignmentError(f"The rule {name} fails: {type(error).__name__}: {error}") from error
    shape = (instance.max_epochs + 1, len(instance.start))
    if path.shape != shape:
        raise AssignmentError(
            f"The rule {name} answers something of shape {path.shape} where {shape} belongs: one "
            "row for the start and one for each epoch."
        )
    return path


def _accepted(rule: RuleFunction, hyper: Mapping[str, float]) -> dict[str, float]:
    """Those hyper-parameters that the function knows; the judge may have measured others."""
    parameters = inspect.signature(rule).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return dict(hyper)
    return {name: value for name, value in hyper.items() if name in parameters}
