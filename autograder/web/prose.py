"""What a student wrote in Markdown with TeX, as HTML that can do nothing.

Three walls, each of which would be enough for most of it: the parser takes no HTML and nests no
deeper than is said here; formulas become MathML by a library that is given short ones only, of
little depth; and of what comes out only the elements on a list are left.  Lengths are capped before
anything is parsed, since parsers and cleaners may take time that grows with the square.  Pictures
are those alone that lie in the notebook, at an address of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from urllib.parse import unquote

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.report.text import visible
from autograder.submission import named_pictures

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
_OUR_PICTURE = re.compile(r"/picture/\d+/[\w-]+/\d+", re.ASCII)
_CLEANER = nh3.Cleaner(
    tags={*_TEXT_TAGS, *_MATH_TAGS, "img"},
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
        "img": {"src", "alt"},
    },
    attribute_filter=lambda tag, name, value: (
        None if name == "src" and not _OUR_PICTURE.fullmatch(value) else value
    ),
    url_schemes=set(),
    link_rel=None,
)


@lru_cache(maxsize=2_000)
def prose(text: str, pictures: str = "") -> str:
    """HTML of what is on the list above; links, and pictures from elsewhere, are shown as they were
    written.

    ``pictures``: where those lie that the notebook holds, each by its number; empty: nowhere.
    """
    shown = visible(text.replace("\r\n", "\n"))
    more = len(shown) - MOST_CHARACTERS
    end = f"<p>… ({more} more characters)</p>" if more > 0 else ""
    formulas, kept = _Formulas(), _Pictures(shown, pictures)
    try:
        parser = _parser(formulas)
        parser.add_render_rule("image", lambda _, tokens, i, *__: kept.render(tokens, i))
        made = parser.render(shown[:MOST_CHARACTERS])
    except (RecursionError, ValueError, IndexError, KeyError):  # a parser's own slip
        made = f"<pre>{escape(shown[:MOST_CHARACTERS])}</pre>"
    return _CLEANER.clean(made + end)


def _parser(formulas: _Formulas) -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "maxNesting": _MOST_NESTED, "linkify": False}
    ).enable("table")
    parser.disable(["link", "autolink", "reference"])
    return parser.use(dollarmath_plugin, renderer=formulas.render, double_inline=True)


class _Pictures:
    """The pictures of one text, those of one name in their order."""

    def __init__(self, text: str, address: str) -> None:
        self._address = address
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(named_pictures(text) if address else ()):
            self._places.setdefault(name, []).append(place)

    def render(self, tokens: Sequence[Token], index: int) -> str:
        token = tokens[index]
        source = str(token.attrs.get("src", ""))
        kind, _, name = source.partition(":")
        places = self._places.get(unquote(name), []) if kind == "attachment" else []
        if places:
            place = places.pop(0) if len(places) > 1 else places[0]
            shown = escape(token.content or "a picture without a name")
            return f'<img src="{self._address}/{place}" alt="{shown}">'
        if kind == "data":
            source = "data"
        return escape(f"![{token.content}]({source})")


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
