"""Whether ``assignment.toml`` and ``questions.py`` speak of the same questions, checks and faults.

Each may be whole by itself and yet name what the other does not know; points would then be given
to nothing, or a fault be forgiven that nobody looks for.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.judging.question import Kind
from autograder.settings import QuestionSettings, Refused, Settings, among


def agree(settings: Settings, kinds: Mapping[str, Kind]) -> None:
    """Raises Refused, with the path of the first setting that does not fit."""
    for name in settings.questions:
        if name not in kinds:
            raise Refused(("questions", name), f"is not in questions.py; {among(name, kinds)}")
    for name, kind in kinds.items():
        settings.points(name)  # refuses a question that only questions.py knows
        _checks(name, settings.questions[name], kind)
    _conventions(settings, kinds)


def _checks(name: str, question: QuestionSettings, kind: Kind) -> None:
    place = ("questions", name, "checks")
    if question.by_person and kind.check_names:
        raise Refused(
            ("questions", name, "by_person"),
            "is true, but questions.py asks something here that is judged without a person",
        )
    for check in question.checks:
        if check not in kind.check_names:
            raise Refused(
                (*place, check), f"is no check of this question; {among(check, kind.check_names)}"
            )
    for check in kind.required_checks:
        if check not in question.checks:
            raise Refused((*place, check), "is missing; questions.py checks it, so it needs points")


def _conventions(settings: Settings, kinds: Mapping[str, Kind]) -> None:
    if not settings.conventions:
        return
    known = frozenset[str]().union(*(kind.faults for kind in kinds.values()))
    for slug in settings.conventions:
        if slug not in known:
            raise Refused(
                ("conventions", slug), f"is no fault that is known here; {among(slug, known)}"
            )
