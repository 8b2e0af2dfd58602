"""Reads the tables ``attempts`` and ``late`` of assignment.toml."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.errors import AssignmentError
from autograder.policies.late import Policies

_KEEP = ("latest", "best")
_LATE = ("none", "share_per_day", "cut_off")
_LATE_KEYS = frozenset(["due", "timezone", "policy", "share", "cut_off_days", "grace_minutes"])


def read_policies(
    tables: Mapping[str, Any], extensions: Mapping[str, datetime] | None = None
) -> Policies:
    """The rules in the tables ``attempts`` and ``late``; raises AssignmentError, in a sentence."""
    attempts, late = (
        _table(tables, "attempts", frozenset(["keep"])),
        _table(tables, "late", _LATE_KEYS),
    )
    kind = _one_of(late.get("policy", "none"), _LATE, "[late] policy")
    due = _due(late)
    if kind != "none" and due is None:
        raise AssignmentError(f'[late] policy = "{kind}" needs a due date: add due = ...')
    days = _number(late, "cut_off_days", math.inf)
    return Policies(
        keep=_one_of(attempts.get("keep", "latest"), _KEEP, "[attempts] keep"),
        due=due,
        late=kind,
        share=_number(late, "share", 0.0, at_most=1.0),
        cut_off=None if days == math.inf or kind == "none" else timedelta(days=days),
        grace=timedelta(minutes=_number(late, "grace_minutes", 0.0)),
        extensions=dict(extensions or {}),
    )


def _table(tables: Mapping[str, Any], name: str, known: frozenset[str]) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, Mapping):
        raise AssignmentError(f"assignment.toml: [{name}] should be a table.")
    for key in sorted(set(table) - known):
        allowed = ", ".join(sorted(known))
        raise AssignmentError(f"assignment.toml: [{name}] has no {key!r}; it may have {allowed}.")
    return table


def _one_of(value: Any, allowed: Sequence[str], where: str) -> str:
    if value not in allowed:
        raise AssignmentError(
            f"assignment.toml: {where} is {value!r}; it may be {', '.join(allowed)}."
        )
    return str(value)


def _number(table: Mapping[str, Any], key: str, default: float, at_most: float = math.inf) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= at_most:
        limit = "" if at_most == math.inf else f" and {at_most:g}"
        between = f"between 0{limit}" if limit else "of 0 or more"
        raise AssignmentError(f"assignment.toml: [late] {key} should be a number {between}.")
    return float(value)


def _due(table: Mapping[str, Any]) -> datetime | None:
    due, zone = table.get("due"), table.get("timezone")
    if due is None:
        return None
    if not isinstance(due, datetime):
        raise AssignmentError(
            "assignment.toml: [late] due should be a date and a time without quotes, "
            "such as 2025-03-14T23:59:00+05:30."
        )
    if due.tzinfo is None:
        if zone is None:
            raise AssignmentError(
                "assignment.toml: [late] due has no time zone: write its offset, such as "
                '+05:30, behind it, or add timezone = "Asia/Kolkata".'
            )
        due = due.replace(tzinfo=_zone(zone))
    return due.astimezone(UTC)


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AssignmentError(
            f"assignment.toml: [late] timezone {name!r} is not known; "
            'write it as in "Europe/Berlin".'
        ) from None
