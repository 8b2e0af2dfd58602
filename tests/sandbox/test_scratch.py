"""Folders that killed runs leave behind, and what is said where there is no room."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox import box, open_sandbox, scratch, seccomp
from autograder.sandbox.server import ForkServer
from tests.sandbox.conftest import needs_sandbox


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _gone() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_killed_runs_left_is_swept_away_and_nothing_else(place: Path) -> None:
    left = place / f"autograder-scratch-{_gone()}-abc_1"
    living = place / f"autograder-scratch-{os.getpid()}-abc"
    others = [living, place / "autograder-scratch-x-abc", place / "results", place / "tmp1234"]
    for folder in (left, *others):
        (folder / "inside").mkdir(parents=True)
    link = place / f"autograder-scratch-{_gone()}-link"
    link.symlink_to(place / "results")
    open_sandbox(unsafe=True).close()
    assert not left.exists()
    assert all((folder / "inside").is_dir() for folder in others)
    assert link.is_symlink()


def test_a_run_leaves_nothing(place: Path) -> None:
    with open_sandbox(unsafe=True) as unsafe, unsafe.open([], Limits()) as session:
        (folder,) = place.iterdir()
        assert folder.name.startswith(scratch.own_prefix())
        assert session.call([]) == ()
    assert list(place.iterdir()) == []


def _no(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EDQUOT, "make room"),
        (errno.EROFS, "TMPDIR"),
        (errno.EMFILE, "ulimit -n"),
    ],
)
def test_no_room_for_the_filter_is_no_missing_package(
    monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def refuse() -> bytes:
        raise _no(number)

    needs_sandbox()
    monkeypatch.setattr(seccomp, "build", refuse)
    with pytest.raises(SandboxError, match=advice) as caught:
        open_sandbox()
    assert "pip install" not in str(caught.value)


def test_the_filter_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_sandbox()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_: pytest.fail("asked for a file"))
    assert len(seccomp.build()) > 100


@pytest.mark.parametrize(
    ("number", "advice"), [(errno.EAGAIN, "ulimit -u"), (errno.EMFILE, "ulimit -n"), (1, "Operat")]
)
def test_what_keeps_the_sandbox_from_starting_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def refuse(*_: object) -> None:
        raise _no(number)

    needs_sandbox()
    monkeypatch.setattr(ForkServer, "_start", refuse)
    with pytest.raises(SandboxError, match=advice):
        box.start_untested("none")


def test_too_many_open_files_are_named_when_a_process_is_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs_sandbox()
    with open_sandbox() as sandbox:
        real, made = os.pipe, 0

        def pipe() -> tuple[int, int]:
            nonlocal made
            made += 1
            if made == 3:
                raise _no(errno.EMFILE)
            return real()

        before = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(os, "pipe", pipe)
        with pytest.raises(SandboxError, match="ulimit -n"):
            sandbox.open([], Limits())
        assert len(os.listdir("/proc/self/fd")) == before
