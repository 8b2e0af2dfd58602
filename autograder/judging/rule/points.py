"""What each part of a rule is worth, from its own evidence.

``gradient``, ``first moment`` (or ``velocity``, which is never corrected), ``second moment``,
``bias correction``, ``learning rate`` (where it follows a schedule) and ``step`` are the parts of
an update rule; ``trajectory``, ``vector``, ``edge cases`` and an assignment's behaviours are
what it does as a whole.  An assignment gives points to those it wants.

A fault with a name costs the parts that its edit changes.  Without a name the parts are right
where most of the ordinary updates are: no wrong part leaves them so.  Else each part is judged by
measurement: the gradient by how the first step depends on the points, the moments by their
recovered weights, the correction by the sums of these, the step by the moments it should follow.
A measurement is worth nothing of code that ordinary calls leave standing, or lead to no number; nor
one that finds every part right, of updates that are wrong.  And where no ordinary update is right,
or explained, there is nothing that points for edge cases could be added to.
A part is right where what was measured equals the rule's.  It is wrong where that differs and
explains the student's steps.  Anything else was not seen: the part is "not tried", and earns
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from autograder.judging import words
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.elsewhere import told
from autograder.judging.rule.evidence import Diagnosis, Evidence, Observation
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.moments import Weights
from autograder.judging.rule.pictures import off
from autograder.model import Check, FloatArray

PARTS = (
    "gradient",
    "velocity",
    "first moment",
    "second moment",
    "bias correction",
    "learning rate",
    "step",
)
EDGES = "edge cases"
"""The check that several smaller ones stand for."""
WHOLE = ("trajectory", "vector", EDGES)
"""What is looked at of a rule as a whole."""
MOST = 0.5
"""The share of ordinary updates that no rule with a wrong part gets right."""
FORM_COSTS = 0.1
"""Share of a question's points that another form of the histories costs."""
WEIGHT = 1e-5
"""Recovered weights closer than this are equal."""


@dataclass(frozen=True)
class Loss:
    """Parts that are lost, and parts that are wrong too but cost nothing more."""

    lost: frozenset[str] = frozenset()
    besides: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    """Parts of which nothing is known."""
    convention: float | None = None
    """Points that a convention costs, in place of everything else; None: no convention.  The step
    pays them, and the trajectories what is more than the step has."""
    points: Mapping[str, float] = field(default_factory=dict)

    def beyond(self, name: str) -> float:
        """What a trajectory pays of the convention's cost."""
        payers = ("step", "trajectory", "vector")
        before = sum(self.points.get(payer, 0.0) for payer in payers[: payers.index(name)])
        return max(0.0, (self.convention or 0.0) - before)


NOTHING_SEEN = Loss(unseen=frozenset(PARTS))


def judge_parts(question: Rule, evidence: Evidence) -> tuple[Check, ...]:
    """One check for each name that the assignment gives points to."""
    loss = _loss(question, evidence)
    checks: list[Check] = []
    for name, points in question.points.items():
        if name in PARTS:
            checks.append(_part(name, points, loss, evidence, question))
        elif name in ("trajectory", "vector"):
            checks.append(_trajectory(name, points, loss, evidence, question))
        elif name == EDGES:
            checks += _edges(points, evidence, question)
        else:
            checks.append(_behaviour(name, points, loss, evidence, question))
    return _in_another_form(tuple(checks), question, evidence)


def _in_another_form(
    checks: tuple[Check, ...], question: Rule, evidence: Evidence
) -> tuple[Check, ...]:
    """Histories that had to be put right to be read cost a share of the question, which what is
    seen of the whole histories pays."""
    if not evidence.manners.form:
        return checks
    left, paid = FORM_COSTS * sum(question.points.values()), []
    for check in checks:
        pays = min(left, check.score) if check.name in ("trajectory", "vector") else 0.0
        left -= pays
        if pays:
            score = round(check.score - pays, 6)
            text = words.OTHER_FORM.format(message=check.message)
            check = replace(check, passed=False, score=score, message=text)
        paid.append(check)
    return tuple(paid)


# ------------------------------------------------------------------------------ what is lost


def _loss(question: Rule, evidence: Evidence) -> Loss:
    diagnosis = evidence.diagnosis
    if evidence.right:
        return Loss()
    if diagnosis.explains and not _seen(question, evidence):
        return NOTHING_SEEN
    if not diagnosis.explains:
        return _unexplained_losses(question, evidence)
    assert diagnosis.candidate is not None
    if question.conventions.covers(diagnosis.slugs):
        share = question.conventions.share(diagnosis.slugs)
        return Loss(convention=share * sum(question.points.values()), points=question.points)
    unnamed = [""] if any(not edit.slug for edit in diagnosis.edits) else []
    costs = {slug: _parts_of(slug, question, evidence) for slug in (*diagnosis.slugs, *unnamed)}
    dearest = max(costs, key=lambda slug: _worth(slug, costs[slug], question), default=None)
    if dearest is None:
        return Loss()
    wrong = frozenset().union(*costs.values())
    return Loss(lost=costs[dearest], besides=wrong - costs[dearest])


def _unexplained_losses(question: Rule, evidence: Evidence) -> Loss:
    """What code that no known fault accounts for loses."""
    numbers = [o for o in evidence.observations if o.instance.init_w.ndim == 0]
    if numbers and all(_work(question, evidence, o) >= MOST for o in numbers):
        return Loss()
    seen = _measured(question, evidence)
    if evidence.moments.step_follows is not False and _begins_right(question, evidence):
        hidden = (part for part in ("bias correction", "step") if part in seen)
        seen.update({part: True for part in hidden if seen[part] is None})  # by what is wrong later
    lost = frozenset(part for part, good in seen.items() if good is False)
    unseen = frozenset(part for part, good in seen.items() if good is None)
    if not evidence.alive or not lost | unseen:
        return NOTHING_SEEN
    return Loss(lost=lost, unseen=unseen)


def _begins_right(question: Rule, evidence: Evidence) -> bool:
    """Whether the first update of every ordinary call is right."""
    return all(_first_is_right(question, evidence, o) for o in evidence.observations)


def _first_is_right(question: Rule, evidence: Evidence, observation: Observation) -> bool:
    own, right = observation.history.rows, evidence.expected[observation.instance.name]
    if own is None or observation.history.only_point or min(len(own), len(right)) < 2:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(own[1] - right[1]) <= question.tolerance).all())


def _work(question: Rule, evidence: Evidence, observation: Observation) -> float:
    """The share of the updates of one call after which both parameters are where they should be."""
    own, right = observation.history.rows, evidence.expected[observation.instance.name]
    if own is None or observation.history.only_point or len(right) < 2:
        return 0.0
    both = min(len(own), len(right))
    with np.errstate(all="ignore"):
        good = np.abs(own[1:both] - right[1:both]) <= question.tolerance
    return float(np.count_nonzero(good.all(axis=1))) / (len(right) - 1)


def _earns_more(question: Rule, evidence: Evidence) -> bool:
    """Whether there is an ordinary update that is right, or that a known fault accounts for; or a
    moment that is right, and explains the steps."""
    if any(_work(question, evidence, o) > 0 for o in evidence.observations):
        return True
    if not evidence.diagnosis.explains and evidence.alive and evidence.explained:
        seen = _measured(question, evidence)
        if any(seen.get(part) for part in ("velocity", "first moment", "second moment")):
            return True
    return evidence.diagnosis.explains and _seen(question, evidence)


def _seen(question: Rule, evidence: Evidence) -> bool:
    """Whether there is anything for a known fault to account for: a finite point away from the
    start.  Where there is none all that ends in NaN at once, or stands, would look alike."""
    for o in evidence.observations:
        if o.history.rows is not None:
            with np.errstate(all="ignore"):
                away = np.abs(o.rows - o.instance.start).max(axis=1)
            if (np.isfinite(away) & (away > question.tolerance)).any():
                return True
    return False


def edited_parts(question: Rule, diagnosis: Diagnosis, instance: Instance) -> frozenset[str]:
    """All parts that the faults of a diagnosis change."""
    if diagnosis.candidate is None:
        return frozenset()
    names = {edit.slug for edit in diagnosis.edits}
    components = question.catalogue.components
    return frozenset().union(*(components(diagnosis.candidate, instance, n) for n in names))


def _parts_of(slug: str, question: Rule, evidence: Evidence) -> frozenset[str]:
    """The parts with points that one named fault concerns."""
    diagnosis = evidence.diagnosis
    instance = evidence.observations[0].instance.with_hyper(evidence.manners.measured or {})
    parts: frozenset[str] = frozenset()
    if held := [name for edit in diagnosis.edits if edit.slug == slug for name in edit.arguments]:
        parts = frozenset(question.arguments.get(name, "step") for name in held)
    elif diagnosis.candidate is not None and any(edit.slug == slug for edit in diagnosis.edits):
        parts = question.catalogue.components(diagnosis.candidate, instance, slug)
    elif slug == "gradient_arguments_swapped":
        parts = frozenset({"gradient"})
    elif slug == "hyperparameter_ignored":
        # how many epochs are run is no part of the rule: the trajectories show it
        idle = [name for name in diagnosis.ignored if name != "max_epochs"]
        parts = frozenset(question.arguments.get(name, "step") for name in idle)
    elif slug == "hyperparameter_bounded":
        held = [bound.name for bound in diagnosis.bounds]
        parts = frozenset(question.arguments.get(name, "step") for name in held)
    return frozenset(part if part in question.points else "step" for part in parts)


def _worth(slug: str, parts: frozenset[str], question: Rule) -> float:
    if question.conventions.covers([slug]):
        return float(question.conventions.share([slug]))
    return float(sum(question.points.get(part, 0.0) for part in parts)) + 1.0


def _measured(question: Rule, evidence: Evidence) -> dict[str, bool | None]:
    """Which of the question's parts are right by measurement; None: that could not be seen."""
    found, right = evidence.moments, evidence.right_moments
    if evidence.factors is not None:
        wrong = {"gradient": evidence.sums_points, "step": False}
        return {part: wrong.get(part, True) for part in PARTS if part in question.points}
    # Code that gathers another gradient averages that one: all its weights are larger or smaller.
    scaled = evidence.sums_points is False
    follows = found.step_follows or (scaled and found.one_point_follows)
    explained = evidence.explained or (scaled and follows is True)
    firsts = [_Pair(found.of("first", p), right.of("first", p), scaled) for p in "wb"]
    seconds = [_Pair(found.of("second", p), right.of("second", p), scaled) for p in "wb"]
    asked = {"first": firsts, "second": seconds}
    needed = [pair for moment in question.moments for pair in asked[moment]]
    scheduled = "learning rate" in question.points
    corrected = "bias correction" in question.points
    same = {
        "gradient": evidence.sums_points,
        "velocity": _all(pair.velocity(scheduled) for pair in firsts),
        "first moment": _all(pair.moment(corrected) for pair in firsts),
        "second moment": _all(pair.moment(corrected) for pair in seconds),
        "bias correction": _all(pair.correction() for pair in needed),
        "learning rate": _all(pair.newest() for pair in firsts),
    }
    seen = {
        part: good if good or explained or part == "gradient" else None
        for part, good in same.items()
    }
    parts = [part for part in PARTS if part in question.points and part != "step"]
    moments = all(seen[part] for part in parts if part != "gradient")
    if right.step_follows is None:  # what cannot be measured even of right code
        seen["step"] = True if all(seen[part] for part in parts) else None
    elif follows:
        seen["step"] = True if explained else None
    else:  # of right moments, the step that they do not explain is another one
        seen["step"] = False if moments and found.step_follows is False else None
    return {part: good for part, good in seen.items() if part in question.points}


def _all(parts: Iterable[bool | None]) -> bool | None:
    """Whether all hold; None: some cannot be seen, and none is known not to."""
    each = list(parts)
    return False if False in each else None if None in each else True


@dataclass(frozen=True, eq=False)
class _Pair:
    """A moment as it was recovered beside the rule's; every question may remain open (None)."""

    own: Weights | None
    right: Weights | None
    scaled: bool
    """True: the weights are to be compared but for a factor."""

    def velocity(self, scheduled: bool) -> bool | None:
        """Whether each gradient enters a velocity and fades in it as it should.

        ``scheduled``: with which weight it enters is the learning rate's matter.
        """
        if (each := self._averages()) is None:
            return None
        with np.errstate(all="ignore"):
            own, right = (w / np.diag(w) if scheduled else w for w in each)
        return _close(own, right)

    def newest(self) -> bool | None:
        """Whether every gradient enters with the right weight: the learning rate of its epoch."""
        each = self._averages()
        return None if each is None else _close(np.diag(each[0]), np.diag(each[1]))

    def moment(self, corrected: bool) -> bool | None:
        """Whether the weights are right but for what a correction divides them by.

        A factor that is the same at every epoch is no correction, it is the moment's own.
        """
        if self.own is not None and self.right is not None and not self.right.is_average:
            # the right moment is no weighted sum: compare what was recovered
            return bool(np.allclose(self.own.moments, self.right.moments, rtol=WEIGHT, atol=WEIGHT))
        if (each := self._averages()) is None:
            return None
        own, right = each
        if not corrected:
            return _close(own, right)
        with np.errstate(all="ignore"):
            sums = own.sum(axis=1) / right.sum(axis=1)
        steady = _close(sums, np.full_like(sums, sums[0])) and abs(sums[0] - 1) >= WEIGHT
        return self._has_the_shares() and not steady

    def _has_the_shares(self) -> bool:
        """Whether each gradient has its right share of an epoch's weights, whatever these add up
        to."""
        if (each := self._averages()) is None:
            return False
        with np.errstate(all="ignore"):
            own, right = (w / w.sum(axis=1, keepdims=True) for w in each)
        return _close(own, right)

    def correction(self) -> bool | None:
        """Whether the sums of the weights change from epoch to epoch as they should.  Where they do
        not, it may be a moment that averages otherwise, and not its correction."""
        if (each := self._averages()) is None:
            return None
        with np.errstate(all="ignore"):
            sums = each[0].sum(axis=1) / each[1].sum(axis=1)
        if _close(sums, np.full_like(sums, sums[0])):
            return True
        return False if self._has_the_shares() else None

    def _averages(self) -> tuple[FloatArray, FloatArray] | None:
        own, right = self.own, self.right
        if own is None or right is None or not own.is_average or not right.is_average:
            return None
        factor = own.values[0, 0] / right.values[0, 0] if self.scaled else 1.0
        return (own.values / factor if factor else own.values), right.values


def _close(one: FloatArray, other: FloatArray) -> bool:
    with np.errstate(all="ignore"):
        return bool((np.abs(one - other) < WEIGHT * np.maximum(1.0, np.abs(other))).all())


# ------------------------------------------------------------------------------- the checks


def _part(name: str, points: float, loss: Loss, evidence: Evidence, question: Rule) -> Check:
    if name in loss.unseen:
        return not_tried(name, points, evidence.unseen or words.WHY["steps"])
    if name in loss.lost and evidence.factors is not None and name == "step":
        text = words.STEP_OFF[evidence.factors.of_epsilon]
        return Check(name, False, 0.0, points, text)
    if name in loss.lost:
        known = name != "step" or evidence.diagnosis.explains
        text = words.PART_WRONG[name] if known else words.STEP_MEASURED
        return Check(name, False, 0.0, points, text)
    if name in loss.besides:
        return Check(name, False, points, points, words.PART_WRONG[name] + words.COSTS_NO_MORE)
    if name == "step" and loss.convention is not None:
        score = max(0.0, points - loss.convention)
        text = words.CONVENTION_AND_MORE if evidence.elsewhere else words.CONVENTION
        return Check(name, False, round(score, 6), points, text)
    return Check(name, True, points, points, _right(name, loss, evidence, question))


def _right(name: str, loss: Loss, evidence: Evidence, question: Rule) -> str:
    """What is right, as far as it was seen to be so."""
    text = words.PART_RIGHT[name]
    if evidence.factors is not None and name in words.PART_BUT_FACTOR:
        return words.PART_BUT_FACTOR[name]
    known = evidence.right or evidence.diagnosis.explains
    tells = known or loss.lost | loss.unseen
    if tells and name in words.PART_OFF and off(question, evidence, name):
        return words.PART_OFF[name]
    if known:
        how = "ordinary" if evidence.elsewhere else ""
    else:
        how = "measured" if loss.lost | loss.unseen else "most"
    return words.AS_SEEN[how].format(right=text[0].lower() + text[1:]) if how else text


def not_tried(name: str, points: float, why: str) -> Check:
    """A check whose object could not be seen; ``why`` completes a sentence."""
    return Check(name, False, 0.0, points, words.NOT_TRIED.format(why=why), tried=False)


def _trajectory(name: str, points: float, loss: Loss, evidence: Evidence, question: Rule) -> Check:
    if evidence.unseen:
        return not_tried(name, points, evidence.unseen)
    observed = _observed(name, evidence)
    ordinary = all(evidence.agrees[o.instance.name] for o in observed)
    vector = name == "vector"
    whys = [why for called, why in evidence.spoiled.items() if called.endswith("vector") == vector]
    if ordinary and (whys or not observed):
        return not_tried(name, points, whys[0] if whys else words.WHY["answer"])
    elsewhere = [
        o
        for o in evidence.elsewhere
        if "vector" not in question.points or (o.instance.init_w.ndim == 1) == vector
    ]
    if ordinary and not elsewhere:
        text = words.TRAJECTORY_RIGHT[name]
        if evidence.elsewhere or evidence.stops_somewhere:
            text = words.TRAJECTORY_SEEN[name].format(count=_count(name, evidence))
        return Check(name, True, points, points, text)
    if loss.convention is not None and not elsewhere:
        score, text = max(0.0, points - loss.beyond(name)), words.TRAJECTORY_CONVENTION
        if evidence.elsewhere:
            text = words.TRAJECTORY_CONVENTION_SEEN.format(count=_count(name, evidence))
        return Check(name, True, round(score, 6), points, text)
    if ordinary or loss.convention is not None:
        names = {o.instance.name for o in elsewhere}
        wrong = [one for one in evidence.compared if one.instance.name in names]
        text = told(wrong, evidence.compared, question.tolerance)
        return Check(name, False, 0.0, points, words.TRAJECTORY_ELSEWHERE[name].format(told=text))
    return Check(name, False, 0.0, points, _why_not(name, evidence))


def _count(name: str, evidence: Evidence) -> int:
    """How many calls of one kind of x everybody has to get right, and came back so."""
    vector = name == "vector"
    calls = (one for one in evidence.compared if (one.instance.init_w.ndim == 1) == vector)
    return sum(one.counts and one.right for one in calls)


def _observed(name: str, evidence: Evidence) -> list[Observation]:
    """What was seen where x is a number (``trajectory``) or a vector."""
    vector = name == "vector"
    return [o for o in evidence.observations if (o.instance.init_w.ndim == 1) == vector]


def _why_not(name: str, evidence: Evidence) -> str:
    for observation in _observed(name, evidence):
        if not evidence.agrees[observation.instance.name]:
            if observation.history.problem:
                return words.TRAJECTORY_FORM[name].format(problem=observation.history.problem)
            if observation.history.rows is None:
                return words.TRAJECTORY_RAISED[name]
            entries = len(observation.history.rows)
            wanted = len(evidence.expected[observation.instance.name])
            if entries != wanted:
                return words.TRAJECTORY_LENGTH.format(
                    epochs=wanted - 1, wanted=wanted, entries=entries
                )
    return words.TRAJECTORY_WRONG[name]


def _edges(points: float, evidence: Evidence, question: Rule) -> list[Check]:
    share = points / len(evidence.edges)
    earned = _earns_more(question, evidence)
    named = evidence.diagnosis.slugs
    forgiven = any(slug in question.conventions.shares for slug in named)
    checks = []
    for edge, good in evidence.edges.items():
        if good is None:
            checks.append(not_tried(edge.name, share, evidence.unseen or words.WHY["answer"]))
        elif good and not earned:
            checks.append(Check(edge.name, False, 0.0, share, words.EDGE_OF_NOTHING))
        elif not good and forgiven and edge.excused:
            checks.append(Check(edge.name, True, share, share, words.EDGE_CONVENTION))
        else:
            in_numbers = edge.name in evidence.edges_in_numbers
            if edge.call is not None and not (good or in_numbers or evidence.in_numbers):
                # What gives no number on an ordinary call either tells nothing of this one.
                why = words.WHY["numbers"].format(function=question.function)
                checks.append(not_tried(edge.name, share, why))
                continue
            wrong = edge.wrong_in_numbers if in_numbers and edge.wrong_in_numbers else edge.wrong
            right = edge.right
            if evidence.stops_somewhere:
                right = words.EDGE_SEEN.get(edge.name, right)
            text = right if good else wrong
            checks.append(Check(edge.name, good, share if good else 0.0, share, text))
    return checks


def _behaviour(name: str, points: float, loss: Loss, evidence: Evidence, question: Rule) -> Check:
    judged = evidence.behaviours[name]
    forgiven = loss.convention is not None and not evidence.elsewhere
    if not judged.tried and not forgiven:
        return not_tried(name, points, judged.message)
    seen = evidence.alive or name in evidence.shown_right or _earns_more(question, evidence)
    if judged.passed and not seen:
        return Check(name, False, 0.0, points, words.BEHAVIOUR_OF_NOTHING)
    if judged.passed or forgiven:
        text = judged.message if judged.passed else words.TRAJECTORY_CONVENTION
        return Check(name, True, points, points, text)
    return Check(name, False, 0.0, points, judged.message)
