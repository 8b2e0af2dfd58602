"""A test of the tests: does an assignment catch every known fault, and spare every right program?

For each question that asks for an update rule, every misconception and every pair of them is
judged as if a student had written it; right programs in unlike style and the model answers are
run in the sandbox, as is the empty template.  The report says what was caught by which check, what
was named as what, how far right programs and faults are apart, and what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.course import Assignment, Course, Question
from autograder.errors import AssignmentError
from autograder.judging.formula import Formula, FormulaExam
from autograder.judging.question import Answers, Verdict, examine
from autograder.judging.rule.catalogue import Candidate, Family
from autograder.judging.rule.explain import describe
from autograder.judging.rule.history import read_history
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.pool import POOL, SHAPES, least_separation, pool_instance
from autograder.judging.rule.simulate import INTERFACE_FAULTS, simulate, with_interface_fault
from autograder.judging.update_rule import RuleExam, UpdateRule
from autograder.model import Cell, FloatArray, NotebookRun, Outcome, Submission, Trace
from autograder.release import model_answers
from autograder.sandbox import Sandbox
from autograder.submission import read

MARGIN = 1_000
"""Right programs differ by this many times less than the tolerance, known faults by this many
times more."""
EDGES = "edge cases"
"""The check that several smaller ones stand for."""
STUDENT = "verify"
"""Whose hidden instances the faults are judged on."""


@dataclass(frozen=True)
class Fault:
    """One known fault, judged."""

    slugs: tuple[str, ...]
    detail: str
    lost: float
    failed: tuple[str, ...]
    """Names of the checks that failed."""
    named: tuple[str, ...]
    equivalent: bool = False
    """True: it is named otherwise, by something that computes the same."""
    free: bool = False
    """True: a convention that the assignment lets pass without a loss of points."""

    @property
    def caught(self) -> bool:
        return self.lost > 0 or self.free

    @property
    def named_right(self) -> bool:
        return set(self.named) == set(self.slugs) or self.equivalent or self.free


@dataclass(frozen=True)
class Pairs:
    """All pairs of faults of one question."""

    count: int
    caught: int
    cancelling: tuple[str, ...]
    """Those that compute the right rule after all: nothing is there to be caught."""


@dataclass(frozen=True)
class Margins:
    """How far right programs and known faults are from the tolerance."""

    tolerance: float
    rounding: float
    """Largest difference of a right program from the reference."""
    fault: float
    """Smallest of the largest differences that a single fault makes on an instance."""
    fault_name: str

    @property
    def wide(self) -> bool:
        return self.rounding * MARGIN <= self.tolerance <= self.fault / MARGIN


@dataclass(frozen=True)
class QuestionReport:
    """What was found of one question."""

    name: str
    title: str
    checks: tuple[str, ...]
    faults: tuple[Fault, ...]
    pairs: Pairs
    margins: Margins | None

    @property
    def missed(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.caught)

    @property
    def misnamed(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.named_right)

    @property
    def idle_checks(self) -> tuple[str, ...]:
        """Checks without which everything would still be caught; they tell where a fault is."""
        needed = {fault.failed[0] for fault in self.faults if len(set(fault.failed)) == 1}
        return tuple(check for check in self.checks if check not in needed)

    @property
    def ok(self) -> bool:
        named = not self.missed and not self.misnamed
        margins = self.margins is None or self.margins.wide
        pairs = self.pairs.caught + len(self.pairs.cancelling) == self.pairs.count
        return named and margins and pairs


@dataclass(frozen=True)
class Program:
    """One program that was run: a right variant, the model answers, or the empty template."""

    name: str
    score: float
    max_score: float
    wanted: float
    complaints: tuple[str, ...]
    asked_further: tuple[str, ...] = ()
    """Questions to which what everybody is asked gave no verdict."""

    @property
    def ok(self) -> bool:
        return not self.complaints and abs(self.score - self.wanted) < 1e-9


@dataclass(frozen=True)
class VerifyReport:
    """The whole report on an assignment."""

    slug: str
    title: str
    questions: tuple[QuestionReport, ...]
    programs: tuple[Program, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        return all(question.ok for question in self.questions) and all(
            program.ok for program in self.programs
        )

    @property
    def mutation_score(self) -> float:
        """Share of known faults and pairs that are caught, those that cancel left out."""
        faults = sum(len(q.faults) for q in self.questions)
        pairs = sum(q.pairs.count - len(q.pairs.cancelling) for q in self.questions)
        caught = sum(len(q.faults) - len(q.missed) + q.pairs.caught for q in self.questions)
        return caught / (faults + pairs) if faults + pairs else 1.0


def verify(
    course: Course, slug: str, box: Sandbox, said: Callable[[str], None] = lambda sentence: None
) -> VerifyReport:
    """Prove an assignment.  ``said`` is told what is being done, a sentence at a time.

    Raises:
        AssignmentError: the assignment cannot be loaded.
        SandboxError: right programs could not be run.
    """
    began = time.monotonic()
    assignment = course.load(slug)
    programs, rounding = _run_programs(assignment, box, said)
    reports = []
    for question in assignment.questions:
        said(f"{question.title}: every known fault")
        if isinstance(question.kind, UpdateRule):
            with np.errstate(all="ignore"):  # faults overflow and divide by zero
                reports.append(_update_rule(assignment, question, question.kind, rounding))
        elif isinstance(question.kind, Formula):
            reports.append(_formula(assignment, question, question.kind))
    return VerifyReport(slug, assignment.title, tuple(reports), programs, time.monotonic() - began)


# ------------------------------------------------------------------------------ programs that run


def _run_programs(
    assignment: Assignment, box: Sandbox, said: Callable[[str], None]
) -> tuple[tuple[Program, ...], Mapping[str, float]]:
    """Right variants, model answers and the template; and the right ones' largest rounding."""
    programs: list[Program] = []
    rounding: dict[str, float] = {}
    for name, cells, wanted in _programs(assignment):
        said(f"Running {name}")
        with box.open(
            cells, assignment.limits, names=assignment.functions, texts=assignment.texts
        ) as session:
            submission = Submission(STUDENT, name, tuple(cells))
            score, complaints, further = 0.0, [], []
            asked = [question for question in assignment.questions if not question.by_person]
            exams = [q.kind.draw(assignment.seed(STUDENT, q.name)) for q in asked]
            found = examine(exams, submission, session)
            for question, exam, (verdict, answers) in zip(asked, exams, found, strict=True):
                score += sum(check.score for check in verdict.checks)
                if len(answers.traces) > len(exam.calls):
                    further.append(question.name)
                if wanted:
                    complaints += _complaints(question, verdict)
                    if isinstance(exam, RuleExam):
                        apart = exam.rounding(answers.traces)
                        rounding[question.name] = max(rounding.get(question.name, 0.0), apart)
        most, points = assignment.max_score, round(score, 6)
        programs.append(Program(name, points, most, wanted, tuple(complaints), tuple(further)))
    return tuple(programs), rounding


def _programs(assignment: Assignment) -> Iterable[tuple[str, Sequence[Cell], float]]:
    yield "the model answers", model_answers(assignment.folder).cells, assignment.max_score
    template = template_file(assignment)
    yield "the empty template", read(template, student=STUDENT, file=template.name).cells, 0.0
    for path in sorted((assignment.folder / "right_variants").glob("*.py")):
        yield path.name, (Cell(1, path.read_text(encoding="utf-8")),), assignment.max_score


def _complaints(question: Question, verdict: Verdict) -> list[str]:
    lost = [f"{question.name}: {c.name}: {c.message}" for c in verdict.checks if not c.passed]
    return lost + [f"{question.name}: is named {slug}" for slug in verdict.misconceptions]


# -------------------------------------------------------------------------------- update rules


def _judge(exam: RuleExam | FormulaExam, traces: Mapping[str, Trace]) -> Verdict:
    return exam.judge(Answers(Submission(STUDENT, ""), NotebookRun(Outcome.RETURNED), dict(traces)))


def _fault(
    slugs: tuple[str, ...],
    detail: str,
    verdict: Verdict,
    names: Iterable[str],
    *,
    equivalent: bool = False,
    free: bool = False,
) -> Fault:
    """``names`` are those of the question's checks; edge cases are several checks under one."""
    failed = [c.name if c.name in names else EDGES for c in verdict.checks if not c.passed]
    return Fault(
        slugs=slugs,
        detail=detail,
        lost=round(sum(c.max_score - c.score for c in verdict.checks), 6),
        failed=tuple(dict.fromkeys(failed)),
        named=verdict.misconceptions,
        equivalent=equivalent,
        free=free,
    )


def _update_rule(
    assignment: Assignment, question: Question, kind: UpdateRule, rounding: Mapping[str, float]
) -> QuestionReport:
    exam = kind.draw(assignment.seed(STUDENT, question.name))
    faults = []
    for family in kind.catalogue.singles():
        for candidate, traces in simulate(exam, family):
            verdict = _judge(exam, traces)
            slugs, named = candidate.slugs, verdict.misconceptions
            conventions = kind.conventions
            faults.append(
                _fault(
                    slugs,
                    _detail(candidate),
                    verdict,
                    kind.points,
                    equivalent=set(named) != set(slugs) and _same(kind, exam, traces, named),
                    free=conventions.covers(slugs) and conventions.share(slugs) == 0,
                )
            )
    for slug, change in INTERFACE_FAULTS.items():
        traces = with_interface_fault(exam, kind.catalogue.right(), change)
        faults.append(_fault((slug,), "", _judge(exam, traces), kind.points))
    return QuestionReport(
        question.name,
        question.title,
        tuple(kind.points),
        tuple(faults),
        _pairs(kind, exam),
        _margins(kind, rounding.get(question.name, 0.0)),
    )


def _same(
    kind: UpdateRule, exam: RuleExam, traces: Mapping[str, Trace], named: Sequence[str]
) -> bool:
    """Whether a fault of this name, or the two faults of these names, give the same traces."""
    if not named:
        return False
    for family in (*kind.catalogue.singles(), *kind.catalogue.pairs()):
        names = (set(candidate.slugs) for candidate in family.candidates)
        chosen = [number for number, slugs in enumerate(names) if slugs == set(named)]
        if not chosen:
            continue
        for _, others in simulate(exam, family.subset(chosen)):
            if _agree(kind, exam, traces, others):
                return True
    return False


def _agree(
    kind: UpdateRule, exam: RuleExam, one: Mapping[str, Trace], other: Mapping[str, Trace]
) -> bool:
    """Whether two sets of traces have the same main trajectories, NaN where the other has NaN."""
    for instance in exam.judged:
        mine, theirs = (
            read_history(
                traces[instance.name], instance.features, instance.init_w.ndim > 0, instance.start
            ).rows
            for traces in (one, other)
        )
        if mine is None or theirs is None or mine.shape != theirs.shape:
            return False
        if not np.allclose(mine, theirs, rtol=0, atol=kind.tolerance, equal_nan=True):
            return False
    return True


def _detail(candidate: Candidate) -> str:
    return "; ".join(describe(candidate.edits, candidate))


def _pairs(kind: UpdateRule, exam: RuleExam) -> Pairs:
    """Whether each pair's trajectory leaves the right one on some instance.

    A pair that agrees with the right rule to rounding on all of them computes the right rule.
    """
    count, caught, cancelling = 0, 0, []
    for family in kind.catalogue.pairs():
        count += len(family.candidates)
        left = family
        # Most pairs show within two epochs of the first instance; only the rest is run whole.
        for epochs in (2, None):
            for instance in exam.judged:
                apart = _apart(left, exam, instance, epochs)
                caught += int((apart > kind.tolerance).sum())
                left = left.subset(np.flatnonzero(apart <= kind.tolerance).tolist())
                if not left.candidates:
                    break
        for number, candidate in enumerate(left.candidates):
            alone = left.subset([number])
            most = max(float(_apart(alone, exam, i, None)[0]) for i in exam.judged)
            if most < kind.tolerance / MARGIN:
                cancelling.append(f"{' + '.join(candidate.slugs)} ({_detail(candidate)})")
    return Pairs(count, caught, tuple(cancelling))


def _apart(family: Family, exam: RuleExam, instance: Instance, epochs: int | None) -> FloatArray:
    """The largest difference of each candidate's trajectory from the right one; inf for NaN."""
    if not family.candidates:
        return np.empty(0)
    epochs = None if epochs is None else min(epochs, instance.max_epochs)
    rows = family.trajectories(instance, epochs)
    if family.every_point:
        rows = rows[:, :: instance.points]
    with np.errstate(all="ignore"):
        most = np.abs(rows - exam.right_rows(instance)[: rows.shape[1]]).max(axis=(1, 2))
    return np.asarray(np.where(np.isnan(most), np.inf, most))


def _margins(kind: UpdateRule, rounding: float) -> Margins:
    least, name = float("inf"), ""
    for shape in SHAPES:
        for number in range(0, POOL, 4):
            drawn = pool_instance(kind, shape, number)
            found, slug = least_separation(kind.catalogue, *kind.told_apart_on(drawn))
            if found < least:
                least, name = found, slug
    return Margins(kind.tolerance, rounding, least, name)


# ------------------------------------------------------------------------------------ formulas


def _formula(assignment: Assignment, question: Question, kind: Formula) -> QuestionReport:
    exam = kind.draw(assignment.seed(STUDENT, question.name))
    names = tuple(check.name for check in kind.checks)
    faults = []
    for wrong in kind.wrong:
        verdict = _judge(exam, exam.simulate(wrong))
        faults.append(_fault((wrong.slug,), "", verdict, names))
    no_pairs = Pairs(0, 0, ())
    return QuestionReport(question.name, question.title, names, tuple(faults), no_pairs, None)


def template_file(assignment: Assignment) -> Path:
    """The notebook that students receive.

    Raises:
        AssignmentError: it has not been released yet.
    """
    folder = assignment.folder.parents[1] / "student_template" / assignment.slug
    path = folder / f"{assignment.slug}.ipynb"
    if not path.is_file():
        raise AssignmentError(
            f"{path} is missing: write it with autograder release {assignment.slug}."
        )
    return path
