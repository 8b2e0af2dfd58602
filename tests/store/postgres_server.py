"""A real PostgreSQL server for the length of a test module, in a folder of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.report.chromium import absent


def program(name: str) -> str:
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    program = shutil.which(name) or (sorted(found)[-1] if found else None)
    if program is None:
        absent("PostgreSQL is not installed here (apt install postgresql)")
    return str(program)


@dataclass
class Server:
    """A server that can be killed and started again."""

    folder: str
    user: str | None
    """Who runs it; the server refuses to run as root, and the package made a user for it."""
    is_durable: bool = False
    """Whether it writes as it does for a course, and not as fast as it can for a test."""

    @property
    def url(self) -> str:
        return f"postgresql://teacher@/postgres?host={self.folder}"

    def run(self, *command: str) -> None:
        subprocess.run(
            command,
            check=True,
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c shared_buffers=8MB"
        options += "" if self.is_durable else " -c fsync=off"
        log = f"{self.folder}/log"
        where = ("-D", f"{self.folder}/data", "-l", log, "-o", options, "-w")
        self.run(program("pg_ctl"), *where, "start")

    def start_again(self, seconds: float = 60.0) -> None:
        """As whoever watches over it does: until it runs, for those who served the one before may
        not all have seen yet that it is gone."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self.start()
            except subprocess.CalledProcessError:
                assert time.monotonic() < until, Path(f"{self.folder}/log").read_text()[-2000:]
                time.sleep(0.1)

    @property
    def number(self) -> int:
        """Of its first process."""
        return int(Path(f"{self.folder}/data/postmaster.pid").read_text().split()[0])

    def connections(self) -> list[int]:
        """Of its processes those that serve somebody."""
        command = ["pgrep", "-P", str(self.number), "-f", "teacher"]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        return [int(number) for number in said.stdout.split()]

    def kill_one(self, number: int) -> None:
        """One of its processes; then it ends all that serve, and recovers."""
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)

    def kill(self) -> None:
        """As a machine does that runs out of memory."""
        os.kill(self.number, signal.SIGKILL)
        while subprocess.run(
            [program("pg_ctl"), "-D", f"{self.folder}/data", "status"],
            user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, check=False,
        ).returncode == 0:  # fmt: skip
            time.sleep(0.05)

    def stop(self) -> None:
        self.run(program("pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")


@cache
def _new_data(user: str | None) -> tempfile.TemporaryDirectory[str]:
    """The files of a server as ``initdb`` makes them: to copy them takes a tenth of its time."""
    folder = tempfile.TemporaryDirectory(prefix="pg-new-")
    atexit.register(folder.cleanup)
    if user is not None:
        shutil.chown(folder.name, user)
    options = ("-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync")
    Server(folder.name, user).run(program("initdb"), "-D", f"{folder.name}/data", *options)
    return folder


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[Server]:
    pytest.importorskip("psycopg")
    user = "postgres" if os.geteuid() == 0 else None
    new = _new_data(user).name
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if user is not None:
            shutil.chown(folder, user)
        server = Server(folder, user, is_durable)
        server.run("cp", "-R", f"{new}/data", f"{folder}/data")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start one that listens on a Unix socket only; gives the URL of its empty database."""
    with running_server() as server:
        yield server.url
