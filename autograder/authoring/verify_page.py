"""The report of ``verify`` as a page for the instructor: every fault, every variant, every part."""

from __future__ import annotations

from autograder.authoring.mutants_text import complaint, shown
from autograder.authoring.verify import VerifyReport
from autograder.authoring.verify_matrix import factors, folded, named_otherwise, weak_spots
from autograder.authoring.verify_text import BY_PERSON, idle_sentence, tally
from autograder.judging.proof import Proof
from autograder.report.html import render
from autograder.report.words import WORDS, Words


def verify_page(report: VerifyReport, words: Words = WORDS) -> str:
    """An HTML document that needs no other file; it names every fault: for the instructor only."""
    return render(
        "verify.html.j2",
        w=words,
        report=report,
        tally=tally(report),
        folded=folded,
        factors=factors,
        weak_spots=weak_spots,
        named_otherwise=named_otherwise,
        remark_on=_remark,
        shown=shown,
        complaint=complaint,
    )


def _remark(proof: Proof) -> str:
    """What catches nothing alone, or that a person marks it."""
    if proof.by_person:
        return BY_PERSON if proof.ok else ""
    return idle_sentence(proof)
