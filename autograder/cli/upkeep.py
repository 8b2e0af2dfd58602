"""Commands for whoever keeps the grading machine: ``doctor``, ``backup``, ``restore``,
``forget``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from autograder import console, public
from autograder import doctor as practice
from autograder.batch.order import Order, current_grades, opened, require_here
from autograder.batch.output import OutFolder
from autograder.batch.showing import show_again, show_all_again, write_tables
from autograder.cli.marking import by_option, whoever_decides
from autograder.cli.options import (
    Places,
    any_order_for,
    asking,
    course_option,
    end_with,
    json_option,
    place_options,
)
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.people import forgetting
from autograder.report.text import one_line
from autograder.text import counted, listed

if TYPE_CHECKING:
    from autograder.store import Store
    from autograder.store.lost import Lost


@click.command()
@course_option
@json_option
def doctor(course_folder: Path | None, as_json: bool) -> None:
    """Which walls of the sandbox this machine gives, and whether grading may start.

    \b
    Example:  autograder doctor
    """
    folder = public.course_folder(course_folder)
    found = practice.examine(() if folder is None else Course(folder).hidden)
    if as_json:
        click.echo(json.dumps(practice.as_json(found), indent=1))
    else:
        for line in practice.words(found):
            console.say(line)
    end_with(0 if found.problem is None else 1)


@click.command()
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False))
@place_options
@json_option
def backup(to: Path, as_json: bool, **named: Unpack[Places]) -> None:
    """Copy the store to the file TO while it is in use.

    The copy is whole: all that was stored when it was made, and nothing of what came after. It
    names everybody, also who is forgotten later, and holds what links are signed with, so only you
    can read it.

    \b
    Example:  autograder backup copies/2026-03-01.db
    """
    from autograder.store.copies import back_up

    order = any_order_for(**named)
    require_here(order)
    size = back_up(order.store_at, to)
    told = {"file": str(to), "bytes": size}
    click.echo(json.dumps(told) if as_json else f"{to}: {size / 1e6:.1f} MB")


@click.command()
@click.argument("copy", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@place_options
def restore(copy: Path, yes: bool, **named: Unpack[Places]) -> None:
    """Put a COPY that `autograder backup` made in the store's place.

    End `autograder serve` before. What the copy lacks is said first; a store in a file is kept
    beside it as it was. Tables and pages are written anew.

    \b
    Example:  autograder restore copies/2026-03-01.db
    """
    from autograder.store.copies import require_copy
    from autograder.store.copies import restore as put_back
    from autograder.store.lost import lost
    from autograder.store.serving import replaced

    order = any_order_for(**named)
    where = order.store_at
    require_copy(copy, where)
    with replaced(where):
        goes = lost(copy, where)
        zone = order.assignment.late.zone or UTC
        for sentence in (_UNKNOWN, _SIGNED_OUT) if goes is None else _going(goes, zone):
            click.echo(sentence, err=True)
        if not yes:
            with asking("Nothing was changed: say --yes where nobody can be asked."):
                asked = f"Everything stored since {copy} was made goes. Do it"
                yes = click.confirm(asked, err=True)
            if not yes:
                raise click.Abort
        done = put_back(copy, where)
    if done.before is not None:
        click.echo(f"What was there before is in {done.before}")
    if done.forgotten_since:
        click.echo(
            f"{counted(done.forgotten_since, 'time')} somebody was forgotten since that copy was "
            "made: they are in the store again, so forget them again.",
            err=True,
        )
    _write_anew(order, named["out"] or order.out.path.parent)


def _write_anew(order: Order, below: Path) -> None:
    """The tables and pages, which are those of the store before; what cannot be written is said."""
    with opened(order, create=False) as store:
        for path, slug in _with_tables(order, order.course.assignments(), below).items():
            try:
                _write_tables_anew(_order_in(order, path, slug), store)
            except AutograderError as error:
                click.echo(
                    f"{path} is as it was before: {error} Once that is mended, `autograder "
                    f"feedback --assignment {slug}` writes it anew.",
                    err=True,
                )
            else:
                click.echo(f"Written anew: {path}")


def _write_tables_anew(order: Order, store: Store) -> None:
    """With the pages, where there are any: of whoever has no attempt any more it goes."""
    if not order.out.feedback.is_dir():
        write_tables(order, current_grades(order, store))
        return
    before = {order.out.page(student) for student in _students_in(order.out)}
    show_all_again(order, store)
    for page in before - {order.out.page(student) for student in _students_in(order.out)}:
        page.unlink(missing_ok=True)


_SIGNED_OUT = "Everybody will be signed out of the portal, and has to open their link again."
_UNKNOWN = (
    "What a server's store holds that the copy lacks is not known before; whoever was forgotten "
    "since is in the store again then, and links that were revoked since are good again."
)
_MOST_NAMED = 5


def _going(goes: Lost, zone: tzinfo) -> Iterator[str]:
    """What of the store is not in the copy, and what follows, in sentences."""
    yield _lacking(goes, zone)
    if goes.forgotten:
        again = "forget them again"
        yield f"Forgotten since, and in the store again then: {goes.forgotten} ({again})."
    if goes.revoked:
        yield f"Links that were revoked since, and are good again then: {goes.revoked}."
    if goes.is_other_key:
        yield "The links that were given out since are not good any more: give out new ones."
    if goes.url:
        yield f"The copy does not know that the portal is at {one_line(goes.url, 200)} now."
    if goes.sessions:
        yield _SIGNED_OUT


def _lacking(goes: Lost, zone: tzinfo) -> str:
    newest = [
        f"{one_line(student, 60)}, {at.astimezone(zone):%d %b %H:%M %Z}"
        for student, at in goes.hand_ins[:_MOST_NAMED]
    ]
    if len(goes.hand_ins) > _MOST_NAMED:
        newest.append("and others before")
    parts = [f"{count} {what}" for count, what in goes.parts]
    if newest:
        parts.insert(0, f"{counted(len(goes.hand_ins), 'hand-in')} ({'; '.join(newest)})")
    if not parts:
        return "All that was handed in, graded and decided is in the copy."
    total = len(goes.hand_ins) + sum(count for count, _ in goes.parts)
    return f"{listed(parts)} {'is' if total == 1 else 'are'} not in the copy."


@click.command()
@click.argument("student")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
@place_options
def forget(student: str, yes: bool, by: str | None, **named: Unpack[Places]) -> None:
    """Remove a person's files, names and words for ever; what was counted of them stays.

    STUDENT is any identifier of one person. Points and misconceptions of their attempts stay under
    a name that says nothing; files that others handed in, too, stay as theirs. That somebody was
    forgotten is kept, and not who.

    Copies of the store that were made before, as by `autograder backup`, keep all of it: delete
    those that are not needed, and forget the person again in one that is put back.

    \b
    Example:  autograder forget alice
    """
    order = any_order_for(**named)
    with opened(order, create=False) as store:
        slugs = sorted({*order.course.assignments(), *store.assignments()})
        person = forgetting.somebody(store, student, slugs)
        if not yes:
            called = f"{person.id} ({person.name})" if person.name else person.id
            click.echo(f"All that {called} handed in, wrote and is called will be gone.", err=True)
            asked = f"Type {person.id} to do it"
            with asking("Nothing was removed: say --yes where nobody can be asked."):
                typed = click.prompt(asked, err=True, default="", show_default=False)
            if typed.strip() != person.id:
                raise click.Abort
        below = named["out"] or order.out.path.parent
        places = _with_tables(order, store.assignments(), below)
        orders = [_order_in(order, path, slug) for path, slug in places.items()]
        names = forgetting.labels(store, person, slugs)
        done = forgetting.forget(store, person, slugs, by or whoever_decides(store))
        for each in orders:
            for name in names:
                each.out.page(name).unlink(missing_ok=True)
            show_again(each, store, done.partners)
    files, attempts = counted(done.files, "file"), counted(done.attempts, "attempt")
    stays = "stays" if done.shared == 1 else "stay"
    why = f" ({done.shared} {stays}, for others handed in the same)" if done.shared else ""
    click.echo(f"Forgotten: {files} removed{why}, {attempts} kept as those of {done.alias}.")
    for table in _others(orders, below):
        click.echo(f"Look yourself whether they are still named in {table}", err=True)
    copies = ["what `autograder backup` made before", *map(str, _copies(order))]
    click.echo(
        f"Copies of the store keep all of it: {listed(copies)}. Delete what is not needed, and "
        "forget them again in what `autograder restore` puts back.",
        err=True,
    )


def _with_tables(order: Order, slugs: Iterable[str], below: Path) -> dict[Path, str]:
    """Folders with tables of an assignment of the course, and of which: the order's own, and those
    with an assignment's name, as the portal has them."""
    places = {order.out.path: order.assignment.slug} | {below / slug: slug for slug in slugs}
    found = {path: _slug_in(OutFolder(path)) or slug for path, slug in places.items()}
    known = order.course.assignments()
    return {at: slug for at, slug in found.items() if slug in known and _tables(OutFolder(at))}


def _order_in(order: Order, path: Path, slug: str) -> Order:
    """The same for the assignment whose tables lie there."""
    return replace(order, assignment=order.course.load(slug), out=OutFolder(path))


def _slug_in(out: OutFolder) -> str | None:
    """Of which assignment the tables are, by themselves."""
    with suppress(OSError, ValueError, AttributeError):
        slug = json.loads(out.json.read_bytes()).get("assignment")
        return slug if isinstance(slug, str) else None
    return None


def _students_in(out: OutFolder) -> set[str]:
    """Whom the tables name."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        return {str(row["student"]) for row in json.loads(out.json.read_bytes())["submissions"]}
    return set()


def _tables(out: OutFolder) -> list[Path]:
    return [path for path in (out.csv, out.json, out.index, out.feedback) if path.exists()]


def _others(orders: Sequence[Order], below: Path) -> list[Path]:
    """Tables beside these, such as those of an assignment that is no longer in the course."""
    known = {one.out.path for one in orders}
    folders = (below, *sorted(below.glob("*")))
    there = (OutFolder(path) for path in folders if path not in known)
    return [path for out in there if out.csv.exists() or out.json.exists() for path in _tables(out)]


def _copies(order: Order) -> list[Path]:
    """Files beside the store that are as it was once, and lists that were imported."""
    where = order.store_at
    if not isinstance(where, Path):
        return []
    beside = {*where.parent.glob("*.db"), *where.parent.glob("*/grades.db")}
    return sorted(beside - {where})
