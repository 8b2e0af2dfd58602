"""What holds for every request and every answer, whoever asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1 << 20
"""Of the body of a request; the longest form is a group of answers with a long comment."""
_PATIENCE = 20.0
"""Seconds without a byte after which the rest of a body is no longer waited for ..."""
_SLOWEST = 5_000
"""... and bytes a second that one has to come with, on the whole."""
_LATER = {b"retry-after": b"5"}
"""Seconds after which what cannot be done now may be tried again."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content security policy of our own pages: nothing inline, nothing from elsewhere."""
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # With no-referrer browsers say of a form's origin only "null"; other sites learn nothing.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class TooLarge(Exception):
    """More came than is taken."""


class TooSlow(Exception):
    """What was announced does not come."""


Most = Callable[[str], int]
"""How many bytes a body may have that is sent to this path."""


class Safety:
    """Wraps an application."""

    def __init__(
        self,
        app: ASGIApp,
        origins: Iterable[str],
        *,
        most: Most = lambda _: MOST_BYTES,
        too_large: Callable[[str], str] = lambda _: "That is more than is taken here.",
        sorry: Callable[[str, str], Response] | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        """``origins``: what these pages are called, such as ``http://127.0.0.1:8000``;
        ``too_large``: what is said where more than ``most`` is announced for a path; ``sorry``: the
        page for a path that says so to people; None: there is none.

        A page of another site can make its own name mean this machine; it cannot make a browser
        send ours.
        """
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("//")[2] for origin in self._origins)
        self._most, self._too_large, self._sorry = most, too_large, sorry
        said = {**_HEADERS, **headers}
        self._headers = {
            name.encode("latin-1"): value.encode("latin-1") for name, value in said.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                ours = self._headers | (_LATER if message["status"] == 503 else {})
                headers += [one for one in ours.items() if one[0] not in there]
                message = {**message, "headers": headers}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            status, why = refusal
            await self._refused(scope["path"], status, why)(scope, receive, send_safely)
            return
        await self._app(scope, _counting(receive, self._most(scope["path"])), send_safely)

    def _refused(self, path: str, status: int, why: str) -> Response:
        """To people a sentence, of what is too large a page; to programs the same as JSON."""
        made: Response
        if path.startswith("/api/"):
            made = JSONResponse({"error": why}, status)
        elif status == 413 and self._sorry is not None:
            made = self._sorry(path, why)
        else:
            made = PlainTextResponse(f"{why}\n", status)
        made.headers["connection"] = "close"
        return made

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return 421, "This is not the address of these pages: use the one that was printed."
        if "transfer-encoding" in headers and (
            "content-length" in headers or scope.get("http_version") == "1.0"
        ):
            # A proxy may go by the other one, and take what is left for somebody's next request.
            return 400, "This request says twice how long it is."
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return 405, "Pages are read, and forms are sent."
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return 403, "This form came from another site."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "This form came from another site."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._most(scope["path"]):
            return 413, self._too_large(scope["path"])
        return None


def _counting(receive: Receive, most: int) -> Receive:
    """Says what comes; raises :class:`TooLarge`, whatever length was announced, and
    :class:`TooSlow`."""
    came = 0
    waited = 0.0
    is_whole = False

    async def counted() -> Message:
        nonlocal came, waited, is_whole
        if is_whole:  # what comes now is that somebody hangs up: that may take its time
            return await receive()
        began = time.monotonic()
        left = _PATIENCE + came / _SLOWEST - waited
        if left <= 0:
            raise TooSlow
        try:
            async with asyncio.timeout(min(_PATIENCE, left)):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        waited += time.monotonic() - began  # and not what we took to store what came
        is_whole = not message.get("more_body", False)
        came += len(message.get("body", b""))
        if came > most:
            raise TooLarge
        return message

    return counted
