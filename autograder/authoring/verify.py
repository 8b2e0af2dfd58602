"""A test of the tests: does an assignment catch every known fault, and spare every right program?

Right programs in unlike style and the model answers are run in the sandbox, as is the empty
template.  Then each question proves itself (``Kind.prove``): every wrong answer that its kind knows
of is judged as if a student had given it.  The report says what was caught by which check, what
was named as what, how far right programs and faults are apart, and what is missing.

What cannot be proved counts as a fault: a kind without a proof, a question that has nothing wrong
of its own to catch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.authoring.master import model_answers
from autograder.authoring.mutants import MutationReport
from autograder.course import Assignment, Course, Question
from autograder.errors import AssignmentError
from autograder.judging.proof import Proof
from autograder.judging.question import Answers, Exam, Verdict, examine
from autograder.model import Cell, Submission
from autograder.sandbox import Sandbox
from autograder.submission import read

STUDENT = "verify"
"""Whose hidden instances the faults are judged on."""


@dataclass(frozen=True)
class QuestionReport:
    """What was found of one question."""

    name: str
    title: str
    proof: Proof

    @property
    def ok(self) -> bool:
        return self.proof.ok


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
    mutation: MutationReport | None = None
    """What came of programs that were edited by machine; None: none was."""

    @property
    def ok(self) -> bool:
        proved = all(question.ok for question in self.questions)
        spared = all(program.ok for program in self.programs)
        return (
            bool(self.questions) and proved and spared and (not self.mutation or self.mutation.ok)
        )

    @property
    def mutation_score(self) -> float:
        """Share of known faults and pairs that are caught, those that cancel left out."""
        proofs = [question.proof for question in self.questions]
        faults = sum(len(p.faults) for p in proofs)
        pairs = sum(p.pairs.count - len(p.pairs.cancelling) for p in proofs)
        caught = sum(len(p.faults) - len(p.missed) + p.pairs.caught for p in proofs)
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
    _require_proofs(assignment)
    programs, right = _run_programs(assignment, box, said)
    reports = []
    for question in assignment.questions:
        said(f"{question.title}: every known fault")
        proof = prove_question(assignment, question, right[question.name])
        reports.append(QuestionReport(question.name, question.title, proof))
    return VerifyReport(slug, assignment.title, tuple(reports), programs, time.monotonic() - began)


def _require_proofs(assignment: Assignment) -> None:
    for question in assignment.questions:
        if not callable(getattr(question.kind, "prove", None)):
            raise AssignmentError(
                f"{assignment.slug}, {question.name}: a {type(question.kind).__name__} cannot be "
                "proved. Give this kind of question a method prove(seed, right), as Kind in "
                "autograder/judging/question.py describes it."
            )


def prove_question(assignment: Assignment, question: Question, right: Sequence[Answers]) -> Proof:
    """The proof of one question; ``right``: what right programs answered to it."""
    proof = question.kind.prove(assignment.seed(STUDENT, question.name), right)
    if proof.by_person and not question.by_person:
        complaint = "only a person can mark it, and assignment.toml does not say by_person = true"
        return replace(proof, complaints=(*proof.complaints, complaint))
    return proof


# ------------------------------------------------------------------------------ programs that run


def _run_programs(
    assignment: Assignment, box: Sandbox, said: Callable[[str], None]
) -> tuple[tuple[Program, ...], Mapping[str, Sequence[Answers]]]:
    """Right variants, model answers and the template; and what right ones answered, by question."""
    programs: list[Program] = []
    right: dict[str, list[Answers]] = {question.name: [] for question in assignment.questions}
    for submission, wanted in _programs(assignment):
        said(f"Running {submission.file}")
        with box.open(
            submission.cells, assignment.limits, names=assignment.functions, texts=assignment.texts
        ) as session:
            score, complaints, further = 0.0, [], []
            exams = [_draw(assignment, question) for question in assignment.questions]
            found = examine(exams, submission, session)
            for question, exam, (verdict, answers) in zip(
                assignment.questions, exams, found, strict=True
            ):
                if wanted:
                    right[question.name].append(answers)
                if verdict.unjudged:
                    complaints.append(f"{question.name}: judging it failed: {verdict.unjudged}")
                if question.by_person:
                    continue
                score += sum(check.score for check in verdict.checks)
                if len(answers.traces) > len(exam.calls):
                    further.append(question.name)
                if wanted:
                    complaints += _complaints(question, verdict)
        most, points = assignment.max_score, round(score, 6)
        programs.append(
            Program(submission.file, points, most, wanted, tuple(complaints), tuple(further))
        )
    return tuple(programs), right


def _draw(assignment: Assignment, question: Question) -> Exam:
    try:
        return question.kind.draw(assignment.seed(STUDENT, question.name))
    except ValueError as error:
        raise AssignmentError(f"{assignment.slug}, {question.name}: {error}.") from error


def _programs(assignment: Assignment) -> Iterable[tuple[Submission, float]]:
    """What is run, and the score that it should get."""
    most = assignment.max_score
    yield replace(model_answers(assignment.folder), file="the model answers"), most
    template = template_file(assignment)
    empty = read(template, student=STUDENT, file=template.name)
    yield replace(empty, file="the empty template"), 0.0
    for path in sorted((assignment.folder / "right_variants").glob("*.py")):
        cell = Cell(1, path.read_text(encoding="utf-8"))
        yield Submission(STUDENT, path.name, (cell,)), most


def _complaints(question: Question, verdict: Verdict) -> list[str]:
    lost = [f"{question.name}: {c.name}: {c.message}" for c in verdict.checks if not c.passed]
    return lost + [f"{question.name}: is named {slug}" for slug in verdict.misconceptions]


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
