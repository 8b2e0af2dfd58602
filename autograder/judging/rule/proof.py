"""What an update rule shows of itself: every known fault, and every pair of them, is judged as if a
student had written it; right programs and faults have to be far from the tolerance on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.judging.proof import MARGIN, Fault, Margins, Pairs, Proof
from autograder.judging.question import Answers
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate, Family
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.explain import describe
from autograder.judging.rule.history import rows_of
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.points import EDGES
from autograder.judging.rule.pool import POOL, SHAPES, apart, least_separation, pool_instance
from autograder.judging.rule.simulate import simulate, with_interface_faults
from autograder.model import FloatArray, NotebookRun, Outcome, Submission, Trace


def prove(rule: Rule, exam: RuleExam, right: Sequence[Answers]) -> Proof:
    """The proof of a rule by one exam and what right programs answered in it."""
    with np.errstate(all="ignore"):  # faults overflow and divide by zero
        return Proof(
            checks=tuple(rule.points),
            faults=(*_known_faults(rule, exam), *_interface_faults(rule, exam)),
            pairs=_pairs(rule, exam),
            margins=_margins(rule, exam, right),
        )


def _known_faults(rule: Rule, exam: RuleExam) -> Iterator[Fault]:
    conventions = rule.conventions
    for family in rule.catalogue.singles():
        for candidate, traces in simulate(exam, family):
            slugs = candidate.slugs
            fault = _judged(rule, exam, slugs, traces, _detail(candidate))
            yield replace(
                fault,
                equivalent=set(fault.named) != set(slugs)
                and _same(rule, exam, traces, fault.named),
                free=conventions.covers(slugs) and conventions.share(slugs) == 0,
            )


def _interface_faults(rule: Rule, exam: RuleExam) -> Iterator[Fault]:
    for slug, traces in with_interface_faults(exam, rule.catalogue.right()):
        yield replace(_judged(rule, exam, (slug,), traces), own=False)


def _judged(
    rule: Rule,
    exam: RuleExam,
    slugs: tuple[str, ...],
    traces: Mapping[str, Trace],
    detail: str = "",
) -> Fault:
    run = NotebookRun(Outcome.RETURNED)
    verdict = exam.judge(Answers(Submission("", ""), run, dict(traces)))
    checks = [
        check if check.name in rule.points else replace(check, name=EDGES)
        for check in verdict.checks
    ]
    return Fault.judged(slugs, checks, verdict.misconceptions, detail)


def _same(rule: Rule, exam: RuleExam, traces: Mapping[str, Trace], named: Sequence[str]) -> bool:
    """Whether a fault of this name, or the two faults of these names, give the same traces."""
    if not named:
        return False
    for family in (*rule.catalogue.singles(), *rule.catalogue.pairs()):
        names = (set(candidate.slugs) for candidate in family.candidates)
        chosen = [number for number, slugs in enumerate(names) if slugs == set(named)]
        if not chosen:
            continue
        for _, others in simulate(exam, family.subset(chosen)):
            if _agree(rule, exam, traces, others):
                return True
    return False


def _agree(
    rule: Rule, exam: RuleExam, one: Mapping[str, Trace], other: Mapping[str, Trace]
) -> bool:
    """Whether two sets of traces have the same main trajectories, NaN where the other has NaN."""
    for instance in exam.judged:
        mine, theirs = rows_of(instance, one), rows_of(instance, other)
        if mine is None or theirs is None or mine.shape != theirs.shape:
            return False
        if not np.allclose(mine, theirs, rtol=0, atol=rule.tolerance, equal_nan=True):
            return False
    return True


def _detail(candidate: Candidate) -> str:
    return "; ".join(describe(candidate.edits, candidate))


def _pairs(rule: Rule, exam: RuleExam) -> Pairs:
    """Whether each pair's trajectory leaves the right one on some instance.

    A pair that agrees with the right rule to rounding on all of them computes the right rule.
    """
    count, caught, cancelling = 0, 0, []
    for family in rule.catalogue.pairs():
        count += len(family.candidates)
        left = family
        # Most pairs show within two epochs of the first instance; only the rest is run whole.
        for epochs in (2, None):
            for instance in exam.judged:
                off = _apart(left, exam, instance, epochs)
                caught += int((off > rule.tolerance).sum())
                left = left.subset(np.flatnonzero(off <= rule.tolerance).tolist())
                if not left.candidates:
                    break
        for number, candidate in enumerate(left.candidates):
            alone = left.subset([number])
            most = max(float(_apart(alone, exam, i, None)[0]) for i in exam.judged)
            if most < rule.tolerance / MARGIN:
                cancelling.append(f"{' + '.join(candidate.slugs)} ({_detail(candidate)})")
    return Pairs(count, caught, tuple(cancelling))


def _apart(family: Family, exam: RuleExam, instance: Instance, epochs: int | None) -> FloatArray:
    """The largest difference of each candidate's trajectory from the right one; inf for NaN."""
    if not family.candidates:
        return np.empty(0)
    epochs = None if epochs is None else min(epochs, instance.max_epochs)
    most = apart(family, instance, exam.right_rows(instance), epochs)
    return np.asarray(np.where(np.isnan(most), np.inf, most))


def _margins(rule: Rule, exam: RuleExam, right: Sequence[Answers]) -> Margins:
    rounding = max((exam.rounding(answers.traces) for answers in right), default=float("inf"))
    least, name = float("inf"), ""
    for shape in SHAPES:
        for number in range(0, POOL, 4):
            drawn = pool_instance(rule, shape, number)
            found, slug = least_separation(rule.catalogue, *rule.told_apart_on(drawn))
            if found < least:
                least, name = found, slug
    return Margins(rule.tolerance, rounding, least, name)
