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
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from autograder.judging import words
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.evidence import Evidence, Observation
from autograder.judging.rule.moments import Weights
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
WEIGHT = 1e-5
"""Recovered weights closer than this are equal."""


@dataclass(frozen=True)
class Loss:
    """Parts that are lost, and parts that are wrong too but cost nothing more."""

    lost: frozenset[str] = frozenset()
    besides: frozenset[str] = frozenset()
    convention: float | None = None
    """Points that a convention costs, in place of everything else; None: no convention.  The step
    pays them, and the trajectories what is more than the step has."""
    points: Mapping[str, float] = field(default_factory=dict)

    def beyond(self, name: str) -> float:
        """What a trajectory pays of the convention's cost."""
        payers = ("step", "trajectory", "vector")
        before = sum(self.points.get(payer, 0.0) for payer in payers[: payers.index(name)])
        return max(0.0, (self.convention or 0.0) - before)


def judge_parts(question: Rule, evidence: Evidence) -> tuple[Check, ...]:
    """One check for each name that the assignment gives points to."""
    loss = _loss(question, evidence)
    checks: list[Check] = []
    for name, points in question.points.items():
        if name in PARTS:
            checks.append(_part(name, points, loss))
        elif name in ("trajectory", "vector"):
            checks.append(_trajectory(name, points, loss, evidence, question))
        elif name == EDGES:
            checks += _edges(points, evidence, question)
        else:
            checks.append(_behaviour(name, points, loss, evidence, question))
    return tuple(checks)


# ------------------------------------------------------------------------------ what is lost


def _loss(question: Rule, evidence: Evidence) -> Loss:
    diagnosis = evidence.diagnosis
    if evidence.right:
        return Loss()
    if diagnosis.explains and not _seen(question, evidence):
        return Loss(lost=frozenset(PARTS))
    if not diagnosis.explains:
        return Loss(lost=_unexplained_losses(question, evidence))
    assert diagnosis.candidate is not None
    if question.conventions.covers(diagnosis.slugs):
        share = question.conventions.share(diagnosis.slugs)
        return Loss(convention=share * sum(question.points.values()), points=question.points)
    costs = {slug: _parts_of(slug, question, evidence) for slug in diagnosis.slugs}
    dearest = max(costs, key=lambda slug: _worth(slug, costs[slug], question), default=None)
    if dearest is None:
        return Loss()
    wrong = frozenset().union(*costs.values())
    return Loss(lost=costs[dearest], besides=wrong - costs[dearest])


def _unexplained_losses(question: Rule, evidence: Evidence) -> frozenset[str]:
    numbers = [o for o in evidence.observations if o.instance.init_w.ndim == 0]
    if all(_work(question, evidence, o) >= MOST for o in numbers):
        return frozenset()
    measured = frozenset(_measured_losses(question, evidence))
    if not evidence.alive or not measured & set(question.points):
        return frozenset(PARTS)
    return measured


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
    """Whether there is an ordinary update that is right, or that a known fault accounts for."""
    if any(_work(question, evidence, o) > 0 for o in evidence.observations):
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
    return evidence.told


def _parts_of(slug: str, question: Rule, evidence: Evidence) -> frozenset[str]:
    """The parts with points that one named fault concerns."""
    diagnosis = evidence.diagnosis
    instance = evidence.observations[0].instance.with_hyper(evidence.manners.measured or {})
    parts: frozenset[str] = frozenset()
    if diagnosis.candidate is not None and slug in diagnosis.candidate.slugs:
        parts = question.catalogue.components(diagnosis.candidate, instance, slug)
    elif slug == "hyperparameter_ignored":
        parts = frozenset(question.arguments.get(name, "step") for name in diagnosis.ignored)
    return frozenset(part if part in question.points else "step" for part in parts)


def _worth(slug: str, parts: frozenset[str], question: Rule) -> float:
    if question.conventions.covers([slug]):
        return float(question.conventions.share([slug]))
    return float(sum(question.points.get(part, 0.0) for part in parts)) + 1.0


def _measured_losses(question: Rule, evidence: Evidence) -> list[str]:
    """Parts that are wrong, or not seen to be right, by measurement."""
    found, right = evidence.moments, evidence.right_moments
    firsts = [(found.of("first", p), right.of("first", p)) for p in "wb"]
    seconds = [(found.of("second", p), right.of("second", p)) for p in "wb"]
    asked = {"first": firsts, "second": seconds}
    needed = [pair for moment in question.moments for pair in asked[moment]]
    scheduled = "learning rate" in question.points
    good = {
        "gradient": evidence.sums_points,
        "velocity": all(_same_velocity(*pair, scheduled) for pair in firsts),
        "first moment": all(_same_shares(*pair) for pair in firsts),
        "second moment": all(_same_shares(*pair) for pair in seconds)
        and ("bias correction" in question.points or all(_same_sums(*pair) for pair in seconds)),
        "bias correction": all(_same_sums(*pair) for pair in needed),
        "learning rate": all(_same_newest(*pair) for pair in firsts),
    }
    # Where the step cannot be measured even of right code, it is seen by the rest being right.
    parts = [part for part in PARTS if part in question.points and part != "step"]
    good["step"] = found.step_follows or (
        not right.step_follows and all(good[part] for part in parts)
    )
    return [part for part in PARTS if not good[part]]


def _same_velocity(own: Weights | None, right: Weights | None, scheduled: bool) -> bool:
    """Whether each gradient enters a velocity and fades in it as it should.

    ``scheduled``: with which weight it enters is the learning rate's matter.
    """
    return _same(own, right, lambda w: w.values / np.diag(w.values) if scheduled else w.values)


def _same_newest(own: Weights | None, right: Weights | None) -> bool:
    """Whether every gradient enters with the right weight: the learning rate of its epoch."""
    return _same(own, right, lambda w: np.diag(w.values))


def _same_shares(own: Weights | None, right: Weights | None) -> bool:
    """Whether the weights are in the right proportion within every epoch."""
    if own is None or right is None:
        return False
    if not right.is_average:  # the right moment is no weighted sum: compare what was recovered
        return bool(np.allclose(own.moments, right.moments, rtol=WEIGHT, atol=WEIGHT))
    return _same(own, right, lambda w: w.values / w.row_sums[:, None])


def _same_sums(own: Weights | None, right: Weights | None) -> bool:
    if own is None or right is None or not own.is_average:
        return False
    return bool((np.abs(own.row_sums / right.row_sums - 1) < WEIGHT).all())


def _same(
    own: Weights | None, right: Weights | None, seen: Callable[[Weights], FloatArray]
) -> bool:
    """Whether what is seen of the student's weights is what is seen of the right ones."""
    if own is None or right is None or not own.is_average:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(seen(own) - seen(right)) < WEIGHT).all())


# ------------------------------------------------------------------------------- the checks


def _part(name: str, points: float, loss: Loss) -> Check:
    if name in loss.lost:
        return Check(name, False, 0.0, points, words.PART_WRONG[name])
    if name in loss.besides:
        return Check(name, False, points, points, words.PART_WRONG[name] + words.COSTS_NO_MORE)
    if name == "step" and loss.convention is not None:
        score = max(0.0, points - loss.convention)
        return Check(name, False, round(score, 6), points, words.CONVENTION)
    return Check(name, True, points, points, words.PART_RIGHT[name])


def _trajectory(name: str, points: float, loss: Loss, evidence: Evidence, question: Rule) -> Check:
    ordinary = all(evidence.agrees[o.instance.name] for o in _observed(name, evidence))
    elsewhere = [
        o
        for o in evidence.elsewhere
        if "vector" not in question.points or (o.instance.init_w.ndim == 1) == (name == "vector")
    ]
    if ordinary and not elsewhere:
        return Check(name, True, points, points, words.TRAJECTORY_RIGHT[name])
    if loss.convention is not None and not elsewhere:
        score = max(0.0, points - loss.beyond(name))
        return Check(name, True, round(score, 6), points, words.TRAJECTORY_CONVENTION)
    if ordinary or loss.convention is not None:
        where = words.LISTED.join(dict.fromkeys(_where(o, evidence) for o in elsewhere[:3]))
        return Check(name, False, 0.0, points, words.TRAJECTORY_ELSEWHERE[name].format(where=where))
    return Check(name, False, 0.0, points, _why_not(name, evidence))


def _where(observation: Observation, evidence: Evidence) -> str:
    name = observation.instance.name
    where = words.ELSEWHERE.get(name, name)
    return words.OUT_OF_TIME.format(where=where) if name in evidence.late else where


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
        if good and not earned:
            checks.append(Check(edge.name, False, 0.0, share, words.EDGE_OF_NOTHING))
        elif not good and forgiven and edge.excused:
            checks.append(Check(edge.name, True, share, share, words.EDGE_CONVENTION))
        else:
            text = edge.right if good else edge.wrong
            checks.append(Check(edge.name, good, share if good else 0.0, share, text))
    return checks


def _behaviour(name: str, points: float, loss: Loss, evidence: Evidence, question: Rule) -> Check:
    judged = evidence.behaviours[name]
    seen = evidence.alive or name in evidence.shown_right or _earns_more(question, evidence)
    if judged.passed and not seen:
        return Check(name, False, 0.0, points, words.BEHAVIOUR_OF_NOTHING)
    if judged.passed or loss.convention is not None:
        text = judged.message if judged.passed else words.TRAJECTORY_CONVENTION
        return Check(name, True, points, points, text)
    return Check(name, False, 0.0, points, judged.message)
