"""What is told of each request to whoever runs the portal: a line of JSON, and counts.

A line names the route and never the address that was asked for, which may hold a link's token or
whose work was read; of an error it names its kind and the lines of ours that it came from, and not
what it says, which may quote a student.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TextIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = "autograder.requests"
"""The name of the logger that is told of each request."""
_OURS = Path(__file__).resolve().parents[1]
_log = logging.getLogger(REQUESTS)


class Watch(Protocol):
    """Is told of each request."""

    def seen(self, method: str, route: str, status: int, seconds: float) -> None: ...


class Watched:
    """Wraps an application."""

    def __init__(self, app: ASGIApp, watches: tuple[Watch, ...]) -> None:
        self._app = app
        self._watches = watches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        seconds, status = 0.0, 0

        async def noted(message: Message) -> None:
            nonlocal seconds, status
            if message["type"] == "http.response.start":
                # What is sent as it happens may go on for as long as somebody waits.
                seconds, status = time.perf_counter() - began, message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took = seconds or time.perf_counter() - began
            for watch in self._watches:
                watch.seen(scope["method"], route_of(scope), status or 500, took)


def route_of(scope: Scope) -> str:
    """The path with the names of what varies: ``/a/{slug}``; "other": nobody answers there."""
    if "endpoint" not in scope:
        return "other"
    route: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        if str(value):
            route = f"{route}/".replace(f"/{value}/", f"/{{{name}}}/", 1).removesuffix("/")
    return route


class Lines:
    """Writes a line of each request."""

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        told = {"method": method, "route": route, "status": status}
        _log.info("request", extra={"told": {**told, "ms": round(seconds * 1e3, 1)}})


class AsJson(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname.lower(), "from": record.name}
        told["said"] = record.getMessage()
        told |= getattr(record, "told", {})
        if record.exc_info is not None and record.exc_info[1] is not None:
            told["error"] = error_without_words(record.exc_info[1])
        return json.dumps(told)


def error_without_words(error: BaseException) -> str:
    """``KeyError at web/portal/app.py:31``: its kind, and the lines of ours it came through."""
    places = [
        f"{Path(frame.filename).resolve().relative_to(_OURS)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve().is_relative_to(_OURS)
    ]
    return " at ".join([type(error).__name__, *places[-3:]])


def start_logs(to: TextIO | None = None) -> logging.Handler:
    """From now on everything that is logged is a line of JSON; returns what writes them."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(AsJson())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _log.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    return handler
