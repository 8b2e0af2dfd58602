"""Dates and times as platforms write them, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.platforms import times

BERLIN = ZoneInfo("Europe/Berlin")


def shown(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Friday, 31 October 2025, 8:04 PM", "2025-10-31 19:04:00"),
        ("Friday, October 31, 2025 8:04:05 PM", "2025-10-31 19:04:05"),
        ("31 October 2025, 20:04", "2025-10-31 19:04:00"),
        ("Oct 31, 2025 804 PM", "2025-10-31 19:04:00"),
        ("Oct 31, 2025 1204 AM", "2025-10-30 23:04:00"),
        ("Oct 31, 2025 12:04 pm", "2025-10-31 11:04:00"),
        ("Jul 1, 2025 8:04 p.m.", "2025-07-01 18:04:00"),  # an hour earlier by the sun
        ("  1 May 2024, 9:00 AM ", "2024-05-01 07:00:00"),
    ],
)
def test_english(text: str, wanted: str) -> None:
    assert shown(times.of_english(text, BERLIN)) == wanted
    assert times.is_english(text)
    assert times.of_english(text, None) is None


@pytest.mark.parametrize(
    "text",
    [
        *("-", "", "yesterday", "31. Oktober 2025, 20:04", "31 Oct 2025", "2025-10-31 20:04"),
        *("31 February 2025, 8:04 PM", "31 Octember 2025, 8:04 PM", "1 May 2024, 25:00"),
        *("1 May 2024, 9:61 AM", "1 May 99999, 9:00 AM", "1 May 2024, 9:00 AM" + " " * 90),
    ],
)
def test_what_is_no_english_date(text: str) -> None:
    assert times.of_english(text, BERLIN) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2015-02-02 15:58:23.948203 UTC", "2015-02-02 15:58:23"),
        ("2025-11-01 19:00:00 EST", "2025-11-02 00:00:00"),
        ("2025-11-01 19:00:00 edt", "2025-11-01 23:00:00"),
        ("2025-11-01T19:00:00Z", "2025-11-01 19:00:00"),
        ("2025-11-01T19:00:00.123456789 +05:30", "2025-11-01 13:30:00"),
        ("2025-11-01 19:00:00 -0930", "2025-11-02 04:30:00"),
        ("2025-11-01 19:00", "2025-11-01 18:00:00"),  # in the zone that is given
        ("2025-07-01 19:00:00\n", "2025-07-01 17:00:00"),
    ],
)
def test_stamps(text: str, wanted: str) -> None:
    assert shown(times.of_stamp(text, BERLIN)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2025-11-01", "2025-13-01 19:00:00 UTC", "2025-11-01 25:00:00 UTC"),
        *("2025-11-01 19:00:00 IST", "2025-11-01 19:00:00 XYZ", "2025-11-01 19:00:00 +99:00"),
    ],
)
def test_what_is_no_stamp(text: str) -> None:
    assert times.of_stamp(text, BERLIN) is None


def test_a_stamp_without_a_zone_is_not_known_without_one() -> None:
    assert times.of_stamp("2025-11-01 19:00:00", None) is None


@given(st.text(max_size=90) | st.text("0123456789 :.-+TZampPM,Oct", max_size=90))
@example("9" * 80)
@example("2025-11-01 19:00:00 +9999")
def test_no_text_stops_anybody(text: str) -> None:
    for at in (
        times.of_english(text, BERLIN),
        times.of_stamp(text, BERLIN),
        times.of_numbers(text, BERLIN),
    ):
        assert at is None or at.utcoffset() is not None
