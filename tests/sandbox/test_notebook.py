"""Ordinary notebooks: everything students write, and the marks that Jupyter leaves in it."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from autograder.model import Call, Limits, Outcome
from tests.sandbox.conftest import QUICK, Run

SUM = Call("sum", "total", {"X": np.array([1.0, 2.0])})
TOTAL = "def total(X):\n    return sum(X)\n"


def test_cells_share_one_namespace_in_order(run: Run) -> None:
    notebook, (trace,) = run("a = 2", "b = a + 1", "def f():\n    return a * b", calls=[call("f")])
    assert not notebook.faults
    assert trace.value == 6.0


def call(function: str, **arguments: float) -> Call:
    return Call(function, function, arguments)


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline",
        "%load_ext autoreload\n%autoreload 2",
        "!pip install numpy",
        "pip install otter-grader",
        "files = !ls\nassert files == []",
        "%%bash\necho nothing && exit 1",
        "%%writefile notes.txt\nnot python",
        "%%html\n<b>no</b>",
        "%run other.py\n%load other.py",
        "total?",
        "??total",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().system('ls')",
        "if True:\n    %time pass\n    !ls",
        "import otter\ngrader = otter.Notebook('hw.ipynb')\ngrader.check('q1')\ngrader.check_all()",
        "from notebook_checks import grader\ngrader.check('q1')\ngrader.seconds = 2",
        "import otter\notter.Notebook().export(pdf=False)",
        "from IPython.display import display, HTML, Markdown\ndisplay(HTML('<b>x</b>'))",
        "import IPython\nIPython.get_ipython().run_line_magic('time', '1')",
        "from IPython.core.interactiveshell import InteractiveShell",
        "display(1)",
        "from IPython import display\ndisplay.clear_output(wait=True)\ndisplay.display(1)",
        "from IPython.core.pylabtools import figsize\nfigsize(10, 5)",
        "from matplotlib_inline.backend_inline import set_matplotlib_formats",
        "from ipywidgets import interact\n@interact(x=(0, 1))\ndef plot(x):\n    1 / 0",
        "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.ion()",
        "breakpoint()",
        "help(total)",
        "from google.colab.patches import cv2_imshow",
        "from google.colab import drive, files\ndrive.mount('/content/drive')",
        "from tqdm import tqdm\nfrom tqdm.auto import trange\nassert list(tqdm([1])) == [1]",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.savefig('a.png')",
        "import os\nos.makedirs('plots', exist_ok=True)\nopen('plots/a.txt', 'w').write('x')",
        "import numpy as np\nnp.save('a.npy', np.zeros(3))\nnp.random.default_rng(0).normal()",
        "import warnings\nwarnings.warn('mind')",
        "from __future__ import annotations\ndef f(x: Undefined) -> Missing: ...",
        "import sys\nprint('to stderr', file=sys.stderr)",
        "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
        "# only a comment",
        "",
        "\n\n%time x = 1",
        "x = 5 \\\n  % 3",
    ],
    ids=repr,
)
def test_what_notebooks_carry_besides_their_answers_costs_nothing(run: Run, cell: str) -> None:
    notebook, (trace,) = run(TOTAL, cell, calls=[SUM])
    assert not notebook.faults
    assert trace.value == 3.0


@pytest.mark.parametrize("magic", ["%%time", "%%timeit", "%%capture out", "\n%%time\n%%capture"])
def test_the_body_of_a_cell_magic_runs_once(run: Run, magic: str) -> None:
    notebook, _ = run("n = 0", f"{magic}\nn = n + 1", "print(n)")
    assert notebook.printed == "1\n"


@pytest.mark.parametrize("line", ["%time n = n + 1", "%timeit -n 10 -r3 n_list.append(1)"])
def test_the_code_of_a_line_magic_runs_once(run: Run, line: str) -> None:
    notebook, _ = run("n, n_list = 0, []", line, "print(n + len(n_list))")
    assert notebook.printed == "1\n"


def test_lines_are_counted_as_the_student_sees_them(run: Run) -> None:
    source = "%matplotlib inline\n\n%%time\n".replace("%%time\n", "") + "x = 1\n1 / 0"
    notebook, _ = run(source, "%%time\n\n1 / 0")
    assert (notebook.faults[1].line, notebook.faults[1].code) == (4, "1 / 0")
    assert (notebook.faults[2].line, notebook.faults[2].code) == (3, "1 / 0")


def test_a_cell_that_raises_costs_only_what_it_would_have_defined(run: Run) -> None:
    notebook, traces = run(
        "def a():\n    return 1", "if 1 / 0:\n    def b():\n        pass", "def c():\n    return 3",
        calls=[call("a"), call("b"), call("c")],
    )  # fmt: skip
    assert [trace.outcome for trace in traces] == [
        Outcome.RETURNED,
        Outcome.MISSING,
        Outcome.RETURNED,
    ]
    fault = notebook.faults[2]
    assert (fault.kind, fault.cell, fault.line, fault.code) == (
        "ZeroDivisionError",
        2,
        1,
        "if 1 / 0:",
    )


def test_a_cell_that_does_not_parse_does_not_run_at_all(run: Run) -> None:
    notebook, (trace,) = run("print('early')\ndef f(:\n    pass", TOTAL, calls=[SUM])
    assert trace.value == 3.0
    assert notebook.printed == ""
    assert (notebook.faults[1].kind, notebook.faults[1].line) == ("SyntaxError", 2)


def test_a_cell_that_does_not_compile_does_not_run_at_all(run: Run) -> None:
    notebook, (trace,) = run("print('early')\nreturn 3", TOTAL, calls=[SUM])
    assert trace.value == 3.0
    assert notebook.printed == ""
    assert (notebook.faults[1].kind, notebook.faults[1].line) == ("SyntaxError", 2)


@pytest.mark.parametrize("end", ["while True:\n    pass", "import os\nos._exit(0)"])
def test_a_file_that_hangs_or_ends_midway_keeps_what_was_defined_before(run: Run, end: str) -> None:
    limits = Limits(notebook_seconds=0.5, call_seconds=5.0)
    notebook, traces = run(
        f"{TOTAL}\n{end}\ndef late():\n    pass", "def other():\n    return 1",
        calls=[SUM, call("late"), call("other")], limits=limits,
    )  # fmt: skip
    assert notebook.outcome in (Outcome.TIMED_OUT, Outcome.EXITED)
    assert notebook.faults[1].code in ("while True:", "os._exit(0)")
    assert [trace.outcome for trace in traces] == [
        Outcome.RETURNED,
        Outcome.MISSING,
        Outcome.RETURNED,
    ]


def test_a_notebook_that_always_ends_is_given_up(run: Run) -> None:
    cells = ["import os\nos._exit(1)"] * 8
    notebook, (trace,) = run(*cells, TOTAL, calls=[SUM])
    assert notebook.outcome is Outcome.EXITED
    assert trace.outcome is Outcome.MISSING


def test_sys_exit_in_a_cell_is_that_cells_fault(run: Run) -> None:
    notebook, (trace,) = run("import sys\nsys.exit(0)", TOTAL, calls=[SUM])
    assert notebook.outcome is Outcome.RETURNED
    assert notebook.faults[1].kind == "SystemExit"
    assert trace.value == 3.0


def test_input_says_that_nobody_answers(run: Run) -> None:
    notebook, _ = run("name = input('Your name? ')")
    assert notebook.faults[1].kind == "EOFError"
    assert "nobody" in notebook.faults[1].message


def test_what_is_of_the_future_is_so_in_later_cells(run: Run) -> None:
    notebook, (trace,) = run(
        "from __future__ import annotations",
        "def f(x: Nothing) -> Nowhere:\n    return 1",
        "%time def g(x: Nothing): return f(x)",
        calls=[Call("g", "g", {"x": 1.0})],
    )
    assert not notebook.faults
    assert trace.value == 1.0


def test_our_own_future_is_none_of_a_cell(run: Run) -> None:
    notebook, _ = run("%time def g(x: Nothing): return x")
    assert [fault.kind for fault in notebook.faults.values()] == ["NameError"]


@pytest.mark.parametrize("options", ["", "-i ", "-i -n "])
def test_a_file_that_was_written_is_run(run: Run, options: str) -> None:
    cells = ("%%writefile other.py\ndef f():\n    return 3", f"%run {options}other.py")
    _, (trace,) = run(*cells, calls=[call("f")])
    assert trace.value == 3.0


def test_the_namespace_is_a_real_module(run: Run) -> None:
    notebook, _ = run(
        "from dataclasses import dataclass, field\nfrom typing import ClassVar",
        "@dataclass\nclass State:\n    w: float = 0.0\n    n: 'ClassVar[int]' = 3",
        "import inspect, sys\ndef f(x):\n    # a comment\n    return x\n",
        "print(State(1.0), inspect.getsource(f), __name__, sys.modules['__main__'].f is f)",
        "import typing\nprint(typing.get_type_hints(State)['w'])",
    )
    assert not notebook.faults
    assert notebook.printed == (
        "State(w=1.0) def f(x):\n    # a comment\n    return x\n __main__ True\n<class 'float'>\n"
    )


def test_future_annotations_hold_from_their_cell_on(run: Run) -> None:
    notebook, _ = run(
        "def e(x: Undefined): ...",
        "from __future__ import annotations\ndef f(x: Undefined): ...",
        "def g(x: Undefined): ...",
    )
    assert list(notebook.faults) == [1]


def test_texts_and_sources_that_were_asked_for(run: Run) -> None:
    function = "@staticmethod\ndef f(x):\n    return (\n        x)"
    source = f"explanation = 'because'\nnumber = 3\n\n{function}\n"
    notebook, _ = run(
        source, "h = lambda x: x",
        names=("f", "h", "missing"), texts=("explanation", "number", "missing"),
    )  # fmt: skip
    assert notebook.texts == {"explanation": "because"}
    assert notebook.sources["f"] == function
    assert set(notebook.sources) == {"f", "h"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f = lambda x: x", "f = lambda x: x"),
        ("f = (\n    lambda x:\n    x\n)\ny = 1", "    lambda x:\n    x\n)"),
        ("if True:\n    def f(x):\n        return x\n    y = 2", "    def f(x):\n        return x"),
        ("class C:\n    def g(x):\n        pass\n        # end\n\nf = C.g", None),
        (
            "@staticmethod\ndef g(x):\n    pass\ndef f(x): return x; y = 1",
            "def f(x): return x; y = 1",
        ),
        ("f = [lambda x: x, len][0]\n", "f = [lambda x: x, len][0]"),
        (
            "def f(x):\n    return x\n    '''\nold version, kept\n    '''\ny = 1",
            "def f(x):\n    return x\n    '''\nold version, kept\n    '''",
        ),
        (
            "@staticmethod\ndef f(x):\n    '''Only this.'''\ny = 1",
            "@staticmethod\ndef f(x):\n    '''Only this.'''",
        ),
        ("%time y = 1\n@staticmethod\ndef f(x): return x", "@staticmethod\ndef f(x): return x"),
        (
            'def f(x):\n    """Text\nat the margin."""\n\n    return (\n        x\n    )\n\ny = 1',
            'def f(x):\n    """Text\nat the margin."""\n\n    return (\n        x\n    )',
        ),
        (
            "def f(x):\n    return x\n    # never\n\n    x = (x +\n         1)\n    # end\ny = 1",
            "def f(x):\n    return x\n    # never\n\n    x = (x +\n         1)",
        ),
        (
            "def f(x):\n    def g():\n        return x\n\nf(1)",
            "def f(x):\n    def g():\n        return x",
        ),
    ],
)
def test_a_source_is_all_of_its_statement(run: Run, source: str, expected: str | None) -> None:
    notebook, _ = run(source, names=("f",))
    assert notebook.sources["f"] == (expected or "    def g(x):\n        pass")


def test_printed_output_is_kept_up_to_a_cap(run: Run) -> None:
    limits = Limits(output=1000)
    notebook, _ = run(
        "print('first')", "for _ in range(1000):\n    print('x' * 100)", limits=limits
    )
    assert notebook.printed.startswith("first\n")
    assert len(notebook.printed) == 1000
    assert not notebook.faults


def test_random_numbers_start_at_the_seed(run: Run) -> None:
    source = "import random, numpy as np\nprint(random.random(), np.random.random())"
    draw = "def draw():\n    return [random.random(), np.random.random()]"
    first = run(source, draw, calls=[call("draw")] * 2, seed=5)
    again = run(source, draw, calls=[call("draw")] * 2, seed=5)
    other = run(source, draw, calls=[call("draw")] * 2, seed=6)
    assert first[0].printed == again[0].printed != other[0].printed
    values = [trace.value for trace in (*first[1], *again[1])]
    assert all(value == values[0] for value in values)
    assert other[1][0].value != values[0]


def test_random_numbers_that_a_library_draws_start_at_the_seed_too(run: Run) -> None:
    draw = "def draw():\n    return NormalDist().samples(2)"
    _, traces = run("from statistics import NormalDist", draw, calls=[call("draw")] * 3)
    values = [trace.value for trace in traces]
    assert all(np.array_equal(value, values[0]) for value in values)


def test_pandas_works_where_it_is_installed(run: Run) -> None:
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed, and nothing needs it")
    source = "import pandas as pd\ndef f():\n    return pd.Series([1.0, 2.0]).mean()"
    notebook, traces = run(source, "f()", calls=[call("f")])
    assert not notebook.faults
    assert traces[0].value == 1.5


def test_linear_algebra_needs_no_threads(run: Run) -> None:
    source = (
        "import numpy as np\ndef f():\n    a = np.eye(300)\n    return (a @ np.linalg.inv(a)).sum()"
    )
    _, (trace,) = run(source, calls=[call("f")], limits=QUICK)
    assert trace.value == 300.0


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("%matplotlib inline\nx = 1\nfor i in range(3)\n    pass", 3),
        ("!ls\n\n%time x = 1\ny = (1", 4),
        ("pip install numpy\nx = = 2", 2),
        ("%%time\nx = 1\nx = = 2", 3),
        ("!ls \\\n  -l\nx = 1\nx = = 2", 4),
        ("\n\n%pylab\ndef f(:\n    pass", 4),
        ("x = = 2\n%pylab", 1),
        ("%pylab\nif x:\n        y = 1\n    z = 2", 4),
        ("if x:\n        y = 1\n    z = 2", 3),
        ("%pylab", None),
    ],
)
def test_a_mistake_in_a_cell_with_a_magic_is_found_where_it_is(
    run: Run, cell: str, line: int | None
) -> None:
    notebook, _ = run(cell)
    if line is None:
        assert not notebook.faults
    else:
        fault = notebook.faults[1]
        assert fault.kind in ("SyntaxError", "IndentationError")
        assert fault.line == line
        assert fault.code == cell.split("\n")[line - 1].strip()


def test_a_process_without_memory_is_not_said_to_have_called_exit(run: Run) -> None:
    keeps = (
        "kept = []\ntry:\n    while True: kept.append(bytearray(10_000))\nexcept MemoryError: pass"
    )
    big = Call("big", "f", {"X": np.zeros(200_000)})
    notebook, traces = run(keeps, "def f(X):\n    return [X] * 9", calls=[big, big])
    assert notebook.outcome is Outcome.RETURNED
    assert {trace.outcome for trace in traces} == {Outcome.OUT_OF_MEMORY}
