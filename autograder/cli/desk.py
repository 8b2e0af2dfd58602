"""The command ``desk``: pages for marking, on this machine."""

from __future__ import annotations

import json

import click

from autograder.batch.order import opened
from autograder.cli.marking import whoever_is_logged_in
from autograder.cli.options import json_option, order_for, place_options
from autograder.errors import UsageError
from autograder.extras import how_to_get


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: any free one.")
@click.option(
    "--people", is_flag=True, help="An address for each instructor and TA of the people's list."
)
@place_options
@json_option
def desk(port: int, people: bool, as_json: bool, **named: object) -> None:
    """Mark in the browser: serves pages on this machine alone until Ctrl-C.

    What it prints is an address with a secret: whoever has it decides in your name.

    \b
    Example:  autograder desk
    """
    try:
        from autograder.web.desk import serving
    except ImportError as error:
        raise UsageError(
            f"The desk needs further packages ({error.name}): {how_to_get('desk')}."
        ) from None
    order = order_for(**named)  # type: ignore[arg-type]
    with opened(order, create=False) as store:
        members = serving.staff(order, store, whoever_is_logged_in(), everybody=people)
        with serving.Served(order, store, members, port) as served:
            if as_json:
                more = {"people": served.addresses} if people else {}
                click.echo(json.dumps({"url": served.url, **more}))
            elif people:
                for name, url in served.addresses.items():
                    click.echo(f"{name}: {url}")
            else:
                click.echo(f"Mark at {served.url}  (Ctrl-C ends it)")
            served.run()
