"""Tables fit a terminal, say what they say without colour, and cannot steer it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from example_grades import not_graded, unreadable, with_text_everywhere, wrong_adam
from rich.console import Console, RenderableType

from autograder.model import Grade, QuestionGrade, QuestionStatus
from autograder.report.terminal import Diagnosis, ResultTable


def printed(content: RenderableType, width: int = 80, encoding: str = "utf-8") -> str:
    """What lands in a file (no terminal) of that width and encoding."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    Console(file=file, width=width).print(content)
    file.flush()
    return raw.getvalue().decode(encoding)


def class_of_three() -> list[Grade]:
    return [wrong_adam("alice_with_quite_a_long_name"), unreadable(), not_graded()]


def test_the_table_fits_80_columns_and_loses_nothing() -> None:
    text = printed(ResultTable(class_of_three()))
    assert max(map(len, text.splitlines())) <= 80
    (alice,) = [line for line in text.splitlines() if "alice_with" in line]
    assert alice.split()[1:] == ["10", "20", "20", "18", "10", "later", "78", "correction_missing"]
    assert "bias = bias_correction" in " ".join(text.split())
    assert "3 submissions: 1 graded, 1 unreadable, 1 not graded." in text
    assert "name" in text  # the rest of the long name, on the next line


def test_of_many_only_the_worst_and_the_best_are_shown_and_the_rest_is_counted() -> None:
    scores = [40.0, 90.0, None, 70.0, 10.0, 60.0, 80.0]
    grades = [replace(wrong_adam(f"s{n}"), score=score) for n, score in enumerate(scores)]
    text = printed(ResultTable(grades, ends=2), 140)
    rows = [line.split() for line in text.splitlines() if line.lstrip().startswith(("s", "..."))]
    shown = [row[0] for row in rows]
    assert shown == ["s2", "s4", "...", "s6", "s1"]
    assert "... 3 between" in text
    assert "7 submissions: 7 graded" in text
    assert "between" not in printed(ResultTable(grades[:5], ends=2), 140), "one row is not left out"


def test_a_diagnosis_tells_what_is_found_most_and_what_a_student_reads() -> None:
    grades = [wrong_adam("alice"), wrong_adam("bob"), unreadable()]
    (adam,) = [q for q in grades[0].questions if q.explanations]
    fault = adam.explanations[0]
    text = " ".join(printed(Diagnosis(grades), 80).split())
    assert f"Found most often: {fault.title} (2)." in text
    assert "What alice reads first (78 of 90 points):" in text
    assert f"It computes: {fault.what}" in text
    assert f"Hint: {fault.hint}" in text
    assert "(12 points)" in text


def test_without_a_misconception_there_is_no_diagnosis() -> None:
    assert printed(Diagnosis([unreadable(), not_graded()])) == ""


def test_a_wide_terminal_shows_whole_names() -> None:
    text = printed(ResultTable(class_of_three()), width=140)
    assert "bias_correction explanation" in text
    assert "alice_with_quite_a_long_name" in text
    assert "unreadable: The file is empty." in text
    assert " = " not in text


def test_not_graded_has_no_score() -> None:
    (line,) = [
        row for row in printed(ResultTable([not_graded()]), 140).splitlines() if "cleo" in row
    ]
    assert line.split()[:2] == ["cleo", "–"]
    assert "not graded: The sandbox died twice." in line


def test_a_timeout_is_said_in_the_table() -> None:
    hangs = QuestionGrade("adam", "Adam", QuestionStatus.TIMEOUT, 0.0, 30.0)
    text = printed(ResultTable([replace(wrong_adam(), questions=(hangs,))]), 140)
    assert "adam: did not finish in time" in text


def test_questions_that_ended_alike_are_said_together() -> None:
    ends = {"rmsprop": QuestionStatus.ERROR, "adam": QuestionStatus.TIMEOUT}
    ends["bias"] = QuestionStatus.ERROR
    asked = tuple(QuestionGrade(name, name, how, 0.0, 9.0) for name, how in ends.items())
    text = printed(ResultTable([replace(wrong_adam(), questions=asked)]), 140)
    assert "rmsprop, bias: could not be run; adam: did not finish in time" in text


def test_an_empty_table_is_no_error() -> None:
    assert "0 submissions" in printed(ResultTable([]))


def test_plain_text_where_there_is_no_terminal() -> None:
    assert "\x1b" not in printed(ResultTable(class_of_three()))


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    def on_a_terminal() -> str:
        file = io.StringIO()
        Console(file=file, width=80, force_terminal=True, color_system="standard").print(
            ResultTable(class_of_three())
        )
        return file.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m" in on_a_terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in on_a_terminal()


def test_ascii_terminals_get_letters_written_out() -> None:
    text = printed(ResultTable([wrong_adam("Zoë")]), encoding="ascii")
    assert "Zo\\xeb" in text


@pytest.mark.parametrize(
    "text", ["\x1b]0;title\x07\x1b[2J", "\x9b31m\r\x08", "[red]x[/red][/]", "\u202egnp\ud800"]
)
def test_strangers_cannot_steer_the_terminal(text: str) -> None:
    grades = [with_text_everywhere(wrong_adam(), text)]
    out = printed(ResultTable(grades)) + printed(Diagnosis(grades))
    assert not set(out) & set("\x1b\x9b\x07\x08\r\u202e\ud800")
    if text.startswith("["):
        assert "[red]x[/red][/]" in out
