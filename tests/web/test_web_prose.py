"""What students write is shown as they meant it, and can neither do anything nor take for ever."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from autograder.web.prose import prose


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_markdown_tables_and_formulas_are_shown() -> None:
    made = prose("**Why**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- $v_t$ grows\n\n$$\\sqrt{v}$$")
    assert "<strong>Why</strong>" in made
    assert "<td>1</td>" in made
    assert "<li>" in made
    assert "<msub><mi>v</mi><mi>t</mi></msub>" in made
    assert 'display="block"' in made
    assert "<msqrt>" in made


def test_a_formula_that_is_none_stays_readable() -> None:
    assert "is broken" in prose("$\\frac{1$ is broken")
    assert "\\left(" in prose("$\\left( x$ is open")
    assert "It costs 5 $." in prose("It costs 5 $.")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/a.png)",
        "<img src=x onerror=alert(1)>",
        "$\\href{javascript:alert(1)}{x}$",
        '$\\text{<img src=x onerror="alert(1)">}$',
        "$\\class{x}{y}\\style{color:red}{z}\\unicode{60}script$",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "```<script>\nalert(1)\n```",
        "<http://evil.example>",
    ],
)
def test_nothing_that_acts_is_left(hostile: str) -> None:
    elements = Elements()
    elements.feed(prose(hostile))
    assert not {"script", "img", "a", "style", "mglyph", "table"} & set(elements.tags)
    assert set(elements.attributes) <= {"display", "stretchy", "fence", "form"}


@pytest.mark.parametrize(
    "hostile",
    [
        "$" + "\\sqrt{" * 1_000 + "x" + "}" * 1_000 + "$",
        "$" + "\\sqrt" * 1_000 + "x$",
        "<div>" * 100_000,
        ">" * 100_000,
        "* " * 50_000,
        "$x$ " * 30_000,
        "[" * 100_000,
        "**a " * 30_000,
        "`" * 100_000,
        "|a" * 40_000 + "\n" + "|-" * 40_000,
        "$$" * 50_000,
        "\\begin{matrix}" * 5_000,
        "$" + "{" * 12 + "\\frac" * 100 + "$",
    ],
    ids=range(13),
)
def test_no_text_takes_long(hostile: str) -> None:
    began = time.process_time()
    made = prose(hostile)
    assert time.process_time() - began < 1.5
    assert len(made) < 2_000_000


def test_what_is_left_out_is_said() -> None:
    assert "… (5 more characters)" in prose("a" * 20_005)
    assert "\u202e" not in prose("a\u202eb")
