"""The engine among the packages: students' code reads its neighbours, and nothing of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import SandboxError
from autograder.model import Cell, Limits
from autograder.sandbox import open_sandbox
from autograder.sandbox.layers import JAILS, jail_works
from autograder.sandbox.layout import find_layout
from autograder.sandbox.server import ForkServer
from tests.sandbox.conftest import needs_sandbox, skip

TRIED = """
import importlib, sys
SITE = next(path for path in sys.path if path.endswith("covered/site-packages"))
def reads(path):
    try:
        return open(SITE + path).read()
    except OSError:
        return "no"
print(reads("/neighbour/__init__.py"), reads("/autograder/__init__.py"))
print(reads("/autograder/deeper/secret.py"))
import neighbour
sys.meta_path[:] = [f for f in sys.meta_path if f is importlib.machinery.PathFinder]
try:
    import autograder.deeper.secret
    print("it is there")
except (ImportError, PermissionError):
    print("it is not")
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "covered" / "site-packages"
    for name in ("neighbour/__init__", "autograder/__init__", "autograder/deeper/secret"):
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret = 1")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return folder


def test_the_engine_among_packages_is_covered(site: Path) -> None:
    layout = find_layout()
    assert str(site / "autograder") in layout.covered
    assert str(site) in layout.readable


@pytest.mark.parametrize("jail", JAILS)
def test_nothing_of_it_can_be_read(site: Path, jail: str) -> None:
    needs_sandbox()
    if not jail_works(jail):
        skip(f"this machine or user cannot give the jail {jail}")
    with open_sandbox(jail=jail) as box, box.open([Cell(1, TRIED)], Limits()) as session:
        notebook = session.notebook
    assert not notebook.faults
    assert notebook.printed == "secret = 1 no\nno\nit is not\n"


@pytest.mark.parametrize("jail", ["namespaces", "none"])
def test_a_cover_that_is_missing_is_noticed(
    site: Path, jail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_sandbox()
    if not jail_works(jail):
        skip(f"this machine or user cannot give the jail {jail}")
    config = ForkServer._config

    def uncovered(*args: Any) -> dict[str, Any]:
        return {**config(*args), "covered": ()}

    monkeypatch.setattr(ForkServer, "_config", uncovered)
    with pytest.raises(SandboxError, match="or the program that grades"):
        open_sandbox(jail=jail)
