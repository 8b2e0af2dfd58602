"""A rule with its known faults, evaluated together: one by one, and every two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations, permutations
from typing import overload

import numpy as np
from numpy.typing import NDArray

from autograder.judging.rule.catalogue import Candidate as JudgedCandidate
from autograder.model import Explanation
from reference.exponents import exponent_starts_at_zero
from reference.misconceptions import EDITS, UNNAMED, edits_for
from reference.rules_as_data import FloatArray, Problem, Rules, RuleView
from reference.running import run, run_every_point
from reference.vocabulary import Candidate, Edit, RuleAsData, words

NOTHING_THERE = {"correction_missing": "correction_"}
"""A fault that says of something that it is not there, and how other faults of that are called."""
ON_THE_SLIDE = frozenset({"moment_overwritten"})
"""Faults that stand on the lecture's own code slide."""
COMMON = 10
"""A fault that so many of 276 students made is common."""
SAYS_A_NUMBER = frozenset(
    {"state_not_accumulated", "state_never_updated", "decay_missing", "complement_missing"}
)
"""Faults that say what a number of a rule is: none of it is left where another edit changes it."""


@dataclass(frozen=True, eq=False)
class Family:
    """Candidates that are evaluated together: all step once an epoch, or all at every point."""

    rule: RuleAsData
    candidates: Sequence[Candidate]
    every_point: bool = False

    def trajectories(
        self, problem: Problem, epochs: int | None = None, *, by_point: bool = True
    ) -> FloatArray:
        """Shape (candidates, rows, P); a row an epoch, or a row a point (see the schedule)."""
        batch = self.rules(problem, epochs)
        if not self.every_point:
            return run(batch, epochs)
        epochs = problem.max_epochs if epochs is None else epochs
        return run_every_point(batch, epochs, by_point)

    def subset(self, chosen: Iterable[int]) -> Family:
        """The same with some of the candidates only."""
        return Family(self.rule, tuple(self.candidates[k] for k in chosen), self.every_point)

    def rules(self, problem: Problem, epochs: int | None = None) -> Rules:
        """The candidates' numbers for one problem, for its first epochs or (None) for all."""
        batch = Rules(len(self.candidates), problem, epochs)
        self.rule.numbers(batch.view())
        for edit, part, rows in _rows_by_edit(self):
            edit.apply(batch.view(rows, part))
        return batch


class Pairs(Sequence[Candidate]):
    """Pairs of edits, each made when it is looked at: there are tens of thousands."""

    WHERE = (
        ("both", "both"),
        ("w", "w"),
        ("b", "b"),
        ("both", "w"),
        ("both", "b"),
        ("w", "both"),
        ("b", "both"),
    )
    """Where the first and the second edit of a pair sit."""

    def __init__(self, edits: Sequence[Edit], table: NDArray[np.intp]) -> None:
        """``table``: a row a pair, with the first edit, the second, and a row of ``WHERE``."""
        self._edits, self._table = edits, table

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Pairs: ...
    def __getitem__(self, index: int | slice) -> Candidate | Pairs:
        if isinstance(index, slice):
            return Pairs(self._edits, self._table[index])
        first, second, where = self._table[index]
        edits, parts = (self._edits[first], self._edits[second]), self.WHERE[where]
        if parts[0] == parts[1]:
            return Candidate(edits, parts[0])
        return Candidate(edits, parts[0] if parts[1] == "both" else parts[1], parts)

    def rows(self) -> dict[tuple[Edit, str], list[int]]:
        """The pairs that have an edit in a part, by edit and part."""
        found: dict[tuple[Edit, str], list[int]] = {}
        for column in (0, 1):
            parts = np.array([["both", "w", "b"].index(where[column]) for where in self.WHERE])
            keys = 3 * self._table[:, column] + parts[self._table[:, 2]]
            order = np.argsort(keys, kind="stable")
            kinds, starts = np.unique(keys[order], return_index=True)
            for key, numbers in zip(kinds, np.split(order, starts[1:]), strict=True):
                edit, part = self._edits[key // 3], ("both", "w", "b")[key % 3]
                found.setdefault((edit, part), []).extend(numbers.tolist())
        return found


@cache
def _rows_by_edit(family: Family) -> tuple[tuple[Edit, str, NDArray[np.int64]], ...]:
    rows: dict[tuple[Edit, str], list[int]] = {}
    if isinstance(family.candidates, Pairs):
        rows = family.candidates.rows()
    else:
        for number, candidate in enumerate(family.candidates):
            for edit in candidate.edits:
                rows.setdefault((edit, candidate.where(edit)), []).append(number)
    known = (*EDITS, *family.rule.edits, *UNNAMED)
    order = {edit: number for number, edit in enumerate(known)}
    last = len(known)
    # What replaces the rule as a whole comes first, wherever it was written down.
    chosen = sorted(
        rows.items(),
        key=lambda item: (not item[0][0].whole, order.get(item[0][0], last), item[0][1]),
    )
    return tuple((edit, part, np.array(numbers)) for (edit, part), numbers in chosen)


def _steps_at_every_point(edit: Edit) -> bool:
    return edit.slug == "per_sample_update"


@cache
def right(rule: RuleAsData) -> Family:
    """The rule itself, without an edit."""
    return Family(rule, (Candidate(()),))


@cache
def singles(rule: RuleAsData, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
    """Every edit by itself, in both parameters, in w only and in b only.

    With ``measured``, those that need one of these measured numbers, and only those.
    """
    edits = [e for e in edits_for(rule, measured) if bool(e.measured) == bool(measured)]
    chosen = [Candidate((edit,), part) for edit in edits for part in edit.parts]
    once = [c for c in chosen if not _steps_at_every_point(c.edits[0])]
    many = [c for c in chosen if _steps_at_every_point(c.edits[0])]
    families = [Family(rule, tuple(once))] if once else []
    return (*families, Family(rule, tuple(many), every_point=True)) if many else tuple(families)


@cache
def pairs(rule: RuleAsData, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
    """Every two edits of different names, each where it sits: both in all, or in one parameter;
    or one of them in all and the other in w or b only, where that one can only sit there, or
    where one of the two is so common that it meets everything.

    With ``measured``, those with an edit that needs one of these numbers, and only those.
    """
    edits = edits_for(rule, measured)
    slugs = np.array([edit.slug for edit in edits])
    whole = np.array([edit.whole for edit in edits])
    common = np.array([words()[edit.slug].seen >= COMMON for edit in edits])
    sits = {part: np.array([part in edit.parts for edit in edits]) for part in ("both", "w", "b")}
    first, second = np.triu_indices(len(edits), 1)
    compose = (slugs[first] != slugs[second]) & ~(whole[first] & whole[second])
    if measured:
        needs = np.array([bool(edit.measured) for edit in edits])
        compose &= needs[first] | needs[second]
    meets = common[first] | common[second]
    tables = []
    for number, (of_first, of_second) in enumerate(Pairs.WHERE):
        chosen = compose & sits[of_first][first] & sits[of_second][second]
        if of_first != of_second:
            narrow = second if of_first == "both" else first
            chosen &= meets | ~sits["both"][narrow]
        where = np.full(np.count_nonzero(chosen), number)
        tables.append(np.column_stack([first[chosen], second[chosen], where]))
    table = np.concatenate(tables)
    table = table[np.lexsort(table.T[::-1])]
    by_point = np.array([_steps_at_every_point(edit) for edit in edits])
    many = by_point[table[:, 0]] | by_point[table[:, 1]]
    families = [Family(rule, Pairs(edits, table[~many]))]
    if many.any():
        families.append(Family(rule, Pairs(edits, table[many]), every_point=True))
    return tuple(families)


@cache
def triples(rule: RuleAsData) -> tuple[Family, ...]:
    """Three edits of different names in both parameters, two of which are taught somewhere."""
    edits = [edit for edit in edits_for(rule) if "both" in edit.parts]
    taught = [edit for edit in edits if words()[edit.slug].convention or edit.slug in ON_THE_SLIDE]
    order = {edit: number for number, edit in enumerate(edits)}
    chosen = {
        tuple(sorted((*two, third), key=order.__getitem__))
        for two in combinations(taught, 2)
        for third in edits
        if len({edit.slug for edit in (*two, third)}) == 3 and not _steps_at_every_point(third)
    }
    ordered = sorted(chosen, key=lambda three: [order[edit] for edit in three])
    return (Family(rule, tuple(Candidate(three) for three in ordered)),) if ordered else ()


@cache
def held(rule: RuleAsData, choices: tuple[tuple[str, float], ...]) -> tuple[Family, ...]:
    """The rule in which a hyper-parameter, by name, is always the same number, in w only or in b
    only; or two of them are, as one of their two commonest numbers."""
    names = [name for name, _ in choices]
    common = [c for place, c in enumerate(choices) if names[:place].count(c[0]) < 2]
    two = [pair for pair in combinations(common, 2) if pair[0][0] != pair[1][0]]
    edits = [_held(rule, dict(fixed)) for fixed in (*((choice,) for choice in choices), *two)]
    found = tuple(Candidate((edit,), part) for edit in edits for part in edit.parts)
    return (Family(rule, found),) if found else ()


def _held(rule: RuleAsData, fixed: Mapping[str, float]) -> Edit:
    def apply(view: RuleView) -> None:
        rule.numbers(view.held(fixed))
        if "eta" in fixed:
            view.eta = fixed["eta"]

    what = "; ".join(f"{name} is always {value:g}" for name, value in fixed.items())
    return Edit("hyperparameter_ignored", what, apply, parts=("w", "b"), arguments=tuple(fixed))


@cache
def unnamed(rule: RuleAsData) -> tuple[Family, ...]:
    """Every edit that has no name."""
    edits = [
        edit
        for edit in UNNAMED
        if edit.needs <= rule.traits and (not edit.only or rule.name in edit.only)
    ]
    chosen = [Candidate((edit,), part) for edit in edits for part in edit.parts]
    return (Family(rule, tuple(chosen)),) if chosen else ()


PART_OF_NUMBER = {
    "gradient": "g_scale last_only skip_first skip_last carry weight_decay sequential "
    "keeps_adding g_from_other",
    "look-ahead": "lookahead lookahead_of_other",
    "first moment": "m_decay m_gain m_const m_start m_start_theta m_before m_from_other "
    "m_goes_on_from_w share_m_in_turn g_from_other_in_m use_g",
    "second moment": "v_decay v_gain v_const v_start v_start_theta v_not_squared v_maximum "
    "v_each_point v_share v_of_m v_before v_from_other v_goes_on_from_w share_squares share_sum "
    "share_v_in_turn "
    "share_before_steps g_from_other_in_v",
    "bias correction": "m_beta m_a m_b m_sense m_clock m_overwritten m_minus_power "
    "v_beta v_a v_b v_sense v_clock v_overwritten v_minus_power",
    "learning rate": "m_rate",
    "step": "eta power eps_in eps_in_raw eps_out eps_out_raw eps_rate eps_step shrink shrink_after "
    "use_m use_v use_v_raw use_theta use_one",
}
"""Which part of a rule a number belongs to."""


def _contradict(candidate: JudgedCandidate, missing: Edit, other: Edit) -> bool:
    """Whether one edit says that something is not there, and the other how it is wrong."""
    begins = NOTHING_THERE.get(missing.slug)
    if begins is None or missing.slug == other.slug or not other.slug.startswith(begins):
        return False
    return {candidate.where(missing), candidate.where(other)} != {"w", "b"}


@dataclass(frozen=True)
class _Changed:
    """A rule with some edits, in a problem, of which only so much matters to the rule's numbers."""

    rule: RuleAsData
    edits: tuple[Edit, ...]
    where: tuple[str, ...]
    """The parameters that each edit sits in."""
    size: tuple[int, int, int]
    """How many parameters there are, points and epochs."""
    hyper: tuple[tuple[str, float], ...]
    problem: Problem = field(compare=False)


@lru_cache(maxsize=4096)
def _components(changed: _Changed) -> frozenset[str]:
    """The parts of the rule that the edits change: many students make the same ones."""
    candidate = Candidate(changed.edits, parts=changed.where)
    before = right(changed.rule).rules(changed.problem)
    after = Family(changed.rule, (candidate,)).rules(changed.problem)
    names = {
        name
        for name, values in after.numbers.items()
        if not np.array_equal(values, before.numbers[name])
    }
    parts = {part for part, those in PART_OF_NUMBER.items() if names & set(those.split())}
    if "velocity" in changed.rule.traits and "first moment" in parts:
        parts = parts - {"first moment"} | {"velocity"}
    return frozenset(parts | ({"gradient"} if after.every_point.any() else set()))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One rule and the known ways to get it wrong, as an assignment hands it to the judge."""

    rule: RuleAsData

    @property
    def title(self) -> str:
        return self.rule.title

    def right(self) -> Family:
        return right(self.rule)

    def singles(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        return singles(self.rule, measured)

    def pairs(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
        return pairs(self.rule, measured)

    def triples(self) -> tuple[Family, ...]:
        return triples(self.rule)

    def held(self, choices: tuple[tuple[str, float], ...]) -> tuple[Family, ...]:
        return held(self.rule, choices)

    def unnamed(self) -> tuple[Family, ...]:
        return unnamed(self.rule)

    def components(
        self, candidate: JudgedCandidate, instance: Problem, slug: str
    ) -> frozenset[str]:
        """The parts of the rule that the candidate's edits named ``slug`` change."""
        edits = (edit for edit in candidate.edits if isinstance(edit, Edit))
        chosen = tuple(edit for edit in edits if edit.slug == slug)
        where = tuple(candidate.where(edit) for edit in chosen)
        size = (len(instance.start), instance.points, instance.max_epochs)
        hyper = tuple(instance.hyper.items())
        return _components(_Changed(self.rule, chosen, where, size, hyper, instance))

    def holds(self, candidate: JudgedCandidate, instance: Problem) -> bool:
        """Whether all that a candidate's names say is so, and no edit undoes another."""
        edits = [edit for edit in candidate.edits if isinstance(edit, Edit)]
        if any(_contradict(candidate, *two) for two in permutations(edits, 2)):
            return False
        if len(edits) < 2 or not SAYS_A_NUMBER.intersection(candidate.slugs):
            return True
        before = self.right().rules(instance).numbers
        parts = tuple(candidate.where(edit) for edit in edits)
        both = Family(self.rule, (Candidate(tuple(edits), parts=parts),)).rules(instance).numbers
        for edit, part in zip(edits, parts, strict=True):
            alone = Family(self.rule, (Candidate((edit,), part),)).rules(instance).numbers
            for name in alone if edit.slug in SAYS_A_NUMBER else ():
                said = alone[name] != before[name]
                if not np.array_equal(both[name][said], alone[name][said]):
                    return False
        return True

    def explain(self, slug: str, detail: str = "") -> Explanation:
        """The words for a name, with a detail such as the variant in brackets behind the title."""
        entry = words()[slug]
        return Explanation(
            slug=slug,
            title=f"{entry.title} ({detail})" if detail else entry.title,
            what=f"{entry.formula}. {entry.what}" if entry.formula else entry.what,
            hint=entry.hint,
            lecture=entry.lecture,
            convention=entry.convention,
        )

    def commonness(self, slug: str) -> int:
        return words()[slug].seen

    def explains_fault(self, kind: str, source: str) -> str | None:
        """1 - beta**t in a function that divides by zero at once, with a t that starts at 0."""
        divides = kind in ("ZeroDivisionError", "NaN") and "correction" in self.rule.traits
        if divides and exponent_starts_at_zero(source):
            return "correction_exponent_zero"
        return None
