"""What ``verify`` says of programs that were edited by machine, for people to read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograder.report.text import share, visible

if TYPE_CHECKING:
    from autograder.authoring.mutants import Finding, Harmed, MutationReport, QuestionMutants
    from autograder.authoring.mutants.edits import Mutant

WIDTH = 80


def mutants_text(report: MutationReport) -> Iterator[str]:
    """The whole of it, a line at a time."""
    tried = sum(question.tried for question in report.questions)
    yield from _wrapped(
        f"Programs edited by machine: {tried:,} (seed {report.seed}); {share(report.score)} of "
        f"those that are wrong lose points. It took {report.seconds:.0f} seconds."
    )
    for question in report.questions:
        yield from _wrapped(f"{question.title} ({question.name}): {tally(question)}", "  ")
        for number, survivor in enumerate(question.survivors, start=1):
            yield from _wrapped(f"SURVIVES ({number}): {place(survivor.mutant)}", "    ")
            yield from _edit(survivor.mutant)
            yield from _wrapped(shown(survivor), "      ")
        for harmed in question.harmed:
            yield from _wrapped(f"HARMED: {place(harmed.mutant)}", "    ")
            yield from _edit(harmed.mutant)
            yield from _wrapped(complaint(harmed), "      ")
        for sentence in question.odd:
            yield from _wrapped(f"NOT EDITED: {sentence}", "    ")
        if question.proposals:
            yield "    Asked of everybody, these would show all survivors:"
        for proposal in question.proposals:
            numbers = ", ".join(str(place + 1) for place in proposal.shows)
            yield from _wrapped(f"{proposal.text}  # shows {numbers}", "      ")


def tally(question: QuestionMutants) -> str:
    """How many were caught, in a sentence or two."""
    right = question.tried - question.wrong
    harmed = f", {len(question.harmed)} of them lost points" if question.harmed else ""
    return (
        f"{question.caught:,} of {question.wrong:,} wrong ones caught ({share(question.score)}); "
        f"{right:,} are right after all{harmed}."
    )


def place(mutant: Mutant) -> str:
    return f"{mutant.place} ({mutant.kind})"


def shown(survivor: Finding) -> str:
    """On what a survivor is wrong, and by how much."""
    by = "gives no answer" if survivor.apart == float("inf") else f"is off by {survivor.apart:.1e}"
    unlike = ", ".join(survivor.shown_by) or "nothing out of the ordinary"
    return f"{by}; shown by {unlike}: {survivor.problem}"


def complaint(harmed: Harmed) -> str:
    """What was said of a right program."""
    return f"is off by {harmed.apart:.1e} at most, and is told: {harmed.complaint}"


def _edit(mutant: Mutant) -> Iterator[str]:
    if mutant.before:
        yield from _wrapped(f"- {visible(mutant.before)}", "      ")
    yield from _wrapped(f"+ {visible(mutant.after)}", "      ")


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
