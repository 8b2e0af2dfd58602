"""``autograder submit``: the receipt, the verdict, the exit status; and where a link is kept."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.public.hand_in import Portal
from tests.fake_portal import ROW, FakePortal, fake_portal


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePortal]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    Path("amy.py").write_bytes(b"x = 1\n")
    with fake_portal() as served:
        yield served


def submit(*arguments: str, typed: str = "", **environment: str) -> Result:
    return CliRunner().invoke(main, ["submit", *arguments], input=typed, env=environment)


def test_it_prints_the_receipt_and_the_verdict(portal: FakePortal) -> None:
    portal.says = ["In time.\x1b[31m", "2 attempts left today."]
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert result.exit_code == 0, result.output
    digest = sha256(b"x = 1\n").hexdigest()
    at = f"{datetime.fromisoformat('2026-03-01T10:00:00+05:30').astimezone():%Y-%m-%d %H:%M:%S %Z}"
    assert result.stdout.splitlines() == [
        f"Received amy.py at {at}: attempt 1.",
        f"SHA-256 {digest}",
        "In time. [31m",
        "2 attempts left today.",
        f"Your page of it: {portal.url}/h/7",
        "78 of 90 points",
        "  adagrad: 20 of 20",
        "  adam: 18 of 30; correction missing; It is not [31m corrected.",
        "  explanation: a person will read it",
    ]
    assert portal.files == [("amy.py", b"x = 1\n")]


def test_it_was_received_at_a_time_of_the_zone_of_the_due_date(portal: FakePortal) -> None:
    portal.received = "Sun 01 Mar 2026, 10:00:00 IST"
    portal.says = ["Due Sun 01 Mar 2026, 23:59 IST. In time."]
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert result.stdout.splitlines()[0] == (
        "Received amy.py on Sun 01 Mar 2026, 10:00:00 IST: attempt 1."
    )
    assert "UTC" not in result.stdout


def test_whoever_waits_reads_the_words_of_the_page(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    done = portal.states[0]
    portal.states = [
        {"state": "running", "place": 0, "says": "Being graded now."},
        {"state": "running", "place": 0, "says": "Your code takes long:\x1b[2J it runs there now."},
        {"state": "running", "place": 0, "says": "Your code takes long:\x1b[2J it runs there now."},
        {"state": "running", "place": 0},  # as an older portal has it
        done,
    ]
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [
        "Being graded now.",
        "Your code takes long: [2J it runs there now.",
        "running ...",
    ]
    portal.states = [{"state": "running", "says": "Being graded now."}, done]
    assert submit("amy.py", "--json", AUTOGRADER_TOKEN=portal.link).stderr == ""


def test_where_nobody_watches_it_is_said_once_that_it_takes_long(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.states = [
        {"state": "running", "says": "Being graded now."},
        {"state": "running", "says": "Your code takes long: it runs there now."},
        portal.states[0],
    ]
    assert submit("amy.py", AUTOGRADER_TOKEN=portal.link).stderr == "", "it did not take long"
    portal.states = [
        {"state": "running", "says": "Your code takes long: it runs there now."},
        {"state": "running", "says": "It is nearly done."},
        portal.states[0],
    ]
    monkeypatch.setattr(Portal, "QUIET_FOR", 0.0)
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert result.stderr == "Your code takes long: it runs there now.\n"
    assert result.exit_code == 0


def test_scripts_get_json(portal: FakePortal) -> None:
    result = submit("amy.py", "--json", "--to", portal.url, AUTOGRADER_TOKEN=portal.token)
    said = json.loads(result.stdout)
    assert said["result"] == ROW
    assert (said["receipt"]["id"], result.exit_code) == (7, 0)


def test_the_link_is_asked_for_and_never_shown(portal: FakePortal) -> None:
    result = submit("amy.py", "--assignment", "rates", typed=f"{portal.link}\n")
    assert result.exit_code == 0, result.output
    assert portal.token not in result.output
    assert portal.asked[0][1] == "/api/submissions?assignment=rates"


NOTEBOOK = b'{"cells": [], "metadata": {"autograder": {"assignment": "rates"}}}'
"""As it is released."""


def test_a_notebook_is_handed_in_for_the_assignment_that_it_is_of(portal: FakePortal) -> None:
    Path("amy.ipynb").write_bytes(NOTEBOOK)
    for more in ([], ["--assignment", "other"], ["--assignment", "other", "--anyway"]):
        assert submit("amy.ipynb", *more, AUTOGRADER_TOKEN=portal.link).exit_code == 0
    assert submit("amy.py", AUTOGRADER_TOKEN=portal.link).exit_code == 0
    posted = [path for method, path, _ in portal.asked if method == "POST"]
    assert posted == [
        "/api/submissions?assignment=rates",
        "/api/submissions?assignment=other",
        "/api/submissions?assignment=other&anyway=yes",
        "/api/submissions",
    ]
    assert portal.files[0] == ("amy.ipynb", NOTEBOOK)


def test_a_notebook_of_what_is_not_there_is_told_so(portal: FakePortal) -> None:
    Path("amy.ipynb").write_bytes(NOTEBOOK)
    portal.refuses = (404, '{"error": "There is no assignment \'rates\' here."}', {})
    said = "Error: {}There is no assignment 'rates' here.\n"
    result = submit("amy.ipynb", AUTOGRADER_TOKEN=portal.link)
    assert (result.exit_code, result.stderr) == (
        2,
        said.format("amy.ipynb says that it is of rates. "),
    )
    result = submit("amy.ipynb", "--assignment", "rates", AUTOGRADER_TOKEN=portal.link)
    assert (result.exit_code, result.stderr) == (2, said.format(""))


def test_it_is_kept_where_nobody_else_reads_it(portal: FakePortal) -> None:
    assert submit("amy.py", "--keep", typed=f"{portal.link}\n").exit_code == 0
    kept = Path("config", "autograder", "link")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert submit("amy.py").exit_code == 0
    assert len(portal.files) == 2
    kept.chmod(0o644)
    result = submit("amy.py")
    assert (result.exit_code, "can be read by others" in result.stderr) == (2, True)
    assert len(portal.files) == 2


def test_a_link_that_was_refused_is_not_kept(portal: FakePortal) -> None:
    portal.refuses = (401, '{"error": "This link is not, or no longer, good."}', {})
    result = submit("amy.py", "--keep", typed=f"{portal.link}\n")
    assert (result.exit_code, "no longer, good" in result.stderr) == (2, True)
    assert not Path("config").exists()


@pytest.mark.parametrize(
    ("status", "exit_status"),
    [
        *((status, 2) for status in (301, 400, 401, 403, 404, 405, 409, 413, 415, 421, 429)),
        *((status, 1) for status in (408, 500, 502, 503, 504, 507, 520)),
    ],
)
def test_whose_doing_a_refusal_is(portal: FakePortal, status: int, exit_status: int) -> None:
    portal.refuses = (status, '{"error": "No."}', {})
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    said = f"Error: {portal.url} has moved: use its new address.\n" if status == 301 else None
    assert (result.exit_code, result.stderr) == (exit_status, said or "Error: No.\n")


def test_a_portal_that_is_down_is_nobodys_fault(portal: FakePortal) -> None:
    result = submit("amy.py", "--to", "http://127.0.0.1:9", AUTOGRADER_TOKEN="1-abc")
    assert (result.exit_code, "does not answer" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "address",
    [
        "http://grades.example.edu",
        "ftp://grades.example.edu",
        "grades.example.edu",
        "https://",
        "https://[::1",
        "https://grades.example.edu:x",
        "https://grades.example.edu:99999",
        "https://grades.example.edu:0",
        "https://grades example.edu",
        "https://grades.example.edu/\x1b[2J",
        "",
    ],
)
def test_an_address_that_cannot_be_one_is_wrong_usage(portal: FakePortal, address: str) -> None:
    result = submit("amy.py", "--to", address, AUTOGRADER_TOKEN="1-abc")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "Traceback" not in result.output
    assert "fault of autograder" not in result.output


@pytest.mark.parametrize("typed", ["", "\n", "no link\n", "https://a.edu/enter/\n", "é-1\n"])
def test_who_says_nothing_or_not_who_they_are_is_told_so(portal: FakePortal, typed: str) -> None:
    result = submit("amy.py", "--to", portal.url, typed=typed)
    assert (result.exit_code, portal.files) == (2, [])


def test_what_is_no_portal_is_a_wrong_address(portal: FakePortal) -> None:
    for answer in ((200, "<html>", {}), (200, "[1]", {})):
        portal.refuses = answer
        result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
        assert (result.exit_code, "is no portal" in result.stderr) == (2, True)
    with_tls = portal.url.replace("http:", "https:")
    result = submit("amy.py", "--to", with_tls, AUTOGRADER_TOKEN=portal.token)
    assert (result.exit_code, "no portal of autograder with https://" in result.stderr) == (2, True)


@pytest.mark.parametrize("name", ["none.py", ".", "secret.py"])
def test_a_file_that_cannot_be_read_is_wrong_usage(portal: FakePortal, name: str) -> None:
    Path("secret.py").mkdir()
    assert submit(name, AUTOGRADER_TOKEN=portal.link).exit_code == 2
    assert portal.files == []


def test_no_more_is_read_of_a_file_than_is_taken(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Portal, "MOST_BYTES", 1_000)
    monkeypatch.setattr(Path, "read_bytes", None)
    with open("amy.py", "wb") as file:
        file.truncate(10**10)  # of which nothing is on the disk
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert (result.exit_code, portal.files) == (2, [])
    assert "amy.py is larger than" in result.stderr


def test_what_could_not_be_graded_is_no_success(portal: FakePortal) -> None:
    portal.states = [{"state": "done", "result": {"status": "not_graded", "message": "it died"}}]
    result = submit("amy.py", AUTOGRADER_TOKEN=portal.link)
    assert (result.exit_code, "no fault of yours: it died" in result.stdout) == (1, True)


def test_without_waiting_the_receipt_is_all(portal: FakePortal) -> None:
    result = submit("amy.py", "--no-wait", AUTOGRADER_TOKEN=portal.link)
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == [
        "Received",
        "SHA-256",
        "Your",
    ]
    assert [method for method, _, _ in portal.asked] == ["POST"]
