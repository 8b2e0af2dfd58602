"""Marks point at lines of the source that a page shows, and only where evidence points there."""

from __future__ import annotations

import pytest

from autograder.judging.marks import around, located, marks
from autograder.judging.question import Answers, Verdict, WrongPart
from autograder.judging.stopped import Cause
from autograder.model import Cell, Fault, NotebookRun, Outcome, Submission, Trace
from tests.judging.students import compiled, exam, judge, take, text_of

FIRST = "def f(w, b, x):\n    return 1 / y"
SECOND = "def grad_w(w, b, x, y):\n    return 0"


def run_of(**sources: str) -> NotebookRun:
    places = {name: (5, 3 + 10 * i) for i, name in enumerate(sources)}
    return NotebookRun(Outcome.RETURNED, sources=sources, places=places)


def answers(run: NotebookRun, *faults: Fault) -> Answers:
    traces = {str(i): Trace(str(i), Outcome.RAISED, fault=f) for i, f in enumerate(faults)}
    return Answers(Submission("a", "a.ipynb"), run, traces)


def test_functions_stand_one_below_the_other() -> None:
    source, places = located(("f", "grad_w", "absent"), run_of(f=FIRST, grad_w=SECOND))
    lines = source.split("\n")
    assert [lines[place.line - 1] for place in places] == [
        "def f(w, b, x):",
        "def grad_w(w, b, x, y):",
    ]
    assert [(place.cell, place.first) for place in places] == [(5, 3), (5, 13)]


def test_an_error_is_marked_in_the_line_that_it_names() -> None:
    run = run_of(f=FIRST, grad_w=SECOND)
    source, places = located(("f", "grad_w"), run)
    fault = Fault("NameError", "name 'y' is not defined", cell=5, line=4)
    (mark,) = marks(places, Verdict(()), answers(run, fault, fault))
    assert mark.stopped
    assert source.split("\n")[mark.line - 1] == "    return 1 / y"
    assert mark.says == "stops here: NameError: name 'y' is not defined"


def test_a_cell_that_stopped_is_shown_whole_and_a_file_around_the_line() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 101))
    fault = Fault("SyntaxError", "invalid syntax", 4, 50)
    source, (place,), (mark,) = around(Cause("", Cell(4, text), fault))
    assert (source, place.cell, place.first, mark.line) == (text, 4, 1, 50)
    source, (place,), (mark,) = around(Cause("", Cell(0, text), fault))
    lines = source.split("\n")
    assert lines[mark.line - 1] == "line 50"
    assert (place.cell, place.first) == (None, int(lines[0].split()[1]))
    assert len(lines) < 30


@pytest.mark.parametrize("fault", [Fault("E", "m", 6, 4), Fault("E", "m", 5, 40), Fault("E", "m")])
def test_an_error_elsewhere_marks_nothing(fault: Fault) -> None:
    run = run_of(f=FIRST)
    _, places = located(("f",), run)
    assert marks(places, Verdict(()), answers(run, fault)) == ()


def wrong_lines(rule: str, *edits: tuple[str, str]) -> list[str]:
    """The marked lines of a student's rule, judged from its answers."""
    text = text_of(rule, *edits)
    traces = take(exam(rule), compiled(text))
    verdict = judge(exam(rule), traces)
    source = text.replace("def rule(", f"def do_{rule}(").strip("\n")
    run = run_of(**{f"do_{rule}": source})
    _, places = located((f"do_{rule}",), run)
    found = marks(places, verdict, Answers(Submission("a", "a.py"), run, {}))
    return [source.split("\n")[mark.line - 1].strip() for mark in found]


def test_evidence_and_tree_together_name_the_lines() -> None:
    outside = ("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + eps)")
    (line,) = wrong_lines("adagrad", outside)
    assert line == "w = w - eta / (np.sqrt(v_w) + eps) * dw", "in w only"
    forgets = ("beta * v_b + (1 - beta) * db**2", "(1 - beta) * db**2")
    assert wrong_lines("rmsprop", forgets) == ["v_b = (1 - beta) * db**2"]
    late = [(f"1 - beta{k}**t", f"1 - beta{k}**(t + 1)") for k in (1, 2)]
    assert wrong_lines("adam", *late) == [
        "mh_w = m_w / (1 - beta1**(t + 1))",
        "mh_b = m_b / (1 - beta1**(t + 1))",
        "vh_w = v_w / (1 - beta2**(t + 1))",
        "vh_b = v_b / (1 - beta2**(t + 1))",
    ]
    assert wrong_lines("adam") == []


def test_what_the_tree_does_not_show_is_not_marked() -> None:
    run = run_of(do_adam="def do_adam(init_w):\n    return helper(init_w)")
    _, places = located(("do_adam",), run)
    verdict = Verdict((), wrong=(WrongPart("do_adam", "step", "wb"),))
    assert marks(places, verdict, answers(run)) == ()
