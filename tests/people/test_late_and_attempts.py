"""Which attempt counts, and what lateness costs."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from autograder.model import Grade, HandedIn, Identity, Source, SubmissionStatus
from autograder.people import (
    Named,
    Policies,
    apply_late,
    brings_until,
    counting,
    current,
    late_in_words,
    numbered,
    numbers,
    rules_in_words,
)
from autograder.people.late import counted_time, days_begun, lateness, shown_time, unknown_time
from autograder.settings import Attempts, Late
from autograder.settings.reading import as_type
from autograder.store import Entry
from autograder.store.hand_ins import HandIn

DUE = datetime(2025, 3, 14, 18, 29, tzinfo=UTC)
DAY = timedelta(days=1)
CUT_OFF = Late(due=DUE, policy="cut_off", cut_off_days=0)


def entry(number: int, digest: str, score: float | None, **rest: object) -> Entry:
    values: dict[str, object] = {
        "id": number,
        "student": "alice",
        "file": "alice.ipynb",
        "digest": digest,
        "assignment_version": "v1",
        "status": SubmissionStatus.GRADED if score is not None else SubmissionStatus.NOT_GRADED,
        "score": score,
        "max_score": 90.0,
        "graded_at": "2025-03-14T10:00:00+00:00",
    }
    return Entry(**{**values, **rest})  # type: ignore[arg-type]


def platform(at: datetime | None) -> HandedIn:
    return HandedIn() if at is None else HandedIn(at, Source.PLATFORM)


def chosen(entries: list[Entry], keep: Literal["latest", "best"] = "latest") -> int:
    return current(entries, Policies(Attempts(keep)))["alice"].id


# ------------------------------------------------------------------ attempts


@pytest.mark.parametrize(("keep", "expected"), [("latest", 3), ("best", 2)])
def test_which_attempt_counts(keep: Literal["latest", "best"], expected: int) -> None:
    assert chosen([entry(1, "a", 50), entry(2, "b", 80), entry(3, "c", 70)], keep) == expected


def test_of_equally_good_attempts_the_newest_counts() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "b", 80)], "best") == 2


def test_grading_a_file_again_replaces_its_grade_even_by_a_lower_one() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "a", 60)], "best") == 2


def test_our_fault_never_replaces_a_grade_of_the_same_file() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "a", None)]) == 1
    # ... but says so where the assignment has changed, or the student has handed in another file.
    assert chosen([entry(1, "a", 80), entry(2, "a", None, assignment_version="v2")]) == 2
    assert chosen([entry(1, "a", 80), entry(2, "b", None)]) == 2
    assert chosen([entry(1, "a", 80), entry(2, "b", None)], "best") == 1


def test_handing_in_an_older_file_again_makes_it_the_latest() -> None:
    assert chosen([entry(1, "a", 80), entry(2, "b", 60), entry(3, "a", 80)]) == 3


def test_students_come_in_the_order_of_their_names() -> None:
    entries = [entry(1, "a", 1, student="carol"), entry(2, "a", 1, student="Bob"), entry(3, "a", 1)]
    assert list(current(entries, Policies())) == ["Bob", "alice", "carol"]


def test_best_means_best_after_the_late_policy() -> None:
    rules = Policies(Attempts("best"), Late(due=DUE, policy="share_per_day", share=0.2))
    early = entry(1, "a", 75, handed_in=platform(DUE))
    late = entry(2, "b", 90, handed_in=platform(DUE + DAY))
    assert current([early, late], rules)["alice"].id == 1


def test_the_same_file_too_late_takes_nothing_off_that_which_came_in_time() -> None:
    late = Late(due=DUE, policy="share_per_day", share=0.1)
    early = entry(1, "a", 90, handed_in=platform(DUE))
    again = entry(2, "a", 90, handed_in=platform(DUE + DAY))

    def counts(*entries: Entry, **rules: object) -> int:
        return current(entries, Policies(late=late, **rules))["alice"].id  # type: ignore[arg-type]

    assert counts(early, again, attempts=Attempts("best")) == 1
    assert counts(early, again, attempts=Attempts("latest")) == 2
    for choice, number in ((early, 1), (again, 2)):
        chosen = {"alice": (choice.digest, choice.handed_in.at)}
        assert counts(early, again, attempts=Attempts("chosen"), chosen=chosen) == number
    regraded = entry(3, "a", 60, handed_in=platform(DUE))
    assert counts(early, again, regraded, attempts=Attempts("best")) == 2, "81 is more than 60"


def test_of_a_file_whose_time_is_learnt_later_it_is_another_grading() -> None:
    known = entry(2, "a", 60, handed_in=platform(DUE))
    assert chosen([entry(1, "a", 80), known], "best") == 2
    assert chosen([known, entry(3, "a", 50)], "best") == 3


# ------------------------------------------------------------------ late


def receipt(number: int, digest: str) -> HandIn:
    """Of what came so many days after the due date."""
    at, whose = DUE + number * DAY, Identity(id="alice")
    ids = {"id": number, "ticket": f"t{number}", "person": 1, "number": number}
    return HandIn(
        **ids, assignment="rates", student="alice", whose=whose, file="a.py", digest=digest, at=at,
        by="alice",
    )  # fmt: skip


def test_attempts_have_the_numbers_of_their_receipts_however_soon_each_was_graded() -> None:
    hand_ins = [receipt(1, "slow"), receipt(2, "fast"), receipt(3, "slow")]
    entries = [
        entry(7, "elsewhere", 50),
        entry(8, "fast", 70, handed_in=platform(DUE + 2 * DAY)),
        entry(9, "slow", 60, handed_in=platform(DUE + DAY)),
        entry(10, "slow", 60, handed_in=platform(DUE + 3 * DAY)),
        entry(11, "slow", 65, handed_in=platform(DUE + DAY)),  # graded again
        entry(12, "fast", 70, handed_in=platform(DUE)),  # its time was corrected
    ]
    assert numbers(entries, hand_ins) == {8: 2, 9: 1, 10: 3, 11: 1, 12: 2}
    in_order = [(number, one.id) for number, one in numbered(entries, hand_ins)]
    assert in_order == [(1, 9), (1, 11), (2, 8), (2, 12), (3, 10), ("F7", 7)]


def test_a_name_of_an_attempt_is_never_that_of_another() -> None:
    elsewhere = [entry(1, "a", 50), entry(2, "b", 60), entry(3, "a", 55)]
    before = Named(elsewhere, [])
    assert [before.of(one) for one in elsewhere] == [1, 2, 1]
    # One at the portal has the number that the first file had, and each has a letter since.
    entries = [*elsewhere, entry(4, "c", 70, handed_in=platform(DUE + DAY))]
    names = Named(entries, [receipt(1, "c")])
    assert [names.of(one) for one in entries] == ["F1", "F2", "F1", "R1"]
    file, other, _, newest = entries
    assert not any(names.means("1", one) for one in entries), "it may be either"
    assert [names.means(text, newest) for text in ("R1", "r1.0", "F1", "F4")] == [1, 1, 0, 1]
    assert [names.means(text, other) for text in ("2", "2.0", "F2", "R2", "x", "")] == [
        1,
        1,
        1,
        0,
        0,
        0,
    ]
    assert names.means("F1", file)
    # The next has a number that is nobody else's.
    entries.append(entry(5, "d", 80, handed_in=platform(DUE + 3 * DAY)))
    assert Named(entries, [receipt(1, "c"), receipt(3, "d")]).of(entries[-1]) == 3


def test_a_file_that_comes_at_the_portal_since_is_meant_by_its_old_number() -> None:
    entries = [entry(7, "a", 50), entry(8, "a", 50, handed_in=platform(DUE + DAY))]
    names = Named(entries, [receipt(1, "a")])
    assert names.of(entries[-1]) == 1
    assert names.means("7", entries[-1])
    assert not names.means("8", entries[-1])


def test_two_receipts_with_one_number_are_told_apart() -> None:
    entries = [entry(5, "a", 50), entry(6, "b", 50)]
    names = Named(entries, [receipt(1, "a"), receipt(1, "b")])
    assert [names.of(one) for one in entries] == ["F5", "F6"]


def test_where_nothing_came_at_the_portal_attempts_are_numbered_as_they_were_graded() -> None:
    entries = [entry(7, "a", 50), entry(8, "b", 70), entry(9, "a", 60)]
    assert numbers(entries, []) == {}
    assert [(number, one.id) for number, one in numbered(entries, [])] == [(1, 7), (2, 8), (3, 9)]


def graded(handed_in: datetime | None, **rules: object) -> Grade:
    grade = Grade("alice", "alice.ipynb", SubmissionStatus.GRADED, 80.0, 90.0)
    return apply_late(grade, platform(handed_in), Policies(late=Late(due=DUE, **rules)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "rules", "score"),
    [
        (timedelta(0), {"policy": "share_per_day", "share": 0.1}, 80.0),
        (timedelta(seconds=1), {"policy": "share_per_day", "share": 0.1}, 72.0),
        (DAY, {"policy": "share_per_day", "share": 0.1}, 72.0),
        (DAY + timedelta(seconds=1), {"policy": "share_per_day", "share": 0.1}, 64.0),
        (20 * DAY, {"policy": "share_per_day", "share": 0.1}, 0.0),
        (2 * DAY, {"policy": "share_per_day", "share": 0.1, "cut_off_days": 1}, 0.0),
        (timedelta(minutes=5), {"policy": "cut_off", "cut_off_days": 0, "grace_minutes": 5}, 80.0),
        (timedelta(minutes=6), {"policy": "cut_off", "cut_off_days": 0, "grace_minutes": 5}, 0.0),
        (DAY, {"policy": "cut_off", "cut_off_days": 2}, 80.0),
        (3 * DAY, {"policy": "cut_off", "cut_off_days": 2}, 0.0),
        (3 * DAY, {"policy": "none"}, 80.0),
    ],
)
def test_what_lateness_costs(after: timedelta, rules: dict[str, object], score: float) -> None:
    assert graded(DUE + after, **rules).score == pytest.approx(score)


@pytest.mark.parametrize(
    ("after", "rules", "said"),
    [
        (timedelta(0), {}, "In time."),
        (timedelta(minutes=90), {}, "1 hour and 30 minutes late: it costs no points."),
        (
            timedelta(minutes=5),
            {"policy": "cut_off", "cut_off_days": 0, "grace_minutes": 5},
            "In time.",
        ),
        (DAY, {"policy": "cut_off", "cut_off_days": 0}, "1 day late: too late to bring points."),
        (
            timedelta(hours=30),
            {"policy": "share_per_day", "share": 0.1},
            "1 day and 6 hours late; each day begun counts, so 2 days: 20 % of your points are "
            "taken off.",
        ),
        (
            DAY,
            {"policy": "share_per_day", "share": 0.1},
            "1 day late: 10 % of your points are taken off.",
        ),
        (
            timedelta(hours=30),
            {"policy": "share_per_day", "share": 0.1, "budget_days": 1},
            "1 day and 6 hours late; each day begun counts, so 2 days, 1 late day spent on it: "
            "10 % of your points are taken off.",
        ),
        (
            timedelta(hours=3),
            {"policy": "share_per_day", "share": 0.1, "budget_days": 1},
            "3 hours late; each day begun counts, so 1 day, 1 late day spent on it: it costs no "
            "points.",
        ),
    ],
)
def test_a_moment_is_in_time_or_late_in_words(
    after: timedelta, rules: dict[str, object], said: str
) -> None:
    policies = Policies(late=Late(due=DUE, **rules))  # type: ignore[arg-type]
    assert late_in_words("alice", DUE + after, policies) == said


@pytest.mark.parametrize(
    ("rules", "said", "until"),
    [
        ({}, "Late: that is noted, and costs no points.", None),
        ({"policy": "cut_off", "cut_off_days": 0}, "Late: it brings no points.", timedelta(0)),
        (
            {"policy": "cut_off", "cut_off_days": 2, "grace_minutes": 90},
            "Late: for 2 days it costs no points; after that there are none. The first 1 hour 30 "
            "minutes are not late yet.",
            2 * DAY + timedelta(minutes=90),
        ),
        (
            {"policy": "share_per_day", "share": 0.1, "cut_off_days": 7},
            "Late: 10 % of your points are taken off for each day begun; after 7 days there are "
            "none.",
            7 * DAY,
        ),
        (
            {"policy": "share_per_day", "share": 0.3, "budget_days": 2},
            "Late: 30 % of your points are taken off for each day begun. You have 2 late days that "
            "cost nothing.",
            5 * DAY,
        ),
        (
            {"policy": "share_per_day", "share": 1.0, "grace_minutes": 10},
            "Late: 100 % of your points are taken off for each day begun. The first 10 minutes are "
            "not late yet.",
            timedelta(minutes=10),
        ),
    ],
)
def test_what_lateness_will_cost_is_said_before(
    rules: dict[str, object], said: str, until: timedelta | None
) -> None:
    policies = Policies(late=Late(due=DUE, **rules))  # type: ignore[arg-type]
    assert rules_in_words("alice", policies) == said
    end = brings_until("alice", policies)
    assert end == (None if until is None else DUE + until)
    if end is not None:
        for at, is_worth in ((end, True), (end + timedelta(seconds=1), False)):
            late = lateness("alice", at, 80.0, policies)
            assert (late is None or late.points > -80) is is_worth
    assert rules_in_words("alice", Policies()) == ""


def test_where_nothing_is_due_nothing_is_in_time() -> None:
    assert late_in_words("alice", DUE, Policies()) == ""


def test_the_student_is_told_what_was_taken_off() -> None:
    grade = graded(DUE + timedelta(hours=30), policy="share_per_day", share=0.1)
    assert grade.notices == (
        "Handed in 1 day and 6 hours late; each day begun counts, so 2 days: 16 of the 80 points "
        "earned are taken off.",
    )
    assert graded(DUE + timedelta(minutes=90)).notices == ("Handed in 1 hour and 30 minutes late.",)
    assert graded(DUE).notices == ()


SHARE: dict[str, object] = {"policy": "share_per_day", "share": 0.1, "cut_off_days": 4}


@pytest.mark.parametrize(
    ("after", "rules", "said"),
    [
        (timedelta(seconds=1), SHARE, "1 minute late; each day begun counts, so 1 day"),
        (timedelta(minutes=61), SHARE, "1 hour and 1 minute late; each day begun counts, so 1 day"),
        (timedelta(hours=3), SHARE, "3 hours late; each day begun counts, so 1 day"),
        (DAY - timedelta(seconds=1), SHARE, "23 hours and 59 minutes late; each day begun counts,"),
        (DAY, SHARE, "1 day late:"),
        (DAY + timedelta(seconds=1), SHARE, "1 day and 1 minute late; each day begun counts, so 2"),
        (timedelta(hours=27), SHARE, "1 day and 3 hours late; each day begun counts, so 2 days:"),
        (timedelta(days=2, hours=3, minutes=20), SHARE, "2 days and 3 hours late; each day begun"),
        (5 * DAY + timedelta(hours=1), SHARE, "5 days and 1 hour late: 80 of the 80 points"),
        (timedelta(hours=27), {"policy": "none"}, "1 day and 3 hours late."),
    ],
)
def test_how_late_it_came_is_said_and_what_is_counted(
    after: timedelta, rules: dict[str, object], said: str
) -> None:
    (notice,) = graded(DUE + after, **rules).notices
    assert notice.startswith(f"Handed in {said}")
    shown = late_in_words("alice", DUE + after, Policies(late=Late(due=DUE, **rules)))  # type: ignore[arg-type]
    assert shown.partition(":")[0].rstrip(".") == notice.removeprefix("Handed in ").partition(":")[
        0
    ].rstrip("."), "the receipt has the same words"


def test_how_late_it_came_is_counted_by_the_clocks_as_its_days_are() -> None:
    """The night before they were put forward: a day of 23 hours."""
    rules: dict[str, object] = {"timezone": "Europe/Berlin", "policy": "share_per_day"}
    late = Late(due=datetime(2025, 3, 29, 12), share=0.1, **rules)  # type: ignore[arg-type]
    for hour, said in (
        (10, "1 day late:"),
        (11, "1 day and 1 hour late; each day begun counts, so 2 days:"),
        (9, "22 hours late; each day begun counts, so 1 day:"),
    ):
        at = datetime(2025, 3, 30, hour, tzinfo=UTC)
        assert late_in_words("alice", at, Policies(late=late)).startswith(said)


def test_an_extension_moves_the_due_date_of_one_student() -> None:
    rules = Policies(late=CUT_OFF, extensions={"alice": DUE + 2 * DAY})
    for student, score in (("Alice", 80.0), ("bob", 0.0)):
        grade = Grade(student, "f", SubmissionStatus.GRADED, 80.0, 90.0)
        assert apply_late(grade, platform(DUE + DAY), rules).score == score


def test_no_date_and_no_score_stay_as_they_are() -> None:
    assert graded(None, policy="cut_off", cut_off_days=0).score == 80.0
    ungraded = Grade("a", "f", SubmissionStatus.NOT_GRADED, None, 90.0)
    shown = apply_late(ungraded, platform(DUE + DAY), Policies(late=CUT_OFF))
    assert (shown.score, shown.notices) == (None, ())
    assert shown.late is not None
    assert (shown.late.by_days, shown.late.points) == (1, 0)


# ------------------------------------------------------------------ assignment.toml


def rules_of(text: str) -> Policies:
    tables = tomllib.loads(text)
    return Policies(
        as_type(tables.get("attempts", {}), Attempts), as_type(tables.get("late", {}), Late)
    )


def test_an_assignment_may_say_nothing() -> None:
    assert rules_of("") == Policies()


def test_an_assignment_may_say_everything() -> None:
    rules = rules_of(
        """
        [attempts]
        keep = "best"
        [late]
        due = 2025-03-14T23:59:00
        timezone = "Asia/Kolkata"
        policy = "share_per_day"
        share = 0.1
        cut_off_days = 3
        grace_minutes = 10
        """
    )
    assert rules.attempts.keep == "best"
    assert rules.due_for("anyone") == DUE
    assert (rules.late.policy, rules.late.share) == ("share_per_day", 0.1)
    assert (rules.late.cut_off, rules.late.grace) == (timedelta(days=3), timedelta(minutes=10))


def test_an_assignment_may_trust_and_give_days_away() -> None:
    rules = rules_of(
        """
        [late]
        due = 2025-03-14T23:59:00Z
        policy = "share_per_day"
        share = 0.1
        budget_days = 3
        trust = ["students_word", "file"]
        """
    )
    assert (rules.late.budget_days, rules.late.trust) == (3, ("students_word", "file"))
    assert rules.days_left("anyone") == 3


# ------------------------------------------------------------------ whose word counts

SHARE = {"due": DUE, "policy": "share_per_day", "share": 0.1}


@pytest.mark.parametrize(
    ("source", "trust", "score"),
    [
        (Source.PLATFORM, (), 72.0),
        (Source.STUDENTS_WORD, (), 80.0),
        (Source.FILE, (), 80.0),
        (Source.STUDENTS_WORD, ("students_word",), 72.0),
        (Source.FILE, ("students_word",), 80.0),
        (Source.FILE, ("file",), 72.0),
        (Source.MARKED_LATE, ("students_word", "file"), 80.0),
        (Source.NONE, ("students_word", "file"), 80.0),
    ],
)
def test_only_a_word_that_is_trusted_takes_anything_off(
    source: Source, trust: tuple[str, ...], score: float
) -> None:
    late = as_type({**SHARE, "trust": list(trust)}, Late)
    has_time = source not in (Source.MARKED_LATE, Source.NONE)
    handed_in = HandedIn(DUE + timedelta(hours=1) if has_time else None, source)
    grade = Grade("alice", "alice.ipynb", SubmissionStatus.GRADED, 80.0, 90.0)
    shown = apply_late(grade, handed_in, Policies(late=late))
    assert shown.score == score
    assert shown.score_before_late == 80.0
    assert (shown.late is None) == (score == 80.0)
    assert unknown_time(handed_in, late) == (score == 80.0)


def test_a_platform_that_gives_no_time_says_that_it_was_in_time() -> None:
    late = as_type(SHARE, Late)
    assert not unknown_time(HandedIn(None, Source.PLATFORM), late)
    assert unknown_time(HandedIn(), late)
    assert not unknown_time(HandedIn(), Late()), "nothing is late where nothing is due"


def test_the_time_of_a_file_is_not_shown_unless_it_counts() -> None:
    touched = HandedIn(DUE, Source.FILE)
    assert shown_time(touched, as_type(SHARE, Late)) == HandedIn()
    assert shown_time(touched, as_type({**SHARE, "trust": ["file"]}, Late)) == touched
    by_student = HandedIn(DUE, Source.STUDENTS_WORD)
    assert shown_time(by_student, as_type(SHARE, Late)) == by_student


def test_times_are_shown_on_the_courses_clocks() -> None:
    rules = as_type(tomllib.loads('due = 2025-03-14T23:59:00\ntimezone = "Asia/Kolkata"'), Late)
    shown = shown_time(platform(DUE), rules).at
    assert shown is not None
    assert shown.isoformat() == "2025-03-14T23:59:00+05:30"


def test_an_extension_is_shown() -> None:
    rules = Policies(late=CUT_OFF, extensions={"alice": DUE + 2 * DAY})
    grade = Grade("alice", "f", SubmissionStatus.GRADED, 80.0, 90.0)
    shown = apply_late(grade, HandedIn(), rules)
    assert (shown.extended_to, shown.score) == (DUE + 2 * DAY, 80.0)


# ------------------------------------------------------------------ days on the wall

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("due", "at", "days"),
    [
        # Clocks go back in the night to the 2nd of November: that day has 25 hours ...
        ("2025-11-01T20:00", "2025-11-02T20:00", 1),
        ("2025-11-01T20:00", "2025-11-02T20:00:01", 2),
        # ... and forward in that to the 9th of March: that one has 23.
        ("2025-03-08T20:00", "2025-03-09T20:00", 1),
        ("2025-03-08T20:00", "2025-03-09T20:00:01", 2),
        ("2025-03-08T20:00", "2025-03-10T20:00", 2),
        # Half past two is left out that night: the day ends as long after midnight.
        ("2025-03-08T02:30", "2025-03-09T03:30", 1),
        ("2025-03-08T02:30", "2025-03-09T03:30:01", 2),
        ("2025-06-01T20:00", "2025-06-01T20:00:01", 1),
    ],
)
def test_a_day_ends_when_the_clock_shows_the_same_hour(due: str, at: str, days: int) -> None:
    moments = [datetime.fromisoformat(t).replace(tzinfo=NEW_YORK) for t in (due, at)]
    assert days_begun(*(t.astimezone(UTC) for t in moments), NEW_YORK) == days


def test_nobody_is_late_by_a_part_of_a_second() -> None:
    assert (
        graded(DUE + timedelta(microseconds=999_999), policy="cut_off", cut_off_days=0).late is None
    )


ZONES = st.sampled_from(
    [UTC, NEW_YORK, *map(ZoneInfo, ("Asia/Kolkata", "Pacific/Apia", "Europe/Berlin"))]
)
MOMENTS = st.datetimes(datetime(2011, 12, 1), datetime(2026, 1, 1), timezones=st.just(UTC))
SECONDS = st.integers(0, 40 * 86_400)


@given(ZONES, MOMENTS, SECONDS, SECONDS, st.integers(0, 5), st.booleans())
def test_who_comes_later_never_gets_more(
    zone: ZoneInfo, due: datetime, first: int, second: int, budget: int, cuts: bool
) -> None:
    name = str(zone)
    rules = Late(
        due=due.astimezone(zone).replace(tzinfo=None),
        timezone=name,
        policy="share_per_day",
        share=0.07,
        cut_off_days=4.5 if cuts else None,
        grace_minutes=15,
        budget_days=budget or None,
    )
    policies = Policies(late=rules)
    due_at = policies.due_for("a")
    assert due_at is not None
    early, late = (due_at + timedelta(seconds=s) for s in sorted((first, second)))
    taken = [lateness("a", at, 80.0, policies) for at in (early, late)]
    points = [0.0 if each is None else each.points for each in taken]
    assert 0 >= points[0] >= points[1] >= -80
    days = [0 if each is None else each.by_days for each in taken]
    assert days[0] <= days[1]


@given(ZONES, MOMENTS, st.integers(1, 40 * 86_400))
def test_days_are_as_the_calendar_on_the_wall_has_them(
    zone: ZoneInfo, due: datetime, seconds: int
) -> None:
    at = due + timedelta(seconds=seconds)
    days = days_begun(due, at, zone)
    assert days >= 1
    wall_due, wall_at = (t.astimezone(zone).replace(tzinfo=None) for t in (due, at))
    # Clocks that are moved make up to a day of difference (Samoa left one out), never more.
    assert (wall_at - wall_due) / DAY - 1e-9 <= days + 1
    assert days <= (wall_at - wall_due) / DAY + 2


# ------------------------------------------------------------------ late days

BUDGET = Late(due=DUE, policy="share_per_day", share=0.1, budget_days=3)


@pytest.mark.parametrize(
    ("days", "spent", "covered", "score"),
    [(1, 0, 1, 80.0), (3, 0, 3, 80.0), (4, 0, 3, 72.0), (2, 2, 1, 72.0), (2, 5, 0, 64.0)],
)
def test_late_days_are_spent_before_points(
    days: int, spent: int, covered: int, score: float
) -> None:
    grade = Grade("Alice", "f", SubmissionStatus.GRADED, 80.0, 90.0)
    policies = Policies(late=BUDGET, spent={"alice": spent})
    shown = apply_late(grade, platform(DUE + days * DAY), policies)
    assert shown.late is not None
    assert (shown.late.by_days, shown.late.covered_days) == (days, covered)
    assert shown.score == pytest.approx(score)
    assert ("spent on it" in shown.late.reason) == (covered > 0)


def test_late_days_are_not_wasted_on_what_counts_no_more() -> None:
    policies = Policies(late=structs.replace(BUDGET, cut_off_days=1.0))
    late = lateness("a", DUE + 2 * DAY, 80.0, policies)
    assert late is not None
    assert (late.points, late.covered_days) == (-80.0, 0)


# ------------------------------------------------------------------ what is odd about an attempt


def test_a_cut_off_file_never_replaces_one_that_can_be_read() -> None:
    good = entry(1, "a", 80)
    cut = entry(2, "b", 0, status=SubmissionStatus.UNREADABLE, file="alice (1).ipynb")
    for keep in ("latest", "best"):
        counted = counting([good, cut], Policies(Attempts(keep)))["alice"]  # type: ignore[arg-type]
        assert counted.entry.id == 1
        assert "alice (1).ipynb, cannot be read" in counted.notices[0]
    assert counting([cut], Policies())["alice"].notices == ()
    again = entry(3, "c", 70)
    assert counting([good, cut, again], Policies())["alice"].entry.id == 3


def test_the_best_of_unlike_versions_is_said_to_be_so() -> None:
    entries = [entry(1, "a", 80), entry(2, "b", 70, assignment_version="v2")]
    best = counting(entries, Policies(Attempts("best")))["alice"]
    assert best.entry.id == 1
    assert "different versions of the assignment" in best.notices[0]
    assert counting(entries, Policies())["alice"].notices == ()
    alike = [entry(1, "a", 80), entry(2, "b", 70)]
    assert counting(alike, Policies(Attempts("best")))["alice"].notices == ()


def test_the_latest_is_the_one_that_was_handed_in_last_where_that_is_known() -> None:
    later = entry(1, "a", 80, handed_in=platform(DUE + DAY))
    earlier = entry(2, "b", 70, handed_in=platform(DUE))
    assert chosen([later, earlier]) == 1
    assert chosen([later, entry(2, "b", 70, handed_in=HandedIn(DUE, Source.FILE))]) == 2
    assert counted_time(HandedIn(DUE, Source.FILE), Late()) is None


def test_what_came_nobody_knows_when_puts_no_older_hand_in_before_a_newer_one() -> None:
    def at(day: int) -> str:
        return (DUE + day * DAY).isoformat()

    folder = entry(1, "folder", 50, graded_at=at(1))
    new = entry(2, "new", 70, handed_in=platform(DUE + 5 * DAY), graded_at=at(5))
    slow = entry(3, "slow", 60, handed_in=platform(DUE + 4 * DAY), graded_at=at(6))
    assert chosen([folder, new, slow]) == 2
    again = entry(4, "folder", 55, graded_at=at(8))
    assert chosen([folder, new, slow, again]) == 2, "graded again, it came no later"
    # A file that comes after them counts, and of several such the one that was graded last.
    later = entry(5, "other", 40, graded_at=at(9))
    assert chosen([folder, new, slow, again, later]) == 5
    back = entry(6, "folder", 55, graded_at=at(10))
    assert chosen([folder, new, slow, again, later, back]) == 6
