"""The report of ``verify`` as a page for the instructor: every fault, every variant, every part."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.authoring.mutants_text import complaint, shown
from autograder.authoring.verify import QuestionReport, VerifyReport
from autograder.authoring.verify_matrix import (
    Row,
    factors,
    folded,
    named_otherwise,
    weak_spots,
)
from autograder.authoring.verify_text import BY_PERSON, idle_sentence, tally
from autograder.judging.proof import Proof
from autograder.report.html import render
from autograder.report.words import WORDS, Words


@dataclass(frozen=True)
class Section:
    """What the page shows of one question."""

    question: QuestionReport
    rows: tuple[Row, ...]
    variants: int
    """Number of faults, variants and parts counted."""
    weak: tuple[str, ...]
    otherwise: tuple[str, ...]
    remark: str
    """What catches nothing alone, or that a person marks it."""
    below: float
    """How many times the tolerance exceeds rounding."""
    above: float
    """How many times the smallest fault exceeds the tolerance."""


def verify_page(report: VerifyReport, words: Words = WORDS) -> str:
    """An HTML document that needs no other file; it names every fault: for the instructor only."""
    sections = tuple(_section(question) for question in report.questions)
    return render(
        "verify.html.j2",
        w=words,
        report=report,
        sections=sections,
        tally=tally(report),
        shown=shown,
        complaint=complaint,
    )


def _section(question: QuestionReport) -> Section:
    proof = question.proof
    below, above = factors(proof)
    return Section(
        question,
        folded(proof),
        len(proof.faults),
        weak_spots(proof),
        named_otherwise(proof),
        _remark(proof),
        below,
        above,
    )


def _remark(proof: Proof) -> str:
    if proof.by_person:
        return BY_PERSON if proof.ok else ""
    return idle_sentence(proof)
