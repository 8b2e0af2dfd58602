"""What student code may read is worked out so that nothing hidden is among it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy
import pytest

from autograder.errors import SandboxError
from autograder.sandbox.layout import find_layout
from tests.sandbox.conftest import COURSE


def test_the_interpreter_and_its_packages_are_readable_and_the_course_is_not() -> None:
    layout = find_layout([COURSE])
    for path in (os.__file__, numpy.__file__):
        assert any(os.path.realpath(path).startswith(folder + "/") for folder in layout.readable)
    assert not any(str(COURSE).startswith(folder) for folder in layout.readable)
    assert not any(folder == str(COURSE) for folder in layout.import_path)


def test_folders_that_are_on_the_path_for_other_reasons_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = tmp_path / "course" / ".venv" / "lib" / "site-packages"
    site.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path / "course"), str(site), *sys.path])
    layout = find_layout([tmp_path / "course"])
    assert str(site) in layout.import_path
    assert str(tmp_path / "course") not in (*layout.import_path, *layout.readable)


def test_a_course_within_a_readable_folder_is_refused() -> None:
    inside = Path(numpy.__file__).parent / "course"
    with pytest.raises(SandboxError, match="move it elsewhere"):
        find_layout([inside])


def test_no_readable_folder_lies_within_another() -> None:
    readable = find_layout().readable
    for path in readable:
        assert not any(path.startswith(other + "/") for other in readable)
