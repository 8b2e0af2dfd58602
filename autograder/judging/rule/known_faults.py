"""Code with one known fault, of which everything is known as soon as it is recognised.

What everybody is asked tells the known faults apart.  Where all of that is answered with the
numbers of the rule with one of them, but for rounding, nothing further has to be asked: what else
would be seen of the code is what that rule does.  So the verdict is made once, as that on right
code is; on the common instances it is the same for everybody.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from autograder.judging.question import Answers, Verdict
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate, Family
from autograder.judging.rule.diagnose import NUDGE, alone, only_single
from autograder.judging.rule.evidence import Observation
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import read_history
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.right_answers import alike
from autograder.kept.findings import Findings
from autograder.model import FloatArray, NotebookRun, Outcome, Submission, Trace

CALM = 1e-9
"""What a start nudged by :data:`NUDGE` may change in the end, beside 1 or the entry itself."""
_RECOGNISED = Findings[Candidate | None]()
"""The fault that was recognised by an answer and by those beside it."""


def verdict_if_known(exam: RuleExam, answers: Answers) -> Verdict | None:
    """That on code with one known fault, by the exam that everybody is given; None: more has to be
    asked, or it was not answered."""
    if not all(instance.name in answers.traces for instance in exam.asked_of_all):
        return None
    asked = tuple(answers.traces[instance.name] for instance in exam.asked_of_all)
    fault = _RECOGNISED.of(asked[0], (exam, asked), lambda: _recognised(exam, asked))
    return None if fault is None else judged_with(exam, fault)


@lru_cache(maxsize=1024)
def judged_with(exam: RuleExam, fault: Candidate) -> Verdict | None:
    """What is said of the rule with one known fault in it; None: where it goes in the long run
    depends on rounding, so that each program with it has to be seen."""
    rule = _with(exam.question, fault)
    if not all(_is_calm(rule, instance) for instance in exam.question.shown):
        return None
    traces = {i.name: i.trace(_rows(rule, i)) for i in exam.instances}
    return exam.judge(Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces))


def _recognised(exam: RuleExam, asked: tuple[Trace, ...]) -> Candidate | None:
    """The one known fault that all these answers have; None: none, several, or more than one."""
    if any(t.outcome is not Outcome.RETURNED or t.changed or t.unreceived for t in asked):
        return None
    seen = {
        i: Observation(i, read_history(t, i.features, i.init_w.ndim == 1, i.start))
        for i, t in zip(exam.asked_of_all, asked, strict=True)
    }
    judged = [seen[instance] for instance in exam.judged]
    # What gives no number is named by the text, too.
    if any(o.history.rows is None or not np.isfinite(o.rows).all() for o in judged):
        return None
    fault = only_single(judged, exam.question)
    if fault is None:
        return None
    rule = _with(exam.question, fault)
    return fault if all(alike(o.history, _rows(rule, i)) for i, o in seen.items()) else None


@lru_cache(maxsize=1024)
def _with(question: Rule, fault: Candidate) -> Family:
    """The rule with that fault alone."""
    family = next(f for f in question.catalogue.singles() if fault in f.candidates)
    return family.subset([family.candidates.index(fault)])


def _is_calm(rule: Family, instance: Instance) -> bool:
    """Whether rounding stays rounding on the whole path."""
    nudged = replace(instance, init_w=instance.init_w + NUDGE, init_b=instance.init_b + NUDGE)
    rows, beside = _rows(rule, instance), _rows(rule, nudged)
    with np.errstate(all="ignore"):
        return bool((np.abs(rows - beside) <= CALM * np.maximum(1, np.abs(rows))).all())


@lru_cache(maxsize=16384)
def _rows(rule: Family, instance: Instance) -> FloatArray:
    """Shape (epochs + 1, d + 1)."""
    rows = alone(rule, instance)
    return rows[:: instance.points] if rule.every_point else rows
