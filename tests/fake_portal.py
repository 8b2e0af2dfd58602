"""A portal that is a few lines long: what it was sent is kept, and what it says is prescribed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ROW = {
    "student": "amy",
    "file": "amy.ipynb",
    "status": "graded",
    "score": 78.0,
    "max_score": 90,
    "message": None,
    "questions": [
        {"name": "adagrad", "status": "full", "score": 20, "max_score": 20, "misconceptions": []},
        {
            "name": "adam",
            "status": "partial",
            "score": 18.0,
            "max_score": 30,
            "misconceptions": ["correction_missing"],
            "message": "It is not\x1b[31m corrected.",
        },
        {"name": "explanation", "status": "pending", "score": None, "misconceptions": []},
    ],
}


@dataclass
class FakePortal:
    """What to say, and what was asked."""

    url: str = ""
    token: str = "1-" + "a" * 32
    states: list[dict[str, Any]] = field(default_factory=lambda: [{"state": "done", "result": ROW}])
    """What is answered one after the other; the last again and again."""
    refuses: tuple[int, str, dict[str, str]] | None = None
    """Status, body, headers, instead of a receipt."""
    says: list[str] = field(default_factory=list)
    """Beside a receipt."""
    received: str | None = None
    """When, in words; None: it is an older portal."""
    digest: str | None = None
    """What the receipt says; None: the truth."""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path and headers."""
    files: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def link(self) -> str:
        return f"{self.url}/enter/{self.token}"


@contextmanager
def fake_portal() -> Iterator[FakePortal]:
    portal = FakePortal()

    class Answers(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            portal.asked.append(("GET", self.path, dict(self.headers)))
            state = portal.states.pop(0) if len(portal.states) > 1 else portal.states[0]
            status = state.get("status", 200)
            self._say(status, json.dumps(state).encode(), state.get("headers", {}))

        def do_POST(self) -> None:
            portal.asked.append(("POST", self.path, dict(self.headers)))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if portal.refuses is not None:
                status, text, headers = portal.refuses
                self._say(status, text.encode(), headers)
                return
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            (part,) = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body).iter_parts()
            assert part.get_param("name", header="content-disposition") == "file"
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            portal.files.append((str(part.get_filename()), data))
            receipt = {
                "id": 7,
                "digest": portal.digest or sha256(data).hexdigest(),
                "at": "2026-03-01T10:00:00+05:30",
                "attempt": len(portal.files),
                "says": portal.says,
                **({"received": portal.received} if portal.received else {}),
            }
            self._say(202, json.dumps(receipt).encode(), {})

        def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    portal.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
