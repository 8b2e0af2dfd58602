"""Pictures are put off where nobody can tell, and where somebody can they are as they would be."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.sandbox.inside.pictures import Pictures

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture
def plt() -> Iterator[object]:
    """pyplot with nothing open, put back afterwards."""
    matplotlib.use("Agg")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.close("all")
    kept = dict(vars(pyplot))
    pyplot.pictures = Pictures(pyplot)
    yield pyplot
    vars(pyplot).update(kept)
    pyplot.close("all")


def made(plt) -> bool:
    """Whether there is a figure; asking makes none."""
    return bool(matplotlib._pylab_helpers.Gcf.figs)


SIMPLE = """
plt.figure(figsize=(6, 4))
for name, colour in (("AdaGrad", "g"), ("RMSProp", "brown"), ("Adam", "c")):
    plt.plot([1.0, 2.0, 3.0], np.array([1, 2, 4]), colour, label=name)
plt.xlabel("w"); plt.ylabel("b", fontsize=12)
plt.title("paths")
plt.grid(True)
plt.legend(loc="upper right")
"""


def run(plt, code: str, **names: object) -> dict[str, object]:
    namespace: dict[str, object] = {"plt": plt, "np": np, **names}
    exec(compile(code, "<cell>", "exec"), namespace)
    return namespace


def test_a_simple_picture_is_not_made(plt):
    run(plt, SIMPLE)
    assert not made(plt)
    run(plt, "plt.close('all')\nplt.gcf()")
    assert plt.gca().lines[:] == []


def test_what_was_put_off_is_there_for_whoever_looks(plt):
    run(plt, SIMPLE)
    axes = plt.gca()
    assert [line.get_label() for line in axes.lines] == ["AdaGrad", "RMSProp", "Adam"]
    colours = [matplotlib.colors.to_hex(line.get_color()) for line in axes.lines]
    assert colours == [matplotlib.colors.to_hex(colour) for colour in ("g", "brown", "c")]
    assert axes.lines[2].get_xydata().tolist() == [[1, 1], [2, 2], [3, 4]]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("w", "b", "paths")
    assert [text.get_text() for text in axes.get_legend().get_texts()][-1] == "Adam"
    assert plt.gcf().get_size_inches().tolist() == [6, 4]
    assert plt.get_fignums() == [1]


def test_it_shows_the_numbers_there_were(plt):
    run(plt, "xs = [1, 2]\nys = np.array([3.0, 4.0])\nplt.plot(xs, ys)\nxs.append(9)\nys[:] = 0")
    assert plt.gca().lines[0].get_xydata().tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    "code",
    [
        "line, = plt.plot([1, 2])",
        "print(plt.plot([1, 2]))",
        "def f():\n    return plt.plot([1, 2])\nassert len(f()) == 1",
        "fig = plt.figure()\nassert fig.number == 1",
        "fig, ax = plt.subplots()\nax.plot([1, 2])",
        "plt.plot([[1, 2], [3, 4]])",
        "plt.plot([1, 2], color=(1, 0, 0))",
        "plt.plot([1, 2], [3, 4], 'r', [1, 2], [3, 4], 'b')",
        "plt.scatter([1, 2], [3, 4])",
        "plt.figure(3)",
    ],
)
def test_all_else_is_done_at_once(plt, code):
    run(plt, code)
    assert made(plt)


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot([1, 2], [1, 2, 3])",
        "plt.plot([1, 2], 'nonsense')",
        "plt.plot([1, 2], '0')",
        "plt.plot([1, 2], color='reddish')",
        "plt.plot([1, 2], linestyle=[])",
        "plt.plot([1, 2], color='r', c='r')",
        "plt.plot([1, 2], colour='r')",
        "plt.plot([[1, 2], [3]])",
        "plt.plot([1, 2], alpha=2.0)",
        "plt.figure(figsize=(-1, 1))",
        "plt.figure(figsize=(float('nan'), 1))",
        "plt.plot([1, 2], label='a')\nplt.legend(loc='nowhere')",
        "plt.title()",
        "plt.xlabel('w', size='giant')",
        "plt.close(np.ones(2))",
    ],
)
def test_what_matplotlib_refuses_is_refused_where_it_is_asked(plt, code):
    with pytest.raises((ValueError, TypeError, AttributeError)) as ours:
        run(plt, code)
    assert ours.traceback[2].path == "<cell>" or "<cell>" in str(ours.traceback[2].path)


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot([1, 2])\nplt.legend()",
        "plt.plot([1, 2], label='_a')\nplt.legend()",
        "plt.plot([1, 2], label='a')\nplt.figure()\nplt.plot([1, 2])\nplt.legend()",
        "plt.plot([1, 2], 'r', color='b')",
        "for _ in range(21):\n    plt.figure()",
    ],
)
def test_what_matplotlib_warns_of_it_warns_of(plt, code):
    with pytest.warns((UserWarning, RuntimeWarning)):
        run(plt, code)


def test_every_format_that_is_put_off_is_one(plt):
    """matplotlib takes all of them; it is asked afterwards, and raises there if it does not."""
    letters = "bgrcmyk-.:,o^v<>s*+xD0123C|_"
    words = ["".join(word) for n in range(4) for word in itertools.product(letters, repeat=n)]
    process = matplotlib.axes._base._process_plot_format
    pictures: Pictures = plt.pictures
    taken = []
    for word in words:
        try:
            pictures._plot(([1], word), {})
        except Exception:
            continue
        taken.append(word)
    assert {"", "r", "--", "-.", "r--", "o-", "b.", ".-.", "kx:"} <= set(taken)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for word in taken:
            process(word)


def test_every_place_of_a_legend_that_is_put_off_is_one(plt):
    from autograder.sandbox.inside.pictures import _PLACES

    assert set(matplotlib.legend.Legend.codes) == _PLACES


def test_a_picture_in_another_call_of_pyplot_is_made(plt):
    """Within pyplot, figure() and its like are asked for what they return, or do."""
    plt.axhline(1.0)
    assert made(plt)
    assert len(plt.gca().lines) == 1
