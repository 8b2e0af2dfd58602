"""Commands for what people decide: ``answers``, ``mark``, ``comment``, ``override``, ``undo``,
``publish``, ``requests``."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from autograder import acts
from autograder.acts import Asking, Book, Preview
from autograder.acts.publishing import warning
from autograder.batch.files import whole_file
from autograder.batch.order import Order, current_grades, opened
from autograder.batch.output import book_of
from autograder.batch.regrade import kept_files
from autograder.batch.showing import show_again
from autograder.cli.options import (
    Command,
    Place,
    json_option,
    order_for,
    path_option,
    place_options,
)
from autograder.errors import UsageError
from autograder.people import directory_of
from autograder.report.text import BY_COMMAND_LINE
from autograder.store import Comment, Store
from autograder.text import INVISIBLE, counted, ended, points

_MOST_NAMED = 20


def by_option(command: Command) -> Command:
    return click.option(
        "--by",
        metavar="NAME",
        default=None,
        help="Who decides, in the course's words; default: you.",
    )(command)


@dataclass(frozen=True)
class _Deciding:
    """What a command decides on, and where it is shown afterwards."""

    order: Order
    store: Store
    book: Book
    by: str

    @property
    def of(self) -> str:
        """Begins what is said where the course has several assignments: which it is."""
        several = len(self.order.course.assignments()) > 1
        return f"{self.order.assignment.slug}: " if several else ""

    def show(self, students: Iterable[str]) -> None:
        """Write the tables and the pages of these students anew."""
        show_again(self.order, self.store, set(students))


@contextmanager
def _deciding(by: str | None = None, **named: Any) -> Iterator[_Deciding]:
    order = order_for(**named)
    with opened(order, create=False) as store:
        book = book_of(order.assignment, current_grades(order, store))
        yield _Deciding(order, store, book, by or whoever_decides(store))


BY_COMMAND = f"the instructor{BY_COMMAND_LINE}"
"""Who decides, where the machine's own account says of nobody who it is."""
_NOBODY = frozenset({"root", "administrator", "admin", "system", "nobody"})
"""Accounts of a machine that are no person's."""


def whoever_decides(store: Store, nobody: str = BY_COMMAND) -> str:
    """Who is logged in: what the course calls them, where their login is that of its staff;
    ``nobody``: where it is no person's."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in this container
        return nobody
    fits = [one for one in directory_of(store.people()).fitting(login) if one.role != "student"]
    if len(fits) == 1:
        return fits[0].id
    return nobody if login.casefold() in _NOBODY else login


def _in_words(error: UsageError) -> UsageError:
    """A reason as a sentence of its own."""
    said = str(error)
    return UsageError(ended(said[0].upper() + said[1:]))


@contextmanager
def _reasons_as_sentences() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        raise _in_words(error) from None


# ------------------------------------------------------------------ marks


@click.command()
@path_option("--to", "destination", metavar="CSV", help="Default: standard output.", dir_okay=False)
@place_options
def answers(destination: Path | None, **named: Any) -> None:
    """Written answers as a table, with the points they have; `autograder mark` takes it back.

    Equal answers to a question have the same number in the column group. The column attempt has
    the number of the receipt, or F and a number for a file that did not come at the portal.

    \b
    Example:  autograder answers --to answers.csv
    """
    with _deciding(**named) as deciding:
        found = list(deciding.book.answers())
    lines = acts.sheet(found)
    open_ = sum(answer.question.score is None for answer in found)
    many, to_mark = f"{deciding.of}{counted(len(found), 'answer')}", f"{open_} of them to mark"
    if destination is None:
        if deciding.of:
            click.echo(f"{many}, {to_mark}", err=True)
        for line in lines:
            click.echo(line, nl=False)
    else:
        with whole_file(destination) as file:
            file.writelines(line.encode() for line in lines)
        click.echo(f"{many} in {destination}, {to_mark}")
    changed = [
        f"{answer.student} ({points(answer.question.earlier_mark.points)} before)"
        for answer in found
        if answer.question.earlier_mark is not None
    ]
    if changed:
        click.echo(f"To be marked anew ({len(changed)}): {_listed(changed)}", err=True)


@click.command()
@click.argument("file", type=Place(dir_okay=False))
@by_option
@place_options
@json_option
def mark(file: Path, by: str | None, as_json: bool, **named: Any) -> None:
    """Take points for written answers from a table, all of them or none.

    FILE has the columns student, question and points, and may have comment, rubric and attempt, as
    `autograder answers` writes them. Rows without points are left alone.

    \b
    Example:  autograder mark answers.csv --by maria
    """
    rows = acts.read_sheet(file)
    with _deciding(by, **named) as deciding:
        book = deciding.book
        marked = acts.mark_sheet(book, rows, deciding.by, str(file))
        left_out = list(acts.left_out(book, marked.acts))
        acts.decide(deciding.store, book.ledger, marked.acts)
        students = {book.ledger.subject(act)[0] for act in marked.acts}
        if students:
            deciding.show(students)
    if marked.without_points:
        lines = _listed([str(line) for line in marked.without_points])
        click.echo(f"Left alone, with words but without points: line {lines}", err=True)
    for one in marked.apart:
        click.echo(f"Different points for one piece of work, handed in together: {one}", err=True)
    for one in left_out:
        click.echo(one, err=True)
    if as_json:
        click.echo(json.dumps({"marked": len(marked.acts), "unchanged": marked.unchanged}))
        return
    as_before = f", {marked.unchanged} as before" if marked.unchanged else ""
    click.echo(f"{counted(len(marked.acts), 'answer')} marked{as_before}")


# ------------------------------------------------------------------ words and overrides


@click.command()
@click.argument("text")
@click.option("--misconception", metavar="SLUG", help="To all who have it, now or later.")
@click.option("--student", metavar="WHO", help="To one, with --question.")
@click.option("--question", metavar="NAME")
@by_option
@place_options
def comment(
    text: str,
    misconception: str | None,
    student: str | None,
    question: str | None,
    by: str | None,
    **named: Any,
) -> None:
    """Write something above the checks on the pages of all who have a misconception, or of one.

    \b
    Example:  autograder comment --misconception moment_overwritten "See page 40."
    """
    if (misconception is None) == (student is None or question is None):
        raise UsageError("Say to whom: --misconception SLUG, or --student WHO --question NAME.")
    with _deciding(by, **named) as deciding, _reasons_as_sentences():
        book = deciding.book
        if misconception is not None:
            act = acts.comment_to_all(book, misconception, text, deciding.by)
            students = _who_has(book, misconception)
        else:
            called = book.find(str(student))
            act = acts.comment_on(book, called, str(question), text, deciding.by)
            students = {called}
        acts.decide(deciding.store, book.ledger, [act])
        deciding.show(students)
    if misconception is not None and not students:
        click.echo(f"Nobody has {misconception}; whoever has it later will read this.")
    else:
        click.echo(f"On {counted(len(students), 'page')}")


def _who_has(book: Book, misconception: str) -> set[str]:
    return {
        grade.student
        for grade in book.grades(book.counting.keys())
        if any(misconception in question.misconceptions for question in grade.questions)
    }


@click.command()
@click.argument("student")
@click.argument("question")
@click.argument("points")
@click.option("--reason", required=True, metavar="WORDS", help="Why; the student reads it.")
@by_option
@place_options
def override(
    student: str, question: str, points: str, reason: str, by: str | None, **named: Any
) -> None:
    """Put points in place of a question's own, which stay as they are.

    STUDENT is any identifier of one person. The points "none" take an override back.

    \b
    Example:  autograder override alice adam 25 --reason "the slide misled"
    """
    with _deciding(by, **named) as deciding, _reasons_as_sentences():
        book = deciding.book
        called = book.find(student)
        number = None if points.casefold() == "none" else acts.points_of(points)
        act = acts.override(book, called, question, number, reason, deciding.by)
        left_out = list(acts.left_out(book, [act]))
        acts.decide(deciding.store, book.ledger, [act])
        deciding.show({called})
        click.echo(f"{acts.told(book.ledger, act)}: {_line(reason)}")
    for one in left_out:
        click.echo(one, err=True)


@click.command()
@by_option
@place_options
def undo(by: str | None, **named: Any) -> None:
    """Take back what was decided last, whoever did; once more takes back what was decided before
    that. --by says who takes it back.

    \b
    Example:  autograder undo
    """
    with _deciding(by, **named) as deciding:
        ledger = deciding.book.ledger
        last = acts.last_deed(ledger)
        if not last:
            raise UsageError("There is nothing to take back.")
        act = acts.take_back(deciding.book, last[0].deed, deciding.by)
        acts.decide(deciding.store, ledger, [act], alone=True)
        students = {student for student, _ in ledger.subjects(last[0].deed)}
        for one in last:
            if isinstance(one.what, Comment) and one.what.misconception:
                students |= _who_has(deciding.book, one.what.misconception)
        deciding.show(students)
        more = f" and {len(last) - 1} more" if len(last) > 1 else ""
        click.echo(f"{acts.told(ledger, act)}{more}")


# ------------------------------------------------------------------ publishing


@click.command()
@click.option("--section", metavar="S", default="", help="Only who is in it, by the people's list.")
@click.option("--dry-run", is_flag=True, help="Only say what students would see.")
@by_option
@place_options
@json_option
def publish(section: str, dry_run: bool, by: str | None, as_json: bool, **named: Any) -> None:
    """Let students see their results as they are now; later changes are theirs to see when they
    are published, too. Nothing is published to who is staff by now.

    \b
    Example:  autograder publish --section "Monday"
    """
    with _deciding(by, **named) as deciding:
        if dry_run:
            found = acts.preview(deciding.store, deciding.book, section)
        else:
            found = acts.publish(deciding.store, deciding.book, deciding.by, section)
            deciding.show(())  # pages are as they were; tables say who sees them
        outdated = kept_files(deciding.order, deciding.store).says
    if as_json:
        click.echo(json.dumps(_preview_as_json(found, dry_run), indent=1))
        return
    click.echo(deciding.of, nl=False)
    for line in _preview_in_words(found, dry_run):
        click.echo(INVISIBLE.sub(" ", line))
    before_due = deciding.order.assignment.feedback.before_due
    if (found.new or found.later) and (said := warning(found.in_time, before_due, not dry_run)):
        click.echo(said, err=True)
    if outdated:
        then = "them first" if dry_run else "them, and publish again"
        click.echo(f"{outdated}: regrade {then} (`autograder regrade`).", err=True)


def _preview_as_json(found: Preview, dry_run: bool) -> dict[str, Any]:
    return {
        "published": not dry_run,
        "section": found.section or None,
        "new": [one.student for one in found.new if one.is_first],
        "changed": {one.student: list(one.sentences) for one in found.new if not one.is_first},
        "same": found.same,
        "without_final_score": list(found.waiting),
        "left_out": list(found.left_out),
        "handed_in_since": list(found.since),
        "overrides_of_another_file": list(found.earlier),
        "can_still_hand_in": found.in_time,
    }


def _preview_in_words(found: Preview, dry_run: bool) -> Iterator[str]:
    first = [one for one in found.new if one.is_first]
    changed = [one for one in found.new if not one.is_first]
    would = "would be published" if dry_run else "published"
    yield (
        f"{counted(len(first), 'student')} {would} for the first time, {len(changed)} with "
        f"changes, {found.same} as before"
    )
    for one in changed[:_MOST_NAMED]:
        yield f"  {one.student}: {'; '.join(one.sentences)}"
    if len(changed) > _MOST_NAMED:
        yield f"  and {len(changed) - _MOST_NAMED} more"
    if found.waiting:
        yield f"Without a final score ({len(found.waiting)}): {_listed(found.waiting)}"
    if found.since:
        yield f"Handed in since the last time ({len(found.since)}): {_listed(found.since)}"
    if found.earlier:
        yield (
            f"With an override that was made for another file ({len(found.earlier)}): "
            f"{_listed(found.earlier)}"
        )
    if found.left_out:
        yield f"Left out, for they could not be graded: {_listed(found.left_out)}"


# ------------------------------------------------------------------ requests


@click.command()
@click.option("--add", nargs=3, metavar="STUDENT QUESTION TEXT", help="Note what a student asks.")
@click.option("--answer", nargs=2, metavar="ID TEXT", help="Answer one, and close it.")
@click.option("--close", metavar="ID", help="Close one without words.")
@click.option("--all", "everything", is_flag=True, help="List those that are closed, too.")
@by_option
@place_options
@json_option
def requests(
    add: tuple[str, str, str] | None,
    answer: tuple[str, str] | None,
    close: str | None,
    everything: bool,
    by: str | None,
    as_json: bool,
    **named: Any,
) -> None:
    """List what students ask to be looked at again, or answer it.

    \b
    Example:  autograder requests --answer 3 "You are right: see the new points."
    """
    if sum(one is not None for one in (add, answer, close)) > 1:
        raise UsageError("Give one of --add, --answer and --close at a time.")
    with _deciding(by, **named) as deciding, _reasons_as_sentences():
        book = deciding.book
        act = None
        if add is not None:
            who, question, text = add
            act = acts.request(book, book.find(who), question, text, deciding.by)
        elif answer is not None:
            act = acts.reply(book, _number(answer[0]), answer[1], deciding.by)
        elif close is not None:
            act = acts.reply(book, _number(close), "", deciding.by)
        if act is not None:
            acts.decide(deciding.store, book.ledger, [act])
            deciding.show({book.ledger.subject(act)[0]})
            book = book_of(
                deciding.order.assignment, current_grades(deciding.order, deciding.store)
            )
    asked = [one for one in book.ledger.requests() if everything or one.request.is_open]
    if as_json:
        click.echo(json.dumps([_request_as_json(one, book) for one in asked], indent=1))
        return
    for one in asked:
        state = "" if one.request.is_open else " (closed)"
        said = _line(one.request.asked.text)
        of = f", {about.says}" if (about := book.asked_of(one)) is not None else ""
        click.echo(f"{one.request.number}. {_line(one.student)}, {one.question}{of}{state}: {said}")
        for reply in one.request.replies:
            click.echo(f"   {_line(reply.by)}: {_line(reply.text)}")
    if act is None or not asked:
        click.echo(counted(len(asked), "request" if everything else "open request"), err=True)


def _request_as_json(one: Asking, book: Book) -> dict[str, Any]:
    request: dict[str, Any] = msgspec.to_builtins(one.request)
    of = book.asked_of(one)
    attempt = {
        "attempt": None if of is None else of.number,
        "counts_by_now": None if of is None else of.counts,
    }
    return {"student": one.student, "question": one.question, **attempt, **request}


def _line(text: str) -> str:
    """On one line, and harmless to a terminal."""
    return " ".join(INVISIBLE.sub(" ", text).split())


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{text!r} is no number of a request: `autograder requests` lists them.")
    return int(text)


def _listed(names: Iterable[str]) -> str:
    known = [_line(name) for name in names]
    more = len(known) - _MOST_NAMED
    return ", ".join(known[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
