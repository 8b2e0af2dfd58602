"""What is handed out for running the portal is understood by those it is for."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from autograder.cli import main
from tests.report.chromium import absent

COURSE = Path(__file__).resolve().parents[2]
DEPLOY = COURSE / "autograder" / "web" / "deploy"
RIGHT = COURSE / "assignments" / "adaptive_learning_rates" / "right_variants" / "lecture_loops.py"


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        absent(f"{name} is not installed here, so what is said of it is not tried")
    return str(found)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def options_of(command: str) -> set[str]:
    """All ``--options`` in a command line of ours."""
    return set(re.findall(r"(?<!\S)--[a-z]+", command))


def known_options() -> set[str]:
    return set(re.findall(r"--[a-z]+", CliRunner().invoke(main, ["serve", "--help"]).stdout))


def test_the_unit_is_sound_and_starts_what_there_is(tmp_path: Path) -> None:
    text = (DEPLOY / "autograder.service").read_text()
    (start,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    assert " serve " in start
    assert options_of(start) <= known_options()
    program_ = tmp_path / "autograder"
    program_.write_text("#!/bin/sh\n")
    program_.chmod(0o755)
    unit = tmp_path / "autograder.service"
    unit.write_text(text.replace(start.split()[0], str(program_)))
    done = subprocess.run(
        [program("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True
    )
    about_it = [line for line in done.stderr.splitlines() if "autograder" in line]
    assert about_it == []
    unit.write_text(unit.read_text() + "\n[Service]\nNoSuchThing=yes\n")
    again = subprocess.run(
        [program("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True
    )
    assert "NoSuchThing" in again.stderr  # a slip would have been seen


def test_the_containers_run_commands_that_there_are() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"db", "portal", "proxy"}
    (*_, script) = services["portal"]["command"]
    (line,) = re.findall(r"autograder (serve (?:[^\n]|\\\n)*)", script.replace("\\\n", " "))
    assert options_of(line) <= known_options()
    wanted = set(re.findall(r"\[([a-z,]+)\]'", script)[0].split(","))
    project = (COURSE / "pyproject.toml").read_text()
    assert all(re.search(rf"^{extra} = \[", project, re.M) for extra in wanted)
    assert services["portal"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_the_page_leads_to_every_file() -> None:
    text = (DEPLOY / "README.md").read_text()
    names = {path.name for path in DEPLOY.iterdir()} - {"README.md"}
    assert set(re.findall(r"\]\(([\w.]+)\)", text)) == names
    commands = set(re.findall(r"`autograder (\w+)", text))
    assert commands >= {"serve", "backup", "restore", "forget", "links", "doctor"}
    for command in commands:
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


# ------------------------------------------------------------------ in front of a portal


@dataclass(frozen=True)
class Front:
    """A portal behind a proxy that speaks TLS."""

    url: str
    port: int
    """Of the proxy."""
    behind: int
    """Of the portal."""
    folder: Path
    context: ssl.SSLContext
    link: str

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, headers and text; redirects are not followed."""

        class NoWayOn(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                pass

        opener = urllib.request.build_opener(
            NoWayOn, urllib.request.HTTPSHandler(context=self.context)
        )
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, str(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, str(error.headers), error.read().decode()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    pytest.importorskip("sse_starlette")
    folder = tmp_path_factory.mktemp("front")
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    port, behind = free_port(), free_port()
    url = f"https://localhost:{port}"
    (folder / "roster.csv").write_text("id,name\ns1,Amy\n")
    where = ["--course", str(COURSE), "--assignment", RIGHT.parents[1].name]
    where += ["--out", str(folder / "out")]
    ours = [sys.executable, "-m", "autograder"]
    subprocess.run([*ours, "people", "import", folder / "roster.csv", *where], check=True)
    command = [*ours, "serve", "--port", str(behind), "--url", url, "--json", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as served:
        assert served.stdout is not None
        try:
            assert json.loads(served.stdout.readline())["url"] == url
            links = subprocess.run(
                [*ours, "links", "s1", "--json", *where], check=True, capture_output=True, text=True
            )
            link = json.loads(links.stdout)[0]["url"]
            yield Front(url, port, behind, folder, context, link)
        finally:
            served.terminate()


@contextmanager
def nginx(front: Front) -> Iterator[None]:
    text = (DEPLOY / "nginx.conf").read_text()
    for before, now in {
        "/etc/ssl/grades.example.edu.pem": str(front.folder / "cert.pem"),
        "/etc/ssl/grades.example.edu.key": str(front.folder / "key.pem"),
        "listen 443 ssl": f"listen {front.port} ssl",
        "listen 80;": f"listen {free_port()};",
        "127.0.0.1:8080": f"127.0.0.1:{front.behind}",
        "grades.example.edu": "localhost",
        "Host $host": "Host $http_host",  # the port is no usual one here
    }.items():
        assert before in text
        text = text.replace(before, now)
    places = " ".join(
        f"{name}_temp_path {front.folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (front.folder / "site.conf").write_text(text)
    (front.folder / "nginx.conf").write_text(
        f"daemon off; pid {front.folder}/pid; error_log {front.folder}/errors; events {{}}\n"
        f"http {{ access_log {front.folder}/access; {places} include {front.folder}/site.conf; }}"
    )
    with started(front, program("nginx"), "-c", str(front.folder / "nginx.conf")):
        yield


@contextmanager
def caddy(front: Front) -> Iterator[None]:
    text = (DEPLOY / "Caddyfile").read_text()
    assert "grades.example.edu {\n" in text
    tls = f"\ttls {front.folder}/cert.pem {front.folder}/key.pem\n"
    text = text.replace("grades.example.edu {\n", f"{front.url} {{\n{tls}")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{front.behind}")
    path = front.folder / "Caddyfile"
    path.write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    with started(front, program("caddy"), "run", "--adapter", "caddyfile", "--config", str(path)):
        yield


@contextmanager
def started(front: Front, *command: str) -> Iterator[None]:
    with (front.folder / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        for _ in range(100):
            try:
                front.ask("/health")
                break
            except OSError:
                assert process.poll() is None, (front.folder / "said").read_text()
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.long
@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
def test_everything_goes_through_a_proxy(front: Front, proxy: object) -> None:
    token = front.link.rpartition("/")[2]
    with proxy(front):  # type: ignore[operator]
        status, headers, text = front.ask(f"/enter/{token}")
        assert (status, "Sign in as" in text) == (200, True)
        assert "strict-transport-security: max-age" in headers.lower()
        status, headers, _ = front.ask("/enter", f"token={token}".encode(), Origin=front.url)
        assert status == 303
        (cookie,) = re.findall(r"set-cookie: (__Host-[^;]+);.*Secure", headers, re.I)
        assert "<h1>" in front.ask("/", Cookie=cookie)[2]
        evil = front.ask("/enter", f"token={token}".encode(), Origin="https://evil.example")
        assert evil[0] == 403
        done = subprocess.run(
            [sys.executable, "-m", "autograder", "submit", str(RIGHT), "--json"],
            env={
                **os.environ,
                "AUTOGRADER_TOKEN": front.link,
                "SSL_CERT_FILE": str(front.folder / "cert.pem"),
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["result"]["status"] == "graded"
        events = front.ask(f"/h/{said['receipt']['id']}/events", Cookie=cookie)[2]
        assert "event: done" in events
        # It is the proxy's word that counts, and not the student's, of where they are.
        codes = [
            front.ask(
                "/api/submissions",
                Authorization="Bearer 1-none",
                **{"X-Forwarded-For": f"10.0.0.{number}"},
            )[0]
            for number in range(40)
        ]
        assert set(codes) <= {401, 429}  # some were asked through another proxy just before
        assert codes[-1] == 429
    if (log := front.folder / "access").exists():
        assert "/api/submissions" in log.read_text()
        assert token not in log.read_text()
