"""Where pages are served: on this machine alone, unless somebody says otherwise and how it is safe.

Beyond this machine secrets, cookies and answers travel over a network, so they are encrypted: by
this program, which is given a certificate, or by a proxy before it, whose address is named.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, IPPROTO_TCP, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from urllib.parse import urlsplit

from autograder.errors import UsageError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Listening:
    """Where to listen, and what browsers call it."""

    port: int = 0
    """0: any that is free."""
    host: str = LOOPBACK
    public: str = ""
    """Scheme and host, such as ``https://desk.example.edu``; empty: what is listened on."""
    certificate: tuple[Path, Path] | None = None
    """Files with the certificate and its key; None: what is sent here is not encrypted by us."""

    def check(self, *, has_tls: bool = True) -> None:
        """Raises UsageError for what would not be safe, or cannot work.

        ``has_tls``: whether whoever serves can encrypt by itself, where it is given a certificate.
        """
        parts = urlsplit(self.public)
        has_more = bool(parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if self.public and (parts.scheme not in ("http", "https") or not parts.netloc or has_more):
            raise UsageError(
                f"--url {self.public}: give scheme and host alone, such as "
                "https://grades.example.edu."
            )
        if parts.scheme == "http" and not is_loopback(str(parts.hostname)):
            raise UsageError(
                f"--url {self.public}: beyond this machine it has to be https, for what is sent "
                "there are people's answers, and secrets."
            )
        if self.certificate is not None:
            self._check_certificate(*self.certificate)
        if is_loopback(self.host):
            return
        if self.certificate is None and parts.scheme != "https":
            ours = "--tls CERTIFICATE KEY, or " if has_tls else ""
            raise UsageError(
                f"--host {self.host} is beyond this machine, and nothing would be encrypted: give "
                f"{ours}with --url the https address of the proxy before it."
            )
        if not self.public and self.host in ("0.0.0.0", "::"):
            raise UsageError(
                f"--host {self.host} is every address of this machine: say with --url which of "
                "them browsers ask for, such as https://desk.example.edu:8443."
            )

    def _check_certificate(self, certificate: Path, key: Path) -> None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:
            raise UsageError(f"--tls {certificate} {key} cannot be used: {error}.") from None

    def opened(self) -> socket:
        """Raises UsageError where the port is not to be had."""
        family = AF_INET6 if ":" in self.host else AF_INET
        # Named TCP, connections send at once what they have; else each answer waits for 40 ms.
        made = socket(family, SOCK_STREAM, IPPROTO_TCP)
        made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            made.bind((self.host, self.port))
        except OSError as error:
            made.close()
            where = "" if self.host == LOOPBACK else f" of {self.host}"
            raise UsageError(
                f"Port {self.port}{where} is not to be had ({error.strerror or error}): give "
                "another with --port, or none."
            ) from None
        made.listen(1024)  # as many as a class that hands in at once
        return made

    def origin(self, port: int) -> str:
        """What browsers call it; ``port``: that which is listened on."""
        if self.public:
            return self.public.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.certificate is None else 'https'}://{host}:{port}"


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
