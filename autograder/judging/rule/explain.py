"""From evidence to what a student reads: messages, explanations, pictures, tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.judging import words
from autograder.judging.question import Verdict
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate, Edit
from autograder.judging.rule.evidence import Evidence
from autograder.judging.rule.history import first_difference
from autograder.judging.rule.moments import Weights
from autograder.judging.rule.pictures import weights_pictures, weights_tables
from autograder.judging.stopped import raised
from autograder.model import Check, Explanation, Table

# ------------------------------------------------------------------------------ the whole verdict


def verdict(question: Rule, evidence: Evidence, checks: tuple[Check, ...]) -> Verdict:
    """All that is said about an update rule that ran."""
    diagnosis = evidence.diagnosis
    slugs = tuple(s for s in diagnosis.slugs if s not in question.conventions.silent)
    nothing = all(o.history.nothing for o in evidence.observations)
    pictures = [p for judged in evidence.behaviours.values() for p in judged.pictures]
    tables: list[Table] = []
    if not evidence.right and not nothing:
        pictures += weights_pictures(question, evidence)
        tables += weights_tables(question, evidence)
    return Verdict(
        checks=checks,
        misconceptions=slugs,
        explanations=tuple(_explanation(slug, question, evidence) for slug in slugs),
        evidence=() if evidence.right or nothing else tuple(_sentences(question, evidence)),
        pictures=tuple(pictures),
        tables=tuple(tables),
        message=_message(question, evidence, slugs),
    )


def _message(question: Rule, evidence: Evidence, slugs: tuple[str, ...]) -> str | None:
    if all(o.history.nothing for o in evidence.observations):
        return words.NOTHING_RETURNED.format(function=question.function)
    if slugs:
        titles = [_explanation(slug, question, evidence).title for slug in slugs]
        return f"Your {question.function} {' and '.join(titles)}."
    if not evidence.right and evidence.faults:
        return raised(question.function, evidence.faults[0])
    return None


def _explanation(slug: str, question: Rule, evidence: Evidence) -> Explanation:
    """The words for one name, with what is known besides: which argument, which parameter."""
    diagnosis = evidence.diagnosis
    details = []
    if slug == "hyperparameter_ignored":
        names = [n for n in diagnosis.ignored if n not in ("init_w", "init_b")]
        details.append("without effect: " + ", ".join(names))
        values = diagnosis.hard_coded or {}
        details += [f"{name} is always {value:g}" for name, value in values.items()]
    if slug == "start_ignored":
        names = [n for n in diagnosis.ignored if n in ("init_w", "init_b")]
        details += ["without effect: " + ", ".join(names)] if names else []
    if slug == "mutates_input":
        details.append("changed: " + ", ".join(diagnosis.mutates))
    candidate = diagnosis.candidate
    if candidate is not None and slug in candidate.slugs:
        details += describe([e for e in candidate.edits if e.slug == slug], candidate)
    return question.catalogue.explain(slug, "; ".join(details))


def describe(edits: Sequence[Edit], candidate: Candidate) -> list[str]:
    """What distinguishes edits from others of their name: variant, and where they sit if they
    could sit elsewhere."""
    details = []
    for edit in edits:
        details += [edit.variant] if edit.variant else []
        where = candidate.where(edit)
        if where != "both" and len(edit.parts) > 1:
            details.append(f"in {where} only")
    return list(dict.fromkeys(details))


# ------------------------------------------------------------------------------ evidence in words


def _sentences(question: Rule, evidence: Evidence) -> list[str]:
    """What was measured, for faults with and without a name."""
    found = []
    if not evidence.diagnosis.explains:
        found += _first_difference(evidence)
    letters = {"velocity": "the velocity", "first moment": "m", "second moment": "v"}
    for kind, name in question.moments.items():
        title = letters[name]
        for parameter in "wb":
            own = getattr(evidence.moments, f"{kind}_{parameter}")
            right = getattr(evidence.right_moments, f"{kind}_{parameter}")
            sentence = _moment_sentence(f"{title} of {parameter}", own, right)
            if sentence and not evidence.diagnosis.explains:
                found.append(sentence)
    if not evidence.sums_points and not evidence.diagnosis.explains:
        found.append(
            "The first step does not point along the sum of all points' gradients, or does not "
            "double when every point is there twice."
        )
    return found


def _first_difference(evidence: Evidence) -> list[str]:
    for observation in evidence.observations:
        rows, expected = observation.history.rows, evidence.expected[observation.instance.name]
        if rows is None or rows.shape != expected.shape:
            continue
        difference = first_difference(rows, expected, 1e-6)
        if difference is None:
            continue
        if difference.epoch == 0:
            return [f"The first entry of {difference.parameter}'s history is not the start."]
        if difference.ratio is None:
            return [f"From epoch {difference.epoch} on, {difference.parameter} is no number (NaN)."]
        return [
            f"The first difference is at epoch {difference.epoch}, in {difference.parameter}: your "
            f"step there is {difference.own_step:.3g}, which is {difference.ratio:.4g} times the "
            "rule's step."
        ]
    return []


def _moment_sentence(what: str, own: Weights | None, right: Weights | None) -> str | None:
    if right is None or not right.is_average:
        return None
    if own is None:
        return f"What is kept as {what} could not be recovered from the steps."
    if not own.is_average:
        return f"What is kept as {what} is no weighted sum of the gradients so far."
    if np.allclose(own.values, right.values, atol=1e-5):
        return None
    ratio = own.row_sums / right.row_sums
    off_diagonal = own.values - np.diag(np.diag(own.values))
    if np.abs(off_diagonal).max() < 1e-6:
        return f"Only the newest gradient counts in {what}: the state is lost at every epoch."
    sums = ", ".join(f"{x:.3g}" for x in ratio)
    return f"The weights in {what} add up to {sums} times what they should, epoch by epoch."
