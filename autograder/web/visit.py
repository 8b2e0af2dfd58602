"""A request, as far as a page needs to know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse

from autograder.errors import UsageError
from autograder.people import Person
from autograder.web.people import INSTRUCTORS, Member

MOST_FIELDS = 25_000
"""In one form: a group of as many answers."""


class NotThere(UsageError):
    """There is no such page, or none for whoever asks."""


class NotOpen(UsageError):
    """It is there, and students get it later."""


class NotNow(UsageError):
    """It could be, if something else were done first."""


class Form:
    """Names with their values, as addresses and forms have them."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)

    @classmethod
    def read(cls, text: str) -> Form:
        """Raises UsageError for what no form of ours sends."""
        try:
            return cls(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            raise UsageError("That form has more fields than any of ours.") from None

    def __contains__(self, name: str) -> bool:
        return any(name == known for known, _ in self.pairs)

    def one(self, name: str, default: str = "") -> str:
        """The first value, without line ends of another system."""
        value = next((value for known, value in self.pairs if known == name), default)
        return value.replace("\r\n", "\n")

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.pairs if known == name]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number that any table can hold; what is none is the default."""
        text = self.one(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else default


@dataclass(frozen=True)
class Visit:
    """Who asks for what."""

    member: Member
    path: Mapping[str, str]
    """What the address has in the places that the route names."""
    query: Form
    form: Form
    token: str
    """For the forms of the page that answers."""
    said: str = ""
    """What came of the form that led here, in a sentence."""
    hides_names: bool = False
    session: str = ""
    """Which of the member's it is."""
    base: str = ""
    """Where our pages lie, without a slash at the end; empty: at the root of their port."""
    person: Person | None = None
    """The member, as the course has them; None: of no list."""
    later: list[str] = field(default_factory=list)
    """Sentences for the page that comes next."""

    @property
    def by(self) -> str:
        return self.member.name

    def to(self, path: str) -> RedirectResponse:
        """Leads to a page of ours, which is asked for by GET."""
        return RedirectResponse(self.base + path, 303)

    @property
    def is_in_portal(self) -> bool:
        """Whether these pages are a part of the portal, whose own lie at the root."""
        return self.base != ""

    @property
    def is_instructor(self) -> bool:
        return self.member.role in INSTRUCTORS


def address(path: str, **query: object) -> str:
    """An address of ours; what is empty is left out."""
    pairs = [(name, str(value)) for name, value in query.items() if value not in ("", None, False)]
    return f"{path}?{urlencode(pairs)}" if pairs else path
