"""From evidence to what a student reads: the message, explanations, measurements in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.judging import words
from autograder.judging.question import Verdict, WrongPart
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate, Edit
from autograder.judging.rule.evidence import Bound, Evidence
from autograder.judging.rule.history import Difference, first_difference
from autograder.judging.rule.moments import Factors, Weights
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
    # What is wrong is seen first in the path, then in the weights.
    pictures = [*pictures[:1], *weights_pictures(question, evidence), *pictures[1:]]
    tables += weights_tables(question, evidence)
    return Verdict(
        checks=checks,
        misconceptions=slugs,
        explanations=tuple(_explanation(slug, question, evidence) for slug in slugs),
        evidence=() if evidence.right or nothing else tuple(_sentences(question, evidence)),
        pictures=tuple(pictures),
        tables=tuple(tables),
        message=_message(question, evidence, slugs),
        wrong=() if evidence.right else tuple(_wrong(question, evidence)),
    )


def _wrong(question: Rule, evidence: Evidence) -> Iterator[WrongPart]:
    """Where what was found sits: part and parameter of each named fault, arguments of no effect."""
    diagnosis = evidence.diagnosis
    known = (bound.name for bound in diagnosis.bounds if bound.value is not None)
    for argument in (*diagnosis.ignored, *known):
        yield WrongPart(question.function, argument=argument)
    if diagnosis.candidate is None:
        return
    instance = evidence.observations[0].instance.with_hyper(evidence.manners.measured or {})
    for edit in diagnosis.edits:
        where = diagnosis.candidate.where(edit)
        components = question.catalogue.components(diagnosis.candidate, instance, edit.slug)
        for part in sorted(components):
            yield WrongPart(question.function, part, "wb" if where == "both" else where)


def _message(question: Rule, evidence: Evidence, slugs: tuple[str, ...]) -> str | None:
    if all(o.history.nothing for o in evidence.observations):
        return words.NOTHING_RETURNED.format(function=question.function)
    if slugs:
        titles = [_explanation(slug, question, evidence).title for slug in slugs]
        what = words.TWO_NAMES.join(titles)
        return words.NAMED.format(function=question.function, what=what)
    if evidence.stopped:
        return evidence.stopped
    if not evidence.right and evidence.faults:
        return raised(question.function, evidence.faults[0])
    return None


def _explanation(slug: str, question: Rule, evidence: Evidence) -> Explanation:
    """The words for one name, with what is known besides: which argument, which parameter."""
    diagnosis = evidence.diagnosis
    details = []
    if slug == "hyperparameter_ignored":
        names = [n for n in diagnosis.ignored if n not in ("init_w", "init_b")]
        details += [words.WITHOUT_EFFECT.format(names=", ".join(names))] if names else []
        values = diagnosis.hard_coded or {}
        details += [words.ALWAYS.format(name=name, value=value) for name, value in values.items()]
    if slug == "hyperparameter_bounded":
        details += [_bounded(bound) for bound in diagnosis.bounds if bound.value is not None]
    if slug == "start_ignored":
        names = [n for n in diagnosis.ignored if n in ("init_w", "init_b")]
        details += [words.WITHOUT_EFFECT.format(names=", ".join(names))] if names else []
    if slug == "mutates_input":
        details.append(words.CHANGED.format(names=", ".join(diagnosis.mutates)))
    candidate = diagnosis.candidate
    if candidate is not None and slug in candidate.slugs:
        details += describe([e for e in candidate.edits if e.slug == slug], candidate)
    return question.catalogue.explain(slug, "; ".join(details))


def _bounded(bound: Bound) -> str:
    """What a bound makes of what is given, and by which calls it is known."""
    one, other, apart = (_short(value) for value in (*bound.alike, bound.apart))
    seen = {"name": bound.name, "one": one, "other": other, "apart": apart}
    if bound.value is None or bound.above is None:
        return words.ALIKE_NEARBY.format(**seen)
    return words.BOUNDED[bound.above].format(value=f"{bound.value:g}", **seen)


def _short(value: float) -> str:
    """With as many digits as tell it from 1."""
    return f"{value:.3g}" if f"{value:.3g}" != "1" else f"{value:.6g}"


def describe(edits: Sequence[Edit], candidate: Candidate) -> list[str]:
    """What distinguishes edits from others of their name: variant, and where they sit if they
    could sit elsewhere."""
    details = []
    for edit in edits:
        details += [edit.variant] if edit.variant else []
        where = candidate.where(edit)
        if where != "both" and len(edit.parts) > 1:
            details.append(words.IN_ONE_ONLY.format(parameter=where))
    return list(dict.fromkeys(details))


# ------------------------------------------------------------------------------ evidence in words


def _sentences(question: Rule, evidence: Evidence) -> list[str]:
    """What was measured, where nothing known explains it."""
    if evidence.diagnosis.explains:
        candidate = evidence.diagnosis.candidate
        unnamed = [edit for edit in evidence.diagnosis.edits if not edit.slug]
        assert candidate is not None
        said = [words.AND_THERE.join(describe([edit], candidate)) for edit in unnamed]
        steps = [words.STEPS_OF.format(what=what) for what in said]
        return [*steps, *_first_difference(evidence)] if steps else []
    found = _first_difference(evidence)
    if evidence.factors is not None:
        found += _factors(evidence.factors)
    weighed = evidence.explained and evidence.factors is None
    for kind, name in question.moments.items() if weighed else ():
        for parameter in "wb":
            own = evidence.moments.of(kind, parameter)
            right = evidence.right_moments.of(kind, parameter)
            what = words.MOMENT_OF.format(moment=words.MOMENT_LETTERS[name], parameter=parameter)
            found += _moment_sentences(what, own, right)
    found += [_bounded(bound) for bound in evidence.diagnosis.bounds]
    return [*found, *(words.NO_SUM[key] for key in evidence.not_summed)]


def _first_difference(evidence: Evidence) -> list[str]:
    for observation in evidence.observations:
        rows, expected = observation.history.rows, evidence.expected[observation.instance.name]
        if rows is None or rows.shape != expected.shape:
            continue
        difference = first_difference(rows, expected, 1e-6)
        if difference is None:
            continue
        if difference.epoch == 0:
            return [words.NO_START.format(parameter=difference.parameter)]
        return [_told(difference)]
    return []


def _told(difference: Difference) -> str:
    place = {"epoch": difference.epoch, "parameter": difference.parameter}
    if difference.instead:
        when = words.FROM_EPOCH if difference.stays else words.AT_EPOCH
        what = words.INSTEAD[difference.instead]
        return words.NO_NUMBER.format(when=when.format(**place), what=what, **place)
    place["step"] = f"{difference.own_step:.3g}"
    if difference.ratio is None:
        return words.FIRST_DIFFERENCE_FROM_0.format(**place)
    (ratio,) = _unlike_1([difference.ratio], digits=4)
    return words.FIRST_DIFFERENCE.format(**place, ratio=ratio)


def _factors(off: Factors) -> Iterator[str]:
    """What the steps of each parameter are off by."""
    text = words.EPSILON_FACTOR if off.of_epsilon else words.STEP_FACTOR
    for parameter, times in (("w", off.w), ("b", off.b)):
        if not np.allclose(times, 1, rtol=1e-5):
            told = _unlike_1(times.tolist(), digits=3)
            yield text.format(parameter=parameter, factors=", ".join(told))


def _unlike_1(ratios: Sequence[float], digits: int) -> list[str]:
    """With as many digits as show that they are not all 1."""
    texts: list[str] = []
    for more in range(10):
        texts = [f"{ratio:.{digits + more}g}" for ratio in ratios]
        if any(text != "1" for text in texts):
            break
    return texts


def _moment_sentences(what: str, own: Weights | None, right: Weights | None) -> list[str]:
    """What is wrong with one recovered moment, in a sentence; empty: nothing to be said."""
    if own is None or right is None or not own.is_average or not right.is_average:
        return []
    if np.allclose(own.values, right.values, atol=1e-5):
        return []
    off_diagonal = own.values - np.diag(np.diag(own.values))
    if np.abs(off_diagonal).max() < 1e-6:
        return [words.MOMENT_NEWEST.format(what=what)]
    ratios = (own.row_sums / right.row_sums).tolist()
    if np.allclose(ratios, 1, atol=1e-5):
        return []
    sums = ", ".join(_unlike_1(ratios, digits=3))
    return [words.MOMENT_SUMS.format(what=what, sums=sums)]
