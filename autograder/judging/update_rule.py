"""The kind of question that asks for an update rule.

One exam asks everybody's function

- hidden instances (two with a number x, one with a vector): the exact trajectories;
- edge cases: no epochs, a gradient that is zero, the same call twice, inputs untouched;
- recorded streams, whose steps are those of right moments or are not;
- the behaviours of the lecture that an assignment adds.

Where all answers are those of right code, but for rounding, there is nothing to find out: the
verdict on right code is known.  Any other function is asked further:

- more recorded streams, from which its moments are recovered;
- one call with each argument changed, to see that it matters.

It is diagnosed; then each part of the rule is judged by what is known of it, so that one fault
costs its own part and the trajectory, not everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np

from autograder.errors import AssignmentError
from autograder.judging import explain
from autograder.judging.catalogue import Catalogue
from autograder.judging.compare import History, equal, read_history
from autograder.judging.diagnose import Diagnosis, Facts, Observation, diagnose, prepare
from autograder.judging.facts import Probes, gather_facts, remembers, streamed, sums_over_points
from autograder.judging.identify import Identification, identify, one_of_each
from autograder.judging.instances import Instance, Range
from autograder.judging.parts import Evidence, judge_parts
from autograder.judging.pool import POOL, SHAPES, pool_instance, right_rows
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.right import (
    alike,
    probes_of,
    right_beside,
    right_moments,
    silenced,
    streams_of,
)
from autograder.kept.arrays import NO_SHELF, Shelf
from autograder.kept.findings import Findings
from autograder.model import (
    Call,
    FloatArray,
    NotebookRun,
    Outcome,
    Picture,
    Submission,
    Trace,
)


class Behaviour(Protocol):
    """Something a rule does that the lecture shows; assignments define their own."""

    @property
    def name(self) -> str:
        """Also the name of its check, to which the assignment gives points."""
        ...

    @property
    def instances(self) -> Sequence[Instance]: ...

    def judge(self, shown: Shown) -> Judged:
        """From the student's own trajectories on these instances."""
        ...


@dataclass(frozen=True, eq=False)
class Shown:
    """What a behaviour may look at."""

    histories: Mapping[str, FloatArray]
    """Rows by instance name; an instance whose answer was no history is absent."""
    moments: Identification
    name: str
    """The student's function."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What a behaviour has to say."""

    passed: bool
    message: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, eq=False)
class Conventions:
    """What an assignment makes of faults that other courses teach."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """By slug: the share of the question's points that it costs, 0 to 1; absent: in full."""
    silent: frozenset[str] = frozenset()
    """Slugs that are accepted without a word."""

    @classmethod
    def of(cls, settings: Mapping[str, Mapping[str, Any]]) -> Conventions:
        """From the table [conventions] of an assignment.toml.

        Raises:
            AssignmentError: a policy that does not exist, or no share where one is needed.
        """
        shares: dict[str, float] = {}
        for slug, entry in settings.items():
            policy = entry.get("policy")
            if policy not in ("accept", "warn", "points", "full"):
                raise AssignmentError(
                    f"[conventions] {slug}: the policy must be accept, warn, points or full, "
                    f"not {policy!r}."
                )
            if policy == "points" and not 0 <= entry.get("share", -1) <= 1:
                raise AssignmentError(f"[conventions] {slug}: give a share between 0 and 1.")
            if policy != "full":
                shares[slug] = float(entry["share"]) if policy == "points" else 0.0
        silent = {slug for slug, entry in settings.items() if entry["policy"] == "accept"}
        return cls(shares, frozenset(silent))

    def covers(self, slugs: Sequence[str]) -> bool:
        return bool(slugs) and all(slug in self.shares for slug in slugs)

    def share(self, slugs: Sequence[str]) -> float:
        return max(self.shares[slug] for slug in slugs)


@dataclass(frozen=True, eq=False)
class UpdateRule:
    """A question that asks for an update rule; see the module's text."""

    function: str
    catalogue: Catalogue
    points: Mapping[str, float]
    """By name of the check; see :mod:`autograder.judging.parts` for the parts of a rule."""
    ranges: Mapping[str, Range]
    """From where the hyper-parameters of hidden instances are drawn."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Which part of the rule an argument belongs to; absent: the step."""
    behaviours: tuple[Behaviour, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)
    tolerance: float = 1e-6
    power: float = 0.5
    """Of the second moment, by which a step is divided; 1/2 is the root."""
    recorded: bool = False
    """True: a run under recorded gradients that rise and fall is judged like the drawn ones, for a
    rule in which a fault may show under such gradients only (a maximum that is left out)."""

    shelf: Shelf = NO_SHELF
    """Keeps what is the same for every student."""

    public_calls = True

    @property
    def functions(self) -> tuple[str, ...]:
        return (self.function,)

    @property
    def moments(self) -> Mapping[str, str]:
        """Which of ``first`` and ``second`` can be recovered, and the names they go by here."""
        names = {"first moment": "first", "velocity": "first", "second moment": "second"}
        return {names[name]: name for name in self.points if name in names}

    def on_shelf(self, shelf: Shelf) -> UpdateRule:
        """The same, keeping there what is computed for its pool."""
        return replace(self, shelf=shelf)

    def prepare(self) -> None:
        """Check the whole pool and evaluate the known faults on it, unless that is kept."""
        if self.shelf.keeps:
            self.shelf.array(f"{self.function}: whole pool", self._prepared)

    def rehearse(self) -> None:
        """Draw the whole pool, and judge right answers to it."""
        for number in range(POOL):
            exam = RuleExam(self, tuple(pool_instance(self, name, number) for name in SHAPES))
            _right_verdict(self, exam.main[0])
            for instance in exam.asked_of_all:
                _call(instance, self.function)
                exam.right_rows(instance)

    def _prepared(self) -> FloatArray:
        for number in range(POOL):
            pool = [pool_instance(self, name, number) for name in SHAPES]
            prepare(pool, self.catalogue)
            for instance in pool:
                right_rows(self, instance)
                right_beside(self, instance)
        return np.ones(1)

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
        def rows() -> FloatArray:
            found: FloatArray = self.catalogue.right().trajectories(shown)[0]
            return found

        return self.shelf.array(f"{self.function}: right on {shown.name}", rows)

    def told_apart_on(self, instance: Instance) -> tuple[Instance, ...]:
        """The instances that come with a drawn one; on one of them every fault must show."""
        return (instance, streamed(instance)) if self.recorded else (instance,)

    def draw(self, seed: bytes, *, public: bool = False) -> RuleExam:
        """The exam of one student; the public one is the same for everybody."""
        chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
        if public:
            chance = np.random.Generator(np.random.PCG64(0))
        picks = {name: int(POOL * chance.random()) for name in SHAPES}
        kind = 2 if public else 1
        main = tuple(pool_instance(self, name, picks[name], kind=kind) for name in SHAPES)
        return RuleExam(self, main)


@lru_cache(maxsize=1024)
def _right_verdict(question: UpdateRule, main: Instance) -> Verdict:
    """What is said of right code: the same to everybody, but for the moments, which depend on the
    hyper-parameters of the first instance."""
    others = [pool_instance(question, name, 0) for name in list(SHAPES)[1:]]
    exam = RuleExam(question, (main, *others))
    traces = {
        instance.name: instance.trace(exam.right_rows(instance))
        for instance in (*exam.asked_of_all, *exam.streams)
    }
    return exam.judge(Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces))


@lru_cache(maxsize=16384)
def _call(instance: Instance, function: str) -> Call:
    return instance.call(function)


_ALIKE = Findings[bool]()
"""Whether an answer to an instance is right code's but for rounding."""


def _numbers_first(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    return tuple(sorted(instances, key=lambda instance: instance.init_w.ndim))


@dataclass(frozen=True, eq=False)
class RuleExam:
    """The calls of one exam, and the judging of their traces."""

    question: UpdateRule
    main: tuple[Instance, ...]

    @cached_property
    def asked(self) -> Probes:
        return probes_of(self.main[0])

    @cached_property
    def judged(self) -> tuple[Instance, ...]:
        """The instances on which every entry of both histories has to be right."""
        if not self.question.recorded:
            return self.main
        return (*self.main, self.asked.streamed, self.streamed_vector)

    @cached_property
    def streamed_vector(self) -> Instance:
        """Recorded gradients that rise and fall, of a vector w."""
        return streamed(self.main[2])

    @cached_property
    def zero_gradient(self) -> Instance:
        """The vector with a second feature that is never on, so that its weight's gradient is 0."""
        return silenced(self.main[2])

    @cached_property
    def streams(self) -> tuple[Instance, ...]:
        return streams_of(self.question, self.main[0])

    @cached_property
    def asked_of_all(self) -> tuple[Instance, ...]:
        """What right code is known by, in order: numbers before vectors, so that what a function
        keeps from one call to the next shows as a different answer before its shape makes it
        fail."""
        recorded = (self.asked.streamed, self.streamed_vector) if self.question.recorded else ()
        asked = (
            *self.main,
            self.asked.base,
            self.asked.none,
            self.asked.settled,
            self.zero_gradient,
            *recorded,
            *one_of_each(self.streams),
            *self.question.shown,
            self.asked.again,
        )
        return _numbers_first(asked)

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """All that may be asked: of everybody, then further."""
        known = {instance.name for instance in self.asked_of_all}
        further = [i for i in (*self.asked.instances, *self.streams) if i.name not in known]
        return (*self.asked_of_all, *_numbers_first(further))

    @property
    def calls(self) -> tuple[Call, ...]:
        return self._calls(self.asked_of_all)

    def further(self, answers: Answers) -> Further:
        """The other instances.  A function that remembers is measured from a defined state, and not
        from what calls of another shape left in it."""
        return Further(self.further_calls, fresh=remembers(self.asked, answers.traces))

    @cached_property
    def further_calls(self) -> tuple[Call, ...]:
        return self._calls(self.instances[len(self.asked_of_all) :])

    def _calls(self, instances: Sequence[Instance]) -> tuple[Call, ...]:
        return tuple(_call(instance, self.question.function) for instance in instances)

    # ----------------------------------------------------------------------------- judging

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """That on right code, where all answers are right code's but for rounding."""
        if all(self._alike(instance, answers.traces) for instance in self.asked_of_all):
            return _right_verdict(self.question, self.main[0])
        return None

    def _alike(self, instance: Instance, traces: Mapping[str, Trace]) -> bool:
        trace = traces[instance.name]

        def same() -> bool:
            history = self._history(instance, traces)
            return not trace.changed and alike(history, self.right_rows(instance))

        return _ALIKE.of(trace, (self.question, instance), same)

    def judge(self, answers: Answers) -> Verdict:
        """The verdict on one student's traces of all calls."""
        question, traces = self.question, answers.traces
        main = [traces[instance.name] for instance in self.main]
        stopped = explain.stopped(question.function, dict(question.points), main, answers.run)
        if stopped is not None:
            return self._named_by_division(stopped, answers)
        seen = [Observation(i, self._history(i, traces)) for i in self.judged]
        agrees = {o.instance.name: self._agrees(o) for o in seen}
        facts = gather_facts(self.asked, self.main, traces)
        right = all(agrees.values())
        diagnosis = Diagnosis()
        if not right or facts.remembers or facts.mutates or facts.stops:
            diagnosis = self._diagnose(seen, facts, traces, right)
        else:
            diagnosis = self._diagnose_elsewhere(traces)
        moments = self._identified(traces)
        evidence = Evidence(
            agrees=agrees,
            observations=tuple(seen),
            expected={o.instance.name: self.right_rows(o.instance) for o in seen},
            facts=facts,
            diagnosis=diagnosis,
            moments=moments,
            right_moments=moments if right else self._right_moments,
            sums_points=sums_over_points(self.asked, traces),
            edges=self._edges(traces, facts),
            behaviours=self._behaviours(traces, moments),
            faults=tuple(t.fault for t in traces.values() if t.fault is not None),
        )
        return explain.verdict(question, evidence, judge_parts(question, evidence))

    def _history(self, instance: Instance, traces: Mapping[str, Trace]) -> History:
        trace = traces[instance.name]
        return read_history(trace, instance.features, instance.init_w.ndim == 1)

    def right_rows(self, instance: Instance) -> FloatArray:
        """The right trajectory on one of the instances, shape (epochs + 1, d + 1)."""
        return self._right[instance.name]

    @cached_property
    def _right(self) -> Mapping[str, FloatArray]:
        question = self.question
        return {
            **{instance.name: right_rows(question, instance) for instance in self.main},
            **right_beside(question, self.main[0]),
            **right_beside(question, self.main[2]),
            **question.right_shown,
        }

    def rounding(self, traces: Mapping[str, Trace]) -> float:
        """The largest difference of the main trajectories from the right ones."""
        most = 0.0
        for instance in self.main:
            rows = self._history(instance, traces).rows
            right = self.right_rows(instance)
            if rows is None or rows.shape != right.shape:
                return float("inf")
            most = max(most, float(np.abs(rows - right).max()))
        return most

    def _agrees(self, observation: Observation) -> bool:
        rows = observation.history.rows
        if rows is None or observation.history.only_point:
            return False
        return equal(rows, self.right_rows(observation.instance), self.question.tolerance)

    def _diagnose(
        self,
        seen: Sequence[Observation],
        facts: Facts,
        traces: Mapping[str, Trace],
        right: bool,
    ) -> Diagnosis:
        if all(o.history.nothing for o in seen):
            return Diagnosis(("nothing_returned",))
        if right:
            return diagnose(seen, self.question.catalogue, replace(facts, ignored=()))
        # Under an epsilon of 1e12 a rule shows what other calls hide: that only a division by zero
        # gives NaN there, or that a small v is treated in a way of its own.
        whole = all(
            o.history.rows is not None and len(o.rows) == o.instance.max_epochs + 1 for o in seen
        )
        if whole:
            further = (self.asked.points[0], *self.asked.decay)
            seen = (*seen, *(Observation(i, self._history(i, traces)) for i in further))
        return diagnose(seen, self.question.catalogue, facts)

    def _diagnose_elsewhere(self, traces: Mapping[str, Trace]) -> Diagnosis:
        """What is wrong only in longer runs, such as stopping once the steps are small."""
        for behaviour in self.question.behaviours:
            for instance in behaviour.instances:
                observation = Observation(instance, self._history(instance, traces))
                if observation.history.rows is None:
                    continue
                if len(observation.rows) != instance.max_epochs + 1:
                    return diagnose([observation], self.question.catalogue, Facts())
        return Diagnosis()

    def _named_by_division(self, stopped: Verdict, answers: Answers) -> Verdict:
        """Code that divides by zero whatever it is given, even where no epsilon or gradient can be
        the zero, may say by that alone what is wrong."""
        asked = (*self.main, *self.asked.points, *self.asked.decay)
        faults = [answers.traces[instance.name].fault for instance in asked]
        if any(fault is None or fault.kind != "ZeroDivisionError" for fault in faults):
            return stopped
        source = answers.run.sources.get(self.question.function, "")
        slug = self.question.catalogue.explains_division_by_zero(source)
        if slug is None:
            return stopped
        explanation = self.question.catalogue.explain(slug)
        return replace(
            stopped,
            misconceptions=(slug,),
            explanations=(explanation,),
            message=f"Your {self.question.function} {explanation.title}. {stopped.message}",
        )

    def _identified(self, traces: Mapping[str, Trace]) -> Identification:
        """The moments recovered from the student's steps; of the right steps they are known."""
        if all(self._alike(instance, traces) for instance in self.streams):
            return self._right_moments
        return identify(self.streams, traces, self.question.power)

    @property
    def _right_moments(self) -> Identification:
        """What would be recovered of right code."""
        return right_moments(self.question, self.main[0])

    def _edges(self, traces: Mapping[str, Trace], facts: Facts) -> Mapping[str, bool]:
        none = self._history(self.asked.none, traces).rows
        zero = self._history(self.zero_gradient, traces).rows
        start = self.asked.none.start
        return {
            "no epochs": none is not None and equal(none, start[None], self.question.tolerance),
            "a feature that is never on": zero is not None and self._stays(zero),
            "inputs untouched": not facts.mutates and self._answered(traces),
            "called twice": not facts.remembers and self._answered(traces),
            "tiny steps": not facts.stops and self._answered(traces),
        }

    def _stays(self, rows: FloatArray) -> bool:
        """Whether the weight of the feature that is never on is one finite number throughout."""
        silent = rows[:, 1]
        apart = np.abs(silent - self.zero_gradient.start[1])
        return len(rows) > 0 and bool(
            np.isfinite(rows).all() and (apart <= self.question.tolerance).all()
        )

    def _answered(self, traces: Mapping[str, Trace]) -> bool:
        return self._history(self.asked.base, traces).rows is not None

    def _behaviours(
        self, traces: Mapping[str, Trace], moments: Identification
    ) -> Mapping[str, Judged]:
        found = {}
        for behaviour in self.question.behaviours:
            histories = {}
            for instance in behaviour.instances:
                history = self._history(instance, traces)
                if history.rows is not None and len(history.rows) == instance.max_epochs + 1:
                    histories[instance.name] = history.rows
            found[behaviour.name] = behaviour.judge(
                Shown(histories, moments, self.question.function)
            )
        return found
