"""Beyond this machine only where somebody says so, and how it is encrypted."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest
from course_class import ASKED, INSTRUCTOR, Desk, fill
from test_web_served import desk as started

from autograder.errors import UsageError
from autograder.store import open_store
from autograder.web.app import application
from autograder.web.desk.places import places
from autograder.web.listening import Listening


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Listening(host="0.0.0.0"), "nothing would be encrypted"),
        (Listening(host="192.0.2.7"), "nothing would be encrypted"),
        (Listening(host="::"), "nothing would be encrypted"),
        (Listening(host="0.0.0.0", public="http://desk.example.edu"), "it has to be https"),
        (Listening(public="http://desk.example.edu"), "it has to be https"),
        (Listening(public="https://desk.example.edu/desk"), "scheme and host alone"),
        (Listening(public="desk.example.edu"), "scheme and host alone"),
        (Listening(public="https://me@desk.example.edu"), "scheme and host alone"),
        (Listening(certificate=(Path("no.pem"), Path("no.key"))), "cannot be used"),
    ],
    ids=str,
)
def test_what_would_not_be_safe_is_refused_with_what_to_do(wrong: Listening, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        wrong.check()


def test_this_machine_alone_needs_nothing() -> None:
    for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        Listening(host=host).check()
    assert Listening().origin(80) == "http://127.0.0.1:80"
    behind = Listening(host="0.0.0.0", public="https://desk.example.edu/")
    behind.check()
    assert behind.origin(80) == "https://desk.example.edu"


def test_behind_a_proxy_its_name_is_ours_and_cookies_are_sent_encrypted_alone(desk: Desk) -> None:
    app = application(places(desk.room), desk.doors, 8765, "https://desk.example.edu")
    browser = desk.as_(None)
    browser._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    secret = desk.doors.secrets[INSTRUCTOR]

    def asked(host: str) -> httpx.Response:
        headers = {"host": host}
        return browser.ask("GET", f"/enter?secret={secret}", headers=headers, follow=False)

    assert asked("desk.example.edu").status_code == 303
    assert "; secure" in browser.answer.headers["set-cookie"].lower()
    assert asked("desk.example.edu.evil.example").status_code == 421
    assert asked("127.0.0.1:8765").status_code == 303  # as a proxy asks that keeps no name
    for origin, status in {
        "https://desk.example.edu": 403,  # of ours, but without a session
        "http://desk.example.edu": 403,
        "https://evil.example": 403,
    }.items():
        headers = {"host": "desk.example.edu", "origin": origin}
        answer = browser.ask("POST", "/names", headers=headers, data={})
        assert answer.status_code == status
        assert ("another site" in answer.text) == (origin != "https://desk.example.edu")


@pytest.mark.long
def test_with_a_certificate_it_speaks_tls_and_nothing_else(tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run([*command, *names, *where], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed here, so no certificate can be made")
    with open_store(tmp_path / "grades.db") as store:
        fill(store, 3)
    with started(tmp_path, "--tls", str(certificate), str(key)) as (_process, url):
        assert url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(verify=context, follow_redirects=True) as client:
            page = client.get(url)
            assert f"/answer/1/{ASKED}" in page.text
            assert re.search("secure", str(page.history[0].headers["set-cookie"]), re.IGNORECASE)
            here = url.partition("/enter")[0]
            form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
            sent = client.post(f"{here}/names", data={**form, "names": "hidden", "back": "/"},
                               headers={"origin": here})  # fmt: skip
            assert "Answer 1" in sent.text
        with pytest.raises(httpx.HTTPError):
            httpx.get(url.replace("https:", "http:"))


def test_the_command_refuses_to_listen_to_a_network_in_the_clear(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from autograder.cli import main

    result = CliRunner().invoke(main, ["desk", "--host", "0.0.0.0", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "--tls CERTIFICATE KEY" in result.stderr
    assert json.dumps(result.stdout) == '""'


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (["--host", "0.0.0.0"], "encrypted: give with --url the https address"),
        (["--host", "0.0.0.0", "--url", "http://grades.example.edu"], "it has to be https"),
        (["--url", "http://grades.example.edu"], "it has to be https"),
        (["--url", "https://grades.example.edu/course"], "scheme and host alone"),
    ],
)
def test_the_portal_is_as_strict(tmp_path: Path, where: list[str], words: str) -> None:
    from click.testing import CliRunner

    from autograder.cli import main

    result = CliRunner().invoke(main, ["serve", *where, "--out", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in " ".join(result.stderr.split())
    assert "--tls" not in result.stderr
    assert not list(tmp_path.iterdir())
