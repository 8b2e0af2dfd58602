"""Stand-ins: loops run as often as with the real thing, looks are nothing, and nothing computes."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from autograder.model import Call, Outcome
from tests.sandbox.conftest import Run

MISSING = "a_module_that_nobody_has"


@pytest.mark.parametrize(
    ("imported", "loop", "expected"),
    [
        ("from tqdm import tqdm", "tqdm(range(3))", [0, 1, 2]),
        ("from tqdm import tqdm", "tqdm(iterable=range(3), desc='epoch')", [0, 1, 2]),
        ("from tqdm import tqdm", "enumerate(tqdm([5, 6]))", [(0, 5), (1, 6)]),
        ("from tqdm import tqdm", "reversed(tqdm([5, 6]))", [6, 5]),
        ("import tqdm", "tqdm.tqdm(range(3))", [0, 1, 2]),
        ("import tqdm", "tqdm.notebook.tqdm(range(3))", [0, 1, 2]),
        ("from tqdm import tqdm_notebook", "tqdm_notebook(range(3))", [0, 1, 2]),
        ("from tqdm import tnrange", "tnrange(3)", [0, 1, 2]),
        ("from tqdm import *", "trange(1, 4)", [1, 2, 3]),
        ("from tqdm.auto import tqdm as bar", "bar(zip([1], [2]), total=1)", [(1, 2)]),
        ("from tqdm.notebook import trange", "trange(2, desc='epoch', leave=False)", [0, 1]),
        ("from tqdm.contrib import tzip", "tzip([1, 2], [3, 4])", [(1, 3), (2, 4)]),
        ("from tqdm.contrib import tenumerate", "tenumerate([5, 6])", [(0, 5), (1, 6)]),
        ("from tqdm.contrib import tenumerate", "tenumerate('ab', start=1)", [(1, "a"), (2, "b")]),
        ("from tqdm.contrib import tmap", "tmap(abs, [-1, 2])", [1, 2]),
        (
            "from tqdm.contrib.itertools import product",
            "product('a', 'bc')",
            [("a", "b"), ("a", "c")],
        ),
        ("from tqdm.contrib.concurrent import thread_map", "thread_map(abs, [-1, 2])", [1, 2]),
        ("from tqdm import tqdm", "tqdm(total=3)([5])", [5]),
        ("from IPython.display import ProgressBar", "ProgressBar(3)", [0, 1, 2]),
        ("from fastprogress import progress_bar", "progress_bar(range(3), parent=None)", [0, 1, 2]),
        ("from fastprogress.fastprogress import master_bar", "master_bar(range(2))", [0, 1]),
        ("import progressbar", "progressbar.ProgressBar(max_value=3)(range(3))", [0, 1, 2]),
        ("from alive_progress import alive_it", "alive_it(range(3))", [0, 1, 2]),
        ("from rich.progress import track", "track(range(3), description='epoch')", [0, 1, 2]),
        ("from icecream import ic", "ic([1, 2])", [1, 2]),
    ],
)
def test_what_wraps_a_loop_gives_it_what_it_was_given(
    run: Run, imported: str, loop: str, expected: list[object]
) -> None:
    source = f"{imported}\nprint('=', list({loop}))"
    notebook, _ = run(source)
    assert not notebook.faults
    assert f"= {expected!r}" in notebook.printed


@pytest.mark.parametrize(
    "cell",
    [
        "from tqdm import tqdm\nbar = tqdm([1, 2])\nassert len(bar) == 2 and 2 in bar and bar",
        "from tqdm import tqdm\nwith tqdm(total=2) as bar:\n    bar.update(1)\n    bar.close()",
        "from tqdm import tqdm\nfor i in (bar := tqdm([1])):\n    bar.set_postfix(loss=1.0)",
        "from tqdm.auto import tqdm\ntqdm.pandas()\nclass Bar(tqdm):\n    pass\nassert [*Bar('a')]",
        "from alive_progress import alive_bar\nwith alive_bar(3) as bar:\n    bar()",
        "from rich.progress import Progress\nwith Progress() as p:\n    p.update(p.add_task('a'))",
        "from ipywidgets import *\n@interact(w=FloatSlider(min=0))\ndef p(w): 1 / 0\np.__name__",
        "import ipywidgets as widgets\nwidgets.interact(print, x=(0, 1)) or 1",
        "from IPython.display import *\ndisplay(HTML('a'), Markdown('b'))\nclear_output(wait=True)",
        "import seaborn as sns\nsns.set()\nsns.set_style('white')\nsns.lineplot([1]).set()",
        "import plotly.graph_objects as go\nfig = go.Figure(data=[1])\nfig.show()",
        "from bokeh.plotting import figure, show\nshow(figure(title='a').line([1], [2]))",
        "from colorama import Fore\nprint(Fore.RED + 'a' + Fore.RESET, f'{Fore.BLUE:>5}')",
        "from memory_profiler import profile\n@profile\ndef f(): return 1\nassert f() == 1",
        "from google.colab import drive, files\nfrom google.colab.patches import cv2_imshow",
        "import matplotlib.pyplot as plt\nplt.style.use('a-style-of-another-version')",
        "%pylab inline\nassert np.sum([1, 2]) == 3 and plt.gcf and array([1]) is not None",
    ],
    ids=lambda cell: cell[:60],
)
def test_looks_cost_nothing(run: Run, cell: str) -> None:
    notebook, _ = run(cell)
    assert not notebook.faults


@pytest.mark.parametrize(
    "expression",
    [
        "float(x)", "int(x.y())", "x + 1", "1.0 * x", "-x", "x < 1", "len(x)", "x[0]", "[*x]",
        "sum(x)", "np.asarray(x, dtype=float)", "x('text') + 1.0", "range(x)", "max(x, 0)",
        "math.exp(x)", "np.exp(x)", "a, b = x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("module", ["seaborn", "ipywidgets", "IPython.display", "google.colab"])
def test_a_stand_in_computes_nothing(run: Run, module: str, expression: str) -> None:
    if module == "seaborn" and importlib.util.find_spec("seaborn"):
        pytest.skip("seaborn is installed")
    source = f"import math, numpy as np\nfrom {module} import something as x\n{expression}"
    notebook, _ = run(source)
    assert notebook.faults[1].line == 3
    assert notebook.faults[1].kind in ("TypeError", "ValueError")


@pytest.mark.parametrize("name", [MISSING, "google.generativeai", "autograder", "autograder.model"])
def test_any_other_missing_module_is_an_error_where_it_is_imported(run: Run, name: str) -> None:
    notebook, (trace,) = run(
        f"import math\nimport {name} as them\ndef right():\n    return math.pi",
        "def wrong():\n    return them.pi",
        calls=[Call("right", "right", {})],
    )
    assert list(notebook.faults) == [1]
    assert (notebook.faults[1].kind, notebook.faults[1].line) == ("ModuleNotFoundError", 2)
    assert trace.value == np.pi


def test_a_function_that_asks_a_stand_in_for_a_number_raises(run: Run) -> None:
    source = "from google.colab import files\ndef f():\n    return [x for x in files.upload()]"
    _, (trace,) = run(source, calls=[Call("f", "f", {})])
    assert trace.outcome is Outcome.RAISED


def test_the_sentence_says_what_is_only_for_looks(run: Run) -> None:
    source = "import seaborn as sns\ndef f():\n    a, b = sns.palette()"
    _, (trace,) = run(source, calls=[Call("f", "f", {})])
    assert trace.fault is not None
    assert "'seaborn.palette', which is only for looks" in trace.fault.message


_FAST = """
import numpy as np
{imported}
{decorator}
def power(x):
    return x**2
assert power(3.0) == 9.0
"""
_ARGUMENTS = ("", "()", "(fastmath=True)", "('f8(f8)', cache=True)", "(float64(float64[:, ::1]))")


@pytest.mark.parametrize(
    ("imported", "decorator"),
    [
        *(("from numba import njit, float64", f"@njit{arguments}") for arguments in _ARGUMENTS),
        ("import numba as nb", "@nb.jit(nb.float64(nb.types.int64), nopython=True)"),
        ("from numba import *", "@vectorize([float64(float64)], target='parallel')"),
        ("import cython", "@cython.cfunc\n@cython.locals(x=cython.double)"),
        ("from joblib import Memory", "@Memory('cache', verbose=0).cache(ignore=['y'])"),
        ("import codon", "@codon.jit"),
    ],
)
def test_what_only_makes_faster_passes_the_function_on(
    run: Run, imported: str, decorator: str
) -> None:
    notebook, _ = run(_FAST.format(imported=imported, decorator=decorator), modules=())
    assert not notebook.faults


@pytest.mark.parametrize(
    "cell",
    [
        "from numba import prange\nassert [*prange(1, 3)] == [1, 2]",
        "from numba import int64, float32\nassert int64(3.7) == 3 and float(float32(0.1)) != 0.1",
        "from numba import vectorize\nimport math, numpy as np\n"
        "@vectorize\ndef e(x): return math.exp(x) if x < 0 else 1\n"
        "assert np.array_equal(e(np.array([1.0, -1.0])), [1, math.exp(-1)])",
        "import numba as nb\nassert nb.types.float64(1) == nb.typed.List([1.0])[0]",
        "from numba.experimental import jitclass\nfrom numba.typed import List\n"
        "@jitclass([('t', 1)])\nclass Clock: t = 3\nassert List([Clock().t])[0] == 3",
        "from joblib import Parallel, delayed\n"
        "assert Parallel(n_jobs=2)(delayed(pow)(2, n) for n in (1, 2)) == [2, 4]",
    ],
)
def test_what_only_makes_faster_gives_what_python_gives(run: Run, cell: str) -> None:
    notebook, _ = run(cell, modules=())
    assert not notebook.faults


@pytest.mark.parametrize(
    "cell", ["import numba.cuda", "from numba import cuda", "import numba\nnumba.guvectorize()"]
)
def test_what_computes_in_a_way_of_its_own_stays_missing(run: Run, cell: str) -> None:
    notebook, _ = run(cell, modules=())
    fault = notebook.faults[1]
    assert fault.kind == "ModuleNotFoundError"
    assert fault.message.startswith("No module named 'numba")
    assert fault.line == cell.count("\n") + 1


CHOSEN = """
import os, math, numpy as np, numpy.linalg
import matplotlib.pyplot as plt
from matplotlib import cm
from mpl_toolkits.mplot3d import Axes3D
plt.plot([1, 2])
import tqdm, seaborn
def right():
    return np.pi
"""


def test_which_packages_there_are_is_chosen(run: Run) -> None:
    """pytest and jinja2 are installed wherever this runs."""
    cells = [
        CHOSEN,
        "import jinja2\nx = jinja2.Template",
        "import pytest",
        "from rich import print",
    ]
    cells += ["%%writefile mine.py\ny = 1", "import mine", "from . import mine"]
    notebook, (trace,) = run(
        *cells, calls=[Call("right", "right", {})], modules=("matplotlib", "jinja2")
    )
    assert {number: fault.kind for number, fault in notebook.faults.items()} == {
        3: "ModuleNotFoundError",
        7: "ImportError",
    }
    assert trace.value == np.pi


def test_a_package_for_looks_that_was_not_chosen_is_a_stand_in(run: Run) -> None:
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]).x\nfrom rich.table import Table"
    notebook, _ = run(source, modules=())
    assert not notebook.faults
