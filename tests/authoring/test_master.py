"""Reading a master notebook: its answers, its questions, and which of its lines are hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_assignment import MASTER, make_assignment

from autograder.authoring.master import Master, MasterQuestion, model_answers, read_master
from autograder.errors import AssignmentError


def read(folder: Path, master: str = MASTER) -> Master:
    return read_master(make_assignment(folder, master)[0])


def test_title_and_questions(tmp_path: Path) -> None:
    master = read(tmp_path)
    assert master.title == "Doubling"
    assert master.questions == (
        MasterQuestion("doubling", 3.0, manual=False),
        MasterQuestion("why", 2.0, manual=True),
    )


def test_hidden_lines_are_those_that_students_must_not_see(tmp_path: Path) -> None:
    hidden = read(tmp_path).hidden
    assert [line.text.strip() for line in hidden] == [
        "the_answer = number + number",
        "return the_answer",
        "twice = double(start)  # SOLUTION",
        "# HIDDEN",
        "def test_negative(double):",
        'assert double(-7) == -14, "twice -7 is -14"',
        "Because adding a number to itself doubles it.",
    ]


def test_a_hidden_line_knows_its_place(tmp_path: Path) -> None:
    line = read(tmp_path).hidden[0]
    assert line.file == "doubling/notebook.md"
    assert MASTER.splitlines()[line.number - 1] == line.text


def test_model_answers_run_and_hold_no_tests(tmp_path: Path) -> None:
    folder, _ = make_assignment(tmp_path)
    submission = model_answers(folder)
    namespace: dict[str, object] = {}
    for cell in submission.cells:
        exec(cell.source, namespace)
    assert namespace["twice"] == 42
    assert "test_double" not in namespace
    assert submission.written == {"why": "Because adding a number to itself doubles it."}
    assert submission.problem is None


def test_each_sentence_of_a_written_answer_is_hidden(tmp_path: Path) -> None:
    answer = "Because adding a number to itself doubles it."
    master = read(tmp_path, MASTER.replace(answer, f"{answer} Try it with seven!"))
    assert [line.text for line in master.hidden[-2:]] == [answer, "Try it with seven!"]
    assert master.written == {"why": f"{answer} Try it with seven!"}


def test_ignored_cells_are_no_answers_and_hidden(tmp_path: Path) -> None:
    secret = "# ignore\nnote_to_self = 'students never see this'\n"
    master = read(tmp_path, MASTER.replace("# Given.\n", f"{secret}```\n\n```python\n# Given.\n"))
    assert any("note_to_self" in line.text for line in master.hidden)
    assert not any("note_to_self" in cell.source for cell in master.cells)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("# END QUESTION\n```\n\n```otter\n# BEGIN QUESTION", "# BEGIN QUESTION", "QUESTION block"),
        ("# END SOLUTION\n```", "# END TESTS\n```", "END TESTS ends no open TESTS block"),
        ("# BEGIN TESTS\n", "", "otter fence is empty"),
        ("points: 3", "points: three", "'points: ...' with a number"),
        ("start = 21  # given\n```", "start = 21  # given\n", "never closed|ends no open"),
        ("    # END SOLUTION\n", "", r"line 35: BEGIN SOLUTION is never ended"),
    ],
)
def test_a_broken_master_is_one_sentence(
    tmp_path: Path, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(AssignmentError, match=sentence) as caught:
        read(tmp_path, MASTER.replace(before, after))
    assert "doubling/notebook.md" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_master_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"Cannot read the master notebook .*nothing_here"):
        read_master(tmp_path / "nothing_here")
