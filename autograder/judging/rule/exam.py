"""One student's exam in an update rule: what is asked, and what the answers are judged to be.

It asks everybody's function

- hidden instances (two with a number x, one with a vector): the exact trajectories;
- the edge cases that the question names: no epochs, the same call twice, inputs untouched;
- calls that are unlike these (:mod:`.unlike`): many points, many epochs, starts far away;
- and where code that is right on all of these holds a number at which it may do something else,
  calls at that number and beyond (:mod:`.at_thresholds`).

Every one of these answers is judged, all the way: what is wrong on any of them is not right.  Where
all are those of right code, but for rounding, there is nothing to find out: the verdict on right
code is known, and whatever it says of the student's own steps holds of the right ones; so is that
on code with one known fault and nothing else (:mod:`.known_faults`).  Any other function is asked
further:

- recorded streams, from which its moments are recovered;
- the behaviours of the lecture that an assignment adds;
- one call with each argument changed, to see that it matters.

It is diagnosed; then each part of the rule is judged by what is known of it, so that one fault
costs its own part and the trajectory, not everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeGuard

import numpy as np

from autograder.judging import words
from autograder.judging.problem import Problem
from autograder.judging.question import Answers, Further, Verdict
from autograder.judging.rule import explain
from autograder.judging.rule.asked import Judged, Rule, Shown
from autograder.judging.rule.at_thresholds import AtThreshold
from autograder.judging.rule.diagnose import alone, diagnose, unexplained
from autograder.judging.rule.edges import (
    CALLED_TWICE,
    NO_EPOCHS,
    TINY_STEPS,
    AtTheEdge,
    EdgeCase,
)
from autograder.judging.rule.evidence import Compared, Diagnosis, Evidence, Manners, Observation
from autograder.judging.rule.history import History, equal, read_history
from autograder.judging.rule.hyperparameters import Role, by_role
from autograder.judging.rule.instance import IN_ORDER, Instance
from autograder.judging.rule.interface import (
    is_alive,
    read_manners,
    remembers,
    sums_over_points,
)
from autograder.judging.rule.moments import (
    LINEAR,
    UNKNOWN,
    Identification,
    factors,
    identify,
    one_of_each,
    predicts,
    same_but_for_a_factor,
    same_but_for_factors,
)
from autograder.judging.rule.points import edited_parts, judge_parts
from autograder.judging.rule.pool import SHAPES, Drawn, pool_instance, right_rows
from autograder.judging.rule.probes import Probes
from autograder.judging.rule.problems import problem_of
from autograder.judging.rule.right_answers import (
    alike,
    at_the_edges,
    probes_of,
    right_beside,
    right_moments,
    streamed_of,
    streams_of,
)
from autograder.judging.rule.trial import NAME, by_hand, trial
from autograder.judging.rule.unlike import right_unlike, unlike
from autograder.judging.stopped import SPOILED, stopped
from autograder.kept.findings import Findings
from autograder.model import (
    Call,
    FloatArray,
    Neuron,
    NotebookRun,
    Outcome,
    Submission,
    Trace,
    Trial,
)


def right_verdict(question: Rule, number: Instance) -> Verdict:
    """What is said of right code: the same to everybody, but for what its moments are said to be,
    which depends on the hyper-parameters of the first instance."""
    return judged_right(question, number if _tells_moments(question) else _first(question))


@lru_cache(maxsize=1024)
def judged_right(question: Rule, number: Instance) -> Verdict:
    """What is said of right code whose first instance is this one."""
    others = (pool_instance(question, name, 0) for name in tuple(SHAPES)[1:])
    exam = RuleExam(question, Drawn(number, *others))
    traces = {
        instance.name: instance.trace(exam.right_rows(instance))
        for instance in (*exam.asked_of_all, *exam.streams, *question.shown)
    }
    return exam.judge(Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces))


@lru_cache(maxsize=256)
def _tells_moments(question: Rule) -> bool:
    """Whether a behaviour says anything else of right code whose moments nobody has recovered."""
    rows, path = question.right_shown, question.right_shown if question.right_path else {}

    def said(moments: Identification) -> str:  # in a picture NaN is equal to NaN
        shown = Shown(rows, moments, question.function, path)
        judged = (behaviour.judge(shown) for behaviour in question.behaviours)
        return repr([(one.passed, one.message, one.pictures) for one in judged])

    return said(UNKNOWN) != said(right_moments(question, _first(question)))


def _first(question: Rule) -> Instance:
    return pool_instance(question, next(iter(SHAPES)), 0)


@lru_cache(maxsize=16384)
def call_of(instance: Instance, function: str) -> Call:
    return instance.call(function)


_ALIKE = Findings[bool]()
"""Whether an answer to an instance is right code's but for rounding."""
_RIGHT = Findings[bool]()
"""Whether it is right within the tolerance."""


FORMS = {
    "": "",
    "other": "returned_in_another_form",
    "swapped": "histories_swapped",
}
"""The names of what is wrong with the form of histories that can be read."""


def _no_number_at_once(o: Observation) -> bool:
    """Whether there is NaN or infinity for all of w, or for b, from the first step on."""
    rows = o.history.rows
    if rows is None or len(rows) < 2:
        return False
    known = np.isfinite(rows[1:])
    return not (known[:, :-1].any() and known[:, -1].any())


def _is_whole(rows: FloatArray | None, instance: Instance) -> TypeGuard[FloatArray]:
    """Whether there is a path to look at: an entry for each epoch, and all of them numbers."""
    return (
        rows is not None and len(rows) == instance.max_epochs + 1 and bool(np.isfinite(rows).all())
    )


def _returns_nothing(traces: Iterable[Trace]) -> bool:
    """Whether every call came back, with None."""
    return all(t.outcome is Outcome.RETURNED and t.value is None for t in traces)


def _is_finite(rows: FloatArray | None) -> bool:
    return rows is not None and bool(np.isfinite(rows).all())


def _numbers_first(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    return tuple(sorted(instances, key=lambda instance: instance.init_w.ndim))


@dataclass(frozen=True, eq=False)
class RuleExam:
    """The calls of one exam, and the judging of their traces."""

    question: Rule
    main: Drawn
    """The hidden instances that everything else is made of."""
    beyond: tuple[AtThreshold, ...] = ()
    """Calls that the numbers in a student's code ask for."""

    @cached_property
    def asked(self) -> Probes:
        return probes_of(self.main.number)

    @cached_property
    def judged(self) -> tuple[Instance, ...]:
        """The instances on which every entry of both histories has to be right."""
        if not self.question.recorded:
            return self.main
        return (*self.main, self.asked.streamed, self.streamed_vector)

    @cached_property
    def streamed_vector(self) -> Instance:
        """Recorded gradients that rise and fall, of a vector w."""
        return streamed_of(self.main.vector)

    @cached_property
    def by_hand(self) -> Instance:
        """A case that everybody may see."""
        return by_hand(self.question)

    @cached_property
    def _right_by_hand(self) -> FloatArray:
        right: FloatArray = self.question.catalogue.right().trajectories(self.by_hand)[0]
        return right

    @property
    def unlike(self) -> tuple[Instance, ...]:
        """The calls that are unlike the drawn ones."""
        return (*unlike(self.question), *(call.instance for call in self.beyond))

    @property
    def at_the_edges(self) -> Mapping[EdgeCase, Instance]:
        """The calls that edge cases make for themselves."""
        return at_the_edges(self.question, self.main.vector)

    @cached_property
    def streams(self) -> tuple[Instance, ...]:
        return streams_of(self.question, self.main.number)

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
            *self.at_the_edges.values(),
            *recorded,
            *self.unlike,
            self.asked.again,
        )
        return _numbers_first(asked)

    def problems_in(self, answers: Answers) -> tuple[Problem, ...]:
        return tuple(
            problem_of(self.question, one, self.right_rows(one), (one.name,), one.name)
            for one in self.asked_of_all
            if one.name in answers.traces
        )

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """All that may be asked: of everybody, then further."""
        known = {instance.name for instance in self.asked_of_all}
        others = (*self.asked.instances, *self.streams, *self.question.shown, self.by_hand)
        further = [instance for instance in others if instance.name not in known]
        return (*self.asked_of_all, *_numbers_first(further))

    @property
    def calls(self) -> tuple[Call, ...]:
        return self._calls(self.asked_of_all)

    def further(self, answers: Answers) -> Further:
        """The other instances.  A function that remembers is measured from a defined state, and not
        from what calls of another shape left in it; one that returns nothing is not asked more."""
        if _returns_nothing(answers.traces.values()):
            return Further()
        return Further(self.further_calls, fresh=remembers(self.asked, answers.traces))

    @cached_property
    def further_calls(self) -> tuple[Call, ...]:
        return self._calls(self.instances[len(self.asked_of_all) :])

    def _calls(self, instances: Sequence[Instance]) -> tuple[Call, ...]:
        return tuple(call_of(instance, self.question.function) for instance in instances)

    # ----------------------------------------------------------------------------- judging

    def verdict_if_right(self, answers: Answers) -> Verdict | None:
        """That on right code, where all answers are right code's but for rounding."""
        if all(self._alike(instance, answers.traces) for instance in self.asked_of_all):
            return right_verdict(self.question, self.main.number)
        return None

    def _alike(self, instance: Instance, traces: Mapping[str, Trace]) -> bool:
        trace = traces[instance.name]

        def same() -> bool:
            history = self._history(instance, traces)
            return not trace.changed and alike(history, self.right_rows(instance))

        return _ALIKE.of(trace, (self.question, instance), same)

    def judge(self, answers: Answers) -> Verdict:
        """The verdict on one student's traces of all calls."""
        if _returns_nothing(answers.traces.values()):  # nor to what was not asked any more
            nothing = {one.name: Trace(one.name, Outcome.RETURNED) for one in self.instances}
            answers = replace(answers, traces={**nothing, **answers.traces})
        question, traces = self.question, answers.traces
        main = [traces[instance.name] for instance in self.main]
        no_answer = stopped(
            question.function, question.points, main, answers.run, answers.submission
        )
        if no_answer is not None:
            return self._named_by_fault(no_answer, answers)
        spoiled = [i for i in self.judged if traces[i.name].outcome in SPOILED]
        observations = [
            Observation(i, self._history(i, traces)) for i in self.judged if i not in spoiled
        ]
        agrees = {o.instance.name: self._agrees(o) for o in observations}
        form = FORMS[next((o.history.form for o in observations if o.history.form), "")]
        manners = replace(read_manners(self.asked, self.asked_of_all, traces), form=form)
        right = all(agrees.values())
        diagnosis = Diagnosis()
        if not right or form or manners.remembers or manners.mutates or manners.stops:
            source = answers.run.sources.get(question.function)
            diagnosis = self._diagnose(observations, manners, traces, right, source)
        else:
            diagnosis = self._diagnose_elsewhere(traces)
        edges = self._edges(traces, manners)
        # Of another gradient the moments may be the right ones; asking for it in another order does
        # not show where it is recorded.
        disordered = diagnosis.order != IN_ORDER and not diagnosis.edits
        elsewhere = self._elsewhere(traces, edges, diagnosis, manners)
        # Nor does rounding that is small enough to be right, from which no moments are recovered.
        wholly = right and not (elsewhere or diagnosis.slugs or form) and all(edges.values())
        known = disordered or wholly
        moments = self._right_moments if known else self._identified(traces)
        number = self.main.number.with_hyper(manners.measured or {})
        parts = edited_parts(question, diagnosis, number)
        steps_at_points = diagnosis.family is not None and diagnosis.family.every_point
        if (
            parts == {"gradient"}
            and (steps_at_points or same_but_for_a_factor(moments, self._right_moments))
        ) or (parts == {"step"} and same_but_for_factors(moments, self._right_moments)):
            moments = self._right_moments
        summed = sums_over_points(self.asked, traces)
        right_at_heart = moments is self._right_moments
        explained = right_at_heart or self._explained(moments, diagnosis, manners, traces)
        off = None
        if explained and not right_at_heart and not diagnosis.explains:
            off = factors(moments, self._right_moments, question.power)
        evidence = Evidence(
            agrees=agrees,
            observations=tuple(observations),
            expected={o.instance.name: self.right_rows(o.instance) for o in observations},
            manners=manners,
            diagnosis=diagnosis,
            moments=moments,
            right_moments=self._right_moments,
            explained=explained,
            factors=off,
            sums_points=summed.holds,
            not_summed=summed.against,
            edges=edges,
            edges_in_numbers=frozenset(
                edge.name
                for edge, instance in self.at_the_edges.items()
                if _is_finite(self._history(instance, traces).rows)
            ),
            in_numbers=_is_finite(self._history(self.main.vector, traces).rows),
            behaviours=self._behaviours(traces, moments if explained and off is None else UNKNOWN),
            faults=tuple(t.fault for t in traces.values() if t.fault is not None),
            elsewhere=elsewhere,
            stops_somewhere=self._stops_somewhere(traces),
            late=frozenset(n for n, t in traces.items() if t.outcome is Outcome.TIMED_OUT),
            shown_right=frozenset(
                behaviour.name
                for behaviour in question.behaviours
                if any(
                    self._agrees_beside(Observation(i, self._history(i, traces)))
                    for i in behaviour.instances
                    if isinstance(i.grad_w, Neuron)
                )
            ),
            alive=is_alive(self.asked, self.main, manners, traces),
            spoiled={i.name: self._why_absent(traces[i.name], History(None)) for i in spoiled},
            stopped=self._stopped(traces),
            unseen=self._unseen(observations),
        )
        partly = elsewhere or evidence.stops_somewhere
        forgiven = question.conventions.covers(diagnosis.slugs)
        if partly and (any(agrees.values()) or forgiven):
            compared = self._compared(traces, evidence, self._said(edges))
            evidence = replace(evidence, compared=compared)
        verdict = explain.verdict(question, evidence, judge_parts(question, evidence))
        return replace(verdict, trial=self._trial(traces))

    def _trial(self, traces: Mapping[str, Trace]) -> Trial | None:
        """The case by hand, where it was asked as it can be typed and shows a difference."""
        trace = traces.get(NAME)
        if trace is None or trace.unreceived:
            return None
        seen = self._history(self.by_hand, traces)
        return trial(self.question, self.by_hand, seen, self._right_by_hand)

    def _history(self, instance: Instance, traces: Mapping[str, Trace]) -> History:
        trace = traces[instance.name]
        return read_history(trace, instance.features, instance.init_w.ndim == 1, instance.start)

    def right_rows(self, instance: Instance) -> FloatArray:
        """The right trajectory on one of the instances, shape (epochs + 1, d + 1)."""
        return self._right[instance.name]

    @cached_property
    def _right(self) -> Mapping[str, FloatArray]:
        question = self.question
        return {
            **{instance.name: right_rows(question, instance) for instance in self.main},
            **right_beside(question, self.main.number),
            **right_beside(question, self.main.vector),
            **question.right_shown,
            **{instance.name: right_unlike(question, instance) for instance in unlike(question)},
            **{call.instance.name: call.right for call in self.beyond},
        }

    def rounding(self, traces: Mapping[str, Trace]) -> float:
        """The largest difference of the judged trajectories from the right ones, beside 1 or the
        entry itself."""
        most = 0.0
        for instance in (*self.main, *self.unlike):
            rows = self._history(instance, traces).rows
            right = self.right_rows(instance)
            if rows is None or rows.shape != right.shape:
                return float("inf")
            off = np.abs(rows - right) / np.maximum(1, np.abs(right))
            most = max(most, float(off.max()))
        return most

    def _agrees(self, observation: Observation) -> bool:
        rows = observation.history.rows
        if rows is None or observation.history.only_point:
            return False
        return equal(rows, self.right_rows(observation.instance), self.question.tolerance)

    def _elsewhere(
        self,
        traces: Mapping[str, Trace],
        edges: Mapping[EdgeCase, bool | None],
        diagnosis: Diagnosis,
        manners: Manners,
    ) -> tuple[Observation, ...]:
        """The other calls that everybody is asked, where they are not right; or, of code whose
        fault may cost less than the trajectory, not that of the fault.  What is wrong with the form
        of the judged answers is not wrong once more here."""
        skipped = self._said(edges) | {instance.name for instance in self.judged}
        form = manners.form
        others = [instance for instance in self.asked_of_all if instance.name not in skipped]
        seen = [Observation(instance, self._history(instance, traces)) for instance in others]
        if self.question.conventions.covers(diagnosis.slugs) and diagnosis.explains:
            return unexplained(diagnosis, seen, self.question, manners.measured or {})
        swapped = FORMS["swapped"] == form
        return tuple(
            o
            for o in seen
            if FORMS[o.history.form] not in ("", form) or not self._agrees_beside(o, swapped)
        )

    def _said(self, edges: Mapping[EdgeCase, bool | None]) -> set[str]:
        """The calls of edge cases that are told to be wrong."""
        of_edges = {**self._general_edges, **self.at_the_edges}
        broken = (edge for edge, held in edges.items() if not held)
        return {of_edges[edge].name for edge in broken if edge in of_edges}

    def _compared(
        self, traces: Mapping[str, Trace], evidence: Evidence, skipped: set[str]
    ) -> tuple[Compared, ...]:
        """The calls whose right answer is known, beside what they should be: that, or what a
        convention makes of it."""
        diagnosis, measured = evidence.diagnosis, evidence.manners.measured or {}
        known = {o.instance.name: False for o in evidence.elsewhere}
        known = {i.name: known.get(i.name, True) for i in self.asked_of_all}
        known.update(evidence.agrees)
        family = diagnosis.family if self.question.conventions.covers(diagnosis.slugs) else None
        swapped = evidence.manners.form == FORMS["swapped"]
        found = []
        for instance in self.asked_of_all if family is not None else self.instances:
            name = instance.name
            if name in skipped or name not in self._right or name not in traces:
                continue
            if not instance.max_epochs:
                continue
            seen, expected = Observation(instance, self._history(instance, traces)), None
            if family is not None and not known[name]:
                own = name in evidence.agrees  # these it has been found by
                taken = diagnosis.taken(instance).with_hyper(measured)
                expected = None if own else alone(family, taken)
                known[name] = own
            if expected is None:
                expected = self.right_rows(instance)
            right = known.get(name)
            if right is None:
                right = self._agrees_with(seen, expected, swapped)
            found.append(Compared(seen, expected, right, name in evidence.late, name in known))
        return tuple(found)

    def _agrees_beside(self, observation: Observation, swapped: bool = False) -> bool:
        """As :meth:`_agrees`, with a tolerance that grows with the entries; ``swapped``: b's
        history comes first where it can be told."""
        return self._agrees_with(observation, self.right_rows(observation.instance), swapped)

    def _agrees_with(self, observation: Observation, right: FloatArray, swapped: bool) -> bool:
        own = observation.history.rows
        w, *others, b = observation.instance.start
        if swapped and own is not None and not others and w == b:
            own = own[:, ::-1]  # where both start alike, which is which cannot be read off
        if own is None or observation.history.only_point or own.shape != right.shape:
            return False
        size = np.maximum(1, np.abs(right))
        with np.errstate(all="ignore"):
            return bool((np.abs(own - right) <= self.question.tolerance * size).all())

    def is_right_on(self, instance: Instance, traces: Mapping[str, Trace]) -> bool:
        """Whether the answer to one of the calls that everybody is asked is right."""
        trace, is_judged = traces[instance.name], instance in self.judged

        def right() -> bool:
            seen = Observation(instance, self._history(instance, traces))
            agrees = self._agrees if is_judged else self._agrees_beside
            return not (trace.changed or seen.history.form) and agrees(seen)

        return _RIGHT.of(trace, (self.question, instance, is_judged), right)

    @property
    def _general_edges(self) -> Mapping[EdgeCase, Instance]:
        """The calls that show the edge cases of any rule."""
        asked = self.asked
        return {NO_EPOCHS: asked.none, CALLED_TWICE: asked.again, TINY_STEPS: asked.settled}

    def _diagnose(
        self,
        observations: Sequence[Observation],
        manners: Manners,
        traces: Mapping[str, Trace],
        right: bool,
        source: str | None,
    ) -> Diagnosis:
        """``source``: the student's function; None: none was found."""
        if all(o.history.nothing for o in observations):
            return Diagnosis(("nothing_returned",))
        if right:
            idle = replace(manners, ignored=(), bounded=())
            return diagnose(observations, self.question, idle)
        only = None
        if source is not None and all(map(_no_number_at_once, observations)):
            # What gives no number at its first step gives none later, whatever else it does, and
            # where w and b each move by a step of their own, one of them may be alone in it.
            only = self.question.catalogue.explains_fault("NaN", source) or ""
        # Under an epsilon of 1e12 a rule shows what other calls hide: that only a division by zero
        # gives NaN there, or that a small v is treated in a way of its own.
        whole = all(
            o.history.rows is not None and len(o.rows) == o.instance.max_epochs + 1
            for o in observations
        )
        if whole:
            further = (self.asked.points[0], *self.asked.decay)
            observations = (
                *observations,
                *(Observation(i, self._history(i, traces)) for i in further),
            )
        return diagnose(observations, self.question, manners, only)

    def _diagnose_elsewhere(self, traces: Mapping[str, Trace]) -> Diagnosis:
        """What is wrong only in longer runs, such as stopping once the steps are small."""
        for instance in (*self.unlike, *self.question.shown):
            observation = Observation(instance, self._history(instance, traces))
            if observation.history.rows is None:
                continue
            if len(observation.rows) != instance.max_epochs + 1:
                found = diagnose([observation], self.question, Manners())
                return Diagnosis() if found.edits else found  # ordinary calls have none of it
        return Diagnosis()

    def _stops_somewhere(self, traces: Mapping[str, Trace]) -> bool:
        """Whether some call has fewer entries than it should have."""
        rows = [(self._history(i, traces).rows, i.max_epochs) for i in self.asked_of_all]
        return any(own is not None and len(own) <= epochs for own, epochs in rows)

    def _named_by_fault(self, stopped: Verdict, answers: Answers) -> Verdict:
        """Code that raises one kind of exception whatever it is given (divides by zero, even where
        no epsilon or gradient can be the zero) may say by that alone what is wrong."""
        asked = (*self.main, *self.asked.points, *self.asked.decay)
        faults = [answers.traces[instance.name].fault for instance in asked]
        kinds = {"" if fault is None else fault.kind for fault in faults}
        if len(kinds) != 1 or "" in kinds:
            return stopped
        source = answers.run.sources.get(self.question.function, "")
        slug = self.question.catalogue.explains_fault(kinds.pop(), source)
        if slug is None:
            return stopped
        explanation = self.question.catalogue.explain(slug)
        return replace(
            stopped,
            misconceptions=(slug,),
            explanations=(explanation,),
            message=words.NAMED_AND_STOPPED.format(
                function=self.question.function, what=explanation.title, stopped=stopped.message
            ),
        )

    def _identified(self, traces: Mapping[str, Trace]) -> Identification:
        """The moments recovered from the student's steps; of the right steps they are known."""
        if all(self._alike(instance, traces) for instance in self.streams):
            return self._right_moments
        return identify(self.streams, traces, self.question.power)

    def _explained(
        self,
        moments: Identification,
        diagnosis: Diagnosis,
        manners: Manners,
        traces: Mapping[str, Trace],
    ) -> bool:
        """Whether the moments recovered are the student's in other calls too: they predict the
        steps of one, or are those of a rule that is known to be the student's."""
        number = self.main.number
        roles = by_role(number.ranges)
        asked = {roles.get(Role.STEP_SIZE)}
        asked |= {roles.get(Role.EPSILON)} if "first" in self.question.moments else set()
        idle = {*manners.ignored, *(bound.name for bound in manners.bounded)}
        if asked & idle:
            return False  # the first moment was recovered as if that had been taken
        rows = self._history(number, traces).rows
        if rows is not None and predicts(moments, number, rows, self.question.power):
            return True
        family = diagnosis.family
        if family is None or diagnosis.view or diagnosis.order != IN_ORDER:
            return False
        if "step" in edited_parts(
            self.question, diagnosis, number.with_hyper(manners.measured or {})
        ):
            return False  # what was taken for weights may be in the step
        for instance in one_of_each(self.streams):
            own = self._history(instance, traces).rows
            taken = diagnosis.taken(instance).with_hyper(manners.measured or {})
            known = alone(family, taken)
            known = known[:: instance.points] if family.every_point else known
            if own is None or not equal(own, known, LINEAR):
                return False
        return True

    @property
    def _right_moments(self) -> Identification:
        """What would be recovered of right code."""
        return right_moments(self.question, self.main.number)

    def _edges(
        self, traces: Mapping[str, Trace], manners: Manners
    ) -> Mapping[EdgeCase, bool | None]:
        """Which of the question's edge cases hold."""

        def rows(instance: Instance | None) -> FloatArray | None:
            return None if instance is None else self._history(instance, traces).rows

        shown = AtTheEdge(
            answered=rows(self.asked.base) is not None,
            no_epochs=rows(self.asked.none),
            start=self.asked.none.start,
            mutates=bool(manners.mutates),
            remembers=manners.remembers,
            stops=manners.stops,
            instance=None,
            rows=None,
            tolerance=self.question.tolerance,
        )
        found = {}
        for edge in self.question.edge_cases:
            own = self.at_the_edges.get(edge)
            good = edge.holds(replace(shown, instance=own, rows=rows(own)))
            seen = rows(own) is not None if own is not None else shown.answered
            found[edge] = good if good or seen else None
        return found

    def _unseen(self, observations: Sequence[Observation]) -> str:
        """Why none of the answers could be read; empty: one could."""
        if any(o.history.rows is not None for o in observations):
            return ""
        nothing = all(o.history.nothing for o in observations)
        why = words.WHY["nothing" if nothing else "form"]
        return why.format(function=self.question.function)

    def _behaviours(
        self, traces: Mapping[str, Trace], moments: Identification
    ) -> Mapping[str, Judged]:
        found = {}
        for behaviour in self.question.behaviours:
            histories, why = {}, ""
            for instance in behaviour.instances:
                history = self._history(instance, traces)
                if self._agrees_beside(Observation(instance, history)):
                    # A rounding that costs no trajectory is not made much of in its small steps.
                    histories[instance.name] = self.right_rows(instance)
                elif _is_whole(history.rows, instance):
                    histories[instance.name] = history.rows
                    if not equal(history.rows[0], instance.start, self.question.tolerance):
                        why = why or words.WHY["start"].format(function=self.question.function)
                else:
                    why = why or self._why_absent(traces[instance.name], history)
            right = self.question.right_shown if self.question.right_path else {}
            judged = behaviour.judge(Shown(histories, moments, self.question.function, right))
            if why and not judged.passed:
                judged = replace(judged, message=why, tried=False)
            found[behaviour.name] = judged
        return found

    def _stopped(self, traces: Mapping[str, Trace]) -> str:
        """On the first call that was ended, a sentence; empty: none was."""
        outcomes = (trace.outcome for trace in traces.values() if trace.outcome in SPOILED)
        first = next(outcomes, None)
        text = "" if first is None else words.STOPPED[first.value]
        return text.format(function=self.question.function)

    def _why_absent(self, trace: Trace, history: History) -> str:
        """Why there is no whole path to look at, to complete a sentence."""
        key = trace.outcome.value
        if trace.outcome is Outcome.RETURNED:
            key = "nothing" if history.nothing else "form"
        if history.rows is not None:
            key = "numbers" if not np.isfinite(history.rows).all() else "length"
        return words.WHY[key].format(function=self.question.function)
