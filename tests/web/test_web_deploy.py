"""What is handed out for running the portal is understood by those it is for."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from autograder.cli import main
from tests.report.chromium import absent
from tests.store.postgres_server import program as program_of_postgres
from tests.store.postgres_server import running_server

COURSE = Path(__file__).resolve().parents[2]
DEPLOY = COURSE / "autograder" / "web" / "deploy"
RIGHT = COURSE / "assignments" / "adaptive_learning_rates" / "right_variants" / "lecture_loops.py"
SLOW = "import time\nuntil = time.monotonic() + 2\nwhile time.monotonic() < until:\n    pass\n"


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


def test_the_containers_find_beside_them_what_the_first_lines_name() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    said = " ".join(line for line in text.splitlines() if line.startswith("#"))
    known = yaml.safe_load(text)
    places = [where.partition(":")[0] for where in known["services"]["portal"]["volumes"]]
    places += known["services"]["portal"]["env_file"]
    places += [secret["file"] for secret in known["secrets"].values()]
    assert len(places) == 4
    assert all(f" {place.removeprefix('./')} " in said for place in places)


def test_caddy_and_nginx_understand_what_they_are_given(tmp_path: Path) -> None:
    file = str(DEPLOY / "Caddyfile")
    caddy = [program("caddy"), "validate", "--adapter", "caddyfile", "--config"]
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([*caddy, file], capture_output=True, text=True, env=home)
    assert done.returncode == 0, done.stderr
    make_certificate(tmp_path)
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("/etc/ssl/grades.example.edu.pem", f"{tmp_path}/cert.pem")
    text = text.replace("/etc/ssl/grades.example.edu.key", f"{tmp_path}/key.pem")
    for slip in ("", "no_such_thing on;"):
        (tmp_path / "site.conf").write_text(text + slip)
        (tmp_path / "nginx.conf").write_text(
            f"pid {tmp_path}/pid; error_log {tmp_path}/errors; events {{}}\n"
            f"http {{ {temporary(tmp_path)} include {tmp_path}/site.conf; }}"
        )
        nginx = [program("nginx"), "-t", "-c", f"{tmp_path}/nginx.conf"]
        done = subprocess.run(nginx, capture_output=True, text=True)
        assert (done.returncode == 0) == (not slip), done.stderr


def temporary(folder: Path) -> str:
    """Where nginx keeps what it does not keep in memory, in its words."""
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{name}_temp_path {folder}/{name};" for name in names)


def make_certificate(folder: Path) -> None:
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip


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
    make_certificate(folder)
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
    places = temporary(front.folder)
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
    assert "\ngrades.example.edu {\n" in text
    tls = f"\ttls {front.folder}/cert.pem {front.folder}/key.pem\n"
    text = text.replace("grades.example.edu {\n", f"{front.url} {{\n{tls}")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{front.behind}")
    path = front.folder / "Caddyfile"
    assert "\n{\n" in text
    path.write_text(text.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n", 1))
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


def handed_in(front: Front, token: str) -> str:
    """What takes its time, by a program; the ticket."""
    body = f'--x\r\nContent-Disposition: form-data; name="file"; filename="a.py"\r\n\r\n{SLOW}'
    kind = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    status, _, text = front.ask("/api/submissions", f"{body}\r\n--x--\r\n".encode(), **kind)
    assert status == 202, text
    return str(json.loads(text)["id"])


def events(url: str, cookie: str, context: ssl.SSLContext | None = None) -> list[tuple[str, float]]:
    """All of a stream, with the time of the clock at which each came."""
    came = []
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=30, context=context) as answer:
        for line in answer:
            if line.startswith(b"event: "):
                came.append((line.decode().split()[1], time.monotonic()))
    return came


def too_large(front: Front, token: str, size: int) -> int:
    """The status of what is so large, while it is being sent."""
    connection = http.client.HTTPSConnection(
        "localhost", front.port, context=front.context, timeout=30
    )

    def send(to: socket.socket) -> None:
        with suppress(OSError):  # it is refused
            for _ in range(size >> 16):
                to.sendall(bytes(1 << 16))

    try:
        connection.putrequest("POST", "/api/submissions")
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        sending = Thread(target=send, args=(connection.sock,))
        sending.start()
        with connection.getresponse() as answer:
            status = answer.status
    except http.client.RemoteDisconnected:  # the proxy cut it off while it was being sent
        status = 413
    finally:
        connection.close()
    sending.join(30)
    return status


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
        came = events(f"{front.url}/h/{handed_in(front, token)}/events", cookie, front.context)
        assert came[-1][0] == "done"
        assert came[0][0] in ("waiting", "running")
        assert came[-1][1] - came[0][1] > 0.7  # each as it came, and not all of them at the end
        assert too_large(front, token, 150_000_000) == 413
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


# ------------------------------------------------------------------ without containers


@pytest.mark.soak
def test_what_the_containers_run_serves_a_course(tmp_path: Path) -> None:
    """Their very commands, in their order and a fresh environment; what they are called in a
    network of containers is replaced by where it is here."""
    known = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    port, front = free_port(), free_port()
    url = f"http://localhost:{front}"
    source, course, password = tmp_path / "source", tmp_path / "course", tmp_path / "password"
    password.write_text("swordfish\n")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for names, where in (
        (("autograder", "pyproject.toml", "README.md", "LICENSE"), source),
        (("assignments", "reference"), course),
    ):
        where.mkdir()
        for name in names:
            copy = shutil.copytree if (COURSE / name).is_dir() else shutil.copy
            more = {"ignore": ignored} if copy is shutil.copytree else {}
            copy(COURSE / name, where / name, **more)  # type: ignore[operator]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    postgres = Path(program_of_postgres("initdb")).parent
    own = {
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path}/venv/bin:{postgres}:{os.environ['PATH']}",
        **{k: v for k, v in os.environ.items() if k.startswith("PIP_")},
    }
    with running_server(is_durable=True) as server:
        _make_database(server.url, known["db"]["environment"], password.read_text().strip())
        hba = Path(server.folder, "data", "pg_hba.conf")
        hba.write_text(f"local all autograder scram-sha-256\n{hba.read_text()}")
        server.run(program_of_postgres("pg_ctl"), "-D", f"{server.folder}/data", "reload")
        is_up = known["db"]["healthcheck"]["test"][1]
        subprocess.run(["sh", "-c", is_up], check=True, env={**own, "PGHOST": server.folder})

        script = str(known["portal"]["command"][-1])
        for here, there in {
            "/srv/autograder": str(source),
            "/run/secrets/db_password": str(password),
            "postgresql://autograder@db/grades": (
                store := f"'postgresql://autograder@/grades?host={server.folder}'"
            ),
            "--host 0.0.0.0": "--host 127.0.0.1",
            "8080": str(port),
            "https://grades.example.edu": url,
            "$$": "$",
        }.items():
            assert here in script
            script = script.replace(here, there)
        environment = {**own, **known["portal"]["environment"], "AUTOGRADER_LINK_KEY": "long"}
        with (tmp_path / "said").open("w") as said:
            served = subprocess.Popen(
                [*known["portal"]["command"][:-1], script],
                cwd=course, env=environment, stdout=said, stderr=said,
            )  # fmt: skip
        try:
            (*asks, look) = known["portal"]["healthcheck"]["test"][1:]
            look = look.replace("8080", str(port))
            until = time.monotonic() + 300
            while subprocess.run([*asks, look], env=own, capture_output=True).returncode:
                assert served.poll() is None, (tmp_path / "said").read_text()
                assert time.monotonic() < until
                time.sleep(1)
            proxy = known["proxy"]["command"].replace("grades.example.edu", f":{front}")
            proxy = proxy.replace("portal:8080", f"127.0.0.1:{port}").split()
            with _running([program(proxy[0]), *proxy[1:]], own):
                _hand_in_and_watch(tmp_path, url, store.strip("'"), {**environment})
            served.send_signal(signal.SIGTERM)
            assert served.wait(10) == 0
        finally:
            served.kill()
            served.wait()


def _make_database(url: str, names: dict[str, str], password: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        user, base = names["POSTGRES_USER"], names["POSTGRES_DB"]
        connection.execute(sa.text(f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"))
        connection.execute(sa.text(f"CREATE DATABASE {base} OWNER {user}"))
    engine.dispose()


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _hand_in_and_watch(folder: Path, url: str, store: str, environment: dict[str, str]) -> None:
    environment["PGPASSWORD"] = (folder / "password").read_text().strip()

    def run(*words: str) -> str:
        where = [] if words[0] == "submit" else ["--store", store]
        done = subprocess.run(
            ["autograder", *words, *where], capture_output=True, text=True,
            cwd=folder / "course", env=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    (folder / "roster.csv").write_text("id,name\ns1,Amy\n")
    run("people", "import", str(folder / "roster.csv"))
    (link,) = json.loads(run("links", "s1", "--json"))
    assert link["url"].startswith(f"{url}/enter/")
    environment["AUTOGRADER_TOKEN"] = link["url"]
    slug = ("--assignment", RIGHT.parents[1].name)
    done = json.loads(run("submit", str(RIGHT), *slug, "--json"))
    assert done["result"]["status"] == "graded"
    with urllib.request.urlopen(f"{url}/enter/{link['token']}", timeout=20) as answer:
        assert "Sign in as" in answer.read().decode()
    cookie = _signed_in(url, link["token"])
    assert events(f"{url}/h/{done['receipt']['id']}/events", cookie)[-1][0] == "done"


def _signed_in(url: str, token: str) -> str:
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    try:
        form = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/enter", f"token={token}", form)
        answer = connection.getresponse()
        assert answer.status == 303
        return str(answer.headers["set-cookie"]).partition(";")[0]
    finally:
        connection.close()
