"""A statement that fails costs what depends on it; names are given back to their functions."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.model import Call, Cell, Limits, Outcome
from autograder.sandbox import Sandbox
from tests.sandbox.conftest import QUICK, Run

AREA = "def area(r):\n    return np.pi * r * r"
ASK = Call("area", "area", {"r": 2.0})
RIGHT = 4 * np.pi


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import a_module_that_nobody_has", "ModuleNotFoundError"),
        ("from numpy import a_name_that_it_has_not", "ImportError"),
        ("data = next(iter(open('data.csv')))", "FileNotFoundError"),
        ("from google.colab import files; uploaded = files.upload()['a.csv']", "TypeError"),
        ("import os; os.chdir('/content/drive/MyDrive')", "FileNotFoundError"),
        ("import urllib.request; urllib.request.urlopen('http://example.org')", "URLError"),
        ("name = input('Your name? ')", "EOFError"),
        ("assert area, (\n    'several lines'\n)", "NameError"),
        ("with open('a') as file:\n    pass\n# a comment\n", "FileNotFoundError"),
        ("@undefined\ndef other():\n    pass", "NameError"),
        ("import math, a_module_that_nobody_has, string", "ModuleNotFoundError"),
        ("x = 10 ** 10 ** 3 * 1.0", "OverflowError"),
        ("def deep(n):\n    return deep(n)\ndeep(1)", "RecursionError"),
    ],
)
@pytest.mark.parametrize("below", ["import numpy as np\n", "y = 1\nimport numpy as np\n\n"])
def test_what_follows_a_statement_that_failed_is_run(
    run: Run, line: str, kind: str, below: str
) -> None:
    notebook, (trace,) = run(f"{line}\n{below}{AREA}", calls=[ASK])
    fault = notebook.faults[1]
    assert fault.kind == kind
    assert fault.line is not None
    assert fault.line <= line.count("\n") + 1
    assert trace.value == pytest.approx(RIGHT)


def test_statements_of_one_line_are_statements(run: Run) -> None:
    notebook, (trace,) = run(f"a = 1; b = 1 / 0; import numpy as np\n{AREA}", calls=[ASK])
    assert notebook.faults[1].code == "a = 1; b = 1 / 0; import numpy as np"
    assert trace.value == pytest.approx(RIGHT)


def test_data_pasted_line_by_line_is_no_flood(run: Run) -> None:
    source = "import numpy as np\nX = []\n" + "X += 1.5,\n" * 25_000 + AREA
    notebook, (trace,) = run(source, calls=[ASK])
    assert (notebook.outcome, notebook.faults) == (Outcome.RETURNED, {})
    assert trace.value == pytest.approx(RIGHT)


def test_a_cell_with_magics_goes_on_as_well(run: Run) -> None:
    source = f"%matplotlib inline\nplt.style.use('dark')\n%time import numpy as np\n!ls\n{AREA}"
    notebook, (trace,) = run(source, calls=[ASK])
    assert (notebook.faults[1].kind, notebook.faults[1].line) == ("NameError", 2)
    assert trace.value == pytest.approx(RIGHT)


def test_what_the_future_holds_stays_so_below_a_failure(run: Run) -> None:
    source = "from __future__ import annotations\n1 / 0\ndef f(x: Undefined) -> Missing: ..."
    notebook, _ = run(source)
    assert [notebook.faults[1].line, len(notebook.further)] == [2, 0]


def test_all_errors_are_kept_the_first_of_a_cell_apart(run: Run) -> None:
    notebook, _ = run("1 / 0\nundefined\nx = 1", "[].a", "ok = 1\n{}[1]\n''.b")
    assert [(n, f.line) for n, f in notebook.faults.items()] == [(1, 1), (2, 1), (3, 2)]
    later = [(fault.cell, fault.line, fault.kind) for fault in notebook.further]
    assert later == [(1, 2, "NameError"), (3, 3, "AttributeError")]
    assert notebook.unlisted == 0


def test_of_errors_without_end_some_are_told_and_the_rest_counted(run: Run) -> None:
    notebook, _ = run(*["undefined\n" * 30] * 20)
    assert len(notebook.faults) + len(notebook.further) == 200
    assert notebook.unlisted == 400
    assert list(notebook.faults) == list(range(1, 11))


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("raise SystemExit", Outcome.RETURNED),
        ("quit()", Outcome.RETURNED),
        ("import os; os._exit(0)", Outcome.EXITED),
        ("while True: pass", Outcome.TIMED_OUT),
    ],
)
def test_an_exit_or_a_time_out_ends_the_file(box: Sandbox, end: str, outcome: Outcome) -> None:
    limits = Limits(notebook_seconds=0.4, call_seconds=5.0)
    source = f"1 / 0\nimport numpy as np\n{AREA}\n{end}\ndef late():\n    pass"
    with box.open([Cell(0, source)], limits) as session:
        traces = session.call([ASK, Call("late", "late", {})])
        notebook = session.notebook
    assert notebook.outcome is outcome
    assert traces[0].value == pytest.approx(RIGHT)
    assert traces[1].outcome is Outcome.MISSING


def test_what_hangs_below_a_failure_is_passed_over_in_the_next_process(run: Run) -> None:
    limits = Limits(notebook_seconds=0.4, call_seconds=5.0)
    source = f"import numpy as np\n1 / 0\n{AREA}\nx = 1\nwhile True:\n    pass\narea = 3"
    notebook, (trace,) = run(source, calls=[ASK], limits=limits)
    assert notebook.faults[1].code == "while True:"
    assert trace.value == pytest.approx(RIGHT)


@pytest.mark.parametrize(
    "cells",
    [
        (f"%%writefile shapes.py\nimport numpy as np\n{AREA}", "from shapes import area"),
        (f"%%writefile shapes.py\nimport numpy as np\n{AREA}", "%run shapes.py"),
        (
            "%%file shapes.py\nimport numpy as np",
            f"%%writefile -a shapes.py\n\n{AREA}",
            "import shapes\narea = shapes.area",
        ),
        (
            f"text = '''import numpy as np\n{AREA}'''\nwith open('shapes.py', 'w') as file:\n"
            "    print(text, file=file)",
            "import shapes\nfrom shapes import *",
        ),
        (
            "open('a.txt', 'w').write('2')",
            "import numpy as np\nn = float(open('a.txt').read())",
            AREA,
        ),
        ("import numpy as np\nnp.save('a.npy', np.ones(2))\nnp.load('a.npy')[1]", AREA),
    ],
    ids=lambda cells: cells[0][:30],
)
@pytest.mark.parametrize("jail", ["a jail", "no jail", "no walls"])
def test_files_that_a_notebook_writes_are_there(
    boxes: dict[str, Sandbox], cells: tuple[str, ...], jail: str
) -> None:
    numbered = [Cell(number, source) for number, source in enumerate(cells, 1)]
    with boxes[jail].open(numbered, QUICK) as session:
        assert not session.notebook.faults
        (trace,) = session.call([ASK])
    assert trace.value == pytest.approx(RIGHT)


F = "def f(x):\n    return 2 * x"
G = "def g(x):\n    return sum([f(x), 1])"
CALLS = [Call("f", "f", {"x": 3.0}), Call("g", "g", {"x": 3.0})]


@pytest.mark.parametrize(
    ("taking", "line", "name"),
    [
        ("f, ax = 1, 2", 1, "f"),
        ("import matplotlib.pyplot as plt\nf, ax = plt.subplots()", 2, "f"),
        ("with open('log.txt', 'w') as f:\n    f.write('a')", 1, "f"),
        ("for f in [0.1, 0.2]:\n    pass", 1, "f"),
        ("for f in (g, g):\n    pass", 1, "f"),
        ("for rate in [1]:\n    if rate:\n        f = g(1)", 3, "f"),
        ("f = None", 1, "f"),
        ("import math as f", 1, "f"),
        ("import seaborn as sns\nf = sns.lineplot()", 2, "f"),
        ("sum = 0\nfor x in [1, 2]:\n    sum += x", 1, "sum"),
        ("def f():\n    return 7\nprint(f())", 1, "f"),
        ("def f(x, y, z):\n    return 7", 1, "f"),
    ],
)
def test_a_name_that_a_later_line_took_is_given_back(
    run: Run, taking: str, line: int, name: str
) -> None:
    notebook, traces = run(F, G, taking, "f if 0 else 1", names=("f", "g"), calls=CALLS)
    assert [trace.value for trace in traces] == [6.0, 7.0]
    assert notebook.sources["f"] == F
    (taken,) = notebook.taken
    assert (taken.name, taken.cell, taken.line) == (name, 3, line)
    assert taken.code == taking.split("\n")[line - 1].strip()


@pytest.mark.parametrize(
    "sources",
    [
        (F, G),
        ("f = None", F, G),
        (F, "f = 1", F, G),
        ("def twice(x):\n    return 2 * x", F.replace("2", "3"), "f = twice", G),
        (F, "f = (lambda h: lambda x: h(x))(f)", G),
        (F, "data = (lambda: 7)\ndata = data()", "def g(x):\n    return f(x) + data - 6"),
        ("sum = 7\n", F, "def g(x):\n    return sum"),
        (F, G, "list = [1]\nmax = 2"),
        ("def f(w, b, x):\n    return 1", F, G),
        ("def f():\n    return 1", F, "def g(x):\n    return 1 + f(*[x])"),
        ("def f(x, y):\n    return 1", F, "def g(x):\n    return 7"),
        ("import math", F, G, "class math:\n    pi = 3"),
        ("import math", "math = [5]", F, "def g(x):\n    return f(x) + len(math)"),
    ],
)
def test_other_names_are_nobodys_business(run: Run, sources: tuple[str, ...]) -> None:
    notebook, traces = run(*sources, names=("f", "g"), calls=CALLS)
    assert [trace.value for trace in traces] == [6.0, 7.0]
    assert notebook.taken == ()


@pytest.mark.parametrize(
    ("importing", "use", "taking"),
    [
        ("import math", "math.sqrt(4 * x * x)", "math = 92  # the mark"),
        ("import numpy as np", "np.multiply(2, x)", "for np in range(3):\n    pass"),
        ("import random", "2 * x + 0 * random.random()", "from random import random"),
        ("from math import floor", "2 * floor(x)", "import math as floor"),
    ],
)
def test_a_module_of_which_functions_read_has_its_name_again(
    run: Run, importing: str, use: str, taking: str
) -> None:
    source = f"def f(x):\n    return {use}"
    notebook, (trace,) = run(importing, source, taking, names=("f",), calls=CALLS[:1])
    assert trace.value == 6.0
    assert [(taken.cell, taken.line) for taken in notebook.taken] == [(3, 1)]


def test_a_helper_that_functions_only_call_is_given_back_too(run: Run) -> None:
    helper = "def loss(x):\n    return x + 1"
    notebook, (trace,) = run(
        helper, "def f(x):\n    return loss(x)", "loss = f(1)", names=("f",), calls=CALLS[:1]
    )
    assert trace.value == 4.0
    assert [(taken.name, taken.cell) for taken in notebook.taken] == [("loss", 3)]


def test_a_name_is_given_back_where_it_was_taken_in_the_only_cell(box: Sandbox) -> None:
    with box.open([Cell(0, f"{F}\n{G}\nf = 3\n")], QUICK, names=("f", "g")) as session:
        assert session.notebook.taken[0].cell is None
        assert [trace.value for trace in session.call(CALLS)] == [6.0, 7.0]


HOARD = "kept = []\nwhile True:\n    kept.append(bytearray(1 << {size}))\n    kept.append([0] * 40)"


@pytest.mark.parametrize("size", [20, 12, 4])
def test_a_cell_that_uses_all_memory_is_told_so(run: Run, size: int) -> None:
    """Whether Python notices or there is not enough left even for that."""
    limits = Limits(notebook_seconds=20.0, call_seconds=10.0, memory=48 << 20)
    notebook, (trace,) = run(f"import numpy as np\n{AREA}", HOARD.format(size=size), "kept = 0",
                             calls=[ASK], limits=limits)  # fmt: skip
    assert notebook.faults[2].kind == "MemoryError"
    assert notebook.faults[2].line in (2, 3, 4)
    assert trace.value == pytest.approx(RIGHT)


@pytest.mark.parametrize("size", [20, 12, 4])
def test_a_call_that_uses_all_memory_is_told_so(run: Run, size: int) -> None:
    limits = Limits(call_seconds=10.0, memory=48 << 20)
    inside = HOARD.format(size=size).replace("\n", "\n    ")
    source = f"import numpy as np\n{AREA}\ndef hoard():\n    global kept\n    {inside}"
    _, traces = run(source, calls=[Call("hoard", "hoard", {}), ASK], limits=limits)
    assert traces[0].outcome is Outcome.OUT_OF_MEMORY
    assert traces[0].fault is not None
    assert traces[0].fault.kind == "MemoryError"
