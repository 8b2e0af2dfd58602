"""Sends mail by whatever server the environment names; Python's own library does the talking.

``AUTOGRADER_SMTP`` is an address such as ``smtps://user:password@smtp.uni.edu?from=course@uni.edu``
(encrypted from the start) or ``smtp://smtp.uni.edu?from=...`` (encrypted where the server can).  A
password goes over an encrypted connection only.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from autograder.errors import AutograderError, UsageError

SETTING = "AUTOGRADER_SMTP"
_EXAMPLE = "smtps://user:password@smtp.example.edu?from=course@example.edu"
_HERE = ("localhost", "127.0.0.1", "::1")


class MailError(AutograderError):
    """A mail was not sent; the sentence says why."""


@dataclass(frozen=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    sender: str
    is_tls: bool
    """From the start."""
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 20.0
    """For which an answer is waited for."""


def server_of(text: str | None = None) -> Server | None:
    """What the environment says, or ``text`` in its place; None: nothing.  Raises UsageError."""
    said = os.environ.get(SETTING, "") if text is None else text
    if not said.strip():
        return None
    try:
        parts = urlsplit(said.strip())
        sender = parse_qs(parts.query).get("from", [""])[0]
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
        Address(addr_spec=sender)
        fits = parts.scheme in ("smtp", "smtps") and parts.hostname and "@" in sender
    except (ValueError, IndexError, MessageError):  # which of them, depends on Python
        fits = None
    if not fits or parts.hostname is None:
        # Not what it says: a password may be in it.
        raise UsageError(f"{SETTING} is no address of a mail server: write it as {_EXAMPLE}.")
    return Server(
        host=parts.hostname,
        port=port,
        sender=sender,
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection that is ready for letters; raises MailError."""
    trusted = ssl.create_default_context()
    try:
        connection = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=trusted)
            if server.is_tls
            else smtplib.SMTP(server.host, server.port, timeout=server.seconds)
        )
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"The mail server {server.host} does not answer ({error}).") from None
    with connection:
        try:
            is_tls = server.is_tls or _encrypted(connection, trusted)
            if server.user:
                if not is_tls and server.host not in _HERE:
                    raise MailError(
                        f"{server.host} does not encrypt, so it is not told the password: use "
                        "smtps://, or a server that can."
                    )
                connection.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{server.host} does not take mail from here ({error}).") from None
        yield connection


def _encrypted(connection: smtplib.SMTP, trusted: ssl.SSLContext) -> bool:
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("starttls"):
        return False
    connection.starttls(context=trusted)
    return True


def send(
    connection: smtplib.SMTP, server: Server, to: str, subject: str, body: str, name: str = ""
) -> None:
    """Send one letter; ``name`` tells it from any other, so that one sent twice is seen once.

    Raises MailError.
    """
    letter = EmailMessage()
    try:
        letter["From"] = server.sender
        letter["To"] = Address(addr_spec=to)
        letter["Subject"] = " ".join(subject.split())
    except (ValueError, IndexError, MessageError):  # which of them, depends on Python
        raise MailError(f"{to!r} is no address for mail.") from None
    domain = server.sender.rpartition("@")[2].strip("> ")
    letter["Message-ID"] = f"<{name}@{domain}>" if name else make_msgid(domain=domain)
    letter["Date"] = formatdate(usegmt=True)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    try:
        connection.send_message(letter)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise MailError(f"{server.host} did not take it ({type(error).__name__}).") from None
