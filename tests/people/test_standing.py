"""Extensions, times and late days, as the store has them: all of them or none, never in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from autograder.errors import UsageError
from autograder.model import Grade, HandedIn, Identity, Source, SubmissionStatus
from autograder.people import (
    Dated,
    Rules,
    Standing,
    apply_late,
    current,
    extend,
    give_times,
    import_people,
    moment,
    read_dates,
    read_people,
    standing_of,
)
from autograder.settings import Attempts, Late
from autograder.store import Attempt, Store, open_store, to_row

DUE = datetime(2025, 3, 14, 18, 29, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Rules("rates", Attempts(), Late(due=DUE, policy="cut_off", cut_off_days=0))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        yield opened


def hand_in(
    store: Store,
    student: str,
    at: datetime | None = None,
    slug: str = "rates",
    digest: str = "",
    **identity: str,
) -> None:
    grade = Grade(student, f"{student}.py", SubmissionStatus.GRADED, 80.0, 90.0)
    handed_in = HandedIn() if at is None else HandedIn(at, Source.PLATFORM)
    attempt = Attempt(
        assignment=slug,
        assignment_version="v1",
        digest=digest or student,
        grade=grade,
        graded_at="2025-03-15T00:00:00+00:00",
        circumstances={},
        handed_in=handed_in,
        whose=Identity(**identity),
    )
    store.append([to_row(attempt)])


def take(store: Store, tmp_path: Path, text: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    import_people(store, read_people(path))


def now(store: Store, rules: Rules = RULES, others: tuple[Rules, ...] = ()) -> Standing:
    return standing_of(store, rules, others)


def score(store: Store, student: str) -> float | None:
    standing = now(store)
    entry = current(standing.joined(store.entries("rates")), standing.policies)[student]
    grade = Grade(student, "f", SubmissionStatus.GRADED, entry.score, 90.0)
    return apply_late(grade, entry.handed_in, standing.policies).score


# ------------------------------------------------------------------ extensions


def test_a_thousand_people_and_twenty_extensions_by_five_kinds_of_identifier(
    store: Store, tmp_path: Path
) -> None:
    numbers = range(1000)
    take(
        store,
        tmp_path,
        "id,name,email,login,sis_id\n"
        + "".join(f"s{n},Zoë{n} Ünal{n},P{n}@uni.edu,login{n},SIS{n}\n" for n in numbers),
    )
    take(
        store,
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        + "".join(f'"Ünal{n}, Zoë{n}",{50_000 + n},SIS{n},LOGIN{n},\n' for n in numbers),
    )
    kinds = ("s{}", "p{}@UNI.edu", "Login{}", "sis{}", "Ünal{0}, Zoë{0}", "{1}")
    chosen = list(range(0, 1000, 50))
    whom = [kinds[i % 6].format(n, 50_000 + n) for i, n in enumerate(chosen)]
    called = extend(store, now(store), [Dated(who, DUE + DAY) for who in whom])
    assert called == [f"s{n}" for n in chosen]
    assert now(store).policies.extensions == {f"s{n}": DUE + DAY for n in chosen}
    assert len(now(store).directory) == 1000
    for n in (0, 50, 51):
        hand_in(store, f"s{n}", DUE + timedelta(hours=1))
    assert [score(store, f"s{n}") for n in (0, 50, 51)] == [80.0, 80.0, 0.0]


def test_whoever_is_not_found_is_listed_and_nobody_is_extended(
    store: Store, tmp_path: Path
) -> None:
    take(store, tmp_path, "id,name\namy,Amy Lee\nann,Amy Lee\nben,Ben\n")
    dated = [Dated(who, DUE, f"f.csv, line {n}") for n, who in enumerate(("ben", "zoe", "Amy Lee"))]
    with pytest.raises(UsageError) as refused:
        extend(store, now(store), dated)
    assert str(refused.value) == (
        f"None of these dates was stored in {store.name}, for nobody is known as zoe (f.csv, line "
        "1); and more than one person fits Amy Lee (f.csv, line 2): amy, ann: look at "
        "`autograder people list`."
    )
    assert refused.value.exit_status == 2
    assert store.extensions("rates") == []


def test_one_person_by_two_names_has_one_date(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id,email\namy,a@b\n")
    with pytest.raises(UsageError, match="there are two dates for amy"):
        extend(store, now(store), [Dated("amy", DUE), Dated("a@b", DUE + DAY)])
    assert extend(store, now(store), [Dated("amy", DUE), Dated("a@b", DUE)]) == ["amy", "amy"]


def test_the_last_extension_counts_and_can_be_taken_back(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id\namy\n")
    for due in (DUE + DAY, DUE + 2 * DAY, None):
        extend(store, now(store), [Dated("amy", due)], "was ill")
        expected = {} if due is None else {"amy": due}
        assert now(store).policies.extensions == expected
    assert [(given.due, given.reason) for given in store.extensions("rates")] == [
        (DUE + DAY, "was ill"),
        (DUE + 2 * DAY, "was ill"),
        (None, "was ill"),
    ], "nothing is forgotten"


def test_an_extension_never_shortens(store: Store, tmp_path: Path) -> None:
    """As a slip it would cost all points, and the date of all may be put off after it was given."""
    take(store, tmp_path, "id\namy\nben\n")
    dated = [Dated("amy", DUE + DAY), Dated("ben", DUE - DAY, "f.csv, line 3")]
    with pytest.raises(UsageError, match=r"2025-03-14 18:29, which is later .* ben, .* line 3\)"):
        extend(store, now(store), dated)
    assert store.extensions("rates") == []

    extend(store, now(store), dated[:1])
    hand_in(store, "amy", DUE + 2 * DAY)
    put_off = Rules("rates", Attempts(), structs.replace(RULES.late, due=DUE + 3 * DAY))
    policies = now(store, put_off).policies
    assert (now(store).policies.due_for("amy"), policies.due_for("amy")) == (
        DUE + DAY,
        DUE + 3 * DAY,
    )
    assert policies.extensions == {}


def test_an_extension_of_somebody_who_is_on_no_list_is_theirs_once_they_are(
    store: Store, tmp_path: Path
) -> None:
    hand_in(store, "Amy Müller", DUE + timedelta(hours=1), email="amy@uni.edu")
    assert extend(store, now(store), [Dated("AMY@uni.edu", DUE + DAY)]) == ["Amy Müller"]
    assert score(store, "Amy Müller") == 80.0
    take(store, tmp_path, "id,name,email\ns1,Amy Müller,amy@uni.edu\n")
    assert now(store).policies.extensions == {"s1": DUE + DAY}
    assert score(store, "s1") == 80.0


def test_an_extension_follows_its_person_to_another_id(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id,email\namy,a@b\n")
    extend(store, now(store), [Dated("amy", DUE + DAY)])
    take(store, tmp_path, "id,email\ns1,a@b\n")
    assert now(store).policies.extensions == {"s1": DUE + DAY}


# ------------------------------------------------------------------ rows that join


def test_rows_under_two_identifiers_are_two_attempts_of_one_person(
    store: Store, tmp_path: Path
) -> None:
    hand_in(store, "amy@uni.edu", DUE - DAY)
    hand_in(store, "mülleramy", DUE, number="77", name="mülleramy")
    hand_in(store, "ben", DUE)
    take(store, tmp_path, "id,name,email\ns1,Amy Müller,amy@uni.edu\ns2,Ben,\ns3,Cat,\n")
    entries = now(store).joined(store.entries("rates"))
    assert [entry.student for entry in entries] == ["s1", "s1", "s2"]
    counted = current(entries, now(store).policies)
    assert {student: entry.file for student, entry in counted.items()} == {
        "s1": "mülleramy.py",
        "s2": "ben.py",
    }
    absent = now(store).not_handed_in(entry.student for entry in entries)
    assert [person.id for person in absent] == ["s3"]


def test_only_students_are_missed(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id,role\namy,student\ntom,ta\nprof,instructor\nben,\n")
    assert [person.id for person in now(store).not_handed_in(())] == ["amy", "ben"]


# ------------------------------------------------------------------ times


def test_times_find_their_people_and_count_as_the_platforms(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, "id,email\ns1,a@b\ns2,c@d\n")
    hand_in(store, "s1")
    hand_in(store, "s2")
    late = DUE + timedelta(hours=1)
    times = give_times(
        store, now(store), [Dated("A@B", late), Dated("s2", DUE)], [("c@d", Identity())]
    )
    assert times == {"s1": HandedIn(late, Source.PLATFORM), "s2": HandedIn(DUE, Source.PLATFORM)}
    first, second = store.entries("rates")
    assert first.handed_in == times["s1"]
    assert second.handed_in == HandedIn(), "s2 is being graded, and it is the new file's time"
    assert score(store, "s1") == 0.0


def test_a_time_of_nobody_is_refused(store: Store) -> None:
    hand_in(store, "amy")
    with pytest.raises(UsageError, match="nobody is known as zoe"):
        give_times(store, now(store), [Dated("amy", DUE), Dated("zoe", DUE)])
    assert store.entries("rates")[0].handed_in == HandedIn()


# ------------------------------------------------------------------ late days


def test_late_days_are_spent_in_the_order_of_the_due_dates(store: Store, tmp_path: Path) -> None:
    rules = [
        Rules(
            slug,
            Attempts(),
            Late(due=DUE + 7 * n * DAY, policy="share_per_day", share=0.1, budget_days=3),
        )
        for n, slug in enumerate(("c_first", "a_second", "b_third"))
    ]
    for n, rule in enumerate(rules):  # two days late each time
        hand_in(store, "Amy", DUE + (7 * n + 2) * DAY, rule.slug)
        hand_in(store, "ben", DUE + 7 * n * DAY, rule.slug)
    left = []
    for rule in rules:
        policies = now(store, rule, tuple(other for other in rules if other != rule)).policies
        left.append((policies.days_left("amy"), policies.days_left("ben")))
        grade = Grade("Amy", "f", SubmissionStatus.GRADED, 80.0, 90.0)
        (entry, _) = store.entries(rule.slug)
        shown = apply_late(grade, entry.handed_in, policies)
        assert shown.score == {3: 80.0, 1: 72.0, 0: 64.0}[policies.days_left("amy")]
    assert left == [(3, 3), (1, 3), (0, 3)]


def test_an_assignment_without_late_days_spends_none(store: Store) -> None:
    with_budget = Late(due=DUE + 7 * DAY, policy="share_per_day", share=0.1, budget_days=3)
    without = replace(RULES, late=Late(due=DUE, policy="share_per_day", share=0.1))
    hand_in(store, "amy", DUE + 2 * DAY)
    standing = now(store, Rules("next", Attempts(), with_budget), (without,))
    assert standing.policies.days_left("amy") == 3


# ------------------------------------------------------------------ dates as people write them

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-21", "2025-03-21T23:59:59+01:00"),
        ("2025-03-30", "2025-03-30T23:59:59+02:00"),
        ("2025-03-21T12:00", "2025-03-21T12:00:00+01:00"),
        ("2025-03-21 12:00", "2025-03-21T12:00:00+01:00"),
        (" 2025-03-21T12:00+05:30 ", "2025-03-21T12:00:00+05:30"),
        ("2025-03-21T12:00Z", "2025-03-21T12:00:00+00:00"),
        ("2025-10-26T02:30", "2025-10-26T02:30:00+01:00"),  # shown twice: the later one
    ],
)
def test_a_date_is_read_on_the_courses_clocks(text: str, expected: str) -> None:
    assert moment(text, BERLIN).isoformat() == expected


@pytest.mark.parametrize("text", ["tomorrow", "21.03.2025", "2025-13-01", "", "0003-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"write it as 2025-03-21|look at its year"):
        moment(text, BERLIN)


def test_a_date_without_a_zone_in_a_course_without_one_is_refused() -> None:
    with pytest.raises(UsageError, match=r"has no time zone: .*\[late\] timezone"):
        moment("2025-03-21", None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("student,until\n", "no column 'due'"),
        ("", "dates.csv is empty"),
        ("student,due\nalice,tomorrow\n", "line 2: the date 'tomorrow'"),
        ("student,due\n\nalice,2025-03-14T23:59\n", "line 3: the date .* has no time zone"),
        ("student,due\nalice,\n", "line 2: a value is missing"),
    ],
)
def test_a_mistake_among_dates_names_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=complaint):
        read_dates(path, "due", None)


def test_dates_are_read_whatever_spreadsheet_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_bytes("\ufeffStudent;Due\r\n Alice ;2025-03-14T23:59+05:30\r\n;\r\n".encode())
    assert read_dates(path, "due", None) == [Dated("Alice", DUE, f"{path}, line 2")]
