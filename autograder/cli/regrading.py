"""The command ``regrade``: what is kept is graded again, and who moves by it is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import click

from autograder import console
from autograder.batch.order import opened
from autograder.batch.regrade import Kept, Move, keep, on_the_side, preview, regrade_kept
from autograder.batch.run import Tally
from autograder.batch.showing import show_again
from autograder.cli.options import (
    Options,
    end_with,
    json_option,
    order_for,
    path_option,
    place_options,
    unsafe_option,
)
from autograder.closing import problems
from autograder.text import INVISIBLE, counted

_MOST_NAMED = 40


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say who would move.")
@click.option("--workers", type=int, metavar="N", help="Processes; default: one a core.")
@click.option("--force", is_flag=True, help="Also what this version of the assignment graded.")
@path_option("--aside", metavar="FILE", help="A store that keeps what was graded, to look at it.")
@place_options
@unsafe_option
@json_option
def regrade(dry_run: bool, aside: Path | None, as_json: bool, **named: Unpack[Options]) -> None:
    """Grade all that is kept again, with the assignment as it is now, and say who moves.

    Results count once all are there; what people decided stays.

    \b
    Example:  autograder regrade --dry-run
    """
    order = order_for(pages=False, **named)
    tally, kept = Tally(0), Kept(())
    found: tuple[Move, ...] = ()
    stopped = False
    with opened(order, create=False) as store, on_the_side(aside) as side:
        with console.progress_view(quiet=as_json) as view, console.terminable():
            try:
                kept = regrade_kept(order, store, side, tally, view)
            except KeyboardInterrupt:
                stopped = True
        if not stopped:
            found = preview(order, store, side)
            if not dry_run:
                show_again(order, store, keep(order, store, side, kept))
    if as_json:
        click.echo(json.dumps(_as_json(tally, kept, found), indent=1))
    elif not stopped:
        for line in _in_words(tally, kept, found, would=dry_run):
            click.echo(INVISIBLE.sub(" ", line))
    for line in problems(tally, stopped=False):
        click.echo(line, err=True)
    if stopped:
        click.echo("Stopped: nothing of it counts.", err=True)
    end_with(1 if stopped or tally.failures or tally.unjudged else 0)


def _in_words(tally: Tally, kept: Kept, found: Sequence[Move], *, would: bool) -> Iterator[str]:
    if not tally.total:
        yield "All that is kept was graded by the assignment as it is now."
    else:
        up, down = sum(move.by > 0 for move in found), sum(move.by < 0 for move in found)
        moved = f"{len(found)} {'would move' if would else 'moved'}"
        yield f"{counted(tally.graded, 'submission')} graded again: {moved}, {up} up, {down} down"
    for move in found[:_MOST_NAMED]:
        steps = "; ".join(step.sentence for step in move.steps)
        yield f"  {move.student}: {move.span}{f'  ({steps})' if steps else ''}"
    if len(found) > _MOST_NAMED:
        yield f"  and {len(found) - _MOST_NAMED} more (--json has them all)"
    if kept.without_file:
        yield (
            f"Not graded again, for their files are not kept ({len(kept.without_file)}): "
            f"{', '.join(kept.without_file[:_MOST_NAMED])}. `autograder grade PATH` does."
        )


def _as_json(tally: Tally, kept: Kept, found: Sequence[Move]) -> dict[str, Any]:
    return {
        "graded": tally.graded,
        "moved": [
            {
                "student": move.student,
                "before": move.before,
                "after": move.after,
                "questions": [
                    {
                        "name": step.name,
                        "before": step.before,
                        "after": step.after,
                        "no_longer": list(step.lost),
                        "now": list(step.gained),
                    }
                    for step in move.steps
                ],
            }
            for move in found
        ],
        "without_file": list(kept.without_file),
        "not_graded": sorted(failure.task.student for failure in tally.failures),
    }
