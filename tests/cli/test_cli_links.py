"""``autograder links``: printed again they are the same, and are good for whom they say."""

from __future__ import annotations

import csv
import json
import socket
import stat
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.people import PersonalLinks
from autograder.store import open_store

COURSE = Path(__file__).resolve().parents[2]
ROSTER = """id,name,email,section,role
s1,Amy Müller,amy@uni.edu,A,
s2,=Ben,ben@uni.edu,A,student
t1,Tom,tom@uni.edu,,ta
i1,Ines,ines@uni.edu,,instructor
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def done(*arguments: object) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def where(tmp_path: Path) -> list[str]:
    """Options that say where everything is; four people are known."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    options = ["--course", str(COURSE), "--out", str(tmp_path / "out")]
    done("people", "import", tmp_path / "roster.csv", *options)
    return options


def listed(where: list[str], *options: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done("links", "--json", *options, *where).stdout)
    return found


def test_everybody_has_one(where: list[str]) -> None:
    found = listed(where)
    assert [(one["id"], one["role"]) for one in found] == [
        ("instructor", "instructor"),
        ("i1", "instructor"),
        ("s1", "student"),
        ("s2", "student"),
        ("t1", "ta"),
    ]
    assert found[2]["name"] == "Amy Müller"
    for one in found:
        assert set(one) == {"id", "name", "role", "url", "token"}
        assert one["url"] == f"http://127.0.0.1:8080/enter/{one['token']}"
    assert listed(where) == found


def test_they_are_good_for_whom_they_say(where: list[str], tmp_path: Path) -> None:
    with open_store(tmp_path / "out" / "grades.db") as store:
        links = PersonalLinks(store)
        for one in listed(where):
            holder = links.who(one["token"])
            assert holder is not None
            assert (holder.person.id, holder.role) == (one["id"], one["role"])


def test_an_instructor_has_one_in_a_new_course(tmp_path: Path) -> None:
    where = ["--course", str(COURSE), "--out", str(tmp_path)]
    assert [one["role"] for one in listed(where)] == ["instructor"]
    assert listed(where, "--role", "student") == []


def test_only_those_of_a_role_or_of_some(where: list[str]) -> None:
    assert [one["id"] for one in listed(where, "--role", "student")] == ["s1", "s2"]
    assert [one["id"] for one in listed(where, "ines@uni.edu", "s1")] == ["i1", "s1"]


def test_links_that_only_this_machine_opens_are_not_given_away_in_silence(
    where: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "links.csv"
    for options in ([], ["--json"], ["--to", table]):
        said = done("links", *options, *where).stderr
        assert said.count("http://127.0.0.1:8080 leads to the portal on this machine alone") == 1
        assert "--url" in said
    monkeypatch.setenv("AUTOGRADER_SMTP", "smtp://127.0.0.1:1?from=c@a.edu")  # nobody is there
    (before, *_) = listed(where, "s1")
    mailed = run("links", "--mail", "--revoke", "s1", *where)
    assert mailed.exit_code == 2
    assert "Nothing was sent" in mailed.stderr
    assert listed(where, "s1")[0] == before, "nor was anything else done"
    assert not done("links", "--to", table, "--url", "https://a.edu", *where).stderr
    assert "127.0.0.1" not in table.read_text()
    assert not done("links", "--json", *where).stderr, "it is remembered"
    assert listed(where, "s1")[0]["url"].startswith("https://a.edu/enter/")


def test_revoking_is_for_one_person(where: list[str], tmp_path: Path) -> None:
    before = {one["id"]: one["token"] for one in listed(where)}
    (new,) = listed(where, "--revoke", "amy@uni.edu")
    after = {one["id"]: one["token"] for one in listed(where)}
    assert (new["id"], new["token"]) == ("s1", after["s1"])
    assert {id_ for id_ in before if before[id_] != after[id_]} == {"s1"}
    with open_store(tmp_path / "out" / "grades.db") as store:
        assert PersonalLinks(store).who(before["s1"]) is None


def test_nobody_is_revoked_where_one_name_is_nobodys(where: list[str]) -> None:
    before = listed(where)
    result = run("links", "--revoke", "s1", "--revoke", "s9", *where)
    assert result.exit_code == 2
    assert "nobody is known as s9" in result.stderr
    assert listed(where) == before


def test_an_end_is_given_to_those_who_are_meant(where: list[str]) -> None:
    result = run("links", "--expires", "2120-01-01T00:00+00:00", *where)
    assert (result.exit_code, "Say whose" in result.stderr) == (2, True)
    past = run("links", "--role", "student", "--expires", "2020-01-01T00:00+00:00", *where)
    assert (past.exit_code, "2020-01-01T00:00+00:00 is past" in past.stderr) == (2, True)
    assert not any("expires" in one for one in listed(where))
    given = listed(where, "--role", "student", "--expires", "2120-01-01T00:00+00:00")
    assert {one["expires"] for one in given} == {"2120-01-01T00:00:00+00:00"}
    assert [one["id"] for one in listed(where) if "expires" in one] == ["s1", "s2"]
    listed(where, "s1", "--expires", "none")
    assert [one["id"] for one in listed(where) if "expires" in one] == ["s2"]
    assert run("links", "s1", "--expires", "soon", *where).exit_code == 2


def test_a_table_for_mail_merge_is_no_formula_and_nobody_elses_to_read(
    where: list[str], tmp_path: Path
) -> None:
    table = tmp_path / "links.csv"
    said = done("links", "--role", "student", "--to", table, "--url", "https://a.edu/", *where)
    assert said.stdout == f"2 links in {table}\n"
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    first, second = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert (first["name"], first["email"], first["role"]) == (
        "Amy Müller",
        "amy@uni.edu",
        "student",
    )
    assert first["url"].startswith("https://a.edu/enter/")
    assert second["name"] == "'=Ben"


def test_the_address_is_the_given_one_or_that_of_the_last_time(
    where: list[str], tmp_path: Path
) -> None:
    with open_store(tmp_path / "out" / "grades.db") as store:
        store.links.keep_url("https://grades.a.edu/x")
    assert listed(where, "s1")[0]["url"].startswith("https://grades.a.edu/x/enter/")
    moved = done("links", "s1", "--url", "http://b.edu:99/y/", *where)
    assert "http://b.edu:99/y/enter/" in moved.stdout
    said = "name http://b.edu:99/y from now on, where they named https://grades.a.edu/x:"
    assert moved.stderr.count(said) == 1
    assert "from now on" not in done("links", "s1", "--url", "http://b.edu:99/y/", *where).stderr
    for wrong in ("b.edu", "ftp://b.edu", "https://", "https://b.edu?x", "http://b:0", "http://[b"):
        assert run("links", "--url", wrong, *where).exit_code == 2, wrong


def test_for_people_it_is_a_line_each(where: list[str]) -> None:
    lines = done("links", "--role", "ta", *where).stdout.splitlines()
    (token,) = [one["token"] for one in listed(where, "t1")]
    assert lines == [f"t1\tTom\tta\thttp://127.0.0.1:8080/enter/{token}"]


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[EmailMessage]]]:
    """The setting that names a server, and the letters that it was given."""
    letters: list[EmailMessage] = []

    class Box:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            if envelope.rcpt_tos == ["ben@uni.edu"]:
                return "550 no such user"
            letters.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=default)))
            return "250 OK"

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?from=course@uni.edu", letters
    controller.stop()


def test_each_is_sent_their_own_and_who_could_not_be_reached_is_told(
    where: list[str], mailbox: tuple[str, list[EmailMessage]], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting, letters = mailbox
    monkeypatch.setenv("AUTOGRADER_SMTP", setting)
    result = run("links", "--role", "student", "--mail", "--url", "https://a.edu", *where)
    assert (result.exit_code, result.stdout) == (1, "1 link sent\n")
    assert "s2: 127.0.0.1 did not take it" in result.stderr
    (amy, ben) = listed(where, "--role", "student", "--url", "https://a.edu")
    (letter,) = letters
    assert letter["To"] == "amy@uni.edu"
    assert amy["url"] in letter.get_content()
    for link in (amy, ben):
        assert link["token"] not in result.output
    silent = run("links", "instructor", "--mail", *where)
    assert "No address is known of instructor (1)" in silent.stderr


def test_without_a_server_nothing_is_sent(
    where: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUTOGRADER_SMTP", raising=False)
    result = run("links", "--mail", *where)
    assert (result.exit_code, "AUTOGRADER_SMTP" in result.stderr) == (2, True)
