"""A harder test of the tests: edited programs that are wrong must not get full marks.

Theory of operation.  The known faults are those that somebody thought of.  Here right programs (the
model answers, the right variants) are edited by machine, a single edit each:

    right program --edits, habits--> mutant --graded as a submission--> full marks, or not
                                       '----asked unlike problems-----> wrong, or still right

Each mutant is graded like any submission of one question, in the sandbox.  Whether it is wrong is
decided apart from that, by asking it many problems that its kind of question poses
(:class:`autograder.judging.question.Poses`) and comparing with the reference.  So there are four
outcomes: caught; still right, with full marks; a *survivor*, wrong with full marks; and *harmed*,
still right without.  The problems that show survivors are proposed as instances: a few that show
them all together.

==================  ===========================================================================
:mod:`.programs`    right programs, cut down to what a question takes
:mod:`.edits`       single edits of a syntax tree; :mod:`.habits`, inserted lines
:mod:`.choosing`    which of them are tried
:mod:`.trying`      one in the sandbox; :mod:`.crew`, many
:mod:`.mutating`    the whole, and what is reported
==================  ===========================================================================
"""

from autograder.authoring.mutants.mutating import (
    LEAST,
    Finding,
    Harmed,
    MutationReport,
    Proposal,
    QuestionMutants,
    mutate,
)

__all__ = [
    "LEAST",
    "Finding",
    "Harmed",
    "MutationReport",
    "Proposal",
    "QuestionMutants",
    "mutate",
]
