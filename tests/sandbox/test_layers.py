"""Failing closed: a layer that is missing is noticed, and nothing runs without it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from autograder.errors import SandboxError
from autograder.sandbox import Sandbox, layers, open_sandbox
from autograder.sandbox import box as box_module
from autograder.sandbox import seccomp as seccomp_module
from autograder.sandbox.layers import MANDATORY, jail_works
from autograder.sandbox.layout import find_layout
from tests.sandbox.conftest import COURSE, needs_sandbox, skip


@pytest.mark.parametrize("layer", MANDATORY)
@pytest.mark.parametrize("jail", ["none", "namespaces", "bubblewrap"])
def test_without_any_one_mandatory_layer_nothing_runs(layer: str, jail: str) -> None:
    needs_sandbox()
    if not jail_works(jail):
        skip(f"this user cannot make a jail by {jail}")
    with pytest.raises(SandboxError) as caught:
        open_sandbox([COURSE], jail=jail, without=[layer]).close()
    message = str(caught.value)
    assert "\n" not in message
    assert layer in message or "cannot confine itself" in message


def test_the_table_of_layers_is_complete(box: Sandbox) -> None:
    table = {layer.name: layer for layer in box.layers}
    assert {name for name, layer in table.items() if layer.mandatory} == set(MANDATORY)
    assert all(table[name].active for name in MANDATORY)
    assert all(layer.protects_from and layer.how_to_get for layer in table.values())
    assert {layer.name: layer.active for layer in layers()} == {
        name: layer.active for name, layer in table.items()
    }


def test_a_missing_libseccomp_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> bytes:
        raise ImportError("Unable to find libseccomp")

    monkeypatch.setattr(seccomp_module, "build", missing)
    with pytest.raises(SandboxError, match=r"libseccomp.*apt install libseccomp2"):
        open_sandbox([COURSE])
    assert not next(layer for layer in layers() if layer.name == "seccomp").active


def test_other_systems_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="--unsafe"):
        open_sandbox([COURSE])
    assert not any(layer.active for layer in layers())


def test_a_course_that_could_be_read_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test tries the real folder, not a copy of the rules."""
    needs_sandbox()
    layout = find_layout()
    wider = dataclasses.replace(layout, readable=(*layout.readable, str(COURSE / "tests")))
    monkeypatch.setattr(box_module, "find_layout", lambda hidden: wider)
    with pytest.raises(SandboxError, match="could read the course folder"):
        open_sandbox([COURSE / "tests"])


def test_a_jail_that_fails_is_given_up_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_sandbox()
    monkeypatch.setattr(box_module, "possible_jails", lambda: ("broken", "none"))
    with open_sandbox([COURSE]) as box:
        jail = next(layer for layer in box.layers if layer.name == "jail")
    assert not jail.active
    assert "broken: " in jail.how_to_get


def test_the_filter_puts_in_the_process_number() -> None:
    needs_sandbox()
    program = seccomp_module.build()
    own = seccomp_module.for_process(program, 4242)
    assert len(own) == len(program)
    assert own != program
    assert (4242).to_bytes(4, "little") in own


def test_importing_the_sandbox_starts_nothing_and_needs_no_linux() -> None:
    code = (
        "import sys; import autograder.sandbox\n"
        "print({'pyseccomp', 'autograder.sandbox.kernel', 'resource'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=COURSE, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
