"""A real PostgreSQL server for the length of a test module, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


def _program(name: str) -> str:
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    program = shutil.which(name) or (sorted(found)[-1] if found else None)
    if program is None:
        pytest.skip("PostgreSQL is not installed here (apt install postgresql)")
    return program


@dataclass
class Server:
    """A server that can be killed and started again."""

    folder: str
    user: str | None
    """Who runs it; the server refuses to run as root, and the package made a user for it."""

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
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c shared_buffers=8MB"
        log = f"{self.folder}/log"
        where = ("-D", f"{self.folder}/data", "-l", log, "-o", options, "-w")
        self.run(_program("pg_ctl"), *where, "start")

    def kill(self) -> None:
        """As a machine does that runs out of memory."""
        lines = Path(f"{self.folder}/data/postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), signal.SIGKILL)
        while subprocess.run(
            [_program("pg_ctl"), "-D", f"{self.folder}/data", "status"],
            user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, check=False,
        ).returncode == 0:  # fmt: skip
            time.sleep(0.05)

    def stop(self) -> None:
        self.run(_program("pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")


@contextmanager
def running_server() -> Iterator[Server]:
    pytest.importorskip("psycopg")
    user = "postgres" if os.geteuid() == 0 else None
    initdb = _program("initdb")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if user is not None:
            shutil.chown(folder, user)
        server = Server(folder, user)
        data = f"{folder}/data"
        server.run(initdb, "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync")
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
