"""The command ``desk``: pages for marking, on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.batch.order import opened
from autograder.cli.marking import whoever_decides
from autograder.cli.options import json_option, order_for, place_options
from autograder.errors import UsageError
from autograder.extras import how_to_get


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: any free one.")
@click.option(
    "--people", is_flag=True, help="An address for each instructor and TA of the people's list."
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Listen beyond this machine.")
@click.option(
    "--tls",
    nargs=2,
    type=click.Path(path_type=Path),
    metavar="CERTIFICATE KEY",
    help="Files with which what is sent is encrypted.",
)
@click.option(
    "--url",
    default="",
    metavar="PUBLIC",
    help="What browsers call it, https://..., where a proxy stands before it.",
)
@place_options
@json_option
def desk(
    port: int,
    people: bool,
    host: str,
    tls: tuple[Path, Path] | None,
    url: str,
    as_json: bool,
    **named: object,
) -> None:
    """Mark in the browser: serves pages on this machine alone until Ctrl-C.

    What it prints is an address with a secret: whoever has it decides in your name. Beyond this
    machine it listens only with --host, and then with --tls or behind a proxy (--url).

    \b
    Example:  autograder desk
    """
    try:
        from autograder.web.desk import serving
        from autograder.web.listening import Listening
    except ImportError as error:
        raise UsageError(
            f"The desk needs further packages ({error.name}): {how_to_get('desk')}."
        ) from None
    listening = Listening(port, host, url, tls)
    listening.check()
    order = order_for(**named)  # type: ignore[arg-type]
    with opened(order, create=False) as store:
        me = whoever_decides(store, "the instructor")
        members = serving.staff(order, store, me, everybody=people)
        with serving.Served(order, store, members, listening) as served:
            if as_json:
                more = {"people": served.addresses} if people else {}
                click.echo(json.dumps({"url": served.url, **more}))
            elif people:
                for name, url in served.addresses.items():
                    click.echo(f"{name}: {url}")
            else:
                click.echo(f"Mark at {served.url}  (Ctrl-C ends it)")
            served.run()
