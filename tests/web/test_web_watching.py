"""Whoever runs the portal learns what is slow and what fails, and nothing of links or students."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import urllib.request
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytest.importorskip("starlette")

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from autograder.errors import StoreError, UsageError
from autograder.web.metrics import Metrics
from autograder.web.watching import REQUESTS, Lines, Watched, error_without_words, start_logs

TOKEN = "17-" + "k" * 32


async def fine(_: Request) -> Response:
    return PlainTextResponse("fine")


async def broken(_: Request) -> Response:
    raise KeyError("what amy wrote")


ROUTES = [
    Route("/", fine),
    Route("/enter/{token}", fine),
    Route("/h/{ticket}/{part:int}", fine),
    Route("/broken/{who}", broken),
    Mount("/desk/{slug}", routes=[Route("/answer/{attempt:int}", fine)]),
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root, text = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    start_logs(text)
    yield text
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger(REQUESTS).setLevel(logging.NOTSET)


def ask(path: str, *watches: Any, headers: dict[str, str] | None = None) -> None:
    app = Watched(Starlette(routes=ROUTES), watches)

    async def asked() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            await client.get(path, headers=headers)

    asyncio.run(asked())


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/", "/", 200),
        (f"/enter/{TOKEN}", "/enter/{token}", 200),
        ("/h/enter/7", "/h/{ticket}/{part}", 200),
        ("/desk/rates/answer/12?q=amy", "/desk/{slug}/answer/{attempt}", 200),
        (f"/nowhere/{TOKEN}", "other", 404),
        ("/broken/amy", "/broken/{who}", 500),
    ],
)
def test_a_request_is_a_line_without_what_varies(
    lines: io.StringIO, path: str, route: str, status: int
) -> None:
    secrets = {"authorization": f"Bearer {TOKEN}", "cookie": "a=secret"}
    ask(path, Lines(), headers=secrets)
    (line,) = [one for one in told(lines) if one["from"] == REQUESTS]
    assert (line["method"], line["route"], line["status"]) == ("GET", route, status)
    assert line["ms"] >= 0
    for secret in (TOKEN, "secret", "amy", "testclient"):
        assert secret not in lines.getvalue()


def test_an_error_is_told_without_its_words(lines: io.StringIO) -> None:
    try:
        Metrics(lambda: {}).seen("GET", "/", "what amy wrote", 0.0)  # type: ignore[arg-type]
    except TypeError as error:
        said = error_without_words(error)
        logging.getLogger("autograder.web.app").error("A page failed", exc_info=error)
    assert said.startswith("TypeError at web/metrics.py:")
    (line,) = told(lines)
    assert (line["said"], line["level"], line["error"]) == ("A page failed", "error", said)
    assert "amy" not in lines.getvalue()


def test_what_comes_from_elsewhere_cannot_forge_a_line(lines: io.StringIO) -> None:
    logging.getLogger("x").warning("one\n%s", '{"level": "fine"}')
    assert len(told(lines)) == 1


def test_counts_are_served_on_this_machine_alone() -> None:
    pytest.importorskip("prometheus_client")
    metrics = Metrics(lambda: {"waiting_first": 3.0, "graders": 2.0})
    for path in ("/", f"/enter/{TOKEN}", "/broken/amy"):
        ask(path, metrics)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")
        port = free_port()
        end = metrics.serve(port)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                text = answer.read().decode()
            with pytest.raises(UsageError, match="not to be had"):
                Metrics(dict).serve(port)
        finally:
            end()
    assert "autograder_waiting_first 3.0" in text
    assert "autograder_graders 2.0" in text
    count = 'autograder_request_seconds_count{method="GET",route="/enter/{token}",status="2xx"} 1.0'
    assert count in text
    assert TOKEN not in text
    assert "amy" not in text


def test_a_store_that_is_down_is_a_count() -> None:
    pytest.importorskip("prometheus_client")

    def down() -> dict[str, float]:
        raise StoreError("gone")

    (family,) = [f for f in Metrics(down).registry.collect() if f.name == "autograder_store_up"]
    assert family.samples[0].value == 0.0


def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
