"""``autograder check`` as a student has it: the engine, the template folder, and no course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.errors import SandboxError, UsageError
from autograder.public import FILE_NAME, find_checks, finding
from autograder.public.codec import read_checks
from autograder.public.run import Report, try_out
from autograder.submission import label

pytestmark = pytest.mark.usefixtures("one_sandbox")
COURSE = Path(__file__).resolve().parents[2]
TEMPLATE = COURSE / "student_template" / "adaptive_learning_rates"
ASSIGNMENT = COURSE / "assignments" / "adaptive_learning_rates"
RIGHT = sorted((ASSIGNMENT / "right_variants").glob("*.py"))
CLOSING = "These are the public examples; grading uses others."


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "80"})


def tried(file: Path, *, unsafe: bool = False) -> Report:
    return try_out(file, read_checks(TEMPLATE / FILE_NAME), [COURSE], unsafe=unsafe)


def failed(report: Report) -> dict[str, str]:
    """What failed, with all its sentences."""
    return {
        f"{question.name}: {check.name}": " ".join(check.complaints)
        for question in report.questions
        for check in question.tried
        if not check.passed
    }


# ------------------------------------------------------------------- on a machine without course


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package alone, as a wheel would install it."""
    place = tmp_path_factory.mktemp("site")
    shutil.copytree(
        COURSE / "autograder",
        place / "autograder",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return place


def as_student(engine: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder of the student's, where no course is to be found."""
    watch = (
        "import sys; from autograder.cli import main\n"
        "try: main(prog_name='autograder')\n"
        "finally:\n"
        " odd = [m for m in sys.modules if m.split('.')[0] in ('reference', 'assignments')]\n"
        " assert not odd, odd"
    )
    environment = {**os.environ, "PYTHONPATH": str(engine), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", watch, "check", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long
def test_it_needs_the_template_folder_and_nothing_of_the_course(
    engine: Path, tmp_path: Path
) -> None:
    shutil.copytree(TEMPLATE, tmp_path / "work")
    shutil.copy(RIGHT[0], tmp_path / "work" / "mine.py")
    done = as_student(engine, tmp_path / "work", "mine.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith(CLOSING)
    assert "Adam  5 of 5" in done.stdout
    assert "✗" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_without_public_checks_a_sentence_says_where_they_come_from(
    engine: Path, tmp_path: Path
) -> None:
    shutil.copy(RIGHT[0], tmp_path / "mine.py")
    done = as_student(engine, tmp_path, "mine.py")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "came with your notebook" in done.stderr
    assert "--checks PATH" in done.stderr


# ----------------------------------------------------------------------------- right and wrong


@pytest.mark.parametrize("variant", RIGHT[::3], ids=lambda path: path.stem)
def test_right_programs_pass_everything(variant: Path) -> None:
    report = tried(variant)
    assert failed(report) == {}
    assert sum(question.passed for question in report.questions) == 31


def test_the_empty_template_fails_everything_kindly() -> None:
    notebook = TEMPLATE / "adaptive_learning_rates.ipynb"
    report = tried(notebook)
    assert all(question.passed == 0 for question in report.questions)
    first = report.questions[0]
    assert first.says == ("Not written yet: f, grad_w, grad_b.",)
    assert all(len(question.says) == 1 for question in report.questions)
    assert all(check.is_open for question in report.questions for check in question.tried)
    assert report.notices == ()
    assert report.written[0][1].startswith("No written answer was found")
    shown = run("check", notebook).stdout
    assert shown.count("Not written yet: do_adam.") == shown.count("do_adam") == 1
    assert "right" not in shown.replace("adaptive_learning_rates", "")
    assert "✗" not in shown


def test_what_is_written_beside_a_stub_is_tried_and_told_where_to_begin(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def f(w, b, x): ...\n"
        "def grad_w(w, b, x, y): return x * f(w, b, x)\n"
        "def grad_b(w, b, x, y): return 0.0\n"
    )
    shown = run("check", tmp_path / "mine.py", "--checks", TEMPLATE / FILE_NAME).stdout
    assert shown.count("Not written yet: f.") == 1
    assert "build on your f, which is not written yet: begin there" in " ".join(shown.split())
    assert "f of a number" not in shown
    assert "grad_w of a number" in shown


def test_another_name_is_said_first_at_its_question_and_once(tmp_path: Path) -> None:
    text = RIGHT[0].read_text().replace("def do_adam(", "def do_Adam(")
    (tmp_path / "mine.py").write_text(text)
    shown = run("check", tmp_path / "mine.py", "--checks", TEMPLATE / FILE_NAME).stdout
    below = [line.strip() for line in shown.partition("\nAdam")[2].splitlines()]
    assert below[1] == "You wrote do_Adam; the name asked for is do_adam."
    assert shown.count("You wrote") == 1
    assert "called with" not in shown


GRADIENTS = """
import numpy as np
def f(w, b, x): return 1 / (1 + np.exp(-(np.dot(w, x) + b)))
def grad_w(w, b, x, y): return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x)) * x
def grad_b(w, b, x, y): return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))
"""
DESCENT = """
import numpy as np
def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = init_w, init_b
    ws, bs, v_w, v_b = [w], [b], 0, 0
    for _ in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        v_w, v_b = v_w + dw**2, v_b + db**2
        w, b = w - eta / np.sqrt(v_w + eps) * dw, b - eta / np.sqrt(v_b + eps) * db
        ws.append(w); bs.append(b)
    return ws, bs
"""


@dataclass(frozen=True)
class Wrong:
    """A change of a right program, and what must be said of it."""

    old: str
    new: str
    check: str
    said: Sequence[str]
    source: str = DESCENT


WRONG = {
    "half the step": Wrong(
        "b - eta /",
        "b - 0.5 * eta /",
        "adagrad: a number",
        ("Epoch 1 is the first that differs: b should be ", "yours is ", "0.5 times the right one"),
    ),
    "the other way": Wrong(
        "w - eta /",
        "w + eta /",
        "adagrad: a vector",
        ("Epoch 1", "w[0] should be", "goes the other way"),
    ),
    "NaN": Wrong(
        "np.sqrt(v_w + eps)", "(v_w * np.nan)", "adagrad: a number", ("yours is nan", "0 / 0")
    ),
    "too long": Wrong(
        "return ws, bs",
        "return ws + [w], bs + [b]",
        "adagrad: no epochs",
        ("For 0 epochs the histories should have 1 entries", "yours have 2"),
    ),
    "unlike lengths": Wrong(
        "return ws, bs",
        "return ws + [w], bs",
        "adagrad: a number",
        ("w_history has 8 entries and b_history 7",),
    ),
    "another start": Wrong(
        "ws, bs, v_w, v_b = [w], [b]",
        "ws, bs, v_w, v_b = [0 * w], [b]",
        "adagrad: a number",
        ("The first entry should be the start: w is ", "yours is 0"),
    ),
    "not two": Wrong(
        "return ws, bs", "return {}", "adagrad: a number", ("The histories cannot be read",)
    ),
    "inputs": Wrong(
        "ws, bs, v_w, v_b =",
        "X[0] = 0; ws, bs, v_w, v_b =",
        "adagrad: inputs untouched",
        ("It changes X",),
    ),
    "memory": Wrong(
        "w, b = init_w, init_b",
        "global v_w, v_b; w, b = init_w, init_b",
        "adagrad: called twice",
        ("What stays from the first call?",),
        source=DESCENT.replace("[w], [b], 0, 0", "[w], [b], v_w, v_b")
        .replace("def do", "v_w = v_b = 0.0\ndef do")
        .replace("ws, bs, v_w, v_b = [w], [b], v_w, v_b", "ws, bs = [w], [b]"),
    ),
    "an exception": Wrong(
        "        v_w, v_b = v_w",
        "        nothing.here()\n        v_w, v_b = v_w",
        "adagrad: a number",
        ("do_adagrad stopped with NameError in", "line 9 (nothing.here())"),
    ),
    "a hanging loop": Wrong(
        "    return ws, bs",
        "    while True: pass\n    return ws, bs",
        "adagrad: a number",
        ("did not finish within the time",),
    ),
    "a wrong value": Wrong(
        "* x\n",
        "* x * 2\n",
        "gradients: grad_w of a number, 1",
        ("grad_w(w=", "it should be ", "; yours is "),
        GRADIENTS,
    ),
    "a wrong entry": Wrong(
        "* x\n",
        "* x + np.arange(np.size(x))\n",
        "gradients: grad_w of a vector, 2",
        ("entry 1 should be ",),
        GRADIENTS,
    ),
    "a wrong shape": Wrong(
        "* x\n",
        "* np.sum(x)\n",
        "gradients: grad_w of a vector, 2",
        ("it should have the shape (2,); yours is one number",),
        GRADIENTS,
    ),
    "what others build on": Wrong(
        "1 / (1 + np.exp",
        "1 / (2 + np.exp",
        "gradients: grad_b, 1",
        ("build on your f, which is not right yet",),
        GRADIENTS,
    ),
    "no function": Wrong(
        "def f(",
        "def other(",
        "gradients: f of a number, 1",
        ("There is no function f",),
        GRADIENTS,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_failure_says_what_differs_where_and_both_values(name: str, tmp_path: Path) -> None:
    wrong = WRONG[name]
    assert wrong.old in wrong.source
    file = tmp_path / "mine.py"
    file.write_text(wrong.source.replace(wrong.old, wrong.new), encoding="utf-8")
    said = failed(tried(file))
    assert wrong.check in said
    for part in wrong.said:
        assert part in said[wrong.check]
    honest = tmp_path / "honest.py"
    honest.write_text(wrong.source if name != "memory" else DESCENT, encoding="utf-8")
    assert wrong.check not in failed(tried(honest))


def test_the_values_shown_are_those_that_differ(tmp_path: Path) -> None:
    """Small differences show as many digits as it takes."""
    file = tmp_path / "mine.py"
    file.write_text(GRADIENTS.replace("* x\n", "* x * (1 + 1e-3)\n"), encoding="utf-8")
    said = failed(tried(file))["gradients: grad_w of a number, 1"]
    found = re.search(r"should be (\S+); yours is (\S+)\. ", f"{said} ")
    assert found is not None
    expected, own = float(found[1]), float(found[2])
    assert own != expected
    assert own == pytest.approx(expected, rel=2e-3)


# ---------------------------------------------------------------------------------- the command


def test_json_says_the_same(tmp_path: Path) -> None:
    result = run("check", RIGHT[0], "--json")
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    assert (document["passed"], document["of"]) == (31, 31)
    assert document["note"] == CLOSING
    adam = next(q for q in document["questions"] if q["name"] == "adam")
    assert adam["checks"][0] == {
        "name": "a number",
        "asks": adam["checks"][0]["asks"],
        "passed": True,
        "open": False,
        "messages": [],
    }


@pytest.mark.long
def test_an_answer_in_the_questions_own_cell_is_found(tmp_path: Path) -> None:
    """Where the marks of the template are lost, as after a way through other programs."""
    document = json.loads((TEMPLATE / "adaptive_learning_rates.ipynb").read_text())
    cells = [{"cell_type": c["cell_type"], "source": c["source"]} for c in document["cells"]]
    (asked,) = (c for c in cells if "Question 6: `explanation`" in "".join(c["source"]))
    said = []
    for answer in ("", "It only grows.", "It only grows, and what it divides dies."):
        cells_so = [
            {**c, "source": [*c["source"], f"\n\n{answer}"]} if c is asked else c for c in cells
        ]
        file = tmp_path / "mine.ipynb"
        file.write_text(json.dumps({"cells": cells_so}))
        said.append(tried(file).written[0][1])
    assert said[0].startswith("No written answer")
    assert "3 words" in said[1]
    assert "8 words" in said[2]


def test_an_unreadable_file_is_a_sentence_not_an_error(tmp_path: Path) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_text("no JSON")
    result = run("check", file)
    assert result.exit_code == 0
    assert "mine.ipynb" in result.stdout
    assert CLOSING not in result.stdout
    assert json.loads(run("check", file, "--json").stdout)["problem"]


def test_a_failed_cell_and_hostile_words_are_told_harmlessly(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("raise ValueError('\\x1b[2J' + 'words')\n")
    shown = run("check", file, "--unsafe").stdout
    assert "\x1b" not in shown
    assert "The file had an error in line 1 (raise ValueError" in shown


def test_a_machine_without_walls_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.public import run as running

    opened = running.open_sandbox

    def no_walls(hidden: Any = (), unsafe: bool = False) -> Any:
        if not unsafe:
            raise SandboxError("the layer 'landlock' is missing")
        return opened(unsafe=True)

    monkeypatch.setattr(running, "open_sandbox", no_walls)
    report = tried(RIGHT[0])
    assert report.without_sandbox
    assert failed(report) == {}
    assert "without a sandbox" in report.notices[0]
    assert "the layer 'landlock' is missing" in report.notices[0]


def test_wrong_usage_is_a_sentence_and_status_2(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for path, complaint in ((broken, "is no file of public checks"), (tmp_path / "no", "no file")):
        result = run("check", RIGHT[0], "--checks", path)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert complaint in result.stderr


# ------------------------------------------------------------------------------ where they lie


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with two released assignments."""
    for name in ("assignments/one", "assignments/two", "reference", "elsewhere"):
        (tmp_path / "course" / name).mkdir(parents=True)
    for slug in ("one", "two"):
        folder = tmp_path / "course" / "student_template" / slug
        folder.mkdir(parents=True)
        (folder / FILE_NAME).write_text("{}")
    return tmp_path / "course"


def test_checks_lie_beside_the_file_before_all_else(course: Path, tmp_path: Path) -> None:
    beside = tmp_path / FILE_NAME
    beside.write_text("{}")
    file = tmp_path / "mine.py"
    assert find_checks(file) == beside
    given = tmp_path / "given.json"
    given.write_text("{}")
    assert find_checks(file, given) == given
    assert find_checks(file, tmp_path) == beside, "a folder is as good as the file in it"
    of_course = course / "student_template" / "two" / FILE_NAME
    assert find_checks(file, None, course, "two") == of_course


def test_then_in_the_working_directory_then_in_the_course(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course / "elsewhere")
    file = Path("/nowhere/mine.py")
    with pytest.raises(UsageError, match="--assignment SLUG; there is one, two"):
        find_checks(file)
    assert find_checks(file, slug="one").parent.name == "one"
    shutil.rmtree(course / "student_template" / "one")
    assert find_checks(file).parent.name == "two"
    (course / "elsewhere" / FILE_NAME).write_text("{}")
    assert find_checks(file).parent == course / "elsewhere"


def labelled(file: Path, slug: str) -> Path:
    file.write_text(json.dumps({"cells": [], "metadata": label(slug)}))
    return file


def test_a_notebook_is_tried_on_what_it_is_of(course: Path, tmp_path: Path) -> None:
    file = labelled(tmp_path / "mine.ipynb", "two")
    found = course / "student_template" / "two" / FILE_NAME
    assert find_checks(file, course=course) == found
    assert find_checks(file, course=course, slug="one").parent.name == "one"
    beside = tmp_path / FILE_NAME
    shutil.copy(TEMPLATE / FILE_NAME, beside)
    assert find_checks(labelled(file, TEMPLATE.name)) == beside
    with pytest.raises(UsageError) as caught:
        find_checks(labelled(file, "three"), course=course)
    assert str(caught.value) == (
        "mine.ipynb says that it is of three. There is no assignment 'three' in "
        f"{course}; there is one, two."
    )


def test_checks_of_another_assignment_are_passed_over(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / FILE_NAME
    shutil.copy(TEMPLATE / FILE_NAME, beside)
    file = labelled(tmp_path / "mine.ipynb", "two")
    monkeypatch.setattr(finding, "course_folder", lambda _: None)
    with pytest.raises(UsageError) as caught:
        find_checks(file)
    assert str(caught.value) == (
        f"mine.ipynb says that it is of two, and {beside} is of {TEMPLATE.name}. The {FILE_NAME} "
        "that came with your notebook is not beside your file or here: put it there again, or "
        "name it with --checks PATH."
    )
    assert find_checks(file, beside) == beside
    monkeypatch.setattr(finding, "course_folder", lambda _: course)
    assert find_checks(file).parent.name == "two"


def test_what_was_not_released_is_a_sentence(course: Path) -> None:
    shutil.rmtree(course / "student_template")
    with pytest.raises(UsageError, match="write it with autograder release"):
        find_checks(Path("/nowhere/mine.py"), course=course)
    (course / "assignments" / "two" / "assignment.toml").touch()
    with pytest.raises(UsageError, match="autograder release two"):
        find_checks(Path("/nowhere/mine.py"), course=course, slug="two")
    with pytest.raises(UsageError, match=r"no assignment 'three' in .*; there is two"):
        find_checks(Path("/nowhere/mine.py"), course=course, slug="three")
