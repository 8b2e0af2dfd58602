"""The report of ``verify``: plain lines for a terminal, and a page with every variant and part.

Both are templates over the same; what takes more than a sentence to say is said here.
"""

from __future__ import annotations

from autograder.authoring.mutants_text import complaint, mutants_text, shown
from autograder.authoring.verify import VerifyReport
from autograder.authoring.verify_matrix import (
    factors,
    folded,
    heads,
    joined,
    named_otherwise,
    sole_catches,
    weak_spots,
)
from autograder.judging.proof import Proof
from autograder.report.html import render
from autograder.report.text import WIDTH, share, wrapped
from autograder.report.words import WORDS

NAME = 35
"""Columns of a misconception's name and its count."""
BY_PERSON = "A person marks it; no answer, right or wrong, gets a point before that."
MARKS = {"all": "x", "some": "o", "none": "."}


def verify_text(report: VerifyReport) -> str:
    """The report in lines of at most 80 columns."""
    right = [program for program in report.programs if program.wanted and program.ok]
    edited = "" if report.mutation is None else "\n".join(mutants_text(report.mutation))
    values = {"right": right, "matrix_of": _matrix, "edited": edited}
    return _rendered("verify.txt.j2", report, **values).rstrip()


def verify_page(report: VerifyReport) -> str:
    """An HTML document that needs no other file; it names every fault: for the instructor only."""
    return _rendered(
        "verify.html.j2", report, w=WORDS, folded=folded, shown=shown, complaint=complaint
    )


def _rendered(template: str, report: VerifyReport, **values: object) -> str:
    return render(
        template,
        report=report,
        tally=_tally(report),
        factors=factors,
        weak_spots=weak_spots,
        named_otherwise=named_otherwise,
        remark_on=_remark,
        **values,
    )


def _remark(proof: Proof) -> str:
    """What catches nothing alone, or that a person marks it."""
    if proof.by_person:
        return BY_PERSON if proof.ok else ""
    return _idle_sentence(proof)


def _tally(report: VerifyReport) -> str:
    """How much was caught, in two sentences."""
    proofs = [question.proof for question in report.questions]
    faults = sum(len(proof.faults) for proof in proofs)
    pairs = sum(proof.pairs.count - len(proof.pairs.cancelling) for proof in proofs)
    return (
        f"{share(report.mutation_score)} of {faults:,} known faults and {pairs:,} pairs "
        f"are caught; {sum(p.ok for p in report.programs)} of {len(report.programs)} programs "
        f"score as they should. It took {report.seconds:.0f} seconds."
    )


def _matrix(proof: Proof) -> str:
    """Which check catches which misconception: plain lines that fit a page of 80 columns."""
    checks = proof.checks
    width = max(1, min(8, (WIDTH - NAME) // max(len(checks), 1) - 1))
    short = heads(checks, width)
    lines = [" " * NAME + "".join(f" {head:<{width}}" for head in short)]
    for row in folded(proof):
        count = f" x{len(row.faults)}" if len(row.faults) > 1 else ""
        name = row.name
        if len(name) + len(count) > NAME - 2:
            lines.append(f"  {name}"[:WIDTH])
            name = ""
        marks = "".join(f" {MARKS[mark]:<{width}}" for mark in row.marks)
        lines.append(f"  {name + count:<{NAME - 2}}{marks}")
    legend = [f"{head} = {check}" for head, check in zip(short, checks, strict=True)]
    changed = [text for text, check in zip(legend, checks, strict=True) if check not in short]
    return "\n".join(line.rstrip() for line in lines) + "\n" + wrapped("; ".join(changed), "  ")


def _idle_sentence(proof: Proof) -> str:
    """Which checks catch something alone, and what the others are for."""
    alone = {check: count for check, count in sole_catches(proof).items() if count}
    idle = proof.idle_checks
    first = ""
    if alone:
        counts = (f"{check} ({count})" for check, count in alone.items())
        first = f"Caught by one check alone: {joined(counts)}. "
    if not idle:
        return first.strip()
    return (
        f"{first}Nothing would slip through without {joined(idle)} alone; what they do is "
        "give partial credit and say where a fault is."
    )
