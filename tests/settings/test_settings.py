"""What the settings may say is accepted; whatever else stands there is refused, in a sentence."""

from __future__ import annotations

import contextlib
import math
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from autograder import people
from autograder.errors import AssignmentError
from autograder.model import Limits
from autograder.settings import (
    MOST,
    Attempts,
    Convention,
    Feedback,
    Item,
    Late,
    LimitsTable,
    QuestionSettings,
    Refused,
    Release,
    Settings,
    read_settings,
)
from autograder.settings.reading import as_type

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
repeatable = settings(derandomize=True, deadline=None)


def everything() -> dict[str, Any]:
    """The document of the guide that has every setting in it."""
    found = re.search(r"^```toml everything\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return tomllib.loads(found[1])


# ------------------------------------------------------------------------ what is documented


def test_the_guide_has_every_setting_and_its_settings_are_read() -> None:
    document = everything()
    read = as_type(document, Settings)
    assert read == Settings(
        title="Weight decay",
        questions={
            "weight_decay": QuestionSettings(
                "Weight decay", 20.0, {"trajectory": 12.0, "vector": 8.0}
            ),
            "why": QuestionSettings(
                "Why the decay is a part of the gradient",
                5.0,
                {},
                by_person=True,
                rubric={
                    "sums": Item("says that the decay is added to the gradient", 3.0),
                    "long": Item("is longer than three sentences", -1.0),
                },
            ),
        },
        tolerance=1e-6,
        texts=("why",),
        limits=LimitsTable(20.0, 2.0, 90.0, 60.0, 512 << 20, 64 << 10),
        conventions={"decay_without_rate": Convention("points", 0.1)},
        attempts=Attempts("latest", 10, 2),
        late=Late(
            datetime(2025, 3, 14, 23, 59),
            "Asia/Kolkata",
            "share_per_day",
            0.1,
            3.0,
            10.0,
            3,
            ("students_word",),
        ),
        feedback=Feedback(right_path=False, before_due="names"),
        release=Release((), datetime(2025, 3, 1, 8)),
    )
    tables: list[tuple[type, dict[str, Any]]] = [
        (Settings, document),
        (LimitsTable, document["limits"]),
        (Convention, document["conventions"]["decay_without_rate"]),
        (Attempts, document["attempts"]),
        (Late, document["late"]),
        (Feedback, document["feedback"]),
        (Release, document["release"]),
        (QuestionSettings, document["questions"]["weight_decay"] | document["questions"]["why"]),
        (Item, document["questions"]["why"]["rubric"]["sums"]),
    ]
    for kind, table in tables:
        assert {field.name for field in structs.fields(kind)} == set(table), kind.__name__


def test_the_guide_quotes_a_refusal_as_it_is_said() -> None:
    document = everything()
    document["questions"]["weight_decay"]["point"] = 20
    with pytest.raises(Refused) as refused:
        as_type(document, Settings)
    assert f"`{refused.value}`" in " ".join(GUIDE.split())


def test_the_examples_elsewhere_are_read() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    in_the_module = str(people.__doc__).split("::\n")[1].split("\nWhat")[0]
    assert len(examples) == 1
    for text in (examples[0], in_the_module):
        tables = tomllib.loads(re.sub(r"^ +", "", text, flags=re.MULTILINE))
        assert set(tables) == {"attempts", "late"}
        assert as_type(tables["late"], Late).share == 0.1
        assert as_type(tables["attempts"], Attempts).keep == "latest"


def test_what_is_left_out_is_as_the_sandbox_has_it() -> None:
    least = as_type(
        {"title": "t", "questions": {"why": {"title": "w", "points": 1, "by_person": True}}},
        Settings,
    )
    assert least.limits.limits == Limits()
    assert (least.tolerance, least.texts, least.conventions) == (1e-6, (), {})
    assert (least.late.due_at, least.late.cut_off, least.late.grace) == (None, None, timedelta())


def test_the_most_of_every_limit_is_accepted_and_more_is_not() -> None:
    most = structs.asdict(LimitsTable())
    most = {name: getattr(MOST, name) for name in most}
    assert as_type(most, LimitsTable).limits == MOST
    for name, value in most.items():
        with pytest.raises(Refused, match=f"^{name} is"):
            as_type({**most, name: value + 1}, LimitsTable)


@pytest.mark.parametrize("policy", ["accept", "warn", "points", "full"])
def test_every_policy_of_a_convention(policy: str) -> None:
    table = {"policy": policy, **({"share": 1} if policy == "points" else {})}
    assert as_type(table, Convention).share == (1.0 if policy == "points" else None)


@pytest.mark.parametrize(
    "more",
    [
        {"policy": "none"},
        {"policy": "share_per_day", "share": 1},
        {"policy": "share_per_day", "share": 0.1, "cut_off_days": 0.5},
        {"policy": "cut_off", "cut_off_days": 0},
    ],
)
def test_every_policy_of_lateness(more: dict[str, object]) -> None:
    due = datetime(2025, 3, 14, 23, 59, tzinfo=UTC)
    late = as_type({"due": due, **more}, Late)
    assert late.due_at == due
    assert late.cut_off == (
        timedelta(days=float(str(more["cut_off_days"]))) if "cut_off_days" in more else None
    )


def test_a_zone_is_that_of_the_date_in_winter_and_in_summer() -> None:
    for month, hour in ((1, 22), (7, 21)):
        table = {"due": datetime(2025, month, 14, 23), "timezone": "Europe/Berlin"}
        assert as_type(table, Late).due_at == datetime(2025, month, 14, hour, tzinfo=UTC)


def test_a_due_date_in_utc_does_not_say_what_a_platforms_clocks_show() -> None:
    """Read in UTC, half past midnight in Delhi would be after a due date that it is before."""
    india = timezone(timedelta(hours=5, minutes=30))
    due = datetime(2025, 3, 14, 20)
    assert as_type({"due": due.replace(tzinfo=UTC)}, Late).platform_zone is None
    assert as_type({"due": due.replace(tzinfo=india)}, Late).platform_zone == india
    named = as_type({"due": due, "timezone": "Europe/London"}, Late)
    assert named.platform_zone == ZoneInfo("Europe/London")
    assert Late().platform_zone is None


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "\0"]
)
def test_a_zone_that_is_none(zone: str) -> None:
    with pytest.raises(Refused, match=r"^timezone is .* no time zone"):
        as_type({"due": datetime(2025, 1, 1), "timezone": zone}, Late)


@pytest.mark.parametrize("due", [datetime.min, datetime.max, datetime(1, 1, 1, tzinfo=UTC)])
def test_a_date_that_cannot_be_meant(due: datetime) -> None:
    with pytest.raises(Refused, match=r"^due is in the year"):
        as_type({"due": due, "timezone": "Asia/Kolkata"}, Late)


# ----------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "content", [b"title = ", b"\xff", b"a = " + b"[" * 5000, b"a = 1" + b"0" * 5000, b"a=1\na=2"]
)
def test_a_file_that_is_no_toml_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "assignment.toml"
    file.write_bytes(content)
    with pytest.raises(AssignmentError, match=r"assignment\.toml cannot be read: ") as error:
        read_settings(file)
    assert "\n" not in str(error.value)


def test_a_name_with_spaces_is_quoted_as_in_the_file() -> None:
    document = everything()
    document["questions"]["weight_decay"]["checks"] = {"edge cases": -1}
    with pytest.raises(Refused) as refused:
        as_type(document, Settings)
    assert str(refused.value) == (
        'questions.weight_decay.checks."edge cases" is -1; it should be a number above 0, at most '
        "1000000"
    )


def tables_of(document: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every table that has keys of its own (and not names that an author chooses)."""
    yield (), document
    for name in ("limits", "attempts", "late"):
        yield (name,), document[name]
    for name in ("questions", "conventions"):
        for key, table in document[name].items():
            yield (name, key), table


@repeatable
@given(st.data())
def test_any_further_key_anywhere_is_refused_with_its_path(data: st.DataObject) -> None:
    document = everything()
    path, table = data.draw(st.sampled_from(list(tables_of(document))))
    key = data.draw(st.text().filter(lambda key: key not in table and key not in KEYS))
    table[key] = data.draw(values)
    with pytest.raises(Refused) as refused:
        as_type(document, Settings)
    assert refused.value.path == (*path, key)
    assert refused.value.reason.startswith("is not known; ")


KEYS = frozenset(
    field.name
    for kind in (Settings, LimitsTable, Convention, Attempts, Late, QuestionSettings)
    for field in structs.fields(kind)
)
values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.datetimes(),
        st.datetimes(timezones=st.just(UTC)),
        st.dates(),
        st.times(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
"""Whatever TOML can write."""


def places_in(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from places_in(value, (*path, key))


@repeatable
@given(st.data())
def test_whatever_stands_anywhere_is_typed_or_refused_and_never_a_crash(
    data: st.DataObject,
) -> None:
    document = everything()
    path = data.draw(st.sampled_from(list(places_in(document))))
    table = document
    for step in path[:-1]:
        table = table[step]
    table[path[-1]] = data.draw(values)
    with contextlib.suppress(Refused):  # and no other exception
        _holds(as_type(document, Settings))


def _holds(read: Settings) -> None:
    """What the engine relies on."""
    for question in read.questions.values():
        assert 0 < question.points < math.inf
        total = sum(question.checks.values())
        assert question.by_person or abs(total - question.points) <= 1e-9
    assert 0 < read.tolerance < 1
    assert all(0 <= (entry.share or 0) <= 1 for entry in read.conventions.values())
    assert read.late.due_at is None or read.late.due_at.tzinfo is UTC
    assert all(0 < value < math.inf for value in structs.asdict(read.limits).values())


@pytest.mark.parametrize(
    ("value", "as_written"),
    [
        ("x" * 100, '"' + "x" * 56 + "..."),
        ("two\nlines", r'"two\nlines"'),
        ({}, "a table"),
        ([], "an array"),
        (False, "false"),
        (math.nan, "nan"),
        pytest.param(1 << 20_000, "a number that large", id="large"),
        (date(2025, 3, 14), "2025-03-14"),
    ],
)
def test_a_value_is_shown_as_it_was_written(value: object, as_written: str) -> None:
    with pytest.raises(Refused) as refused:
        as_type({"keep": value}, Attempts)
    assert refused.value.reason == f'is {as_written}; it should be "latest", "best" or "chosen"'
