"""What fails, or takes too much, costs the question or the submission that it belongs to."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder import budget
from autograder.batch import marking
from autograder.cli import main
from autograder.course import Course
from autograder.judging import words
from autograder.judging.formula import FormulaExam
from autograder.judging.rule.exam import RuleExam
from tests.sandbox.conftest import needs_sandbox

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENT = COURSE / "assignments" / "adaptive_learning_rates"
RIGHT = ASSIGNMENT / "right_variants" / "lecture_loops.py"
TWO_SLIPS = """
def f(w, b, x):
    z = np.dot(w, x) + b
    return z, 1.0 / (1.0 + np.exp(-z))


def grad_w(w, b, x, y):
    fx = f(w, b, x)[1]
    return -(fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)[1]
    return -(fx - y) * fx * (1 - fx)
"""


def run(*arguments: object) -> Result:
    """The command's output with exit status."""
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def grade(folder: Path, out: Path, *more: object) -> Result:
    return run("grade", folder, "--out", out, "--workers", 0, *more)


def rows(out: Path) -> dict[str, Any]:
    found = json.loads((out / "grades.json").read_text())["submissions"]
    return {row["student"]: row for row in found}


def question(row: Any, name: str) -> Any:
    return next(one for one in row["questions"] if one["name"] == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two right submissions."""
    needs_sandbox()
    place = tmp_path / "submissions"
    place.mkdir()
    for student in ("alice", "bob"):
        shutil.copy(RIGHT, place / f"{student}.py")
    return place


def test_all_that_is_graded_here_shares_a_sandbox() -> None:
    """Else each command starts and tries one of its own, which takes longer than its students."""
    needs_sandbox()
    hidden = Course(COURSE).hidden
    with marking.open_sandbox(hidden) as one, marking.open_sandbox(hidden) as another:
        assert one is another


def test_a_fault_while_judging_costs_its_question_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = RuleExam.verdict_if_right

    def fails(exam: RuleExam, answers: Any) -> Any:
        if answers.submission.student == "alice" and exam.question.function == "do_adam":
            raise ZeroDivisionError("a fault of ours, with 0.7312 in it")
        return right(exam, answers)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(RuleExam, "verdict_if_right", fails)
        result = grade(folder, out, "--json")
        shown = grade(folder, out)
    assert (result.exit_code, shown.exit_code) == (1, 1)
    summary = json.loads(result.stdout)
    ((fault),) = summary["not_judged"]
    assert (fault["student"], fault["question"]) == ("alice", "adam")
    assert "ZeroDivisionError" in fault["reason"]
    assert summary["counts"] == {"full": 1, "unjudged": 1}
    assert "Not judged: adam of alice: ZeroDivisionError" in shown.stderr
    assert "no fault of the students" in shown.stderr
    alice = rows(out)["alice"]
    assert (alice["status"], alice["score"]) == ("graded", None), "a sum would make it a 0"
    adam = question(alice, "adam")
    assert (adam["status"], adam["score"], adam["checks"]) == ("error", None, [])
    assert sum(one["score"] or 0 for one in alice["questions"]) == 60, "the rest is kept"
    assert rows(out)["bob"]["score"] == 90

    page = (out / "feedback" / "alice.html").read_text()
    assert "could not be judged, through no fault of yours" in page
    assert "0.7312" not in page
    assert "0.7312" not in (out / "grades.json").read_text()
    # The next run judges it again.
    again = grade(folder, out, "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["counts"] == {"full": 1}, "bob was not graded again"
    assert rows(out)["alice"]["score"] == 90


@pytest.mark.parametrize("form", ["csv", "json", "canvas", "moodle", "gradescope", "nbgrader"])
def test_no_export_makes_a_0_of_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    (folder / "bob.py").unlink()
    shutil.move(folder / "alice.py", folder / "alice_12345_678_hw.py")  # as Canvas names files
    monkeypatch.setattr(RuleExam, "verdict_if_right", lambda *_: 1 / 0)
    out, to = tmp_path / "out", tmp_path / "to"
    assert grade(folder, out).exit_code == 1
    result = run("export", "--format", form, "--out", out, "--to", to)
    assert result.exit_code == 0, result.output
    for path in (path for path in to.rglob("*") if path.suffix == ".csv"):
        titles, *others = csv.reader(path.read_text().splitlines())
        told = dict(zip(titles, others[-1], strict=True)) if others else {}
        for title in ("score", "adagrad", "adam", "Grade", "raw_score"):
            assert told.get(title, "") == "", (path, title)
    assert run("feedback", "--out", out).exit_code == 0


def test_a_value_of_another_shape_is_wrong_and_no_fault_of_ours(
    folder: Path, tmp_path: Path
) -> None:
    source = RIGHT.read_text()
    start, end = source.index("def f("), source.index("def do_adagrad(")
    (folder / "alice.py").write_text(source[:start] + TWO_SLIPS + "\n\n" + source[end:])
    result = grade(folder, tmp_path / "out")
    assert result.exit_code == 0, result.output
    alice = rows(tmp_path / "out")["alice"]
    assert (alice["status"], alice["score"]) == ("graded", 80)
    assert question(alice, "gradients")["score"] == 0


def spin() -> None:
    """Never ends of itself."""
    while True:
        pass


def test_a_file_that_takes_too_long_to_read_is_its_students_row(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.batch.marking import load

    def slow(found: Any, **more: Any) -> Any:
        return spin() if found.student == "alice" else load(found, **more)

    monkeypatch.setattr(budget, "READING", 0.3)
    monkeypatch.setattr("autograder.batch.marking.load", slow)
    result = grade(folder, tmp_path / "out")
    assert result.exit_code == 0, "it is graded, and would take as long again"
    alice, bob = rows(tmp_path / "out").values()
    assert (alice["status"], alice["score"], bob["score"]) == ("unreadable", 0, 90)
    assert alice["message"].startswith("alice.py takes far more time or memory to read")
    assert grade(folder, tmp_path / "out").stdout.count("all graded before") == 1


@pytest.mark.parametrize("greedy", [spin, lambda: bytearray(4 * budget.MEMORY)])
def test_answers_that_take_too_much_to_judge_cost_their_question(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, greedy: Any
) -> None:
    right = FormulaExam.verdict_if_right

    def slow(exam: FormulaExam, answers: Any) -> Any:
        if answers.submission.student == "alice" and "f" in exam.question.functions:
            greedy()
        return right(exam, answers)

    monkeypatch.setattr(budget, "JUDGING", 0.5)
    monkeypatch.setattr(FormulaExam, "verdict_if_right", slow)
    result = grade(folder, tmp_path / "out")
    assert result.exit_code == 0, result.output
    alice, bob = rows(tmp_path / "out").values()
    assert (alice["status"], alice["score"], bob["score"]) == ("graded", 80, 90)
    gradients = question(alice, "gradients")
    assert (gradients["status"], gradients["score"]) == ("timeout", 0)
    assert gradients["message"] == words.TOO_MUCH


@pytest.mark.parametrize("fails", [spin, lambda: 1 / 0])
def test_a_page_that_cannot_be_drawn_is_drawn_plainly(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: Any
) -> None:
    monkeypatch.setattr(budget, "DRAWING", 0.5)
    monkeypatch.setattr("autograder.report.page.draw", lambda *_: fails())
    (folder / "bob.py").unlink()
    out = tmp_path / "out"
    for command in (["grade", folder, "--workers", 0], ["feedback"]):
        result = run(*command, "--out", out)
        assert result.exit_code == 0, result.output
        page = (out / "feedback" / "alice.html").read_text()
        assert "left out of this page" in page
        assert "<strong>90</strong>" in page
        (out / "feedback" / "alice.html").unlink()


@pytest.mark.long
def test_answers_that_are_much_to_decode_cost_no_other_question(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bob.py").unlink()
    source = (folder / "alice.py").read_text()
    much = "\ndef do_adam(**_):\n    return [[[] for _ in range(99)] + ['x'] for _ in range(300)]\n"
    (folder / "alice.py").write_text(source + much)
    monkeypatch.setattr(budget, "JUDGING", 0.3)
    monkeypatch.setattr(budget, "ANSWERS", 2.0)
    result = grade(folder, tmp_path / "out")
    assert result.exit_code == 0, result.output
    alice = rows(tmp_path / "out")["alice"]
    found = {one["name"]: (one["status"], one["score"]) for one in alice["questions"]}
    assert {name for name, one in found.items() if one[0] == "full"} == {
        *("gradients", "adagrad", "rmsprop", "bias_correction")
    }
    assert found["adam"] == ("timeout", 0)
    assert found["explanation"] == ("pending", None)
