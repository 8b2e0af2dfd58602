"""The report of ``verify`` as a page for the instructor: every fault, every variant, every part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.report.html import render
from autograder.report.verify_matrix import (
    Row,
    factors,
    folded,
    named_otherwise,
    weak_spots,
)
from autograder.report.verify_text import idle_sentence, tally
from autograder.report.words import WORDS, Words

if TYPE_CHECKING:
    from autograder.authoring.verify import QuestionReport, VerifyReport


@dataclass(frozen=True)
class Section:
    """What the page shows of one question."""

    question: QuestionReport
    rows: tuple[Row, ...]
    variants: int
    """Number of faults, variants and parts counted."""
    weak: tuple[str, ...]
    otherwise: tuple[str, ...]
    idle: str
    below: float
    """How many times the tolerance exceeds rounding."""
    above: float
    """How many times the smallest fault exceeds the tolerance."""


def verify_page(proof: VerifyReport, words: Words = WORDS) -> str:
    """An HTML document that needs no other file; it names every fault: for the instructor only."""
    sections = tuple(_section(question) for question in proof.questions)
    return render("verify.html.j2", w=words, proof=proof, sections=sections, tally=tally(proof))


def _section(question: QuestionReport) -> Section:
    below, above = factors(question)
    return Section(
        question,
        folded(question),
        len(question.faults),
        weak_spots(question),
        named_otherwise(question),
        idle_sentence(question),
        below,
        above,
    )
