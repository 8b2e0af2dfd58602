"""Reads every sentence on a sample's page again: each says what the student's numbers show.

The judging is watched, so that beside a sentence there is what came back from the sandbox.  Nothing
of the judge's own findings is believed here: paths are compared with freshly computed right ones,
steps at points are measured anew, named faults are simulated again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest

from autograder.course import Assignment
from autograder.judging import words
from autograder.judging.formula import FormulaExam, _answer
from autograder.judging.question import Answers, Verdict
from autograder.judging.rule import explain
from autograder.judging.rule.evidence import Evidence
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import read_history
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.points import PARTS, edited_parts
from autograder.model import Check, FloatArray, Outcome

CLOSE = 1e-6


@dataclass(frozen=True)
class Seen:
    """One question as it was judged."""

    exam: Any
    answers: Answers
    verdict: Verdict
    evidence: Evidence | None = None
    """What the judge found out; None: it had no need to, or could not."""


class Watch:
    """What was seen while the questions of one assignment were judged."""

    def __init__(self, assignment: Assignment) -> None:
        self._names = {q.kind.functions: q.name for q in assignment.questions if not q.by_person}
        self.judged: list[Seen] = []
        self.found: list[Evidence] = []

    def taken(self) -> dict[str, Seen]:
        """By name of the question, since this was asked last."""
        seen = {self._names[one.exam.question.functions]: one for one in self.judged}
        self.judged.clear()
        return seen


@contextmanager
def watching(assignment: Assignment) -> Iterator[Watch]:
    """Look on while submissions are graded."""
    watch = Watch(assignment)
    with pytest.MonkeyPatch.context() as patch:
        for kind in (RuleExam, FormulaExam):
            for name in ("judge", "verdict_if_right"):
                patch.setattr(kind, name, _judging(getattr(kind, name), watch))
        patch.setattr(explain, "verdict", _keeping(explain.verdict, watch))
        yield watch


def _judging(judge: Callable[..., Any], watch: Watch) -> Any:
    def judges(exam: Any, answers: Answers) -> Verdict | None:
        watch.found.clear()
        verdict: Verdict | None = judge(exam, answers)
        if verdict is not None:
            looked = watch.found[0] if watch.found and judge.__name__ == "judge" else None
            watch.judged.append(Seen(exam, answers, verdict, looked))
        return verdict

    return judges


def _keeping(tell: Callable[..., Verdict], watch: Watch) -> Callable[..., Verdict]:
    def tells(question: Any, evidence: Evidence, checks: tuple[Check, ...]) -> Verdict:
        watch.found.append(evidence)
        return tell(question, evidence, checks)

    return tells


def read_again(seen: Seen) -> Iterator[tuple[str, bool]]:
    """Each sentence of a verdict, and whether it is so."""
    return _formula(seen) if isinstance(seen.exam, FormulaExam) else _rule(seen)


def _formula(seen: Seen) -> Iterator[tuple[str, bool]]:
    for check in seen.verdict.checks:
        right = True
        for example in seen.exam.examples[check.name]:
            trace = seen.answers.traces[example.call.name]
            own = _answer(trace)
            same = own is not None and own.size == example.right.size
            right = right and same and _near(np.reshape(own, example.right.shape), example.right)
        given = seen.exam.question
        builds = any(one.name == check.name and one.builds_on for one in given.checks)
        if check.tried:
            yield check.message, right or builds if check.passed else not right


def _rule(seen: Seen) -> Iterator[tuple[str, bool]]:
    if not any(check.tried for check in seen.verdict.checks):
        return
    look = _Look(seen)
    for check in seen.verdict.checks:
        if check.tried:
            yield f"{check.name}: {check.message}", look.is_so(check)
    for text in seen.verdict.evidence:
        yield text, look.evidence_is_so(text)


class _Look:
    """Looks for itself at what one function answered."""

    def __init__(self, seen: Seen) -> None:
        self.exam: RuleExam = seen.exam
        self.rule = self.exam.question
        self.seen, self.traces = seen, seen.answers.traces
        self.named = seen.verdict.misconceptions
        self._rows: dict[Instance, FloatArray | None] = {}
        self._right: dict[Instance, FloatArray] = {}

    def rows(self, instance: Instance) -> FloatArray | None:
        if instance not in self._rows:
            self._rows[instance] = self._read(instance)
        return self._rows[instance]

    def _read(self, instance: Instance) -> FloatArray | None:
        trace = self.traces.get(instance.name)
        if trace is None or trace.outcome is not Outcome.RETURNED:
            return None
        vector = instance.init_w.ndim == 1
        return read_history(trace, instance.features, vector, instance.start).rows

    def right(self, instance: Instance) -> FloatArray:
        if instance not in self._right:
            right = self.rule.catalogue.right().trajectories(instance)
            self._right[instance] = np.asarray(right[0])
        return self._right[instance]

    def agrees(self, instance: Instance) -> bool:
        own, right = self.rows(instance), self.right(instance)
        return own is not None and own.shape == right.shape and _near(own, right)

    @property
    def conventional(self) -> bool:
        return self.rule.conventions.covers(self.named)

    # -------------------------------------------------------------------------- the checks

    def is_so(self, check: Check) -> bool:
        if check.name in ("trajectory", "vector"):
            return self._paths(check)
        if check.name in PARTS:
            return self._part(check)
        edges = {edge.name: edge for edge in self.rule.edge_cases}
        if check.name in edges:
            return self._edge(check)
        return self._behaviour(check)

    def _of_kind(self, name: str, among: tuple[Instance, ...]) -> list[Instance]:
        return [one for one in among if (one.init_w.ndim == 1) == (name == "vector")]

    def _paths(self, check: Check) -> bool:
        ordinary = self._of_kind(check.name, self.exam.judged)
        everywhere = self._of_kind(check.name, self.exam.asked_of_all)
        wrong = [one for one in everywhere if not self.agrees(one)]
        said = check.message
        if said == words.TRAJECTORY_RIGHT[check.name]:
            return not set(wrong) - set(self._of_broken_edges())
        if said == words.TRAJECTORY_CONVENTION:
            return bool(wrong) and self.conventional
        if said.startswith(words.TRAJECTORY_ELSEWHERE[check.name].partition("{")[0]):
            where = said.partition("but not with ")[2].rstrip(".").split(words.LISTED)
            names = {words.ELSEWHERE.get(one.name, one.name) for one in wrong}
            known = {text.removesuffix(words.OUT_OF_TIME.partition("}")[2]) for text in where}
            right = self.conventional or all(self.agrees(one) for one in ordinary)
            return right and known <= names
        return not all(self.agrees(one) for one in ordinary) or "not returned as" in said

    def _of_broken_edges(self) -> list[Instance]:
        broken = {c.name for c in self.seen.verdict.checks if not c.passed}
        own = {edge.name: one for edge, one in self.exam.at_the_edges.items()}
        own |= {edge.name: one for edge, one in self.exam._general_edges.items()}
        return [one for name, one in own.items() if name in broken]

    def _part(self, check: Check) -> bool:
        """A part is wrong by its fault's name or by measurement, and right by one of these or by
        updates that are right."""
        updates = [self._share_right(one) for one in self.exam.main if one.init_w.ndim == 0]
        if self.seen.evidence is None:  # the verdict on right code
            return check.passed and all(map(self.agrees, self.exam.asked_of_all))
        concerned = self._concerned
        said_wrong = check.message.startswith(words.PART_WRONG[check.name])
        if check.message == words.CONVENTION:
            return self.conventional
        if self.conventional and not said_wrong:
            return True  # "elsewhere your rule is right"
        if concerned is not None:
            return (check.name in concerned) == said_wrong or (
                # another order of arguments is a gradient that is wrong
                check.name == "gradient" and "gradient_arguments_swapped" in self.named
            ) or self._by_argument(check.name, said_wrong)  # fmt: skip
        if min(updates, default=0.0) >= 0.5:
            return not said_wrong
        return self._measured(check.name) is not said_wrong

    def _by_argument(self, part: str, said_wrong: bool) -> bool:
        """An argument without effect concerns the part that it belongs to."""
        evidence = self.seen.evidence
        assert evidence is not None
        of = {self.rule.arguments.get(name, "step") for name in evidence.diagnosis.ignored}
        return said_wrong and part in {one if one in self.rule.points else "step" for one in of}

    def _share_right(self, instance: Instance) -> float:
        own, right = self.rows(instance), self.right(instance)
        if own is None:
            return 0.0
        both = min(len(own), len(right))
        with np.errstate(all="ignore"):
            good = (np.abs(own[1:both] - right[1:both]) <= CLOSE).all(axis=1)
        return float(good.sum()) / (len(right) - 1)

    @cached_property
    def _concerned(self) -> frozenset[str] | None:
        """The parts that the named faults change; None: no rule was found that has the paths."""
        evidence = self.seen.evidence
        assert evidence is not None
        found = evidence.diagnosis
        if found.family is None:
            return None
        instance = evidence.observations[0].instance.with_hyper(evidence.manners.measured or {})
        if not found.view and found.order == (0, 1, 2, 3):
            own = self.rows(evidence.observations[0].instance)
            values = {**(found.hard_coded or {}), **(evidence.manners.measured or {})}
            simulated = found.family.trajectories(instance.with_hyper(values))[0]
            if own is not None and len(own) != len(simulated):  # a row for each point, or some more
                simulated = simulated[:: instance.points]
            same = own is not None and len(own) == len(simulated)
            with np.errstate(all="ignore"):
                assert not same or np.isnan(own).any() or _near(own, simulated), self.named
        parts = edited_parts(self.rule, found, instance)
        return frozenset(part if part in self.rule.points else "step" for part in parts)

    def _measured(self, part: str) -> bool | None:
        if part == "gradient":
            return self._sums_over_points()
        evidence = self.seen.evidence
        assert evidence is not None
        own, right = evidence.moments, evidence.right_moments
        if part == "step":
            return evidence.moments.step_follows is not False
        kind = self.rule.moments.get(part) or {n: k for k, n in self.rule.moments.items()}.get(part)
        kinds = [kind] if kind else list(self.rule.moments)
        pairs = [(own.of(k, p), right.of(k, p)) for k in kinds for p in "wb"]
        if any(a is None or b is None for a, b in pairs):
            return None
        same = [
            np.allclose(a.moments, b.moments, rtol=1e-4)
            and (not b.is_average or np.allclose(a.values, b.values, rtol=1e-4, atol=1e-5))
            for a, b in pairs
            if a and b
        ]
        return all(same) or None  # where weights differ, it depends on by what

    def _sums_over_points(self) -> bool:
        """Points that are there twice are as good as gradients twice as large; the first step goes
        along the sum, where it goes along anything."""
        pair = [self.rows(one) for one in self.exam.asked.ordinary]
        if pair[0] is not None and pair[1] is not None and _equal(pair[0], pair[1]):
            return True
        once, twice = (self.rows(one) for one in self.exam.asked.points)
        if once is None or twice is None or len(once) < 2 or len(twice) < 2:
            return False
        step, double = once[1] - once[0], twice[1] - twice[0]
        wanted = self.right(self.exam.asked.points[0])
        along = _near(step / np.abs(step).max(), (wanted[1] - wanted[0]) / np.abs(step).max())
        return along and np.allclose(double, 2 * step, rtol=1e-4)

    def _edge(self, check: Check) -> bool:
        if check.message in (words.EDGE_OF_NOTHING, words.EDGE_CONVENTION):
            nothing = all(self._share_right(one) == 0 for one in self.exam.main)
            return nothing if check.message == words.EDGE_OF_NOTHING else self.conventional
        asked = self.exam.asked
        base, again = self.rows(asked.base), self.rows(asked.again)
        if check.name == "no epochs":
            own = self.rows(asked.none)
            holds = own is not None and own.shape == (1, 2) and _near(own[0], asked.none.start)
        elif check.name == "called twice":
            holds = base is not None and again is not None and _equal(base, again)
        elif check.name == "inputs untouched":
            holds = not any(trace.changed for trace in self.traces.values())
        elif check.name == "tiny steps":
            own = self.rows(asked.settled)
            holds = own is not None and len(own) >= min(len(base) if base is not None else 0, 4)
        else:
            (instance,) = self.exam.at_the_edges.values()
            own = self.rows(instance)
            finite = own is not None and bool(np.isfinite(own).all())
            still = finite and own is not None and bool(np.ptp(own[:, 1]) <= CLOSE)
            if not still and ("divided" in check.message) == finite:
                return False  # a division by zero leaves no number, and nothing else does
            holds = still
        return holds == check.passed

    def _behaviour(self, check: Check) -> bool:
        """It is judged again, on the right paths: they show it, and what passes is like them."""
        if check.message in (words.BEHAVIOUR_OF_NOTHING, words.TRAJECTORY_CONVENTION):
            return self.conventional or not check.passed
        behaviour = next(one for one in self.rule.behaviours if one.name == check.name)
        whole = [
            (own := self.rows(one)) is not None and len(own) == one.max_epochs + 1
            for one in behaviour.instances
        ]
        all_right = self.seen.evidence is None
        return all_right or not check.passed or any(whole)

    # ------------------------------------------------------------------------ the evidence

    def evidence_is_so(self, text: str) -> bool:
        if text == words.NO_SUM:
            return not self._sums_over_points()
        if text.startswith("The first difference is at epoch"):
            return self._first_difference(text)
        if text.startswith(words.STEPS_OF.partition("{")[0]):
            return self._concerned is not None
        if text.startswith("From epoch"):
            return any(
                (own := self.rows(one)) is not None and bool(np.isnan(own).any())
                for one in self.exam.judged
            )
        if text.startswith("The first entry of"):
            firsts = [(one, self.rows(one)) for one in self.exam.judged]
            return any(
                own is not None and len(own) > 0 and not _near(own[0], one.start)
                for one, own in firsts
            )
        return bool(self.seen.verdict.tables)  # of weights: they are shown

    def _first_difference(self, text: str) -> bool:
        pattern = r"epoch (\d+), in (\S+): your step there is (\S+), which is (\S+) times"
        found = re.search(pattern, text)
        assert found is not None, text
        epoch, parameter = int(found[1]), found[2]
        for instance in self.exam.judged:
            own, right = self.rows(instance), self.right(instance)
            if own is None or own.shape != right.shape:
                continue
            wrong = ~(np.abs(own - right) <= CLOSE)
            if not wrong.any():
                continue
            at = int(np.argmax(wrong.any(axis=1)))
            place = int(np.argmax(wrong[at]))
            last = own.shape[1] - 1
            name = "b" if place == last else "w" if last == 1 else f"w[{place}]"
            step, other = (rows[at, place] - rows[at - 1, place] for rows in (own, right))
            said = float(found[3]), float(found[4])
            return (at, name) == (epoch, parameter) and np.allclose(
                said, (step, step / other), rtol=1e-2
            )
        return False


def _near(own: FloatArray, right: FloatArray) -> bool:
    with np.errstate(all="ignore"):
        return bool((np.abs(own - right) <= CLOSE * np.maximum(1, np.abs(right))).all())


def _equal(one: FloatArray, other: FloatArray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=CLOSE, equal_nan=True))
