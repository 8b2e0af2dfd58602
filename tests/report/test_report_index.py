"""The instructor's page: counts that add up, an order without scripts, harmless names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from example_grades import not_graded, unreadable, with_text_everywhere, wrong_adam
from page_reader import Page, read_page

from autograder.model import Grade
from autograder.report import index_page
from autograder.report.statistics import (
    CheckCount,
    MisconceptionCount,
    check_counts,
    misconception_counts,
    score_picture,
)


def some_class() -> list[Grade]:
    right = [q for q in wrong_adam().questions if q.name != "adam"]
    return [
        wrong_adam("zoe"),
        replace(wrong_adam("Adam"), score=90.0),
        replace(wrong_adam("mia"), score=0.0, questions=tuple(right)),
        unreadable(),
        not_graded(),
    ]


def page_of(grades: list[Grade], **more: object) -> Page:
    return read_page(index_page(grades, assignment_title="Rates", **more))  # type: ignore[arg-type]


def places(page: Page, name: str) -> list[str]:
    """Students in one of the orders, as the style sheet would sort them."""
    rows = [e for e in page.all("div") if e.attributes.get("style", "").startswith("--s")]
    students = [e.text for e in page.all("span") if e.attributes.get("role") == "rowheader"]
    order = [int(re.search(rf"--{name}:(\d+)", e.attributes["style"])[1]) for e in rows]  # type: ignore[index]
    return [student for _, student in sorted(zip(order, students, strict=True))]


def test_the_table_can_be_ordered_three_ways() -> None:
    page = page_of(some_class())
    assert places(page, "s") == ["Adam", "bert", "cleo", "mia", "zoe"]
    assert places(page, "t") == ["cleo", "bert", "mia", "zoe", "Adam"]
    assert places(page, "f") == ["Adam", "zoe", "cleo", "bert", "mia"]
    assert [e.attributes["type"] for e in page.all("input")] == ["radio"] * 3
    assert page.left_open == []


def test_what_needs_the_instructor_comes_first() -> None:
    page = page_of(some_class())
    items = [" ".join(e.text.split()) for e in page.all("li")]
    assert items == [
        "bert (unreadable): The file is empty.",
        "cleo (not graded): The sandbox died twice.",
    ]


def test_the_name_of_a_file_is_shown_as_it_is() -> None:
    grade = replace(unreadable("b_c"), message="b_c.ipynb is empty.")
    assert page_of([grade, wrong_adam()]).texts("body")[0].count("b_c.ipynb is empty.") == 2


def test_counts_add_up() -> None:
    grades = some_class()
    assert misconception_counts(grades) == (MisconceptionCount("correction_missing", "adam", 2),)
    counts = check_counts(grades)
    assert counts[0] == CheckCount("gradients", "trajectory", 3, 3)
    assert CheckCount("adam", "bias correction", 0, 2) in counts
    picture = score_picture(grades)
    assert picture is not None
    (bars,) = picture.lines
    assert bars.y == (1, 0, 0, 0, 0, 0, 0, 0, 1, 1)  # not graded and unreadable are no scores
    text = page_of(grades).texts("body")[0]
    assert "5 submissions: 3 graded, 1 unreadable, 1 not graded." in text
    assert "mean 56, median 78, of 90" in text
    assert "2 of 5" in text


def test_a_class_of_nobody_is_no_error() -> None:
    assert score_picture([]) is None
    assert "0 submissions" in page_of([]).texts("body")[0]
    assert "0 submissions" not in page_of([not_graded()]).texts("body")[0]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("feedback/alice.html", "feedback/alice.html"),
        ("feedback/a b#?.html", "feedback/a%20b%23%3F.html"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//elsewhere/x", "elsewhere/x"),
        ('"><script>', "%22%3E%3Cscript%3E"),
        ("name\udce9.html", "name%E9.html"),
    ],
)
def test_links_lead_to_files_beside_the_page_only(path: str, address: str) -> None:
    page = page_of([wrong_adam()], pages={"alice": path})
    links = [a.attributes["href"] for a in page.all("a")]
    assert links == ["#submissions", address]


def test_names_of_strangers_stay_text() -> None:
    text = "</style><script>x</script>\x1b\u202e"
    page = page_of([with_text_everywhere(wrong_adam(), text)])
    assert not page.all("script")
    assert page.left_open == []
    assert "\x1b" not in page.texts("body")[0]


def test_what_is_said_of_people_and_times_stands_on_the_page_as_text() -> None:
    page = page_of(some_class(), remarks=("Late (1): <b>zoe</b> (2 days, -16)",))
    assert "Late (1): <b>zoe</b> (2 days, -16)" in [item.text for item in page.all("li")]
    assert "People and times" in [heading.text for heading in page.all("h2")]
    assert "People and times" not in [heading.text for heading in page_of(some_class()).all("h2")]
