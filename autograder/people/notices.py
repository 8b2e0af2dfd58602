"""Mail to students: what they handed in arrived, results are out, a request is answered, and what
partners said of them.

It is made of what the store holds, after the fact (:mod:`autograder.store.mails`), so nothing waits
for it.  What it says is the table of words below: no points, for others read over shoulders.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from string import Template
from threading import Event
from typing import TYPE_CHECKING

from autograder.errors import AutograderError
from autograder.mail import MailError, Server, connected, send
from autograder.people.directory import Directory, directory_of
from autograder.store.records import OF_NOBODY

if TYPE_CHECKING:
    from autograder.store import Store
    from autograder.store.mails import Mail, News

_log = logging.getLogger(__name__)
_AT_ONCE = 50

WORDS = {
    "hand_in": (
        "Received: $title, attempt $number",
        "Your file $file arrived on $at as attempt $number.$together\n\n"
        "Its SHA-256 is $digest.\n\n"
        "How it is getting on: $portal\n",
    ),
    "published": (
        "Results: $title",
        "Your results of $title are published, or something in them has changed.\n\n"
        "To read them: $portal\n",
    ),
    "reply": (
        "Your request: $title",
        "Somebody has answered your request about $title.\n\nTo read the answer: $portal\n",
    ),
    "named": (
        "Partners: $title",
        "$who named you as a partner for $title: it holds when you agree.\n\nTo answer: $portal\n",
    ),
    "agreed": (
        "Partners: $title",
        "$who agreed to hand in $title together with you.\n\n"
        "To see whether it holds yet, and with whom: $portal\n",
    ),
    "left": (
        "Partners: $title",
        "$who no longer names you as a partner for $title, so you do not hand it in together.\n\n"
        "To see with whom you hand in now: $portal\n",
    ),
}
"""Subject and text, by kind of news, or by what a partner said."""
TOGETHER = {
    "own": "\n\nIt was handed in for $others, too.",
    "of another": "\n\nIt was handed in by $by for you, too.",
}
"""What is said of a file that partners have in common."""


class Post:
    """Makes mail of what is new, and sends what waits."""

    def __init__(
        self,
        store: Store,
        server: Server,
        portal: Callable[[], str],
        titles: Callable[[], dict[str, str]],
        zone: tzinfo = UTC,
    ) -> None:
        """``portal``: its address, as it is by now; ``titles``: of assignments, by slug; ``zone``:
        in which times are told."""
        self._store = store
        self._server = server
        self._portal = portal
        self._titles = titles
        self._zone = zone

    def run(self, stop: Event, pause: float = 5.0) -> None:
        """Until ``stop`` is set.  What goes wrong is logged, and tried again."""
        while not stop.is_set():
            try:
                more = self.once()
            except AutograderError as error:
                _log.warning("Mail waits: %s", error)
                more = False
            if not more:
                stop.wait(pause)

    def once(self, now: datetime | None = None) -> bool:
        """Make and send what is due; whether there may be more at once.  Raises StoreError."""
        now = now or datetime.now(UTC)
        latest = self._store.mails.latest(now)
        directory = directory_of(self._store.people())
        made = [mail for one in latest.news if (mail := self._letter(one, directory)) is not None]
        self._store.mails.add(made, latest)
        due = self._store.mails.take(_AT_ONCE, now)
        outcomes = self._send(due, directory) if due else {}
        self._store.mails.told(outcomes, datetime.now(UTC))
        return "sent" in outcomes.values() or bool(latest.news)

    def _letter(self, news: News, directory: Directory) -> Mail | None:
        from autograder.store.mails import Mail, shown_name

        person = directory.with_number(news.person)
        if person is None:
            person = directory.whose(news.student, news.whose).person
        if person is None or person.number is None or not person.email:
            return None
        told = {
            "title": self._titles().get(news.assignment, news.assignment),
            "portal": self._portal(),
        }
        kind = news.kind.value
        if news.kind == "partners":
            kind, number = news.details
            who = directory.with_number(int(number))
            if who is None or not who.role == person.role == "student":
                return None
            told["who"] = shown_name(who.name or who.id)
        elif news.details:
            file, number, at, digest, by, others = news.details
            when = datetime.fromisoformat(at).astimezone(self._zone)
            told |= {
                "file": shown_name(file),
                "number": number,
                "at": f"{when:%Y-%m-%d %H:%M:%S %Z}",
                "digest": digest,
                "together": self._together(news.student, by, others.split("\n"), directory),
            }
        subject, body = (Template(text).substitute(told) for text in WORDS[kind])
        return Mail(person.number, subject, body)

    def _together(self, student: str, by: str, others: list[str], directory: Directory) -> str:
        from autograder.store.mails import A_PARTNER, shown_name

        def called(one: str) -> str:
            if one.startswith(OF_NOBODY):
                return A_PARTNER
            fits = directory.fitting(one)
            name = fits[0].name if len(fits) == 1 else ""
            return shown_name(name or one)

        if by != student:
            return Template(TOGETHER["of another"]).substitute(by=called(by))
        if not any(others):
            return ""
        return Template(TOGETHER["own"]).substitute(others=", ".join(map(called, others)))

    def _send(self, due: list[Mail], directory: Directory) -> dict[int, str]:
        from autograder.store.mails import SENT

        outcomes: dict[int, str] = {}
        try:
            with connected(self._server) as connection:
                for mail in due:
                    person = directory.with_number(mail.person)
                    to = "" if person is None else person.email
                    name = f"mail-{mail.id}-{self._store.links.id()}"
                    try:
                        send(connection, self._server, to, mail.subject, mail.body, name)
                        outcomes[mail.id] = SENT
                    except MailError as error:
                        outcomes[mail.id] = str(error)
        except MailError as error:
            _log.warning("Mail waits: %s", error)
            outcomes = {mail.id: outcomes.get(mail.id, str(error)) for mail in due}
        return outcomes
