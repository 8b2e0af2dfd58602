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
from autograder.judging.rule.diagnose import unexplained
from autograder.judging.rule.evidence import Evidence, Observation
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import read_history
from autograder.judging.rule.hyperparameters import Role
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.points import PARTS, edited_parts
from autograder.model import Check, FloatArray, Outcome, Stream

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
            excused = builds and check.message.startswith("Given what your own ")
            yield check.message, right != excused if check.passed else not right


def _rule(seen: Seen) -> Iterator[tuple[str, bool]]:
    if not any(check.tried for check in seen.verdict.checks):
        return
    look = _Look(seen)
    for check in seen.verdict.checks:
        if check.tried:
            yield f"{check.name}: {check.message}", look.is_so(check)
    for text in seen.verdict.evidence:
        yield text, look.evidence_is_so(text)
    for explanation in seen.verdict.explanations:
        yield explanation.title, look.title_is_so(explanation.slug, explanation.title)


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
        said, told = check.message, set(self._of_broken_edges())
        if said == words.TRAJECTORY_RIGHT[check.name]:
            # Nothing that is wrong on another call is said to be right in general.
            others = [one for one in self.exam.asked_of_all if one not in self.exam.judged]
            wrong += [one for one in others if not self._as_it_should(one)]
            return not set(wrong) - told and not self._too_short
        if said == words.TRAJECTORY_CONVENTION:
            return bool(wrong) and self.conventional and all(map(self._as_it_should, everywhere))
        counted = re.fullmatch(r".* on the (\d+) calls that count.*", said)
        if counted:
            kept = [one for one in everywhere if self._as_it_should(one) and one not in told]
            zero = [one for one in kept if one.max_epochs == 0]
            return int(counted[1]) == len(kept) - len(zero)
        if said.startswith(words.TRAJECTORY_ELSEWHERE[check.name].partition("{")[0]):
            right = self.conventional or all(self.agrees(one) for one in ordinary)
            known = [one for one in everywhere if not self._as_it_should(one)]
            known = [one for one in known if one not in told]
            return right and self._told_elsewhere(said, known)
        return not all(self.agrees(one) for one in ordinary) or "not returned as" in said

    def _of_broken_edges(self) -> list[Instance]:
        broken = {c.name for c in self.seen.verdict.checks if not c.passed}
        own = {edge.name: one for edge, one in self.exam.at_the_edges.items()}
        own |= {edge.name: one for edge, one in self.exam._general_edges.items()}
        return [one for name, one in own.items() if name in broken]

    @cached_property
    def _too_short(self) -> bool:
        """Whether a call comes back with too few entries."""
        each = ((self.rows(one), one) for one in self.exam.asked_of_all)
        return any(own is not None and len(own) <= one.max_epochs for own, one in each)

    def _as_it_should(self, instance: Instance) -> bool:
        """Whether an answer is right, but for a convention that is named."""
        return self._accounted(instance) if self.conventional else self.agrees(instance)

    def _accounted(self, instance: Instance) -> bool:
        """Whether an answer is right, or that of the faults that are named."""
        if self.agrees(instance):
            return True
        evidence = self.seen.evidence
        found = None if evidence is None else evidence.diagnosis
        if found is None or found.family is None or evidence is None:
            return False
        trace, vector = self.traces[instance.name], instance.init_w.ndim == 1
        history = read_history(trace, instance.features, vector, instance.start)
        seen = Observation(instance, history)
        measured = evidence.manners.measured or {}
        return not unexplained(found, [seen], self.rule, measured)

    def _told_elsewhere(self, said: str, wrong: list[Instance]) -> bool:
        """What is told of a call is so of one that is wrong, and what parts them parts them."""
        found = re.search(r"On a call with (\d+) points?, (\d+) epochs?([^:]*): (.*)", said)
        assert found is not None, said
        told, _, parted = found[4].partition("Of ")
        same = [
            one for one in wrong if (one.points, one.max_epochs) == (int(found[1]), int(found[2]))
        ]
        more = re.search(r"(\d+) more calls? (?:is|are) wrong", told)
        count = 1 + (int(more[1]) if more else 0)
        return (
            count == len(wrong)
            and any(
                self._came(one, told.partition(".")[0] if "times" not in told else told)
                for one in same
            )
            and (not parted or self._parts(parted))
        )

    def _came(self, instance: Instance, told: str) -> bool:
        """Whether this is what came back."""
        own, right = self.rows(instance), self.expected(instance)
        if "ran out of time" in told:
            return self.traces[instance.name].outcome is Outcome.TIMED_OUT
        if own is None:
            return not re.search(r"epoch|entries", told)
        entries = re.match(r"(\d+) entr(?:y comes|ies come) back where (\d+) belong", told)
        if entries:
            return (int(entries[1]), int(entries[2])) == (len(own), len(right))
        if "is not the start" in told:
            return not _near(own[0], instance.start)
        if own.shape != right.shape or "another form" in told:
            return "another form" in told
        size = np.maximum(1, np.abs(right))
        with np.errstate(all="ignore"):
            off = ~(np.abs(own - right) <= self.rule.tolerance * size)
        at = int(np.argmax(off.any(axis=1)))
        column = int(np.argmax(off[at]))
        nothing = re.match(r"at epoch (\d+) (\S+) is (no number|infinite)", told)
        if nothing:
            value = own[at, column]
            kind = np.isnan(value) if nothing[3] == "no number" else np.isinf(value)
            return int(nothing[1]) == at and bool(kind)
        step = re.match(
            r"the first difference is at epoch (\d+), where your step of (\S+) is (\S+?),? "
            r"(?:(\S+) times|and should)", told,
        )  # fmt: skip
        assert step is not None, told
        mine, other = (rows[at, column] - rows[at - 1, column] for rows in (own, right))
        name = _parameter(column, own.shape[1], instance)
        ratio = step[4] is None or np.isclose(float(step[4]), mine / other, rtol=1e-3)
        return (int(step[1]), step[2]) == (at, name) and bool(
            np.isclose(float(step[3]), mine, rtol=1e-2, atol=1e-12) and ratio
        )

    def expected(self, instance: Instance) -> FloatArray:
        """What is right, or what the convention that is named makes of it."""
        evidence = self.seen.evidence
        if not self.conventional or evidence is None or evidence.diagnosis.family is None:
            return self.right(instance)
        rows: FloatArray = evidence.diagnosis.family.trajectories(instance)[0]
        return rows

    def _parts(self, told: str) -> bool:
        """Whether a trait has all wrong calls on its side, and no right one, over all calls."""
        found = re.match(
            r"(\d+) wrong calls and (\d+) right ones, the wrong ones and no others have (.*)\.$",
            told,
        )
        assert found is not None, told
        looked = self.exam.asked_of_all
        if not self.conventional:
            looked = (*looked, self.exam.asked.streamed, *self.exam.streams, *self.rule.shown)
        names = {one.name for one in looked}
        asked = [
            one
            for one in self.exam.instances
            if one.name in self.traces and one.max_epochs and one.name in names
        ]
        asked = [one for one in asked if one not in self._of_broken_edges()]
        wrong = [one for one in asked if not self._as_it_should(one)]
        counts = (len(wrong), len(asked) - len(wrong)) == (int(found[1]), int(found[2]))
        having = [one for one in asked if self._has(one, found[3])]
        return counts and {one.name for one in having} == {one.name for one in wrong}

    def _has(self, one: Instance, trait: str) -> bool:
        """Whether a call has a trait that is told."""
        told = re.search(r"-?\d+(\.\d+)?(e[+-]\d+)?", trait)
        value = float(told[0]) if told else 0.0
        right = self.expected(one)
        finite = right[np.isfinite(right).all(axis=1)]
        slopes = np.abs(one.gradients_along(finite[:-1])) if len(finite) > 1 else np.zeros(1)
        numbers = {
            "points": one.points, "epochs": one.max_epochs,
            "an x of": one.features if one.init_w.ndim else 0,
            "a w that": float(np.abs(finite[:, :-1]).max(initial=0)),
            "a b that": float(np.abs(finite[:, -1]).max(initial=0)),
            "gradients as": float(slopes.max()), "gradients of at": float(slopes.max()),
        }  # fmt: skip
        flags = {
            "an x of exactly 0": (one.X == 0).any(), "a y of exactly 0": (one.Y == 0).any(),
            "a y of exactly 1": (one.Y == 1).any(), "a y below 0": (one.Y < 0).any(),
            "a start of exactly 0": (one.start == 0).any(),
            "a start below 0": (one.start < 0).any(),
            "gradients that do not": isinstance(one.grad_w, Stream),
            "hyper-parameters that are": bool(one.left_out),
        }  # fmt: skip
        for begins, flag in flags.items():
            if trait.startswith(begins):
                return bool(flag)
        named = re.match(r"(\w+) = (\S+)", trait)
        if named:
            own, value = one.hyper[named[1]], float(named[2])
        else:
            own = next(own for key, own in numbers.items() if key in trait)
        near = bool(np.isclose(own, value, rtol=6e-3))
        if re.search(r"or (more|farther|larger)", trait):
            return own > value or near
        if re.search(r"or (less|fewer)|at most", trait):
            return own < value or near
        return near

    def _part(self, check: Check) -> bool:
        """A part is wrong by its fault's name or by measurement, and right by one of these or by
        updates that are right."""
        updates = [self._share_right(one) for one in self.exam.main if one.init_w.ndim == 0]
        if self.seen.evidence is None:  # the verdict on right code
            return check.passed and all(map(self.agrees, self.exam.asked_of_all))
        concerned = self._concerned
        said_wrong = check.message.startswith(words.PART_WRONG[check.name])
        if check.message in (words.CONVENTION, words.CONVENTION_AND_MORE):
            return self.conventional and (check.message != words.CONVENTION or self._all_accounted)
        said = self._as_far_as_said(check)
        if said is not None:
            return said
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

    @cached_property
    def _all_accounted(self) -> bool:
        """Whether nothing is wrong on any call but what is named."""
        told = self._of_broken_edges()
        asked = (one for one in self.exam.asked_of_all if one not in told)
        return all(self._accounted(one) for one in asked)

    def _as_far_as_said(self, check: Check) -> bool | None:
        """Whether what is right is so as far as it is said to be; None: that is not the matter."""
        evidence = self.seen.evidence
        assert evidence is not None
        right = words.PART_RIGHT[check.name]
        ends = right[0].lower() + right[1:]
        ordinary = [one for one in self.exam.judged if one.init_w.ndim == 0]
        shown = any(check.name in table.title for table in self.seen.verdict.tables)
        if check.message == words.PART_OFF.get(check.name):
            return shown
        if evidence.factors is not None and (
            check.message == words.PART_BUT_FACTOR.get(check.name)
            or check.message in words.STEP_OFF.values()
        ):
            return self._by_a_factor
        if check.message == words.STEP_MEASURED:
            return not all(map(self.agrees, ordinary))
        if check.message == right:
            # Said of all calls, it has to be so on all of them, and no other weights be shown.
            whole = evidence.right or evidence.diagnosis.explains
            alone = evidence.diagnosis.order != (0, 1, 2, 3) or evidence.manners.remembers
            alone |= bool(evidence.manners.mutates)
            return None if whole and not shown and (self._all_accounted or alone) else False
        for how, text in words.AS_SEEN.items():
            if check.message == text.format(right=ends):
                if how == "ordinary":
                    return all(map(self._accounted, ordinary)) and not shown
                if how == "most":
                    return min(map(self._share_right, ordinary)) >= 0.5
                return None
        return None

    @cached_property
    def _by_a_factor(self) -> bool:
        """Whether a first step on an ordinary call is that of an epsilon, or of a rate, that is off
        by the factor that is told."""
        evidence = self.seen.evidence
        assert evidence is not None
        assert evidence.factors is not None
        off, one = evidence.factors, self.exam.main.number
        role = Role.EPSILON if off.of_epsilon else Role.STEP_SIZE
        own = self.rows(one)
        for column, times in enumerate((off.w, off.b)):
            hyper = one.hyper_with({role: float(times[0]) * one.value(role, 1.0)})
            other = self.rule.catalogue.right().trajectories(one.with_hyper(hyper))[0]
            if own is None or not np.isclose(own[1, column], other[1, column], rtol=1e-4):
                return False
        return True

    def title_is_so(self, slug: str, title: str) -> bool:
        """What is said of arguments in brackets behind a name."""
        asked = self.exam.asked
        held = re.findall(r"(\w+) (above|below) (\S+) counts as (\S+):", title)
        for name, side, bound, value in held:
            far = self._far_alike(name)
            if bound != value or far != {"above": (False, True), "below": (True, False)}[side]:
                return False
        only = re.search(r"in ([wb]) only", title)
        always = re.findall(r"(\w+) is always ", title) if only else []
        if only and not all(self._idle_in(name) == only[1] for name in always):
            return False
        idle = re.search(r"without effect: ([\w, ]+)", title)
        names = idle[1].split(", ") if idle and slug == "hyperparameter_ignored" else []
        return all(self._far_alike(name) == (True, True) for name in names if name in asked.far)

    def _idle_in(self, name: str) -> str:
        """The parameter, of w and b, whose steps are the same whatever an argument is; empty: it
        is neither of them, or both."""
        before = self.rows(self.exam.asked.streamed)
        found = [self.rows(one) for one in self.exam.asked.far[name]]
        each = [
            letter
            for letter, column in (("w", slice(None, -1)), ("b", slice(-1, None)))
            if before is not None
            and all(own is not None and _same(before[:, column], own[:, column]) for own in found)
        ]
        return each[0] if len(each) == 1 else ""

    def _far_alike(self, name: str) -> tuple[bool, bool]:
        """Whether the least value, and the largest, give what an ordinary one does."""
        before = self.rows(self.exam.asked.streamed)
        found = []
        for one in self.exam.asked.far[name]:
            own = self.rows(one)
            found.append(before is not None and own is not None and _same(before, own))
        return found[0], found[1]

    def _by_argument(self, part: str, said_wrong: bool) -> bool:
        """An argument without effect concerns the part that it belongs to."""
        evidence = self.seen.evidence
        assert evidence is not None
        found = evidence.diagnosis
        names = (*found.ignored, *(bound.name for bound in found.bounds))
        of = {self.rule.arguments.get(name, "step") for name in names}
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
            taken = found.taken(instance).with_hyper(evidence.manners.measured or {})
            simulated = found.family.trajectories(taken)[0]
            if own is not None and len(own) != len(simulated):  # a row for each point, or some more
                simulated = simulated[:: instance.points]
            same = own is not None and len(own) == len(simulated) and not found.view
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
        if self._but_for_a_factor():
            return True
        same = [
            np.allclose(a.moments, b.moments, rtol=1e-4)
            and (not b.is_average or np.allclose(a.values, b.values, rtol=1e-4, atol=1e-5))
            for a, b in pairs
            if a and b
        ]
        return all(same) or None  # where weights differ, it depends on by what

    def _but_for_a_factor(self) -> bool:
        """Whether another epsilon, or another rate, makes these steps of the right moments: all
        weights are the right ones times c, or the second moment's times c to the power of 1 / p."""
        evidence = self.seen.evidence
        assert evidence is not None
        if len(self.rule.moments) < 2:
            return False
        for parameter in "wb":
            times = []
            for kind in ("first", "second"):
                own = evidence.moments.of(kind, parameter)
                right = evidence.right_moments.of(kind, parameter)
                if own is None or right is None or not own.is_average or not right.is_average:
                    return False
                c = np.diag(own.values) / np.diag(right.values)
                if not np.allclose(own.values, c[:, None] * right.values, rtol=1e-4, atol=1e-6):
                    return False
                times.append(c)
            power = 1 / self.rule.power
            if not (np.allclose(times[1], 1) or np.allclose(times[1], times[0] ** power, 1e-4)):
                return False
        return True

    def _sums_over_points(self) -> bool:
        """Points that are there twice are as good as gradients twice as large; the first step goes
        along the sum, where it goes along anything."""
        pair = [self.rows(one) for one in self.exam.asked.ordinary]
        if _one_path(*pair):
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
            if check.message == words.EDGE_RIGHT["tiny steps"] and self._too_short:
                return False
            holds = own is not None and len(own) >= min(len(base) if base is not None else 0, 4)
        else:
            (instance,) = self.exam.at_the_edges.values()
            own = self.rows(instance)
            finite = own is not None and bool(np.isfinite(own).all())
            still = finite and own is not None and bool(np.ptp(own[:, 1]) <= CLOSE)
            ordinary = self.rows(self.exam.main.vector)
            anyway = ordinary is not None and not np.isfinite(ordinary).all()
            if not still and ("divided" in check.message) != (not finite and not anyway):
                return False  # a division by zero leaves no number here, and numbers elsewhere
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
        evidence = self.seen.evidence
        if evidence is not None and check.passed and "weights" in check.message:
            found = evidence.moments
            each = [found.first_w, found.first_b, found.second_w, found.second_b]
            return all(one is not None and np.allclose(one.row_sums, 1) for one in each)
        all_right = evidence is None
        return all_right or not check.passed or any(whole)

    # ------------------------------------------------------------------------ the evidence

    def evidence_is_so(self, text: str) -> bool:
        if text in words.NO_SUM.values():
            (key,) = (key for key, said in words.NO_SUM.items() if said == text)
            return not self._sums[key]
        alike = re.match(r"(\w+) = \S+ and .* give the same steps", text)
        if alike:
            near = self.rows(self.exam.asked.changed[alike[1]])
            base = self.rows(self.exam.asked.streamed)
            same = base is not None and near is not None and _same(base, near)
            return same and self._far_alike(alike[1]) != (True, True)
        if text.startswith(words.STEPS_OF.partition("{")[0]):
            return self._concerned is not None
        if " counts " in text or "what the rule makes of the gradients" in text:
            return self._by_a_factor
        if text.startswith("The first difference is at epoch"):
            return self._first_difference(text)
        nothing = re.match(r"(From|At) epoch (\d+)(?: on)?, (\S+) is (no number|infinite)", text)
        if nothing:
            return self._no_number(nothing)
        if text.startswith("The first entry of"):
            firsts = [(one, self.rows(one)) for one in self.exam.judged]
            return any(
                own is not None and len(own) > 0 and not _near(own[0], one.start)
                for one, own in firsts
            )
        return bool(self.seen.verdict.tables)  # of weights: they are shown

    def _no_number(self, told: re.Match[str]) -> bool:
        """At the first place that is wrong on an ordinary call."""
        for instance in self.exam.judged:
            own, right = self.rows(instance), self.right(instance)
            if own is None or own.shape != right.shape or _near(own, right):
                continue
            off = ~(np.abs(own - right) <= CLOSE)
            at = int(np.argmax(off.any(axis=1)))
            column = int(np.argmax(off[at]))
            follows = own[at:, column]
            kinds = np.isnan(follows) if told[4] == "no number" else np.isinf(follows)
            name = _parameter(column, own.shape[1], instance)
            return (at, name) == (int(told[2]), told[3]) and bool(
                kinds.all() if told[1] == "From" else kinds[0]
            )
        return False

    @cached_property
    def _sums(self) -> dict[str, bool]:
        """What of a sum over the points is so, by the keys of the words that deny it."""
        pair = [self.rows(one) for one in self.exam.asked.ordinary]
        path = _one_path(*pair)
        once, twice = (self.rows(one) for one in self.exam.asked.points)
        if once is None or twice is None or len(once) < 2 or len(twice) < 2:
            return {"path": path, "along": True, "double": True}
        step, double = once[1] - once[0], twice[1] - twice[0]
        right = self.right(self.exam.asked.points[0])
        wanted = right[1] - right[0]
        along = _near(step / np.abs(step).max(), wanted / np.abs(wanted).max())
        return {"path": path, "along": along, "double": np.allclose(double, 2 * step, rtol=1e-4)}

    def _first_difference(self, text: str) -> bool:
        pattern = (
            r"epoch (\d+), in (\S+): your step there is (\S+), (?:which is (\S+) times|where the)"
        )
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
            same = np.isclose(float(found[3]), step, rtol=1e-2)
            ratio = (
                other == 0 if found[4] is None else np.isclose(float(found[4]), step / other, 1e-2)
            )
            return (at, name) == (epoch, parameter) and bool(same and ratio)
        return False


def _parameter(column: int, width: int, instance: Instance) -> str:
    """What a column of a path is called."""
    if column == width - 1:
        return "b"
    return "w" if width == 2 else f"w[{column}]"


def _same(one: FloatArray, other: FloatArray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, 1e-12, 1e-12, equal_nan=True))


def _near(own: FloatArray, right: FloatArray) -> bool:
    with np.errstate(all="ignore"):
        return bool((np.abs(own - right) <= CLOSE * np.maximum(1, np.abs(right))).all())


def _one_path(one: FloatArray | None, other: FloatArray | None) -> bool:
    """Whether they are the same: a rule that divides by the gradient's size goes nearly the same
    way whatever that is."""
    if one is None or other is None or one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(one - other) <= 1e-6 * np.maximum(1, np.abs(other))).all())


def _equal(one: FloatArray, other: FloatArray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=CLOSE, equal_nan=True))
