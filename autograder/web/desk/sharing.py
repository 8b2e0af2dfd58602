"""Sharing out: who reads which answers, said once and changed whenever that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from autograder import acts
from autograder.errors import UsageError
from autograder.store import Conflict, Share, Sharing
from autograder.web.desk.room import Room, View
from autograder.web.pages import page
from autograder.web.visit import Visit


@dataclass(frozen=True)
class Place:
    """A question, or a section, and whose it is."""

    name: str
    to: str
    """Empty: it is shared among those who read the rest."""


class SharingPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        names = self._names(view)
        rest = [s.to for s in view.shares if not s.question and not s.section]
        return page(
            "sharing.html.j2",
            visit,
            room=self._room,
            view=view,
            names=names,
            rest=rest[0] if rest else () if view.shares else self._room.markers,
            questions=[
                Place(asked.name, _to(view.shares, question=asked.name))
                for asked in view.book.asked.values()
                if asked.by_person
            ],
            sections=[Place(name, _to(view.shares, section=name)) for name in view.sections],
            newest=newest(view),
        )

    def do(self, visit: Visit) -> Response:
        view = self._room.view()
        if visit.form.number("newest", -1) != newest(view):
            raise Conflict(
                "Nothing was stored, for somebody else shared the answers out since: look again."
            )
        shares = list(_shares(visit)) if visit.form.one("do") == "share" else []
        known = set(self._names(view))
        if unknown := {name for share in shares for name in share.to} - known:
            raise UsageError(f"{min(unknown)!r} is nobody who marks here")
        self._room.decide(view, [acts.share_out(view.book, shares, visit.by)])
        said = "The answers are shared out." if shares else "Everybody reads all again."
        visit.later.append(said)
        return visit.to("/sharing")

    def _names(self, view: View) -> list[str]:
        """Who may read, and who was to: the latter may have left."""
        before = [name for share in view.shares for name in share.to]
        return list(dict.fromkeys([*self._room.markers, *before]))


def newest(view: View) -> int:
    """Id of the act that shared the answers out as they are; 0: none did."""
    standing = view.book.ledger.standing_acts
    return max((act.id for act in standing if isinstance(act.what, Sharing)), default=0)


def _to(shares: Sequence[Share], *, question: str = "", section: str = "") -> str:
    return next(
        (share.to[0] for share in shares if (share.question, share.section) == (question, section)),
        "",
    )


def _shares(visit: Visit) -> Iterator[Share]:
    """A question says more than a section, and a section more than the rest."""
    form = visit.form
    for question, to in zip(form.all("question"), form.all("question_to"), strict=False):
        if to:
            yield Share((to,), question=question)
    for section, to in zip(form.all("section"), form.all("section_to"), strict=False):
        if to:
            yield Share((to,), section=section)
    if rest := form.all("rest"):
        yield Share(tuple(dict.fromkeys(rest)))
