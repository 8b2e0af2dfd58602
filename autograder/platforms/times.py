"""Dates and times as platforms write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

_LONGEST = 80
"""Characters; no date is longer."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_NUMBERS = {
    spelling: number
    for number, month in enumerate(_MONTHS, 1)
    for spelling in (month, month[:3], month[:4])
}
_ENGLISH = re.compile(
    r"(?:[a-z]+,\s*)?"  # Friday,
    r"(?:(?P<day>\d{1,2})\s+(?P<month>[a-z]+)|(?P<month2>[a-z]+)\s+(?P<day2>\d{1,2}))"
    r",?\s+(?P<year>\d{4}),?\s+"
    r"(?P<hour>\d{1,2})[:.]?(?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<part>\d{1,9}))?"
    r"\s*(?P<zone>[A-Za-z]{1,5}|[+-]\d\d:?\d\d)?",
)
_HOURS = {
    **{"Z": 0.0, "UTC": 0.0, "GMT": 0.0, "WET": 0.0, "WEST": 1.0, "BST": 1.0},
    **{"CET": 1.0, "CEST": 2.0, "EET": 2.0, "EEST": 3.0, "MSK": 3.0},
    **{"AST": -4.0, "ADT": -3.0, "NST": -3.5, "NDT": -2.5},
    **{"EST": -5.0, "EDT": -4.0, "CST": -6.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0},
    **{"PST": -8.0, "PDT": -7.0, "AKST": -9.0, "AKDT": -8.0, "HST": -10.0},
    **{"JST": 9.0, "KST": 9.0, "AEST": 10.0, "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0},
}
"""Before UTC; IST is left out, which is India's, Israel's and Ireland's."""


def of_english(text: str, zone: tzinfo | None) -> datetime | None:
    """``Friday, 31 October 2025, 8:04 PM`` or ``Oct 31, 2025 804 PM``, in ``zone``.

    None: it is not English, or no date; without a zone always.
    """
    found = _english(text)
    if found is None or zone is None:
        return None
    hour = int(found["hour"])
    if found["half"] is not None:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    month = _NUMBERS[(found["month"] or found["month2"]).lower()]
    year, minute, second = int(found["year"]), int(found["minute"]), int(found["second"] or 0)
    try:
        day = int(found["day"] or found["day2"])
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def is_english(text: str) -> bool:
    """Whether a date is written as :func:`of_english` reads it."""
    return _english(text) is not None


def _english(text: str) -> re.Match[str] | None:
    found = _ENGLISH.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None or (found["month"] or found["month2"]).lower() not in _NUMBERS:
        return None
    return found


def of_stamp(text: str, zone: tzinfo | None) -> datetime | None:
    """``2015-02-02 15:58:23.948203 UTC``, also ISO 8601; without a zone of its own in ``zone``.

    None: it is no such time, or its zone is not known.
    """
    text = text.strip()
    found = _STAMP.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    part = f".{found['part'][:6]:0<6}" if found["part"] else ""
    try:
        zone = zone if found["zone"] is None else zone_of(found["zone"])
        at = datetime.fromisoformat(f"{found['date']}T{found['time']}{part}")
    except ValueError:
        return None
    return None if zone is None else at.replace(tzinfo=zone)


def zone_of(named: str) -> tzinfo | None:
    """Of ``EST``, ``+05:30`` and the like; None: it is not known, or several places' own.

    Raises ValueError for hours that no day has.
    """
    if named[0] in "+-":
        minutes = 60 * int(named[1:3]) + int(named[-2:])
        return timezone(timedelta(minutes=-minutes if named[0] == "-" else minutes))
    hours = _HOURS.get(named.upper())
    return None if hours is None else timezone(timedelta(hours=hours))


def of_numbers(numbers: str, zone: tzinfo | None) -> datetime | None:
    """Year, month, day, hour, minute and second, with anything between them, in ``zone``."""
    parts = [int(number) for number in re.findall(r"\d+", numbers)[:6]]
    if zone is None or len(parts) < 6:
        return None
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
