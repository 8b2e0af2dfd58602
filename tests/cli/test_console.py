"""What is shown while it works, on a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder import console
from autograder.batch.run import Tally


def tally(total: int, kept: int = 0, **counts: int) -> Tally:
    made = Tally(total, kept)
    made.counts.update(counts)
    return made


def test_running_counts_name_only_what_there_is() -> None:
    assert console.counts(tally(9)) == "nothing graded yet"
    assert console.counts(tally(9, kept=9)) == "all graded before"
    assert console.counts(tally(9, kept=8)) == "nothing graded yet"
    some = tally(9, full=3, not_graded=1, unreadable=2)
    assert console.counts(some) == "3 full marks, 2 unreadable, 1 not graded"


def test_plain_lines_come_now_and_then_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    with console.progress_view(quiet=False) as view:
        for seconds, done in ((1, 1), (2, 2), (10, 20), (11, 21), (20, 40)):
            now[0] = 100.0 + seconds
            view(tally(4000, partial=done))
        now[0] = 3900.0
        view(tally(4000, kept=3800, full=200))
    assert capsys.readouterr().err.splitlines() == [
        "20/4000 submissions, 2.0/s, 33:10 left: 20 partial",
        "40/4000 submissions, 2.0/s, 33:00 left: 40 partial",
        "4000/4000 submissions, 0.1/s, 0:00 left: 200 full marks",
    ]


def test_a_long_time_left_is_told_in_hours() -> None:
    assert console._clock(3 * 3600 + 5 * 60 + 9.2) == "3:05:09"


def test_nothing_new_needs_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress_view(quiet=False) as view:
        view(tally(5, kept=5))
    assert capsys.readouterr().err == ""


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress_view(quiet=True) as view:
        view(tally(1, full=1))
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_with_rate_and_counts() -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100)
    with console._Bar(terminal) as view:
        view(tally(8, kept=1, full=2, partial=1))
    shown = screen.getvalue()
    assert "4/8" in shown
    assert "/s" in shown
    assert "2 full marks, 1 partial" in shown


def test_a_path_stays_in_one_piece_whatever_the_width(capsys: pytest.CaptureFixture[str]) -> None:
    path = "results/" + "x" * 200 + " [bold] y"
    console.say(path)
    assert capsys.readouterr().out == path + "\n"
