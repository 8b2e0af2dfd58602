"""Personal links: whoever has one is the person on the list, until it ends or is revoked.

Theory of operation.  A link bears a *token*: the person's number and a signature (HMAC-SHA256) of
that number and of the link's generation, under a key that is made once for a store.  So no token
is kept anywhere, and the same link can be printed again.  Revoking counts the generation up; what
was signed before is no longer good, nor are the sessions that began with it.  The key lies in the
store; with the environment variable :data:`KEY_BESIDE` set, half of it does not, and a copy of the
store signs nobody in.

Before any list is imported there is one person, :data:`OWNER`, who can do all that an instructor
can.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autograder.people.directory import Directory, Person, directory_of
from autograder.people.names import key as spelt
from autograder.store import LinkState

if TYPE_CHECKING:
    from autograder.store import Store

KEY_BESIDE = "AUTOGRADER_LINK_KEY"
"""Names what is mixed into the key and is not in the store."""
OWNER = Person(id="instructor", name="Instructor", role="instructor", number=0)
"""Whoever set the course up."""
DEFAULT_URL = "http://127.0.0.1:8080"
"""Where the portal is where nobody says otherwise."""
ONLY_HERE = (
    "{url} leads to the portal on this machine alone: say once where others find it, with "
    "`autograder links --url https://grades.example.edu`, and it is remembered."
)
MOVED = (
    "Links and mails name {now} from now on, where they named {before}: whoever was given one "
    "before still has the old address."
)
PATH = "/enter/"
"""What a link has between the portal's address and the token."""

_TOKEN = re.compile(r"([0-9]{1,9})-([a-z2-7]{32})")
_BYTES = 20  # of a signature; 32 letters, none of which a mail program takes for the link's end


def is_only_here(url: str) -> bool:
    """Whether only this machine's own browsers get there."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True)
class Holder:
    """Who came with a good link."""

    person: Person
    number: int
    """That the link was made for; with the generation, enough to know them by in a session."""
    generation: int

    @property
    def role(self) -> str:
        """``student``, ``ta`` or ``instructor``."""
        return self.person.role


@dataclass(frozen=True)
class Link:
    """A person's own way in."""

    person: Person
    token: str
    expires: datetime | None = None
    """With its zone; None: it does not end by itself."""

    def url(self, portal: str) -> str:
        """``portal``: its address, without a slash at the end."""
        return f"{portal}{PATH}{self.token}"


@dataclass(frozen=True)
class _View:
    marker: object
    directory: Directory
    owner: Person
    states: Mapping[int, LinkState]

    def state(self, number: int) -> LinkState:
        return self.states.get(number) or LinkState()

    def person(self, number: int) -> Person | None:
        return self.owner if number == 0 else self.directory.with_number(number)

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.owner, *self.directory.people)


class PersonalLinks:
    """The links of a store; may be asked by several threads, and follows what others change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key = _mixed(store.links.key(), os.environ.get(KEY_BESIDE, ""))
        self._known: _View | None = None
        self._lock = Lock()

    def who(self, token: str, now: datetime | None = None) -> Holder | None:
        """Whose token it is; None: nobody's, or it has ended or was revoked.

        What is compared is compared in constant time.
        """
        found = _TOKEN.fullmatch(token)
        number, signature = (int(found[1]), found[2]) if found else (0, "")
        view = self._view()
        generation = view.state(number).generation
        is_good = hmac.compare_digest(signature, self._signature(number, generation))
        return self._holder(view, number, generation, now) if is_good else None

    def holder(self, number: int, generation: int, now: datetime | None = None) -> Holder | None:
        """Who began a session with that link; None: it has ended or was revoked since."""
        return self._holder(self._view(), number, generation, now)

    def signed_in(self, session: str) -> Holder | None:
        """Whose session has this key; None: nobody's, or it has ended, by itself or with the link
        that it began with."""
        found = self._store.sessions.whose(session)
        if found is None:
            return None
        return self._holder(self._view(found.marker), found.person, found.generation, None)

    def session_key(self, cookie: str) -> str:
        """What a session is found by: a hash that nobody can make who has not the key of links."""
        text = b"session " + cookie.encode("utf-8", "replace")
        return hmac.digest(self._key, text, "sha256").hex()

    def now(self, person: Person) -> Holder | None:
        """Somebody who showed in another way who they are; None: their link has ended."""
        assert person.number is not None
        view = self._view()
        return self._holder(view, person.number, view.state(person.number).generation, None)

    def all(self) -> list[Link]:
        """Of everybody, the owner first."""
        view = self._view()
        return [self._link(view, person) for person in view.people]

    def of(self, people: Iterable[Person]) -> list[Link]:
        view = self._view()
        return [self._link(view, person) for person in people]

    @property
    def directory(self) -> Directory:
        """Everybody who has a link, the owner among them."""
        return Directory(self._view().people)

    def revoke(self, people: Iterable[Person]) -> None:
        """What was given out is no longer good; the next that is asked for is another one."""
        view, people = self._view(), list(people)
        self._store.links.change(
            {
                number: replace(view.state(number), generation=view.state(number).generation + 1)
                for person in people
                for number in _numbers(person)
            }
        )
        self.end_sessions(people)

    def end_sessions(self, people: Iterable[Person]) -> None:
        """Wherever these are signed in, they have to come in again."""
        numbers = {number for person in people for number in _numbers(person)}
        if numbers:
            self._store.sessions.end_all(numbers)

    def let_expire(self, people: Iterable[Person], at: datetime | None) -> None:
        """Links end then; None: not by themselves."""
        view = self._view()
        self._store.links.change(
            {
                number: replace(view.state(number), expires=at)
                for person in people
                for number in _numbers(person)
            }
        )

    def _link(self, view: _View, person: Person) -> Link:
        assert person.number is not None
        state = view.state(person.number)
        signature = self._signature(person.number, state.generation)
        return Link(person, f"{person.number}-{signature}", state.expires)

    def _holder(
        self, view: _View, number: int, generation: int, now: datetime | None
    ) -> Holder | None:
        person, state = view.person(number), view.state(number)
        if person is None or generation != state.generation:
            return None
        if state.expires is not None and state.expires <= (now or datetime.now(UTC)):
            return None
        return Holder(person, number, generation)

    def _signature(self, number: int, generation: int) -> str:
        digest = hmac.digest(self._key, f"link {number} {generation}".encode(), "sha256")
        return base64.b32encode(digest[:_BYTES]).decode().lower()

    def _view(self, marker: Sequence[int] | None = None) -> _View:
        """``marker``: as it is now, where it is known."""
        marker = self._store.links.marker() if marker is None else marker
        with self._lock:
            if self._known is None or self._known.marker != marker:
                directory = directory_of(self._store.people())
                taken = {spelt(person.id) for person in directory.people}
                is_taken = spelt(OWNER.id) in taken
                owner = replace(OWNER, id=f"{OWNER.id} (0)") if is_taken else OWNER
                self._known = _View(marker, directory, owner, self._store.links.states())
            return self._known


def _mixed(kept: bytes, beside: str) -> bytes:
    return hmac.digest(kept, b"links " + beside.encode("utf-8", "surrogateescape"), "sha256")


def _numbers(person: Person) -> set[int]:
    """All that links of this person were made for: lists may have made two of them one."""
    joined = {number for record in person.records for number in record.joins}
    return joined if person.number is None else {person.number, *joined}
