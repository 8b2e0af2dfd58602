"""From evidence to what a student reads: messages, explanations, pictures, tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judging import words
from autograder.judging.catalogue import Candidate, Edit
from autograder.judging.compare import first_difference
from autograder.judging.identify import Weights
from autograder.judging.parts import Evidence
from autograder.judging.question import Verdict
from autograder.model import (
    Check,
    Explanation,
    Fault,
    Line,
    NotebookRun,
    Outcome,
    Picture,
    QuestionStatus,
    Table,
    Trace,
)

SPOILED = (
    Outcome.TIMED_OUT,
    Outcome.EXITED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.FLOODED,
)


# -------------------------------------------------------------------- functions that do not run


def stopped(
    function: str, points: dict[str, float], traces: Sequence[Trace], run: NotebookRun
) -> Verdict | None:
    """The verdict on a function that gave no answer at all; None: it gave some."""
    if any(trace.outcome is Outcome.MISSING for trace in traces):
        return _failed(points, QuestionStatus.ERROR, missing(function, run))
    for trace in traces:
        if trace.outcome in SPOILED:
            timed_out = trace.outcome is Outcome.TIMED_OUT
            status = QuestionStatus.TIMEOUT if timed_out else QuestionStatus.ERROR
            message = words.STOPPED[trace.outcome.value].format(function=function)
            return _failed(points, status, message)
    if all(trace.outcome is Outcome.RAISED for trace in traces):
        fault = traces[0].fault or Fault("Error", "")
        return _failed(points, QuestionStatus.ERROR, raised(function, fault))
    return None


def missing(function: str, run: NotebookRun) -> str:
    """What to say of a function that the notebook does not define, and why it may be so."""
    if not run.faults:
        return words.MISSING.format(function=function)
    number, fault = sorted(run.faults.items())[0]
    if number == 0:  # a .py file: what comes after the line that failed was never run
        return words.MISSING_BELOW.format(function=function, fault=_cell_fault(number, fault))
    return (
        words.MISSING.format(function=function)
        + " "
        + words.BEFORE.format(fault=_cell_fault(number, fault))
    )


def _cell_fault(number: int, fault: Fault) -> str:
    places = [f"cell {number}"] if number else []
    places += [f"line {fault.line}"] if fault.line is not None else []
    code = f": {fault.code.strip()}" if fault.code.strip() else ""
    where = f"{', '.join(places)}{code}: " if places else ""
    return f"{where}{fault.kind}: {fault.message}"


def raised(function: str, fault: Fault) -> str:
    """One sentence on an exception: what, where."""
    where = ""
    if fault.line is not None:
        place = f"cell {fault.cell}, line {fault.line}" if fault.cell else f"line {fault.line}"
        code = f" ({fault.code.strip()})" if fault.code.strip() else ""
        where = f" in {place}{code}"
    return words.RAISED.format(
        function=function, kind=fault.kind, where=where, message=fault.message
    ).rstrip(": ")


def _failed(points: dict[str, float], status: QuestionStatus, message: str) -> Verdict:
    checks = tuple(Check(name, False, 0.0, worth, message) for name, worth in points.items())
    return Verdict(checks, status=status, message=message)


# ------------------------------------------------------------------------------ the whole verdict


def verdict(question: Any, evidence: Evidence, checks: tuple[Check, ...]) -> Verdict:
    """All that is said about an update rule that ran."""
    diagnosis = evidence.diagnosis
    slugs = tuple(s for s in diagnosis.slugs if s not in question.conventions.silent)
    nothing = all(o.history.nothing for o in evidence.observations)
    pictures = [p for judged in evidence.behaviours.values() for p in judged.pictures]
    tables: list[Table] = []
    if not evidence.right and not nothing:
        pictures += _weights_pictures(question, evidence)
        tables += _weights_tables(question, evidence)
    return Verdict(
        checks=checks,
        misconceptions=slugs,
        explanations=tuple(_explanation(slug, question, evidence) for slug in slugs),
        evidence=() if evidence.right or nothing else tuple(_sentences(question, evidence)),
        pictures=tuple(pictures),
        tables=tuple(tables),
        message=_message(question, evidence, slugs),
    )


def _message(question: Any, evidence: Evidence, slugs: tuple[str, ...]) -> str | None:
    if all(o.history.nothing for o in evidence.observations):
        return words.NOTHING_RETURNED.format(function=question.function)
    if slugs:
        titles = [_explanation(slug, question, evidence).title for slug in slugs]
        return f"Your {question.function} {' and '.join(titles)}."
    if not evidence.right and evidence.faults:
        return raised(question.function, evidence.faults[0])
    return None


def _explanation(slug: str, question: Any, evidence: Evidence) -> Explanation:
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
    return question.catalogue.explain(slug, "; ".join(details))  # type: ignore[no-any-return]


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


def _sentences(question: Any, evidence: Evidence) -> list[str]:
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


def _weights_tables(question: Any, evidence: Evidence) -> list[Table]:
    tables = []
    for kind, title in question.moments.items():
        own = getattr(evidence.moments, f"{kind}_w")
        right = getattr(evidence.right_moments, f"{kind}_w")
        if own is None or right is None or not right.is_average:
            continue  # a moment that is no average has no weights to show
        if np.allclose(own.values, right.values, atol=1e-5):
            continue
        epochs = len(own.values)
        rows = tuple(
            (
                f"epoch {t + 1}",
                *(f"{own.values[t, i]:.4g}" if i <= t else "" for i in range(epochs)),
            )
            for t in range(epochs)
        )
        power = "g" if kind == "first" else "g^2"
        header = ("", *(f"{power} of epoch {i + 1}" for i in range(epochs)))
        tables.append(Table(f"Recovered weights of your {title} (of w)", header, rows))
    return tables


def _weights_pictures(question: Any, evidence: Evidence) -> list[Picture]:
    """Recovered weights of the last epoch beside the expected ones."""
    pictures = []
    for kind, title in question.moments.items():
        own = getattr(evidence.moments, f"{kind}_w")
        right = getattr(evidence.right_moments, f"{kind}_w")
        if own is None or right is None or not right.is_average:
            continue  # a moment that is no average has no weights to show
        if np.allclose(own.values, right.values, atol=1e-5):
            continue
        t = len(own.values)
        x = tuple(float(i) for i in range(1, t + 1))
        pictures.append(
            Picture(
                title=f"Weights in your {title}",
                caption=f"How much each epoch's gradient counts in the {title} of epoch {t}: "
                "recovered from your steps, beside the rule's.",
                x_label="epoch of the gradient",
                y_label="weight",
                lines=(
                    Line("the rule", x, _floats(right.values[-1]), "tab:gray", "bar"),
                    Line(f"your {question.function}", x, _floats(own.values[-1]), "tab:red", "bar"),
                ),
            )
        )
    return pictures


def monte_carlo(own: Weights, mean: float, what: str) -> Picture:
    """The lecture's argument as a picture: the mean of many m_t beside E[g]."""
    streams, epochs = own.moments.shape
    with np.errstate(all="ignore"):
        estimate = own.moments.mean(axis=0) / mean
        band = 2.576 * own.moments.std(axis=0, ddof=1) / np.sqrt(streams) / mean
    t = tuple(float(i) for i in range(1, epochs + 1))
    return Picture(
        title=f"Is {what} unbiased?",
        caption=f"The mean of {what} over {streams} random streams of gradients, with its 99 % "
        "band, in units of what it should be on average (the line at 1).",
        x_label="epoch t",
        y_label="mean, relative to its expectation",
        lines=(
            Line("expected", t, (1.0,) * epochs, "black", "--"),
            Line(
                f"mean of your {what}",
                t,
                _floats(estimate),
                "tab:red",
                "-",
                low=_floats(estimate - band),
                high=_floats(estimate + band),
            ),
        ),
    )


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
