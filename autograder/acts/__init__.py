"""What people decide of what was graded: marks, comments, overrides, requests, publications.

Theory of operation.  The store keeps every decision as an act that is never altered
(:mod:`autograder.store.acts`).  A *ledger* is all acts of an assignment, read as they stand:
without those that were taken back, and each with whoever its student is today.  Grades stay as
the program judged them; what people decided is laid over them when they are shown:

- a mark counts as long as the answer is the one that was read.  Another answer comes back to be
  marked, with the old mark beside it; the first answer again has its mark again;
- an override stands in place of a question's points and never changes them;
- the final score is the sum over the questions of the override, else the mark, else the computed
  points; lateness is taken off once, from the sum, and wherever it is told what it takes off, it
  is that; the score is not known while a question is not marked;
- students are shown what was published last, which is kept as it was then.

So nothing is lost when files are graded again, handed in again, or turn out to be the same
person's.

:mod:`.ledger` and :mod:`.scores` are pure; :mod:`.book` says on what there is to decide,
:mod:`.deciding` keeps it, :mod:`.sheet` is all of it in a spreadsheet.
"""

from autograder.acts.book import Asked, AskedOf, Book
from autograder.acts.deciding import (
    comment_on,
    comment_to_all,
    decide,
    flag,
    last_deed,
    mark,
    override,
    reader_of,
    reply,
    request,
    rubric,
    share_out,
    take_back,
    told,
    written,
)
from autograder.acts.gradebook import Column, Gradebook, gradebook, gradebook_table
from autograder.acts.ledger import Asking, Ledger
from autograder.acts.publishing import (
    Preview,
    PublishedGrades,
    as_returned,
    preview,
    publish,
    with_details,
)
from autograder.acts.scores import (
    Files,
    Requests,
    final_of,
    requests_by_subject,
    with_acts,
    with_final,
    with_seen,
)
from autograder.acts.sheet import mark_sheet, points_of, read_sheet, sheet
from autograder.acts.together import left_out
from autograder.acts.trail import trail

__all__ = [
    "Asked",
    "AskedOf",
    "Asking",
    "Book",
    "Column",
    "Files",
    "Gradebook",
    "Ledger",
    "Preview",
    "PublishedGrades",
    "Requests",
    "as_returned",
    "comment_on",
    "comment_to_all",
    "decide",
    "final_of",
    "flag",
    "gradebook",
    "gradebook_table",
    "last_deed",
    "left_out",
    "mark",
    "mark_sheet",
    "override",
    "points_of",
    "preview",
    "publish",
    "read_sheet",
    "reader_of",
    "reply",
    "request",
    "requests_by_subject",
    "rubric",
    "share_out",
    "sheet",
    "take_back",
    "told",
    "trail",
    "with_acts",
    "with_details",
    "with_final",
    "with_seen",
    "written",
]
