"""Compiled templates are kept, and a page is the same whatever has become of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from autograder.kept.folder import FOLDER_VARIABLE
from autograder.report import compiled, html


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    """A page made without a cache folder."""
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    return rendered()


def rendered() -> str:
    html._environment.cache_clear()
    environment = html._environment()
    return environment.get_template("parts.html.j2").render(policy="", w="")


def no_compiling(*_: object, **__: object) -> str:
    raise AssertionError("a template is compiled again")


def test_a_template_is_compiled_once(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "new"))
    assert rendered() == page
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    monkeypatch.setattr(Environment, "compile", no_compiling)
    assert rendered() == page


@pytest.mark.parametrize("damage", [b"", b"torn", None])
def test_what_is_torn_is_compiled_again(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    rendered()
    (kept,) = (tmp_path / "templates").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1] + b"?" if damage is None else damage)
    assert rendered() == page
    assert kept.read_bytes() == whole, "and kept again"


def test_a_folder_that_cannot_be_used_does_no_harm(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").write_text("in the way")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert rendered() == page
    assert [path.name for path in tmp_path.iterdir()] == ["templates"]


def test_what_others_may_have_written_is_not_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    rendered()
    (kept,) = (tmp_path / "templates").iterdir()
    monkeypatch.setattr(Environment, "compile", no_compiling)
    assert rendered() == page
    for path in (kept, kept.parent):
        before = path.stat().st_mode
        path.chmod(before | 0o020)
        with pytest.raises(AssertionError, match="compiled again"):
            rendered()
        path.chmod(before)


def test_another_jinja_and_another_report_compile_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    rendered()
    before = compiled._compiled_by()
    compiled._compiled_by.cache_clear()
    assert compiled._compiled_by() == before
    with monkeypatch.context() as changed:
        changed.setattr("jinja2.__version__", "0")
        compiled._compiled_by.cache_clear()
        assert compiled._compiled_by() != before
        changed.setattr(Environment, "compile", no_compiling)
        with pytest.raises(AssertionError, match="compiled again"):
            rendered()
    compiled._compiled_by.cache_clear()
