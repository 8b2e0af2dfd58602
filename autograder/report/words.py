"""Every fixed word that students and instructors read on pages and in tables.

Change or translate them here, or hand ``dataclasses.replace(WORDS, ...)`` to a report.
What stands in braces is filled in; a sentence may leave a brace out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.model import QuestionStatus, SubmissionStatus


@dataclass(frozen=True)
class Words:
    """The table of words; a field is named after the place where it is read."""

    language: str = "en"
    """Of all words below, for the browser and for screen readers."""
    question_status: Mapping[QuestionStatus, str] = field(
        default_factory=lambda: {
            QuestionStatus.FULL: "all points",
            QuestionStatus.PARTIAL: "some points",
            QuestionStatus.NONE: "no points yet",
            QuestionStatus.PENDING: "a person will read it",
            QuestionStatus.TIMEOUT: "did not finish in time",
            QuestionStatus.ERROR: "could not be run",
        }
    )
    question_found: Mapping[QuestionStatus, str] = field(
        default_factory=lambda: {
            QuestionStatus.FULL: "right",
            QuestionStatus.PARTIAL: "not all right yet",
            QuestionStatus.NONE: "not right yet",
            QuestionStatus.PENDING: "a person will read it",
            QuestionStatus.TIMEOUT: "did not finish in time",
            QuestionStatus.ERROR: "could not be run",
        }
    )
    """The same where no points are shown."""
    unwritten: str = "not written yet"
    """Instead of it, of functions that are as the notebook came with them."""
    unanswered: str = "nothing written yet"
    """The same of an answer that a person would read."""
    no_points: str = "no points"
    """The same of what a person decided."""
    read_if: str = "a person will read it if this attempt counts"
    """The same where nobody is told yet which of several attempts counts."""
    unread: str = "it is not read"
    """The same of an answer that nobody reads ..."""
    uncounted: str = "not counted here"
    """... and of one that is read elsewhere, but not for this attempt."""
    submission_status: Mapping[SubmissionStatus, str] = field(
        default_factory=lambda: {
            SubmissionStatus.GRADED: "graded",
            SubmissionStatus.UNREADABLE: "unreadable",
            SubmissionStatus.NOT_GRADED: "not graded",
        }
    )

    # ---- the top of a feedback page
    page_title: str = "{assignment}: feedback for {student}"
    way_back: str = "Back to the portal"
    student: str = "For"
    file: str = "File"
    attempt: str = ", attempt {number}"
    """Behind its name, where attempts are counted."""
    score: str = "of {max} points"
    score_part: str = "graded by the program"
    made_of: str = "What the score is made of"
    since: str = "Your attempt before: {before}, this one: {now}{late}."
    since_program: str = (
        "By the program, without what a person gives, your attempt before: {before}, this one: "
        "{now}{late}."
    )
    """The same where a person gives points in either, or reads an answer."""
    since_late: str = ", both before what being late costs"
    """The end of either, where one of the two is late and loses points by it."""
    since_question: str = "{question}: {before} before, {now} here"
    since_question_program: str = "{question}, by the program: {before} before, {now} here"
    """The same where a person's points count in place of one of these."""
    since_found: str = "no longer found: {name}"
    since_new: str = "new: {name}"
    since_written: str = "now written"
    since_written_anew: str = "written anew"
    since_unwritten: str = "nothing is written any more"
    """Of the answers that a person reads."""
    since_same: str = "Every question has the points that it had in your attempt before."
    since_same_program: str = (
        "By the program, every question that it grades has the points that it had in your attempt "
        "before."
    )
    since_same_file: str = "The same file as attempt {number}: nothing changed."
    since_same_but_late: str = (
        "The same file as attempt {number}. Only what being late costs is another: it goes by when "
        "this one came, and by what is due now."
    )
    """The same where the points are others ..."""
    since_same_but_changed: str = (
        "The same file as attempt {number}. The assignment was changed between grading the two, so "
        "what is found and its points may be others."
    )
    """... or may be."""
    first: str = "Fix this first"
    first_named: str = "{message} Your code {title}."
    first_where: str = "In {question}"
    to_win: str = "{points} points to win"
    to_win_one: str = "1 point to win"
    same_cause: str = "It also stops {questions}."
    nothing_to_fix: str = "Nothing to fix: you have every point that the program gives."
    nothing_to_win: str = "A person decided what counts here:"
    begin_here: str = "Begin here"
    hint_stopped: str = (
        "The line is marked in your code below. Restart the notebook, run all its cells and call "
        "the function. If it does not stop then, what it is given makes the difference: another "
        "size, a 0, an array in place of a number."
    )
    hint_trial: str = "Work out the small example below by hand, and compare with what comes back."
    hint_timeout: str = (
        "Does every loop come to its end? Print its counter in the first rounds, and see."
    )
    not_judged: str = (
        "Not counted yet: {question} ({max} points). It could not be judged, through no fault of "
        "yours; it is not a 0 and will be judged again."
    )
    drawn_plainly: str = (
        "Figures, tables and code are left out of this page: they could not be drawn."
    )
    unsafe: str = (
        "This was graded without the sandbox, which is meant for trying things out. "
        "Ask your instructor whether the score counts."
    )
    wrong_file: str = (
        "None of the functions asked for is in this file: it may be the wrong one, such as that of "
        "another assignment."
    )
    unreadable: str = "Your file could not be read, so nothing in it was graded."
    unreadable_help: tuple[str, ...] = (
        "Open the file in Jupyter. If it does not open there, it was damaged on its way: hand in "
        "the copy on your own computer.",
        "In Jupyter choose Restart & Run All, then Save, and hand in the .ipynb file itself (or a "
        ".py file): not a PDF, an HTML export, a shortcut or an archive.",
        "Your work is not lost, and a file that opens is graded like any other.",
    )
    not_graded: str = "Your work has not been graded yet, and that is not your fault."
    not_graded_help: tuple[str, ...] = (
        "The grading machine failed, not your code. This is not a 0: there is no score yet.",
        "You need not do anything; it will be graded again. If this page still says so after a "
        "few days, show it to your instructor.",
    )

    notices: str = "About your file"

    # ---- a question
    question_score: str = "{score} of {max}"
    question_open: str = "{max} points, not counted yet"
    question_out: str = "{max} points, not counted here"
    """The same of an attempt that does not count, or for which nothing is read ..."""
    question_unanswered: str = "{max} points, nothing written yet"
    """... and of one that does, without an answer."""
    unnamed_finding: str = "This looks like: {name}."
    what: str = "What it computes"
    hint: str = "Hint"
    lecture: str = "In the lecture"
    convention: str = (
        "Other courses teach it this way, so it is a convention rather than a slip. "
        "Here it is graded by this lecture's formula."
    )
    passed: str = "All questions and their points"
    """Over a line for each; what those with all points hold is folded into theirs."""
    more: str = "Checks and measurements"
    more_count: str = "{passed} of {all} checks passed"
    more_figures: str = "More figures"
    checks: str = "What was checked"
    checks_overridden: str = "What the program checked, with the points it gave"
    """The same where a person's points count in place of these."""
    trial: str = "Try it yourself"
    trial_how: str = "Type this below your code, and work out by hand what should come back:"
    place: str = "Cell {cell}"
    place_file: str = "Your file, from line {line}"
    marks: Mapping[str, str] = field(
        default_factory=lambda: {"ok": "✓", "partly": "◐", "missed": "✗", "untried": "–"}
    )
    """Before a check, beside its colour."""
    verdicts: Mapping[str, str] = field(
        default_factory=lambda: {
            "ok": "passed",
            "partly": "partly passed",
            "missed": "not passed",
            "untried": "not tried",
        }
    )
    """The marks in words, for screen readers and terminals."""
    evidence: str = "What was measured"
    figures: str = "Figures"
    answer: str = "Your answer"
    no_answer: str = "No answer was found. Write it in the cell meant for it and hand in again."
    source: str = "Your code"
    printed: str = "What your notebook printed"
    more_text: str = " … ({count} more characters)"
    more_lines: str = "… ({count} more lines)"

    # ---- what people decided
    final_part: str = "in all, with what people decided"
    rest_unread: str = "a person gives up to {points} more"
    """Points that are not in a sum yet, for an answer that waits ..."""
    rest_unwritten: str = "nothing written for {points} more"
    """... or for one that is not there."""
    sum_so_far: str = "so far"
    before_late: str = "before lateness"
    after_late: str = "after lateness"
    """What a sum is, behind it."""
    so_far: str = "so far, with what people decided; the rest is not counted yet"
    so_far_late: str = (
        "so far, with what people decided and before lateness; the rest is not counted yet"
    )
    seen_changes: str = "New since you were last shown your result ({day}):"
    by_person: str = "{points} of {max} points, given by {by}"
    earlier_mark: str = (
        "Another answer of yours was given {points} points by {by}; this one will be read anew."
    )
    rubric_item: str = "{text} ({points})"
    override: str = "{by} changed this from {before} to {points} of {max} points:"
    override_open: str = "{by} gave {points} of {max} points here:"
    """The same where there were none before, or as many."""
    made_for: str = (
        "This was for another file of yours, {file}. It counts until somebody has looked at this "
        "one, too."
    )
    said_for: str = "This was said of another file of yours, {file}."
    overridden: str = "changed from {before}"
    comment: str = "From {by}:"
    request: str = "Your request {number} ({state}):"
    request_open: str = "somebody will look at it"
    request_closed: str = "answered"
    request_answered: str = "Your request about {question} was answered:"
    request_below: str = "see below"
    """After it, the way to the answer."""
    reply: str = "Answer of {by}:"

    # ---- in and below a figure
    start: str = "start"
    last_epochs: str = "epochs {first}–{last}, ×{zoom}"
    fact_path: str = (
        "{label} ends at ({x}, {y}) after {last} epochs, {away} from the {goal}; the start is "
        "{before} from it."
    )
    fact_closest: str = "It was nearest in epoch {epoch}, at {away}."
    fact_still: str = "{label} stays where it starts, for all {last} epochs."
    fact_no_number: str = "{label} is no number (NaN or infinity) from epoch {epoch} on."
    fact_curve: str = (
        "{label}: {first} at {across} {start}, {last} at {across} {end}, between {low} and {high} "
        "on the way."
    )
    fact_falls: str = "{label} only falls: {first} at {across} {start}, {last} at {across} {end}."
    fact_rises: str = "{label} only rises: {first} at {across} {start}, {last} at {across} {end}."
    play: str = "Play"
    pause: str = "Pause"
    back: str = "One epoch back"
    forward: str = "One epoch on"
    scrub: str = "Epoch"
    at_epoch: str = "epoch {epoch} of {last}: {places}"
    gap: str = (
        "{label}: {count} of {total} values are not finite numbers (NaN or infinity), the first "
        "is value {first}. The curve has a gap there."
    )
    gap_log: str = (
        "{label}: {count} of {total} values cannot be drawn on this axis (0, negative, NaN or "
        "infinite), the first is value {first}. The curve has a gap there."
    )
    nothing_drawn: str = "{label}: there is nothing to draw."
    off_picture: str = "{label}: goes beyond the edge of the picture."
    empty_figure: str = "nothing to draw"

    # ---- the instructor's page
    index_title: str = "{assignment}: all submissions"
    index_private: str = "For the instructor: names and scores. Do not hand it to students."
    submissions: str = "Submissions"
    people_and_times: str = "People and times"
    question: str = "Question"
    share: str = "As a bar"
    index_counts: str = (
        "{all} submissions: {graded} graded, {unreadable} unreadable, {not_graded} not graded."
    )
    index_average: str = "Scores: mean {mean}, median {median}, of {max}."
    attention: str = "To look at"
    sort_by: str = "Order by"
    by_student: str = "student"
    by_total: str = "score, lowest first"
    by_found: str = "what was found"
    total: str = "Total"
    found: str = "Found"
    distribution: str = "Scores"
    distribution_caption: str = "How many submissions have a score in each tenth of {max} points."
    distribution_x: str = "score"
    distribution_y: str = "submissions"
    misconceptions: str = "Misconceptions"
    no_misconceptions: str = "None was named."
    misconception: str = "Misconception"
    submissions_with: str = "Submissions"
    check_statistics: str = "Checks"
    check: str = "Check"
    check_passed: str = "Passed by"
    of: str = "{part} of {whole}"

    # ---- a terminal
    terminal_student: str = "Student"
    terminal_total: str = "Total"
    terminal_found: str = "Found"
    terminal_short: str = "{short} = {name}"
    terminal_pending: str = "later"
    terminal_final: str = "Final"
    terminal_seen: str = "Seen"
    terminal_between: str = "... {count} between"
    terminal_commonest: str = "Found most often: {found}."
    terminal_times: str = "{title} ({count})"
    terminal_first: str = "What {student} reads first ({score} of {max} points):"
    terminal_fix: str = "To fix first: {sentence} ({points} points)"
    terminal_what: str = "It computes: {what}"
    terminal_hint: str = "Hint: {hint}"
    seen: Mapping[str, str] = field(
        default_factory=lambda: {"no": "no", "yes": "yes", "older": "older"}
    )
    """Whether a student is shown the result: not yet, as it is, or as it was before."""


WORDS = Words()
