"""A real PostgreSQL server for the length of a test module, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _program(name: str) -> str:
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    program = shutil.which(name) or (sorted(found)[-1] if found else None)
    if program is None:
        pytest.skip("PostgreSQL is not installed here (apt install postgresql)")
    return program


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start one that listens on a Unix socket only; gives the URL of its empty database."""
    pytest.importorskip("psycopg")
    # The server refuses to run as root; the package made a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    initdb, control = _program("initdb"), _program("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if user is not None:
            shutil.chown(folder, user)

        def run(*command: str) -> None:
            subprocess.run(
                command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60
            )

        data = f"{folder}/data"
        run(initdb, "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=8MB"
        log = f"{folder}/log"
        run(control, "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgresql://teacher@/postgres?host={folder}"
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
