"""Code with one known fault, of which everything is known as soon as it is recognised.

What everybody is asked tells the known faults apart.  Where all of that is answered with the
numbers of the rule with one of them, but for rounding, nothing further has to be asked: what else
would be seen of the code is what that rule does.  So the verdict is made once, as that on right
code is; on the common instances it is the same for everybody.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from autograder.judging.question import Answers, Verdict
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.catalogue import Candidate
from autograder.judging.rule.diagnose import only_single, prepare_singles, with_single
from autograder.judging.rule.evidence import Observation
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.history import read_history
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.pool import asked_by
from autograder.judging.rule.right_answers import alike
from autograder.kept.findings import Findings
from autograder.model import NotebookRun, Outcome, Submission, Trace

CALM = 1e-9
"""What a start nudged by 1e-12 may change in the end, beside 1 or the entry itself."""
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
    question = exam.question
    asked_by(question, question.shown)
    if not all(_is_calm(fault, instance, question) for instance in question.shown):
        return None
    traces = {i.name: i.trace(with_single(fault, i, question)) for i in exam.instances}
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
    known = (alike(o.history, with_single(fault, i, exam.question)) for i, o in seen.items())
    return fault if all(known) else None


def prepare_known(exam: RuleExam) -> None:
    """Evaluate all that the verdicts on known faults are made of."""
    question = exam.question
    asked_by(question, question.shown)
    prepare_singles(exam.instances, question)
    prepare_singles(question.shown, question, nudged=True)


def _is_calm(fault: Candidate, instance: Instance, question: Rule) -> bool:
    """Whether rounding stays rounding on the whole path."""
    rows, beside = (with_single(fault, instance, question, nudged) for nudged in (False, True))
    with np.errstate(all="ignore"):
        return bool((np.abs(rows - beside) <= CALM * np.maximum(1, np.abs(rows))).all())
