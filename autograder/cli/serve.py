"""The command ``serve``: the portal, where students hand in."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from autograder.batch.files import require_writable
from autograder.batch.order import Order, opened
from autograder.batch.output import OutFolder
from autograder.cli.links import public_url
from autograder.cli.options import found_course, json_option, place_options, unsafe_option
from autograder.course import Assignment, Course
from autograder.errors import AutograderError, UsageError
from autograder.extras import how_to_get
from autograder.mail import server_of
from autograder.people.links import MOVED, is_only_here


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, help="0: any free one.")
@click.option("--host", default="127.0.0.1", help="Address to listen on; default: 127.0.0.1.")
@click.option("--url", metavar="PUBLIC", help="Where people find it, behind a proxy with TLS.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the workers of a Dask scheduler.")
@click.option("--workers", type=click.IntRange(1, 256), help="Graders; default: cores and one.")
@click.option(
    "--metrics",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Counts for Prometheus, at this port of this machine.",
)
@click.option("--logs", is_flag=True, help="A line of JSON on standard error for each request.")
@place_options
@unsafe_option
@json_option
def serve(
    port: int,
    host: str,
    url: str | None,
    scheduler: str | None,
    workers: int | None,
    metrics: int | None,
    logs: bool,
    course_folder: Path | None,
    slug: str | None,
    out: Path | None,
    store: str | None,
    unsafe: bool,
    as_json: bool,
) -> None:
    """Serve the portal until Ctrl-C: students hand in and read, staff mark, instructors publish.

    Mail goes out where $AUTOGRADER_SMTP names a server, as smtps://user:password@host?from=address.

    \b
    Example:  autograder serve
    """
    try:
        from autograder.web.listening import Listening
        from autograder.web.portal.serving import Portal
    except ImportError as error:
        raise UsageError(
            f"The portal needs further packages ({error.name}): {how_to_get('portal')}."
        ) from None
    if metrics is not None:
        _require_counts()
    public = None if url is None else public_url(url)
    Listening(port, host, public or "").check(has_tls=False)
    course = found_course(course_folder)
    order_of = _orders(course, slug, out, store)
    first = order_of(_any(course, slug))
    if scheduler is not None:
        require_writable(first.out.path)
    # Both end it alike, also before it answers: graders end, and tables are written.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),
        opened(first) as open_store,
        Portal(
            course,
            open_store,
            first.store_at,
            order_of,
            slugs=None if slug is None else [slug],
            host=host,
            port=port,
            url=public,
            scheduler=scheduler,
            shared=first.out.path.absolute(),
            workers=workers,
            unsafe=unsafe,
            mail=server_of(),
            metrics=metrics,
            logs=logs,
        ) as portal,
    ):
        for trouble in portal.troubles:
            click.echo(f"Not served as it is: {trouble}", err=True)
        if portal.moved_from:
            click.echo(MOVED.format(before=portal.moved_from, now=portal.for_others), err=True)
        if as_json:
            portal.wait_until_ready()
            click.echo(json.dumps({"url": portal.url, "instructor": portal.instructor}))
        else:
            click.echo(f"The portal is at {portal.url}  (Ctrl-C ends it)")
            click.echo(f"Your link, as its instructor: {portal.instructor}")
            if is_only_here(portal.for_others):
                click.echo(_ONLY_HERE)
            if not portal.has_students:
                click.echo(_NEXT)
        portal.run()


def _require_counts() -> None:
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise UsageError(f"Counts need one more package: {how_to_get('metrics')}.") from None


_ONLY_HERE = (
    "Only this machine gets there: for others, begin with --url https://grades.example.edu, behind "
    "a proxy\n(autograder/web/deploy has the lines); until then links and mails name this machine."
)
_NEXT = """
Next, in another terminal:
  1. autograder people import roster.csv      who takes and who teaches the course
  2. autograder links --role student          a link for each of them, to be sent by mail
  3. autograder release                       the notebooks that they download here"""


def _orders(
    course: Course, slug: str | None, out: Path | None, store: str | None
) -> Callable[[Assignment], Order]:
    """Where what is decided of each assignment lies."""
    results = Path("results")
    is_shared = store is None and out is None

    def order_of(assignment: Assignment) -> Order:
        below = out if out is not None and slug is not None else (out or results) / assignment.slug
        kept: str | Path | None = results / "grades.db" if is_shared else store
        if kept is None and out is not None:
            kept = out / "grades.db"
        return Order(course, assignment, (), OutFolder(below), kept, takes_in=is_shared)

    return order_of


def _any(course: Course, slug: str | None) -> Assignment:
    """One of the assignments that can be served; raises AutograderError where none can."""
    slugs = [slug] if slug is not None else list(course.assignments())
    trouble: AutograderError = UsageError(
        f"There is no assignment in {course.folder}: `autograder new` begins one."
    )
    for each in slugs:
        try:
            return course.load(each)
        except AutograderError as error:
            trouble = error
    raise trouble
