"""Answers to written questions are found, whatever became of the template."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from notebooks import PLACEHOLDER, Json, code, notebook, text, write

from autograder.course import Course
from autograder.submission import Given, read

TAG = "otter_answer_cell"
ANSWER = "The sum of squares only grows."
HEADING = "## Question 6: `explanation` (10 points)\n\nWhy does it get stuck?"


def written(
    tmp_path: Path,
    *cells: Json,
    questions: tuple[str, ...] = ("explanation",),
    given: str = "",
) -> Any:
    path = write(tmp_path / "a.ipynb", notebook(*cells))
    submission = read(
        path,
        student="a",
        file="a.ipynb",
        written_questions=questions,
        given=Given.of(given, questions),
    )
    assert submission.problem is None
    return submission.written


def template(answer: str, *, tag: bool = True, locked: bool = True) -> list[Json]:
    """As ``otter assign`` writes it: END stands at the start of the next text."""
    return [
        code("def f(): ..."),
        code('grader.check("gradients")'),
        text(f"<!-- BEGIN QUESTION -->\n\n{HEADING}", locked=locked),
        text(answer, tags=[TAG] if tag else None),
        text("<!-- END QUESTION -->\n\n## Before you hand in\n\nSave.", locked=locked),
        code("grader.check_all()"),
    ]


@pytest.mark.parametrize("questions", [("explanation",), ()])
@pytest.mark.parametrize(("tag", "locked"), [(True, True), (False, False), (True, False)])
def test_answer_between_the_markers(
    tmp_path: Path, tag: bool, locked: bool, questions: tuple[str, ...]
) -> None:
    cells = template(f"  {ANSWER}\n", tag=tag, locked=locked)
    assert written(tmp_path, *cells, questions=questions) == {"explanation": ANSWER}


@pytest.mark.parametrize(
    "left", [PLACEHOLDER, "", " \n", PLACEHOLDER.strip("_"), f"*{PLACEHOLDER}*"]
)
@pytest.mark.parametrize("tag", [True, False])
def test_untouched_place_is_an_empty_answer(tmp_path: Path, left: str, tag: bool) -> None:
    found = written(tmp_path, *template(left, tag=tag, locked=tag))
    assert not found.get("explanation", "")


def test_answer_beside_the_placeholder(tmp_path: Path) -> None:
    assert written(tmp_path, *template(f"{PLACEHOLDER}\n\n{ANSWER}")) == {"explanation": ANSWER}


def test_answer_over_several_cells(tmp_path: Path) -> None:
    cells = template("First.")
    cells.insert(4, text("Second."))
    assert written(tmp_path, *cells) == {"explanation": "First.\n\nSecond."}


def test_question_over_several_cells_is_no_answer(tmp_path: Path) -> None:
    cells = template(PLACEHOLDER)
    cells.insert(3, text("Think of its denominator.", locked=True))
    assert written(tmp_path, *cells) == {"explanation": ""}
    for cell in cells:
        cell.pop("metadata", None)
    assert written(tmp_path, *cells) == {"explanation": ""}


def test_cells_in_another_order(tmp_path: Path) -> None:
    cells = template(ANSWER)
    moved = [cells[3], *cells[:3], *cells[4:]]  # the answer at the very top
    assert written(tmp_path, *moved)["explanation"] == ANSWER
    question_first = [*cells[2:5], *cells[:2], cells[5]]
    assert written(tmp_path, *question_first) == {"explanation": ANSWER}


def test_markers_deleted(tmp_path: Path) -> None:
    tagged = [text(HEADING), text(ANSWER, tags=[TAG])]
    assert written(tmp_path, *tagged) == {"explanation": ANSWER}
    bare = [text(HEADING), text(ANSWER), text("One more."), code("x"), text("Not this.")]
    assert written(tmp_path, *bare) == {"explanation": f"{ANSWER}\n\nOne more."}
    named = [code("x"), text(ANSWER, tags=["explanation"])]
    assert written(tmp_path, *named) == {"explanation": ANSWER}


def test_an_answer_below_ones_own_heading_in_one_cell(tmp_path: Path) -> None:
    for heading in ("### Explanation\n\n", "**Explanation:** ", "Notes.\n## My explanation\n"):
        assert written(tmp_path, text(heading + ANSWER)) == {"explanation": ANSWER}
    more = text("And so steps vanish.")
    assert written(tmp_path, text(f"# Explanation\n{ANSWER}"), more) == {
        "explanation": f"{ANSWER}\n\nAnd so steps vanish."
    }
    parts = text("# Explanation"), text("First."), code("x"), text("# explanation, again\nSecond.")
    assert written(tmp_path, *parts) == {"explanation": "First.\n\nSecond."}


def test_the_question_itself_is_no_answer(tmp_path: Path) -> None:
    assert written(tmp_path, text(HEADING), code("x")) == {}
    assert written(tmp_path, text("# Explanation\nWhy?", locked=True), code("x")) == {}


def test_end_deleted_takes_only_the_first_cell(tmp_path: Path) -> None:
    cells = template(ANSWER, tag=False, locked=False)
    cells[4] = text("## Before you hand in")
    assert written(tmp_path, *cells) == {"explanation": ANSWER}


def test_two_questions_by_order_by_word_and_by_comment(tmp_path: Path) -> None:
    def cells(first: str, second: str) -> list[Json]:
        return [
            text(f"<!-- BEGIN QUESTION -->\n\n{first}"),
            text("A"),
            text(f"<!-- END QUESTION -->\n\n<!-- BEGIN QUESTION -->\n\n{second}"),
            text("B"),
            text("<!-- END QUESTION -->"),
        ]

    questions = ("why", "sparse_data")
    in_order = {"why": "A", "sparse_data": "B"}
    turned = {"why": "B", "sparse_data": "A"}
    assert written(tmp_path, *cells("1.", "2."), questions=questions) == in_order
    said = cells("On sparse data.", "And now?")
    assert written(tmp_path, *said, questions=questions) == turned
    commented = cells("<!-- question: sparse_data --> Why?", "<!-- name: why --> Sparse data?")
    assert written(tmp_path, *commented, questions=questions) == turned
    nameless = written(tmp_path, *cells("1.", "2."), questions=())
    assert nameless == {"written_1": "A", "written_2": "B"}


ASKED = f"{HEADING}\n\n1. What grows without an end?\n2. What of it, for the steps?\n\nWrite below."
MASTER = f"""# The notebook

```otter
# BEGIN QUESTION
name: explanation
```

{ASKED}

```otter
# BEGIN PROMPT
```

{PLACEHOLDER}

```otter
# END PROMPT
```

```otter
# BEGIN SOLUTION
```

{ANSWER}

```otter
# END SOLUTION
```

```otter
# END QUESTION
```

## Before you hand in

Save.
"""


def without_marks(cells: list[Json]) -> list[Json]:
    return [{"cell_type": cell["cell_type"], "source": cell["source"]} for cell in cells]


def asked_so(text_: str, place: str | None = PLACEHOLDER) -> list[Json]:
    """The template, all marks of it lost, with this in the question's own cell."""
    cells = template(place or "")
    cells[2] = text(f"<!-- BEGIN QUESTION -->\n\n{text_}")
    if place is None:
        del cells[3]
    return without_marks(cells)


@pytest.mark.parametrize("place", [PLACEHOLDER, "", None])
def test_an_answer_below_the_question_in_its_own_cell(tmp_path: Path, place: str | None) -> None:
    cells = asked_so(f"{ASKED}\n\n{ANSWER}\n\nAnd so on.", place)
    expected = {"explanation": f"{ANSWER}\n\nAnd so on."}
    assert written(tmp_path, *cells, given=MASTER) == expected
    respaced = asked_so(f"{ASKED}\n\n{ANSWER}\n\nAnd so on.".replace("of it", "of   it"), place)
    assert written(tmp_path, *respaced, given=MASTER) == expected


@pytest.mark.parametrize("place", [PLACEHOLDER, None])
def test_the_question_left_as_it_was_is_no_answer(tmp_path: Path, place: str | None) -> None:
    assert not any(written(tmp_path, *asked_so(ASKED, place), given=MASTER).values())
    cells = asked_so(ASKED, None)
    joined = text("\n\n".join(cell["source"] for cell in cells[2:4]))
    assert not any(written(tmp_path, joined, given=MASTER).values())


def test_answers_between_the_lines_of_a_question_and_behind_them(tmp_path: Path) -> None:
    between = ASKED.replace("\n2. What", "\nThe sum.\n2. What").replace(
        "the steps?", "the steps? Steps die."
    )
    found = written(tmp_path, *asked_so(between), given=MASTER)
    assert found == {"explanation": "The sum.\nSteps die."}


def test_what_an_older_wording_asked_is_no_answer(tmp_path: Path) -> None:
    older = ASKED.replace("1. What grows without an end?", "1. What grows?")
    assert written(tmp_path, *asked_so(older), given=MASTER) == {"explanation": ""}
    answered = asked_so(f"{older}\n\n{ANSWER}")
    assert written(tmp_path, *answered, given=MASTER) == {"explanation": ANSWER}
    another = asked_so("## Question 6: `explanation`\n\nSay why.")
    assert written(tmp_path, *another, given=MASTER) == {"explanation": ""}


TWO = f"""# The notebook

A long text about the rules of this notebook.

```python
# What draws the figures.
x = 1
```

## Task 1

```otter
# BEGIN QUESTION
name: code
```

Write the code of the rule here.

```otter
# END QUESTION
```

## Question 7: why

Look at the figure.

````otter
#  begin question
name: 'why'
manual: true
````

In two   sentences of your own: why?

```otter
# BEGIN SOLUTION
```

{ANSWER}

```otter
# END SOLUTION
```

```otter
# END QUESTION
```
{MASTER}
"""
"""Two questions that are answered in words, and much that is not."""


def test_given_is_what_is_asked_in_words_and_nothing_else() -> None:
    why = ["## Question 7: why", "Look at the figure.", "In two sentences of your own: why?"]
    explanation = [line for line in ASKED.splitlines() if line]
    assert [*Given.of(TWO, ["why", "explanation"]).lines] == [*why, *explanation]
    assert [*Given.of(TWO, ["explanation"]).lines] == explanation
    assert Given.of(TWO, []) == Given()


def test_an_answer_in_both_cells_is_read_whole(tmp_path: Path) -> None:
    cells = asked_so(f"{ASKED}\n\nFirst.", "Second.")
    assert written(tmp_path, *cells, given=MASTER) == {"explanation": "First.\n\nSecond."}


def test_an_answer_in_the_question_where_its_markers_are_gone_too(tmp_path: Path) -> None:
    cells = [code("x"), text(f"{ASKED}\n\n{ANSWER}"), code("y")]
    assert written(tmp_path, *cells, given=MASTER) == {"explanation": ANSWER}
    assert written(tmp_path, code("x"), text(ASKED), code("y"), given=MASTER) == {}
    joined = f"<!-- BEGIN QUESTION -->\n\n{ASKED}\n\n{ANSWER}\n\n<!-- END QUESTION -->"
    more = text(f"{joined}\n\n## Before you hand in\n\nSave.")
    assert written(tmp_path, more, given=MASTER) == {"explanation": ANSWER}


def test_no_question_no_answer(tmp_path: Path) -> None:
    assert written(tmp_path, code("x = 1"), text("# An essay"), text(ANSWER)) == {}


def test_markers_around_code_are_no_written_question(tmp_path: Path) -> None:
    cells = [text("<!-- BEGIN QUESTION -->\n\nPlot it."), code("plot()")]
    assert written(tmp_path, *cells, text("<!-- END QUESTION -->"), questions=()) == {}


def test_very_long_answer_is_cut(tmp_path: Path) -> None:
    answer = written(tmp_path, *template("x" * 60_000))["explanation"]
    assert answer.startswith("x" * 50_000 + "\n[cut")
    assert len(answer) < 50_100


def test_the_real_template_of_the_course(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "student_template" / "adaptive_learning_rates"
    path = folder / "adaptive_learning_rates.ipynb"
    for questions in ((), ("explanation",)):
        fresh = read(path, student="a", file="a.ipynb", written_questions=questions)
        assert fresh.written == {"explanation": ""}
    filled = path.read_text("utf-8").replace(PLACEHOLDER, ANSWER)
    assert written(tmp_path, *json.loads(filled)["cells"]) == {"explanation": ANSWER}
    stripped = [
        {"cell_type": cell["cell_type"], "source": cell["source"]}
        for cell in json.loads(filled)["cells"]
    ]
    assert written(tmp_path, *stripped) == {"explanation": ANSWER}
    given = Course.find(Path(__file__).parents[2]).load("adaptive_learning_rates").given
    assert len(given.lines) == 6
    cells = without_marks(json.loads(path.read_text("utf-8"))["cells"])
    (asked,) = (c for c in cells if "Question 6: `explanation`" in "".join(c["source"]))
    for answer in ("", ANSWER):
        asked["source"] = ["".join(asked["source"]).rstrip() + f"\n\n{answer}"]
        file = write(tmp_path / "b.ipynb", notebook(*cells))
        found = read(
            file, student="b", file="b.ipynb", written_questions=["explanation"], given=given
        )
        assert found.written == {"explanation": answer}


@pytest.mark.parametrize(
    "piece",
    ["<!-- BEGIN QUESTION ", "_", "*", " ", "<!-- question: a ", "# \n", "**a", "#", "<!--", "# `"],
)
def test_time_is_in_proportion_whatever_the_text(tmp_path: Path, piece: str) -> None:
    cells = template(piece * (400_000 // len(piece)))
    cells[2]["source"] = f"{ASKED}\n{piece * (400_000 // len(piece))}"
    started = time.process_time()
    written(tmp_path, *cells, given=MASTER)
    assert time.process_time() - started < 4  # with time by the square, minutes
