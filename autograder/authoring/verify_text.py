"""What ``verify`` prints: plain lines that fit a page of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from autograder.authoring.mutants_text import mutants_text
from autograder.authoring.verify import QuestionReport, VerifyReport
from autograder.authoring.verify_matrix import (
    Row,
    factors,
    folded,
    heads,
    joined,
    named_otherwise,
    sole_catches,
    weak_spots,
)
from autograder.judging.proof import Proof
from autograder.report.text import points, share

WIDTH = 80
NAME = 35
"""Columns of a misconception's name and its count."""
BY_PERSON = "A person marks it; no answer, right or wrong, gets a point before that."
MARKS = {"all": "x", "some": "o", "none": "."}


def verify_text(report: VerifyReport) -> Iterator[str]:
    """The whole report, a line at a time."""
    yield f"{report.title} ({report.slug})"
    yield ""
    yield from _programs(report)
    for question in report.questions:
        yield ""
        yield from _question(question)
    if report.mutation is not None:
        yield ""
        yield from mutants_text(report.mutation)
    yield ""
    yield from _wrapped(f"{'PROVED' if report.ok else 'NOT PROVED'}: {tally(report)}")


def tally(report: VerifyReport) -> str:
    """How much was caught, in two sentences."""
    proofs = [question.proof for question in report.questions]
    faults = sum(len(proof.faults) for proof in proofs)
    pairs = sum(proof.pairs.count - len(proof.pairs.cancelling) for proof in proofs)
    return (
        f"{share(report.mutation_score)} of {faults:,} known faults and {pairs:,} pairs "
        f"are caught; {sum(p.ok for p in report.programs)} of {len(report.programs)} programs "
        f"score as they should. It took {report.seconds:.0f} seconds."
    )


def _programs(report: VerifyReport) -> Iterator[str]:
    full = [program for program in report.programs if program.wanted and program.ok]
    yield f"Programs that were run: {len(report.programs)}"
    if full:
        score = f"{points(full[0].score)} of {points(full[0].max_score)}"
        names = ", ".join(program.name for program in full)
        yield from _wrapped(f"{score}: {names}", "  ")
    for program in report.programs:
        if program not in full:
            wanted = "as it should" if program.ok else f"WRONG, {points(program.wanted)} is right"
            score = f"{points(program.score)} of {points(program.max_score)}"
            yield from _wrapped(f"{score}: {program.name} ({wanted})", "  ")
            for complaint in program.complaints:
                yield from _wrapped(complaint, "    ")


def _question(question: QuestionReport) -> Iterator[str]:
    proof = question.proof
    yield f"{question.title} ({question.name})"
    if proof.by_person:
        notes = [BY_PERSON] if proof.ok else []
    else:
        yield from _matrix(proof, folded(proof))
        notes = [*_notes(proof)]
    for sentence in (*notes, *weak_spots(proof)):
        yield from _wrapped(sentence, "  ")


def _matrix(proof: Proof, rows: tuple[Row, ...]) -> Iterator[str]:
    checks = proof.checks
    width = max(1, min(8, (WIDTH - NAME) // max(len(checks), 1) - 1))
    short = heads(checks, width)
    yield (" " * NAME + "".join(f" {head:<{width}}" for head in short)).rstrip()
    for row in rows:
        count = f" x{len(row.faults)}" if len(row.faults) > 1 else ""
        name = row.name
        if len(name) + len(count) > NAME - 2:
            yield f"  {name}"[:WIDTH]
            name = ""
        marks = "".join(f" {MARKS[mark]:<{width}}" for mark in row.marks)
        yield f"  {name + count:<{NAME - 2}}{marks}".rstrip()
    legend = [f"{head} = {check}" for head, check in zip(short, checks, strict=True)]
    changed = [text for text, check in zip(legend, checks, strict=True) if check not in short]
    if changed:
        yield from _wrapped("; ".join(changed), "  ")


def _notes(proof: Proof) -> Iterator[str]:
    pairs = proof.pairs
    yield (
        f"Caught: {len(proof.faults) - len(proof.missed)} of {len(proof.faults)} faults "
        "(x: by this check in every variant, o: in some)"
        + (f", {pairs.caught:,} of {pairs.count:,} pairs." if pairs.count else ".")
    )
    if pairs.cancelling:
        yield "These pairs cancel to the right rule: " + "; ".join(pairs.cancelling) + "."
    for sentence in named_otherwise(proof):
        yield sentence + "."
    if proof.margins is not None:
        margins, (below, above) = proof.margins, factors(proof)
        yield (
            f"Margins: right programs are off by {margins.rounding:.1e} at most, the tolerance "
            f"{margins.tolerance:.0e} is {below:,.0f} times that; the smallest fault "
            f"({margins.fault_name}) is off by {margins.fault:.1e}, {above:,.0f} times the "
            "tolerance."
        )
    yield idle_sentence(proof)


def idle_sentence(proof: Proof) -> str:
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


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
