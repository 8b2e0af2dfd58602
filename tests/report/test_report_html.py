"""Templates are compiled once, before workers are forked, and nothing executable is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from example_grades import wrong_adam
from jinja2 import Environment

from autograder.report import compile_templates, feedback_page, html, index_page


@pytest.fixture
def fresh() -> Iterator[None]:
    html._environment.cache_clear()
    yield
    html._environment.cache_clear()


def no_compiling(*_: object, **__: object) -> str:
    raise AssertionError("a template is compiled")


@pytest.mark.usefixtures("fresh")
def test_what_a_batch_draws_is_compiled_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_templates()
    page = feedback_page(wrong_adam(), assignment_title="Rates")
    monkeypatch.setattr(Environment, "compile", no_compiling)
    assert feedback_page(wrong_adam(), assignment_title="Rates") == page
    assert "<html" in index_page([wrong_adam()], assignment_title="Rates")


@pytest.mark.usefixtures("fresh")
def test_no_code_is_kept_on_disk() -> None:
    assert html._environment().bytecode_cache is None
