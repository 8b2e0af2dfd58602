"""What a student wrote in Markdown with TeX, as HTML that can do nothing.

Three walls, each of which would be enough for most of it: the parser takes no HTML and nests no
deeper than is said here; formulas become MathML by a library that is given short ones only, of
little depth; and of what comes out only the elements on a list are left.  Lengths are capped before
anything is parsed, since parsers and cleaners may take time that grows with the square.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.report.text import visible

MOST_CHARACTERS = 20_000
_MOST_NESTED = 12
_MOST_FORMULA = 600
_MOST_BRACES = 12
_MOST_FORMULAS = 100

_TEXT_TAGS = (
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
)
_MATH_TAGS = (
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "mfrac"),
    *("msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle"),
    *("mpadded", "mphantom"),
)
_CLEANER = nh3.Cleaner(
    tags={*_TEXT_TAGS, *_MATH_TAGS},
    attributes={
        "math": {"display"},
        "mo": {"stretchy", "fence", "form", "separator", "accent", "minsize", "maxsize"},
        "mi": {"mathvariant"},
        "mover": {"accent"},
        "mtd": {"columnalign"},
        "mtable": {"columnalign"},
        "mspace": {"width"},
        "mfrac": {"linethickness"},
        "ol": {"start"},
    },
    url_schemes=set(),
    link_rel=None,
)


@lru_cache(maxsize=2_000)
def prose(text: str) -> str:
    """HTML of what is on the list above; links and pictures are shown as they were written."""
    shown = visible(text.replace("\r\n", "\n"))
    more = len(shown) - MOST_CHARACTERS
    end = f"<p>… ({more} more characters)</p>" if more > 0 else ""
    formulas = _Formulas()
    try:
        made = _parser(formulas).render(shown[:MOST_CHARACTERS])
    except (RecursionError, ValueError, IndexError, KeyError):  # a parser's own slip
        made = f"<pre>{escape(shown[:MOST_CHARACTERS])}</pre>"
    return _CLEANER.clean(made + end)


def _parser(formulas: _Formulas) -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "maxNesting": _MOST_NESTED, "linkify": False}
    ).enable("table")
    parser.disable(["link", "image", "autolink", "reference"])
    return parser.use(dollarmath_plugin, renderer=formulas.render, double_inline=True)


class _Formulas:
    """The formulas of one text, of which there may be so many."""

    def __init__(self) -> None:
        self._count = 0

    def render(self, formula: str, options: dict[str, bool]) -> str:
        self._count += 1
        if self._count > _MOST_FORMULAS or not _is_small(formula):
            return f"<code>{escape(formula)}</code>"
        return _mathml(formula, options.get("display_mode", False))


@lru_cache(maxsize=4_000)
def _mathml(formula: str, is_display: bool) -> str:
    try:
        return str(convert(formula, display="block" if is_display else "inline"))
    except Exception:  # of a library that says nowhere what it raises
        return f"<code>{escape(formula)}</code>"


def _is_small(formula: str) -> bool:
    return len(formula) <= _MOST_FORMULA and _depth(formula) <= _MOST_BRACES


def _depth(formula: str) -> int:
    deepest = depth = 0
    for brace in re.findall(r"[{}]", formula):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    return deepest
