"""What holds for every request and every answer, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1 << 20
"""Of the body of a request; the longest form is a group of answers with a long comment."""
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


class Safety:
    """Wraps an application."""

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        """``origins``: what these pages are called, such as ``http://127.0.0.1:8000``.

        A page of another site can make its own name mean this machine; it cannot make a browser
        send ours.
        """
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("//")[2] for origin in self._origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            status, why = refusal
            answer = PlainTextResponse(f"{why}\n", status, {"connection": "close"})
            await answer(scope, receive, send_safely)
            return
        await self._app(scope, _counting(receive), send_safely)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return 421, "This is not the address of these pages: use the one that was printed."
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
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return 413, "That is more than a form here can hold."
        return None


def _counting(receive: Receive) -> Receive:
    """Says what comes; raises :class:`TooLarge`, whatever length was announced."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > MOST_BYTES:
            raise TooLarge
        return message

    return counted
