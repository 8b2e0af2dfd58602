"""What a downloaded file is called."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from autograder.web.downloads import attached, table


def test_names_say_of_what_and_whose_and_sort_by_attempt() -> None:
    names = [
        attached("rates", who, f"attempt-{number:02}", suffix=".py")["content-disposition"]
        for who in ("amy", "ben")
        for number in (1, 2, 10)
    ]
    assert names == sorted(names)
    assert names[0] == 'attachment; filename="rates-amy-attempt-01.py"'


@pytest.mark.parametrize(
    "hostile",
    ['"; x="', "../../etc/passwd", "a\r\nSet-Cookie: x", "zoë", "\u202egnp", "a" * 4000, ""],
)
def test_no_name_leaves_its_header_or_its_folder(hostile: str) -> None:
    said = attached("rates", hostile, "attempt-01", suffix=".ipynb")["content-disposition"]
    found = re.fullmatch(
        r"attachment; filename=\"([\w.-]+)\"(?:; filename\*=UTF-8\'\'([\w.~%-]+))?", said, re.ASCII
    )
    assert found is not None, said
    for name in filter(None, (found[1], unquote(found[2] or ""))):
        assert name.startswith("rates-")
        assert name.endswith("-attempt-01.ipynb")
        assert "/" not in name
        assert name.isprintable()
        assert len(name) < 200


def test_a_name_of_another_script_is_kept_beside_a_plain_one() -> None:
    said = attached("rates", "zoë", suffix=".py")["content-disposition"]
    assert said.endswith("; filename*=UTF-8''rates-zo%C3%AB.py")


def test_a_table_says_of_which_day_it_is() -> None:
    said = table("rates", "class", zone=None)["content-disposition"]
    assert re.search(r'"rates-class-\d{4}-\d\d-\d\d\.csv"', said)
